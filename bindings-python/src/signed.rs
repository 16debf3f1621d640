//! Flag documents that are refused unless a trusted key signed them.

use crate::argument::{bytes, text};
use crate::document;
use crate::error::{Refusal, raise, wrong_type};
use crate::flags::FlagSet;
use crate::guarded::Guarded;
use pyo3::prelude::*;
use pyo3::types::{PyMapping, PyString, PyTuple};
use rampgate::flag::{self, Offered};
use std::sync::Arc;

/// The public keys that may sign a flag document. They never change.
#[pyclass(module = "rampgate", frozen)]
#[derive(Debug)]
pub(crate) struct TrustedKeys {
    keys: flag::TrustedKeys,
    names: Vec<Py<PyString>>,
}

#[pymethods]
impl TrustedKeys {
    #[new]
    fn new(keys: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = keys.py();
        let mapping = keys
            .cast::<PyMapping>()
            .map_err(|_| wrong_type("keys", "a mapping of names to 32 bytes", keys))?;
        let mut trusted = Self { keys: flag::TrustedKeys::none(), names: Vec::new() };
        for item in mapping.items()?.iter() {
            let (name, key) = item.extract::<(Bound<'_, PyAny>, Bound<'_, PyAny>)>()?;
            let known = text(&name, "a key of keys")?;
            let path = format!("keys{}", document::place(known));
            let key = key_bytes(&key, &path)?;
            let with = trusted.keys.with(known, &key);
            trusted.keys = with.map_err(|error| Refusal::of(&path, &error).raise(py))?;
            trusted.names.push(name.cast::<PyString>()?.clone().unbind());
        }
        Ok(trusted)
    }

    /// The keys' names.
    #[getter]
    fn names<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(py, &self.names)
    }

    fn __repr__(&self) -> String {
        format!("<rampgate.TrustedKeys: {}>", self.names.len())
    }
}

fn key_bytes(value: &Bound<'_, PyAny>, path: &str) -> PyResult<[u8; 32]> {
    let given = bytes(value, path)?;
    <[u8; 32]>::try_from(&*given)
        .map_err(|_| Refusal::new(path, "range", "must be 32 bytes").raise(value.py()))
}

/// Signs a flag document: the envelope as JSON text.
#[pyfunction]
pub(crate) fn sign(
    document: &Bound<'_, PyAny>,
    name: &Bound<'_, PyAny>,
    secret_key: &Bound<'_, PyAny>,
) -> PyResult<String> {
    let json = document::text(document, "document")?;
    let secret = key_bytes(secret_key, "secret_key")?;
    flag::sign(&json, text(name, "name")?, &secret).map_err(|error| raise(document.py(), &error))
}

struct Held {
    flags: flag::SignedFlags,
    current: Option<Arc<flag::FlagSet>>,
}

/// The newest flag document that a trusted key has signed.
#[pyclass(module = "rampgate", frozen)]
pub(crate) struct SignedFlags(Guarded<Held>);

#[pymethods]
impl SignedFlags {
    #[new]
    fn new(keys: &Bound<'_, PyAny>) -> PyResult<Self> {
        let keys = keys.cast::<TrustedKeys>().map_err(|_| wrong_type("keys", "TrustedKeys", keys))?;
        let flags = flag::SignedFlags::new(keys.get().keys.clone());
        Ok(Self(Guarded::new(Held { flags, current: None })))
    }

    /// The flags in use; `None` before the first good document.
    #[getter]
    fn current(&self, py: Python<'_>) -> PyResult<Option<FlagSet>> {
        Ok(self.0.lock(py)?.current.clone().map(FlagSet))
    }

    /// Takes a signed document, if a trusted key has signed it as it is and it is not older than the one in use.
    fn offer(&self, envelope: &Bound<'_, PyAny>) -> PyResult<&'static str> {
        let py = envelope.py();
        let json = document::text(envelope, "envelope")?;
        let offered = self.0.detached(py, |held| {
            let offered = held.flags.offer(&json)?;
            if offered == Offered::Taken {
                held.current = held.flags.current().cloned().map(Arc::new);
            }
            Ok(offered)
        })?;
        match offered.map_err(|error| raise(py, &error))? {
            Offered::Taken => Ok("taken"),
            Offered::Known => Ok("known"),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let held = self.0.lock(py)?;
        let version = held.current.as_ref().map(|set| set.version());
        Ok(version.map_or_else(
            || "<rampgate.SignedFlags: none yet>".into(),
            |version| format!("<rampgate.SignedFlags version {version}>"),
        ))
    }
}
