//! Replays `canary_published.json`: what other tools and the literature say about sequential and planned tests, value by value.
//!
//! Methods that are not ours say why (`not_ours`); where both can be asked the same, ours must differ, and a method for one look must be
//! narrower than ours. Values that are wrong at their source (`wrong_at_the_source`) must not be matched; a list here says which they are.

#![expect(
    clippy::cast_possible_truncation,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a replay fails by panicking, also in its helpers, and its numbers are small"
)]

use rampgate::Probability;
use rampgate::canary::classic::Comparison as RankComparison;
use rampgate::canary::group_sequential::{Comparison, Design, Sides};
use rampgate::canary::{
    Arms, Cell, Companion, CountTest, DifferenceTest, Interval, NormalMixture, OutcomeCell, RateTest,
    confidence_sequence, count_ratio_interval, difference_interval, ln_evidence_of_mismatch, mean_difference,
};
use rampgate::observe::{Counts, Events, Moments};
use serde_json::{Value, json};

/// Entries that are wrong where they come from, by their ids.
const WRONG: [u64; 6] = [196, 198, 201, 202, 338, 340];

/// Methods that nothing of ours can be asked to compare with.
const NOT_OFFERED: [&str; 21] = [
    "gamma_exponential",
    "gamma_poisson",
    "poly_stitching",
    "beta_binomial",
    "double_stitching",
    "empirical_process_lil",
    "quantile_ab",
    "betting_mart",
    "betting_cs",
    "lambda_predmix_eb",
    "predmix_hoeffding_cs",
    "predmix_empbern_cs",
    "conjmix_hoeffding",
    "conjmix_empbern",
    "multinomial_interval",
    "p_adjust",
    "TwoProportion",
    "RateRatio",
    "ksample_bernoulli",
    "ln_gamma",
    "ln_beta_of_few",
];

/// The normal point of a two-sided 5%.
const Z: f64 = 1.959_963_984_540_054;

/// One case, with its inputs by name.
struct Case(Value);

impl Case {
    fn id(&self) -> u64 {
        self.0["id"].as_u64().unwrap()
    }

    fn is_ours(&self) -> bool {
        !self.0["not_ours"].is_string()
    }

    fn input(&self, name: &str) -> f64 {
        self.0["inputs"][name].as_f64().unwrap_or_else(|| panic!("{}: no `{name}`", self.0))
    }

    fn count(&self, name: &str) -> u64 {
        self.0["inputs"][name].as_u64().unwrap_or_else(|| panic!("{}: no count `{name}`", self.0))
    }

    fn list(&self, name: &str) -> Vec<u64> {
        let list =
            self.0["inputs"][name].as_array().unwrap_or_else(|| panic!("{}: no list `{name}`", self.0));
        list.iter().map(|item| item.as_u64().unwrap()).collect()
    }

    fn is(&self, name: &str) -> bool {
        self.0["inputs"][name].as_bool().unwrap_or_else(|| panic!("{}: no flag `{name}`", self.0))
    }

    fn probability(&self, name: &str) -> Probability {
        probability(self.input(name))
    }

    fn expected(&self) -> f64 {
        self.0["expected"].as_f64().unwrap_or_else(|| panic!("{}: no number expected", self.0))
    }

    /// How far ours may be from a value.
    fn within(&self, expected: f64) -> f64 {
        match (self.0["absolute"].as_f64(), self.0["relative"].as_f64()) {
            (Some(absolute), None) => absolute,
            (None, Some(relative)) => relative * expected.abs(),
            _ => panic!("{}: one tolerance", self.0),
        }
    }

    fn agrees(&self, ours: f64, expected: f64) -> bool {
        (ours - expected).abs() <= self.within(expected)
    }

    fn near(&self, ours: f64, expected: f64) {
        assert!(self.agrees(ours, expected), "{ours}, published {expected}: {}", self.0);
    }

