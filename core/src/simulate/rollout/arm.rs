use crate::observe::Counts;
use crate::simulate::Dice;

/// The units of one arm.
#[derive(Clone, Copy)]
pub(super) struct Arm {
    pub(super) failed: u64,
    pub(super) fine: u64,
}

impl Arm {
    /// Of so many units each fails with this chance.
    pub(super) fn draw(dice: &mut Dice, units: u64, chance: f64) -> Self {
        let failed = dice.binomial(units, chance);
        Self { failed, fine: units - failed }
    }

    pub(super) const fn units(self) -> u64 {
        self.failed + self.fine
    }

    pub(super) fn counts(self) -> Counts {
        counts(self.failed, self.fine)
    }

    /// Fails each unit that was fine with this chance; how many those are.
    pub(super) fn fail(&mut self, dice: &mut Dice, chance: f64) -> u64 {
        let broken = dice.binomial(self.fine, chance);
        (self.failed, self.fine) = (self.failed + broken, self.fine - broken);
        broken
    }

    /// Takes each unit away with this chance.
    pub(super) fn take(&mut self, dice: &mut Dice, chance: f64) -> Self {
        let taken =
            Self { failed: dice.binomial(self.failed, chance), fine: dice.binomial(self.fine, chance) };
        (self.failed, self.fine) = (self.failed - taken.failed, self.fine - taken.fine);
        taken
    }
}

pub(super) fn counts(failed: u64, fine: u64) -> Counts {
    Counts::new(failed.saturating_add(fine), failed).unwrap_or_default()
}
