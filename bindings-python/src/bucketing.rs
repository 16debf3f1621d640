//! Who owns which slots: allocations, layers, holdouts; and diagnostics over the caller's own ids.

use crate::argument::{items, position, share, text, tuple};
use crate::batch::texts;
use crate::context::names;
use crate::error::{Refusal, raise, wrong_type};
use crate::guarded::Guarded;
use crate::parts::{key, number, numbers, unit};
use crate::{document, shape};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyDict, PyMapping, PyString, PyTuple};
use rampgate::bucketing::diagnostics::Sample;
use rampgate::bucketing::{self, Key, Target};
use std::collections::HashMap;
use std::ops::Range;

type Ranges = Vec<(u32, u32)>;

fn pairs(ranges: impl Iterator<Item = Range<u32>>) -> Ranges {
    ranges.map(|range| (range.start, range.end)).collect()
}

/// Which variant each slot belongs to. It never changes.
#[pyclass(module = "rampgate", frozen, eq)]
#[derive(Debug, PartialEq)]
pub(crate) struct Allocation(bucketing::Allocation);

#[pymethods]
impl Allocation {
    /// Gives each variant a run of slots in proportion to its weight.
    #[staticmethod]
    fn by_weights(weights: &Bound<'_, PyAny>) -> PyResult<Self> {
        let allocation = bucketing::Allocation::by_weights(&numbers(weights, "weights")?);
        allocation.map(Self).map_err(|error| raise(weights.py(), &error))
    }

    /// Gives each range `(variant, start, end)` of slots to its variant.
    #[staticmethod]
    fn from_ranges(variants: &Bound<'_, PyAny>, ranges: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = ranges.py();
        let variants = position(variants, "variants")?;
        let expected = "(variant, start, end)";
        let items = items(ranges, "ranges", "a list of (variant, start, end)")?;
        let ranges = items.iter().enumerate().map(|(at, item)| {
            let path = format!("ranges[{at}]");
            let [variant, start, end] = tuple(item, &path, expected)?;
            let (start, end) = (number(&start, &format!("{path}[1]"))?, number(&end, &format!("{path}[2]"))?);
            Ok((position(&variant, &format!("{path}[0]"))?, start..end))
        });
        let ranges = ranges.collect::<PyResult<Vec<_>>>()?;
        bucketing::Allocation::from_ranges(variants, ranges).map(Self).map_err(|error| raise(py, &error))
    }

    /// The slots of each variant as half-open ranges in order.
    #[getter]
    fn ranges(&self) -> Vec<Ranges> {
        (0..self.0.len()).map(|variant| pairs(self.0.ranges(variant))).collect()
    }

    /// The share of all slots that each variant has, 0.0 to 1.0.
    #[getter]
    fn shares(&self) -> Vec<f64> {
        (0..self.0.len()).map(|variant| self.0.share(variant).map_or(0.0, |share| share.fraction())).collect()
    }

    /// The share of all slots that nobody owns, 0.0 to 1.0.
    #[getter]
    fn unowned(&self) -> f64 {
        self.0.unowned().fraction()
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("<rampgate.Allocation of {} variants: {:?}>", self.0.len(), self.shares())
    }
}

/// The allocation that meets the targets, and what moved on the way to it: the least that can.
#[pyfunction]
pub(crate) fn rebalance<'py>(
    before: &Bound<'py, PyAny>,
    targets: &Bound<'py, PyAny>,
) -> PyResult<(Allocation, Bound<'py, PyAny>)> {
    let py = before.py();
    let old = before.cast::<Allocation>().map_err(|_| wrong_type("before", "an Allocation", before))?;
    let old = &old.get().0;
    let targets = items(targets, "targets", "a list of targets")?;
    let targets = targets.iter().enumerate().map(|(at, item)| target(item, &format!("targets[{at}]")));
    let targets = targets.collect::<PyResult<Vec<_>>>()?;
    let (after, movement) = py.detach(|| old.rebalance(&targets)).map_err(|error| raise(py, &error))?;
    Ok((Allocation(after), shape::movement(py, &movement)?))
}

