use super::anywhere;
use super::shape::{GRID, SHAPES, Shape};
use crate::math::{self, LogSum};
use alloc::boxed::Box;

/// How many bets a reference places.
pub(super) const PLACED: usize = SHAPES.len() * GRID;

/// What each single bet of a [`DistributionTest`](super::DistributionTest) has gained in one epoch, or in several: logarithms of wealth.
///
/// Gains multiply over epochs *inside* each bet, and only then are the bets mixed: so add the components of the epochs and ask for the
/// [`ln_evidence`](Self::ln_evidence) of the sum. Epochs without a reference have bets of their own; their mixture multiplies the other one.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// By shape, and in each from the weakest to the strongest.
    pub(super) placed: [f64; PLACED],
    pub(super) anywhere: Option<Box<[f64; anywhere::BETS]>>,
}

impl Default for Components {
    fn default() -> Self {
        Self { placed: [0.0; PLACED], anywhere: None }
    }
}

impl Components {
    /// Takes in what another epoch gained. The order matters to the last bits alone; keep that of the epochs.
    pub fn add(&mut self, epoch: &Self) {
        self.placed.iter_mut().zip(&epoch.placed).for_each(|(sum, gain)| *sum += gain);
        match (&mut self.anywhere, &epoch.anywhere) {
            (Some(sums), Some(gains)) => {
                sums.iter_mut().zip(gains.iter()).for_each(|(sum, gain)| *sum += gain)
            }
            (sums @ None, Some(_)) => sums.clone_from(&epoch.anywhere),
            (_, None) => {}
        }
    }

    /// What the best of the bets has gained, of each kind of bets: the mixture has gained no more.
    #[cfg(feature = "simulate")]
    pub(in crate::canary) fn most(&self) -> f64 {
        let most = |bets: &[f64]| bets.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        most(&self.placed) + self.anywhere.as_ref().map_or(0.0, |bets| most(bets.as_slice()))
    }

    /// The gains if there had been so many times the same data.
    pub(in crate::canary) fn times(&self, times: f64) -> Self {
        Self {
            placed: self.placed.map(|gain| gain * times),
            anywhere: self.anywhere.as_ref().map(|gains| gains.map(|gain| gain * times).into()),
        }
    }

    /// ln of the e-value: the bets, mixed by their weights. 0 where nothing was seen.
    #[must_use]
    pub fn ln_evidence(&self) -> f64 {
        let (mut mixture, mut total) = (LogSum::new(), LogSum::new());
        for ((_, weight), bets) in SHAPES.iter().zip(self.placed.chunks(GRID)) {
            let ln_weight = math::ln(*weight);
            for bet in bets {
                mixture.add(ln_weight + bet);
                total.add(ln_weight);
            }
        }
        let placed = mixture.ln() - total.ln();
        placed + self.anywhere.as_ref().map_or(0.0, |bets| anywhere::ln_mixture(bets))
    }

    /// The shape whose bets, with their weights, gained most; `None` where none gained anything.
    #[must_use]
    pub fn leading_shape(&self) -> Option<Shape> {
        let even = math::ln(math::count(GRID as u64));
        let placed = SHAPES.iter().zip(self.placed.chunks(GRID)).map(|((shape, weight), bets)| {
            let mut mixture = LogSum::new();
            bets.iter().for_each(|bet| mixture.add(*bet));
            (*shape, mixture.ln() - even, math::ln(*weight))
        });
        let anywhere = self.anywhere.iter().map(|bets| (Shape::Anywhere, anywhere::ln_mixture(bets), 0.0));
        let mut best: Option<(Shape, f64)> = None;
        for (shape, ln_gain, ln_weight) in placed.chain(anywhere).filter(|(_, ln_gain, _)| *ln_gain > 0.0) {
            if best.is_none_or(|(_, most)| ln_gain + ln_weight > most) {
                best = Some((shape, ln_gain + ln_weight));
            }
        }
        best.map(|(shape, _)| shape)
    }
}
