//! Evidence and intervals of plain counts and sums: the tests that the judge is made of.
//!
//! A question has cells, each with the canary's share and what is kept of both arms, as the numbers that `src/read.rs` reads. What is asked comes
//! in threes: what is tolerated, the margin, alpha. Answers are JSON lists, to which `js/evidence.js` gives names.

use crate::convert::json;
use crate::error::Thrown;
use crate::read::{
    EVENTS, FRACTIONS, MOMENTS, cells, counts, events, fractions, histograms, moments, references,
};
use rampgate::canary::{
    self, Arms, Cell, Change, Companion, Components, CountTest, DifferenceTest, DistributionCell,
    DistributionTest, FractionCell, FractionTest, HighRateTest, MeanTest, NormalMixture, OutcomeCell,
    RateTest, Reference, Worse,
};
use rampgate::observe::{Histogram, Moments};
use rampgate::{Error, Probability, Share};
use wasm_bindgen::prelude::wasm_bindgen;

/// A probability that came under a name.
pub(crate) fn probability(path: &str, value: f64) -> Result<Probability, Thrown> {
    Probability::new(value).map_err(|error| Thrown::renamed(path, &error))
}

/// What is tolerated, the margin, and the level of the intervals.
fn asked(numbers: &[f64]) -> Result<(f64, f64, Probability), Thrown> {
    let mut numbers = numbers.iter().copied();
    let mut next = || numbers.next().unwrap_or(f64::NAN);
    Ok((next(), next(), probability("alpha", next())?))
}

/// A test of harm and one of safety, with what the core says of a bound under the bound's name.
fn pair<T>(harm: Result<T, Error>, safety: Result<T, Error>) -> Result<(T, T), Thrown> {
    let harm = harm.map_err(|error| Thrown::renamed("tolerated", &error))?;
    Ok((harm, safety.map_err(|error| Thrown::renamed("margin", &error))?))
}

fn outcomes(rhos: &[f64], arms: &[u64]) -> Result<Vec<OutcomeCell>, Thrown> {
    let cells = rhos.iter().zip(cells(arms, counts)?);
    Ok(cells.map(|(&rho, Arms { canary, control })| OutcomeCell { rho, canary, control }).collect())
}

/// Of failure rates: harm, safety, the ratio's interval.
///
/// # Errors
/// Cells that cannot be read; numbers that are out of range.
#[wasm_bindgen(js_name = rateEvidence)]
pub fn rate_evidence(
    rhos: &[f64],
    arms: &[u64],
    numbers: &[f64],
    reference: Option<f64>,
) -> Result<String, Thrown> {
    let outcomes = outcomes(rhos, arms)?;
    let (tolerated, margin, alpha) = asked(numbers)?;
    let cell = |cell: &OutcomeCell| Cell {
        rho: cell.rho,
        canary_failures: cell.canary.failures(),
        control_failures: cell.control.failures(),
    };
    let cells: Vec<Cell> = outcomes.iter().map(cell).collect();
    let (harm, safety) = match reference {
        None => {
            let (harm, safety) = pair(RateTest::harm(tolerated), RateTest::safety(margin))?;
            (harm.ln_evidence(&cells), safety.ln_evidence(&cells))
        }
        Some(rate) => {
            let rate = probability("reference", rate)?;
            let (harm, safety) =
                pair(HighRateTest::harm(tolerated, rate), HighRateTest::safety(margin, rate))?;
            (harm.ln_evidence(&outcomes), safety.ln_evidence(&outcomes))
        }
    };
    json(&(harm, safety, canary::ratio_interval(&cells, alpha)))
}

/// Of the difference of failure rates: harm, safety, its interval.
///
/// # Errors
/// Cells that cannot be read; numbers that are out of range.
#[wasm_bindgen(js_name = differenceEvidence)]
pub fn difference_evidence(
    rhos: &[f64],
    arms: &[u64],
    numbers: &[f64],
    reference: Option<f64>,
) -> Result<String, Thrown> {
    let cells = outcomes(rhos, arms)?;
    let (tolerated, margin, alpha) = asked(numbers)?;
    let reference = reference.map(|rate| probability("reference", rate)).transpose()?;
    let (harm, safety) = pair(DifferenceTest::harm(tolerated), DifferenceTest::safety(margin))?;
    let evidence =
        |test: DifferenceTest| reference.map_or(test, |rate| test.with_reference(rate)).ln_evidence(&cells);
    json(&(evidence(harm), evidence(safety), canary::difference_interval(&cells, reference, alpha)))
}

