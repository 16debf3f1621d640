//! The judge's tests alone: evidence of harm against what is tolerated, or of safety against a margin.

use crate::argument::{choice, count, items, probability, real, real_where, tuple};
use crate::error::{Refusal, raise};
use crate::observe::{fractions, moments};
use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use rampgate::canary::{
    self, Arms, Cell, Change, Companion, CountTest, DifferenceTest, FractionCell, FractionTest, HighRateTest,
    MeanLack, MeanTest, OutcomeCell, RateTest, Worse,
};
use rampgate::observe::{Counts, Events, Moments};
use rampgate::{Error, Probability};

pub(crate) const WORSE: [(&str, Worse); 2] = [("higher", Worse::Higher), ("lower", Worse::Lower)];

pub(crate) const COMPANION: [(&str, Companion); 3] = [
    ("ignored", Companion::Ignored),
    ("covariate", Companion::Covariate),
    ("denominator", Companion::Denominator),
];

/// Which evidence is asked for: of harm beyond `tolerated`, or of safety within `margin`.
pub(crate) struct Question<'a, 'py> {
    bound: &'a Bound<'py, PyAny>,
    name: &'static str,
}

impl<'a, 'py> Question<'a, 'py> {
    pub(crate) fn of(
        tolerated: Option<&'a Bound<'py, PyAny>>,
        margin: Option<&'a Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        match (tolerated, margin) {
            (Some(bound), None) => Ok(Self { bound, name: "tolerated" }),
            (None, Some(bound)) => Ok(Self { bound, name: "margin" }),
            _ => Err(PyTypeError::new_err(
                "give one of `tolerated`, for evidence of harm, and `margin`, for evidence of safety",
            )),
        }
    }

    /// The test that answers it. Problems of the bound are told of the argument that holds it.
    pub(crate) fn test<T>(
        &self,
        harm: impl Fn(f64) -> Result<T, Error>,
        safety: impl Fn(f64) -> Result<T, Error>,
    ) -> PyResult<T> {
        let bound = real(self.bound, self.name)?;
        let test = if self.name == "tolerated" { harm(bound) } else { safety(bound) };
        test.map_err(|error| {
            let of_bound = matches!(error.path(), "ratio" | "difference" | "change");
            let path = if of_bound { self.name } else { error.path() };
            Refusal::of(path, &error).raise(self.bound.py())
        })
    }
}

/// A list or tuple of what holds for one epoch.
pub(crate) fn epochs<'py, T>(
    list: &Bound<'py, PyAny>,
    name: &str,
    expected: &str,
    read: impl Fn(&Bound<'py, PyAny>, &str) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    let items = items(list, name, &format!("a list of {expected}"))?;
    items.iter().enumerate().map(|(at, item)| read(item, &format!("{name}[{at}]"))).collect()
}

/// The canary's share of the compared units; the core leaves out the epochs in which an arm has none.
pub(crate) fn rho(value: &Bound<'_, PyAny>, path: &str) -> PyResult<f64> {
    real_where(value, path, "must be from 0 to 1", |rho| (0.0..=1.0).contains(&rho))
}

pub(crate) fn rate_cells(cells: &Bound<'_, PyAny>) -> PyResult<Vec<Cell>> {
    let expected = "(rho, canary failures, control failures)";
    epochs(cells, "cells", expected, |cell, path| {
        let [rho, canary, control] = tuple(cell, path, expected)?;
        Ok(Cell {
            rho: self::rho(&rho, &format!("{path}[0]"))?,
            canary_failures: count(&canary, &format!("{path}[1]"))?,
            control_failures: count(&control, &format!("{path}[2]"))?,
        })
    })
}

