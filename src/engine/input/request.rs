//! A body becomes a request: one pass over the JSON text, values written into the feature row by name.

use std::collections::BTreeMap;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Map;
use sha2::{Digest, Sha256};

use super::error::InputError;
use super::fields::{Fields, Meaning, Reserved};
use super::values::{self, Instant, TEXT_LIMIT, Value, put};
use crate::cards;
use crate::domain::{Amount, CustomerId, GeoPoint, TerminalId, Timestamp, Transaction, TransactionId};
use crate::features::encoding::{self, Cell, Encoding};

/// What a body says.
#[derive(Debug, Default, PartialEq)]
pub struct Request {
    /// Features in the model's order; NaN where none was given.
    pub row: Vec<f64>,
    /// Which of the model's inputs were given; one that was given as missing (`null`) counts.
    pub given: Vec<bool>,
    /// What was said for inputs that are not simply numbers, several of which may become the same number.
    pub words: BTreeMap<usize, String>,
    /// What the client calls it.
    pub id: Option<TransactionId>,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Who pays.
    pub customer: Option<CustomerId>,
    /// Where it is paid.
    pub terminal: Option<TerminalId>,
    /// How much.
    pub amount: Option<Amount>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// Where on earth.
    pub place: Option<GeoPoint>,
}

impl Request {
    /// Reads `body`, which is complete afterwards: a full row of features, or a raw transaction.
    ///
    /// # Errors
    /// [`InputError`] with a code and, where there is one, the field.
    pub fn parse(fields: &Fields, body: &[u8]) -> Result<Self, InputError> {
        Self::read(fields, |reading| {
            let mut json = serde_json::Deserializer::from_slice(body);
            json.deserialize_map(reading).and_then(|()| json.end())
        })
    }

    /// Reads values by name, as [`Request::parse`] does a body.
    ///
    /// # Errors
    /// [`InputError`] with a code and, where there is one, the field.
    pub fn of(fields: &Fields, values: Map<String, serde_json::Value>) -> Result<Self, InputError> {
        Self::read(fields, |reading| serde_json::Value::Object(values).deserialize_map(reading))
    }