/// Of failing shares: harm, safety, the ratio's interval.
///
/// # Errors
/// Cells that cannot be read; numbers that are out of range.
#[wasm_bindgen(js_name = fractionEvidence)]
pub fn fraction_evidence(rhos: &[f64], arms: &[u64], numbers: &[f64]) -> Result<String, Thrown> {
    let cells = rhos.iter().zip(cells(arms, |numbers: &[u64; FRACTIONS]| Ok(fractions(numbers)))?);
    let cells: Vec<FractionCell> =
        cells.map(|(&rho, Arms { canary, control })| FractionCell { rho, canary, control }).collect();
    let (tolerated, margin, alpha) = asked(numbers)?;
    let (harm, safety) = pair(FractionTest::harm(tolerated), FractionTest::safety(margin))?;
    let interval = canary::fraction_ratio_interval(&cells, alpha);
    json(&(harm.ln_evidence(&cells), safety.ln_evidence(&cells), interval))
}

/// Of events by exposure: harm, safety, the ratio's interval.
///
/// # Errors
/// Cells that cannot be read; numbers that are out of range.
#[wasm_bindgen(js_name = countEvidence)]
pub fn count_evidence(arms: &[u64], numbers: &[f64]) -> Result<String, Thrown> {
    let epochs = cells(arms, |numbers: &[u64; EVENTS]| Ok(events(numbers)))?;
    let (tolerated, margin, alpha) = asked(numbers)?;
    let (harm, safety) = pair(CountTest::harm(tolerated), CountTest::safety(margin))?;
    let interval = canary::count_ratio_interval(&epochs, alpha);
    json(&(harm.ln_evidence(&epochs), safety.ln_evidence(&epochs), interval))
}

/// Of means: harm, safety, the difference; each either an answer or why there is none.
///
/// # Errors
/// Cells that cannot be read; numbers that are out of range.
#[wasm_bindgen(js_name = meanEvidence)]
pub fn mean_evidence(
    arms: &[u64],
    numbers: &[f64],
    absolute: bool,
    lower_is_worse: bool,
    companion: u32,
) -> Result<String, Thrown> {
    let epochs = arms_of_means(arms)?;
    let (tolerated, margin, alpha) = asked(numbers)?;
    let change = if absolute { Change::Absolute } else { Change::Relative };
    let worse = worse(lower_is_worse);
    let companion = match companion {
        0 => Companion::Ignored,
        1 => Companion::Covariate,
        _ => Companion::Denominator,
    };
    let (harm, safety) =
        pair(MeanTest::harm(worse, change(tolerated)), MeanTest::safety(worse, change(margin)))?;
    let evidence = |test: MeanTest| test.with_companion(companion).ln_evidence(&epochs);
    json(&(evidence(harm), evidence(safety), canary::mean_difference(&epochs, companion, alpha)))
}

fn arms_of_means(numbers: &[u64]) -> Result<Vec<Arms<Moments>>, Thrown> {
    let arm = |place: usize, name: &str, numbers: &[u64; MOMENTS]| {
        let unread =
            || Thrown::unread(&format!("cells[{place}].{name}"), "must be sums that some values have");
        moments(numbers).ok_or_else(unread)
    };
    let both = numbers.as_chunks().0.as_chunks().0.iter().enumerate();
    both.map(|(place, [canary, control])| {
        Ok(Arms { canary: arm(place, "canary", canary)?, control: arm(place, "control", control)? })
    })
    .collect()
}

/// Of distributions: harm, safety, the shape that shows most harm, and the ratios that were tested. A cell without a reference has an empty one.
///
/// # Errors
/// Cells that cannot be read; numbers that are out of range.
#[wasm_bindgen(js_name = distributionEvidence)]
pub fn distribution_evidence(
    rhos: &[f64],
    arms: &[u64],
    given: &[u64],
    numbers: &[f64],
    lower_is_worse: bool,
) -> Result<String, Thrown> {
    let arm = |number: usize| {
        format!("cells[{}].{}", number / 2, if number.is_multiple_of(2) { "canary" } else { "control" })
    };
    let arms = histograms(arms, arm)?;
    let references = references(given)?;
    let (tolerated, margin, _) = asked(numbers)?;
    let (harm, safety) = pair(DistributionTest::harm(tolerated), DistributionTest::safety(margin))?;
    let gains = |test: DistributionTest| {
        let test = test.with_worse(worse(lower_is_worse));
        let mut sum = Components::default();
        for ((&rho, [canary, control]), reference) in rhos.iter().zip(arms.as_chunks().0).zip(&references) {
            let reference = reference.as_ref();
            sum.add(&test.components(&DistributionCell { rho, canary, control, reference }));
        }
        sum
    };
    let found = gains(harm);
    let evidence = (found.ln_evidence(), gains(safety).ln_evidence());
    json(&(evidence.0, evidence.1, found.leading_shape(), harm.ratio(), safety.ratio()))
}

const fn worse(lower_is_worse: bool) -> Worse {
    if lower_is_worse { Worse::Lower } else { Worse::Higher }
}

