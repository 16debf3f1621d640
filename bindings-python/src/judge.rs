//! The judge of a release, for counts that somebody else keeps.

use crate::error::raise;
use crate::{document, shape};
use pyo3::prelude::*;
use rampgate::canary::Judge;

/// Judges a look by guardrails and a policy.
#[pyfunction]
pub(crate) fn judge<'py>(
    guardrails: &Bound<'py, PyAny>,
    look: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, judge) = (guardrails.py(), document::text(guardrails, "judge")?);
    let look = document::text(look, "look")?;
    let report = py.detach(|| Judge::from_json(&judge)?.judge_json(&look));
    shape::made(py, "rampgate.report", "Report", &report.map_err(|error| raise(py, &error))?)
}
