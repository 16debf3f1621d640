use pyo3::exceptions::PyRuntimeError;
use pyo3::sync::MutexExt as _;
use pyo3::{PyErr, PyResult, Python};
use std::sync::{LockResult, Mutex, MutexGuard};

/// A value that changes, for use from several threads.
pub(crate) struct Guarded<T>(Mutex<T>);

impl<T: Send> Guarded<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// For calls of nanoseconds. Gives the interpreter back while it waits, so two threads never wait for each other. Let go of the
    /// guard before any Python code can run: it might call back.
    pub(crate) fn lock(&self, py: Python<'_>) -> PyResult<MutexGuard<'_, T>> {
        intact(self.0.lock_py_attached(py))
    }

    /// For calls that may take long: other Python threads run meanwhile.
    pub(crate) fn detached<R: Send>(
        &self,
        py: Python<'_>,
        call: impl FnOnce(&mut T) -> R + Send,
    ) -> PyResult<R> {
        py.detach(|| Ok(call(&mut *intact(self.0.lock())?)))
    }
}

/// The core promises not to panic. Should it, what it left half done is not touched again.
fn intact<T>(locked: LockResult<MutexGuard<'_, T>>) -> PyResult<MutexGuard<'_, T>> {
    locked.map_err(|_| -> PyErr {
        PyRuntimeError::new_err(
            "an earlier call failed inside the library: go on from the last state you saved",
        )
    })
}