/// `{"keep": 0, "weight": 3}`, `{"new": True, "weight": 3}`, `{"remove": 0}` or `{"nobody": True, "weight": 3}`.
fn target(given: &Bound<'_, PyAny>, path: &str) -> PyResult<Target> {
    let rule = "must be {\"keep\": position, \"weight\": n}, {\"new\": True, \"weight\": n}, \
                {\"remove\": position} or {\"nobody\": True, \"weight\": n}";
    let mapping = given.cast::<PyMapping>().map_err(|_| wrong_type(path, "a mapping", given))?;
    let refuse = || Refusal::new(path, "syntax", rule).got(given.to_string()).raise(given.py());
    let [mut keep, mut new, mut remove, mut nobody, mut weight] = [None, None, None, None, None];
    for item in mapping.items()?.iter() {
        let (name, value) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let field = match text(&name, &format!("a key of {path}"))? {
            "keep" => &mut keep,
            "new" => &mut new,
            "remove" => &mut remove,
            "nobody" => &mut nobody,
            "weight" => &mut weight,
            _ => return Err(refuse()),
        };
        *field = Some(value);
    }
    let weight = weight.map(|weight| number(&weight, &format!("{path}.weight"))).transpose()?;
    let flagged = |value: Bound<'_, PyAny>| value.extract::<bool>().ok() == Some(true);
    match (keep, new, remove, nobody, weight) {
        (Some(was), None, None, None, Some(weight)) => {
            Ok(Target::Keep { was: position(&was, &format!("{path}.keep"))?, weight })
        }
        (None, Some(new), None, None, Some(weight)) if flagged(new.clone()) => Ok(Target::New { weight }),
        (None, None, Some(was), None, None) => {
            Ok(Target::Remove { was: position(&was, &format!("{path}.remove"))? })
        }
        (None, None, None, Some(nobody), Some(weight)) if flagged(nobody.clone()) => {
            Ok(Target::Nobody { weight })
        }
        _ => Err(refuse()),
    }
}

/// A pool of slots from which flags claim their own, so that no unit is in two of them.
#[pyclass(module = "rampgate", frozen)]
pub(crate) struct Layer(Guarded<bucketing::Layer>);

impl Layer {
    fn change(
        &self,
        py: Python<'_>,
        change: impl FnOnce(&mut bucketing::Layer) -> Result<(), rampgate::Error> + Send,
    ) -> PyResult<()> {
        self.0.detached(py, change)?.map_err(|error| raise(py, &error))
    }
}

#[pymethods]
impl Layer {
    #[new]
    fn new(name: &Bound<'_, PyAny>) -> PyResult<Self> {
        let layer = bucketing::Layer::new(text(name, "name")?).map_err(|error| raise(name.py(), &error))?;
        Ok(Self(Guarded::new(layer)))
    }

    /// A layer from its JSON form.
    #[staticmethod]
    fn from_json(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let json = document::text(document, "document")?;
        let layer = bucketing::Layer::from_json(&json).map_err(|error| raise(document.py(), &error))?;
        Ok(Self(Guarded::new(layer)))
    }

    /// Gives a new claim a share of all slots, the lowest that are free.
    fn claim(&self, name: &Bound<'_, PyAny>, share: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, name, share) = (name.py(), text(name, "name")?, self::share(share, "share")?);
        self.change(py, |layer| layer.claim(name, share))
    }

    /// Grows or shrinks a claim to a share of all slots.
    fn resize(&self, name: &Bound<'_, PyAny>, share: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, name, share) = (name.py(), text(name, "name")?, self::share(share, "share")?);
        self.change(py, |layer| layer.resize(name, share))
    }

    /// Ends a claim; all of its slots are free again.
    fn release(&self, name: &Bound<'_, PyAny>) -> PyResult<()> {
        let (py, name) = (name.py(), text(name, "name")?);
        self.change(py, |layer| layer.release(name))
    }

    /// Name of the claim that has the unit's slot; `None` where it is free.
    fn owner(&self, unit: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
        let (py, unit) = (unit.py(), self::unit(unit)?);
        let layer = self.0.lock(py)?;
        Ok(layer.owner(layer.slot(unit)).map(Into::into))
    }

    /// The slots of each claim as half-open ranges in order.
    #[getter]
    fn claims<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let claims: Vec<(String, Ranges)> = {
            let layer = self.0.lock(py)?;
            layer.claims().map(|name| (name.into(), pairs(layer.ranges(name)))).collect()
        };
        let out = PyDict::new(py);
        claims.into_iter().try_for_each(|(name, ranges)| out.set_item(name, ranges))?;
        Ok(out)
    }

    /// The layer's name.
    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.0.lock(py)?.name().into())
    }

    /// The share of all slots that is free, 0.0 to 1.0.
    #[getter]
    fn free(&self, py: Python<'_>) -> PyResult<f64> {
        Ok(self.0.lock(py)?.free().fraction())
    }

    /// The canonical JSON text: store it, for it holds who has which slots.
    #[getter]
    fn json(&self, py: Python<'_>) -> PyResult<String> {
        shape::json(&*self.0.lock(py)?)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let layer = self.0.lock(py)?;
        Ok(format!(
            "<rampgate.Layer {}: {} claims, {} free>",
            layer.name(),
            layer.claims().len(),
            layer.free()
        ))
    }
}

/// Shares of units that are kept out of what is new. They never change.
#[pyclass(module = "rampgate", frozen)]
pub(crate) struct Holdouts(bucketing::Holdouts);

