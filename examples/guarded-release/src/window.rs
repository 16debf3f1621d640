//! One outcome a unit: its requests within a window after its first count as one, and those after it not at all.

use rampgate::release::Placement;
use rampgate::{Span, Timestamp};
use std::collections::{HashMap, VecDeque};

/// Units whose window is open, and those whose outcome was counted.
#[derive(Debug)]
pub(crate) struct Windows {
    length: Span,
    units: HashMap<String, Window>,
    /// Units in the order in which their windows opened.
    opened: VecDeque<(Timestamp, String)>,
}

#[derive(Clone, Copy, Debug)]
enum Window {
    Open { placement: Placement, failed: bool },
    Counted,
}

/// A window that has closed: where its unit belongs, and whether any request in it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Closed {
    pub(crate) at: Timestamp,
    pub(crate) placement: Placement,
    pub(crate) failed: bool,
}

impl Windows {
    pub(crate) fn new(length: Span) -> Self {
        Self { length, units: HashMap::new(), opened: VecDeque::new() }
    }

    /// Notes a request. `place` says where its unit belongs, if this is its first.
    pub(crate) fn note(&mut self, unit: &str, at: Timestamp, placement: Placement, failed: bool) {
        match self.units.get_mut(unit) {
            Some(Window::Open { failed: any, .. }) => *any |= failed,
            Some(Window::Counted) => {}
            None => {
                self.units.insert(unit.to_owned(), Window::Open { placement, failed });
                self.opened.push_back((at, unit.to_owned()));
            }
        }
    }

    /// Where a unit with an open window belongs: it keeps the version that it began with.
    pub(crate) fn placement(&self, unit: &str) -> Option<Placement> {
        match self.units.get(unit)? {
            Window::Open { placement, .. } => Some(*placement),
            Window::Counted => None,
        }
    }

    /// The next window that has closed by `now`.
    pub(crate) fn close(&mut self, now: Timestamp) -> Option<Closed> {
        let (opened, _) = self.opened.front()?;
        let at = opened.saturating_add(self.length);
        if at > now {
            return None;
        }
        let (_, unit) = self.opened.pop_front()?;
        match self.units.insert(unit, Window::Counted)? {
            Window::Open { placement, failed } => Some(Closed { at, placement, failed }),
            Window::Counted => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000).unwrap()
    }

    #[test]
    fn a_unit_is_counted_once_with_all_that_its_window_saw() {
        let placement = Placement { cohort: 3, arm: None };
        let elsewhere = Placement { cohort: 4, arm: None };
        let mut windows = Windows::new("10s".parse().unwrap());
        windows.note("a", at(0), placement, false);
        windows.note("b", at(5), placement, false);
        windows.note("a", at(9), elsewhere, true);
        assert_eq!(windows.placement("a"), Some(placement));
        assert_eq!(windows.close(at(9)), None);
        assert_eq!(windows.close(at(10)), Some(Closed { at: at(10), placement, failed: true }));
        assert_eq!(windows.close(at(10)), None);
        windows.note("a", at(11), elsewhere, true);
        assert_eq!(windows.placement("a"), None);
        assert_eq!(windows.close(at(100)), Some(Closed { at: at(15), placement, failed: false }));
        assert_eq!(windows.close(at(100)), None);
    }
}
