//! A whole log at once: the histories of `state`, many of them at the same time.
//!
//! A log is taken in blocks of rows. Within a block, customers are divided among tasks, and so are terminals; a task takes
//! the rows of its own in their order, so every history sees what it would see one row at a time. Then the rows are put
//! together. Each step reads and writes memory in one direction.

use rayon::prelude::*;

use super::FeatureState;
use super::customer::Payment;
use super::log::EventLog;
use super::state::terminal_key;
use crate::domain::{CustomerId, InvalidValue, TerminalId};
use crate::matrix::Matrix;
use crate::progress::{Interrupted, Progress};

/// Rows of a block: their values stay in the cache.
const BLOCK: usize = 131_072;
/// Tasks that a block is divided into; more than threads, because histories differ in length.
const TASKS: usize = 64;

/// Why a log has no features.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ObserveError {
    /// A customer or a terminal has no name.
    #[error(transparent)]
    Id(#[from] InvalidValue),
    /// The user asked to stop.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

impl FeatureState {
    /// Takes in a log in the order of time and gives a row of features per transaction, in the order of the log: bit for bit
    /// what [`FeatureState::observe`] gives for one after the other. Progress advances by rows.
    ///
    /// # Errors
    /// [`ObserveError`] when an id is blank, or the user stopped.
    pub fn observe_log(&mut self, log: &EventLog, progress: &dyn Progress) -> Result<Matrix, ObserveError> {
        self.observe_in_blocks(log, BLOCK, progress)
    }

    /// The same, `block` rows at a time.
    pub(super) fn observe_in_blocks(
        &mut self,
        log: &EventLog,
        block: usize,
        progress: &dyn Progress,
    ) -> Result<Matrix, ObserveError> {
        let (customer_names, terminal_names) = (log.customers.names(), log.terminals.names());
        let (customers, terminals) = rayon::join(
            || codes(customer_names, |name| self.customers.code_of(name, CustomerId::parse)),
            || codes(terminal_names, |name| self.terminals.code_of(name, TerminalId::parse)),
        );
        let (customers, terminals) = (customers?, terminals?);
        let keys: Vec<u64> = log.terminals.names().iter().map(|name| terminal_key(name.trim())).collect();
        let columns = self.columns();
        let mut features = Matrix::from_values(vec![0.0; log.len() * columns], columns);
        let order = log.time_order();
        for start in (0..log.len()).step_by(block) {
            if progress.interrupted() {
                return Err(Interrupted.into());
            }
            let end = (start + block).min(log.len());
            let rows =
                Rows { order: order.as_deref().map(|order| &order[start..end]), start, len: end - start };
            let (of_customers, of_terminals) = self.stages(log, rows, &customers, &terminals, &keys);
            self.assemble(log, rows, &of_customers, &of_terminals, &mut features);
            progress.advance(end as u64, "");
        }
        Ok(features)
    }

    fn stages(
        &mut self,
        log: &EventLog,
        rows: Rows<'_>,
        customers: &[u32],
        terminals: &[u32],
        keys: &[u64],
    ) -> (Stage, Stage) {
        let Self { plan, delay, customers: of_customer, terminals: of_terminal, .. } = self;
        let delay = *delay;
        let terminal = |row: usize| log.terminals.codes()[row] as usize;
        rayon::join(
            || {
                let code = |at| customers[log.customers.codes()[rows.row(at)] as usize];
                let payment = |at| {
                    let row = rows.row(at);
                    let amount = log.amounts[row].value();
                    Payment::new(log.times[row], amount, keys[terminal(row)], log.place(row).into())
                };
                let width = plan.customer_width;
                Stage::run(
                    &mut of_customer.histories,
                    rows.len,
                    code,
                    payment,
                    width,
                    |history, payment, values| {
                        history.observe(payment, values);
                    },
                )
            },
            || {
                let code = |at| terminals[terminal(rows.row(at))];
                let event = |at| {
                    let row = rows.row(at);
                    (log.times[row].micros(), log.fraud(row) == Some(true))
                };
                let width = plan.terminal_width;
                Stage::run(
                    &mut of_terminal.histories,
                    rows.len,
                    code,
                    event,
                    width,
                    |history, event, values| {
                        history.observe(event.0, event.1, delay, values);
                    },
                )
            },
        )
    }

    fn assemble(
        &self,
        log: &EventLog,
        rows: Rows<'_>,
        of_customers: &Stage,
        of_terminals: &Stage,
        features: &mut Matrix,
    ) {
        let write = |at: usize, row: usize, values: &mut [f64]| {
            let amount = log.amounts[row].value();
            self.plan.write(log.times[row], amount, of_customers.values(at), of_terminals.values(at), values);
        };
        match rows.order {
            Some(order) => {
                for (at, &row) in order.iter().enumerate() {
                    write(at, row, features.row_mut(row));
                }
            }
            None => features
                .rows_mut(rows.start, rows.len)
                .par_chunks_exact_mut(self.columns())
                .enumerate()
                .with_min_len(1_024)
                .for_each(|(at, values)| write(at, rows.start + at, values)),
        }
    }
}

/// The code of each name.
fn codes(
    names: &[String],
    code: impl FnMut(&String) -> Result<u32, InvalidValue>,
) -> Result<Vec<u32>, InvalidValue> {
    names.iter().map(code).collect()
}

/// The rows of a block in the order of time.
#[derive(Clone, Copy)]
struct Rows<'a> {
    /// Their places in the log; `None` when they follow each other from `start` on.
    order: Option<&'a [usize]>,
    start: usize,
    len: usize,
}

