// @ts-check
// Units go into the module's memory and answers come out of it through views that are made once: an object or a string that
// crosses the boundary would cost more than the decision. The Desk of src/desk.rs is the other side.
import { list, text } from "./convert.js";
import { refusal } from "./error.js";

/** @import { Reason } from "./index.js" */
/** @import { FlagReason } from "./flags.js" */

/**
 * The other side, in one of the package's modules.
 * @typedef {{ reserve(bytes: number): void, room(): number, text(): number, answer(): number }} Core
 */

/**
 * The numbers of an answer, in the order of src/desk.rs.
 * @typedef {{ 0: number, 1: number, 2: number, 3: number, 4: number, 5: number }} Answer
 */

/** Longest unit, in UTF-16 units. */
const LONGEST = 1024 * 1024;
/** Most bytes of UTF-8 for one UTF-16 unit. */
const WIDEST = 3;

const encoder = new TextEncoder();

/**
 * What became of a unit, at the numbers that stand for it in the module. With a slot, or two, from `not_exposed` on.
 * @type {readonly FlagReason["why"][]}
 */
const WHY = [
  "off",
  "override",
  "unassigned",
  "not_scheduled",
  "prerequisite",
  "held_out",
  "no_rule",
  "served",
  "sticky",
  "not_exposed",
  "not_in_layer",
  "not_allocated",
  "allocated",
];
const ONE_SLOT = WHY.indexOf("not_exposed");
const TWO_SLOTS = WHY.indexOf("not_allocated");

/**
 * The reason from three numbers of an answer.
 * @param {number} number
 * @param {number} slot
 * @param {number} variantSlot
 * @returns {FlagReason}
 */
export function reasonOf(number, slot, variantSlot) {
  const why = /** @type {any} */ (WHY[number]);
  if (number < ONE_SLOT) return { why };
  return number < TWO_SLOTS ? { why, slot } : { why, slot, variantSlot };
}

/** @template {Core} C */
class Desk {
  /** @private */ text = new Uint8Array();
  /** @type {Answer} */ answer = [0, 0, 0, 0, 0, 0];

  /**
   * @param {C} core
   * @param {() => unknown} memory
   */
  constructor(core, memory) {
    this.core = core;
    /** @private */ this.memory = memory;
  }

  /**
   * Writes one unit.
   * @param {unknown} unit
   * @returns {number} Its length in bytes.
   */
  put(unit) {
    return this.write(checked("unit", unit));
  }

  /**
   * Writes one unit that was checked.
   * @param {string} id
   */
  write(id) {
    if (this.text.length === 0) this.renew();
    const { read, written } = encoder.encodeInto(id, this.text);
    if (read === id.length) return written;
    this.core.reserve(id.length * WIDEST);
    this.renew();
    return encoder.encodeInto(id, this.text).written;
  }

  /** Position of the unit's variant. */
  get position() {
    return this.answer[0];
  }

  /** Of a release's answer. */
  get cohort() {
    return this.answer[4];
  }

  /** Of a release's answer: its number in `ARMS`. */
  get arm() {
    return this.answer[5];
  }

  /** Of a flag alone and of a release, whose reasons are fewer. */
  reason() {
    const { 1: why, 2: slot, 3: variantSlot } = this.answer;
    return /** @type {Reason} */ (reasonOf(why, slot, variantSlot));
  }

  /**
   * The position of each unit's variant.
   * @param {unknown} units
   * @param {(length: number) => void} decide Decides the unit that was put last.
   */
  many(units, decide) {
    const all = list("units", units, "strings");
    for (let place = 0; place < all.length; place++) checked(`units[${place}]`, all[place]);
    const positions = new Uint8Array(all.length);
    for (let place = 0; place < all.length; place++) {
      decide(this.put(all[place]));
      positions[place] = this.position;
    }
    return positions;
  }

  /**
   * Bytes of the text, at least so many. What was there stays.
   * @param {number} bytes
   */
  roomFor(bytes) {
    if (bytes > this.text.length) {
      this.core.reserve(bytes);
      this.renew();
    }
    return this.text;
  }

  /** The first numbers of the answer, as they are when the module's memory may have grown since. */
  fresh() {
    if (this.answer[0] === undefined) this.renew();
    return this.answer;
  }

  /** @private When the module's memory grows, views of it become empty. */
  renew() {
    const { buffer } = /** @type {WebAssembly.Memory} */ (this.memory());
    this.text = new Uint8Array(buffer, this.core.text(), this.core.room());
    this.answer = /** @type {Answer} */ (/** @type {unknown} */ (new Uint32Array(buffer, this.core.answer(), 6)));
  }
}

/**
 * @param {string} path
 * @param {unknown} unit
 */
export function checked(path, unit) {
  if (typeof unit === "string" && unit.length <= LONGEST) return unit;
  if (unit === undefined || unit === null) return ""; // a unit that is missing is nobody, as an empty one is
  const { length } = text(path, unit);
  throw refusal(path, "range", `must be at most ${LONGEST} characters`, `${length}-characters`);
}

/**
 * The desk of a module, made when it is first needed: this file is read before the module is there.
 * @template {Core} C
 * @param {() => C} make
 * @param {() => unknown} memory
 * @returns {() => Desk<C>}
 */
export function deskOf(make, memory) {
  /** @type {Desk<C> | undefined} */
  let desk;
  return () => (desk ??= new Desk(make(), memory));
}
