//! What is kept of many units: histograms, sums, shares, and a unit's own requests.

use crate::argument::{count, position, share, text};
use crate::error::{Refusal, raise, wrong_type};
use crate::guarded::Guarded;
use crate::outcome::thousandths;
use crate::{document, shape};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use rampgate::observe;
use serde::de::DeserializeOwned;

/// What a JSON text of the core's holds. What is wrong with it is told in one sentence.
pub(crate) fn parsed<T: DeserializeOwned>(json: &str, name: &str, what: &str, py: Python<'_>) -> PyResult<T> {
    serde_json::from_str(json)
        .map_err(|error| Refusal::new(name, "corrupt", format!("must be {what}: {error}")).raise(py))
}

fn numbers(list: &Bound<'_, PyAny>, name: &str) -> PyResult<Vec<u64>> {
    let items = crate::argument::items(list, name, "a list of whole numbers")?;
    items.iter().enumerate().map(|(at, item)| count(item, &format!("{name}[{at}]"))).collect()
}

/// How often values fell into each of 2,034 bins. Threads may share it.
#[pyclass(module = "rampgate.observe", frozen)]
pub(crate) struct Histogram(Guarded<observe::Histogram>);

impl Histogram {
    pub(crate) fn of(histogram: observe::Histogram) -> Self {
        Self(Guarded::new(histogram))
    }

    pub(crate) fn copied(&self, py: Python<'_>) -> PyResult<observe::Histogram> {
        Ok(self.0.lock(py)?.clone())
    }
}

#[pymethods]
impl Histogram {
    /// How many bins there are.
    #[classattr]
    const BINS: usize = observe::Histogram::BINS;

    #[new]
    fn new() -> Self {
        Self::of(observe::Histogram::default())
    }

    /// A histogram from counts of neighbouring bins.
    #[staticmethod]
    fn from_counts(first: &Bound<'_, PyAny>, counts: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (py, first) = (counts.py(), position(first, "first")?);
        let histogram = observe::Histogram::from_counts(first, &numbers(counts, "counts")?);
        histogram.map(Self::of).map_err(|error| raise(py, &error))
    }

    /// The bin of a value.
    #[staticmethod]
    fn bin_of(value: &Bound<'_, PyAny>) -> PyResult<usize> {
        Ok(observe::Histogram::bin_of(count(value, "value")?))
    }

    /// The smallest value of a bin.
    #[staticmethod]
    fn lower_edge(bin: &Bound<'_, PyAny>) -> PyResult<u64> {
        let found = position(bin, "bin")?;
        if found >= observe::Histogram::BINS {
            let rule = format!("must be from 0 to {}", observe::Histogram::BINS - 1);
            return Err(Refusal::new("bin", "range", rule).got(found.to_string()).raise(bin.py()));
        }
        Ok(observe::Histogram::lower_edge(found))
    }

    /// Counts a value, as often as `times` says.
    #[pyo3(signature = (value, times = None))]
    fn record(&self, value: &Bound<'_, PyAny>, times: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (py, value) = (value.py(), count(value, "value")?);
        let times = times.map_or(Ok(1), |times| count(times, "times"))?;
        self.0.lock(py)?.record_many(value, times);
        Ok(())
    }

    /// Adds what another histogram holds.
    fn merge(&self, other: &Bound<'_, PyAny>) -> PyResult<()> {
        let other = histogram(other, "other")?;
        self.0.lock(other.1)?.merge(&other.0);
        Ok(())
    }

