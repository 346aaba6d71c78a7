//! Small texts that AWS and Go have their own ways of writing.

use std::time::Duration;

/// Reads a duration as Go writes it, `1h30m` or `250ms`; `None` if it is not one.
pub(crate) fn go_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit_end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let seconds = match &rest[..unit_end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 1e-3,
            "us" | "µs" => 1e-6,
            "ns" => 1e-9,
            _ => return None,
        };
        total += amount * seconds;
        rest = &rest[unit_end..];
    }
    (!text.is_empty()).then(|| Duration::try_from_secs_f64(total).ok()).flatten()
}

/// Returns a name made of a prefix and 26 characters that the operation's token decides, so that a repeated create has the same.
pub(crate) fn unique_name(prefix: &str, token: &wpinfra_core::provider::Token) -> String {
    let digits: String = token.0.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("{prefix}{}", &digits[..digits.len().min(26)])
}

/// Returns the name that is configured, or one made unique from the configured prefix or, without that, Terraform's.
#[expect(clippy::ref_option, reason = "it is called with fields of models, which are options")]
pub(crate) fn name_or_unique(
    name: &Option<String>,
    prefix: &Option<String>,
    token: &wpinfra_core::provider::Token,
) -> String {
    let prefix = || non_empty(prefix).unwrap_or_else(|| "terraform-".to_owned());
    non_empty(name).unwrap_or_else(|| unique_name(&prefix(), token))
}

/// Returns the prefix of a name that was made unique by [`unique_name`] or by Terraform; both append 26 hexadecimal digits.
pub(crate) fn prefix_of(name: &str) -> Option<&str> {
    let split = name.len().checked_sub(26).filter(|split| *split > 0 && name.is_char_boundary(*split))?;
    let (prefix, suffix) = name.split_at(split);
    suffix.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(prefix)
}

/// Turns "" into `None`: arguments that the older SDK cannot tell from unset.
#[expect(clippy::ref_option, reason = "it is called with fields of models, which are options")]
pub(crate) fn non_empty(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, seconds) in
            [("1h30m", Some(5400.0)), ("250ms", Some(0.25)), ("1.5s", Some(1.5)), ("", None), ("5", None), ("m", None)]
        {
            assert_eq!(go_duration(text).map(|duration| duration.as_secs_f64()), seconds, "{text}");
        }
    }
}
