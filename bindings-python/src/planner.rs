//! What is asked before a release: the plan for a goal, and what would become of it.

use crate::error::raise;
use crate::{document, shape};
use pyo3::prelude::*;
use rampgate::simulate::{planner, rollout};

/// The plan that fulfils a goal, or what would be enough.
#[pyfunction]
pub(crate) fn plan_release<'py>(goal: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let (py, json) = (goal.py(), document::text(goal, "goal")?);
    let answer = py.detach(|| planner::answer(&json)).map_err(|error| raise(py, &error))?;
    shape::make(py, "rampgate.planner", "Answer", (answer,))
}

/// What becomes of releases of a spec in a scenario.
#[pyfunction]
pub(crate) fn simulate_releases<'py>(question: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let (py, json) = (question.py(), document::text(question, "question")?);
    let answer = py.detach(|| rollout::answer(&json)).map_err(|error| raise(py, &error))?;
    shape::make(py, "rampgate.simulation", "Answer", (answer,))
}
