//! Laws of designs with planned looks that hold whatever the numbers are.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use rampgate::Probability;
use rampgate::canary::group_sequential::{
    Boundary, Decision, Design, Futility, Looks, Shape, Sides, Spec, Spending,
};

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn design(alpha: f64, boundary: impl Into<Boundary>, looks: &[f64], sides: Sides) -> Design {
    let looks = Looks::new(looks).unwrap();
    Spec::new(probability(alpha), boundary, looks).with_sides(sides).design().unwrap()
}

fn efficacy(design: &Design) -> Vec<f64> {
    design.looks().iter().filter_map(|look| look.efficacy).collect()
}

/// The hardest that may be asked: errors, functions and looks at the ends of their ranges.
fn extremes() -> Vec<Design> {
    let functions = [
        Spending::OBRIEN_FLEMING,
        Spending::POCOCK,
        Spending::power(0.1).unwrap(),
        Spending::power(20.0).unwrap(),
        Spending::hwang_shih_de_cani(-20.0).unwrap(),
        Spending::hwang_shih_de_cani(20.0).unwrap(),
    ];
    let looks: [&[f64]; 5] =
        [&[1.0], &[0.001, 1.0], &[0.001, 0.002, 0.998, 0.999, 1.0], &[0.3, 0.301, 0.9, 1.0], &[0.999, 1.0]];
    let mut all = Vec::new();
    for alpha in [1e-10, 0.025, 0.5] {
        for function in functions {
            for looks in looks {
                all.extend([Sides::One, Sides::Two].map(|sides| design(alpha, function, looks, sides)));
            }
        }
    }
    all
}

#[test]
fn all_of_alpha_is_spent_and_no_more() {
    for design in extremes() {
        let alpha = design.alpha().get();
        let spent: Vec<f64> = design.looks().iter().map(|look| look.alpha_spent).collect();
        assert!(spent.is_sorted(), "{design:?}");
        let total = spent.last().unwrap();
        // the upper tail is kept to a few parts in 10^12, also where it is small
        assert!((total - alpha).abs() <= 1e-11 * alpha, "{total} of {alpha}: {design:?}");
    }
}

#[test]
fn the_p_value_at_a_bound_is_what_has_been_spent_there() {
    for design in extremes()
        .into_iter()
        .filter(|design| design.sides() == Sides::One && design.alpha().get() < 0.5)
        .step_by(2)
    {
        let mut statistics = Vec::new();
        for look in design.looks() {
            if let Some(bound) = look.efficacy.filter(|bound| *bound < 100.0) {
                let analysis = design.analyse(&[&statistics[..], &[bound]].concat()).unwrap();
                assert_eq!(analysis.decision, Decision::Efficacy);
                let conclusion = analysis.conclusion.unwrap();
                let away = (conclusion.p_value - look.alpha_spent).abs();
                assert!(away <= 1e-11 * look.alpha_spent, "{conclusion:?}, {look:?}");
                let (lower, upper) = (conclusion.interval.lower.unwrap(), conclusion.interval.upper.unwrap());
                assert!(lower <= conclusion.estimate && conclusion.estimate <= upper, "{conclusion:?}");
                assert!(lower >= -1e-9, "the design has rejected: {conclusion:?}");
            }
            statistics.push(-1.0);
        }
    }
}

#[test]
fn an_interval_leaves_out_no_effect_exactly_when_the_design_rejects() {
    for (sides, alpha) in [(Sides::One, 0.025), (Sides::Two, 0.05)] {
        let design = design(alpha, Spending::POCOCK, &[0.3, 0.6, 1.0], sides);
        for (statistics, rejects) in [
            (vec![2.5], true),
            (vec![1.0, 2.6], true),
            (vec![1.0, 1.5, 2.4], true),
            (vec![1.0, 1.5, 2.0], false),
            (vec![1.0, 0.0, -1.0], false),
        ] {
            let conclusion = design.analyse(&statistics).unwrap().conclusion.unwrap();
            assert_eq!(conclusion.interval.lower.unwrap() > 0.0, rejects, "{statistics:?}");
            assert_eq!(conclusion.p_value < alpha, rejects, "{statistics:?}");
        }
    }
}

#[test]
fn looks_as_planned_have_the_planned_bounds() {
    for design in extremes() {
        let fractions: Vec<f64> = design.looks().iter().map(|look| look.information).collect();
        assert_eq!(design.observed(&fractions).unwrap().looks(), design.looks());
        for so_far in 1..fractions.len() {
            let bounds = design.observed(&fractions[..so_far]).unwrap();
            assert_eq!(efficacy(&bounds), efficacy(&design)[..efficacy(&bounds).len()], "{so_far}");
        }
    }
}

#[test]
fn an_over_run_spends_what_is_left_and_no_more() {
    let plan = design(0.025, Spending::OBRIEN_FLEMING, &[0.5, 1.0], Sides::One);
    for last in [1.0, 1.001, 1.5, 10.0] {
        let taken = plan.observed(&[0.5, last]).unwrap();
        assert!((taken.looks()[1].alpha_spent - 0.025).abs() < 1e-15, "{last}");
    }
    let early = plan.concluded(&[0.5, 0.7]).unwrap();
    assert!((early.looks()[1].alpha_spent - 0.025).abs() < 1e-15);
    assert_eq!(early.analyse(&[0.0, 1.0]).unwrap().decision, Decision::Futility);
    let open = plan.observed(&[0.5, 0.7]).unwrap();
    assert!(open.looks()[1].alpha_spent < 0.01);
    assert_eq!(open.analyse(&[0.0, 1.0]).unwrap().decision, Decision::Continue);
}

