// @ts-check
// What was kept of a metric, as the JSON text that the core reads: of a Histogram or Moments, of an object, or text already.
import { mistyped, text } from "./convert.js";
import { RampgateError, refusal } from "./error.js";

/** Stands before the digits of a bigint, which JSON.stringify cannot write. */
const MARK = "\u0000";
const MARKED = /"\\u0000(-?\d+)"/g;

/**
 * @param {string} path
 * @param {unknown} value
 */
export function kept(path, value) {
  if (typeof value === "string") return text(path, value);
  if (typeof value !== "object" || value === null) throw mistyped(path, "JSON text or an object", value);
  const { toJson } = /** @type {{ toJson?: unknown }} */ (value);
  if (typeof toJson === "function") return text(path, toJson.call(value));
  /** @type {(name: string, item: unknown) => unknown} */
  const exact = (_, item) => {
    if (typeof item === "bigint") return MARK + item;
    if (typeof item === "number" && !Number.isSafeInteger(item)) {
      throw refusal(path, "range", "must hold integers up to 2^53 - 1, or bigints", String(item));
    }
    return item;
  };
  let written;
  try {
    written = JSON.stringify(value, exact);
  } catch (error) {
    if (error instanceof RampgateError) throw error;
    // a cycle, a toJSON that throws: below
  }
  if (typeof written !== "string") throw refusal(path, "type", "must be something that JSON can hold", "object");
  return text(path, written.replace(MARKED, "$1"));
}
