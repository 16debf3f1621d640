//! Answers, as the frozen dataclasses of the package. Their numbers cross as JSON text, their sentences as the core prints them.

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use rampgate::release::Step;
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

/// A decision's JSON, its sentence, its phase's, and its reasons'.
type Told = (String, String, String, Vec<String>);

fn told(decisions: &[Decision]) -> PyResult<Vec<Told>> {
    let tell = |decision: &Decision| {
        let reasons = decision.reasons.iter().map(ToString::to_string).collect();
        Ok((json(decision)?, decision.to_string(), decision.phase.to_string(), reasons))
    };
    decisions.iter().map(tell).collect()
}

fn make<'py>(
    py: Python<'py>,
    module: &str,
    class: &str,
    parts: impl pyo3::call::PyCallArgs<'py>,
) -> PyResult<Bound<'py, PyAny>> {
    py.import(module)?.getattr(class)?.call_method1("_of", parts)
}
