use super::Traffic;
use crate::canary::{Judge, Past, Said, Screen, Verdict};
use crate::error::Error;
use crate::quantity::Share;
use crate::rollout::Requirement;
use crate::simulate::Dice;
use crate::simulate::power::{Law, Seen};
use alloc::rc::Rc;
use alloc::vec::Vec;

/// A stage as it is played: times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) exposure: Share,
    pub(super) control: Share,
    pub(super) min_dwell: u64,
    pub(super) min_units: u64,
    pub(super) requires: Requirement,
    pub(super) deadline: u64,
}

/// A plan that is played from look to look, as the rollout machine would: see `spec/rollout.md`, sections 5 to 7.
#[derive(Debug)]
pub(super) struct Course<'a> {
    pub(super) judge: &'a Judge,
    pub(super) traffic: &'a Traffic,
    pub(super) control: &'a Law,
    pub(super) steps: &'a [Step],
    /// Of each step, where there is one.
    pub(super) screens: Vec<Option<Screen<'a>>>,
    pub(super) bake: u64,
    pub(super) look: u64,
    pub(super) stale_after: u64,
}

/// A release at the moment at which it enters a stage, or the bake after the last one.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    at: u64,
    stage: usize,
    past: Vec<Rc<Over>>,
    /// The last stage, which the bake goes on with.
    baking: Option<Seen>,
}

/// A stage that is over, and what the screen keeps of it.
#[derive(Debug)]
struct Over {
    seen: Seen,
    past: Option<Past>,
}

impl Entry {
    /// A release that starts.
    pub(super) const START: Self = Self { at: 0, stage: 0, past: Vec::new(), baking: None };
}

/// What a stage took that was passed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Passed {
    pub(super) elapsed: u64,
    pub(super) canary: u64,
    pub(super) analysed: u64,
}

/// How a release ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Done,
    Harm,
    Overdue,
}

/// One release from an entry to its end.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) end: End,
    /// Milliseconds from the entry to the end.
    pub(super) lasted: u64,
    /// Milliseconds from the release's start to the end.
    pub(super) ended: u64,
    /// Units that had the canary since the entry.
    pub(super) hit: u64,
    pub(super) passed: Vec<Passed>,
    /// Each stage that was entered after the entry's own, and the bake.
    pub(super) entries: Vec<Entry>,
}

/// The present stage's clocks, as the machine keeps them.
struct Clocks {
    entered: u64,
    base: u64,
    units: u64,
    mark: Option<u64>,
    dwell: u64,
}

/// What a look leads to.
enum Next {
    Stay,
    Pass,
    End(End),
}

