//! Apply: a plan becomes effects. State files, journal, locks, reads, waits, retries and recovery.
//!
//! Nothing in here decides what should happen: that stands in the plan. What is in here makes it happen, records each
//! step before and after, and finds out what became of a run that was cut off.

pub mod clock;
mod describe;
pub mod driver;
mod ephemeral;
pub mod interrupt;
pub mod journal;
pub mod known;
pub mod lock;
pub mod observer;
mod order;
pub mod plan_file;
pub mod recover;
mod refresh;
mod retry;
pub mod run;
pub mod state_file;
pub mod store;
pub mod surroundings;
pub mod verify;
mod wait;
