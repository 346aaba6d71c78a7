//! Where random values come from.

use sha2::{Digest, Sha256};

/// A source of random bytes: the operating system's, or a seeded one in tests.
pub trait Entropy: Send + Sync {
    /// Fills the slice with bytes that nobody can guess.
    fn fill(&self, bytes: &mut [u8]);
}

/// Draws of numbers that are equally likely, from entropy or from a seed.
pub(crate) struct Draws<'a> {
    source: Source<'a>,
}

enum Source<'a> {
    Entropy(&'a dyn Entropy),
    Seed(SeededStream),
}

/// The bytes that follow from a seed: SHA-256 of `wpinfra seed 1`, a zero byte, the seed and the number of the block in eight
/// bytes, most significant first; block after block. The same in every version of wpinfra, but not what Terraform draws.
struct SeededStream {
    seed: String,
    blocks: u64,
    rest: Vec<u8>,
}

impl<'a> Draws<'a> {
    /// Draws from entropy.
    pub(crate) fn from_entropy(entropy: &'a dyn Entropy) -> Self {
        Self { source: Source::Entropy(entropy) }
    }

    /// Draws what follows from the seed, or from entropy where there is none.
    pub(crate) fn from_seed(seed: Option<&str>, entropy: &'a dyn Entropy) -> Self {
        let seeded = |seed: &str| Source::Seed(SeededStream { seed: seed.to_owned(), blocks: 0, rest: Vec::new() });
        Self { source: seed.map_or(Source::Entropy(entropy), seeded) }
    }

    /// Returns any number.
    pub(crate) fn any(&mut self) -> u64 {
        let mut bytes = [0; 8];
        match &mut self.source {
            Source::Entropy(entropy) => entropy.fill(&mut bytes),
            Source::Seed(stream) => stream.fill(&mut bytes),
        }
        u64::from_be_bytes(bytes)
    }

    /// Returns a number below the bound, which must not be 0.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        // Numbers past the last whole multiple of the bound would make small results likelier: draw again.
        let uneven = (u64::MAX % bound + 1) % bound;
        loop {
            let number = self.any();
            if number <= u64::MAX - uneven {
                return number % bound;
            }
        }
    }

    /// Returns one of the items, of which there must be some.
    pub(crate) fn choose<'t, T>(&mut self, items: &'t [T]) -> &'t T {
        &items[self.index(items.len())]
    }

    /// Brings the items into any order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }

    fn index(&mut self, length: usize) -> usize {
        let bound = u64::try_from(length).expect("no slice is longer than u64::MAX");
        usize::try_from(self.below(bound)).expect("it is below a usize")
    }
}

impl SeededStream {
    fn fill(&mut self, bytes: &mut [u8]) {
        while self.rest.len() < bytes.len() {
            let mut hash = Sha256::new();
            hash.update(b"wpinfra seed 1\0");
            hash.update(self.seed.as_bytes());
            hash.update(self.blocks.to_be_bytes());
            self.rest.extend_from_slice(&hash.finalize());
            self.blocks += 1;
        }
        bytes.copy_from_slice(&self.rest[..bytes.len()]);
        self.rest.drain(..bytes.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestEntropy;

    #[test]
    fn draws_are_even() {
        let entropy = TestEntropy::new(1);
        let mut draws = Draws::from_entropy(&entropy);
        let mut counts = [0_u32; 6];
        for _ in 0..60_000 {
            counts[usize::try_from(draws.below(6)).expect("below 6")] += 1;
        }
        // The standard deviation is 91: five of them either way.
        assert!(counts.iter().all(|count| (9_540..=10_460).contains(count)), "{counts:?}");
    }

    #[test]
    fn seeds_decide() {
        let entropy = TestEntropy::new(1);
        let drawn = |seed: &str| {
            let mut draws = Draws::from_seed(Some(seed), &entropy);
            [draws.any(), draws.any(), draws.any(), draws.any(), draws.any()]
        };
        assert_eq!(drawn("a"), drawn("a"));
        assert_ne!(drawn("a"), drawn("b"));
        // printf 'wpinfra seed 1\0a\0\0\0\0\0\0\0\0' | sha256sum, and the same with a block number of 1
        assert_eq!(drawn("a")[0], 0xa89e_7d5e_0666_7b23);
        assert_eq!(drawn("a")[4], 0x7398_aac5_f748_3ffd);
    }

    #[test]
    fn shuffles_keep_all() {
        let entropy = TestEntropy::new(2);
        let mut items: Vec<u8> = (0..50).collect();
        Draws::from_entropy(&entropy).shuffle(&mut items);
        assert!(!items.is_sorted());
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<u8>>());
    }
}
