//! A body becomes a request: one pass over the JSON text, values written into the feature row by name.

use std::collections::BTreeMap;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use sha2::{Digest, Sha256};

use super::fields::{Fields, Meaning, Reserved};
use super::problem::Refusal;
use super::time;
use crate::domain::{Amount, CustomerId, GeoPoint, InvalidValue, TerminalId, Timestamp, TransactionId};
use crate::engine::{Cell, Encoding, is_missing};

/// The longest identifier in bytes.
const TEXT_LIMIT: usize = 128;

/// What a body says.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Request {
    /// Features in the model's order; NaN where none was given.
    pub row: Vec<f64>,
    /// Which of the model's inputs were given; one that was given as missing (`null`) counts.
    pub given: Vec<bool>,
    /// What was said for inputs of words, several of which may become the same number.
    pub words: BTreeMap<usize, String>,
    pub id: Option<TransactionId>,
    pub time: Option<Timestamp>,
    pub customer: Option<CustomerId>,
    pub terminal: Option<TerminalId>,
    pub amount: Option<Amount>,
    pub currency: Option<String>,
    pub place: Option<GeoPoint>,
}

impl Request {
    /// Reads `body`, which is complete afterwards: a full row of features, or a raw transaction.
    pub(super) fn parse(fields: &Fields, body: &[u8]) -> Result<Self, Refusal> {
        let mut reading = Reading::new(fields);
        let mut json = serde_json::Deserializer::from_slice(body);
        let read = json.deserialize_map(&mut reading).and_then(|()| json.end());
        if let Err(error) = read {
            return Err(reading.refusal(&error));
        }
        let request = reading.finish()?;
        request.check_complete(fields)?;
        Ok(request)
    }

    /// True when the body is to be scored as a raw transaction.
    pub(super) fn is_transaction(&self, fields: &Fields) -> bool {
        fields.takes_transactions() && !self.given.contains(&true)
    }

    /// Fingerprint of what the client said and whether it asked for the map, whatever the order of its fields.
    pub(super) fn digest(&self, on_map: bool) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update([u8::from(on_map)]);
        for value in &self.row {
            digest.update(value.to_bits().to_le_bytes());
        }
        let place = self.place.map(|place| (place.latitude.to_bits(), place.longitude.to_bits()));
        let amount = self.amount.map(|amount| amount.value().to_bits());
        let texts = (&self.customer, &self.terminal, &self.currency, &self.words);
        // The derived text quotes each string and tells none from some: no two requests share it.
        digest.update(format!("{:?}{texts:?}{amount:?}{place:?}", self.time));
        digest.finalize().into()
    }

    fn check_complete(&self, fields: &Fields) -> Result<(), Refusal> {
        let missing = |field: &str| {
            Err(Refusal::bad("missing_field", format!("field {field:?} is missing")).about(field))
        };
        if !self.is_transaction(fields) {
            return match self.given.iter().position(|given| !given) {
                Some(position) => missing(fields.at(position).0),
                None => Ok(()),
            };
        }
        match () {
            () if self.customer.is_none() => missing("customer"),
            () if self.terminal.is_none() => missing("terminal"),
            () if self.amount.is_none() => missing("amount"),
            () => Ok(()),
        }
    }
}

/// A body while it is being read.
struct Reading<'a> {
    fields: &'a Fields,
    request: Request,
    latitude: Option<f64>,
    longitude: Option<f64>,
    /// The field whose value is being read.
    current: Option<usize>,
    /// What is wrong, when it is more than serde can say.
    refusal: Option<Refusal>,
}

impl<'a> Reading<'a> {
    fn new(fields: &'a Fields) -> Self {
        let encoder = fields.encoder();
        let request = Request {
            row: vec![f64::NAN; encoder.features().len()],
            given: vec![false; encoder.inputs().len()],
            ..Request::default()
        };
        Self { fields, request, latitude: None, longitude: None, current: None, refusal: None }
    }

