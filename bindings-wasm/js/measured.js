// @ts-check
// What was measured of a unit, checked, as the words that src/convert.rs reads. Errors name the metric as the core's own do: by its position.
import { LARGEST, UNSIGNED, mistyped, shown } from "./convert.js";
import { refusal } from "./error.js";

/** In the order of the core's list. */
export const MEASURES = /** @type {const} */ (["rate", "fraction", "count", "distribution", "mean"]);
/** The two numbers of a measurement that has two; without its second one a mean has 0 there. */
const PARTS = /** @type {const} */ ({ 1: ["failed", "requests"], 2: ["events", "exposure"], 4: ["value", "companion"] });
const RATE = 0;
const DISTRIBUTION = 3;
const MEAN = 4;
/** Largest signed integer of the core's 64 bits. */
const LARGEST_SIGNED = 2n ** 63n - 1n;

/**
 * @param {unknown} measured
 * @param {ReadonlyMap<unknown, number>} positions Of the guardrails by name.
 * @param {Uint8Array} measures Of the guardrails by position.
 * @returns {Uint32Array | undefined}
 */
export function measurements(measured, positions, measures) {
  if (measured === undefined) return undefined;
  if (typeof measured !== "object" || measured === null || Array.isArray(measured)) {
    throw mistyped("measured", "an object of measurements by the names of guardrails", measured);
  }
  /** @type {number[]} */
  const words = [];
  for (const name of Object.keys(measured)) {
    const position = positions.get(name);
    if (position === undefined) throw refusal("measured", "unknown", "must be the name of a guardrail", name);
    const value = /** @type {Record<string, unknown>} */ (measured)[name];
    if (value === null) continue; // was not observed
    const measure = /** @type {0 | 1 | 2 | 3 | 4} */ (measures[position]);
    if (measure === RATE) throw refusal(`metrics[${position}]`, "type", "is measured as a rate, by `failed` and `missing`", shown(value));
    words.push(position, measure);
    if (measure === DISTRIBUTION) {
      push(words, position, "", value, false);
      words.push(0, 0);
      continue;
    }
    const [first, second] = PARTS[measure];
    const refused = (/** @type {"type" | "unknown"} */ code, /** @type {string} */ got) =>
      refusal(`metrics[${position}]`, code, `is measured as a ${MEASURES[measure]}, an object of \`${first}\` and \`${second}\``, got);
    if (typeof value !== "object" || Array.isArray(value)) throw refused("type", shown(value));
    const parts = /** @type {Record<string, unknown>} */ (value);
    for (const part of Object.keys(parts)) {
      if (part !== first && part !== second) throw refused(first in parts ? "unknown" : "type", part);
    }
    const isSigned = measure === MEAN;
    push(words, position, first, parts[first], isSigned);
    push(words, position, second, isSigned ? (parts[second] ?? 0) : parts[second], isSigned);
  }
  return Uint32Array.from(words);
}

/**
 * Appends the two halves of an integer.
 * @param {number[]} words
 * @param {number} position
 * @param {string} part
 * @param {unknown} value
 * @param {boolean} isSigned
 */
function push(words, position, part, value, isSigned) {
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && (isSigned || value >= 0)) {
      words.push(value >>> 0, Math.floor(value / 2 ** 32) >>> 0);
      return;
    }
  } else if (typeof value === "bigint") {
    if (isSigned ? value >= -LARGEST_SIGNED && value <= LARGEST_SIGNED : value >= 0n && value <= LARGEST) {
      const bits = BigInt.asUintN(64, value);
      words.push(Number(bits & 0xffff_ffffn), Number(bits >> 32n));
      return;
    }
  }
  const has = part === "" ? "" : `has a \`${part}\` that `;
  const path = `metrics[${position}]`;
  if (typeof value !== "number" && typeof value !== "bigint") throw refusal(path, "type", `${has}must be a number or a bigint`, shown(value));
  throw refusal(path, "range", has + (isSigned ? "must be an integer, of thousandths" : UNSIGNED), String(value));
}

/** @param {number} milliseconds */
export function nanoseconds(milliseconds) {
  if (typeof milliseconds !== "number") throw mistyped("milliseconds", "a number", milliseconds);
  const rounded = Math.round(milliseconds * 1e6);
  if (!(milliseconds >= 0 && Number.isSafeInteger(rounded))) {
    throw refusal("milliseconds", "range", "must be from 0 to 9007199254", String(milliseconds));
  }
  return rounded;
}
