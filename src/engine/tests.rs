use super::*;
use crate::domain::{Amount, CustomerId, TerminalId, Timestamp, TransactionId};
use crate::domain::{Decision, Thresholds};
use crate::features::encoding::Encoder;
use crate::features::{FeatureSet, HANDBOOK, LabelDelay, Plan};
use crate::model::Scorer;

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

/// Gives no scores.
struct Broken(usize);

impl Scorer for Broken {
    fn features(&self) -> usize {
        self.0
    }

    fn score(&self, _rows: &[f64], scores: &mut [f64]) {
        scores.fill(f64::NAN);
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
    let mut model = Model::of(Encoder::of_numbers(&features), scorer, thresholds);
    model.label_delay = state.as_ref().map(FeatureState::delay);
    Engine::new(EngineConfig { model, state, cards: None })
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

fn scored(engine: &Engine, body: &str) -> Scored {
    let request = engine.read(body.as_bytes()).unwrap();
    let row = engine.row(&request, &TransactionId::from(1), Timestamp::from_seconds(0), Given::ALL).unwrap();
    engine.model().score(&row.0).unwrap()
}

#[test]
fn features_are_matched_by_name_whatever_their_order() {
    let expected = Scored { score: 0.6, decision: Decision::Review, threshold: 0.5 };
    assert_eq!(scored(&tabular(), r#"{"Amount":20.0,"V1":0.6}"#), expected);
}

#[test]
fn a_row_that_does_not_fit_is_refused_by_the_name_of_the_feature() {
    let engine = tabular();
    let refused = |body: &str| {
        let error = engine.read(body.as_bytes()).unwrap_err();
        (error.code, error.field.unwrap_or_default())
    };
    assert_eq!(refused(r#"{"V1":0.1}"#), ("missing_field", "Amount".to_owned()));
    assert_eq!(refused(r#"{"v1":0.1}"#), ("unknown_field", "v1".to_owned()));
    assert_eq!(refused(r#"{"V1":0.1,"V1":0.1}"#), ("duplicate_field", "V1".to_owned()));
    for outside in [1e39, f64::INFINITY, f64::NEG_INFINITY] {
        let error = engine.model().score(&[0.1, outside]).unwrap_err();
        assert_eq!(error, EngineError::OutOfRange { feature: "Amount".to_owned(), value: outside });
    }
}

#[test]
fn a_model_takes_over_and_can_be_taken_back() {
    let engine = tabular();
    let score = || scored(&engine, r#"{"V1":0.6,"Amount":20}"#);
    let before = score();
    assert!(engine.roll_back().is_none(), "there was none before");
    let strict = Thresholds { review: 0.7, block: None };
    let encoder = || Encoder::of_numbers(&["V1".to_owned(), "Amount".to_owned()]);
    engine.publish(Model::of(encoder(), Arc::new(First(2)), strict)).unwrap();
    assert_eq!(score().decision, Decision::Approve);
    let kept = engine.model();
    engine.roll_back().unwrap();
    assert_eq!(score(), before);
    assert_eq!(kept.thresholds, strict, "who took hold of a model keeps it");
    engine.roll_back().unwrap();
    assert_eq!(score().decision, Decision::Approve, "and back again");
}

#[test]
fn a_model_that_does_not_fit_is_not_published() {
    let engine = tabular();
    let thresholds = Thresholds { review: 0.5, block: None };
    let publish = |names: &[&str], scorer: Arc<dyn Scorer>| {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        engine.publish(Model::of(Encoder::of_numbers(&names), scorer, thresholds)).unwrap_err()
    };
    assert!(matches!(publish(&["V1", "V2"], Arc::new(First(2))), EngineError::OtherInputs { .. }));
    let features = HANDBOOK.map(str::to_owned);
    let live = tests::engine(features.to_vec(), Some(fresh())).unwrap();
    let delayed = |days: u32| {
        let scorer = Arc::new(First(features.len()));
        let thresholds = Thresholds { review: 0.5, block: None };
        let model = Model::of(Encoder::of_numbers(&features), scorer, thresholds);
        live.publish(Model { label_delay: LabelDelay::from_days(days), ..model })
    };
    assert!(
        matches!(delayed(14), Err(EngineError::OtherInputs { .. })),
        "its features would be made otherwise"
    );
    assert!(delayed(7).is_ok());
    assert!(matches!(publish(&["V1", "Amount"], Arc::new(First(3))), EngineError::Mismatch { .. }));
    assert_eq!(publish(&["V1", "Amount"], Arc::new(Broken(2))), EngineError::NoScore);
    assert_eq!(engine.model().thresholds, tabular().model().thresholds);
    assert!(engine.previous().is_none());
}

#[test]
fn a_raw_transaction_gets_the_features_of_its_history() {
    let names: Vec<String> = HANDBOOK.map(str::to_owned).into();
    let live = engine(names.clone(), Some(fresh())).unwrap();
    assert_eq!(live.warm_start((0..5).map(|id| transaction(id, id as i64, 10.0))), 5);
    let remembered = live.observe(&transaction(9, 100, 0.7), Given::ALL).unwrap();

    let mut state = fresh();
    let (mut row, mut expected) = (vec![0.0; names.len()], vec![0.0; names.len()]);
    for id in 0..5 {
        state.observe(&transaction(id, id as i64, 10.0), &mut row);
    }
    state.observe(&transaction(9, 100, 0.7), &mut expected);
    assert_eq!(remembered, expected);
    assert_eq!(live.observe(&transaction(9, 100, 0.7), Given::ALL).unwrap(), expected);
}

#[test]
fn an_id_that_comes_again_does_not_count_twice() {
    let names: Vec<String> = HANDBOOK.map(str::to_owned).into();
    let once = engine(names.clone(), Some(fresh())).unwrap();
    let twice = engine(names.clone(), Some(fresh())).unwrap();
    let first = once.observe(&transaction(1, 0, 0.2), Given::ALL).unwrap();
    for _ in 0..2 {
        assert_eq!(twice.observe(&transaction(1, 0, 0.2), Given::ALL).unwrap(), first);
    }
    let next = |engine: &Engine| engine.observe(&transaction(2, 60, 0.2), Given::ALL).unwrap();
    assert_eq!(next(&once), next(&twice));
}

#[test]
fn a_missing_value_reaches_the_model() {
    assert_eq!(scored(&tabular(), r#"{"V1":0.6,"Amount":null}"#).score, 0.6);
}

#[test]
fn an_id_of_another_transaction_is_a_conflict() {
    let live = engine(HANDBOOK.map(str::to_owned).into(), Some(fresh())).unwrap();
    let first = transaction(1, 0, 0.2);
    let score = |transaction: &Transaction, given| live.observe(transaction, given);
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
    let thresholds = Thresholds { review: 0.5, block: None };
    let encoder = Encoder::of_numbers(&["a".to_owned()]);
    let config =
        EngineConfig { model: Model::of(encoder, Arc::new(Broken(1)), thresholds), state: None, cards: None };
    assert_eq!(Engine::new(config).err(), Some(EngineError::NoScore));
}

#[test]
fn a_shadow_scores_its_share_and_is_compared() {
    let model = |review| {
        let encoder = Encoder::of_numbers(&["V1".to_owned(), "Amount".to_owned()]);
        Model::of(encoder, Arc::new(First(2)), Thresholds { review, block: None })
    };
    let (served, shadow) = (model(0.5), Shadow::start(model(0.7), 0.25).unwrap());
    let row = [0.6, 1.0];
    for _ in 0..40 {
        shadow.offer(&row, served.score(&row).unwrap());
    }
    shadow.offer(&[f64::INFINITY, 0.0], served.score(&row).unwrap());
    let seen = loop {
        let seen = shadow.comparison();
        if seen.decisions.iter().flatten().sum::<u64>() == 10 {
            break seen;
        }
        std::thread::yield_now();
    };
    assert_eq!(seen.decisions[Decision::Review as usize][Decision::Approve as usize], 10);
    assert_eq!((seen.skipped, seen.difference, seen.greatest), (0, 0.0, 0.0));
}

#[test]
fn a_shadow_that_is_behind_passes_rows_over_and_nobody_waits() {
    struct Stuck(Mutex<std::sync::mpsc::Receiver<()>>);
    impl Scorer for Stuck {
        fn features(&self) -> usize {
            1
        }
        fn score(&self, _rows: &[f64], scores: &mut [f64]) {
            // Until the test lets it go on, and afterwards at once.
            let _ = self.0.lock().unwrap().recv();
            scores.fill(0.1);
        }
    }
    let (go, wait) = std::sync::mpsc::channel();
    let encoder = Encoder::of_numbers(&["a".to_owned()]);
    let thresholds = Thresholds { review: 0.5, block: None };
    let model = Model::of(encoder, Arc::new(Stuck(wait.into())), thresholds);
    let shadow = Shadow::start(model, 1.0).unwrap();
    let scored = Scored { score: 0.3, decision: Decision::Approve, threshold: 0.5 };
    for _ in 0..2_000 {
        shadow.offer(&[0.0], scored);
    }
    let skipped = shadow.comparison().skipped;
    assert!((975..=976).contains(&skipped), "{skipped}: 1,024 wait and one may be in work");
    drop(go);
    let compared = |seen: Comparison| seen.decisions.iter().flatten().sum::<u64>();
    while compared(shadow.comparison()) < 2_000 - skipped {
        std::thread::yield_now();
    }
    assert!((shadow.comparison().greatest - 0.2).abs() < 1e-12);
}

#[test]
fn drift_is_told_of_the_rows_that_were_watched() {
    let rows = crate::matrix::Matrix::from_values((0..200).map(f64::from).collect(), 2);
    let scores = vec![0.1; 100];
    let reference = crate::model::drift::Reference::of(&rows, &scores);
    let model = Model {
        drift: Some(Mutex::new(crate::model::drift::Window::new(reference))),
        ..Model::of(
            Encoder::of_numbers(&["V1".to_owned(), "Amount".to_owned()]),
            Arc::new(First(2)),
            Thresholds { review: 0.5, block: None },
        )
    };
    assert!(model.drift().is_none(), "nothing was scored");
    for row in 0..1_000 {
        model.watch(&[f64::from(row % 100) * 2.0, 1e6], 0.1);
    }
    let drift = model.drift().unwrap();
    assert_eq!(drift.rows, 1_000);
    let moved: Vec<bool> = drift.features.iter().map(|shift| shift.is_drift()).collect();
    assert_eq!((moved, drift.score.is_drift()), (vec![false, true], false));
}

#[test]
fn a_saved_state_goes_on_with_the_same_features_and_the_same_ids() {
    let features: Vec<String> = HANDBOOK.map(str::to_owned).to_vec();
    let one = engine(features.clone(), Some(fresh())).unwrap();
    for id in 0..40 {
        one.observe(&transaction(id, 10 * id as i64, 5.0 + id as f64), Given::ALL).unwrap();
    }
    assert_eq!(one.learn_of(&TransactionId::from(7), true), Some(false));
    let saved = || one.save().unwrap();
    let other = engine(features.clone(), Some(fresh())).unwrap();
    other.restore(saved()).unwrap();
    let again = transaction(39, 390, 44.0);
    assert_eq!(other.observe(&again, Given::ALL).unwrap(), one.observe(&again, Given::ALL).unwrap());
    assert!(other.observe(&transaction(39, 390, 45.0), Given::ALL).is_err(), "another under that id");
    assert_eq!(other.learn_of(&TransactionId::from(7), false), Some(true));
    one.learn_of(&TransactionId::from(7), false);
    let next = transaction(40, 400, 9.0);
    assert_eq!(other.observe(&next, Given::ALL).unwrap(), one.observe(&next, Given::ALL).unwrap());

    let fewer = engine(
        features[..5].to_vec(),
        Some(FeatureState::new(Plan::new(&features[..5]).unwrap(), LabelDelay::default())),
    );
    assert!(matches!(fewer.unwrap().restore(saved()), Err(SnapshotError::OtherFeatures)));
    let later = FeatureState::new(Plan::new(&features).unwrap(), LabelDelay::from_days(9).unwrap());
    let refused = engine(features, Some(later)).unwrap().restore(saved());
    assert!(matches!(refused, Err(SnapshotError::OtherDelay { saved: 7, wanted: 9 })));
}

#[test]
fn what_shares_a_second_with_a_fraud_is_labelled_for_itself() {
    let live = engine(HANDBOOK.map(str::to_owned).to_vec(), Some(fresh())).unwrap();
    for id in [1, 2] {
        live.observe(&transaction(id, 0, 5.0), Given::ALL).unwrap();
    }
    live.learn_of(&TransactionId::from(1), true);
    live.learn_of(&TransactionId::from(2), false);
    let later = live.observe(&transaction(3, 8 * 86_400, 5.0), Given::ALL).unwrap();
    let risk = HANDBOOK.iter().position(|name| *name == "TERMINAL_ID_RISK_7DAY_WINDOW").unwrap();
    assert_eq!(later[risk], 0.5);
}
