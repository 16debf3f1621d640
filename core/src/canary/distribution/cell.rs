use super::Reference;
use crate::observe::Histogram;

/// The values of both arms while one share was in force, and what the bets on them are placed by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistributionCell<'a> {
    /// The canary's share of the analysed units, strictly between 0 and 1; a cell outside that is left out.
    pub rho: f64,
    /// One value for each unit of the canary.
    pub canary: &'a Histogram,
    /// One value for each unit of the control.
    pub control: &'a Histogram,
    /// Chosen before any of these values was seen. Without one the bets are placed everywhere, which needs about twice the units.
    pub reference: Option<&'a Reference>,
}
