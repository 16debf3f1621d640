use super::components::PLACED;
use super::shape::{GRID, SHAPES};
use super::*;
use crate::canary::Worse;
use crate::observe::Histogram;
use crate::quantity::{Probability, Share};
use alloc::vec;
use alloc::vec::Vec;

/// Values that stand for whole ranges of bins: `counts[i]` of them in bin `first + 20 i`.
fn histogram(first: usize, counts: &[u64]) -> Histogram {
    let mut bins = vec![0; 20 * counts.len()];
    bins.iter_mut().step_by(20).zip(counts).for_each(|(bin, count)| *bin = *count);
    Histogram::from_counts(first, &bins).unwrap()
}

fn even() -> Histogram {
    Histogram::from_counts(500, &[10; 400]).unwrap()
}

fn cell<'a>(
    rho: f64,
    canary: &'a Histogram,
    control: &'a Histogram,
    reference: Option<&'a Reference>,
) -> DistributionCell<'a> {
    DistributionCell { rho, canary, control, reference }
}

/// Both tests, with a tolerated ratio and without, in both directions, and the bins by which they shift.
fn shifted_tests() -> Vec<(DistributionTest, usize)> {
    let (harm, safety) = DistributionTest::pair(1.0, 1.1).unwrap();
    let tolerant = DistributionTest::harm(1.5).unwrap();
    // 64 log2 1.5 = 37.4 and 64 log2 1.1 = 8.8
    let each = [(harm, 0), (tolerant, 38), (safety, 8)];
    each.into_iter().flat_map(|(test, by)| [(test, by), (test.with_worse(Worse::Lower), by)]).collect()
}

fn tests() -> Vec<DistributionTest> {
    shifted_tests().into_iter().map(|(test, _)| test).collect()
}

/// One unit, in the canary with chance rho, of a value that each arm draws from three bins: the expected factor of every single bet is
/// worked out over all six outcomes, under every pair of distributions on the boundary of the null hypothesis.
#[test]
fn the_expected_factor_of_a_unit_is_one_on_the_boundary_and_less_inside() {
    let reference = Reference::from_histogram(&even()).unwrap();
    let places = [[560, 700, 880], [0, 3, 2_033], [1, 2_000, 2_032], [4, 5, 6]];
    let chances = [0.2, 0.5, 0.3];
    let nothing = Histogram::default();
    let one = |bin: usize| Histogram::from_counts(bin, &[1]).unwrap();
    for ((test, shift), reference, rho) in shifted_tests().into_iter().flat_map(|test| {
        [Some(&reference), None].into_iter().flat_map(move |r| [0.05, 0.5].map(|rho| (test, r, rho)))
    }) {
        let factors = |canary: &Histogram, control: &Histogram| -> Vec<f64> {
            let components = test.components(&cell(rho, canary, control, reference));
            let anywhere = components.anywhere.iter().flat_map(|bets| bets.iter());
            components.placed.iter().chain(anywhere).map(|gain| libm::exp(*gain)).collect()
        };
        for bins in places {
            let mut expected: Vec<f64> = Vec::new();
            for (bin, chance) in bins.into_iter().zip(chances) {
                // the canary's value is the control's, made worse by exactly the ratio: the boundary of both hypotheses
                let (lower, upper) = (bin.min(2_033 - shift), bin.max(shift));
                let (canary, control) = if test.with_worse(Worse::Higher) == test {
                    (lower + shift, lower)
                } else {
                    (upper - shift, upper)
                };
                let of_canary = factors(&one(canary), &nothing);
                let of_control = factors(&nothing, &one(control));
                expected.resize(of_canary.len(), 0.0);
                for (sum, (x1, x0)) in expected.iter_mut().zip(of_canary.iter().zip(of_control)) {
                    *sum += chance * (rho * x1 + (1.0 - rho) * x0);
                }
            }
            assert!(
                expected.iter().all(|factor| (factor - 1.0).abs() < 1e-13),
                "{test:?} {bins:?} {expected:?}"
            );
        }
    }
}

