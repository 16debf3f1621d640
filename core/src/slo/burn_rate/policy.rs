use super::condition::{Condition, Frame};
use super::row::Level;
use super::{BudgetDrop, Factor, Preset, Row};
use crate::error::{Error, Kind, Problems};
use crate::quantity::{Objective, Probability, Share, Span};
use alloc::format;
use alloc::vec::Vec;
use serde::Serialize;

/// What stays as it is when a policy moves to a period of another length. There is no default, for tools disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// The windows grow and shrink with the period, to the nearest minute; burn rates and budget shares stay, as pyrra and slokit do it.
    Windows,
    /// The windows stay, and burn rates grow and shrink, so that each row still spends its share of the budget, as sloth does it.
    Factors,
}

/// When somebody is told that the budget burns: rows of two windows each, and absolute rules beside them, for one objective and period.
///
/// ```
/// use rampgate::slo::burn_rate::{Policy, Preset, Scale};
///
/// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
/// assert_eq!(policy.conditions()[0].factor(), "14.4".parse()?);
///
/// // For a week, two ways.
/// let windows = policy.scaled("7d".parse()?, Scale::Windows)?;
/// assert_eq!((windows.conditions()[0].long(), windows.conditions()[0].factor()), ("14m".parse()?, "14.4".parse()?));
/// let factors = policy.scaled("7d".parse()?, Scale::Factors)?;
/// assert_eq!((factors.conditions()[0].long(), factors.conditions()[0].factor()), ("1h".parse()?, "3.36".parse()?));
///
/// // At 90% not even a total outage burns at 14.4.
/// let error = Policy::preset(Preset::Workbook3, "90%".parse()?).unwrap_err();
/// assert_eq!(error.path(), "rows[0].spends");
/// # Ok::<(), rampgate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    pub(super) objective: Objective,
    pub(super) period: Span,
    #[serde(rename = "rows")]
    pub(super) conditions: Vec<Condition>,
    pub(super) drops: Vec<BudgetDrop>,
    pub(super) reset: Share,
    pub(super) min_coverage: Share,
    pub(super) min_hold: Span,
    pub(super) evidence: Option<Probability>,
}

impl Policy {
    /// The coverage below which a window decides nothing, unless another is asked for: 50%.
    pub const MIN_COVERAGE: Share = Share::clamped(500_000);
    /// Most rows, and most absolute rules, of a policy.
    pub const MOST_ROWS: usize = 16;

    /// A policy of these rows.
    ///
    /// # Errors
    /// No row, or more than 16; a period outside 1 hour to 366 days; and for each row, by its path such as `rows[2].short`: an empty
    /// window, one that a counter cannot read (below 10 s, above 30 d), a long window above the period, a short one above the long one, a
    /// share of 0%, and a burn rate that not even a total outage reaches.
    pub fn new(objective: Objective, period: Span, rows: &[Row]) -> Result<Self, Error> {
        let problems = Problems::default();
        let frame = Frame { objective, period };
        let rows: Vec<Option<Row>> = rows.iter().copied().map(Some).collect();
        let policy = period_rule(period)
            .map_err(|rule| problems.extend(&Error::new("period", Kind::Range, rule, period)))
            .ok()
            .and_then(|()| Self::checked(frame, &rows, Share::ALL, &problems));
        problems.finish(policy)
    }

    /// A policy of rows of which some could not be read, which was noted. `period` is in range.
    pub(super) fn checked(
        frame: Frame,
        rows: &[Option<Row>],
        reset: Share,
        problems: &Problems,
    ) -> Option<Self> {
        if rows.is_empty() || rows.len() > Self::MOST_ROWS {
            let rule = format!("must be from 1 to {} rows", Self::MOST_ROWS);
            problems.extend(&Error::new("rows", Kind::Range, rule, rows.len()));
            return None;
        }
        let check = |(n, row): (usize, &Option<Row>)| {
            Condition::check(row.as_ref()?, &format!("rows[{n}]"), frame, reset, problems)
        };
        // All of them, before the first that failed is missed.
        let conditions: Vec<Option<Condition>> = rows.iter().enumerate().map(check).collect();
        Some(Self {
            objective: frame.objective,
            period: frame.period,
            conditions: conditions.into_iter().collect::<Option<_>>()?,
            drops: Vec::new(),
            reset,
            min_coverage: Self::MIN_COVERAGE,
            min_hold: Span::ZERO,
            evidence: None,
        })
    }

