//! From configuration texts to the desired value of every instance: syntax, evaluation and the configuration model.
//!
//! Everything in here is synchronous and pure. Files come through a trait; environment, time and chance are given.

mod check;
pub mod config;
pub mod decode;
mod desired;
pub mod eval;
pub mod expr;
pub mod format;
pub mod functions;
mod graph;
mod lint;
mod module_scope;
pub mod print;
pub mod references;
pub mod scope;
pub mod suggest;
pub mod syntax;

pub use config::{
    Configuration, Environment, InputSource, InputVariable, InputVariables, InstalledModules, VariableOrigin,
};
pub use desired::Evaluator;
pub use functions::{Files, FunctionError, FunctionScope};
pub use print::format_value;
