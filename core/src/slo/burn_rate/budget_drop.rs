use super::Severity;
use super::condition::{Frame, window_rule};
use super::threshold::Threshold;
use crate::error::{Kind, Problem, Problems};
use crate::quantity::{Share, Span};
use crate::slo::Reading;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use serde::Serialize;

/// An absolute rule beside the rows: fires once more than a share of the budget was spent in a window, however it was spent.
///
/// A pair of windows forgets: a total outage of 20 s in every hour never reaches the pages of the workbook at 99.9%, and spends 5.6
/// budgets in a month. This rule has one window and no memory to slip through.
///
/// What was not watched counts as free of failures, so the rule may fire on little coverage and is never wrong for lack of it; it resets only
/// on enough of it.
///
/// ```
/// use rampgate::slo::burn_rate::{BudgetDrop, Policy, Preset, Severity};
///
/// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
/// let tenth = |window: &str| Ok::<_, rampgate::Error>(BudgetDrop::new("10%".parse()?, window.parse()?, Severity::Page));
/// assert!(policy.clone().with_drop(tenth("1d")?).is_ok());
/// // Four minutes of total outage are less than a tenth of the 43.2 that a month allows.
/// assert_eq!(policy.with_drop(tenth("4m")?).unwrap_err().path(), "drops[0].spends");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BudgetDrop {
    pub(super) spends: Share,
    pub(super) window: Span,
    pub(super) severity: Severity,
}

impl BudgetDrop {
    /// Fires when more than `spends` of the budget was spent in `window`.
    #[must_use]
    pub const fn new(spends: Share, window: Span, severity: Severity) -> Self {
        Self { spends, window, severity }
    }

    /// The share of the budget.
    #[must_use]
    pub const fn spends(&self) -> Share {
        self.spends
    }

    /// The window that it is spent in.
    #[must_use]
    pub const fn window(&self) -> Span {
        self.window
    }

    /// How urgent it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    pub(super) fn check(&self, path: &str, frame: Frame, problems: &Problems) -> Option<()> {
        let refuse = |field: &str, kind, rule: Cow<'static, str>, value: String| {
            problems.push(Problem::new(format!("{path}.{field}"), kind, rule, Some(value)));
        };
        if let Err(rule) = window_rule(self.window) {
            refuse("window", Kind::Range, rule.into(), self.window.to_string());
            return None;
        }
        if self.window > frame.period {
            let rule = format!("must be at most the period ({})", frame.period);
            refuse("window", Kind::Conflict, rule.into(), self.window.to_string());
            return None;
        }
        if self.spends == Share::ZERO {
            refuse("spends", Kind::Range, "must be more than 0%".into(), self.spends.to_string());
            return None;
        }
        // Everything failing spends all that there is to spend; only more than the share fires.
        if !self.is_exceeded(frame, self.window, Share::ALL, 0, 1) {
            let rule = format!("can never fire: all failures that {} holds spend no more", self.window);
            refuse("spends", Kind::Conflict, rule.into(), self.spends.to_string());
            return None;
        }
        Some(())
    }

    pub(super) fn is_spent(&self, frame: Frame, reading: &Reading, part: Share) -> bool {
        self.is_exceeded(frame, reading.watched(), part, reading.good(), reading.bad())
    }

    /// Whether bad / (b total) × watched / period > `part` of the share: a failure rate of share × b × period / watched is exceeded.
    ///
    /// Each side of the fraction is below 2^20 × 2^20 × 2^30 × 2^35, and 2^40 × 2^30 × 2^32.
    fn is_exceeded(&self, frame: Frame, watched: Span, part: Share, good: u64, bad: u64) -> bool {
        let share = u128::from(self.spends.parts_per_million()) * u128::from(part.parts_per_million());
        let allowed = u128::from(frame.objective.allowed_parts_per_billion());
        let num = share * allowed * u128::from(frame.period.as_millis());
        let den = 1_000_000_000_000 * 1_000_000_000 * u128::from(watched.as_millis());
        bad > 0 && num < den && Threshold::raw(num, den).is_exceeded(good, bad)
    }
}
