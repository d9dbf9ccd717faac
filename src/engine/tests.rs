use super::*;
use crate::domain::{Amount, CustomerId, TerminalId, Timestamp, TransactionId};
use crate::features::encoding::Encoder;
use crate::features::{FeatureSet, HANDBOOK, LabelDelay, Plan};

/// Scores a row by its first value.
struct First(usize);

impl Scorer for First {
    fn features(&self) -> usize {
        self.0
    }

    fn score(&self, rows: &[f64], scores: &mut [f64]) {
        for (row, score) in rows.chunks_exact(self.0).zip(scores) {
            *score = row[0];
        }
    }
}

fn fresh() -> FeatureState {
    FeatureState::new(Plan::of(FeatureSet::Handbook, false), LabelDelay::default())
}

fn tabular() -> Engine {
    engine(vec!["V1".to_owned(), "Amount".to_owned()], None).unwrap()
}

fn engine(features: Vec<String>, state: Option<FeatureState>) -> Result<Engine, EngineError> {
    let scorer = Arc::new(First(features.len()));
    let thresholds = Thresholds { review: 0.5, block: Some(0.9) };
    let encoder = Encoder::of_numbers(&features);
    Engine::new(EngineConfig { name: "run".to_owned(), encoder, scorer, thresholds, state })
}

fn transaction(id: u64, seconds: i64, amount: f64) -> Transaction {
    Transaction {
        id: TransactionId::from(id),
        time: Timestamp::from_seconds(seconds),
        customer: CustomerId::from(1),
        terminal: TerminalId::from(2),
        amount: Amount::try_from(amount).unwrap(),
        place: None,
        fraud: None,
    }
}

#[test]
fn features_are_matched_by_name_whatever_their_order() {
    let scored = tabular().score_features([("Amount", 20.0), ("V1", 0.6)]).unwrap();
    assert_eq!(scored, Scored { score: 0.6, decision: Decision::Review, threshold: 0.5 });
}

#[test]
fn a_row_that_does_not_fit_is_refused_by_the_name_of_the_feature() {
    let engine = tabular();
    let refused = |values: &[(&str, f64)]| engine.score_features(values.iter().copied()).unwrap_err();
    assert_eq!(refused(&[("V1", 0.1)]), EngineError::Missing { feature: "Amount".to_owned() });
    assert_eq!(refused(&[("v1", 0.1)]), EngineError::Unknown { feature: "v1".to_owned() });
    assert_eq!(refused(&[("V1", 0.1), ("V1", 0.1)]), EngineError::Repeated { feature: "V1".to_owned() });
    let outside = EngineError::OutOfRange { feature: "Amount".to_owned(), value: 1e39 };
    assert_eq!(refused(&[("V1", 0.1), ("Amount", 1e39)]), outside);
    for infinite in [f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(refused(&[("V1", 0.1), ("Amount", infinite)]), EngineError::OutOfRange { .. }));
    }
    assert_eq!(
        engine.score_transaction(&transaction(1, 0, 1.0), Given::ALL),
        Err(EngineError::WantsFeatures)
    );
}

#[test]
fn a_raw_transaction_gets_the_features_of_its_history() {
    let names: Vec<String> = HANDBOOK.map(str::to_owned).into();
    let live = engine(names.clone(), Some(fresh())).unwrap();
    assert_eq!(live.warm_start((0..5).map(|id| transaction(id, id as i64, 10.0))), 5);
    live.score_transaction(&transaction(9, 100, 0.7), Given::ALL).unwrap();

    let mut state = fresh();
    let (mut row, mut expected) = (vec![0.0; names.len()], vec![0.0; names.len()]);
    for id in 0..5 {
        state.observe(&transaction(id, id as i64, 10.0), &mut row);
    }
    state.observe(&transaction(9, 100, 0.7), &mut expected);
    let mut remembered = vec![0.0; names.len()];
    let guard = live.live.as_ref().unwrap();
    guard.lock().unwrap().observe(&transaction(9, 100, 0.7), Given::ALL, &mut remembered).unwrap();
    assert_eq!(remembered, expected);
}

