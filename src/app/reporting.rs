//! A run's page: gathers what the run and its data say, for `train` and for `evaluate --html`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::AppError;
use crate::dataset::PreparedFacts;
use crate::domain::Thresholds;
use crate::features::{InputKind, Schema};
use crate::files::{self, FileError};
use crate::metrics::{Assessment, Choice, ChosenThresholds};
use crate::model::artifact::{self, Run, RunFacts};
use crate::model::{ModelFiles, ModelKind, gbdt};
use crate::progress::thousands;
use crate::report::{self, Followed, Learning, Limit, Report};

/// The page's name in a run folder.
pub const FILE: &str = "report.html";

/// The rows that judge.
#[derive(Debug, Clone, Copy)]
pub(super) enum Judge<'a> {
    /// The validation part that the run was chosen by.
    Validation,
    /// The test part of the folder that the run was trained from.
    Test,
    /// The test part of another folder.
    Folder(&'a Path),
    /// All rows of a file.
    File {
        /// The file.
        rows: &'a Path,
        /// The run was trained on rows of it.
        trained_on: bool,
    },
}

impl Judge<'_> {
    fn words(self, data: &Path) -> String {
        let data = data.display();
        match self {
            Self::Validation => format!("the validation rows of {data}"),
            Self::Test => format!("the test rows of {data}"),
            Self::Folder(folder) => format!("the test rows of {}; trained on {data}", folder.display()),
            Self::File { rows, .. } => format!("all rows of {}; trained on {data}", rows.display()),
        }
    }
}

/// What a page says of a run, whatever rows judge it.
pub(super) struct Told<'a> {
    pub(super) name: &'a str,
    pub(super) facts: &'a RunFacts,
    pub(super) data: &'a PreparedFacts,
    pub(super) schema: &'a Schema,
    pub(super) thresholds: Thresholds,
    pub(super) chosen: Option<&'a ChosenThresholds>,
    pub(super) calibration: &'a str,
    /// Names and contents of the run's histories, by part.
    pub(super) histories: &'a [(String, String)],
    /// The run's `trials.json`.
    pub(super) trials: Option<&'a Value>,
    pub(super) model: &'a ModelFiles,
}

/// The page of a run that is on disk.
pub(super) fn of_run(
    folder: &Path,
    run: &Run,
    judge: Judge<'_>,
    found: &Assessment,
) -> Result<String, AppError> {
    let is_there = |name: &str| run.manifest.checksums.contains_key(name);
    let model = run.manifest.facts.model;
    let mut histories = Vec::new();
    for name in model.parts().iter().map(|part| artifact::history_file(model, *part)) {
        // The oldest runs have none.
        if is_there(&name) {
            let path = folder.join(&name);
            histories.push((name, fs::read_to_string(&path).map_err(FileError::io(&path))?));
        }
    }
    let trials: Option<Value> =
        if is_there("trials.json") { Some(files::read_json(&folder.join("trials.json"))?) } else { None };
    if !is_there("data.json") {
        return Err(AppError::NoDataFacts { run: run.name.clone() });
    }
    let told = Told {
        name: &run.name,
        facts: &run.manifest.facts,
        data: &files::read_json(&folder.join("data.json"))?,
        schema: &run.schema,
        thresholds: run.thresholds,
        chosen: run.chosen.as_ref(),
        calibration: run.calibration.as_ref().map_or("none", |calibration| calibration.as_str()),
        histories: &histories,
        trials: trials.as_ref(),
        model: &artifact::model_files(model, folder)?,
    };
    Ok(page(&told, judge, found))
}

/// The page.
pub(super) fn page(told: &Told<'_>, judge: Judge<'_>, found: &Assessment) -> String {
    let model = told.facts.model.as_str();
    report::page(&Report {
        run: told.name,
        subtitle: format!(
            "{model} by fraudctl {}, judged by {}",
            env!("CARGO_PKG_VERSION"),
            judge.words(&told.facts.data)
        ),
        caveats: caveats(told, judge, found),
        assessment: found,
        limits: limits(told),
        learning: learning(told),
        importances: importances(told),
        trials: told.trials.map(trials).unwrap_or_default(),
        card: card(told),
    })
}