#[pymethods]
impl Holdouts {
    #[new]
    fn new(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        let json = if let Ok(text) = document.cast::<PyString>() {
            document::utf8(text, "document")?.into()
        } else {
            items(document, "document", "a JSON text or a list of holdouts")?;
            document::json(document, "document")?
        };
        bucketing::Holdouts::from_json(&json).map(Self).map_err(|error| raise(document.py(), &error))
    }

    /// Name of the holdout that keeps a unit out of a flag with these tags; `None` if it is free.
    #[pyo3(signature = (unit, tags = None))]
    fn held(&self, unit: &Bound<'_, PyAny>, tags: Option<&Bound<'_, PyAny>>) -> PyResult<Option<&str>> {
        let unit = self::unit(unit)?;
        let tags = tags.map_or_else(|| Ok(Vec::new()), |tags| names(tags, "tags"))?;
        let tags: Vec<&str> = tags.iter().map(|tag| &**tag).collect();
        Ok(self.0.held(unit, &tags).map(bucketing::Holdout::name))
    }

    /// The holdouts' names, the global ones first.
    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, self.0.iter().map(bucketing::Holdout::name))
    }

    /// The canonical JSON text, the same in every language.
    #[getter]
    fn json(&self) -> PyResult<String> {
        shape::json(&self.0)
    }

    fn __repr__(&self) -> String {
        format!("<rampgate.Holdouts: {}>", self.0.iter().len())
    }
}

fn ids(units: &[Option<PyBackedStr>]) -> impl Iterator<Item = &str> {
    units.iter().map(|unit| unit.as_deref().unwrap_or_default())
}

/// How evenly the key of a domain and a salt spreads units over its slots.
#[pyfunction]
pub(crate) fn uniformity<'py>(
    units: &Bound<'py, PyAny>,
    domain: &Bound<'py, PyAny>,
    salt: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, key) = (units.py(), key(domain, salt)?);
    let units = texts(units)?;
    let found = py.detach(|| Sample::new(ids(&units)).uniformity(&key));
    shape::made(py, "rampgate.diagnostics", "Uniformity", &found)
}

/// Whether where a unit stands under one key says anything about where it stands under another.
#[pyfunction]
pub(crate) fn independence<'py>(
    units: &Bound<'py, PyAny>,
    first: &Bound<'py, PyAny>,
    second: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, first, second) = (units.py(), named_key(first, "first")?, named_key(second, "second")?);
    let units = texts(units)?;
    let found = py.detach(|| Sample::new(ids(&units)).independence(&first, &second));
    let p_value_of_z = found.p_value_of_z();
    shape::make(py, "rampgate.diagnostics", "Independence", (shape::json(&found)?, p_value_of_z))
}

/// A key as `(domain, salt)`.
fn named_key(given: &Bound<'_, PyAny>, name: &str) -> PyResult<Key> {
    match items(given, name, "(domain, salt)")?.as_slice() {
        [domain, salt] => key(domain, salt),
        _ => Err(Refusal::new(name, "range", "must be (domain, salt)").raise(given.py())),
    }
}

/// The salt, of so many candidates, under which a split treats these units most alike.
#[pyfunction]
#[pyo3(signature = (units, base, candidates, split, past = None))]
pub(crate) fn find_salt<'py>(
    units: &Bound<'py, PyAny>,
    base: &Bound<'py, PyAny>,
    candidates: &Bound<'py, PyAny>,
    split: &Bound<'py, PyAny>,
    past: Option<&Bound<'py, PyAny>>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let (py, base, candidates) = (units.py(), text(base, "base")?, number(candidates, "candidates")?);
    let split = split.cast::<Allocation>().map_err(|_| wrong_type("split", "an Allocation", split))?.get();
    let past = past.map_or_else(|| Ok(Vec::new()), |past| items(past, "past", "a list of mappings"))?;
    let past = past.iter().enumerate().map(|(at, values)| self::past(values, &format!("past[{at}]")));
    let past: Vec<HashMap<PyBackedStr, f64>> = past.collect::<PyResult<_>>()?;
    let units = texts(units)?;
    let found = py.detach(|| {
        let sample = past.iter().fold(Sample::new(ids(&units)), |sample, values| {
            sample.with_past(|unit| values.get(unit).copied())
        });
        sample.find_salt(base, candidates, &split.0)
    });
    found.map(|found| shape::made(py, "rampgate.diagnostics", "FoundSalt", &found)).transpose()
}

fn past(given: &Bound<'_, PyAny>, path: &str) -> PyResult<HashMap<PyBackedStr, f64>> {
    let mapping =
        given.cast::<PyMapping>().map_err(|_| wrong_type(path, "a mapping of units to numbers", given))?;
    let read = |item: Bound<'_, PyAny>| {
        let (unit, value) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
        let place = format!("{path}{}", document::place(text(&unit, &format!("a key of {path}"))?));
        let value = value.extract::<f64>().map_err(|_| wrong_type(&place, "a number", &value))?;
        Ok((unit.extract()?, value))
    };
    mapping.items()?.iter().map(read).collect()
}
