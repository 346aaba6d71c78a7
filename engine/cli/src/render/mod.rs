//! Everything that people read: plans, diagnostics, values.

mod compare;
mod diagnostic_json;
mod diagnostics;
mod difference;
mod echoes;
mod layout;
mod objects;
mod painter;
mod plan;
mod resources;
pub(crate) mod tree;
mod value;
pub(crate) mod words;

pub(crate) use diagnostic_json::diagnostic_to_json;
pub(crate) use diagnostics::{DiagnosticStyle, Sources, render_diagnostics};
pub(crate) use objects::render_object;
pub(crate) use painter::Painter;
pub(crate) use plan::{Counts, LookingCost, PlanText, render_plan, summary_counts};
pub(crate) use resources::hide_sensitive;
pub(crate) use value::literal;

#[cfg(test)]
mod tests;
