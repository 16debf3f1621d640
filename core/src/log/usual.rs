//! The usual line, read quickly: nearly all lines of a long log are looks, and are spelled as they should be.

use crate::canary::{Finding, Lack, Verdict};
use crate::document::Node;
use crate::quantity::Timestamp;
use crate::rollout::{Event, EventKind};
use crate::slo::Clearance;

/// The event of a look. None where the JSON is anything else, or may be: then it is read with care.
///
/// Takes for granted that the caller writes the event again and compares: it looks at no more than it must.
pub(super) fn look(json: &str) -> Option<Event> {
    let mut rest = Rest(json);
    let seq = rest.whole(r#"{"seq":"#, ',')?;
    let at = rest.whole(r#""at":"#, ',')?;
    let attempt = rest.whole(r#""kind":{"judged":{"attempt":"#, ',')?;
    let stage = rest.whole(r#""stage":"#, ',')?;
    let verdict = match rest.until(r#""finding":{"verdict":"#, ',')? {
        r#""safe""# => Verdict::Safe,
        r#""inconclusive""# => Verdict::Inconclusive,
        r#"{"insufficient":"no_data"}"# => Verdict::Insufficient(Lack::NoData),
        r#"{"insufficient":"source_error"}"# => Verdict::Insufficient(Lack::SourceError),
        _ => return None,
    };
    let finding = Finding {
        verdict,
        units: rest.whole(r#""units":"#, ',')?,
        ln_harm: rest.evidence(r#""ln_harm":"#, ',')?,
        ln_harm_needed: rest.evidence(r#""ln_harm_needed":"#, ',')?,
        ln_safety: rest.evidence(r#""ln_safety":"#, ',')?,
        ln_safety_needed: rest.evidence(r#""ln_safety_needed":"#, '}')?,
    };
    let clearance = match rest.0 {
        r#","clearance":"allow"}}}"# => Clearance::Allow,
        r#","clearance":"hold"}}}"# => Clearance::Hold,
        _ => return None,
    };
    let (attempt, stage) = (u32::try_from(attempt).ok()?, u32::try_from(stage).ok()?);
    let kind = EventKind::Judged { attempt, stage, finding, clearance };
    Some(Event { seq, at: Timestamp::from_millis(at).ok()?, kind })
}

struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    /// What stands between `name` and `end`.
    fn until(&mut self, name: &str, end: char) -> Option<&'a str> {
        let (value, rest) = self.0.strip_prefix(name)?.split_once(end)?;
        self.0 = rest;
        Some(value)
    }

    fn whole(&mut self, name: &str, end: char) -> Option<u64> {
        self.until(name, end)?.parse().ok()
    }

    fn evidence(&mut self, name: &str, end: char) -> Option<f64> {
        match Node::parse("evidence", self.until(name, end)?).ok()? {
            Node::Number(number) => number.as_f64(),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn it_reads_looks_and_nothing_else() {
        for (verdict, clearance, read) in [
            (r#""safe""#, r#""allow""#, true),
            (r#"{"insufficient":"no_data"}"#, r#""hold""#, true),
            (r#""harm""#, r#""allow""#, false),
            (r#""safe""#, r#"{"cap":"5%"}"#, false),
        ] {
            let json = format!(
                r#"{{"seq":7,"at":9,"kind":{{"judged":{{"attempt":2,"stage":1,"finding":{{"verdict":{verdict},"units":40,"ln_harm":-0.0,"ln_harm_needed":2.995732273553991,"ln_safety":1e-7,"ln_safety_needed":3.0}},"clearance":{clearance}}}}}}}"#
            );
            let event: Event = serde_json::from_str(&json).unwrap();
            assert_eq!(look(&json), read.then_some(event), "{json}");
            assert_eq!(look(&json.replace(":7,", ": 7,")), None);
        }
        assert_eq!(look(r#"{"seq":7,"at":9,"kind":"tick"}"#), None);
    }
}
