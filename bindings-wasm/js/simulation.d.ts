/**
 * Releases of a spec, played many times on good days and bad, led by this library or by the rules of other tools. A WebAssembly module of its own, the largest: made for pages and
 * scripts rather than for the edge.
 *
 * Releases are played with the judge and the rules that a real one has, so a figure's error is that of the number of runs. The same seed gives the same answer in every language.
 * They are played while the caller waits, for seconds where much is asked: where that blocks something, put it into a worker.
 *
 * `spec/simulation.md` says all that may be in a question. A seed beyond 2^53 is given as a bigint, or the question as text; an answer repeats it exactly in its `json` alone.
 *
 * **Holds when** the release is like the scenario: its traffic, its background, units independent of each other.
 */

export { RampgateError, version } from "./index.js";
export type { ErrorCode, Problem } from "./index.js";

/** Some of the runs, their share of all, and its standard error. */
export interface RunShare {
  readonly runs: number;
  readonly share: number;
  readonly error: number;
}

/** How a figure is spread over the runs that have it; `error` is the standard error of the mean. */
export interface Spread {
  readonly runs: number;
  readonly mean: number;
  readonly error: number;
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
  readonly most: number;
}

/** How one run ended. */
export interface SimulatedRun {
  readonly run: number;
  /** Where the release stood, as a release tells its phase. */
  readonly phase: import("./index.js").Phase;
  /** Why, in a word; empty where the horizon came first. */
  readonly reason: string;
  readonly ended_after: string;
  /** The largest exposure that it had. */
  readonly exposure: string;
  /** From the first unit that a fault of the canary met to the rollback; null where one of them was not. */
  readonly detected_after: string | null;
  /** Whether a fault of the canary met units of it. */
  readonly harmful: boolean;
  readonly units: number;
  readonly canary_units: number;
  readonly units_hit: number;
  readonly excess_failures: number;
  readonly budget_spent_ppm: number | null;
}

/** What became of the releases under one controller. A figure that no run has is null. */
export interface ControllerOutcome {
  readonly controller: string;
  readonly settings: string;
  readonly runs: { readonly runs: number; readonly seed: number };
  /** Rolled back before anything was wrong with the canary. */
  readonly false_rollbacks: RunShare;
  /** Completed although something was. */
  readonly false_promotions: RunShare;
  readonly rolled_back: RunShare;
  readonly completed: RunShare;
  /** Neither when the horizon came, or expired. */
  readonly open: RunShare;
  /** From the first unit that a fault of the canary met to the rollback. */
  readonly minutes_to_detect: Spread | null;
  readonly minutes_to_complete: Spread | null;
  /** Units that the canary's faults could reach. */
  readonly units_hit: Spread | null;
  /** Failures that there would not have been. */
  readonly excess_failures: Spread | null;
  /** Of the period's error budget. */
  readonly budget_spent_percent: Spread | null;
  /** The most frequent first. */
  readonly ended: readonly { readonly phase: string; readonly reason: string; readonly runs: number }[];
  /** What `calibrate` came to: alpha, the limit or the allowed increase; null where there is nothing to set. */
  readonly calibrated?: { readonly setting: number | null; readonly false_rollbacks: RunShare; readonly reached: boolean };
  /** Where the question has `each_run`. */
  readonly each_run?: readonly SimulatedRun[];
}

/** What became of the releases, under each controller. */
export interface SimulationAnswer {
  /** Whether something is wrong with the canary in this scenario. */
  readonly scenario_harmful: boolean;
  readonly controllers: readonly ControllerOutcome[];
  /** The text that is the same in every language. */
  readonly json: string;
}

/**
 * Plays releases of a spec in a scenario, under one controller or several.
 * @param question `spec`, `scenario`, and optionally `controllers`, `runs`, `seed`, `start`, `calibrate`, `each_run`.
 * @throws {RampgateError} All problems of the question together.
 */
export function simulate(question: string | object): SimulationAnswer;
