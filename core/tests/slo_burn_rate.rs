//! What burn-rate alerts promise, against the plain log of events.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers"
)]

use proptest::prelude::*;
use rampgate::slo::Counter;
use rampgate::slo::burn_rate::{Alert, BudgetDrop, Policy, Preset, Row, Scale, Severity, Status};
use rampgate::slo::replay::{Incident, Outcome, ReplayOptions, Sample, replay};
use rampgate::{Objective, Probability, Share, Span, Timestamp};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const MIDNIGHT: u64 = 1_795_478_400_000;
const DAY: u64 = 86_400_000;
/// The width of a tier's buckets and the longest window that it is for.
const TIERS: [(u64, u64); 5] =
    [(10_000, DAY / 24), (60_000, DAY / 4), (300_000, DAY), (1_800_000, 3 * DAY), (7_200_000, 30 * DAY)];

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn preset(preset: Preset) -> Policy {
    Policy::preset(preset, "99.9%".parse().unwrap()).unwrap()
}

/// Twenty seconds of every hour nothing works, for thirty days.
fn outages() -> Vec<Sample> {
    let sample = |n: u64| {
        let outage = n % 360 < 2;
        Sample {
            at: at(MIDNIGHT + n * 10_000),
            good: if outage { 0 } else { 50 },
            bad: if outage { 50 } else { 0 },
        }
    };
    (0..30 * 8_640).map(sample).collect()
}

#[test]
fn twenty_seconds_of_every_hour_page_nobody_but_the_absolute_rule() {
    let drop = BudgetDrop::new("10%".parse().unwrap(), span("1d"), Severity::Page);
    // In the first hours the little that was watched is all outage: only whole windows are asked for here.
    let four = preset(Preset::Workbook4).with_min_coverage(Share::ALL);
    let policies = [four.clone(), four.with_drop(drop).unwrap()];
    let options = ReplayOptions::default().at_least(Severity::Page);
    let outcomes = replay(&policies, &outages(), &[], options).unwrap();
    assert_eq!(outcomes[0].alerts, 0);
    assert_eq!(outcomes[0].spent_ppm, 5_555_556);
    assert_eq!((outcomes[1].alerts, outcomes[1].spent_ppm), (1, 5_555_556));
    let tickets = replay(&policies[..1], &outages(), &[], ReplayOptions::default()).unwrap();
    assert!(tickets[0].alerts > 0);
}

#[test]
fn outcomes_are_counted_as_they_are_defined() {
    // Six days of a hundred events a minute, in minutes: a false alarm, an outage with a label, a short one that nobody can see, one with a label that
    // begins before the failures do, and a label without a failure.
    let failing = |n: u64| {
        (1_000..1_010).contains(&n)
            || (3_000..3_030).contains(&n)
            || n == 5_000
            || (7_000..7_030).contains(&n)
    };
    let minute = |n: u64| at(MIDNIGHT + n * 60_000);
    let samples: Vec<Sample> = (0..8_640)
        .map(|n| Sample {
            at: minute(n),
            good: if failing(n) { 50 } else { 100 },
            bad: if failing(n) { 50 } else { 0 },
        })
        .collect();
    let label = |from, to| Incident { from: minute(from), to: minute(to) };
    let incidents = [label(3_000, 3_030), label(5_000, 5_001), label(6_990, 7_030), label(8_000, 8_100)];
    let row = Row::burning("14.4".parse().unwrap(), span("1h"), span("5m"), Severity::Page);
    let policy = Policy::new("99%".parse().unwrap(), span("30d"), &[row]).unwrap();
    let outcome: Outcome =
        replay(&[policy], &samples, &incidents, ReplayOptions::default()).unwrap().remove(0);
    assert_eq!((outcome.alerts, outcome.true_alerts, outcome.precision_ppm), (2, 2, Some(1_000_000)));
    assert_eq!((outcome.detected, outcome.recall_ppm), (2, Some(500_000)));
    // 14.4% of an hour are 8.64 minutes, at a half 17.28: at the eighteenth
    assert_eq!(outcome.incidents[0].detected_after, Some(span("18m")));
    // a half, then less than 14.4% of five minutes
    assert_eq!(outcome.incidents[0].reset_after, Some(span("4m")));
    assert_eq!(outcome.incidents[1].detected_after, None);
    assert_eq!(outcome.incidents[2].detected_after, Some(span("28m")));
    assert_eq!((outcome.median_detection, outcome.longest_detection), (Some(span("18m")), Some(span("28m"))));
    // 18 minutes of a half are 900 of the 8,640 x 100 x 5 events of thirty days that the objective allows to fail a hundredth of
    assert_eq!(outcome.incidents[0].spent_before_detection_ppm, Some(20_834));
    assert_eq!(outcome.incidents[0].spent_ppm, 34_723);
    assert_eq!(outcome.evaluations, 8_640);
    assert_eq!(outcome.insufficient, 29); // until half an hour was watched

    let fast = Row::burning("5".parse().unwrap(), span("1h"), span("5m"), Severity::Page);
    let policy = Policy::new("99%".parse().unwrap(), span("30d"), &[fast]).unwrap();
    let outcome = replay(&[policy], &samples, &incidents, ReplayOptions::default()).unwrap().remove(0);
    assert_eq!((outcome.alerts, outcome.true_alerts, outcome.precision_ppm), (3, 2, Some(666_666)));
    assert_eq!(outcome.false_firing, span("9m")); // from the sixth minute to the fifteenth
}