    /// Values counted.
    #[getter]
    fn units(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.lock(py)?.units())
    }

    /// The first bin that holds anything, and the counts from there on.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<(usize, Bound<'py, PyTuple>)> {
        let histogram = self.copied(py)?;
        let (first, counts) = histogram.counts();
        Ok((first, PyTuple::new(py, counts)?))
    }

    /// Where the quantile of a level lies; `None` without values.
    fn quantile<'py>(&self, level: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (py, level) = (level.py(), share(level, "level")?);
        let found = self.0.lock(py)?.quantile(level);
        found.map(|found| shape::quantile(py, Some(found.at_least), found.below)).transpose()
    }

    /// The canonical JSON text.
    #[getter]
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        shape::json(&*self.0.lock(py)?)
    }

    /// A histogram from its JSON text.
    #[staticmethod]
    fn from_json(json: &Bound<'_, PyAny>) -> PyResult<Self> {
        parsed(text(json, "json")?, "json", "a histogram", json.py()).map(Self::of)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<bool> {
        Ok(self.copied(py)? == other.get().copied(py)?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let histogram = self.0.lock(py)?;
        Ok(format!("<rampgate.observe.Histogram of {} values>", histogram.units()))
    }
}

/// What a histogram holds now.
pub(crate) fn histogram<'py>(
    value: &Bound<'py, PyAny>,
    name: &str,
) -> PyResult<(observe::Histogram, Python<'py>)> {
    let known = value.cast::<Histogram>().map_err(|_| wrong_type(name, "a Histogram", value))?;
    Ok((known.get().copied(value.py())?, value.py()))
}

/// Sums of a value and of its companion over units. Threads may share them.
#[pyclass(module = "rampgate.observe", frozen)]
pub(crate) struct Moments(Guarded<observe::Moments>);

impl Moments {
    pub(crate) fn of(moments: observe::Moments) -> Self {
        Self(Guarded::new(moments))
    }

    pub(crate) fn copied(&self, py: Python<'_>) -> PyResult<observe::Moments> {
        Ok(*self.0.lock(py)?)
    }
}

#[pymethods]
impl Moments {
    #[new]
    fn new() -> Self {
        Self::of(observe::Moments::default())
    }

    /// Counts one unit.
    #[pyo3(signature = (value, companion = None))]
    fn record(&self, value: &Bound<'_, PyAny>, companion: Option<&Bound<'_, PyAny>>) -> PyResult<()> {
        let (py, value) = (value.py(), thousandths(value, "value")?);
        let companion = companion.map_or(Ok(0), |companion| thousandths(companion, "companion"))?;
        let recorded = self.0.lock(py)?.record(value, companion);
        recorded.map_err(|error| raise(py, &error))
    }

    /// Adds what other sums hold.
    fn merge(&self, other: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = other.py();
        let other = moments(other, "other")?;
        self.0.lock(py)?.merge(&other);
        Ok(())
    }

