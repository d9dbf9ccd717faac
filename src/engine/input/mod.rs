//! What clients say, read into a row of the model or a raw transaction: one pass over the JSON text.

mod error;
mod fields;
mod request;
mod rows;
mod time;
mod values;

pub use error::{Fault, InputError};
pub use fields::Fields;
pub use request::Request;
pub use rows::{Form, Rows};
pub use time::from_rfc3339 as time_of;
pub use values::id;