    /// Reads the value of the field at `index`.
    fn take<'de, M: MapAccess<'de>>(&mut self, index: usize, map: &mut M) -> Result<(), M::Error> {
        self.current = Some(index);
        let (name, meaning) = self.fields.at(index);
        let fresh = match meaning {
            Meaning::Input(input) => {
                self.take_input(name, input, map)?;
                !std::mem::replace(&mut self.request.given[input], true)
            }
            Meaning::Reserved(reserved) => self.take_reserved(name, reserved, map)?,
        };
        if !fresh {
            return self.refuse(
                Refusal::bad("duplicate_field", format!("field {name:?} is given twice")).about(name),
            );
        }
        self.current = None;
        Ok(())
    }

    fn take_input<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        input: usize,
        map: &mut M,
    ) -> Result<(), M::Error> {
        let encoder = self.fields.encoder();
        if encoder.inputs()[input].encoding == Encoding::Number {
            self.request.row[encoder.start(input)] = match self.fields.may_miss(input) {
                true => map.next_value::<Option<f64>>()?.unwrap_or(f64::NAN),
                false => map.next_value()?,
            };
            return Ok(());
        }
        let value = map.next_value::<Option<Value>>()?;
        let cell = value.as_ref().map_or(Cell::Missing, Value::cell);
        if let Cell::Text(word) = cell {
            self.request.words.insert(input, word.to_owned());
        }
        let written = encoder.write(input, cell, &mut self.request.row);
        written.or_else(|error| {
            self.refuse(Refusal::bad("invalid_value", format!("field {name:?}: {error}")).about(name))
        })
    }

    /// True when the field had not been given before.
    fn take_reserved<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        reserved: Reserved,
        map: &mut M,
    ) -> Result<bool, M::Error> {
        let request = &mut self.request;
        let checked: Result<bool, Refusal> = match reserved {
            Reserved::Id => text(name, map.next_value()?, TransactionId::parse, &mut request.id),
            Reserved::Customer => text(name, map.next_value()?, CustomerId::parse, &mut request.customer),
            Reserved::Terminal => text(name, map.next_value()?, TerminalId::parse, &mut request.terminal),
            Reserved::Currency => text(name, map.next_value()?, currency, &mut request.currency),
            Reserved::Time => {
                map.next_value::<Instant>()?.read(name).map(|time| put(&mut request.time, time))
            }
            Reserved::Amount => Amount::try_from(map.next_value::<f64>()?)
                .map(|amount| put(&mut request.amount, amount))
                .map_err(|error| Refusal::out_of_range(name, error.to_string())),
            Reserved::Latitude => Ok(put(&mut self.latitude, map.next_value()?)),
            Reserved::Longitude => Ok(put(&mut self.longitude, map.next_value()?)),
        };
        checked.or_else(|refusal| self.refuse(refusal).map(|()| true))
    }

    fn refuse<E: de::Error>(&mut self, refusal: Refusal) -> Result<(), E> {
        self.refusal = Some(refusal);
        Err(E::custom("refused"))
    }

    /// What to answer when reading ended with `error`.
    fn refusal(self, error: &serde_json::Error) -> Refusal {
        if let Some(refusal) = self.refusal {
            return refusal;
        }
        let code = if error.is_data() { "wrong_type" } else { "malformed" };
        match self.current {
            Some(index) => {
                let name = self.fields.at(index).0;
                Refusal::bad(code, format!("field {name:?}: {error}")).about(name)
            }
            None => Refusal::bad(code, format!("the body is not one flat JSON object: {error}")),
        }
    }

    fn finish(mut self) -> Result<Request, Refusal> {
        self.fields.encoder().finish(&mut self.request.row);
        self.request.place = match (self.latitude, self.longitude) {
            (Some(latitude), Some(longitude)) => {
                let place = GeoPoint::new(latitude, longitude).map_err(|error| {
                    let field = if latitude.abs() <= 90.0 { "longitude" } else { "latitude" };
                    Refusal::out_of_range(field, error.to_string())
                })?;
                Some(place)
            }
            (None, None) => None,
            (latitude, _) => {
                let field = if latitude.is_none() { "latitude" } else { "longitude" };
                let error = "latitude and longitude only make a place together";
                return Err(Refusal::bad("missing_field", error).about(field));
            }
        };
        Ok(self.request)
    }
}

