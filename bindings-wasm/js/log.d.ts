/**
 * The log of a release: every event as a line, chained by SHA-256 so that no line can be changed unseen, replayed, and told in plain sentences. A
 * WebAssembly module of its own.
 *
 * A log cannot tell from inside that its end was cut off, or that somebody wrote all of it anew: keep {@link Log.head} elsewhere, and verify against it.
 * Documents and logs are texts whose bytes count: decode a file as UTF-8, and change nothing. A document is a spec, or with a `name` a plan.
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