impl Course<'_> {
    /// Plays a release on from `entry`, its canary drawn from `canary`.
    pub(super) fn run(&self, entry: &Entry, canary: &Law, dice: &mut Dice) -> Result<Run, Error> {
        let Entry { mut at, mut stage, mut past, mut baking } = entry.clone();
        let mut run =
            Run { end: End::Done, lasted: 0, ended: 0, hit: 0, passed: Vec::new(), entries: Vec::new() };
        let stages = u32::try_from(self.steps.len()).unwrap_or(u32::MAX);
        while let Some((step, is_bake)) = self.step(stage) {
            if is_bake && self.bake == 0 {
                break;
            }
            let position = u32::try_from(past.len()).unwrap_or(u32::MAX);
            let mut seen = baking.take().unwrap_or_else(|| {
                Seen::new(
                    self.judge,
                    position,
                    (step.exposure, step.control),
                    past.iter().map(|over| &over.seen),
                )
            });
            let screen = self.screens.get(past.len()).and_then(Option::as_ref);
            let over: Vec<&Past> = past.iter().filter_map(|over| over.past.as_ref()).collect();
            let mut said = Said::default();
            let base = seen.canary.units();
            let mut clocks = Clocks { entered: at, base, units: base, mark: None, dwell: 0 };
            let end = loop {
                self.draw(&mut seen, &step, at, (canary, dice))?;
                at += self.look;
                let screened =
                    screen.and_then(|screen| screen.verdict(&mut said, &over, &seen.epoch(), stages));
                let verdict = screened.unwrap_or_else(|| {
                    let all = past.iter().map(|over| &over.seen).chain([&seen]);
                    Seen::verdict(self.judge, all, position, stages, &[])
                });
                match clocks.look(at, verdict, seen.canary.units(), (&step, self.stale_after)) {
                    Next::Stay => {}
                    Next::Pass => break None,
                    Next::End(end) => break Some(end),
                }
            };
            run.hit += seen.canary.units() - base;
            if let Some(end) = end {
                run.end = end;
                break;
            }
            let canary = seen.canary.units() - base;
            let analysed = canary + seen.control.units();
            run.passed.push(Passed { elapsed: at - clocks.entered, canary, analysed });
            stage += 1;
            if stage == self.steps.len() {
                run.entries.push(Entry { at, stage, past: past.clone(), baking: Some(seen.clone()) });
                baking = Some(seen);
            } else {
                let over = screen.map(|screen| screen.past(&seen.epoch()));
                past.push(Rc::new(Over { past: over, seen }));
                run.entries.push(Entry { at, stage, past: past.clone(), baking: None });
            }
        }
        run.ended = at;
        run.lasted = at - entry.at;
        Ok(run)
    }

    /// The stage of this number; after the last one the bake, which asks for data without harm.
    fn step(&self, stage: usize) -> Option<(Step, bool)> {
        if let Some(step) = self.steps.get(stage) {
            return Some((*step, false));
        }
        let last = self.steps.last().filter(|_| stage == self.steps.len())?;
        let requires = match last.requires {
            Requirement::Unmonitored => Requirement::Unmonitored,
            Requirement::Safe | Requirement::NoHarm => Requirement::NoHarm,
        };
        let deadline = last.deadline + self.bake;
        Some((Step { min_dwell: self.bake, min_units: 0, requires, deadline, ..*last }, true))
    }

    /// What comes from `at` to the next look.
    fn draw(
        &self,
        seen: &mut Seen,
        step: &Step,
        at: u64,
        (law, dice): (&Law, &mut Dice),
    ) -> Result<(), Error> {
        let units = self.traffic.units(at + self.look) - self.traffic.units(at);
        let (canary, control) = arms(dice, units, step.exposure, step.control);
        seen.draw(dice, (canary, law), (control, self.control))
    }
}

/// How so many units fall into canary and control; the rest is in neither.
pub(super) fn arms(dice: &mut Dice, units: u64, exposure: Share, control: Share) -> (u64, u64) {
    let canary = dice.binomial(units, exposure.fraction());
    let others = exposure.complement();
    let of_others = match others.parts_per_million() {
        0 => 0.0,
        others => f64::from(control.parts_per_million()) / f64::from(others),
    };
    (canary, dice.binomial(units - canary, of_others))
}

