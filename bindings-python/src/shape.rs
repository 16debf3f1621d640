//! Answers, as the frozen dataclasses of the package. Their numbers cross as JSON text, their sentences as the core prints them.

use crate::flags::Outcome;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rampgate::Timestamp;
use rampgate::bucketing::Movement;
use rampgate::canary::Interval;
use rampgate::flag::{self, Exposure};
use rampgate::release::{SharedStep, Step};
use rampgate::rollout::{Decision, Phase, State};
use rampgate::slo::{Budget, GateReport, Reading};
use serde::Serialize;

/// The canonical JSON text of a value.
pub(crate) fn json(value: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(value)
        .map_err(|error| PyRuntimeError::new_err(format!("cannot be written as JSON: {error}")))
}

pub(crate) fn phase(py: Python<'_>, phase: Phase) -> PyResult<Bound<'_, PyAny>> {
    make(py, "rampgate.step", "Phase", (json(&phase)?, phase.to_string()))
}

pub(crate) fn step<'py>(py: Python<'py>, step: &Step) -> PyResult<Bound<'py, PyAny>> {
    let events = step.events.iter().map(json).collect::<PyResult<Vec<_>>>()?;
    let report = step.report.as_ref().map(json).transpose()?;
    let gate = step.gate.as_ref().map(json).transpose()?;
    make(py, "rampgate.step", "Step", (json(step)?, events, told(&step.decisions)?, report, gate))
}

pub(crate) fn shared_step<'py>(py: Python<'py>, step: &SharedStep) -> PyResult<Bound<'py, PyAny>> {
    let events = step.events.iter().map(json).collect::<PyResult<Vec<_>>>()?;
    let report = step.report.as_ref().map(json).transpose()?;
    make(py, "rampgate.step", "SharedStep", (json(step)?, events, told(&step.decisions)?, report))
}

pub(crate) fn replay<'py>(
    py: Python<'py>,
    state: &State,
    decisions: &[Decision],
) -> PyResult<Bound<'py, PyAny>> {
    make(py, "rampgate.step", "Replay", (json(state)?, phase(py, state.phase())?, told(decisions)?))
}

pub(crate) fn reading<'py>(py: Python<'py>, reading: &Reading) -> PyResult<Bound<'py, PyAny>> {
    make(py, "rampgate.slo", "Reading", (json(reading)?,))
}

pub(crate) fn budget<'py>(py: Python<'py>, budget: &Budget) -> PyResult<Bound<'py, PyAny>> {
    make(py, "rampgate.slo", "Budget", (json(budget)?,))
}

pub(crate) fn gate_report<'py>(py: Python<'py>, report: &GateReport) -> PyResult<Bound<'py, PyAny>> {
    make(py, "rampgate.slo", "GateReport", (json(report)?,))
}

pub(crate) fn interval(py: Python<'_>, interval: Interval) -> PyResult<Bound<'_, PyAny>> {
    py.import("rampgate.report")?.getattr("Interval")?.call1((interval.lower, interval.upper))
}

pub(crate) fn quantile(
    py: Python<'_>,
    at_least: Option<u64>,
    below: Option<u64>,
) -> PyResult<Bound<'_, PyAny>> {
    py.import("rampgate.observe")?.getattr("Quantile")?.call1((at_least, below))
}

/// A decision's JSON, its sentence, its phase's, and its reasons'.
type Told = (String, String, String, Vec<String>);

fn told(decisions: &[Decision]) -> PyResult<Vec<Told>> {
    let tell = |decision: &Decision| {
        let reasons = decision.reasons.iter().map(ToString::to_string).collect();
        Ok((json(decision)?, decision.to_string(), decision.phase.to_string(), reasons))
    };
    decisions.iter().map(tell).collect()
}

pub(crate) fn exposure<'py>(py: Python<'py>, exposure: &Exposure<'_>) -> PyResult<Bound<'py, PyAny>> {
    let Exposure { flag, salt, variant, unit, at, dedupe, .. } = *exposure;
    let at = at.map(Timestamp::as_millis);
    make(py, "rampgate.flags", "Exposure", (json(exposure)?, flag, salt, variant, unit, at, dedupe))
}

pub(crate) fn explanation<'py>(
    py: Python<'py>,
    outcome: Outcome,
    steps: &[flag::Step<'_>],
) -> PyResult<Bound<'py, PyAny>> {
    let steps = steps.iter().map(json).collect::<PyResult<Vec<_>>>()?;
    make(py, "rampgate.flags", "Explanation", (Bound::new(py, outcome)?, steps))
}

pub(crate) fn flag_finding<'py>(py: Python<'py>, finding: &flag::Finding) -> PyResult<Bound<'py, PyAny>> {
    make(py, "rampgate.flags", "FlagFinding", (json(finding)?, finding.to_string()))
}

pub(crate) fn movement<'py>(py: Python<'py>, movement: &Movement) -> PyResult<Bound<'py, PyAny>> {
    let total = movement.total().fraction();
    make(py, "rampgate.bucketing", "Movement", (json(movement)?, total))
}

/// A shape that is made of its JSON text alone.
pub(crate) fn made<'py>(
    py: Python<'py>,
    module: &str,
    class: &str,
    value: &impl Serialize,
) -> PyResult<Bound<'py, PyAny>> {
    make(py, module, class, (json(value)?,))
}

pub(crate) fn make<'py>(
    py: Python<'py>,
    module: &str,
    class: &str,
    parts: impl pyo3::call::PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    py.import(module)?.getattr(class)?.call_method1("_of", parts)
}
