//! Checks of a configured value against its schema: formats, ranges, allowed values, relations between arguments.

mod formats;
mod relations;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::path::Path;
use crate::schema::{Attribute, Block, Check, NestedBlock, Nesting, Schema};
use crate::value::{Content, Value};

/// Something wrong with a configured value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which argument.
    pub path: String,
    /// A fixed text.
    pub summary: &'static str,
    /// Sentences: what, why, what to do.
    pub detail: String,
}

/// Returns what is wrong with the value of a whole block; unknown parts are passed over.
pub fn check(schema: &Schema, config: &Value) -> Vec<(Path, Problem)> {
    let mut checker = Checker { problems: Vec::new() };
    checker.block(&schema.block, config, &Path::root());
    relations::check(schema, config, &mut checker);
    checker.problems
}

struct Checker {
    problems: Vec<(Path, Problem)>,
}

impl Checker {
    fn report(&mut self, path: &Path, summary: &'static str, detail: String) {
        let problem = Problem { path: path.to_string(), summary, detail };
        self.problems.push((path.clone(), problem));
    }

    fn block(&mut self, block: &Block, value: &Value, path: &Path) {
        let Some(mapping) = value.mapping() else { return };
        for (name, attribute) in &block.attributes {
            if let Some(value) = mapping.get(*name)
                && !attribute.checks.is_empty()
            {
                self.attribute(attribute, name, value, &path.attribute(name));
            }
        }
        for (name, nested) in &block.blocks {
            if let Some(value) = mapping.get(*name) {
                self.nested(nested, name, value, &path.attribute(name));
            }
        }
    }

    fn nested(&mut self, nested: &NestedBlock, name: &str, value: &Value, path: &Path) {
        if !value.is_known() {
            return;
        }
        let parts: Vec<(Path, &Value)> = match nested.nesting {
            Nesting::Single if value.is_null() => Vec::new(),
            Nesting::Single => vec![(path.clone(), value)],
            Nesting::List | Nesting::Set => {
                let numbered = value.elements().unwrap_or_default().iter().enumerate();
                numbered.map(|(index, element)| (path.index(Value::number(index)), element)).collect()
            }
            Nesting::Map => named(value).map(|(key, element)| (path.index(Value::string(key)), element)).collect(),
        };
        let count = parts.len();
        if count < nested.min {
            let detail = match nested.min {
                1 => format!("At least one block of type {name:?} is required."),
                least => format!("At least {least} blocks of type {name:?} are required, but there are {count}."),
            };
            let summary = if nested.min == 1 { "Missing required block" } else { "Insufficient blocks" };
            self.report(path, summary, detail);
        }
        if nested.max > 0 && count > nested.max {
            let detail = match nested.max {
                1 => format!("Only one block of type {name:?} is allowed, but there are {count}."),
                most => format!("No more than {most} blocks of type {name:?} are allowed, but there are {count}."),
            };
            self.report(&path.index(Value::number(nested.max)), "Too many blocks", detail);
        }
        for (path, element) in parts {
            self.block(&nested.block, element, &path);
        }
    }

    fn attribute(&mut self, attribute: &Attribute, name: &str, value: &Value, path: &Path) {
        for check in &attribute.checks {
            self.check(*check, name, value, path, attribute.sensitive);
        }
    }

    fn check(&mut self, check: Check, name: &str, value: &Value, path: &Path, sensitive: bool) {
        if value.is_null() || !value.is_known() {
            return;
        }
        if let Check::Each(inner) = check {
            for (step, part) in value.parts() {
                let mut at = path.clone();
                at.0.push(step);
                self.check(*inner, name, &part.clone().with_marks(value.marks()), &at, sensitive);
            }
            return;
        }
        if let Err(should) = fulfils(check, value) {
            let hidden = sensitive || value.is_sensitive() || !value.deep_marks().is_empty();
            let found = if hidden { "the value given is not (sensitive value)".to_owned() } else { found(value) };
            self.report(path, "Invalid value", format!("The value of {name:?} {should}; {found}."));
        }
    }
}

fn named(value: &Value) -> impl Iterator<Item = (&Arc<str>, &Value)> {
    static EMPTY: BTreeMap<Arc<str>, Value> = BTreeMap::new();
    value.mapping().unwrap_or(&EMPTY).iter()
}

/// Says what was found instead.
fn found(value: &Value) -> String {
    match value.content() {
        Content::String(text) if text.chars().count() > 80 => "the text given is not".to_owned(),
        Content::String(text) => format!("{text:?} is not"),
        Content::Number(number) => format!("{number} is not"),
        Content::Bool(value) => format!("{value} is not"),
        Content::Sequence(elements) => format!("there are {}", elements.len()),
        Content::Mapping(elements) => format!("there are {}", elements.len()),
        Content::Null | Content::Unknown(_) => "it is not".to_owned(),
    }
}

/// Checks a known value; the error says what it should be.
fn fulfils(check: Check, value: &Value) -> Result<(), String> {
    let text = value.as_str();
    let require = |holds: bool, should: String| if holds { Ok(()) } else { Err(should) };
    match check {
        Check::OneOf(allowed) => {
            require(text.is_none_or(|text| allowed.contains(&text)), format!("must be {}", any_of(allowed)))
        }
        Check::OneOfIgnoringCase(allowed) => {
            let fits = |text: &str| allowed.iter().any(|other| other.eq_ignore_ascii_case(text));
            require(text.is_none_or(fits), format!("must be {}", any_of(allowed)))
        }
        Check::Range(least, most) => {
            let fits = value
                .as_number()
                .is_none_or(|number| *number >= crate::Number::from(least) && *number <= crate::Number::from(most));
            let should = match (least, most) {
                (least, i64::MAX) => format!("must be at least {least}"),
                (i64::MIN, most) => format!("must be at most {most}"),
                (least, most) => format!("must be between {least} and {most}"),
            };
            require(fits, should)
        }
        Check::Integer => {
            require(value.as_number().is_none_or(crate::Number::is_integer), "must be a whole number".to_owned())
        }
        Check::Length(least, most) => {
            let length = text.map(|text| text.chars().count());
            let should = match (least, most) {
                (least, usize::MAX) => format!("must have at least {least} characters"),
                (0, most) => format!("must have at most {most} characters"),
                (least, most) => format!("must have between {least} and {most} characters"),
            };
            require(length.is_none_or(|length| (least..=most).contains(&length)), should)
        }
        Check::Pattern(pattern, words) => {
            require(text.is_none_or(|text| formats::matches(pattern, text)), format!("must be {words}"))
        }
        Check::Format(format) => text.map_or(Ok(()), |text| formats::check(format, text)),
        Check::Items(least, most) => {
            let count = value.elements().map(<[Value]>::len).or_else(|| value.mapping().map(BTreeMap::len));
            let should = match (least, most) {
                (least, usize::MAX) => format!("must have at least {least} elements"),
                (0, most) => format!("must have at most {most} elements"),
                (least, most) => format!("must have between {least} and {most} elements"),
            };
            require(count.is_none_or(|count| (least..=most).contains(&count)), should)
        }
        Check::By(function) => function(&value.without_deep_marks()).map_err(|should| {
            let should = should.trim_end_matches('.');
            if should.starts_with("must") { should.to_owned() } else { format!("is wrong: {should}") }
        }),
        Check::Each(_) => Ok(()),
    }
}

fn any_of(allowed: &[&str]) -> String {
    let quoted: Vec<String> = allowed.iter().map(|text| format!("{text:?}")).collect();
    match quoted.as_slice() {
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
        [] => "empty".to_owned(),
    }
}

#[cfg(test)]
mod tests;
