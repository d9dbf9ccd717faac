//! Which row goes into which part.

use std::collections::HashSet;

use super::{PrepConfig, check_classes};
use crate::dataset::{self, Copies, DatasetError, Overview, Part, PartCount, Periods, SplitKind};
use crate::domain::Timestamp;

/// The part of every row of a file; one byte a row.
pub(super) struct Division {
    parts: Vec<Option<Part>>,
    /// Labelled rows.
    pub(super) all: PartCount,
    pub(super) unlabelled: usize,
    /// Labelled rows in no part.
    pub(super) outside: usize,
    pub(super) train: PartCount,
    pub(super) valid: PartCount,
    pub(super) test: PartCount,
}

impl Division {
    pub(super) fn new(
        config: &PrepConfig,
        kind: SplitKind,
        overview: &Overview,
    ) -> Result<Self, DatasetError> {
        let labelled: Vec<usize> =
            (0..overview.labels.len()).filter(|&row| overview.labels[row].is_some()).collect();
        let labels: Vec<bool> = labelled.iter().map(|&row| overview.labels[row] == Some(true)).collect();
        let all = PartCount::of(&labels);
        check_classes(&config.input, "the file", all)?;
        let times = || match &overview.times {
            Some(times) => Ok(labelled.iter().map(|&row| times[row]).collect::<Vec<Timestamp>>()),
            None => Err(DatasetError::Unusable {
                path: config.input.clone(),
                why: format!(
                    "--split {} needs to know the time; name its column with --time COLUMN",
                    kind.as_str()
                ),
            }),
        };
        let split = match (kind, &config.periods) {
            (SplitKind::Stratified, _) => dataset::stratified(&labels, config.shares, config.seed),
            (SplitKind::Time, _) => dataset::by_time(&times()?, config.shares),
            (SplitKind::Dates, Some(periods)) => {
                check_gap(config, periods)?;
                dataset::by_dates(&times()?, periods, config.shares.valid)
            }
            (SplitKind::Dates, None) => {
                let why =
                    "--split dates needs --train-from, --train-to, --test-from and --test-to".to_owned();
                return Err(DatasetError::Unusable { path: config.input.clone(), why });
            }
        };
        let mut parts = vec![None; overview.labels.len()];
        let count = |rows: &[usize]| {
            let of_part: Vec<bool> = rows.iter().map(|&row| labels[row]).collect();
            PartCount::of(&of_part)
        };
        for (part, rows) in
            [(Part::Train, &split.train), (Part::Valid, &split.valid), (Part::Test, &split.test)]
        {
            for &row in rows {
                parts[labelled[row]] = Some(part);
            }
        }
        let (train, valid, test) = (count(&split.train), count(&split.valid), count(&split.test));
        Ok(Self {
            unlabelled: parts.len() - all.rows,
            outside: all.rows - train.rows - valid.rows - test.rows,
            parts,
            all,
            train,
            valid,
            test,
        })
    }

    /// The part of a row; none of one that was not there when the parts were made.
    pub(super) fn part(&self, row: usize) -> Option<Part> {
        self.parts.get(row).copied().flatten()
    }

    /// Rows of the file when the parts were made.
    pub(super) fn rows(&self) -> usize {
        self.parts.len()
    }

    /// How many rows outside of the training part have the hash of a training row.
    pub(super) fn copies(&self, hashes: &[u64]) -> Copies {
        let of = |part| {
            self.parts
                .iter()
                .zip(hashes)
                .filter(move |(found, _)| **found == Some(part))
                .map(|(_, hash)| hash)
        };
        let train: HashSet<&u64> = of(Part::Train).collect();
        let count = |part| of(part).filter(|hash| train.contains(hash)).count();
        Copies { valid: count(Part::Valid), test: count(Part::Test) }
    }
}

/// A model that is tested before the labels of its training rows are known could not have been trained yet.
fn check_gap(config: &PrepConfig, periods: &Periods) -> Result<(), DatasetError> {
    let delay = i64::from(config.schema.label_delay.days());
    let problem = if periods.train_to < periods.train_from || periods.test_to < periods.test_from {
        "a period ends before it begins".to_owned()
    } else if periods.gap_days() < delay {
        let gap = periods.gap_days();
        let advice = match gap {
            1.. => format!(", or say --delay-days {gap} if that is so"),
            _ => String::new(),
        };
        format!(
            "between training and testing are {} whole days, and labels are known after {delay}: begin later{advice}",
            gap.max(0)
        )
    } else {
        return Ok(());
    };
    Err(DatasetError::Unusable { path: config.input.clone(), why: format!("--split dates: {problem}") })
}
