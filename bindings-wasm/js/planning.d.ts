/**
 * What is asked before a release: how many units a guardrail's test needs, how soon it finds an effect, which effect a number of units is enough for; and the
 * judge alone, for counts that somebody else keeps; and plans from other tools' documents. A WebAssembly module of its own. Fields of answers are named as in the other languages' JSON.
 *
 * A sequential test has no sample size, it has a time at which it stops. So nothing here is a formula: a {@link Trial} plays a release many times with the judge
 * that a real one has, and the times at which it decided are the answer. The same seed gives the same figures in every language.
 *
 * Units are analysed units of both arms together. The error of a share that was found is at most 1/2 by the root of the runs: 1.6% with 1,000. Of a guardrail alone:
 * of n guardrails of equal weight each decides at n times the evidence, so give the policy alpha/n.
 *
 * **Holds when** the release that is planned is like the trial: units independent of each other, the same baseline all along, looks as often.
 */

import type { GuardrailDocument, Report } from "./index.js";

export { RampgateError, version } from "./index.js";
export type { Arms, Comparison, ErrorCode, Finding, Guarantee, GuardrailDocument, GuardrailReport, Interval, Lack, Measure, MeanLack, Problem, QuantileReport, Report, Verdict } from "./index.js";

/** How often a release is played, and from which seed. */
export interface Runs {
  /** A safe integer, or a bigint of 64 bits; the answer repeats it as a number. */
  readonly seed: number | bigint;
  /** 1 to 100,000; 1,000 if left out. */
  readonly runs?: number | undefined;
}

/** How a figure was made: releases were played with the judge itself. */
export interface Method {
  readonly simulated: { readonly runs: number; readonly seed: number };
}

/** How often and how soon the judge decided. Units are counted from the moment at which the effect began. */
export interface Detection {
  readonly method: Method;
  /** How many times worse the canary was. */
  readonly ratio: number;
  /** Share of the runs in which the judge decided, after the effect began and within the trial's units. */
  readonly found: number;
  /** Standard error of that share. */
  readonly found_error: number;
  /** Units that half of the runs needed at most; null where half of them found nothing. */
  readonly median: number | null;
  /** Units that nine in ten runs needed at most; null where more than one in ten found nothing. */
  readonly p90: number | null;
  /** Units that a run spends on average: until the judge decided, or all that the trial has. */
  readonly mean: number;
}

/** A number that was looked for by simulation. */
export interface Estimate {
  readonly method: Method;
  /** The number; null where the trial's units are not enough for any. */
  readonly value: number | null;
}

/**
 * A release that is played to see what its judge makes of it. It never changes. It plays while the caller waits: where that blocks something, put it into a worker.
 * A ratio is how many times worse the canary is, from 0.001 to 1000.
 */
export class Trial {
  /**
   * @param json `guardrail`, as a release's spec has it; `baseline`, what the control's units are like; `stages`, each
   * `{ canary: "5%", control: "95%", units: 20_000 }`; and optionally `policy`, `look_every` (units between looks; 1,000, or a thousandth of all) and `onset`
   * (good units before the effect).
   *
   * Baselines: `{ rate: 0.005 }`, `{ fractions: [{ share: "25%", chance: 0.02 }] }`, `{ count: { rate: 0.01, exposure: 10 } }`,
   * `{ quantiles: [{ share: "50%", value: 80_000_000 }, …] }`, `{ histogram: { first: 900, counts: […] } }`, `{ mean: { mean: 5000, sd: 900 } }`. Values are in
   * thousandths of the metric's unit.
   * @throws {RampgateError} All problems of the document together.
   */
  constructor(json: string | object);
  /** How often and how soon a canary that is `ratio` times worse is found to be harmful. A ratio that is tolerated gives the rate of false alarms. */
  detection(ratio: number, runs: Runs): Detection;
  /** How often and how soon such a canary is shown to be safe, in a last stage played alone: safety is earned anew in each stage. The onset does not apply. */
  safety(ratio: number, runs: Runs): Detection;
  /** Units within which a canary that is `ratio` times worse is found with probability `power`. */
  unitsNeeded(ratio: number, power: number, runs: Runs): Estimate;
  /** Units within which a canary that is `ratio` times worse is shown to be safe with probability `power`, in a last stage played alone. */
  unitsToSafety(ratio: number, power: number, runs: Runs): Estimate;
  /**
   * The smallest ratio that is found within the trial's units with probability `power`, to two parts in a hundred of its excess over what is tolerated. Every ratio
   * is played with the same seed, so it takes about ten times as long.
   */
  smallestEffect(power: number, runs: Runs): Estimate;
  /** Gives the module's memory back. Safe to call twice; every other call is an error afterwards. */
  free(): void;
  [Symbol.dispose](): void;
}

/** Judges a look by `{ guardrails, policy }`; the fields of both are those of `spec/canary.md` and `spec/release.md`. */
export function judge(guardrails: string | object, look: string | object): Report;

/** Whose document it is that a plan is made from: of Argo Rollouts a `Rollout`, of Flagger a `Canary`, of AWS a deployment strategy or configuration. */
export type Source = "argo_rollouts" | "flagger" | "app_config" | "code_deploy";

/** Something of a document that the plan does not carry as it is. */
export interface ImportNote {
  /** Where the value stands in the document. */
  readonly path: string;
  /** What stands there; lists and objects by their size. */
  readonly value: string;
  /** `supplied`: the plan says something here that the document does not. */
  readonly fate: "approximated" | "not_carried" | "supplied";
  /** Why, and what to do about it. */
  readonly why: string;
  /** A guardrail for the release's document that means the same or nearly so. */
  readonly guardrail?: GuardrailDocument;
}

/** The plan that a document comes to, and the account of it: each value is carried, or in a note. */
export interface Imported {
  readonly source: Source;
  /** The document's name, for the release's; a plan has none. */
  readonly name: string | null;
  /** What a release's document holds among its other fields. */
  readonly plan: Readonly<Record<string, unknown>>;
  readonly notes: readonly ImportNote[];
  /** The paths of all values that are carried. */
  readonly carried: readonly string[];
}

/**
 * The plan that another tool's document comes to, with a list of what it does not carry. `spec/imports.md` says what becomes of every field.
 * @param document An object, JSON text, or the bare name of one of AWS's predefined strategies; a list where a file held several documents.
 * @throws {RampgateError} A document of another kind, or with what no plan can hold: all problems with their paths in the document.
 */
export function importPlan(source: Source, document: string | object): Imported;
