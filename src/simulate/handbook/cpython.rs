//! CPython's generator, the module `random`: the same draws from the same seed.

use std::collections::HashSet;

use super::mersenne::Mersenne;

/// A seeded `random.Random`.
#[derive(Debug, Clone)]
pub(super) struct CPython(Mersenne);

impl CPython {
    /// `random.seed(seed)`.
    pub(super) fn new(seed: u32) -> Self {
        Self(Mersenne::from_key(&[seed]))
    }

    /// The place that `choice` takes of a sequence of `length`, which is above 0: the highest bits of words, until
    /// they make a number below it.
    pub(super) fn choice(&mut self, length: u32) -> u32 {
        loop {
            let number = self.0.next_word() >> length.leading_zeros();
            if number < length {
                return number;
            }
        }
    }

    /// The places that `sample` takes of a sequence of `length`, in the order they are drawn; `count` of them and no
    /// more than there are.
    pub(super) fn sample(&mut self, length: u32, count: u32) -> Vec<u32> {
        if u64::from(length) <= set_size(count) {
            let mut pool: Vec<u32> = (0..length).collect();
            let mut draw = |left: u32| pool.swap_remove(self.choice(left) as usize);
            return (length - count + 1..=length).rev().map(&mut draw).collect();
        }
        let mut gone = HashSet::new();
        let mut draw = || loop {
            let place = self.choice(length);
            if gone.insert(place) {
                return place;
            }
        };
        (0..count).map(|_| draw()).collect()
    }
}

/// Up to which length `sample` keeps a pool of what is left instead of a set of what is gone: CPython compares the
/// sequence with the table of a set of `count` elements.
fn set_size(count: u32) -> u64 {
    if count <= 5 {
        return 21;
    }
    let mut table = 1;
    while table < 3 * u64::from(count) {
        table *= 4;
    }
    21 + table
}
