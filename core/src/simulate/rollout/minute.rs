use super::arm::{Arm, counts};
use super::fault::Kinds;
use super::further::Further;
use super::scenario::Placed;
use super::{Fault, Scenario};
use crate::error::Error;
use crate::observe::{Counts, Tally};
use crate::quantity::{Share, Timestamp};
use crate::release;
use crate::simulate::Dice;
use alloc::vec::Vec;

/// What one minute of one run brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Minute {
    /// When it ended.
    pub(super) end: Timestamp,
    /// Outcomes that whoever leads the release is told of: of the canary, the control, and of units that are in neither.
    pub(super) canary: Counts,
    pub(super) control: Counts,
    pub(super) others: Counts,
    /// The same of the further guardrails, in the scenario's order.
    pub(super) further: Vec<Further>,
    /// Whether the source of outcomes failed and said so.
    pub(super) source_error: bool,
    /// What really happened, told or not.
    pub(super) truth: Truth,
}

impl Minute {
    /// What is told of the units in neither arm, and the failures of all, of a guardrail by its position.
    pub(super) fn of(&self, guardrail: usize) -> (Counts, u64) {
        match guardrail.checked_sub(1).and_then(|place| self.further.get(place)) {
            None => (self.others, self.truth.failures),
            Some(Further { arms: [.., others], failures, .. }) => (*others, *failures),
        }
    }

    /// What is told of an arm.
    pub(super) fn tally(&self, arm: release::Arm) -> Result<Tally, Error> {
        let first = if arm == release::Arm::Canary { self.canary } else { self.control };
        let further = self.further.iter().map(
            |Further { arms: [canary, control, _], .. }| {
                if arm == release::Arm::Canary { canary } else { control }
            },
        );
        let all: Vec<Counts> = core::iter::once(&first).chain(further).copied().collect();
        Tally::from_counts(first.units(), &all, self.end)
    }
}

/// What really happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Truth {
    pub(super) units: u64,
    /// Failures of the first guardrail.
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
        let clock = start.as_millis() / super::time::MINUTE;
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
        let incident = self.failing(minute, 0, false, usual);
        failures += dice.binomial(units - failures, incident);

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

        let moved = self.taking(minute, |kind| matches!(kind, Kinds::Redirect(_)));
        let moved = canary.take(&mut dice, moved);
        (control.failed, control.fine) = (control.failed + moved.failed, control.fine + moved.fine);
        let harm = self.failing(minute, 0, true, usual);
        let broken = canary.fail(&mut dice, harm);
        let reached = canary.units();
        let gone = self.taking(minute, |kind| matches!(kind, Kinds::Vanish(_)));
        let gone = canary.take(&mut dice, gone);
        let arms = [canary.units(), control.units(), others.units()];
        let (mut further, mut harmed) = (Vec::new(), harm > 0.0);
        for (guardrail, (_, background)) in (1..).zip(&scenario.further) {
            let usual = background.usual(clock);
            let usually = background.chance(minute + self.offset, clock);
            let fails = any_of([usually, self.failing(minute, guardrail, false, usual)]);
            let harm = self.failing(minute, guardrail, true, usual);
            harmed |= harm > 0.0;
            further.push(Further::draw(&mut dice, arms, gone.units(), fails, harm));
        }

        let reach = if harmed { reached } else { 0 };
        truth.excess = broken + gone.fine;
        truth.failures += truth.excess;
        truth.excess += further.iter().map(|further| further.excess).sum::<u64>();
        truth.hit = moved.units() + u64::max(reach, gone.units());
        truth.harmful = split.canary > Share::ZERO && self.harms(minute);
        let outage = self.faults(minute).find_map(|(placed, _)| match placed.fault.kind {
            Kinds::Outage { reported } => Some(reported),
            _ => None,
        });
        let told = |arm: Counts| if outage.is_some() { Counts::default() } else { arm };
        for further in &mut further {
            further.arms = further.arms.map(told);
        }
        Minute {
            end,
            canary: told(canary.counts()),
            control: told(control.counts()),
            others: told(others),
            further,
            source_error: outage == Some(true),
            truth,
        }
    }

    /// Whether a fault of the canary may still come, or is there.
    pub(super) fn may_harm(&self) -> bool {
        self.scenario.is_harmful()
    }

    fn harms(&self, minute: u64) -> bool {
        self.faults(minute).any(|(placed, _)| placed.fault.is_the_canarys())
    }

    /// The faults that are there, with their ages.
    fn faults(&self, minute: u64) -> impl Iterator<Item = (&'a Placed, u64)> {
        let reached = |share| self.reached.iter().find(|(of, _)| *of == share).map(|(_, since)| *since);
        let faults = self.scenario.faults.iter();
        faults.filter_map(move |placed| Some((placed, placed.fault.age(minute, reached)?)))
    }

    /// The chance that one of a guardrail's faults fails an outcome that would have been fine: the canary's faults, or those of both arms.
    fn failing(&self, minute: u64, guardrail: usize, canarys: bool, usual: f64) -> f64 {
        let which = |fault: &Fault| fault.fails_outcomes() && fault.is_the_canarys() == canarys;
        let faults = self.faults(minute);
        let faults = faults.filter(|(placed, _)| placed.guardrail == guardrail && which(&placed.fault));
        any_of(faults.map(|(placed, age)| placed.fault.failing(age, usual)))
    }

    /// The chance that one of the faults of a kind takes a unit away.
    fn taking(&self, minute: u64, which: impl Fn(&Kinds) -> bool) -> f64 {
        let faults = self.faults(minute).filter(|(placed, _)| which(&placed.fault.kind));
        any_of(faults.map(|(placed, _)| match placed.fault.kind {
            Kinds::Vanish(share) | Kinds::Redirect(share) => share,
            _ => 0.0,
        }))
    }

    /// Notes since when there has been an exposure that a fault waits for.
    fn note(&mut self, minute: u64, exposure: Share) {
        for placed in &self.scenario.faults {
            if let super::Onset::Exposure { share, .. } = placed.fault.onset
                && exposure >= share
                && self.reached.iter().all(|(of, _)| *of != share)
            {
                self.reached.push((share, minute));
            }
        }
    }
}

