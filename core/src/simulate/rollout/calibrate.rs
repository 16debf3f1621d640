use super::simulation::Progress;
use super::{Controller, Part, Simulation};
use crate::error::Error;
use crate::math;
use crate::quantity::Probability;

/// Halvings of a setting's range: to two parts in a hundred over five decades.
const HALVINGS: u32 = 10;

/// A controller whose setting was chosen so that it is as often wrong about healthy releases as was asked for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Calibrated {
    /// The controller, set.
    pub controller: Controller,
    /// How often it rolled a healthy release back, in the runs by which it was set.
    pub false_rollbacks: Part,
    /// Whether that is the rate asked for, within two standard errors; a setting that jumps past it, or a controller without one, does not reach it.
    pub reached: bool,
}

/// A setting, from the one that rolls back least to the one that rolls back most.
#[derive(Clone, Copy, Debug)]
struct Range {
    mildest: f64,
    strictest: f64,
}

impl Controller {
    /// Between which bounds its setting lies: alpha, the limit of a rate or a ratio, or the allowed increase.
    const fn range(&self) -> Option<Range> {
        let (mildest, strictest) = match self {
            Self::Rampgate(_) => (1e-4, 0.5),
            Self::Argo(argo) => {
                if argo.is_relative() {
                    (100.0, 1.0)
                } else {
                    (1.0, 1e-5)
                }
            }
            Self::Flagger(flagger) => {
                if flagger.is_relative() {
                    (100.0, 1.0)
                } else {
                    (1.0, 1e-5)
                }
            }
            Self::Kayenta(_) => (1_000.0, 1.0),
            Self::Schedule => return None,
        };
        Some(Range { mildest, strictest })
    }

    /// What [`calibrate`](Simulation::calibrate) sets: alpha, a limit, an allowed increase; `None` where there is nothing to set, or the spec says it.
    #[must_use]
    pub const fn setting(&self) -> Option<f64> {
        match self {
            Self::Rampgate(Some(alpha)) => Some(alpha.get()),
            Self::Argo(argo) => Some(argo.limit),
            Self::Flagger(flagger) => Some(flagger.limit),
            Self::Kayenta(kayenta) => Some(kayenta.allowed),
            Self::Rampgate(None) | Self::Schedule => None,
        }
    }

    /// The same with another setting.
    fn set(&self, setting: f64) -> Result<Self, Error> {
        Ok(match self {
            Self::Rampgate(_) => Self::Rampgate(Some(Probability::new(setting)?)),
            Self::Argo(argo) => Self::Argo(argo.clone().at(setting)?),
            Self::Flagger(flagger) => Self::Flagger(flagger.clone().at(setting)?),
            Self::Kayenta(kayenta) => Self::Kayenta(kayenta.clone().at(setting)?),
            Self::Schedule => Self::Schedule,
        })
    }
}

impl Simulation {
    /// Finds the strictest setting of a controller that rolls back at most this part of healthy releases: those of this simulation without its faults.
    ///
    /// What is set is alpha of this library, the limit of [`Argo`](super::Argo) and [`Flagger`](super::Flagger), the allowed increase of
    /// [`Kayenta`](super::Kayenta); the rest of a controller stays. Controllers that are equally often wrong about healthy releases can be compared by
    /// what they do with others.
    ///
    /// What was found is the best of many on the same runs, and a small rate shows in few of them: take thousands of runs, and see what it comes to on another seed.
    ///
    /// # Errors
    /// None in practice.
    pub fn calibrate(
        &self,
        controller: &Controller,
        rate: Probability,
        progress: Progress<'_>,
    ) -> Result<Calibrated, Error> {
        let healthy = self.healthy();
        let tried = |controller: &Controller| -> Result<Part, Error> {
            Ok(healthy.run_with(controller, progress)?.part(super::Run::is_false_rollback))
        };
        let Some(Range { mildest, strictest }) = controller.range() else {
            let false_rollbacks = tried(controller)?;
            return Ok(Calibrated { controller: controller.clone(), false_rollbacks, reached: false });
        };
        let setting = |place: f64| {
            let (from, to) = (math::ln(mildest), math::ln(strictest));
            controller.set(math::exp(from + (to - from) * place))
        };
        let (mut mild, mut strict) = (0.0, 1.0);
        let mut found = setting(0.0)?;
        let mut false_rollbacks = tried(&found)?;
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(mild, strict);
            let candidate = setting(middle)?;
            let wrong = tried(&candidate)?;
            if wrong.share <= rate.get() {
                (mild, found, false_rollbacks) = (middle, candidate, wrong);
            } else {
                strict = middle;
            }
        }
        let error = math::sqrt(rate.get() * (1.0 - rate.get()) / f64::from(self.runs().count()));
        let reached = (false_rollbacks.share - rate.get()).abs() <= 2.0 * error;
        Ok(Calibrated { controller: found, false_rollbacks, reached })
    }
}
