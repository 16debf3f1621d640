use super::contrast::{Contrast, Score, spreads};
use super::{Arms, NormalMixture, Worse};
use crate::error::{Error, Kind};
use crate::observe::Moments;
use crate::quantity::shown;
use serde::{Deserialize, Serialize};

/// How a unit's companion is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Companion {
    /// Not at all: the mean of the values.
    #[default]
    Ignored,
    /// A covariate known **before** the exposure, which takes out the variance that it explains. One that the canary can move takes out the
    /// effect instead.
    Covariate,
    /// The denominator of a ratio of sums: clicks by views, milliseconds by request, with units (users) as clusters.
    Denominator,
}

/// A difference of means, canary from control.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// By a part of the control's mean: 0.02 is 2%. Needs a control whose mean is above 0, unless it is 0.
    Relative(f64),
    /// By so much, in the thousandths of [`Moments`]; for a ratio in its own unit.
    Absolute(f64),
}

/// Why means cannot be compared yet. Never a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeanLack {
    /// No epoch has 200 units in each arm, from where on the normal approximation is trusted.
    TooFewUnits,
    /// All values of an arm are alike, so nothing is known of their spread: often a broken source.
    NoVariance,
    /// A mean by which something is divided is not above 0: the control's for a relative change, an arm's denominators for a ratio.
    NotPositive,
}

/// Evidence that the mean of a value per unit got worse by more (harm) or less (safety) than a bound.
///
/// Each epoch of at least 200 units an arm gives the contrast d = m1 - c m0 - a and its variance u, where c and a state the bound
/// (m1 - (1 + r) m0 for "r higher"), so the variance of both means counts and nothing is divided by an uncertain one. Epochs are never
/// pooled: with S = sum d/u and V = sum 1/u, whatever the shares and base values of the epochs, S has the expectation 0 at the bound and the
/// variance V. In units of N = sum n1 n0 / (n1 + n0) the sum S sqrt(N/V) has variance N, and
///
/// ```text
/// ln E = ln of the one-sided NormalMixture of prior 200 at (S sqrt(N/V), N)
/// ```
///
/// In u a variance below that of both arms together is raised half way to it. A small arm whose largest values are still to come looks both low
/// and certain: with log-normal values of sigma 1.2 and a share of 5%, 6% of harmless releases raised the alarm at level 5%, and 2% do so.
///
/// The evidence is narrowest near N = 1,270 (5,100 units half and half). Source: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy
/// and Ramdas (2024), one-sided by the half-normal mixture of Robbins (1970). Covariate: m1 - c m0 - B (x1 - x0) with the B that makes
/// the estimated variance least, which to first order is the interacted regression of Lin (2013) and needs no equal arms as CUPED does (Deng, Xu,
/// Kohavi and Walker 2013). Ratio: the delta method over units (Deng, Knoblich and Lu 2018).
///
/// **Holds when** units were assigned independently of each other and of what they would do, each is counted once, values have a finite variance,
/// a covariate was fixed before the exposure, and the sample is large enough for the variances to be known: the kind of the guarantee is
/// *asymptotic*. Heavy tails need more units than 200.
///
/// ```
/// use rampgate::canary::{Arms, Change, MeanTest, Worse};
/// use rampgate::observe::Moments;
///
/// let (mut canary, mut control) = (Moments::default(), Moments::default());
/// for user in 0..5_000 {
///     canary.record(9_000 + user % 100 * 20, 0)?; // thousandths
///     control.record(10_000 + user % 100 * 20, 0)?;
/// }
/// let harm = MeanTest::harm(Worse::Lower, Change::Relative(0.02))?;
/// assert!(harm.ln_evidence(&[Arms { canary, control }]).is_ok_and(|evidence| evidence > f64::ln(20.0)));
/// assert!(harm.ln_evidence(&[]).is_err());
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanTest {
    contrast: Contrast,
    /// +1 looks for a contrast above 0, -1 below.
    side: f64,
}

impl MeanTest {
    /// Fewest units of an arm in an epoch that is judged.
    pub const LEAST_UNITS: u64 = 200;

    /// Did the mean get worse by more than `tolerated`?
    ///
    /// # Errors
    /// A change that is negative or not finite; a relative one above 1000, or of 1 and more where lower is worse.
    pub fn harm(worse: Worse, tolerated: Change) -> Result<Self, Error> {
        Ok(Self { contrast: Contrast::worse_by(worse, tolerated)?, side: worse.sign() })
    }

    /// Did the mean get worse by less than `margin`, or not at all?
    ///
    /// # Errors
    /// As [`harm`](Self::harm).
    pub fn safety(worse: Worse, margin: Change) -> Result<Self, Error> {
        Ok(Self { contrast: Contrast::worse_by(worse, margin)?, side: -worse.sign() })
    }

    /// The same test of values with companions.
    #[must_use]
    pub fn with_companion(self, companion: Companion) -> Self {
        Self { contrast: self.contrast.with_companion(companion), ..self }
    }

    /// ln of the e-value over epochs; it merges with that of the exact tests.
    ///
    /// # Errors
    /// Why the means cannot be compared. One epoch with an arm of no variance is enough, as it may be the one that was harmed.
    pub fn ln_evidence(&self, epochs: &[Arms<Moments>]) -> Result<f64, MeanLack> {
        self.ln_evidence_of_more(epochs, 1.0)
    }

