//! The flags that say how large a simulated world is.

use clap::Args;

use crate::simulate::SimulationConfig;

/// Flags about a simulated world.
#[derive(Debug, Clone, Args)]
pub struct WorldArgs {
    /// Customers of the simulated world [default: demo 1000, handbook 5000]
    #[arg(long, value_name = "N")]
    customers: Option<u32>,
    /// Terminals of the simulated world [default: demo 2000, handbook 10000]
    #[arg(long, value_name = "N")]
    terminals: Option<u32>,
    /// Days of the simulated world [default: demo 120, handbook 183]
    #[arg(long, value_name = "N")]
    days: Option<u32>,
}

impl WorldArgs {
    /// `preset` in the size that the flags say.
    pub fn config(&self, preset: SimulationConfig) -> SimulationConfig {
        SimulationConfig {
            customers: self.customers.unwrap_or(preset.customers),
            terminals: self.terminals.unwrap_or(preset.terminals),
            days: self.days.unwrap_or(preset.days),
            ..preset
        }
    }
}
