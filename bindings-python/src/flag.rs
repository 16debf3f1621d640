use crate::argument::share;
use crate::document::{text, utf8};
use crate::error::raise;
use crate::{batch, shape};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use rampgate::flag;
use std::hash::{Hash, Hasher};

/// Why a unit got its variant.
#[pyclass(module = "rampgate", frozen, eq, hash)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reason(pub(crate) flag::Reason);

impl Hash for Reason {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.why(), self.slot(), self.variant_slot()).hash(state);
    }
}

#[pymethods]
impl Reason {
    /// The first rule that applied.
    #[getter]
    fn why(&self) -> &'static str {
        match self.0 {
            flag::Reason::Off => "off",
            flag::Reason::NotScheduled => "not_scheduled",
            flag::Reason::Override => "override",
            flag::Reason::Prerequisite => "prerequisite",
            flag::Reason::HeldOut => "held_out",
            flag::Reason::NotInLayer { .. } => "not_in_layer",
            flag::Reason::NotAllocated { .. } => "not_allocated",
            flag::Reason::NoRule => "no_rule",
            flag::Reason::NoRing => "no_ring",
            flag::Reason::Served => "served",
            flag::Reason::Sticky => "sticky",
            flag::Reason::Unassigned => "unassigned",
            flag::Reason::NotExposed { .. } => "not_exposed",
            flag::Reason::Allocated { .. } => "allocated",
        }
    }

    /// The slot under the exposure key, or under the layer's for `not_in_layer`, where it was looked at.
    #[getter]
    fn slot(&self) -> Option<u32> {
        match self.0 {
            flag::Reason::NotInLayer { slot }
            | flag::Reason::NotExposed { slot }
            | flag::Reason::NotAllocated { slot, .. }
            | flag::Reason::Allocated { slot, .. } => Some(slot.get()),
            _ => None,
        }
    }

    /// The slot under the variant key, where it was looked at.
    #[getter]
    fn variant_slot(&self) -> Option<u32> {
        match self.0 {
            flag::Reason::NotAllocated { variant_slot, .. }
            | flag::Reason::Allocated { variant_slot, .. } => Some(variant_slot.get()),
            _ => None,
        }
    }

    /// The canonical JSON text, the same in every language.
    #[getter]
    fn json(&self) -> PyResult<String> {
        shape::json(&self.0)
    }

    pub(crate) fn __repr__(&self) -> String {
        let slots = match (self.slot(), self.variant_slot()) {
            (Some(slot), Some(variant)) => format!(", slot={slot}, variant_slot={variant}"),
            (Some(slot), None) => format!(", slot={slot}"),
            _ => String::new(),
        };
        format!("Reason(why='{}'{slots})", self.why())
    }
}

/// A variant with the reason for it.
#[pyclass(module = "rampgate", frozen)]
#[derive(Debug)]
pub(crate) struct Evaluation {
    variant: Py<PyString>,
    index: usize,
    reason: flag::Reason,
}

#[pymethods]
impl Evaluation {
    /// Name of the variant.
    #[getter]
    fn variant(&self, py: Python<'_>) -> Py<PyString> {
        self.variant.clone_ref(py)
    }

    /// Position of the variant in the flag's list.
    #[getter]
    fn index(&self) -> usize {
        self.index
    }

    /// Why the unit got it.
    #[getter]
    fn reason(&self) -> Reason {
        Reason(self.reason)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.index == other.index && self.reason == other.reason
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        (self.index, Reason(self.reason)).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let variant = self.variant.bind(py).repr()?;
        Ok(format!(
            "Evaluation(variant={variant}, index={}, reason={})",
            self.index,
            Reason(self.reason).__repr__()
        ))
    }
}

/// A flag in its loaded form. It never changes, so threads may share it.
#[pyclass(module = "rampgate", frozen)]
#[derive(Debug)]
pub(crate) struct Flag {
    flag: flag::Flag,
    names: Vec<Py<PyString>>,
}

#[pymethods]
impl Flag {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = document.py();
        let flag = flag::Flag::from_json(&text(document, "document")?).map_err(|error| raise(py, &error))?;
        let names = names(py, &flag);
        Ok(Self { flag, names })
    }

    /// The flag's key.
    #[getter]
    fn key(&self) -> &str {
        self.flag.key()
    }

    /// The variants' names, in the order of the document.
    #[getter]
    fn variants<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.names)
    }

    /// The share of units that the allocation reaches, 0.0 to 1.0.
    #[getter]
    fn exposure(&self) -> f64 {
        self.flag.exposure().fraction()
    }

    /// The variant of a unit, or the positions of the variants of many; at another exposure than the flag's own, if given.
    #[pyo3(signature = (unit, exposure = None))]
    fn evaluate<'py>(
        &self,
        unit: &Bound<'py, PyAny>,
        exposure: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let exposure = exposure.map_or(Ok(self.flag.exposure()), |given| share(given, "exposure"))?;
        let decide = |unit: &str| self.flag.evaluate_at(unit, exposure);
        let evaluation = match unit.cast::<PyString>() {
            Ok(text) => decide(utf8(text, "unit")?),
            Err(_) if unit.is_none() => decide(""),
            Err(_) => return batch::positions(unit, |unit| narrow(decide(unit).index())),
        };
        let (py, index) = (unit.py(), evaluation.index());
        let evaluation =
            Evaluation { variant: name(py, &self.names, index), index, reason: evaluation.reason() };
        Ok(Bound::new(py, evaluation)?.into_any())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (key, variants) = (PyString::new(py, self.key()).repr()?, self.variants(py)?.repr()?);
        Ok(format!("<rampgate.Flag {key}: {variants} at {}>", self.flag.exposure()))
    }
}

/// The variants' names as Python holds them, made once.
pub(crate) fn names(py: Python<'_>, flag: &flag::Flag) -> Vec<Py<PyString>> {
    flag.variants().map(|name| PyString::intern(py, name).unbind()).collect()
}

pub(crate) fn name(py: Python<'_>, names: &[Py<PyString>], index: usize) -> Py<PyString> {
    names.get(index).map_or_else(|| PyString::new(py, "").unbind(), |name| name.clone_ref(py))
}

/// A flag has at most 256 variants, so each position fits.
pub(crate) fn narrow(index: usize) -> u8 {
    u8::try_from(index).unwrap_or(u8::MAX)
}
