//! Planned looks: designs, what a look says, and how many units a comparison needs.

use crate::argument::{count, probability, real, reals};
use crate::error::{Refusal, raise, wrong_type};
use crate::{document, shape};
use pyo3::prelude::*;
use rampgate::Error;
use rampgate::canary::group_sequential::{self, Sides};

const MODULE: &str = "rampgate.group_sequential";

/// A trial with planned looks. It never changes.
#[pyclass(module = "rampgate.group_sequential", frozen, eq)]
#[derive(Debug, PartialEq)]
pub(crate) struct Design(group_sequential::Design);

fn sides(given: Option<&Bound<'_, PyAny>>) -> PyResult<Sides> {
    match given {
        None => Ok(Sides::One),
        Some(given) => match count(given, "sides")? {
            1 => Ok(Sides::One),
            2 => Ok(Sides::Two),
            other => {
                Err(Refusal::new("sides", "range", "must be 1 or 2").got(other.to_string()).raise(given.py()))
            }
        },
    }
}

impl Design {
    fn taken(
        &self,
        fractions: &Bound<'_, PyAny>,
        of: fn(&group_sequential::Design, &[f64]) -> Result<group_sequential::Design, Error>,
    ) -> PyResult<Self> {
        let (py, fractions) = (fractions.py(), reals(fractions, "fractions")?);
        py.detach(|| of(&self.0, &fractions)).map(Self).map_err(|error| raise(py, &error))
    }
}

#[pymethods]
impl Design {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (py, json) = (document.py(), document::text(document, "design")?);
        let design = py.detach(|| group_sequential::Design::from_json(&json));
        design.map(Self).map_err(|error| raise(py, &error))
    }

    /// The bounds, in the order of the looks.
    #[getter]
    fn looks<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let bounds = shape::json(&self.0.looks())?;
        py.import(MODULE)?.getattr("Bound")?.call_method1("_all", (bounds,))
    }

    /// The error of all looks together.
    #[getter]
    fn alpha(&self) -> f64 {
        self.0.alpha().get()
    }

    /// The sides of the test, 1 or 2.
    #[getter]
    fn sides(&self) -> u8 {
        if self.0.sides() == Sides::Two { 2 } else { 1 }
    }

    /// The drift that the futility bounds are made for.
    #[getter]
    fn drift(&self) -> Option<f64> {
        self.0.drift()
    }

    /// The power at that drift.
    #[getter]
    fn power(&self) -> Option<f64> {
        self.0.power()
    }

    /// The canonical JSON text, the same in every language.
    #[getter]
    fn json(&self) -> PyResult<String> {
        shape::json(&self.0)
    }

    /// The bounds at the looks that were really taken so far.
    fn observed(&self, fractions: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.taken(fractions, group_sequential::Design::observed)
    }

    /// The same where the last look is the end whatever its share.
    fn concluded(&self, fractions: &Bound<'_, PyAny>) -> PyResult<Self> {
        self.taken(fractions, group_sequential::Design::concluded)
    }

    /// Reads the statistics of the looks so far, the last of which is the present one.
    fn analyse<'py>(&self, z: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (py, statistics) = (z.py(), reals(z, "z")?);
        let analysis = py.detach(|| self.0.analyse(&statistics)).map_err(|error| raise(py, &error))?;
        shape::made(py, MODULE, "Analysis", &analysis)
    }

    /// Where the trial ends under a drift.
    fn crossings<'py>(&self, drift: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (py, drift) = (drift.py(), real(drift, "drift")?);
        let crossings = py.detach(|| self.0.crossings(drift)).map_err(|error| raise(py, &error))?;
        shape::made(py, MODULE, "Crossings", &crossings)
    }

    /// The drift at which the design ends above with a probability.
    fn drift_for(&self, power: &Bound<'_, PyAny>) -> PyResult<f64> {
        let (py, power) = (power.py(), probability(power, "power")?);
        py.detach(|| self.0.drift_for(power)).map_err(|error| raise(py, &error))
    }

    /// Sizes at a power, relative to the trial with one look.
    fn inflation<'py>(&self, power: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let (py, power) = (power.py(), probability(power, "power")?);
        let inflation = py.detach(|| self.0.inflation(power)).map_err(|error| raise(py, &error))?;
        shape::made(py, MODULE, "Inflation", &inflation)
    }

    fn __repr__(&self) -> String {
        let (looks, alpha) = (self.0.looks().len(), self.0.alpha());
        format!("<rampgate.group_sequential.Design: {looks} looks, alpha {alpha}>")
    }
}

/// Two arms to be compared, and how far apart they are thought to be. It never changes.
#[pyclass(module = "rampgate.group_sequential", frozen, eq)]
#[derive(Debug, PartialEq)]
pub(crate) struct Comparison(group_sequential::Comparison);

#[pymethods]
impl Comparison {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let comparison = group_sequential::Comparison::from_json(&document::text(document, "comparison")?);
        comparison.map(Self).map_err(|error| raise(document.py(), &error))
    }

    /// Units that a test with one look needs to find the difference.
    #[pyo3(signature = (alpha, power, sides = None))]
    fn units<'py>(
        &self,
        alpha: &Bound<'py, PyAny>,
        power: &Bound<'py, PyAny>,
        sides: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = alpha.py();
        let (alpha, power) = (probability(alpha, "alpha")?, probability(power, "power")?);
        shape::made(py, MODULE, "Units", &self.0.units(alpha, self::sides(sides)?, power))
    }

    /// Probability that a test with one look finds the difference: with its true direction, and with the wrong one.
    #[pyo3(signature = (total, alpha, sides = None))]
    fn power(
        &self,
        total: &Bound<'_, PyAny>,
        alpha: &Bound<'_, PyAny>,
        sides: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<(f64, f64)> {
        let (py, total) = (total.py(), real(total, "total")?);
        let power = self.0.power(total, probability(alpha, "alpha")?, self::sides(sides)?);
        power.map_err(|error| raise(py, &error))
    }

    /// Units of a design with planned looks that finds the difference with a probability.
    fn planned<'py>(
        &self,
        design: &Bound<'py, PyAny>,
        power: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, power) = (design.py(), probability(power, "power")?);
        let design = design.cast::<Design>().map_err(|_| wrong_type("design", "a Design", design))?.get();
        let planned = py.detach(|| self.0.planned(&design.0, power)).map_err(|error| raise(py, &error))?;
        shape::made(py, MODULE, "PlannedUnits", &planned)
    }
}
