//! What became of a unit: the rates that it failed, those that nobody observed, and what was measured.

use crate::argument::{count, integer, items, position, signed, text, tuple};
use crate::context::each;
use crate::document::{place, utf8};
use crate::error::{Refusal, wrong_type};
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList, PyString, PyTuple};
use rampgate::canary::{Companion, Guardrail};
use rampgate::observe::{Measure, Measured, Metric, Moments, Outcome};
use rampgate::release::Spec;

pub(crate) const MEASURES: [(&str, Measure); 5] = [
    ("rate", Measure::Rate),
    ("fraction", Measure::Fraction),
    ("count", Measure::Count),
    ("distribution", Measure::Distribution),
    ("mean", Measure::Mean),
];

const NAMES: &str = "a list of guardrail names";
const POSITIONS: &str = "a list of positions";
const FRACTION: &str = "(failed, requests)";
const EVENTS: &str = "(events, exposure)";
const MEAN: &str = "(value, companion)";
const THOUSANDTHS: &str = "a whole number of thousandths, as `ms` and `thousandths` of `rampgate` make it";

pub(crate) fn measure_name(measure: Measure) -> &'static str {
    MEASURES.iter().find(|(_, other)| *other == measure).map_or("rate", |(name, _)| name)
}

/// The outcome of a unit, whose guardrails are known by their names.
#[inline]
pub(crate) fn outcome(
    spec: &Spec,
    failed: Option<&Bound<'_, PyAny>>,
    missing: Option<&Bound<'_, PyAny>>,
    measured: Option<&Bound<'_, PyAny>>,
) -> PyResult<Outcome> {
    let metric = |name: &Bound<'_, PyAny>, argument: &str, at: usize| {
        let Ok(known) = name.cast::<PyString>() else {
            return Err(wrong_type(&format!("{argument}[{at}]"), "a guardrail's name", name));
        };
        named(spec, utf8(known, argument)?, || format!("{argument}[{at}]"), name.py())
    };
    let mut outcome = Outcome::good();
    if let Some(names) = failed {
        each_metric(names, "failed", NAMES, metric, |metric| outcome = outcome.failed(metric))?;
    }
    if let Some(names) = missing {
        each_metric(names, "missing", NAMES, metric, |metric| outcome = outcome.missing(metric))?;
    }
    if let Some(measured) = measured {
        each(measured, "measured", |name, value| {
            let path = || format!("measured{}", place(&name));
            let metric = named(spec, &name, path, value.py())?;
            if let Some(guardrail) = spec.judge().guardrails().get(metric.position()) {
                outcome = outcome.measured(metric, of_guardrail(guardrail, value, &path)?);
            }
            Ok(())
        })?;
    }
    Ok(outcome)
}

/// The outcome of a unit, whose metrics are known by their positions, and whose measurements are `(position, measure, …)`.
pub(crate) fn outcome_by_position(
    failed: Option<&Bound<'_, PyAny>>,
    missing: Option<&Bound<'_, PyAny>>,
    measured: Option<&Bound<'_, PyAny>>,
) -> PyResult<Outcome> {
    let mut outcome = Outcome::good();
    if let Some(positions) = failed {
        each_metric(positions, "failed", POSITIONS, metric, |metric| outcome = outcome.failed(metric))?;
    }
    if let Some(positions) = missing {
        each_metric(positions, "missing", POSITIONS, metric, |metric| outcome = outcome.missing(metric))?;
    }
    if let Some(measured) = measured {
        for (at, item) in items(measured, "measured", "a list of measurements")?.iter().enumerate() {
            let path = format!("measured[{at}]");
            let parts = items(item, &path, "(position, measure, …)")?;
            let [position, measure, numbers @ ..] = parts.as_slice() else {
                return Err(Refusal::new(path, "range", "must be (position, measure, …)").raise(item.py()));
            };
            let metric = metric(position, &path, 0)?;
            outcome = outcome.measured(metric, of_parts(measure, numbers, &|| path.clone())?);
        }
    }
    Ok(outcome)
}

fn named(spec: &Spec, name: &str, place: impl Fn() -> String, py: Python<'_>) -> PyResult<Metric> {
    spec.judge().metric(name).ok_or_else(|| {
        Refusal::new(place(), "unknown", "must be the name of a guardrail").got(name).raise(py)
    })
}

fn metric(given: &Bound<'_, PyAny>, argument: &str, at: usize) -> PyResult<Metric> {
    let place = format!("{argument}[{at}]");
    let position = position(given, &place)?;
    Metric::new(position).ok_or_else(|| {
        Refusal::new(place, "range", "must be from 0 to 31").got(position.to_string()).raise(given.py())
    })
}

