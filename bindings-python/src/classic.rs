//! Kayenta's judge, for migrations.

use crate::error::raise;
use crate::{document, shape};
use pyo3::prelude::*;
use rampgate::canary::classic::{Comparison, Config};

const MODULE: &str = "rampgate.classic";

/// Compares two arms by the rank test of Mann and Whitney.
#[pyfunction]
pub(crate) fn classic_compare<'py>(question: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let (py, json) = (question.py(), document::text(question, "question")?);
    let answer = py.detach(|| Comparison::from_json(&json)).map_err(|error| raise(py, &error))?;
    shape::made(py, MODULE, "Comparison", &answer)
}

/// Judges what both arms measured by a configuration.
#[pyfunction]
pub(crate) fn classic_judge<'py>(
    config: &Bound<'py, PyAny>,
    data: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, config) = (config.py(), document::text(config, "config")?);
    let data = document::text(data, "data")?;
    let report = py.detach(|| Config::from_json(&config)?.judge_json(&data));
    shape::made(py, MODULE, "Report", &report.map_err(|error| raise(py, &error))?)
}
