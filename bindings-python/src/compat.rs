//! Other vendors' bucketing, read from a document, and what would move.

use crate::argument::count;
use crate::batch::{indices, texts};
use crate::document::{self, utf8};
use crate::error::{raise, wrong_type};
use crate::shape;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use rampgate::bucketing::compat::{self, Assign as _};

/// Any configured scheme. It never changes, so threads may share it.
#[pyclass(module = "rampgate", frozen)]
#[derive(Debug)]
pub(crate) struct Scheme(compat::Scheme);

#[pymethods]
impl Scheme {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let json = document::text(document, "document")?;
        compat::Scheme::from_json(&json).map(Self).map_err(|error| raise(document.py(), &error))
    }

    /// The names of all schemes that this build reads.
    #[staticmethod]
    fn names(py: Python<'_>) -> PyResult<Bound<'_, PyTuple>> {
        PyTuple::new(py, compat::Scheme::names().collect::<Vec<_>>())
    }

    /// The scheme's name in documents.
    #[getter]
    fn name(&self) -> &'static str {
        self.0.name()
    }

    /// Position of the unit's variant, `None` where it has none; of many units as a numpy array, -1 where they have none.
    fn assign<'py>(&self, unit: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = unit.py();
        let position = match unit.cast::<PyString>() {
            Ok(text) => self.0.assign(utf8(text, "unit")?),
            Err(_) if unit.is_none() => self.0.assign(""),
            Err(_) => return indices(unit, |unit| self.0.assign(unit)),
        };
        Ok(position.into_pyobject(py)?)
    }

    fn __repr__(&self) -> String {
        format!("<rampgate.Scheme {}>", self.0.name())
    }
}

/// Compares two schemes over units, and keeps the first `limit` units that move by name.
#[pyfunction]
#[pyo3(signature = (old, new, units, limit = None), text_signature = "(old, new, units, limit=100)")]
pub(crate) fn shadow<'py>(
    old: &Bound<'py, PyAny>,
    new: &Bound<'py, PyAny>,
    units: &Bound<'py, PyAny>,
    limit: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = units.py();
    let scheme = |given: &Bound<'py, PyAny>, name| {
        given.cast::<Scheme>().map(|one| one.get().0.clone()).map_err(|_| wrong_type(name, "a Scheme", given))
    };
    let (old, new) = (scheme(old, "old")?, scheme(new, "new")?);
    let limit = limit.map_or(Ok(100), |limit| count(limit, "limit"))?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let units = texts(units)?;
    let found = py.detach(|| {
        let ids = units.iter().map(|unit| unit.as_deref().unwrap_or_default());
        compat::shadow(&old, &new, ids, limit)
    });
    let moves: Vec<_> = found.moves().iter().map(|one| (one.unit, one.from, one.to)).collect();
    let cells: Vec<_> = found.cells().collect();
    shape::make(py, "rampgate.compat", "Shadow", (found.units(), found.moved(), cells, moves))
}
