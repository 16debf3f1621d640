//! Flag documents: what a flag of a set gives, why, and what a lint finds.

use crate::argument::{text, timestamp};
use crate::context::{Attributes, Sticky};
use crate::error::{Refusal, raise};
use crate::flag::Reason;
use crate::{document, shape};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};
use rampgate::Timestamp;
use rampgate::flag::{self, Context, LintOptions};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// What was given where the unit was allocated.
#[derive(Debug)]
struct Met {
    salt: Py<PyString>,
    dedupe: u64,
}

/// What a flag of a set gives a unit, and why.
#[pyclass(module = "rampgate", frozen)]
#[derive(Debug)]
pub(crate) struct Outcome {
    flag: Py<PyString>,
    variant: Py<PyString>,
    index: u32,
    rule: Option<u32>,
    reason: flag::Reason,
    met: Option<Met>,
    unit: Py<PyString>,
    at: Option<Timestamp>,
}

impl Outcome {
    fn of<'py>(
        outcome: &flag::Outcome<'_>,
        context: &Context<'_>,
        at: Option<Timestamp>,
        flag: &Bound<'py, PyString>,
        unit: &Bound<'py, PyString>,
    ) -> Self {
        let py = unit.py();
        let met = outcome
            .exposure(context)
            .map(|exposure| Met { salt: PyString::new(py, exposure.salt).unbind(), dedupe: exposure.dedupe });
        Self {
            flag: flag.clone().unbind(),
            variant: PyString::new(py, outcome.variant()).unbind(),
            index: outcome.index(),
            rule: outcome.rule(),
            reason: outcome.reason(),
            met,
            unit: unit.clone().unbind(),
            at,
        }
    }
}

#[pymethods]
impl Outcome {
    /// Key of the flag.
    #[getter]
    fn flag(&self, py: Python<'_>) -> Py<PyString> {
        self.flag.clone_ref(py)
    }

    /// Name of the variant.
    #[getter]
    fn variant(&self, py: Python<'_>) -> Py<PyString> {
        self.variant.clone_ref(py)
    }

    /// Position of the variant in the flag's list.
    #[getter]
    fn index(&self) -> u32 {
        self.index
    }

    /// Position of the rule that decided, or of the first that applied and did not reach the unit.
    #[getter]
    fn rule(&self) -> Option<u32> {
        self.rule
    }

    /// Why.
    #[getter]
    fn reason(&self) -> Reason {
        Reason(self.reason)
    }

    /// The name under which to remember the variant, if the unit shall keep it.
    #[getter]
    fn sticky_token(&self, py: Python<'_>) -> Option<Py<PyString>> {
        self.met.as_ref().map(|met| met.salt.clone_ref(py))
    }

    /// The exposure to report: data, not I/O. `None` where the unit was not allocated.
    #[getter]
    fn exposure<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(met) = &self.met else { return Ok(None) };
        let exposure = flag::Exposure {
            flag: self.flag.to_str(py)?,
            salt: met.salt.to_str(py)?,
            variant: self.variant.to_str(py)?,
            unit: self.unit.to_str(py)?,
            at: self.at,
            dedupe: met.dedupe,
        };
        shape::exposure(py, &exposure).map(Some)
    }

    fn __eq__(&self, other: &Self, py: Python<'_>) -> PyResult<bool> {
        let same = |mine: &Py<PyString>, theirs: &Py<PyString>| -> PyResult<bool> {
            Ok(mine.to_str(py)? == theirs.to_str(py)?)
        };
        let salts = match (&self.met, &other.met) {
            (Some(mine), Some(theirs)) => mine.dedupe == theirs.dedupe && same(&mine.salt, &theirs.salt)?,
            (mine, theirs) => mine.is_none() == theirs.is_none(),
        };
        Ok(salts
            && (self.index, self.rule, self.reason, self.at)
                == (other.index, other.rule, other.reason, other.at)
            && same(&self.flag, &other.flag)?
            && same(&self.variant, &other.variant)?
            && same(&self.unit, &other.unit)?)
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<u64> {
        let mut hasher = std::hash::DefaultHasher::new();
        (self.flag.to_str(py)?, self.unit.to_str(py)?, self.index, self.rule, Reason(self.reason))
            .hash(&mut hasher);
        Ok(hasher.finish())
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!(
            "Outcome(flag={}, variant={}, index={}, rule={}, reason={})",
            self.flag.bind(py).repr()?,
            self.variant.bind(py).repr()?,
            self.index,
            self.rule.map_or_else(|| "None".into(), |rule| rule.to_string()),
            Reason(self.reason).__repr__(),
        ))
    }
}

/// All flags of a program in their loaded form. It never changes, so threads may share it.
#[pyclass(module = "rampgate", frozen)]
#[derive(Debug)]
pub(crate) struct FlagSet(pub(crate) Arc<flag::FlagSet>);

