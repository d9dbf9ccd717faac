//! Tensors of a request become rows of named values.

use actix_web::http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::server::problem::Refusal;

/// The types whose values JSON has.
const DATATYPES: [&str; 12] = [
    "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP32", "FP64", "BYTES",
];

/// One input of a request.
#[derive(Debug, Deserialize)]
pub(super) struct Tensor {
    name: String,
    shape: Vec<usize>,
    datatype: String,
    data: Vec<Value>,
}

impl Tensor {
    /// Its values one after the other; `shape` says how many there have to be.
    fn values(self) -> Result<Vec<Value>, Refusal> {
        let Self { name, shape, datatype, data } = self;
        let wrong =
            |why: String| Err(Refusal::bad("wrong_shape", format!("input {name:?}: {why}")).about(&name));
        if !DATATYPES.contains(&datatype.as_str()) {
            return wrong(format!("datatype {datatype:?} is not taken; known are {}", DATATYPES.join(", ")));
        }
        let mut values = Vec::with_capacity(data.len());
        flatten(data, &mut values);
        let expected = shape.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
        match expected == Some(values.len()) {
            true => Ok(values),
            false => wrong(format!("shape {shape:?} does not hold {} values", values.len())),
        }
    }
}

fn flatten(data: Vec<Value>, values: &mut Vec<Value>) {
    for value in data {
        match value {
            Value::Array(inner) => flatten(inner, values),
            value => values.push(value),
        }
    }
}

/// The rows of a request, `most` at most: either one tensor of a row for each and a column for each of `inputs`, or a tensor for
/// each column.
pub(super) fn rows(
    mut tensors: Vec<Tensor>,
    inputs: &[String],
    most: usize,
) -> Result<Vec<Map<String, Value>>, Refusal> {
    if let Some(tensor) = tensors.iter().find(|tensor| tensor.shape.first().is_some_and(|rows| *rows > most))
    {
        let error =
            format!("input {:?}: a request may have {most} rows; /predict/batch takes more", tensor.name);
        return Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", error).about(&tensor.name));
    }
    if let [tensor] = tensors.as_slice()
        && let [_, width] = tensor.shape[..]
        && width == inputs.len()
        && (width > 1 || !inputs.contains(&tensor.name))
    {
        let mut values = tensors.remove(0).values()?.into_iter();
        let mut rows = Vec::new();
        while values.len() > 0 {
            rows.push(inputs.iter().cloned().zip(values.by_ref()).collect());
        }
        return Ok(rows);
    }
    let mut rows: Vec<Map<String, Value>> = Vec::new();
    for (place, tensor) in tensors.into_iter().enumerate() {
        let name = tensor.name.clone();
        let values = match tensor.shape[..] {
            [_] | [_, 1] => tensor.values()?,
            _ => {
                let error = format!(
                    "input {name:?}: a column has the shape [rows] or [rows, 1]; one input of all columns [rows, {}]",
                    inputs.len()
                );
                return Err(Refusal::bad("wrong_shape", error).about(name));
            }
        };
        if place == 0 {
            rows.resize(values.len(), Map::new());
        }
        if values.len() != rows.len() {
            let error = format!("input {name:?}: {} rows, others have {}", values.len(), rows.len());
            return Err(Refusal::bad("wrong_shape", error).about(name));
        }
        for (row, value) in rows.iter_mut().zip(values) {
            if row.insert(name.clone(), value).is_some() {
                let error = format!("input {name:?} is given twice");
                return Err(Refusal::bad("duplicate_field", error).about(name));
            }
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(inputs: Value) -> Result<Value, String> {
        let tensors = serde_json::from_value(inputs).expect("tensors");
        let names = ["a".to_owned(), "b".to_owned()];
        rows(tensors, &names, 9).map(|rows| json!(rows)).map_err(|refusal| refusal.to_string())
    }

    fn tensor(name: &str, shape: Value, data: Value) -> Value {
        json!({ "name": name, "shape": shape, "datatype": "FP64", "data": data })
    }

    #[test]
    fn a_table_and_its_columns_are_the_same_rows() {
        let expected = json!([{ "a": 1, "b": 2 }, { "a": 3, "b": null }]);
        for data in [json!([1, 2, 3, null]), json!([[1, 2], [3, null]])] {
            assert_eq!(read(json!([tensor("x", json!([2, 2]), data)])), Ok(expected.clone()));
        }
        let columns =
            json!([tensor("a", json!([2]), json!([1, 3])), tensor("b", json!([2, 1]), json!([[2], [null]]))]);
        assert_eq!(read(columns), Ok(expected));
        assert_eq!(read(json!([tensor("x", json!([0, 2]), json!([]))])), Ok(json!([])));
    }

    #[test]
    fn shapes_that_do_not_fit_are_refused_by_name() {
        for (inputs, why) in [
            (json!([tensor("x", json!([2, 2]), json!([1, 2, 3]))]), "[2, 2] does not hold 3"),
            (json!([tensor("x", json!([1, 3]), json!([1, 2, 3]))]), "[rows, 2]"),
            (json!([tensor("a", json!([1]), json!([1])), tensor("b", json!([2]), json!([1, 2]))]), "2 rows"),
            (json!([tensor("a", json!([1]), json!([1])), tensor("a", json!([1]), json!([1]))]), "twice"),
            (json!([tensor("a", json!([usize::MAX, 2]), json!([]))]), "may have 9 rows"),
            (json!([tensor("a", json!([10]), json!([1]))]), "may have 9 rows"),
            (json!([{ "name": "a", "shape": [1], "datatype": "FP8", "data": [1] }]), "FP8"),
        ] {
            let refused = read(inputs.clone()).expect_err("refused");
            assert!(refused.contains(why), "{inputs}: {refused}");
        }
    }
}
