//! Which features there are, what they are called, and which of them a model takes.

use super::customer::{BEHAVIOUR, SPENDING};
use super::terminal::{RISK, VELOCITY};

/// Names of the Handbook's fifteen features in the order of its rows, as it spells them (Fraud Detection Handbook,
/// chapter 3, "baseline feature transformation").
pub const HANDBOOK: [&str; 15] = [
    "TX_AMOUNT",
    "TX_DURING_WEEKEND",
    "TX_DURING_NIGHT",
    "CUSTOMER_ID_NB_TX_1DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW",
    "CUSTOMER_ID_NB_TX_7DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW",
    "CUSTOMER_ID_NB_TX_30DAY_WINDOW",
    "CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW",
    "TERMINAL_ID_NB_TX_1DAY_WINDOW",
    "TERMINAL_ID_RISK_1DAY_WINDOW",
    "TERMINAL_ID_NB_TX_7DAY_WINDOW",
    "TERMINAL_ID_RISK_7DAY_WINDOW",
    "TERMINAL_ID_NB_TX_30DAY_WINDOW",
    "TERMINAL_ID_RISK_30DAY_WINDOW",
];

/// What [`FeatureSet::Full`] adds of the transaction itself.
const CALENDAR: [&str; 1] = ["TX_HOUR"];

/// The features that need places.
const PLACED: [&str; 2] = ["CUSTOMER_ID_KM_SINCE_LAST", "CUSTOMER_ID_KMH_SINCE_LAST"];

/// A named selection of features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FeatureSet {
    /// The Handbook's fifteen: [`HANDBOOK`].
    Handbook,
    /// Those and all others that this crate can compute.
    #[default]
    Full,
}

impl FeatureSet {
    /// Its features in the order of a row. `places` says whether transactions come with coordinates: without them
    /// nothing is known of distances.
    pub fn names(self, places: bool) -> Vec<String> {
        let mut names: Vec<&str> = HANDBOOK.to_vec();
        if self == Self::Full {
            names.extend(CALENDAR);
            names.extend(BEHAVIOUR.iter().filter(|name| places || !PLACED.contains(name)));
            names.extend(VELOCITY);
        }
        names.into_iter().map(str::to_owned).collect()
    }
}

/// A name that is no feature of this crate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no feature {0:?}")]
pub struct UnknownFeature(pub String);

/// Where a value of a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A property of the transaction: amount, weekend, night, hour.
    Own(usize),
    /// A place in the row that the customer's history writes.
    Customer(usize),
    /// A place in the row that the terminal's history writes.
    Terminal(usize),
}

/// The features of a row, in its order, found by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub(super) sources: Vec<Source>,
    /// The same, those that follow each other together: how many from which on.
    pub(super) runs: Vec<(Source, usize)>,
    /// How many values a customer's and a terminal's history have to write.
    pub(super) customer_width: usize,
    pub(super) terminal_width: usize,
}

impl Plan {
    /// The plan of a row of these features.
    ///
    /// # Errors
    /// [`UnknownFeature`] for a name that no [`FeatureSet`] has.
    pub fn new(features: &[String]) -> Result<Self, UnknownFeature> {
        let source = |name: &String| source(name).ok_or_else(|| UnknownFeature(name.clone()));
        let sources = features.iter().map(source).collect::<Result<Vec<_>, _>>()?;
        // The second half of either row costs time, so it is written only when somebody wants it.
        let behaviour = |source: &Source| matches!(source, Source::Customer(place) if *place >= SPENDING);
        let velocity = |source: &Source| matches!(source, Source::Terminal(place) if *place >= RISK);
        let customer_width =
            if sources.iter().any(behaviour) { SPENDING + BEHAVIOUR.len() } else { SPENDING };
        let terminal_width = if sources.iter().any(velocity) { RISK + VELOCITY.len() } else { RISK };
        Ok(Self { runs: runs(&sources), sources, customer_width, terminal_width })
    }

    /// The plan of a [`FeatureSet`].
    pub fn of(set: FeatureSet, places: bool) -> Self {
        Self::new(&set.names(places)).expect("the names of a set are known")
    }

    /// Number of features in a row.
    pub fn columns(&self) -> usize {
        self.sources.len()
    }
}

fn runs(sources: &[Source]) -> Vec<(Source, usize)> {
    let mut runs: Vec<(Source, usize)> = Vec::new();
    for &source in sources {
        match runs.last_mut() {
            Some((first, count)) if first.plus(*count) == source => *count += 1,
            _ => runs.push((source, 1)),
        }
    }
    runs
}

impl Source {
    fn plus(self, count: usize) -> Self {
        match self {
            Self::Own(place) => Self::Own(place + count),
            Self::Customer(place) => Self::Customer(place + count),
            Self::Terminal(place) => Self::Terminal(place + count),
        }
    }
}

fn source(name: &str) -> Option<Source> {
    let place = |names: &[&str]| names.iter().position(|known| *known == name);
    let (own, rest) = HANDBOOK.split_at(3);
    let (spending, risk) = rest.split_at(SPENDING);
    place(own)
        .map(Source::Own)
        .or_else(|| place(&CALENDAR).map(|at| Source::Own(own.len() + at)))
        .or_else(|| place(spending).map(Source::Customer))
        .or_else(|| place(&BEHAVIOUR).map(|at| Source::Customer(SPENDING + at)))
        .or_else(|| place(risk).map(Source::Terminal))
        .or_else(|| place(&VELOCITY).map(|at| Source::Terminal(RISK + at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_full_set_has_a_source_of_its_own() {
        let plan = Plan::of(FeatureSet::Full, true);
        assert_eq!(plan.columns(), 15 + CALENDAR.len() + BEHAVIOUR.len() + VELOCITY.len());
        for (place, source) in plan.sources.iter().enumerate() {
            assert!(!plan.sources[..place].contains(source), "{source:?}");
        }
        assert_eq!(Plan::of(FeatureSet::Full, false).columns(), plan.columns() - PLACED.len());
        assert!(PLACED.iter().all(|name| BEHAVIOUR.contains(name)));
    }

    #[test]
    fn the_handbook_s_rows_cost_no_more_than_they_hold() {
        let plan = Plan::of(FeatureSet::Handbook, true);
        assert_eq!((plan.columns(), plan.customer_width, plan.terminal_width), (15, 6, 6));
        assert_eq!(Plan::new(&["TX_AMONT".to_owned()]), Err(UnknownFeature("TX_AMONT".to_owned())));
    }
}
