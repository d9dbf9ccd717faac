//! What holds of a file whatever its format, and wherever in it something stands.

use std::fs::File;
use std::path::Path;

use super::writer::write_blocks;
use super::*;
use crate::progress::Silent;

fn texts(name: &str, cells: &[&str]) -> Column {
    Column { name: name.to_owned(), values: Values::Texts(cells.iter().copied().collect()) }
}

fn write(path: &Path, columns: &[Column]) {
    let blocks = std::iter::once(Ok::<_, DatasetError>(columns.to_vec()));
    write_blocks(path, &mut File::create(path).unwrap(), Vec::new(), blocks).unwrap();
}

#[test]
fn space_around_a_word_and_the_spelling_of_a_gap_say_nothing_in_either_format() {
    let folder = tempfile::tempdir().unwrap();
    let cells = ["food    ", "NA", " fuel", "", "NaN", "toys\u{a0}", "null ", "none"];
    for name in ["t.parquet", "t.csv"] {
        let path = folder.path().join(name);
        write(&path, &[texts("kind", &cells), texts("again", &cells)]);
        let read = |kind: Kind| -> Vec<String> {
            let column = read(&path, &[("kind", kind)]).unwrap().remove(0);
            (0..column.values.len()).map(|row| column.values.text(row)).collect()
        };
        let words = ["food", "", "fuel", "", "", "toys", "", "none"];
        assert_eq!(read(Kind::Text), words, "{name}");
        assert_eq!(read(Kind::Word), words, "{name}");
        assert_eq!(read(Kind::Raw), cells, "{name}");
        let counts = word_counts(&path, &["kind"], &|_| true, &Silent::default()).unwrap();
        let mut known: Vec<&str> = counts[0].keys().map(String::as_str).collect();
        known.sort_unstable();
        assert_eq!(known, ["food", "fuel", "none", "toys"], "{name}");
        let survey = survey(&path, SurveyOptions::default(), &Silent::default()).unwrap();
        assert_eq!((survey.columns[0].missing, survey.columns[0].distinct), (4, Distinct::Exactly(4)));
    }
}

#[test]
fn the_row_numbers_of_pandas_are_no_column() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.parquet");
    write(
        &path,
        &[texts("a", &["x", "y"]), texts("__index_level_0__", &["7", "3"]), texts("b", &["u", "v"])],
    );
    assert_eq!(header(&path).unwrap(), ["a", "b"]);
    let column = read(&path, &[("b", Kind::Text)]).unwrap().remove(0);
    assert_eq!(column.values.text(1), "v");
}

#[test]
fn a_row_is_counted_from_the_beginning_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    std::fs::write(&path, "time,customer,terminal,amount\n1,1,1,1\n2,1,1,1\n3,1,1,2e12\n").unwrap();
    let schema = resolve(&path, &header(&path).unwrap(), &SchemaOptions::default(), false).unwrap();
    let mut reader = SampleReader::new(&path, &schema).unwrap();
    let all = read(&path, reader.wanted()).unwrap();
    // As if the file had two blocks.
    let part = |rows: std::ops::Range<usize>| -> Vec<Column> {
        let place = folder.path().join("part.csv");
        let lines: Vec<String> = rows
            .map(|row| all.iter().map(|column| column.values.text(row)).collect::<Vec<_>>().join(","))
            .collect();
        std::fs::write(&place, format!("time,customer,terminal,amount\n{}\n", lines.join("\n"))).unwrap();
        read(
            &place,
            &[
                ("time", Kind::Time(crate::domain::TimeFormat::Iso)),
                ("customer", Kind::Entity),
                ("terminal", Kind::Entity),
                ("amount", Kind::Required),
            ],
        )
        .unwrap()
    };
    reader.rows(part(0..2), &Silent::default()).unwrap();
    let error = reader.rows(part(2..3), &Silent::default()).err().unwrap().to_string();
    assert!(error.contains("row 3: \"2000000000000\" is not an amount"), "{error}");
}