    /// A policy that somebody published, for its own period.
    ///
    /// # Errors
    /// An objective so lax that a row can never fire.
    pub fn preset(preset: Preset, objective: Objective) -> Result<Self, Error> {
        Self::new(objective, preset.period(), &preset.rows()?)
    }

    /// The same policy for another period.
    ///
    /// # Errors
    /// As for [`new`](Self::new), above all a window that shrinks to no time, and a burn rate that grows beyond what a total outage reaches.
    pub fn scaled(&self, period: Span, scale: Scale) -> Result<Self, Error> {
        period_rule(period).map_err(|rule| Error::new("period", Kind::Range, rule, period))?;
        let window = |span: Span| match scale {
            Scale::Windows => to_the_minute(span, self.period, period),
            Scale::Factors => span,
        };
        let mut rows = Vec::with_capacity(self.conditions.len());
        for (n, condition) in self.conditions.iter().enumerate() {
            let factor = match scale {
                Scale::Windows => condition.factor,
                Scale::Factors => self.at_period(condition.factor, period, n)?,
            };
            rows.push(Row {
                level: Level::Burns(factor),
                long: window(condition.long),
                short: window(condition.short),
                severity: condition.severity,
                pending: window(condition.pending),
            });
        }
        let scaled = Self { reset: self.reset, ..Self::new(self.objective, period, &rows)? };
        let scaled = self.drops.iter().try_fold(scaled, |scaled, drop| {
            scaled.with_drop(BudgetDrop { window: window(drop.window), ..*drop })
        })?;
        let Self { min_coverage, min_hold, evidence, .. } = *self;
        Self { min_coverage, min_hold, evidence, ..scaled }.resetting_below(self.reset)
    }

    fn at_period(&self, factor: Factor, period: Span, row: usize) -> Result<Factor, Error> {
        factor.at_period(self.period, period).ok_or_else(|| {
            let rule = "cannot be held exactly at the new period";
            Error::new(format!("rows[{row}].factor"), Kind::Range, rule, factor)
        })
    }

    /// The same policy with one absolute rule more.
    ///
    /// # Errors
    /// By the path such as `drops[0].window`: a window as in [`new`](Self::new), a share of 0%, one that a total outage for all of the window does
    /// not exceed; more than 16 rules.
    pub fn with_drop(mut self, drop: BudgetDrop) -> Result<Self, Error> {
        let problems = Problems::default();
        let path = format!("drops[{}]", self.drops.len());
        if self.drops.len() >= Self::MOST_ROWS {
            let rule = format!("must be at most {} rules", Self::MOST_ROWS);
            return Err(Error::new("drops", Kind::Range, rule, self.drops.len().saturating_add(1)));
        }
        let checked = drop.check(&path, self.frame(), &problems).map(|()| {
            self.drops.push(drop);
            self
        });
        problems.finish(checked)
    }

    /// The same policy, that resets an alert once its short window burns at less than this part of the row's factor: 100% unless asked for.
    ///
    /// Less than 100% is hysteresis: an alert that hovers at its threshold is told once.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?.resetting_below("80%".parse()?)?;
    /// let fast = &policy.conditions()[0];
    /// // Of five minutes after a total outage 1.152% must be left instead of 1.44%.
    /// assert_eq!(fast.time_to_reset("100%".parse()?, policy.reset()), Some("4m56s544ms".parse()?));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// 0%, at which nothing would ever reset.
    pub fn resetting_below(self, reset: Share) -> Result<Self, Error> {
        if reset == Share::ZERO {
            return Err(Error::new("reset", Kind::Range, "must be more than 0%", reset));
        }
        let frame = self.frame();
        let again = |condition: &Condition| condition.resetting_below(frame, reset);
        let Some(conditions) = self.conditions.iter().map(again).collect() else {
            return Err(Error::new("reset", Kind::Range, "must be at most 100%", reset));
        };
        Ok(Self { conditions, reset, ..self })
    }