    /// The same if there had been so many times the data.
    pub(super) fn ln_evidence_of_more(&self, epochs: &[Arms<Moments>], times: f64) -> Result<f64, MeanLack> {
        let score = Score::of(&spreads(epochs)?, &self.contrast)?;
        Ok(MIXTURE.ln_evidence(self.side * score.standardised_sum() * times, score.units * times))
    }
}

/// Prior of 200 effective units: a standardised difference of 0.07 is a usual one.
pub(super) const MIXTURE: NormalMixture = NormalMixture::of(200.0);

impl Companion {
    /// What is compared between the arms: the mean, or the ratio of the sums; `None` without units, or without a denominator.
    pub(super) fn estimate(self, moments: &Moments) -> Option<f64> {
        match self {
            Self::Ignored | Self::Covariate => moments.mean(),
            Self::Denominator => {
                let below = moments.companion_mean()?;
                (below > 0.0).then_some(moments.mean()? / below)
            }
        }
    }
}

impl Change {
    /// The factor on the control's mean and the amount on top of it, for a change in the direction of `sign`.
    pub(super) fn checked(self, sign: f64) -> Result<(f64, f64), Error> {
        let refuse = |rule: &'static str, value| Err(Error::new("change", Kind::Range, rule, shown(value)));
        match self {
            Self::Relative(change) if sign > 0.0 && !(0.0..=1000.0).contains(&change) => {
                refuse("must be from 0 to 1000", change)
            }
            Self::Relative(change) if sign < 0.0 && !(0.0..1.0).contains(&change) => {
                refuse("must be from 0 to below 1, where lower is worse", change)
            }
            Self::Absolute(change) if !(0.0..=1e15).contains(&change) => {
                refuse("must be from 0 to 1e15", change)
            }
            Self::Relative(change) => Ok((1.0 + sign * change, 0.0)),
            Self::Absolute(change) => Ok((1.0, sign * change)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[(i64, i64)], times: u32) -> Moments {
        let mut moments = Moments::default();
        (0..times).for_each(|_| values.iter().for_each(|(y, x)| moments.record(*y, *x).unwrap()));
        moments
    }

    fn evidence(
        canary: Moments,
        control: Moments,
        change: Change,
        companion: Companion,
    ) -> Result<f64, MeanLack> {
        let test = MeanTest::harm(Worse::Higher, change).unwrap().with_companion(companion);
        test.ln_evidence(&[Arms { canary, control }])
    }

    #[test]
    fn what_cannot_be_compared_says_why() {
        let fine = moments(&[(1, 5), (3, 9)], 100);
        let few = moments(&[(1, 5), (3, 9)], 99);
        let flat = moments(&[(2, 5), (2, 9)], 100);
        let negative = moments(&[(-1, -5), (-3, -9)], 100);
        let tied = moments(&[(10, 5), (18, 9)], 100);
        let none = Change::Relative(0.0);
        for (canary, control, change, companion, lack) in [
            (few, fine, none, Companion::Ignored, MeanLack::TooFewUnits),
            (fine, few, none, Companion::Ignored, MeanLack::TooFewUnits),
            (flat, fine, none, Companion::Ignored, MeanLack::NoVariance),
            (fine, flat, none, Companion::Ignored, MeanLack::NoVariance),
            (tied, tied, none, Companion::Covariate, MeanLack::NoVariance),
            (tied, tied, none, Companion::Denominator, MeanLack::NoVariance),
            (fine, negative, Change::Relative(0.1), Companion::Ignored, MeanLack::NotPositive),
            (negative, fine, none, Companion::Denominator, MeanLack::NotPositive),
        ] {
            assert_eq!(evidence(canary, control, change, companion), Err(lack), "{companion:?} {change:?}");
        }
        assert!(evidence(fine, negative, Change::Absolute(0.1), Companion::Ignored).is_ok());
        assert!(evidence(fine, fine, none, Companion::Ignored).is_ok_and(|evidence| evidence < 0.0));
    }

    #[test]
    fn an_epoch_without_variance_silences_the_others() {
        let (fine, flat) = (moments(&[(1, 0), (3, 0)], 500), moments(&[(0, 0)], 500));
        let test = MeanTest::harm(Worse::Lower, Change::Relative(0.0)).unwrap();
        let epochs = [Arms { canary: fine, control: fine }, Arms { canary: flat, control: fine }];
        assert_eq!(test.ln_evidence(&epochs), Err(MeanLack::NoVariance));
    }

    #[test]
    fn impossible_changes_are_refused() {
        for change in [
            Change::Relative(-0.1),
            Change::Relative(f64::NAN),
            Change::Absolute(f64::INFINITY),
            Change::Absolute(-1.0),
        ] {
            assert!(
                MeanTest::harm(Worse::Higher, change).is_err()
                    && MeanTest::safety(Worse::Lower, change).is_err()
            );
        }
        assert!(MeanTest::harm(Worse::Lower, Change::Relative(1.0)).is_err());
        assert!(MeanTest::harm(Worse::Higher, Change::Relative(1.0)).is_ok());
    }

    #[test]
    fn the_largest_values_stay_numbers() {
        let large = moments(&[(Moments::LARGEST, 1), (-Moments::LARGEST, 2), (0, 7)], 200);
        for companion in [Companion::Ignored, Companion::Covariate, Companion::Denominator] {
            assert!(evidence(large, large, Change::Relative(0.0), companion).is_ok_and(f64::is_finite));
        }
    }
}
