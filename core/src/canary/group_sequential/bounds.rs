use super::spec::{Boundary, Futility, Sides, Spec, Target};
use super::walk::{Tail, Walk};
use super::{Shape, Spending};
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::Probability;
use alloc::vec::Vec;

/// The bounds of each look on the scale of the score, z sqrt(t).
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) looks: Vec<Look>,
    /// The drift that the futility bounds are made for, and the error of missing it.
    pub(super) effect: Option<(f64, Probability)>,
}

/// Where a look stops the trial: above `upper`, below `lower`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Look {
    pub(super) information: f64,
    pub(super) lower: f64,
    pub(super) upper: f64,
}

/// What each look stops: probabilities of ending there above the upper and below the lower bound.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stops {
    pub(super) above: Vec<f64>,
    pub(super) below: Vec<f64>,
}

/// Looks of which the last may be the end of the trial, when all error is spent and no one continues.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course<'a> {
    pub(super) fractions: &'a [f64],
    pub(super) ends: bool,
}

impl Course<'_> {
    /// The looks, whether each is the end, and the information of the one after it.
    fn looks(self) -> impl Iterator<Item = (f64, bool, Option<f64>)> {
        let after = self.fractions.iter().skip(1).map(|next| Some(*next)).chain([None]);
        self.fractions.iter().zip(after).map(move |(now, next)| (*now, self.ends && next.is_none(), next))
    }

    /// What a spending function allots to each look.
    fn allotments(self, spending: Spending, total: Probability) -> impl Iterator<Item = f64> {
        let mut before = 0.0;
        self.looks().map(move |(fraction, end, _)| {
            let spent = spending.spent(total, if end { 1.0 } else { fraction });
            let allotted = spent - before;
            before = spent;
            allotted
        })
    }
}

impl Bounds {
    /// The bounds of a design for these looks. The `effect`, once a plan has fixed it, stays what it is.
    pub(super) fn of(
        spec: &Spec,
        course: Course<'_>,
        fixed: Option<(f64, Probability)>,
    ) -> Result<Self, Error> {
        let builder = Builder { spec, course, upper: Upper::of(spec, course)?, alpha: spec.side_alpha()? };
        let effect = match (spec.futility, fixed) {
            (None, _) => None,
            (Some(_), Some(fixed)) => Some(fixed),
            (Some(futility), None) => Some(builder.effect(futility)?),
        };
        let futility = spec.futility.zip(effect).map(|(futility, (drift, beta))| (futility, drift, beta));
        let (looks, _) = builder.build(futility);
        if looks.iter().any(|look| look.upper == f64::NEG_INFINITY) {
            return Err(Error::absent("futility", Kind::Conflict, NO_ROOM));
        }
        Ok(Self { looks, effect })
    }

    /// Where the paths end under a drift. `obeyed` is whether futility bounds stop; those of a two-sided design always do.
    pub(super) fn stops(looks: &[Look], drift: f64, obeyed: bool) -> Stops {
        let mut walk = Walk::new(drift);
        let mut stops = Stops { above: Vec::new(), below: Vec::new() };
        let mut rest = looks.iter();
        while let Some(look) = rest.next() {
            let lower = if obeyed { look.lower } else { f64::NEG_INFINITY };
            stops.above.push(walk.beyond(Tail::Above, look.information, look.upper));
            stops.below.push(walk.beyond(Tail::Below, look.information, lower));
            if let Some(next) = rest.as_slice().first() {
                walk.advance(look.information, lower, look.upper, next.information);
            }
        }
        stops
    }
}

/// The upper bounds: their share of the error, or their height if that is known.
enum Upper {
    Allotted(Spending),
    Scores(Vec<f64>),
}

impl Upper {
    fn of(spec: &Spec, course: Course<'_>) -> Result<Self, Error> {
        match spec.boundary {
            Boundary::Spending(spending) => Ok(Self::Allotted(spending)),
            Boundary::Shape(shape) => scores(spec, shape, course.fractions).map(Self::Scores),
        }
    }
}

/// The shape's bounds, at the height at which all of them together have the error alpha.
fn scores(spec: &Spec, shape: Shape, fractions: &[f64]) -> Result<Vec<f64>, Error> {
    let at = |height: f64| {
        let look = |fraction: &f64| {
            let upper = height * shape.score(*fraction);
            let lower = if spec.sides == Sides::Two { -upper } else { f64::NEG_INFINITY };
            Look { information: *fraction, lower, upper }
        };
        fractions.iter().map(look).collect::<Vec<_>>()
    };
    let alpha = spec.side_alpha()?.get();
    // the error is nearly normal in the height, so its quantile is nearly straight, with a slope of a little more than -1
    let excess = |height: f64| {
        let crossed: f64 = Bounds::stops(&at(height), 0.0, true).above.iter().sum();
        quantile(crossed) - quantile(alpha)
    };
    let least = -math::normal_quantile(alpha);
    let at_least = excess(least);
    let height = if at_least <= ENOUGH {
        Some(least)
    } else {
        bracketed((least, -at_least), at_least * 1.01, |height| -excess(height))
    };
    height
        .map(|height| at(height).iter().map(|look| look.upper).collect())
        .ok_or_else(|| Error::absent("shape", Kind::Conflict, "has no bounds of this level at these looks"))
}

