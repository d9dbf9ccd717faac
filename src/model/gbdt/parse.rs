//! Reads LightGBM's text model without LightGBM, which kills the process when the text is damaged.
//!
//! Format: LightGBM `src/boosting/gbdt_model_text.cpp` and `src/io/tree.cpp`, version `v4`. Everything that the
//! scorer does not support is refused by name.

use std::collections::HashMap;
use std::str::FromStr;

use super::flat::Forest;
use super::tree::{Cover, MissingKind, Node, Test, Tree};

/// A model text that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a usable LightGBM model: {0}")]
pub struct ParseError(String);

fn error<T>(why: impl Into<String>) -> Result<T, ParseError> {
    Err(ParseError(why.into()))
}

type Fields<'a> = HashMap<&'a str, &'a str>;

/// Versions of the text that are told apart from this one by nothing that the scorer reads.
const VERSIONS: [&str; 3] = ["v2", "v3", "v4"];

/// Parses a model text.
///
/// # Errors
/// When the text is truncated or inconsistent, or uses what is not supported: linear trees,
/// more than one class, an objective other than binary.
pub fn parse(text: &str) -> Result<Forest, ParseError> {
    let Some((head_text, rest)) = text.split_once("\n\nTree=") else {
        return error("it holds no tree");
    };
    let head = fields(head_text);
    if !text.starts_with("tree\n") {
        return error("it does not begin with `tree`");
    }
    let version = required(&head, "version")?;
    if !VERSIONS.contains(&version) {
        return error(format!("version {version} is not supported, only {}", VERSIONS.join(", ")));
    }
    let sigmoid = sigmoid(required(&head, "objective")?)?;
    for (key, expected) in [("num_class", "1"), ("num_tree_per_iteration", "1")] {
        if required(&head, key)? != expected {
            return error(format!("{key} is not {expected}"));
        }
    }
    if head_text.lines().any(|line| line == "average_output") {
        return error("random forests (average_output) are not supported");
    }
    // The names bound the number of features, which callers make rows of.
    let features = required(&head, "feature_names")?.split(' ').count();
    if number::<usize>(&head, "max_feature_idx")?.checked_add(1) != Some(features) {
        return error(format!("max_feature_idx does not fit {features} feature_names"));
    }
    let sizes = numbers::<usize>(&head, "tree_sizes")?;
    let Some((text, _)) = rest.split_once("\nend of trees") else {
        return error("it ends before `end of trees`");
    };
    let (mut trees, mut bits) = (Vec::new(), Vec::new());
    for (index, text) in text.split("\n\nTree=").enumerate() {
        let tree = tree(text, index, features, &mut bits)
            .map_err(|ParseError(why)| ParseError(format!("tree {index}: {why}")))?;
        trees.push(tree);
    }
    if trees.len() != sizes.len() {
        return error(format!("{} trees where its head names {}", trees.len(), sizes.len()));
    }
    Ok(Forest::new(features, sigmoid, trees, bits))
}

/// The tree of a text, whose sets of categories go to the end of `bits`.
fn tree(text: &str, index: usize, features: usize, bits: &mut Vec<u32>) -> Result<Tree, ParseError> {
    if text.lines().next().and_then(|number| number.trim().parse().ok()) != Some(index) {
        return error("its number is out of order");
    }
    let fields = fields(text);
    if fields.get("is_linear").is_some_and(|&value| value != "0") {
        return error("linear trees are not supported");
    }
    let leaves = number::<usize>(&fields, "num_leaves")?;
    let values = finite(numbers::<f64>(&fields, "leaf_value")?)?;
    if leaves == 0 || values.len() != leaves {
        return error(format!("{} leaf values for {leaves} leaves", values.len()));
    }
    if leaves == 1 {
        return Ok(Tree { nodes: Vec::new(), leaves: values, cover: Cover::default() });
    }
    let split_features = numbers::<usize>(&fields, "split_feature")?;
    let thresholds = numbers::<f64>(&fields, "threshold")?;
    if thresholds.iter().any(|threshold| threshold.is_nan()) {
        return error("a threshold is NaN");
    }
    let kinds = numbers::<u8>(&fields, "decision_type")?;
    let left = numbers::<i32>(&fields, "left_child")?;
    let right = numbers::<i32>(&fields, "right_child")?;
    let splits = leaves - 1;
    if [split_features.len(), thresholds.len(), kinds.len(), left.len(), right.len()] != [splits; 5] {
        return error(format!("its lists do not all hold {splits} splits"));
    }
    if let Some(feature) = split_features.iter().find(|&&feature| feature >= features) {
        return error(format!("it splits on feature {feature} of {features}"));
    }
    check_shape(&left, &right, leaves)?;
    let categories = categories(&fields, bits)?;
    let node = |split: usize| {
        let test = test(kinds[split], thresholds[split], &categories)?;
        Ok(Node { test, feature: split_features[split] as u32, left: left[split], right: right[split] })
    };
    let nodes = (0..splits).map(node).collect::<Result<_, _>>()?;
    Ok(Tree { nodes, leaves: values, cover: cover(&fields, leaves)? })
}

