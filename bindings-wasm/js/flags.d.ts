/**
 * Flags, and the arithmetic of bucketing: a WebAssembly module of its own, beside that of `rampgate`, so that a page that only decides
 * flags does not load what judges releases, and the other way round.
 *
 * Times are whole Unix milliseconds or Dates. Everything wrong is one {@link RampgateError}, thrown before anything has changed.
 */

export { RampgateError, allocationEnds, hash, slot, version } from "./index.js";
export type { Domain, ErrorCode, Problem } from "./index.js";

/* ---- Flags ---- */

/** All flags of a program, in their loaded form. `spec/flags.md` of the repository describes the document. */
export class FlagSet {
  /**
   * @param json The flag document, as JSON text or an object.
   * @throws {RampgateError} All problems of the document together.
   */
  constructor(json: string | object);
  /** The same as `new FlagSet(json)`. */
  static fromJson(json: string | object): FlagSet;
  /** What a flag gives the unit, and why. A key that is not in the document is an error: an unknown flag is a slip, and has no default. */
  evaluate(key: string, context: Context): Outcome;
  /** The outcome of each flag, in the order of {@link keys}, by one call of the module. */
  evaluateAll(context: Context): Outcome[];
  /** The same outcome from the same code, with everything that was looked at. */
  explain(key: string, context: Context): Explanation;
  /** What is valid and most likely not meant, in the order of the document. */
  lint(options?: LintOptions): Finding[];
  /** The names of a flag's variants, in the order of the document. */
  variants(key: string): readonly string[];
  /** The document's own version: take no document that is older than what you have. */
  get version(): bigint;
  /** The keys of the flags, in the order of the document. */
  get keys(): readonly string[];
  /** Gives the module's memory back. Safe to call twice; every other call is an error afterwards. */
  free(): void;
  [Symbol.dispose](): void;
}

/** Who asks, what is known of it, and when. */
export interface Context {
  /** One that is missing or empty is nobody: `unassigned`. */
  readonly unit?: string | null | undefined;
  /** What conditions ask about. One that is undefined or null is missing. A number is a number and never a time. */
  readonly attributes?: { readonly [name: string]: Attribute | readonly Scalar[] | null | undefined } | undefined;
  /** Without it, no scheduled rule and no scheduled flag is on: nothing here reads a clock. */
  readonly now?: number | Date | undefined;
  /** What the unit got before: pairs of a {@link Outcome.stickyToken} and a variant. */
  readonly sticky?: readonly (readonly [token: string, variant: string])[] | undefined;
}

/** A value. Times are Dates, or `{ time }` with a text such as `2026-11-24T12:00:00Z` or with Unix milliseconds. */
export type Scalar = string | number | boolean | Date | { readonly time: string | number };

/** One value, or several: a condition holds for a list if it holds for one of its values. */
export type Attribute = Scalar | readonly Scalar[];

/** What a flag gave a unit. */
export interface Outcome {
  /** Key of the flag. */
  readonly flag: string;
  readonly variant: string;
  /** The variant's position in the flag's variants. */
  readonly index: number;
  /** Position of the rule that decided, or of the first that applied and did not reach the unit; null for none. */
  readonly rule: number | null;
  readonly reason: FlagReason;
  /** The name under which to remember the variant, if the unit shall keep it; null for what was not allocated. */
  readonly stickyToken: string | null;
  /** The exposure to report; null where the unit was not allocated. */
  exposure(): Exposure | null;
}

/** That a unit met a variant: data for your own pipeline. */
export interface Exposure {
  readonly flag: string;
  /** Salt of the split. */
  readonly salt: string;
  readonly variant: string;
  readonly unit: string;
  /** The context's time, in Unix milliseconds. */
  readonly at: number | null;
  /** The same for the same flag, salt, variant and unit, everywhere and whenever: count an exposure once. */
  readonly dedupe: bigint;
}

/** Why a unit got its variant, with the slots to check it by. */
export type FlagReason =
  /** The flag is switched off. */
  | { readonly why: "off" }
  /** The flag is outside its schedule, or the context has no time. */
  | { readonly why: "not_scheduled" }
  /** The unit is named in the overrides. */
  | { readonly why: "override" }
  /** Another flag gives the unit a variant that will not do. */
  | { readonly why: "prerequisite" }
  /** A holdout keeps the unit out. */
  | { readonly why: "held_out" }
  /** The slot under the layer's key is not the flag's. */
  | { readonly why: "not_in_layer"; readonly slot: number }
  /** Exposed, and nobody owns the slot. */
  | { readonly why: "not_allocated"; readonly slot: number; readonly variantSlot: number }
  /** No rule applied. */
  | { readonly why: "no_rule" }
  /** A rule serves the variant to everyone it applies to. */
  | { readonly why: "served" }
  /** The context remembers the variant. */
  | { readonly why: "sticky" }
  /** There is no unit. */
  | { readonly why: "unassigned" }
  /** The slot is beyond the exposure. */
  | { readonly why: "not_exposed"; readonly slot: number }
  /** The slot under the exposure key and the one under the variant key. */
  | { readonly why: "allocated"; readonly slot: number; readonly variantSlot: number };

