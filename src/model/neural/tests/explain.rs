//! Scores taken apart.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::super::*;
use super::drawn_weights;
use crate::features::scaling::RobustScaler;
use crate::model::{Explainer, Scorer, log_odds};

fn contributions(scorer: &MlpScorer, row: &[f64]) -> Vec<f64> {
    let mut contributions = vec![f64::NAN; row.len()];
    scorer.contributions(row, &mut contributions);
    contributions
}

fn score(scorer: &MlpScorer, row: &[f64]) -> f64 {
    let mut score = [0.0];
    scorer.score(row, &mut score);
    score[0]
}

/// Two hidden values, `max(0, x - y + 1)` and `max(0, y - 1)`, and the logit `2 a - 3 b - 1`. At (0, 0) they are 1 and 0, at
/// (1, 2.5) before `max` -0.5 and 1.5: a falls by 1 over a difference of -1.5, b rises by 1.5 over one of 2.5.
#[test]
fn a_network_taken_apart_by_hand() {
    let layer = |inputs, outputs, weight: &[f32], bias: &[f32]| Layer {
        inputs,
        outputs,
        weight: weight.to_vec(),
        bias: bias.to_vec(),
    };
    let hidden = layer(2, 2, &[1.0, 0.0, -1.0, 1.0], &[1.0, -1.0]);
    let layers = vec![hidden, layer(2, 1, &[2.0, -3.0], &[-1.0])];
    let members = vec![MemberWeights { waves: None, layers }];
    let weights = Weights::new(2, None, Activation::Relu, members).unwrap();
    let scaler = RobustScaler { center: vec![0.0; 2], scale: vec![1.0; 2], one_hot: vec![] };
    // The scaler's smooth clip the other way round.
    let unclipped = |scaled: f64| scaled / (1.0 - scaled * scaled / 9.0).sqrt();
    let scorer = MlpScorer::new(&weights, scaler).unwrap();
    assert!((scorer.base() - 1.0).abs() < 1e-6, "{}", scorer.base());
    let found = contributions(&scorer, &[1.0, 2.5].map(unclipped));
    let (of_a, of_b) = (2.0 * (1.0 / 1.5), -3.0 * (1.5 / 2.5));
    for (found, expected) in found.iter().zip([of_a * 1.0, of_a * -2.5 + of_b * 2.5]) {
        assert!((found - expected).abs() < 1e-5, "{found} is not {expected}");
    }
}

#[test]
fn base_and_contributions_add_up_to_the_logit_of_the_score() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for activation in [Activation::Relu, Activation::Selu] {
        // Column 0 is a category with an input for each of two values, the others are numbers.
        let weights = drawn_weights(5, &[37, 20], activation, 9);
        let scaler = RobustScaler { center: vec![0.1; 4], scale: vec![0.7; 4], one_hot: vec![2, 0, 0, 0] };
        let scorer = MlpScorer::new(&weights, scaler).unwrap();
        for _ in 0..200 {
            let mut row: Vec<f64> = (0..4).map(|_| rng.random_range(-4.0..4.0)).collect();
            row[0] = f64::from(rng.random_range(0..4));
            let sum = scorer.base() + contributions(&scorer, &row).iter().sum::<f64>();
            let expected = log_odds(score(&scorer, &row));
            assert!((sum - expected).abs() < 1e-5, "{sum} is not {expected}");
        }
    }
}

#[test]
fn what_is_as_usual_or_missing_adds_nothing() {
    let weights = drawn_weights(3, &[8], Activation::Selu, 6);
    let scaler = RobustScaler { center: vec![1.0, 2.0, 3.0], scale: vec![1.0; 3], one_hot: vec![] };
    let scorer = MlpScorer::new(&weights, scaler).unwrap();
    assert!((scorer.base() - log_odds(score(&scorer, &[1.0, 2.0, 3.0]))).abs() < 1e-6);
    let found = contributions(&scorer, &[f64::NAN, 5.0, 3.0]);
    assert_eq!((found[0], found[2]), (0.0, 0.0));
    assert!(found[1].abs() > 0.01, "{found:?}");
}