/// Where a failure rate lies, and the evidence that it is below a ceiling.
///
/// # Errors
/// More failures than units; numbers that are no probabilities.
#[wasm_bindgen(js_name = rateInterval)]
pub fn rate_interval(units: u64, failures: u64, alpha: f64, ceiling: Option<f64>) -> Result<String, Thrown> {
    let counts = counts(&[units, failures]).map_err(|error| Thrown::renamed("counts.failures", &error))?;
    let ceiling = ceiling.map(|rate| probability("ceiling", rate)).transpose()?;
    let interval = canary::confidence_sequence(counts, probability("alpha", alpha)?);
    json(&(interval, ceiling.map(|ceiling| canary::ln_evidence_below(ceiling, counts))))
}

/// Where events by exposure lie, as JSON.
///
/// # Errors
/// An alpha that is no probability.
#[wasm_bindgen(js_name = countInterval)]
pub fn count_interval(seen: u64, exposure: u64, alpha: f64) -> Result<String, Thrown> {
    json(&canary::count_interval(events(&[0, seen, exposure]), probability("alpha", alpha)?))
}

/// Evidence that units did not fall into the arms by the stated share.
#[wasm_bindgen(js_name = mismatchEvidence)]
#[must_use]
pub fn mismatch_evidence(rho: f64, canary: u64, control: u64) -> f64 {
    canary::ln_evidence_of_mismatch(rho, canary, control)
}

/// Where a quantile of one arm lies, as JSON.
///
/// # Errors
/// A level that is no share; an alpha that is no probability.
#[wasm_bindgen(js_name = quantileBand)]
pub fn quantile_band(histogram: &[u64], level: &str, alpha: f64) -> Result<String, Thrown> {
    let histogram = one(histogram, "histogram")?;
    json(&canary::quantile_band(&histogram, share(level)?, probability("alpha", alpha)?))
}

/// Where the ratio of a quantile lies, as JSON.
///
/// # Errors
/// As [`quantile_band`].
#[wasm_bindgen(js_name = quantileRatio)]
pub fn quantile_ratio(canary: &[u64], control: &[u64], level: &str, alpha: f64) -> Result<String, Thrown> {
    let (canary, control) = (one(canary, "arms.canary")?, one(control, "arms.control")?);
    json(&canary::quantile_ratio(&canary, &control, share(level)?, probability("alpha", alpha)?))
}

fn one(numbers: &[u64], path: &str) -> Result<Histogram, Thrown> {
    Ok(histograms(numbers, |_| path.into())?.into_iter().next().unwrap_or_default())
}

fn share(level: &str) -> Result<Share, Thrown> {
    level.parse().map_err(|error| Thrown::renamed("level", &error))
}

/// The reference of a past histogram, as JSON; `null` where it holds too little.
///
/// # Errors
/// A histogram that cannot be read.
#[wasm_bindgen(js_name = referenceOf)]
pub fn reference_of(past: &[u64]) -> Result<String, Thrown> {
    json(&Reference::from_histogram(&one(past, "past")?))
}

/// The reference of quantiles, as JSON; levels and values are in the same order.
///
/// # Errors
/// Levels that are no shares; quantiles that do not ascend.
#[wasm_bindgen(js_name = referenceStated)]
#[expect(clippy::needless_pass_by_value, reason = "lists of texts come by value")]
pub fn reference_stated(levels: Vec<String>, values: &[u64]) -> Result<String, Thrown> {
    let shares = levels.iter().enumerate().map(|(place, level)| {
        level.parse().map_err(|error| Thrown::renamed(&format!("quantiles[{place}]"), &error))
    });
    let shares: Vec<Share> = shares.collect::<Result<_, _>>()?;
    let mut quantiles: Vec<(Share, u64)> = shares.into_iter().zip(values.iter().copied()).collect();
    quantiles.sort_by_key(|(share, _)| *share);
    json(&Reference::from_quantiles(&quantiles)?)
}

/// Of a sum with a known variance: the one-sided and the two-sided evidence that it drifts, and the sums at which each would reach 1/alpha.
///
/// # Errors
/// Numbers that are out of range.
#[wasm_bindgen(js_name = normalMixture)]
pub fn normal_mixture(sum: f64, variance: f64, at: f64, alpha: f64) -> Result<Vec<f64>, Thrown> {
    let alpha = probability("alpha", alpha)?;
    let mixture = NormalMixture::tuned(at, alpha).map_err(|error| Thrown::renamed("at", &error))?;
    let evidence = [mixture.ln_evidence(sum, variance), mixture.ln_two_sided(sum, variance)];
    let bounds = [mixture.bound(variance, alpha), mixture.two_sided_bound(variance, alpha)];
    Ok(evidence.into_iter().chain(bounds).collect())
}
