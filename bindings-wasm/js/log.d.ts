/**
 * The log of a release: every event as a line, chained by SHA-256 so that no line can be changed unseen, replayed, and told in plain sentences. A
 * WebAssembly module of its own.
 *
 * A log cannot tell from inside that its end was cut off, or that somebody wrote all of it anew: keep {@link Log.head} elsewhere, and verify against it.
 * Documents and logs are texts whose bytes count: decode a file as UTF-8, and change nothing. A document is a spec, or with a `name` a plan.
 *
 * And {@link Fleet}, for hosts whose exposure is brought into force by replicas instead of by a hash.
 */

import type { Decision, Event, Phase } from "./index.js";

export { RampgateError, version } from "./index.js";
export type { Decision, ErrorCode, Event, Phase, Problem } from "./index.js";

/** Writes a log. It applies each event, so what it writes can be replayed. */
export class Log {
  /** A log without events: append its `header` to the file first. */
  constructor(document: string, name?: string);
  /** Goes on after the end of a log, which is verified and replayed. Where a crash cut the last line short, cut the text after its last line feed first. */
  static resume(document: string, log: string, name?: string): Log;
  /** The first line. */
  readonly header: string;
  /** The lines of events, such as a step's, to be appended to the file: all of them or none. */
  append(events: string | readonly Event[]): string;
  /** The closing line of a release that is complete, rolled back or expired: nothing may come after it, not even a retry. */
  close(at: number): string;
  /** The end of the log: keep it where whoever writes the log cannot change it. */
  readonly head: string;
  /** Whether the closing line was written. */
  readonly closed: boolean;
  /** Where the rollout stands after the last event. */
  readonly phase: Phase;
  free(): void;
  [Symbol.dispose](): void;
}

/** A log that was verified. */
export interface Verified {
  readonly release: string;
  /** The end of the log: number and hash of its last line. */
  readonly head: string;
  /** When it was closed; null where it was not. */
  readonly closed_at: number | null;
  readonly events: readonly Event[];
}

export interface LogOptions {
  /** The release's name, where the document is a plan. */
  readonly name?: string;
  /** A head that was kept elsewhere, to verify against. */
  readonly head?: string;
}

/** Where a log leads, and every decision on the way. */
export interface Replayed {
  /** The rollout's state, as the core keeps it. */
  readonly state: Readonly<Record<string, unknown>>;
  readonly decisions: readonly Decision[];
}

/** What a sentence is about. */
export type Topic = "start" | "rise" | "hold" | "command" | "fleet" | "budget" | "end" | "rollback" | "confirmation" | "quiet" | "durations" | "undone";

/** One sentence or two about one event, or about some that changed nothing. */
export interface Sentence {
  readonly at: number;
  /** Number of the event; of several, that of the last. */
  readonly seq: number;
  readonly topic: Topic;
  /** How much it asks for attention. */
  readonly severity: "info" | "warning" | "critical";
  readonly text: string;
}

/** A release told in plain sentences. */
export interface Story {
  readonly release: string;
  /** How it stands at the end of the log. */
  readonly summary: string;
  readonly sentences: readonly Sentence[];
  /** The whole story, one sentence a line with its time. */
  readonly text: string;
  /** The text that is the same in every language. */
  readonly json: string;
}

/** Reads a log and refuses what was altered, cut, repeated or put in another order, by its line: `log:7`. */
export function verify(log: string, head?: string): Verified;

/** Runs the events of a log, which is verified, from the beginning. */
export function replay(document: string, log: string, options?: LogOptions): Replayed;

/** Tells a log, which is verified, in plain sentences. */
export function explain(document: string, log: string, options?: LogOptions): Story;

/** Every decision that a plan takes over a log: the JSON text of a list of decisions, byte for byte the same in every language. */
export function replayRollout(plan: string, events: string): string;

/** What a fleet may do while replicas are replaced. Limits are whole numbers, or shares such as `25%` of the replicas. */
export interface FleetDocument {
  /** How many serve when nothing is being replaced; 1 to 1,000,000. */
  readonly replicas: number;
  /** How many more may be there meanwhile; a share is rounded up. `25%` if left out. */
  readonly max_surge?: number | string;
  /** How many may be missing meanwhile; a share is rounded down. 0 if left out. */
  readonly max_unavailable?: number | string;
}