    /// A method that is not ours must not come out as ours does.
    fn differs(&self, ours: f64, theirs: f64) {
        assert!(!self.is_ours() && !self.agrees(ours, theirs), "{ours}, theirs {theirs}: {}", self.0);
    }

    /// An interval for one look lies inside one that may be read at any time.
    fn inside(&self, ours: Interval) {
        let theirs = |end: usize| self.0["expected"][end].as_f64().unwrap();
        let (lower, upper) = (ours.lower.unwrap(), ours.upper.unwrap());
        assert!(lower < theirs(0) && theirs(1) < upper, "{lower} to {upper}: {}", self.0);
    }

    /// A p-value for one look is below one that may be read at any time: the e-value's inverse.
    fn below(&self, ln_evidence: f64, theirs: f64) {
        let ours = f64::exp(-ln_evidence).min(1.0);
        assert!(theirs <= ours, "{ours}, theirs {theirs}: {}", self.0);
    }

    fn design(&self) -> Design {
        Design::from_json(&self.0["inputs"].to_string()).unwrap()
    }

    /// The bounds of a design with an outcome for each, beside the published ones; a null is a bound that is not finite.
    fn bounds<'a>(&'a self, ours: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
        let theirs = self.0["expected"].as_array().unwrap();
        assert_eq!(ours.len(), theirs.len(), "{}", self.0);
        ours.iter().zip(theirs).map(|(ours, theirs)| (*ours, theirs.as_f64().unwrap_or(f64::INFINITY)))
    }

    fn sides(&self) -> Sides {
        if self.0["sides"] == 2 { Sides::Two } else { Sides::One }
    }

    fn comparison(&self) -> (Comparison, Probability) {
        let comparison = Comparison::from_json(&self.0["inputs"].to_string()).unwrap();
        (comparison, probability(self.0["alpha"].as_f64().unwrap()))
    }

    /// Events and exposure of both arms.
    fn events(&self) -> Arms<Events> {
        let arm = |name| Events { units: 100, events: self.list(name)[0], exposure: self.list(name)[1] };
        Arms { canary: arm("canary"), control: arm("control") }
    }

    /// Units and failures of both arms, of which each was half.
    fn outcomes(&self) -> OutcomeCell {
        let arm = |name| Counts::new(self.list(name)[0], self.list(name)[1]).unwrap();
        OutcomeCell { rho: 0.5, canary: arm("canary"), control: arm("control") }
    }

    fn prior(&self) -> NormalMixture {
        NormalMixture::new(self.input("prior")).unwrap()
    }

    /// The two-sided bound of units that vary by 1, in standard errors.
    fn radius(&self, mixture: NormalMixture) -> f64 {
        let n = self.input("n");
        mixture.two_sided_bound(n, self.probability("alpha")) / n.sqrt()
    }
}

fn probability(value: f64) -> Probability {
    Probability::new(value).unwrap()
}

fn efficacy(design: &Design) -> Vec<f64> {
    design.looks().iter().map(|look| look.efficacy.unwrap_or(f64::INFINITY)).collect()
}

/// The normal distribution, by what a comparison finds in its true direction and in the wrong one.
fn normal_cdf(x: f64) -> f64 {
    let comparison = Comparison::means(x.abs(), 1.0).unwrap();
    let half = |sides, alpha| comparison.power(4.0, probability(alpha), sides).unwrap();
    if x < 0.0 { half(Sides::Two, 1.0 - f64::EPSILON / 2.0).1 } else { half(Sides::One, 0.5).0 }
}

