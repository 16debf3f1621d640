//! The log of a release: written, verified, replayed, told.

#![expect(clippy::needless_pass_by_value, reason = "wasm-bindgen gives an optional text as its own")]

use crate::convert::{instant, json};
use crate::error::Thrown;
use rampgate::log::{self, Subject, Verified};
use rampgate::rollout::Event;
use wasm_bindgen::prelude::wasm_bindgen;

/// Writes a log, line by line.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Log {
    log: log::Log,
    header: String,
}

#[wasm_bindgen]
#[expect(missing_docs, reason = "each is the core's method of the same name; js/log.d.ts has the words")]
#[expect(clippy::missing_errors_doc, reason = "as above")]
impl Log {
    pub fn begin(document: &str, name: Option<String>) -> Result<Self, Thrown> {
        let (log, header) = log::Log::begin(subject(document, name.as_deref())?);
        Ok(Self { log, header })
    }

    pub fn resume(document: &str, text: &str, name: Option<String>) -> Result<Self, Thrown> {
        let log = log::Log::resume(subject(document, name.as_deref())?, text)?;
        let header = text.split_inclusive('\n').next().unwrap_or_default().into();
        Ok(Self { log, header })
    }

    #[must_use]
    pub fn header(&self) -> String {
        self.header.clone()
    }

    pub fn append(&mut self, events: &str) -> Result<String, Thrown> {
        Ok(self.log.append_all(&Event::log_from_json(events)?)?)
    }

    pub fn close(&mut self, at: f64) -> Result<String, Thrown> {
        Ok(self.log.close(instant(at)?)?)
    }

    #[must_use]
    pub fn head(&self) -> String {
        self.log.head().to_string()
    }

    #[must_use]
    pub fn closed(&self) -> bool {
        self.log.is_closed()
    }

    pub fn phase(&self) -> Result<String, Thrown> {
        json(&self.log.state().phase())
    }
}

/// What a log that was verified holds, as JSON.
///
/// # Errors
/// A log that was altered, cut, repeated or put in another order; a head that is none, or another's.
#[wasm_bindgen(js_name = verifyLog)]
pub fn verify_log(text: &str, head: Option<String>) -> Result<String, Thrown> {
    let log = verified(text, head.as_deref())?;
    let (release, events) = (json(&log.release())?, json(&log.events())?);
    let closed = json(&log.closed_at())?;
    Ok(format!(r#"{{"release":{release},"head":"{}","closed_at":{closed},"events":{events}}}"#, log.head()))
}

/// The state that a log leads to, and every decision on the way, as JSON.
///
/// # Errors
/// As for [`verify_log`]; a log about another document; events that cannot be applied.
#[wasm_bindgen(js_name = replayLog)]
pub fn replay_log(
    document: &str,
    text: &str,
    name: Option<String>,
    head: Option<String>,
) -> Result<String, Thrown> {
    let log = verified(text, head.as_deref())?;
    let (state, decisions) = log.replay(&subject(document, name.as_deref())?)?;
    Ok(format!(r#"{{"state":{},"decisions":{}}}"#, json(&state)?, json(&decisions)?))
}

/// The story of a log: as JSON, then after a line feed as text.
///
/// # Errors
/// As for [`replay_log`].
#[wasm_bindgen(js_name = explainLog)]
pub fn explain_log(
    document: &str,
    text: &str,
    name: Option<String>,
    head: Option<String>,
) -> Result<String, Thrown> {
    let log = verified(text, head.as_deref())?;
    let story = log.explain(&subject(document, name.as_deref())?)?;
    Ok(format!("{}\n{story}", json(&story)?))
}

fn verified(text: &str, head: Option<&str>) -> Result<Verified, Thrown> {
    Ok(match head {
        None => log::verify(text)?,
        Some(head) => log::verify_against(text, &head.parse()?)?,
    })
}

/// A spec, or with a name a plan.
fn subject(document: &str, name: Option<&str>) -> Result<Subject, Thrown> {
    Ok(match name {
        None => Subject::of_release(document)?,
        Some(name) => Subject::of_plan(name, document)?,
    })
}
