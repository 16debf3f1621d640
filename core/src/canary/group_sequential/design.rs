use super::Looks;
use super::bounds::{Bounds, Course, Look, bracketed, quantile};
use super::spec::{Boundary, Sides, Spec};
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::{Probability, shown};
use alloc::vec::Vec;
use serde::Serialize;

/// A trial with planned looks: its bounds, and what they imply.
///
/// The statistic of each look is standardised: an estimate of the effect over its standard error, positive where the effect is the one looked
/// for. The *drift* is its mean at full information: the effect over the standard error that the whole trial reaches.
///
/// **Holds when** the statistics of the looks are normal with independent increments of information, as sums, means, rates and
/// maximum-likelihood estimates are for many units (Jennison and Turnbull 2000, chapter 11), and the looks are not placed by what
/// was seen. Under one more look, unplanned and not announced to [`observed`](Self::observed), the error is larger than alpha: where anyone may
/// look at any time, use the [`Judge`](crate::canary::Judge).
///
/// ```
/// use rampgate::Probability;
/// use rampgate::canary::group_sequential::{Looks, Spec, Spending};
///
/// let alpha = Probability::new(0.025)?;
/// let design = Spec::new(alpha, Spending::OBRIEN_FLEMING, Looks::equal(5)?).design()?;
/// let bounds: Vec<_> = design.looks().iter().filter_map(|look| look.efficacy).map(|z| format!("{z:.3}")).collect();
/// assert_eq!(bounds, ["4.877", "3.357", "2.680", "2.290", "2.031"]);
///
/// let size = design.inflation(Probability::new(0.9)?)?;
/// assert!(size.largest < 1.03 && size.expected_effect < 0.8, "2% more at most, 20% less on average");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Design {
    alpha: Probability,
    sides: u8,
    power: Option<f64>,
    drift: Option<f64>,
    looks: Vec<Bound>,
    #[serde(skip)]
    pub(super) spec: Spec,
    #[serde(skip)]
    pub(super) bounds: Bounds,
    /// Whether the last look is the trial's end.
    #[serde(skip)]
    pub(super) ends: bool,
}

/// When a look stops the trial, on the scale of the standardised statistic.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Bound {
    /// Share of the planned information.
    pub information: f64,
    /// At least this shows the effect; in a two-sided design, at most minus this shows the opposite. `None` where no error may be spent yet.
    pub efficacy: Option<f64>,
    /// At most this stops for futility.
    pub futility: Option<f64>,
    /// The p-value that a look by itself would have at the efficacy bound, with as many sides as the design.
    pub nominal_p: Option<f64>,
    /// Error spent up to and with this look, of both sides in a two-sided design.
    pub alpha_spent: f64,
}

/// Where a trial ends under a drift.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Crossings {
    /// The drift.
    pub drift: f64,
    /// Probability of ending at each look at or above its efficacy bound.
    pub above: Vec<f64>,
    /// Probability of ending at each look below: at the futility bound, or at the opposite bound of a two-sided design.
    pub below: Vec<f64>,
    /// Probability of ending above at any look: the power, or the error where the drift is none.
    pub total_above: f64,
    /// Probability of ending below at any look.
    pub total_below: f64,
    /// Mean share of the planned information at the end.
    pub expected_information: f64,
}

/// What the looks cost and save, in sizes of the trial with one look that has the same error and power.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Inflation {
    /// The drift at which the design has the power asked for.
    pub drift: f64,
    /// Size when the trial goes on to its end: the inflation factor.
    pub largest: f64,
    /// Mean size when there is no effect.
    pub expected_null: f64,
    /// Mean size at the drift.
    pub expected_effect: f64,
}

impl Spec {
    /// Computes the design. The bounds come from the recursion of Armitage, McPherson and Rowe (1969), to about 1e-12.
    ///
    /// # Errors
    /// Alpha outside 1e-10 to 0.5, futility bounds in a two-sided design, binding ones beside a [`Shape`](super::Shape), and a power or drift that
    /// leaves futility bounds no room.
    pub fn design(self) -> Result<Design, Error> {
        self.check()?;
        let looks = self.looks.clone();
        Design::of(self, &looks, true, None)
    }
}

