use super::alert_state::{Latch, Signal};
use super::decision::{Alert, Decision, DropReport, Evidence, Frozen, RowReport, Status, WindowReport};
use super::{AlertState, BudgetDrop, Condition, Policy, Severity};
use crate::error::{Error, Kind};
use crate::math;
use crate::quantity::{Probability, Share, Span, Timestamp};
use crate::slo::{Counter, Reading};

impl Policy {
    /// Reads the counter at `now`, moves each alert on, and tells what to do.
    ///
    /// A row fires when both of its windows burn at its factor or faster, for as long as its `pending` time, and resets once its short window burns at
    /// less than the [`reset`](Self::reset) part of it. A window without events, with too little coverage, or of which only longer buckets are
    /// left decides nothing: the alert neither fires nor resets, and the report says why.
    ///
    /// Buckets count whole, so a window may hold up to one bucket more than its length. Evaluate on whole minutes and the windows up to 6 h
    /// are exact, on whole half-hours those up to 3 d.
    ///
    /// ```
    /// use rampgate::{Span, Timestamp};
    /// use rampgate::slo::Counter;
    /// use rampgate::slo::burn_rate::{Alert, Policy, Preset};
    ///
    /// let policy = Policy::preset(Preset::Workbook3, "99.9%".parse()?)?;
    /// let (mut counter, mut state) = (Counter::new(), policy.start());
    /// let now: Timestamp = "2026-11-24T12:00:00Z".parse()?;
    /// assert_eq!(policy.evaluate(&counter, now, &mut state)?.alert(), Alert::InsufficientData);
    ///
    /// // Three days of health, then ten minutes in which one in ten fails.
    /// let minute = |n: u64| Ok::<_, rampgate::Error>(now.saturating_add(Span::from_millis(n * 60_000)?));
    /// for n in 0..4_320 {
    ///     counter.record(minute(n)?, 1_000, 0);
    /// }
    /// assert_eq!(policy.evaluate(&counter, minute(4_320)?, &mut state)?.alert(), Alert::Quiet);
    /// for n in 4_320..4_330 {
    ///     counter.record(minute(n)?, 900, 100);
    /// }
    /// let decision = policy.evaluate(&counter, minute(4_330)?, &mut state)?;
    /// assert_eq!(decision.alert(), Alert::Page);
    /// let long = &decision.rows()[0].long;
    /// assert_eq!((long.reading().bad(), long.burn_rate_ppm()), (1_000, Some(16_666_667)));
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A state of another policy.
    pub fn evaluate(
        &self,
        counter: &Counter,
        now: Timestamp,
        state: &mut AlertState,
    ) -> Result<Decision, Error> {
        self.decide(|window| counter.reading(window, now), counter, now, state)
    }

    /// The same from readings that were taken elsewhere: one of each window of the policy, at `now`.
    ///
    /// ```
    /// use rampgate::Timestamp;
    /// use rampgate::slo::Reading;
    /// use rampgate::slo::burn_rate::{Alert, Policy};
    ///
    /// let policy = Policy::from_json(
    ///     r#"{"target": "99.9%", "period": "30d", "rows": [{"factor": "14.4", "long": "1h", "short": "5m", "severity": "page"}]}"#,
    /// )?;
    /// let reading = |window: &str| Reading::of(window.parse()?, window.parse()?, 98_000, 2_000);
    /// let decision = policy.evaluate_readings(&[reading("1h")?, reading("5m")?], Timestamp::EPOCH, &mut policy.start())?;
    /// assert_eq!(decision.alert(), Alert::Page);
    /// # Ok::<(), rampgate::Error>(())
    /// ```
    ///
    /// # Errors
    /// A state of another policy; a window of which there is no reading; a policy that asks for evidence, which readings are not enough for.
    pub fn evaluate_readings(
        &self,
        readings: &[Reading],
        now: Timestamp,
        state: &mut AlertState,
    ) -> Result<Decision, Error> {
        if let Some(alpha) = self.evidence {
            let rule = "must be absent: readings of windows are no evidence, the events of a counter are";
            return Err(Error::new("policy.evidence", Kind::Conflict, rule, alpha.get()));
        }
        let find = |window: Span| readings.iter().find(|reading| reading.window() == window).copied();
        let rows = self.conditions.iter().flat_map(|row| [row.long, row.short]);
        let mut windows = rows.chain(self.drops.iter().map(|drop| drop.window));
        if let Some(missing) = windows.find(|window| find(*window).is_none()) {
            return Err(Error::new("readings", Kind::Missing, "must hold one of each window", missing));
        }
        let nothing = Counter::new(); // all are there, and without evidence nothing else is asked for
        self.decide(
            |window| find(window).unwrap_or_else(|| nothing.reading(window, now)),
            &nothing,
            now,
            state,
        )
    }

