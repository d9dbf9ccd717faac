//! What was probably meant by a word that is not known.

/// The known word with the fewest edits to `word`, when these are at most a third of its letters (one at least).
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = word.chars().count().div_ceil(3);
    known
        .map(|name| (edits(&word, name), name))
        .min()
        .filter(|(edits, _)| *edits <= allowed)
        .map(|(_, name)| name)
}

/// Levenshtein's distance: letters inserted, deleted or replaced.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (column, other) in to.chars().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[row.len() - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = || ["smote", "ros", "rus", "num_leaves"].into_iter();
        assert_eq!(nearest("smot", known()), Some("smote"));
        assert_eq!(nearest("SMOTE", known()), Some("smote"));
        assert_eq!(nearest("num_leafs", known()), Some("num_leaves"));
        assert_eq!(nearest("beauty", known()), None);
        assert_eq!((edits("", "abc"), edits("kitten", "sitting")), (3, 3));
    }
}
