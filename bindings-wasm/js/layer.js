// @ts-check
import { Layer as Core } from "../dist/flags.js";
import { document, text } from "./convert.js";
import { Handle, dispose } from "./handle.js";

export class Layer {
  /** @type {Handle<Core>} */
  #handle;

  /** @param {string | object} json */
  constructor(json) {
    this.#handle = new Handle("layer", new Core(document("layer", json)));
  }

  /**
   * @param {string} name
   * @param {string} share
   */
  claim(name, share) {
    this.#handle.core.claim(text("name", name), text("share", share));
  }

  /**
   * @param {string} name
   * @param {string} share
   */
  resize(name, share) {
    this.#handle.core.resize(text("name", name), text("share", share));
  }

  /** @param {string} name */
  release(name) {
    this.#handle.core.release(text("name", name));
  }

  /**
   * @param {string} unit
   * @returns {string | null}
   */
  owner(unit) {
    return this.#handle.core.owner(text("unit", unit)) ?? null;
  }

  get claims() {
    return this.#handle.core.claims();
  }

  /**
   * @param {string} claim
   * @returns {[number, number][]}
   */
  ranges(claim) {
    const flat = this.#handle.core.ranges(text("claim", claim));
    return Array.from({ length: flat.length / 2 }, (_, place) => [flat[place * 2] ?? 0, flat[place * 2 + 1] ?? 0]);
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}
