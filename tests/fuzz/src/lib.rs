//! Targets for cargo-fuzz; `engine/lang/tests/it/fuzz.rs` runs the same ones for a moment.

pub mod targets;
