//! Training with early stopping on the validation rows' metric, and a model of the best round.

use super::native::{self, Booster, Dataset, NativeError};
use super::parameters::GbdtParameters;
use super::{log, text};
use crate::matrix::Matrix;
use crate::metrics::Metric;
use crate::model::{Labelled, TrainingRows};
use crate::progress::{Interrupted, Progress};

/// What the rows that stop training are called in a history.
pub const VALID: &str = "valid";

/// Training failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GbdtError {
    /// LightGBM said so.
    #[error(transparent)]
    Native(#[from] NativeError),
    /// The user stopped it before there was a model.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// No round made a tree.
    #[error(
        "no tree could be grown: every feature is constant, or there are too few rows for min_data_in_leaf, \
         min_sum_hessian_in_leaf and the share of rows that is drawn"
    )]
    NoTree,
}

/// A trained model.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainedGbdt {
    /// LightGBM's model text, up to the best round.
    pub model_text: String,
    /// The best round, counted from 1; of several members the mean of theirs, rounded. 0 when a model was trained further and no
    /// round made it better.
    pub best_round: usize,
    /// What each round came to, by member and round.
    pub history: Vec<Vec<RoundMetrics>>,
    /// The user stopped it; the best round until then was kept.
    pub interrupted: bool,
}

/// What a round came to, on every set that is followed: [`VALID`] first, where there is one, then those that are watched.
#[derive(Debug, Clone, PartialEq)]
pub struct RoundMetrics {
    /// From 1.
    pub round: usize,
    /// The parameters' [`Metric`] by set.
    pub metric: Vec<f64>,
    /// The log loss by set.
    pub log_loss: Vec<f64>,
}

/// A model to be trained further.
#[derive(Clone, Copy)]
pub struct Parent<'a> {
    /// Its text.
    pub model_text: &'a str,
    /// Its raw scores of rows.
    pub raw_scores: &'a dyn Fn(&Matrix) -> Vec<f64>,
}

/// Trains on `data.train` until the metric on `data.valid` has not improved for as many rounds as the parameters say; the
/// model is that of the best round. With `parent`, trees are added to that model.
///
/// # Errors
/// When LightGBM refuses parameters or rows, or the user interrupts before there is a model.
pub fn train(
    data: &TrainingRows<'_>,
    names: &[String],
    parameters: &GbdtParameters,
    parent: Option<Parent<'_>>,
    progress: &dyn Progress,
) -> Result<TrainedGbdt, GbdtError> {
    log::begin();
    native::route_log()?;
    let mut text = parameters.to_text();
    let categories: Vec<String> = data.categorical_columns().map(|column| column.to_string()).collect();
    if !categories.is_empty() {
        text += &format!(" categorical_feature={}", categories.join(","));
    }
    let dataset = |rows: Labelled<'_>, reference| {
        let mut dataset = Dataset::new(rows, &text, reference)?;
        if let Some(parent) = parent {
            dataset.set_start(&(parent.raw_scores)(rows.features))?;
        }
        Ok::<_, NativeError>(dataset)
    };
    let mut train = dataset(data.train, None)?;
    train.name_features(&model_names(names))?;
    if let Some(weights) = data.class_weights {
        let weights: Vec<f32> = data.train.labels.iter().map(|&label| weights.of(label) as f32).collect();
        train.set_weights(&weights)?;
    }
    let rows: Vec<Labelled<'_>> =
        data.valid.into_iter().chain(data.watched.iter().map(|(_, rows)| *rows)).collect();
    let followed = rows.iter().map(|rows| dataset(*rows, Some(&train))).collect::<Result<Vec<_>, _>>()?;
    let labels: Vec<&[bool]> = rows.iter().map(|rows| rows.labels).collect();

    progress.start("training lightgbm", Some((parameters.rounds * parameters.members) as u64));
    let (mut members, mut stopped): (Vec<Member>, bool) = (Vec::new(), false);
    for number in 0..parameters.members {
        if members.iter().any(|member| member.interrupted) {
            break;
        }
        let mut parameters = parameters.clone();
        if number > 0 {
            parameters.reseed(seed_of(&parameters, number));
        }
        let training = Training {
            booster: Booster::new(&train, &followed, &parameters.to_text())?,
            stopped_by_valid: data.valid.is_some(),
            continued: parent.is_some(),
            labels: &labels,
            first_step: number * parameters.rounds,
            parameters: &parameters,
        };
        match training.run(progress) {
            Err(GbdtError::Interrupted(_)) if !members.is_empty() => {
                stopped = true;
                break;
            }
            member => members.push(member?),
        }
    }
    progress.finish();
    let mut trained = together(members, parent);
    trained.interrupted |= stopped;
    Ok(trained)
}

/// The seed of another member, far from its neighbours' and from those of neighbouring seeds.
fn seed_of(parameters: &GbdtParameters, member: usize) -> u64 {
    let first: u64 = parameters.native["seed"].parse().expect("it was set from a number");
    first + member as u64 * 1_000_003
}

