//! Checking that what was planned before still holds.

use wpinfra_core::{Path, PathStep, Value};

/// Returns the first place at which a value contradicts what was known of it before; unknown parts agree with everything.
pub(crate) fn contradiction(before: &Value, now: &Value) -> Option<Path> {
    let mut path = Path::root();
    contradicts(before, now, &mut path).then_some(path)
}

fn contradicts(before: &Value, now: &Value, path: &mut Path) -> bool {
    if !before.is_known() {
        return before.is_definitely_not_null() && now.is_null();
    }
    if !now.is_known() || before.is_null() != now.is_null() {
        return true;
    }
    if before.is_null() {
        return false;
    }
    if matches!(before.ty(), wpinfra_core::Type::Set(_)) {
        return sets_contradict(before, now);
    }
    let (before_parts, now_parts) = (before.parts(), now.parts());
    if before_parts.is_empty() || now_parts.is_empty() {
        return before.without_deep_marks().content() != now.without_deep_marks().content();
    }
    if before_parts.len() != now_parts.len() {
        return true;
    }
    for ((step, part), (other_step, other)) in before_parts.into_iter().zip(now_parts) {
        if step != other_step {
            return true;
        }
        path.0.push(step);
        if contradicts(part, other, path) {
            return true;
        }
        path.0.pop();
    }
    false
}

/// Elements of sets have no names: with unknown parts only their number can be held against them.
fn sets_contradict(before: &Value, now: &Value) -> bool {
    let (before, now) = (before.without_deep_marks(), now.without_deep_marks());
    if before.is_wholly_known() {
        return before.content() != now.content();
    }
    // Unknown elements may turn out to be the same.
    now.elements().map_or(0, <[Value]>::len) > before.elements().map_or(0, <[Value]>::len)
}

/// Writes a path for a message; the whole value is `the object`.
pub(crate) fn in_words(path: &Path) -> String {
    match path.0.first() {
        None => "the object".to_owned(),
        Some(PathStep::Attribute(_) | PathStep::Index(_)) => path.to_string().trim_start_matches('.').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use wpinfra_core::Type;

    use super::*;

    fn check(before: &Value, now: &Value, expected: Option<&str>) {
        let wrapped = |value: Value| Value::object([("a", value)]);
        let found = contradiction(&wrapped(before.clone()), &wrapped(now.clone()));
        assert_eq!(found.map(|path| in_words(&path)).as_deref(), expected, "{before:?} and {now:?}");
    }

    #[test]
    fn only_what_was_known_can_be_contradicted() {
        let unknown = || Value::unknown(Type::String);
        let strings = |elements: Vec<Value>| Value::list(Type::String, elements);
        let set = |elements: Vec<Value>| Value::set(Type::String, elements);
        check(&Value::from("x"), &Value::from("x"), None);
        check(&Value::from("x"), &Value::from("y"), Some("a"));
        check(&Value::string("x").sensitive(), &Value::from("x"), None);
        check(&Value::from("x"), &unknown(), Some("a"));
        check(&unknown(), &Value::from("x"), None);
        check(&Value::null(Type::String), &Value::from(""), Some("a"));
        check(&strings(vec![unknown(), "y".into()]), &strings(vec!["x".into(), "y".into()]), None);
        check(&strings(vec![unknown(), "y".into()]), &strings(vec!["x".into(), "z".into()]), Some("a[1]"));
        check(&strings(vec![unknown()]), &strings(vec![]), Some("a"));
        check(&set(vec![unknown(), "y".into()]), &set(vec!["y".into()]), None);
        check(&set(vec!["x".into()]), &set(vec!["y".into()]), Some("a"));
    }
}
