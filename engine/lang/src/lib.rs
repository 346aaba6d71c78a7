//! From configuration texts to the desired value of every instance: syntax, evaluation and the configuration model.
//!
//! Everything in here is synchronous and pure. Files come through a trait; environment, time and chance are given.

pub mod eval;
pub mod expr;
pub mod functions;
pub mod print;
pub mod suggest;
pub mod syntax;

pub use functions::{Files, FunctionError, FunctionScope};
