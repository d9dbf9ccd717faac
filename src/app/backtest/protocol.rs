//! The Fraud Detection Handbook's protocols: which days train, which are waited for, which judge, and which cards are left out.
//!
//! Source: Le Borgne et al., "Reproducible Machine Learning for Credit Card Fraud Detection", chapter 3 ("baseline fraud
//! detection system": one split, compromised cards) and chapter 5 ("prequential validation").

use std::collections::HashSet;

use serde::{Serialize, Serializer};

use super::rows::EventRows;
use crate::domain::{InvalidValue, Timestamp};
use crate::metrics::date_of;

/// How many days each period has, and how many folds there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Protocol {
    /// Days to learn from.
    pub train_days: u32,
    /// Days until labels are known.
    pub delay_days: u32,
    /// Days that judge.
    pub test_days: u32,
    /// Folds, each `test_days` earlier than the one before.
    pub folds: u32,
    /// First day of the training of the newest fold that judges, counted from 1970-01-01.
    #[serde(serialize_with = "as_date")]
    pub start: i64,
}

/// A training and the days that judge it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fold {
    /// First day of training, counted from 1970-01-01.
    pub train_from: i64,
    /// First day after training.
    pub train_end: i64,
    /// First day that judges.
    pub test_from: i64,
    /// First day after that.
    pub test_end: i64,
}

/// Rows of a fold by their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoldRows {
    /// Those to learn from.
    pub train: Vec<usize>,
    /// Those that judge.
    pub test: Vec<usize>,
}

impl Protocol {
    /// The single split of chapter 3: trained on 2018-07-25 to 31, judged on 2018-08-08 to 14.
    pub fn handbook_single() -> Self {
        Self { folds: 1, start: day("2018-07-25"), ..Self::handbook() }
    }

    /// The prequential protocol of chapter 5: four folds, the newest trained from 2018-08-15 on.
    pub fn handbook() -> Self {
        Self { train_days: 7, delay_days: 7, test_days: 7, folds: 4, start: day("2018-08-15") }
    }

    /// The folds that judge, the newest first.
    pub fn test_folds(&self) -> Vec<Fold> {
        self.folds_from(self.start)
    }

    /// The folds that parameters are chosen on: as many, all of whose days are known when the training of the oldest fold
    /// that judges begins.
    pub fn validation_folds(&self) -> Vec<Fold> {
        let [delay, test, folds] = [self.delay_days, self.test_days, self.folds].map(i64::from);
        self.folds_from(self.start - (folds - 1) * test - delay - test)
    }

    fn folds_from(&self, start: i64) -> Vec<Fold> {
        let [train, delay, test] = [self.train_days, self.delay_days, self.test_days].map(i64::from);
        let fold = |number: i64| {
            let train_from = start - number * test;
            let train_end = train_from + train;
            Fold { train_from, train_end, test_from: train_end + delay, test_end: train_end + delay + test }
        };
        (0..i64::from(self.folds)).map(fold).collect()
    }
}

impl Fold {
    /// The rows of `rows` that this fold learns from and is judged by. A card that is known to be compromised judges no more:
    /// one with a fraud in the training days or, on test day `k` counted from 0, in the days after them up to day `k - 1`,
    /// whose labels are known by then.
    pub fn rows(&self, rows: &EventRows) -> FoldRows {
        let fraudulent: HashSet<(i64, u32)> = (0..rows.count())
            .filter(|&row| rows.labels[row])
            .map(|row| (rows.days[row], rows.customers[row]))
            .collect();
        let delay = self.test_from - self.train_end;
        let is_known = |customer: u32, day: i64| {
            (self.train_from..day - delay).any(|known| fraudulent.contains(&(known, customer)))
        };
        let in_days =
            |from: i64, end: i64| (0..rows.count()).filter(move |&row| (from..end).contains(&rows.days[row]));
        FoldRows {
            train: in_days(self.train_from, self.train_end).collect(),
            test: in_days(self.test_from, self.test_end)
                .filter(|&row| !is_known(rows.customers[row], rows.days[row]))
                .collect(),
        }
    }
}

/// Days from 1970-01-01 to a date written as 2018-07-25.
///
/// # Errors
/// When it is no date.
pub fn parse_day(date: &str) -> Result<i64, InvalidValue> {
    Ok(Timestamp::parse(&format!("{date}T00:00:00Z"))?.seconds().div_euclid(86_400))
}

fn day(date: &'static str) -> i64 {
    parse_day(date).expect("the Handbook's dates are dates")
}

fn as_date<S: Serializer>(day: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&date_of(*day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;
    use crate::metrics::date_of as date;

    #[test]
    fn the_dates_are_the_books() {
        let dates = |folds: Vec<Fold>| -> Vec<(String, String)> {
            folds.iter().map(|fold| (date(fold.train_from), date(fold.test_from))).collect()
        };
        let pairs = |pairs: [(&str, &str); 4]| pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec();
        assert_eq!(
            dates(Protocol::handbook().test_folds()),
            pairs([
                ("2018-08-15", "2018-08-29"),
                ("2018-08-08", "2018-08-22"),
                ("2018-08-01", "2018-08-15"),
                ("2018-07-25", "2018-08-08"),
            ])
        );
        assert_eq!(
            dates(Protocol::handbook().validation_folds()),
            pairs([
                ("2018-07-11", "2018-07-25"),
                ("2018-07-04", "2018-07-18"),
                ("2018-06-27", "2018-07-11"),
                ("2018-06-20", "2018-07-04"),
            ])
        );
        assert_eq!(
            dates(Protocol::handbook_single().test_folds()),
            [("2018-07-25".to_owned(), "2018-08-08".to_owned())]
        );
    }

    /// Two training days, a delay of one, two test days: 10, 11 | 12 | 13, 14.
    #[test]
    fn compromised_cards_judge_no_more_once_they_are_known() {
        let fold = Fold { train_from: 10, train_end: 12, test_from: 13, test_end: 15 };
        // Card 1 is compromised in training, card 2 on the day of the delay, card 3 on the first test day, card 4 before all of it.
        let rows = [
            (9, 4, true),
            (10, 1, true),
            (11, 2, false),
            (12, 2, true),
            (13, 1, false),
            (13, 2, false),
            (13, 3, true),
            (14, 2, false),
            (14, 3, false),
            (14, 4, false),
            (15, 5, false),
        ];
        let rows = EventRows {
            days: rows.iter().map(|row| row.0).collect(),
            customers: rows.iter().map(|row| row.1).collect(),
            labels: rows.iter().map(|row| row.2).collect(),
            features: Matrix::from_values(vec![0.0; rows.len()], 1),
        };
        let found = fold.rows(&rows);
        assert_eq!(found.train, [1, 2]);
        // On the first test day the delay's day is not known yet, on the second it is.
        assert_eq!(found.test, [5, 6, 8, 9]);
    }
}
