//! A payment before it becomes a transaction: numbers only.

/// Noon, around which payments are made, and their spread; in seconds of the UTC day.
pub(super) const NOON: f64 = 43_200.0;
pub(super) const SPREAD: f64 = 20_000.0;
/// Seconds in a day.
pub(super) const DAY_SECONDS: u32 = 86_400;

/// A payment of one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Payment {
    /// Second of the day, 1 to 86,399.
    pub second: u32,
    /// Number of the customer, from 0.
    pub customer: u32,
    /// Number of the terminal, from 0.
    pub terminal: u32,
    /// Not negative.
    pub amount: f64,
    /// The scenario that made it fraud, 1 to 3; 0 for none.
    pub scenario: u8,
    /// Position among the customer's payments of the day, in the order they were drawn.
    pub(super) sequence: u32,
}

impl Payment {
    /// What payments of a day are sorted by; no two have the same.
    pub(super) const fn order(&self) -> (u32, u32, u32) {
        (self.second, self.customer, self.sequence)
    }
}

/// Rounds to cents, half a cent to the even one.
pub(super) fn cents(amount: f64) -> f64 {
    (amount * 100.0).round_ties_even() / 100.0
}
