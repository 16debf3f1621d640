use crate::document::{Field, Fields};
use crate::error::Kind;
use crate::order;
use crate::quantity::Timestamp;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Most windows that one list may hold: daily windows for 27 years.
const MOST_WINDOWS: usize = 10_000;

/// A stretch of time, from its first instant up to and without its last: `[from, until)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    from: Timestamp,
    until: Timestamp,
    why: Option<String>,
}

impl Window {
    /// The first instant inside.
    #[must_use]
    pub const fn from(&self) -> Timestamp {
        self.from
    }

    /// The first instant outside again.
    #[must_use]
    pub const fn until(&self) -> Timestamp {
        self.until
    }

    /// What the plan says about it, such as `holidays`.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let from = fields.required("from").and_then(|field| field.parse::<Timestamp>());
        let until = fields.required("until").and_then(|field| {
            let until = field.parse::<Timestamp>()?;
            if let Some(from) = from
                && until <= from
            {
                field.refuse(Kind::Conflict, format!("must be after `from` ({from})"));
                return None;
            }
            Some(until)
        });
        let why = match fields.optional("why") {
            None => Some(None),
            Some(field) => field.name().map(|text| Some(text.into())),
        };
        fields.finish();
        Some(Self { from: from?, until: until?, why: why? })
    }
}

/// When exposure may rise: never inside a `deny` window, and, if there are any `allow` windows, only inside one.
///
/// A calendar never stops a decrease. The library holds no time zones: the host expands "weekdays, nine to five, in
/// Berlin" into instants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    deny: Vec<Window>,
    allow: Vec<Window>,
}

/// A stretch in which exposure may not rise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    until: Option<Timestamp>,
    why: Option<String>,
}

impl Freeze {
    /// The first instant at which exposure may rise again; none if the calendar has no such instant.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        self.until
    }

    /// What the plan says about the `deny` window that freezes; none outside the `allow` windows.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        self.why.as_deref()
    }

    pub(super) fn into_parts(self) -> (Option<Timestamp>, Option<String>) {
        (self.until, self.why)
    }
}

impl Calendar {
    /// The windows in which exposure may not rise, earliest first.
    #[must_use]
    pub fn deny(&self) -> &[Window] {
        &self.deny
    }

    /// The windows outside which exposure may not rise, earliest first; empty means always.
    #[must_use]
    pub fn allow(&self) -> &[Window] {
        &self.allow
    }

    /// The freeze that holds at `at`, if any, with the instant at which it ends.
    ///
    /// ```
    /// use rampgate::rollout::Plan;
    ///
    /// let plan = Plan::from_json(r#"{
    ///     "stages": [{"exposure": "5%", "min_dwell": "1h"}],
    ///     "calendar": {"deny": [{"from": "2026-12-24T00:00:00Z", "until": "2026-12-27T00:00:00Z", "why": "holidays"}]}
    /// }"#)?;
    /// let freeze = plan.calendar().freeze("2026-12-25T08:00:00Z".parse()?).expect("a holiday");
    /// assert_eq!(freeze.until(), Some("2026-12-27T00:00:00Z".parse()?));
    /// assert_eq!(freeze.why(), Some("holidays"));
    /// assert_eq!(plan.calendar().freeze("2026-12-27T00:00:00Z".parse()?), None);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn freeze(&self, at: Timestamp) -> Option<Freeze> {
        let until = self.opens(at);
        if until == Some(at) {
            return None;
        }
        let why = window_at(&self.deny, at).and_then(|window| window.why.clone());
        Some(Freeze { until, why })
    }

    /// The first instant from `at` on at which exposure may rise.
    fn opens(&self, at: Timestamp) -> Option<Timestamp> {
        let mut at = at;
        loop {
            // Each turn moves `at` past one window, so there are at most as many turns as windows.
            if let Some(window) = window_at(&self.deny, at) {
                at = window.until;
            } else if self.allow.is_empty() || window_at(&self.allow, at).is_some() {
                return Some(at);
            } else {
                at = self.allow.get(self.allow.partition_point(|window| window.from <= at))?.from;
            }
        }
    }

    /// Reads the field `calendar`.
    pub(super) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let deny = windows(&mut fields, "deny");
        let allow = windows(&mut fields, "allow");
        fields.finish();
        Some(Self { deny: deny?, allow: allow? })
    }
}

