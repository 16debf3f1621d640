use crate::document::Field;
use serde::{Deserialize, Serialize};

/// What the judge may say of a stage. A closed set: a caller that misses a case would act unsafely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Verdict {
    /// The canary is worse: the harm evidence over all guardrails reached its threshold.
    Harm,
    /// Every required guardrail is shown to be within its margin, in this stage.
    Safe,
    /// There is data, and it proves neither harm nor safety yet.
    Inconclusive,
    /// There is nothing to judge by; the cause says why. Never a pass and never a failure.
    Insufficient(Lack),
    /// The arms were not filled as assigned (sample-ratio mismatch), so no comparison of them can be trusted.
    Invalid,
}

/// Why a verdict is [`Verdict::Insufficient`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// No unit of the canary has an outcome in this stage.
    NoData,
    /// A required guardrail has no outcome in this stage, while others have; or it observed less than half of the part of the canary's units that it
    /// observed of the control's, so that failures may be lost with the rest.
    MissingMetric,
    /// The newest outcome is older than the policy allows.
    Stale,
    /// The host reported that its source of outcomes failed.
    SourceError,
}

/// A verdict with the numbers that a rollout decides by and explains itself with.
///
/// Evidence is the natural logarithm of an e-value: 0 says nothing, 3 is twenty to one. It is compared with the natural
/// logarithm of one over the error rate (Ville 1939).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What the judge says.
    pub verdict: Verdict,
    /// Units of the canary with an outcome, in the stage judged.
    pub units: u64,
    /// Harm evidence over all guardrails and stages of the attempt.
    pub ln_harm: f64,
    /// The harm evidence at which the release is rolled back, ln(1/alpha).
    pub ln_harm_needed: f64,
    /// Safety evidence of the required guardrail that has least, in the stage judged.
    pub ln_safety: f64,
    /// The safety evidence that every required guardrail needs, ln(1/beta).
    pub ln_safety_needed: f64,
}

impl Finding {
    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let verdict = fields.required("verdict").and_then(|field| Verdict::read(&field));
        let units = fields.required("units").and_then(|field| field.integer(0..=u64::MAX));
        let mut evidence = |name| fields.required(name).and_then(|field| field.number(f64::MIN..=f64::MAX));
        let (ln_harm, ln_harm_needed) = (evidence("ln_harm"), evidence("ln_harm_needed"));
        let (ln_safety, ln_safety_needed) = (evidence("ln_safety"), evidence("ln_safety_needed"));
        fields.finish();
        Some(Self {
            verdict: verdict?,
            units: units?,
            ln_harm: ln_harm?,
            ln_harm_needed: ln_harm_needed?,
            ln_safety: ln_safety?,
            ln_safety_needed: ln_safety_needed?,
        })
    }
}

impl Verdict {
    fn read(field: &Field<'_>) -> Option<Self> {
        let (word, rest) = field.case()?;
        Some(match (word, &rest) {
            ("harm", None) => Self::Harm,
            ("safe", None) => Self::Safe,
            ("inconclusive", None) => Self::Inconclusive,
            ("insufficient", Some(lack)) => Self::Insufficient(lack.choice(&[
                ("no_data", Lack::NoData),
                ("missing_metric", Lack::MissingMetric),
                ("stale", Lack::Stale),
                ("source_error", Lack::SourceError),
            ])?),
            ("invalid", None) => Self::Invalid,
            _ => return field.refuse_case(),
        })
    }
}
