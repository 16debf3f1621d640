use crate::argument::{bytes, choice, items, position, text, timestamp};
use crate::error::{Refusal, raise, wrong_type};
use crate::guarded::Guarded;
use crate::observe::{Fractions, Histogram, Moments, parsed};
use crate::outcome::{MEASURES, measure_name, outcome_by_position};
use crate::shape;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use rampgate::Timestamp;
use rampgate::observe::{self, Metric, Series};

/// The outcomes of one arm under one exposure: units, and what is kept of each metric. Threads may share it.
#[pyclass(module = "rampgate.observe", frozen)]
pub(crate) struct Tally(Guarded<observe::Tally>);

impl Tally {
    fn of(tally: observe::Tally) -> Self {
        Self(Guarded::new(tally))
    }

    fn copied(&self, py: Python<'_>) -> PyResult<observe::Tally> {
        Ok(self.0.lock(py)?.clone())
    }
}

#[pymethods]
impl Tally {
    #[new]
    fn new(measures: &Bound<'_, PyAny>) -> PyResult<Self> {
        let given = items(measures, "measures", "a list of measures")?;
        if given.len() > Metric::MAX {
            let rule = format!("must be at most {}", Metric::MAX);
            return Err(Refusal::new("measures", "range", rule)
                .got(given.len().to_string())
                .raise(measures.py()));
        }
        let kinds = given.iter().enumerate();
        let kinds = kinds.map(|(at, measure)| choice(measure, &format!("measures[{at}]"), &MEASURES));
        Ok(Self::of(observe::Tally::new(&kinds.collect::<PyResult<Vec<_>>>()?)))
    }

    /// Counts one unit, whose outcome became known at `at`.
    #[pyo3(signature = (at, failed = None, missing = None, *, measured = None))]
    fn record(
        &self,
        at: &Bound<'_, PyAny>,
        failed: Option<&Bound<'_, PyAny>>,
        missing: Option<&Bound<'_, PyAny>>,
        measured: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (py, outcome) = (at.py(), outcome_by_position(failed, missing, measured)?);
        let at = timestamp(at, "at")?;
        let recorded = self.0.lock(py)?.record(at, &outcome);
        recorded.map_err(|error| raise(py, &error))
    }

    /// Adds what another tally of the same measures holds.
    fn merge(&self, other: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = other.py();
        let known = other.cast::<Self>().map_err(|_| wrong_type("other", "a Tally", other))?;
        let other = known.get().copied(py)?; // let go before the next lock: it may be the same tally
        let merged = self.0.lock(py)?.merge(&other);
        merged.map_err(|error| raise(py, &error))
    }

    /// What each metric measures, by position.
    #[getter]
    fn measures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.copied(py)?.measures().map(measure_name))
    }

    /// Units recorded, whatever was observed of them.
    #[getter]
    fn units(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.0.lock(py)?.units())
    }

    /// When the newest outcome became known; `None` before the first.
    #[getter]
    fn newest<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let newest = self.0.lock(py)?.newest().map(Timestamp::as_millis);
        newest.map(|millis| py.import("rampgate._text")?.getattr("moment")?.call1((millis,))).transpose()
    }

    /// A copy of what is kept of the metric at a position; `None` for one that the tally does not hold.
    fn series<'py>(&self, position: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let (py, position) = (position.py(), self::position(position, "position")?);
        let tally = self.copied(py)?;
        let series = Metric::new(position).and_then(|metric| tally.series(metric));
        series.map(|series| self::series(py, series)).transpose()
    }

    /// The canonical JSON text.
    #[getter]
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        shape::json(&*self.0.lock(py)?)
    }

    /// A tally from its JSON text.
    #[staticmethod]
    fn from_json(json: &Bound<'_, PyAny>) -> PyResult<Self> {
        parsed(text(json, "json")?, "json", "a tally", json.py()).map(Self::of)
    }

    /// A tally from its bytes.
    #[staticmethod]
    fn from_bytes(data: &Bound<'_, PyAny>) -> PyResult<Self> {
        let refuse = |rule: &str| Refusal::new("data", "corrupt", rule).raise(data.py());
        match postcard::take_from_bytes(&bytes(data, "data")?) {
            Ok((tally, [])) => Ok(Self::of(tally)),
            Ok(_) => Err(refuse("has bytes left over")),
            Err(_) => Err(refuse("is not a tally, or holds values that cannot be")),
        }
    }

    /// The tally's bytes: the same for the same units, in whatever order they came.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = postcard::to_allocvec(&*self.0.lock(py)?);
        let bytes = bytes.map_err(|_| Refusal::new("tally", "corrupt", "cannot be encoded").raise(py))?;
        Ok(PyBytes::new(py, &bytes))
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<bool> {
        Ok(self.copied(py)? == other.get().copied(py)?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let tally = self.0.lock(py)?;
        Ok(format!("<rampgate.observe.Tally of {} units, {} metrics>", tally.units(), tally.measures().len()))
    }
}

fn series<'py>(py: Python<'py>, series: &Series) -> PyResult<Bound<'py, PyAny>> {
    Ok(match series {
        Series::Rate(counts) => {
            let class = py.import("rampgate.report")?.getattr("Counts")?;
            class.call1((counts.units(), counts.failures()))?
        }
        Series::Count(events) => {
            let class = py.import("rampgate.observe")?.getattr("Events")?;
            class.call1((events.units, events.events, events.exposure))?
        }
        Series::Fraction(fractions) => Bound::new(py, Fractions::of(*fractions))?.into_any(),
        Series::Distribution(histogram) => Bound::new(py, Histogram::of(histogram.clone()))?.into_any(),
        Series::Mean(moments) => Bound::new(py, Moments::of(*moments))?.into_any(),
    })
}