fn mixtures(case: &Case, kind: &str) -> bool {
    match kind {
        "normal_log_mixture" | "normal_mixture_bound" => {
            // their one-sided mixture is tuned at twice its level
            let (one_sided, alpha) = (case.is("is_one_sided"), case.input("alpha_opt"));
            let tuned = probability(if one_sided { 2.0 * alpha } else { alpha });
            let mixture = NormalMixture::tuned(case.input("v_opt"), tuned).unwrap();
            let variance = case.input("v");
            let ours = match (kind, one_sided) {
                ("normal_log_mixture", true) => mixture.ln_evidence(case.input("s"), variance),
                ("normal_log_mixture", false) => mixture.ln_two_sided(case.input("s"), variance),
                (_, true) => mixture.bound(variance, case.probability("alpha")),
                (_, false) => mixture.two_sided_bound(variance, case.probability("alpha")),
            };
            case.near(ours, case.expected());
        }
        "sequential_t_test" | "fixed_t_test" => t_test(case, kind == "fixed_t_test"),
        "z_radius" => case.near(case.radius(case.prior()), case.expected()),
        "t_radius" => {
            let ours = case.radius(case.prior());
            case.differs(ours, case.expected());
            assert!(ours < case.expected() && case.expected() < 1.03 * ours, "{ours}: {}", case.0);
        }
        "log_t_mixture" => {
            let (n, t) = (case.input("n"), case.input("t"));
            case.differs(case.prior().ln_two_sided(t * n.sqrt(), n), case.expected());
        }
        "normal_logcdf" => {
            let (x, unit) = (case.input("x"), NormalMixture::new(1.0).unwrap());
            let ours = unit.ln_evidence(x, 0.0) - unit.ln_two_sided(x, 0.0) - core::f64::consts::LN_2;
            case.near(ours, case.expected());
        }
        "normal_cdf" => case.near(normal_cdf(case.input("x")), case.expected()),
        _ => return false,
    }
    true
}

/// Both arms of a comparison by means: their difference over its standard error.
fn t_test(case: &Case, is_fixed: bool) {
    let arm = |name| {
        let sums: Vec<f64> = case.list(name).iter().map(|sum| *sum as f64).collect();
        let (n, mean) = (sums[0], sums[1] / sums[0]);
        let variance = match sums.get(2) {
            Some(squares) => (squares - n * mean * mean) / (n - 1.0),
            None => mean * (1.0 - mean),
        };
        (n, mean, variance)
    };
    let ((n1, mean1, variance1), (n0, mean0, variance0)) = (arm("canary"), arm("control"));
    let (estimate, squared) = if case.is("relative") {
        let ratio = mean1 / mean0;
        (ratio - 1.0, (variance1 / n1 + ratio * ratio * variance0 / n0) / (mean0 * mean0))
    } else {
        (mean1 - mean0, variance1 / n1 + variance0 / n0)
    };
    let (units, error) = (n1 + n0, squared.sqrt());
    let mixture = NormalMixture::tuned(case.input("tuning"), case.probability("alpha")).unwrap();
    let radius = mixture.two_sided_bound(units, case.probability("alpha")) * error / units.sqrt();
    let evidence = mixture.ln_two_sided(estimate / error * units.sqrt(), units);
    let theirs = &case.0["expected"];
    assert!((estimate - theirs["est"].as_f64().unwrap()).abs() < 1e-14, "{estimate}: {}", case.0);
    let ends = [0, 1].map(|end| theirs["ci"][end].as_f64().unwrap());
    if is_fixed {
        assert!(estimate - radius < ends[0] && ends[1] < estimate + radius, "{radius}: {}", case.0);
        case.below(evidence, theirs["p"].as_f64().unwrap());
    } else {
        case.near(estimate - radius, ends[0]);
        case.near(estimate + radius, ends[1]);
        case.near(f64::exp(-evidence).min(1.0), theirs["p"].as_f64().unwrap());
    }
}

