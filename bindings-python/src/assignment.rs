use crate::argument::count;
use crate::error::{Refusal, wrong_type};
use crate::flag::Reason;
use crate::shape::json;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple, PyType};
use rampgate::release::{self, Arm};
use std::hash::{Hash as _, Hasher as _};

/// Where an outcome belongs: the cohort in which its unit was assigned, and the arm.
#[pyclass(module = "rampgate", frozen, eq, hash)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Placement(pub(crate) release::Placement);

#[pymethods]
impl Placement {
    #[new]
    #[pyo3(signature = (cohort, arm = None))]
    fn new(cohort: &Bound<'_, PyAny>, arm: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let number = count(cohort, "cohort")?;
        let cohort = u32::try_from(number).map_err(|_| {
            Refusal::new("cohort", "range", "must be from 0 to 4294967295")
                .got(number.to_string())
                .raise(cohort.py())
        })?;
        Ok(Self(release::Placement { cohort, arm: arm.map(read_arm).transpose()? }))
    }

    /// The cohort's number.
    #[getter]
    fn cohort(&self) -> u32 {
        self.0.cohort
    }

    /// `canary`, `control`, or None for a unit that is not compared.
    #[getter]
    fn arm(&self) -> Option<&'static str> {
        self.0.arm.map(arm_name)
    }

    /// The canonical JSON text, the same in every language.
    #[getter]
    fn json(&self) -> PyResult<String> {
        json(&self.0)
    }

    fn __repr__(&self) -> String {
        format!("Placement(cohort={}, arm={})", self.0.cohort, arm_repr(self.0.arm))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyType>, Bound<'py, PyTuple>)> {
        let placement = slf.get();
        Ok((slf.get_type(), (placement.cohort(), placement.arm()).into_pyobject(slf.py())?))
    }
}

/// A unit's variant, why, and where its outcome belongs.
#[pyclass(module = "rampgate", frozen)]
#[derive(Debug)]
pub(crate) struct Assignment {
    variant: Py<PyString>,
    placement: release::Placement,
    reason: rampgate::flag::Reason,
}

impl Assignment {
    /// `variant` is the interned name of the assignment's variant.
    pub(crate) fn new(variant: Py<PyString>, assignment: &release::Assignment<'_>) -> Self {
        Self { variant, placement: assignment.placement, reason: assignment.reason }
    }
}

#[pymethods]
impl Assignment {
    /// Name of the variant to serve.
    #[getter]
    fn variant(&self, py: Python<'_>) -> Py<PyString> {
        self.variant.clone_ref(py)
    }

    /// `canary`, `control`, or None for a unit that is not compared.
    #[getter]
    fn arm(&self) -> Option<&'static str> {
        self.placement.arm.map(arm_name)
    }

    /// Number of the cohort in which the unit was assigned.
    #[getter]
    fn cohort(&self) -> u32 {
        self.placement.cohort
    }

    /// Why the unit got the variant.
    #[getter]
    fn reason(&self) -> Reason {
        Reason(self.reason)
    }

    /// Where its outcome belongs, alone: small enough for a cookie, a header or a queue.
    #[getter]
    fn placement(&self) -> Placement {
        Placement(self.placement)
    }

    /// The canonical JSON text, the same in every language.
    #[getter]
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        let variant = self.variant.bind(py).to_str()?;
        json(&release::Assignment { variant, placement: self.placement, reason: self.reason })
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<bool> {
        let other = other.get();
        Ok(self.placement == other.placement
            && self.reason == other.reason
            && self.variant.bind(py).to_str()? == other.variant.bind(py).to_str()?)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        self.placement.hash(&mut hasher);
        Reason(self.reason).hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let (variant, arm) = (self.variant.bind(py).repr()?, arm_repr(self.placement.arm));
        let (cohort, reason) = (self.placement.cohort, Reason(self.reason).__repr__());
        Ok(format!("Assignment(variant={variant}, arm={arm}, cohort={cohort}, reason={reason})"))
    }
}

/// The placement of an argument that is one, or an assignment.
pub(crate) fn placement(value: &Bound<'_, PyAny>) -> PyResult<release::Placement> {
    if let Ok(assignment) = value.cast::<Assignment>() {
        return Ok(assignment.get().placement);
    }
    match value.cast::<Placement>() {
        Ok(placement) => Ok(placement.get().0),
        Err(_) => Err(wrong_type("placement", "an Assignment or a Placement", value)),
    }
}

fn arm_name(arm: Arm) -> &'static str {
    match arm {
        Arm::Canary => "canary",
        Arm::Control => "control",
    }
}

fn arm_repr(arm: Option<Arm>) -> String {
    arm.map_or_else(|| "None".into(), |arm| format!("'{}'", arm_name(arm)))
}

pub(crate) fn read_arm(arm: &Bound<'_, PyAny>) -> PyResult<Arm> {
    match crate::argument::text(arm, "arm")? {
        "canary" => Ok(Arm::Canary),
        "control" => Ok(Arm::Control),
        other => Err(Refusal::new("arm", "unknown", "must be `canary`, `control` or None")
            .got(other)
            .raise(arm.py())),
    }
}
