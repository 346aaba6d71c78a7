//! `keepers`: values whose change asks for new random ones.

use std::collections::BTreeMap;

use wpinfra_core::Value;

/// The Rust type of `keepers`; elements may be null.
pub(crate) type Keepers = Option<BTreeMap<String, Option<String>>>;

/// Tells whether a change of keepers replaces the resource.
///
/// Providers of the older SDK did not record elements that are null: where only such come in, nothing is replaced.
pub(crate) fn changed(prior: &Value, planned: &Value) -> bool {
    let (prior, planned) = (prior.without_deep_marks(), planned.without_deep_marks());
    if !planned.is_known() {
        return true;
    }
    let nothing = BTreeMap::new();
    let before = prior.mapping().unwrap_or(&nothing);
    let after = planned.mapping().unwrap_or(&nothing);
    let gone = before.keys().any(|key| !after.contains_key(key));
    let other = after.iter().any(|(key, value)| before.get(key).map_or(!value.is_null(), |before| before != value));
    gone || other
}

#[cfg(test)]
mod tests {
    use super::*;
    use wpinfra_core::Type;

    fn keepers(text: &str) -> Value {
        let element = |value: &str| match value {
            "null" => Value::null(Type::String),
            "?" => Value::unknown(Type::String),
            text => Value::string(text),
        };
        match text {
            "null" => Value::null(Type::map(Type::String)),
            "?" => Value::unknown(Type::map(Type::String)),
            "" => Value::map(Type::String, Vec::<(&str, Value)>::new()),
            _ => Value::map(
                Type::String,
                text.split(' ')
                    .map(|pair| pair.split_once('=').expect("key=value"))
                    .map(|(key, value)| (key, element(value))),
            ),
        }
    }

    #[test]
    fn only_nulls_may_come_in() {
        for (before, after, expected) in [
            ("null", "", false),
            ("null", "a=null", false),
            ("null", "a=null b=x", true),
            ("null", "?", true),
            ("", "null", false),
            ("", "a=null", false),
            ("a=x", "a=x b=null", false),
            ("a=x", "a=y", true),
            ("a=x", "a=null", true),
            ("a=null", "a=x", true),
            ("a=x", "a=?", true),
            ("a=x b=null", "a=x", true),
            ("a=x", "null", true),
            ("a=x", "", true),
            ("null", "a=?", true),
        ] {
            assert_eq!(changed(&keepers(before), &keepers(after)), expected, "{before} -> {after}");
        }
    }
}