fn caveats(told: &Told<'_>, judge: Judge<'_>, found: &Assessment) -> Vec<String> {
    let mut caveats = Vec::new();
    if matches!(judge, Judge::File { trained_on: true, .. }) {
        caveats.push("The model was trained on rows of this very file: all figures are too good.".to_owned());
    }
    if matches!(judge, Judge::Validation) {
        caveats.push(
            "Training was stopped, and the limits and the calibration were chosen, by these very rows: new rows will look somewhat \
             worse. evaluate --html judges by the test rows."
                .to_owned(),
        );
    }
    let positives = found.evaluation.positives;
    if positives < 100 {
        caveats.push(format!("Only {positives} frauds judge: the intervals are wide, and a fraud more or less moves everything."));
    }
    if let Some(copies) = told.data.copies_of_training_rows.filter(|copies| copies.valid + copies.test > 0) {
        caveats.push(format!(
            "{} validation rows and {} test rows say the same as a training row in every column.",
            copies.valid, copies.test
        ));
    }
    if told.data.train != told.data.train_before_balance && told.calibration == "none" {
        caveats.push(
            "The training rows were rebalanced and the scores are not calibrated: they rank, but they are no probabilities.".into(),
        );
    }
    if told.facts.interrupted {
        caveats.push("Training was stopped by hand; the best until then was kept.".into());
    }
    caveats
}

fn limits(told: &Told<'_>) -> Vec<Limit> {
    let words = |choice: Option<&Choice>| {
        choice.map_or_else(
            || "not said".to_owned(),
            |choice| match choice.value {
                Some(value) => format!("{} ({value:.4})", choice.rule),
                None => choice.rule.clone(),
            },
        )
    };
    let block = told.chosen.and_then(|chosen| chosen.block.as_ref());
    vec![
        Limit {
            name: "review: an analyst looks at it".into(),
            threshold: Some(told.thresholds.review),
            chosen: words(told.chosen.map(|chosen| &chosen.review)),
        },
        Limit { name: "block: it is refused".into(), threshold: told.thresholds.block, chosen: words(block) },
    ]
}

/// The curves of each part.
fn learning(told: &Told<'_>) -> Vec<Learning> {
    let facts = told.facts;
    let part = |part: ModelKind| {
        let name = artifact::history_file(facts.model, part);
        let (_, history) = told.histories.iter().find(|(own, _)| *own == name)?;
        let of_blend = facts.parts.iter().find(|own| own.model == part).map(|own| own.best_iteration);
        Some(Learning {
            model: part.as_str(),
            best_iteration: of_blend.or(facts.best_iteration)?,
            sets: followed(history),
        })
    };
    facts.model.parts().iter().filter_map(|kind| part(*kind)).filter(|part| !part.sets.is_empty()).collect()
}

/// The lines of a history, by set; of several members the first.
fn followed(history: &str) -> Vec<Followed> {
    let mut lines = history.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place = |name: &str| head.iter().position(|column| *column == name);
    let (Some(set), Some(loss)) = (place("set"), place("log_loss")) else { return Vec::new() };
    let Some(step) = place("round").or_else(|| place("epoch")) else { return Vec::new() };
    let (name, metric) = (head[set + 1], set + 1);
    let mut found: Vec<Followed> = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |place: usize| cells.get(place).copied().unwrap_or_default();
        if place("member").is_some_and(|member| cell(member) != "1") {
            break;
        }
        let at = match found.iter().position(|learning| learning.set == cell(set)) {
            Some(at) => at,
            None => {
                found.push(Followed {
                    set: cell(set).to_owned(),
                    metric: Vec::new(),
                    log_loss: Vec::new(),
                    name: name.to_owned(),
                });
                found.len() - 1
            }
        };
        let number = |place: usize| cell(place).parse::<f64>().ok();
        let Some(step) = number(step) else { continue };
        found[at].metric.extend(number(metric).map(|value| (step, value)));
        found[at].log_loss.extend(number(loss).map(|value| (step, value)));
    }
    found
}

fn importances(told: &Told<'_>) -> Vec<(String, f64)> {
    let Some(trees) = told.model.get(ModelKind::Lightgbm.file()) else { return Vec::new() };
    let gains = gbdt::gains(&String::from_utf8_lossy(trees), told.schema.features.len());
    let mut gains: Vec<(String, f64)> = told.schema.features.iter().cloned().zip(gains).collect();
    gains.retain(|(_, gain)| *gain > 0.0);
    gains.sort_by(|one, other| other.1.total_cmp(&one.1));
    gains
}

fn trials(trials: &Value) -> Vec<[String; 4]> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let trial = |trial: &Value| {
        let settings = trial["settings"].as_array().into_iter().flatten();
        let settings: Vec<String> =
            settings.map(|pair| format!("{}={}", text(&pair[0]), text(&pair[1]))).collect();
        let value = trial["value"].as_f64().map_or_else(|| "-".into(), |value| format!("{value:.4}"));
        let settings = if settings.is_empty() { "defaults".to_owned() } else { settings.join(" ") };
        [text(&trial["number"]), value, text(&trial["best_iteration"]), settings]
    };
    trials["trials"].as_array().into_iter().flatten().map(trial).collect()
}

