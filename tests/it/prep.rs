//! `fraudctl prep`: both schemas, no leak, and every complaint with its place.

use std::fs;

use insta::assert_snapshot;

use crate::support::{Place, creditcard, fraudctl};

/// The error of preparing `text`, with the folder's path taken out.
pub fn complaint(name: &str, text: &str, more: &[&str]) -> String {
    let place = Place::new();
    let file = place.write(name, text);
    let mut arguments = vec!["prep".to_owned(), file, "--out".into(), place.at("out")];
    arguments.extend(more.iter().map(|text| (*text).to_owned()));
    let outcome = fraudctl(arguments);
    assert_ne!(outcome.code, 0, "{}", outcome.stdout);
    assert_eq!(outcome.stdout, "");
    assert!(!place.path().join("out").exists(), "nothing half-written");
    format!("exit {}\n{}", outcome.code, place.neutral(&outcome.stderr))
}

#[test]
fn a_table_is_split_with_the_same_share_of_frauds_in_each_part() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(2_000));
    let summary = fraudctl(["prep", &table, "--out", &place.at("out"), "--json"]).json();
    assert_eq!(summary["rows"], 2_000);
    assert_eq!(summary["positives"], 100);
    assert_eq!(summary["train"], serde_json::json!({ "rows": 1_280, "positives": 64 }));
    assert_eq!(summary["valid"], serde_json::json!({ "rows": 320, "positives": 16 }));
    assert_eq!(summary["test"], serde_json::json!({ "rows": 400, "positives": 20 }));
    assert_eq!(summary["features"], serde_json::json!(["Time", "V1", "V2", "V3", "Amount"]));
}

#[test]
fn only_training_rows_are_rebalanced_and_the_scaler_does_not_see_the_new_ones() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(2_000));
    let read =
        |folder: &str, name: &str| fs::read(place.path().join(folder).join(name)).expect("a prepared file");
    fraudctl(["prep", &table, "--out", &place.at("plain"), "--json"]).json();
    let methods = [
        "ros",
        "rus",
        "smote",
        "borderline",
        "adasyn",
        "nearmiss",
        "smoteenn",
        "smotetomek",
        "smote:0.1,tomek,enn,rus:0.5",
    ];
    for balance in methods {
        let out = place.at(balance);
        let summary = fraudctl(["prep", &table, "--out", &out, "--balance", balance, "--json"]).json();
        assert_ne!(summary["train"], summary["train_before_balance"], "{balance}");
        for untouched in ["valid.parquet", "test.parquet", "preprocess.json", "schema.json"] {
            assert_eq!(read(balance, untouched), read("plain", untouched), "{balance}: {untouched}");
        }
        assert_ne!(read(balance, "train.parquet"), read("plain", "train.parquet"), "{balance}");
    }
}

#[test]
fn weights_leave_the_rows_to_training() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(500));
    let folder = |name: &str, balance: &str| {
        let arguments = ["prep", &table, "--out", &place.at(name), "--balance", balance, "--json"];
        let summary = fraudctl(arguments).json();
        assert_eq!(summary["balance"], balance);
        fs::read(place.path().join(name).join("train.parquet")).expect("training rows")
    };
    assert_eq!(folder("plain", "none"), folder("weighed", "weights"));
    let shown = fraudctl(["prep", &table, "--out", &place.at("shown"), "--balance", "weights"]);
    assert!(!shown.stdout.contains("train before"), "{}", shown.stdout);
}

#[test]
fn the_same_seed_gives_the_same_folder() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(500));
    let manifest = |out: &str, seed: &str| {
        let arguments =
            ["prep", &table, "--out", &place.at(out), "--balance", "smote", "--seed", seed, "--json"];
        fraudctl(arguments).json();
        fs::read_to_string(place.path().join(out).join("manifest.json")).expect("a manifest")
    };
    assert_eq!(manifest("one", "7"), manifest("two", "7"));
    assert_ne!(manifest("one-again", "7"), manifest("three", "8"));
}

#[test]
fn an_event_log_becomes_features_split_by_time() {
    let place = Place::new();
    let mut text = String::from("TRANSACTION_ID,TX_DATETIME,CUSTOMER_ID,TERMINAL_ID,TX_AMOUNT,TX_FRAUD\n");
    for row in 0..400 {
        let (day, hour) = (1 + row / 20, row % 20);
        let fraud = u8::from(row % 9 == 0);
        text.push_str(&format!(
            "{row},2018-04-{day:02} {hour:02}:00:00,{},{},{}.5,{fraud}\n",
            row % 7,
            row % 5,
            row
        ));
    }
    let log = place.write("log.csv", &text);
    let summary = fraudctl(["prep", &log, "--out", &place.at("out"), "--json"]).json();
    assert_eq!(summary["input"], "transactions");
    assert_eq!(summary["split"], "time");
    assert_eq!(summary["features"].as_array().expect("names").len(), 32);
    assert_eq!(summary["test"]["rows"], 80);
    let handbook =
        fraudctl(["prep", &log, "--out", &place.at("book"), "--features", "handbook", "--json"]).json();
    assert_eq!(handbook["features"].as_array().expect("names").len(), 15);
}

