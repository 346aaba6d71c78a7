//! What a read returned, compared with what was planned or recorded: one value where they mean the same.

use std::sync::Arc;

use wpinfra_core::schema::{Attribute, Block, NestedBlock, Nesting, Role, Schema, TypeSystem};
use wpinfra_core::{Path, PathStep, Type, Value};

use crate::meaning::mean_the_same;
use crate::merge::TIMEOUTS;

/// Combines a planned object with what a read found after the apply; the second result tells where they disagree.
///
/// What means the same stays as planned unless the schema wants the service's wording, and so does what the service never tells.
/// Everything else is as observed, and nothing is unknown. Disagreements are known planned values of arguments that turned out
/// differently. Marks are not looked at: the result has none.
pub fn settle(planned: &Value, observed: &Value, schema: &Schema) -> (Value, Vec<Path>) {
    Settling::new(schema, true).all(planned, observed, schema)
}

/// Brings what a refresh observed into the form in which it is recorded.
///
/// As Terraform has it, older types spell out "", 0, false and empty collections where null is recorded; [`is_drift`] does not
/// count that. Marks are not looked at: the result has none.
pub fn normalise(prior: &Value, observed: &Value, schema: &Schema) -> Value {
    Settling::new(schema, false).all(prior, observed, schema).0
}

/// Tells whether two values of an object differ in more than what its type cannot tell apart.
pub(crate) fn is_drift(recorded: &Value, observed: &Value, schema: &Schema) -> bool {
    let settling = Settling::new(schema, false);
    !settling.loosely_same(&recorded.without_deep_marks(), &observed.without_deep_marks())
}

struct Settling {
    legacy: bool,
    /// Whether the expected value comes from a plan, and so may have the configuration's wording.
    after_apply: bool,
    disagreements: Vec<Path>,
}

impl Settling {
    fn new(schema: &Schema, after_apply: bool) -> Self {
        Self { legacy: schema.type_system == TypeSystem::Legacy, after_apply, disagreements: Vec::new() }
    }

    fn all(mut self, expected: &Value, observed: &Value, schema: &Schema) -> (Value, Vec<Path>) {
        let (expected, observed) = (expected.without_deep_marks(), observed.without_deep_marks());
        let settled = self.block(&schema.block, &expected, &observed, &mut Path::root());
        (without_unknown(&settled), self.disagreements)
    }

    fn block(&mut self, block: &Block, expected: &Value, observed: &Value, path: &mut Path) -> Value {
        let (Some(wanted), Some(found)) = (expected.mapping(), observed.mapping()) else { return observed.clone() };
        let settled = found.iter().map(|(name, found)| {
            let Some(wanted) = wanted.get(name) else { return (Arc::clone(name), found.clone()) };
            path.0.push(PathStep::Attribute(Arc::clone(name)));
            let value = match (block.attributes.get(&**name), block.blocks.get(&**name)) {
                (Some(attribute), _) => self.attribute(attribute, wanted, found, path),
                (None, Some(_)) if &**name == TIMEOUTS => wanted.clone(),
                (None, Some(nested)) => self.nested(nested, wanted, found, path),
                (None, None) => found.clone(),
            };
            path.0.pop();
            (Arc::clone(name), value)
        });
        Value::object::<Arc<str>>(settled.collect::<Vec<_>>())
    }

    fn attribute(&mut self, attribute: &Attribute, expected: &Value, observed: &Value, path: &Path) -> Value {
        if attribute.write_only {
            return Value::null(attribute.ty.clone());
        }
        if !expected.is_wholly_known() {
            return observed.clone();
        }
        if attribute.local || self.same(attribute, expected, observed) {
            let is_reworded = self.after_apply && attribute.as_observed;
            let is_told = !attribute.local && (is_reworded || self.spells_out(expected));
            return if is_told { observed.clone() } else { expected.clone() };
        }
        if attribute.role != Role::Computed && !expected.is_null() {
            self.disagreements.push(path.clone());
        }
        observed.clone()
    }

    /// Tells whether the older SDK records "", 0 or false where a plan has null, and empty collections too after a refresh.
    fn spells_out(&self, expected: &Value) -> bool {
        self.legacy && expected.is_null() && !(self.after_apply && expected.ty().is_collection())
    }

    fn same(&self, attribute: &Attribute, expected: &Value, observed: &Value) -> bool {
        mean_the_same(attribute, expected, observed) || self.loosely_same(expected, observed)
    }

    /// Tells whether the values differ only in what the type cannot tell apart.
    fn loosely_same(&self, expected: &Value, observed: &Value) -> bool {
        if expected == observed {
            return true;
        }
        let interchangeable = self.legacy || expected.ty().is_collection();
        if interchangeable && expected.is_zero() && observed.is_zero() {
            return true;
        }
        match (expected.elements(), observed.elements(), expected.mapping(), observed.mapping()) {
            (Some(expected_elements), Some(observed), ..) if matches!(expected.ty(), Type::Set(_)) => {
                pair_up(expected_elements, observed, |one, other| self.loosely_same(one, other))
                    .is_some_and(|pairs| pairs.iter().all(Option::is_some))
            }
            (Some(expected), Some(observed), ..) => {
                expected.len() == observed.len()
                    && expected.iter().zip(observed).all(|(one, other)| self.loosely_same(one, other))
            }
            (.., Some(expected), Some(observed)) => {
                expected.len() == observed.len()
                    && expected
                        .iter()
                        .zip(observed)
                        .all(|(one, other)| one.0 == other.0 && self.loosely_same(one.1, other.1))
            }
            _ => false,
        }
    }