/// The chance that at least one of several happens.
fn any_of(chances: impl IntoIterator<Item = f64>) -> f64 {
    1.0 - chances.into_iter().fold(1.0, |spared, chance| spared * (1.0 - chance))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;
    use crate::simulate::rollout::Onset;
    use std::format;

    fn scenario(faults: &str) -> Scenario {
        Scenario::from_json(&format!(
            r#"{{"traffic": {{"units_per_minute": 40}}, "background": {{"rate": 0.1}}, "faults": [{faults}]}}"#
        ))
        .unwrap()
    }

    fn split(canary: u32, control: u32) -> Split {
        let share = |percent: u32| Share::from_parts_per_million(10_000 * percent).unwrap();
        Split { canary: share(canary), control: share(control) }
    }

    fn play(scenario: &Scenario, minutes: u64, split: Split) -> Vec<Minute> {
        let mut weather = Weather::new(scenario, 3, 0, Timestamp::EPOCH);
        (0..minutes).map(|minute| weather.minute(minute, Timestamp::EPOCH, split)).collect()
    }

    /// Where one unit can end.
    const PLACES: usize = 7;

    /// What becomes of one unit after the other, each with dice of its own.
    fn unit(dice: &mut Dice) -> usize {
        let (place, fails) = (dice.uniform(), dice.uniform() < 0.1);
        if place >= 0.5 {
            return 4 + usize::from(fails); // in neither arm
        }
        if place >= 0.3 || dice.uniform() < 0.2 {
            return 2 + usize::from(fails); // the control, assigned or redirected
        }
        let harmed = dice.uniform() < (3.0 - 1.0) * 0.1 / 0.9;
        if dice.uniform() < 0.25 {
            return 6; // gone
        }
        usize::from(fails || harmed)
    }

    fn chi_square(one: &[f64], other: &[f64]) -> f64 {
        let (n, m): (f64, f64) = (one.iter().sum(), other.iter().sum());
        let parts = one.iter().zip(other).filter(|(a, b)| *a + *b > 0.0);
        parts.map(|(a, b)| (a * math::sqrt(m / n) - b * math::sqrt(n / m)).powi(2) / (a + b)).sum()
    }

    #[test]
    fn counts_are_distributed_as_units_are() {
        let scenario = scenario(
            r#"{"errors": {"times": 3}}, {"redirect": {"share": "20%"}}, {"vanish": {"share": "25%"}}"#,
        );
        let minutes = 20_000;
        let (mut by_counts, mut by_units) = ([0.0; PLACES], [0.0; PLACES]);
        // how often a minute had so many failures of the canary
        let (mut often_by_counts, mut often_by_units) = ([0.0; 12], [0.0; 12]);
        for minute in play(&scenario, minutes, split(30, 20)) {
            let arms = [minute.canary, minute.control, minute.others];
            for (arm, counts) in arms.into_iter().enumerate() {
                by_counts[2 * arm] += math::count(counts.successes());
                by_counts[2 * arm + 1] += math::count(counts.failures());
            }
            let told: u64 = arms.into_iter().map(Counts::units).sum();
            by_counts[6] += math::count(minute.truth.units - told);
            often_by_counts[usize::try_from(minute.canary.failures()).unwrap().min(11)] += 1.0;
        }
        let mut dice = Dice::new(8, 8);
        for _ in 0..minutes {
            let mut failures = 0;
            for _ in 0..dice.poisson(40.0) {
                let place = unit(&mut dice);
                by_units[place] += 1.0;
                failures += usize::from(place == 1);
            }
            often_by_units[failures.min(11)] += 1.0;
        }
        // the 99.9th percentiles of 6 and of 11 degrees of freedom
        assert!(chi_square(&by_counts, &by_units) < 22.5, "{by_counts:?} {by_units:?}");
        let often = chi_square(&often_by_counts, &often_by_units);
        assert!(often < 31.3, "{often}: {often_by_counts:?} {often_by_units:?}");
    }

    #[test]
    fn whoever_leads_is_met_by_the_same_minute() {
        let scenario = scenario(r#"{"errors": {"times": 2}}"#);
        let at = |minute| {
            let mut weather = Weather::new(&scenario, 3, 5, Timestamp::EPOCH);
            weather.minute(minute, Timestamp::EPOCH, split(10, 90))
        };
        let mut weather = Weather::new(&scenario, 3, 5, Timestamp::EPOCH);
        for minute in 0..20 {
            let exposure = if minute % 2 == 0 { 10 } else { 50 };
            let met = weather.minute(minute, Timestamp::EPOCH, split(exposure, 100 - exposure));
            assert_eq!(met.truth.units, at(minute).truth.units, "{minute}");
            assert_eq!(met == at(minute), exposure == 10, "{minute}");
        }
    }

    fn sum(minutes: &[Minute], of: impl Fn(&Minute) -> u64) -> f64 {
        math::count(minutes.iter().map(of).sum())
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5.0 * math::sqrt(expected), "{found} {expected}");
    }

    #[test]
    fn each_fault_does_what_it_says() {
        let of = |faults: &str| play(&scenario(faults), 1_000, split(50, 50));
        // 40,000 units, half of them in the canary, a tenth of which fails
        let healthy = of("");
        close(sum(&healthy, |m| m.canary.failures()), 2_000.0);
        assert_eq!(sum(&healthy, |m| m.truth.excess + m.truth.hit), 0.0);
        assert!(healthy.iter().all(|m| !m.truth.harmful));

        let twice = of(r#"{"errors": {"times": 2}}"#);
        close(sum(&twice, |m| m.canary.failures()), 4_000.0);
        close(sum(&twice, |m| m.truth.excess), 2_000.0);
        assert_eq!(sum(&twice, |m| m.truth.hit), sum(&twice, |m| m.canary.units()));
        assert_eq!(sum(&twice, |m| m.control.failures()), sum(&healthy, |m| m.control.failures()));

        close(sum(&of(r#"{"more_errors": {"chance": 0.05}}"#), |m| m.truth.excess), 900.0);
        close(sum(&of(r#"{"crash": {"share": "90%"}}"#), |m| m.canary.successes()), 1_800.0);

        let vanish = of(r#"{"vanish": {"share": "50%"}}"#);
        close(sum(&vanish, |m| m.canary.units()), 10_000.0);
        close(sum(&vanish, |m| m.truth.hit), 10_000.0);
        assert_eq!(sum(&vanish, |m| m.truth.canary - m.canary.units()), sum(&vanish, |m| m.truth.hit));

        let redirect = of(r#"{"redirect": {"share": "10%"}}"#);
        close(sum(&redirect, |m| m.control.units()), 22_000.0);
        assert_eq!(sum(&redirect, |m| m.truth.excess), 0.0);

        let incident = of(r#"{"incident": {"times": 3, "from": "100m", "lasting": "100m"}}"#);
        close(sum(&incident[100..200], |m| m.canary.failures()), 600.0);
        close(sum(&incident[100..200], |m| m.control.failures()), 600.0);
        assert_eq!((&incident[..100], &incident[200..]), (&healthy[..100], &healthy[200..]));
        assert!(incident.iter().all(|m| !m.truth.harmful));

        for (reported, text) in [(true, "true"), (false, "false")] {
            let outage =
                of(&format!(r#"{{"outage": {{"reported": {text}, "from": "10m", "lasting": "5m"}}}}"#));
            for (minute, met) in outage.iter().enumerate() {
                let out = (10..15).contains(&minute);
                let told = met.canary.units() + met.control.units() + met.others.units();
                assert_eq!((told == 0, met.source_error), (out, out && reported));
                assert!(met.truth.units > 0 && !met.truth.harmful);
            }
        }
    }

    #[test]
    fn a_leak_grows_by_the_hour() {
        let leak = play(&scenario(r#"{"leak": {"times_an_hour": 1}}"#), 180, split(50, 50));
        for hour in 0..3_u32 {
            let from = 60 * usize::try_from(hour).unwrap();
            // (1 + t) times a tenth of 1,200 units, t from hour to hour + 1
            close(sum(&leak[from..from + 60], |m| m.truth.excess), 120.0 * (f64::from(hour) + 0.5));
        }
    }

    #[test]
    fn onsets_wait_for_their_exposure_and_do_not_forget_it() {
        let scenario = scenario(r#"{"errors": {"times": 2, "from": {"exposure": "50%", "then": "3m"}}}"#);
        assert!(matches!(scenario.faults[0].fault.onset, Onset::Exposure { .. }));
        let mut weather = Weather::new(&scenario, 1, 1, Timestamp::EPOCH);
        let mut harmful =
            |minute, canary| weather.minute(minute, Timestamp::EPOCH, split(canary, 0)).truth.harmful;
        let exposures = [10, 49, 50, 50, 60, 60, 20, 0];
        let found = (0..).zip(exposures).map(|(minute, canary)| harmful(minute, canary));
        assert_eq!(found.collect::<Vec<_>>(), [false, false, false, false, false, true, true, false]);
    }

    #[test]
    fn days_and_surges_shape_the_traffic() {
        let scenario = Scenario::from_json(
            r#"{"traffic": {
                "units_per_minute": 100, "daily": {"swing": 0.5, "peak": "6h"}, "surges": [{"from": "20h", "lasting": "1h", "factor": 4}]
            }, "background": {"rate": 0.2, "daily": {"swing": 0.5, "peak": "18h"}}}"#,
        )
        .unwrap();
        let day = play(&scenario, 1_440, split(0, 100));
        close(sum(&day[330..390], |m| m.truth.units), 6_000.0 * 1.497);
        close(sum(&day[1_050..1_110], |m| m.truth.units), 6_000.0 * 0.503);
        // 20:30 is 14.5 hours after the peak: cos(217.5 degrees) = -0.793
        close(sum(&day[1_200..1_260], |m| m.truth.units), 4.0 * 6_000.0 * (1.0 - 0.5 * 0.793));
        let rate = |from: usize| {
            sum(&day[from..from + 60], |m| m.truth.failures) / sum(&day[from..from + 60], |m| m.truth.units)
        };
        assert!((rate(1_050) - 0.3).abs() < 0.03 && (rate(330) - 0.1).abs() < 0.02);
    }

    #[test]
    fn a_recording_is_met_as_it_was() {
        let minutes: Vec<(u64, u64)> = (0..50).map(|minute| (100 + minute, minute % 3)).collect();
        let recording = crate::simulate::rollout::Recording::new(&minutes).unwrap();
        let scenario = Scenario::recorded(recording).with(Fault::errors(2.0).unwrap()).unwrap();
        let mut weather = Weather::new(&scenario, 1, 1, Timestamp::EPOCH);
        let offset = weather.offset;
        let mut offsets: Vec<u64> =
            (0..20).map(|run| Weather::new(&scenario, 1, run, Timestamp::EPOCH).offset).collect();
        offsets.sort_unstable();
        offsets.dedup();
        assert!(offsets.len() > 10 && offsets.iter().all(|offset| *offset < 50), "{offsets:?}");
        for minute in 0..120 {
            let (good, bad) = minutes[usize::try_from((minute + offset) % 50).unwrap()];
            let truth = weather.minute(minute, Timestamp::EPOCH, split(30, 70)).truth;
            assert_eq!((truth.units, truth.failures - truth.excess), (good + bad, bad));
        }
    }
}
