use super::arm::counts;
use super::minute::Minute;
use crate::observe::Counts;
use alloc::vec::Vec;

/// Counts of both arms from the first minute on, so that those of any window are a difference.
#[derive(Debug, Default)]
pub(super) struct Trail {
    until: Vec<[Counts; 2]>,
}

/// What a window of a trail holds: the canary, then the control.
pub(super) type Window = [Counts; 2];

impl Trail {
    pub(super) fn push(&mut self, minute: &Minute) {
        let [canary, control] = self.until.last().copied().unwrap_or_default();
        self.until.push([canary.merged(minute.canary), control.merged(minute.control)]);
    }

    /// How many minutes it has.
    pub(super) fn minutes(&self) -> u64 {
        self.until.len() as u64
    }

    /// What was told from one minute to before another.
    pub(super) fn window(&self, from: u64, until: u64) -> Window {
        let before = |minute: u64| {
            let place = usize::try_from(minute).ok().and_then(|minute| minute.checked_sub(1));
            place.and_then(|place| self.until.get(place)).copied().unwrap_or_default()
        };
        let ([canary, control], [canary_before, control_before]) =
            (before(until.min(self.minutes())), before(from));
        let less = |now: Counts, then: Counts| {
            counts(
                now.failures().saturating_sub(then.failures()),
                now.successes().saturating_sub(then.successes()),
            )
        };
        [less(canary, canary_before), less(control, control_before)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_of_a_trail_are_sums() {
        let minute = |n: u64| Minute {
            canary: counts(n % 3, 10 + n),
            control: counts(n % 5, 20 * n),
            ..Minute::default()
        };
        let minutes: Vec<Minute> = (0..30).map(minute).collect();
        let mut trail = Trail::default();
        minutes.iter().for_each(|minute| trail.push(minute));
        for (from, until) in [(0, 30), (0, 0), (7, 19), (29, 30), (20, 99), (30, 30)] {
            let part = &minutes[usize::try_from(from).unwrap()..usize::try_from(until.min(30)).unwrap()];
            let added = part.iter().fold([Counts::default(); 2], |[canary, control], minute| {
                [canary.merged(minute.canary), control.merged(minute.control)]
            });
            assert_eq!(trail.window(from, until), added, "{from} {until}");
        }
    }
}
