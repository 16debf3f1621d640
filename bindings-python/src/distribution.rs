//! The test of latencies, sizes and throughputs alone, and where their quantiles lie.

use crate::argument::{count, items, probability, share, text, tuple};
use crate::error::{raise, wrong_type};
use crate::evidence::{Question, epochs, rho, worse};
use crate::observe::{histogram, parsed};
use crate::shape;
use pyo3::prelude::*;
use rampgate::canary::{self, Components, DistributionCell, DistributionTest};
use rampgate::observe::Histogram;
use rampgate::{Probability, Share};

/// Where the bets on values are placed: a past or expected distribution. It never changes.
#[pyclass(module = "rampgate.canary", frozen, eq)]
#[derive(Debug, PartialEq)]
pub(crate) struct Reference(canary::Reference);

#[pymethods]
impl Reference {
    /// The reference of a past histogram; `None` where that holds fewer than 100 values.
    #[staticmethod]
    fn from_histogram(past: &Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        let (past, _) = histogram(past, "past")?;
        Ok(canary::Reference::from_histogram(&past).map(Self))
    }

    /// The reference of a distribution of which quantiles are known, `(share, value)`, ascending.
    #[staticmethod]
    fn from_quantiles(quantiles: &Bound<'_, PyAny>) -> PyResult<Self> {
        let expected = "(share, value)";
        let given = items(quantiles, "quantiles", "a list of (share, value)")?;
        let points = given.iter().enumerate().map(|(at, item)| {
            let path = format!("quantiles[{at}]");
            let [level, value] = tuple(item, &path, expected)?;
            Ok((share(&level, &format!("{path}[0]"))?, count(&value, &format!("{path}[1]"))?))
        });
        let points: Vec<(Share, u64)> = points.collect::<PyResult<_>>()?;
        let reference = canary::Reference::from_quantiles(&points);
        reference.map(Self).map_err(|error| raise(quantiles.py(), &error))
    }

    /// The canonical JSON text.
    #[getter]
    fn json(&self) -> PyResult<String> {
        shape::json(&self.0)
    }

    /// A reference from its JSON text.
    #[staticmethod]
    fn from_json(json: &Bound<'_, PyAny>) -> PyResult<Self> {
        parsed(text(json, "json")?, "json", "a reference", json.py()).map(Self)
    }
}

struct Seen {
    rho: f64,
    canary: Histogram,
    control: Histogram,
    reference: Option<canary::Reference>,
}

fn cells(given: &Bound<'_, PyAny>) -> PyResult<Vec<Seen>> {
    let expected = "(rho, canary Histogram, control Histogram, Reference or None)";
    epochs(given, "cells", expected, |cell, path| {
        let [rho, canary, control, reference] = tuple(cell, path, expected)?;
        let reference = if reference.is_none() {
            None
        } else {
            let place = format!("{path}[3]");
            let known = reference.cast::<Reference>();
            Some(known.map_err(|_| wrong_type(&place, "a Reference or None", &reference))?.get().0.clone())
        };
        Ok(Seen {
            rho: self::rho(&rho, &format!("{path}[0]"))?,
            canary: histogram(&canary, &format!("{path}[1]"))?.0,
            control: histogram(&control, &format!("{path}[2]"))?.0,
            reference,
        })
    })
}

/// Evidence on the values of two arms, with the shape of the difference.
#[pyfunction]
#[pyo3(signature = (cells, *, tolerated = None, margin = None, worse = None))]
pub(crate) fn distribution_evidence<'py>(
    cells: &Bound<'py, PyAny>,
    tolerated: Option<&Bound<'py, PyAny>>,
    margin: Option<&Bound<'py, PyAny>>,
    worse: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, worse) = (cells.py(), self::worse(worse)?);
    let question = Question::of(tolerated, margin)?;
    let test = question.test(DistributionTest::harm, DistributionTest::safety)?.with_worse(worse);
    let cells = self::cells(cells)?;
    let (evidence, shape) = py.detach(|| {
        let mut components = Components::default();
        for Seen { rho, canary, control, reference } in &cells {
            let cell = DistributionCell { rho: *rho, canary, control, reference: reference.as_ref() };
            components.add(&test.components(&cell));
        }
        (components.ln_evidence(), components.leading_shape())
    });
    let shape = shape.map(|shape| shape.to_string());
    shape::make(py, "rampgate.canary", "DistributionEvidence", (evidence, test.ratio(), shape))
}

/// Where a quantile of one arm lies.
#[pyfunction]
#[pyo3(signature = (histogram, level, alpha = None))]
pub(crate) fn quantile_band<'py>(
    histogram: &Bound<'py, PyAny>,
    level: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (histogram, py) = self::histogram(histogram, "histogram")?;
    let (level, alpha) = (share(level, "level")?, self::alpha(alpha)?);
    let band = py.detach(|| canary::quantile_band(&histogram, level, alpha));
    shape::quantile(py, band.at_least, band.below)
}

/// Where the ratio of the two arms' quantiles lies.
#[pyfunction]
#[pyo3(signature = (canary, control, level, alpha = None))]
pub(crate) fn quantile_ratio<'py>(
    canary: &Bound<'py, PyAny>,
    control: &Bound<'py, PyAny>,
    level: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let ((canary, py), (control, _)) = (histogram(canary, "canary")?, histogram(control, "control")?);
    let (level, alpha) = (share(level, "level")?, self::alpha(alpha)?);
    let found = py.detach(|| canary::quantile_ratio(&canary, &control, level, alpha));
    shape::interval(py, found)
}

pub(crate) fn alpha(given: Option<&Bound<'_, PyAny>>) -> PyResult<Probability> {
    given.map_or(Ok(Probability::ONE_IN_TWENTY), |alpha| probability(alpha, "alpha"))
}
