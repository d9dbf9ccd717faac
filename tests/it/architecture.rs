//! The layers of docs/ARCHITECTURE.md, held by reading the sources.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Words that every module may use; they use only each other.
const VOCABULARY: [&str; 8] = ["cards", "domain", "files", "matrix", "progress", "suggest", "text", "wide"];

/// Which modules a module may use besides the vocabulary and itself.
const MAY_USE: [(&str, &[&str]); 27] = [
    ("cards", &[]),
    ("domain", &[]),
    ("files", &[]),
    ("matrix", &[]),
    ("progress", &[]),
    ("suggest", &[]),
    ("wide", &[]),
    ("text", &[]),
    ("wire", &[]),
    ("geography", &[]),
    ("metrics", &[]),
    ("calibration", &[]),
    ("resample", &[]),
    ("features", &[]),
    ("store", &[]),
    ("simulate", &["geography"]),
    ("dataset", &["features"]),
    ("html", &[]),
    ("report", &["html", "metrics"]),
    ("inspect", &["dataset", "features", "html", "metrics"]),
    ("model", &["calibration", "features", "metrics"]),
    ("client", &["wire"]),
    ("engine", &["model", "features", "wire"]),
    ("server", &["engine", "features", "store", "wire"]),
    ("loadtest", &["client", "wire"]),
    ("stream", &["client", "wire", "engine", "store"]),
    (
        "app",
        &[
            "calibration",
            "client",
            "dataset",
            "engine",
            "features",
            "geography",
            "inspect",
            "loadtest",
            "metrics",
            "model",
            "report",
            "resample",
            "server",
            "simulate",
            "store",
            "stream",
            "wire",
        ],
    ),
];

/// Crates that live in one place each.
const AT_HOME: [(&str, &[&str]); 10] = [
    ("polars", &["src/dataset/"]),
    ("burn", &["src/model/neural/network.rs", "src/model/neural/member.rs", "src/model/neural/training.rs"]),
    ("lightgbm3_sys", &["src/model/gbdt/native.rs"]),
    ("macerator", &["src/wide.rs"]),
    ("rusqlite", &["src/store/sqlite/"]),
    ("actix_web", &["src/server/"]),
    ("actix_ws", &["src/server/"]),
    ("hyper", &["src/client/"]),
    ("tokio_tungstenite", &["src/client/"]),
    ("indicatif", &["src/cli/ui.rs"]),
];

/// What only the command line may do.
const ONLY_CLI: [&str; 8] = [
    "println!",
    "eprintln!",
    "print!(",
    "eprint!(",
    "process::exit",
    "env::var",
    "env::args",
    "SystemTime::now",
];

struct Source {
    path: String,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("src is readable") {
            let path = entry.expect("an entry").path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(ending) if ending == "rs" => found.push(source(root, &path)),
                _ => {}
            }
        }
    }
    assert!(found.len() > 50, "the sources were found");
    found
}

fn source(root: &Path, path: &PathBuf) -> Source {
    let text = fs::read_to_string(path).expect("a source is UTF-8");
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let path = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
    Source { path, code: code.collect::<Vec<_>>().join("\n") }
}

/// `src/store/write.rs` and `src/store.rs` belong to `store`.
fn module(path: &str) -> &str {
    let inside = path.strip_prefix("src/").expect("below src");
    inside.split(['/', '.']).next().expect("split gives one part at least")
}

/// Modules that are named as `crate::name`.
fn uses(code: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut names: Vec<&str> = Vec::new();
    for (place, _) in code.match_indices("crate::") {
        if code[..place].chars().next_back().is_some_and(|before| is_word(before) || before == '$') {
            continue;
        }
        let rest = &code[place + "crate::".len()..];
        assert!(!rest.starts_with('{'), "write one `use crate::module` per line");
        let name = rest.split(|c: char| !is_word(c)).next().expect("split gives one part at least");
        names.push(name);
    }
    names
}

fn is_test(path: &str) -> bool {
    ["tests.rs", "properties.rs", "golden.rs", "test_server.rs"].iter().any(|name| path.ends_with(name))
        || path.contains("/tests/")
}

#[test]
fn modules_use_only_what_lies_below_them() {
    let allowed: BTreeMap<&str, &[&str]> = MAY_USE.into_iter().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let module = module(&source.path);
        if ["main", "lib", "cli"].contains(&module) || is_test(&source.path) {
            continue;
        }
        let Some(below) = allowed.get(module) else {
            wrong.push(format!("{}: the module {module} is not in the table of layers", source.path));
            continue;
        };
        for used in uses(&source.code) {
            if used != module && !VOCABULARY.contains(&used) && !below.contains(&used) {
                wrong.push(format!("{}: {module} may not use {used}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn heavy_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|source| !is_test(&source.path)) {
        for (name, homes) in AT_HOME {
            let named = [format!("use {name}::"), format!(" {name}::"), format!("use {name} as")];
            let uses = named.iter().any(|text| source.code.contains(text));
            if uses && !homes.iter().any(|home| source.path.starts_with(home)) {
                wrong.push(format!("{}: {name} belongs to {}", source.path, homes.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_prints_exits_and_reads_the_environment() {
    let mut wrong = Vec::new();
    for source in sources() {
        if source.path == "src/main.rs" || source.path.starts_with("src/cli/") || is_test(&source.path) {
            continue;
        }
        for forbidden in ONLY_CLI {
            if source.code.contains(forbidden) {
                wrong.push(format!("{}: {forbidden}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_lives_in_one_file() {
    for source in sources() {
        let marked = source.code.contains("unsafe {") || source.code.contains("unsafe fn");
        assert!(!marked || source.path == "src/model/gbdt/native.rs", "{}", source.path);
    }
}

#[test]
fn files_are_short_or_say_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for source in sources() {
        let text = fs::read_to_string(root.join(&source.path)).expect("a source is UTF-8");
        let lines = text.lines().count();
        assert!(lines <= 400, "{} has {lines} lines", source.path);
    }
}

#[test]
fn every_command_has_a_test_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("src/cli/mod.rs")).expect("the table of commands");
    let (_, list) = text.split_once("enum Command {").expect("the table of commands");
    let (list, _) = list.split_once('}').expect("its end");
    let commands: Vec<String> = list
        .lines()
        .filter_map(|line| line.trim().split_once('('))
        .map(|(name, _)| name.to_lowercase())
        .collect();
    assert!(commands.len() >= 11, "{commands:?}");
    for command in commands {
        assert!(root.join(format!("tests/it/{command}.rs")).is_file(), "tests/it/{command}.rs is missing");
    }
}
