// @ts-check
import { Design as Core, powerOf as corePowerOf, unitsFor as coreUnitsFor } from "../dist/analysis.js";
import { document, fields, list, number } from "./convert.js";
import { refusal } from "./error.js";
import { Handle, dispose } from "./handle.js";

/** @import { Analysis, Bounds, Crossings, Inflation, PlannedUnits, TestOptions, Units } from "./analysis.js" */

export class Design {
  /** @type {Handle<Core>} */
  #handle;

  /** @param {string | object | Core} json A core comes from `observed` and `concluded` alone: nobody else can have one. */
  constructor(json) {
    this.#handle = new Handle("design", json instanceof Core ? json : new Core(document("design", json)));
  }

  /** @returns {Bounds} */
  get bounds() {
    return JSON.parse(this.#handle.core.json());
  }

  /** @param {readonly number[]} fractions */
  observed(fractions) {
    const checked = numbers("fractions", fractions);
    return new Design(this.#handle.core.observed(checked));
  }

  /** @param {readonly number[]} fractions */
  concluded(fractions) {
    const checked = numbers("fractions", fractions);
    return new Design(this.#handle.core.concluded(checked));
  }

  /**
   * @param {readonly number[]} z
   * @returns {Analysis}
   */
  analyse(z) {
    const checked = numbers("z", z);
    return JSON.parse(this.#handle.core.analyse(checked));
  }

  /**
   * @param {number} drift
   * @returns {Crossings}
   */
  crossings(drift) {
    return JSON.parse(this.#handle.core.crossings(number("drift", drift)));
  }

  /** @param {number} power */
  driftFor(power) {
    return this.#handle.core.driftFor(number("power", power));
  }

  /**
   * @param {number} power
   * @returns {Inflation}
   */
  inflation(power) {
    return JSON.parse(this.#handle.core.inflation(number("power", power)));
  }

  /**
   * @param {string | object} comparison
   * @param {number} power
   * @returns {PlannedUnits}
   */
  units(comparison, power) {
    const checked = document("comparison", comparison);
    return JSON.parse(this.#handle.core.units(checked, number("power", power)));
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

/**
 * @param {string | object} comparison
 * @param {number} power
 * @param {TestOptions} [options]
 * @returns {Units}
 */
export function unitsFor(comparison, power, options = {}) {
  const { alpha, sides } = test(options);
  return JSON.parse(coreUnitsFor(document("comparison", comparison), alpha, sides, number("power", power)));
}

/**
 * @param {string | object} comparison
 * @param {number} total
 * @param {TestOptions} [options]
 */
export function powerOf(comparison, total, options = {}) {
  const { alpha, sides } = test(options);
  const [right = NaN, wrong = NaN] = corePowerOf(document("comparison", comparison), number("total", total), alpha, sides);
  return { right, wrong };
}

/** @param {unknown} options */
function test(options) {
  const { alpha = 0.05, sides = 1 } = fields("options", options, ["alpha", "sides"]);
  if (sides !== 1 && sides !== 2) throw refusal("sides", "range", "must be 1 or 2", String(sides));
  return { alpha: number("alpha", alpha), sides };
}

/**
 * @param {string} path
 * @param {unknown} values
 */
function numbers(path, values) {
  return Float64Array.from(Array.from(list(path, values, "numbers"), (value, place) => number(`${path}[${place}]`, value)));
}
