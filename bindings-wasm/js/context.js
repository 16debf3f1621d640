// @ts-check
// Contexts, checked and written into the desk. src/context.rs is the other side and says how they are written. All of a context is read before
// anything is written: a getter may ask for another decision.
import { instantOf } from "../dist/flags.js";
import { instant, list, mistyped, text } from "./convert.js";
import { checked } from "./desk.js";
import { refusal } from "./error.js";

/** Most bytes of a context as it is written. */
const LARGEST = 64 * 1024 * 1024;
/** Most bytes of UTF-8 for one UTF-16 unit. */
const WIDEST = 3;
/** A text's length or a count. */
const COUNT = 4;
/** Most bytes of a value but for its text: its kind and a number. */
const VALUE = 9;
/** Longest text that is written without the encoder, which takes its time to start. */
const SHORT = 48;

class Time {
  /** @param {number} at */
  constructor(at) {
    this.at = at;
  }
}

class Listed {
  /**
   * @param {number} start
   * @param {number} length
   */
  constructor(start, length) {
    this.start = start;
    this.length = length;
  }
}

/** @typedef {string | number | boolean | Time} Scalar */

export class Checked {
  now = NaN;
  unit = "";
  /** @type {string[]} */ sticky = [];
  /** @type {Scalar[]} Of all lists. */ items = [];
  /** @type {string[]} */ names = [];
  /** @type {(Scalar | Listed)[]} */ values = [];
  /** Most bytes that it takes beside the unit. */ room = 3 * COUNT;

  /** @param {unknown} context */
  constructor(context) {
    if (typeof context !== "object" || context === null || Array.isArray(context)) {
      throw mistyped("context", "an object with `unit`", context);
    }
    const { unit, attributes, now, sticky } = /** @type {Record<string, unknown>} */ (context);
    this.unit = checked("unit", unit);
    if (now !== undefined) this.now = dateOf("now", now) ?? instant("now", now);
    if (attributes !== undefined) this.#attributes(attributes);
    if (sticky !== undefined) this.#pairs(sticky);
    if (this.room > LARGEST) throw refusal("context", "range", `must be at most ${LARGEST} bytes`, `${this.room}-bytes`);
  }

  /** @param {unknown} attributes */
  #attributes(attributes) {
    if (typeof attributes !== "object" || attributes === null || Array.isArray(attributes)) {
      throw mistyped("attributes", "an object", attributes);
    }
    for (const name of Object.keys(attributes)) {
      const value = /** @type {Record<string, unknown>} */ (attributes)[name];
      if (value === undefined || value === null) continue; // what is missing is not known
      this.names.push(this.#text(`attributes`, name));
      this.room += VALUE;
      this.values.push(Array.isArray(value) ? this.#list(`attributes.${name}`, value) : this.#scalar("attributes.", name, value));
    }
  }

  /**
   * @param {string} path
   * @param {unknown} value
   */
  #list(path, value) {
    const items = list(path, value, "values");
    const listed = new Listed(this.items.length, items.length);
    const own = [];
    for (let place = 0; place < listed.length; place++) {
      this.room += VALUE;
      own.push(this.#scalar(`${path}[`, `${place}]`, items[place]));
    }
    for (const item of own) this.items.push(item);
    return listed;
  }

  /**
   * @param {string} before The first half of the path; the halves are joined where there is a problem.
   * @param {string} place
   * @param {unknown} value
   * @returns {Scalar}
   */
  #scalar(before, place, value) {
    if (typeof value === "string") return this.#text(before + place, value);
    if (typeof value === "number" || typeof value === "boolean") return value;
    const path = before + place;
    const date = dateOf(path, value);
    if (date !== undefined) return new Time(date);
    if (typeof value === "object" && value !== null && "time" in value) {
      const { time } = value;
      return new Time(typeof time === "string" ? instantOf(`${path}.time`, text(`${path}.time`, time)) : instant(`${path}.time`, time));
    }
    throw mistyped(path, "a string, a number, a boolean, a Date, an object with `time`, or a flat list of these", value);
  }

