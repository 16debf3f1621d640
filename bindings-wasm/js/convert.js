// @ts-check
// What users pass, checked, in the form that the module takes. Nothing of a wrong type gets past this file.
import { refusal } from "./error.js";

/** 9999-12-31T23:59:59.999Z, in Unix milliseconds. */
const LAST_INSTANT = 253_402_300_799_999;
/** Longest text, in UTF-16 units, most bytes, and longest list: far more than any use, and far less than the module's memory. */
const LONGEST = 16 * 1024 * 1024;
/** Largest integer of the core. */
export const LARGEST = 2n ** 64n - 1n;
/** Which integers without sign there are. */
export const UNSIGNED = "must be an integer from 0 to 2^53 - 1, or a bigint to 2^64 - 1";

/**
 * A text.
 * @param {string} path
 * @param {unknown} value
 */
export function text(path, value) {
  if (typeof value !== "string") throw mistyped(path, "a string", value);
  if (value.length > LONGEST) throw refusal(path, "range", `must be at most ${LONGEST} characters`, `${value.length}-characters`);
  return value;
}

/**
 * A document, as the JSON text that the core reads.
 * @param {string} path
 * @param {unknown} value
 */
export function document(path, value) {
  if (typeof value === "string") return text(path, value);
  if (typeof value !== "object" || value === null) throw mistyped(path, "JSON text or an object", value);
  return json(path, value);
}

/**
 * An object, of whose fields none is unknown.
 * @param {string} path
 * @param {unknown} value
 * @param {readonly string[]} names
 * @returns {Record<string, unknown>}
 */
export function fields(path, value, names) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw mistyped(path, `an object of ${names.map((name) => `\`${name}\``).join(", ")}`, value);
  }
  for (const name of Object.keys(value)) {
    if (!names.includes(name)) throw refusal(`${path}.${name}`, "unknown", "is not a field of this object");
  }
  return /** @type {Record<string, unknown>} */ (value);
}

/**
 * Anything that JSON can hold, as text.
 * @param {string} path
 * @param {unknown} value
 */
export function json(path, value) {
  let written;
  try {
    written = JSON.stringify(value);
  } catch {
    // a cycle, a bigint, a toJSON that throws: below
  }
  if (typeof written !== "string") throw refusal(path, "type", "must be something that JSON can hold", kind(value));
  return text(path, written);
}

/**
 * An instant: whole Unix milliseconds.
 * @param {string} path
 * @param {unknown} value
 */
export function instant(path, value) {
  if (typeof value !== "number") throw mistyped(path, "a number of Unix milliseconds", value);
  if (!Number.isInteger(value) || value < 0 || value > LAST_INSTANT) {
    throw refusal(path, "range", "must be whole Unix milliseconds up to the end of the year 9999", String(value));
  }
  return value;
}

/**
 * A count or a replica's name: an integer of 64 bits without sign, for which a number has to be a safe integer.
 * @param {string} path
 * @param {unknown} value
 */
export function integer(path, value) {
  if (typeof value === "bigint") {
    if (value >= 0n && value <= LARGEST) return value;
  } else if (typeof value !== "number") {
    throw mistyped(path, "a number or a bigint", value);
  } else if (Number.isSafeInteger(value) && value >= 0) {
    return BigInt(value);
  }
  throw refusal(path, "range", UNSIGNED, String(value));
}

/**
 * A number, of which the core says whether it will do.
 * @param {string} path
 * @param {unknown} value
 */
export function number(path, value) {
  if (typeof value !== "number") throw mistyped(path, "a number", value);
  return value;
}

/**
 * An integer of 32 bits without sign.
 * @param {string} path
 * @param {unknown} value
 */
export function integer32(path, value) {
  if (typeof value !== "number") throw mistyped(path, "a number", value);
  if (value !== value >>> 0) throw refusal(path, "range", "must be an integer from 0 to 4294967295", String(value));
  return value;
}

const typeOfTypedArray = /** @type {(this: unknown) => string | undefined} */ (
  Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)?.get
);

/**
 * Bytes, copied, of whatever realm: tests and sandboxes have a Uint8Array of their own.
 * @param {string} path
 * @param {unknown} value
 */
export function bytes(path, value) {
  if (typeOfTypedArray.call(value) !== "Uint8Array") throw mistyped(path, "a Uint8Array", value);
  let copy;
  try {
    copy = new Uint8Array(/** @type {Uint8Array} */ (value));
  } catch {
    throw refusal(path, "type", "must be a Uint8Array whose buffer has not been transferred");
  }
  if (copy.length > LONGEST) throw refusal(path, "range", `must be at most ${LONGEST} bytes`, `${copy.length}-bytes`);
  return copy;
}

/**
 * A list.
 * @param {string} path
 * @param {unknown} value
 * @param {string} items What it holds.
 * @returns {readonly unknown[]}
 */
export function list(path, value, items) {
  if (!Array.isArray(value)) throw mistyped(path, `an array of ${items}`, value);
  if (value.length > LONGEST) throw refusal(path, "range", `must be at most ${LONGEST} ${items}`, String(value.length));
  return value;
}

/**
 * A set of metrics as bits, by their positions among the guardrails.
 * @param {string} path
 * @param {unknown} names
 * @param {ReadonlyMap<unknown, number>} positions
 */
export function metrics(path, names, positions) {
  let bits = 0;
  if (names === undefined) return bits;
  const all = list(path, names, "metric names");
  for (let place = 0; place < all.length; place++) {
    const position = positions.get(all[place]);
    if (position === undefined) {
      throw refusal(`${path}[${place}]`, "unknown", "must be the name of a guardrail", shown(all[place]));
    }
    bits |= 1 << position;
  }
  return bits >>> 0;
}

/** The arms, at the numbers that stand for them in the module. */
export const ARMS = /** @type {const} */ ([null, "canary", "control"]);

/**
 * What `assign` returned, or its `cohort` and `arm` alone, as the numbers that the module takes.
 * @param {unknown} value
 * @returns {[cohort: number, arm: number]}
 */
export function placement(value) {
  if (typeof value !== "object" || value === null) throw mistyped("placement", "an object with `cohort` and `arm`", value);
  const { cohort, arm } = /** @type {{ cohort?: unknown, arm?: unknown }} */ (value);
  const number = ARMS.indexOf(/** @type {any} */ (arm));
  if (number < 0) throw refusal("placement.arm", "unknown", "must be `canary`, `control` or null", shown(arm));
  return [integer32("placement.cohort", cohort), number];
}

/**
 * @param {string} path
 * @param {string} expected
 * @param {unknown} value
 */
export function mistyped(path, expected, value) {
  return refusal(path, "type", `must be ${expected}`, shown(value));
}

/**
 * A value as errors show it: things without a short text by their type.
 * @param {unknown} value
 */
export function shown(value) {
  return typeof value === "object" || typeof value === "function" || typeof value === "symbol" ? kind(value) : String(value);
}

/** @param {unknown} value */
function kind(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}
