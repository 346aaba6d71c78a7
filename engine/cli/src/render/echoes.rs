//! Texts that an object repeats: what is hidden in one attribute is not shown in another.
//!
//! Providers copy what was configured (`tags` to `tags_all`, `input` to `output`) without its mark. In state and plan the copy
//! stays without one, as in Terraform: marked, it would be refused where Terraform takes it. Only people do not get to see it.

use std::collections::BTreeSet;

use wpinfra_core::Value;

/// Returns the texts that are hidden somewhere in the values.
pub(crate) fn secrets<'v>(values: impl IntoIterator<Item = &'v Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    values.into_iter().for_each(|value| collect(value, false, &mut found));
    found
}

fn collect(value: &Value, is_hidden: bool, found: &mut BTreeSet<String>) {
    let is_hidden = is_hidden || !value.marks().is_empty();
    if let Some(text) = value.as_str().filter(|text| is_hidden && !text.is_empty()) {
        found.insert(text.to_owned());
    }
    value.parts().into_iter().for_each(|(_, part)| collect(part, is_hidden, found));
}

/// Returns the value with every text hidden that is one of the secrets.
pub(crate) fn hide_echoes(value: &Value, secrets: &BTreeSet<String>) -> Value {
    if secrets.is_empty() {
        return value.clone();
    }
    value.transform(&mut |_, part| {
        let is_echo = part.as_str().is_some_and(|text| secrets.contains(text));
        if is_echo { part.sensitive() } else { part }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_what_is_hidden_are_hidden_and_nothing_else() {
        let object = Value::object([
            ("input", Value::object([("a", Value::from("secret")), ("b", Value::from(""))]).sensitive()),
            ("output", Value::object([("a", Value::from("secret")), ("b", Value::from(""))])),
            ("other", Value::from("not so secret")),
        ]);
        let shown = hide_echoes(&object, &secrets([&object]));
        let marked: Vec<String> = shown.unmark_deep().1.iter().map(|(path, _)| path.to_string()).collect();
        assert_eq!(marked, [".input", ".input.a", ".output.a"]);
    }
}
