//! Hostile questions about budgets, and the closed forms that `slo_closed_forms.rs` leaves out, against simulations.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use proptest::prelude::*;
use rampgate::slo::burn_rate::{Alert, BudgetDrop, Frozen, Policy, Row, Severity};
use rampgate::slo::{
    self, Budget, BudgetState, Calendar, Composite, CompositeReport, Counter, Joint, Offset, OpenSlo, Period,
};
use rampgate::{ErrorKind, Objective, Probability, Share, Span, Timestamp};
use serde_json::{Value, json};

const MIDNIGHT: u64 = 1_795_478_400_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn span(millis: u64) -> Span {
    Span::from_millis(millis).unwrap()
}

/// Every question of the vectors, also those that are refused.
fn questions() -> Vec<Value> {
    let vectors: Value = serde_json::from_str(include_str!("../testdata/budgets.json")).unwrap();
    let lists = vectors.as_object().unwrap().values().filter_map(Value::as_array);
    lists.flatten().map(|case| case["question"].clone()).filter(Value::is_object).collect()
}

/// What nobody expects at any place.
fn oddities() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e308),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(""),
        json!("NaN"),
        json!("0%"),
        json!("100%"),
        json!("99.9999999%"),
        json!("50%"),
        json!("10s"),
        json!("30d"),
        json!("31d"),
        json!("\u{202e}\u{0}"),
        json!("9999-12-31T23:59:59.999Z"),
        json!("18446744073709551615"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"": null}),
    ]
}

/// Puts `odd` in the `n`th place of a document, counted from its root, or takes the place away.
fn altered(value: &mut Value, n: &mut usize, odd: Option<&Value>) -> bool {
    if *n == 0 {
        *value = odd.cloned().unwrap_or(Value::Null);
        return true;
    }
    *n -= 1;
    match value {
        Value::Array(items) => {
            if odd.is_none() && *n < items.len() {
                let _ = items.remove(*n);
                return true;
            }
            items.iter_mut().any(|item| altered(item, n, odd))
        }
        Value::Object(fields) => {
            let name = fields.keys().nth(*n).cloned();
            if let (None, Some(name)) = (odd, name) {
                fields.remove(&name);
                return true;
            }
            fields.values_mut().any(|field| altered(field, n, odd))
        }
        _ => false,
    }
}

fn places(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(places).sum(),
        Value::Object(fields) => fields.values().map(places).sum(),
        _ => 0,
    }
}

/// Whether a number in an answer is none: JSON would hold it as null in a field that is never absent, or as a float.
fn has_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_f64(),
        Value::Array(items) => items.iter().any(has_float),
        Value::Object(fields) => fields.values().any(has_float),
        _ => false,
    }
}

/// Where a clock that ran ahead has pushed the fine buckets out, evidence has no clean beginning: that is no quiet.
#[test]
fn evidence_that_cannot_be_gathered_is_insufficient_data_and_not_quiet() {
    let (long, short) = ("5h".parse().unwrap(), "2h".parse().unwrap());
    let row = Row::burning("14.4".parse().unwrap(), long, short, Severity::Page);
    let policy = Policy::new("99.9%".parse().unwrap(), "30d".parse().unwrap(), &[row]).unwrap();
    let policy = policy.with_evidence(Probability::ONE_IN_A_THOUSAND);
    let minute = |n: u64| at(MIDNIGHT + n * 60_000);
    let mut counter = Counter::new();
    for n in 0..300 {
        counter.record(minute(n), 900, 100);
    }
    let ask = |counter: &Counter| policy.evaluate(counter, minute(300), &mut policy.start()).unwrap();
    assert_eq!(ask(&counter).alert(), Alert::Page);
    for n in 0..400 {
        counter.record(minute(10_000 + n * 30), 1, 0);
    }
    let decision = ask(&counter);
    let row = &decision.rows()[0];
    assert_eq!((row.long.exceeds(), row.short.exceeds()), (Some(true), Some(true)));
    assert_eq!((decision.alert(), row.frozen), (Alert::InsufficientData, Some(Frozen::Resolution)));
}

