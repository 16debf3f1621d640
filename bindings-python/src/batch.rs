//! Many units at once: the positions of their variants as a numpy array of `uint8`, or of `int32` where there may be none.
//!
//! Units are read in chunks, with the interpreter; they are hashed without it, so other threads run meanwhile. Fixed-width
//! arrays are copied chunk by chunk: a caller who writes into the array from another thread changes nothing that is being read.

use crate::document::not_utf8;
use crate::error::wrong_type;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyByteArray, PyBytes, PyDict, PyList, PySlice, PyString, PyTuple};

/// Units in one chunk.
const CHUNK: usize = 16_384;
const EXPECTED: &str = "a str, None, or a list, tuple or numpy array of them";

/// Decides for each unit, in order. `None` and the empty text are nobody, for whom `decide` gets the empty text.
pub(crate) fn positions<'py>(
    units: &Bound<'py, PyAny>,
    decide: impl Fn(&str) -> u8 + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    let out = decided(units, decide)?;
    array(units.py(), "uint8", out.len(), &out)
}

/// The same where a unit may have no variant: -1.
pub(crate) fn indices<'py>(
    units: &Bound<'py, PyAny>,
    decide: impl Fn(&str) -> Option<usize> + Sync,
) -> PyResult<Bound<'py, PyAny>> {
    let narrow = |position| i32::try_from(position).unwrap_or(i32::MAX);
    let out = decided(units, |unit| decide(unit).map_or(-1, narrow))?;
    let length = out.len();
    let bytes: Vec<u8> = out.into_iter().flat_map(i32::to_ne_bytes).collect();
    array(units.py(), "int32", length, &bytes)
}

/// Every unit as a text that outlives the interpreter's lock. `None` is the empty text.
pub(crate) fn texts(units: &Bound<'_, PyAny>) -> PyResult<Vec<Option<PyBackedStr>>> {
    let list = if is_list(units) { units.clone() } else { checked(units)?.0.call_method0("tolist")? };
    list.try_iter()?.enumerate().map(|(position, unit)| text(&unit?, position)).collect()
}

fn is_list(units: &Bound<'_, PyAny>) -> bool {
    units.is_instance_of::<PyList>() || units.is_instance_of::<PyTuple>()
}

fn array<'py>(py: Python<'py>, dtype: &str, length: usize, bytes: &[u8]) -> PyResult<Bound<'py, PyAny>> {
    let shape = PyDict::new(py);
    shape.set_item("shape", length)?;
    shape.set_item("dtype", dtype)?;
    shape.set_item("buffer", PyByteArray::new(py, bytes))?;
    py.import("numpy")?.getattr("ndarray")?.call((), Some(&shape))
}

fn decided<T: Copy + Send>(units: &Bound<'_, PyAny>, decide: impl Fn(&str) -> T + Sync) -> PyResult<Vec<T>> {
    if is_list(units) { of_texts(units, &decide) } else { of_array(units, &decide) }
}

/// A list or tuple.
fn of_texts<T: Send>(units: &Bound<'_, PyAny>, decide: &(impl Fn(&str) -> T + Sync)) -> PyResult<Vec<T>> {
    let py = units.py();
    let mut out = Vec::with_capacity(units.len()?);
    let mut units = units.try_iter()?.enumerate().peekable();
    while units.peek().is_some() {
        let texts: Vec<Option<PyBackedStr>> = units
            .by_ref()
            .take(CHUNK)
            .map(|(position, unit)| text(&unit?, position))
            .collect::<PyResult<_>>()?;
        py.detach(|| out.extend(texts.iter().map(|unit| decide(unit.as_deref().unwrap_or_default()))));
    }
    Ok(out)
}

fn text(unit: &Bound<'_, PyAny>, position: usize) -> PyResult<Option<PyBackedStr>> {
    if unit.is_none() {
        return Ok(None);
    }
    let place = || format!("units[{position}]");
    let text = unit.cast::<PyString>().map_err(|_| wrong_type(&place(), "a str or None", unit))?;
    PyBackedStr::try_from(text.clone()).map(Some).map_err(|_| not_utf8(&place()).raise(unit.py()))
}

