//! Who asks a flag, as Python values: read once, so that nothing changes under the evaluation.

use crate::argument::timestamp;
use crate::document::{not_utf8, place};
use crate::error::{Refusal, wrong_type};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDateTime, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMapping,
    PySequence, PySet, PyString, PyTuple,
};
use rampgate::Timestamp;
use rampgate::flag::Value;

const EXPECTED: &str = "a str, an int, a float, a bool, an aware datetime, or a list of them";

/// Beyond it a float rounds whole numbers.
const LARGEST: i64 = 1 << 53;

/// One value that is no list.
enum Single {
    Text(PyBackedStr),
    Number(f64),
    Bool(bool),
    Time(Timestamp),
}

enum Known {
    One(Single),
    Many(Vec<Single>),
}

/// What is known of a unit.
pub(crate) struct Attributes(Vec<(PyBackedStr, Known)>);

/// What a unit got before: variants' names by sticky token.
pub(crate) struct Sticky(Vec<(PyBackedStr, PyBackedStr)>);

impl Attributes {
    pub(crate) fn read(given: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let mut known = Vec::new();
        if let Some(given) = given {
            each(given, "attributes", |name, value| {
                let read = attribute(&name, value)?;
                known.push((name, read));
                Ok(())
            })?;
        }
        Ok(Self(known))
    }

    pub(crate) fn with<R>(&self, call: impl FnOnce(&[(&str, Value<'_>)]) -> R) -> R {
        let lists: Vec<Vec<Value<'_>>> = self
            .0
            .iter()
            .map(|(_, known)| match known {
                Known::One(_) => Vec::new(),
                Known::Many(items) => items.iter().map(Single::value).collect(),
            })
            .collect();
        let values = self.0.iter().zip(&lists).map(|((name, known), list)| {
            let value = match known {
                Known::One(single) => single.value(),
                Known::Many(_) => Value::List(list),
            };
            (&**name, value)
        });
        call(&values.collect::<Vec<_>>())
    }
}

impl Sticky {
    pub(crate) fn read(given: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let mut pairs = Vec::new();
        if let Some(given) = given {
            each(given, "sticky", |token, variant| {
                let path = || format!("sticky{}", place(&token));
                let variant = backed(variant, path, "the name of a variant")?;
                pairs.push((token, variant));
                Ok(())
            })?;
        }
        Ok(Self(pairs))
    }

    pub(crate) fn with<R>(&self, call: impl FnOnce(&[(&str, &str)]) -> R) -> R {
        call(&self.0.iter().map(|(token, variant)| (&**token, &**variant)).collect::<Vec<_>>())
    }
}

/// A list of texts.
pub(crate) fn names(given: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<PyBackedStr>> {
    if given.is_instance_of::<PyString>() {
        return Err(wrong_type(name, "a list of texts", given)); // it would be one of letters
    }
    let items = given.try_iter().map_err(|_| wrong_type(name, "a list of texts", given))?;
    items
        .enumerate()
        .map(|(position, item)| backed(&item?, || format!("{name}[{position}]"), "a str"))
        .collect()
}

/// A mapping's entries. What `entry` reads may be Python code, so a dict is read from a list of its entries.
pub(crate) fn each<'py>(
    given: &Bound<'py, PyAny>,
    name: &str,
    mut entry: impl FnMut(PyBackedStr, &Bound<'py, PyAny>) -> PyResult<()>,
) -> PyResult<()> {
    let mut read = |key: &Bound<'py, PyAny>, value: &Bound<'py, PyAny>| {
        entry(backed(key, || format!("a key of {name}"), "a str")?, value)
    };
    if let Ok(dict) = given.cast::<PyDict>() {
        if dict.is_empty() {
            return Ok(());
        }
        return dict.items().iter().try_for_each(|item| {
            let (key, value) = item.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()?;
            read(&key, &value)
        });
    }
    let mapping = given.cast::<PyMapping>().map_err(|_| wrong_type(name, "a mapping", given))?;
    for item in mapping.items()?.iter() {
        let (key, value) = item.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()?;
        read(&key, &value)?;
    }
    Ok(())
}

fn backed(value: &Bound<'_, PyAny>, path: impl Fn() -> String, expected: &str) -> PyResult<PyBackedStr> {
    let text = value.cast::<PyString>().map_err(|_| wrong_type(&path(), expected, value))?;
    PyBackedStr::try_from(text.clone()).map_err(|_| not_utf8(&path()).raise(value.py()))
}

fn attribute(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Known> {
    let path = || format!("attributes{}", place(name));
    if let Some(single) = single(value, &path)? {
        return Ok(Known::One(single));
    }
    let is_bytes = value.is_instance_of::<PyBytes>() || value.is_instance_of::<PyByteArray>();
    let is_set = || value.is_instance_of::<PySet>() || value.is_instance_of::<PyFrozenSet>();
    if is_bytes || !(value.cast::<PySequence>().is_ok() || is_set()) {
        return Err(wrong_type(&path(), EXPECTED, value));
    }
    let items = value.try_iter()?.enumerate().map(|(position, item)| {
        let (item, path) = (item?, || format!("{}[{position}]", path()));
        single(&item, &path)?
            .ok_or_else(|| wrong_type(&path(), "a str, an int, a float, a bool or an aware datetime", &item))
    });
    items.collect::<PyResult<_>>().map(Known::Many)
}

/// None where the value is of another type.
fn single(value: &Bound<'_, PyAny>, path: &impl Fn() -> String) -> PyResult<Option<Single>> {
    Ok(Some(if value.is_instance_of::<PyString>() {
        Single::Text(backed(value, path, EXPECTED)?)
    } else if let Ok(truth) = value.cast::<PyBool>() {
        Single::Bool(truth.is_true())
    } else if let Ok(number) = value.cast::<PyFloat>() {
        Single::Number(number.value())
    } else if value.is_instance_of::<PyInt>() {
        whole(value, path)?
    } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        return Ok(None);
    } else if value.is_instance_of::<PyDateTime>() {
        Single::Time(timestamp(value, &path())?)
    } else if value.hasattr("__index__")? && !value.hasattr("__len__")? {
        whole(value, path)?
    } else {
        return Ok(None);
    }))
}

/// A whole number, unless it would be rounded.
fn whole(value: &Bound<'_, PyAny>, path: &impl Fn() -> String) -> PyResult<Single> {
    let refuse = |got: String| {
        let rule = "must be from -2^53 to 2^53: beyond them numbers are rounded, so give a float or a str";
        Refusal::new(path(), "range", rule).got(got).raise(value.py())
    };
    let number = value.extract::<i64>().map_err(|error| {
        if error.is_instance_of::<pyo3::exceptions::PyOverflowError>(value.py()) {
            refuse("a larger one".into())
        } else if error.is_instance_of::<pyo3::exceptions::PyTypeError>(value.py()) {
            wrong_type(&path(), EXPECTED, value)
        } else {
            error
        }
    })?;
    if number.unsigned_abs() > LARGEST.unsigned_abs() {
        return Err(refuse(number.to_string()));
    }
    #[expect(clippy::cast_precision_loss, reason = "it fits, as was just checked")]
    let number = number as f64;
    Ok(Single::Number(number))
}

impl Single {
    fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Number(number) => Value::Number(*number),
            Self::Bool(truth) => Value::Bool(*truth),
            Self::Time(at) => Value::Time(*at),
        }
    }
}
