// @ts-check
import { Moments as Core } from "../dist/analysis.js";
import { mistyped, shown } from "./convert.js";
import { refusal } from "./error.js";
import { Handle, dispose } from "./handle.js";
import { moments } from "./kept.js";

/** @import { Kept, MomentSums } from "./analysis.js" */

/** Largest signed integer of the core's 64 bits. */
const LARGEST = 2n ** 63n - 1n;

export class Moments {
  /** @type {Handle<Core>} */
  #handle;

  /** @param {Kept<MomentSums>} [json] */
  constructor(json) {
    this.#handle = new Handle("moments", new Core(BigUint64Array.from(json === undefined ? [] : moments("moments", json))));
  }

  /**
   * @param {number | bigint} value
   * @param {number | bigint} [companion]
   */
  record(value, companion = 0) {
    this.#handle.core.record(signed("value", value), signed("companion", companion));
  }

  /** @param {Moments} other */
  merge(other) {
    if (typeof other !== "object" || other === null || !(#handle in other)) throw mistyped("other", "Moments", other);
    if (other === this) throw refusal("other", "conflict", "must be other moments");
    this.#handle.core.merge(other.#handle.core);
  }

  get units() {
    return Number(this.#handle.core.units());
  }

  get mean() {
    return this.#handle.core.mean() ?? null;
  }

  get companionMean() {
    return this.#handle.core.companionMean() ?? null;
  }

  get variance() {
    return this.#handle.core.variance() ?? null;
  }

  toJson() {
    return this.#handle.core.json();
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

/**
 * An integer with sign; the core has narrower bounds.
 * @param {string} path
 * @param {unknown} value
 */
function signed(path, value) {
  if (typeof value === "number" && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === "bigint" && value >= -LARGEST && value <= LARGEST) return value;
  if (typeof value !== "number" && typeof value !== "bigint") throw mistyped(path, "a number or a bigint", value);
  throw refusal(path, "range", "must be an integer, of thousandths", shown(value));
}
