// @ts-check
import { Histogram as Core, binOf as coreBinOf } from "../dist/analysis.js";
import { integer, mistyped, text } from "./convert.js";
import { refusal } from "./error.js";
import { Handle, dispose } from "./handle.js";
import { histogram } from "./kept.js";

/** @import { Bin, HistogramCounts, Kept, Quantile } from "./analysis.js" */

export class Histogram {
  /** @type {Handle<Core>} */
  #handle;

  /** @param {Kept<HistogramCounts>} [json] */
  constructor(json) {
    this.#handle = new Handle("histogram", new Core(BigUint64Array.from(json === undefined ? [] : histogram("histogram", json))));
  }

  /**
   * @param {number | bigint} value
   * @param {number | bigint} [times]
   */
  record(value, times = 1) {
    this.#handle.core.record(integer("value", value), integer("times", times));
  }

  /** @param {Histogram} other */
  merge(other) {
    if (typeof other !== "object" || other === null || !(#handle in other)) throw mistyped("other", "a Histogram", other);
    if (other === this) throw refusal("other", "conflict", "must be another histogram");
    this.#handle.core.merge(other.#handle.core);
  }

  get units() {
    return Number(this.#handle.core.units());
  }

  /**
   * @param {string} level
   * @returns {Quantile | null}
   */
  quantile(level) {
    return JSON.parse(this.#handle.core.quantile(text("level", level)));
  }

  /** @returns {{ first: number, counts: number[] }} */
  counts() {
    return JSON.parse(this.toJson());
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
 * @param {number | bigint} value
 * @returns {Bin}
 */
export function binOf(value) {
  const [bin, least] = coreBinOf(integer("value", value));
  return { bin: Number(bin), at_least: Number(least) };
}
