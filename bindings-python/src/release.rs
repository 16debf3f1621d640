use crate::argument::{self, bytes, count, replica, timestamp};
use crate::assignment::{Assignment, Placement, placement, read_arm};
use crate::document::{json, text, utf8};
use crate::error::raise;
use crate::flag::{name, names, narrow};
use crate::guarded::Guarded;
use crate::outcome::{measure_name, outcome};
use crate::{batch, shape};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple};
use rampgate::observe::Joined;
use rampgate::release::{self, Signal, Spec};
use rampgate::rollout;
use rampgate::slo::{Request, Reservations};

/// The name of a unit's ring; none is that of no ring, which a plan with rings refuses.
fn ring_name<'a>(ring: Option<&'a Bound<'_, PyAny>>) -> PyResult<&'a str> {
    ring.map_or(Ok(""), |ring| argument::text(ring, "ring"))
}

/// One guarded release: who sees the new version, what it does to them, and what happens next.
#[pyclass(module = "rampgate", frozen)]
pub(crate) struct Release {
    /// What never changes, to be read without the lock.
    spec: Spec,
    names: Vec<Py<PyString>>,
    release: Guarded<release::Release>,
}

impl Release {
    fn of(py: Python<'_>, release: release::Release) -> Self {
        let spec = release.spec().clone();
        Self { names: names(py, spec.flag()), spec, release: Guarded::new(release) }
    }

    fn assign_one(&self, py: Python<'_>, unit: &str, ring: &str) -> PyResult<Assignment> {
        let release = self.release.lock(py)?;
        let assignment = release.assign_in(unit, ring).map_err(|error| raise(py, &error))?;
        let index = self.spec.flag().variants().position(|name| name == assignment.variant);
        Ok(Assignment::new(name(py, &self.names, index.unwrap_or(0)), &assignment))
    }
}

#[pymethods]
impl Release {
    #[new]
    fn new(spec: &Bound<'_, PyAny>, replica: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (py, id) = (spec.py(), self::replica(replica)?);
        let release = release::Release::from_json(&text(spec, "spec")?, id);
        Ok(Self::of(py, release.map_err(|error| raise(py, &error))?))
    }

    /// Goes on from a saved state, under a replica id that the state has not heard of.
    #[staticmethod]
    fn resume(
        spec: &Bound<'_, PyAny>,
        state: &Bound<'_, PyAny>,
        replica: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let (py, id) = (spec.py(), self::replica(replica)?);
        let release = release::Release::resume(&text(spec, "spec")?, &bytes(state, "state")?, id);
        Ok(Self::of(py, release.map_err(|error| raise(py, &error))?))
    }

    /// Name of the release.
    #[getter]
    fn name(&self) -> &str {
        self.spec.name()
    }

