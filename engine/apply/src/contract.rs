//! What the executor asks of the planner again, with values that only the apply knows.

use wpinfra_core::desired::DesiredInstance;
use wpinfra_core::provider::{AnyResourceType, Client};
use wpinfra_core::schema::Schema;
use wpinfra_core::{Diagnostics, Path, Value};
use wpinfra_plan::Change;

pub(crate) fn propose(
    _r: &dyn AnyResourceType,
    _c: &Client,
    _p: Option<&Value>,
    _i: &DesiredInstance,
    _ch: &Change,
) -> (Option<Value>, Diagnostics) {
    (None, Diagnostics::new())
}
pub(crate) fn settle(_p: &Value, o: &Value, _s: &Schema) -> (Value, Vec<Path>) {
    (o.clone(), Vec::new())
}
pub(crate) fn normalise(_p: &Value, o: &Value, _s: &Schema) -> Value {
    o.clone()
}
pub(crate) fn mark_sensitive(v: &Value, _s: &Schema) -> Value {
    v.clone()
}
