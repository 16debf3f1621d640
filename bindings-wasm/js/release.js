// @ts-check
import { Release as Core } from "../dist/core.js";
import { ARMS, bytes, document, instant, integer, json, metrics, placement, text } from "./convert.js";
import { theDesk } from "./core-desk.js";
import { refusal } from "./error.js";
import { Handle, dispose } from "./handle.js";
import { measurements } from "./measured.js";

/** @import { Assignment, Measured, Merged, Phase, Placement, Signal, Step } from "./index.js" */

export class Release {
  /** @type {Handle<Core>} */
  #handle;
  /** @type {readonly string[]} */
  #variants;
  /** @type {readonly string[]} */
  #guardrails;
  /** Positions of the guardrails by name. */
  #metrics;
  /** What they measure. */
  #measures;
  /** @type {readonly string[]} */
  #rings;
  /**
   * Of each flag its key, then its variants; read when first asked for.
   * @type {readonly string[][] | undefined}
   */
  #flags;

  /**
   * @param {string | object | Core} spec A core comes from `resume` alone: nobody else can have one.
   * @param {bigint | number} [replica]
   */
  constructor(spec, replica) {
    const written = spec instanceof Core ? "{}" : document("spec", spec);
    const core = spec instanceof Core ? spec : new Core(written, integer("replica", replica));
    this.#handle = new Handle("release", core);
    this.#variants = Object.freeze(core.variants());
    this.#guardrails = Object.freeze(core.guardrails());
    this.#metrics = new Map(this.#guardrails.map((name, position) => [/** @type {unknown} */ (name), position]));
    this.#measures = core.measures();
    this.#rings = ringsOf(written);
  }

  /**
   * @param {string | object} spec
   * @param {Uint8Array} state
   * @param {bigint | number} replica
   */
  static resume(spec, state, replica) {
    const written = document("spec", spec);
    const release = new Release(Core.resume(written, bytes("state", state), integer("replica", replica)));
    release.#rings = ringsOf(written);
    return release;
  }

