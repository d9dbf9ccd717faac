//! What a simulation is asked for, and why it may be refused.

use crate::domain::Timestamp;
use crate::progress::Interrupted;

/// By which rules is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// Customers and terminals at real cities.
    Demo,
    /// The Fraud Detection Handbook's simulator, bit for bit.
    Handbook,
}

impl Preset {
    /// The demo's world of about 233,000 payments, some 2,000 of them fraud; the Handbook's published data.
    pub const fn config(self) -> SimulationConfig {
        let start = SimulationConfig::DEFAULT_START;
        let (customers, terminals, days, seed) = match self {
            Self::Demo => (1_000, 2_000, 120, 42),
            Self::Handbook => (5_000, 10_000, 183, 0),
        };
        SimulationConfig { preset: self, customers, terminals, days, start, seed }
    }
}

/// The rules, the size, the period and the seed of a simulated world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SimulationConfig {
    /// The rules.
    pub preset: Preset,
    /// How many customers pay; each makes 0 to 4 payments a day on average, 2 over all of them.
    pub customers: u32,
    /// How many terminals take the payments.
    pub terminals: u32,
    /// How many days are simulated.
    pub days: u32,
    /// The first day, at midnight UTC.
    pub start: Timestamp,
    /// Another seed, another world by the same rules. In the Handbook's it is added to the seed of every generator.
    pub seed: u64,
}

impl SimulationConfig {
    /// The largest number of customers and of terminals.
    pub const MAX_ENTITIES: u32 = 10_000_000;
    /// The largest number of days: a hundred years.
    pub const MAX_DAYS: u32 = 36_525;
    /// The largest seed of the Handbook's world: its generators take 32 bits, and each customer has the next one.
    pub const MAX_HANDBOOK_SEED: u64 = (u32::MAX - Self::MAX_ENTITIES) as u64;
    /// 2018-04-01, as in the Handbook.
    pub const DEFAULT_START: Timestamp = Timestamp::from_seconds(1_522_540_800);

    /// Checks every value.
    ///
    /// # Errors
    /// [`SimulationError`] for the first value that cannot be simulated.
    pub fn validate(&self) -> Result<(), SimulationError> {
        let within = |what, value, max| match value {
            1.. if value <= max => Ok(()),
            _ => Err(SimulationError::OutOfRange { what, value, max }),
        };
        within("customers", self.customers, Self::MAX_ENTITIES)?;
        within("terminals", self.terminals, Self::MAX_ENTITIES)?;
        within("days", self.days, Self::MAX_DAYS)?;
        if self.preset == Preset::Handbook && self.seed > Self::MAX_HANDBOOK_SEED {
            return Err(SimulationError::SeedTooLarge { seed: self.seed, max: Self::MAX_HANDBOOK_SEED });
        }
        if self.start.micros().rem_euclid(Timestamp::DAY_US) != 0 {
            return Err(SimulationError::NotMidnight);
        }
        let first = self.start.seconds();
        let end = first.saturating_add(i64::from(self.days) * 86_400);
        if first < YEAR_1 || end > YEAR_10000 {
            return Err(SimulationError::OutOfCalendar);
        }
        Ok(())
    }
}

impl Default for SimulationConfig {
    /// The demo's world.
    fn default() -> Self {
        Preset::Demo.config()
    }
}

/// Seconds at which the years 1 and 10000 begin: what RFC 3339 can write lies between.
const YEAR_1: i64 = -62_135_596_800;
const YEAR_10000: i64 = 253_402_300_800;

/// Why there is no simulation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SimulationError {
    /// A number is 0 or too large.
    #[error("{what} must be between 1 and {max}, not {value}")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// As it was given.
        value: u32,
        /// The largest accepted.
        max: u32,
    },
    /// More bits than the Handbook's generators take.
    #[error("the seed of a handbook world must be between 0 and {max}, not {seed}")]
    SeedTooLarge {
        /// As it was given.
        seed: u64,
        /// The largest accepted.
        max: u64,
    },
    /// The period does not begin with a day.
    #[error("the simulation must start at midnight UTC")]
    NotMidnight,
    /// The period cannot be written as dates.
    #[error("the simulated period must lie within the years 1 to 9999")]
    OutOfCalendar,
    /// The user asked to stop.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut SimulationConfig)) -> String {
        let mut config = SimulationConfig::default();
        change(&mut config);
        config.validate().expect_err("a value that cannot be simulated").to_string()
    }

    #[test]
    fn values_that_cannot_be_simulated_are_named() {
        assert_eq!(SimulationConfig::default().validate(), Ok(()));
        assert_eq!(refused(|c| c.customers = 0), "customers must be between 1 and 10000000, not 0");
        assert_eq!(refused(|c| c.terminals = 0), "terminals must be between 1 and 10000000, not 0");
        assert_eq!(refused(|c| c.days = 40_000), "days must be between 1 and 36525, not 40000");
        assert_eq!(Preset::Handbook.config().validate(), Ok(()));
        let seed = SimulationConfig::MAX_HANDBOOK_SEED + 1;
        assert_eq!(SimulationConfig { seed, ..SimulationConfig::default() }.validate(), Ok(()));
        assert_eq!(
            refused(|c| *c = SimulationConfig { seed, ..Preset::Handbook.config() }),
            "the seed of a handbook world must be between 0 and 4284967295, not 4284967296"
        );
        assert_eq!(
            refused(|c| c.start = Timestamp::from_seconds(1_522_540_801)),
            "the simulation must start at midnight UTC"
        );
        assert_eq!(
            refused(|c| c.start = Timestamp::from_seconds(YEAR_10000 - 86_400)),
            "the simulated period must lie within the years 1 to 9999"
        );
        assert_eq!(
            refused(|c| c.start = Timestamp::from_seconds(YEAR_1 - 86_400)),
            "the simulated period must lie within the years 1 to 9999"
        );
    }
}