fn ranks(case: &Case, kind: &str) -> bool {
    let asked = || RankComparison::from_json(&case.0["inputs"].to_string()).unwrap();
    match kind {
        "mann_whitney" => {
            let (mut question, expected) = (case.0["inputs"].clone(), &case.0["expected"]);
            if question["alternative"] == "two-sided" {
                question["alternative"] = json!("two_sided");
            }
            let ours = RankComparison::from_json(&question.to_string()).unwrap();
            case.near(ours.u, expected["U1"].as_f64().unwrap());
            case.near(ours.p_value, expected["p"].as_f64().unwrap());
        }
        "hodges_lehmann" => case.near(asked().estimate, case.expected()),
        "wilcox" => {
            let (ours, theirs) = (asked(), [0, 1, 2, 3].map(|n| case.0["expected"][n].as_f64().unwrap()));
            let ends = [ours.interval.lower.unwrap(), ours.interval.upper.unwrap()];
            case.near(ours.p_value, theirs[0]);
            match case.0["solver"].as_f64() {
                None => {
                    case.near(ends[0], theirs[1]);
                    case.near(ends[1], theirs[2]);
                    case.near(ours.estimate, theirs[3]);
                }
                Some(solver) => {
                    assert!((ends[0] - theirs[1]).abs() < solver, "{ends:?}: {}", case.0);
                    assert!((ends[1] - theirs[2]).abs() < solver, "{ends:?}: {}", case.0);
                }
            }
        }
        _ => return false,
    }
    true
}

fn counts(case: &Case, kind: &str) -> bool {
    let mismatch = || ln_evidence_of_mismatch(case.input("rho"), case.count("canary"), case.count("control"));
    let five = probability(0.05);
    match kind {
        "multinomial" => {
            let (mut canary, mut control) = (0, 0);
            let batches = case.0["inputs"]["batches"].as_array().unwrap();
            for (batch, theirs) in batches.iter().zip(case.0["expected"].as_array().unwrap()) {
                control += batch[0].as_u64().unwrap();
                canary += batch[1].as_u64().unwrap();
                let odds = f64::exp(ln_evidence_of_mismatch(case.input("rho"), canary, control));
                case.near(odds, theirs[0].as_f64().unwrap());
                case.near(1.0 / odds, theirs[1].as_f64().unwrap());
            }
        }
        "poisson_odds" => case.near(f64::exp(mismatch()), case.0["expected"][0].as_f64().unwrap()),
        "mismatch" => case.near(mismatch(), case.expected()),
        "mismatch_other_prior" => case.differs(mismatch(), case.0["expected_ln"].as_f64().unwrap()),
        "chi_square_srm" | "fixed_mismatch" => case.below(mismatch(), case.expected()),
        "ln_beta" => {
            // of an even split: ln B(50 + a, 50 + b) - ln B(50, 50) + (a + b) ln 2
            let (a, b) = (case.count("a") - 50, case.count("b") - 50);
            let ln_factorial = |n: u32| (1..=n).map(|k| f64::from(k).ln()).sum::<f64>();
            let ln_prior = 2.0 * ln_factorial(49) - ln_factorial(99);
            let odds = ln_evidence_of_mismatch(0.5, a, b);
            case.near(odds + ln_prior - (a + b) as f64 * core::f64::consts::LN_2, case.expected());
        }
        "rate_harm" => {
            let cell = Cell {
                rho: case.input("rho"),
                canary_failures: case.count("canary"),
                control_failures: case.count("control"),
            };
            case.near(RateTest::harm(case.input("ratio")).unwrap().ln_evidence(&[cell]), case.expected());
        }
        "bernoulli_confidence_interval" => {
            let counts = Counts::new(case.count("num_trials"), case.count("num_successes")).unwrap();
            let ours = confidence_sequence(counts, five);
            for (ours, end) in [(ours.lower.unwrap(), 0), (ours.upper.unwrap(), 1)] {
                let theirs = case.0["expected"][end].as_f64().unwrap();
                if theirs.fract().abs() < f64::EPSILON {
                    assert!((ours - theirs).abs() < f64::EPSILON, "{ours}: {}", case.0);
                } else {
                    case.differs(ours, theirs);
                }
            }
        }
        "fixed_rate_interval" => {
            let counts = Counts::new(case.count("units"), case.count("failures")).unwrap();
            case.inside(confidence_sequence(counts, five));
        }
        "fixed_difference_interval" => {
            case.inside(difference_interval(&[case.outcomes()], None, probability(0.025)));
        }
        "fixed_rate_test" => {
            let evidence = DifferenceTest::harm(0.0).unwrap().ln_evidence(&[case.outcomes()]);
            case.below(evidence, case.0["expected"][1].as_f64().unwrap());
        }
        "fixed_count_test" => {
            case.below(CountTest::harm(1.0).unwrap().ln_evidence(&[case.events()]), case.expected());
        }
        "fixed_count_interval" => {
            let mut theirs = case.0.clone();
            theirs["expected"] = json!([theirs["expected"][1], theirs["expected"][2]]);
            Case(theirs).inside(count_ratio_interval(&[case.events()], probability(0.025)));
        }
        "means" => means(case),
        _ => return false,
    }
    true
}

