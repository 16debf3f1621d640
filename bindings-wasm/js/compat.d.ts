/**
 * The bucketing of other vendors, to the bit, and what would move if one scheme replaced another: a WebAssembly module of its own, for the
 * weeks of a migration. `spec/compat.md` of the repository lists the schemes and the fields of each.
 */

export { RampgateError, version } from "./index.js";
export type { ErrorCode, Problem } from "./index.js";

/** A configured scheme of a vendor, or our own: which variant each unit gets. */
export class Scheme {
  /**
   * @param json `{"scheme": name, …}`, as JSON text or an object. A seed beyond 2^53 has to be given as text, for no object can hold it.
   * @throws {RampgateError} All problems of the document together.
   */
  constructor(json: string | object);
  /** The same as `new Scheme(json)`. */
  static fromJson(json: string | object): Scheme;
  /** The scheme's name in documents. */
  get name(): string;
  /** Position of the unit's variant; null: it has none. A rollout without variants gives 0 for in. */
  assign(unit: string): number | null;
  /** The same for each unit, by one call of the module. */
  assignMany(units: readonly string[]): (number | null)[];
  /**
   * What would move if `next` replaced this scheme. A unit that is in the list twice counts twice.
   * @param limit How many of the units that move are named; 100 if left out.
   */
  shadow(next: Scheme, units: readonly string[], limit?: number): Shadow;
  /** Gives the module's memory back. Safe to call twice; every other call is an error afterwards. */
  free(): void;
  [Symbol.dispose](): void;
}

/** Two schemes side by side. Variants are known by their positions; null is none. */
export interface Shadow {
  /** How many units were compared. */
  readonly units: number;
  /** How many of them move. */
  readonly moved: number;
  /** How many go from one variant to the other, those that stay included; no variant first. */
  readonly cells: readonly { readonly from: number | null; readonly to: number | null; readonly units: number }[];
  /** The first units that move, in the order of the list. */
  readonly moves: readonly { readonly unit: string; readonly from: number | null; readonly to: number | null }[];
}

/** The names of all schemes. */
export function schemeNames(): string[];
