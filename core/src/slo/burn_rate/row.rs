use super::{Factor, Severity};
use crate::quantity::{Share, Span};

/// A row of a policy as it is asked for: a long window, a short one, and how much of the budget the long one spends at the least.
///
/// The row fires while both windows burn at its factor or faster: the long window says that it matters, the short one that it is still going
/// on. With two equal windows it is an alert of one window.
///
/// ```
/// use rampgate::slo::burn_rate::{Row, Severity};
///
/// let fast = Row::spending("2%".parse()?, "1h".parse()?, "5m".parse()?, Severity::Page);
/// let same = Row::burning("14.4".parse()?, "1h".parse()?, "5m".parse()?, Severity::Page); // of 30 days
/// assert_ne!(fast, same); // only a policy knows its period
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub(super) level: Level,
    pub(super) long: Span,
    pub(super) short: Span,
    pub(super) severity: Severity,
    pub(super) pending: Span,
}

/// What a row is worth: told as a share of the budget, or as a burn rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    Spends(Share),
    Burns(Factor),
}

impl Row {
    /// Fires at the burn rate that spends `share` of the budget in `long`.
    #[must_use]
    pub const fn spending(share: Share, long: Span, short: Span, severity: Severity) -> Self {
        Self { level: Level::Spends(share), long, short, severity, pending: Span::ZERO }
    }

    /// Fires at the burn rate `factor`.
    #[must_use]
    pub const fn burning(factor: Factor, long: Span, short: Span, severity: Severity) -> Self {
        Self { level: Level::Burns(factor), long, short, severity, pending: Span::ZERO }
    }

    /// Fires only after both windows have burned so fast for `pending`, as Prometheus' `for` does. None unless asked for.
    ///
    /// It delays every alert, and an outage that ends within it is never told (the workbook advises against it).
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Row, Severity};
    ///
    /// let row = Row::spending("2%".parse()?, "1h".parse()?, "5m".parse()?, Severity::Page).pending_for("2m".parse()?);
    /// let policy = Policy::new("99.9%".parse()?, "30d".parse()?, &[row])?;
    /// assert_eq!(policy.conditions()[0].time_to_fire("100%".parse()?), Some("2m51s840ms".parse()?));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub const fn pending_for(self, pending: Span) -> Self {
        Self { pending, ..self }
    }
}
