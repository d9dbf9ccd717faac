//! Weights in their file: what is written is read, and nothing else is.

use super::super::*;
use super::drawn_weights;

#[test]
fn weights_survive_a_round_trip_with_equal_bytes() {
    let weights = drawn_weights(3, &[5, 4], Activation::Selu, 1);
    let bytes = weights.to_bytes();
    assert_eq!(Weights::from_bytes(&bytes).unwrap(), weights);
    assert_eq!(weights.clone().to_bytes(), bytes);
}

#[test]
fn a_truncated_or_flipped_file_never_panics_and_never_passes_as_another_shape() {
    let weights = drawn_weights(2, &[3], Activation::Relu, 2);
    let bytes = weights.to_bytes();
    for length in 0..bytes.len() {
        assert!(Weights::from_bytes(&bytes[..length]).is_err(), "cut to {length} bytes");
    }
    let shape = |weights: &Weights| -> Vec<(usize, usize)> {
        weights
            .members()
            .iter()
            .flat_map(|member| &member.layers)
            .map(|layer| (layer.inputs, layer.outputs))
            .collect()
    };
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[position] ^= 1 << bit;
            if let Ok(read) = Weights::from_bytes(&flipped) {
                assert_eq!(shape(&read), shape(&weights), "bit {bit} of byte {position}");
                let layers = || read.members().iter().flat_map(|member| &member.layers);
                assert!(layers().all(|layer| layer.weight.iter().all(|weight| weight.is_finite())));
            }
        }
    }
}

#[test]
fn a_file_that_is_not_ours_is_named() {
    let weights = drawn_weights(2, &[3], Activation::Relu, 2);
    let text = |from: &str, to: &str| {
        // Same length, so that the container stays valid.
        assert_eq!(from.len(), to.len());
        let bytes = weights.to_bytes();
        let at = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut changed = bytes;
        changed[at..at + to.len()].copy_from_slice(to.as_bytes());
        Weights::from_bytes(&changed).unwrap_err().to_string()
    };
    assert!(text("fraudctl.mlp", "fraudctl.mlq").contains("holds no fraudctl network"));
    assert!(text(r#"\"format\":2"#, r#"\"format\":3"#).contains("format version 3"));
    assert!(text(r#"\"members\":2"#, r#"\"members\":3"#).contains("16 tensors"));
    assert_eq!(
        text("members.1.layers.1.bias", "members.1.layers.9.bias"),
        "tensor \"members.1.layers.1.bias\" is missing"
    );
    assert!(text(r#""F32""#, r#""I32""#).contains("has type I32, not F32"));
    assert!(text(r#"\"features\":2"#, r#"\"features\":5"#).contains("has shape [4, 3] where 7 values go in"));
    assert_eq!(
        text("members.1.waves.cosine", "members.1.waves.cosinf"),
        "tensor \"members.1.waves.cosine\" is missing"
    );
    assert!(text(r#"\"places\":[1]"#, r#"\"places\":[2]"#).contains("is none of 2 features"));
    assert!(text(r#"\"size\":2"#, r#"\"size\":1"#).contains("has shape [3, 2, 1], not [3, 1, 1]"));
    assert!(Weights::from_bytes(b"").unwrap_err().to_string().contains("SafeTensors"));
}

#[test]
fn malformed_layers_are_refused() {
    let layer = |inputs, outputs| Layer {
        inputs,
        outputs,
        weight: vec![0.0; inputs * outputs],
        bias: vec![0.0; outputs],
    };
    let message = |members: Vec<Vec<Layer>>| {
        let member = |layers| MemberWeights { waves: None, layers };
        let members = members.into_iter().map(member).collect();
        Weights::new(2, None, Activation::Relu, members).unwrap_err().to_string()
    };
    assert!(message(vec![]).contains("needs features"));
    assert!(message(vec![vec![layer(2, 1)], vec![layer(2, 3), layer(3, 1)]]).contains("layers in each"));
    assert_eq!(message(vec![vec![layer(2, 3)]]), "member 0 ends in 3 values instead of 1");
    let nan = Layer { bias: vec![f32::NAN], ..layer(2, 1) };
    assert!(message(vec![vec![nan]]).contains("not finite"));
    let short = Layer { weight: vec![], ..layer(2, 1) };
    assert!(message(vec![vec![short]]).contains("has 0 values"));
}