    /// The same policy, that decides nothing by a window of which less than this share was watched: 50% unless asked for.
    ///
    /// ```
    /// use rampgate::slo::Counter;
    /// use rampgate::slo::burn_rate::{Alert, Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?.with_min_coverage("100%".parse()?);
    /// let mut counter = Counter::new();
    /// counter.record("2026-11-24T12:00:00Z".parse()?, 0, 1_000);
    /// let decision = policy.evaluate(&counter, "2026-11-24T12:30:00Z".parse()?, &mut policy.start())?;
    /// assert_eq!(decision.alert(), Alert::InsufficientData); // half an hour of an hour
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn with_min_coverage(self, min_coverage: Share) -> Self {
        Self { min_coverage, ..self }
    }

    /// The same policy, whose alerts fire for at least this long: no time unless asked for.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?.with_min_hold("15m".parse()?);
    /// assert_eq!(policy.min_hold(), "15m".parse()?);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn with_min_hold(self, min_hold: Span) -> Self {
        Self { min_hold, ..self }
    }

    /// The same policy, that pages only on evidence: with probability 1 - `alpha` a row raises no page in a whole stretch of its long window while
    /// events fail no more often than its threshold. Off unless asked for.
    ///
    /// It is for low traffic, where a single failure can put both windows above their threshold. Tickets and [`BudgetDrop`]s are not held back.
    ///
    /// Time is cut into stretches as long as the long window, aligned to the Unix epoch. In each the evidence begins anew: the mixture
    /// over Beta(1/2, 1/2) of the failure rate against the threshold (Robbins 1970, *Statistical methods related to the law of the
    /// iterated logarithm*) must reach 1 / `alpha`, with more failures than the threshold expects. That is, the lower end of the anytime-valid
    /// confidence sequence lies above the threshold. However often it is evaluated, the probability of a false page is at most `alpha` for a row and stretch:
    /// at 0.001 and one hour one every 42 days at the most, if the failure rate were at the threshold all the time.
    ///
    /// **Holds when** each event fails with a chance that, given those before it, is at most the threshold, for as long as the null hypothesis is
    /// true; the chances may differ. Failures in bursts that share a cause break it: a cluster of failures then counts as as many proofs.
    ///
    /// ```
    /// use rampgate::Probability;
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?.with_evidence(Probability::ONE_IN_A_THOUSAND);
    /// assert_eq!(policy.evidence(), Some(Probability::ONE_IN_A_THOUSAND));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn with_evidence(self, alpha: Probability) -> Self {
        Self { evidence: Some(alpha), ..self }
    }

    /// The objective whose budget is watched.
    #[must_use]
    pub const fn objective(&self) -> Objective {
        self.objective
    }

    /// The period of the budget.
    #[must_use]
    pub const fn period(&self) -> Span {
        self.period
    }

    /// Its rows, in order.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Its absolute rules, in order.
    #[must_use]
    pub fn drops(&self) -> &[BudgetDrop] {
        &self.drops
    }

    /// The part of a row's factor below which it resets.
    #[must_use]
    pub const fn reset(&self) -> Share {
        self.reset
    }

    /// The share of a window that must have been watched.
    #[must_use]
    pub const fn min_coverage(&self) -> Share {
        self.min_coverage
    }

    /// How long an alert fires at least.
    #[must_use]
    pub const fn min_hold(&self) -> Span {
        self.min_hold
    }

    /// The error probability of evidence, if pages need any.
    #[must_use]
    pub const fn evidence(&self) -> Option<Probability> {
        self.evidence
    }

    pub(super) const fn frame(&self) -> Frame {
        Frame { objective: self.objective, period: self.period }
    }
}

/// What is wrong with a period, if anything. It may be longer than a counter's memory: only the windows are read.
pub(super) fn period_rule(period: Span) -> Result<(), &'static str> {
    const HOUR: u64 = 3_600_000;
    if !(HOUR..=366 * 24 * HOUR).contains(&period.as_millis()) {
        return Err("must be from 1h to 366d");
    }
    Ok(())
}

/// span × to / from, to the nearest minute, halves up.
fn to_the_minute(span: Span, from: Span, to: Span) -> Span {
    const MINUTE: u128 = 60_000;
    let (num, den) = (
        u128::from(span.as_millis()) * u128::from(to.as_millis()),
        u128::from(from.as_millis().max(1)) * MINUTE,
    );
    let minutes = (2 * num + den) / (2 * den);
    Span::clamped(u64::try_from(minutes * MINUTE).unwrap_or(u64::MAX))
}
