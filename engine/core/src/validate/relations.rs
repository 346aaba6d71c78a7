//! Relations between arguments and blocks.

use super::Checker;
use crate::path::{Path, PathStep};
use crate::schema::{Block, Relation, Schema};
use crate::value::Value;

/// Whether an argument is given.
#[derive(Clone, Copy, PartialEq)]
enum Given {
    Yes,
    No,
    Unknown,
}

pub(super) fn check(schema: &Schema, config: &Value, checker: &mut Checker) {
    let mut groups: Vec<&'static [&'static str]> = Vec::new();
    block(&schema.block, config, &Path::root(), config, &mut groups, checker);
}

fn block(
    schema: &Block,
    value: &Value,
    path: &Path,
    top: &Value,
    groups: &mut Vec<&'static [&'static str]>,
    checker: &mut Checker,
) {
    let Some(mapping) = value.mapping() else { return };
    for (name, attribute) in &schema.attributes {
        if let Some(value) = mapping.get(*name) {
            relate(&attribute.relations, &path.attribute(name), given(value), top, groups, checker);
        }
    }
    for (name, nested) in &schema.blocks {
        let Some(value) = mapping.get(*name) else { continue };
        let at = path.attribute(name);
        relate(&nested.relations, &at, given(value), top, groups, checker);
        if value.mapping().is_some() {
            block(&nested.block, value, &at, top, groups, checker);
        }
        for (index, element) in value.elements().unwrap_or_default().iter().enumerate() {
            block(&nested.block, element, &at.index(Value::number(index)), top, groups, checker);
        }
    }
}

fn relate(
    relations: &[Relation],
    path: &Path,
    own: Given,
    top: &Value,
    groups: &mut Vec<&'static [&'static str]>,
    checker: &mut Checker,
) {
    let name = written(path);
    for relation in relations {
        match relation {
            Relation::ConflictsWith(others) => {
                if own != Given::Yes {
                    continue;
                }
                for other in others.iter().filter(|other| at(top, other) == Given::Yes) {
                    let detail = format!("{name:?} and {other:?} exclude each other; keep one of them.");
                    checker.report(path, "Conflicting arguments", detail);
                }
            }
            Relation::RequiredWith(others) => {
                if own != Given::Yes {
                    continue;
                }
                let missing: Vec<&str> = others.iter().copied().filter(|other| at(top, other) == Given::No).collect();
                if !missing.is_empty() {
                    let detail = format!("{name:?} needs {} as well.", listed(&missing, "and"));
                    checker.report(path, "Missing required argument", detail);
                }
            }
            Relation::ExactlyOneOf(all) => {
                // Every member of the group says the same; it is reported once.
                if groups.contains(all) {
                    continue;
                }
                groups.push(all);
                let given: Vec<&str> = all.iter().copied().filter(|other| at(top, other) == Given::Yes).collect();
                let unknown = all.iter().any(|other| at(top, other) == Given::Unknown);
                if given.len() > 1 {
                    let detail =
                        format!("Only one of {} can be given, but {} are.", listed(all, "and"), listed(&given, "and"));
                    checker.report(path, "Invalid combination of arguments", detail);
                } else if given.is_empty() && !unknown {
                    let detail = format!("One of {} must be given.", listed(all, "or"));
                    checker.report(&Path::root(), "Invalid combination of arguments", detail);
                }
            }
            Relation::AtLeastOneOf(all) => {
                if groups.contains(all) {
                    continue;
                }
                groups.push(all);
                if all.iter().all(|other| at(top, other) == Given::No) {
                    let detail = format!("At least one of {} must be given.", listed(all, "or"));
                    checker.report(&Path::root(), "Missing required argument", detail);
                }
            }
        }
    }
}

fn given(value: &Value) -> Given {
    if !value.is_known() {
        return Given::Unknown;
    }
    // Blocks that do not stand are an empty list; an empty list that somebody wrote counts as given.
    let no_blocks = value.elements().is_some_and(<[Value]>::is_empty)
        && matches!(value.ty().element(), Some(crate::types::Type::Object(_)));
    if value.is_null() || no_blocks { Given::No } else { Given::Yes }
}

/// Looks up a dotted path; positions in lists may stand in it.
fn at(top: &Value, path: &str) -> Given {
    let mut current = top.clone();
    for part in path.split('.') {
        if !current.is_known() {
            return Given::Unknown;
        }
        let next = match (current.mapping(), current.elements()) {
            (Some(mapping), _) => mapping.get(part).cloned(),
            (None, Some(elements)) => match part.parse::<usize>() {
                Ok(index) => elements.get(index).cloned(),
                Err(_) => elements.first().and_then(|first| first.get(part)),
            },
            (None, None) => None,
        };
        match next {
            Some(next) => current = next,
            None => return Given::No,
        }
    }
    given(&current)
}

/// Writes a path as the configuration has it, without positions.
fn written(path: &Path) -> String {
    let names: Vec<&str> = path
        .0
        .iter()
        .filter_map(|step| match step {
            PathStep::Attribute(name) => Some(&**name),
            PathStep::Index(_) => None,
        })
        .collect();
    names.join(".")
}

fn listed(names: &[&str], word: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} {word} {last}", first.join(", ")),
    }
}
