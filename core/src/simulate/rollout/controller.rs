use super::guarded::Guarded;
use super::lead::{Lead, Why, split};
use super::minute::{Minute, Split};
use super::timetable::Timetable;
use super::{Argo, Flagger, Kayenta, argo, flagger, kayenta};
use crate::error::Error;
use crate::quantity::{Probability, Timestamp};
use crate::release::Spec;
use crate::rollout::Phase;
use alloc::boxed::Box;
use alloc::string::String;

/// Who leads the release.
///
/// All of them follow the plan of one spec, in the same traffic. The others are what their documentation says of a release of the same stages, each lasting its
/// `min_dwell`, and the same bake; of the arms they see what their metrics would.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Controller {
    /// This library: the spec itself, stepped each minute; with another alpha, if one is given.
    Rampgate(Option<Probability>),
    /// Fixed thresholds in the way of Argo Rollouts.
    Argo(Argo),
    /// Failed checks in the way of Flagger.
    Flagger(Flagger),
    /// The judge of Kayenta at intervals.
    Kayenta(Kayenta),
    /// Nobody looks: the stages follow each other by the clock.
    Schedule,
}

impl Controller {
    /// A short name for tables.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rampgate(_) => "rampgate",
            Self::Argo(_) => "argo",
            Self::Flagger(_) => "flagger",
            Self::Kayenta(_) => "kayenta",
            Self::Schedule => "schedule",
        }
    }

    /// What it is set to, for people.
    #[must_use]
    pub fn settings(&self) -> String {
        match self {
            Self::Rampgate(None) => "as its spec says".into(),
            Self::Rampgate(Some(alpha)) => alloc::format!("alpha {:.3}", alpha.get()),
            Self::Argo(argo) => alloc::format!("{argo}"),
            Self::Flagger(flagger) => alloc::format!("{flagger}"),
            Self::Kayenta(kayenta) => alloc::format!("{kayenta}"),
            Self::Schedule => "no checks".into(),
        }
    }
}

impl Controller {
    /// Begins to lead a release of `spec`.
    pub(super) fn lead(&self, spec: &Spec, start: Timestamp) -> Result<Box<dyn Lead>, Error> {
        let timetable = || Timetable::of(spec.plan());
        Ok(match self {
            Self::Rampgate(alpha) => {
                let spec = match alpha {
                    None => spec.clone(),
                    Some(alpha) => spec.with_alpha(*alpha)?,
                };
                Box::new(Guarded::new(spec, start)?)
            }
            Self::Argo(argo) => Box::new(argo::Analysis::new(argo.clone(), timetable())),
            Self::Flagger(flagger) => Box::new(flagger::Checks::new(flagger.clone(), spec.plan())),
            Self::Kayenta(kayenta) => Box::new(kayenta::Canary::new(kayenta, timetable())?),
            Self::Schedule => Box::new(Schedule { timetable: timetable(), minute: 0 }),
        })
    }
}

/// The clock alone.
struct Schedule {
    timetable: Timetable,
    minute: u64,
}

impl Lead for Schedule {
    fn split(&self) -> Split {
        split(self.timetable.at(self.minute).1)
    }

    fn phase(&self) -> Phase {
        self.timetable.at(self.minute).0
    }

    fn hear(&mut self, _: &Minute) -> Result<Option<Why>, Error> {
        self.minute += 1;
        Ok((self.phase() == Phase::Completed).then(|| "schedule".into()))
    }
}