struct Builder<'a> {
    spec: &'a Spec,
    course: Course<'a>,
    upper: Upper,
    alpha: Probability,
}

impl Builder<'_> {
    /// The looks' bounds, and the power against the drift that the futility bounds are for. At the end the bounds meet.
    fn build(&self, futility: Option<(Futility, f64, Probability)>) -> (Vec<Look>, f64) {
        let two = self.spec.sides == Sides::Two;
        let (mut null, mut power, mut looks) = (Walk::new(0.0), 0.0, Vec::new());
        let mut effect = futility.map(|(futility, drift, beta)| {
            (futility.binding, Walk::new(drift), self.course.allotments(futility.spending, beta))
        });
        let mut allotments = match self.upper {
            Upper::Allotted(spending) => Some(self.course.allotments(spending, self.alpha)),
            Upper::Scores(_) => None,
        };
        for (position, (information, end, next)) in self.course.looks().enumerate() {
            let known = match &self.upper {
                Upper::Scores(scores) => scores.get(position).copied(),
                Upper::Allotted(_) => None,
            };
            let allotted = allotments.as_mut().and_then(Iterator::next).unwrap_or(0.0);
            let upper = known.unwrap_or_else(|| null.bound(Tail::Above, information, allotted));
            let mut lower = if two { -upper } else { f64::NEG_INFINITY };
            let mut obeyed = lower;
            if let Some((binding, walk, allotments)) = &mut effect {
                let allotted = allotments.next().unwrap_or(0.0);
                lower = if end { upper } else { walk.bound(Tail::Below, information, allotted).min(upper) };
                obeyed = if *binding { lower } else { f64::NEG_INFINITY };
                power += walk.beyond(Tail::Above, information, upper);
                if let Some(next) = next {
                    walk.advance(information, lower, upper, next);
                }
            }
            if let (Some(next), None) = (next, known) {
                null.advance(information, obeyed, upper, next);
            }
            looks.push(Look { information, lower, upper });
        }
        (looks, power)
    }

    /// The drift and the error beta at which the futility bounds spend all of beta and meet the efficacy bound at the end.
    fn effect(&self, futility: Futility) -> Result<(f64, Probability), Error> {
        let power = |drift, beta| quantile(self.build(Some((futility, drift, beta))).1);
        match futility.target {
            Target::Power(wanted) => {
                let beta = Probability::new(1.0 - wanted.get())?;
                let reach = math::normal_quantile(wanted.get());
                // no test is more powerful than the one with all information at the end
                let least = self.spec.fixed_bound() + reach;
                let excess = |drift| power(drift, beta) - reach;
                let low = least - 1e-9;
                let drift = bracketed((low, excess(low)), least.max(0.1) / 16.0, excess);
                Ok((drift.ok_or_else(|| no_room("power"))?, beta))
            }
            Target::Drift(drift) => {
                let most = drift - self.spec.fixed_bound();
                let beta = |reach: f64| Probability::new(math::normal_cdf(-reach));
                let excess = |reach: f64| beta(reach).map_or(f64::NAN, |beta| power(drift, beta) - reach);
                let (low, high) = (-2.0, most + 1e-9);
                let reach = math::zero((low, excess(low)), (high, excess(high)), ENOUGH, excess);
                let reach = reach.ok_or_else(|| no_room("drift"))?;
                Ok((drift, beta(reach)?))
            }
        }
    }
}

/// The quantile of a probability, kept finite where the probability is 0 or 1 to a float.
pub(super) fn quantile(probability: f64) -> f64 {
    math::normal_quantile(probability.clamp(0.0, 1.0)).clamp(-40.0, 40.0)
}

const NO_ROOM: &str = "leaves the futility bounds no room below the efficacy bounds";

fn no_room(field: &str) -> Error {
    Error::absent(alloc::format!("futility.{field}"), Kind::Conflict, NO_ROOM)
}

/// A difference of quantiles that is none: the rounding of the probabilities is of this size.
pub(super) const ENOUGH: f64 = 4e-15;

/// The zero of a rising function that is not above zero at `low`, given with its value there, sought from it in growing steps.
pub(super) fn bracketed(low: (f64, f64), step: f64, mut f: impl FnMut(f64) -> f64) -> Option<f64> {
    let (mut low, mut step) = (low, step);
    for _ in 0..40 {
        let high = (low.0 + step, f(low.0 + step));
        if high.1 >= 0.0 {
            return math::zero(low, high, ENOUGH, f);
        }
        (low, step) = (high, step * 2.0);
    }
    None
}
