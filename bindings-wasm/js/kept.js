// @ts-check
// What was kept of a metric, as the whole numbers that src/read.rs reads: of an object that has `toJson`, of JSON text, or of a plain object. Sums
// of squares are far beyond 2^53, so texts are read without rounding.
import { LARGEST, fields, integer, list, mistyped, text } from "./convert.js";
import { refusal } from "./error.js";

/** Largest signed integer of the core's 128 bits. */
const LARGEST_SUM = 2n ** 127n - 1n;
const SUMS = ["value", "companion", "value_squared", "companion_squared", "product"];

/** Whole numbers in JSON text, and what stands before their digits once they are strings. */
const WHOLE = /([:[,]\s*)(-?\d+)(?=\s*[,}\]])/g;
const MARK = "\u0000";

/**
 * @param {string} path
 * @param {unknown} value
 * @returns {unknown}
 */
function opened(path, value) {
  if (typeof value === "object" && value !== null) {
    const { toJson } = /** @type {{ toJson?: unknown }} */ (value);
    return typeof toJson === "function" ? exact(path, toJson.call(value)) : value;
  }
  if (typeof value !== "string") throw mistyped(path, "JSON text or an object", value);
  return exact(path, value);
}

/**
 * JSON text whose whole numbers become bigints.
 * @param {string} path
 * @param {unknown} value
 */
function exact(path, value) {
  const marked = text(path, value).replace(WHOLE, `$1"\\u0000$2"`);
  try {
    return JSON.parse(marked, (_, item) => (typeof item === "string" && item.startsWith(MARK) ? BigInt(item.slice(1)) : item));
  } catch {
    throw refusal(path, "syntax", "must be JSON");
  }
}

/**
 * @param {string} path
 * @param {unknown} value
 */
export function counts(path, value) {
  return named(path, value, ["units", "failures"]);
}

/**
 * @param {string} path
 * @param {unknown} value
 */
export function events(path, value) {
  return named(path, value, ["units", "events", "exposure"]);
}

/**
 * @param {string} path
 * @param {unknown} value
 */
export function fractions(path, value) {
  const counts = integers(path, opened(path, value));
  if (counts.length !== 17) throw refusal(path, "range", "must be 17 counts, of units with 0 to 16 sixteenths", String(counts.length));
  return counts;
}

/**
 * @param {string} path
 * @param {unknown} value
 */
export function histogram(path, value) {
  const { first, counts } = fields(path, opened(path, value), ["first", "counts"]);
  const all = integers(`${path}.counts`, counts);
  return [integer(`${path}.first`, first), BigInt(all.length), ...all];
}

/**
 * @param {string} path
 * @param {unknown} value
 */
export function moments(path, value) {
  const sums = fields(path, opened(path, value), ["units", ...SUMS]);
  return [integer(`${path}.units`, sums["units"]), ...SUMS.flatMap((sum) => sumHalves(`${path}.${sum}`, sums[sum]))];
}

/**
 * The numbers of a reference; of none where there is none.
 * @param {string} path
 * @param {unknown} value
 */
export function reference(path, value) {
  if (value === undefined || value === null) return [0n];
  const { edges, counts } = fields(path, opened(path, value), ["edges", "counts"]);
  const [cuts, groups] = [integers(`${path}.edges`, edges), integers(`${path}.counts`, counts)];
  if (cuts.length === 0) throw refusal(`${path}.edges`, "range", "must not be empty");
  if (groups.length !== cuts.length + 1) throw refusal(`${path}.counts`, "range", "must be one more than edges", String(groups.length));
  return [BigInt(cuts.length), ...cuts, ...groups];
}

/**
 * @param {string} path
 * @param {unknown} value
 * @param {readonly string[]} names
 */
function named(path, value, names) {
  const all = fields(path, opened(path, value), names);
  return names.map((name) => integer(`${path}.${name}`, all[name]));
}

/**
 * @param {string} path
 * @param {unknown} value
 */
function integers(path, value) {
  return Array.from(list(path, value, "counts"), (count, place) => integer(`${path}[${place}]`, count));
}

/**
 * Both halves of an integer of 128 bits with sign, the low one first.
 * @param {string} path
 * @param {unknown} value
 */
function sumHalves(path, value) {
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!isWhole && typeof value !== "number") throw mistyped(path, "a number or a bigint", value);
  const sum = isWhole ? BigInt(/** @type {number | bigint} */ (value)) : LARGEST_SUM + 1n;
  if (sum > LARGEST_SUM || sum < -LARGEST_SUM) {
    throw refusal(path, "range", "must be an integer from -2^53 + 1 to 2^53 - 1, or a bigint of 128 bits", String(value));
  }
  return [sum & LARGEST, BigInt.asUintN(64, sum >> 64n)];
}
