//! What a feature's value means, in words: the reasons that are given with a score.

use std::collections::HashMap;

use super::encoding::Encoding;
use super::schema::{InputKind, Schema};

/// Puts the values of a schema's features into words.
#[derive(Debug, Clone)]
pub struct Reasons {
    features: Vec<Feature>,
}

#[derive(Debug, Clone)]
struct Feature {
    name: String,
    meaning: Meaning,
}

#[derive(Debug, Clone)]
enum Meaning {
    /// Nothing is known of it but its name.
    Number,
    Truth,
    Category(Vec<String>),
    /// A feature of an event log.
    Known(Template),
}

/// What stands around a value.
#[derive(Debug, Clone, Copy)]
enum Template {
    /// Before and after the number.
    Number(&'static str, &'static str),
    /// Before a number of things, the thing, and after it.
    Count(&'static str, &'static str, &'static str),
    /// Before and after the number in percent.
    Share(&'static str, &'static str),
    /// Around how far above or below.
    Deviation(&'static str),
    /// When it is 1, and when it is 0.
    Either(&'static str, &'static str),
    /// Before the time of day.
    Hour(&'static str),
    /// After a span of seconds.
    Span(&'static str),
}

use Template::{Count, Deviation, Either, Hour, Number, Share, Span};

const BEFORE_DELAY: [&str; 3] = [
    " within 1 day before the label delay",
    " within 7 days before the label delay",
    " within 30 days before the label delay",
];

/// The words for each feature of [`super::FeatureSet::Full`].
const TEMPLATES: [(&str, Template); 34] = [
    ("TX_AMOUNT", Number("amount ", "")),
    ("TX_DURING_WEEKEND", Either("on a weekend", "on a weekday")),
    ("TX_DURING_NIGHT", Either("at night", "by day")),
    ("TX_HOUR", Hour("at ")),
    ("CUSTOMER_ID_NB_TX_1DAY_WINDOW", Count("", "payment", " of the customer within 1 day")),
    ("CUSTOMER_ID_AVG_AMOUNT_1DAY_WINDOW", Number("the customer's 1-day mean amount is ", "")),
    ("CUSTOMER_ID_NB_TX_7DAY_WINDOW", Count("", "payment", " of the customer within 7 days")),
    ("CUSTOMER_ID_AVG_AMOUNT_7DAY_WINDOW", Number("the customer's 7-day mean amount is ", "")),
    ("CUSTOMER_ID_NB_TX_30DAY_WINDOW", Count("", "payment", " of the customer within 30 days")),
    ("CUSTOMER_ID_AVG_AMOUNT_30DAY_WINDOW", Number("the customer's 30-day mean amount is ", "")),
    ("TERMINAL_ID_NB_TX_1DAY_WINDOW", Count("terminal had ", "transaction", BEFORE_DELAY[0])),
    ("TERMINAL_ID_RISK_1DAY_WINDOW", Share("frauds were ", BEFORE_DELAY[0])),
    ("TERMINAL_ID_NB_TX_7DAY_WINDOW", Count("terminal had ", "transaction", BEFORE_DELAY[1])),
    ("TERMINAL_ID_RISK_7DAY_WINDOW", Share("frauds were ", BEFORE_DELAY[1])),
    ("TERMINAL_ID_NB_TX_30DAY_WINDOW", Count("terminal had ", "transaction", BEFORE_DELAY[2])),
    ("TERMINAL_ID_RISK_30DAY_WINDOW", Share("frauds were ", BEFORE_DELAY[2])),
    ("CUSTOMER_ID_AMOUNT_TO_AVG_1DAY_WINDOW", Number("amount ", " times the customer's 1-day mean")),
    ("CUSTOMER_ID_AMOUNT_TO_AVG_7DAY_WINDOW", Number("amount ", " times the customer's 7-day mean")),
    ("CUSTOMER_ID_AMOUNT_TO_AVG_30DAY_WINDOW", Number("amount ", " times the customer's 30-day mean")),
    ("CUSTOMER_ID_AMOUNT_ZSCORE_30DAY_WINDOW", Deviation("the customer's 30-day mean")),
    ("CUSTOMER_ID_AVG_AMOUNT_8TO30DAY_WINDOW", Number("the customer's mean amount 8 to 30 days ago is ", "")),
    (
        "CUSTOMER_ID_AVG_AMOUNT_7DAY_TO_8TO30DAY",
        Number("the customer's 7-day mean amount is ", " times that of 8 to 30 days ago"),
    ),
    ("CUSTOMER_ID_NB_TX_1HOUR_WINDOW", Count("", "payment", " of the customer within 1 hour")),
    ("CUSTOMER_ID_SECONDS_SINCE_LAST", Span(" after the customer's last payment")),
    (
        "CUSTOMER_ID_NB_TX_SAME_TERMINAL_30DAY_WINDOW",
        Count("", "payment", " of the customer at this terminal within 30 days"),
    ),
    (
        "CUSTOMER_ID_NEW_TERMINAL",
        Either("the customer is new at this terminal", "the customer has paid at this terminal before"),
    ),
    ("CUSTOMER_ID_KM_SINCE_LAST", Number("", " km from the customer's last payment")),
    ("CUSTOMER_ID_KMH_SINCE_LAST", Number("", " km/h since the customer's last payment")),
    ("TERMINAL_ID_NB_FRAUD_1DAY_WINDOW", Count("terminal had ", "known fraud", BEFORE_DELAY[0])),
    ("TERMINAL_ID_NB_FRAUD_7DAY_WINDOW", Count("terminal had ", "known fraud", BEFORE_DELAY[1])),
    ("TERMINAL_ID_NB_FRAUD_30DAY_WINDOW", Count("terminal had ", "known fraud", BEFORE_DELAY[2])),
    ("TERMINAL_ID_VELOCITY_1HOUR_WINDOW", Count("", "transaction", " at the terminal within 1 hour")),
    ("TERMINAL_ID_VELOCITY_1DAY_WINDOW", Count("", "transaction", " at the terminal within 1 day")),
    ("TERMINAL_ID_VELOCITY_7DAY_WINDOW", Count("", "transaction", " at the terminal within 7 days")),
];

impl Reasons {
    /// The words for the features of `schema`.
    pub fn new(schema: &Schema) -> Self {
        let meanings: HashMap<&str, Meaning> = match schema.kind {
            InputKind::Transactions => {
                TEMPLATES.into_iter().map(|(name, template)| (name, Meaning::Known(template))).collect()
            }
            InputKind::Tabular => {
                let meaning = |encoding: &Encoding| match encoding {
                    Encoding::Boolean => Meaning::Truth,
                    Encoding::Category(values) => Meaning::Category(values.clone()),
                    _ => Meaning::Number,
                };
                schema.inputs.iter().map(|input| (input.name.as_str(), meaning(&input.encoding))).collect()
            }
        };
        let feature = |name: &String| Feature {
            name: name.clone(),
            meaning: meanings.get(name.as_str()).cloned().unwrap_or(Meaning::Number),
        };
        Self { features: schema.features.iter().map(feature).collect() }
    }

    /// What it means that the feature at this place of a row is `value`.
    pub fn words(&self, feature: usize, value: f64) -> String {
        let Feature { name, meaning } = &self.features[feature];
        if value.is_nan() {
            return format!("{name} is missing");
        }
        match meaning {
            Meaning::Number => format!("{name} = {}", figure(value)),
            Meaning::Truth => format!("{name} = {}", if value == 0.0 { "no" } else { "yes" }),
            Meaning::Category(values) => match values.get(value as usize) {
                Some(word) => format!("{name} = {word}"),
                None => format!("{name} = {}", figure(value)),
            },
            Meaning::Known(template) => template.fill(value),
        }
    }
}

impl Template {
    fn fill(self, value: f64) -> String {
        match self {
            Number(before, after) => format!("{before}{}{after}", figure(value)),
            Count(before, thing, after) => {
                let many = if value == 1.0 { "" } else { "s" };
                format!("{before}{} {thing}{many}{after}", figure(value))
            }
            Share(before, after) => {
                format!("{before}{} % of the terminal's transactions{after}", figure(value * 100.0))
            }
            Deviation(mean) => {
                let side = if value < 0.0 { "below" } else { "above" };
                format!("amount {} standard deviations {side} {mean}", figure(value.abs()))
            }
            Either(yes, no) => (if value == 0.0 { no } else { yes }).to_owned(),
            Hour(before) => {
                let minutes = (value * 60.0) as u32;
                format!("{before}{:02}:{:02}", minutes / 60, minutes % 60)
            }
            Span(after) => {
                let (number, unit) = match value {
                    ..120.0 => (value, "seconds"),
                    ..7_200.0 => (value / 60.0, "minutes"),
                    ..172_800.0 => (value / 3_600.0, "hours"),
                    _ => (value / 86_400.0, "days"),
                };
                format!("{} {unit}{after}", figure(number))
            }
        }
    }
}

/// A number with two decimals at most, and more where it is small.
fn figure(value: f64) -> String {
    if value != 0.0 && value.abs() < 0.01 {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TimeFormat;
    use crate::features::encoding::Input;
    use crate::features::{Columns, FeatureSet, LabelDelay, SCHEMA_VERSION};

    fn schema(kind: InputKind, features: Vec<String>, inputs: Vec<Input>) -> Schema {
        Schema {
            format_version: SCHEMA_VERSION,
            kind,
            features,
            inputs,
            columns: Columns::default(),
            time_format: TimeFormat::Iso,
            label_delay_days: LabelDelay::default(),
            positive: None,
        }
    }

    #[test]
    fn every_computed_feature_has_words() {
        let names = FeatureSet::Full.names(true);
        let reasons = Reasons::new(&schema(InputKind::Transactions, names.clone(), Vec::new()));
        for (place, name) in names.iter().enumerate() {
            let words = reasons.words(place, 1.0);
            assert!(!words.contains(name.as_str()), "{words}");
            assert_eq!(reasons.words(place, f64::NAN), format!("{name} is missing"));
        }
        assert_eq!(names.len(), TEMPLATES.len());
        let words = |name: &str, value| {
            reasons.words(names.iter().position(|known| known == name).expect("a feature"), value)
        };
        assert_eq!(
            words("CUSTOMER_ID_AMOUNT_TO_AVG_30DAY_WINDOW", 4.3),
            "amount 4.3 times the customer's 30-day mean"
        );
        assert_eq!(
            words("TERMINAL_ID_NB_FRAUD_7DAY_WINDOW", 3.0),
            "terminal had 3 known frauds within 7 days before the label delay"
        );
        assert_eq!(words("CUSTOMER_ID_NB_TX_1HOUR_WINDOW", 1.0), "1 payment of the customer within 1 hour");
        assert_eq!(words("TX_HOUR", 23.5), "at 23:30");
        assert_eq!(
            words("CUSTOMER_ID_SECONDS_SINCE_LAST", 5_400.0),
            "90 minutes after the customer's last payment"
        );
        assert_eq!(
            words("CUSTOMER_ID_AMOUNT_ZSCORE_30DAY_WINDOW", -2.25),
            "amount 2.25 standard deviations below the customer's 30-day mean"
        );
        assert_eq!(words("TX_DURING_NIGHT", 0.0), "by day");
        assert_eq!(
            words("TERMINAL_ID_RISK_1DAY_WINDOW", 0.125),
            "frauds were 12.5 % of the terminal's transactions within 1 day before the label delay"
        );
    }

    #[test]
    fn columns_of_a_table_are_said_as_they_were_written() {
        let input = |name: &str, encoding| Input { name: name.to_owned(), encoding };
        let inputs = vec![
            input("V14", Encoding::Number),
            input("abroad", Encoding::Boolean),
            input("kind", Encoding::Category(vec!["food".into(), "crypto".into()])),
        ];
        let names = ["V14", "abroad", "kind"].map(str::to_owned).to_vec();
        let reasons = Reasons::new(&schema(InputKind::Tabular, names, inputs));
        let words = |place, value| reasons.words(place, value);
        assert_eq!(words(0, -5.2), "V14 = -5.2");
        assert_eq!(words(0, 0.000_12), "V14 = 1.2e-4");
        assert_eq!(words(1, 1.0), "abroad = yes");
        assert_eq!(words(2, 1.0), "kind = crypto");
        assert_eq!(words(2, f64::NAN), "kind is missing");
    }
}