pub(crate) fn fraction_cells(cells: &Bound<'_, PyAny>) -> PyResult<Vec<FractionCell>> {
    let expected = "(rho, canary Fractions, control Fractions)";
    epochs(cells, "cells", expected, |cell, path| {
        let [rho, canary, control] = tuple(cell, path, expected)?;
        Ok(FractionCell {
            rho: self::rho(&rho, &format!("{path}[0]"))?,
            canary: fractions(&canary, &format!("{path}[1]"))?,
            control: fractions(&control, &format!("{path}[2]"))?,
        })
    })
}

pub(crate) fn outcome_cells(cells: &Bound<'_, PyAny>) -> PyResult<Vec<OutcomeCell>> {
    let expected = "(rho, canary units, canary failures, control units, control failures)";
    epochs(cells, "cells", expected, |cell, path| {
        let [rho, canary, canary_failed, control, control_failed] = tuple(cell, path, expected)?;
        Ok(OutcomeCell {
            rho: self::rho(&rho, &format!("{path}[0]"))?,
            canary: counts(&canary, &canary_failed, &format!("{path}[1]"), &format!("{path}[2]"))?,
            control: counts(&control, &control_failed, &format!("{path}[3]"), &format!("{path}[4]"))?,
        })
    })
}

pub(crate) fn counts(
    units: &Bound<'_, PyAny>,
    failures: &Bound<'_, PyAny>,
    units_path: &str,
    failures_path: &str,
) -> PyResult<Counts> {
    let counts = Counts::new(count(units, units_path)?, count(failures, failures_path)?);
    counts.map_err(|error| Refusal::of(failures_path, &error).raise(units.py()))
}

pub(crate) fn count_epochs(list: &Bound<'_, PyAny>) -> PyResult<Vec<Arms<Events>>> {
    let expected = "(canary events, canary exposure, control events, control exposure)";
    epochs(list, "epochs", expected, |epoch, path| {
        let numbers: [_; 4] = tuple(epoch, path, expected)?;
        let mut read = [0; 4];
        for (at, (number, place)) in numbers.iter().zip(&mut read).enumerate() {
            *place = count(number, &format!("{path}[{at}]"))?;
        }
        let [canary_events, canary_exposure, control_events, control_exposure] = read;
        let events = |events, exposure| Events { units: 0, events, exposure };
        Ok(Arms {
            canary: events(canary_events, canary_exposure),
            control: events(control_events, control_exposure),
        })
    })
}

pub(crate) fn mean_epochs(list: &Bound<'_, PyAny>) -> PyResult<Vec<Arms<Moments>>> {
    let expected = "(canary Moments, control Moments)";
    epochs(list, "epochs", expected, |epoch, path| {
        let [canary, control] = tuple(epoch, path, expected)?;
        Ok(Arms {
            canary: moments(&canary, &format!("{path}[0]"))?,
            control: moments(&control, &format!("{path}[1]"))?,
        })
    })
}

pub(crate) fn lack(lack: MeanLack) -> &'static str {
    match lack {
        MeanLack::TooFewUnits => "too_few_units",
        MeanLack::NoVariance => "no_variance",
        MeanLack::NotPositive => "not_positive",
    }
}

/// Evidence on the ratio of two failure rates, by the failures alone.
#[pyfunction]
#[pyo3(signature = (cells, *, tolerated = None, margin = None))]
pub(crate) fn rate_evidence(
    cells: &Bound<'_, PyAny>,
    tolerated: Option<&Bound<'_, PyAny>>,
    margin: Option<&Bound<'_, PyAny>>,
) -> PyResult<f64> {
    let test = Question::of(tolerated, margin)?.test(RateTest::harm, RateTest::safety)?;
    Ok(test.ln_evidence(&rate_cells(cells)?))
}

/// Evidence on the ratio of two failure rates that are not small, by the successes as well.
#[pyfunction]
#[pyo3(signature = (cells, reference, *, tolerated = None, margin = None))]
pub(crate) fn high_rate_evidence(
    cells: &Bound<'_, PyAny>,
    reference: &Bound<'_, PyAny>,
    tolerated: Option<&Bound<'_, PyAny>>,
    margin: Option<&Bound<'_, PyAny>>,
) -> PyResult<f64> {
    let rate = probability(reference, "reference")?;
    let harm = |ratio| HighRateTest::harm(ratio, rate);
    let test = Question::of(tolerated, margin)?.test(harm, |ratio| HighRateTest::safety(ratio, rate))?;
    Ok(test.ln_evidence(&outcome_cells(cells)?))
}

