// @ts-check
import { Trial as Core } from "../dist/planning.js";
import { document, fields, integer, integer32, number } from "./convert.js";
import { Handle, dispose } from "./handle.js";

/** @import { Detection, Estimate, Runs } from "./planning.js" */

export class Trial {
  /** @type {Handle<Core>} */
  #handle;

  /** @param {string | object} json */
  constructor(json) {
    this.#handle = new Handle("trial", new Core(document("trial", json)));
  }

  /**
   * @param {number} ratio
   * @param {Runs} runs
   * @returns {Detection}
   */
  detection(ratio, runs) {
    return JSON.parse(this.#handle.core.detection(number("ratio", ratio), ...played(runs)));
  }

  /**
   * @param {number} ratio
   * @param {Runs} runs
   * @returns {Detection}
   */
  safety(ratio, runs) {
    return JSON.parse(this.#handle.core.safety(number("ratio", ratio), ...played(runs)));
  }

  /**
   * @param {number} ratio
   * @param {number} power
   * @param {Runs} runs
   * @returns {Estimate}
   */
  unitsNeeded(ratio, power, runs) {
    return JSON.parse(this.#handle.core.unitsNeeded(number("ratio", ratio), number("power", power), ...played(runs)));
  }

  /**
   * @param {number} ratio
   * @param {number} power
   * @param {Runs} runs
   * @returns {Estimate}
   */
  unitsToSafety(ratio, power, runs) {
    return JSON.parse(this.#handle.core.unitsToSafety(number("ratio", ratio), number("power", power), ...played(runs)));
  }

  /**
   * @param {number} power
   * @param {Runs} runs
   * @returns {Estimate}
   */
  smallestEffect(power, runs) {
    return JSON.parse(this.#handle.core.smallestEffect(number("power", power), ...played(runs)));
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

/**
 * @param {unknown} options
 * @returns {[runs: number, seed: bigint]}
 */
function played(options) {
  const { seed, runs = 1_000 } = fields("options", options, ["seed", "runs"]);
  return [integer32("runs", runs), integer("seed", seed)];
}
