use super::course::arms;
use super::goal::Goal;
use crate::canary::{Said, Screen, Verdict};
use crate::error::Error;
use crate::quantity::Share;
use crate::simulate::Dice;
use crate::simulate::power::{Law, Seen};
use alloc::vec::Vec;

/// How often a stage is played alone to tell about how much it takes.
const RUNS: u64 = 80;
/// Most units of all traffic that a stage is played for: 2^40.
const MOST: u64 = 1 << 40;

/// About how many units of all traffic a stage takes until its verdict, ascending: one for each run that ended.
///
/// Looks are taken at numbers of units that grow by a quarter, so that a stage of any length takes a few dozen. This orders exposures; what a plan is said to take is played with
/// the looks that it will have.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Effort(Vec<u64>);

impl Effort {
    /// Of a stage with this exposure whose canary is drawn from `canary`, until the judge says `until`. Nothing is looked at before `from` units.
    pub(super) fn of(
        goal: &Goal,
        exposure: Share,
        (canary, control): (&Law, &Law),
        until: Verdict,
        from: u64,
    ) -> Result<Self, Error> {
        let control_share = goal.control.share(exposure);
        let screen = Screen::of(&goal.judge, (exposure, control_share));
        let stream = |run| (1 << 62) | (u64::from(exposure.parts_per_million()) << 20) | run;
        let mut found = Vec::new();
        for run in 0..RUNS {
            let mut dice = Dice::at_once(goal.runs.seed(), stream(run));
            let mut seen = Seen::new(&goal.judge, 0, (exposure, control_share), [].into_iter());
            let mut said = Said::default();
            let (mut units, mut next) = (0, from.max(50));
            while next <= MOST {
                let (in_canary, in_control) = arms(&mut dice, next - units, exposure, control_share);
                seen.draw(&mut dice, (in_canary, canary), (in_control, control))?;
                units = next;
                let screened =
                    screen.as_ref().and_then(|screen| screen.verdict(&mut said, &[], &seen.epoch(), 1));
                let verdict =
                    screened.unwrap_or_else(|| Seen::verdict(&goal.judge, [&seen].into_iter(), 0, 1, &[]));
                if verdict == until {
                    found.push(units);
                    break;
                }
                next = units + units / 4;
            }
        }
        found.sort_unstable();
        Ok(Self(found))
    }

    /// Units within which a share `power` of all runs ended.
    pub(super) fn within(&self, power: f64) -> Option<u64> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and RUNS")]
        let rank = crate::math::ceil(power.clamp(0.0, 1.0) * crate::math::count(RUNS)).max(1.0) as usize;
        self.0.get(rank - 1).copied()
    }
}