/// How many rows reached each split and leaf; empty when the text does not say, for scoring does not need it.
fn cover(fields: &Fields<'_>, leaves: usize) -> Result<Cover, ParseError> {
    if !fields.contains_key("leaf_count") || !fields.contains_key("internal_count") {
        return Ok(Cover::default());
    }
    let cover = Cover { splits: numbers(fields, "internal_count")?, leaves: numbers(fields, "leaf_count")? };
    if (cover.splits.len(), cover.leaves.len()) != (leaves - 1, leaves) {
        return error(format!("its counts are not those of {leaves} leaves"));
    }
    Ok(cover)
}

/// The sets of categories of a tree: where their words are among the forest's, and how many.
fn categories(fields: &Fields<'_>, bits: &mut Vec<u32>) -> Result<Vec<(u32, u32)>, ParseError> {
    let count = number::<usize>(fields, "num_cat")?;
    if count == 0 {
        return Ok(Vec::new());
    }
    let boundaries = numbers::<u32>(fields, "cat_boundaries")?;
    let words = numbers::<u32>(fields, "cat_threshold")?;
    let ends_right =
        boundaries.first() == Some(&0) && boundaries.last().copied() == u32::try_from(words.len()).ok();
    if boundaries.len().checked_sub(1) != Some(count) || !ends_right || !boundaries.is_sorted() {
        return error("its sets of categories are damaged");
    }
    let first = bits.len() as u32;
    bits.extend(words);
    if u32::try_from(bits.len()).is_err() {
        return error("there are too many categories");
    }
    Ok(boundaries.windows(2).map(|pair| (first + pair[0], pair[1] - pair[0])).collect())
}

fn test(kind: u8, threshold: f64, categories: &[(u32, u32)]) -> Result<Test, ParseError> {
    if kind & 1 == 1 {
        let is_place = threshold >= 0.0 && threshold.fract() == 0.0;
        let set = categories.get(threshold as usize).filter(|_| is_place);
        return match set {
            Some(&(first, words)) if kind >> 2 <= 2 => Ok(Test::Categories { first, words }),
            _ => error(format!("threshold {threshold} of decision type {kind} is no set of categories")),
        };
    }
    let missing = match kind >> 2 {
        0 => MissingKind::None,
        1 => MissingKind::Zero,
        2 => MissingKind::Nan,
        _ => return error(format!("decision type {kind} is not supported")),
    };
    Ok(Test::Threshold { threshold, missing, default_left: kind & 2 != 0 })
}

/// Every split and leaf is the child of exactly one earlier split, so that walking down always ends.
fn check_shape(left: &[i32], right: &[i32], leaves: usize) -> Result<(), ParseError> {
    let mut splits_seen = vec![false; left.len()];
    let mut leaves_seen = vec![false; leaves];
    for (parent, child) in left.iter().enumerate().chain(right.iter().enumerate()) {
        let seen = match usize::try_from(*child) {
            Ok(split) if split > parent => splits_seen.get_mut(split),
            Ok(_) => None,
            Err(_) => leaves_seen.get_mut(!*child as usize),
        };
        match seen {
            Some(seen) if !*seen => *seen = true,
            _ => return error(format!("child {child} of split {parent} makes no tree")),
        }
    }
    Ok(())
}

fn sigmoid(objective: &str) -> Result<f64, ParseError> {
    let mut words = objective.split_whitespace();
    if words.next() != Some("binary") {
        return error(format!("its objective is {objective:?}, not binary"));
    }
    let sigmoid = words.find_map(|word| word.strip_prefix("sigmoid:")).map_or(Ok(1.0), f64::from_str);
    match sigmoid {
        Ok(sigmoid) if sigmoid.is_finite() && sigmoid > 0.0 => Ok(sigmoid),
        _ => error(format!("no sigmoid in {objective:?}")),
    }
}

fn fields(text: &str) -> Fields<'_> {
    text.lines().filter_map(|line| line.split_once('=')).collect()
}

fn required<'a>(fields: &Fields<'a>, key: &str) -> Result<&'a str, ParseError> {
    fields.get(key).copied().ok_or_else(|| ParseError(format!("{key} is missing")))
}

fn number<T: FromStr>(fields: &Fields<'_>, key: &str) -> Result<T, ParseError> {
    let text = required(fields, key)?;
    text.parse().map_err(|_| ParseError(format!("{key}={text:?} is not a number")))
}

fn numbers<T: FromStr>(fields: &Fields<'_>, key: &str) -> Result<Vec<T>, ParseError> {
    let parse = |text: &str| text.parse().map_err(|_| ParseError(format!("{key} holds {text:?}")));
    required(fields, key)?.split_ascii_whitespace().map(parse).collect()
}

fn finite(values: Vec<f64>) -> Result<Vec<f64>, ParseError> {
    match values.iter().find(|value| !value.is_finite()) {
        Some(value) => error(format!("{value} where a finite number belongs")),
        None => Ok(values),
    }
}
