use super::{Account, Adjustments, Exclusion, Period};
use crate::error::{Error, Kind};
use crate::quantity::{Objective, Share, Timestamp};
use crate::slo::interval::in_order;
use crate::slo::{Budget, Interval};
use alloc::format;
use alloc::vec::Vec;
use serde::Serialize;

/// What was promised for a period: the objective, or several after one another, and what is not judged.
///
/// An objective that changes does not change what was promised before: each event is judged by the objective of its
/// time, and the budget is the sum of what each allows,
///
/// > allowed = Σ bᵢ Tᵢ,
///
/// where Tᵢ events fall under the objective that lets the share bᵢ fail. Nothing of it is rounded.
///
/// ```
/// use rampgate::slo::{Adjustments, Interval, Period, Terms};
///
/// let (from, change, to) =
///     ("2026-11-01T00:00:00Z".parse()?, "2026-11-21T00:00:00Z".parse()?, "2026-12-01T00:00:00Z".parse()?);
/// let month = Period::between(from, to)?;
/// let terms = Terms::new(month, "99%".parse()?).then(change, "99.9%".parse()?)?;
///
/// // 1% of 100,000 events and 0.1% of 50,000 are allowed: 1,050. Of them 525 were used.
/// let events = [Interval::new(from, change, 99_500, 500)?, Interval::new(change, to, 49_975, 25)?];
/// let account = terms.account(&events, &Adjustments::default(), to)?;
/// assert_eq!(account.allowed_events(), 1_050);
/// assert_eq!(account.consumed_by_events_ppm(), Some(500_000));
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Terms {
    period: Period,
    objectives: Vec<(Timestamp, Objective)>,
    exclusions: Vec<Exclusion>,
    at_risk: Share,
}

impl Terms {
    /// One objective for the whole period.
    #[must_use]
    pub fn new(period: Period, objective: Objective) -> Self {
        let objectives = [(period.from(), objective)].into();
        Self { period, objectives, exclusions: Vec::new(), at_risk: Budget::AT_RISK }
    }

    /// Another objective from `since` to the end of the period.
    ///
    /// # Errors
    /// An instant that is not after the last change and before the end.
    pub fn then(mut self, since: Timestamp, objective: Objective) -> Result<Self, Error> {
        let after_last = self.objectives.last().is_none_or(|(last, _)| since > *last);
        if !after_last || since >= self.period.to() {
            let rule = "must come after the objective before it, and before the period ends";
            return Err(Error::new("since", Kind::Order, rule, since));
        }
        self.objectives.push((since, objective));
        Ok(self)
    }

    /// Treats a stretch of time otherwise than the rest. It may reach beyond the period.
    ///
    /// ```
    /// use rampgate::slo::{Adjustments, Exclusion, Interval, Period, Terms, Treatment};
    ///
    /// let (from, to) = ("2026-11-24T00:00:00Z".parse()?, "2026-11-25T00:00:00Z".parse()?);
    /// let works = Period::between("2026-11-24T02:00:00Z".parse()?, "2026-11-24T03:00:00Z".parse()?)?;
    /// let terms = Terms::new(Period::between(from, to)?, "99%".parse()?);
    /// let terms = terms.excluding(Exclusion::new(works, Treatment::CountAsGood, "announced works")?)?;
    /// let hour = Interval::new(works.from(), works.to(), 900, 100)?;
    /// let account = terms.account(&[hour], &Adjustments::default(), to)?;
    /// assert_eq!((account.good(), account.bad(), account.excluded().forgiven), (1_000, 0, 100));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// An exclusion that overlaps another one: its events cannot be treated in two ways.
    pub fn excluding(mut self, exclusion: Exclusion) -> Result<Self, Error> {
        let period = exclusion.period();
        if let Some(other) = self.exclusions.iter().find(|other| other.within(period.from(), period.to()) > 0)
        {
            let rule = format!("must not overlap the exclusion from {} on", other.period().from());
            return Err(Error::new("from", Kind::Conflict, rule, period.from()));
        }
        self.exclusions.push(exclusion);
        Ok(self)
    }

    /// Calls the budget at risk once no more than this share of it remains.
    #[must_use]
    pub fn with_at_risk(self, at_risk: Share) -> Self {
        Self { at_risk, ..self }
    }

    /// What was spent by `now`.
    ///
    /// `events` come in order and do not overlap. An interval counts whole where it starts; give fine ones, or such as do
    /// not reach over the edges of the period, of an objective and of an exclusion. Time that no interval covers was not
    /// watched.
    ///
    /// # Errors
    /// Intervals that are out of order or overlap.
    pub fn account(
        &self,
        events: &[Interval],
        adjustments: &Adjustments,
        now: Timestamp,
    ) -> Result<Account, Error> {
        in_order(events)?;
        Ok(Account::of(self, events, adjustments, now))
    }

    /// The period.
    #[must_use]
    pub const fn period(&self) -> Period {
        self.period
    }

    /// The exclusions, as they were given.
    #[must_use]
    pub fn exclusions(&self) -> &[Exclusion] {
        &self.exclusions
    }

    pub(super) const fn at_risk(&self) -> Share {
        self.at_risk
    }

    /// The objectives, each with its time.
    pub(super) fn segments(&self) -> impl Iterator<Item = (Timestamp, Timestamp, Objective)> {
        let ends = self.objectives.iter().skip(1).map(|(since, _)| *since);
        let ends = ends.chain(core::iter::once(self.period.to()));
        self.objectives.iter().zip(ends).map(|((since, objective), end)| (*since, end, *objective))
    }
}
