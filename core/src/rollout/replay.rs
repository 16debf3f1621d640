use super::{Decision, Event, Plan, State, step};
use crate::error::Error;
use alloc::vec::Vec;

/// Runs a log of events from the beginning: the state it leads to, and every decision on the way.
///
/// Because [`step`] is pure, this is the live state and the live decision log, bit for bit.
///
/// # Errors
/// The first event that cannot be applied, by its place in the log, such as `events[17].at`.
///
/// ```
/// use rampgate::rollout::{Event, EventKind, Plan, replay};
///
/// let plan = Plan::from_json(r#"{"stages": [{"exposure": "5%", "min_dwell": "1h"}]}"#)?;
/// let tick = |seq| Event { seq, at: rampgate::Timestamp::EPOCH, kind: EventKind::Tick };
/// assert!(replay(&plan, &[tick(1), tick(2)])?.1.is_empty());
/// assert_eq!(replay(&plan, &[tick(1), tick(3)]).unwrap_err().path(), "events[1].seq");
/// # Ok::<(), rampgate::Error>(())
/// ```
pub fn replay<'a>(
    plan: &Plan,
    events: impl IntoIterator<Item = &'a Event>,
) -> Result<(State, Vec<Decision>), Error> {
    let (mut state, mut log) = (State::new(), Vec::new());
    for (place, event) in events.into_iter().enumerate() {
        let (next, decisions) = step(plan, &state, event).map_err(|error| {
            let field = error.path().strip_prefix("event").unwrap_or_default();
            let path = alloc::format!("events[{place}]{field}");
            error.at(&path)
        })?;
        state = next;
        log.extend(decisions);
    }
    Ok((state, log))
}
