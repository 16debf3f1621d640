//! What was kept elsewhere, from its JSON. `js/kept.js` has made that of whatever it was given.

use crate::error::Thrown;
use serde::de::DeserializeOwned;

/// Reads a histogram, moments, counts and the like. What is wrong is told under `path`, in the words of the reader without the place in a text
/// that nobody has seen.
pub(crate) fn kept<T: DeserializeOwned>(path: &str, text: &str) -> Result<T, Thrown> {
    serde_json::from_str(text).map_err(|error| {
        let said = error.to_string();
        let rule = said.rsplit_once(" at line ").map_or(said.as_str(), |(rule, _)| rule);
        let code = match rule.split_once(' ') {
            Some(("missing", _)) => "missing",
            Some(("unknown", _)) => "unknown",
            _ if error.is_data() => "range",
            _ => "syntax",
        };
        Thrown::unread(path, code, &format!("cannot be read: {rule}"))
    })
}