/** The replicas that an exposure stands for. Differences are in parts per million. */
export interface ReplicaCounts {
  readonly declared: string;
  readonly new: number;
  readonly old: number;
  /** The exposure that so many replicas are. */
  readonly actual: string;
  /** The actual exposure less the declared one. */
  readonly difference_ppm: number;
  /** The most that may be in force while old replicas are missing: what the error budget is asked about. */
  readonly largest: string;
}

/** What is there. What is left out is 0; `stopping` are in none of the others. */
export interface Observed {
  readonly ready_new?: number;
  readonly not_ready_new?: number;
  readonly ready_old?: number;
  readonly not_ready_old?: number;
  readonly stopping?: number;
}

/** A batch of orders, to be carried out whole, and what to wait for before asking again. All zero: the target is reached. */
export interface Orders {
  readonly start_new: number;
  readonly stop_new: number;
  readonly start_old: number;
  readonly stop_old: number;
  readonly waits_for: { readonly ready_new: number; readonly ready_old: number; readonly gone: number };
}

/** What keeps an exposure from being in force. */
export type FleetGap =
  /** Fewer new replicas are ready than the exposure asks for. */
  | { readonly new_missing: { readonly ready: number; readonly need: number } }
  /** More new ones are there, ready or not. */
  | { readonly new_beyond: { readonly there: number; readonly most: number } }
  /** More old ones are ready. */
  | { readonly old_beyond: { readonly ready: number; readonly most: number } }
  /** Fewer are ready than have to be. */
  | { readonly unavailable: { readonly ready: number; readonly need: number } };

/** The exposure that is in force, beside the declared one. */
export interface ActualExposure {
  readonly declared: string;
  /** What the fleet's replicas can make of it. */
  readonly reachable: string;
  /** Share of the new ones of those that are ready: for the judge; null where none is. */
  readonly actual: string | null;
  readonly difference_ppm: number | null;
  /** Empty while the declared exposure is in force: only then may a dwell count, or a rollback be confirmed. */
  readonly gaps: readonly FleetGap[];
}

/** What a plan will not be with these replicas. Stages count from 0. */
export type FleetWarning =
  /** The exposure differs by more than the tolerance; `nearest` are those that can be reached. */
  | { readonly differs: { readonly stage: number; readonly declared: string; readonly actual: string; readonly nearest: readonly [below: string, above: string] } }
  /** It asks for as many new replicas as the stage before. */
  | { readonly repeats: { readonly stage: number; readonly new: number } }
  /** No old replica is left below 100%. */
  | { readonly everybody: { readonly stage: number; readonly declared: string } };

/** A batch of a plan. */
export interface Batch {
  readonly stage: number;
  readonly target: ReplicaCounts;
  readonly orders: Orders;
  /** Replicas once it is carried out, and all it waits for has come. */
  readonly new: number;
  readonly old: number;
}

/**
 * Replicas that bring an exposure into force, where a load balancer spreads requests over them: `spec/fleet.md`. It never changes. Exposures and tolerances are shares
 * such as `12.5%`.
 */
export class Fleet {
  constructor(document: string | FleetDocument);
  readonly replicas: number;
  /** The most that there may be at once. */
  readonly most: number;
  /** The fewest that have to be ready. */
  readonly leastReady: number;
  /** How many replicas of each version an exposure stands for. It is a ceiling, but for the one replica without which nothing could be judged. */
  counts(exposure: string): ReplicaCounts;
  /** The nearest exposures that can be reached: the one not above, and the one not below. */
  around(exposure: string): [below: string, above: string];
  /** What a plan of these exposures will not be. */
  review(exposures: readonly string[], tolerance: string): FleetWarning[];
  /** The next batch, toward an exposure, from what is observed. */
  next(observed: string | Observed, exposure: string): Orders;
  /** The exposure that is in force, and what is missing. */
  actual(observed: string | Observed, exposure: string): ActualExposure;
  /** The batches of a plan, from old replicas that are all ready, where what starts becomes ready and what stops is gone; at most `limit`, 10,000 if left out. */
  batches(exposures: readonly string[], limit?: number): Batch[];
  free(): void;
  [Symbol.dispose](): void;
}