#[test]
fn a_replay_refuses_what_cannot_be() {
    let sample = |millis| Sample { at: at(millis), good: 1, bad: 0 };
    let run = |samples: &[Sample], incidents: &[Incident], every: &str| {
        replay(&[preset(Preset::Pyrra)], samples, incidents, ReplayOptions::default().every(span(every)))
    };
    assert_eq!(run(&[sample(5), sample(5), sample(4)], &[], "1m").unwrap_err().path(), "samples[2].at");
    assert_eq!(run(&[], &[Incident { from: at(5), to: at(5) }], "1m").unwrap_err().path(), "incidents[0].to");
    assert_eq!(run(&[], &[], "9s").unwrap_err().path(), "every");
    assert_eq!(
        run(&[sample(0), sample(Timestamp::MAX.as_millis())], &[], "1m").unwrap_err().path(),
        "samples"
    );
    let nothing = run(&[], &[Incident { from: at(5), to: at(6) }], "1m").unwrap().remove(0);
    assert_eq!(
        (nothing.alerts, nothing.precision_ppm, nothing.recall_ppm, nothing.evaluations),
        (0, None, Some(0), 0)
    );
}

#[test]
fn a_state_of_another_policy_is_refused() {
    let mut state = preset(Preset::Workbook3).start();
    let error = preset(Preset::Workbook4).evaluate(&Counter::new(), at(MIDNIGHT), &mut state).unwrap_err();
    assert_eq!(error.path(), "state.rows");
}

/// Sixty events an hour that fail exactly as often as the threshold allows, looked at after each: in at most a part of `alpha` of the hours may a page be raised.
#[test]
fn evidence_keeps_its_error_probability_at_low_traffic() {
    let alpha = Probability::new(0.05).unwrap();
    let row = Row::burning("14.4".parse().unwrap(), span("1h"), span("1h"), Severity::Page);
    let plain = Policy::new("99.9%".parse().unwrap(), span("30d"), &[row]).unwrap();
    let backed = plain.clone().with_evidence(alpha);
    let hours = |failing: f64, seed: u64| {
        let mut chance = ChaCha8Rng::seed_from_u64(seed);
        let (mut counter, mut paged) = (Counter::new(), (0, 0));
        for hour in 0..1_500 {
            let mut pages = (false, false);
            for minute in 0..60 {
                let now = at(MIDNIGHT + (hour * 60 + minute) * 60_000);
                let bad = u64::from(chance.random_bool(failing));
                counter.record(now, 1 - bad, bad);
                let page = |policy: &Policy| {
                    policy.evaluate(&counter, now, &mut policy.start()).unwrap().alert() == Alert::Page
                };
                pages = (pages.0 || page(&plain), pages.1 || page(&backed));
            }
            paged = (paged.0 + u32::from(pages.0), paged.1 + u32::from(pages.1));
        }
        (f64::from(paged.0) / 1_500.0, f64::from(paged.1) / 1_500.0)
    };
    let (plain_false, backed_false) = hours(0.0144, 1);
    assert!(plain_false > 0.5, "{plain_false}"); // one failure in sixty is above 1.44%
    assert!(backed_false <= 0.05 + 3.0 * (0.05_f64 * 0.95 / 1_500.0).sqrt(), "{backed_false}");
    let (_, found) = hours(0.25, 2);
    assert!(found > 0.95, "{found}");
}

