//! The command line of wpinfra.
#![expect(dead_code, reason = "being built")]

mod arguments;
pub mod environment;
mod files;
mod registry;
mod render;
mod show_json;