#[test]
fn futility_by_power_and_by_drift_are_two_ways_to_say_the_same() {
    let spec = |futility: Futility| {
        let looks = Looks::new(&[0.3, 0.7, 1.0]).unwrap();
        Spec::new(probability(0.025), Spending::OBRIEN_FLEMING, looks).with_futility(futility)
    };
    for bind in [false, true] {
        let bound = |futility: Futility| if bind { futility.binding() } else { futility };
        let spending = Spending::power(2.0).unwrap();
        let by_power = spec(bound(Futility::with_power(spending, probability(0.85)))).design().unwrap();
        let drift = by_power.drift().unwrap();
        assert!((by_power.drift_for(probability(0.85)).unwrap() - drift).abs() < 1e-11);
        let by_drift = spec(bound(Futility::with_drift(spending, drift).unwrap())).design().unwrap();
        assert!((by_drift.power().unwrap() - 0.85).abs() < 1e-11);
        let end = by_power.looks().last().unwrap();
        assert_eq!(end.efficacy, end.futility, "the bounds meet at the end");
        let crossings = by_power.crossings(drift).unwrap();
        assert!((crossings.total_above + crossings.total_below - 1.0).abs() < 1e-13);
        // ignored, a bound that does not bind costs no error; obeyed, it makes the error smaller
        assert_eq!(by_power.crossings(0.0).unwrap().total_above < 0.0249, !bind);
        assert!((by_power.looks()[2].alpha_spent - 0.025).abs() < 1e-14);
    }
}

#[test]
fn a_binding_end_for_futility_is_final_and_another_is_not() {
    let futility = Futility::with_power(Spending::POCOCK, probability(0.8));
    let spec = |futility| {
        Spec::new(probability(0.025), Spending::POCOCK, Looks::equal(3).unwrap()).with_futility(futility)
    };
    let free = spec(futility).design().unwrap();
    assert_eq!(free.analyse(&[-1.0]).unwrap().decision, Decision::Futility);
    assert_eq!(free.analyse(&[-1.0, 3.0]).unwrap().decision, Decision::Efficacy);
    let bound = spec(futility.binding()).design().unwrap();
    let error = bound.analyse(&[-1.0, 3.0]).unwrap_err();
    assert_eq!(error.to_string(), "invalid `z[1]`: must not come after the trial ended at look 1, got 3");
}

#[test]
fn no_power_is_gained_from_looking() {
    let shapes = [-0.5, 0.0, 0.25, 0.5, 0.7].map(|delta| Shape::wang_tsiatis(delta).unwrap());
    for sides in [Sides::One, Sides::Two] {
        for shape in shapes {
            let one = design(0.05, shape, &[1.0], sides).inflation(probability(0.9)).unwrap();
            assert!((one.largest - 1.0).abs() < 1e-12, "{one:?}");
            let looks = [0.25, 0.5, 0.75, 1.0];
            let four = design(0.05, shape, &looks, sides).inflation(probability(0.9)).unwrap();
            assert!(four.largest > 1.0 && four.expected_effect < four.largest, "{four:?}");
        }
    }
}

#[test]
fn the_two_sides_mirror_each_other() {
    let design = design(0.05, Spending::POCOCK, &[0.2, 0.6, 1.0], Sides::Two);
    let (up, down) = (design.crossings(1.7).unwrap(), design.crossings(-1.7).unwrap());
    for (above, below) in up.above.iter().zip(&down.below) {
        assert!((above - below).abs() < 1e-14);
    }
    let (rise, fall) = (design.analyse(&[0.4, 2.9]).unwrap(), design.analyse(&[-0.4, -2.9]).unwrap());
    let (rise, fall) = (rise.conclusion.unwrap(), fall.conclusion.unwrap());
    assert!((rise.p_value - fall.p_value).abs() < 1e-14);
    assert!((rise.estimate + fall.estimate).abs() < 1e-11);
}

#[test]
fn statistics_and_drifts_out_of_range_are_refused() {
    let design = design(0.05, Spending::POCOCK, &[0.5, 1.0], Sides::Two);
    for z in [f64::NAN, f64::INFINITY, -100.1] {
        assert_eq!(design.analyse(&[0.0, z]).unwrap_err().path(), "z[1]");
        assert_eq!(design.crossings(z).unwrap_err().path(), "drift");
    }
    for power in [0.04, 0.05, 1.0 - 1e-12] {
        assert_eq!(design.drift_for(probability(power)).unwrap_err().path(), "power");
    }
    for z in [-100.0, 100.0] {
        for statistics in [vec![z], vec![0.0, z]] {
            let conclusion = design.analyse(&statistics).unwrap().conclusion.unwrap();
            assert!((0.0..=0.05).contains(&conclusion.p_value) && conclusion.estimate.is_finite());
        }
    }
}
