//! Bucketing and rollouts alone, as plain functions: for checks by hand, replays of a log, and the golden vectors.

use crate::argument::{count, text};
use crate::document::json;
use crate::error::{Refusal, raise, wrong_type};
use crate::{document, shape};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use rampgate::bucketing::{Allocation, Domain, Key, Unit};
use rampgate::rollout::{self, Event, Plan};

/// The slot of a unit, 0 to 999,999, under the key of a domain and a salt.
#[pyfunction]
pub(crate) fn slot(
    domain: &Bound<'_, PyAny>,
    salt: &Bound<'_, PyAny>,
    unit: &Bound<'_, PyAny>,
) -> PyResult<u32> {
    Ok(key(domain, salt)?.slot(self::unit(unit)?).get())
}

/// The 64-bit hash that the slot of a unit is made from.
#[pyfunction]
pub(crate) fn unit_hash(
    domain: &Bound<'_, PyAny>,
    salt: &Bound<'_, PyAny>,
    unit: &Bound<'_, PyAny>,
) -> PyResult<u64> {
    Ok(key(domain, salt)?.hash(self::unit(unit)?))
}

/// The slot at which the run of each variant ends, for weights in order.
#[pyfunction]
pub(crate) fn allocation_ends(weights: &Bound<'_, PyAny>) -> PyResult<Vec<u32>> {
    let allocation =
        Allocation::by_weights(&numbers(weights, "weights")?).map_err(|error| raise(weights.py(), &error))?;
    let sizes =
        (0..allocation.len()).map(|variant| allocation.ranges(variant).map(|run| run.end - run.start).sum());
    Ok(sizes
        .scan(0_u32, |end, size: u32| {
            *end += size;
            Some(*end)
        })
        .collect())
}

/// A list of whole numbers of 32 bits.
pub(crate) fn numbers(list: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u32>> {
    if list.is_instance_of::<PyString>() {
        return Err(wrong_type(name, "a list of whole numbers", list));
    }
    let items = list.try_iter().map_err(|_| wrong_type(name, "a list of whole numbers", list))?;
    items.enumerate().map(|(position, item)| number(&item?, &format!("{name}[{position}]"))).collect()
}

/// A whole number of 32 bits.
pub(crate) fn number(value: &Bound<'_, PyAny>, name: &str) -> PyResult<u32> {
    let number = count(value, name)?;
    u32::try_from(number).map_err(|_| {
        Refusal::new(name, "range", "must be at most 4294967295").got(number.to_string()).raise(value.py())
    })
}

/// Runs a log of rollout events from the beginning: where it leads, and every decision on the way.
#[pyfunction]
pub(crate) fn replay_rollout<'py>(
    plan: &Bound<'py, PyAny>,
    events: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = plan.py();
    let plan = Plan::from_json(&document::text(plan, "plan")?).map_err(|error| raise(py, &error))?;
    let events = self::events(events)?;
    let (state, decisions) =
        py.detach(|| rollout::replay(&plan, &events)).map_err(|error| raise(py, &error))?;
    shape::replay(py, &state, &decisions)
}

/// A list or tuple of events.
pub(crate) fn events(events: &Bound<'_, PyAny>) -> PyResult<Vec<Event>> {
    if !events.is_instance_of::<PyList>() && !events.is_instance_of::<PyTuple>() {
        return Err(wrong_type("events", "a list or tuple of events", events));
    }
    events.try_iter()?.enumerate().map(|(place, event)| event_of(&event?, place)).collect()
}

/// An event as `Step.events` has it, as its line of a log, or as a mapping.
fn event_of(event: &Bound<'_, PyAny>, place: usize) -> PyResult<Event> {
    let (py, path) = (event.py(), format!("events[{place}]"));
    let own = py.import("rampgate.step")?.getattr("Event")?;
    let line = if event.is_instance(&own)? {
        text(&event.getattr("json")?, &path)?.into()
    } else if let Ok(line) = event.cast::<PyString>() {
        document::utf8(line, &path)?.into()
    } else {
        json(event, &path)?
    };
    serde_json::from_str(&line).map_err(|error| {
        Refusal::new(path, "syntax", format!("must be an event: {error}"))
            .got(line.chars().take(120).collect::<String>())
            .raise(py)
    })
}

pub(crate) fn key(domain: &Bound<'_, PyAny>, salt: &Bound<'_, PyAny>) -> PyResult<Key> {
    let domain = match text(domain, "domain")? {
        "exposure" => Domain::Exposure,
        "variant" => Domain::Variant,
        "layer" => Domain::Layer,
        "holdout" => Domain::Holdout,
        other => {
            let rule = "must be `exposure`, `variant`, `layer` or `holdout`";
            return Err(Refusal::new("domain", "unknown", rule).got(other).raise(domain.py()));
        }
    };
    Ok(Key::new(domain, text(salt, "salt")?))
}

pub(crate) fn unit<'a>(unit: &'a Bound<'_, PyAny>) -> PyResult<Unit<'a>> {
    Unit::new(text(unit, "unit")?).ok_or_else(|| {
        Refusal::new("unit", "range", "must not be empty: the empty text is nobody").raise(unit.py())
    })
}
