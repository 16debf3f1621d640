// @ts-check
// What every runtime exports, over the generated glue. The loaders in this folder only differ in where the module comes from.
import {
  allocationEnds as coreAllocationEnds,
  hash as coreHash,
  slot as coreSlot,
  version as coreVersion,
} from "../dist/core.js";
import { integer32, list, text } from "./convert.js";

/** @import { Domain } from "./index.js" */

export { RampgateError } from "./error.js";
export { Flag } from "./flag.js";
export { nanoseconds } from "./measured.js";
export { Release } from "./release.js";

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

/** @returns {string} */
export function version() {
  return coreVersion();
}
