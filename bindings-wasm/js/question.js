// @ts-check
// Questions about budgets as the JSON text that the core reads, with counts of 64 bits.
import { LARGEST, mistyped, shown, text } from "./convert.js";
import { refusal } from "./error.js";

/** How deep a document may go: more than the core reads, and less than a stack holds. */
const DEEPEST = 200;

/**
 * A document in which integers may be bigints, and numbers are not rounded without a word.
 * @param {string} path
 * @param {unknown} value
 */
export function counted(path, value) {
  if (typeof value === "string") return text(path, value);
  if (typeof value !== "object" || value === null) throw mistyped(path, "JSON text or an object", value);
  return text(path, written(path, value, 0) ?? "null");
}

/**
 * As `JSON.stringify`, but for integers.
 * @param {string} path
 * @param {unknown} given
 * @param {number} depth
 * @returns {string | undefined} Nothing for what JSON leaves out.
 */
function written(path, given, depth) {
  if (depth > DEEPEST) throw refusal(path, "type", "must be something that JSON can hold, without cycles");
  const value = plain(path, given);
  switch (typeof value) {
    case "bigint":
      if (value < -LARGEST || value > LARGEST) throw refusal(path, "range", "must be an integer of 64 bits", String(value));
      return String(value);
    case "number":
      if (!Number.isFinite(value)) throw refusal(path, "range", "must be a finite number", String(value));
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw refusal(path, "range", "must be an integer below 2^53, or a bigint", String(value));
      }
      return JSON.stringify(value);
    case "string":
    case "boolean":
      return JSON.stringify(value);
    case "object":
      break;
    case "undefined":
      return undefined;
    default:
      throw refusal(path, "type", "must be something that JSON can hold", shown(value));
  }
  if (value === null) return "null";
  if (Array.isArray(value)) {
    const items = Array.from(value, (item, place) => written(`${path}[${place}]`, item, depth + 1) ?? "null");
    return `[${items.join()}]`;
  }
  const fields = [];
  for (const [name, item] of Object.entries(value)) {
    const field = written(`${path}.${name}`, item, depth + 1);
    if (field !== undefined) fields.push(`${JSON.stringify(name)}:${field}`);
  }
  return `{${fields.join()}}`;
}

/**
 * A value, or what stands for it in JSON, such as a date's text.
 * @param {string} path
 * @param {unknown} value
 */
function plain(path, value) {
  if (typeof value !== "object" || value === null) return value;
  const { toJSON } = /** @type {{ toJSON?: unknown }} */ (value);
  if (typeof toJSON !== "function") return value;
  try {
    return toJSON.call(value, "");
  } catch {
    throw refusal(path, "type", "must be something that JSON can hold");
  }
}
