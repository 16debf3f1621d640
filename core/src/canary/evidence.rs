use super::guardrail::{Pair, Tests};
use super::restart::Starts;
use super::{
    Arms, Components, Epoch, Guardrail, HighRateWealth, Look, MeanLack, MeanTest, Shape, Wealth,
    ln_evidence_below,
};
use crate::math::{self, LogSum};
use crate::observe::{Counts, Metric, Moments};
use alloc::vec::Vec;

/// What one guardrail says at one look, in logarithms of e-values.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    pub(super) weight: f64,
    pub(super) ln_harm: f64,
    pub(super) ln_safety: f64,
    /// How much of the present stage's data, as a multiple of what there is, would prove safety if the rest were like it.
    pub(super) stage_to_safety: Option<f64>,
    /// The same of the attempt's data, and of harm by this guardrail alone.
    pub(super) attempt_to_harm: Option<f64>,
    pub(super) lack: Option<MeanLack>,
    pub(super) shape: Option<Shape>,
}

/// The evidence that the guardrail's tests want, in logarithms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Needed {
    /// Of harm by this guardrail alone, its weight considered.
    pub(super) harm: f64,
    pub(super) safety: f64,
}

/// The two questions that a guardrail asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Question {
    Harm,
    Safety,
}

/// What bets have gained: gains of epochs add up, and the bets are mixed last.
///
/// One type for the bets of all measures, so that the sums over epochs and starts are in the machine code once.
#[expect(
    clippy::large_enum_variant,
    reason = "a few dozen live for one look; a box would cost more than the copy"
)]
#[derive(Clone, Debug)]
pub(super) enum Gains {
    Failures(Wealth),
    Outcomes(HighRateWealth),
    Values(Components),
}

impl Gains {
    /// Of epochs in which nothing was seen.
    pub(super) fn none(tests: &Tests) -> Self {
        match tests {
            Tests::HighRate(_) => Self::Outcomes(HighRateWealth::default()),
            Tests::Distribution(_) => Self::Values(Components::default()),
            _ => Self::Failures(Wealth::default()),
        }
    }

    /// Of one epoch; none for means, on which there are no bets.
    pub(super) fn of(epoch: &Epoch<'_>, metric: Metric, guardrail: &Guardrail, question: Question) -> Self {
        match guardrail.tests() {
            Tests::Rate(pair) => Self::Failures(question.of(pair).wealth(&epoch.cell(metric))),
            Tests::HighRate(pair) => Self::Outcomes(question.of(pair).wealth(&epoch.outcomes(metric))),
            Tests::Fraction(pair) => Self::Failures(question.of(pair).wealth(&epoch.fractions(metric))),
            Tests::Count(pair) => Self::Failures(question.of(pair).wealth(&epoch.events(metric))),
            Tests::Distribution(pair) => {
                let cell = epoch.distribution(metric, guardrail.reference());
                Self::Values(
                    cell.map_or_else(Components::default, |cell| question.of(pair).components(&cell)),
                )
            }
            tests @ Tests::Mean(_) => Self::none(tests),
        }
    }

    /// Adds what was gained in another epoch of the same guardrail.
    pub(super) fn add(&mut self, epoch: &Self) {
        match (self, epoch) {
            (Self::Failures(sum), Self::Failures(more)) => sum.add(more),
            (Self::Outcomes(sum), Self::Outcomes(more)) => sum.add(more),
            (Self::Values(sum), Self::Values(more)) => sum.add(more),
            _ => {}
        }
    }

    /// ln of the e-value if there had been `times` as much of the same data.
    pub(super) fn ln_evidence(&self, times: f64) -> f64 {
        match self {
            Self::Failures(wealth) => wealth.times(times).ln_evidence(),
            Self::Outcomes(wealth) => wealth.times(times).ln_evidence(),
            Self::Values(components) => components.times(times).ln_evidence(),
        }
    }

    /// What the best of the bets has gained: ln of the e-value is no more.
    #[cfg(feature = "simulate")]
    pub(super) fn most(&self) -> f64 {
        match self {
            Self::Failures(wealth) => wealth.most(),
            Self::Outcomes(wealth) => wealth.most(),
            Self::Values(components) => components.most(),
        }
    }

    /// What of a distribution gained most; the bets on other measures have no shape.
    fn leading_shape(&self) -> Option<Shape> {
        match self {
            Self::Values(components) => components.leading_shape(),
            Self::Failures(_) | Self::Outcomes(_) => None,
        }
    }
}

impl Question {
    pub(super) fn of<T>(self, pair: &Pair<T>) -> &T {
        match self {
            Self::Harm => &pair.harm,
            Self::Safety => &pair.safety,
        }
    }
}

