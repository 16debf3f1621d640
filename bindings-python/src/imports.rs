//! Plans from other tools' documents.

use crate::argument::text;
use crate::error::raise;
use crate::{document, shape};
use pyo3::prelude::*;
use rampgate::rollout::import::{Source, import};

/// Reads a document of another tool and gives the plan that it comes to, with a list of what the plan does not carry.
#[pyfunction]
pub(crate) fn import_plan<'py>(
    source: &Bound<'py, PyAny>,
    document: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = source.py();
    let source = text(source, "source")?.parse::<Source>().map_err(|error| raise(py, &error))?;
    let document = document::any(document, "document")?;
    let imported = py.detach(|| import(source, &document)).map_err(|error| raise(py, &error))?;
    shape::make(py, "rampgate.imports", "ImportedPlan", (imported.to_json(), imported.document))
}
