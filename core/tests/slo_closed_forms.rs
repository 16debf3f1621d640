//! The closed forms of a policy against a discrete simulation of it on a counter.
//!
//! Simulated bucket by bucket and evaluated where buckets end, windows are exact, so times must agree to the bucket: rounded up to it when
//! firing, and at most one bucket later when resetting, as a row resets below its threshold and not at it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use proptest::prelude::*;
use rampgate::slo::Counter;
use rampgate::slo::burn_rate::{Alert, Policy, Row, Severity};
use rampgate::{Objective, Share, Span, Timestamp};

const MIDNIGHT: u64 = 1_795_478_400_000;
const EVENTS: u64 = 1_000_000; // a bucket: any share of them is whole

/// A counter and a policy that are moved on bucket by bucket.
struct Service {
    policy: Policy,
    counter: Counter,
    state: rampgate::slo::burn_rate::AlertState,
    bucket: u64,
    now: u64,
}

impl Service {
    fn healthy_for(policy: &Policy, bucket: u64, span: u64) -> Self {
        let state = policy.start();
        let mut service =
            Self { policy: policy.clone(), counter: Counter::new(), state, bucket, now: MIDNIGHT };
        for _ in 0..span.div_ceil(bucket) {
            assert_ne!(service.step(0), Alert::Page);
        }
        service
    }

    fn step(&mut self, bad: u64) -> Alert {
        self.counter.record(Timestamp::from_millis(self.now).unwrap(), EVENTS - bad, bad);
        self.now += self.bucket;
        let now = Timestamp::from_millis(self.now).unwrap();
        self.policy.evaluate(&self.counter, now, &mut self.state).unwrap().alert()
    }

    /// How long until the alert pages, or no longer does; none if that takes longer than `most`.
    fn until(&mut self, pages: bool, bad: u64, most: u64) -> Option<u64> {
        let from = self.now;
        while self.now - from < most {
            if (self.step(bad) == Alert::Page) == pages {
                return Some(self.now - from);
            }
        }
        None
    }
}

