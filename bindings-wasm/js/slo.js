// @ts-check
import { Counter as Core, Policy as CorePolicy, allowedFailure as coreAllowedFailure, askGate as coreAskGate, budget as coreBudget } from "../dist/slo.js";
import { instant, integer, mistyped, text } from "./convert.js";
import { refusal } from "./error.js";
import { Handle, dispose } from "./handle.js";
import { counted } from "./question.js";

/** @import { AlertState, Budget, Counts, Evaluated, GateReport, PolicyReport, Reading } from "./slo.js" */

/**
 * What the module has of a counter, for policies.
 * @type {(counter: unknown) => Core}
 */
let coreOf;

export class Counter {
  #handle = new Handle("counter", new Core());

  static {
    coreOf = (counter) => {
      // not instanceof: what was made by Object.create has the prototype, and no handle
      if (typeof counter !== "object" || counter === null || !(#handle in counter)) throw mistyped("counter", "a Counter", counter);
      return counter.#handle.core;
    };
  }

  /**
   * @param {number} atMs
   * @param {number | bigint} good
   * @param {number | bigint} bad
   */
  record(atMs, good, bad) {
    this.#handle.core.record(instant("atMs", atMs), integer("good", good), integer("bad", bad));
  }

  /**
   * @param {string} window
   * @param {number} nowMs
   * @returns {Reading}
   */
  read(window, nowMs) {
    return JSON.parse(this.#handle.core.read(text("window", window), instant("nowMs", nowMs)));
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

export class Policy {
  /** @type {Handle<CorePolicy>} */
  #handle;

  /** @param {string | object} document */
  constructor(document) {
    this.#handle = new Handle("policy", new CorePolicy(counted("policy", document)));
  }

  /** @returns {PolicyReport} */
  report() {
    return JSON.parse(this.#handle.core.shown());
  }

  /** @returns {AlertState} */
  start() {
    return JSON.parse(this.#handle.core.start());
  }

  /**
   * @param {Counter} counter
   * @param {number} nowMs
   * @param {string | AlertState} state
   * @returns {Evaluated}
   */
  evaluate(counter, nowMs, state) {
    return JSON.parse(this.#handle.core.evaluate(coreOf(counter), instant("nowMs", nowMs), counted("state", state)));
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

/** @param {string} objective */
export function allowedFailure(objective) {
  return coreAllowedFailure(text("objective", objective));
}

/**
 * @param {string} objective
 * @param {string} period
 * @param {Counts} counts
 * @param {string} [atRisk]
 * @returns {Budget}
 */
export function budget(objective, period, counts, atRisk) {
  const risk = atRisk === undefined ? undefined : text("atRisk", atRisk);
  return JSON.parse(coreBudget(text("objective", objective), text("period", period), risk, ...given(counts)));
}

/**
 * @param {string | object} gate
 * @param {Counts} counts
 * @param {string} current
 * @param {string} asked
 * @returns {GateReport}
 */
export function askGate(gate, counts, current, asked) {
  return JSON.parse(coreAskGate(counted("gate", gate), ...given(counts), text("current", current), text("asked", asked)));
}

/**
 * @param {unknown} counts
 * @returns {[window: string, watched: string, good: bigint, bad: bigint]}
 */
function given(counts) {
  if (typeof counts !== "object" || counts === null) throw refusal("counts", "type", "must be an object");
  const { window, watched, good, bad } = /** @type {Record<string, unknown>} */ (counts);
  return [text("window", window), text("watched", watched), integer("good", good), integer("bad", bad)];
}
