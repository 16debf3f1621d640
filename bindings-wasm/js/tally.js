// @ts-check
import { Tally as Core } from "../dist/analysis.js";
import { bytes, instant, metrics, mistyped, shown } from "./convert.js";
import { refusal } from "./error.js";
import { Handle, dispose } from "./handle.js";
import { MEASURES, measurements } from "./measured.js";

/** @import { Measure, Measured } from "./index.js" */

/** Most metrics that there may be. */
const MOST = 32;

export class Tally {
  /** @type {Handle<Core>} */
  #handle;
  /** @type {ReadonlyMap<unknown, number>} */
  #metrics;
  #measures;

  /** @param {Readonly<Record<string, Measure>>} measures */
  constructor(measures) {
    if (typeof measures !== "object" || measures === null || Array.isArray(measures)) throw mistyped("measures", "an object of measures by name", measures);
    const names = Object.keys(measures);
    if (names.length > MOST) throw refusal("measures", "range", `must be at most ${MOST}`, String(names.length));
    this.#measures = Uint8Array.from(names, (name) => {
      const place = MEASURES.indexOf(/** @type {any} */ (measures[name]));
      if (place < 0) throw refusal(`measures.${name}`, "unknown", `must be one of ${MEASURES.join(", ")}`, shown(measures[name]));
      return place;
    });
    this.#metrics = new Map(names.map((name, position) => [/** @type {unknown} */ (name), position]));
    this.#handle = new Handle("tally", new Core(this.#measures));
  }

  /**
   * @param {Readonly<Record<string, Measure>>} measures
   * @param {Uint8Array} data
   */
  static fromBytes(measures, data) {
    const checked = bytes("data", data);
    const tally = new Tally(measures);
    tally.#handle.core.read(checked);
    return tally;
  }

  /**
   * @param {number} atMs
   * @param {readonly string[]} [failed]
   * @param {readonly string[]} [missing]
   * @param {Measured} [measured]
   */
  record(atMs, failed, missing, measured) {
    const at = instant("atMs", atMs);
    const sets = [metrics("failed", failed, this.#metrics), metrics("missing", missing, this.#metrics)];
    const words = measurements(measured, this.#metrics, this.#measures);
    this.#handle.core.record(at, /** @type {number} */ (sets[0]), /** @type {number} */ (sets[1]), words);
  }

  /** @param {Tally} other */
  merge(other) {
    if (typeof other !== "object" || other === null || !(#handle in other)) throw mistyped("other", "a Tally", other);
    if (other === this) throw refusal("other", "conflict", "must be another tally");
    this.#handle.core.merge(other.#handle.core);
  }

  get units() {
    return Number(this.#handle.core.units());
  }

  /** @param {string} name */
  series(name) {
    const position = this.#metrics.get(name);
    if (position === undefined) throw refusal("name", "unknown", "must be the name of a metric", shown(name));
    const text = this.#handle.core.series(position);
    return text.slice(text.indexOf(":") + 1, -1); // of the object whose one field is the measure
  }

  toBytes() {
    return this.#handle.core.bytes();
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