/// An objective, a bucket of a tier, two windows of whole buckets, and the failure rate at which the row should fire, in parts per million.
fn rows() -> impl Strategy<Value = (Objective, u64, u64, u64, u32)> {
    let objective =
        prop_oneof![Just(500_000_000), Just(10_000_000), Just(1_000_000), Just(1_000), 1..500_000_000_u32];
    let tier = prop_oneof![
        4 => (Just(10_000_u64), 12..=360_u64),
        2 => (Just(60_000), 61..=360_u64),
        1 => (Just(300_000), 73..=288_u64)
    ];
    let threshold = prop_oneof![1..=1_000_000_u32, 1..=10_000_u32];
    (objective, tier, 1..=12_u64, threshold).prop_map(|(allowed, (bucket, long), part, threshold)| {
        let objective = Objective::from_allowed_parts_per_billion(allowed).unwrap();
        (objective, bucket, long * bucket, (long / part).max(1) * bucket, threshold)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn times_agree_with_a_simulation(
        (objective, bucket, long, short, threshold) in rows(),
        failing in prop_oneof![1 => Just(1_000_000_u32), 4 => 1..=1_000_000_u32],
        enough in prop_oneof![5 => Just(true), 1 => Just(false)],
        reset in prop_oneof![Just(1_000_000_u32), 200_000..1_000_000_u32],
    ) {
        let span = |millis| Span::from_millis(millis).unwrap();
        let factor = u64::from(threshold) * 1_000_000_000 / u64::from(objective.allowed_parts_per_billion());
        prop_assume!(factor > 0);
        let factor = format!("{}.{:06}", factor / 1_000_000, factor % 1_000_000).parse().unwrap();
        let row = Row::burning(factor, span(long), span(short), Severity::Page);
        let policy = Policy::new(objective, "30d".parse().unwrap(), &[row]).unwrap();
        // Five times of six a failure that is bad enough.
        let failing = if enough { threshold.max(failing % 1_000_000 + 1) } else { failing };
        let policy = policy.resetting_below(Share::from_parts_per_million(reset).unwrap()).unwrap();
        let condition = &policy.conditions()[0];
        let failing_share = Share::from_parts_per_million(failing).unwrap();
        let mut service = Service::healthy_for(&policy, bucket, long);

        let fires = service.until(true, failing.into(), long);
        let told = condition.time_to_fire(failing_share).map(Span::as_millis);
        prop_assert_eq!(fires, told.map(|told| told.div_ceil(bucket) * bucket));
        prop_assert_eq!(policy.time_to_alert(failing_share, Severity::Page).map(Span::as_millis), told);

        let Some(fires) = fires else {
            prop_assert_eq!(condition.time_to_reset(failing_share, policy.reset()), None);
            prop_assert_eq!(policy.spend_at_alert_ppm(failing_share, Severity::Page), None);
            return Ok(());
        };
        // What was spent by then: of so many buckets of the period, so many failed in this part.
        let allowed = u128::from(objective.allowed_parts_per_billion()) * u128::from(30 * 86_400_000 / bucket);
        let spent = u128::from(failing) * 1_000 * u128::from(fires / bucket) * 1_000_000 / allowed;
        let one_bucket = u128::from(failing) * 1_000 * 1_000_000 / allowed;
        let told = u128::from(policy.spend_at_alert_ppm(failing_share, Severity::Page).unwrap());
        prop_assert!(told <= spent + 2 && spent <= told + one_bucket + 2, "{} {} {}", told, spent, one_bucket);
        let at_threshold = u128::from(condition.spend_at_firing_ppm());
        prop_assert!(at_threshold <= told + 1 && told <= at_threshold + one_bucket + 1, "{} {}", at_threshold, told);

        for _ in 0..short.saturating_sub(fires).div_ceil(bucket) {
            assert_eq!(service.step(failing.into()), Alert::Page);
        }
        let resets = service.until(false, 0, short + bucket).unwrap();
        let told = condition.time_to_reset(failing_share, policy.reset()).unwrap().as_millis();
        prop_assert!(told <= resets && resets <= told + bucket, "{} {}", told, resets);
    }

    /// Largest exposure and longest delay are one inequality, solved two ways; neither may overspend, and a step more does.
    #[test]
    fn exposure_and_delay_never_overspend(
        allowed in 1..1_000_000_000_u32,
        failing in 1..=1_000_000_u32,
        delay in 1..86_400_000_u64,
        spend in 1..=1_000_000_u32,
    ) {
        let objective = Objective::from_allowed_parts_per_billion(allowed).unwrap();
        let hour: Span = "1h".parse().unwrap();
        let row = Row::burning("0.000001".parse().unwrap(), hour, hour, Severity::Page);
        let policy = Policy::new(objective, "30d".parse().unwrap(), &[row]).unwrap();
        let share = |parts| Share::from_parts_per_million(parts).unwrap();
        let (failing, spend, delay) = (share(failing), share(spend), Span::from_millis(delay).unwrap());
        let spends = |exposure: Share, delay: Span| {
            let failed = u128::from(failing.parts_per_million()) * u128::from(exposure.parts_per_million()) * u128::from(delay.as_millis());
            let budget = u128::from(spend.parts_per_million()) * u128::from(allowed) * 30 * 86_400_000;
            (failed * 1_000, budget)
        };
        let exposure = policy.largest_exposure(failing, delay, spend);
        let (spent, budget) = spends(exposure, delay);
        prop_assert!(spent <= budget);
        if exposure < Share::ALL {
            let (spent, budget) = spends(share(exposure.parts_per_million() + 1), delay);
            prop_assert!(spent > budget);
        }
        if exposure > Share::ZERO {
            let longest = policy.longest_delay(failing, exposure, spend).unwrap();
            prop_assert!(longest >= delay);
            let (spent, budget) = spends(exposure, longest);
            prop_assert!(spent <= budget);
        }
    }
}