#[test]
fn a_result_is_not_replaced_unasked() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(500));
    let out = place.at("out");
    assert_eq!(fraudctl(["prep", &table, "--out", &out]).code, 0);
    let refused = fraudctl(["prep", &table, "--out", &out]);
    assert_eq!(refused.code, 1);
    assert_snapshot!(place.neutral(&refused.stderr), @r#"
    error: PLACE/out: already exists
      hint: --force replaces it
    "#);
    assert_eq!(fraudctl(["prep", &table, "--out", &out, "--force"]).code, 0);
}

#[test]
fn rows_without_a_label_are_set_aside_and_counted() {
    let place = Place::new();
    let table = place.write("cards.csv", &(creditcard(500) + "1,1,1,1,1,\n2,1,1,1,1,\n"));
    let summary = fraudctl(["prep", &table, "--out", &place.at("out"), "--json"]).json();
    assert_eq!((&summary["rows"], &summary["set_aside"]), (&500.into(), &2.into()));
}

#[test]
fn a_missing_label_column_is_named() {
    assert_snapshot!(complaint("t.csv", "a,b\n1,2\n", &[]), @r#"
    exit 1
    error: PLACE/t.csv: no label column; its columns are: a, b
      hint: --label COLUMN names the column that says fraud or not
    "#);
}

#[test]
fn an_unknown_column_in_an_option_is_named() {
    assert_snapshot!(complaint("t.csv", "a,Class\n1,0\n", &["--drop", "b"]), @r#"
    exit 1
    error: PLACE/t.csv: --drop names the column "b", which is not there; its columns are: a, Class
    "#);
}

#[test]
fn a_part_of_an_event_log_that_is_missing_is_named() {
    let text = "time,customer,amount,fraud\n1,2,3,0\n";
    assert_snapshot!(complaint("t.csv", text, &["--schema", "transactions"]), @r#"
    exit 1
    error: PLACE/t.csv: no terminal column; its columns are: time, customer, amount, fraud
      hint: --map terminal=COLUMN names it
    "#);
}

/// Forty rows of two numbers and a label.
fn rows(line_end: &str) -> String {
    (0..40).map(|row| format!("{row},{},{}{line_end}", row * row, row % 2)).collect()
}

#[test]
fn a_cell_that_does_not_fit_is_named_with_line_and_column() {
    // One cell in many is a mistake; one in two would be another kind of column.
    let text = format!("a,b,Class\n1,2,0\n1,x,1\n{}", rows("\n"));
    assert_snapshot!(complaint("t.csv", &text, &[]), @r#"
    exit 1
    error: PLACE/t.csv:3:2: column "b": "x" is not a number
      hint: --drop b leaves that column out
    "#);
}

#[test]
fn a_label_that_is_none_is_named_with_line_and_column() {
    assert_snapshot!(complaint("t.csv", "a,Class\n1,0\n1,maybe\n", &[]), @r#"
    exit 1
    error: PLACE/t.csv:3:2: column "Class": "maybe" is not a label: 0, 1, true, false, yes or no (else name the word with --positive)
    "#);
}

#[test]
fn a_line_with_too_few_cells_is_named() {
    assert_snapshot!(complaint("t.csv", "a,b,Class\n1,2,0\n1,2\n", &[]), @r#"
    exit 1
    error: PLACE/t.csv:3: 2 cells where the header has 3
    "#);
}

#[test]
fn a_time_that_is_none_is_named_with_line_and_column() {
    let text = "time,customer,terminal,amount,fraud\n2018-04-01,1,1,5,0\n2018-04-41,1,1,5,1\n";
    assert_snapshot!(complaint("t.csv", text, &[]), @r#"
    exit 1
    error: PLACE/t.csv:3:1: column "time": "2018-04-41" is not a time (RFC 3339, YYYY-MM-DD HH:MM:SS or epoch seconds)
    "#);
}

#[test]
fn an_empty_file_a_bare_header_and_a_single_class_are_told_apart() {
    assert_snapshot!(complaint("t.csv", "", &[]), @r#"
    exit 1
    error: PLACE/t.csv: the file is empty
    "#);
    assert_snapshot!(complaint("t.csv", "a,Class\n", &[]), @r#"
    exit 1
    error: PLACE/t.csv: the file is empty: it has a header but no rows
    "#);
    assert_snapshot!(complaint("t.csv", "a,Class\n1,0\n2,0\n", &[]), @r#"
    exit 1
    error: PLACE/t.csv: the file holds no fraud in 2 labelled rows; a model needs both classes in the training, validation and test rows
    "#);
}

#[test]
fn a_file_that_is_not_there_and_an_unknown_kind_are_told_apart() {
    let place = Place::new();
    let out = place.at("out");
    let missing = fraudctl(["prep", &place.at("no.csv"), "--out", &out]);
    assert_snapshot!(place.neutral(&missing.stderr), @r#"error: PLACE/no.csv: No such file or directory (os error 2)"#);
    let unknown = fraudctl(["prep", &place.write("t.xlsx", "x"), "--out", &out]);
    assert_snapshot!(place.neutral(&unknown.stderr), @r#"error: PLACE/t.xlsx: unknown kind of file; use a name that ends in .csv, .tsv or .parquet (or .ndjson, to write)"#);
}

#[test]
fn a_truncated_parquet_is_an_error_at_every_length() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(300));
    fraudctl(["prep", &table, "--out", &place.at("out"), "--json"]).json();
    let whole = fs::read(place.path().join("out/train.parquet")).expect("a Parquet file");
    for length in
        [0, 3, 4, 11, whole.len() / 2, whole.len() - 9, whole.len() - 8, whole.len() - 4, whole.len() - 1]
    {
        let cut = place.path().join("cut.parquet");
        fs::write(&cut, &whole[..length]).expect("written");
        let outcome = fraudctl(["prep", &cut.to_string_lossy(), "--out", &place.at("never")]);
        assert_eq!(outcome.code, 1, "{length}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("cut.parquet"), "{length}: {}", outcome.stderr);
    }
    fs::write(place.path().join("whole.parquet"), &whole).expect("written");
    let outcome = fraudctl(["prep", &place.at("whole.parquet"), "--out", &place.at("again")]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn smote_names_the_column_that_has_missing_values() {
    let without_time = |line: &str| match line.split_once(',') {
        Some((_, rest)) if rest.ends_with("\"1\"") => format!(",{rest}\n"),
        _ => format!("{line}\n"),
    };
    let text: String = creditcard(500).lines().map(without_time).collect();
    assert_snapshot!(complaint("t.csv", &text, &["--balance", "smote"]), @r#"
    exit 1
    error: --balance smote measures distances, and the training rows of column "Time" hold missing values
      hint: --drop Time, fill its gaps, or use ros or rus, which copy whole rows
    "#);
}

#[test]
fn a_balance_that_does_not_exist_is_a_usage_error() {
    assert_snapshot!(complaint("t.csv", &creditcard(500), &["--balance", "smot"]), @r#"
    exit 2
    error: --balance: the balance method "smot" is unknown, did you mean smote?; known are none, weights, ros, rus, smote, smotenc, borderline, adasyn, tomek, enn, nearmiss, smoteenn, smotetomek
    "#);
    assert_snapshot!(complaint("t.csv", &creditcard(500), &["--balance", "tomek:0.5"]), @r#"
    exit 2
    error: --balance: tomek:0.5: tomek has no ratio, it removes what it finds; write tomek, and rus:0.5 behind it for a ratio
    "#);
    assert_snapshot!(complaint("t.csv", &creditcard(500), &["--balance", "smotenc"]), @r#"
    exit 1
    error: smotenc is for rows with categories, and no column holds any; use smote
    "#);
}

#[test]
fn lines_are_counted_right_with_cr_lf_too() {
    let text = format!("a,b,Class\r\n1,1,0\r\nx,2,1\r\n{}", rows("\r\n"));
    let cell = complaint("t.csv", &text, &[]);
    assert!(cell.contains("t.csv:3:1:"), "{cell}");
    let ragged = complaint("t.csv", "a,Class\r\n1,0\r\n1\r\n", &[]);
    assert!(ragged.contains("t.csv:3: 1 cells"), "{ragged}");
}

#[test]
fn a_quote_that_is_never_closed_does_not_swallow_the_rows_after_it() {
    let rows = "a,Class,note\n1,0,fine\n2,1,\"two\nlines\"\n";
    let open = format!("{rows}3,0,\"open\n4,1,lost\n5,0,lost\n");
    assert_snapshot!(complaint("t.csv", &open, &["--drop", "note"]), @r#"
    exit 1
    error: PLACE/t.csv: not a readable CSV file: the row in line 5 opens a quote that is never closed: all rows after it are in that cell
    "#);
    // A cell may span lines, in the last row too.
    let closed = complaint("t.csv", rows, &["--drop", "note"]);
    assert!(closed.contains("the validation part holds no fraud"), "{closed}");
}

#[test]
fn with_a_word_for_fraud_every_other_word_is_none() {
    let word = |line: &str| match line.rsplit_once(',') {
        Some((rest, "\"Class\"")) => format!("{rest},kind\n"),
        Some((rest, "\"1\"")) => format!("{rest},skimming\n"),
        Some((rest, _)) => format!("{rest},None\n"),
        None => unreachable!("every line has commas"),
    };
    let place = Place::new();
    let table = place.write("t.csv", &creditcard(500).lines().map(word).collect::<String>());
    let arguments = ["prep", &table, "--label", "kind", "--positive", "skimming", "--json", "--out"];
    let summary = fraudctl(arguments.into_iter().chain([place.at("out").as_str()])).json();
    assert_eq!(
        (&summary["rows"], &summary["positives"], &summary["set_aside"]),
        (&500.into(), &25.into(), &0.into())
    );
    let unsure =
        fs::read_to_string(&table).expect("a file").replace("None", "legit").replacen("legit", "unknown", 7);
    let unsure = place.write("unsure.csv", &unsure);
    let prepare = |positive: &str| {
        let options =
            ["prep", &unsure, "--label", "kind", "--positive", positive, "--drop", "V1", "--json", "--out"];
        fraudctl(options.into_iter().chain([place.at(positive).as_str()]))
    };
    let warned = prepare("skimming");
    assert!(warned.stderr.contains("count as genuine: legit (468), unknown (7)"), "{}", warned.stderr);
    assert_eq!(warned.json()["left_out_columns"], serde_json::json!(["V1"]));
    let other = prepare("Skimming");
    assert_eq!(other.code, 1);
    assert!(other.stderr.contains("no cell of \"kind\" says \"Skimming\"; most frequent are: legit (468), skimming (25), unknown (7)"), "{}", other.stderr);
}

#[test]
fn a_column_without_a_name_and_an_id_twice_are_named() {
    let unnamed = complaint("t.csv", ",a,Class\n0,1,0\n1,2,1\n", &[]);
    assert!(unnamed.contains("column 1 has no name"), "{unnamed}");
    let text = "id,time,customer,terminal,amount,fraud\n7,2018-04-01,1,1,5,0\n7,2018-04-02,1,1,5,1\n";
    let twice = complaint("t.csv", text, &[]);
    assert!(twice.contains("rows 1 and 2 have the same id \"7\""), "{twice}");
}

#[test]
fn a_folder_of_another_kind_is_not_replaced_even_by_force() {
    let place = Place::new();
    let (_, run) = crate::support::trained(&place);
    let table = place.at("cards.csv");
    let refused = fraudctl(["prep", &table, "--out", &run, "--force"]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("not a prepared folder"), "{}", refused.stderr);
    assert_eq!(fraudctl(["evaluate", &run]).code, 0);
    let latest = fraudctl(["prep", &table, "--out", &place.at("latest")]);
    assert_eq!((latest.code, latest.stdout.as_str()), (2, ""));
}

#[test]
fn dates_divide_with_room_for_the_labels_to_come() {
    let place = Place::new();
    let log = place.at("log.parquet");
    fraudctl(["simulate", "--out", &log, "--customers", "300", "--terminals", "300", "--days", "90"])
        .succeeds();
    let prep = |name: &str, more: &[&str]| {
        let out = place.at(name);
        let split = ["--split", "dates", "--train-from", "2018-05-01", "--train-to", "2018-05-28"];
        fraudctl(["prep", &log, "--out", &out, "--json"].into_iter().chain(split).chain(more.iter().copied()))
    };
    let summary = prep("dates", &["--test-from", "2018-06-05", "--test-to", "2018-06-18"]).json();
    assert_eq!(summary["split"], "dates");
    let rows = |part: &str| summary[part]["rows"].as_u64().expect("a count");
    assert_eq!(
        rows("train") + rows("valid") + rows("test") + summary["outside"].as_u64().expect("a count"),
        summary["rows"].as_u64().expect("a count")
    );
    assert!(rows("valid") * 5 < rows("train") && rows("test") * 3 > rows("train"), "{summary}");
    let early = prep("early", &["--test-from", "2018-06-01", "--test-to", "2018-06-18"]);
    assert_eq!(early.code, 1);
    assert!(
        early.stderr.contains("between training and testing are 3 whole days, and labels are known after 7"),
        "{}",
        early.stderr
    );
    assert_eq!(
        prep("quick", &["--test-from", "2018-06-01", "--test-to", "2018-06-18", "--delay-days", "3"]).code,
        0
    );
    let alone = fraudctl(["prep", &log, "--out", &place.at("alone"), "--split", "dates"]);
    assert_eq!(alone.code, 2);
}
