//! The embedding's arrays in a file.

use safetensors::tensor::SafeTensors;

use super::super::waves::{MOST_SIZE, Shape, Waves};
use super::{MAX_PARTS, WeightsError, read_tensor, tensor_error};

/// Scaled numbers are at most 3, and `waves.rs` counts up to a million turns.
const MOST_TURNS: f32 = 1e5;

pub(super) fn waves_name(member: usize, name: &str) -> String {
    format!("members.{member}.waves.{name}")
}

/// Names of an embedding's arrays, and their shapes in a file.
fn dimensions(shape: &Shape) -> [(&'static str, Vec<usize>); Shape::PARAMETERS] {
    let Shape { frequencies, size, .. } = *shape;
    let numbers = shape.places.len();
    [
        ("frequency", vec![frequencies, numbers]),
        ("cosine", vec![frequencies, size, numbers]),
        ("sine", vec![frequencies, size, numbers]),
        ("bias", vec![size, numbers]),
    ]
}

/// The arrays of an embedding: names, shapes in a file, numbers.
pub(super) fn waves_tensors<'a>(
    shape: &Shape,
    waves: &'a Waves,
) -> impl Iterator<Item = (&'static str, Vec<usize>, &'a [f32])> {
    let lists: [&[f32]; Shape::PARAMETERS] = [&waves.frequency, &waves.cosine, &waves.sine, &waves.bias];
    dimensions(shape).into_iter().zip(lists).map(|((name, dimensions), list)| (name, dimensions, list))
}

/// Lines without the zeros behind the last number.
pub(super) fn trimmed(shape: &Shape, values: &[f32]) -> Vec<f32> {
    let lines = values.chunks_exact(shape.width());
    lines.flat_map(|line| &line[..shape.places.len()]).copied().collect()
}

pub(super) fn check_embedding(shape: &Shape, features: usize) -> Result<(), WeightsError> {
    let is_rising = shape.places.windows(2).all(|pair| pair[0] < pair[1]);
    let is_within = shape.places.last().is_some_and(|&place| place < features);
    match is_rising
        && is_within
        && (1..=MAX_PARTS).contains(&shape.frequencies)
        && (1..=MOST_SIZE).contains(&shape.size)
    {
        true => Ok(()),
        false => Err(WeightsError::Shape(format!(
            "the embedding of {} numbers by {} frequencies to {} values is none of {features} features",
            shape.places.len(),
            shape.frequencies,
            shape.size
        ))),
    }
}

pub(super) fn check_waves(
    member: usize,
    shape: Option<&Shape>,
    waves: Option<&Waves>,
) -> Result<(), WeightsError> {
    let (Some(shape), Some(waves)) = (shape, waves) else {
        return match shape.is_none() && waves.is_none() {
            true => Ok(()),
            false => {
                Err(WeightsError::Shape(format!("member {member} has another embedding than it should")))
            }
        };
    };
    for (name, dimensions, values) in waves_tensors(shape, waves) {
        let lines: usize = dimensions[..dimensions.len() - 1].iter().product();
        if values.len() != lines * shape.width() {
            return Err(tensor_error(waves_name(member, name), format!("has {} values", values.len())));
        }
        // More turns than this could not be told apart.
        let most = if name == "frequency" { MOST_TURNS } else { f32::MAX };
        if !values.iter().all(|value| value.abs() <= most) {
            return Err(tensor_error(
                waves_name(member, name),
                "holds a number that is not finite or too large",
            ));
        }
    }
    Ok(())
}

pub(super) fn read_waves(
    tensors: &SafeTensors<'_>,
    member: usize,
    shape: &Shape,
) -> Result<Waves, WeightsError> {
    let mut lists = [const { Vec::new() }; Shape::PARAMETERS];
    for (list, (name, dimensions)) in lists.iter_mut().zip(dimensions(shape)) {
        let (found, values) = read_tensor(tensors, waves_name(member, name), dimensions.len())?;
        if found != dimensions {
            let problem = format!("has shape {found:?}, not {dimensions:?}");
            return Err(tensor_error(waves_name(member, name), problem));
        }
        for line in values.chunks_exact(shape.places.len()) {
            list.extend_from_slice(line);
            list.resize(list.len() + shape.width() - line.len(), 0.0);
        }
    }
    let [frequency, cosine, sine, bias] = lists;
    Ok(Waves { frequency, cosine, sine, bias })
}
