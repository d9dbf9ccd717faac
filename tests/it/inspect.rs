//! `fraudctl inspect`: figures as pandas and scikit-learn have them, findings in words, a page that is whole.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Place, creditcard, fraudctl};

/// Made, like what is expected of it, by scripts/golden_inspect.py.
fn fixture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures").join(name).to_string_lossy().into_owned()
}

fn close(found: &Value, expected: &Value, what: &str) {
    let (Some(found), Some(expected)) = (found.as_f64(), expected.as_f64()) else {
        panic!("{what}: {found} instead of {expected}")
    };
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{what}: {found} instead of {expected}"
    );
}

fn column<'a>(found: &'a Value, name: &str) -> &'a Value {
    let mut columns = found["columns"].as_array().expect("columns").iter();
    columns.find(|column| column["name"] == name).unwrap_or_else(|| panic!("no column {name}"))
}

fn suspect<'a>(found: &'a Value, name: &str) -> Option<&'a Value> {
    found["suspects"].as_array().expect("suspects").iter().find(|suspect| suspect["column"] == name)
}

#[test]
fn figures_are_those_of_pandas_and_scikit_learn() {
    let expected: Value =
        serde_json::from_str(&fs::read_to_string(fixture("inspect.json")).expect("a file")).expect("JSON");
    let found = fraudctl(["inspect", &fixture("inspect.csv"), "--json"]).json();
    assert_eq!((&found["rows"], &found["sampled"]), (&expected["rows"], &expected["rows"]));
    assert_eq!(found["label"]["positives"], expected["positives"]);
    assert_eq!(found["duplicates"]["rows"], expected["duplicates"]["rows"]);
    assert_eq!(found["duplicates"]["conflicting"], expected["duplicates"]["conflicting"]);
    for (name, facts) in expected["numbers"].as_object().expect("columns") {
        let column = column(&found, name);
        assert_eq!(
            (&column["missing"], &column["distinct"]),
            (&facts["missing"], &facts["distinct"]),
            "{name}"
        );
        for (part, value) in facts["range"].as_object().expect("a range") {
            close(&column["range"][part], value, &format!("{part} of {name}"));
        }
        for metric in ["roc_auc", "psi"] {
            match facts.get(metric) {
                Some(value) => close(&column[metric], value, &format!("{metric} of {name}")),
                None => assert!(column[metric].is_null(), "{metric} of {name}"),
            }
        }
    }
    for (name, facts) in expected["words"].as_object().expect("columns") {
        for (metric, value) in facts.as_object().expect("metrics") {
            close(&column(&found, name)[metric], value, &format!("{metric} of {name}"));
        }
    }
    assert_eq!(found["correlations"]["columns"], expected["correlated"]);
    for kind in ["pearson", "spearman"] {
        for (row, values) in expected[kind].as_array().expect("rows").iter().enumerate() {
            for (place, value) in values.as_array().expect("values").iter().enumerate() {
                close(&found["correlations"][kind][row][place], value, &format!("{kind} {row} {place}"));
            }
        }
    }
    assert_eq!(found["timeline"]["unit"], "day");
    let buckets = found["timeline"]["buckets"].as_array().expect("buckets");
    let days = buckets.iter().filter(|bucket| bucket["rows"] != 0);
    let found_days: Vec<Value> = days.map(|day| serde_json::json!([day["rows"], day["positives"]])).collect();
    assert_eq!(found_days, expected["days"].as_object().expect("days").values().cloned().collect::<Vec<_>>());
}

#[test]
fn what_had_better_be_dropped_is_named_with_the_reason() {
    let found = fraudctl(["inspect", &fixture("inspect.csv"), "--json"]).json();
    assert_eq!(found["drop"], serde_json::json!(["copy_of_score", "fixed", "note", "dispute_code"]));
    let reasons =
        |name: &str| suspect(&found, name).map(|suspect| suspect["reasons"].to_string()).unwrap_or_default();
    assert!(reasons("dispute_code").contains("D1, D2: always fraud, and 85.4 % of all frauds"));
    assert!(reasons("dispute_code").contains("was it known at the time of the payment?"));
    assert!(reasons("note").contains("identifies the row"));
    assert!(suspect(&found, "amount").is_none());
    let without =
        fraudctl(["inspect", &fixture("inspect.csv"), "--drop", "dispute_code,note", "--json"]).json();
    assert_eq!(without["drop"], serde_json::json!(["copy_of_score", "fixed"]));
}