    fn nested(&mut self, nested: &NestedBlock, expected: &Value, observed: &Value, path: &mut Path) -> Value {
        if !expected.is_known() {
            return observed.clone();
        }
        let has_parts = |value: &Value| value.elements().is_some_and(|all| !all.is_empty());
        let is_spelled_out = self.legacy && nested.nesting == Nesting::List && has_parts(expected);
        if !is_spelled_out && self.loosely_same(expected, observed) {
            return expected.clone();
        }
        let settled = match nested.nesting {
            Nesting::Single => (!expected.is_null() && !observed.is_null())
                .then(|| self.block(&nested.block, expected, observed, path)),
            Nesting::List => self.list(&nested.block, expected, observed, path),
            Nesting::Map => self.map(&nested.block, expected, observed, path),
            Nesting::Set => self.set(&nested.block, expected, observed, path),
        };
        settled.unwrap_or_else(|| {
            if !nested.computed && !expected.is_zero() {
                self.disagreements.push(path.clone());
            }
            observed.clone()
        })
    }

    /// Settles lists of blocks of the same length.
    fn list(&mut self, block: &Block, expected: &Value, observed: &Value, path: &mut Path) -> Option<Value> {
        let (wanted, found) = (expected.elements()?, observed.elements()?);
        if wanted.len() != found.len() {
            return None;
        }
        let settled = wanted.iter().zip(found).enumerate().map(|(index, (wanted, found))| {
            path.0.push(PathStep::Index(Value::number(index)));
            let value = self.block(block, wanted, found, path);
            path.0.pop();
            value
        });
        Some(observed.with_elements(settled.collect()))
    }

    /// Settles maps of blocks with the same keys.
    fn map(&mut self, block: &Block, expected: &Value, observed: &Value, path: &mut Path) -> Option<Value> {
        let (wanted, found) = (expected.mapping()?, observed.mapping()?);
        if !wanted.keys().eq(found.keys()) {
            return None;
        }
        let settled = wanted.iter().zip(found.values()).map(|((key, wanted), found)| {
            path.0.push(PathStep::Index(Value::string(key)));
            let value = self.block(block, wanted, found, path);
            path.0.pop();
            (Arc::clone(key), value)
        });
        Some(observed.with_mapping(settled.collect()))
    }

    /// Settles sets of blocks: each observed one with the expected one that has the same arguments.
    fn set(&mut self, block: &Block, expected: &Value, observed: &Value, path: &Path) -> Option<Value> {
        let (wanted, found) = (expected.elements()?, observed.elements()?);
        if found.is_empty() {
            return None;
        }
        let pairs = pair_up(wanted, found, |wanted, found| self.could_be(block, wanted, found));
        let all_found = pairs.as_ref().is_some_and(|pairs| pairs.iter().all(Option::is_some));
        if !all_found {
            self.disagreements.push(path.clone());
        }
        let pairs = pairs.unwrap_or_else(|| vec![None; found.len()]);
        let settled = found.iter().enumerate().map(|(index, found)| {
            let wanted = pairs.iter().position(|pair| *pair == Some(index)).and_then(|position| wanted.get(position));
            // What is known of the pair agrees, so that nothing in it can be a disagreement.
            wanted.map_or_else(
                || found.clone(),
                |wanted| {
                    let (legacy, after_apply) = (self.legacy, self.after_apply);
                    Self { legacy, after_apply, disagreements: Vec::new() }.block(
                        block,
                        wanted,
                        found,
                        &mut Path::root(),
                    )
                },
            )
        });
        Some(observed.with_elements(settled.collect()))
    }

    /// Tells whether an observed block can be the expected one: the same in all that is known and that the service tells.
    fn could_be(&self, block: &Block, expected: &Value, observed: &Value) -> bool {
        let (Some(wanted), Some(found)) = (expected.mapping(), observed.mapping()) else { return false };
        let attributes = block.attributes.iter().all(|(name, attribute)| {
            let (Some(wanted), Some(found)) = (wanted.get(*name), found.get(*name)) else { return true };
            let is_open = attribute.write_only || attribute.local || attribute.role == Role::Computed;
            is_open || !wanted.is_wholly_known() || self.same(attribute, wanted, found)
        });
        attributes
            && block.blocks.iter().all(|(name, nested)| {
                let (Some(wanted), Some(found)) = (wanted.get(*name), found.get(*name)) else { return true };
                match (wanted.elements(), found.elements()) {
                    (Some(wanted), Some(found)) if !nested.computed => {
                        wanted.len() == found.len()
                            && wanted
                                .iter()
                                .zip(found)
                                .all(|(wanted, found)| self.could_be(&nested.block, wanted, found))
                    }
                    _ => true,
                }
            })
    }
}

/// Finds for each of the first values one of the second that fits, each of those once; `None` where they are not as many.
fn pair_up(
    first: &[Value],
    second: &[Value],
    mut fits: impl FnMut(&Value, &Value) -> bool,
) -> Option<Vec<Option<usize>>> {
    if first.len() != second.len() {
        return None;
    }
    let mut taken = vec![false; second.len()];
    let pairs = first.iter().map(|one| {
        let found = (0..second.len()).find(|index| !taken[*index] && fits(one, &second[*index]))?;
        taken[found] = true;
        Some(found)
    });
    Some(pairs.collect())
}

/// Makes null of what is still unknown.
fn without_unknown(value: &Value) -> Value {
    if value.is_wholly_known() {
        return value.clone();
    }
    value.transform(&mut |_, part| if part.is_known() { part } else { Value::null(part.ty().clone()) })
}
