//! Replicas that bring an exposure into force.

use crate::argument::{count, items, share};
use crate::error::raise;
use crate::{document, shape};
use pyo3::prelude::*;
use rampgate::Share;
use rampgate::rollout::fleet::{self, Observed};
use serde::Serialize;

/// A fleet of replicas with its limits. It never changes.
#[pyclass(module = "rampgate.fleet", frozen, eq)]
#[derive(Debug, PartialEq)]
pub(crate) struct Fleet(fleet::Fleet);

#[pymethods]
impl Fleet {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (py, json) = (document.py(), document::text(document, "fleet")?);
        fleet::Fleet::from_json(&json).map(Self).map_err(|error| raise(py, &error))
    }

    /// Replicas that serve when nothing moves.
    #[getter]
    fn replicas(&self) -> u32 {
        self.0.replicas()
    }

    /// The most replicas there may be at once.
    #[getter]
    fn most(&self) -> u32 {
        self.0.most()
    }

    /// The fewest replicas that have to be ready.
    #[getter]
    fn least_ready(&self) -> u32 {
        self.0.least_ready()
    }

    /// The split of an exposure.
    fn counts<'py>(&self, exposure: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        told(exposure.py(), &self.0.counts(share(exposure, "exposure")?))
    }

    /// The nearest exposures that can be reached.
    fn around(&self, exposure: &Bound<'_, PyAny>) -> PyResult<(f64, f64)> {
        let (below, above) = self.0.around(share(exposure, "exposure")?);
        Ok((below.fraction(), above.fraction()))
    }

    /// What a plan of these exposures will not be.
    fn review<'py>(
        &self,
        exposures: &Bound<'py, PyAny>,
        tolerance: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        told(exposures.py(), &self.0.review(&shares(exposures)?, share(tolerance, "tolerance")?))
    }

    /// The next batch.
    fn next<'py>(
        &self,
        observed: &Bound<'py, PyAny>,
        exposure: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        told(observed.py(), &self.0.next(&seen(observed)?, share(exposure, "exposure")?))
    }

    /// The exposure that is in force, beside the declared one.
    fn actual<'py>(
        &self,
        observed: &Bound<'py, PyAny>,
        exposure: &Bound<'_, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        told(observed.py(), &self.0.actual(&seen(observed)?, share(exposure, "exposure")?))
    }

    /// The first batches of a plan.
    #[pyo3(signature = (exposures, limit = None))]
    fn batches<'py>(
        &self,
        exposures: &Bound<'py, PyAny>,
        limit: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let most = limit.map_or(Ok(10_000), |limit| count(limit, "limit"))?;
        let exposures_read = shares(exposures)?;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        told(exposures.py(), &self.0.batches(&exposures_read).take(most).collect::<Vec<_>>())
    }
}

fn seen(observed: &Bound<'_, PyAny>) -> PyResult<Observed> {
    let json = document::text(observed, "observed")?;
    Observed::from_json(&json).map_err(|error| raise(observed.py(), &error))
}

fn shares(list: &Bound<'_, PyAny>) -> PyResult<Vec<Share>> {
    let items = items(list, "exposures", "a list of shares")?;
    items.iter().enumerate().map(|(at, item)| share(item, &format!("exposures[{at}]"))).collect()
}

/// An answer as plain Python values.
pub(crate) fn told<'py>(py: Python<'py>, answer: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (shape::json(answer)?,))
}
