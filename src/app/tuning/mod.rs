//! A seeded search for parameters: each trial is one set of them, judged by a metric that the caller computes on rows that
//! decide (validation rows, or validation folds), never on test rows.

mod file;
mod keeping;
mod parts;
mod space;

use std::path::Path;
use std::time::Instant;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::AppError;
use crate::metrics::Metric;
use crate::model::ModelKind;
use crate::progress::{Muted, Progress};
use file::TrialFile;
pub use keeping::Keeping;
pub use parts::{PartTrials, search_parts};
use space::Dimension;

/// Of so many best trials a later one takes its parameters.
const PARENTS: usize = 3;
/// And changes so many of them.
const CHANGES: usize = 2;

/// What to search, and how.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// Whose parameters.
    pub model: ModelKind,
    /// What the user set: it holds in every trial and is not searched.
    pub fixed: &'a [(String, String)],
    /// How many trials.
    pub trials: usize,
    /// Seeds the drawing.
    pub seed: u64,
    /// What the value of a trial is.
    pub metric: Metric,
    /// Where trials are kept, so that a search that was stopped goes on.
    pub file: Option<&'a Path>,
    /// Go on with the trials in `file`; without it, the file must not be there.
    pub resume: bool,
    /// What the trials are judged on, in a few words; a file of other trials is refused.
    pub judged_on: String,
}

/// One set of parameters and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// From 1.
    pub number: usize,
    /// Whose parameters; older files do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelKind>,
    /// What was drawn.
    pub settings: Vec<(String, String)>,
    /// The metric.
    pub value: f64,
    /// The round or epoch that it was reached at, counted from 1.
    pub best_iteration: usize,
    /// How long it took.
    pub seconds: f64,
}

/// What a trial came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// The metric.
    pub value: f64,
    /// The round or epoch that it was reached at, counted from 1.
    pub best_iteration: usize,
}

/// Says what a set of parameters is worth.
pub type Judge<'a> = dyn FnMut(&[(String, String)], &dyn Progress) -> Result<Outcome, AppError> + 'a;

impl Search<'_> {
    /// Makes the trials that are missing and gives all of them, in their order. The first has the defaults; those of the first
    /// half are drawn at random; each later one changes two parameters of one of the three best so far. Which ones follows from
    /// the seed and the values alone.
    ///
    /// # Errors
    /// When the file of trials cannot be used, a trial fails, or the user stops; the trials until then are in the file.
    pub fn run(&self, judge: &mut Judge<'_>, progress: &dyn Progress) -> Result<Vec<Trial>, AppError> {
        let (file, mut trials) = TrialFile::open(self)?;
        trials.truncate(self.trials);
        if !trials.is_empty() {
            progress.note(format!("going on after {} trials that are there already", trials.len()));
        }
        let stage = format!("searching parameters of {}", self.model.as_str());
        progress.start(&stage, Some(self.trials as u64));
        progress.advance(trials.len() as u64, "");
        for number in trials.len() + 1..=self.trials {
            let settings = self.draw(number, &trials);
            let started = Instant::now();
            let outcome = judge(&[self.fixed, settings.as_slice()].concat(), &Muted(progress));
            let Outcome { value, best_iteration } = outcome.inspect_err(|_| {
                progress.finish();
                if let Some(file) = self.file {
                    progress.note(format!(
                        "{} trials are kept in {}; --resume goes on",
                        trials.len(),
                        file.display()
                    ));
                }
            })?;
            let seconds = (started.elapsed().as_secs_f64() * 1e3).round() / 1e3;
            let trial = Trial { number, model: Some(self.model), settings, value, best_iteration, seconds };
            file.append(&trial)?;
            trials.push(trial);
            let best = best(&trials, self.metric).expect("a trial was made");
            progress.advance(
                number as u64,
                &format!("{} {value:.4}, best {:.4}", self.metric.as_str(), best.value),
            );
            if number == 1 && self.trials > 1 {
                let minutes = seconds * (self.trials - 1) as f64 / 60.0;
                progress.note(format!(
                    "the first of {} trials took {seconds:.1} s: about {minutes:.1} minutes for the others",
                    self.trials
                ));
            }
        }
        progress.finish();
        Ok(trials)
    }

    /// The parameters of a trial, which depend on those before it.
    fn draw(&self, number: usize, trials: &[Trial]) -> Vec<(String, String)> {
        if number == 1 {
            return Vec::new();
        }
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(number as u64);
        let is_free = |dimension: &&Dimension| self.fixed.iter().all(|(key, _)| key != dimension.name);
        let free: Vec<&Dimension> = space::of(self.model).iter().filter(is_free).collect();
        let value = |dimension: &Dimension, random: &mut ChaCha8Rng| {
            let value = dimension.values.choose(random).expect("a dimension has values");
            (dimension.name.to_owned(), (*value).to_owned())
        };
        if number <= self.trials.div_ceil(2) {
            return free.iter().map(|dimension| value(dimension, &mut random)).collect();
        }
        let parent = &best_first(trials, self.metric)[random.random_range(0..PARENTS.min(trials.len()))];
        let mut settings = parent.settings.clone();
        for dimension in free.sample(&mut random, CHANGES.min(free.len())) {
            settings.retain(|(key, _)| key != dimension.name);
            settings.push(value(dimension, &mut random));
        }
        settings
    }
}