impl Evidence {
    /// `look` is what the test for harm sees, and `whole` the same without restarts inside stages.
    pub(super) fn of(
        look: &Look<'_>,
        whole: &Look<'_>,
        (metric, guardrail): (Metric, &Guardrail),
        forecast: Option<Needed>,
    ) -> Self {
        match guardrail.tests() {
            Tests::Mean(pair) => Self::scoring(look, whole, (metric, guardrail, pair), forecast),
            _ => Self::betting(look, whole, (metric, guardrail), forecast),
        }
    }

    /// Evidence from bets: harm restarted, safety of the present stage alone.
    fn betting(
        look: &Look<'_>,
        whole: &Look<'_>,
        (metric, guardrail): (Metric, &Guardrail),
        forecast: Option<Needed>,
    ) -> Self {
        let gained = |epoch: &Epoch<'_>, question| Gains::of(epoch, metric, guardrail, question);
        let none = Gains::none(guardrail.tests());
        let mut since = none.clone();
        // each start adds what the later ones do not have yet
        let (ln_harm, ln_first) = restarted(look, &mut |newer| {
            newer.iter().for_each(|epoch| since.add(&gained(epoch, Question::Harm)));
            since.ln_evidence(1.0)
        });

        let mut stage = none;
        let mut compared = false;
        for epoch in whole.comparable().filter(|epoch| epoch.stage == look.stage) {
            stage.add(&gained(epoch, Question::Safety));
            compared = true;
        }
        let ceiling = Ceiling::of(whole, metric, guardrail);
        let ln_safety = |times| match (compared, &ceiling) {
            (true, Some(ceiling)) => {
                ln_mean(&[(1.0, stage.ln_evidence(times)), (1.0, ceiling.ln_evidence(times))])
            }
            (true, None) => stage.ln_evidence(times),
            (false, Some(ceiling)) => ceiling.ln_evidence(times),
            (false, None) => 0.0,
        };
        Self {
            weight: guardrail.weight().into(),
            ln_harm,
            ln_safety: ln_safety(1.0),
            stage_to_safety: forecast.and_then(|needed| reaching(needed.safety, &ln_safety)),
            attempt_to_harm: forecast
                .and_then(|needed| reaching(needed.harm, &|times| ln_first + since.ln_evidence(times))),
            lack: None,
            shape: since.leading_shape(),
        }
    }

    /// Evidence from means: a start that has too few units yet counts 1. What restarts cut a stage into is put together again from each start
    /// on, so that no epoch is too small for having been cut.
    fn scoring(
        look: &Look<'_>,
        whole: &Look<'_>,
        (metric, guardrail, tests): (Metric, &Guardrail, &Pair<MeanTest>),
        forecast: Option<Needed>,
    ) -> Self {
        // newest first
        let mut since: Vec<Arms<Moments>> = Vec::new();
        let mut oldest: Option<Epoch<'_>> = None;
        let (ln_harm, ln_first) = restarted(look, &mut |newer| {
            for epoch in newer.iter().copied() {
                let moments = epoch.moments(metric);
                match since.last_mut().filter(|_| oldest.is_some_and(|later| later.continues(epoch))) {
                    Some(sum) => {
                        sum.canary.merge(&moments.canary);
                        sum.control.merge(&moments.control);
                    }
                    None => since.push(moments),
                }
                oldest = Some(*epoch);
            }
            let epochs: Vec<_> = since.iter().rev().copied().collect();
            tests.harm.ln_evidence(&epochs).unwrap_or(0.0)
        });
        let of = |epoch: &Epoch<'_>| epoch.moments(metric);
        let attempt: Vec<_> = whole.comparable().map(of).collect();
        let stage: Vec<_> = whole.comparable().filter(|epoch| epoch.stage >= look.stage).map(of).collect();
        let safety = tests.safety.ln_evidence(&stage);
        Self {
            weight: guardrail.weight().into(),
            ln_harm,
            ln_safety: safety.unwrap_or(0.0),
            stage_to_safety: forecast.and_then(|needed| {
                reaching(needed.safety, &|times| {
                    tests.safety.ln_evidence_of_more(&stage, times).unwrap_or(0.0)
                })
            }),
            attempt_to_harm: forecast.and_then(|needed| {
                let harm = |times| tests.harm.ln_evidence_of_more(&attempt, times).unwrap_or(0.0);
                reaching(needed.harm, &|times| ln_first + harm(times))
            }),
            lack: safety.err(),
            shape: None,
        }
    }
}

