/**
 * Statistics beside a release: what is kept of a metric, evidence and intervals of plain counts and sums, trials with planned looks, and Kayenta's
 * judge for migrations. A WebAssembly module of its own. Fields of answers are named as in the other languages' JSON.
 *
 * Evidence is the natural logarithm of an e-value: ln(1/alpha) or more is a decision at level alpha, whenever it is read. Intervals are confidence
 * sequences, each end at level alpha. Values of distributions and means are whole thousandths of the metric's unit; see {@link nanoseconds}.
 */

import type { Arms, Interval, Measure, Measured, MeanLack } from "./index.js";

export { RampgateError, nanoseconds, version } from "./index.js";
export type { Arms, ErrorCode, Interval, Measure, Measured, MeanLack, Measurement, Problem } from "./index.js";

/* ---- What is kept of a metric ---- */

/** A count: a safe integer, or a bigint of 64 bits. */
export type Count = number | bigint;

/** Something with exact JSON text, that text, or the same as an object. */
export type Kept<T> = string | T | { toJson(): string };

export interface RateCounts {
  readonly units: Count;
  readonly failures: Count;
}
export interface EventCounts {
  readonly units: Count;
  readonly events: Count;
  readonly exposure: Count;
}
/** Units by the share of their requests that failed, in sixteenths rounded up: 17 counts, from none to all. */
export type FractionCounts = readonly Count[];
/** Values by bin: the first bin that holds any, and the counts from there. */
export interface HistogramCounts {
  readonly first: Count;
  readonly counts: readonly Count[];
}
/** Sums over units; the last five are of 128 bits. */
export interface MomentSums {
  readonly units: Count;
  readonly value: Count;
  readonly companion: Count;
  readonly value_squared: Count;
  readonly companion_squared: Count;
  readonly product: Count;
}

/** Where a quantile lies: at least, and below; null in the last bin, which has no end. */
export interface Quantile {
  readonly at_least: number;
  readonly below: number | null;
}

