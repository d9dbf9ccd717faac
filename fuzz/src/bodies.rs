//! What comes over the network.

use std::sync::LazyLock;

use fraudctl::cards::CardKey;
use fraudctl::domain::TimeFormat;
use fraudctl::engine::input::{Fields, Form, Request, Rows};
use fraudctl::features::FeatureSet;
use fraudctl::features::encoding::{Encoder, Encoding, Input};
use fraudctl::wire::{ClientFrame, Frame};
use serde_json::Value;

/// The fields of models of every kind.
static MODELS: LazyLock<[Fields; 3]> = LazyLock::new(|| {
    let numbers = ["V1", "V2", "Amount"].map(str::to_owned);
    let input = |name: &str, encoding| Input { name: name.to_owned(), encoding };
    let cells = vec![
        input("shop", Encoding::Category(vec!["a".to_owned(), "b\"\u{e9}".to_owned()])),
        input("seen", Encoding::Count([("x".to_owned(), 7)].into())),
        input("online", Encoding::Boolean),
        input("when", Encoding::Time(TimeFormat::Iso)),
    ];
    let key = || Some(CardKey::new(b"a key of at least so many bytes.."));
    [
        Fields::new(Encoder::of_numbers(&numbers), false, None),
        Fields::new(Encoder::new(cells), false, key()),
        Fields::new(Encoder::of_numbers(&FeatureSet::Full.names(true)), true, key()),
    ]
});

/// A body of `/predict`. What is taken is a JSON object, says the same in other words, and makes a row of the model's width.
pub fn request(bytes: &[u8]) {
    for fields in &*MODELS {
        let Ok(request) = Request::parse(fields, bytes) else { continue };
        let said = serde_json::from_slice(bytes).expect("what is taken is JSON");
        let Value::Object(values) = said else { panic!("what is taken is an object") };
        assert_eq!(request.row.len(), fields.encoder().features().len());
        assert!(!request.row.iter().any(|value| value.is_infinite()));
        let again = Request::of(fields, values).expect("it is taken in other words");
        let words = |request: &Request| format!("{request:?}");
        assert_eq!(words(&request), words(&again));
        assert_eq!(request.digest(true), again.digest(true));
        request.words_json(fields);
    }
}

/// A body of `/predict/batch`. The rows are the elements that serde_json finds, or the lines.
pub fn batch(bytes: &[u8]) {
    let texts = |form| {
        let mut rows = Rows::new(bytes, form).ok()?;
        let texts: Vec<&[u8]> = std::iter::from_fn(|| rows.next(bytes)).map(|row| &bytes[row]).collect();
        assert_eq!((rows.is_empty(), rows.len()), (true, 0));
        Some(texts)
    };
    if let Ok(elements) = serde_json::from_slice::<Vec<Value>>(bytes) {
        let rows = texts(Form::Array).expect("an array has rows");
        let read = |row: &&[u8]| serde_json::from_slice::<Value>(row).expect("an element is JSON");
        assert_eq!(rows.iter().map(read).collect::<Vec<_>>(), elements);
    } else if let Some(rows) = texts(Form::Array) {
        let is_element = |row: &&[u8]| serde_json::from_slice::<Value>(row).is_ok();
        assert!(
            !rows.iter().all(is_element) || rows.is_empty(),
            "what is no array has a row that is wrong: {:?}",
            String::from_utf8_lossy(bytes)
        );
    }
    let lines = bytes.split(|byte| *byte == b'\n').map(trimmed).filter(|line| !line.is_empty());
    let rows = texts(Form::Lines).expect("lines are always there");
    assert!(rows.into_iter().map(trimmed).eq(lines));
}

/// Without the space of JSON around it.
fn trimmed(text: &[u8]) -> &[u8] {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let end = text.iter().rposition(is_text).map_or(0, |last| last + 1);
    &text[text[..end].iter().position(is_text).unwrap_or(end)..end]
}

/// A message over the WebSocket, to the server and from it.
pub fn frame(bytes: &[u8]) {
    if let Ok(frame) = serde_json::from_slice::<ClientFrame>(bytes) {
        serde_json::to_vec(&frame).expect("it can be said again");
    }
    if let Ok(frame) = serde_json::from_slice::<Frame>(bytes) {
        let text = serde_json::to_vec(&frame).expect("it can be said again");
        serde_json::from_slice::<Frame>(&text).expect("and understood");
    }
}
