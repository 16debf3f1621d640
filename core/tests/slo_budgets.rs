//! Laws of budgets, as properties; the oracle is the plain log of events.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test fails by panicking, also in its helpers"
)]

use proptest::prelude::*;
use rampgate::slo::{
    self, Account, Adjustment, Adjustments, Answer, BudgetState, ClosedSlices, Cohort, Cohorts, Counter,
    Exclusion, IdleSlices, Interval, OpenSlo, Period, Request, Reservations, Scrape, Scraped, Scraper,
    Slicing, Standing, Terms, Treatment, Wish,
};
use rampgate::{Objective, Share, Span, Timestamp};
use std::collections::BTreeMap;

const NOON: u64 = 1_795_521_600_000;

fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(millis).unwrap()
}

fn span(millis: u64) -> Span {
    Span::from_millis(millis).unwrap()
}

fn objective(allowed: u32) -> Objective {
    Objective::from_allowed_parts_per_billion(allowed).unwrap()
}

fn objectives() -> impl Strategy<Value = u32> {
    // 50%, 99%, 99.9999%, the extremes, anything
    prop_oneof![
        Just(500_000_000_u32),
        Just(10_000_000),
        Just(1_000),
        Just(1),
        Just(999_999_999),
        1..1_000_000_000_u32
    ]
}

/// Events a millisecond long: (offset from noon, good).
fn log() -> impl Strategy<Value = BTreeMap<u64, bool>> {
    proptest::collection::btree_map(0..4_000_u64, any::<bool>(), 0..80)
}

fn intervals(log: &BTreeMap<u64, bool>) -> Vec<Interval> {
    let one = |(offset, good): (&u64, &bool)| {
        Interval::new(at(NOON + offset), at(NOON + offset + 1), u64::from(*good), u64::from(!good)).unwrap()
    };
    log.iter().map(one).collect()
}

/// a / b rounded up, for a possibly negative a.
fn up(a: i128, b: i128) -> i64 {
    i64::try_from(a.div_euclid(b) + i128::from(a.rem_euclid(b) != 0)).unwrap()
}

fn treatment() -> impl Strategy<Value = Treatment> {
    prop_oneof![Just(Treatment::Drop), Just(Treatment::CountAsGood), Just(Treatment::Freeze)]
}

/// What one millisecond of a period is.
#[derive(Clone, Copy, PartialEq)]
enum Moment {
    Outside,
    Judged(u32),
    Forgiven(u32),
    Frozen(u32),
    Dropped,
}