    /// The variants' names: the control, then the canary.
    #[getter]
    fn variants<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.names)
    }

    /// The guardrails' names, in the order of the spec.
    #[getter]
    fn guardrails<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.spec.judge().guardrails().iter().map(rampgate::canary::Guardrail::name))
    }

    /// What each guardrail measures of a unit, in the order of the spec.
    #[getter]
    fn measures<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.spec.measures().iter().copied().map(measure_name))
    }

    /// Share of units that the new version reaches now, 0.0 to 1.0.
    #[getter]
    fn exposure(&self, py: Python<'_>) -> PyResult<f64> {
        Ok(self.release.lock(py)?.exposure().fraction())
    }

    /// Number of the present cohort.
    #[getter]
    fn cohort(&self, py: Python<'_>) -> PyResult<u32> {
        Ok(self.release.lock(py)?.cohort())
    }

    /// Where the rollout stands.
    #[getter]
    fn phase<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let phase = self.release.lock(py)?.phase();
        shape::phase(py, phase)
    }

    /// How far the fleet has come, and the next batch.
    #[getter]
    fn fleet<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let fleet = self.release.lock(py)?.fleet();
        fleet.map(|step| crate::fleet::told(py, &step)).transpose()
    }

    /// Where an outcome belongs that a replica of the fleet serves now.
    fn served(&self, arm: &Bound<'_, PyAny>) -> PyResult<Placement> {
        let (py, arm) = (arm.py(), read_arm(arm)?);
        self.release.lock(py)?.served(arm).map(Placement).map_err(|error| raise(py, &error))
    }

    /// The variant of a unit and where its outcome belongs, or the positions of the variants of many.
    #[pyo3(signature = (unit, *, ring = None))]
    fn assign<'py>(
        &self,
        unit: &Bound<'py, PyAny>,
        ring: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, ring) = (unit.py(), ring_name(ring)?);
        let assignment = match unit.cast::<PyString>() {
            Ok(text) => self.assign_one(py, utf8(text, "unit")?, ring)?,
            Err(_) if unit.is_none() => self.assign_one(py, "", ring)?,
            Err(_) => {
                let exposure = self.release.lock(py)?.exposure_in(ring).map_err(|error| raise(py, &error))?;
                return batch::positions(unit, |unit| {
                    narrow(self.spec.flag().evaluate_at(unit, exposure).index())
                });
            }
        };
        Ok(Bound::new(py, assignment)?.into_any())
    }

    /// The variants of a unit of all of the release's flags, by their keys.
    #[pyo3(signature = (unit, *, ring = None))]
    fn assign_all<'py>(
        &self,
        unit: &Bound<'py, PyAny>,
        ring: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (py, ring) = (unit.py(), ring_name(ring)?);
        let unit = if unit.is_none() { "" } else { argument::text(unit, "unit")? };
        let found = PyDict::new(py);
        let release = self.release.lock(py)?;
        let all = release.assign_all_in(unit, ring).map_err(|error| raise(py, &error))?;
        for (key, assignment) in all.iter() {
            let variant = PyString::intern(py, assignment.variant).unbind();
            found.set_item(key, Assignment::new(variant, &assignment))?;
        }
        Ok(found)
    }

    /// The names of the rings, in the order in which they are released.
    #[getter]
    fn rings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.spec.plan().rings().iter().map(rollout::Ring::name))
    }

    /// Share of a ring's units that the new version reaches now.
    fn exposure_in(&self, ring: &Bound<'_, PyAny>) -> PyResult<f64> {
        let py = ring.py();
        let share = self.release.lock(py)?.exposure_in(argument::text(ring, "ring")?);
        share.map(rampgate::Share::fraction).map_err(|error| raise(py, &error))
    }

    /// Records what became of a unit: evidence for the judge, and one event of the error budget.
    #[pyo3(signature = (placement, at, failed = None, missing = None, *, measured = None))]
    fn record(
        &self,
        placement: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
        failed: Option<&Bound<'_, PyAny>>,
        missing: Option<&Bound<'_, PyAny>>,
        measured: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (py, outcome) = (at.py(), outcome(&self.spec, failed, missing, measured)?);
        let (placement, at) = (self::placement(placement)?, timestamp(at, "at")?);
        let recorded = self.release.lock(py)?.record(placement, at, outcome);
        recorded.map_err(|error| raise(py, &error))
    }

    /// Records what became of a unit as evidence alone.
    #[pyo3(signature = (placement, at, failed = None, missing = None, *, measured = None))]
    fn record_outcome(
        &self,
        placement: &Bound<'_, PyAny>,
        at: &Bound<'_, PyAny>,
        failed: Option<&Bound<'_, PyAny>>,
        missing: Option<&Bound<'_, PyAny>>,
        measured: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let (py, outcome) = (at.py(), outcome(&self.spec, failed, missing, measured)?);
        let (placement, at) = (self::placement(placement)?, timestamp(at, "at")?);
        let recorded = self.release.lock(py)?.record_outcome(placement, at, outcome);
        recorded.map_err(|error| raise(py, &error))
    }

    /// Records requests as events of the error budget alone.
    fn record_requests(
        &self,
        at: &Bound<'_, PyAny>,
        good: &Bound<'_, PyAny>,
        bad: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let (py, at) = (at.py(), timestamp(at, "at")?);
        let (good, bad) = (count(good, "good")?, count(bad, "bad")?);
        self.release.lock(py)?.record_requests(at, good, bad);
        Ok(())
    }

    /// Looks at everything recorded and merged, and lets the rollout act on it, or on the operator's signal.
    #[pyo3(signature = (at, signal = None))]
    fn step<'py>(
        &self,
        at: &Bound<'py, PyAny>,
        signal: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, at) = (at.py(), timestamp(at, "at")?);
        let signal = match signal {
            None => Signal::Tick,
            Some(signal) => Signal::from_json(&json(signal, "signal")?).map_err(|error| raise(py, &error))?,
        };
        let step = self.release.detached(py, |release| release.step(at, signal))?;
        shape::step(py, &step.map_err(|error| raise(py, &error))?)
    }

    /// The same where other releases spend from the same budget.
    #[pyo3(signature = (at, reservations, newest, signal = None))]
    fn step_beside<'py>(
        &self,
        at: &Bound<'py, PyAny>,
        reservations: &Bound<'py, PyAny>,
        newest: &Bound<'py, PyAny>,
        signal: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, at) = (at.py(), timestamp(at, "at")?);
        let raised = |error| raise(py, &error);
        let reservations = Reservations::from_json(&text(reservations, "reservations")?).map_err(raised)?;
        let newest = Request::from_json(&text(newest, "newest")?).map_err(raised)?;
        let signal = match signal {
            None => Signal::Tick,
            Some(signal) => Signal::from_json(&json(signal, "signal")?).map_err(raised)?,
        };
        let step =
            self.release.detached(py, |release| release.step_beside(at, signal, &reservations, &newest))?;
        shape::shared_step(py, &step.map_err(raised)?)
    }

    /// This replica's contribution, cumulative, to be merged by the controller.
    fn take_delta<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let delta = self.release.detached(py, release::Release::take_delta)?;
        Ok(PyBytes::new(py, &delta.map_err(|error| raise(py, &error))?))
    }

    /// Takes in another replica's delta: `fresh`, `known` or `after_seal`.
    fn merge(&self, delta: &Bound<'_, PyAny>) -> PyResult<&'static str> {
        let (py, delta) = (delta.py(), bytes(delta, "delta")?);
        match self.release.detached(py, |release| release.merge(&delta))? {
            Ok(Joined::Fresh) => Ok("fresh"),
            Ok(Joined::Known) => Ok("known"),
            Ok(Joined::AfterSeal) => Ok("after_seal"),
            Err(error) => Err(raise(py, &error)),
        }
    }

    /// What other replicas need to assign as this one does.
    fn directive<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let directive = self.release.lock(py)?.directive();
        Ok(PyBytes::new(py, &directive.map_err(|error| raise(py, &error))?))
    }

    /// Takes over the controller's directive, if it is newer than what this replica has. Whether it was.
    fn follow(&self, directive: &Bound<'_, PyAny>) -> PyResult<bool> {
        let (py, directive) = (directive.py(), bytes(directive, "directive")?);
        self.release.detached(py, |release| release.follow(&directive))?.map_err(|error| raise(py, &error))
    }

    /// Everything, to be saved and resumed from.
    fn state<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let state = self.release.detached(py, |release| release.state())?;
        Ok(PyBytes::new(py, &state.map_err(|error| raise(py, &error))?))
    }

    /// Folds a replica that has ended into the sum. Whether it was known.
    fn seal(&self, replica: &Bound<'_, PyAny>) -> PyResult<bool> {
        let (py, id) = (replica.py(), self::replica(replica)?);
        Ok(self.release.lock(py)?.seal(id))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let name = PyString::new(py, self.name()).repr()?;
        let release = self.release.lock(py)?;
        Ok(format!("<rampgate.Release {name}: {}, exposure {}>", release.phase(), release.exposure()))
    }

    fn __reduce__(&self) -> PyResult<()> {
        let why = "a Release cannot be copied or pickled, as two that record under one replica id overwrite each other: \
            save `state()`, and go on with `Release.resume(spec, state, replica)` under a new id";
        Err(PyTypeError::new_err(why))
    }
}