/// Events around one instant, in any order, some twice, some late, some from the future.
fn logs() -> impl Strategy<Value = Vec<(u64, u64, u64)>> {
    let time = prop_oneof![
        6 => MIDNIGHT - 2 * 3_600_000..MIDNIGHT,
        4 => MIDNIGHT - 3 * DAY..MIDNIGHT,
        2 => MIDNIGHT - 29 * DAY..MIDNIGHT,
        1 => MIDNIGHT..MIDNIGHT + 40 * DAY,
        3 => (0..5_usize, 0..40_u64, 0..3_u64).prop_map(|(tier, back, off)| MIDNIGHT - back * TIERS[tier].0 + off - 1),
    ];
    let count = prop_oneof![8 => 0..50_u64, 1 => 0..1_000_000_000_u64, 1 => Just(u64::MAX)];
    proptest::collection::vec((time, count.clone(), count), 0..100).prop_map(|mut log| {
        let twice: Vec<_> = log.iter().copied().step_by(5).collect();
        log.extend(twice);
        log
    })
}

/// The sums of a window as the spec has them: whole buckets of the tier that is meant for it.
fn summed(log: &[(u64, u64, u64)], window: u64, now: u64) -> (u64, u64) {
    let (width, _) = TIERS.into_iter().find(|(_, longest)| window <= *longest).unwrap();
    let (first, last) = ((now - window) / width, now / width);
    let inside = log.iter().filter(|(time, ..)| (first..=last).contains(&(time / width)));
    inside.fold((0, 0), |(good, bad), event| (good.saturating_add(event.1), bad.saturating_add(event.2)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Every window of every tier, at its very edges, and what follows from it.
    #[test]
    fn decisions_are_those_of_the_log(
        log in logs(),
        objective in prop_oneof![Just("50%"), Just("99.9%"), Just("99.9999%")],
        edge in (0..5_usize, 0..30_u64, 0..3_u64),
        windows in proptest::collection::vec((10_000..=30 * DAY, 1..=12_u64), 1..5),
    ) {
        let now = MIDNIGHT - edge.1 * TIERS[edge.0].0 + edge.2 - 1;
        let rows: Vec<Row> = windows.iter().map(|(long, part)| {
            let (long, short) = (*long, (long / part).max(10_000));
            let spans = (Span::from_millis(long).unwrap(), Span::from_millis(short).unwrap());
            Row::burning("1.5".parse().unwrap(), spans.0, spans.1, Severity::Page)
        }).collect();
        let objective: Objective = objective.parse().unwrap();
        let policy = Policy::new(objective, span("30d"), &rows).unwrap().with_min_coverage(Share::ZERO);
        let mut counter = Counter::new();
        for (time, good, bad) in &log {
            counter.record(at(*time), *good, *bad);
        }
        let decision = policy.evaluate(&counter, at(now), &mut policy.start()).unwrap();
        let allowed = u128::from(objective.allowed_parts_per_billion());
        let (mut any, mut unknown) = (false, false);
        for (condition, report) in policy.conditions().iter().zip(decision.rows()) {
            let mut above = [false; 2];
            let mut empty = false;
            for (n, (window, shown)) in [(condition.long(), &report.long), (condition.short(), &report.short)].into_iter().enumerate() {
                let (good, bad) = summed(&log, window.as_millis(), now);
                prop_assert_eq!((shown.reading().good(), shown.reading().bad()), (good, bad));
                let total = u128::from(good) + u128::from(bad);
                empty |= total == 0;
                above[n] = u128::from(bad) * 2_000_000_000 >= 3 * allowed * total && total > 0;
                prop_assert_eq!(shown.exceeds(), (total > 0).then_some(above[n]));
            }
            let expected = if empty { Status::InsufficientData } else if above == [true; 2] { Status::Firing } else { Status::Quiet };
            prop_assert_eq!(report.status, expected);
            any |= expected == Status::Firing;
            unknown |= empty;
        }
        let expected = if any { Alert::Page } else if unknown { Alert::InsufficientData } else { Alert::Quiet };
        prop_assert_eq!(decision.alert(), expected);
    }

    /// One failure more never calls a page off.
    #[test]
    fn more_failures_never_quieten(log in logs(), back in 0..DAY, again in 0..100_usize) {
        let policy = preset(Preset::Workbook4).with_min_coverage(Share::ZERO);
        let policy = policy.with_drop(BudgetDrop::new("5%".parse().unwrap(), span("12h"), Severity::Ticket)).unwrap();
        let mut counter = Counter::new();
        for (time, good, bad) in &log {
            counter.record(at(*time), *good, *bad);
        }
        let ask = |counter: &Counter| policy.evaluate(counter, at(MIDNIGHT - back), &mut policy.start()).unwrap().alert();
        let urgency = |alert| match alert { Alert::Page => 2, Alert::Ticket => 1, Alert::Quiet | Alert::InsufficientData => 0 };
        let before = ask(&counter);
        if let Some((time, ..)) = log.get(again) {
            counter.record(at(*time), 0, 1);
        }
        prop_assert!(urgency(ask(&counter)) >= urgency(before));
    }

    /// Whatever is asked for is a policy that can be used, or an error that says where: no sum overflows, and no division is by nothing.
    #[test]
    fn any_policy_is_an_error_or_usable(
        allowed in prop_oneof![1..1_000_000_000_u32, 1..1_000_000_u32],
        periods in (0..400 * DAY, 3_600_000..366 * DAY),
        rows in proptest::collection::vec((0..=31 * DAY, 0..=31 * DAY, any::<Option<u32>>(), any::<u32>(), 0..=Span::MAX.as_millis()), 1..3),
        drop in (0..=1_000_000_u32, 0..=31 * DAY),
        (failing, spend, reset) in (0..=1_000_000_u32, 0..=1_000_000_u32, 0..=1_000_000_u32),
        scale in prop_oneof![Just(Scale::Windows), Just(Scale::Factors)],
        counts in (prop_oneof![Just(0), Just(1), Just(u64::MAX)], prop_oneof![Just(0), Just(1), Just(u64::MAX)]),
    ) {
        let span = |millis| Span::from_millis(millis).unwrap();
        let share = |parts| Share::from_parts_per_million(parts).unwrap();
        let rows: Vec<Row> = rows.into_iter().map(|(a, b, spends, factor, pending)| {
            let (long, short) = (span(a.max(b)), span(a.min(b)));
            let row = match spends {
                Some(spends) => Row::spending(share(spends % 1_000_001), long, short, Severity::Page),
                None => Row::burning(format!("{}.{:06}", factor % (1 << (factor % 20)), 1 + factor % 1_000).parse().unwrap(), long, short, Severity::Ticket),
            };
            row.pending_for(span(pending))
        }).collect();
        let objective = Objective::from_allowed_parts_per_billion(allowed).unwrap();
        let path = |error: rampgate::Error| {
            let known = ["period", "rows", "drops", "reset"];
            assert!(known.iter().any(|name| error.path().starts_with(name)), "{error}");
        };
        let made = Policy::new(objective, span(periods.0), &rows)
            .and_then(|policy| policy.resetting_below(share(reset)))
            .and_then(|policy| policy.with_drop(BudgetDrop::new(share(drop.0), span(drop.1), Severity::Page)));
        let policies = match made {
            Err(error) => return { path(error); Ok(()) },
            Ok(policy) => [Some(policy.clone()), policy.scaled(span(periods.1), scale).map_err(path).ok()],
        };
        let mut counter = Counter::new();
        counter.record(at(MIDNIGHT), counts.0, counts.1);
        for policy in policies.into_iter().flatten() {
            let policy = policy.with_evidence(Probability::ONE_IN_TWENTY);
            for condition in policy.conditions() {
                let time = condition.time_to_fire(share(failing));
                prop_assert!(time.is_none_or(|time| time <= condition.long().saturating_add(condition.pending())));
                let reset = condition.time_to_reset(share(failing), policy.reset());
                prop_assert!(reset.is_none_or(|reset| reset <= condition.short()));
            }
            let alert = policy.time_to_alert(share(failing), Severity::Ticket);
            prop_assert_eq!(policy.spend_at_alert_ppm(share(failing), Severity::Ticket).is_some(), alert.is_some());
            prop_assert_eq!(policy.longest_delay(share(failing), share(spend), share(spend)).is_none(), failing == 0 || spend == 0);
            let decision = policy.evaluate(&counter, at(MIDNIGHT + 9), &mut policy.start()).unwrap();
            prop_assert!(counts != (0, 0) || decision.alert() == Alert::InsufficientData);
            prop_assert!(counts.1 > 0 || !matches!(decision.alert(), Alert::Page | Alert::Ticket));
        }
    }

    /// A replay tells what a service would have told that evaluated every minute.
    #[test]
    fn a_replay_is_the_evaluation_minute_by_minute(
        bursts in proptest::collection::vec((0..2_880_u64, 1..90_u64, 0..100_u64), 0..6),
        gap in (0..2_880_u64, 0..200_u64),
        hold in 0..20_u64,
    ) {
        let policy = preset(Preset::Pyrra).with_min_hold(Span::from_millis(hold * 60_000).unwrap());
        let policy = policy.with_drop(BudgetDrop::new("5%".parse().unwrap(), span("12h"), Severity::Ticket)).unwrap();
        let policy = policy.with_evidence(Probability::ONE_IN_A_THOUSAND).resetting_below("80%".parse().unwrap()).unwrap();
        let samples: Vec<Sample> = (0..2_880).filter(|n| !(gap.0..gap.0 + gap.1).contains(n)).map(|n| {
            let bad = bursts.iter().filter(|(from, lasts, _)| (*from..from + lasts).contains(&n)).map(|burst| burst.2).max();
            Sample { at: at(MIDNIGHT + n * 60_000), good: 100 - bad.unwrap_or(0), bad: bad.unwrap_or(0) }
        }).collect();
        let (mut counter, mut state) = (Counter::new(), policy.start());
        let (mut began, mut firing, mut insufficient) = (0_u64, false, 0_u64);
        let last = samples.last().unwrap().at.as_millis() + 60_000;
        let first = samples[0].at.as_millis();
        let mut rest = samples.iter().peekable();
        for now in (first + 60_000..=last).step_by(60_000) {
            while let Some(sample) = rest.next_if(|sample| sample.at < at(now)) {
                counter.record(sample.at, sample.good, sample.bad);
            }
            let alert = policy.evaluate(&counter, at(now), &mut state).unwrap().alert();
            let fires = matches!(alert, Alert::Page | Alert::Ticket);
            began += u64::from(fires && !firing);
            insufficient += u64::from(alert == Alert::InsufficientData);
            firing = fires;
        }
        let outcome = replay(&[policy], &samples, &[], ReplayOptions::default()).unwrap().remove(0);
        prop_assert_eq!((outcome.alerts, outcome.insufficient), (began, insufficient));
    }
}
