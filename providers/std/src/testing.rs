//! What the tests of this crate share: entropy that can be repeated, and a small stand-in for the engine.

use std::sync::atomic::{AtomicU64, Ordering};

use wpinfra_core::provider::{AnyResourceType, Client, Draft};
use wpinfra_core::schema::{Replace, Role};
use wpinfra_core::{Diagnostics, Path, Value};

use crate::Entropy;

/// The generator `SplitMix64`: even, and the same for the same seed.
pub(crate) struct TestEntropy(AtomicU64);

impl TestEntropy {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Entropy for TestEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let state = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed).wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_be_bytes()[..chunk.len()]);
        }
    }
}

/// A configuration of the type: what is given, else null.
pub(crate) fn config(resource_type: &dyn AnyResourceType, given: &[(&str, Value)]) -> Value {
    given.iter().fold(resource_type.schema().block.empty_value(), |config, (name, value)| {
        config.with_attribute(name, value.clone())
    })
}

/// What the plan of one resource says.
pub(crate) struct Planned {
    pub(crate) value: Value,
    pub(crate) replace: Vec<Path>,
}

/// Plans as the engine does, for types that have only attributes and the strict type system.
pub(crate) fn plan(resource_type: &dyn AnyResourceType, prior: Option<&Value>, config: &Value) -> Planned {
    let mut planned = config.clone();
    let mut replace = Vec::new();
    for (name, attribute) in &resource_type.schema().block.attributes {
        let configured = config.get(name).expect("a config has every attribute");
        let before = prior.map(|prior| prior.get(name).expect("a prior state has every attribute"));
        let value = match (&attribute.default, &before) {
            _ if !configured.is_null() || attribute.role == Role::Optional => configured,
            (Some(default), _) => default.clone(),
            (None, Some(before)) => before.clone(),
            (None, None) => Value::unknown(attribute.ty.clone()),
        };
        let replaces = match (before, attribute.replace) {
            (Some(before), Replace::Always) => before != value,
            (Some(before), Replace::When(function)) => before != value && function(&before, &value),
            (_, Replace::Always | Replace::Never | Replace::When(_)) => false,
        };
        if replaces {
            replace.push(Path::root().attribute(name));
        }
        planned = planned.with_attribute(name, value);
    }
    let mut draft = Draft { prior, config, planned, replace, diagnostics: Diagnostics::new() };
    resource_type.plan(None, &mut draft);
    assert!(draft.diagnostics.is_empty());
    let Draft { planned, replace, .. } = draft;
    if replace.is_empty() {
        Planned { value: planned, replace }
    } else {
        Planned { replace, ..plan(resource_type, None, config) }
    }
}

/// Plans and applies, and checks what the engine checks.
pub(crate) fn apply(resource_type: &dyn AnyResourceType, prior: Option<&Value>, config: &Value) -> Value {
    let planned = plan(resource_type, prior, config);
    let client: Client = std::sync::Arc::new(());
    let prior = prior.filter(|_| planned.replace.is_empty());
    let made = match prior {
        Some(prior) => resource_type.generate_update(&client, prior, &planned.value),
        None => resource_type.generate(&client, &planned.value),
    };
    let made = made.expect("the configuration is good");
    assert!(made.is_wholly_known());
    for (name, value) in planned.value.mapping().expect("an object") {
        if value.is_wholly_known() {
            assert_eq!(made.get(name).as_ref(), Some(value), "{name} was planned");
        }
    }
    made
}

/// Creates an object from arguments.
pub(crate) fn create(resource_type: &dyn AnyResourceType, given: &[(&str, Value)]) -> Value {
    apply(resource_type, None, &config(resource_type, given))
}

/// Returns the text of an attribute.
pub(crate) fn text(object: &Value, name: &str) -> String {
    object
        .get(name)
        .and_then(|value| value.as_str().map(str::to_owned))
        .unwrap_or_else(|| panic!("{name} should be text"))
}
