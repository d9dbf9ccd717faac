//! Every rule of inference, on files of a few rows.

use std::path::PathBuf;

use super::super::table::Column;
use super::super::writer::write_blocks;
use super::*;
use crate::domain::TimeFormat;
use crate::domain::Timestamp;
use crate::progress::Silent;
use crate::text::Texts;

struct Given {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn file(name: &str, text: &str) -> Given {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    Given { _folder: folder, path }
}

fn look(given: &Given) -> Survey {
    survey(&given.path, SurveyOptions::default(), &Silent::default()).unwrap()
}

/// One column of these cells, in a file of semicolons that has another column.
fn column(cells: &[&str]) -> ColumnSurvey {
    let rows: String = cells.iter().map(|cell| format!("{cell};x\n")).collect();
    look(&file("t.csv", &format!("a;b\n{rows}"))).columns.swap_remove(0)
}

fn kind(cells: &[&str]) -> ColumnKind {
    column(cells).kind
}

#[test]
fn what_all_cells_are_decides() {
    use ColumnKind::{Boolean, Category, Empty, Number, Text};
    for (cells, expected) in [
        (&["", "NA", "None", "NaN"][..], Empty),
        (&["0", "1", "1"], Number),
        (&["1.5", "", "-3e2", "nan", "12,5"], Number),
        (&["true", "FALSE", ""], Boolean),
        (&["Yes", "no"], Boolean),
        (&["t", "F"], Boolean),
        (&["Y", "N", "N/A"], Boolean),
        (&["Y", "T", "Y", "T"], Category),
        (&["yes", "no", "yes", "maybe", "no", "maybe"], Category),
        (&["1", "2", "x", "x", "1", "2"], Category),
        (&["ab", "cd", "ab"], Text),
        (&["7", "seven"], Text),
    ] {
        assert_eq!(kind(cells), expected, "{cells:?}");
    }
}

#[test]
fn times_are_times_only_in_one_format_that_the_column_proves() {
    use TimeFormat::{DayFirst, Iso, MonthFirst};
    for (cells, format) in [
        (&["2018-04-01", "2018-04-01 10:00", "2018-04-01T10:00:01+02:00", ""][..], Iso),
        (&["4/1/2018 0:00", "4/13/2018 23:59:59"], MonthFirst),
        (&["1/4/2018", "13/4/2018"], DayFirst),
    ] {
        assert_eq!(kind(cells), ColumnKind::Time(format), "{cells:?}");
        let parsed = cells.iter().filter(|cell| !cell.is_empty()).map(|cell| format.parse(cell));
        assert!(parsed.clone().all(|time| time.is_ok()), "{cells:?}");
        let first = format.parse(cells[0]).unwrap();
        assert_eq!(first, Timestamp::parse("2018-04-01").unwrap(), "{cells:?}");
    }
    for cells in [
        &["13/4/2018", "4/13/2018"][..],
        &["2018-04-01", "4/13/2018"],
        &["2018-13-01"],
        &["31/2/2018"],
        &["4/13/18"],
        &["4/13/2018 24:00"],
    ] {
        assert_eq!(kind(cells), ColumnKind::Text, "{cells:?}");
    }
    assert_eq!(column(&["1970-01-02", "1970-01-01 00:00:05"]).range, Some((5.0, 86_400.0)));
}

#[test]
fn what_only_looks_like_something_is_warned_of_by_name() {
    let ambiguous = column(&["1/4/2018", "2/4/2018"]);
    assert_eq!(ambiguous.kind, ColumnKind::Text);
    assert!(ambiguous.warnings[0].contains("column \"a\"") && ambiguous.warnings[0].contains("YYYY-MM-DD"));
    let compact = column(&["20180401", "20180430"]);
    assert_eq!(compact.kind, ColumnKind::Number);
    assert!(compact.warnings[0].contains("20180401"), "{:?}", compact.warnings);
    assert!(column(&["20180401", "20180431"]).warnings.is_empty());
    assert!(column(&["007", "8"]).warnings[0].contains("leading zeros"));
    assert!(column(&["inf", "8"]).warnings[0].contains("1 infinite"));
    let commas = look(&file("t.csv", "a,b\n\"12,5\",1\n7,2\n"));
    assert_eq!(commas.columns[0].kind, ColumnKind::Text);
    assert!(commas.columns[0].warnings[0].contains("decimal commas"), "{:?}", commas.columns[0].warnings);
    assert!(commas.columns[1].warnings.is_empty());
}

#[test]
fn cells_are_counted() {
    let found = look(&file("t.csv", "a,b,c,d,e,f\n1,x,1.0,5,,\n2,y,2,5,,7\n,x,,5,,7\n2,x,2.00,5,,7\n"));
    assert_eq!(found.rows, 4);
    let by_column = |of: fn(&ColumnSurvey) -> String| found.columns.iter().map(of).collect::<Vec<_>>();
    assert_eq!(by_column(|column| column.missing.to_string()), ["1", "0", "1", "0", "4", "1"]);
    assert_eq!(by_column(|column| column.distinct.count().to_string()), ["2", "2", "2", "1", "0", "1"]);
    assert_eq!(
        by_column(|column| column.constant.to_string()),
        ["false", "false", "false", "true", "true", "false"]
    );
    assert_eq!(found.columns[2].duplicate_of, Some(0), "the same numbers in another spelling");
    assert!(
        found.columns.iter().enumerate().all(|(place, column)| place == 2 || column.duplicate_of.is_none())
    );
    assert_eq!(found.columns[0].range, Some((1.0, 2.0)));
    assert!(found.columns[0].whole && !found.columns[1].whole);
}

#[test]
fn categories_repeat_and_are_at_most_a_thousand() {
    let cells = |distinct: usize, rows: usize| -> ColumnKind {
        let text: String = (0..rows).map(|row| format!("k{}\n", row % distinct)).collect();
        look(&file("t.csv", &format!("a\n{text}"))).columns[0].kind
    };
    assert_eq!(cells(1_000, 2_000), ColumnKind::Category);
    assert_eq!(cells(1_001, 4_000), ColumnKind::Text);
    assert_eq!(cells(1_000, 1_999), ColumnKind::Text);
}

#[test]
fn many_distinct_values_are_estimated() {
    let text: String = (0..60_000).map(|row| format!("{row},c{},{}\n", row % 10_000, row % 10_001)).collect();
    let found = look(&file("t.csv", &format!("a,b,c\n{text}")));
    let Distinct::About(estimate) = found.columns[0].distinct else { panic!("{:?}", found.columns[0]) };
    assert!((57_000..63_000).contains(&estimate), "{estimate}");
    assert_eq!(found.columns[1].distinct, Distinct::Exactly(10_000));
    assert!(matches!(found.columns[2].distinct, Distinct::About(9_500..10_600)));
}

#[test]
fn equal_rows_have_equal_hashes_in_either_format() {
    let csv =
        file("t.csv", "a,t,id,s\n1.50,2018-04-01 00:00:31,1,x\n1.5,2018-04-01T00:00:31Z,2,x\n1.5,,3,y\n");
    let times = ["2018-04-01T00:00:31Z"; 3].map(|text| Timestamp::parse(text).unwrap());
    let texts: Texts = ["x", "x", "y"].into_iter().collect();
    let columns = [
        Column { name: "a".into(), values: Values::Numbers(vec![1.5; 3]) },
        Column { name: "t".into(), values: Values::Times(times.to_vec()) },
        Column { name: "s".into(), values: Values::Texts(texts) },
    ];
    let parquet = csv.path.with_extension("parquet");
    let mut written = std::fs::File::create(&parquet).unwrap();
    let blocks = std::iter::once(Ok::<_, DatasetError>(columns.to_vec()));
    write_blocks(&parquet, &mut written, Vec::new(), blocks).unwrap();
    let hashed = ["a", "t", "s"].map(str::to_owned);
    let hashes = |path: &Path, hashed: &[String]| {
        let options = SurveyOptions { hashed: Some(hashed), ..SurveyOptions::default() };
        survey(path, options, &Silent::default()).unwrap().row_hashes.unwrap()
    };
    let (of_csv, of_parquet) = (hashes(&csv.path, &hashed), hashes(&parquet, &hashed));
    assert_eq!(of_csv[0], of_csv[1]);
    assert_ne!(of_csv[0], of_csv[2]);
    assert_eq!(of_csv[..2], of_parquet[..2]);
    let with_id = hashes(&csv.path, &["a", "t", "id", "s"].map(str::to_owned));
    assert_ne!(with_id[0], with_id[1]);
    let kinds = survey(&parquet, SurveyOptions::default(), &Silent::default()).unwrap();
    assert_eq!(kinds.column("t").unwrap().kind, ColumnKind::Time(TimeFormat::Iso));
}

#[test]
fn only_the_columns_asked_for_are_looked_at_and_stopping_stops() {
    let given = file("t.csv", "a,b\n1,2\n");
    let columns = ["b".to_owned()];
    let options = SurveyOptions { columns: Some(&columns), ..SurveyOptions::default() };
    let found = survey(&given.path, options, &Silent::default()).unwrap();
    assert_eq!(found.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), ["b"]);
    let elsewhere = ["a".to_owned()];
    let unseen = SurveyOptions { columns: Some(&columns), hashed: Some(&elsewhere), label: None };
    for options in [unseen, SurveyOptions { columns: Some(&["c".to_owned()]), ..SurveyOptions::default() }] {
        let error = survey(&given.path, options, &Silent::default()).unwrap_err();
        assert!(matches!(error, DatasetError::MissingColumn { .. }), "{error}");
    }
    let stopped = Silent::default();
    stopped.stop();
    let error = survey(&given.path, SurveyOptions::default(), &stopped).unwrap_err();
    assert!(matches!(error, DatasetError::Interrupted(_)));
    let error =
        survey(&file("t.csv", "a,b\n").path, SurveyOptions::default(), &Silent::default()).unwrap_err();
    assert!(matches!(error, DatasetError::Empty { .. }));
}

#[test]
fn a_few_cells_that_do_not_fit_do_not_make_another_column() {
    let nearly = |wrong: usize| {
        let cells: Vec<String> =
            (0..20).map(|row| if row < wrong { "x".to_owned() } else { row.to_string() }).collect();
        column(&cells.iter().map(String::as_str).collect::<Vec<_>>()).nearly
    };
    let number = Some(ColumnKind::Number);
    assert_eq!([0, 1, 2, 3].map(nearly), [None, number, number, None]);
}
