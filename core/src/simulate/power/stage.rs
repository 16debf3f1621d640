use crate::quantity::Share;

/// A stage of a [`Trial`](super::Trial): the shares of the arms, which must be above 0%, and how many analysed units of both arms together it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Share of all units that is in the canary.
    pub canary: Share,
    /// Share of all units that is in the control.
    pub control: Share,
    /// Analysed units of both arms together, 1 to 2^40 in all stages.
    pub units: u64,
}

impl Stage {
    /// The canary's share of the analysed units.
    pub(super) fn rho(self) -> f64 {
        let canary = f64::from(self.canary.parts_per_million());
        canary / (canary + f64::from(self.control.parts_per_million()))
    }
}
