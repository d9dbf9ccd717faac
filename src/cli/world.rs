//! The flags that say how large a simulated world is.

use clap::Args;

use crate::domain::Timestamp;
use crate::simulate::SimulationConfig;

/// Flags about a simulated world.
#[derive(Debug, Clone, Args)]
pub struct WorldArgs {
    /// Customers of the simulated world
    #[arg(long, value_name = "N", default_value_t = SimulationConfig::default().customers)]
    customers: u32,
    /// Terminals of the simulated world
    #[arg(long, value_name = "N", default_value_t = SimulationConfig::default().terminals)]
    terminals: u32,
    /// Days of the simulated world
    #[arg(long, value_name = "N", default_value_t = SimulationConfig::default().days)]
    days: u32,
}

impl WorldArgs {
    /// The world that begins at `start`.
    pub const fn config(&self, start: Timestamp, seed: u64) -> SimulationConfig {
        SimulationConfig {
            customers: self.customers,
            terminals: self.terminals,
            days: self.days,
            start,
            seed,
        }
    }
}
