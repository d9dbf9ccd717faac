//! A training that is stopped and goes on.

use super::*;

/// Trains until the user stops it after so many epochs.
fn training(problem: &Problem, checkpoint: &Checkpoint, stop_after: u64) -> Result<Trained, NeuralError> {
    let means = Means { checkpoint: Some(checkpoint), ..means(5) };
    let watcher = Watcher { events: Mutex::default(), stop_after };
    train(&problem.data(), &problem.scaler, &small(), means, &average_precision, &watcher)
}

#[test]
fn a_training_that_was_stopped_comes_to_the_same_bits() {
    let place = tempfile::tempdir().unwrap();
    let problem = Problem::new(600);
    let checkpoint = |resume| Checkpoint {
        path: place.path().join("run.checkpoint"),
        training: "this one".into(),
        resume,
    };
    let whole = problem.train(&small(), Device::Flex, 5).unwrap();
    let stopped = training(&problem, &checkpoint(false), 3).unwrap();
    assert_eq!((stopped.interrupted, stopped.history.len()), (true, 3));
    assert_eq!(stopped.history, whole.history[..3]);
    let again = training(&problem, &checkpoint(true), 7).unwrap();
    assert_eq!((again.interrupted, again.history.len()), (true, 7));
    let done = training(&problem, &checkpoint(true), u64::MAX).unwrap();
    assert_eq!(done, whole);
    // The file is still there, and all but its last epochs are done.
    assert_eq!(training(&problem, &checkpoint(true), u64::MAX).unwrap(), whole);
}

#[test]
fn what_is_no_checkpoint_of_this_training_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let problem = Problem::new(300);
    let checkpoint = |training: &str, resume| Checkpoint {
        path: place.path().join("run.checkpoint"),
        training: training.into(),
        resume,
    };
    let refused = |training_name: &str| {
        let error = training(&problem, &checkpoint(training_name, true), u64::MAX).unwrap_err();
        error.to_string()
    };
    assert!(refused("this one").contains("run.checkpoint"), "there is none");
    training(&problem, &checkpoint("this one", false), 2).unwrap();
    assert!(refused("another").contains("of another training"));
    let path = place.path().join("run.checkpoint");
    let bytes = std::fs::read(&path).unwrap();
    for length in [0, 8, 300, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        assert!(refused("this one").contains("damaged"), "cut to {length} bytes");
    }
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    std::fs::write(&path, flipped).unwrap();
    assert!(refused("this one").contains("damaged"), "a bit of a number");
    // Of the same name, but of another shape.
    std::fs::write(&path, &bytes).unwrap();
    let means = Means { checkpoint: Some(&checkpoint("this one", true)), ..means(5) };
    let parameters = MlpParameters { hidden: vec![8], ..small() };
    let progress = Silent::default();
    let error = train(&problem.data(), &problem.scaler, &parameters, means, &average_precision, &progress);
    assert!(error.unwrap_err().to_string().contains("damaged"));
}
