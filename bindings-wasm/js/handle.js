// @ts-check
// An object of the module, which lives until it is freed.
import { refusal } from "./error.js";

/**
 * @template {{ free(): void }} T
 */
export class Handle {
  /** @type {T | undefined} */
  #core;
  #name;

  /**
   * @param {string} name
   * @param {T} core
   */
  constructor(name, core) {
    this.#name = name;
    this.#core = core;
  }

  /** The object; an error once it was freed. */
  get core() {
    if (this.#core === undefined) throw refusal(this.#name, "freed", "must not be used after free()");
    return this.#core;
  }

  /** Safe to call twice. */
  free() {
    const core = this.#core;
    this.#core = undefined;
    core?.free();
  }
}

/**
 * What `using` calls; a name that nobody calls where the language does not have it yet.
 * @type {typeof Symbol.dispose}
 */
export const dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");
