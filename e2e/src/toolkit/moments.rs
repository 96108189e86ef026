//! Moments at which processes are killed.

/// A small generator: the moments differ from round to round and are the same in every run with a seed.
#[derive(Debug)]
pub struct Moments(u64);

impl Moments {
    /// The moments of a seed.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number below a bound.
    pub fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}
