//! What LightGBM says while it trains, as events of `tracing` with the target `lightgbm`.
//!
//! LightGBM keeps its receiver per thread and hands a line over in pieces: `[LightGBM] [Warning] `, the text, a line feed.

use std::cell::RefCell;
use std::collections::HashSet;

thread_local! {
    static LINE: RefCell<String> = const { RefCell::new(String::new()) };
    static SAID: RefCell<HashSet<String>> = RefCell::default();
}

/// Takes a piece of a line; a line that is whole becomes an event, the first time it is said in a training.
pub(super) fn take(piece: &str) {
    LINE.with_borrow_mut(|line| {
        line.push_str(piece);
        if line.ends_with('\n') {
            let whole = std::mem::take(line);
            let is_new = SAID.with_borrow_mut(|said| said.insert(whole.clone()));
            if is_new {
                emit(whole.trim());
            }
        }
    });
}

/// Forgets what was said: a new training begins.
pub(super) fn begin() {
    LINE.with_borrow_mut(String::clear);
    SAID.with_borrow_mut(HashSet::clear);
}

fn emit(line: &str) {
    let (level, text) = parts(line);
    match level {
        "Warning" => tracing::warn!(target: "lightgbm", "{text}"),
        "Info" => tracing::info!(target: "lightgbm", "{text}"),
        _ => tracing::debug!(target: "lightgbm", "{text}"),
    }
}

/// The level and the text of a line; without a level, all of it is text.
fn parts(line: &str) -> (&str, &str) {
    let rest = line.strip_prefix("[LightGBM] [").and_then(|rest| rest.split_once("] "));
    rest.unwrap_or(("", line))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_and_taken_apart() {
        begin();
        for piece in ["[LightGBM] [Warning] ", "No further splits", "\n"] {
            take(piece);
        }
        assert!(LINE.with_borrow(String::is_empty));
        assert!(SAID.with_borrow(|said| said.contains("[LightGBM] [Warning] No further splits\n")));
        assert_eq!(parts("[LightGBM] [Warning] No further splits"), ("Warning", "No further splits"));
        assert_eq!(parts("plain"), ("", "plain"));
    }
}