/// The mean of the members, and what they were made from.
fn together(members: Vec<Member>, parent: Option<Parent<'_>>) -> TrainedGbdt {
    let share = 1.0 / members.len() as f64;
    let own = members.iter().filter(|member| member.best_round > 0);
    let texts: Vec<(&str, f64)> = parent
        .map(|parent| (parent.model_text, 1.0))
        .into_iter()
        .chain(own.map(|member| (member.model_text.as_str(), share)))
        .collect();
    let model_text = match texts.as_slice() {
        [(only, 1.0)] => (*only).to_owned(),
        several => text::sum(several),
    };
    let rounds: usize = members.iter().map(|member| member.best_round).sum();
    TrainedGbdt {
        model_text,
        best_round: (rounds + members.len() / 2) / members.len(),
        interrupted: members.iter().any(|member| member.interrupted),
        history: members.into_iter().map(|member| member.history).collect(),
    }
}

/// One booster's training.
struct Training<'a> {
    booster: Booster<'a>,
    parameters: &'a GbdtParameters,
    /// The first set that is followed says which round is best.
    stopped_by_valid: bool,
    /// There is a model before the first round.
    continued: bool,
    labels: &'a [&'a [bool]],
    /// Where the bar stands before the first round.
    first_step: usize,
}

/// What came of it.
struct Member {
    model_text: String,
    best_round: usize,
    history: Vec<RoundMetrics>,
    interrupted: bool,
}

impl Training<'_> {
    fn run(mut self, progress: &dyn Progress) -> Result<Member, GbdtError> {
        let (metric, rolls_back) = (self.parameters.metric, self.parameters.rolls_back());
        let (mut history, mut interrupted) = (Vec::new(), false);
        let (mut best_round, mut best) = (0, f64::NAN);
        if self.continued && self.stopped_by_valid {
            best = self.metrics(0)?.metric[0];
        }
        for round in 1..=self.parameters.rounds {
            if progress.interrupted() {
                interrupted = true;
                break;
            }
            let exhausted = self.booster.update()?;
            if exhausted && round == 1 && !self.continued {
                return Err(GbdtError::NoTree);
            }
            if round % self.parameters.metric_freq != 0 && round != self.parameters.rounds && !exhausted {
                progress.advance((self.first_step + round) as u64, "");
                continue;
            }
            let metrics = self.metrics(round)?;
            let value = metrics.metric.first().copied().filter(|_| self.stopped_by_valid && rolls_back);
            history.push(metrics);
            if value.is_none_or(|value| metric.is_better(value, best)) {
                best_round = round;
                best = value.unwrap_or(best);
            }
            progress.advance((self.first_step + round) as u64, &detail(metric, value, best));
            let patience = self.parameters.early_stopping_rounds;
            if exhausted || value.is_some() && patience > 0 && round - best_round >= patience {
                break;
            }
        }
        if history.is_empty() {
            return Err(Interrupted.into());
        }
        // Where the metric was never defined, the first round is as good as any.
        let best_round = if self.continued { best_round } else { best_round.max(1) };
        let model_text = if best_round > 0 { self.booster.model_text(best_round)? } else { String::new() };
        Ok(Member { model_text, best_round, history, interrupted })
    }

    fn metrics(&self, round: usize) -> Result<RoundMetrics, NativeError> {
        let mut scores = Vec::new();
        let mut metrics = RoundMetrics { round, metric: Vec::new(), log_loss: Vec::new() };
        for (set, labels) in self.labels.iter().enumerate() {
            self.booster.scores(set, &mut scores)?;
            let value = self.parameters.metric.of(labels, &scores);
            let is_loss = self.parameters.metric == Metric::LogLoss;
            metrics.metric.push(value);
            metrics.log_loss.push(if is_loss { value } else { Metric::LogLoss.of(labels, &scores) });
        }
        Ok(metrics)
    }
}

fn detail(metric: Metric, value: Option<f64>, best: f64) -> String {
    let name = metric.as_str().replace('_', " ");
    value.map(|value| format!("valid {name} {value:.4}, best {best:.4}")).unwrap_or_default()
}

/// LightGBM refuses some characters in names; the schema keeps the real ones.
fn model_names(names: &[String]) -> Vec<String> {
    let plain = |name: &String| -> String {
        name.chars().map(|c| if c.is_ascii_alphanumeric() || "_-.".contains(c) { c } else { '_' }).collect()
    };
    let plain: Vec<String> = names.iter().map(plain).collect();
    let unique = |(place, name): (usize, &String)| match plain.iter().filter(|other| *other == name).count() {
        1 if !name.is_empty() => name.clone(),
        _ => format!("{name}_{place}"),
    };
    plain.iter().enumerate().map(unique).collect()
}
