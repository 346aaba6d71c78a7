//! Planning: (configuration, state, facts) → plan. Synchronous, deterministic and without IO.
//!
//! What a plan needs from outside (connections, remote objects, data sources) it asks for as a list of [`Need`]s; the
//! caller fulfils all of them at once, adds them to the [`Facts`] and asks again.

mod plan;

pub use plan::{
    Action, Change, ExecutionGraph, Facts, Mode, Need, Options, Outcome, OutputChange, Plan, Reason, RefreshedObject, Request,
    Step, StepId, StepKind,
};
