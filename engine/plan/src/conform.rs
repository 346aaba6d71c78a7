//! Checks of a planned value that are always on: what is configured is kept, and only the provider's part is the provider's.

use wpinfra_core::schema::{Attribute, Block, NestedBlock, Nesting, Role, Schema, TypeSystem};
use wpinfra_core::{Path, PathStep, Value};

use crate::meaning::mean_the_same;
use crate::merge::{TIMEOUTS, as_provider_words_it};

/// A planned value that breaks a rule.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Violation {
    /// Where.
    pub(crate) path: Path,
    /// What is wrong, as the end of a sentence that begins with the attribute.
    pub(crate) what: &'static str,
}

/// Returns where a planned value does not keep to the configuration; none of the values has marks.
pub(crate) fn violations(schema: &Schema, prior: Option<&Value>, config: &Value, planned: &Value) -> Vec<Violation> {
    let mut check = Conformance { legacy: schema.type_system == TypeSystem::Legacy, found: Vec::new() };
    check.block(&schema.block, prior, config, planned, &mut Path::root());
    check.found
}

struct Conformance {
    legacy: bool,
    found: Vec<Violation>,
}

impl Conformance {
    fn block(&mut self, block: &Block, prior: Option<&Value>, config: &Value, planned: &Value, path: &mut Path) {
        let (Some(configured), Some(parts)) = (config.mapping(), planned.mapping()) else { return };
        for (name, attribute) in &block.attributes {
            let (Some(config), Some(planned)) = (configured.get(*name), parts.get(*name)) else { continue };
            let prior = prior.and_then(|prior| prior.get(name));
            if let Some(what) = self.fault(attribute, prior.as_ref(), config, planned) {
                self.found.push(Violation { path: path.attribute(name), what });
            }
        }
        for (name, nested) in block.blocks.iter().filter(|(name, _)| **name != TIMEOUTS) {
            let (Some(config), Some(planned)) = (configured.get(*name), parts.get(*name)) else { continue };
            let prior = prior.and_then(|prior| prior.get(name));
            path.0.push(PathStep::Attribute((*name).into()));
            self.nested(nested, prior.as_ref(), config, planned, path);
            path.0.pop();
        }
    }

    fn fault(
        &self,
        attribute: &Attribute,
        prior: Option<&Value>,
        config: &Value,
        planned: &Value,
    ) -> Option<&'static str> {
        if attribute.write_only {
            return (!planned.is_null()).then_some("is write-only, but has a planned value");
        }
        if attribute.role == Role::Computed {
            return None;
        }
        if config.is_null() {
            return self.fault_of_unset(attribute, prior, planned);
        }
        if !config.is_wholly_known() {
            return None;
        }
        let wanted = as_provider_words_it(attribute, prior, config);
        let is_kept = mean_the_same(attribute, planned, &wanted) || mean_the_same(attribute, &wanted, planned);
        // The older SDK takes an empty text or collection for none, and lets the provider choose where it may.
        let is_left_open = self.legacy && wanted.is_zero() && (attribute.is_computed() || planned.is_zero());
        match (is_kept || is_left_open, planned.is_wholly_known()) {
            (true, _) => None,
            (false, true) => Some("is planned to be something else than what is configured"),
            (false, false) => Some("is configured, but planned as unknown"),
        }
    }

    fn fault_of_unset(&self, attribute: &Attribute, prior: Option<&Value>, planned: &Value) -> Option<&'static str> {
        let is_allowed = attribute.is_computed()
            || attribute.planned_by_type
            || planned.is_null()
            || attribute.default.as_ref() == Some(planned)
            || (self.legacy && planned.is_zero())
            // A provider of the older SDK may take what stands for what is meant.
            || (self.legacy && prior == Some(planned));
        (!is_allowed).then_some("is neither configured nor computed, but has a planned value")
    }

    fn nested(
        &mut self,
        nested: &NestedBlock,
        prior: Option<&Value>,
        config: &Value,
        planned: &Value,
        path: &mut Path,
    ) {
        let count =
            |value: &Value| value.elements().map(<[Value]>::len).or_else(|| Some(usize::from(!value.is_null())));
        // The older SDK lets a provider show blocks that nobody has configured.
        let may_be_given = nested.computed || self.legacy;
        if !config.is_known() || (may_be_given && count(config) == Some(0)) {
            return;
        }
        let wholly_known = nested.nesting != Nesting::Set || config.is_wholly_known();
        if !planned.is_known() || (wholly_known && count(config) != count(planned)) {
            self.found.push(Violation { path: path.clone(), what: "has not as many blocks as are configured" });
            return;
        }
        match nested.nesting {
            Nesting::Single => self.block(&nested.block, prior, config, planned, path),
            // Elements of sets have no counterpart to be compared with.
            Nesting::Set => {}
            Nesting::List | Nesting::Map => {
                let planned = planned.parts();
                for (step, config) in config.parts() {
                    let Some((_, planned)) = planned.iter().find(|(at, _)| *at == step) else { continue };
                    let prior = prior.and_then(|prior| prior.at(&Path(vec![step.clone()])));
                    path.0.push(step);
                    self.block(&nested.block, prior.as_ref(), config, planned, path);
                    path.0.pop();
                }
            }
        }
    }
}
