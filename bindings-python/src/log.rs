//! The log of a release: written, verified, replayed, told.

use crate::argument::{bytes, text, timestamp};
use crate::document::not_utf8;
use crate::error::{raise, wrong_type};
use crate::guarded::Guarded;
use crate::parts::events;
use crate::shape;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};
use rampgate::Error;
use rampgate::log::{self, Head, Story, Subject, Verified};

const MODULE: &str = "rampgate.log";

/// Writes a log, line by line.
#[pyclass(module = "rampgate.log", frozen)]
pub(crate) struct Log(Guarded<log::Log>);

#[pymethods]
impl Log {
    /// A log without events, and its header line.
    #[staticmethod]
    #[pyo3(signature = (document, name = None))]
    fn begin(document: &Bound<'_, PyAny>, name: Option<&Bound<'_, PyAny>>) -> PyResult<(Self, String)> {
        let (log, header) = log::Log::begin(subject(document, name)?);
        Ok((Self(Guarded::new(log)), header))
    }

    /// Goes on after the end of a text, which is verified and replayed.
    #[staticmethod]
    #[pyo3(signature = (document, log, name = None))]
    fn resume(
        document: &Bound<'_, PyAny>,
        log: &Bound<'_, PyAny>,
        name: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (py, subject, text) = (document.py(), subject(document, name)?, exact(log, "log")?);
        let resumed = py.detach(|| log::Log::resume(subject, &text)).map_err(|error| raise(py, &error))?;
        Ok(Self(Guarded::new(resumed)))
    }

    /// The lines of events, to be appended to the text: all of them or none.
    fn append(&self, events: &Bound<'_, PyAny>) -> PyResult<String> {
        let (py, events) = (events.py(), self::events(events)?);
        self.0.detached(py, |log| log.append_all(&events))?.map_err(|error| raise(py, &error))
    }

    /// The closing line of a release that has ended.
    fn close(&self, at: &Bound<'_, PyAny>) -> PyResult<String> {
        let (py, at) = (at.py(), timestamp(at, "at")?);
        self.0.detached(py, |log| log.close(at))?.map_err(|error| raise(py, &error))
    }

    /// The end of the log, to be kept elsewhere.
    #[getter]
    fn head(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.0.lock(py)?.head().to_string())
    }

    /// Whether its closing line was written.
    #[getter]
    fn closed(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.0.lock(py)?.is_closed())
    }

    /// Where the rollout stands after the last event.
    #[getter]
    fn phase<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let phase = self.0.lock(py)?.state().phase();
        shape::phase(py, phase)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let log = self.0.lock(py)?;
        Ok(format!("<rampgate.log.Log of {} at {}>", log.subject().name(), log.head().seq()))
    }
}

/// Reads a log and refuses what was altered, cut, repeated or put in another order.
#[pyfunction]
#[pyo3(signature = (log, head = None))]
pub(crate) fn log_verify<'py>(
    log: &Bound<'py, PyAny>,
    head: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = log.py();
    let verified = verified(log, head)?;
    let events = verified.events().iter().map(shape::json).collect::<PyResult<Vec<_>>>()?;
    let closed = verified.closed_at().map(rampgate::Timestamp::as_millis);
    let head = verified.head().to_string();
    shape::make(py, MODULE, "Verified", (verified.release(), head, closed, events))
}

/// Runs the events of a verified log from the beginning.
#[pyfunction]
#[pyo3(signature = (document, log, name = None, head = None))]
pub(crate) fn log_replay<'py>(
    document: &Bound<'py, PyAny>,
    log: &Bound<'py, PyAny>,
    name: Option<&Bound<'py, PyAny>>,
    head: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, subject, log) = (document.py(), subject(document, name)?, verified(log, head)?);
    let (state, decisions) = py.detach(|| log.replay(&subject)).map_err(|error| raise(py, &error))?;
    shape::replay(py, &state, &decisions)
}

/// Tells a verified log in plain sentences.
#[pyfunction]
#[pyo3(signature = (document, log, name = None, head = None))]
pub(crate) fn log_explain<'py>(
    document: &Bound<'py, PyAny>,
    log: &Bound<'py, PyAny>,
    name: Option<&Bound<'py, PyAny>>,
    head: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (py, subject, log) = (document.py(), subject(document, name)?, verified(log, head)?);
    let story: Result<Story, Error> = py.detach(|| log.explain(&subject));
    let story = story.map_err(|error| raise(py, &error))?;
    shape::make(py, MODULE, "Story", (shape::json(&story)?, story.to_string()))
}

fn verified(log: &Bound<'_, PyAny>, head: Option<&Bound<'_, PyAny>>) -> PyResult<Verified> {
    let (py, text) = (log.py(), exact(log, "log")?);
    let head = head.filter(|head| !head.is_none());
    let head = head.map(|head| self::text(head, "head")?.parse::<Head>().map_err(|error| raise(py, &error)));
    let head = head.transpose()?;
    let verified = py.detach(|| match &head {
        None => log::verify(&text),
        Some(head) => log::verify_against(&text, head),
    });
    verified.map_err(|error| raise(py, &error))
}

/// A spec, or with a name a plan.
fn subject(document: &Bound<'_, PyAny>, name: Option<&Bound<'_, PyAny>>) -> PyResult<Subject> {
    let json = exact(document, "document")?;
    match name.filter(|name| !name.is_none()) {
        None => Subject::of_release(&json),
        Some(name) => Subject::of_plan(text(name, "name")?, &json),
    }
    .map_err(|error| raise(document.py(), &error))
}

/// Text whose bytes count: a str, or bytes as they were read from a file.
fn exact(value: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    if value.is_instance_of::<PyString>() {
        return Ok(text(value, name)?.to_owned());
    }
    if !value.is_instance_of::<PyBytes>() {
        return Err(wrong_type(name, "a str or bytes: each byte counts", value));
    }
    String::from_utf8(bytes(value, name)?.to_vec()).map_err(|_| not_utf8(name).raise(value.py()))
}
