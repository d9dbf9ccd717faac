//! `fraudctl prep`.

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::Global;
use super::columns::{ColumnArgs, FeatureArgs};
use super::error::UsageError;
use super::table::{Table, print, thousands};
use super::ui::Ui;
use crate::app::prep::{PrepConfig, PrepSummary, prep};
use crate::app::runs;
use crate::dataset::{PartCount, Periods, SplitKind, SplitShares};
use crate::domain::Timestamp;
use crate::resample::Balance;

/// Split and rebalance a file of labelled rows into a folder that models are trained from
///
/// Rows are split first; scaling is fitted and rebalancing done on training rows only.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  fraudctl prep data/creditcard.csv --out creditcard\n  \
    fraudctl prep transactions.parquet --out bank --features handbook --balance smote:0.1,rus:0.5\n  \
    fraudctl prep log.csv --out log --map customer=cc_num,terminal=merchant,amount=amt\n  \
    fraudctl prep log.csv --out july --split dates --train-from 2018-07-25 --train-to 2018-07-31 \\\n    \
      --test-from 2018-08-08 --test-to 2018-08-14")]
pub struct PrepArgs {
    /// CSV or Parquet file
    input: PathBuf,
    /// Folder to make; a bare name means artifacts/NAME
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    columns: ColumnArgs,
    #[command(flatten)]
    features: FeatureArgs,
    /// At random with equal shares of fraud, by time, or by dates [default: time for event logs, else stratified]
    #[arg(long, value_enum)]
    split: Option<SplitArg>,
    /// Of a split by dates: first day of training; its newest rows validate
    #[arg(long, value_name = "DATE", value_parser = Timestamp::parse, requires = "train_to")]
    train_from: Option<Timestamp>,
    /// Of a split by dates: last day of training
    #[arg(long, value_name = "DATE", value_parser = Timestamp::parse, requires = "test_from")]
    train_to: Option<Timestamp>,
    /// Of a split by dates: first day of testing, at least --delay-days whole days after training
    #[arg(long, value_name = "DATE", value_parser = Timestamp::parse, requires = "test_to")]
    test_from: Option<Timestamp>,
    /// Of a split by dates: last day of testing
    #[arg(long, value_name = "DATE", value_parser = Timestamp::parse, requires = "train_from")]
    test_to: Option<Timestamp>,
    /// Share of all rows that test [default: 0.2]
    #[arg(long, value_name = "SHARE")]
    test_size: Option<f64>,
    /// Share of all rows that validate; of a split by dates, share of its training period
    #[arg(long, value_name = "SHARE", default_value_t = 0.16)]
    valid_size: f64,
    /// How training rows are rebalanced: none, weights, or a chain such as smote:0.1,rus:0.5
    ///
    /// weights leaves the rows and weighs the classes in training. The others are imbalanced-learn's, in short: ros, rus,
    /// smote, smotenc, borderline, adasyn, nearmiss, smoteenn and smotetomek take a ratio of the smaller class to the
    /// greater one (1 when it is left out); tomek and enn remove what they find and take none.
    #[arg(long, value_name = "SPEC", default_value = "none")]
    balance: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SplitArg {
    Stratified,
    Time,
    Dates,
}

impl PrepArgs {
    fn config(self, global: &Global) -> anyhow::Result<PrepConfig> {
        let by_dates = matches!(self.split, Some(SplitArg::Dates));
        if by_dates && self.test_size.is_some() {
            return Err(UsageError("--test-size says nothing about --split dates".into()).into());
        }
        let shares = SplitShares {
            test: self.test_size.unwrap_or(SplitShares::default().test),
            valid: self.valid_size,
        };
        let inside = |share: f64| share > 0.0 && share < 1.0;
        if !inside(shares.test) || !inside(shares.valid) || !inside(shares.test + shares.valid) {
            let why = "--test-size and --valid-size must be above 0 and leave rows to train with";
            return Err(UsageError(why.into()).into());
        }
        let balance =
            Balance::parse(&self.balance).map_err(|error| UsageError(format!("--balance: {error}")));
        let periods = match (self.train_from, self.train_to, self.test_from, self.test_to) {
            (Some(train_from), Some(train_to), Some(test_from), Some(test_to)) => {
                Some(Periods { train_from, train_to, test_from, test_to })
            }
            _ => None,
        };
        if periods.is_some() != by_dates {
            let why = "--split dates and --train-from, --train-to, --test-from, --test-to belong together";
            return Err(UsageError(why.into()).into());
        }
        let whole_days = |periods: Periods| {
            let Periods { train_from, train_to, test_from, test_to } = periods;
            [train_from, train_to, test_from, test_to]
                .iter()
                .all(|time| time.micros() % Timestamp::DAY_US == 0)
        };
        if !periods.is_none_or(whole_days) {
            return Err(
                UsageError("the dates of --split dates are whole days, such as 2018-07-25".into()).into()
            );
        }
        let mut schema = self.columns.options()?;
        self.features.add_to(&mut schema);
        Ok(PrepConfig {
            input: self.input,
            out: runs::locate(&self.out),
            schema,
            split: self.split.map(|split| match split {
                SplitArg::Stratified => SplitKind::Stratified,
                SplitArg::Time => SplitKind::Time,
                SplitArg::Dates => SplitKind::Dates,
            }),
            periods,
            shares,
            balance: balance?,
            seed: global.seed(),
            force: global.force,
        })
    }
}

pub fn run(args: PrepArgs, global: &Global, ui: &Ui) -> anyhow::Result<()> {
    let started = Instant::now();
    let config = args.config(global)?;
    let summary = prep(&config, ui)?;
    print(ui, started, &summary, |summary, seconds| render(summary, &config, seconds))
}

fn render(summary: &PrepSummary, config: &PrepConfig, seconds: f64) -> String {
    let mut table = Table::default();
    table.row(["", "rows", "frauds", "share", "imbalance"]);
    let mut row = |name: &str, count: PartCount| {
        let share = format!("{:.3} %", 100.0 * count.positives as f64 / count.rows as f64);
        let others = (count.rows - count.positives) as f64 / count.positives as f64;
        let cells = [thousands(count.rows as u64), thousands(count.positives as u64), share];
        table.row([name.to_owned()].into_iter().chain(cells).chain([format!("1 : {others:.1}")]));
    };
    let facts = &summary.facts;
    row("all", PartCount { rows: facts.rows, positives: facts.positives });
    if !config.balance.changes_rows() {
        row("train", facts.train);
    } else {
        row("train before", facts.train_before_balance);
        row(&format!("train, {}", facts.balance), facts.train);
    }
    row("valid", facts.valid);
    row("test", facts.test);
    let (features, split) = (summary.features.len(), facts.split.as_str());
    let said = |count: usize, what: &str| match count {
        0 => String::new(),
        count => format!("{} rows {what} were set aside\n", thousands(count as u64)),
    };
    let aside = said(facts.set_aside, "without a label") + &said(facts.outside, "outside of both periods");
    let out = config.out.display();
    format!("{table}{aside}{features} features, {split} split, written to {out} in {seconds:.1} s\n")
}