impl Clocks {
    fn look(&mut self, at: u64, verdict: Verdict, units: u64, (step, stale_after): (&Step, u64)) -> Next {
        if verdict == Verdict::Harm {
            return Next::End(End::Harm);
        }
        let sound = matches!(verdict, Verdict::Safe | Verdict::Inconclusive);
        if sound && units > self.units {
            self.units = units;
            let gap = self.mark.map_or(0, |mark| at - mark);
            if gap <= stale_after {
                self.dwell += gap;
            }
            self.mark = Some(at);
        }
        if at - self.entered >= step.deadline {
            return Next::End(End::Overdue);
        }
        let (open, time) = match step.requires {
            Requirement::Safe => (verdict == Verdict::Safe, self.dwell),
            Requirement::NoHarm => (sound, self.dwell),
            Requirement::Unmonitored => (true, at - self.entered),
        };
        let seen = units - self.base;
        let proven = open && (seen > 0 || step.requires == Requirement::Unmonitored);
        if proven && time >= step.min_dwell && seen >= step.min_units { Next::Pass } else { Next::Stay }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::{Epoch, Guardrail, Look, Policy};
    use crate::observe::{Counts, Series, Tally};
    use crate::quantity::{Probability, Span, Timestamp};
    use alloc::vec;

    /// Random releases of up to four stages, good and bad: where the screen speaks, it says what the judge says, and it nearly always speaks.
    #[test]
    fn what_the_screen_says_the_judge_says() {
        let errors = || Guardrail::new("errors").unwrap();
        let ceiling = errors().with_ceiling(Probability::new(0.03).unwrap()).unwrap();
        let (mut said, mut silent, mut seen) = (0_u32, 0_u32, [0_u32; 4]);
        for (number, guardrail) in (0..).zip([errors(), ceiling, errors().with_ratios(1.2, 1.8).unwrap()]) {
            let judge = Judge::new(Policy::default(), vec![guardrail]).unwrap();
            for run in 0..400 {
                let mut dice = Dice::new(number, run);
                let stages = 1 + dice.below(4);
                let (chance, skew) = (0.02 * f64::from(1 + dice.below(3)), dice.below(20) == 0);
                let shares: Vec<(Share, Share)> = (0..stages)
                    .map(|stage| match (stage, number) {
                        (3, 1) => (Share::ALL, Share::ZERO),
                        _ => (Share::clamped(50_000 << stage), Share::clamped(500_000)),
                    })
                    .collect();
                let screens: Vec<_> =
                    shares.iter().map(|shares| Screen::of(&judge, *shares).unwrap()).collect();
                let mut tallies: Vec<(Tally, Tally)> = Vec::new();
                let mut over: Vec<Past> = Vec::new();
                for (stage, ((canary_share, control_share), screen)) in (0..).zip(shares.iter().zip(&screens))
                {
                    tallies.push((Tally::default(), Tally::default()));
                    let mut last = Said::default();
                    for _ in 0..12 {
                        let many = 100 + u64::from(dice.below(4_000));
                        let mut drawn = |units: u64, chance| {
                            let failed = dice.binomial(units, chance);
                            let series = Series::Rate(Counts::new(units, failed).unwrap());
                            Tally::from_series(units, vec![series], Timestamp::EPOCH).unwrap()
                        };
                        let of = |share: Share| many * u64::from(share.parts_per_million()) / 1_000_000;
                        let canary = drawn(of(*canary_share) + if skew { many / 20 } else { 0 }, chance);
                        let control = drawn(of(*control_share), 0.02);
                        let (canaries, controls) = tallies.last_mut().unwrap();
                        canaries.merge(&canary).unwrap();
                        controls.merge(&control).unwrap();
                        let epochs: Vec<Epoch<'_>> = (0..)
                            .zip(tallies.iter().zip(&shares))
                            .map(|(stage, ((canary, control), (canary_share, control_share)))| Epoch {
                                stage,
                                segment: 0,
                                canary_share: *canary_share,
                                control_share: *control_share,
                                canary,
                                control,
                                references: &[],
                            })
                            .collect();
                        let (at, stale_after) = (Timestamp::EPOCH, Span::ZERO);
                        let judged = judge
                            .find(&Look { epochs: &epochs, stage, stages, segments: &[], at, stale_after })
                            .verdict;
                        let past: Vec<&Past> = over.iter().collect();
                        match screen.verdict(&mut last, &past, epochs.last().unwrap(), stages) {
                            None => silent += 1,
                            Some(verdict) => {
                                assert_eq!(verdict, judged, "{number} {run} stage {stage}");
                                said += 1;
                            }
                        }
                        let kind = [Verdict::Harm, Verdict::Invalid, Verdict::Safe, Verdict::Inconclusive];
                        if let Some(place) = kind.iter().position(|kind| *kind == judged) {
                            seen[place] += 1;
                        }
                    }
                    let (canary, control) = tallies.last().unwrap();
                    over.push(screen.past(&Epoch {
                        stage,
                        segment: 0,
                        canary_share: *canary_share,
                        control_share: *control_share,
                        canary,
                        control,
                        references: &[],
                    }));
                }
            }
        }
        assert!(silent * 1_000 < said, "{silent} of {said}");
        assert!(seen.iter().all(|times| *times > 100), "{seen:?}");
    }
}
