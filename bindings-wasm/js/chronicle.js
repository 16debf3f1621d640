// @ts-check
import { Log as Core, explainLog, replayLog, replayRollout as coreReplayRollout, verifyLog } from "../dist/log.js";
import { fields, instant, json, text } from "./convert.js";
import { Handle, dispose } from "./handle.js";

/** @import { Event, LogOptions, Phase, Replayed, Story, Verified } from "./log.js" */

export class Log {
  /** @type {Handle<Core>} */
  #handle;

  /**
   * @param {string} document
   * @param {string} [name]
   * @param {string} [log]
   */
  constructor(document, name, log) {
    const about = text("document", document);
    const named = optional("name", name);
    this.#handle = new Handle("log", log === undefined ? Core.begin(about, named) : Core.resume(about, text("log", log), named));
  }

  /**
   * @param {string} document
   * @param {string} log
   * @param {string} [name]
   */
  static resume(document, log, name) {
    return new Log(document, name, text("log", log));
  }

  get header() {
    return this.#handle.core.header();
  }

  /** @param {string | readonly Event[]} events */
  append(events) {
    return this.#handle.core.append(typeof events === "string" ? text("events", events) : json("events", events));
  }

  /** @param {number} at */
  close(at) {
    return this.#handle.core.close(instant("at", at));
  }

  get head() {
    return this.#handle.core.head();
  }

  get closed() {
    return this.#handle.core.closed();
  }

  /** @returns {Phase} */
  get phase() {
    return JSON.parse(this.#handle.core.phase());
  }

  free() {
    this.#handle.free();
  }

  [dispose]() {
    this.free();
  }
}

/**
 * @param {string} log
 * @param {string} [head]
 * @returns {Verified}
 */
export function verify(log, head) {
  return JSON.parse(verifyLog(text("log", log), optional("head", head)));
}

/**
 * @param {string} document
 * @param {string} log
 * @param {LogOptions} [options]
 * @returns {Replayed}
 */
export function replay(document, log, options = {}) {
  return JSON.parse(replayLog(text("document", document), text("log", log), ...read(options)));
}

/**
 * @param {string} document
 * @param {string} log
 * @param {LogOptions} [options]
 * @returns {Story}
 */
export function explain(document, log, options = {}) {
  const told = explainLog(text("document", document), text("log", log), ...read(options));
  const end = told.indexOf("\n"); // JSON has none
  return { ...JSON.parse(told.slice(0, end)), json: told.slice(0, end), text: told.slice(end + 1) };
}

/**
 * @param {string} plan
 * @param {string} events
 */
export function replayRollout(plan, events) {
  return coreReplayRollout(text("plan", plan), text("events", events));
}

/**
 * @param {unknown} options
 * @returns {[string | undefined, string | undefined]}
 */
function read(options) {
  const { name, head } = fields("options", options, ["name", "head"]);
  return [optional("options.name", name), optional("options.head", head)];
}

/**
 * @param {string} path
 * @param {unknown} value
 */
function optional(path, value) {
  return value === undefined ? undefined : text(path, value);
}
