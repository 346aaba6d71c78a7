//! The command line of wpinfra.
#![expect(dead_code, reason = "being built")]

mod render;
