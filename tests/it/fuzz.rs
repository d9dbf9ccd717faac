//! The targets of `fuzz/` over their corpus and damaged copies of it.

use std::fs;
use std::path::Path;

use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::mutants::damage;

#[path = "../../fuzz/src/lib.rs"]
mod targets;

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("it can be read").path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("it can be read")).collect()
}

/// Runs the target called `name` over its corpus and so many mutants of it, each damaged up to four times.
fn survives(name: &str, mutants: usize) {
    let (target, corpus) = (targets::target(name), corpus(name));
    corpus.iter().for_each(|bytes| target(bytes));
    target(b"");
    let mut random = ChaCha8Rng::seed_from_u64(16);
    for _ in 0..mutants {
        let mut bytes = corpus.choose(&mut random).expect("it is not empty").clone();
        for _ in 0..random.random_range(1..=4) {
            if !bytes.is_empty() {
                bytes = damage(&bytes, &mut random);
            }
        }
        target(&bytes);
    }
}

#[test]
fn every_target_has_a_corpus_and_a_binary() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("a manifest");
    for (name, _) in targets::TARGETS {
        assert!(!corpus(name).is_empty(), "{name}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
        let source = fs::read_to_string(root.join(format!("fuzz_targets/{name}.rs"))).expect("a source");
        assert!(source.contains(&format!("target(\"{name}\")")), "{name}");
    }
}

#[test]
fn bodies_and_messages() {
    survives("request", 30_000);
    survives("batch", 30_000);
    survives("frame", 30_000);
}

#[test]
fn models() {
    survives("model_text", 5_000);
    survives("weights", 5_000);
}

#[test]
fn files_of_a_run() {
    // One after the other: they share a folder.
    survives("manifest", 2_000);
    survives("config", 2_000);
}

#[test]
fn tables_and_tokens() {
    survives("table", 2_000);
    survives("tokens", 2_000);
}
