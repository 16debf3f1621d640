use serde::{Deserialize, Serialize};

/// How soon somebody has to look: the two that alerting on budgets knows.
///
/// In the order of urgency, so that the highest of several is their maximum.
///
/// ```
/// use rampgate::slo::burn_rate::Severity;
///
/// assert!(Severity::Page > Severity::Ticket);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// In the next days.
    Ticket,
    /// Now, whoever sleeps.
    Page,
}

impl Severity {
    pub(in crate::slo) const WORDS: [(&'static str, Self); 2] =
        [("page", Self::Page), ("ticket", Self::Ticket)];
}
