/**
 * The plan of a release from what it is to fulfil: the stages that finish earliest within an error budget's allowance, with what they take and what harm would cost; or what stands
 * in the way, and what would be enough. A WebAssembly module of its own.
 *
 * Plans are played with the judge and the rules that a real release has, so a figure's error is that of the number of runs. The same seed gives the same answer in every language.
 * They are played while the caller waits, for seconds where much is asked: where that blocks something, put it into a worker.
 *
 * Spans are texts such as `1h30m`, shares texts such as `12.5%`. A seed beyond 2^53 is given as a bigint, or the goal as text; an answer repeats it exactly in its `json` alone.
 *
 * **Holds when** the release is like the goal: its traffic, the same baseline all along, units independent of each other.
 */

import type { Method } from "./planning.js";

export { RampgateError, version } from "./index.js";
export type { ErrorCode, Problem } from "./index.js";
export type { Method } from "./planning.js";

/** Since when the canary is worse: from the start, from a stage that counts from 0, or from the bake. */
export type Onset = "start" | { readonly stage: number } | "bake";

/** What a release that is as good as the control takes in a stage, of those that pass it. Units are of the canary; analysed ones of both arms. */
export interface PlannedStage {
  readonly exposure: string;
  /** Share of all units that is the control. */
  readonly control_share: string;
  /** Chance to pass the stage of a release that enters it. */
  readonly passes: number;
  /** On average. */
  readonly expected_time: string;
  /** What nine in ten need at most. */
  readonly p90_time: string;
  readonly expected_units: number;
  readonly p90_units: number;
  readonly expected_analysed: number;
  readonly p90_analysed: number;
  /** What kept the exposure from being larger. */
  readonly bound_by: "asked" | "spend" | "late_spend" | "growth" | "time";
  /** The same in a sentence, with its numbers. */
  readonly why: string;
}

/** What harm costs until the release is rolled back, or done. Expected is on average; nineteen in twenty stay below p95. */
export interface PlannedHarm {
  /** How many times worse the canary is. */
  readonly ratio: number;
  readonly onset: Onset;
  /** Whether the stage in which it begins has a control to find it by. */
  readonly compared: boolean;
  /** Share of the releases that are rolled back as harmful, that a stage's deadline takes back, and that gets through. */
  readonly found: number;
  readonly overdue: number;
  readonly missed: number;
  readonly expected_time: string;
  readonly p95_time: string;
  readonly expected_units: number;
  readonly p95_units: number;
  /** Failures beyond those that the control would have had. */
  readonly expected_failures: number;
  readonly p95_failures: number;
  /** Part of the period's budget: 0.01 is 1%. */
  readonly expected_spend: number;
  readonly p95_spend: number;
}

/** The worst harm of a kind, and the part of the period's budget that nineteen in twenty releases stay below, beside what was allowed. */
export interface WorstHarm {
  readonly ratio: number;
  readonly onset: Onset;
  readonly spend: number;
  readonly allowed: number;
}

/** A plan that fulfils a goal, and what is to be expected of it. */
export interface Planned {
  readonly method: Method;
  /** What goes into a release's spec, beside a flag and guardrails. */
  readonly document: {
    readonly stages: readonly { readonly exposure: string; readonly min_dwell: string; readonly min_units: number; readonly requires: "safe" | "no_harm" | "unmonitored"; readonly deadline: string }[];
    readonly bake: string;
    readonly stale_after: string;
  };
  readonly stages: readonly PlannedStage[];
  /** Time until a good release is done, on average over those that get through. */
  readonly expected: string;
  /** Time within which it is done with the confidence that was asked for. */
  readonly done_within: string;
  /** Chance that a good release gets through, however late. */
  readonly gets_through: number;
  /** Chance that it is done by the deadline. */
  readonly by_deadline: number;
  /** Chance that it is rolled back as harmful. */
  readonly false_rollback: number;
  readonly harms: readonly PlannedHarm[];
  /** Of the harms that are there from the start. */
  readonly early: WorstHarm;
  /** Of those that begin later, with a control to find them by; null where none do. */
  readonly late: WorstHarm | null;
  /** Of those that begin where no control is left; null where none do. */
  readonly without_control: WorstHarm | null;
  /** What else should be known. */
  readonly notes: readonly string[];
}

/** One change of the goal that makes it attainable, all else as it was. */
export type Remedy =
  | { readonly deadline: string }
  | { readonly traffic_times: number }
  | { readonly margin: number }
  | { readonly remaining: string }
  | { readonly assumed_failure: string }
  | { readonly detection_delay: string }
  | { readonly spend: string }
  | { readonly late_spend: string }
  | { readonly last: string }
  | { readonly look_every: string }
  | { readonly most_stages: number }
  | { readonly power: number }
  | { readonly alpha: number };

/** Why there is no plan, and what would be enough. */
export interface PlanRefusal {
  readonly obstacle: "gate" | "allowance" | "stages" | "deadline" | "power";
  /** The obstacle in a sentence, with its numbers. */
  readonly reason: string;
  /** How long a good release would take; null where time is not the obstacle. */
  readonly needs: string | null;
  /** Changes of which each alone is enough: each was planned with. */
  readonly enough: readonly Remedy[];
}

/** A plan, or a refusal: the other is null. */
export type PlanAnswer = (
  | { readonly plan: Planned; readonly refusal: null }
  | { readonly plan: null; readonly refusal: PlanRefusal }
) & {
  /** The text that is the same in every language. */
  readonly json: string;
};

/**
 * The plan that fulfils a goal, or what would be enough. Of a guardrail alone: of n guardrails of equal weight each decides at n times the evidence, so give the policy alpha/n.
 * `spec/planner.md` says all that may be in a goal.
 * @param goal `traffic` (units an hour), `guardrail`, `baseline`, `budget`, `deadline`, and what may be left out.
 * @throws {RampgateError} All problems of the goal together.
 */
export function plan(goal: string | object): PlanAnswer;