    fn decide(
        &self,
        read: impl Fn(Span) -> Reading,
        counter: &Counter,
        now: Timestamp,
        state: &mut AlertState,
    ) -> Result<Decision, Error> {
        state.check(self)?;
        let mut firing: Option<Severity> = None;
        let mut unknown = false;
        let rows = self.conditions.iter().zip(&mut state.rows).map(|(condition, latch)| {
            let (long, short) = (read(condition.long), read(condition.short));
            let report = self.row(condition, latch, counter, now, (&long, &short));
            unknown |= report.status == Status::InsufficientData;
            firing = firing.max(latch.is_firing().then_some(condition.severity));
            report
        });
        let rows = rows.collect();
        let drops = self.drops.iter().zip(&mut state.drops).map(|(drop, latch)| {
            let report = self.drop_report(drop, latch, now, &read(drop.window));
            unknown |= report.status == Status::InsufficientData;
            firing = firing.max(latch.is_firing().then_some(drop.severity));
            report
        });
        let drops = drops.collect();
        let alert = match firing {
            Some(Severity::Page) => Alert::Page,
            Some(Severity::Ticket) => Alert::Ticket,
            None if unknown => Alert::InsufficientData,
            None => Alert::Quiet,
        };
        Ok(Decision { alert, at: now, rows, drops })
    }

    fn row(
        &self,
        condition: &Condition,
        latch: &mut Latch,
        counter: &Counter,
        now: Timestamp,
        (long, short): (&Reading, &Reading),
    ) -> RowReport {
        let was_firing = latch.is_firing();
        let (signal, frozen) = self.judge(condition, was_firing, long, short);
        let (signal, evidence) = if signal == Signal::Over {
            self.with_proof(condition, was_firing, signal, counter, now)
        } else {
            (signal, None)
        };
        let frozen = frozen.or((signal == Signal::Unknown).then_some(Frozen::Resolution));
        let change = latch.step(signal, now, condition.pending, self.min_hold);
        let shown = |reading: &Reading| WindowReport {
            reading: *reading,
            objective: self.objective,
            exceeds: seen(reading).then(|| condition.fires_at.is_reached(reading.good(), reading.bad())),
        };
        RowReport {
            severity: condition.severity,
            status: status(*latch, frozen),
            since: latch.firing_since.or(latch.burning_since),
            change,
            frozen,
            threshold_ppm: condition.factor.parts_per_million(),
            long: shown(long),
            short: shown(short),
            evidence,
        }
    }

    fn drop_report(
        &self,
        drop: &BudgetDrop,
        latch: &mut Latch,
        now: Timestamp,
        reading: &Reading,
    ) -> DropReport {
        let (signal, frozen) = self.drop_signal(drop, latch.is_firing(), reading);
        let change = latch.step(signal, now, Span::ZERO, self.min_hold);
        let exceeds = seen(reading).then(|| drop.is_spent(self.frame(), reading, Share::ALL));
        let window = WindowReport { reading: *reading, objective: self.objective, exceeds };
        let watched = u128::from(reading.watched().as_millis());
        let spent =
            |burn: u64| (u128::from(burn) * watched).div_ceil(u128::from(self.period.as_millis().max(1)));
        DropReport {
            severity: drop.severity,
            status: status(*latch, frozen),
            since: latch.firing_since,
            change,
            frozen,
            threshold: drop.spends,
            spent_ppm: window.burn_rate_ppm().map(|burn| u64::try_from(spent(burn)).unwrap_or(u64::MAX)),
            window,
        }
    }

    /// What the two windows say, and why they say nothing if they do not.
    fn judge(
        &self,
        condition: &Condition,
        firing: bool,
        long: &Reading,
        short: &Reading,
    ) -> (Signal, Option<Frozen>) {
        match self.frozen(long).or_else(|| self.frozen(short)) {
            Some(frozen) => (Signal::Unknown, Some(frozen)),
            None => (condition.signal(firing, long, short), None),
        }
    }

