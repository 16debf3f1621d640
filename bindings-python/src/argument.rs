//! Scalar arguments. A wrong type is a `TypeError`, a wrong value a `RampgateError`; both name the argument.

use crate::document::utf8;
use crate::error::{Refusal, wrong_type};
use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDateTime, PyDelta, PyString};
use rampgate::observe::{Outcome, ReplicaId};
use rampgate::release::Spec;
use rampgate::{Error, Share, Span, Timestamp};
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

/// The outcome that names the metrics that failed and those that nobody observed.
pub(crate) fn outcome(
    spec: &Spec,
    failed: Option<&Bound<'_, PyAny>>,
    missing: Option<&Bound<'_, PyAny>>,
) -> PyResult<Outcome> {
    let mut outcome = Outcome::good();
    if let Some(names) = failed {
        outcome = fold(spec, names, "failed", outcome, Outcome::failed)?;
    }
    if let Some(names) = missing {
        outcome = fold(spec, names, "missing", outcome, Outcome::missing)?;
    }
    Ok(outcome)
}

fn fold(
    spec: &Spec,
    names: &Bound<'_, PyAny>,
    argument: &str,
    outcome: Outcome,
    with: impl Fn(Outcome, rampgate::observe::Metric) -> Outcome,
) -> PyResult<Outcome> {
    let expected = "a list of guardrail names";
    if names.is_instance_of::<PyString>() {
        // iterating over it would look for guardrails named by a letter
        return Err(wrong_type(argument, expected, names));
    }
    let names = names.try_iter().map_err(|_| wrong_type(argument, expected, names))?;
    names.enumerate().try_fold(outcome, |outcome, (position, name)| {
        let (name, place) = (name?, || format!("{argument}[{position}]"));
        let Ok(known) = name.cast::<PyString>() else {
            return Err(wrong_type(&place(), "a guardrail's name", &name));
        };
        let known = utf8(known, argument)?;
        let metric = spec.judge().metric(known).ok_or_else(|| {
            Refusal::new(place(), "unknown", "must be the name of a guardrail").got(known).raise(name.py())
        })?;
        Ok(with(outcome, metric))
    })
}