/// Evidence on the ratio of two mean failing shares of units.
#[pyfunction]
#[pyo3(signature = (cells, *, tolerated = None, margin = None))]
pub(crate) fn fraction_evidence(
    cells: &Bound<'_, PyAny>,
    tolerated: Option<&Bound<'_, PyAny>>,
    margin: Option<&Bound<'_, PyAny>>,
) -> PyResult<f64> {
    let test = Question::of(tolerated, margin)?.test(FractionTest::harm, FractionTest::safety)?;
    Ok(test.ln_evidence(&fraction_cells(cells)?))
}

/// Evidence on the ratio of events by exposure.
#[pyfunction]
#[pyo3(signature = (epochs, *, tolerated = None, margin = None))]
pub(crate) fn count_evidence(
    epochs: &Bound<'_, PyAny>,
    tolerated: Option<&Bound<'_, PyAny>>,
    margin: Option<&Bound<'_, PyAny>>,
) -> PyResult<f64> {
    let test = Question::of(tolerated, margin)?.test(CountTest::harm, CountTest::safety)?;
    Ok(test.ln_evidence(&count_epochs(epochs)?))
}

/// Evidence on the difference of two failure rates.
#[pyfunction]
#[pyo3(signature = (cells, *, tolerated = None, margin = None, reference = None))]
pub(crate) fn difference_evidence(
    cells: &Bound<'_, PyAny>,
    tolerated: Option<&Bound<'_, PyAny>>,
    margin: Option<&Bound<'_, PyAny>>,
    reference: Option<&Bound<'_, PyAny>>,
) -> PyResult<f64> {
    let test = Question::of(tolerated, margin)?.test(DifferenceTest::harm, DifferenceTest::safety)?;
    let reference = self::reference(reference)?;
    let test = reference.map_or(test, |rate| test.with_reference(rate));
    Ok(test.ln_evidence(&outcome_cells(cells)?))
}

pub(crate) fn reference(given: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Probability>> {
    given.map(|rate| probability(rate, "reference")).transpose()
}

/// Evidence on the means of two arms, or why there is none.
#[pyfunction]
#[pyo3(signature = (epochs, *, tolerated = None, margin = None, change = None, worse = None, companion = None))]
pub(crate) fn mean_evidence<'py>(
    epochs: &Bound<'py, PyAny>,
    tolerated: Option<&Bound<'py, PyAny>>,
    margin: Option<&Bound<'py, PyAny>>,
    change: Option<&Bound<'py, PyAny>>,
    worse: Option<&Bound<'py, PyAny>>,
    companion: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = epochs.py();
    let is_absolute = change
        .map_or(Ok(false), |change| choice(change, "change", &[("relative", false), ("absolute", true)]))?;
    let change = if is_absolute { Change::Absolute } else { Change::Relative };
    let worse = self::worse(worse)?;
    let harm = |bound| MeanTest::harm(worse, change(bound));
    let test = Question::of(tolerated, margin)?.test(harm, |bound| MeanTest::safety(worse, change(bound)))?;
    let test = test.with_companion(self::companion(companion)?);
    match test.ln_evidence(&mean_epochs(epochs)?) {
        Ok(evidence) => evidence.into_bound_py_any(py),
        Err(why) => lack(why).into_bound_py_any(py),
    }
}

pub(crate) fn worse(given: Option<&Bound<'_, PyAny>>) -> PyResult<Worse> {
    given.map_or(Ok(Worse::Higher), |worse| choice(worse, "worse", &WORSE))
}