    /// The same for an absolute rule, which needs coverage only to reset.
    pub(in crate::slo) fn drop_signal(
        &self,
        drop: &BudgetDrop,
        firing: bool,
        reading: &Reading,
    ) -> (Signal, Option<Frozen>) {
        if seen(reading) && drop.is_spent(self.frame(), reading, Share::ALL) {
            return (Signal::Over, None);
        }
        if let Some(frozen) = self.frozen(reading) {
            return (Signal::Unknown, Some(frozen));
        }
        let between = firing && drop.is_spent(self.frame(), reading, self.reset);
        (if between { Signal::Between } else { Signal::Under }, None)
    }

    /// Takes back what would fire a page without proof, if the policy asks for any. Where proof cannot be looked for, nothing is known.
    pub(in crate::slo) fn with_proof(
        &self,
        condition: &Condition,
        firing: bool,
        signal: Signal,
        counter: &Counter,
        now: Timestamp,
    ) -> (Signal, Option<Evidence>) {
        match self.evidence {
            Some(alpha) if signal == Signal::Over && !firing && condition.severity == Severity::Page => {
                match evidence(condition, alpha, counter, now) {
                    None => (Signal::Unknown, None),
                    found @ Some(Evidence { suffices: true, .. }) => (Signal::Over, found),
                    found => (Signal::Under, found),
                }
            }
            _ => (signal, None),
        }
    }

    /// Why nothing can be said by this window, if so.
    pub(in crate::slo) fn frozen(&self, reading: &Reading) -> Option<Frozen> {
        let needed = u64::from(self.min_coverage.parts_per_million());
        if !seen(reading) {
            return Some(Frozen::NoEvents);
        }
        // At most 30 days in milliseconds, times a million: below 2^52.
        if reading.watched().as_millis() * 1_000_000 < needed * reading.window().as_millis() {
            return Some(Frozen::Coverage);
        }
        (reading.resolution() > reading.window()).then_some(Frozen::Resolution)
    }
}

impl Condition {
    /// What two windows say of which something can be said.
    pub(in crate::slo) fn signal(&self, firing: bool, long: &Reading, short: &Reading) -> Signal {
        let (good, bad) = (short.good(), short.bad());
        if firing {
            if self.resets_below.is_reached(good, bad) { Signal::Between } else { Signal::Under }
        } else if self.fires_at.is_reached(good, bad) && self.fires_at.is_reached(long.good(), long.bad()) {
            Signal::Over
        } else {
            Signal::Under
        }
    }
}

fn seen(reading: &Reading) -> bool {
    reading.good() > 0 || reading.bad() > 0
}

fn status(latch: Latch, frozen: Option<Frozen>) -> Status {
    match (latch.firing_since, latch.burning_since, frozen) {
        (Some(_), ..) => Status::Firing,
        (None, _, Some(_)) => Status::InsufficientData,
        (None, Some(_), None) => Status::Pending,
        (None, None, None) => Status::Quiet,
    }
}

/// The evidence of the stretch of time that `now` lies in. A stretch is the long window, rounded up to whole buckets of its tier, so that its
/// buckets hold nothing else. None where only longer buckets are left, which hold what came before.
fn evidence(
    condition: &Condition,
    alpha: Probability,
    counter: &Counter,
    now: Timestamp,
) -> Option<Evidence> {
    let width = Counter::width_for(condition.long).as_millis();
    let stretch = condition.long.as_millis().div_ceil(width).saturating_mul(width).max(1);
    let into = now.as_millis() % stretch;
    let since = now.saturating_sub(Span::clamped(into));
    let reading = counter.reading(Span::clamped(into), now);
    if !since.as_millis().is_multiple_of(reading.resolution().as_millis()) {
        return None;
    }
    let (good, bad) = (reading.good(), reading.bad());
    let needed = -math::ln(alpha.get());
    let rate = condition.fires_at.rate();
    // Nothing fails more often than always, and of no events there is nothing to say.
    let odds = rate < 1.0 && seen(&reading);
    let ln_odds = if odds { math::ln_beta_binomial_odds(bad, good, 0.5, 0.5, rate) } else { 0.0 };
    let suffices = ln_odds >= needed && condition.fires_at.is_exceeded(good, bad);
    Some(Evidence { since, good, bad, ln_odds, needed, suffices })
}
