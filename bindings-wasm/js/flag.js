// @ts-check
import { Flag as Core } from "../dist/core.js";
import { document } from "./convert.js";
import { theDesk } from "./core-desk.js";
import { Handle, dispose } from "./handle.js";

/** @import { Evaluation } from "./index.js" */

export class Flag {
  /** @type {Handle<Core>} */
  #handle;
  /** @type {readonly string[]} */
  #variants;

  /** @param {string | object} json */
  constructor(json) {
    const core = new Core(document("flag", json));
    this.#handle = new Handle("flag", core);
    this.#variants = Object.freeze(core.variants());
  }

  /** @param {string | object} json */
  static fromJson(json) {
    return new Flag(json);
  }

  /**
   * @param {string | null} [unit]
   * @returns {Evaluation}
   */
  evaluate(unit) {
    const desk = theDesk();
    const { core } = this.#handle;
    core.evaluate(desk.core, desk.put(unit));
    const index = desk.position;
    return { variant: /** @type {string} */ (this.#variants[index]), index, reason: desk.reason() };
  }

  /** @param {readonly (string | null | undefined)[]} units */
  evaluateMany(units) {
    const desk = theDesk();
    const { core } = this.#handle;
    return desk.many(units, (length) => core.evaluate(desk.core, length));
  }

  get key() {
    return this.#handle.core.key();
  }

  get variants() {
    return this.#variants;
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}
