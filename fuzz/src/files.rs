//! What lies in files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use fraudctl::dataset::{self, Kind, SchemaOptions, SurveyOptions};
use fraudctl::features::scaling::RobustScaler;
use fraudctl::files::checksum_of;
use fraudctl::model::Scorer;
use fraudctl::model::artifact;
use fraudctl::model::gbdt;
use fraudctl::model::neural::{MlpScorer, Weights};
use fraudctl::progress::Silent;
use fraudctl::server::Tokens;

/// Enough rows for a block of them and some that are scored one by one.
const ROWS: usize = 70;

const VALUES: [f64; 7] = [0.5, f64::NAN, 0.0, -1e-36, f64::INFINITY, f64::NEG_INFINITY, 3.0];

/// Features of a model that a row is still made for.
const WIDEST: usize = 100_000;

fn assert_scores(scorer: &dyn Scorer) {
    let features = scorer.features();
    if features > WIDEST {
        return;
    }
    let rows: Vec<f64> = (0..ROWS * features).map(|place| VALUES[place % VALUES.len()]).collect();
    let mut scores = vec![-1.0; ROWS];
    scorer.score(&rows, &mut scores);
    assert!(scores.iter().all(|score| score.is_nan() || (0.0..=1.0).contains(score)), "{scores:?}");
}

/// A LightGBM model: an error, or a forest that scores and explains.
pub fn model_text(bytes: &[u8]) {
    let Ok(forest) = gbdt::parse(&String::from_utf8_lossy(bytes)) else { return };
    assert_scores(&forest);
    let features = forest.features();
    if let Ok(explainer) = forest.explainer()
        && features <= WIDEST
    {
        let row: Vec<f64> = (0..features).map(|place| VALUES[place % VALUES.len()]).collect();
        explainer.contributions(&row, &mut vec![0.0; features]);
    }
}

/// A network's weights: an error, or a network that scores and is written as it was read.
pub fn weights(bytes: &[u8]) {
    let Ok(weights) = Weights::from_bytes(bytes) else { return };
    let again = Weights::from_bytes(&weights.to_bytes()).expect("what is written can be read");
    assert_eq!(weights.to_bytes(), again.to_bytes());
    let features = weights.features();
    if features > WIDEST {
        return;
    }
    let scaler =
        RobustScaler { center: vec![0.0; features], scale: vec![1.0; features], one_hot: Vec::new() };
    if let Ok(scorer) = MlpScorer::new(&weights, scaler) {
        assert_scores(&scorer);
    }
}

/// A run folder of this process, as it was made.
static RUN: LazyLock<PathBuf> = LazyLock::new(|| {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let fixture = fixture.map(|folder| folder.join("tests/it/fixtures/run")).find(|run| run.is_dir());
    let run = std::env::temp_dir().join(format!("fraudctl-fuzz-{}", std::process::id()));
    fs::create_dir_all(&run).expect("a folder can be made");
    for entry in fs::read_dir(fixture.expect("a run lies beside the tests")).expect("it can be read") {
        let path = entry.expect("it can be read").path();
        fs::copy(&path, run.join(path.file_name().expect("files have names"))).expect("it can be copied");
    }
    run
});

/// Opens the run with `bytes` in the place of `name`; puts back what was there.
fn open_with(name: &str, bytes: &[u8]) {
    let path = RUN.join(name);
    let whole = fs::read(&path).expect("it is there");
    fs::write(&path, bytes).expect("it can be written");
    if let Ok(run) = artifact::open(&RUN) {
        assert_scores(&*run.scorer);
        run.schema.encoder();
    }
    fs::write(&path, whole).expect("it can be written");
}

/// A run's manifest.
pub fn manifest(bytes: &[u8]) {
    open_with("manifest.json", bytes);
}

/// Another file of a run, which its manifest vouches for: the first byte says which.
pub fn config(bytes: &[u8]) {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let name = ["schema.json", "preprocess.json", "threshold.json"][usize::from(*which) % 3];
    let manifest = fs::read_to_string(RUN.join("manifest.json")).expect("it is there");
    let before = checksum_of(&fs::read(RUN.join(name)).expect("it is there"));
    assert!(manifest.contains(&before), "the manifest vouches for {name}");
    fs::write(RUN.join("manifest.json"), manifest.replace(&before, &checksum_of(bytes))).expect("written");
    open_with(name, bytes);
    fs::write(RUN.join("manifest.json"), manifest).expect("written");
}

/// Hands a file of these bytes to `read`.
fn in_file(name: &str, bytes: &[u8], read: impl FnOnce(&Path)) {
    let path = RUN.with_extension(name);
    fs::write(&path, bytes).expect("it can be written");
    read(&path);
    fs::remove_file(&path).expect("it is there");
}

/// A table: what it is made of, and all cells.
pub fn table(bytes: &[u8]) {
    in_file("csv", bytes, |path| {
        let Ok(header) = dataset::header(path) else { return };
        let survey = dataset::survey(path, SurveyOptions::default(), &Silent::default());
        let texts: Vec<(&str, Kind)> = header.iter().map(|name| (name.as_str(), Kind::Text)).collect();
        if let (Ok(survey), Ok(columns)) = (&survey, dataset::read(path, &texts)) {
            assert_eq!(survey.columns.len(), columns.len());
            assert!(
                columns.iter().all(|column| column.values.len() as u64 == survey.rows),
                "each row has its cells"
            );
        }
        if let Ok(schema) = dataset::resolve(path, &header, &SchemaOptions::default(), false) {
            schema.encoder();
            let _ = dataset::samples(path, &schema, &Silent::default());
        }
    });
}

/// Who may do what.
pub fn tokens(bytes: &[u8]) {
    in_file("tokens", bytes, |path| drop(Tokens::read(path)));
}