    fn read(
        fields: &Fields,
        read: impl FnOnce(&mut Reading<'_>) -> serde_json::Result<()>,
    ) -> Result<Self, InputError> {
        let mut reading = Reading::new(fields);
        if let Err(error) = read(&mut reading) {
            return Err(reading.fault(&error));
        }
        let request = reading.finish()?;
        request.check_complete(fields)?;
        Ok(request)
    }

    /// True when the body is to be scored as a raw transaction.
    pub fn is_transaction(&self, fields: &Fields) -> bool {
        fields.takes_transactions() && !self.given.contains(&true)
    }

    /// The raw transaction that this is to be scored as, under this id and time; `None` when it is a row of features.
    pub fn transaction(&self, fields: &Fields, id: &TransactionId, time: Timestamp) -> Option<Transaction> {
        if !self.is_transaction(fields) {
            return None;
        }
        Some(Transaction {
            id: id.clone(),
            time,
            customer: self.customer.clone()?,
            terminal: self.terminal.clone()?,
            amount: self.amount?,
            place: self.place,
            fraud: None,
        })
    }

    /// What was said for inputs that are not simply numbers, by their names, as a JSON object; `None` when there is nothing.
    pub fn words_json(&self, fields: &Fields) -> Option<String> {
        if self.words.is_empty() {
            return None;
        }
        let inputs = fields.encoder().inputs();
        let words: BTreeMap<&str, &str> =
            self.words.iter().map(|(input, word)| (inputs[*input].name.as_str(), word.as_str())).collect();
        Some(serde_json::to_string(&words).expect("texts are JSON"))
    }

    /// Fingerprint of what the client said and whether it asked for the map, whatever the order of its fields.
    pub fn digest(&self, on_map: bool) -> [u8; 32] {
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

    fn check_complete(&self, fields: &Fields) -> Result<(), InputError> {
        let missing = |field: &str| {
            Err(InputError::bad("missing_field", format!("field {field:?} is missing")).about(field))
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
    fault: Option<InputError>,
}

impl<'a> Reading<'a> {
    fn new(fields: &'a Fields) -> Self {
        let encoder = fields.encoder();
        let request = Request {
            row: vec![f64::NAN; encoder.features().len()],
            given: vec![false; encoder.inputs().len()],
            ..Request::default()
        };
        Self { fields, request, latitude: None, longitude: None, current: None, fault: None }
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
                InputError::bad("duplicate_field", format!("field {name:?} is given twice")).about(name),
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
        if cell != Cell::Missing {
            let said = encoding::words(cell);
            self.request.words.insert(input, self.fields.without_card(&said).into_owned());
        }
        let written = encoder.write(input, cell, &mut self.request.row);
        written.or_else(|error| {
            self.refuse(InputError::bad("invalid_value", format!("field {name:?}: {error}")).about(name))
        })
    }

    /// True when the field had not been given before.
    fn take_reserved<'de, M: MapAccess<'de>>(
        &mut self,
        name: &str,
        reserved: Reserved,
        map: &mut M,
    ) -> Result<bool, M::Error> {
        let (fields, request) = (self.fields, &mut self.request);
        let checked: Result<bool, InputError> = match reserved {
            Reserved::Id => {
                values::text(fields, name, map.next_value()?, TransactionId::parse, &mut request.id)
            }
            Reserved::Customer => {
                values::text(fields, name, map.next_value()?, CustomerId::parse, &mut request.customer)
            }
            Reserved::Terminal => {
                values::text(fields, name, map.next_value()?, TerminalId::parse, &mut request.terminal)
            }
            Reserved::Currency => {
                values::text(fields, name, map.next_value()?, values::currency, &mut request.currency)
            }
            Reserved::Time => {
                map.next_value::<Instant>()?.read(name).map(|time| put(&mut request.time, time))
            }
            Reserved::Amount => Amount::try_from(map.next_value::<f64>()?)
                .map(|amount| put(&mut request.amount, amount))
                .map_err(|error| InputError::out_of_range(name, error.to_string())),
            Reserved::Latitude => Ok(put(&mut self.latitude, map.next_value()?)),
            Reserved::Longitude => Ok(put(&mut self.longitude, map.next_value()?)),
        };
        checked.or_else(|fault| self.refuse(fault).map(|()| true))
    }

    fn refuse<E: de::Error>(&mut self, fault: InputError) -> Result<(), E> {
        self.fault = Some(fault);
        Err(E::custom("refused"))
    }

    /// What to answer when reading ended with `error`.
    fn fault(self, error: &serde_json::Error) -> InputError {
        if let Some(fault) = self.fault {
            return fault;
        }
        let code = if error.is_data() { "wrong_type" } else { "malformed" };
        match self.current {
            Some(index) => {
                let name = self.fields.at(index).0;
                InputError::bad(code, format!("field {name:?}: {error}")).about(name)
            }
            None => InputError::bad(code, format!("the body is not one flat JSON object: {error}")),
        }
    }

    fn finish(mut self) -> Result<Request, InputError> {
        self.fields.encoder().finish(&mut self.request.row);
        self.request.place = match (self.latitude, self.longitude) {
            (Some(latitude), Some(longitude)) => {
                let place = GeoPoint::new(latitude, longitude).map_err(|error| {
                    let field = if latitude.abs() <= 90.0 { "longitude" } else { "latitude" };
                    InputError::out_of_range(field, error.to_string())
                })?;
                Some(place)
            }
            (None, None) => None,
            (latitude, _) => {
                let field = if latitude.is_none() { "latitude" } else { "longitude" };
                let error = "latitude and longitude only make a place together";
                return Err(InputError::bad("missing_field", error).about(field));
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
                    self.refuse(InputError::bad("unknown_field", error).about(unknown))?;
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
        // Cut in two, a card number would no longer be known for one.
        let shown = || cards::masked(name).chars().take(TEXT_LIMIT).collect();
        Ok(self.fields.find(name, self.expected).ok_or_else(shown))
    }
}
