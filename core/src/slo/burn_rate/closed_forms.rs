//! What a policy does under a failure of one steady rate, worked out without running it.
//!
//! All assume constant traffic, no failure before, and windows of exact length, evaluated all the time. A counter adds at most a bucket to a window, and
//! the host its interval of evaluation: at a bucket width of v and a threshold t a row fires up to t v / failing + interval later than told, and
//! resets up to v + interval later. Whole milliseconds, rounded towards caution: times to notice and to reset up, times that are left down.

use super::{BudgetDrop, Condition, Policy, Severity};
use crate::quantity::{Share, Span};

impl Condition {
    /// How long a failure of the share `failing` of all events burns before the row fires; none if it never does.
    ///
    /// factor × allowance × long / failing, and the pending time. The short window is full sooner, so it never delays.
    /// (Google, *The Site Reliability Workbook*, 2018, "Alerting on SLOs", iteration 4.)
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
    /// let fast = &policy.conditions()[0];
    /// assert_eq!(fast.time_to_fire("100%".parse()?), Some("51s840ms".parse()?));
    /// assert_eq!(fast.time_to_fire("1.43%".parse()?), None);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn time_to_fire(&self, failing: Share) -> Option<Span> {
        let (num, den) = self.threshold_times(self.long, failing)?;
        Some(span(num.div_ceil(den)).saturating_add(self.pending))
    }

    /// How long after the end of a failure of the share `failing` the row resets; none if it never fires at that share.
    ///
    /// For a failure that lasted at least the short window: short × (1 - reset × factor × allowance / failing). A policy's
    /// [`min_hold`](Policy::min_hold) may keep it longer.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
    /// assert_eq!(policy.conditions()[0].time_to_reset("100%".parse()?, policy.reset()), Some("4m55s680ms".parse()?));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn time_to_reset(&self, failing: Share, reset: Share) -> Option<Span> {
        let (num, den) = self.threshold_times(self.short, failing)?;
        let kept = (num / den) * u128::from(reset.parts_per_million()) / 1_000_000;
        Some(span(u128::from(self.short.as_millis()).saturating_sub(kept)))
    }

    /// factor × allowance × window / failing in milliseconds, as a fraction below 2^126 and 2^94; none if it is more than the window.
    fn threshold_times(&self, window: Span, failing: Share) -> Option<(u128, u128)> {
        let allowed = u128::from(self.objective.allowed_parts_per_billion());
        let failing = u128::from(failing.parts_per_million());
        let (num, den) = (self.factor.num() * allowed, self.factor.den() * 1_000 * failing);
        (num <= den && failing > 0).then(|| (num * u128::from(window.as_millis()), den))
    }
}

impl BudgetDrop {
    fn time_to_fire(&self, policy: &Policy, failing: Share) -> Option<Span> {
        let spent = policy.time_to_spend(failing, self.spends)?;
        let more = spent.saturating_add(Span::clamped(1));
        (more <= self.window).then_some(more)
    }
}

impl Policy {
    /// How long a failure of the share `failing` of all events burns before anybody is told with at least this severity; none if nobody ever is.
    ///
    /// The least over all rows and absolute rules. Evidence, if the policy asks for it, comes later where traffic is low.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset, Severity};
    ///
    /// // A canary that takes 1% of the traffic and fails it all burns at 10: 3.6 hours until the page, and 5% of the month.
    /// let policy = Policy::preset(Preset::Workbook4, "99.9%".parse()?)?;
    /// assert_eq!(policy.time_to_alert("1%".parse()?, Severity::Page), Some("3h36m".parse()?));
    /// assert_eq!(policy.spend_at_alert_ppm("1%".parse()?, Severity::Page), Some(50_000));
    /// // At a tenth of that nobody is paged, ever.
    /// assert_eq!(policy.time_to_alert("0.1%".parse()?, Severity::Page), None);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn time_to_alert(&self, failing: Share, severity: Severity) -> Option<Span> {
        let rows = self.conditions.iter().filter(|row| row.severity >= severity);
        let drops = self.drops.iter().filter(|drop| drop.severity >= severity);
        let rows = rows.filter_map(|row| row.time_to_fire(failing));
        rows.chain(drops.filter_map(|drop| drop.time_to_fire(self, failing))).min()
    }

    /// What is spent of the budget by then, in parts per million, rounded up; none if nobody is ever told.
    #[must_use]
    pub fn spend_at_alert_ppm(&self, failing: Share, severity: Severity) -> Option<u64> {
        let time = self.time_to_alert(failing, severity)?;
        let spent =
            u128::from(failing.parts_per_million()) * 1_000 * u128::from(time.as_millis()) * 1_000_000;
        let whole =
            u128::from(self.objective.allowed_parts_per_billion()) * u128::from(self.period.as_millis());
        Some(u64::try_from(spent.div_ceil(whole.max(1))).unwrap_or(u64::MAX))
    }

    /// How long the share `remaining` of the budget lasts under a failure of the share `failing` of all events; none if nothing fails.
    ///
    /// remaining × period × allowance / failing, rounded down. In a rolling period old failures leave while new ones come, so a failure that burns at
    /// less than 1 never exhausts a whole budget, whatever this line says: it is the soonest, not the likeliest.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
    /// assert_eq!(policy.time_to_spend("100%".parse()?, "100%".parse()?), Some("43m12s".parse()?));
    /// assert_eq!(policy.time_to_spend("1%".parse()?, "100%".parse()?), Some("3d".parse()?));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn time_to_spend(&self, failing: Share, remaining: Share) -> Option<Span> {
        let worst = u128::from(failing.parts_per_million()) * 1_000_000_000;
        self.budget(remaining).checked_div(worst).map(span)
    }

    /// The largest share of the traffic that may be exposed to a release of which the share `failing` fails, unnoticed for `delay`, so
    /// that no more than `spend` of the budget is spent: spend × allowance × period / (failing × delay), rounded down.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
    /// assert_eq!(policy.largest_exposure("100%".parse()?, "15m".parse()?, "2%".parse()?), "5.76%".parse()?);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn largest_exposure(&self, failing: Share, delay: Span, spend: Share) -> Share {
        let worst = u128::from(failing.parts_per_million()) * u128::from(delay.as_millis());
        let parts = self.budget(spend).checked_div(worst * 1_000).unwrap_or(u128::MAX);
        Share::clamped(u32::try_from(parts).unwrap_or(u32::MAX))
    }

    /// How long a release of which the share `failing` fails may go unnoticed at the share `exposure` of the traffic, so that no more than
    /// `spend` of the budget is spent, rounded down; none if it spends nothing.
    ///
    /// ```
    /// use rampgate::slo::burn_rate::{Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
    /// assert_eq!(policy.longest_delay("100%".parse()?, "5.76%".parse()?, "2%".parse()?), Some("15m".parse()?));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    #[must_use]
    pub fn longest_delay(&self, failing: Share, exposure: Share, spend: Share) -> Option<Span> {
        let worst = u128::from(failing.parts_per_million()) * u128::from(exposure.parts_per_million());
        self.budget(spend).checked_div(worst * 1_000).map(span)
    }

    /// share × allowance × period in parts per million × parts per billion × milliseconds: below 2^85.
    fn budget(&self, share: Share) -> u128 {
        let allowed = u128::from(self.objective.allowed_parts_per_billion());
        u128::from(share.parts_per_million()) * allowed * u128::from(self.period.as_millis())
    }
}

fn span(millis: u128) -> Span {
    Span::clamped(u64::try_from(millis).unwrap_or(u64::MAX))
}
