//! `fraudctl features`.

use std::path::Path;

use fraudctl::dataset::{Kind, Values, header, read};
use insta::assert_snapshot;

use crate::support::{Place, creditcard, fraudctl};

/// A simulated log of a few thousand rows.
fn simulated(place: &Place, name: &str) -> String {
    let log = place.at(name);
    let small = ["--customers", "60", "--terminals", "100", "--days", "60"];
    fraudctl(["simulate", "--out", &log].into_iter().chain(small)).succeeds();
    log
}

fn lines(path: &str) -> Vec<String> {
    std::fs::read_to_string(path).expect("a file").lines().map(str::to_owned).collect()
}

#[test]
fn rows_keep_their_order_and_text_and_every_bit_is_proved() {
    let place = Place::new();
    let log = simulated(&place, "log.csv");
    let out = place.at("features.csv");
    let summary = fraudctl(["features", &log, "--out", &out, "--verify", "--json"]).json();
    let rows = summary["rows"].as_u64().expect("a count");
    assert!(rows > 3_000);
    assert_eq!(summary["online"]["equal_rows"], rows);
    let (given, made) = (lines(&log), lines(&out));
    assert_eq!(given.len(), made.len());
    assert!(given.iter().zip(&made).all(|(given, made)| made.starts_with(&format!("{given},"))));
    let names: Vec<&str> =
        summary["features"].as_array().expect("names").iter().filter_map(|name| name.as_str()).collect();
    assert_eq!(made[0], format!("{},{}", given[0], names.join(",")));
    assert!(!names.contains(&"TX_AMOUNT"), "the file has it");
    assert!(names.contains(&"CUSTOMER_ID_KM_SINCE_LAST"), "the log has places");
}

