use super::{Looks, Shape, Spending};
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::{Probability, shown};

/// Whether a rise alone stops the trial, or a fall as well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sides {
    /// Only a rise of the statistic is evidence; alpha is the error of that side.
    #[default]
    One,
    /// A rise or a fall, each with half of alpha.
    Two,
}

impl Sides {
    /// 1 or 2.
    #[must_use]
    pub const fn count(self) -> f64 {
        match self {
            Self::One => 1.0,
            Self::Two => 2.0,
        }
    }
}

/// What fixes the heights of the efficacy bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Boundary {
    /// A spending function: looks may be added, moved and left out later.
    Spending(Spending),
    /// A shape that holds for the planned looks alone.
    Shape(Shape),
}

impl From<Spending> for Boundary {
    fn from(spending: Spending) -> Self {
        Self::Spending(spending)
    }
}

impl From<Shape> for Boundary {
    fn from(shape: Shape) -> Self {
        Self::Shape(shape)
    }
}

/// Lower bounds at which a trial stops because it will hardly show an effect any more: they spend beta, the error of missing
/// the effect, as the upper ones spend alpha (Pampallona, Tsiatis and Kim 2001).
///
/// ```
/// use rampgate::Probability;
/// use rampgate::canary::group_sequential::{Futility, Looks, Spec, Spending};
///
/// let (alpha, power) = (Probability::new(0.025)?, Probability::new(0.9)?);
/// let futility = Futility::with_power(Spending::OBRIEN_FLEMING, power);
/// let design = Spec::new(alpha, Spending::OBRIEN_FLEMING, Looks::equal(2)?).with_futility(futility).design()?;
/// let null = design.crossings(0.0)?;
/// assert!(null.below[0] > 0.6, "without an effect, six trials of ten end at half of the information");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Futility {
    pub(super) spending: Spending,
    pub(super) target: Target,
    pub(super) binding: bool,
}

/// What the effect to be found is known by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Target {
    Power(Probability),
    Drift(f64),
}

impl Futility {
    /// Futility bounds of a design that finds the effect with probability `power`; the drift is what that takes.
    #[must_use]
    pub fn with_power(spending: Spending, power: Probability) -> Self {
        Self { spending, target: Target::Power(power), binding: false }
    }

    /// Futility bounds against an effect of which the expected statistic at full information is `drift`; the power is what that gives.
    ///
    /// # Errors
    /// A drift outside 0.5 to 20.
    pub fn with_drift(spending: Spending, drift: f64) -> Result<Self, Error> {
        if (0.5..=20.0).contains(&drift) {
            Ok(Self { spending, target: Target::Drift(drift), binding: false })
        } else {
            Err(Error::new("drift", Kind::Range, "must be from 0.5 to 20", shown(drift)))
        }
    }

    /// Makes the bounds binding: the efficacy bounds become a little lower, and alpha holds only if the trial does stop for futility.
    /// Without it alpha holds whether or not anyone follows them.
    #[must_use]
    pub fn binding(self) -> Self {
        Self { binding: true, ..self }
    }
}

/// What a design is made from: [`design`](Spec::design) computes it.
///
/// ```
/// use rampgate::Probability;
/// use rampgate::canary::group_sequential::{Looks, Sides, Spec, Spending};
///
/// let spec = Spec::new(Probability::new(0.05)?, Spending::POCOCK, Looks::new(&[0.3, 0.7, 1.0])?).with_sides(Sides::Two);
/// assert_eq!(spec.design()?.looks().len(), 3);
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    pub(super) alpha: Probability,
    pub(super) sides: Sides,
    pub(super) boundary: Boundary,
    pub(super) looks: Looks,
    pub(super) futility: Option<Futility>,
}

impl Spec {
    /// A one-sided test of level `alpha` without futility bounds.
    #[must_use]
    pub fn new(alpha: Probability, boundary: impl Into<Boundary>, looks: Looks) -> Self {
        Self { alpha, sides: Sides::One, boundary: boundary.into(), looks, futility: None }
    }

    /// Sets the sides.
    #[must_use]
    pub fn with_sides(self, sides: Sides) -> Self {
        Self { sides, ..self }
    }

    /// Adds futility bounds.
    #[must_use]
    pub fn with_futility(self, futility: Futility) -> Self {
        Self { futility: Some(futility), ..self }
    }

    /// The error of one side.
    pub(super) fn side_alpha(&self) -> Result<Probability, Error> {
        Probability::new(self.alpha.get() / self.sides.count()).map_err(|error| error.at("alpha"))
    }

    /// The height of the bound of a test with one look.
    pub(super) fn fixed_bound(&self) -> f64 {
        -math::normal_quantile(self.alpha.get() / self.sides.count())
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        let alpha = self.alpha.get();
        if !(1e-10..=0.5).contains(&alpha) {
            return Err(Error::new("alpha", Kind::Range, "must be from 1e-10 to 0.5", shown(alpha)));
        }
        let Some(futility) = self.futility else { return Ok(()) };
        if self.sides == Sides::Two {
            return Err(Error::absent("futility", Kind::Conflict, "needs a one-sided test"));
        }
        if futility.binding && matches!(self.boundary, Boundary::Shape(_)) {
            let rule = "needs a spending function for the efficacy bounds";
            return Err(Error::new("futility.binding", Kind::Conflict, rule, true));
        }
        match futility.target {
            Target::Power(power) if power.get() <= alpha || power.get() > 1.0 - 1e-10 => {
                let rule = "must exceed alpha and be at most 1 - 1e-10";
                Err(Error::new("futility.power", Kind::Range, rule, shown(power.get())))
            }
            _ => Ok(()),
        }
    }
}
