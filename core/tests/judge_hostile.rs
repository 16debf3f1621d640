//! The judge over tallies that no release has: nothing panics, no number is NaN, and no safety comes of nonsense.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use proptest::prelude::*;
use rampgate::canary::{
    Companion, Epoch, Finding, Guardrail, Judge, Lack, Look, Policy, Reference, Report, Verdict, Worse,
};
use rampgate::observe::{Counts, Events, Fractions, Histogram, Measure, Metric, Moments, Series, Tally};
use rampgate::{Probability, Share, Span, Timestamp};

/// Counts where things go wrong: nothing, little, the edge of exact floats, and the most there is.
fn count() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0_u64),
        0..5_u64,
        0..100_000_u64,
        (1_u64 << 53) - 2..(1_u64 << 53) + 2,
        Just(u64::MAX / 2),
        u64::MAX - 2..=u64::MAX,
        any::<u64>(),
    ]
}

fn counts() -> impl Strategy<Value = Series> {
    (count(), count()).prop_map(|(a, b)| Series::Rate(Counts::new(a.max(b), a.min(b)).unwrap()))
}

fn fractions() -> impl Strategy<Value = Series> {
    prop::collection::vec(count(), 17)
        .prop_map(|counts| Series::Fraction(serde_json::from_value::<Fractions>(counts.into()).unwrap()))
}

fn events() -> impl Strategy<Value = Series> {
    (count(), count(), count())
        .prop_map(|(units, events, exposure)| Series::Count(Events { units, events, exposure }))
}

fn histogram() -> impl Strategy<Value = Series> {
    prop::collection::vec((0..Histogram::BINS, count()), 0..8).prop_map(|bins| {
        let mut histogram = Histogram::default();
        bins.iter().for_each(|(bin, times)| histogram.record_many(Histogram::lower_edge(*bin), *times));
        Series::Distribution(histogram)
    })
}

fn moments() -> impl Strategy<Value = Series> {
    let largest = Moments::LARGEST;
    let value =
        prop_oneof![Just(0), Just(largest), Just(-largest), -9..9_i64, any::<i32>().prop_map(i64::from)];
    let pairs = prop::collection::vec((value.clone(), value), 1..6);
    (pairs, 0..400_usize, 0..45_u32).prop_map(|(pairs, units, doublings)| {
        let mut moments = Moments::default();
        for (value, companion) in pairs.iter().cycle().take(units) {
            moments.record(*value, *companion).unwrap();
        }
        // up to far more than there may be
        for _ in 0..doublings {
            let same = moments;
            moments.merge(&same);
        }
        Series::Mean(moments)
    })
}

/// A tally of the guardrails below.
fn tally() -> impl Strategy<Value = Tally> {
    (counts(), counts(), fractions(), events(), histogram(), histogram(), moments(), moments(), count())
        .prop_map(|(a, b, c, d, e, f, g, h, more)| {
            let series = vec![a, b, c, d, e, f, g, h];
            let least = series.iter().map(Series::units).max().unwrap_or(0);
            Tally::from_series(least.max(more), series, Timestamp::EPOCH).unwrap()
        })
}

fn judge() -> Judge {
    let of = |name, measure| Guardrail::of(name, measure).unwrap();
    let chance = |p: f64| Probability::new(p).unwrap();
    let quantiles = [("50%".parse().unwrap(), 1_000_000), ("99%".parse().unwrap(), 9_000_000)];
    let reference = Reference::from_quantiles(&quantiles).unwrap();
    let lower = |guardrail: Guardrail| guardrail.with_worse(Worse::Lower).unwrap();
    let guardrails = vec![
        Guardrail::new("rate").unwrap().with_ceiling(chance(0.01)).unwrap(),
        Guardrail::new("high rate").unwrap().with_reference_rate(chance(0.3)).unwrap(),
        of("fraction", Measure::Fraction),
        of("count", Measure::Count),
        of("latency", Measure::Distribution).with_reference(reference).unwrap(),
        lower(of("throughput", Measure::Distribution)),
        of("mean", Measure::Mean).with_companion(Companion::Covariate).unwrap(),
        lower(of("ratio", Measure::Mean)).with_companion(Companion::Denominator).unwrap(),
    ];
    Judge::new(Policy::default(), guardrails).unwrap()
}

#[derive(Debug)]
struct Seen {
    stage: u32,
    shares: (u32, u32),
    arms: (Tally, Tally),
}

fn seen() -> impl Strategy<Value = Seen> {
    let ppm =
        prop_oneof![Just(0_u32), Just(1), Just(500_000), Just(999_999), Just(1_000_000), 0..=1_000_000_u32];
    // stages that the plan does not have, and shares that are more than all
    (0..6_u32, (ppm.clone(), ppm), (tally(), tally())).prop_map(|(stage, shares, arms)| Seen {
        stage,
        shares,
        arms,
    })
}