impl Rows<'_> {
    #[inline]
    fn row(self, at: usize) -> usize {
        self.order.map_or(self.start + at, |order| order[at])
    }
}

/// What the histories of one kind wrote for the rows of a block.
struct Stage {
    /// Task by task.
    values: Vec<f64>,
    width: usize,
    /// Where the values of each row are.
    places: Vec<u32>,
}

impl Stage {
    /// Shows every row's event to the history with its code; those of one history in their order.
    ///
    /// The events are laid out task by task first: a task then reads memory in one direction, its histories excepted.
    fn run<History: Send, Event: Copy + Send + Sync>(
        histories: &mut [History],
        rows: usize,
        code: impl Fn(usize) -> u32,
        event: impl Fn(usize) -> Event,
        width: usize,
        observe: impl Fn(&mut History, &Event, &mut [f64]) + Sync,
    ) -> Self {
        let of_task = histories.len().div_ceil(TASKS).max(1);
        let tasks = histories.len().div_ceil(of_task);
        let codes: Vec<u32> = (0..rows).map(code).collect();
        let task = |code: u32| code as usize / of_task;
        let mut ends = vec![0; tasks];
        codes.iter().for_each(|&code| ends[task(code)] += 1);
        let mut next = 0;
        for end in &mut ends {
            next += std::mem::replace(end, next);
        }
        let mut places = vec![0; rows];
        let mut events: Vec<(u32, Option<Event>)> = vec![(0, None); rows];
        for (at, &code) in codes.iter().enumerate() {
            let place = &mut ends[task(code)];
            places[at] = *place as u32;
            events[*place] = (code, Some(event(at)));
            *place += 1;
        }
        let mut values = vec![0.0; rows * width];
        let mut work = Vec::with_capacity(tasks);
        let (mut rest, mut start) = (values.as_mut_slice(), 0);
        for (histories, &end) in histories.chunks_mut(of_task).zip(&ends) {
            let (own, others) = rest.split_at_mut((end - start) * width);
            work.push((histories, &events[start..end], own));
            (rest, start) = (others, end);
        }
        work.into_par_iter().enumerate().for_each(|(task, (histories, events, values))| {
            for ((code, event), values) in events.iter().zip(values.chunks_exact_mut(width)) {
                let event = event.as_ref().expect("every place was filled");
                observe(&mut histories[*code as usize - task * of_task], event, values);
            }
        });
        Self { values, width, places }
    }

    #[inline]
    fn values(&self, at: usize) -> &[f64] {
        let place = self.places[at] as usize * self.width;
        &self.values[place..place + self.width]
    }
}
