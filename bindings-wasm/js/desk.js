// @ts-check
// Units go into the module's memory and answers come out of it through views that are made once: an object or a string that
// crosses the boundary would cost more than the decision. The Desk of src/desk.rs is the other side.
import { Desk as Core, linearMemory } from "../dist/core.js";
import { list, text } from "./convert.js";
import { refusal } from "./error.js";

/** @import { Reason } from "./index.js" */

/**
 * The numbers of an answer, in the order of src/desk.rs.
 * @typedef {{ 0: number, 1: number, 2: number, 3: number, 4: number, 5: number }} Answer
 */

/** Longest unit, in UTF-16 units. */
const LONGEST = 1024 * 1024;
/** Most bytes of UTF-8 for one UTF-16 unit. */
const WIDEST = 3;

const encoder = new TextEncoder();

class Desk {
  core = new Core();
  /** @private */ text = new Uint8Array();
  /** @private @type {Answer} */ answer = [0, 0, 0, 0, 0, 0];

  /**
   * Writes one unit.
   * @param {unknown} unit
   * @returns {number} Its length in bytes.
   */
  put(unit) {
    const id = checked("unit", unit);
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

  /** @returns {Reason} */
  reason() {
    const { 1: why, 2: slot, 3: variantSlot } = this.answer;
    switch (why) {
      case 0:
        return { why: "off" };
      case 1:
        return { why: "override" };
      case 2:
        return { why: "unassigned" };
      case 3:
        return { why: "not_exposed", slot };
      default:
        return { why: "allocated", slot, variantSlot };
    }
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

  /** @private When the module's memory grows, views of it become empty. */
  renew() {
    const { buffer } = /** @type {WebAssembly.Memory} */ (linearMemory());
    this.text = new Uint8Array(buffer, this.core.text(), this.core.room());
    this.answer = /** @type {Answer} */ (/** @type {unknown} */ (new Uint32Array(buffer, this.core.answer(), 6)));
  }
}

/**
 * @param {string} path
 * @param {unknown} unit
 */
function checked(path, unit) {
  if (typeof unit === "string" && unit.length <= LONGEST) return unit;
  if (unit === undefined || unit === null) return ""; // a unit that is missing is nobody, as an empty one is
  const { length } = text(path, unit);
  throw refusal(path, "range", `must be at most ${LONGEST} characters`, `${length}-characters`);
}

/** @type {Desk | undefined} */
let desk;

/** The desk, made when it is first needed: this file is read before the module is there. */
export function theDesk() {
  return (desk ??= new Desk());
}
