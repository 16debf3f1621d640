//! Where rates, ratios, differences and quantiles lie: confidence sequences alone.

use crate::argument::count;
use crate::distribution::alpha;
use crate::evidence::{
    companion, count_epochs, counts, fraction_cells, lack, mean_epochs, outcome_cells, rate_cells, reference,
};
use crate::shape;
use pyo3::IntoPyObjectExt as _;
use pyo3::prelude::*;
use rampgate::canary;
use rampgate::observe::Events;

/// Where the ratio of two failure rates lies.
#[pyfunction]
#[pyo3(signature = (cells, alpha = None))]
pub(crate) fn ratio_interval<'py>(
    cells: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    shape::interval(cells.py(), canary::ratio_interval(&rate_cells(cells)?, self::alpha(alpha)?))
}

/// Where the ratio of two mean failing shares lies.
#[pyfunction]
#[pyo3(signature = (cells, alpha = None))]
pub(crate) fn fraction_ratio_interval<'py>(
    cells: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let found = canary::fraction_ratio_interval(&fraction_cells(cells)?, self::alpha(alpha)?);
    shape::interval(cells.py(), found)
}

/// Where the ratio of events by exposure lies.
#[pyfunction]
#[pyo3(signature = (epochs, alpha = None))]
pub(crate) fn count_ratio_interval<'py>(
    epochs: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let found = canary::count_ratio_interval(&count_epochs(epochs)?, self::alpha(alpha)?);
    shape::interval(epochs.py(), found)
}

/// Where the events by exposure of one arm lie.
#[pyfunction]
#[pyo3(signature = (events, exposure, alpha = None))]
pub(crate) fn count_interval<'py>(
    events: &Bound<'py, PyAny>,
    exposure: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = events.py();
    let (events, exposure) = (count(events, "events")?, count(exposure, "exposure")?);
    let found = canary::count_interval(Events { units: 0, events, exposure }, self::alpha(alpha)?);
    shape::interval(py, found)
}

/// Where the difference of two failure rates lies.
#[pyfunction]
#[pyo3(signature = (cells, alpha = None, *, reference = None))]
pub(crate) fn difference_interval<'py>(
    cells: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
    reference: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (reference, alpha) = (self::reference(reference)?, self::alpha(alpha)?);
    shape::interval(cells.py(), canary::difference_interval(&outcome_cells(cells)?, reference, alpha))
}

/// Where the failure rate of one arm lies.
#[pyfunction]
#[pyo3(signature = (units, failures, alpha = None))]
pub(crate) fn confidence_sequence<'py>(
    units: &Bound<'py, PyAny>,
    failures: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let counts = counts(units, failures, "units", "failures")?;
    shape::interval(units.py(), canary::confidence_sequence(counts, self::alpha(alpha)?))
}

/// How far the canary's mean lies from the control's, or why that cannot be said.
#[pyfunction]
#[pyo3(signature = (epochs, alpha = None, *, companion = None))]
pub(crate) fn mean_difference<'py>(
    epochs: &Bound<'py, PyAny>,
    alpha: Option<&Bound<'py, PyAny>>,
    companion: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, alpha) = (epochs.py(), self::alpha(alpha)?);
    match canary::mean_difference(&mean_epochs(epochs)?, self::companion(companion)?, alpha) {
        Ok(found) => shape::made(py, "rampgate.canary", "MeanDifference", &found),
        Err(why) => lack(why).into_bound_py_any(py),
    }
}