pub(crate) fn companion(given: Option<&Bound<'_, PyAny>>) -> PyResult<Companion> {
    given.map_or(Ok(Companion::Ignored), |companion| choice(companion, "companion", &COMPANION))
}

/// Evidence that the failure rate of one arm is below a ceiling.
#[pyfunction]
pub(crate) fn ln_evidence_below(
    ceiling: &Bound<'_, PyAny>,
    units: &Bound<'_, PyAny>,
    failures: &Bound<'_, PyAny>,
) -> PyResult<f64> {
    let ceiling = probability(ceiling, "ceiling")?;
    Ok(canary::ln_evidence_below(ceiling, counts(units, failures, "units", "failures")?))
}

/// Evidence that units did not fall into the arms by the stated share.
#[pyfunction]
pub(crate) fn ln_evidence_of_mismatch(
    rho: &Bound<'_, PyAny>,
    canary: &Bound<'_, PyAny>,
    control: &Bound<'_, PyAny>,
) -> PyResult<f64> {
    let (canary, control) = (count(canary, "canary")?, count(control, "control")?);
    Ok(canary::ln_evidence_of_mismatch(self::rho(rho, "rho")?, canary, control))
}

/// The mixture over normal drifts that turns a sum with known variance into evidence. It never changes.
#[pyclass(module = "rampgate.canary", frozen, eq)]
#[derive(Debug, PartialEq)]
pub(crate) struct NormalMixture(canary::NormalMixture);

/// A finite sum and a variance that is not negative.
fn sum_and_variance(sum: &Bound<'_, PyAny>, variance: &Bound<'_, PyAny>) -> PyResult<(f64, f64)> {
    Ok((real_where(sum, "sum", "must be finite", f64::is_finite)?, self::variance(variance)?))
}

fn variance(value: &Bound<'_, PyAny>) -> PyResult<f64> {
    real_where(value, "variance", "must be at least 0 and finite", |number| {
        number >= 0.0 && number.is_finite()
    })
}

#[pymethods]
impl NormalMixture {
    #[new]
    fn new(prior: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mixture = canary::NormalMixture::new(real(prior, "prior")?);
        mixture.map(Self).map_err(|error| raise(prior.py(), &error))
    }

    /// The mixture whose two-sided bound is about as small as it can be when the variance is `at`.
    #[staticmethod]
    fn tuned(at: &Bound<'_, PyAny>, alpha: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mixture = canary::NormalMixture::tuned(real(at, "at")?, probability(alpha, "alpha")?);
        mixture.map(Self).map_err(|error| Refusal::of("at", &error).raise(at.py()))
    }

    /// ln of the one-sided e-value that the drift of a sum is above 0.
    fn ln_evidence(&self, sum: &Bound<'_, PyAny>, variance: &Bound<'_, PyAny>) -> PyResult<f64> {
        let (sum, variance) = sum_and_variance(sum, variance)?;
        Ok(self.0.ln_evidence(sum, variance))
    }

    /// ln of the two-sided e-value that the drift of a sum is not 0.
    fn ln_two_sided(&self, sum: &Bound<'_, PyAny>, variance: &Bound<'_, PyAny>) -> PyResult<f64> {
        let (sum, variance) = sum_and_variance(sum, variance)?;
        Ok(self.0.ln_two_sided(sum, variance))
    }

    /// The sum at which the one-sided evidence reaches 1/`alpha`.
    fn bound(&self, variance: &Bound<'_, PyAny>, alpha: &Bound<'_, PyAny>) -> PyResult<f64> {
        Ok(self.0.bound(self::variance(variance)?, probability(alpha, "alpha")?))
    }

    /// The absolute sum at which the two-sided evidence reaches 1/`alpha`.
    fn two_sided_bound(&self, variance: &Bound<'_, PyAny>, alpha: &Bound<'_, PyAny>) -> PyResult<f64> {
        Ok(self.0.two_sided_bound(self::variance(variance)?, probability(alpha, "alpha")?))
    }
}
