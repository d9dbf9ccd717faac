//! LightGBM's text models put together: several as one that adds up their trees.
//!
//! Format: LightGBM `src/boosting/gbdt_model_text.cpp`, version `v4`. The texts are LightGBM's own, made a moment ago or checked by
//! `parse`, so what is missing here is a bug.

use std::collections::BTreeMap;
use std::fmt::Write;

const END: &str = "end of trees\n";
const CHECKED: &str = "LightGBM wrote it, or it was parsed before";

/// A model text in its three parts.
struct Parts<'a> {
    head: &'a str,
    trees: Vec<&'a str>,
    tail: &'a str,
}

/// One model whose raw score is the sum of the raw scores of `models`, each of them times its factor. Head and parameters
/// are those of the last.
///
/// # Panics
/// When there is no model, or one is not LightGBM's.
pub(super) fn sum(models: &[(&str, f64)]) -> String {
    let parts: Vec<(Parts<'_>, f64)> = models.iter().map(|(text, factor)| (parts(text), *factor)).collect();
    let (last, _) = parts.last().expect("there is a model");
    let trees: Vec<String> = parts
        .iter()
        .flat_map(|(parts, factor)| parts.trees.iter().map(|tree| (tree, *factor)))
        .enumerate()
        .map(|(number, (tree, factor))| format!("Tree={number}\n{}", scaled(tree, factor)))
        .collect();
    let mut text = String::new();
    for line in last.head.lines() {
        match line.starts_with("tree_sizes=") {
            true => {
                let sizes: Vec<String> = trees.iter().map(|tree| tree.len().to_string()).collect();
                text.push_str(&format!("tree_sizes={}\n", sizes.join(" ")));
            }
            false => text.push_str(&format!("{line}\n")),
        }
    }
    text.push('\n');
    text.extend(trees);
    text.push_str(END);
    text.push_str(&importances(&parts));
    text.push_str(last.tail.find("\nparameters:").map_or("", |place| &last.tail[place..]));
    text
}

fn parts(text: &str) -> Parts<'_> {
    let (head, rest) = text.split_once("\n\nTree=0\n").expect(CHECKED);
    let (trees, tail) = rest.split_once(END).expect(CHECKED);
    let without_number = |tree: &'_ str| tree.find('\n').map(|end| end + 1).expect(CHECKED);
    let mut pieces = trees.split("\nTree=");
    let first = pieces.next().expect("split gives one part at least");
    let rest = pieces.map(|tree| &tree[without_number(tree)..]);
    Parts { head, trees: std::iter::once(first).chain(rest).collect(), tail }
}

/// A tree whose leaves are `factor` times as high, ending with the blank lines that LightGBM puts between trees.
fn scaled(tree: &str, factor: f64) -> String {
    let mut text = String::with_capacity(tree.len());
    for line in tree.trim_end().lines() {
        match line.split_once('=') {
            Some((key @ ("leaf_value" | "internal_value" | "shrinkage"), values)) if factor != 1.0 => {
                let values = values.split_ascii_whitespace().map(|value| value.parse().expect(CHECKED));
                let values: Vec<String> = values.map(|value: f64| (value * factor).to_string()).collect();
                writeln!(text, "{key}={}", values.join(" ")).expect("memory takes all");
            }
            _ => writeln!(text, "{line}").expect("memory takes all"),
        }
    }
    text + "\n\n"
}

/// The gain of all splits of each of `features` features; what is no list of numbers counts as none.
pub fn gains(text: &str, features: usize) -> Vec<f64> {
    let mut gains = vec![0.0; features];
    let mut splits: &str = "";
    for line in text.lines() {
        if let Some(list) = line.strip_prefix("split_feature=") {
            splits = list;
        } else if let Some(list) = line.strip_prefix("split_gain=") {
            for (feature, gain) in splits.split(' ').zip(list.split(' ')) {
                let place = feature.parse().ok().and_then(|feature: usize| gains.get_mut(feature));
                if let (Some(sum), Ok(gain)) = (place, gain.parse::<f64>()) {
                    *sum += gain;
                }
            }
        }
    }
    gains
}

/// How often each feature splits, in all models.
fn importances(parts: &[(Parts<'_>, f64)]) -> String {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (parts, _) in parts {
        let lines = parts.tail.lines().skip_while(|line| *line != "feature_importances:").skip(1);
        for line in lines.take_while(|line| !line.is_empty()) {
            let (name, count) = line.rsplit_once('=').expect(CHECKED);
            *counts.entry(name).or_default() += count.parse::<u64>().expect(CHECKED);
        }
    }
    let mut sorted: Vec<(&str, u64)> = counts.into_iter().collect();
    sorted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let lines: String = sorted.iter().map(|(name, count)| format!("{name}={count}\n")).collect();
    format!("\nfeature_importances:\n{lines}")
}
