//! `fraudctl backtest`: the Handbook's protocols on a simulated log.

use serde_json::Value;

use crate::support::{Outcome, Place, fraudctl};

/// Nine weeks of few customers, with frauds on most days.
fn log(place: &Place) -> String {
    let log = place.at("log.parquet");
    let size = ["--customers", "400", "--terminals", "300", "--days", "63", "--start", "2024-01-01"];
    fraudctl(["simulate", "--out", &log].into_iter().chain(size)).succeeds();
    log
}

/// Two folds, the newest trained from 2024-02-12 to 18 and judged from 2024-02-26 to 2024-03-03.
fn backtest(log: &str, more: &[&str]) -> Outcome {
    let fixed = ["backtest", log, "--protocol", "handbook", "--from", "2024-02-12", "--folds", "2", "--json"];
    fraudctl(fixed.into_iter().chain(more.iter().copied()))
}

const SMALL: [&str; 6] = ["--model", "lightgbm", "--set", "rounds=30", "--set", "min_data_in_leaf=3"];

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn folds_follow_the_protocol_and_do_not_depend_on_threads() {
    let place = Place::new();
    let log = log(&place);
    let mut found = backtest(&log, &[&SMALL[..], &["--threads", "1"]].concat()).json();
    let folds = found["folds"].as_array().expect("folds").clone();
    let dates = |fold: &Value| (fold["train_from"].to_string(), fold["test_from"].to_string());
    assert_eq!(
        folds.iter().map(dates).collect::<Vec<_>>(),
        [("2024-02-12", "2024-02-26"), ("2024-02-05", "2024-02-19")]
            .map(|(a, b)| (format!("{a:?}"), format!("{b:?}")))
    );
    for name in ["roc_auc", "average_precision", "card_precision_at_100", "log_loss"] {
        let values: Vec<f64> = folds.iter().map(|fold| number(&fold[name])).collect();
        let mean = (values[0] + values[1]) / 2.0;
        assert!((number(&found["mean"][name]) - mean).abs() < 1e-12, "{name}");
        let deviation = (values[0] - values[1]).abs() / 2.0;
        assert!((number(&found["std"][name]) - deviation).abs() < 1e-12, "{name}");
    }
    assert!(number(&found["mean"]["average_precision"]) > 0.1, "{found}");
    assert_eq!(found["published"], serde_json::json!([]), "the book's rows are of other days");
    let mut again = backtest(&log, &[&SMALL[..], &["--threads", "2"]].concat()).json();
    for summary in [&mut found, &mut again] {
        summary["seconds"] = Value::Null;
    }
    assert_eq!(found, again);
}

#[test]
fn parameters_are_chosen_before_the_first_day_that_judges_and_the_search_goes_on() {
    let place = Place::new();
    let (log, trials) = (log(&place), place.at("trials.jsonl"));
    let search = [
        "--model",
        "lightgbm",
        "--set",
        "rounds=40",
        "--set",
        "members=2",
        "--tune",
        "3",
        "--trials",
        &trials,
    ];
    let found = backtest(&log, &search).json();
    let chosen = &found["chosen"];
    // The folds that judge are trained from 2024-02-05 on.
    assert_eq!((&chosen["tuned_from"], &chosen["tuned_to"]), (&"2024-01-15".into(), &"2024-02-11".into()));
    let tried = chosen["trials"].as_array().expect("trials");
    assert_eq!(tried.len(), 3);
    let best =
        tried.iter().max_by(|a, b| number(&a["value"]).total_cmp(&number(&b["value"]))).expect("trials");
    assert_eq!(chosen["parameters"]["rounds"], best["best_iteration"].to_string());
    for setting in best["settings"].as_array().expect("settings") {
        assert_eq!(chosen["parameters"][setting[0].as_str().expect("a name")], setting[1]);
    }
    let resumed = backtest(&log, &[&search[..], &["--resume"]].concat()).json();
    assert_eq!(resumed["chosen"], *chosen, "nothing is tried again");
    assert_eq!(resumed["mean"], found["mean"]);
    let refused = backtest(&log, &search);
    assert!(refused.stderr.contains("--resume goes on"), "{}", refused.stderr);
}

#[test]
fn any_model_balance_and_feature_set_will_do() {
    let place = Place::new();
    let log = log(&place);
    let balanced =
        backtest(&log, &[&SMALL[..], &["--features", "handbook", "--balance", "smote:0.2,rus:0.5"]].concat())
            .json();
    assert_eq!(balanced["features"], 15);
    let weighted = backtest(&log, &[&SMALL[..], &["--balance", "weights"]].concat()).json();
    let network = ["--model", "mlp", "--set", "epochs=40", "--set", "hidden=16"];
    let network = backtest(&log, &network).json();
    for found in [&balanced, &weighted, &network] {
        assert!(number(&found["mean"]["roc_auc"]) > 0.6, "{found}");
    }
    let gaps = backtest(&log, &[&SMALL[..], &["--balance", "smote:0.2"]].concat());
    assert!(gaps.stderr.contains("measures distances"), "{}", gaps.stderr);
}

#[test]
fn what_does_not_fit_is_said() {
    let place = Place::new();
    let log = log(&place);
    let arguments = ["backtest", &log, "--protocol", "handbook-single", "--model", "lightgbm"];
    let days = fraudctl(arguments);
    assert_eq!(days.code, 1);
    let said =
        "the protocol needs the days from 2018-07-25 to 2018-08-14, and the log has those from 2024-01-01 to";
    assert!(days.stderr.contains(said) && days.stderr.contains("--from moves"), "{}", days.stderr);
    let with = |more: &[&str]| {
        let fixed = ["backtest", &log, "--protocol", "handbook"].into_iter();
        fraudctl(fixed.chain(SMALL).chain(more.iter().copied()))
    };
    let date = with(&["--from", "soon"]);
    assert_eq!(date.code, 2);
    assert!(date.stderr.contains("--from soon: write it as 2018-08-15"), "{}", date.stderr);
    let early = with(&["--from", "2024-02-12", "--folds", "4", "--tune", "2"]);
    assert!(early.stderr.contains("the protocol needs the days from 2023-12-"), "{}", early.stderr);
    let table = place.write("cards.csv", &crate::support::creditcard(100));
    let table = fraudctl(["backtest", &table, "--protocol", "handbook", "--model", "lightgbm"]);
    assert!(table.stderr.contains("a backtest needs an event log"), "{}", table.stderr);
}
