// @ts-check
// Evidence and intervals: cells and options, checked and taken apart, and the names of the answers.
import {
  countEvidence as coreCountEvidence,
  countInterval as coreCountInterval,
  differenceEvidence as coreDifferenceEvidence,
  distributionEvidence as coreDistributionEvidence,
  fractionEvidence as coreFractionEvidence,
  meanEvidence as coreMeanEvidence,
  mismatchEvidence as coreMismatchEvidence,
  normalMixture as coreNormalMixture,
  quantileBand as coreQuantileBand,
  quantileRatio as coreQuantileRatio,
  rateEvidence as coreRateEvidence,
  rateInterval as coreRateInterval,
  referenceOf as coreReferenceOf,
  referenceStated as coreReferenceStated,
} from "../dist/analysis.js";
import { fields, integer, list, mistyped, number, shown, text } from "./convert.js";
import { refusal } from "./error.js";
import { counts, events, fractions, histogram, moments, reference as referenceNumbers } from "./kept.js";

/** @import * as Declared from "./analysis.js" */
/** @import { Interval } from "./index.js" */

const BOUNDS = ["tolerated", "margin", "alpha"];
const ARMS = ["canary", "control"];
/** As src/evidence.rs counts them. */
const COMPANIONS = ["ignored", "covariate", "denominator"];

/**
 * @param {readonly Declared.Cell<Declared.RateCounts>[]} cells
 * @param {Declared.RateOptions} [options]
 * @returns {Declared.RatioEvidence}
 */
export function rateEvidence(cells, options = {}) {
  const { reference, ...bounds } = asked(options, [...BOUNDS, "reference"]);
  const { rhos, arms } = shared(cells, counts);
  const rate = reference === undefined ? undefined : number("reference", reference);
  return ratio(coreRateEvidence(rhos, arms, numbers(bounds, 1, rate === undefined ? 2 : 1.1), rate));
}

/**
 * @param {readonly Declared.Cell<Declared.FractionCounts>[]} cells
 * @param {Declared.EvidenceOptions} [options]
 * @returns {Declared.RatioEvidence}
 */
export function fractionEvidence(cells, options = {}) {
  const bounds = asked(options, BOUNDS);
  const { rhos, arms } = shared(cells, fractions);
  return ratio(coreFractionEvidence(rhos, arms, numbers(bounds, 1, 2)));
}

/**
 * @param {readonly Declared.Arms<Declared.Kept<Declared.EventCounts>>[]} cells
 * @param {Declared.EvidenceOptions} [options]
 * @returns {Declared.RatioEvidence}
 */
export function countEvidence(cells, options = {}) {
  const bounds = asked(options, BOUNDS);
  return ratio(coreCountEvidence(unshared(cells, events), numbers(bounds, 1, 2)));
}

/**
 * @param {readonly Declared.Cell<Declared.RateCounts>[]} cells
 * @param {Declared.DifferenceOptions} options
 * @returns {Declared.DifferenceEvidence}
 */
export function differenceEvidence(cells, options) {
  const { reference, ...bounds } = asked(options, [...BOUNDS, "reference"]);
  const { rhos, arms } = shared(cells, counts);
  const rate = reference === undefined ? undefined : number("reference", reference);
  const [ln_harm, ln_safety, difference_interval] = JSON.parse(coreDifferenceEvidence(rhos, arms, numbers(bounds, 0, undefined), rate));
  return { ln_harm, ln_safety, difference_interval };
}

/**
 * @param {readonly Declared.Arms<Declared.Kept<Declared.MomentSums>>[]} cells
 * @param {Declared.MeanOptions} [options]
 * @returns {Declared.MeanEvidence}
 */
