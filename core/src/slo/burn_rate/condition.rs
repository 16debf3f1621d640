use super::row::Level;
use super::threshold::Threshold;
use super::{Factor, Row, Severity};
use crate::error::{Kind, Problem, Problems};
use crate::quantity::{Objective, Share, Span};
use crate::slo::Counter;
use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use serde::Serialize;

/// A row of a policy that was checked against its objective and period: it can fire, and its windows can be read.
///
/// ```
/// use rampgate::slo::burn_rate::{Policy, Preset};
///
/// let policy = Policy::preset(Preset::Pyrra, "99.9%".parse()?)?;
/// let fast = &policy.conditions()[0];
/// assert_eq!((fast.long(), fast.short(), fast.pending()), ("1h".parse()?, "5m".parse()?, "2m".parse()?));
/// assert_eq!(fast.spend_at_firing_ppm(), 20_834); // 14 of 672 hours
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    pub(super) severity: Severity,
    pub(super) factor: Factor,
    pub(super) long: Span,
    pub(super) short: Span,
    pub(super) pending: Span,
    pub(super) objective: Objective,
    pub(super) period: Span,
    pub(super) fires_at: Threshold,
    pub(super) resets_below: Threshold,
}

impl Condition {
    /// The row, or none with the problem of its first field that is wrong.
    pub(super) fn check(
        row: &Row,
        path: &str,
        frame: Frame,
        reset: Share,
        problems: &Problems,
    ) -> Option<Self> {
        let Frame { objective, period } = frame;
        let refuse = |field: &str, kind, rule: Cow<'static, str>, value: String| {
            problems.push(Problem::new(format!("{path}.{field}"), kind, rule, Some(value)));
        };
        for (field, window) in [("long", row.long), ("short", row.short)] {
            if let Err(rule) = window_rule(window) {
                refuse(field, Kind::Range, rule.into(), window.to_string());
                return None;
            }
        }
        if row.long > period {
            let rule = format!("must be at most the period ({period})");
            refuse("long", Kind::Conflict, rule.into(), row.long.to_string());
            return None;
        }
        if row.short > row.long {
            let rule = format!("must be at most the long window ({})", row.long);
            refuse("short", Kind::Conflict, rule.into(), row.short.to_string());
            return None;
        }
        let (field, value, factor) = match row.level {
            Level::Spends(share) => {
                ("spends", share.to_string(), Factor::spending(share, period, row.long).ok())
            }
            Level::Burns(factor) => ("factor", factor.to_string(), Some(factor)),
        };
        let Some(factor) = factor else {
            refuse(field, Kind::Range, "must be more than 0%".into(), value);
            return None;
        };
        let thresholds = Threshold::of(factor, objective, Share::ALL)
            .and_then(|fires_at| Some((fires_at, Threshold::of(factor, objective, reset)?)));
        let Some((fires_at, resets_below)) = thresholds else {
            let rule = format!(
                "can never fire: {factor} times what {objective} allows to fail is more than everything"
            );
            refuse(field, Kind::Conflict, rule.into(), value);
            return None;
        };
        let Row { long, short, severity, pending, .. } = *row;
        Some(Self { severity, factor, long, short, pending, objective, period, fires_at, resets_below })
    }

    pub(super) fn resetting_below(&self, frame: Frame, reset: Share) -> Option<Self> {
        Some(Self { resets_below: Threshold::of(self.factor, frame.objective, reset)?, ..*self })
    }

    /// How urgent it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// The burn rate at which it fires.
    #[must_use]
    pub const fn factor(&self) -> Factor {
        self.factor
    }

    /// The window that says that it matters.
    #[must_use]
    pub const fn long(&self) -> Span {
        self.long
    }

    /// The window that says that it is still going on.
    #[must_use]
    pub const fn short(&self) -> Span {
        self.short
    }

    /// How long both windows must burn before it fires.
    #[must_use]
    pub const fn pending(&self) -> Span {
        self.pending
    }

    /// What is spent of the budget when it fires under constant traffic, in parts per million, rounded up: factor × long / period.
    ///
    /// It does not depend on how bad the failure is; a `pending` time comes on top.
    #[must_use]
    pub fn spend_at_firing_ppm(&self) -> u64 {
        let num = self.factor.num() * u128::from(self.long.as_millis()) * 1_000_000;
        let den = self.factor.den() * u128::from(self.period.as_millis().max(1));
        u64::try_from(num.div_ceil(den)).unwrap_or(u64::MAX)
    }
}

/// What a policy is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) objective: Objective,
    pub(super) period: Span,
}

/// What is wrong with a window, if anything: it must be one that a counter can read.
pub(super) fn window_rule(window: Span) -> Result<(), &'static str> {
    if window == Span::ZERO {
        return Err("must be more than no time");
    }
    if window < Counter::SHORTEST_WINDOW {
        return Err("is below the resolution of a counter, must be at least 10s");
    }
    if window > Counter::LONGEST_WINDOW {
        return Err("must be at most 30d, the longest window that a counter holds");
    }
    Ok(())
}

#[derive(Serialize)]
struct Shown {
    severity: Severity,
    factor: String,
    factor_ppm: u64,
    long: Span,
    short: Span,
    #[serde(rename = "for")]
    pending: Span,
    spend_at_firing_ppm: u64,
}

impl Serialize for Condition {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown {
            severity: self.severity,
            factor: self.factor.to_string(),
            factor_ppm: self.factor.parts_per_million(),
            long: self.long,
            short: self.short,
            pending: self.pending,
            spend_at_firing_ppm: self.spend_at_firing_ppm(),
        }
        .serialize(serializer)
    }
}