/// Sums that no count holds are refused, for they would not be exact.
#[test]
fn joint_counts_that_add_up_to_too_much_are_refused() {
    let joint = |good: &[&str], count| Joint::new(good, count).unwrap();
    let of = |last| {
        let joint = [joint(&["a"], u64::MAX - 1), joint(&["a", "b"], last), joint(&[], 1)];
        CompositeReport::of_joint(Composite::Parallel, "50%".parse().unwrap(), &["a", "b"], &joint)
    };
    assert_eq!(of(1).unwrap().exact(), Some((u64::MAX, 1)));
    let error = of(2).unwrap_err();
    assert_eq!((error.path(), error.kind()), ("joint[1].count", ErrorKind::Range));
}

/// An indicator that no SLO refers to is told, like everything else that is not followed.
#[test]
fn an_indicator_that_nobody_uses_is_listed() {
    let document = json!([
        {"apiVersion": "openslo/v1", "kind": "SLI", "metadata": {"name": "unused"}, "spec": {"ratioMetric": {
            "good": {"metricSource": {"type": "Prometheus"}}, "total": {"metricSource": {"type": "Prometheus"}}}}},
        {"apiVersion": "openslo/v1", "kind": "SLO", "metadata": {"name": "a"}, "spec": {"indicatorRef": "used",
            "budgetingMethod": "Occurrences", "objectives": [{"target": 0.99}]}},
    ]);
    let read = OpenSlo::from_json(&document.to_string()).unwrap();
    let listed: Vec<_> = read.unhonoured.iter().map(|part| part.path.as_str()).collect();
    assert_eq!(listed, ["[0]"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// A sound question with up to three of its parts replaced or taken away is answered in whole numbers, or refused with paths.
    #[test]
    fn altered_questions_are_answered_or_refused_with_paths(
        question in prop::sample::select(questions()),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), prop::option::weighted(0.8, prop::sample::select(oddities()))), 1..4),
    ) {
        let mut question = question;
        for (place, odd) in &changes {
            let mut n = place.index(places(&question));
            prop_assert!(altered(&mut question, &mut n, odd.as_ref()));
        }
        match slo::answer(&question.to_string()) {
            Ok(answer) => prop_assert!(!has_float(&serde_json::from_str(&answer).unwrap()), "{}: {}", question, answer),
            Err(error) => {
                prop_assert!(error.problems().count() > 0);
                prop_assert!(error.problems().all(|problem| !problem.path().is_empty()), "{}: {}", question, error);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Whatever clocks do, a period of the calendar holds the time that it was asked for, and the next one begins where it ends.
    #[test]
    fn calendar_periods_hold_their_time_and_follow_one_another(
        unit in prop_oneof![Just(Calendar::Day), Just(Calendar::Week), Just(Calendar::Month), Just(Calendar::Quarter), Just(Calendar::Year)],
        first in -720..=840_i32,
        changes in proptest::collection::vec((4_u64..3_000, -180..=180_i32), 0..5),
        now in 0..10_000_u64 * 3_600_000,
    ) {
        let mut offsets = vec![Offset { since: at(MIDNIGHT), minutes: first }];
        let mut since = MIDNIGHT;
        for (hours, minutes) in changes {
            since += hours * 3_600_000;
            offsets.push(Offset { since: at(since), minutes: first + minutes });
        }
        let period = Period::calendar(unit, &offsets, at(MIDNIGHT + now)).unwrap();
        prop_assert!(period.holds(at(MIDNIGHT + now)), "{:?} {:?}", period, offsets);
        for inside in [period.from(), at(period.to().as_millis() - 1)] {
            prop_assert_eq!(Period::calendar(unit, &offsets, inside).unwrap(), period, "{:?}", offsets);
        }
        let next = Period::calendar(unit, &offsets, period.to()).unwrap();
        prop_assert_eq!(next.from(), period.to(), "{:?}", offsets);
    }
}

/// Objectives from lax to strict.
fn objectives() -> impl Strategy<Value = Objective> {
    let allowed = prop_oneof![
        Just(500_000_000_u32),
        Just(10_000_000),
        Just(1_000_000),
        Just(1_000),
        1..500_000_000_u32
    ];
    allowed.prop_map(|allowed| Objective::from_allowed_parts_per_billion(allowed).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// An absolute rule fires at the first bucket by whose end more than its share is spent.
    #[test]
    fn absolute_rules_fire_when_they_are_told_to(
        objective in objectives(),
        spends in prop_oneof![1..=1_000_000_u32, 1..=20_000_u32],
        buckets in 2..=360_u64,
        failing in prop_oneof![1 => Just(1_000_000_u32), 3 => 1..=1_000_000_u32],
    ) {
        let bucket = 10_000;
        let share = |parts| Share::from_parts_per_million(parts).unwrap();
        let hour: Span = "1h".parse().unwrap();
        // A row that only tickets, so that the rule alone pages.
        let row = Row::burning("0.000001".parse().unwrap(), hour, hour, Severity::Ticket);
        let policy = Policy::new(objective, "30d".parse().unwrap(), &[row]).unwrap();
        let rule = BudgetDrop::new(share(spends), span(buckets * bucket), Severity::Page);
        let Ok(policy) = policy.with_drop(rule) else { return Ok(()) };
        let told = policy.time_to_alert(share(failing), Severity::Page).map(Span::as_millis);

        let (mut counter, mut state) = (Counter::new(), policy.start());
        for n in 0..buckets {
            counter.record(at(MIDNIGHT + n * bucket), 1_000_000, 0);
        }
        let mut fired = None;
        for n in 0..buckets {
            let bad = u64::from(failing);
            counter.record(at(MIDNIGHT + (buckets + n) * bucket), 1_000_000 - bad, bad);
            let now = at(MIDNIGHT + (buckets + n + 1) * bucket);
            if policy.evaluate(&counter, now, &mut state).unwrap().alert() == Alert::Page {
                fired = Some((n + 1) * bucket);
                break;
            }
        }
        prop_assert_eq!(fired, told.map(|told| told.div_ceil(bucket) * bucket));
    }

    /// A pending time comes on top, and a budget is spent when it is told to be.
    #[test]
    fn pending_times_and_exhaustion_are_those_of_a_simulation(
        objective in prop_oneof![Just("99.9%"), Just("99.99%"), Just("99.9999%")],
        failing in prop_oneof![Just(1_000_000_u32), 20_000..=1_000_000_u32],
        pending in 0..40_u64,
        remaining in prop_oneof![Just(1_000_000_u32), 1..=1_000_000_u32],
    ) {
        let (bucket, hour): (u64, Span) = (10_000, "1h".parse().unwrap());
        let share = |parts| Share::from_parts_per_million(parts).unwrap();
        let row = Row::burning("14.4".parse().unwrap(), hour, hour, Severity::Page).pending_for(span(pending * bucket));
        let policy = Policy::new(objective.parse().unwrap(), hour, &[row]).unwrap();
        let (mut counter, mut state) = (Counter::new(), policy.start());
        for n in 0..360 {
            counter.record(at(MIDNIGHT + n * bucket), 1_000_000, 0);
        }
        let spent = 1_000_000 - remaining; // beforehand, of the budget of the hour
        let told = policy.time_to_alert(share(failing), Severity::Page).unwrap().as_millis();
        let lasts = policy.time_to_spend(share(failing), share(remaining)).unwrap().as_millis();
        let (mut fired, mut exhausted) = (None, None);
        for n in 0..360_u64 {
            let bad = u64::from(failing);
            counter.record(at(MIDNIGHT + (360 + n) * bucket), 1_000_000 - bad, bad);
            let now = at(MIDNIGHT + (361 + n) * bucket);
            if policy.evaluate(&counter, now, &mut state).unwrap().alert() == Alert::Page {
                fired = fired.or(Some((n + 1) * bucket));
            }
            let reading = counter.read(hour, now).unwrap();
            let budget = Budget::of(policy.objective(), hour, &reading).unwrap();
            let all = budget.consumed_by_time_ppm().unwrap() + i64::from(spent);
            if all >= 1_000_000 {
                exhausted = exhausted.or(Some((n + 1) * bucket));
            }
            prop_assert!(remaining < 1_000_000 || (budget.state() == BudgetState::Exhausted) == exhausted.is_some());
        }
        let told = told - pending * bucket;
        prop_assert_eq!(fired, Some(told.div_ceil(bucket) * bucket + pending * bucket));
        // Told down, so that nobody counts on more; a millisecond of rounding may be a bucket.
        let exhausted = exhausted.unwrap();
        prop_assert!(lasts <= exhausted && exhausted <= (lasts + 1).div_ceil(bucket) * bucket, "{} {}", lasts, exhausted);
    }
}