/// Who asks, as Python gave it.
struct Asked<'py> {
    unit: Bound<'py, PyString>,
    attributes: Attributes,
    now: Option<Timestamp>,
    sticky: Sticky,
}

impl<'py> Asked<'py> {
    fn read(
        unit: &Bound<'py, PyAny>,
        attributes: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        sticky: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Self> {
        let unit = if unit.is_none() {
            PyString::new(unit.py(), "")
        } else {
            text(unit, "unit")?;
            unit.cast::<PyString>()?.clone()
        };
        Ok(Self {
            unit,
            attributes: Attributes::read(attributes)?,
            now: now.map(|now| timestamp(now, "now")).transpose()?,
            sticky: Sticky::read(sticky)?,
        })
    }

    fn with<R>(&self, call: impl FnOnce(&Context<'_>) -> PyResult<R>) -> PyResult<R> {
        let unit = self.unit.to_str()?;
        self.sticky.with(|sticky| {
            self.attributes.with(|attributes| {
                let context = Context::of(unit).with(attributes).sticky(sticky);
                call(&match self.now {
                    Some(now) => context.at(now),
                    None => context,
                })
            })
        })
    }
}

impl FlagSet {
    fn find<'a>(&'a self, key: &'a Bound<'_, PyAny>) -> PyResult<flag::FlagRef<'a>> {
        let name = text(key, "key")?;
        self.0.flag(name).map_err(|error| Refusal::of("key", &error).raise(key.py()))
    }
}

#[pymethods]
impl FlagSet {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = document.py();
        let json = document::text(document, "document")?;
        let set = py.detach(|| flag::FlagSet::from_json(&json)).map_err(|error| raise(py, &error))?;
        Ok(Self(Arc::new(set)))
    }

    /// The document's own version.
    #[getter]
    fn version(&self) -> u64 {
        self.0.version()
    }

    /// The flags' keys, in the order of the document.
    #[getter]
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.flags().map(|flag| flag.key()))
    }

    /// The names of a flag's variants, in the order of the document.
    fn variants<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(key.py(), self.find(key)?.variants())
    }

    /// What a flag gives a unit, and why.
    #[pyo3(signature = (key, unit, attributes = None, *, now = None, sticky = None))]
    fn evaluate<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        unit: &Bound<'py, PyAny>,
        attributes: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        sticky: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Outcome> {
        let flag = self.find(key)?;
        let asked = Asked::read(unit, attributes, now, sticky)?;
        let key = key.cast::<PyString>()?;
        asked.with(|context| Ok(Outcome::of(&flag.evaluate(context), context, asked.now, key, &asked.unit)))
    }

    /// The same answer from the same code, with every step that led to it.
    #[pyo3(signature = (key, unit, attributes = None, *, now = None, sticky = None))]
    fn explain<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        unit: &Bound<'py, PyAny>,
        attributes: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        sticky: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let flag = self.find(key)?;
        let asked = Asked::read(unit, attributes, now, sticky)?;
        let key = key.cast::<PyString>()?;
        asked.with(|context| {
            let explanation = flag.explain(context);
            let outcome = Outcome::of(&explanation.outcome, context, asked.now, key, &asked.unit);
            shape::explanation(key.py(), outcome, &explanation.steps)
        })
    }

    /// What every flag gives a unit, by key.
    #[pyo3(signature = (unit, attributes = None, *, now = None, sticky = None))]
    fn evaluate_all<'py>(
        &self,
        unit: &Bound<'py, PyAny>,
        attributes: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        sticky: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let asked = Asked::read(unit, attributes, now, sticky)?;
        let py = unit.py();
        let outcomes = PyDict::new(py);
        asked.with(|context| {
            for flag in self.0.flags() {
                let key = PyString::new(py, flag.key());
                let outcome = Outcome::of(&flag.evaluate(context), context, asked.now, &key, &asked.unit);
                outcomes.set_item(key, Bound::new(py, outcome)?)?;
            }
            Ok(())
        })?;
        Ok(outcomes)
    }

    /// Looks for what is valid and most likely not meant.
    #[pyo3(signature = (now = None, retired_salts = None))]
    fn lint<'py>(
        &self,
        py: Python<'py>,
        now: Option<&Bound<'py, PyAny>>,
        retired_salts: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let now = now.map(|now| timestamp(now, "now")).transpose()?;
        let salts = retired_salts
            .map_or_else(|| Ok(Vec::new()), |salts| crate::context::names(salts, "retired_salts"))?;
        let salts: Vec<&str> = salts.iter().map(|salt| &**salt).collect();
        let findings = py.detach(|| {
            let options = LintOptions::default().retired_salts(&salts);
            self.0.lint(&match now {
                Some(now) => options.at(now),
                None => options,
            })
        });
        findings.iter().map(|finding| shape::flag_finding(py, finding)).collect()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("<rampgate.FlagSet version {}: {} flags>", self.0.version(), self.0.len())
    }
}
