//! Power: trials that are played with the judge itself.

use crate::argument::{count, probability, real};
use crate::error::{Refusal, raise};
use crate::{document, shape};
use pyo3::prelude::*;
use rampgate::Error;
use rampgate::simulate::power::{self, Runs};
use serde::Serialize;

/// A release that is played to see what its judge makes of it. It never changes.
#[pyclass(module = "rampgate.power", frozen, eq)]
#[derive(Debug, PartialEq)]
pub(crate) struct Trial(power::Trial);

impl Trial {
    /// Plays it, which takes its time: without the interpreter's lock.
    fn played<'py, T: Serialize + Send>(
        &self,
        seed: &Bound<'py, PyAny>,
        runs: Option<&Bound<'_, PyAny>>,
        class: &str,
        ask: impl FnOnce(&power::Trial, Runs) -> Result<T, Error> + Send,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, seed) = (seed.py(), count(seed, "seed")?);
        let runs = runs.map_or(Ok(1_000), |runs| count(runs, "runs"))?;
        let made = Runs::new(u32::try_from(runs).unwrap_or(u32::MAX), seed);
        let made = made.map_err(|error| Refusal::of("runs", &error).got(runs.to_string()).raise(py))?;
        let answer = py.detach(|| ask(&self.0, made)).map_err(|error| raise(py, &error))?;
        shape::made(py, "rampgate.power", class, &answer)
    }
}

#[pymethods]
impl Trial {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (py, json) = (document.py(), document::text(document, "trial")?);
        py.detach(|| power::Trial::from_json(&json)).map(Self).map_err(|error| raise(py, &error))
    }

    /// How often and how soon harm is found.
    #[pyo3(signature = (ratio, *, seed, runs = None))]
    fn detection<'py>(
        &self,
        ratio: &Bound<'_, PyAny>,
        seed: &Bound<'py, PyAny>,
        runs: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let ratio = real(ratio, "ratio")?;
        self.played(seed, runs, "Detection", |trial, runs| trial.detection(ratio, runs))
    }

    /// How often and how soon safety is shown.
    #[pyo3(signature = (ratio, *, seed, runs = None))]
    fn safety<'py>(
        &self,
        ratio: &Bound<'_, PyAny>,
        seed: &Bound<'py, PyAny>,
        runs: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let ratio = real(ratio, "ratio")?;
        self.played(seed, runs, "Detection", |trial, runs| trial.safety(ratio, runs))
    }

    /// Units within which harm is found.
    #[pyo3(signature = (ratio, power, *, seed, runs = None))]
    fn units_needed<'py>(
        &self,
        ratio: &Bound<'_, PyAny>,
        power: &Bound<'_, PyAny>,
        seed: &Bound<'py, PyAny>,
        runs: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (ratio, power) = (real(ratio, "ratio")?, probability(power, "power")?);
        self.played(seed, runs, "Estimate", |trial, runs| trial.units_needed(ratio, power, runs))
    }

    /// Units within which safety is shown.
    #[pyo3(signature = (ratio, power, *, seed, runs = None))]
    fn units_to_safety<'py>(
        &self,
        ratio: &Bound<'_, PyAny>,
        power: &Bound<'_, PyAny>,
        seed: &Bound<'py, PyAny>,
        runs: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (ratio, power) = (real(ratio, "ratio")?, probability(power, "power")?);
        self.played(seed, runs, "Estimate", |trial, runs| trial.units_to_safety(ratio, power, runs))
    }

    /// The smallest ratio that is found.
    #[pyo3(signature = (power, *, seed, runs = None))]
    fn smallest_effect<'py>(
        &self,
        power: &Bound<'_, PyAny>,
        seed: &Bound<'py, PyAny>,
        runs: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let power = probability(power, "power")?;
        self.played(seed, runs, "Estimate", |trial, runs| trial.smallest_effect(power, runs))
    }
}
