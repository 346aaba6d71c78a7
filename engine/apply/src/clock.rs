//! Time and chance as values, so that tests can fix both.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;
use wpinfra_core::provider::BoxFuture;

/// Tells the time and waits.
pub trait Clock: Send + Sync {
    /// Returns the time of day.
    fn now(&self) -> Timestamp;

    /// Returns how long the clock has been running; never goes back.
    fn elapsed(&self) -> Duration;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;
}

/// The clock of a run: started with the time of day, it goes on with tokio's, which tests can pause.
#[derive(Clone, Copy, Debug)]
pub struct RunClock {
    started: Timestamp,
    origin: tokio::time::Instant,
}

impl RunClock {
    /// Starts a clock at the time of day.
    pub fn starting_at(started: Timestamp) -> Self {
        Self { started, origin: tokio::time::Instant::now() }
    }
}

impl Clock for RunClock {
    fn now(&self) -> Timestamp {
        let elapsed = i64::try_from(self.elapsed().as_nanos()).unwrap_or(i64::MAX);
        self.started.checked_add(jiff::SignedDuration::from_nanos(elapsed)).unwrap_or(Timestamp::MAX)
    }

    fn elapsed(&self) -> Duration {
        self.origin.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        // The only place in which wpinfra sleeps: everything else takes a `Clock`.
        Box::pin(tokio::time::sleep_until(tokio::time::Instant::now() + duration))
    }
}

/// Source of tokens, lineages and jitter.
#[derive(Debug)]
pub struct Entropy(Option<Mutex<u64>>);

impl Entropy {
    /// Returns the operating system's.
    pub fn system() -> Self {
        Self(None)
    }

    /// Returns one that gives the same sequence for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Some(Mutex::new(seed)))
    }

    /// Returns a new UUID.
    pub fn uuid(&self) -> String {
        match self.next() {
            None => Uuid::new_v4().to_string(),
            Some(high) => {
                let low = self.next().unwrap_or_default();
                uuid::Builder::from_random_bytes(((u128::from(high) << 64) | u128::from(low)).to_be_bytes())
                    .into_uuid()
                    .to_string()
            }
        }
    }

    /// Returns a duration between the half of one and all of it.
    pub fn jitter(&self, duration: Duration) -> Duration {
        let random = self.next().unwrap_or_else(|| Uuid::new_v4().as_u64_pair().1);
        let share = 500 + u32::try_from(random % 501).unwrap_or(0);
        duration * share / 1000
    }

    /// Returns the next number of the sequence (splitmix64), if there is one.
    fn next(&self) -> Option<u64> {
        let mut state = self.0.as_ref()?.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(mixed ^ (mixed >> 31))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeded_entropy_repeats_itself_and_makes_real_uuids() {
        let (one, other) = (Entropy::seeded(7), Entropy::seeded(7));
        let first = one.uuid();
        assert_eq!(first, other.uuid());
        assert_ne!(first, one.uuid());
        assert_eq!(Uuid::parse_str(&first).expect("a UUID").get_version_num(), 4);
    }

    #[test]
    fn jitter_stays_within_its_bounds() {
        let entropy = Entropy::seeded(1);
        for _ in 0..1000 {
            let waited = entropy.jitter(Duration::from_secs(1));
            assert!(waited >= Duration::from_millis(500) && waited <= Duration::from_secs(1), "{waited:?}");
        }
    }
}
