use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use rampgate::Error;

/// One problem of what a caller passed in, found before the core saw it.
pub(crate) struct Refusal {
    pub(crate) path: String,
    pub(crate) code: &'static str,
    pub(crate) rule: String,
    pub(crate) value: Option<String>,
}

impl Refusal {
    pub(crate) fn new(path: impl Into<String>, code: &'static str, rule: impl Into<String>) -> Self {
        Self { path: path.into(), code, rule: rule.into(), value: None }
    }

    /// A problem that the core found with a value, under the name of the argument that holds it.
    pub(crate) fn of(path: impl Into<String>, error: &Error) -> Self {
        Self {
            path: path.into(),
            code: error.kind().code(),
            rule: error.rule().into(),
            value: error.value().map(Into::into),
        }
    }

    pub(crate) fn got(self, value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..self }
    }

    pub(crate) fn raise(self, py: Python<'_>) -> PyErr {
        let got = match &self.value {
            None => String::new(),
            // as the core prints it
            Some(word)
                if !word.is_empty() && !word.contains(|c: char| c.is_whitespace() || c.is_control()) =>
            {
                format!(", got {word}")
            }
            Some(text) => format!(", got `{}`", rampgate::Escaped(text)),
        };
        let message = format!("invalid `{}`: {}{got}", self.path, self.rule);
        error(py, &message, vec![(&self.path, self.code, &self.rule, self.value.as_deref())])
    }
}

/// The core's error, with all of its problems.
pub(crate) fn raise(py: Python<'_>, failure: &Error) -> PyErr {
    let problems = failure
        .problems()
        .map(|problem| (problem.path(), problem.kind().code(), problem.rule(), problem.value()))
        .collect();
    error(py, &failure.to_string(), problems)
}

/// An argument of a type that it never takes.
pub(crate) fn wrong_type(argument: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyErr {
    PyTypeError::new_err(format!("`{argument}` must be {expected}, got {}", type_name(value)))
}

pub(crate) fn type_name(value: &Bound<'_, PyAny>) -> String {
    let name = value.get_type().qualname().map(|name| name.to_string());
    name.unwrap_or_else(|_| "something without a type's name".into())
}

fn error(py: Python<'_>, message: &str, problems: Vec<(&str, &str, &str, Option<&str>)>) -> PyErr {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let made = CLASS
        .import(py, "rampgate.errors", "RampgateError")
        .and_then(|class| class.call_method1("_of", (message, problems)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}
