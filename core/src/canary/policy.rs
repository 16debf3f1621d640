use crate::document::Field;
use crate::quantity::Probability;

/// How often the judge may be wrong, over a whole release.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Chance that a harmless release is rolled back: all stages, guardrails and looks together. Default 0.05.
    pub alpha: Probability,
    /// Chance that a stage passes a release that is worse than the margin of a required guardrail. Default 0.05.
    pub beta: Probability,
    /// Chance that a correct split is called a mismatch. Default 0.001.
    pub srm_alpha: Probability,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            alpha: Probability::ONE_IN_TWENTY,
            beta: Probability::ONE_IN_TWENTY,
            srm_alpha: Probability::ONE_IN_A_THOUSAND,
        }
    }
}

impl Policy {
    /// Reads `{"alpha", "beta", "srm_alpha"}`, each optional.
    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        let mut fields = field.object()?;
        let default = Self::default();
        let mut level =
            |name, default| fields.optional(name).map_or(Some(default), |field| field.probability());
        let alpha = level("alpha", default.alpha);
        let beta = level("beta", default.beta);
        let srm_alpha = level("srm_alpha", default.srm_alpha);
        fields.finish();
        Some(Self { alpha: alpha?, beta: beta?, srm_alpha: srm_alpha? })
    }
}
