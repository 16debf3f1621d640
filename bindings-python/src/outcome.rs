//! What became of a unit: the rates that it failed, those that nobody observed, and what was measured.

use crate::argument::{count, items, position, signed, text, tuple};
use crate::context::each;
use crate::document::{place, utf8};
use crate::error::{Refusal, wrong_type};
use pyo3::prelude::*;
use pyo3::types::PyString;
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

const FRACTION: &str = "(failed, requests)";
const EVENTS: &str = "(events, exposure)";
const MEAN: &str = "(value, companion)";
const THOUSANDTHS: &str = "a whole number of thousandths, as `ms` and `thousandths` of `rampgate` make it";

pub(crate) fn measure_name(measure: Measure) -> &'static str {
    MEASURES.iter().find(|(_, other)| *other == measure).map_or("rate", |(name, _)| name)
}

/// The outcome of a unit, whose guardrails are known by their names.
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
        outcome = fold(names, "failed", "a list of guardrail names", outcome, metric, Outcome::failed)?;
    }
    if let Some(names) = missing {
        outcome = fold(names, "missing", "a list of guardrail names", outcome, metric, Outcome::missing)?;
    }
    if let Some(measured) = measured {
        each(measured, "measured", |name, value| {
            let path = format!("measured{}", place(&name));
            let metric = named(spec, &name, || path.clone(), value.py())?;
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
        outcome = fold(positions, "failed", "a list of positions", outcome, metric, Outcome::failed)?;
    }
    if let Some(positions) = missing {
        outcome = fold(positions, "missing", "a list of positions", outcome, metric, Outcome::missing)?;
    }
    if let Some(measured) = measured {
        for (at, item) in items(measured, "measured", "a list of measurements")?.iter().enumerate() {
            let path = format!("measured[{at}]");
            let parts = items(item, &path, "(position, measure, …)")?;
            let [position, measure, numbers @ ..] = parts.as_slice() else {
                return Err(Refusal::new(path, "range", "must be (position, measure, …)").raise(item.py()));
            };
            let metric = metric(position, &path, 0)?;
            outcome = outcome.measured(metric, of_parts(measure, numbers, &path)?);
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

fn fold(
    names: &Bound<'_, PyAny>,
    argument: &str,
    expected: &str,
    outcome: Outcome,
    metric: impl Fn(&Bound<'_, PyAny>, &str, usize) -> PyResult<Metric>,
    with: impl Fn(Outcome, Metric) -> Outcome,
) -> PyResult<Outcome> {
    if names.is_instance_of::<PyString>() {
        // iterating over it would look for guardrails named by a letter
        return Err(wrong_type(argument, expected, names));
    }
    let names = names.try_iter().map_err(|_| wrong_type(argument, expected, names))?;
    names
        .enumerate()
        .try_fold(outcome, |outcome, (at, name)| Ok(with(outcome, metric(&name?, argument, at)?)))
}

/// A measurement in the form that the guardrail's measure has.
fn of_guardrail(guardrail: &Guardrail, value: &Bound<'_, PyAny>, path: &str) -> PyResult<Measured> {
    match guardrail.measure() {
        Measure::Rate => {
            let rule = "is a rate: name it in `failed` where the unit failed";
            Err(Refusal::new(path, "type", rule).raise(value.py()))
        }
        Measure::Fraction => fraction(&tuple(value, path, FRACTION)?, path),
        Measure::Count => events(&tuple(value, path, EVENTS)?, path),
        Measure::Distribution => self::value(value, path),
        // a companion that the spec makes no use of may be left out
        Measure::Mean if guardrail.companion() == Companion::Ignored && value.hasattr("__index__")? => {
            let none = 0;
            Ok(Measured::Pair { value: thousandths(value, path)?, companion: none })
        }
        Measure::Mean => pair(&tuple(value, path, MEAN)?, path),
    }
}

/// A measurement that says its measure.
fn of_parts(measure: &Bound<'_, PyAny>, numbers: &[Bound<'_, PyAny>], path: &str) -> PyResult<Measured> {
    let (measure, py) = (text(measure, &format!("{path}[1]"))?, measure.py());
    match (measure, numbers) {
        ("fraction", [failed, requests]) => fraction(&[failed.clone(), requests.clone()], path),
        ("count", [number, exposure]) => events(&[number.clone(), exposure.clone()], path),
        ("distribution", [number]) => value(number, path),
        ("mean", [number, companion]) => pair(&[number.clone(), companion.clone()], path),
        _ => {
            let rule = "must be (position, \"fraction\", failed, requests), (position, \"count\", events, exposure), \
                (position, \"distribution\", value) or (position, \"mean\", value, companion)";
            Err(Refusal::new(path, "syntax", rule).got(measure).raise(py))
        }
    }
}

fn fraction([failed, requests]: &[Bound<'_, PyAny>; 2], path: &str) -> PyResult<Measured> {
    let failed = count(failed, &format!("{path}.failed"))?;
    Ok(Measured::Fraction { failed, requests: count(requests, &format!("{path}.requests"))? })
}

fn events([events, exposure]: &[Bound<'_, PyAny>; 2], path: &str) -> PyResult<Measured> {
    let events = count(events, &format!("{path}.events"))?;
    Ok(Measured::Count { events, exposure: count(exposure, &format!("{path}.exposure"))? })
}

fn value(value: &Bound<'_, PyAny>, path: &str) -> PyResult<Measured> {
    crate::argument::integer(value, path, THOUSANDTHS).map(Measured::Value)
}

fn pair([value, companion]: &[Bound<'_, PyAny>; 2], path: &str) -> PyResult<Measured> {
    let value = thousandths(value, &format!("{path}.value"))?;
    Ok(Measured::Pair { value, companion: thousandths(companion, &format!("{path}.companion"))? })
}

/// Thousandths that may be negative. Whether they are beyond the largest, the core says.
pub(crate) fn thousandths(value: &Bound<'_, PyAny>, path: &str) -> PyResult<i64> {
    let range = format!("must be from -{0} to {0} thousandths", Moments::LARGEST);
    signed(value, path, THOUSANDTHS, &range)
}