export function meanEvidence(cells, options = {}) {
  const { absolute = false, worse, companion = "ignored", ...bounds } = asked(options, [...BOUNDS, "absolute", "worse", "companion"]);
  if (typeof absolute !== "boolean") throw mistyped("absolute", "a boolean", absolute);
  const use = COMPANIONS.indexOf(/** @type {any} */ (companion));
  if (use < 0) throw refusal("companion", "unknown", "must be ignored, covariate or denominator", shown(companion));
  const lower = isLower(worse);
  const given = numbers(bounds, 0, absolute ? undefined : lower ? 1 - 1 / 1.1 : 0.1);
  const [harm, safety, difference] = JSON.parse(coreMeanEvidence(unshared(cells, moments), given, absolute, lower, use));
  const lack = harm.Err ?? safety.Err ?? difference.Err ?? null;
  return { ln_harm: harm.Ok ?? null, ln_safety: safety.Ok ?? null, difference: difference.Ok ?? null, lack };
}

/**
 * @param {readonly Declared.DistributionCell[]} cells
 * @param {Declared.DistributionOptions} [options]
 * @returns {Declared.DistributionEvidence}
 */
export function distributionEvidence(cells, options = {}) {
  const { worse, ...bounds } = asked(options, ["tolerated", "margin", "worse"]);
  const lower = isLower(worse);
  const { rhos, arms, all } = shared(cells, histogram, ["reference"]);
  const references = BigUint64Array.from(all.flatMap(({ reference }, place) => referenceNumbers(`cells[${place}].reference`, reference)));
  const answer = JSON.parse(coreDistributionEvidence(rhos, arms, references, numbers(bounds, 1, 1.1), lower));
  const [ln_harm, ln_safety, shape, tolerated, margin] = answer;
  return { ln_harm, ln_safety, shape, tolerated, margin };
}

/**
 * @param {Declared.Kept<Declared.RateCounts>} seen
 * @param {Declared.RateIntervalOptions} [options]
 * @returns {Declared.RateInterval}
 */
export function rateInterval(seen, options = {}) {
  const { alpha = 0.05, ceiling } = asked(options, ["alpha", "ceiling"]);
  const [units = 0n, failures = 0n] = counts("counts", seen);
  const below = ceiling === undefined ? undefined : number("ceiling", ceiling);
  const [interval, ln_below_ceiling] = JSON.parse(coreRateInterval(units, failures, number("alpha", alpha), below));
  return { interval, ln_below_ceiling };
}

/**
 * @param {Declared.Kept<Declared.EventCounts>} seen
 * @param {number} [alpha]
 * @returns {Interval}
 */
export function countInterval(seen, alpha = 0.05) {
  const [, happened = 0n, exposure = 0n] = events("events", seen);
  return JSON.parse(coreCountInterval(happened, exposure, number("alpha", alpha)));
}

/**
 * @param {number} rho
 * @param {number | bigint} canary
 * @param {number | bigint} control
 */
export function mismatchEvidence(rho, canary, control) {
  return coreMismatchEvidence(share("rho", rho), integer("canary", canary), integer("control", control));
}

/**
 * @param {Declared.Kept<Declared.HistogramCounts>} values
 * @param {string} level
 * @param {number} [alpha]
 * @returns {Declared.QuantileBand}
 */
export function quantileBand(values, level, alpha = 0.05) {
  return JSON.parse(coreQuantileBand(BigUint64Array.from(histogram("histogram", values)), text("level", level), number("alpha", alpha)));
}

/**
 * @param {Declared.Arms<Declared.Kept<Declared.HistogramCounts>>} arms
 * @param {string} level
 * @param {number} [alpha]
 * @returns {Interval}
 */
export function quantileRatio(arms, level, alpha = 0.05) {
  const { canary, control } = fields("arms", arms, ARMS);
  const [one, other] = [histogram("arms.canary", canary), histogram("arms.control", control)].map((numbers) => BigUint64Array.from(numbers));
  return JSON.parse(coreQuantileRatio(/** @type {BigUint64Array} */ (one), /** @type {BigUint64Array} */ (other), text("level", level), number("alpha", alpha)));
}

/**
 * @param {Declared.Kept<Declared.HistogramCounts>} past
 * @returns {Declared.Reference | null}
 */
export function referenceOf(past) {
  return JSON.parse(coreReferenceOf(BigUint64Array.from(histogram("past", past))));
}