impl Design {
    fn of(spec: Spec, looks: &Looks, ends: bool, effect: Option<(f64, Probability)>) -> Result<Self, Error> {
        let bounds = Bounds::of(&spec, Course { fractions: looks.fractions(), ends }, effect)?;
        let sides = if spec.sides == Sides::Two { 2 } else { 1 };
        let binding = spec.sides == Sides::Two || spec.futility.is_some_and(|futility| futility.binding);
        let spent = Bounds::stops(&bounds.looks, 0.0, binding).above;
        let mut alpha_spent = 0.0;
        let mut bound = |(look, spent): (&Look, f64)| {
            alpha_spent += spent * spec.sides.count();
            let root = math::sqrt(look.information);
            let efficacy = Some(look.upper / root).filter(|z| z.is_finite());
            let futility = spec.futility.map(|_| look.lower / root).filter(|z| z.is_finite());
            let nominal_p = efficacy.map(|z| spec.sides.count() * math::normal_cdf(-z));
            Bound { information: look.information, efficacy, futility, nominal_p, alpha_spent }
        };
        let looks = bounds.looks.iter().zip(spent).map(&mut bound).collect();
        Ok(Self {
            alpha: spec.alpha,
            sides,
            power: bounds.effect.map(|(_, beta)| 1.0 - beta.get()),
            drift: bounds.effect.map(|(drift, _)| drift),
            looks,
            spec,
            bounds,
            ends,
        })
    }

    /// The bounds, in the order of the looks.
    #[must_use]
    pub fn looks(&self) -> &[Bound] {
        &self.looks
    }

    /// The error of all looks together.
    #[must_use]
    pub fn alpha(&self) -> Probability {
        self.alpha
    }

    /// The sides of the test.
    #[must_use]
    pub fn sides(&self) -> Sides {
        self.spec.sides
    }

    /// The drift that the futility bounds are made for.
    #[must_use]
    pub fn drift(&self) -> Option<f64> {
        self.drift
    }

    /// The power at that drift.
    #[must_use]
    pub fn power(&self) -> Option<f64> {
        self.power
    }

    /// The bounds at the looks that were really taken so far, by their share of the planned information: for a trial whose looks do not come as planned
    /// (Lan and DeMets 1983). The last bound is the one for now. A last share of 1 or more ends the trial: all that is left of alpha is spent there, and
    /// more than all cannot be.
    ///
    /// ```
    /// use rampgate::Probability;
    /// use rampgate::canary::group_sequential::{Looks, Spec, Spending};
    ///
    /// let plan = Spec::new(Probability::new(0.025)?, Spending::power(2.0)?, Looks::equal(2)?).design()?;
    /// let early = plan.observed(&[0.31])?;
    /// assert!((early.looks()[0].alpha_spent - 0.025 * 0.31 * 0.31).abs() < 1e-15);
    /// let over = plan.observed(&[0.31, 0.78, 1.09])?;
    /// assert!((over.looks()[2].alpha_spent - 0.025).abs() < 1e-15);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// Shares that do not rise by at least 0.001, more than 100 of them, one after a share of 1 or more, and a design whose bounds are a [`Shape`](super::Shape),
    /// which holds for its planned looks alone.
    pub fn observed(&self, fractions: &[f64]) -> Result<Self, Error> {
        let ends = fractions.last().is_some_and(|last| *last >= 1.0);
        self.taken(fractions, ends)
    }

    /// Like [`observed`](Self::observed) where the last look is the end whatever its share: what is left of alpha is spent there. The decision to end must not
    /// come from what was seen.
    ///
    /// ```
    /// use rampgate::Probability;
    /// use rampgate::canary::group_sequential::{Looks, Spec, Spending};
    ///
    /// let plan = Spec::new(Probability::new(0.025)?, Spending::OBRIEN_FLEMING, Looks::equal(2)?).design()?;
    /// let (open, ended) = (plan.observed(&[0.5, 0.8])?, plan.concluded(&[0.5, 0.8])?);
    /// assert!(open.looks()[1].efficacy > ended.looks()[1].efficacy, "the last look need not save");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// As for [`observed`](Self::observed).
    pub fn concluded(&self, fractions: &[f64]) -> Result<Self, Error> {
        self.taken(fractions, true)
    }

