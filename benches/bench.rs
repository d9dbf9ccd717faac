//! Times a method of `resample` on rows from a file; `benches/resample.py` writes the file and runs the peer.
//!
//!     cargo bench --bench bench -- ROWS FILE METHOD [CATEGORICAL COLUMN]..
//!
//! FILE holds ROWS labels (a byte each), then their features row after row (little-endian f64, as many columns as there
//! are). Prints a line of JSON.

use std::time::Instant;

use fraudctl::matrix::Matrix;
use fraudctl::progress::Silent;
use fraudctl::resample::{Balance, Distance, Options};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect(); // which cargo adds
    let [rows, file, method, categorical @ ..] = arguments.as_slice() else {
        return; // a bare `cargo bench`
    };
    let rows: usize = rows.parse().expect("ROWS is a number");
    let bytes = std::fs::read(file).expect("FILE is readable");
    let (labels, values) = bytes.split_at(rows);
    let labels: Vec<bool> = labels.iter().map(|&label| label == 1).collect();
    let (values, rest) = values.as_chunks::<8>();
    assert!(rest.is_empty() && values.len().is_multiple_of(rows), "FILE holds whole rows");
    let columns = values.len() / rows;
    let features = Matrix::from_values(values.iter().copied().map(f64::from_le_bytes).collect(), columns);
    let categorical: Vec<usize> =
        categorical.iter().map(|column| column.parse().expect("COLUMN is a number")).collect();
    let categorical: Vec<bool> = (0..columns).map(|column| categorical.contains(&column)).collect();
    let options = Options { categorical: &categorical, distance: Distance::Raw };
    let balance = Balance::parse(method).expect("a method");

    let started = Instant::now();
    let resampled =
        balance.apply(features, &labels, options, 42, &Silent::default()).expect("it can be applied");
    let seconds = started.elapsed().as_secs_f64();
    let frauds = resampled.labels.iter().filter(|&&label| label).count();
    let genuine = resampled.labels.len() - frauds;
    println!(r#"{{"method":"{method}","seconds":{seconds:.4},"genuine":{genuine},"frauds":{frauds}}}"#);
}
