use super::{
    Change, Companion, CountTest, DistributionTest, FractionTest, HighRateTest, MeanTest, RateTest,
    Reference, Worse,
};
use crate::error::{Error, Kind};
use crate::observe::Measure;
use crate::quantity::{Probability, shown};
use alloc::boxed::Box;

/// From this rate on, twice the failures are too many to be a margin, and the units that did not fail say something too.
const HIGH_RATE: f64 = 0.05;

/// Something a release must not make worse: what is measured, how much worse is tolerated, and how much worse is ruled out before
/// it is called safe.
///
/// Both bounds say *how many times worse*: canary over control, or control over canary where less is [worse](Worse::Lower). Evidence
/// that the canary is beyond the tolerated ratio is evidence of harm; evidence that it is within the margin is evidence of safety.
///
/// | measure | tolerated | margin | also |
/// |---|---|---|---|
/// | rate: units that failed | 1 | 2; 1.1 with a reference rate of 5% or more | ceiling, reference rate |
/// | fraction: share of a unit's own requests that failed | 1 | 2 | |
/// | count: events by exposure | 1 | 2 | |
/// | distribution: a latency, a size | 1 | 1.1 | which is worse, reference |
/// | mean: a value, a ratio of sums | 1 | 1.1 | which is worse, companion |
///
/// ```
/// use rampgate::canary::{Guardrail, Worse};
/// use rampgate::observe::Measure;
///
/// let latency = Guardrail::of("latency", Measure::Distribution)?.with_ratios(1.0, 1.2)?;
/// assert_eq!((latency.tolerated(), latency.margin()), (1.0, 1.2));
/// let revenue = Guardrail::of("revenue", Measure::Mean)?.with_worse(Worse::Lower)?;
/// assert_eq!(revenue.margin(), 1.1);
/// assert!(Guardrail::new("errors")?.with_worse(Worse::Lower).is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Guardrail {
    name: Box<str>,
    limits: Limits,
    tests: Tests,
    weight: u32,
    required: bool,
}

/// What a guardrail's tests are made of.
#[derive(Clone, Debug, PartialEq)]
struct Limits {
    measure: Measure,
    tolerated: f64,
    margin: f64,
    worse: Worse,
    companion: Companion,
    ceiling: Option<Probability>,
    reference_rate: Option<Probability>,
    reference: Option<Reference>,
}

/// A test of harm and one of safety.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair<T> {
    pub(super) harm: T,
    pub(super) safety: T,
}

/// The tests of each measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tests {
    Rate(Pair<RateTest>),
    HighRate(Pair<HighRateTest>),
    Fraction(Pair<FractionTest>),
    Count(Pair<CountTest>),
    Distribution(Pair<DistributionTest>),
    Mean(Pair<MeanTest>),
}

impl Guardrail {
    /// A required guardrail on a failure rate, with the default bounds: harm is any rise (tolerated ratio 1), safety is less than
    /// twice the control's rate (margin 2), weight 1, no ceiling.
    ///
    /// # Errors
    /// An empty name.
    pub fn new(name: &str) -> Result<Self, Error> {
        Self::of(name, Measure::Rate)
    }

    /// A required guardrail on any measure, with the measure's default bounds and weight 1.
    ///
    /// # Errors
    /// An empty name.
    pub fn of(name: &str, measure: Measure) -> Result<Self, Error> {
        if name.is_empty() {
            return Err(Error::new("name", Kind::Range, "must not be empty", name));
        }
        let limits = Limits {
            measure,
            tolerated: 1.0,
            margin: default_margin(measure, None),
            worse: Worse::Higher,
            companion: Companion::Ignored,
            ceiling: None,
            reference_rate: None,
            reference: None,
        };
        Ok(Self { name: name.into(), tests: limits.tests()?, limits, weight: 1, required: true })
    }

    /// Sets both bounds, how many times worse: beyond `tolerated` is harm, within `margin` is safe.
    ///
    /// # Errors
    /// A ratio outside 0.001 to 1000, for a distribution or a mean below 1; or a margin that does not exceed what is tolerated.
    pub fn with_ratios(self, tolerated: f64, margin: f64) -> Result<Self, Error> {
        self.relimited(|limits| (limits.tolerated, limits.margin) = (tolerated, margin))
    }

