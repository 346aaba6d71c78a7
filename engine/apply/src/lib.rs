//! Apply: a plan becomes effects. State files, journal, locks, reads, waits, retries and recovery.
//!
//! Nothing in here decides what should happen: that stands in the plan. What is in here makes it happen, records each
//! step before and after, and finds out what became of a run that was cut off.

pub mod clock;
pub mod interrupt;
pub mod journal;
pub mod observer;
mod retry;
pub mod state_file;
pub mod store;
pub mod surroundings;
pub mod verify;
mod wait;
