// @ts-check
import { Desk, FlagSet as Core, dedupe, linearMemory } from "../dist/flags.js";
import { Checked, dateOf, writeRest, writeTexts } from "./context.js";
import { document, instant, list, mistyped, shown, text } from "./convert.js";
import { deskOf, reasonOf } from "./desk.js";
import { refusal } from "./error.js";
import { Handle, dispose } from "./handle.js";

/** @import { Context, Explanation, Exposure, Finding, FlagReason, LintOptions, Step } from "./flags.js" */

/** Numbers of one flag's answer in those of all. */
const ANSWER = 5;

const theDesk = deskOf(() => new Desk(), linearMemory);

/** What a flag gave a unit. */
class Outcome {
  #unit;
  #at;

  /**
   * @param {string} flag
   * @param {string} variant
   * @param {number} index
   * @param {number | null} rule
   * @param {FlagReason} reason
   * @param {string | null} stickyToken
   * @param {Checked} context
   */
  constructor(flag, variant, index, rule, reason, stickyToken, context) {
    this.flag = flag;
    this.variant = variant;
    this.index = index;
    this.rule = rule;
    this.reason = reason;
    this.stickyToken = stickyToken;
    this.#unit = context.unit;
    this.#at = Number.isNaN(context.now) ? null : context.now;
  }

  /** @returns {Exposure | null} */
  exposure() {
    const { flag, stickyToken: salt, variant } = this;
    if (salt === null) return null;
    const desk = theDesk();
    const length = writeTexts(desk, [flag, salt, variant, this.#unit]);
    return { flag, salt, variant, unit: this.#unit, at: this.#at, dedupe: dedupe(desk.core, length) };
  }
}

/**
 * A flag as it is known on this side: texts cross the boundary once.
 * @typedef {{ key: string, position: number, variants: readonly string[] | undefined, tokens: (string | null | undefined)[] }} Known
 */

export class FlagSet {
  /** @type {Handle<Core>} */
  #handle;
  /** @type {readonly string[]} */
  #keys;
  /** @type {Known[]} */
  #known;
  /** @type {Map<unknown, Known>} */
  #byKey;

  /** @param {string | object} json */
  constructor(json) {
    const core = new Core(document("flags", json));
    this.#handle = new Handle("flags", core);
    this.#keys = Object.freeze(core.keys());
    this.#known = this.#keys.map((key, position) => ({ key, position, variants: undefined, tokens: [] }));
    this.#byKey = new Map(this.#known.map((known) => [known.key, known]));
  }

  /** @param {string | object} json */
  static fromJson(json) {
    return new FlagSet(json);
  }

  get version() {
    return this.#handle.core.version();
  }

  get keys() {
    return this.#keys;
  }

  /** @param {string} key */
  variants(key) {
    return this.#variants(this.#handle.core, this.#find(key));
  }

  /**
   * @param {string} key
   * @param {Context} context
   */
  evaluate(key, context) {
    const known = this.#find(key);
    const asked = new Checked(context);
    const { core } = this.#handle;
    const desk = theDesk();
    const unit = desk.write(asked.unit);
    const length = writeRest(desk, unit, asked);
    core.evaluate(known.position, desk.core, unit, length, asked.now);
    return this.#outcome(core, known, asked, unit, length, desk.fresh());
  }

  /** @param {Context} context */
  evaluateAll(context) {
    const asked = new Checked(context);
    const { core } = this.#handle;
    const desk = theDesk();
    const unit = desk.write(asked.unit);
    const length = writeRest(desk, unit, asked);
    const answers = core.evaluateAll(desk.core, unit, length, asked.now);
    return this.#known.map((known, place) => {
      const [index, why, slot, variantSlot, rule] = answers.subarray(place * ANSWER, (place + 1) * ANSWER);
      return this.#outcome(core, known, asked, unit, length, /** @type {any} */ ([index, why, slot, variantSlot, rule]));
    });
  }

  /**
   * @param {string} key
   * @param {Context} context
   * @returns {Explanation}
   */
  explain(key, context) {
    const known = this.#find(key);
    const asked = new Checked(context);
    const { core } = this.#handle;
    const desk = theDesk();
    const unit = desk.write(asked.unit);
    const length = writeRest(desk, unit, asked);
    const steps = JSON.parse(core.explain(known.position, desk.core, unit, length, asked.now)).map(step);
    return { outcome: this.#outcome(core, known, asked, unit, length, desk.fresh()), steps };
  }

  /**
   * @param {LintOptions} [options]
   * @returns {Finding[]}
   */
  lint(options = {}) {
    if (typeof options !== "object" || options === null) throw mistyped("options", "an object", options);
    const { now, retiredSalts = [] } = options;
    const at = now === undefined ? NaN : dateOf("now", now) ?? instant("now", now);
    const salts = Array.from(list("retiredSalts", retiredSalts, "strings"), (salt, place) => text(`retiredSalts[${place}]`, salt));
    return JSON.parse(this.#handle.core.lint(at, salts));
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }

  /** @param {unknown} key */
  #find(key) {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    if (typeof key !== "string") throw mistyped("flag", "a string", key);
    throw refusal("flag", "unknown", "must be the key of a flag", shown(key));
  }

  /**
   * @param {Core} core
   * @param {Known} known
   */
  #variants(core, known) {
    return (known.variants ??= Object.freeze(core.variants(known.position)));
  }

  /**
   * The outcome of an answer, while its context is on the desk.
   * @param {Core} core
   * @param {Known} known
   * @param {Checked} asked
   * @param {number} unit
   * @param {number} length
   * @param {{ 0: number, 1: number, 2: number, 3: number, 4: number }} answer
   */
  #outcome(core, known, asked, unit, length, { 0: index, 1: why, 2: slot, 3: variantSlot, 4: place }) {
    const reason = reasonOf(why, slot, variantSlot);
    let token = null;
    if (reason.why === "allocated" || reason.why === "sticky") {
      // a rule has one salt, whoever asks
      const found = known.tokens[place];
      token = found ?? core.stickyToken(known.position, theDesk().core, unit, length, asked.now) ?? null;
      if (found === undefined) known.tokens[place] = token;
    }
    const variant = /** @type {string} */ (this.#variants(core, known)[index]);
    return new Outcome(known.key, variant, index, place === 0 ? null : place - 1, reason, token, asked);
  }
}

/**
 * A step with its reason as outcomes have it.
 * @param {any} step
 * @returns {Step}
 */
function step(step) {
  if (step.decided?.reason.variant_slot !== undefined) {
    const { why, slot, variant_slot: variantSlot } = step.decided.reason;
    step.decided.reason = { why, slot, variantSlot };
  }
  return step;
}