    /// Lets an absolute failure rate count as safe too. Where hardly anything fails, a ratio cannot be proven and a ceiling can.
    ///
    /// # Errors
    /// A guardrail on anything but a rate.
    pub fn with_ceiling(self, ceiling: Probability) -> Result<Self, Error> {
        self.applies("ceiling", Measure::Rate)?.relimited(|limits| limits.ceiling = Some(ceiling))
    }

    /// States about which rate the control has, so that at 5% and more the units that did not fail are heard too, which finds small
    /// changes sooner. A wrong statement costs time, never validity. The margin becomes 1.1 if it was the default.
    ///
    /// # Errors
    /// A guardrail on anything but a rate; a margin that the rate cannot be multiplied by.
    pub fn with_reference_rate(self, rate: Probability) -> Result<Self, Error> {
        self.applies("reference_rate", Measure::Rate)?.relimited(|limits| {
            let default = default_margin(Measure::Rate, limits.reference_rate);
            let untouched = (limits.margin - default).abs() < f64::EPSILON;
            if untouched {
                limits.margin = default_margin(Measure::Rate, Some(rate));
            }
            limits.reference_rate = Some(rate);
        })
    }

    /// States how the control's values are distributed, about, for bets before a release has seen enough of its control. A wrong
    /// statement costs time, never validity.
    ///
    /// # Errors
    /// A guardrail on anything but a distribution.
    pub fn with_reference(self, reference: Reference) -> Result<Self, Error> {
        self.applies("reference", Measure::Distribution)?
            .relimited(|limits| limits.reference = Some(reference))
    }

    /// Says which direction is worse.
    ///
    /// # Errors
    /// A guardrail on failures or events, of which more is always worse.
    pub fn with_worse(self, worse: Worse) -> Result<Self, Error> {
        if !matches!(self.limits.measure, Measure::Distribution | Measure::Mean) {
            return Err(Error::absent("worse", Kind::Conflict, "is for distributions and means alone"));
        }
        self.relimited(|limits| limits.worse = worse)
    }

    /// Says what the companions of a mean's values are.
    ///
    /// # Errors
    /// A guardrail on anything but a mean.
    pub fn with_companion(self, companion: Companion) -> Result<Self, Error> {
        self.applies("companion", Measure::Mean)?.relimited(|limits| limits.companion = companion)
    }

    /// Sets the guardrail's part of the harm evidence, relative to the others.
    ///
    /// # Errors
    /// A weight outside 1 to 1,000,000.
    pub fn with_weight(self, weight: u32) -> Result<Self, Error> {
        if !(1..=1_000_000).contains(&weight) {
            return Err(Error::new("weight", Kind::Range, "must be from 1 to 1000000", weight));
        }
        Ok(Self { weight, ..self })
    }

    /// Sets whether promotion needs proof of safety by this guardrail. Harm counts either way.
    #[must_use]
    pub fn with_required(self, required: bool) -> Self {
        Self { required, ..self }
    }

    fn applies(self, field: &'static str, measure: Measure) -> Result<Self, Error> {
        if self.limits.measure == measure {
            return Ok(self);
        }
        let rule = alloc::format!("is for a {} alone", measure.name());
        Err(Error::new(field, Kind::Conflict, rule, self.limits.measure.name()))
    }

    fn relimited(mut self, change: impl FnOnce(&mut Limits)) -> Result<Self, Error> {
        change(&mut self.limits);
        self.tests = self.limits.tests()?;
        Ok(self)
    }

    /// Name of the metric.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What is measured.
    #[must_use]
    pub fn measure(&self) -> Measure {
        self.limits.measure
    }

    /// How many times worse the canary may be before it is harm.
    #[must_use]
    pub fn tolerated(&self) -> f64 {
        self.limits.tolerated
    }

    /// How many times worse the canary must be shown not to be.
    #[must_use]
    pub fn margin(&self) -> f64 {
        self.limits.margin
    }

    /// Which direction is worse.
    #[must_use]
    pub fn worse(&self) -> Worse {
        self.limits.worse
    }

