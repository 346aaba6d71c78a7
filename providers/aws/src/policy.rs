//! IAM policies as JSON: when two mean the same, and the form that the provider records them in.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use wpinfra_core::Value;

/// Tells whether two policies mean the same, whatever order, spacing and shorthands they are written in.
pub(crate) fn same(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else { return false };
    one == other || matches!((meaning(one), meaning(other)), (Some(one), Some(other)) if one == other)
}

/// Returns the policy with everything that has no meaning brought into one form; `None` if it is no JSON object.
fn meaning(text: &str) -> Option<Json> {
    let Json::Object(mut policy) = serde_json::from_str(text).ok()? else { return None };
    let statements = policy.remove("Statement").map(listed).unwrap_or_default();
    let statements = statements.into_iter().map(statement_meaning).collect();
    policy.insert("Statement".to_owned(), sorted(statements));
    Some(Json::Object(policy))
}

fn statement_meaning(statement: Json) -> Json {
    let Json::Object(statement) = statement else { return statement };
    let entries = statement.into_iter().filter(|(name, value)| !(name == "Sid" && value == ""));
    let entries = entries.map(|(name, value)| {
        let value = match name.as_str() {
            // Service prefixes and actions are the same in any case of letters.
            "Action" | "NotAction" => sorted(listed(value).into_iter().map(lowercase).collect()),
            "Resource" | "NotResource" => sorted(listed(value)),
            "Principal" | "NotPrincipal" => principal_meaning(value),
            "Condition" => condition_meaning(value),
            _ => value,
        };
        (name, value)
    });
    Json::Object(entries.collect())
}

/// `"*"` is `{"AWS": "*"}`, and an account is its root user.
fn principal_meaning(principal: Json) -> Json {
    let Json::Object(kinds) = principal else {
        return Json::Object(Map::from_iter([("AWS".to_owned(), sorted(listed(principal)))]));
    };
    let kinds = kinds.into_iter().map(|(kind, who)| {
        let who = listed(who).into_iter().map(|one| if kind == "AWS" { root_as_account(one) } else { one }).collect();
        (kind, sorted(who))
    });
    Json::Object(kinds.collect())
}

fn root_as_account(principal: Json) -> Json {
    let account = principal.as_str().and_then(|text| {
        let parts: Vec<&str> = text.split(':').collect();
        matches!(parts.as_slice(), ["arn", _, "iam", "", _, "root"]).then(|| parts[4].to_owned())
    });
    account.map_or(principal, Json::String)
}

fn condition_meaning(condition: Json) -> Json {
    let Json::Object(tests) = condition else { return condition };
    let tests = tests.into_iter().map(|(test, keys)| {
        let Json::Object(keys) = keys else { return (test, keys) };
        let keys = keys.into_iter().map(|(key, values)| {
            let values = listed(values).into_iter().map(|value| match value {
                Json::Bool(_) | Json::Number(_) => Json::String(value.to_string()),
                Json::Null | Json::String(_) | Json::Array(_) | Json::Object(_) => value,
            });
            (key, sorted(values.collect()))
        });
        (test, Json::Object(keys.collect()))
    });
    Json::Object(tests.collect())
}

/// Returns the elements of a list, or the one value that stands in place of a list.
fn listed(value: Json) -> Vec<Json> {
    if let Json::Array(values) = value { values } else { vec![value] }
}

fn lowercase(value: Json) -> Json {
    value.as_str().map(|text| Json::String(text.to_lowercase())).unwrap_or(value)
}

/// Returns the values as a list whose order and repetitions say nothing.
fn sorted(values: Vec<Json>) -> Json {
    let by_text: BTreeMap<String, Json> = values.into_iter().map(|value| (value.to_string(), value)).collect();
    Json::Array(by_text.into_values().collect())
}

/// Returns the policy as the provider records it: compact, keys in order, but the current version in front. `None` if it is no JSON object.
pub(crate) fn normal_form(text: &str) -> Option<String> {
    let Json::Object(mut policy) = serde_json::from_str(text).ok()? else { return None };
    let version = policy.remove("Version");
    let is_current = version.as_ref().is_some_and(|version| version == "2012-10-17");
    if let Some(version) = version.filter(|_| !is_current) {
        policy.insert("Version".to_owned(), version);
    }
    let rest = Json::Object(policy).to_string();
    let written = match (is_current, rest.as_str()) {
        (false, _) => rest,
        (true, "{}") => r#"{"Version":"2012-10-17"}"#.to_owned(),
        (true, _) => format!(r#"{{"Version":"2012-10-17",{}"#, &rest[1..]),
    };
    // As Go's encoder writes them.
    Some(written.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e"))
}

/// Decodes a policy as IAM tells it: percent-encoded.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let byte = hex.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meaning_decides() {
        let base = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}]}"#;
        for (other, expected) in [
            (
                r#"{ "Statement": {"Action": ["s3:PutObject", "s3:getobject"], "Resource": ["*"], "Effect": "Allow"}, "Version": "2012-10-17" }"#,
                true,
            ),
            (
                r#"{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}]}"#,
                true,
            ),
            (
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["s3:GetObject","s3:PutObject"],"Resource":"*"}]}"#,
                false,
            ),
            (
                r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"*"}]}"#,
                false,
            ),
            ("not json", false),
        ] {
            assert_eq!(same(&Value::string(base), &Value::string(other)), expected, "{other}");
        }
    }

    #[test]
    fn principals_and_conditions_have_shorthands() {
        let with = |principal: &str, condition: &str| {
            Value::string(format!(r#"{{"Statement":[{{"Principal":{principal},"Condition":{condition}}}]}}"#))
        };
        let test = r#"{"Bool":{"aws:SecureTransport":["true"]}}"#;
        assert!(same(&with(r#""*""#, test), &with(r#"{"AWS":"*"}"#, r#"{"Bool":{"aws:SecureTransport":true}}"#)));
        assert!(same(
            &with(r#"{"AWS":"123456789012"}"#, test),
            &with(r#"{"AWS":["arn:aws:iam::123456789012:root"]}"#, test)
        ));
        assert!(!same(&with(r#"{"AWS":"123456789012"}"#, test), &with(r#"{"Service":"123456789012"}"#, test)));
    }

    #[test]
    fn the_current_version_stands_in_front() {
        let written = normal_form(
            r#"{"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"}"#,
        );
        let expected =
            r#"{"Version":"2012-10-17","Statement":[{"Action":"s3:GetObject","Effect":"Allow","Resource":"*"}]}"#;
        assert_eq!(written.as_deref(), Some(expected));
        assert_eq!(
            normal_form(r#"{"Version":"2008-10-17","Id":"a&b"}"#).as_deref(),
            Some(r#"{"Id":"a\u0026b","Version":"2008-10-17"}"#)
        );
    }

    #[test]
    fn iam_answers_are_percent_encoded() {
        assert_eq!(decoded("%7B%22a%22%3A%20%221%25%22%7D"), r#"{"a": "1%"}"#);
    }
}
