use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::shown;

/// Efficacy bounds of a fixed shape, C t^(delta - 1/2) on the scale of z at the information share t, with C such that the error is
/// alpha over all planned looks (Wang and Tsiatis 1987).
///
/// They are part of the literature and of other tools; for looks that may move, use a [`Spending`](super::Spending) function.
///
/// **Holds when** what holds for the [`Design`](super::Design) does, and every look is taken where it was planned.
///
/// ```
/// use rampgate::Probability;
/// use rampgate::canary::group_sequential::{Looks, Shape, Sides, Spec};
///
/// let alpha = Probability::new(0.05)?;
/// let design = Spec::new(alpha, Shape::POCOCK, Looks::equal(5)?).with_sides(Sides::Two).design()?;
/// let heights: Vec<_> = design.looks().iter().filter_map(|look| look.efficacy).collect();
/// assert!(heights.iter().all(|height| (height - 2.413).abs() < 5e-4), "Jennison and Turnbull 2000, table 2.1");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    delta: f64,
}

impl Shape {
    /// The same height at every look (Pocock 1977): delta 1/2.
    pub const POCOCK: Self = Self { delta: 0.5 };
    /// The same height on the scale of the score (O'Brien and Fleming 1979): delta 0.
    pub const OBRIEN_FLEMING: Self = Self { delta: 0.0 };

    /// The family of both.
    ///
    /// # Errors
    /// `delta` outside -0.5 to 0.7.
    pub fn wang_tsiatis(delta: f64) -> Result<Self, Error> {
        if (-0.5..=0.7).contains(&delta) {
            Ok(Self { delta })
        } else {
            Err(Error::new("delta", Kind::Range, "must be from -0.5 to 0.7", shown(delta)))
        }
    }

    /// Height of the bound at the share `fraction`, on the scale of the score, for C = 1.
    pub(super) fn score(self, fraction: f64) -> f64 {
        math::pow(fraction, self.delta)
    }
}
