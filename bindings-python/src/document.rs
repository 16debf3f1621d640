//! Documents that arrive as Python values: written as JSON text, so that the core reads one form alone.

use crate::error::{Refusal, type_name, wrong_type};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use std::fmt::Write as _;

/// Deeper documents are refused. It also ends those that hold themselves.
const DEEPEST: usize = 100;

/// The JSON text of a document that is a text or a mapping. Problems have paths from its root, as the core's have; what is wrong
/// with the root itself has the argument's name.
pub(crate) fn text(value: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(utf8(text, name)?.into());
    }
    if value.cast::<PyMapping>().is_err() {
        return Err(wrong_type(name, "a JSON text or a mapping", value));
    }
    written(value, |path| {
        let path = path.strip_prefix('.').unwrap_or(path);
        if path.is_empty() { name.into() } else { path.into() }
    })
}

/// The JSON text of any value. Problems have paths that begin with the argument's name.
pub(crate) fn json(value: &Bound<'_, PyAny>, name: &str) -> PyResult<String> {
    written(value, |path| format!("{name}{path}"))
}

fn written(value: &Bound<'_, PyAny>, named: impl Fn(&str) -> String) -> PyResult<String> {
    let mut out = String::new();
    write(&mut out, value, 0).map_err(|unfit| match unfit {
        Unfit::Raised(error) => error,
        Unfit::Refused(refusal) => Refusal { path: named(&refusal.path), ..refusal }.raise(value.py()),
    })?;
    Ok(out)
}

/// The text, unless it holds half a character (a lone surrogate), which no UTF-8 can.
pub(crate) fn utf8<'a>(text: &'a Bound<'_, PyString>, name: &str) -> PyResult<&'a str> {
    text.to_str().map_err(|_| not_utf8(name).raise(text.py()))
}

pub(crate) fn not_utf8(path: &str) -> Refusal {
    Refusal::new(path, "syntax", "must be text that UTF-8 can hold, without lone surrogates")
}

/// Why a value is not JSON, with its path below the document.
enum Unfit {
    Refused(Refusal),
    Raised(PyErr),
}

impl Unfit {
    fn new(code: &'static str, rule: &str, got: impl Into<String>) -> Self {
        Self::Refused(Refusal::new("", code, rule).got(got))
    }

    fn below(self, place: &str) -> Self {
        match self {
            Self::Refused(refusal) => {
                Self::Refused(Refusal { path: format!("{place}{}", refusal.path), ..refusal })
            }
            raised @ Self::Raised(_) => raised,
        }
    }
}

impl From<PyErr> for Unfit {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

fn write(out: &mut String, value: &Bound<'_, PyAny>, depth: usize) -> Result<(), Unfit> {
    if depth > DEEPEST {
        return Err(Unfit::new("range", "must not be nested more than 100 deep", type_name(value)));
    }
    if value.is_none() {
        out.push_str("null");
    } else if let Ok(truth) = value.cast::<PyBool>() {
        out.push_str(if truth.is_true() { "true" } else { "false" });
    } else if let Ok(text) = value.cast::<PyString>() {
        write_text(out, text)?;
    } else if value.is_instance_of::<PyInt>() {
        write_integer(out, value)?;
    } else if let Ok(number) = value.cast::<PyFloat>() {
        write_number(out, number.value())?;
    } else if let Ok(entries) = value.cast::<PyDict>() {
        let entries = entries.iter().map(|(key, value)| Ok((key, value)));
        write_object(out, entries, depth)?;
    } else if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        write_list(out, value, depth)?;
    } else if let Ok(mapping) = value.cast::<PyMapping>() {
        let entries = mapping.items()?;
        write_object(out, entries.iter().map(|entry| entry.extract()), depth)?;
    } else {
        let rule = "must be a mapping, list, text, number, bool or None";
        return Err(Unfit::new("type", rule, type_name(value)));
    }
    Ok(())
}

fn write_text(out: &mut String, text: &Bound<'_, PyString>) -> Result<(), Unfit> {
    let text = text.to_str().map_err(|_| Unfit::Refused(not_utf8("")))?;
    out.push_str(
        &serde_json::to_string(text).map_err(|error| Unfit::new("syntax", &error.to_string(), text))?,
    );
    Ok(())
}

fn write_integer(out: &mut String, value: &Bound<'_, PyAny>) -> Result<(), Unfit> {
    let written = match (value.extract::<u64>(), value.extract::<i64>()) {
        (Ok(number), _) => write!(out, "{number}"),
        (_, Ok(number)) => write!(out, "{number}"),
        _ => return Err(Unfit::new("range", "must be a number that 64 bits can hold", "a larger one")),
    };
    written.map_err(|_| Unfit::new("range", "must fit into memory", "a number"))
}

fn write_number(out: &mut String, number: f64) -> Result<(), Unfit> {
    if !number.is_finite() {
        return Err(Unfit::new("range", "must be a finite number", number.to_string()));
    }
    let text = serde_json::to_string(&number);
    out.push_str(&text.map_err(|error| Unfit::new("range", &error.to_string(), number.to_string()))?);
    Ok(())
}

fn write_list(out: &mut String, items: &Bound<'_, PyAny>, depth: usize) -> Result<(), Unfit> {
    out.push('[');
    for (position, item) in items.try_iter()?.enumerate() {
        if position > 0 {
            out.push(',');
        }
        write(out, &item?, depth + 1).map_err(|unfit| unfit.below(&format!("[{position}]")))?;
    }
    out.push(']');
    Ok(())
}

fn write_object<'py>(
    out: &mut String,
    entries: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
    depth: usize,
) -> Result<(), Unfit> {
    out.push('{');
    for (position, entry) in entries.enumerate() {
        let (key, value) = entry?;
        let Ok(name) = key.cast::<PyString>() else {
            return Err(Unfit::new("type", "must have texts for keys", type_name(&key)));
        };
        if position > 0 {
            out.push(',');
        }
        write_text(out, name)?;
        out.push(':');
        write(out, &value, depth + 1).map_err(|unfit| unfit.below(&place(&name.to_string_lossy())))?;
    }
    out.push('}');
    Ok(())
}

/// A key in a path, as the core writes it.
pub(crate) fn place(key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if plain { format!(".{key}") } else { format!("[\"{}\"]", rampgate::Escaped(key)) }
}