    /// What the companions of a mean's values are.
    #[must_use]
    pub fn companion(&self) -> Companion {
        self.limits.companion
    }

    /// The absolute rate below which it is safe too.
    #[must_use]
    pub fn ceiling(&self) -> Option<Probability> {
        self.limits.ceiling
    }

    /// About which rate the control has.
    #[must_use]
    pub fn reference_rate(&self) -> Option<Probability> {
        self.limits.reference_rate
    }

    /// How the control's values are distributed, about.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference> {
        self.limits.reference.as_ref()
    }

    /// Part of the harm evidence, relative to the other guardrails.
    #[must_use]
    pub fn weight(&self) -> u32 {
        self.weight
    }

    /// Whether promotion needs proof of safety by this guardrail.
    #[must_use]
    pub fn is_required(&self) -> bool {
        self.required
    }

    pub(super) fn tests(&self) -> &Tests {
        &self.tests
    }
}

/// The margin of a measure where none is stated.
pub(super) fn default_margin(measure: Measure, reference_rate: Option<Probability>) -> f64 {
    match measure {
        Measure::Rate if reference_rate.is_some_and(|rate| rate.get() >= HIGH_RATE) => 1.1,
        Measure::Rate | Measure::Fraction | Measure::Count => 2.0,
        Measure::Distribution | Measure::Mean => 1.1,
    }
}

impl Limits {
    fn tests(&self) -> Result<Tests, Error> {
        if self.margin <= self.tolerated {
            let rule = alloc::format!("must exceed the tolerated ratio ({})", shown(self.tolerated));
            return Err(Error::new("margin_ratio", Kind::Conflict, rule, shown(self.margin)));
        }
        Ok(match self.measure {
            Measure::Rate => match self.reference_rate.filter(|rate| rate.get() >= HIGH_RATE) {
                None => Tests::Rate(self.pair(RateTest::harm, RateTest::safety)?),
                Some(rate) => Tests::HighRate(self.pair(
                    |ratio| HighRateTest::harm(ratio, rate),
                    |ratio| HighRateTest::safety(ratio, rate),
                )?),
            },
            Measure::Fraction => Tests::Fraction(self.pair(FractionTest::harm, FractionTest::safety)?),
            Measure::Count => Tests::Count(self.pair(CountTest::harm, CountTest::safety)?),
            Measure::Distribution => {
                let (harm, safety) = DistributionTest::pair(self.tolerated, self.margin)?;
                let [harm, safety] = [harm, safety].map(|test| test.with_worse(self.worse));
                Tests::Distribution(Pair { harm, safety })
            }
            Measure::Mean => {
                let (worse, companion) = (self.worse, self.companion);
                let change = |ratio| relative_change(worse, ratio);
                Tests::Mean(self.pair(
                    |ratio| Ok(MeanTest::harm(worse, change(ratio)?)?.with_companion(companion)),
                    |ratio| Ok(MeanTest::safety(worse, change(ratio)?)?.with_companion(companion)),
                )?)
            }
        })
    }

    fn pair<T>(
        &self,
        harm: impl Fn(f64) -> Result<T, Error>,
        safety: impl Fn(f64) -> Result<T, Error>,
    ) -> Result<Pair<T>, Error> {
        Ok(Pair {
            harm: harm(self.tolerated).map_err(|error| renamed(&error, "tolerated_ratio"))?,
            safety: safety(self.margin).map_err(|error| renamed(&error, "margin_ratio"))?,
        })
    }
}

/// A mean that is `ratio` times worse, as a part of the control's mean.
fn relative_change(worse: Worse, ratio: f64) -> Result<Change, Error> {
    if !(1.0..=1000.0).contains(&ratio) {
        return Err(Error::new("ratio", Kind::Range, "must be from 1 to 1000", shown(ratio)));
    }
    Ok(Change::Relative(match worse {
        Worse::Higher => ratio - 1.0,
        Worse::Lower => 1.0 - 1.0 / ratio,
    }))
}

/// The same error about a field of the guardrail.
fn renamed(error: &Error, field: &'static str) -> Error {
    let rule = alloc::string::String::from(error.rule());
    Error::new(field, error.kind(), rule, error.value().unwrap_or_default())
}