/**
 * @param {Readonly<Record<string, number | bigint>>} quantiles
 * @returns {Declared.Reference}
 */
export function referenceStated(quantiles) {
  if (typeof quantiles !== "object" || quantiles === null || Array.isArray(quantiles)) throw mistyped("quantiles", "an object of values by level", quantiles);
  const levels = Object.keys(quantiles);
  const values = BigUint64Array.from(levels, (level) => integer(`quantiles["${level}"]`, quantiles[level]));
  return JSON.parse(coreReferenceStated(levels, values));
}

/**
 * @param {number} sum
 * @param {number} variance
 * @param {Declared.MixtureOptions} options
 * @returns {Declared.Mixture}
 */
export function normalMixture(sum, variance, options) {
  const { at, alpha = 0.05 } = asked(options, ["at", "alpha"]);
  const finite = (/** @type {string} */ path, /** @type {unknown} */ value) => {
    const checked = number(path, value);
    if (!Number.isFinite(checked)) throw refusal(path, "range", "must be finite", String(checked));
    return checked;
  };
  const s = finite("sum", sum);
  const v = finite("variance", variance);
  if (v < 0) throw refusal("variance", "range", "must not be negative", String(v));
  const [ln_evidence = NaN, ln_two_sided = NaN, bound = NaN, two_sided_bound = NaN] = coreNormalMixture(s, v, number("at", at), number("alpha", alpha));
  return { ln_evidence, ln_two_sided, bound, two_sided_bound };
}

/**
 * @param {unknown} options
 * @param {readonly string[]} names
 */
function asked(options, names) {
  return fields("options", options, names);
}

/**
 * What is tolerated, the margin and alpha.
 * @param {Record<string, unknown>} bounds
 * @param {number} defaultTolerated
 * @param {number | undefined} defaultMargin
 */
function numbers(bounds, defaultTolerated, defaultMargin) {
  const { tolerated = defaultTolerated, margin = defaultMargin, alpha = 0.05 } = bounds;
  if (margin === undefined) throw refusal("margin", "missing", "must be given");
  return Float64Array.of(number("tolerated", tolerated), number("margin", margin), number("alpha", alpha));
}

/** @param {unknown} worse */
function isLower(worse) {
  if (worse !== undefined && worse !== "higher" && worse !== "lower") throw refusal("worse", "unknown", "must be higher or lower", shown(worse));
  return worse === "lower";
}

/**
 * Reads what was kept of an arm.
 * @typedef {(path: string, value: unknown) => readonly bigint[]} Reader
 */

/**
 * Cells with the canary's share of the units.
 * @param {unknown} cells
 * @param {Reader} read
 * @param {readonly string[]} [others] Further fields of a cell.
 */
function shared(cells, read, others = []) {
  const { all, arms } = opened(cells, read, [...ARMS, "rho", ...others]);
  return { all, arms, rhos: Float64Array.from(all, ({ rho }, place) => share(`cells[${place}].rho`, rho)) };
}

/**
 * @param {unknown} cells
 * @param {Reader} read
 */
function unshared(cells, read) {
  return opened(cells, read, ARMS).arms;
}

/**
 * @param {unknown} cells
 * @param {Reader} read
 * @param {readonly string[]} names
 */
function opened(cells, read, names) {
  const all = Array.from(list("cells", cells, "cells"), (cell, place) => fields(`cells[${place}]`, cell, names));
  const arms = BigUint64Array.from(all.flatMap((cell, place) => ARMS.flatMap((arm) => read(`cells[${place}].${arm}`, cell[arm]))));
  return { all, arms };
}

/**
 * @param {string} path
 * @param {unknown} value
 */
function share(path, value) {
  const rho = number(path, value);
  if (!(rho > 0 && rho < 1)) throw refusal(path, "range", "must be strictly between 0 and 1", String(rho));
  return rho;
}

/**
 * @param {string} answer
 * @returns {Declared.RatioEvidence}
 */
function ratio(answer) {
  const [ln_harm, ln_safety, ratio_interval] = JSON.parse(answer);
  return { ln_harm, ln_safety, ratio_interval };
}
