use super::fault::Kinds;
use super::{Fault, Scenario};
use crate::observe::Counts;
use crate::quantity::{Share, Timestamp};
use crate::simulate::Dice;
use alloc::vec::Vec;

/// What one minute of one run brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Minute {
    /// When it ended.
    pub(super) end: Timestamp,
    /// Outcomes that whoever leads the release is told of: of the canary, the control, and of units that are in neither.
    pub(super) canary: Counts,
    pub(super) control: Counts,
    pub(super) others: Counts,
    /// Whether the source of outcomes failed and said so.
    pub(super) source_error: bool,
    /// What really happened, told or not.
    pub(super) truth: Truth,
}

/// What really happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Truth {
    pub(super) units: u64,
    pub(super) failures: u64,
    /// Units that were assigned to the canary.
    pub(super) canary: u64,
    /// Of those, the ones that a fault of the canary could reach.
    pub(super) hit: u64,
    /// Failures that there would not have been without the canary's faults.
    pub(super) excess: u64,
    /// Whether a fault of the canary was there, and units for it to reach.
    pub(super) harmful: bool,
}

/// One run's draws: the same for whoever leads the release, as long as it has the same exposure.
#[derive(Debug)]
pub(super) struct Weather<'a> {
    scenario: &'a Scenario,
    seed: u64,
    run: u64,
    /// The minute since the Unix epoch at which the release begins.
    clock: u64,
    /// Where in its recordings the run begins.
    offset: u64,
    /// The largest exposure so far, and since which minute each onset's exposure was there.
    reached: Vec<(Share, u64)>,
}

/// Shares of all units that are in the canary and in the control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Split {
    pub(super) canary: Share,
    pub(super) control: Share,
}

impl<'a> Weather<'a> {
    pub(super) fn new(scenario: &'a Scenario, seed: u64, run: u64, start: Timestamp) -> Self {
        let offset = scenario.traffic.offset(&mut Dice::new(seed, run));
        let clock = start.as_millis() / super::traffic::MINUTE;
        Self { scenario, seed, run, clock, offset, reached: Vec::new() }
    }

    /// The minute that ends at `end`, with units split like that.
    pub(super) fn minute(&mut self, minute: u64, end: Timestamp, split: Split) -> Minute {
        self.note(minute, split.canary);
        let (scenario, clock) = (self.scenario, self.clock.saturating_add(minute));
        let mut dice = Dice::of_moment(self.seed, self.run, minute);
        let units = scenario.traffic.draw(&mut dice, minute, clock, self.offset);
        let mut failures = scenario.background.draw(&mut dice, units, minute + self.offset, clock);
        let usual = scenario.background.usual(clock);
        let rate = self.active(minute, |kind| matches!(kind, Kinds::Incident(_)), usual);
        failures += dice.binomial(units - failures, rate);

        let shares = [split.canary.fraction(), split.control.fraction()];
        let (mut failed, mut fine) = ([0; 2], [0; 2]);
        dice.multinomial(failures, &shares, &mut failed);
        dice.multinomial(units - failures, &shares, &mut fine);
        let others =
            counts(failures - failed.iter().sum::<u64>(), units - failures - fine.iter().sum::<u64>());
        let ([canary_failed, control_failed], [canary_fine, control_fine]) = (failed, fine);
        let mut canary = Arm { failed: canary_failed, fine: canary_fine };
        let mut control = Arm { failed: control_failed, fine: control_fine };
        let mut truth = Truth { units, failures, canary: canary.units(), ..Truth::default() };

        let moved = self.active(minute, |kind| matches!(kind, Kinds::Redirect(_)), usual);
        let moved = canary.take(&mut dice, moved);
        (control.failed, control.fine) = (control.failed + moved.failed, control.fine + moved.fine);
        let harm = self.active(
            minute,
            |kind| {
                !matches!(
                    kind,
                    Kinds::Incident(_) | Kinds::Redirect(_) | Kinds::Vanish(_) | Kinds::Outage { .. }
                )
            },
            usual,
        );
        let broken = dice.binomial(canary.fine, harm);
        (canary.failed, canary.fine) = (canary.failed + broken, canary.fine - broken);
        let reach = if harm > 0.0 { canary.units() } else { 0 };
        let gone = self.active(minute, |kind| matches!(kind, Kinds::Vanish(_)), usual);
        let gone = canary.take(&mut dice, gone);

        truth.excess = broken + gone.fine;
        truth.failures += truth.excess;
        truth.hit = moved.units() + u64::max(reach, gone.units());
        truth.harmful = split.canary > Share::ZERO && self.harms(minute);
        let outage = self.faults(minute).find_map(|(fault, _)| match fault.kind {
            Kinds::Outage { reported } => Some(reported),
            _ => None,
        });
        let told = |arm: Counts| if outage.is_some() { Counts::default() } else { arm };
        Minute {
            end,
            canary: told(canary.counts()),
            control: told(control.counts()),
            others: told(others),
            source_error: outage == Some(true),
            truth,
        }
    }

    /// Whether a fault of the canary may still come, or is there.
    pub(super) fn may_harm(&self) -> bool {
        self.scenario.is_harmful()
    }

    fn harms(&self, minute: u64) -> bool {
        self.faults(minute).any(|(fault, _)| fault.is_the_canarys())
    }

    /// The faults that are there, with their ages.
    fn faults(&self, minute: u64) -> impl Iterator<Item = (&'a Fault, u64)> {
        let reached = |share| self.reached.iter().find(|(of, _)| *of == share).map(|(_, since)| *since);
        self.scenario.faults.iter().filter_map(move |fault| Some((fault, fault.age(minute, reached)?)))
    }

    /// The chance of what one kind of faults does, all of them together.
    fn active(&self, minute: u64, which: impl Fn(&Kinds) -> bool, usual: f64) -> f64 {
        let spared =
            self.faults(minute).filter(|(fault, _)| which(&fault.kind)).fold(1.0, |spared, (fault, age)| {
                let chance = match fault.kind {
                    Kinds::Vanish(share) | Kinds::Redirect(share) => share,
                    _ => fault.failing(age, usual),
                };
                spared * (1.0 - chance)
            });
        1.0 - spared
    }

    /// Notes since when there has been an exposure that a fault waits for.
    fn note(&mut self, minute: u64, exposure: Share) {
        for fault in &self.scenario.faults {
            if let super::Onset::Exposure { share, .. } = fault.onset
                && exposure >= share
                && self.reached.iter().all(|(of, _)| *of != share)
            {
                self.reached.push((share, minute));
            }
        }
    }
}

/// The units of one arm.
#[derive(Clone, Copy)]
struct Arm {
    failed: u64,
    fine: u64,
}

impl Arm {
    const fn units(self) -> u64 {
        self.failed + self.fine
    }

    fn counts(self) -> Counts {
        counts(self.failed, self.fine)
    }

    /// Takes each unit away with this chance.
    fn take(&mut self, dice: &mut Dice, chance: f64) -> Self {
        let taken =
            Self { failed: dice.binomial(self.failed, chance), fine: dice.binomial(self.fine, chance) };
        (self.failed, self.fine) = (self.failed - taken.failed, self.fine - taken.fine);
        taken
    }
}

fn counts(failed: u64, fine: u64) -> Counts {
    Counts::new(failed.saturating_add(fine), failed).unwrap_or_default()
}

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