#[test]
fn an_id_that_comes_again_does_not_count_twice() {
    let names: Vec<String> = HANDBOOK.map(str::to_owned).into();
    let once = engine(names.clone(), Some(fresh())).unwrap();
    let twice = engine(names.clone(), Some(fresh())).unwrap();
    once.score_transaction(&transaction(1, 0, 0.2), Given::ALL).unwrap();
    let first = twice.score_transaction(&transaction(1, 0, 0.2), Given::ALL);
    assert_eq!(first, twice.score_transaction(&transaction(1, 0, 0.2), Given::ALL));
    let row_of = |engine: &Engine| {
        let mut row = vec![0.0; names.len()];
        engine
            .live
            .as_ref()
            .unwrap()
            .lock()
            .unwrap()
            .observe(&transaction(2, 60, 0.2), Given::ALL, &mut row)
            .unwrap();
        row
    };
    assert_eq!(row_of(&once), row_of(&twice));
}

#[test]
fn a_missing_value_reaches_the_model() {
    assert_eq!(tabular().score_features([("V1", 0.6), ("Amount", f64::NAN)]).unwrap().score, 0.6);
}

#[test]
fn an_id_of_another_transaction_is_a_conflict() {
    let live = engine(HANDBOOK.map(str::to_owned).into(), Some(fresh())).unwrap();
    let first = transaction(1, 0, 0.2);
    let score = |transaction: &Transaction, given| live.score_transaction(transaction, given);
    let scored = score(&first, Given::ALL);
    let conflict = Err(EngineError::Conflict { id: "1".to_owned() });
    for other in [
        transaction(1, 1, 0.2),
        transaction(1, 0, 0.3),
        Transaction { customer: CustomerId::from(8), ..first.clone() },
        Transaction { terminal: TerminalId::from(8), ..first.clone() },
    ] {
        assert_eq!(score(&other, Given::ALL), conflict, "{other:?}");
    }
    assert_eq!(score(&transaction(1, 1, 0.2), Given { time: false, ..Given::ALL }), scored);
    assert_eq!(
        live.warm_start([first.clone(), transaction(1, 9, 0.2), transaction(2, 9, 0.2)].into_iter()),
        2
    );
}

#[test]
fn an_id_that_was_made_here_is_not_remembered() {
    let columns = HANDBOOK.len();
    let mut live = Live::new(fresh(), columns);
    let given = Given { id: false, time: true };
    live.observe(&transaction(1, 0, 1.0), given, &mut vec![0.0; columns]).unwrap();
    assert_eq!(live.remembered(), 0);
}

#[test]
fn the_memory_of_ids_is_bounded() {
    let names: Vec<String> = HANDBOOK.map(str::to_owned).into();
    let mut live = Live::new(fresh(), names.len());
    let mut first = vec![0.0; names.len()];
    live.observe(&transaction(0, 0, 1.0), Given::ALL, &mut first).unwrap();
    for id in 1..=live::REMEMBERED as u64 {
        live.observe(&transaction(id, id as i64, 1.0), Given::ALL, &mut vec![0.0; names.len()]).unwrap();
    }
    let mut again = vec![0.0; names.len()];
    live.observe(&transaction(1, 1, 1.0), Given::ALL, &mut again).unwrap();
    assert_eq!(again[3], 2.0, "remembered: the second transaction of its customer within a day");
    let another = transaction(0, 0, 2.0);
    live.observe(&another, Given::ALL, &mut again).expect("forgotten: its id says nothing");
    assert_eq!(live.remembered(), live::REMEMBERED);
}

#[test]
fn parts_that_do_not_fit_together_are_refused() {
    let refused = |features: &[&str], state| {
        engine(features.iter().map(|name| (*name).to_owned()).collect(), state).err()
    };
    assert_eq!(refused(&["a", "a"], None), Some(EngineError::Mismatch { named: 1, scored: 2 }));
    assert!(matches!(refused(&["a", "b"], Some(fresh())), Some(EngineError::NotLive { .. })));
}

#[test]
fn a_model_that_gives_no_number_gives_no_decision() {
    struct Broken;
    impl Scorer for Broken {
        fn features(&self) -> usize {
            1
        }
        fn score(&self, _rows: &[f64], scores: &mut [f64]) {
            scores.fill(f64::NAN);
        }
    }
    let thresholds = Thresholds { review: 0.5, block: None };
    let config = EngineConfig {
        name: "run".to_owned(),
        encoder: Encoder::of_numbers(&["a".to_owned()]),
        scorer: Arc::new(Broken),
        thresholds,
        state: None,
    };
    assert_eq!(Engine::new(config).unwrap().warm_up(), Err(EngineError::NoScore));
}
