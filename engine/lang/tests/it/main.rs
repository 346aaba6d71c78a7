//! Tests of the language in one program, so that they are linked once and run side by side.

#[path = "../common/mod.rs"]
mod common;
mod configurations;
mod depth;
mod ephemeral;
mod expressions;
mod format;
mod functions;
mod fuzz;
mod limits;
mod syntax;
mod variables;
