//! Errors as JavaScript throws them: `js/error.js` makes a `RampgateError` of what the core says.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(raw_module = "../js/error.js")]
extern "C" {
    type Problem;

    /// One broken rule, as an object.
    fn problem(path: &str, code: &str, rule: &str, value: Option<&str>) -> Problem;

    /// An error of the core.
    #[wasm_bindgen(js_name = errorOf)]
    fn error_of(message: &str, problems: Vec<Problem>) -> JsValue;

    /// An error of the binding itself, with the message that the core would give it.
    fn refusal(path: &str, code: &str, rule: &str, value: Option<&str>) -> JsValue;
}

/// What is thrown.
#[derive(Debug)]
pub struct Thrown(JsValue);

impl Thrown {
    /// A text that is not well-formed; the rule says where.
    #[cfg(any(
        feature = "release",
        feature = "flags",
        feature = "compat",
        feature = "analysis",
        feature = "planning",
        feature = "log",
        feature = "slo"
    ))]
    pub(crate) fn syntax(path: &str, rule: &str) -> Self {
        Self(refusal(path, "syntax", rule, None))
    }

    /// A word that is not in a closed list.
    #[cfg(any(feature = "release", feature = "flags"))]
    pub(crate) fn unknown(path: &str, rule: &str, value: &str) -> Self {
        Self(refusal(path, "unknown", rule, Some(value)))
    }

    /// What the core says of a value, under the path that it came from.
    #[cfg(any(feature = "analysis", feature = "log", feature = "planning"))]
    pub(crate) fn renamed(path: &str, error: &rampgate::Error) -> Self {
        Self(refusal(path, error.kind().code(), error.rule(), error.value()))
    }

    /// Bytes that are not what they should be.
    #[cfg(feature = "analysis")]
    pub(crate) fn corrupt(path: &str, rule: &str) -> Self {
        Self(refusal(path, "corrupt", rule, None))
    }

    /// Numbers that are not what they have to be together.
    #[cfg(feature = "analysis")]
    pub(crate) fn unread(path: &str, rule: &str) -> Self {
        Self(refusal(path, "range", rule, None))
    }

    /// What the core says of a text, under the path that it came from.
    #[cfg(feature = "flags")]
    pub(crate) fn at(path: &str, error: &rampgate::Error, value: &str) -> Self {
        let problem = error.problems().next();
        let (code, rule) = problem.map_or(("syntax", ""), |problem| (problem.kind().code(), problem.rule()));
        Self(refusal(path, code, rule, Some(value)))
    }

    /// Something that was given and must not be empty.
    #[cfg(any(feature = "release", feature = "flags"))]
    pub(crate) fn empty(path: &str) -> Self {
        Self(refusal(path, "range", "must not be empty", Some("")))
    }
}

impl From<rampgate::Error> for Thrown {
    fn from(error: rampgate::Error) -> Self {
        let problems =
            error.problems().map(|p| problem(p.path(), p.kind().code(), p.rule(), p.value())).collect();
        Self(error_of(&error.to_string(), problems))
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        thrown.0
    }
}
