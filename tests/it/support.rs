//! What the tests share: a command line in process, small data, temporary folders.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use fraudctl::cli::{self, Ui};
use tempfile::TempDir;

/// What a command left.
#[derive(Debug)]
pub struct Outcome {
    pub code: u8,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    /// Asserts that all went well.
    pub fn succeeds(&self) {
        assert_eq!(self.code, 0, "{}", self.stderr);
    }

    /// Asserts that it ended with `code` and said `text`.
    pub fn fails(&self, code: u8, text: &str) {
        assert_eq!(self.code, code, "{}", self.stderr);
        assert!(self.stderr.contains(text), "{}", self.stderr);
    }

    /// The JSON object on stdout.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, 0, "{}", self.stderr);
        assert_eq!(self.stdout.lines().count(), 1, "one object on one line: {}", self.stdout);
        serde_json::from_str(&self.stdout).expect("JSON on stdout")
    }
}

/// Runs a command line in this process.
pub fn fraudctl<T: AsRef<str>>(arguments: impl IntoIterator<Item = T>) -> Outcome {
    let (mut ui, captured) = Ui::capture();
    let arguments: Vec<String> = arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect();
    let code = cli::run(std::iter::once("fraudctl".to_owned()).chain(arguments), &mut ui);
    Outcome { code, stdout: captured.stdout(), stderr: captured.stderr() }
}

/// A folder that goes away with the test.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The text of a path inside.
    pub fn at(&self, name: &str) -> String {
        self.0.path().join(name).to_string_lossy().into_owned()
    }

    /// Writes a file inside and gives its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.0.path().join(name), text).expect("written");
        self.at(name)
    }

    /// Stderr with this folder's path taken out.
    pub fn neutral(&self, text: &str) -> String {
        text.replace(&*self.0.path().to_string_lossy(), "PLACE")
    }
}

/// A table in the shape of Kaggle's creditcard.csv, smaller: its frauds can be told by V1 and V2.
pub fn creditcard(rows: usize) -> String {
    let mut text = String::from("\"Time\",\"V1\",\"V2\",\"V3\",\"Amount\",\"Class\"\n");
    let mut state = 1_u64;
    let mut uniform = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for row in 0..rows {
        let fraud = row % 20 == 7;
        let shift = if fraud { 1.5 } else { 0.0 };
        let (a, b, c, amount) =
            (uniform() * 2.0 - shift, uniform() * 2.0 + shift, uniform(), uniform() * 200.0);
        writeln!(text, "{row},{a},{b},{c},{amount:.2},\"{}\"", u8::from(fraud)).expect("into a String");
    }
    text
}

/// Prepares [`creditcard`] and trains a small LightGBM model; gives the folder and the run.
pub fn trained(place: &Place) -> (String, String) {
    let table = place.write("cards.csv", &creditcard(2_000));
    let (data, run) = (place.at("prepared"), place.at("run"));
    fraudctl(["prep", &table, "--out", &data, "--json"]).json();
    fraudctl([
        "train",
        &data,
        "--model",
        "lightgbm",
        "--out",
        &run,
        "--set",
        "rounds=30",
        "--threads",
        "2",
        "--json",
    ])
    .json();
    (data, run)
}

/// The rows of [`creditcard`] without their labels, as bodies for `/predict`.
pub fn bodies(rows: usize) -> Vec<String> {
    let text = creditcard(rows);
    let mut lines = text.lines().map(|line| line.split(','));
    let names: Vec<&str> = lines.next().expect("a header").collect();
    let body = |cells: std::str::Split<'_, char>| {
        let fields = names.iter().zip(cells).filter(|(name, _)| !name.contains("Class"));
        let fields: Vec<String> = fields.map(|(name, cell)| format!("{name}:{cell}")).collect();
        format!("{{{}}}", fields.join(","))
    };
    lines.map(body).collect()
}

/// A small bank: its log and a run that was trained from it.
pub fn bank(place: &Place) -> (String, String) {
    let (log, data, run) = (place.at("log.parquet"), place.at("prepared"), place.at("bank"));
    let size = ["--customers", "150", "--terminals", "200", "--days", "60", "--json"];
    fraudctl(["simulate", "--out", &log].into_iter().chain(size)).json();
    fraudctl(["prep", &log, "--out", &data, "--json"]).json();
    let settings = ["--set", "rounds=20", "--threads", "2", "--json"];
    fraudctl(["train", &data, "--model", "lightgbm", "--out", &run].into_iter().chain(settings)).json();
    (log, run)
}

/// A table of all kinds of columns: a fraud is mostly abroad, of the kind "crypto", and sent days after it was made.
pub fn all_kinds(rows: usize) -> String {
    let mut text = String::from("amount;kind;abroad;made;sent;payee;note;same;again;nothing;fraud\n");
    let kinds = ["food", "fuel", "rent", "crypto", "toys"];
    let mut state = 7_u64;
    let mut below = |limit: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % limit
    };
    for row in 0..rows {
        let fraud = row % 10 == 3;
        let kind = if fraud && below(10) > 1 { "crypto" } else { kinds[below(5) as usize] };
        let abroad = if fraud || below(4) == 0 { "yes" } else { "no" };
        let (day, hour) = (1 + below(20), below(24));
        let later = if fraud { 5 } else { 0 };
        let amount = below(90_000);
        let gap =
            if below(15) == 0 { String::new() } else { format!("{},{:02}", amount / 100, amount % 100) };
        writeln!(
            text,
            "{gap};{kind};{abroad};{}/{day}/2018 {hour}:30;2018-04-{:02} 23:00:00;payee {};note {row};x;{gap};;{}",
            4,
            day + later,
            below(2_000),
            u8::from(fraud)
        )
        .expect("into a String");
    }
    text
}

/// The program itself, to be run in a process of its own.
pub fn binary() -> std::process::Command {
    std::process::Command::new(env!("CARGO_BIN_EXE_fraudctl"))
}
