//! rampgate for Python. Convert, call, convert: what is decided is decided in the core.

use pyo3::pymodule;

/// The compiled half of the package `rampgate`.
#[pymodule]
mod _native {
    use pyo3::pyfunction;

    /// The version of this build, for example `0.1.0`.
    #[pyfunction]
    fn version() -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}