#[test]
fn rows_in_any_order_have_the_features_of_their_time() {
    let place = Place::new();
    let log = simulated(&place, "log.csv");
    let (sorted, shuffled) = (place.at("sorted.csv"), place.at("shuffled.csv"));
    fraudctl(["features", &log, "--out", &sorted]);
    let mut rows = lines(&log);
    // Rows of one second stay in their order, which is what tells them apart.
    rows[1..].sort_by_key(|row| row.split(',').nth(1).map(|time| time.chars().rev().collect::<String>()));
    let mixed = place.write("mixed.csv", &(rows.join("\n") + "\n"));
    let outcome = fraudctl(["features", &mixed, "--out", &shuffled, "--verify"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("not in the order of time"), "{}", outcome.stderr);
    let (mut expected, mut found) = (lines(&sorted), lines(&shuffled));
    assert_ne!(expected, found);
    expected.sort();
    found.sort();
    assert_eq!(expected, found);
}

#[test]
fn a_state_goes_on_where_the_last_file_ended() {
    let place = Place::new();
    let log = simulated(&place, "log.csv");
    let whole = place.at("whole.csv");
    fraudctl(["features", &log, "--out", &whole, "--features", "full"]);
    let rows = lines(&log);
    let half = rows.len() / 2;
    let first = place.write("first.csv", &(rows[..half].join("\n") + "\n"));
    let second = place.write("second.csv", &format!("{}\n{}\n", rows[0], rows[half..].join("\n")));
    let state = place.at("state.bin");
    for (part, out) in [(&first, place.at("1.csv")), (&second, place.at("2.csv"))] {
        let outcome = fraudctl(["features", part, "--out", &out, "--state", &state, "--verify"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    }
    let (one, two) = (lines(&place.at("1.csv")), lines(&place.at("2.csv")));
    assert_eq!([&one[..], &two[1..]].concat(), lines(&whole));

    let again = fraudctl(["features", &second, "--out", &place.at("3.csv"), "--state", &state]);
    assert_eq!(again.code, 1);
    assert!(again.stderr.contains("has this file been counted already?"), "{}", again.stderr);
    let both =
        fraudctl(["features", &log, "--out", &place.at("both.csv"), "--state", &place.at("first.bin")]);
    assert_eq!(both.code, 0, "{}", both.stderr);
    let state_of_first = place.at("first-only.bin");
    fraudctl(["features", &first, "--out", &place.at("4.csv"), "--state", &state_of_first]).succeeds();
    let overlap = fraudctl(["features", &log, "--out", &place.at("5.csv"), "--state", &state_of_first]);
    assert_eq!(overlap.code, 0);
    assert!(overlap.stderr.contains("counts twice"), "{}", overlap.stderr);

    std::fs::write(&state, b"nonsense").expect("written");
    let refused = fraudctl(["features", &second, "--out", &place.at("3.csv"), "--state", &state]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("state.bin: the saved state of the features is damaged"),
        "{}",
        refused.stderr
    );
    assert!(!Path::new(&place.at("3.csv")).exists());
}

#[test]
fn formats_may_change_on_the_way() {
    let place = Place::new();
    let log = simulated(&place, "log.parquet");
    let (parquet, csv, packed) = (place.at("f.parquet"), place.at("f.csv"), place.at("log.csv.gz"));
    fraudctl(["features", &log, "--out", &parquet]).succeeds();
    fraudctl(["features", &log, "--out", &csv]).succeeds();
    let bits = |path: &str| -> Vec<Vec<u64>> {
        let path = Path::new(path);
        let names = header(path).expect("a header");
        let (_, added) = names.split_at(names.len() - 34);
        let wanted: Vec<(&str, Kind)> = added.iter().map(|name| (name.as_str(), Kind::Number)).collect();
        let columns = read(path, &wanted).expect("numbers").into_iter().map(|column| match column.values {
            Values::Numbers(numbers) => numbers.iter().map(|number| number.to_bits()).collect(),
            _ => panic!("numbers were asked for"),
        });
        columns.collect()
    };
    assert_eq!(bits(&csv), bits(&parquet));
    let table = fraudctl(["features", &csv, "--out", &place.at("again.csv"), "--features", "handbook"]);
    assert_eq!(table.code, 1);
    assert!(
        table.stderr.contains("it has a column \"TX_DURING_WEEKEND\" already; rename it"),
        "{}",
        table.stderr
    );
    // A packed file is read like the file that it holds.
    fraudctl([
        "simulate",
        "--out",
        &place.at("log.csv"),
        "--customers",
        "60",
        "--terminals",
        "100",
        "--days",
        "60",
    ]);
    let status = std::process::Command::new("gzip").args(["-k", &place.at("log.csv")]).status();
    assert!(status.is_ok_and(|status| status.success()));
    fraudctl(["features", &packed, "--out", &place.at("packed.csv")]).succeeds();
    assert_eq!(lines(&place.at("packed.csv")).len(), lines(&csv).len());
}

#[test]
fn cells_keep_their_text_and_what_stands_between_them() {
    let place = Place::new();
    let text = "id;time;customer;terminal;amount;country;note\n\
        1;2018-04-01 10:00;7;9;0,5; NA ;\"a;b\"\n2;2018-04-01 11:00;7;9;1.000,25;null;\n";
    let log = place.write("log.csv", text);
    let (out, ndjson) = (place.at("out.csv"), place.at("out.ndjson"));
    fraudctl(["features", &log, "--out", &out, "--features", "handbook"]).succeeds();
    let kept: Vec<String> =
        lines(&out).iter().map(|line| line.splitn(8, ';').take(7).collect::<Vec<_>>().join(";")).collect();
    assert_eq!(kept[0], text.lines().next().expect("a header"));
    assert!(lines(&out)[1].starts_with("1;2018-04-01 10:00;7;9;0,5; NA ;\"a;b\";"), "{}", lines(&out)[1]);
    assert!(lines(&out)[2].starts_with("2;2018-04-01 11:00;7;9;1.000,25;null;;"), "{}", lines(&out)[2]);
    fraudctl(["features", &log, "--out", &ndjson, "--features", "handbook"]).succeeds();
    let row: serde_json::Value = serde_json::from_str(&lines(&ndjson)[1]).expect("JSON");
    assert_eq!((&row["amount"], &row["country"]), (&1000.25.into(), &"".into()));
}

#[test]
fn an_id_twice_and_a_file_that_would_be_lost_are_refused() {
    let place = Place::new();
    let rows = "id,time,customer,terminal,amount\n1,1,1,1,1\n2,2,1,1,1\n1,3,1,1,1\n";
    let log = place.write("log.csv", rows);
    let refuse = |arguments: &[&str]| {
        let refused = fraudctl(["features", &log].iter().chain(arguments).copied());
        assert_eq!(refused.code, 1, "{}", refused.stdout);
        assert_eq!(std::fs::read_to_string(&log).expect("it is there"), rows);
        place.neutral(&refused.stderr)
    };
    assert_snapshot!(refuse(&["--out", &place.at("out.csv")]), @r#"error: PLACE/log.csv: rows 1 and 3 have the same id "1""#);
    assert_snapshot!(refuse(&["--out", &log, "--force"]), @"error: PLACE/log.csv: is read or written as something else in the same run; name another file");
    assert_snapshot!(refuse(&["--out", &place.at("out.csv"), "--state", &log, "--force"]), @"error: PLACE/log.csv: is read or written as something else in the same run; name another file");
}

#[test]
fn what_is_no_event_log_has_no_features() {
    let place = Place::new();
    let table = place.write("cards.csv", &creditcard(50));
    let refused = fraudctl(["features", &table, "--out", &place.at("out.csv")]);
    assert_eq!(refused.code, 1);
    assert_snapshot!(place.neutral(&refused.stderr), @"error: PLACE/cards.csv: computing features needs an event log (time, customer, terminal, amount)");
}
