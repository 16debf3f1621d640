// @ts-check
import { Session as Core } from "../dist/analysis.js";
import { integer, mistyped } from "./convert.js";
import { Handle, dispose } from "./handle.js";

export class Session {
  #handle = new Handle("session", new Core());

  /**
   * @param {boolean} failed
   * @param {number | bigint} latency
   */
  add(failed, latency) {
    if (typeof failed !== "boolean") throw mistyped("failed", "a boolean", failed);
    this.#handle.core.add(failed, integer("latency", latency));
  }

  get failed() {
    return Number(this.#handle.core.failed());
  }

  get requests() {
    return Number(this.#handle.core.requests());
  }

  get worst() {
    return latency(this.#handle.core.worst());
  }

  get geometricMean() {
    return latency(this.#handle.core.geometricMean());
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

/** @param {bigint | undefined} value */
function latency(value) {
  return value === undefined ? null : Number(value);
}