/// Moments of values in thousandths that have these means, variances and covariance.
fn moments(arm: &Value) -> Moments {
    let units = arm["units"].as_u64().unwrap();
    let whole = |value: &Value| (value.as_f64().unwrap() * 1e6).round() as i128;
    let n = i128::from(units);
    let [y, x] = [0, 1].map(|of| whole(&arm["mean"][of]) / 1_000);
    let [yy, xx] = [(0, y), (1, x)].map(|(of, mean)| whole(&arm["variance"][of]) * (n - 1) + n * mean * mean);
    let yx = whole(&arm["covariance"]) * (n - 1) + n * y * x;
    Moments::from_sums(units, [n * y, n * x, yy, xx, yx]).unwrap()
}

fn means(case: &Case) {
    let arms =
        Arms { canary: moments(&case.0["inputs"]["canary"]), control: moments(&case.0["inputs"]["control"]) };
    let companion = if case.is("covariate") { Companion::Covariate } else { Companion::Ignored };
    let ours = mean_difference(&[arms], companion, probability(0.025)).unwrap();
    let theirs = |name: &str| case.0["expected"][name].as_f64().unwrap();
    case.near(ours.difference / 1e3, theirs("effect_size"));
    let relative = ours.relative.unwrap();
    assert!((relative - theirs("rel_effect_size")).abs() < 1e-12, "{relative}: {}", case.0);
    let (lower, upper) = (theirs("effect_size_ci_lower"), theirs("effect_size_ci_upper"));
    // theirs by the normal or the t distribution of some 2,000 degrees of freedom; ours is of the larger variance that both arms share in part
    let (error, plain) = (ours.standard_error / 1e3, (upper - lower) / 2.0 / Z);
    assert!(plain < error && error < 1.02 * plain, "{error}, {plain}: {}", case.0);
    let (from, to) = (ours.interval.lower.unwrap() / 1e3, ours.interval.upper.unwrap() / 1e3);
    assert!(from < lower && upper < to, "{from} to {to}: {}", case.0);
}