  /**
   * @param {string | null} [unit]
   * @param {string} [ring]
   * @returns {Assignment}
   */
  assign(unit, ring) {
    const desk = theDesk();
    const { core } = this.#handle;
    core.assign(desk.core, desk.put(unit), 0, this.#ring(ring));
    return assignment(desk, this.#variants);
  }

  /**
   * @param {string | null} [unit]
   * @param {string} [ring]
   * @returns {Map<string, Assignment>}
   */
  assignAll(unit, ring) {
    const desk = theDesk();
    const { core } = this.#handle;
    this.#flags ??= flagsOf(core);
    const [length, position] = [desk.put(unit), this.#ring(ring)];
    return new Map(
      this.#flags.map(([key, ...variants], place) => {
        core.assign(desk.core, length, place, position);
        return [/** @type {string} */ (key), assignment(desk, variants)];
      }),
    );
  }

  /**
   * @param {readonly (string | null | undefined)[]} units
   * @param {string} [ring]
   */
  assignMany(units, ring) {
    const desk = theDesk();
    const { core } = this.#handle;
    const position = this.#ring(ring);
    return desk.many(units, (length) => core.assign(desk.core, length, 0, position));
  }

  /**
   * @param {Placement} placed
   * @param {number} atMs
   * @param {readonly string[]} [failed]
   * @param {readonly string[]} [missing]
   * @param {Measured} [measured]
   */
  record(placed, atMs, failed, missing, measured) {
    const [cohort, arm] = placement(placed);
    const at = instant("atMs", atMs);
    const [failures, gaps] = this.#sets(failed, missing);
    const words = measurements(measured, this.#metrics, this.#measures);
    this.#handle.core.record(cohort, arm, at, failures, gaps, words);
  }

  /**
   * @param {Placement} placed
   * @param {number} atMs
   * @param {readonly string[]} [failed]
   * @param {readonly string[]} [missing]
   * @param {Measured} [measured]
   */
  recordOutcome(placed, atMs, failed, missing, measured) {
    const [cohort, arm] = placement(placed);
    const at = instant("atMs", atMs);
    const [failures, gaps] = this.#sets(failed, missing);
    const words = measurements(measured, this.#metrics, this.#measures);
    this.#handle.core.recordOutcome(cohort, arm, at, failures, gaps, words);
  }

  /**
   * @param {number} atMs
   * @param {number | bigint} good
   * @param {number | bigint} bad
   */
  recordRequests(atMs, good, bad) {
    this.#handle.core.recordRequests(instant("atMs", atMs), integer("good", good), integer("bad", bad));
  }

  /**
   * @param {number} atMs
   * @param {Signal} [signal]
   * @returns {Step}
   */
  step(atMs, signal) {
    return JSON.parse(this.stepJson(atMs, signal));
  }

  /**
   * @param {number} atMs
   * @param {Signal} [signal]
   */
  stepJson(atMs, signal) {
    const told = signal === undefined ? undefined : json("signal", signal);
    return this.#handle.core.step(instant("atMs", atMs), told);
  }

  takeDelta() {
    return this.#handle.core.takeDelta();
  }

  /**
   * @param {Uint8Array} delta
   * @returns {Merged}
   */
  merge(delta) {
    return /** @type {Merged} */ (this.#handle.core.merge(bytes("delta", delta)));
  }

  directive() {
    return this.#handle.core.directive();
  }

  /** @param {Uint8Array} directive */
  follow(directive) {
    return this.#handle.core.follow(bytes("directive", directive));
  }

  state() {
    return this.#handle.core.state();
  }

  /** @param {bigint | number} replica */
  seal(replica) {
    return this.#handle.core.seal(integer("replica", replica));
  }

  get name() {
    return this.#handle.core.name();
  }

  get variants() {
    return this.#variants;
  }

  get guardrails() {
    return this.#guardrails;
  }

  get rings() {
    return this.#rings;
  }

  get exposure() {
    return this.#handle.core.exposure() / 1_000_000;
  }

  /** @returns {Phase} */
  get phase() {
    return JSON.parse(this.#handle.core.phase());
  }

  get cohort() {
    return this.#handle.core.cohort();
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }

  /**
   * The position of a ring. Where there are none, any will do.
   * @param {unknown} ring
   */
  #ring(ring) {
    const name = ring === undefined ? "" : text("ring", ring);
    const position = this.#rings.indexOf(name);
    if (position < 0 && this.#rings.length > 0) throw refusal("ring", "unknown", "must be the name of a ring", name);
    return position >>> 0;
  }

  /**
   * @param {readonly string[] | undefined} failed
   * @param {readonly string[] | undefined} missing
   * @returns {[failed: number, missing: number]}
   */
  #sets(failed, missing) {
    return [metrics("failed", failed, this.#metrics), metrics("missing", missing, this.#metrics)];
  }
}

/**
 * The answer on the desk.
 * @param {ReturnType<typeof theDesk>} desk
 * @param {readonly string[]} variants
 * @returns {Assignment}
 */
function assignment(desk, variants) {
  return {
    variant: /** @type {string} */ (variants[desk.position]),
    arm: ARMS[/** @type {0 | 1 | 2} */ (desk.arm)],
    cohort: desk.cohort,
    reason: desk.reason(),
  };
}

/**
 * The names of the rings of a spec that the core found to be sound.
 * @param {string} spec
 * @returns {readonly string[]}
 */
function ringsOf(spec) {
  /** @type {{ rings?: { name: string }[] }} */
  const { rings = [] } = JSON.parse(spec);
  return Object.freeze(rings.map(({ name }) => name));
}

/** @param {Core} core */
function flagsOf(core) {
  const flags = [];
  for (let flag = core.flag(0); flag.length > 0; flag = core.flag(flags.length)) flags.push(flag);
  return flags;
}