fn each_metric(
    names: &Bound<'_, PyAny>,
    argument: &str,
    expected: &str,
    metric: impl Fn(&Bound<'_, PyAny>, &str, usize) -> PyResult<Metric>,
    mut with: impl FnMut(Metric),
) -> PyResult<()> {
    if names.is_instance_of::<PyString>() {
        // iterating over it would look for guardrails named by a letter
        return Err(wrong_type(argument, expected, names));
    }
    let names = names.try_iter().map_err(|_| wrong_type(argument, expected, names))?;
    for (at, name) in names.enumerate() {
        with(metric(&name?, argument, at)?);
    }
    Ok(())
}

/// Where a value stands, made where something is wrong with it.
type Place<'a> = &'a dyn Fn() -> String;

/// A measurement in the form that the guardrail's measure has.
fn of_guardrail(guardrail: &Guardrail, value: &Bound<'_, PyAny>, path: Place<'_>) -> PyResult<Measured> {
    match guardrail.measure() {
        Measure::Rate => {
            let rule = "is a rate: name it in `failed` where the unit failed";
            Err(Refusal::new(path(), "type", rule).raise(value.py()))
        }
        Measure::Fraction => fraction(&two(value, path, FRACTION)?, path),
        Measure::Count => events(&two(value, path, EVENTS)?, path),
        Measure::Distribution => self::value(value, path),
        // a companion that the spec makes no use of may be left out
        Measure::Mean if guardrail.companion() == Companion::Ignored && !is_list(value) => {
            let none = 0;
            Ok(Measured::Pair { value: thousandths_at(value, path)?, companion: none })
        }
        Measure::Mean => pair(&two(value, path, MEAN)?, path),
    }
}

/// A measurement that says its measure.
fn of_parts(measure: &Bound<'_, PyAny>, numbers: &[Bound<'_, PyAny>], path: Place<'_>) -> PyResult<Measured> {
    let (measure, py) = (text(measure, &format!("{}[1]", path()))?, measure.py());
    match (measure, numbers) {
        ("fraction", [failed, requests]) => fraction(&[failed.clone(), requests.clone()], path),
        ("count", [number, exposure]) => events(&[number.clone(), exposure.clone()], path),
        ("distribution", [number]) => value(number, path),
        ("mean", [number, companion]) => pair(&[number.clone(), companion.clone()], path),
        _ => {
            let rule = "must be (position, \"fraction\", failed, requests), (position, \"count\", events, exposure), \
                (position, \"distribution\", value) or (position, \"mean\", value, companion)";
            Err(Refusal::new(path(), "syntax", rule).got(measure).raise(py))
        }
    }
}

fn is_list(value: &Bound<'_, PyAny>) -> bool {
    value.is_instance_of::<PyTuple>() || value.is_instance_of::<PyList>()
}

fn two<'py>(value: &Bound<'py, PyAny>, path: Place<'_>, expected: &str) -> PyResult<[Bound<'py, PyAny>; 2]> {
    if let Ok(pair) = value.cast::<PyTuple>()
        && pair.len() == 2
    {
        return Ok([pair.get_item(0)?, pair.get_item(1)?]);
    }
    tuple(value, &path(), expected)
}

fn fraction([failed, requests]: &[Bound<'_, PyAny>; 2], path: Place<'_>) -> PyResult<Measured> {
    let failed = count_at(failed, || format!("{}.failed", path()))?;
    Ok(Measured::Fraction { failed, requests: count_at(requests, || format!("{}.requests", path()))? })
}

fn events([events, exposure]: &[Bound<'_, PyAny>; 2], path: Place<'_>) -> PyResult<Measured> {
    let events = count_at(events, || format!("{}.events", path()))?;
    Ok(Measured::Count { events, exposure: count_at(exposure, || format!("{}.exposure", path()))? })
}

fn value(value: &Bound<'_, PyAny>, path: Place<'_>) -> PyResult<Measured> {
    exact(value).map_or_else(|| integer(value, &path(), THOUSANDTHS), Ok).map(Measured::Value)
}

fn pair([value, companion]: &[Bound<'_, PyAny>; 2], path: Place<'_>) -> PyResult<Measured> {
    let value = thousandths_at(value, || format!("{}.value", path()))?;
    Ok(Measured::Pair { value, companion: thousandths_at(companion, || format!("{}.companion", path()))? })
}

/// A plain int that fits, for which no place has to be told.
fn exact<'py, T: for<'a> FromPyObject<'a, 'py>>(value: &Bound<'py, PyAny>) -> Option<T> {
    value.cast_exact::<PyInt>().ok().and_then(|value| value.extract().ok())
}

fn count_at(value: &Bound<'_, PyAny>, path: impl Fn() -> String) -> PyResult<u64> {
    exact(value).map_or_else(|| count(value, &path()), Ok)
}

fn thousandths_at(value: &Bound<'_, PyAny>, path: impl Fn() -> String) -> PyResult<i64> {
    exact(value).map_or_else(|| thousandths(value, &path()), Ok)
}

/// Thousandths that may be negative. Whether they are beyond the largest, the core says.
pub(crate) fn thousandths(value: &Bound<'_, PyAny>, path: &str) -> PyResult<i64> {
    let range = format!("must be from -{0} to {0} thousandths", Moments::LARGEST);
    signed(value, path, THOUSANDTHS, &range)
}
