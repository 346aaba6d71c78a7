//! Names that the user may have meant.

/// Returns the name most like the wanted one, if one is near enough to be meant.
pub fn similar<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = match wanted.chars().count() {
        0..=2 => 1,
        3..=5 => 2,
        _ => 3,
    };
    let lower = wanted.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::osa_distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// Returns the sentence for the help of a diagnostic: `did you mean "subnet_id"?`
pub fn did_you_mean<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<String> {
    similar(wanted, names).map(|name| format!("did you mean {name:?}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_near_names_are_suggested() {
        let names = ["subnet_id", "vpc_id", "id", "tags"];
        for (wanted, expected) in
            [("subnet_ids", Some("subnet_id")), ("tag", Some("tags")), ("zzz", None), ("ID", Some("id"))]
        {
            assert_eq!(similar(wanted, names), expected, "{wanted}");
        }
    }
}
