// @ts-check
import { Fleet as Core } from "../dist/log.js";
import { document, integer32, list, text } from "./convert.js";
import { Handle, dispose } from "./handle.js";

/** @import { ActualExposure, Batch, FleetWarning, Observed, Orders, ReplicaCounts } from "./log.js" */

export class Fleet {
  /** @type {Handle<Core>} */
  #handle;

  /** @param {string | object} document_ */
  constructor(document_) {
    this.#handle = new Handle("fleet", new Core(document("fleet", document_)));
  }

  get replicas() {
    return this.#handle.core.replicas();
  }

  get most() {
    return this.#handle.core.most();
  }

  get leastReady() {
    return this.#handle.core.leastReady();
  }

  /**
   * @param {string} exposure
   * @returns {ReplicaCounts}
   */
  counts(exposure) {
    return JSON.parse(this.#handle.core.counts(text("exposure", exposure)));
  }

  /**
   * @param {string} exposure
   * @returns {[below: string, above: string]}
   */
  around(exposure) {
    return JSON.parse(this.#handle.core.around(text("exposure", exposure)));
  }

  /**
   * @param {readonly string[]} exposures
   * @param {string} tolerance
   * @returns {FleetWarning[]}
   */
  review(exposures, tolerance) {
    return JSON.parse(this.#handle.core.review(shares(exposures), text("tolerance", tolerance)));
  }

  /**
   * @param {string | Observed} observed
   * @param {string} exposure
   * @returns {Orders}
   */
  next(observed, exposure) {
    return JSON.parse(this.#handle.core.next(document("observed", observed), text("exposure", exposure)));
  }

  /**
   * @param {string | Observed} observed
   * @param {string} exposure
   * @returns {ActualExposure}
   */
  actual(observed, exposure) {
    return JSON.parse(this.#handle.core.actual(document("observed", observed), text("exposure", exposure)));
  }

  /**
   * @param {readonly string[]} exposures
   * @param {number} [limit]
   * @returns {Batch[]}
   */
  batches(exposures, limit = 10_000) {
    return JSON.parse(this.#handle.core.batches(shares(exposures), integer32("limit", limit)));
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

/** @param {unknown} exposures */
function shares(exposures) {
  return Array.from(list("exposures", exposures, "shares"), (share, place) => text(`exposures[${place}]`, share));
}
