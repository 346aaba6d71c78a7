//! Planning: (configuration, state, facts) → plan. Synchronous, deterministic and without IO.
//!
//! What a plan needs from outside (connections, remote objects, data sources) it asks for as a list of [`Need`]s; the
//! caller fulfils all of them at once, adds them to the [`Facts`] and asks again.

mod bits;
mod conclude;
mod conform;
mod data;
pub mod decode;
mod ephemeral;
mod execution;
pub mod graph;
mod ignore;
mod import;
mod managed;
mod meaning;
mod merge;
mod moves;
mod objects;
mod order;
#[cfg(test)]
mod order_properties;
mod orphans;
mod outputs;
mod plan;
mod planner;
mod propose;
#[cfg(test)]
mod propose_tests;
mod replace;
mod sensitive;
mod settle;
#[cfg(test)]
mod settle_tests;
mod targets;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod unsettle;
pub mod wire;

pub use execution::lint;
pub use plan::{
    Action, Change, ExecutionGraph, Facts, Mode, Need, Options, Outcome, OutputChange, Plan, Reason, RefreshedObject,
    Request, Step, StepId, StepKind,
};
pub use planner::plan;
pub use propose::{Force, Proposal, planned_value, propose};
pub use sensitive::{mark_sensitive, opened_value};
pub use settle::{normalise, settle};