export interface Explanation {
  readonly outcome: Outcome;
  /** In the order in which it happened; the last is the flag's own `decided`. */
  readonly steps: readonly Step[];
}

/** One thing that was looked at. `holds` of an attribute is null where its value is missing or of another type than the test is about. */
export type Step =
  | { readonly rule: { readonly flag: string; readonly rule: number } }
  | "not_scheduled"
  | { readonly attribute: { readonly name: string; readonly known: boolean; readonly holds: boolean | null } }
  | { readonly segment: { readonly name: string; readonly holds: boolean } }
  | { readonly holdout: { readonly name: string; readonly holds: boolean } }
  | { readonly layer: { readonly name: string; readonly owner: string | null; readonly holds: boolean } }
  | { readonly flag: { readonly flag: string; readonly variant: string; readonly holds: boolean } }
  | { readonly decided: { readonly flag: string; readonly variant: string; readonly reason: FlagReason } };

/** What a lint knows beyond the document. */
export interface LintOptions {
  /** Finds schedules that are over. */
  readonly now?: number | Date | undefined;
  /** Finds salts of runs that were aborted. */
  readonly retiredSalts?: readonly string[] | undefined;
}

/** A suspicion about a document that is valid. */
export interface Finding {
  /** Where in the document. */
  readonly path: string;
  readonly pitfall: Pitfall;
}

/** What a lint looks for. */
export type Pitfall =
  | { readonly dead_rule: { readonly taken_by: number } }
  | { readonly starved_variant: { readonly variant: string } }
  | "nobody_exposed"
  | { readonly tiny_share: { readonly variant: string; readonly share: string } }
  | { readonly shared_salt: { readonly salt: string; readonly with: string } }
  | { readonly shared_claim: { readonly with: string } }
  | { readonly retired_salt: { readonly salt: string } }
  | "never_holds"
  | { readonly over: { readonly until: number } }
  | "unused_segment";

/* ---- Bucketing ---- */

/** Slots by owner: how many variants, and who owns which of the 1,000,000 slots, each range half-open and in any order. */
export interface Allocation {
  readonly variants: number;
  readonly ranges: readonly (readonly [variant: number, start: number, end: number])[];
}

/** What becomes of a variant, by its position before, or of the slots that nobody owns. The positions after are those of the list. */
export type Target =
  | { readonly keep: number; readonly weight: number }
  | { readonly new: true; readonly weight: number }
  | { readonly remove: number }
  | { readonly nobody: true; readonly weight: number };

export interface Rebalanced {
  /** Ranges in the order of their slots. */
  readonly after: Allocation;
  /** What changed hands; null is nobody. */
  readonly moves: readonly { readonly from: number | null; readonly to: number | null; readonly slots: number }[];
}

/** The allocation that meets the targets, where the fewest possible slots change hands. */
export function rebalance(before: Allocation, targets: readonly Target[]): Rebalanced;

/** A pool of slots from which flags claim their own: no unit is in two claims. What a claim gives back is free for the next, and nobody's slots ever move. */
export class Layer {
  /** A layer as `spec/bucketing.md` has it; a new one is `{ name, claims: [] }`. */
  constructor(document: string | object);
  /** Gives a new claim a share of all slots such as `"30%"`, the lowest that are free. */
  claim(name: string, share: string): void;
  /** Gives a claim more of the free slots, or takes its highest back. */
  resize(name: string, share: string): void;
  /** Ends a claim; its slots are free. */
  release(name: string): void;
  /** The claim that owns the unit's slot; null where nobody does, and for the empty unit. */
  owner(unit: string): string | null;
  /** Names of the claims. */
  readonly claims: readonly string[];
  /** The slots of a claim, as half-open ranges in their order. */
  ranges(claim: string): [number, number][];
  /** Frees the module's memory. Everything but `free` throws afterwards. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The name of the first holdout that keeps the unit out of what has these tags, global ones first; null for none. `spec/bucketing.md` has the form. */
export function heldBy(holdouts: string | readonly object[], unit: string, tags?: readonly string[]): string | null;
