// @ts-check
// What every runtime exports as rampgate/compat. The loaders in this folder only differ in where the module comes from.
import { Scheme as Core, schemeNames as coreSchemeNames, version as coreVersion } from "../dist/compat.js";
import { document, integer32, list, mistyped, text } from "./convert.js";
import { Handle, dispose } from "./handle.js";

/** @import { Shadow } from "./compat.js" */

export { RampgateError } from "./error.js";

/** Stands for no variant. */
const NONE = 2 ** 32 - 1;

export class Scheme {
  /** @type {Handle<Core>} */
  #handle;

  /** @param {string | object} json */
  constructor(json) {
    this.#handle = new Handle("scheme", new Core(document("scheme", json)));
  }

  /** @param {string | object} json */
  static fromJson(json) {
    return new Scheme(json);
  }

  get name() {
    return this.#handle.core.name();
  }

  /** @param {string} unit */
  assign(unit) {
    const [position = NONE] = this.#handle.core.assign([text("unit", unit)]);
    return position === NONE ? null : position;
  }

  /** @param {readonly string[]} units */
  assignMany(units) {
    const given = texts(units);
    return Array.from(this.#handle.core.assign(given), (position) => (position === NONE ? null : position));
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }

  /**
   * The core of a scheme, for `shadow` below.
   * @param {string} path
   * @param {unknown} scheme
   */
  static #core(path, scheme) {
    if (typeof scheme !== "object" || scheme === null || !(#handle in scheme)) throw mistyped(path, "a Scheme", scheme);
    return scheme.#handle.core;
  }

  /**
   * @param {Scheme} next
   * @param {readonly string[]} units
   * @param {number} [limit]
   * @returns {Shadow}
   */
  shadow(next, units, limit = 100) {
    const other = Scheme.#core("next", next);
    const given = texts(units);
    const most = integer32("limit", limit);
    const [count, moved, cells, moves] = JSON.parse(this.#handle.core.shadow(other, given, most));
    return {
      units: count,
      moved,
      cells: cells.map((/** @type {any[]} */ [from, to, units]) => ({ from, to, units })),
      moves: moves.map((/** @type {any[]} */ [unit, from, to]) => ({ unit, from, to })),
    };
  }
}

/** @param {unknown} units */
function texts(units) {
  return Array.from(list("units", units, "strings"), (unit, place) => text(`units[${place}]`, unit));
}

export function schemeNames() {
  return coreSchemeNames();
}

/** @returns {string} */
export function version() {
  return coreVersion();
}
