//! Scalar arguments. A wrong type is a `TypeError`, a wrong value a `RampgateError`; both name the argument.

use crate::document::utf8;
use crate::error::{Refusal, wrong_type};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDateTime, PyDelta, PyFloat, PyList, PyString, PyTuple};
use rampgate::observe::ReplicaId;
use rampgate::{Error, Probability, Share, Span, Timestamp};
use std::str::FromStr;

/// Unix milliseconds, or an aware datetime, whose fraction of a millisecond is dropped.
pub(crate) fn timestamp(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Timestamp> {
    let millis = if value.is_instance_of::<PyDateTime>() {
        millis_of(value, name)?
    } else {
        integer(value, name, "Unix milliseconds (an int) or an aware datetime")?
    };
    Timestamp::from_millis(millis).map_err(|error| Refusal::of(name, &error).raise(value.py()))
}

fn millis_of(moment: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static MILLISECOND: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = moment.py();
    if moment.call_method0("utcoffset")?.is_none() {
        let rule = "must be an aware datetime: without a zone it names another instant on every machine";
        return Err(Refusal::new(name, "type", rule).got(moment.str()?.to_string()).raise(py));
    }
    let datetime = || py.import("datetime");
    let epoch = EPOCH.get_or_try_init(py, || -> PyResult<Py<PyAny>> {
        let utc = datetime()?.getattr("timezone")?.getattr("utc")?;
        Ok(datetime()?.getattr("datetime")?.call1((1970, 1, 1, 0, 0, 0, 0, utc))?.unbind())
    })?;
    let millisecond = MILLISECOND
        .get_or_try_init(py, || PyDelta::new(py, 0, 0, 1_000, true).map(|delta| delta.into_any().unbind()))?;
    let millis = moment.sub(epoch.bind(py))?.floor_div(millisecond.bind(py))?;
    millis
        .extract()
        .map_err(|_| Refusal::new(name, "range", "must not be before 1970").got(moment.to_string()).raise(py))
}

/// A whole number from 0 to 2^64 - 1. A bool is none, though Python says so.
pub(crate) fn integer(value: &Bound<'_, PyAny>, name: &str, expected: &str) -> PyResult<u64> {
    if value.is_instance_of::<PyBool>() {
        return Err(wrong_type(name, expected, value));
    }
    value.extract::<u64>().map_err(|error| {
        let py = value.py();
        if error.is_instance_of::<PyOverflowError>(py) {
            // Python refuses to print integers of more than 4,300 digits
            let digits = value
                .str()
                .map_or_else(|_| "a number of thousands of digits".into(), |text| text.to_string());
            let digits = if digits.len() > 40 { "a number of more than 40 digits".into() } else { digits };
            Refusal::new(name, "range", "must be from 0 to 18446744073709551615").got(digits).raise(py)
        } else if error.is_instance_of::<PyTypeError>(py) {
            wrong_type(name, expected, value)
        } else {
            error
        }
    })
}

pub(crate) fn count(value: &Bound<'_, PyAny>, name: &str) -> PyResult<u64> {
    integer(value, name, "a whole number")
}

pub(crate) fn replica(value: &Bound<'_, PyAny>) -> PyResult<ReplicaId> {
    integer(value, "replica", "a whole number").map(ReplicaId)
}

pub(crate) fn bytes(value: &Bound<'_, PyAny>, name: &str) -> PyResult<PyBackedBytes> {
    value.extract().map_err(|_| wrong_type(name, "bytes", value))
}

pub(crate) fn text<'a>(value: &'a Bound<'_, PyAny>, name: &str) -> PyResult<&'a str> {
    let text = value.cast::<PyString>().map_err(|_| wrong_type(name, "a str", value))?;
    utf8(text, name)
}

/// A quantity in its text form, such as `25%`.
pub(crate) fn quantity<T: FromStr<Err = Error>>(value: &Bound<'_, PyAny>, name: &str) -> PyResult<T> {
    text(value, name)?.parse().map_err(|error| Refusal::of(name, &error).raise(value.py()))
}

/// A share in its text form, and nothing else: 1 could be all or a hundredth.
pub(crate) fn share(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Share> {
    let text =
        value.cast::<PyString>().map_err(|_| wrong_type(name, "a share as a str, such as \"25%\"", value))?;
    quantity(text, name)
}

/// A span in its text form, or a timedelta of whole milliseconds.
pub(crate) fn span(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Span> {
    let py = value.py();
    if value.is_instance_of::<PyString>() {
        return quantity(value, name);
    }
    if !value.is_instance_of::<PyDelta>() {
        return Err(wrong_type(name, "a span as a str, such as \"1h30m\", or a timedelta", value));
    }
    let refuse = |rule: &str| Refusal::new(name, "range", rule).got(value.to_string()).raise(py);
    let millisecond = PyDelta::new(py, 0, 0, 1_000, true)?;
    if value.rem(&millisecond)?.is_truthy()? {
        return Err(refuse("must be whole milliseconds"));
    }
    let millis = value.floor_div(millisecond)?.extract().map_err(|_| refuse("must not be negative"))?;
    Span::from_millis(millis).map_err(|error| Refusal::of(name, &error).raise(py))
}

/// A whole number from -2^63 to 2^63 - 1. A bool is none.
pub(crate) fn signed(value: &Bound<'_, PyAny>, name: &str, expected: &str, range: &str) -> PyResult<i64> {
    if value.is_instance_of::<PyBool>() {
        return Err(wrong_type(name, expected, value));
    }
    value.extract::<i64>().map_err(|error| {
        let py = value.py();
        if error.is_instance_of::<PyOverflowError>(py) {
            Refusal::new(name, "range", range).got("a number beyond 64 bits").raise(py)
        } else if error.is_instance_of::<PyTypeError>(py) {
            wrong_type(name, expected, value)
        } else {
            error
        }
    })
}

/// A float, or a whole number as one. A bool is none; NaN and infinity are left to whoever knows the range.
pub(crate) fn real(value: &Bound<'_, PyAny>, name: &str) -> PyResult<f64> {
    if let Ok(number) = value.cast::<PyFloat>() {
        return Ok(number.value());
    }
    if value.is_instance_of::<PyBool>() || !value.hasattr("__index__")? {
        return Err(wrong_type(name, "a number", value));
    }
    let whole = value.py().import("operator")?.getattr("index")?.call1((value,)).map_err(|error| {
        let is_type = error.is_instance_of::<PyTypeError>(value.py());
        if is_type { wrong_type(name, "a number", value) } else { error }
    })?;
    whole.extract::<f64>().map_err(|_| {
        Refusal::new(name, "range", "must be a number that a float can hold")
            .got("a larger one")
            .raise(value.py())
    })
}

/// A number for which `rule` holds.
pub(crate) fn real_where(
    value: &Bound<'_, PyAny>,
    name: &str,
    rule: &str,
    holds: impl Fn(f64) -> bool,
) -> PyResult<f64> {
    let number = real(value, name)?;
    if holds(number) {
        return Ok(number);
    }
    Err(Refusal::new(name, "range", rule).got(number.to_string()).raise(value.py()))
}

/// A number strictly between 0 and 1.
pub(crate) fn probability(value: &Bound<'_, PyAny>, name: &str) -> PyResult<Probability> {
    Probability::new(real(value, name)?).map_err(|error| Refusal::of(name, &error).raise(value.py()))
}

/// A list or tuple of numbers.
pub(crate) fn reals(list: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<f64>> {
    let items = items(list, name, "a list of numbers")?;
    items.iter().enumerate().map(|(at, item)| real(item, &format!("{name}[{at}]"))).collect()
}

/// What is in a list or tuple.
pub(crate) fn items<'py>(
    list: &Bound<'py, PyAny>,
    name: &str,
    expected: &str,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    if !list.is_instance_of::<PyList>() && !list.is_instance_of::<PyTuple>() {
        return Err(wrong_type(name, expected, list));
    }
    list.try_iter()?.collect()
}

/// What is in a list or tuple of `N`, whose form `expected` says in words.
pub(crate) fn tuple<'py, const N: usize>(
    list: &Bound<'py, PyAny>,
    name: &str,
    expected: &str,
) -> PyResult<[Bound<'py, PyAny>; N]> {
    items(list, name, expected)?.try_into().map_err(|found: Vec<_>| {
        Refusal::new(name, "range", format!("must be {expected}"))
            .got(format!("{} parts", found.len()))
            .raise(list.py())
    })
}

/// One of a closed set of words.
pub(crate) fn choice<T: Copy>(value: &Bound<'_, PyAny>, name: &str, words: &[(&str, T)]) -> PyResult<T> {
    let given = text(value, name)?;
    let found = words.iter().find(|(word, _)| *word == given).map(|(_, choice)| *choice);
    found.ok_or_else(|| {
        let all: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let rule = format!("must be one of {}", all.join(", "));
        Refusal::new(name, "unknown", rule).got(given).raise(value.py())
    })
}

/// The position of something in a list.
pub(crate) fn position(value: &Bound<'_, PyAny>, path: &str) -> PyResult<usize> {
    Ok(usize::try_from(count(value, path)?).unwrap_or(usize::MAX))
}