    /// Units counted.
    #[getter]
    fn units(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.lock(py)?.units())
    }

    /// Mean of the values; `None` without units.
    #[getter]
    fn mean(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        Ok(self.0.lock(py)?.mean())
    }

    /// Mean of the companions; `None` without units.
    #[getter]
    fn companion_mean(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        Ok(self.0.lock(py)?.companion_mean())
    }

    /// Sample variance of the values; `None` with fewer than two units.
    #[getter]
    fn variance(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        Ok(self.0.lock(py)?.variance())
    }

    /// The canonical JSON text.
    #[getter]
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        shape::json(&*self.0.lock(py)?)
    }

    /// Sums from their JSON text.
    #[staticmethod]
    fn from_json(json: &Bound<'_, PyAny>) -> PyResult<Self> {
        parsed(text(json, "json")?, "json", "moments", json.py()).map(Self::of)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<bool> {
        Ok(self.copied(py)? == other.get().copied(py)?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let moments = self.copied(py)?;
        let mean = moments.mean().map_or_else(|| "None".into(), |mean| mean.to_string());
        Ok(format!("<rampgate.observe.Moments of {} units, mean {mean}>", moments.units()))
    }
}

/// What sums hold now.
pub(crate) fn moments(value: &Bound<'_, PyAny>, name: &str) -> PyResult<observe::Moments> {
    let known = value.cast::<Moments>().map_err(|_| wrong_type(name, "Moments", value))?;
    known.get().copied(value.py())
}

/// Units by the share of their own requests that failed. Threads may share them.
#[pyclass(module = "rampgate.observe", frozen)]
pub(crate) struct Fractions(Guarded<observe::Fractions>);

impl Fractions {
    pub(crate) fn of(fractions: observe::Fractions) -> Self {
        Self(Guarded::new(fractions))
    }

    pub(crate) fn copied(&self, py: Python<'_>) -> PyResult<observe::Fractions> {
        Ok(*self.0.lock(py)?)
    }
}

#[pymethods]
impl Fractions {
    #[new]
    fn new() -> Self {
        Self::of(observe::Fractions::default())
    }

    /// Units by sixteenths that failed, 17 counts.
    #[staticmethod]
    fn from_counts(counts: &Bound<'_, PyAny>) -> PyResult<Self> {
        numbers(counts, "counts")?;
        parsed(&document::json(counts, "counts")?, "counts", "17 counts", counts.py()).map(Self::of)
    }

    /// Counts one unit, of whose requests so many failed.
    fn record(&self, failed: &Bound<'_, PyAny>, requests: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, failed, requests) = (failed.py(), count(failed, "failed")?, count(requests, "requests")?);
        let recorded = self.0.lock(py)?.record(failed, requests);
        recorded.map_err(|error| raise(py, &error))
    }

    /// Adds what others hold.
    fn merge(&self, other: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = other.py();
        let other = fractions(other, "other")?;
        self.0.lock(py)?.merge(&other);
        Ok(())
    }

    /// Units counted.
    #[getter]
    fn units(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.lock(py)?.units())
    }

    /// Units by sixteenths that failed, 0 to 16.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.copied(py)?.counts())
    }

    /// Mean share that failed; `None` without units.
    #[getter]
    fn mean(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        Ok(self.0.lock(py)?.mean())
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<bool> {
        Ok(self.copied(py)? == other.get().copied(py)?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let fractions = self.copied(py)?;
        let mean = fractions.mean().map_or_else(|| "None".into(), |mean| mean.to_string());
        Ok(format!("<rampgate.observe.Fractions of {} units, mean {mean}>", fractions.units()))
    }
}

/// What fractions hold now.
pub(crate) fn fractions(value: &Bound<'_, PyAny>, name: &str) -> PyResult<observe::Fractions> {
    let known = value.cast::<Fractions>().map_err(|_| wrong_type(name, "Fractions", value))?;
    known.get().copied(value.py())
}

/// One unit's window of requests, of which one outcome is made. Threads may share it.
#[pyclass(module = "rampgate.observe", frozen)]
pub(crate) struct Session(Guarded<observe::Session>);

#[pymethods]
impl Session {
    #[new]
    fn new() -> Self {
        Self(Guarded::new(observe::Session::default()))
    }

    /// Counts one request: whether it failed, and its latency or size in thousandths.
    fn add(&self, failed: &Bound<'_, PyAny>, latency: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, latency) = (failed.py(), count(latency, "latency")?);
        let failed = failed.extract::<bool>().map_err(|_| wrong_type("failed", "a bool", failed))?;
        self.0.lock(py)?.add(failed, latency);
        Ok(())
    }

    /// Requests that failed.
    #[getter]
    fn failed(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.lock(py)?.failed())
    }

    /// Requests in all.
    #[getter]
    fn requests(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.lock(py)?.requests())
    }

    /// The largest latency; `None` without requests.
    #[getter]
    fn worst(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.0.lock(py)?.worst())
    }

    /// The geometric mean of the latencies; `None` without requests.
    #[getter]
    fn geometric_mean(&self, py: Python<'_>) -> PyResult<Option<u64>> {
        Ok(self.0.lock(py)?.geometric_mean())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let session = self.0.lock(py)?;
        Ok(format!(
            "<rampgate.observe.Session: {} of {} requests failed>",
            session.failed(),
            session.requests()
        ))
    }
}
