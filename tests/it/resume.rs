//! `train --resume`: a network's training that was stopped.

use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};

use fraudctl::app::deciding::DecisionRules;
use fraudctl::app::fitting::Recipe;
use fraudctl::app::train::{TrainConfig, train};
use fraudctl::model::ModelKind;
use fraudctl::model::neural::Device;
use fraudctl::progress::{Event, Progress};

use crate::support::{Place, fraudctl, trained};

/// Asks to stop once a stage has come so far.
struct StopAt {
    stage: &'static str,
    done: u64,
    reached: AtomicU64,
}

impl Progress for StopAt {
    fn emit(&self, event: Event) {
        match event {
            Event::Started { stage, .. } if stage == self.stage => self.reached.store(1, Ordering::Relaxed),
            Event::Advanced { done, .. } if done >= self.done => {
                self.reached.compare_exchange(1, 2, Ordering::Relaxed, Ordering::Relaxed).ok();
            }
            _ => {}
        }
    }

    fn interrupted(&self) -> bool {
        self.reached.load(Ordering::Relaxed) == 2
    }
}

/// Trains until the network's third epoch.
fn stop(data: &str, run: &str, model: ModelKind, settings: &[(&str, &str)]) {
    let owned = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let recipe = Recipe { model, settings: owned.collect(), device: Device::Flex, seed: 42, threads: 2 };
    let config = TrainConfig {
        data: data.into(),
        recipe,
        decisions: DecisionRules::default(),
        out: Some(run.into()),
        parent: None,
        watch: Vec::new(),
        trials: None,
        resume: false,
        force: false,
    };
    let progress = StopAt { stage: "training mlp", done: 3, reached: AtomicU64::new(0) };
    let summary = train(&config, &progress).expect("three epochs are kept");
    assert!(summary.interrupted);
}

fn checksums(place: &Place, run: &str) -> serde_json::Value {
    let manifest = fs::read_to_string(place.path().join(run).join("manifest.json")).expect("a run");
    let mut manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    assert_eq!(manifest["interrupted"], false);
    // The page has the run's name.
    manifest["checksums"]["report.html"].take();
    manifest["checksums"].take()
}

#[test]
fn a_network_that_goes_on_is_the_one_that_was_never_stopped() {
    let place = Place::new();
    let (data, _) = trained(&place);
    for (model, prefix) in [("mlp", ""), ("blend", "mlp.")] {
        let (epochs, hidden) = (format!("{prefix}epochs"), format!("{prefix}hidden"));
        let kind = if model == "mlp" { ModelKind::Mlp } else { ModelKind::Blend };
        let (stopped, whole) = (place.at(&format!("{model}-stopped")), place.at(&format!("{model}-whole")));
        stop(&data, &stopped, kind, &[(&epochs, "6"), (&hidden, "16")]);
        let checkpoint = place.path().join(format!("{model}-stopped.checkpoint"));
        assert!(checkpoint.is_file());
        let train = |run: &str, epochs_set: &str, more: &[&str]| {
            let set = [format!("{epochs}={epochs_set}"), format!("{hidden}=16")];
            let flags = ["train", &data, "--model", model, "--out", run, "--threads", "2", "--seed", "42"];
            let flags = flags.into_iter().chain(["--set", &set[0], "--set", &set[1], "--json"]);
            fraudctl(flags.chain(more.iter().copied()))
        };
        let neither = train(&stopped, "6", &[]);
        assert!(neither.stderr.contains("--resume goes on with it"), "{}", neither.stderr);
        let other = train(&stopped, "7", &["--resume"]);
        assert!(other.stderr.contains("of another training"), "{}", other.stderr);
        let resumed = train(&stopped, "6", &["--resume"]);
        assert!(resumed.stderr.contains("going on after epoch 3"), "{}", resumed.stderr);
        train(&whole, "6", &[]).succeeds();
        assert_eq!(
            checksums(&place, &format!("{model}-stopped")),
            checksums(&place, &format!("{model}-whole"))
        );
        assert!(!checkpoint.exists(), "the run is done");
        let none = train(&stopped, "6", &["--resume"]);
        assert!(none.stderr.contains("there is no checkpoint of a stopped training"), "{}", none.stderr);
    }
}

#[test]
fn force_begins_anew() {
    let place = Place::new();
    let (data, _) = trained(&place);
    let run = place.at("run-2");
    stop(&data, &run, ModelKind::Mlp, &[("epochs", "6"), ("hidden", "16")]);
    let flags = ["train", &data, "--model", "mlp", "--out", &run, "--set", "epochs=2", "--force", "--json"];
    let anew = fraudctl(flags).json();
    assert_eq!(anew["interrupted"], false);
    assert!(!place.path().join("run-2.checkpoint").exists());
}