#[test]
fn the_summary_fits_the_terminal_and_says_what_to_run_next() {
    let outcome = fraudctl(["inspect", &fixture("inspect.csv")]);
    outcome.succeeds();
    let text = outcome.stdout.replace(&fixture("inspect.csv"), "inspect.csv");
    assert!(
        text.lines().filter(|line| !line.starts_with("next:")).all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let text: Vec<&str> = text.lines().filter(|line| !line.starts_with("looked at")).collect();
    assert_snapshot!(text.join("\n"), @r#"
      rows        372, 12 columns: a table of cases
      label       fraud: 48 frauds, 12.9 %, 1 : 6.75
      time        when: 2024-01-30 04:06 to 2024-03-09 21:20
      duplicates  5 rows repeat another; 14 have a twin of the other class

      column             kind  missing  distinct       least      median    greatest    AUC    PSI
      when               time                360  2024-01-30  2024-02-18  2024-03-09  0.506
      amount           number                345        1.72       20.08       549.5  0.674   0.17
      age              number   12.1 %        62          18          46          79  0.577   0.33
      score            number                339       -2.82      -0.035       2.867  0.713   0.20
      copy_of_score    number                339       -2.82      -0.035       2.867  0.713   0.20
      fixed            number                  1           5           5           5
      few              number                  4           0           2           3  0.492   0.01
      country        category                  4                                      0.519  17.33
      online          boolean                  2                                      0.485   0.01
      note               text                360
      dispute_code   category                  3                                      0.917   0.02

    to look at:
      - note: identifies the row: 360 values in 372 rows (--drop note)
      - dispute_code: D1, D2: always fraud, and 85.4 % of all frauds; has "dispute" in its name: was it
        known at the time of the payment? (--drop dispute_code)
      - copy_of_score: a copy of score
      - fixed: the same cell in every row
      - drift: the last third of the rows differs from the first most in country (17.33), age (0.33)

    next: fraudctl prep inspect.csv --out inspect --drop copy_of_score,fixed,note,dispute_code
    "#);
}

#[test]
fn gaps_scenarios_and_ids_are_suspects() {
    let mut text = String::from("row,gaps,SCENARIO,base,TX_FRAUD\n");
    for row in 0..400 {
        let fraud = row % 8 == 3;
        let gap = if fraud { String::new() } else { (row * 7 % 10).to_string() };
        let scenario = if fraud { 1 + row % 3 } else { 0 };
        text.push_str(&format!("{},{gap},{scenario},{}.5,{}\n", 5_000 - row, row * 31 % 97, u8::from(fraud)));
    }
    let place = Place::new();
    let found = fraudctl(["inspect", &place.write("t.csv", &text), "--json"]).json();
    assert_eq!(found["drop"], serde_json::json!(["row", "gaps", "SCENARIO"]));
    let reasons = |name: &str| suspect(&found, name).expect("a suspect")["reasons"].to_string();
    assert!(
        reasons("gaps").contains("missing in 100 % of the frauds and 0 % of the others"),
        "{}",
        reasons("gaps")
    );
    assert!(reasons("SCENARIO").contains("ROC AUC 1.0000"), "{}", reasons("SCENARIO"));
    assert!(suspect(&found, "base").is_none());
    assert_eq!(found["time"], Value::Null);
    assert_eq!((&found["timeline"]["unit"], &found["timeline"]["width"]), (&"place".into(), &20.0.into()));
}

#[test]
fn it_works_without_a_label_and_without_a_number() {
    let place = Place::new();
    let words = place.write("words.csv", "a,b\nx,y\nx,z\nw,z\nw,y\n");
    let outcome = fraudctl(["inspect", &words, "--html", &place.at("words.html")]);
    outcome.succeeds();
    assert!(outcome.stdout.contains("none; --label COLUMN names it"), "{}", outcome.stdout);
    assert!(outcome.stdout.contains("--label COLUMN\n"), "{}", outcome.stdout);
    let found = fraudctl(["inspect", &words, "--json"]).json();
    assert_eq!((&found["label"], &column(&found, "a")["roc_auc"]), (&Value::Null, &Value::Null));
    assert_eq!(found["correlations"]["columns"], serde_json::json!([]));
    // A column that is only called like a label is none, and that is said.
    let called = fraudctl(["inspect", &place.write("t.csv", "n,class\n1,gold\n2,silver\n"), "--json"]).json();
    assert_eq!(called["label"], Value::Null);
    assert!(
        called["warnings"][0].as_str().is_some_and(|text| text.contains("--positive")),
        "{}",
        called["warnings"]
    );
    let given = ["--label", "class", "--positive", "gold", "--json"];
    let given = fraudctl(["inspect", &place.at("t.csv")].into_iter().chain(given)).json();
    assert_eq!((&given["label"]["positives"], &given["label"]["negatives"]), (&1.into(), &1.into()));
}

#[test]
fn times_are_understood_in_the_spelling_that_the_column_proves() {
    let mut text = String::from("filed_at,x,Class\n");
    (0..300).for_each(|row| {
        text.push_str(&format!("{}/{}/2024 9:30,{row},{}\n", 1 + row / 28, 1 + row % 28, row % 2))
    });
    let place = Place::new();
    let found = fraudctl(["inspect", &place.write("t.csv", &text), "--json"]).json();
    assert_eq!((&found["time"]["column"], &found["timeline"]["unit"]), (&"filed_at".into(), &"week".into()));
    assert_eq!(column(&found, "filed_at")["kind"], "time");
    assert!(column(&found, "x")["psi"].as_f64().is_some_and(|psi| psi > 1.0));
    // Kaggle's seconds since the first row are a time too, of no date.
    let cards = fraudctl(["inspect", &place.write("cards.csv", &creditcard(600)), "--json"]).json();
    assert_eq!((&cards["time"]["column"], &cards["time"]["relative"]), (&"Time".into(), &true.into()));
}

#[test]
fn an_event_log_is_recognised_and_its_keys_are_no_features() {
    let place = Place::new();
    let log = place.at("log.parquet");
    let small = ["--customers", "60", "--terminals", "100", "--days", "60"];
    fraudctl(["simulate", "--out", &log].into_iter().chain(small)).succeeds();
    let found = fraudctl(["inspect", &log, "--json"]).json();
    assert_eq!((&found["schema"], &found["drop"]), (&"transactions".into(), &serde_json::json!([])));
    assert_eq!(found["timeline"]["unit"], "day");
    assert!(
        suspect(&found, "TX_FRAUD_SCENARIO").is_some_and(|suspect| suspect["drop"] == true),
        "{}",
        found["suspects"]
    );
    assert!(suspect(&found, "CUSTOMER_ID").is_none() && suspect(&found, "TX_AMOUNT").is_none());
}

#[test]
fn what_cannot_be_looked_at_is_an_error() {
    let place = Place::new();
    let complaint = |name: &str, text: &str, more: &[&str]| {
        let file = place.write(name, text);
        let html = place.at("page.html");
        let outcome = fraudctl(["inspect", &file, "--html", &html].into_iter().chain(more.iter().copied()));
        assert_eq!((outcome.code, outcome.stdout.as_str()), (1, ""));
        assert!(!Path::new(&html).exists(), "nothing half-written");
        place.neutral(&outcome.stderr)
    };
    assert_snapshot!(complaint("t.csv", "", &[]), @"error: PLACE/t.csv: the file is empty");
    assert_snapshot!(complaint("t.csv", "a,Class\n", &[]), @"error: PLACE/t.csv: the file is empty: it has a header but no rows");
    assert_snapshot!(complaint("t.csv", "a,b\n1,2\n", &["--label", "c"]), @r#"error: PLACE/t.csv: --label names the column "c", which is not there; its columns are: a, b"#);
    assert_snapshot!(complaint("t.csv", "a,b\n1,x\n", &["--label", "b"]), @r#"error: PLACE/t.csv:2:2: column "b": "x" is not a label: 0, 1, true, false, yes or no (else name the word with --positive)"#);
    assert_snapshot!(complaint("t.csv", "a,b\n1,2\n", &["--map", "merchnt=a"]), @r#"error: PLACE/t.csv: --map knows no part "merchnt"; the parts are: id, time, customer, terminal, amount, latitude, longitude, label"#);
    assert_snapshot!(complaint("t.csv", "a,b\r1,2\r", &[]), @"error: PLACE/t.csv: not a readable CSV file: its lines end in carriage returns alone; save it with line feeds");
    assert_snapshot!(complaint("t.csv", "a\n1\n", &["--drop", "a"]), @"error: PLACE/t.csv: no column is left to look at");
    let file = place.write("t.csv", "a,Class\n1,0\n2,1\n");
    assert_eq!(fraudctl(["inspect", &file, "--label", "Class", "--time", "Class"]).code, 0);
    let lost = fraudctl(["inspect", &file, "--html", &file, "--force"]);
    assert_eq!(lost.code, 1);
    assert!(lost.stderr.contains("name another file"), "{}", lost.stderr);
    let codes = place.write("codes.csv", "mcc,Class\n5411,no\n5812,yes\n5411,no\n5812,no\n");
    let found = fraudctl(["inspect", &codes, "--category", "mcc", "--json"]).json();
    assert_eq!(column(&found, "mcc")["kind"], "category", "{found}");
    assert_eq!(found["label"]["positives"], 1, "yes and no");
    let page = place.write("there.html", "mine");
    let refused = fraudctl(["inspect", &file, "--html", &page]);
    assert_eq!(refused.code, 1);
    assert_eq!(fs::read_to_string(&page).expect("a file"), "mine");
    assert_eq!(fraudctl(["inspect", &file, "--html", &page, "--force"]).code, 0);
}

/// Names of the tags that are open at the end, or the place of the first one that does not fit.
fn unbalanced(html: &str) -> Vec<String> {
    let mut open = Vec::new();
    let body = html.strip_prefix("<!DOCTYPE html>").expect("a document type");
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("no end of <{piece}"));
        assert!(!text.contains('>'), "a loose > in {text}");
        let name = tag
            .trim_start_matches('/')
            .split(|c: char| c.is_whitespace() || c == '/')
            .next()
            .unwrap_or_default();
        if tag.starts_with('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "before {text}");
        } else if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
        assert_eq!(tag.matches('"').count() % 2, 0, "quotes in <{tag}>");
    }
    let mut entities = body.split('&').skip(1);
    let known =
        |entity: &str| ["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| entity.starts_with(known));
    assert!(entities.all(known));
    open
}

#[test]
fn the_page_is_whole_and_safe_and_loads_nothing() {
    let place = Place::new();
    let name = r#"<b>&"x' onload=y"#;
    let csv_name = name.replace('"', "\"\"");
    let rows: String = (0..300)
        .map(|row| format!("{row},w{}<i>,{},{}\n", row % 5, row * row % 7, u8::from(row % 9 == 0)))
        .collect();
    let file = place.write("t&.csv", &format!("\"{csv_name}\",words,few,Class\n{rows}"));
    let page = place.at("page.html");
    fraudctl(["inspect", &file, "--html", &page]).succeeds();
    let html = fs::read_to_string(&page).expect("a page");
    assert_eq!(unbalanced(&html), Vec::<String>::new());
    assert!(html.contains("&lt;b&gt;&amp;&quot;x&#39; onload=y") && html.contains("w1&lt;i&gt;"), "escaped");
    for forbidden in ["<b>&\"", "http://", "https://", "url(", "@import", "<script", "src=", "<link"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    let golden = place.at("golden.html");
    fraudctl(["inspect", &fixture("inspect.csv"), "--html", &golden]).succeeds();
    let html = fs::read_to_string(&golden).expect("a page");
    assert_eq!(unbalanced(&html), Vec::<String>::new());
    for part in ["dispute_code", "prefers-color-scheme: dark", "Spearman", "share of frauds", "viewport"] {
        assert!(html.contains(part), "{part}");
    }
}