/// The best trial; of equal ones the first.
pub fn best(trials: &[Trial], metric: Metric) -> Option<&Trial> {
    trials.iter().reduce(|best, trial| if metric.is_better(trial.value, best.value) { trial } else { best })
}

fn best_first(trials: &[Trial], metric: Metric) -> Vec<&Trial> {
    let mut sorted: Vec<&Trial> = trials.iter().collect();
    // Stable: of equal ones the first stays first.
    sorted.sort_by(|left, right| {
        let is = |left: &Trial, right: &Trial| metric.is_better(left.value, right.value);
        is(right, left).cmp(&is(left, right))
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::{Event, Silent};

    fn search<'a>(file: Option<&'a Path>, resume: bool, fixed: &'a [(String, String)]) -> Search<'a> {
        Search {
            model: ModelKind::Lightgbm,
            fixed,
            trials: 12,
            seed: 7,
            metric: Metric::AveragePrecision,
            file,
            resume,
            judged_on: "a made-up function".into(),
        }
    }

    /// Fewer leaves are better, up to a point that is not the default's.
    fn judge(settings: &[(String, String)]) -> Outcome {
        let leaves = settings.iter().find(|(key, _)| key == "num_leaves").map_or("15", |(_, value)| value);
        let distance = (leaves.parse::<f64>().expect("a number") - 7.0).abs();
        Outcome { value: 1.0 / (1.0 + distance), best_iteration: 3 }
    }

    fn same(left: &[Trial], right: &[Trial]) {
        let without_time = |trials: &[Trial]| -> Vec<(Vec<(String, String)>, u64)> {
            trials.iter().map(|trial| (trial.settings.clone(), trial.value.to_bits())).collect()
        };
        assert_eq!(without_time(left), without_time(right));
    }

    #[test]
    fn a_search_that_was_stopped_goes_on_as_if_it_had_not_been() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let path = place.path().join("run.trials.jsonl");
        let whole = search(None, false, &[])
            .run(&mut |settings, _| Ok(judge(settings)), &Silent::default())
            .expect("it runs");
        assert_eq!(whole.len(), 12);
        assert!(whole[0].settings.is_empty(), "the first has the defaults");
        assert!(best(&whole, Metric::AveragePrecision).expect("trials").value > whole[0].value);

        let progress = Silent::default();
        let mut made = 0;
        let stopped = search(Some(&path), false, &[]).run(
            &mut |settings, progress| {
                progress.check()?;
                made += 1;
                Ok(judge(settings))
            },
            &StopAfter(&progress, 5, std::cell::Cell::new(0).into()),
        );
        assert!(stopped.is_err_and(|error| error.is_interruption()));
        assert_eq!(made, 5);
        let again = search(Some(&path), false, &[]).run(&mut |_, _| panic!("not asked"), &progress);
        assert!(again.expect_err("it is there").hint().is_some_and(|hint| hint.contains("--resume")));
        let resumed = search(Some(&path), true, &[])
            .run(&mut |settings, _| Ok(judge(settings)), &progress)
            .expect("it goes on");
        same(&whole, &resumed);
        let fixed = [("num_leaves".to_owned(), "9".to_owned())];
        let other = search(Some(&path), true, &fixed).run(&mut |_, _| panic!("not asked"), &progress);
        assert!(other.expect_err("other trials").to_string().contains("another search"));
    }

    #[test]
    fn what_is_set_is_not_searched() {
        let fixed = [("num_leaves".to_owned(), "9".to_owned())];
        let trials = search(None, false, &fixed)
            .run(
                &mut |settings, _| {
                    assert_eq!(settings.iter().filter(|(key, _)| key == "num_leaves").count(), 1);
                    Ok(judge(settings))
                },
                &Silent::default(),
            )
            .expect("it runs");
        assert!(trials.iter().all(|trial| trial.settings.iter().all(|(key, _)| key != "num_leaves")));
    }

    /// Asks to stop once it was asked so often.
    struct StopAfter<'a>(&'a Silent, usize, std::sync::Mutex<std::cell::Cell<usize>>);

    impl Progress for StopAfter<'_> {
        fn emit(&self, event: Event) {
            self.0.emit(event);
        }

        fn interrupted(&self) -> bool {
            let asked = self.2.lock().expect("nobody panicked");
            asked.set(asked.get() + 1);
            asked.get() > self.1
        }
    }
}