/// The bet on a value never falls (harm) or never rises (safety) as the value gets worse, and control's factor goes the other way: with
/// that, an expected factor of one on the boundary is at most one everywhere inside.
#[test]
fn bets_are_monotone_in_how_bad_a_value_is() {
    let (past, nothing) = (even(), Histogram::default());
    let reference = Reference::from_histogram(&past).unwrap();
    let (harm, safety) = DistributionTest::pair(1.0, 1.1).unwrap();
    for (test, rising) in [
        (harm, true),
        (harm.with_worse(Worse::Lower), false),
        (safety, false),
        (safety.with_worse(Worse::Lower), true),
    ] {
        for reference in [Some(&reference), None] {
            let gains = |bin: usize, in_canary: bool| {
                let one = Histogram::from_counts(bin, &[1]).unwrap();
                let (canary, control) = if in_canary { (&one, &nothing) } else { (&nothing, &one) };
                let components = test.components(&cell(0.3, canary, control, reference));
                let anywhere = components.anywhere.iter().flat_map(|bets| bets.iter()).copied();
                components.placed.iter().copied().chain(anywhere).collect::<Vec<f64>>()
            };
            for bin in (0..Histogram::BINS - 7).step_by(7) {
                for in_canary in [true, false] {
                    let pairs = gains(bin, in_canary).into_iter().zip(gains(bin + 7, in_canary));
                    let up = rising == in_canary;
                    assert!(
                        pairs.clone().all(|(a, b)| a == b || (a < b) == up),
                        "{test:?} {bin} {in_canary}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_mirror_image_is_judged_alike() {
    let mirrored = |h: &Histogram| {
        let counts: Vec<u64> = (0..Histogram::BINS).rev().map(|bin| h.count(bin)).collect();
        Histogram::from_counts(0, &counts).unwrap()
    };
    let (canary, control) = (histogram(600, &[3, 7, 9, 30, 2]), histogram(620, &[4, 8, 9, 1, 0, 5]));
    // no boundary ties with another for the median, the one rank without a mirror image of its own
    let past: Vec<u64> = (0..300).map(|bin| 5 + bin * 7 % 13).collect();
    let past = Histogram::from_counts(500, &past).unwrap();
    let reference = Reference::from_histogram(&past).unwrap();
    let opposite = Reference::from_histogram(&mirrored(&past)).unwrap();
    for test in tests() {
        let there = test.components(&cell(0.3, &canary, &control, Some(&reference)));
        let opposed = if test == test.with_worse(Worse::Higher) { Worse::Lower } else { Worse::Higher };
        let (canary, control) = (mirrored(&canary), mirrored(&control));
        let test = test.with_worse(opposed);
        let back = test.components(&cell(0.3, &canary, &control, Some(&opposite)));
        assert_eq!(there, back, "{test:?}");
    }
}

/// Multiplying every value of the canary by a power of two is what tolerating that power takes back.
#[test]
fn a_tolerated_ratio_takes_back_exactly_what_a_canary_is_slower_by() {
    let reference = Reference::from_histogram(&even()).unwrap();
    let (slower, as_slow) = (histogram(728, &[5, 6, 70, 8]), histogram(600, &[5, 6, 70, 8]));
    let control = histogram(600, &[9, 60, 7, 8]);
    for reference in [Some(&reference), None] {
        let four = DistributionTest::harm(4.0).unwrap();
        assert_eq!(four.ratio(), 4.0);
        let taken_back = four.components(&cell(0.5, &slower, &control, reference));
        let plain =
            DistributionTest::harm(1.0).unwrap().components(&cell(0.5, &as_slow, &control, reference));
        assert_eq!(taken_back, plain);
    }
}

#[test]
fn ratios_are_rounded_towards_caution_and_checked() {
    let above_two = f64::from_bits(2.0_f64.to_bits() + 1);
    let below_two = f64::from_bits(2.0_f64.to_bits() - 1);
    let harm = |ratio| DistributionTest::harm(ratio).unwrap().ratio();
    let safety = |ratio| DistributionTest::safety(ratio).unwrap().ratio();
    assert_eq!(
        (harm(1.0), harm(2.0), harm(below_two), safety(2.0), safety(above_two)),
        (1.0, 2.0, 2.0, 2.0, 2.0)
    );
    assert!(harm(above_two) > 2.02 && safety(below_two) < 1.98);
    for bad in [0.99, 0.0, -1.0, 1000.1, f64::NAN, f64::INFINITY] {
        assert!(DistributionTest::harm(bad).is_err() && DistributionTest::safety(bad).is_err(), "{bad}");
    }
    for (tolerated, margin, path) in [
        (1.0, 1.01, "margin_ratio"),
        (1.1, 1.1, "margin_ratio"),
        (1.1, 1.105, "margin_ratio"),
        (0.5, 1.1, "tolerated_ratio"),
    ] {
        assert_eq!(
            DistributionTest::pair(tolerated, margin).unwrap_err().path(),
            path,
            "{tolerated} {margin}"
        );
    }
    assert!(DistributionTest::pair(1.1, 1.13).is_ok());
}

#[test]
fn nothing_seen_or_nothing_to_compare_is_no_evidence() {
    let (empty, seen) = (Histogram::default(), even());
    let reference = Reference::from_histogram(&seen).unwrap();
    for test in tests() {
        for reference in [Some(&reference), None] {
            let components = test.components(&cell(0.5, &empty, &empty, reference));
            assert_eq!((components.ln_evidence(), components.leading_shape()), (0.0, None));
            for rho in [0.0, 1.0, -1.0, f64::NAN, f64::INFINITY] {
                assert_eq!(test.ln_evidence(&[cell(rho, &seen, &empty, reference)]), 0.0);
            }
        }
    }
    assert_eq!(Components::default().ln_evidence(), 0.0);
}

#[test]
fn huge_counts_stay_finite() {
    let reference = Reference::from_histogram(&even()).unwrap();
    let huge = Histogram::from_counts(700, &[u64::MAX]).unwrap();
    let other = Histogram::from_counts(100, &[u64::MAX]).unwrap();
    for test in tests() {
        for (canary, control) in [(&huge, &other), (&other, &huge), (&huge, &huge)] {
            for reference in [Some(&reference), None] {
                let mut sum = test.components(&cell(1e-6, canary, control, reference));
                sum.add(&test.components(&cell(0.5, canary, control, reference)));
                assert!(sum.ln_evidence().is_finite(), "{test:?}");
            }
        }
    }
    let past = Histogram::from_counts(0, &[u64::MAX / 2_034; 2_034]).unwrap();
    let reference = Reference::from_histogram(&past).unwrap();
    assert!(
        DistributionTest::harm(1.0).unwrap().ln_evidence(&[cell(0.5, &huge, &other, Some(&reference))]) > 0.0
    );
}

#[test]
fn the_leading_shape_is_where_the_difference_lies() {
    let past = Histogram::from_counts(500, &[100; 400]).unwrap();
    let reference = Reference::from_histogram(&past).unwrap();
    let harm = DistributionTest::harm(1.0).unwrap();
    let shape = |canary: &Histogram, control: &Histogram| {
        harm.components(&cell(0.5, canary, control, Some(&reference))).leading_shape()
    };
    let rising: Vec<u64> = (0..400).map(|bin| 8 + bin / 100).collect();
    let rising = Histogram::from_counts(500, &rising).unwrap();
    assert_eq!(shape(&rising, &even()), Some(Shape::Shift));
    let mut few_slow = even();
    few_slow.merge(&Histogram::from_counts(1_000, &[30]).unwrap());
    assert_eq!(shape(&few_slow, &even()), Some(Shape::Tail("0.1%".parse().unwrap())));
    assert_eq!(shape(&even(), &rising), None);
    let unplaced = harm.components(&cell(0.5, &rising, &even(), None));
    assert_eq!(unplaced.leading_shape(), Some(Shape::Anywhere));
}

#[test]
fn gains_of_epochs_add_up_inside_the_bets() {
    let reference = Reference::from_histogram(&even()).unwrap();
    let (a, b) = (histogram(600, &[3, 7, 9]), histogram(640, &[4, 8, 9]));
    let harm = DistributionTest::harm(1.0).unwrap();
    let (first, second) = (cell(0.5, &a, &b, Some(&reference)), cell(0.2, &b, &a, Some(&reference)));
    let mut sum = harm.components(&first);
    sum.add(&harm.components(&second));
    let bets =
        (0..PLACED).map(|bet| harm.components(&first).placed[bet] + harm.components(&second).placed[bet]);
    assert!(bets.eq(sum.placed));
    assert_eq!(harm.ln_evidence(&[first, second]), sum.ln_evidence());
    let total: f64 = SHAPES.iter().map(|(_, weight)| weight).sum();
    assert!((total - 1.0).abs() < 1e-15 && PLACED == 6 * GRID);
}

#[test]
fn a_reference_that_cannot_be_is_refused() {
    assert_eq!(Reference::from_histogram(&Histogram::from_counts(9, &[99]).unwrap()), None);
    let refused = |edges: Vec<u16>, counts: Vec<u64>| {
        let bytes = postcard::to_allocvec(&(edges, counts)).unwrap();
        postcard::from_bytes::<Reference>(&bytes).is_err()
    };
    assert!(!refused(vec![5], vec![50, 50]), "the form is right");
    for (edges, counts) in [
        (vec![], vec![500]),
        (vec![0], vec![50, 50]),
        (vec![2_034], vec![50, 50]),
        (vec![7, 7], vec![50, 50, 50]),
        (vec![5], vec![50, 49]),
        (vec![5], vec![500]),
        (vec![5], vec![u64::MAX, 1]),
        ((1..=36).collect(), vec![100; 37]),
    ] {
        assert!(refused(edges.clone(), counts), "{edges:?}");
    }
}

#[test]
fn quantiles_that_cannot_be_are_refused_by_their_place() {
    let share = |text: &str| -> Share { text.parse().unwrap() };
    for (quantiles, path) in [
        (vec![("50%", 5)], "quantiles"),
        (vec![("0%", 5), ("50%", 7)], "quantiles[0]"),
        (vec![("50%", 0), ("60%", 7)], "quantiles[0]"),
        (vec![("50%", 5), ("50%", 7)], "quantiles[1]"),
        (vec![("50%", 5), ("60%", 5)], "quantiles[1]"),
        (vec![("50%", 5), ("100%", 7)], "quantiles[1]"),
    ] {
        let quantiles: Vec<(Share, u64)> = quantiles.into_iter().map(|(p, v)| (share(p), v)).collect();
        assert_eq!(Reference::from_quantiles(&quantiles).unwrap_err().path(), path, "{quantiles:?}");
    }
    let extreme = [(share("0.0001%"), 1), (share("99.9999%"), u64::MAX)];
    assert!(Reference::from_quantiles(&extreme).is_ok());
}

#[test]
fn bands_close_in_on_the_quantile_and_their_ratio_on_the_ratio() {
    let alpha = Probability::ONE_IN_TWENTY;
    let share = |text: &str| -> Share { text.parse().unwrap() };
    let of = |n: u64, step: u64| {
        let mut histogram = Histogram::default();
        (1..=n).for_each(|i| histogram.record(1_000_000 + i * step / n));
        histogram
    };
    let ends = |n, level| {
        let band = quantile_band(&of(n, 1_000_000_000), share(level), alpha);
        (band.at_least.unwrap(), band.below.unwrap())
    };
    let (wide, narrow) = (ends(500, "50%"), ends(50_000, "50%"));
    assert!(wide.0 < narrow.0 && narrow.0 < 501_000_000 && 501_000_000 < narrow.1 && narrow.1 < wide.1);
    let (slow, fast) = (of(50_000, 2_000_000_000), of(50_000, 1_000_000_000));
    let ratio = quantile_ratio(&slow, &fast, share("95%"), alpha);
    assert!(ratio.lower.unwrap() > 1.9 && ratio.upper.unwrap() < 2.1 && ratio.contains(2.0), "{ratio:?}");
    let nothing = QuantileBand { at_least: None, below: None };
    assert_eq!(quantile_band(&Histogram::default(), share("50%"), alpha), nothing);
    assert_eq!(quantile_band(&slow, share("0%"), alpha), nothing);
    assert_eq!(quantile_band(&slow, share("100%"), alpha), nothing);
    assert_eq!(quantile_band(&of(100, 1_000_000), share("99.9%"), alpha).below, None);
    let huge = Histogram::from_counts(700, &[u64::MAX / 2, u64::MAX / 2]).unwrap();
    let band = quantile_band(&huge, share("25%"), alpha);
    assert_eq!(
        (band.at_least, band.below),
        (Some(Histogram::lower_edge(700)), Some(Histogram::lower_edge(701)))
    );
}
