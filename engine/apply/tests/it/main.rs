//! The engine as a whole against the made-up service: configurations are planned, applied, interrupted and recovered.

mod crashes;
mod ephemeral;
mod harness;
mod lifecycle;
mod local;
mod provisioners;