  /** @param {unknown} sticky */
  #pairs(sticky) {
    const pairs = list("sticky", sticky, "pairs");
    for (let place = 0; place < pairs.length; place++) {
      const pair = pairs[place];
      if (!Array.isArray(pair) || pair.length !== 2) throw mistyped(`sticky[${place}]`, "a pair of a token and a variant", pair);
      for (const half of [0, 1]) this.sticky.push(this.#text(`sticky[${place}][${half}]`, pair[half]));
    }
  }

  /**
   * @param {string} path
   * @param {unknown} value
   */
  #text(path, value) {
    const checked = text(path, value);
    this.room += COUNT + checked.length * WIDEST;
    return checked;
  }
}

/**
 * Unix milliseconds of a Date of whatever realm.
 * @param {string} path
 * @param {unknown} value
 */
export function dateOf(path, value) {
  if (typeof value !== "object" || value === null) return undefined;
  let at;
  try {
    at = Date.prototype.getTime.call(value);
  } catch {
    return undefined;
  }
  return instant(path, at);
}

const encoder = new TextEncoder();
const number = new Float64Array(1);
const numberBytes = new Uint8Array(number.buffer);

/**
 * Writes what a context holds beside its unit.
 * @param {{ roomFor(bytes: number): Uint8Array }} desk
 * @param {number} unit Bytes of the unit, which was written.
 * @param {Checked} context
 * @returns {number} Bytes of both.
 */
export function writeRest(desk, unit, context) {
  const { sticky, items, names, values } = context;
  if (names.length === 0 && sticky.length === 0) return unit;
  const bytes = desk.roomFor(unit + context.room);
  let at = writeCount(bytes, unit, sticky.length / 2);
  at = writeCount(bytes, at, items.length);
  at = writeCount(bytes, at, names.length);
  for (const half of sticky) at = writeText(bytes, at, half);
  for (const item of items) at = writeValue(bytes, at, item);
  for (let place = 0; place < names.length; place++) {
    at = writeText(bytes, at, /** @type {string} */ (names[place]));
    at = writeValue(bytes, at, /** @type {Scalar | Listed} */ (values[place]));
  }
  return at;
}

/**
 * Writes texts alone.
 * @param {{ roomFor(bytes: number): Uint8Array }} desk
 * @param {readonly string[]} texts
 * @returns {number} Their bytes.
 */
export function writeTexts(desk, texts) {
  const bytes = desk.roomFor(texts.reduce((room, { length }) => room + COUNT + length * WIDEST, 0));
  return texts.reduce((at, text) => writeText(bytes, at, text), 0);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {Scalar | Listed} value
 */
function writeValue(bytes, at, value) {
  switch (typeof value) {
    case "boolean":
      bytes[at] = value ? 1 : 0;
      return at + 1;
    case "number":
      bytes[at] = 2;
      return writeNumber(bytes, at + 1, value);
    case "string":
      bytes[at] = 4;
      return writeText(bytes, at + 1, value);
  }
  if (value instanceof Time) {
    bytes[at] = 3;
    return writeNumber(bytes, at + 1, value.at);
  }
  bytes[at] = 5;
  return writeCount(bytes, writeCount(bytes, at + 1, value.start), value.length);
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {string} text
 */
function writeText(bytes, at, text) {
  const start = at + COUNT;
  const { length } = text;
  let place = length > SHORT ? length + 1 : 0;
  for (; place < length; place++) {
    const code = text.charCodeAt(place);
    if (code > 127) break;
    bytes[start + place] = code;
  }
  const written = place === length ? length : encoder.encodeInto(text, bytes.subarray(start)).written;
  writeCount(bytes, at, written);
  return start + written;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} count
 */
function writeCount(bytes, at, count) {
  bytes[at] = count;
  bytes[at + 1] = count >>> 8;
  bytes[at + 2] = count >>> 16;
  bytes[at + 3] = count >>> 24;
  return at + COUNT;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} at
 * @param {number} value
 */
function writeNumber(bytes, at, value) {
  number[0] = value;
  for (let place = 0; place < 8; place++) bytes[at + place] = /** @type {number} */ (numberBytes[place]);
  return at + 8;
}