/** Values by bin, 2^(1/64) apart, the same bins everywhere. Numbers above 2^53 are rounded, but in `toJson`. */
export class Histogram {
  constructor(json?: Kept<HistogramCounts>);
  /** Counts a value of thousandths, such as nanoseconds, so many times; once if left out. */
  record(value: Count, times?: Count): void;
  /** Adds another histogram, bin by bin. */
  merge(other: Histogram): void;
  get units(): number;
  /** Where the quantile of a level such as `"95%"` of everything recorded lies; null where nothing was. */
  quantile(level: string): Quantile | null;
  counts(): { readonly first: number; readonly counts: readonly number[] };
  toJson(): string;
  /** Gives the module's memory back. Safe to call twice; every other call is an error afterwards. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The bin of a value, and the smallest value of that bin. */
export function binOf(value: Count): Bin;
export interface Bin {
  readonly bin: number;
  readonly at_least: number;
}

/** Sums of values and of their companions, from -2^40 to 2^40 thousandths each. */
export class Moments {
  constructor(json?: Kept<MomentSums>);
  record(value: Count, companion?: Count): void;
  merge(other: Moments): void;
  get units(): number;
  /** In thousandths; null without units. */
  get mean(): number | null;
  get companionMean(): number | null;
  /** Sample variance; null with fewer than two units. */
  get variance(): number | null;
  toJson(): string;
  /** See {@link Histogram.free}. */
  free(): void;
  [Symbol.dispose](): void;
}

/** One unit's window of requests, of which one outcome is made: a unit is one bet, whatever it sent. Close windows of both arms by the same rule. */
export class Session {
  constructor();
  /** Counts one request, with its latency in nanoseconds, or its size in thousandths. */
  add(failed: boolean, latency: Count): void;
  get failed(): number;
  get requests(): number;
  /** The largest latency; null without requests. */
  get worst(): number | null;
  /** The geometric mean of the latencies, as the lower edge of its bin; null without requests. */
  get geometricMean(): number | null;
  /** See {@link Histogram.free}. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The outcomes of one arm, as a release keeps them. */
export class Tally {
  /** @param measures What each metric observes, by name. */
  constructor(measures: Readonly<Record<string, Measure>>);
  /** As {@link Release.record} of rampgate. */
  record(atMs: number, failed?: readonly string[], missing?: readonly string[], measured?: Measured): void;
  merge(other: Tally): void;
  /** A tally from its bytes, which hold no names: `measures` are those that it was made with. */
  static fromBytes(measures: Readonly<Record<string, Measure>>, data: Uint8Array): Tally;
  /** The tally's bytes: the same for the same units, in whatever order they came, and in every language. */
  toBytes(): Uint8Array;
  get units(): number;
  /** What is kept of one metric, as the JSON text that the functions below take. */
  series(name: string): string;
  toJson(): string;
  /** See {@link Histogram.free}. */
  free(): void;
  [Symbol.dispose](): void;
}

/* ---- Evidence and intervals ---- */

/** Both arms while one share was in force. Never pool cells of different shares. */
export interface Cell<T> extends Arms<Kept<T>> {
  /** The canary's share of the units of both arms, strictly between 0 and 1. */
  readonly rho: number;
}

/** Beyond `tolerated` is harm, within `margin` is safe. */
export interface EvidenceOptions {
  /** 1 if left out. */
  readonly tolerated?: number | undefined;
  /** 2 if left out. */
  readonly margin?: number | undefined;
  /** 0.05 if left out. */
  readonly alpha?: number | undefined;
}

/** Canary over control. */
export interface RatioEvidence {
  readonly ln_harm: number;
  readonly ln_safety: number;
  readonly ratio_interval: Interval;
}

export interface RateOptions extends EvidenceOptions {
  /** About which rate the control has, stated beforehand: then units that did not fail are heard too, and the margin is 1.1 if left out. */
  readonly reference?: number | undefined;
}

/** Of the ratio of two failure rates. */
export function rateEvidence(cells: readonly Cell<RateCounts>[], options?: RateOptions): RatioEvidence;
/** Of the ratio of two mean failing shares: one bet a unit, whatever the number of its requests. */
export function fractionEvidence(cells: readonly Cell<FractionCounts>[], options?: EvidenceOptions): RatioEvidence;
/** Of the ratio of events by exposure; an arm's share is its part of the exposure. */
export function countEvidence(cells: readonly Arms<Kept<EventCounts>>[], options?: EvidenceOptions): RatioEvidence;

export interface DifferenceOptions {
  /** A difference of rates, above -1 and below 1; 0 if left out. */
  readonly tolerated?: number | undefined;
  readonly margin: number;
  readonly alpha?: number | undefined;
  /** About which rate both arms have, stated beforehand. */
  readonly reference?: number | undefined;
}
/** Canary less control. */
export interface DifferenceEvidence {
  readonly ln_harm: number;
  readonly ln_safety: number;
  readonly difference_interval: Interval;
}
/** Of the difference of two failure rates. */
export function differenceEvidence(cells: readonly Cell<RateCounts>[], options: DifferenceOptions): DifferenceEvidence;

export interface MeanOptions {
  /** Changes for the worse, as parts of the control's mean; 0 and 0.1 if left out (1/11 where lower is worse). */
  readonly tolerated?: number | undefined;
  readonly margin?: number | undefined;
  /** Changes are in thousandths (of a ratio: in its own unit) instead; then a margin has to be given. */
  readonly absolute?: boolean | undefined;
  readonly alpha?: number | undefined;
  readonly worse?: "higher" | "lower" | undefined;
  readonly companion?: "ignored" | "covariate" | "denominator" | undefined;
}
export interface MeanDifference {
  readonly difference: number;
  readonly standard_error: number;
  readonly interval: Interval;
  readonly relative: number | null;
  readonly relative_interval: Interval;
}
/** Asymptotic: it holds as the sample grows. What is null has the lack for its cause, and is never a pass. */
export interface MeanEvidence {
  readonly ln_harm: number | null;
  readonly ln_safety: number | null;
  readonly difference: MeanDifference | null;
  readonly lack: MeanLack | null;
}
/** Of the difference of two means, or of two ratios of sums. */
export function meanEvidence(cells: readonly Arms<Kept<MomentSums>>[], options?: MeanOptions): MeanEvidence;

/** Where the bets on a distribution are placed. Choose it before the values that are bet on were seen. */
export interface Reference {
  readonly edges: readonly Count[];
  readonly counts: readonly Count[];
}
/** The reference of a past histogram; null with fewer than 100 values. */
export function referenceOf(past: Kept<HistogramCounts>): Reference | null;
/** The reference of at least two quantiles, such as `{ "50%": 80_000_000, "95%": 300_000_000 }`. */
export function referenceStated(quantiles: Readonly<Record<string, Count>>): Reference;

export interface DistributionCell extends Cell<HistogramCounts> {
  readonly reference?: Kept<Reference> | null | undefined;
}
export interface DistributionOptions {
  /** How many times worse: 1 and 1.1 if left out. */
  readonly tolerated?: number | undefined;
  readonly margin?: number | undefined;
  readonly worse?: "higher" | "lower" | undefined;
}
export interface DistributionEvidence {
  readonly ln_harm: number;
  readonly ln_safety: number;
  /** What shows most harm: `shift`, `stretch`, `worst 1%` and the like, or `anywhere`. */
  readonly shape: string | null;
  /** The ratios that were tested: whole bins, rounded towards caution. */
  readonly tolerated: number;
  readonly margin: number;
}
/** Of values that are stochastically worse: latencies, sizes, throughput. */
export function distributionEvidence(cells: readonly DistributionCell[], options?: DistributionOptions): DistributionEvidence;

/** At least, and below; null where nothing bounds it yet. */
export interface QuantileBand {
  readonly at_least: number | null;
  readonly below: number | null;
}
/** Where the quantile of a level such as `"95%"` of one arm's distribution lies. */
export function quantileBand(histogram: Kept<HistogramCounts>, level: string, alpha?: number): QuantileBand;
/** Where the ratio of the arms' quantiles lies, canary over control. */
export function quantileRatio(arms: Arms<Kept<HistogramCounts>>, level: string, alpha?: number): Interval;

export interface RateIntervalOptions {
  readonly alpha?: number | undefined;
  /** A rate that the arm should stay below. */
  readonly ceiling?: number | undefined;
}
export interface RateInterval {
  readonly interval: Interval;
  /** Evidence that the rate is below the ceiling; null without one. */
  readonly ln_below_ceiling: number | null;
}
/** Where one arm's failure rate lies. */
export function rateInterval(counts: Kept<RateCounts>, options?: RateIntervalOptions): RateInterval;
/** Where one arm's events by exposure lie. */
export function countInterval(events: Kept<EventCounts>, alpha?: number): Interval;

/** Evidence of a sample-ratio mismatch: that units did not fall into the arms by the canary's share. */
export function mismatchEvidence(rho: number, canary: Count, control: Count): number;

export interface MixtureOptions {
  /** The variance for which the bound is about as small as it can be. */
  readonly at: number;
  readonly alpha?: number | undefined;
}
/** Evidence that a sum drifts up, or either way, and the sums at which each reaches ln(1/alpha). */
export interface Mixture {
  readonly ln_evidence: number;
  readonly ln_two_sided: number;
  readonly bound: number;
  readonly two_sided_bound: number;
}
/** The normal mixture, for a sum with a known variance. */
export function normalMixture(sum: number, variance: number, options: MixtureOptions): Mixture;

/* ---- Planned looks ---- */

/** A trial with planned looks. */
export class Design {
  /**
   * @param json `{ alpha, looks, spending | shape, sides, futility }`; the Rust documentation of `Design::from_json` has the table.
   * @throws {RampgateError} All problems of the document together.
   */
  constructor(json: string | object);
  get bounds(): Bounds;
  /** The design for the looks that were taken, at these shares of the planned information. */
  observed(fractions: readonly number[]): Design;
  /** The same where the last look is the end, whatever its share. */
  concluded(fractions: readonly number[]): Design;
  /** What the looks so far say; one standardised statistic a look. */
  analyse(z: readonly number[]): Analysis;
  /** Where the trial ends if the statistic is expected to be `drift` at full information. */
  crossings(drift: number): Crossings;
  /** The drift that is found with this probability. */
  driftFor(power: number): number;
  /** What the looks cost and save, in sizes of the trial with one look. */
  inflation(power: number): Inflation;
  /** Units that find a difference with this probability. */
  units(comparison: string | object, power: number): PlannedUnits;
  /** See {@link Histogram.free}. */
  free(): void;
  [Symbol.dispose](): void;
}

export interface Bounds {
  readonly alpha: number;
  readonly sides: 1 | 2;
  readonly power: number | null;
  readonly drift: number | null;
  readonly looks: readonly Bound[];
}
export interface Bound {
  readonly information: number;
  /** At least this shows the effect; null where no error may be spent yet. */
  readonly efficacy: number | null;
  /** At most this stops for futility. */
  readonly futility: number | null;
  readonly nominal_p: number | null;
  readonly alpha_spent: number;
}
export interface Analysis {
  readonly look: number;
  readonly information: number;
  readonly z: number;
  readonly decision: "efficacy" | "futility" | "continue";
  readonly repeated_interval: Interval;
  readonly conclusion: Conclusion | null;
}
/** Inference after the end, of the drift. */
export interface Conclusion {
  readonly p_value: number;
  readonly estimate: number;
  readonly interval: Interval;
}
export interface Crossings {
  readonly drift: number;
  readonly above: readonly number[];
  readonly below: readonly number[];
  readonly total_above: number;
  readonly total_below: number;
  readonly expected_information: number;
}
export interface Inflation {
  readonly drift: number;
  readonly largest: number;
  readonly expected_null: number;
  readonly expected_effect: number;
}
/** Not rounded: round each up. */
export type Units = Arms<number>;
export interface PlannedUnits {
  readonly fixed: Units;
  readonly largest: Units;
  readonly expected_null: Units;
  readonly expected_effect: Units;
}
export interface TestOptions {
  /** 0.05 if left out. */
  readonly alpha?: number | undefined;
  /** 1 if left out. */
  readonly sides?: 1 | 2 | undefined;
}
/** Units that a test with one look needs. `{ rates: { control, canary } }`, `{ rates: { control, ratio } }` or `{ means: { difference, sd } }`, and `share`. */
export function unitsFor(comparison: string | object, power: number, options?: TestOptions): Units;
/** Probability that such a test finds the difference: with its true direction, and with the wrong one. */
export function powerOf(comparison: string | object, total: number, options?: TestOptions): { readonly right: number; readonly wrong: number };

/* ---- Kayenta's judge ---- */

export interface ClassicReport {
  readonly verdict: "pass" | "marginal" | "fail" | "nodata" | "error";
  readonly score: number;
  readonly reason: string;
  readonly groups: readonly { readonly name: string; readonly weight: number; readonly score: number | null }[];
  readonly metrics: readonly ClassicMetric[];
}
export interface ClassicMetric {
  readonly name: string;
  readonly class: "pass" | "high" | "low" | "nodata" | "error";
  readonly critical: boolean;
  readonly muted: boolean;
  readonly reason: string;
  readonly points: Arms<number>;
  readonly interval: Interval | null;
  readonly estimate: number | null;
  readonly tolerance: number | null;
  readonly effect: number | null;
}
/** What the classic judge says of `{ metrics: [{ name, canary, control }] }`, where null and NaN are points that are missing; `spec/classic.md` has both forms. */
export function judgeClassic(config: string | object, data: string | object): ClassicReport;

export interface RankComparison {
  readonly u: number;
  readonly p_value: number;
  readonly estimate: number;
  readonly cles: number;
  readonly interval: Interval;
}
/** The rank test of `{ canary, control }`, with `alternative`, `method` and `level` as options. */
export function rankTest(question: string | object): RankComparison;
