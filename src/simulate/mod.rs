//! The transaction simulator: customers, terminals, payments, and three kinds of fraud.
//!
//! Two presets know who pays, and each tells it day by day as an iterator of [`Payment`]s: the `demo` at real cities,
//! in a world of any size, and the `handbook`, which makes the published data of the Fraud Detection Handbook again.
//! Payments are in memory for a month at most, whatever the length; the demo also keeps 8 bytes for each payment that
//! will be stolen, five a year of a customer. The number of threads changes nothing. Writing files is left to others.

mod config;
mod days;
mod demo;
mod handbook;
mod payment;
mod scenarios;
mod summary;
#[cfg(test)]
mod tests;

use crate::domain::{Amount, Timestamp, Transaction};
use crate::progress::{Interrupted, Progress};

pub use self::config::{Preset, SimulationConfig, SimulationError};
pub use self::days::{Day, Days};
pub use self::demo::{Customer, Terminal, World};
pub use self::payment::Payment;
pub use self::summary::Summary;

use self::demo::Demo;
use self::handbook::Handbook;

/// A transaction and what made it fraud.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulatedTransaction {
    /// The transaction, with the terminal's place, where it has one, and its label.
    pub transaction: Transaction,
    /// 1 to 3 as in the Handbook's `TX_FRAUD_SCENARIO`; 0 for no fraud.
    pub scenario: u8,
}

/// A world with its plan of frauds, ready to make transactions.
#[derive(Debug)]
pub struct Simulation {
    config: SimulationConfig,
    rules: Rules,
}

/// The world of a preset, and its way to make payments.
#[derive(Debug)]
enum Rules {
    Demo(Demo),
    Handbook(Handbook),
}

impl Simulation {
    /// Places customers and terminals and plans the frauds.
    ///
    /// # Errors
    /// [`SimulationError`] when the config cannot be simulated, or when the user asked to stop.
    pub fn new(config: SimulationConfig, progress: &dyn Progress) -> Result<Self, SimulationError> {
        config.validate()?;
        progress.start("placing customers and terminals", None);
        let rules = match config.preset {
            Preset::Demo => Rules::Demo(Demo::new(&config, progress)?),
            Preset::Handbook => Rules::Handbook(Handbook::new(&config, progress)?),
        };
        progress.finish();
        Ok(Self { config, rules })
    }

    /// What was asked for.
    pub const fn config(&self) -> &SimulationConfig {
        &self.config
    }

    /// The places behind the transactions; the Handbook's square is nowhere on Earth.
    pub const fn world(&self) -> Option<&World> {
        match &self.rules {
            Rules::Demo(demo) => Some(&demo.world),
            Rules::Handbook(_) => None,
        }
    }

    /// The payments day by day, from the first day on.
    pub fn days<'a>(&'a self, progress: &'a dyn Progress) -> Days<'a> {
        let payments: Box<dyn Iterator<Item = Vec<Payment>> + Send + 'a> = match &self.rules {
            Rules::Demo(demo) => Box::new(demo.days()),
            Rules::Handbook(handbook) => Box::new(handbook.days()),
        };
        Days::new(payments, self.config.days, progress)
    }

    /// All transactions at once, numbered from 0 in the order of time.
    ///
    /// # Errors
    /// [`Interrupted`] when the user asked to stop.
    pub fn all(&self, progress: &dyn Progress) -> Result<(Vec<SimulatedTransaction>, Summary), Interrupted> {
        let mut transactions = Vec::new();
        let mut summary = Summary::default();
        for day in self.days(progress) {
            let day = day?;
            summary.count(&day.payments);
            transactions.extend((0..day.payments.len()).map(|position| self.transaction(&day, position)));
        }
        Ok((transactions, summary))
    }

    fn transaction(&self, day: &Day, position: usize) -> SimulatedTransaction {
        let payment = &day.payments[position];
        let place = self.world().map(|world| world.terminals[payment.terminal as usize].place);
        let transaction = Transaction {
            id: (day.first_row + position as u64).into(),
            time: Timestamp::from_seconds(self.config.start.seconds() + day.seconds(payment)),
            customer: u64::from(payment.customer).into(),
            terminal: u64::from(payment.terminal).into(),
            amount: Amount::try_from(payment.amount)
                .expect("a few standard deviations of a small mean, stolen a few times"),
            place,
            fraud: Some(payment.scenario > 0),
        };
        SimulatedTransaction { transaction, scenario: payment.scenario }
    }
}