/// The window of a sorted list that holds `at`.
fn window_at(windows: &[Window], at: Timestamp) -> Option<&Window> {
    let begun = windows.partition_point(|window| window.from <= at);
    windows.get(begun.checked_sub(1)?).filter(|window| at < window.until)
}

/// Reads one list of windows and sorts it; two that overlap are a mistake of whoever wrote them.
fn windows(fields: &mut Fields<'_>, name: &'static str) -> Option<Vec<Window>> {
    let Some(field) = fields.optional(name) else { return Some(Vec::new()) };
    let items = field.list()?;
    if items.len() > MOST_WINDOWS {
        field.refuse(Kind::Range, format!("must hold at most {MOST_WINDOWS} windows"));
        return None;
    }
    let read: Vec<Option<Window>> = items.iter().map(Window::read).collect();
    let mut sound: Vec<(usize, &Window)> =
        read.iter().enumerate().filter_map(|(place, window)| Some((place, window.as_ref()?))).collect();
    order::sort_by_key(&mut sound, |(place, window)| (window.from, *place));
    let mut overlap = false;
    for ((first, earlier), (second, later)) in sound.iter().zip(sound.iter().skip(1)) {
        if later.from < earlier.until {
            let (named, other) = (first.max(second), first.min(second));
            if let Some(item) = items.get(*named) {
                item.refuse(Kind::Conflict, format!("must not overlap `{name}[{other}]`"));
            }
            overlap = true;
        }
    }
    (!overlap && sound.len() == items.len())
        .then(|| sound.into_iter().map(|(_, window)| window.clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollout::Plan;

    fn at(hour: u64) -> Timestamp {
        Timestamp::from_millis(hour * 3_600_000).unwrap()
    }

    fn calendar(deny: &[(u64, u64)], allow: &[(u64, u64)]) -> Calendar {
        let list = |windows: &[(u64, u64)]| {
            let one = |(from, until): &(u64, u64)| {
                format!(r#"{{"from": "{}", "until": "{}"}}"#, at(*from), at(*until))
            };
            windows.iter().map(one).collect::<Vec<_>>().join(",")
        };
        let text = format!(
            r#"{{"stages": [{{"exposure": "5%", "min_dwell": "1h"}}],
                 "calendar": {{"deny": [{}], "allow": [{}]}}}}"#,
            list(deny),
            list(allow)
        );
        Plan::from_json(&text).unwrap().calendar().clone()
    }

    #[test]
    fn windows_are_half_open_and_may_come_in_any_order() {
        let calendar = calendar(&[(20, 30), (5, 10)], &[]);
        let frozen: Vec<u64> = (0..40).filter(|hour| calendar.freeze(at(*hour)).is_some()).collect();
        assert_eq!(frozen, (5..10).chain(20..30).collect::<Vec<_>>());
    }

    #[test]
    fn a_freeze_ends_where_all_rules_let_it_end() {
        // Adjacent denials, then a gap that no allow window covers, then one that begins inside a denial.
        let calendar = calendar(&[(5, 10), (10, 12), (18, 21)], &[(0, 6), (20, 24)]);
        assert_eq!(calendar.freeze(at(6)).unwrap().until(), Some(at(21)));
        assert_eq!(calendar.freeze(at(21)), None);
        assert_eq!(calendar.freeze(at(24)).unwrap().until(), None);
    }

    #[test]
    fn freezes_agree_with_a_plain_scan() {
        let calendar = calendar(&[(3, 4), (9, 12), (12, 15), (30, 31)], &[(2, 10), (14, 20), (29, 33)]);
        let inside =
            |windows: &[Window], hour| windows.iter().any(|w| w.from <= at(hour) && at(hour) < w.until);
        let open = |hour: u64| !inside(&calendar.deny, hour) && inside(&calendar.allow, hour);
        for hour in 0..40 {
            let expected = (hour..40).find(|later| open(*later)).map(at);
            match calendar.freeze(at(hour)) {
                None => assert_eq!(expected, Some(at(hour)), "{hour}"),
                Some(freeze) => {
                    assert!(!open(hour), "{hour}");
                    assert_eq!(freeze.until(), expected, "{hour}");
                }
            }
        }
    }
}
