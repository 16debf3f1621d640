//! Error budgets alone.

use crate::argument::{bytes, count, quantity, share, span, text, timestamp};
use crate::error::{Refusal, raise, wrong_type};
use crate::guarded::Guarded;
use crate::{document, shape};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rampgate::Objective;
use rampgate::slo::burn_rate::{self, AlertState};
use rampgate::slo::{self, Budget, Gate, Reading};

/// An objective's allowed failure in parts per billion, and its canonical text.
#[pyfunction]
pub(crate) fn parse_objective(text: &Bound<'_, PyAny>) -> PyResult<(u32, String)> {
    let objective: Objective = quantity(text, "objective")?;
    Ok((objective.allowed_parts_per_billion(), objective.to_string()))
}

/// A reading of counts that come from elsewhere, such as a monitoring system.
#[pyfunction]
pub(crate) fn reading<'py>(
    window: &Bound<'py, PyAny>,
    watched: &Bound<'py, PyAny>,
    good: &Bound<'py, PyAny>,
    bad: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = window.py();
    let (window, watched) = (span(window, "window")?, span(watched, "watched")?);
    let reading = Reading::of(window, watched, count(good, "good")?, count(bad, "bad")?);
    shape::reading(py, &reading.map_err(|error| raise(py, &error))?)
}

/// What a reading leaves of the budget of an objective over a period.
#[pyfunction]
#[pyo3(signature = (target, period, reading, at_risk = None))]
pub(crate) fn read_budget<'py>(
    target: &Bound<'py, PyAny>,
    period: &Bound<'py, PyAny>,
    reading: &Bound<'py, PyAny>,
    at_risk: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = target.py();
    let (objective, period) = (quantity(target, "target")?, span(period, "period")?);
    let budget = Budget::of(objective, period, &given(reading)?).map_err(|error| raise(py, &error))?;
    let at_risk = at_risk.map_or(Ok(Budget::AT_RISK), |given| share(given, "at_risk"))?;
    shape::budget(py, &budget.with_at_risk(at_risk))
}

/// May a release that is exposed to the share `current` be exposed to `asked`?
#[pyfunction]
pub(crate) fn ask_gate<'py>(
    gate: &Bound<'py, PyAny>,
    reading: &Bound<'py, PyAny>,
    current: &Bound<'py, PyAny>,
    asked: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = gate.py();
    let gate = Gate::from_json(&document::text(gate, "gate")?).map_err(|error| raise(py, &error))?;
    let report = gate.ask(&given(reading)?, share(current, "current")?, share(asked, "asked")?);
    shape::gate_report(py, &report)
}

/// The answer to a question about budgets, as JSON text.
#[pyfunction]
pub(crate) fn slo_answer(question: &Bound<'_, PyAny>) -> PyResult<String> {
    let (py, json) = (question.py(), document::text(question, "question")?);
    py.detach(|| slo::answer(&json)).map_err(|error| raise(py, &error))
}

/// Who has to be told that a budget burns. It never changes.
#[pyclass(module = "rampgate", frozen, eq)]
#[derive(Debug, PartialEq)]
pub(crate) struct BurnRatePolicy(burn_rate::Policy);

#[pymethods]
impl BurnRatePolicy {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (py, json) = (document.py(), document::text(document, "document")?);
        burn_rate::Policy::from_json(&json).map(Self).map_err(|error| raise(py, &error))
    }

    /// The policy with its checked rows, as JSON text.
    #[getter]
    fn json(&self) -> PyResult<String> {
        shape::json(&self.0)
    }

    /// What the alerts of this policy remember before the first evaluation, as JSON text.
    fn start(&self) -> PyResult<String> {
        shape::json(&self.0.start())
    }

    /// The decision at a time, and the state after it.
    fn evaluate<'py>(
        &self,
        counter: &Bound<'_, PyAny>,
        now: &Bound<'py, PyAny>,
        state: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = now.py();
        let Ok(known) = counter.cast::<Counter>() else {
            return Err(wrong_type("counter", "a Counter", counter));
        };
        let now = timestamp(now, "now")?;
        let read = AlertState::from_json(&document::text(state, "state")?);
        let mut state = read.map_err(|error| raise(py, &error))?;
        let decision = self.0.evaluate(&*known.get().0.lock(py)?, now, &mut state);
        let decision = decision.map_err(|error| raise(py, &error))?;
        shape::make(py, "rampgate.slo", "AlertEvaluation", (shape::json(&decision)?, shape::json(&state)?))
    }
}

/// The reading of an argument that is one.
fn given(reading: &Bound<'_, PyAny>) -> PyResult<Reading> {
    let py = reading.py();
    if !reading.is_instance(&py.import("rampgate.slo")?.getattr("Reading")?)? {
        return Err(wrong_type(
            "reading",
            "a Reading, as `reading(…)` and `Counter.read(…)` give it",
            reading,
        ));
    }
    let json = reading.getattr("json")?;
    serde_json::from_str(text(&json, "reading")?)
        .map_err(|error| Refusal::new("reading", "corrupt", format!("must be a Reading: {error}")).raise(py))
}

/// Counts of good and bad events over the last 30 days, that merge exactly. Threads may share it.
#[pyclass(module = "rampgate", frozen)]
pub(crate) struct Counter(Guarded<slo::Counter>);

#[pymethods]
impl Counter {
    #[new]
    fn new() -> Self {
        Self(Guarded::new(slo::Counter::new()))
    }

    /// A counter from its bytes.
    #[staticmethod]
    fn from_bytes(data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let refuse = |rule: &str| Refusal::new("data", "corrupt", rule).raise(data.py());
        match postcard::take_from_bytes(&bytes(data, "data")?) {
            Ok((counter, [])) => Ok(Self(Guarded::new(counter))),
            Ok(_) => Err(refuse("has bytes left over")),
            Err(_) => Err(refuse("is not a counter, or holds values that cannot be")),
        }
    }

    /// The counter's bytes: the same for the same events, in whatever order they came.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = postcard::to_allocvec(&*self.0.lock(py)?);
        let bytes = bytes.map_err(|_| Refusal::new("counter", "corrupt", "cannot be encoded").raise(py))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Counts good and bad events.
    fn record(&self, at: &Bound<'_, PyAny>, good: &Bound<'_, PyAny>, bad: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, at) = (at.py(), timestamp(at, "at")?);
        let (good, bad) = (count(good, "good")?, count(bad, "bad")?);
        self.0.lock(py)?.record(at, good, bad);
        Ok(())
    }

    /// Adds what another counter holds. Twice merged is twice counted.
    fn merge(&self, other: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = other.py();
        let Ok(known) = other.cast::<Self>() else { return Err(wrong_type("other", "a Counter", other)) };
        let other = known.get().0.lock(py)?.clone(); // let go before the next lock: it may be the same counter
        self.0.lock(py)?.merge(&other);
        Ok(())
    }

    /// What happened in the window that ends at `now`.
    fn read<'py>(&self, window: &Bound<'py, PyAny>, now: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (py, window, now) = (now.py(), span(window, "window")?, timestamp(now, "now")?);
        let reading = self.0.lock(py)?.read(window, now);
        shape::reading(py, &reading.map_err(|error| raise(py, &error))?)
    }
}