/// ln of the weighted mean of a test's starts, taken from the last to the first, and of the first one's weight. `ln_evidence` is given the epochs
/// that no later start has, newest first, and says what the test makes of all that it was given so far.
fn restarted<'a>(look: &'a Look<'_>, ln_evidence: &mut dyn FnMut(&[&'a Epoch<'a>]) -> f64) -> (f64, f64) {
    let starts = Starts::of(look);
    let epochs: Vec<&'a Epoch<'a>> = look.comparable().collect();
    let mut left = epochs.into_iter().rev().peekable();
    let mut weighted = Vec::new();
    for stage in (0..look.stages.max(1)).rev() {
        let begun = |epoch: Option<&&Epoch<'_>>| {
            epoch.filter(|epoch| epoch.stage == stage).map_or(0.0, |epoch| f64::from(epoch.segment) + 1.0)
        };
        let mut above = if stage > look.stage { 0.0 } else { begun(left.peek()).max(1.0) };
        weighted.push((starts.weight(stage, f64::INFINITY) - starts.weight(stage, above), 0.0));
        while above > 0.0 {
            let mut newer = Vec::new();
            while let Some(epoch) = left.next_if(|epoch| epoch.stage > stage || begun(Some(epoch)) >= above) {
                newer.push(epoch);
            }
            // starts between two epochs have seen the same
            let below = begun(left.peek());
            weighted.push((starts.weight(stage, above) - starts.weight(stage, below), ln_evidence(&newer)));
            above = below;
        }
    }
    (ln_mean(&weighted), math::ln(starts.weight(0, 1.0)))
}

/// The canary's outcomes in the stage judged, against an absolute rate.
struct Ceiling<'a> {
    guardrail: &'a Guardrail,
    counts: Counts,
}

impl<'a> Ceiling<'a> {
    fn of(look: &Look<'_>, metric: Metric, guardrail: &'a Guardrail) -> Option<Self> {
        guardrail.ceiling()?;
        let counts = look.present().map(|epoch| epoch.canary.counts(metric));
        Some(Self { guardrail, counts: counts.fold(Counts::default(), Counts::merged) })
    }

    fn ln_evidence(&self, times: f64) -> f64 {
        self.guardrail.ceiling().map_or(0.0, |ceiling| ln_evidence_below(ceiling, scaled(self.counts, times)))
    }
}

/// Counts of so many times the data; at least once.
fn scaled(counts: Counts, times: f64) -> Counts {
    if times <= 1.0 {
        return counts;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a forecast; the cast holds what is too large"
    )]
    let scale = |n: u64| (math::count(n) * times) as u64;
    let units = scale(counts.units());
    Counts::new(units, scale(counts.failures()).min(units)).unwrap_or(counts)
}

/// Most times the data at hand that a forecast looks ahead.
const FURTHEST: f64 = 1024.0;

/// How many times the data there must be until `ln_evidence` is what is `needed`; 1 where it is, none where it is not within [`FURTHEST`].
///
/// Mixtures of bets are convex in the logarithm of this multiple, so they pass a positive threshold once.
fn reaching(needed: f64, ln_evidence: &dyn Fn(f64) -> f64) -> Option<f64> {
    let (mut short, mut enough) = (0.0, 10.0);
    if ln_evidence(1.0) >= needed {
        return Some(1.0);
    }
    if ln_evidence(FURTHEST) < needed {
        return None;
    }
    // in doublings, to one part in a hundred
    for _ in 0..10 {
        let middle = f64::midpoint(short, enough);
        if ln_evidence(math::exp(middle * core::f64::consts::LN_2)) >= needed {
            enough = middle;
        } else {
            short = middle;
        }
    }
    Some(math::exp(enough * core::f64::consts::LN_2))
}

/// ln of the weighted mean of e-values that are given by their logarithms.
pub(super) fn ln_mean(weighted: &[(f64, f64)]) -> f64 {
    let (mut sum, mut total) = (LogSum::new(), 0.0);
    for (weight, ln_evidence) in weighted.iter().copied() {
        if weight > 0.0 {
            sum.add(math::ln(weight) + ln_evidence);
            total += weight;
        }
    }
    sum.ln() - math::ln(total)
}

/// Which guardrails a closed test names: those for which the weighted mean over *every* set that contains them reaches the
/// threshold (Marcus, Peritz and Gabriel 1976; e-values by Vovk and Wang 2021). The worst set adds the others from the
/// smallest evidence up, so it is enough to look at those.
pub(super) fn culprits(evidence: &[Evidence], needed: f64) -> Vec<bool> {
    let mut ascending: Vec<(usize, f64, f64)> = Vec::with_capacity(evidence.len());
    for (position, e) in evidence.iter().enumerate() {
        let place = ascending.partition_point(|(.., ln_harm)| ln_harm.total_cmp(&e.ln_harm).is_le());
        ascending.insert(place, (position, e.weight, e.ln_harm));
    }
    let named = |(position, own): (usize, &Evidence)| {
        let mut set = Vec::from([(own.weight, own.ln_harm)]);
        let mut holds = own.ln_harm >= needed;
        for (_, weight, ln_harm) in ascending.iter().filter(|(other, ..)| *other != position) {
            set.push((*weight, *ln_harm));
            holds &= ln_mean(&set) >= needed;
        }
        holds
    };
    evidence.iter().enumerate().map(named).collect()
}