fn card(told: &Told<'_>) -> Vec<(&'static str, Vec<(String, String)>)> {
    let Told { facts, data, schema, .. } = told;
    let fact = |name: &str, value: String| (name.to_owned(), value);
    let part = |count: crate::dataset::PartCount| {
        format!("{} rows, {} frauds", thousands(count.rows as u64), thousands(count.positives as u64))
    };
    let kind = match data.input {
        InputKind::Tabular => "a table: one row, one case",
        InputKind::Transactions => "an event log: features come from the history of customers and terminals",
    };
    let mut of_data = vec![
        fact("source", data.source.display().to_string()),
        fact("its SHA-256", data.source_sha256.clone()),
        fact("what it is", kind.into()),
        fact("labelled rows", part(crate::dataset::PartCount { rows: data.rows, positives: data.positives })),
        fact("split", format!("{}, seed {}", data.split.as_str(), data.seed)),
        fact("training part", part(data.train_before_balance)),
        fact("rebalanced", format!("{}: {}", data.balance, part(data.train))),
        fact("validation part", part(data.valid)),
        fact("test part", part(data.test)),
        fact("prepared folder", format!("{}, manifest {}", facts.data.display(), facts.data_sha256)),
    ];
    if schema.kind == InputKind::Transactions {
        of_data.push(fact("labels are known after", format!("{} days", schema.label_delay_days.days())));
    }
    if !data.dropped_columns.is_empty() || !data.left_out_columns.is_empty() {
        let left_out = [data.left_out_columns.as_slice(), &data.dropped_columns].concat();
        of_data.push(fact("columns left out", left_out.join(", ")));
    }
    let best: Vec<String> = facts.best_iterations().map(|best| best.to_string()).collect();
    let parameter = |(name, value): (String, Value)| match value {
        Value::String(text) => format!("{name} = {text}"),
        other => format!("{name} = {other}"),
    };
    let parameters: Vec<String> = parameters(&facts.parameters).into_iter().map(parameter).collect();
    vec![
        (
            "Use",
            vec![
                fact("made for", "ranking payments by how likely they are fraud, as they happen or in a file".into()),
                fact("answers", "a score from 0 to 1; from the review limit on somebody looks at the payment, from the block limit on it is \
                     refused".into()),
                fact("not made for", "payments of another kind, time or place than those below, without being judged by such first; any \
                     decision on people beyond the payment".into()),
            ],
        ),
        ("Data", of_data),
        (
            "Model",
            vec![
                fact("model", made_of(facts)),
                fact("best round or epoch", best.join(", ")),
                fact("parameters", parameters.join("; ")),
                fact("seed", format!("{}, on {} threads", facts.seed, facts.threads)),
                fact("calibration", told.calibration.into()),
                fact("trained further from", facts.parent.clone().unwrap_or_else(|| "nothing: from the beginning".into())),
                fact("features", format!("{}: {}", schema.features.len(), schema.features.join(", "))),
            ],
        ),
    ]
}

/// What the model is: its kind, of a blend with the weights of its parts and what each is worth alone.
fn made_of(facts: &RunFacts) -> String {
    let part = |part: &artifact::PartFacts| {
        let value = part.valid_average_precision;
        format!(
            "{} {} (alone average precision {value:.4} on the validation rows)",
            part.weight,
            part.model.as_str()
        )
    };
    let parts: Vec<String> = facts.parts.iter().map(part).collect();
    match parts.is_empty() {
        true => facts.model.as_str().to_owned(),
        false => format!("{}: {}", facts.model.as_str(), parts.join(", ")),
    }
}

/// Names and values of all parameters; of a blend with the names of its parts.
pub fn parameters(given: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for (name, value) in given.as_object().into_iter().flatten() {
        match value {
            // What goes to LightGBM has its names there.
            Value::Object(_) if name == "native" => found.extend(parameters(value)),
            Value::Object(_) => {
                let named = |(own, value): (String, Value)| (format!("{name}.{own}"), value);
                found.extend(parameters(value).into_iter().map(named));
            }
            single => found.push((name.clone(), single.clone())),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_history_is_read_by_set_and_of_the_first_member() {
        let text = "member,round,set,roc_auc,log_loss\n1,10,valid,0.5,0.7\n1,10,train,0.75,\n1,20,valid,NaN,0.5\n2,10,valid,0.9,0.1\n";
        let found = followed(text);
        assert_eq!(found.iter().map(|one| one.set.as_str()).collect::<Vec<_>>(), ["valid", "train"]);
        assert_eq!(found[0].log_loss, [(10.0, 0.7), (20.0, 0.5)]);
        assert_eq!((found[1].metric.as_slice(), found[1].log_loss.len()), (&[(10.0, 0.75)][..], 0));
        assert_eq!(found[0].name, "roc_auc");
        let epochs = followed("epoch,set,average_precision,log_loss\n1,train,,0.3\n1,valid,0.4,0.2\n");
        assert_eq!((epochs[0].metric.len(), epochs[1].metric.as_slice()), (0, &[(1.0, 0.4)][..]));
        assert!(followed("").is_empty() && followed("member,round,set\n").is_empty());
    }
}
