// @ts-check
// What every runtime exports as rampgate/flags. The loaders in this folder only differ in where the module comes from.
import {
  allocationEnds as coreAllocationEnds,
  hash as coreHash,
  heldBy as coreHeldBy,
  rebalance as coreRebalance,
  slot as coreSlot,
  version as coreVersion,
} from "../dist/flags.js";
import { document, integer32, list, mistyped, text } from "./convert.js";

/** @import { Allocation, Domain, Rebalanced, Target } from "./flags.js" */

export { RampgateError } from "./error.js";
export { FlagSet } from "./flag-set.js";
export { Layer } from "./layer.js";

/** Stands for nobody. */
const NOBODY = 2 ** 32 - 1;

/**
 * @param {Domain} domain
 * @param {string} salt
 * @param {string} unit
 */
export function slot(domain, salt, unit) {
  return coreSlot(text("domain", domain), text("salt", salt), text("unit", unit));
}

/**
 * @param {Domain} domain
 * @param {string} salt
 * @param {string} unit
 */
export function hash(domain, salt, unit) {
  return coreHash(text("domain", domain), text("salt", salt), text("unit", unit));
}

/** @param {readonly number[]} weights */
export function allocationEnds(weights) {
  const checked = Array.from(list("weights", weights, "numbers"), (weight, place) => integer32(`weights[${place}]`, weight));
  return Array.from(coreAllocationEnds(Uint32Array.from(checked)));
}

/**
 * @param {string | readonly object[]} holdouts
 * @param {string} unit
 * @param {readonly string[]} [tags]
 */
export function heldBy(holdouts, unit, tags = []) {
  const given = Array.from(list("tags", tags, "strings"), (tag, place) => text(`tags[${place}]`, tag));
  return coreHeldBy(document("holdouts", holdouts), text("unit", unit), given) ?? null;
}

/**
 * @param {Allocation} before
 * @param {readonly Target[]} targets
 * @returns {Rebalanced}
 */
export function rebalance(before, targets) {
  if (typeof before !== "object" || before === null) throw mistyped("before", "an object with `variants` and `ranges`", before);
  const variants = integer32("variants", before.variants);
  const given = list("ranges", before.ranges, "ranges").flatMap((range, place) => {
    if (!Array.isArray(range) || range.length !== 3) throw mistyped(`ranges[${place}]`, "a variant's position, a first slot and an end", range);
    return [0, 1, 2].map((half) => integer32(`ranges[${place}][${half}]`, range[half]));
  });
  const wanted = Array.from(list("targets", targets, "targets"), target).flat();
  const answer = Array.from(coreRebalance(variants, Uint32Array.from(given), Uint32Array.from(wanted)));
  const [owners = 0, count = 0, ...numbers] = answer;
  const threes = Array.from({ length: numbers.length / 3 }, (_, place) => /** @type {[number, number, number]} */ (numbers.slice(place * 3, place * 3 + 3)));
  const party = (/** @type {number} */ position) => (position === NOBODY ? null : position);
  const moves = threes.slice(count).map(([from, to, slots]) => ({ from: party(from), to: party(to), slots }));
  const ranges = threes.slice(0, count).sort(([, start], [, other]) => start - other); // a sort in the module would be 1 KB of it
  return { after: { variants: owners, ranges }, moves };
}

/**
 * @param {unknown} value
 * @param {number} place
 * @returns {[kind: number, was: number, weight: number]}
 */
function target(value, place) {
  const path = `targets[${place}]`;
  if (typeof value === "object" && value !== null) {
    const { keep, remove, weight, new: isNew, nobody } = /** @type {Record<string, unknown>} */ (value);
    if (keep !== undefined) return [0, integer32(`${path}.keep`, keep), integer32(`${path}.weight`, weight)];
    if (remove !== undefined) return [2, integer32(`${path}.remove`, remove), 0];
    if (isNew === true) return [1, 0, integer32(`${path}.weight`, weight)];
    if (nobody === true) return [3, 0, integer32(`${path}.weight`, weight)];
  }
  throw mistyped(path, "an object with `keep`, `new`, `remove` or `nobody`", value);
}

/** @returns {string} */
export function version() {
  return coreVersion();
}