proptest! {
    /// Every millisecond of the period is looked at by itself, and every event of the log.
    #[test]
    fn an_account_is_what_the_log_of_events_says(
        log in log(),
        (from, length) in (0..1_500_u64, 100..2_000_u64),
        changes in proptest::collection::btree_map(1..2_000_u64, objectives(), 0..4),
        first in objectives(),
        excluded in proptest::collection::vec((0..4_000_u64, 1..700_u64, treatment()), 0..4),
        given in proptest::collection::vec((0..4_000_u64, -40..40_i64), 0..4),
        now in 0..4_000_u64,
    ) {
        let (start, end) = (NOON + from, NOON + from + length);
        let mut terms = Terms::new(Period::between(at(start), at(end)).unwrap(), objective(first));
        let mut kept = vec![(start, first)];
        for (offset, allowed) in changes {
            if start + offset < end {
                terms = terms.then(at(start + offset), objective(allowed)).unwrap();
                kept.push((start + offset, allowed));
            }
        }
        let mut exclusions = Vec::new();
        for (offset, length, treatment) in excluded {
            let period = Period::between(at(NOON + offset), at(NOON + offset + length)).unwrap();
            let exclusion = Exclusion::new(period, treatment, "drawn").unwrap();
            // An overlap is refused, and the terms stay as they were.
            if let Ok(more) = terms.clone().excluding(exclusion) {
                terms = more;
                exclusions.push((NOON + offset, NOON + offset + length, treatment));
            }
        }
        let mut ledger = Adjustments::default();
        for (n, (offset, bad)) in given.iter().enumerate() {
            let entry = Adjustment::new(at(NOON + offset), *bad, "mira", "drawn").unwrap();
            let _ = ledger.book(&n.to_string(), entry).unwrap();
        }
        let now = NOON + now;
        let moment = |time: u64| {
            if !(start..end).contains(&time) {
                return Moment::Outside;
            }
            let allowed = kept.iter().rev().find(|(since, _)| *since <= time).unwrap().1;
            match exclusions.iter().find(|(from, to, _)| (*from..*to).contains(&time)) {
                None => Moment::Judged(allowed),
                Some((.., Treatment::CountAsGood)) => Moment::Forgiven(allowed),
                Some((.., Treatment::Freeze)) => Moment::Frozen(allowed),
                Some((.., Treatment::Drop)) => Moment::Dropped,
            }
        };

        // Only the milliseconds of events are covered, so only they are watched.
        let (mut total, mut bad, mut so_far, mut watched, mut unseen) = (0_i128, 0_i128, 0_i128, 0_i128, 0_i128);
        for (offset, good) in &log {
            let time = NOON + offset;
            if let Moment::Judged(allowed) | Moment::Forgiven(allowed) = moment(time) && time <= now {
                total += 1;
                so_far += i128::from(allowed);
                bad += i128::from(!good && matches!(moment(time), Moment::Judged(_)));
                watched += i128::from(time < now);
            }
        }
        for time in start..end {
            let seen = log.contains_key(&(time - NOON)) && time < now;
            match moment(time) {
                Moment::Judged(allowed) | Moment::Forgiven(allowed) if !seen => unseen += i128::from(allowed),
                Moment::Frozen(allowed) => unseen += i128::from(allowed),
                _ => {}
            }
        }
        for (offset, more) in &given {
            if (start..end).contains(&(NOON + offset)) && NOON + offset <= now {
                bad += i128::from(*more);
            }
        }

        let account = terms.account(&intervals(&log), &ledger, at(now)).unwrap();
        let events = (total > 0).then(|| up(bad * 1_000_000_000_000_000, so_far));
        prop_assert_eq!(account.consumed_by_events_ppm(), events);
        let budget = watched * so_far + total * unseen;
        let time = (total > 0 && watched > 0).then(|| up(bad * watched * 1_000_000_000_000_000, budget));
        prop_assert_eq!(account.consumed_by_time_ppm(), time);
        prop_assert_eq!(account.remaining_by_time_ppm(), time.map(|consumed| 1_000_000 - consumed));
        let exhausted = time.is_some() && bad * watched * 1_000_000_000 >= budget;
        prop_assert_eq!(account.state() == BudgetState::Exhausted, exhausted);
        prop_assert_eq!(account.state() == BudgetState::InsufficientData, time.is_none());
        prop_assert_eq!(account.straddling(), 0);
        let counted = i128::from(account.good()) + i128::from(account.bad());
        prop_assert_eq!(counted, total);
        let (dropped, frozen) = (account.excluded().dropped, account.excluded().frozen);
        let everything = account.good() + account.bad() + dropped.0 + dropped.1 + frozen.0 + frozen.1
            + account.ahead() + account.outside();
        prop_assert_eq!(everything, log.len() as u64); // no event is lost, and none counts twice
    }

    /// One objective for the whole of a period that was watched through is the plain budget.
    #[test]
    fn an_account_of_one_objective_is_a_budget(
        allowed in objectives(),
        good in any::<u64>(),
        bad in any::<u64>(),
        watched in 1..=2_592_000_000_u64,
    ) {
        let (start, month) = (at(NOON), Counter::LONGEST_WINDOW);
        let period = Period::between(start, start.saturating_add(month)).unwrap();
        let now = start.saturating_add(span(watched));
        let seen = Interval::new(start, now, good, bad).unwrap();
        let account: Account =
            Terms::new(period, objective(allowed)).account(&[seen], &Adjustments::default(), now).unwrap();
        let reading = slo::Reading::of(month, span(watched), good, bad).unwrap();
        let budget = slo::Budget::of(objective(allowed), month, &reading).unwrap();
        prop_assert_eq!(account.consumed_by_events_ppm(), budget.consumed_by_events_ppm());
        prop_assert_eq!(account.consumed_by_time_ppm(), budget.consumed_by_time_ppm());
        prop_assert_eq!(account.state(), budget.state());
    }

    #[test]
    fn an_objective_that_is_restated_changes_nothing(
        log in log(), allowed in objectives(), change in 1..3_999_u64, now in 0..5_000_u64,
    ) {
        let once = Terms::new(Period::between(at(NOON), at(NOON + 4_000)).unwrap(), objective(allowed));
        let twice = once.clone().then(at(NOON + change), objective(allowed)).unwrap();
        let (none, now) = (Adjustments::default(), at(NOON + now));
        let (a, b) = (once.account(&intervals(&log), &none, now).unwrap(), twice.account(&intervals(&log), &none, now).unwrap());
        prop_assert_eq!(a.consumed_by_events_ppm(), b.consumed_by_events_ppm());
        prop_assert_eq!(a.consumed_by_time_ppm(), b.consumed_by_time_ppm());
        prop_assert_eq!(a.state(), b.state());
    }

    #[test]
    fn adjustments_merge_like_sets(entries in proptest::collection::vec((0..6_u8, -9..9_i64), 0..12), cut in 0..12_usize) {
        let mut ledgers = [Adjustments::default(), Adjustments::default()];
        let mut known = BTreeMap::new();
        for (n, (id, bad)) in entries.iter().enumerate() {
            let bad = *known.entry(*id).or_insert(*bad);
            let entry = Adjustment::new(at(NOON), bad, "mira", "drawn").unwrap();
            let _ = ledgers[usize::from(n >= cut)].book(&id.to_string(), entry).unwrap();
        }
        let [a, b] = ledgers;
        let (mut ab, mut ba) = (a.clone(), b.clone());
        ab.merge(&b).unwrap();
        ba.merge(&a).unwrap();
        prop_assert_eq!(&ab, &ba);
        let before = ab.clone();
        ab.merge(&b).unwrap();
        prop_assert_eq!(&ab, &before);
        let clash = Adjustment::new(at(NOON), 100, "tom", "another").unwrap();
        if let Some((id, _)) = before.iter().next() {
            let mut other = Adjustments::default();
            let _ = other.book(id, clash).unwrap();
            prop_assert!(ab.merge(&other).is_err());
            prop_assert_eq!(&ab, &before);
        }
    }

    /// Slices of a counter are those of the log, while the counter holds fine enough buckets.
    #[test]
    fn slices_of_a_counter_are_those_of_the_log(
        events in proptest::collection::vec((0..7_000_000_u64, 0..3_u64, 0..3_u64), 0..60),
        width in prop_oneof![Just(60_000_u64), Just(300_000), Just(600_000), Just(1_800_000)],
        allowed in objectives(),
        target in prop_oneof![Just(500_000_u32), Just(1_000_000), 1..=1_000_000_u32],
        idle in prop_oneof![Just(IdleSlices::Skip), Just(IdleSlices::Good), Just(IdleSlices::Bad)],
    ) {
        let mut counter = Counter::new();
        for (offset, good, bad) in &events {
            counter.record(at(NOON + offset), *good, *bad);
        }
        let (window, now) = (7_200_000, NOON + 7_200_000 + 12_345);
        let target = Share::from_parts_per_million(target).unwrap();
        let slicing = Slicing::new(span(width), target, idle).unwrap();
        let report = slicing.read(objective(allowed), &counter, span(window), at(now)).unwrap();

        let (first, end) = ((now - window) / width, now / width);
        let began = events.iter().filter(|(_, g, b)| g + b > 0).map(|(offset, ..)| (NOON + offset) / width).min();
        let mut sums = BTreeMap::new();
        for slice in first.max(began.unwrap_or(u64::MAX))..end {
            sums.insert(slice, (0_u64, 0_u64));
        }
        for (offset, good, bad) in &events {
            if let Some(sum) = sums.get_mut(&((NOON + offset) / width)) {
                *sum = (sum.0 + good, sum.1 + bad);
            }
        }
        let active: Vec<_> = sums.values().filter(|(g, b)| g + b > 0).collect();
        let good = active.iter().filter(|(g, b)| g * 1_000_000 >= u64::from(target.parts_per_million()) * (g + b)).count() as u64;
        let slices = report.slices();
        prop_assert_eq!((slices.good, slices.bad), (good, active.len() as u64 - good));
        prop_assert_eq!(slices.idle, (sums.len() - active.len()) as u64);
        prop_assert_eq!(slices.unwatched, end - first - sums.len() as u64);
        let bad_events: u64 = active.iter().map(|(_, b)| b).sum();
        let all_events: u64 = active.iter().map(|(g, b)| g + b).sum();
        prop_assert_eq!(report.events().budget().reading().bad(), bad_events);
        prop_assert_eq!(report.events().budget().reading().total(), all_events);
        // Silence is never a met objective, whatever an idle slice is taken for.
        if active.is_empty() {
            for method in [report.events(), report.ratio_slices(), report.binary_slices()] {
                let (reading, state) = (method.budget().reading(), method.budget().state());
                prop_assert_eq!(reading.good(), 0);
                prop_assert!(state == BudgetState::InsufficientData || (idle == IdleSlices::Bad && reading.bad() > 0));
            }
        }
        // Where every slice must be perfect, one bad event spoils one.
        if target == Share::ALL && bad_events > 0 {
            prop_assert!(slices.bad > 0);
        }
    }

    /// Slices that are judged now and then are those of the log, each once.
    #[test]
    fn closed_slices_are_those_of_the_log(
        events in proptest::collection::vec((0..200_u64, 0..3_u64, 0..3_u64), 1..60),
        pauses in proptest::collection::vec(1..60_u64, 1..12),
        late in 0..5_u64,
        idle in prop_oneof![Just(IdleSlices::Skip), Just(IdleSlices::Good), Just(IdleSlices::Bad)],
    ) {
        let slicing = Slicing::new("1m".parse().unwrap(), "60%".parse().unwrap(), idle).unwrap();
        let (mut counter, mut slices) = (Counter::new(), ClosedSlices::new(slicing));
        let mut waiting: Vec<_> = events.iter().filter(|(_, good, bad)| good + bad > 0).collect();
        let began = waiting.iter().map(|(minute, ..)| *minute).min();
        // Events come up to `late` minutes late, and so far behind the clock the slices are closed.
        let mut clock = 0;
        for pause in pauses.iter().chain([&300]) {
            clock += pause;
            waiting.retain(|(minute, good, bad)| {
                let arrived = minute + late < clock;
                if arrived {
                    counter.record(at(NOON + minute * 60_000 + 30_000), *good, *bad);
                }
                !arrived
            });
            let until = at(NOON + clock * 60_000).saturating_sub(span(late * 60_000 + 60_000));
            let closed = slices.close(&counter, until).unwrap();
            prop_assert_eq!(closed.missed, 0);
            prop_assert_eq!(slices.close(&counter, until).unwrap().judged, 0);
        }
        let end = clock - late - 1;
        let mut sums = BTreeMap::new();
        for (minute, good, bad) in &events {
            let sum = sums.entry(*minute).or_insert((0, 0));
            *sum = (sum.0 + good, sum.1 + bad);
        }
        sums.retain(|_, (good, bad)| *good + *bad > 0);
        let good = sums.values().filter(|(good, bad)| good * 5 >= 3 * (good + bad)).count() as u64;
        let bad = sums.len() as u64 - good;
        let silent = began.map_or(0, |began| end - began - sums.len() as u64);
        let binary = slices.binary("1d".parse().unwrap(), at(NOON + end * 60_000)).unwrap();
        let expected = match idle {
            _ if began.is_none() => (0, 0),
            IdleSlices::Skip => (good, bad),
            IdleSlices::Good => (good + silent, bad),
            IdleSlices::Bad => (good, bad + silent),
        };
        prop_assert_eq!((binary.good(), binary.bad()), expected);
        let parts = 1_000_000_000_000;
        let ratio = slices.ratio("1d".parse().unwrap(), at(NOON + end * 60_000)).unwrap();
        let bad_parts: u64 = sums.values().map(|(good, bad)| (bad * parts).div_ceil(good + bad)).sum();
        prop_assert_eq!(ratio.bad(), bad_parts + if idle == IdleSlices::Bad && began.is_some() { silent * parts } else { 0 });
    }

    /// Sources restart, scrapes are repeated and come out of order: each event counts at most once, and what is lost is what
    /// came after a life's last scrape.
    #[test]
    fn scrapes_count_each_event_once(
        steps in proptest::collection::vec((0..50_u64, 0..9_u64, prop::bool::weighted(0.2), prop::bool::weighted(0.3)), 1..40),
        names_start in any::<bool>(),
    ) {
        let (mut scraper, mut counter) = (Scraper::default(), Counter::new());
        let (mut good, mut bad, mut started, mut sent) = (0, 0, NOON, Vec::<Scrape>::new());
        let (mut counted, mut expected, mut restarts) = ((0, 0), (0, 0), 0);
        for (n, (more_good, more_bad, restart, again)) in steps.iter().enumerate() {
            let time = NOON + 30_000 * n as u64;
            if *restart && n > 0 {
                (good, bad, started) = (0, 0, time);
            }
            // Without a named start a restart shows only if a total falls, so let it: at most what was there, less one.
            let last = sent.last().map_or((0, 0), |scrape| (scrape.good(), scrape.bad()));
            let shows = names_start || (*more_good < last.0 || *more_bad < last.1);
            (good, bad) = (good + more_good, bad + more_bad);
            let scrape = Scrape::new(at(time), good, bad);
            let scrape = if names_start { scrape.started(at(started)) } else { scrape };
            let scraped = scraper.record(scrape, &mut counter).unwrap();
            match scraped {
                Scraped::Baseline => prop_assert_eq!(n, 0),
                Scraped::Counted { good, bad } => counted = (counted.0 + good, counted.1 + bad),
                Scraped::Reset { good, bad } => {
                    prop_assert!(*restart);
                    restarts += 1;
                    counted = (counted.0 + good, counted.1 + bad);
                }
                other => prop_assert!(false, "{:?}", other),
            }
            if n > 0 && (!*restart || shows) {
                expected = (expected.0 + more_good, expected.1 + more_bad);
            } else if n > 0 {
                // missed: it reads as growth beyond the old totals
                expected = (expected.0 + more_good - last.0, expected.1 + more_bad - last.1);
            }
            if *again {
                prop_assert_eq!(scraper.record(scrape, &mut counter).unwrap(), Scraped::Repeated);
                if let Some(old) = sent.first() {
                    prop_assert_eq!(scraper.record(*old, &mut counter).unwrap(), Scraped::Overtaken);
                }
            }
            sent.push(scrape);
        }
        prop_assert_eq!(counted, expected);
        prop_assert_eq!(scraper.resets(), restarts);
        let reading = counter.read("1d".parse().unwrap(), at(NOON + 30_000 * steps.len() as u64)).unwrap();
        prop_assert_eq!((reading.good(), reading.bad()), counted);
    }

    #[test]
    fn cohorts_merge_in_any_order_and_add_up(
        events in proptest::collection::vec((any::<bool>(), 0..7_000_000_u64, 0..1_000_u64, 0..50_u64), 0..60),
        parts in 1..5_usize,
    ) {
        let whole = |skip: usize, step: usize| {
            let mut cohorts = Cohorts::default();
            for (canary, offset, good, bad) in events.iter().skip(skip).step_by(step) {
                cohorts.record(if *canary { Cohort::Canary } else { Cohort::Control }, at(NOON + offset), *good, *bad);
            }
            cohorts
        };
        let once = whole(0, 1);
        let mut merged = Cohorts::default();
        for part in (0..parts).rev() {
            merged.merge(&whole(part, parts));
        }
        prop_assert_eq!(&merged, &once);
        let (objective, now) = (objective(1_000_000), at(NOON + 7_000_000));
        let report = once.report(objective, "6h".parse().unwrap(), now).unwrap();
        let reading = once.together().read("6h".parse().unwrap(), now).unwrap();
        prop_assert_eq!(reading.bad(), report.canary().bad() + report.control().bad());
        prop_assert_eq!(reading.total(), report.canary().total() + report.control().total());
        // Nothing is attributed that is not there, to within the rounding.
        if let Some(excess) = report.incremental_bad_events() {
            prop_assert!(excess <= i64::try_from(report.canary().bad()).unwrap());
            let same_rate = i128::from(report.canary().bad()) * i128::from(report.control().total())
                - i128::from(report.control().bad()) * i128::from(report.canary().total());
            prop_assert_eq!(excess, up(same_rate, i128::from(report.control().total())));
        }
    }

    /// Releases talk to the authority over a network that repeats, loses and reorders. What they believe that they may spend
    /// never exceeds the limit, and hearing a message again changes nothing.
    #[test]
    fn reservations_are_never_oversubscribed(
        limit in 0..1_000_u64,
        steps in proptest::collection::vec((0..5_usize, 0..6_u8, 0..700_u64, any::<prop::sample::Index>()), 1..120),
    ) {
        let mut book = Reservations::new(limit);
        let (mut sequences, mut ended) = ([0_u64; 5], [false; 5]);
        let mut believed: [u64; 5] = [0; 5]; // what each release was told that it may spend, and has not ended
        let mut asked: [u64; 5] = [0; 5]; // a smaller wish binds the release as soon as it is made
        let mut network: Vec<Request> = Vec::new();
        for (who, what, amount, pick) in steps {
            let name = format!("r{who}");
            let mut send = |wish: Wish, network: &mut Vec<Request>| {
                sequences[who] += 1;
                network.push(Request::new(&name, sequences[who], &name, wish).unwrap());
            };
            match what {
                0 if !ended[who] => {
                    asked[who] = amount;
                    believed[who] = believed[who].min(amount);
                    send(Wish::Reserve(amount), &mut network);
                }
                1 => {
                    // The end binds the release when it is said, whenever it is heard. It spent what it was allowed, at most.
                    let spent = amount.min(believed[who]);
                    (believed[who], ended[who]) = (0, true);
                    if spent == 0 { send(Wish::Release, &mut network) } else { send(Wish::Settle(spent), &mut network) }
                }
                2 if !network.is_empty() => {
                    network.remove(pick.index(network.len())); // lost
                }
                _ if !network.is_empty() => {
                    let request = network[pick.index(network.len())].clone(); // delivered, and maybe again
                    let before = book.clone();
                    let answer = book.apply(&request).unwrap();
                    let heard = book.clone();
                    prop_assert_eq!(book.apply(&request).unwrap(), answer);
                    prop_assert_eq!(&book, &heard);
                    if answer == Answer::Overtaken {
                        prop_assert_eq!(&book, &before);
                    }
                    prop_assert!(book.spent() + book.held() <= limit.max(before.spent() + before.held()));
                    // The answer comes back to the release that sent it, unless it has gone on since.
                    let sender = (0..5).find(|n| format!("r{n}") == heard.iter().find(|(id, _)| *id == request_id(&request)).unwrap().0).unwrap();
                    if let Answer::Granted { held, .. } = answer && !ended[sender] {
                        believed[sender] = held.min(asked[sender]);
                    }
                }
                _ => {}
            }
            let promised: u64 = believed.iter().sum();
            prop_assert!(promised + book.spent() <= limit, "{} + {} of {}", promised, book.spent(), limit);
            prop_assert!(book.overspent() == 0);
        }
        let text = serde_json::to_string(&book).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Reservations>(&text).unwrap(), &book);
        for (_, entry) in book.iter() {
            prop_assert!(!matches!(entry.standing(), Standing::Held(amount) if amount > limit));
        }
    }

    #[test]
    fn any_text_is_an_answer_or_an_error_with_paths(text in "[\\{\\[]?[ -~]{0,60}") {
        for error in [OpenSlo::from_json(&text).err(), slo::answer(&text).err()].into_iter().flatten() {
            prop_assert!(error.problems().all(|problem| !problem.path().is_empty()));
        }
    }
}

/// A counter holds slices of a minute for six hours at least; beyond, it says so instead of guessing.
#[test]
fn slices_that_a_counter_no_longer_holds_are_refused() {
    let mut counter = Counter::new();
    for minute in 0..1_000 {
        counter.record(at(NOON + minute * 60_000), 1, 0);
    }
    let now = at(NOON + 999 * 60_000);
    let read = |width: &str, window: &str| {
        let slicing = Slicing::new(width.parse().unwrap(), Share::ALL, IdleSlices::Skip).unwrap();
        slicing.read(objective(1_000), &counter, window.parse().unwrap(), now)
    };
    assert!(read("1m", "6h").is_ok() && read("5m", "1d").is_ok());
    assert_eq!(read("1m", "12h").unwrap_err().path(), "window");
    assert_eq!(read("90s", "1h").unwrap().slices().unwatched, 0);
    assert_eq!(read("5s", "1h").unwrap_err().path(), "width");
    assert_eq!(read("2h", "1h").unwrap_err().path(), "window");
    assert_eq!(read("1m", "30m").unwrap_err().path(), "window");
}

fn request_id(request: &Request) -> String {
    serde_json::to_value(request).unwrap()["reservation"].as_str().unwrap().to_owned()
}
