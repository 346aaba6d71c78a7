//! What every part of a run is given.

use wpinfra_core::registry::Registry;

use crate::clock::{Clock, Entropy};
use crate::interrupt::Interrupt;
use crate::observer::Observer;

/// Number of API calls that may be in flight at once, unless `-parallelism` says otherwise.
///
/// Waiting for an object takes no place in it, so that it can be lower than the number of steps in flight.
pub const DEFAULT_PARALLELISM: usize = 64;

/// What every part of a run is given.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The providers.
    pub registry: &'a Registry,
    /// Time.
    pub clock: &'a dyn Clock,
    /// Chance.
    pub entropy: &'a Entropy,
    /// Who watches.
    pub observer: &'a dyn Observer,
    /// Requests to stop.
    pub interrupt: &'a Interrupt,
    /// Number of API calls that may be in flight at once; at least 1.
    pub parallelism: usize,
}