impl<'de> Visitor<'de> for &mut Reading<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut expected = 0;
        while let Some(name) = map.next_key_seed(Name { fields: self.fields, expected })? {
            match name {
                Ok(index) => {
                    self.take(index, &mut map)?;
                    expected = index + 1;
                }
                Err(unknown) => {
                    let error = format!("there is no field {unknown:?}; names are case-sensitive");
                    self.refuse(Refusal::bad("unknown_field", error).about(unknown))?;
                }
            }
        }
        Ok(())
    }
}

/// Looks a key up without copying it.
struct Name<'a> {
    fields: &'a Fields,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Result<usize, String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Result<usize, String>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a field's name")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        let shown = || name.chars().take(TEXT_LIMIT).collect();
        Ok(self.fields.find(name, self.expected).ok_or_else(shown))
    }
}

/// The value of an input that is not simply a number.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "expected text, a number, true or false")]
enum Value {
    Truth(bool),
    Number(f64),
    Text(String),
}

impl Value {
    fn cell(&self) -> Cell<'_> {
        match self {
            Self::Truth(value) => Cell::Truth(*value),
            Self::Number(value) => Cell::Number(*value),
            Self::Text(text) => match text.trim() {
                text if is_missing(text) => Cell::Missing,
                text => Cell::Text(text),
            },
        }
    }
}

/// An identifier: text, or a whole number as some systems have it.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "expected text or a whole number")]
enum Identifier {
    Text(String),
    Unsigned(u64),
    Signed(i64),
}

/// A point in time: RFC 3339 text, or seconds since 1970.
#[derive(serde::Deserialize)]
#[serde(untagged, expecting = "expected RFC 3339 text or seconds since 1970")]
enum Instant {
    Text(String),
    EpochSeconds(f64),
}

impl Instant {
    fn read(self, name: &str) -> Result<Timestamp, Refusal> {
        match self {
            Self::Text(text) => time::from_rfc3339(&text).ok_or_else(|| {
                let error = format!("field {name:?}: not an RFC 3339 time such as 2025-01-31T12:00:00Z");
                Refusal::bad("invalid_value", error).about(name)
            }),
            Self::EpochSeconds(seconds) => time::from_epoch_seconds(seconds).ok_or_else(|| {
                Refusal::out_of_range(name, format!("{seconds} s is outside the years 1 to 9999"))
            }),
        }
    }
}

fn text<T>(
    name: &str,
    value: Identifier,
    parse: fn(&str) -> Result<T, InvalidValue>,
    target: &mut Option<T>,
) -> Result<bool, Refusal> {
    let text = match value {
        Identifier::Text(text) => text,
        Identifier::Unsigned(number) => number.to_string(),
        Identifier::Signed(number) => number.to_string(),
    };
    let invalid =
        |error: String| Refusal::bad("invalid_value", format!("field {name:?}: {error}")).about(name);
    if text.len() > TEXT_LIMIT {
        return Err(invalid(format!("longer than {TEXT_LIMIT} bytes")));
    }
    let parsed = parse(&text).map_err(|error| invalid(error.to_string()))?;
    Ok(put(target, parsed))
}

fn currency(text: &str) -> Result<String, InvalidValue> {
    let valid = text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_alphabetic());
    valid
        .then(|| text.to_ascii_uppercase())
        .ok_or_else(|| InvalidValue::new(text, "an ISO 4217 code such as EUR"))
}

/// True when `target` was empty.
fn put<T>(target: &mut Option<T>, value: T) -> bool {
    target.replace(value).is_none()
}
