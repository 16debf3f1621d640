use crate::document::Field;
use crate::quantity::Share;
use serde::{Deserialize, Serialize};

/// What the error budget says of the next exposure. A closed set: a caller that misses a case would act unsafely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Clearance {
    /// The budget pays for the exposure that was asked for.
    Allow,
    /// The budget pays for at most this exposure, which is less than was asked for.
    Cap(Share),
    /// The budget pays for no rise at all.
    Hold,
    /// The budget is spent, and the policy asks for a rollback then.
    RollBack,
}

impl Clearance {
    pub(crate) fn read(field: &Field<'_>) -> Option<Self> {
        let (word, rest) = field.case()?;
        Some(match (word, &rest) {
            ("allow", None) => Self::Allow,
            ("cap", Some(share)) => Self::Cap(share.parse()?),
            ("hold", None) => Self::Hold,
            ("roll_back", None) => Self::RollBack,
            _ => return field.refuse_case(),
        })
    }
}