/// A numpy array of dtype U, `StringDType` or object.
fn of_array<T: Copy + Send>(
    units: &Bound<'_, PyAny>,
    decide: &(impl Fn(&str) -> T + Sync),
) -> PyResult<Vec<T>> {
    let (units, dtype, fixed_width) = checked(units)?;
    if fixed_width {
        of_fixed_width(units, &dtype, decide)
    } else {
        of_texts(&units.call_method0("tolist")?, decide)
    }
}

/// The array itself, its dtype, and whether that is U.
fn checked<'a, 'py>(
    units: &'a Bound<'py, PyAny>,
) -> PyResult<(&'a Bound<'py, PyAny>, Bound<'py, PyAny>, bool)> {
    let py = units.py();
    let numpy = py.import("numpy")?;
    if !units.is_instance(&numpy.getattr("ndarray")?)? {
        return Err(wrong_type("unit", EXPECTED, units));
    }
    if units.is_instance(&numpy.getattr("ma")?.getattr("MaskedArray")?)? {
        return Err(PyTypeError::new_err(
            "`unit` must be an array without a mask: fill it first, `array.filled(\"\")`",
        ));
    }
    let dimensions: usize = units.getattr("ndim")?.extract()?;
    if dimensions != 1 {
        return Err(PyTypeError::new_err(format!(
            "`unit` must be an array of one dimension, got {dimensions}"
        )));
    }
    let dtype = units.getattr("dtype")?;
    match dtype.getattr("kind")?.extract::<PyBackedStr>()?.as_ref() {
        "U" => Ok((units, dtype, true)),
        "O" | "T" => Ok((units, dtype, false)),
        _ => Err(PyTypeError::new_err(format!(
            "`unit` must be an array of texts (dtype U, StringDType or object), got {dtype}"
        ))),
    }
}

/// An array of dtype U: four bytes a character, filled up with zeros.
fn of_fixed_width<T: Copy + Send>(
    units: &Bound<'_, PyAny>,
    dtype: &Bound<'_, PyAny>,
    decide: &(impl Fn(&str) -> T + Sync),
) -> PyResult<Vec<T>> {
    let py = units.py();
    let width: usize = dtype.getattr("itemsize")?.extract()?;
    let little_endian = dtype.call_method1("newbyteorder", ("<",))?;
    let length = units.len()?;
    if width == 0 {
        return Ok(vec![decide(""); length]);
    }
    let in_place = PyDict::new(py);
    in_place.set_item("copy", false)?;
    let mut out = Vec::with_capacity(length);
    let mut buffer = Vec::new();
    for start in (0..length).step_by(CHUNK) {
        let range =
            PySlice::new(py, isize::try_from(start)?, isize::try_from(start.saturating_add(CHUNK))?, 1);
        let chunk = units.get_item(range)?.call_method("astype", (&little_endian,), Some(&in_place))?;
        let chunk = chunk.call_method0("tobytes")?;
        let chunk = chunk.cast::<PyBytes>()?.as_bytes();
        let bad = py.detach(|| {
            chunk.chunks_exact(width).position(|entry| match decode(entry, &mut buffer) {
                Some(unit) => {
                    out.push(decide(unit));
                    false
                }
                None => true,
            })
        });
        if let Some(position) = bad {
            return Err(not_utf8(&format!("units[{}]", start.saturating_add(position))).raise(py));
        }
    }
    Ok(out)
}

/// The text of one entry, written into `buffer`; `None` where it holds half a character.
fn decode<'b>(entry: &[u8], buffer: &'b mut Vec<u8>) -> Option<&'b str> {
    buffer.clear();
    let (characters, _) = entry.as_chunks::<4>();
    let used = characters.iter().rposition(|character| *character != [0; 4]).map_or(0, |last| last + 1);
    let characters = characters.iter().take(used);
    let bits = characters.clone().fold(0, |bits, character| bits | u32::from_le_bytes(*character));
    if bits < 0x80 {
        buffer.extend(characters.map(|[low, ..]| low)); // ASCII, as nearly all ids are: four times faster
    } else {
        for character in characters {
            let character = char::from_u32(u32::from_le_bytes(*character))?;
            buffer.extend(character.encode_utf8(&mut [0; 4]).bytes());
        }
    }
    str::from_utf8(buffer).ok()
}