fn planned(case: &Case, kind: &str) -> bool {
    match kind {
        "bounds" => {
            case.bounds(&efficacy(&case.design())).for_each(|(ours, theirs)| case.near(ours, theirs));
        }
        "bounds_by_probability" => {
            for (ours, theirs) in case.bounds(&efficacy(&case.design())) {
                case.near(normal_cdf(-ours), normal_cdf(-theirs));
            }
        }
        "spent" => {
            let design = case.design();
            let spent: Vec<f64> = design.looks().iter().map(|look| look.alpha_spent).collect();
            case.bounds(&spent).for_each(|(ours, theirs)| case.near(ours, theirs));
        }
        "futility" => {
            let design = case.design();
            let futility: Vec<f64> = design.looks().iter().map(|look| look.futility.unwrap()).collect();
            case.bounds(&futility[..futility.len() - 1]).for_each(|(ours, theirs)| case.near(ours, theirs));
        }
        "last_bounds" => {
            for (looks, theirs) in
                case.0["looks"].as_array().unwrap().iter().zip(case.0["expected"].as_array().unwrap())
            {
                let mut design = case.0["inputs"].clone();
                design["looks"] = looks.clone();
                let design = Design::from_json(&design.to_string()).unwrap();
                case.near(*efficacy(&design).last().unwrap(), theirs.as_f64().unwrap());
            }
        }
        "inflation" | "expected_size" => {
            let power = probability(case.0["power"].as_f64().unwrap());
            let size = case.design().inflation(power).unwrap();
            let ours = if kind == "inflation" { size.largest } else { size.expected_effect };
            case.near(ours, case.0["expected"][0].as_f64().unwrap());
        }
        "squared_drift" => {
            case.near(case.design().drift().unwrap().powi(2), case.0["expected"][0].as_f64().unwrap());
        }
        "units" => {
            let (comparison, alpha) = case.comparison();
            let power = probability(case.0["power"].as_f64().unwrap());
            let ours = comparison.units(alpha, case.sides(), power).canary;
            if case.is_ours() {
                case.near(ours, case.expected());
            } else {
                case.differs(ours, case.expected());
                assert!((0.5..2.0).contains(&(case.expected() - ours)), "{ours}: {}", case.0);
            }
        }
        "power" => {
            let (comparison, alpha) = case.comparison();
            let (right, wrong) =
                comparison.power(case.0["total"].as_f64().unwrap(), alpha, case.sides()).unwrap();
            if case.is_ours() {
                case.near(right + wrong, case.expected());
            } else {
                case.differs(right + wrong, case.expected());
                assert!((right + wrong - case.expected()).abs() < 0.005, "{right}: {}", case.0);
            }
        }
        _ => return false,
    }
    true
}

fn cases() -> Vec<Case> {
    let vectors: Value = serde_json::from_str(include_str!("canary_published.json")).unwrap();
    assert_eq!(vectors["version"], "rampgate-canary-published-1");
    vectors["cases"].as_array().unwrap().iter().map(|case| Case(case.clone())).collect()
}

#[test]
fn every_value_that_was_published() {
    let (mut matched, mut others) = (0, 0);
    for case in cases() {
        let kind = case.0["kind"].as_str().unwrap();
        assert!(case.0["source"].is_string(), "{}", case.0);
        assert_eq!(case.0["wrong_at_the_source"].is_string(), WRONG.contains(&case.id()), "{}", case.0);
        if WRONG.contains(&case.id()) {
            continue;
        }
        let known = if NOT_OFFERED.contains(&kind) {
            !case.is_ours()
        } else {
            [mixtures, ranks, counts, planned].iter().any(|replay| replay(&case, kind))
        };
        assert!(known, "`{kind}` is replayed by nothing: {}", case.0);
        if case.is_ours() {
            matched += 1;
        } else {
            others += 1;
        }
    }
    assert_eq!((matched, others), (649, 106));
}

/// To match these would be a bug.
#[test]
fn what_is_wrong_at_its_source_is_not_matched() {
    let wrong: Vec<Case> = cases().into_iter().filter(|case| WRONG.contains(&case.id())).collect();
    assert_eq!(wrong.len(), WRONG.len());
    for case in wrong {
        if case.0["kind"] == "optimal_g" {
            let tuned = NormalMixture::tuned(case.input("n"), case.probability("alpha")).unwrap();
            let (ours, theirs) =
                (case.radius(tuned), case.radius(NormalMixture::new(case.expected()).unwrap()));
            assert!(ours < 3.1 && theirs > 50.0, "{ours}, {theirs}: {}", case.0);
            continue;
        }
        let ours = efficacy(&case.design());
        assert!(case.bounds(&ours).any(|(ours, theirs)| !case.agrees(ours, theirs)), "{ours:?}: {}", case.0);
        let far = case.bounds(&ours).filter(|(_, theirs)| theirs.is_finite());
        assert!(far.into_iter().all(|(ours, theirs)| (ours - theirs).abs() < 0.01), "{ours:?}: {}", case.0);
    }
}
