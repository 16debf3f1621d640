use super::contrast::{Contrast, Score, spreads};
use super::mean::MIXTURE;
use super::{Arms, Companion, Interval, MeanLack};
use crate::math::{self, last_true};
use crate::observe::Moments;
use crate::quantity::Probability;
use serde::Serialize;

/// The largest factor between two means that is looked for: the relative change runs from -1 to 1000.
const LARGEST_FACTOR: f64 = 1001.0;

/// How far the canary's mean lies from the control's, over all epochs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MeanDifference {
    /// Canary less control, in thousandths (for a ratio in its own unit), each epoch weighed by its precision.
    pub difference: f64,
    /// Standard error of the difference.
    pub standard_error: f64,
    /// Where the difference lies.
    pub interval: Interval,
    /// The difference as a part of the control's mean; `None` where that is not above 0 in every epoch, or the change is outside -1 to 1000.
    pub relative: Option<f64>,
    /// Where the relative difference lies; an end that nothing bounds within -1 to 1000 is `None`.
    pub relative_interval: Interval,
}

/// The difference of two means with confidence sequences, one-sided at level `alpha` at each end: both ends hold at every moment at
/// once with probability 1 - 2 `alpha`.
///
/// The ends are the bounds at which the evidence of [`MeanTest`](super::MeanTest) reaches 1/`alpha`. For the relative difference that is Fieller's (1954)
/// construction, which also holds where the control's mean is uncertain.
///
/// **Holds when** [`MeanTest`](super::MeanTest) does and one difference, or one relative difference, holds in all epochs.
///
/// # Errors
/// Why the means cannot be compared.
///
/// ```
/// use rampgate::canary::{Arms, Companion, mean_difference};
/// use rampgate::{Probability, observe::Moments};
///
/// let (mut canary, mut control) = (Moments::default(), Moments::default());
/// for user in 0..5_000 {
///     canary.record(9_000 + user % 100 * 20, 0)?;
///     control.record(10_000 + user % 100 * 20, 0)?;
/// }
/// let found = mean_difference(&[Arms { canary, control }], Companion::Ignored, Probability::ONE_IN_TWENTY).unwrap();
/// assert!((found.difference + 1_000.0).abs() < 1e-9 && found.interval.contains(-1_000.0) && !found.interval.contains(0.0));
/// assert!(found.relative_interval.contains(-1.0 / 10.99));
/// # Ok::<(), rampgate::Error>(())
/// ```
pub fn mean_difference(
    epochs: &[Arms<Moments>],
    companion: Companion,
    alpha: Probability,
) -> Result<MeanDifference, MeanLack> {
    let spreads = spreads(epochs)?;
    let score = Score::of(&spreads, &Contrast::plain(companion))?;
    // the bound, in standard errors
    let reach = MIXTURE.bound(score.units, alpha) / math::sqrt(score.units);
    let (difference, standard_error) = (score.mean(), score.standard_error());
    let half = reach * standard_error;
    let standardised = |factor: f64| {
        let score = Score::of(&spreads, &Contrast::relative(factor, companion)).ok()?;
        Some(score.mean() / score.standard_error())
    };
    // the relative change up to which the contrast stays above so many standard errors
    let change = |errors: f64| {
        let factor =
            last_true(0.0, LARGEST_FACTOR, |factor| standardised(factor).is_some_and(|z| z >= errors));
        (factor > 0.0 && factor < LARGEST_FACTOR).then_some(factor - 1.0)
    };
    Ok(MeanDifference {
        difference,
        standard_error,
        interval: Interval { lower: Some(difference - half), upper: Some(difference + half) },
        relative: change(0.0),
        relative_interval: Interval { lower: change(reach), upper: change(-reach) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::{Change, MeanTest, Worse};

    /// Units around `mean` with the given spread, and a companion that goes along with half of it.
    fn moments(units: i64, mean: i64, spread: i64) -> Moments {
        let mut moments = Moments::default();
        for unit in 0..units {
            let (a, b) = (unit * 7_919 % 101 - 50, unit * 104_729 % 89 - 44);
            moments.record(mean + spread * (a + b), 4_000 + spread * a).unwrap();
        }
        moments
    }

    fn epochs() -> [Arms<Moments>; 3] {
        [
            Arms { canary: moments(400, 10_300, 30), control: moments(9_000, 10_000, 30) },
            Arms { canary: moments(3_000, 20_600, 50), control: moments(3_000, 20_000, 50) },
            Arms { canary: moments(150, 1, 1), control: moments(9_000, 9_999_999, 1) },
        ]
    }

    #[test]
    fn the_evidence_at_the_ends_is_what_is_needed() {
        let alpha = Probability::new(0.01).unwrap();
        let needed = f64::ln(100.0);
        for companion in [Companion::Ignored, Companion::Covariate, Companion::Denominator] {
            let found = mean_difference(&epochs(), companion, alpha).unwrap();
            let evidence = |worse, change, harm: bool| {
                let test = if harm { MeanTest::harm(worse, change) } else { MeanTest::safety(worse, change) };
                test.unwrap().with_companion(companion).ln_evidence(&epochs()).unwrap()
            };
            let change = |value: f64, relative: bool| {
                let worse = if value > 0.0 { Worse::Higher } else { Worse::Lower };
                (worse, if relative { Change::Relative(value.abs()) } else { Change::Absolute(value.abs()) })
            };
            for (interval, relative) in [(found.interval, false), (found.relative_interval, true)] {
                for (end, is_lower) in [(interval.lower.unwrap(), true), (interval.upper.unwrap(), false)] {
                    let (worse, change) = change(end, relative);
                    let off = evidence(worse, change, is_lower == (worse == Worse::Higher)) - needed;
                    assert!(off.abs() < 1e-8, "{companion:?} {end}: {off}");
                }
            }
            assert!(found.interval.contains(found.difference));
            assert!(found.relative_interval.contains(found.relative.unwrap()));
        }
    }

    /// Means of 10 and 20 that both rise by 3%: a covariate makes the interval narrower, and the third epoch is too small to be heard.
    #[test]
    fn estimates_weigh_epochs_by_precision_and_covariates_narrow_them() {
        let of = |companion| mean_difference(&epochs(), companion, Probability::ONE_IN_TWENTY).unwrap();
        let (plain, adjusted) = (of(Companion::Ignored), of(Companion::Covariate));
        assert!((plain.relative.unwrap() - 0.03).abs() < 0.003, "{plain:?}");
        assert!((adjusted.relative.unwrap() - 0.03).abs() < 0.002, "{adjusted:?}");
        assert!(adjusted.standard_error < 0.75 * plain.standard_error, "{adjusted:?} {plain:?}");
    }
}
