//! Randomness that depends on what is drawn for whom, never on the order or the thread in which it is drawn.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    /// Which cities have terminals.
    Cities = 1,
    /// Where one terminal stands.
    Terminal = 2,
    /// Where one customer lives and how they pay.
    Customer = 3,
    /// The payments of one customer on one day.
    Payments = 4,
    /// Which terminals are compromised on one day.
    CompromisedTerminals = 5,
    /// Which customers are compromised on one day.
    CompromisedCustomers = 6,
    /// Which payments of one compromised customer are fraud, by first day.
    StolenPayments = 7,
}

/// The stream of `stage` for `(index, day)`; streams are independent of each other for every seed.
pub(super) fn stream(seed: u64, stage: Stage, index: u32, day: u32) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..12].copy_from_slice(&(stage as u32).to_le_bytes());
    key[12..16].copy_from_slice(&index.to_le_bytes());
    key[16..20].copy_from_slice(&day.to_le_bytes());
    ChaCha8Rng::from_seed(key)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::RngExt;

    use super::*;

    #[test]
    fn every_part_of_the_key_makes_another_stream() {
        let first = |seed, stage, index, day| stream(seed, stage, index, day).random::<u64>();
        let draws: HashSet<u64> = [
            first(1, Stage::Payments, 2, 3),
            first(2, Stage::Payments, 2, 3),
            first(1, Stage::Customer, 2, 3),
            first(1, Stage::Payments, 3, 3),
            first(1, Stage::Payments, 2, 4),
            first(1 << 40, Stage::Payments, 2, 3),
        ]
        .into();
        assert_eq!(draws.len(), 6);
        assert!(draws.contains(&first(1, Stage::Payments, 2, 3)));
    }
}