fn judged(judge: &Judge, seen: &[Seen], stage: u32, stages: u32) -> (Finding, Report) {
    let share = |ppm| Share::from_parts_per_million(ppm).unwrap();
    let epochs: Vec<Epoch<'_>> = seen
        .iter()
        .map(|seen| Epoch {
            stage: seen.stage,
            segment: 0,
            canary_share: share(seen.shares.0),
            control_share: share(seen.shares.1),
            canary: &seen.arms.0,
            control: &seen.arms.1,
            references: &[],
        })
        .collect();
    let (at, stale_after) = (Timestamp::EPOCH, Span::ZERO);
    let look = Look { epochs: &epochs, stage, stages, segments: &[], at, stale_after };
    (judge.find(&look), judge.judge(&look))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn hostile_tallies_give_numbers(
        seen in prop::collection::vec(seen(), 0..5),
        stage in 0..6_u32,
        stages in 0..6_u32,
    ) {
        let (finding, report) = judged(&judge(), &seen, stage, stages);
        prop_assert_eq!(finding, report.finding);
        for number in [finding.ln_harm, finding.ln_safety, report.ln_mismatch] {
            prop_assert!(number.is_finite(), "{:?}", finding);
        }
        for guardrail in &report.guardrails {
            prop_assert!(guardrail.ln_harm.is_finite() && guardrail.ln_safety.is_finite(), "{:?}", guardrail);
            if let Some(shown) = guardrail.comparison {
                let intervals =
                    [shown.ratio_interval, shown.difference_interval, shown.intervals.canary, shown.intervals.control];
                let ends = intervals.iter().flat_map(|interval| [interval.lower, interval.upper]);
                for number in ends.chain([shown.estimates.canary, shown.estimates.control]).flatten() {
                    prop_assert!(!number.is_nan(), "{:?}", guardrail);
                }
            }
        }
        let present = seen.iter().any(|seen| seen.stage == stage && seen.arms.0.units() > 0);
        prop_assert!(present || finding.verdict != Verdict::Safe, "{:?}", finding);
    }

    /// A guardrail that is required and saw nothing keeps the release from passing, whatever the others show.
    #[test]
    fn a_required_metric_that_nobody_saw_never_passes(
        canary in tally(),
        control in tally(),
        stage in 0..3_u32,
        blank in 0..8_usize,
    ) {
        let blanked = |tally: &Tally| {
            let series = (0..8).map(|position| {
                let series = tally.series(Metric::new(position).unwrap()).unwrap();
                if position == blank { Series::new(series.measure()) } else { series.clone() }
            });
            Tally::from_series(tally.units(), series.collect(), Timestamp::EPOCH).unwrap()
        };
        let arms = (blanked(&canary), blanked(&control));
        let (finding, _) = judged(&judge(), &[Seen { stage, shares: (500_000, 500_000), arms }], stage, 3);
        let silent = matches!(finding.verdict, Verdict::Insufficient(Lack::NoData | Lack::MissingMetric));
        prop_assert!(silent || matches!(finding.verdict, Verdict::Harm | Verdict::Invalid), "{:?}", finding);
    }
}

#[test]
fn what_cannot_have_been_counted_is_refused_with_its_path() {
    let series = |text: &str| serde_json::from_str::<Series>(text).map_err(|error| error.to_string());
    for (text, named) in [
        (r#"{"rate": {"units": 3, "failures": 4}}"#, "failures"),
        (r#"{"rate": {"units": -3, "failures": 0}}"#, "-3"),
        (r#"{"rate": {"units": 1e400, "failures": 0}}"#, "number out of range"),
        (r#"{"rate": {"units": NaN, "failures": 0}}"#, "expected"),
        (r#"{"rate": {"units": 18446744073709551616, "failures": 0}}"#, "invalid type"),
        (r#"{"count": {"units": 1, "events": -1, "exposure": 2}}"#, "-1"),
        (r#"{"fraction": [1, 2]}"#, "17"),
        (
            r#"{"mean": {"units": 2, "value": 9, "companion": 0, "value_squared": 1, "companion_squared": 0, "product": 0}}"#,
            "moments",
        ),
    ] {
        let error = series(text).unwrap_err();
        assert!(error.contains(named), "{text}: {error}");
    }
    let too_many = Tally::from_counts(9, &[Counts::new(10, 0).unwrap()], Timestamp::EPOCH).unwrap_err();
    assert_eq!(too_many.path(), "metrics[0]");
    for ratio in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
        for measure in
            [Measure::Rate, Measure::Fraction, Measure::Count, Measure::Distribution, Measure::Mean]
        {
            let guardrail = || Guardrail::of("guardrail", measure).unwrap();
            let tolerated = guardrail().with_ratios(ratio, 2.0).unwrap_err();
            // what exceeds every margin is a conflict of both
            let named = if ratio == f64::INFINITY { "margin_ratio" } else { "tolerated_ratio" };
            assert_eq!(tolerated.path(), named, "{measure:?} {ratio}: {tolerated}");
            let margin = guardrail().with_ratios(1.0, ratio).unwrap_err();
            assert_eq!(margin.path(), "margin_ratio", "{measure:?} {ratio}: {margin}");
        }
        assert!(Probability::new(ratio).is_err());
    }
}