    fn taken(&self, fractions: &[f64], ends: bool) -> Result<Self, Error> {
        let looks = Looks::observed(fractions)?;
        if let Boundary::Shape(_) = self.spec.boundary {
            return Err(Error::absent(
                "shape",
                Kind::Conflict,
                "holds for the planned looks alone; looks that move need a spending function",
            ));
        }
        Self::of(self.spec.clone(), &looks, ends, self.bounds.effect)
    }

    /// Where the trial ends under a drift, futility bounds obeyed.
    ///
    /// ```
    /// use rampgate::Probability;
    /// use rampgate::canary::group_sequential::{Looks, Spec, Spending};
    ///
    /// let alpha = Probability::new(0.025)?;
    /// let design = Spec::new(alpha, Spending::OBRIEN_FLEMING, Looks::equal(5)?).design()?;
    /// assert!((design.crossings(0.0)?.total_above - 0.025).abs() < 1e-12, "the error");
    /// assert!(design.crossings(3.3)?.total_above > 0.9, "the power");
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A drift outside -100 to 100.
    pub fn crossings(&self, drift: f64) -> Result<Crossings, Error> {
        if !(-100.0..=100.0).contains(&drift) {
            return Err(Error::new("drift", Kind::Range, "must be from -100 to 100", shown(drift)));
        }
        Ok(self.crossings_at(drift))
    }

    fn crossings_at(&self, drift: f64) -> Crossings {
        let stops = Bounds::stops(&self.bounds.looks, drift, true);
        let (total_above, total_below) = (stops.above.iter().sum::<f64>(), stops.below.iter().sum::<f64>());
        let ended = stops.above.iter().zip(&stops.below).map(|(above, below)| above + below);
        let (mut expected, mut last) = (0.0, 0.0);
        for (look, ended) in self.looks.iter().zip(ended) {
            expected += look.information * ended;
            last = look.information;
        }
        expected += last * (1.0 - total_above - total_below).max(0.0);
        Crossings {
            drift,
            above: stops.above,
            below: stops.below,
            total_above,
            total_below,
            expected_information: expected,
        }
    }

    /// The drift at which the design ends above with probability `power`, futility bounds obeyed. In a two-sided design ending at the opposite bound is no power.
    ///
    /// # Errors
    /// A power that does not exceed alpha or that comes closer to 1 than 1e-10, or that the bounds never reach.
    pub fn drift_for(&self, power: Probability) -> Result<f64, Error> {
        let power = power.get();
        if power <= self.alpha.get() || power > 1.0 - 1e-10 {
            return Err(Error::new(
                "power",
                Kind::Range,
                "must exceed alpha and be at most 1 - 1e-10",
                shown(power),
            ));
        }
        // no test is more powerful than the one with all information at the end
        let most = self.looks.iter().map(|look| look.information).fold(1.0, f64::max);
        let least = (self.spec.fixed_bound() + quantile(power)) / math::sqrt(most);
        let low = least - 1e-9;
        let excess = |drift| quantile(self.crossings_at(drift).total_above) - quantile(power);
        bracketed((low, excess(low)), least.max(0.1) / 16.0, excess).ok_or_else(|| {
            Error::new("power", Kind::Conflict, "is out of reach of these bounds", shown(power))
        })
    }

    /// Sizes at a power, relative to the trial with one look.
    ///
    /// Information grows with the number of units, so the trial needs `largest` times the units of the fixed one to reach the same power at the same effect
    /// (Jennison and Turnbull 2000, section 2.3).
    ///
    /// # Errors
    /// As for [`drift_for`](Self::drift_for).
    pub fn inflation(&self, power: Probability) -> Result<Inflation, Error> {
        let drift = self.drift_for(power)?;
        let ratio = drift / (self.spec.fixed_bound() + quantile(power.get()));
        let largest = ratio * ratio;
        Ok(Inflation {
            drift,
            largest,
            expected_null: largest * self.crossings_at(0.0).expected_information,
            expected_effect: largest * self.crossings_at(drift).expected_information,
        })
    }
}
