// @ts-check
// The one error of the package, and the ways to make it. The module imports this file too, to throw what the core says.

/** @import { ErrorCode, Problem } from "./index.js" */

/** Longest excerpt of an offending value, in UTF-16 units. The core's limit is in bytes. */
const LONGEST_VALUE = 120;

export class RampgateError extends Error {
  /**
   * @param {string} message
   * @param {readonly [Problem, ...Problem[]]} problems
   */
  constructor(message, problems) {
    super(message);
    const [{ code, path, value }] = problems;
    this.code = code;
    this.path = path;
    this.value = value;
    this.problems = problems;
  }
}
Object.defineProperty(RampgateError.prototype, "name", { value: "RampgateError", configurable: true, writable: true });

/**
 * One broken rule.
 * @param {string} path
 * @param {string} code
 * @param {string} rule
 * @param {string} [value]
 * @returns {Problem}
 */
export function problem(path, code, rule, value) {
  return { path, code: /** @type {ErrorCode} */ (code), rule, value };
}

/**
 * An error of the core, which never comes without a problem.
 * @param {string} message
 * @param {Problem[]} problems
 */
export function errorOf(message, problems) {
  return new RampgateError(message, /** @type {[Problem, ...Problem[]]} */ (problems));
}

/**
 * An error of the binding itself, worded as the core words its own.
 * @param {string} path
 * @param {ErrorCode} code
 * @param {string} rule
 * @param {string} [value]
 */
export function refusal(path, code, rule, value) {
  const given = value === undefined || value.length <= LONGEST_VALUE ? value : `${value.slice(0, LONGEST_VALUE)}…`;
  const got = given === undefined ? "" : `, got ${plain(given) ? given : `\`${escaped(given)}\``}`;
  return new RampgateError(`invalid \`${path}\`: ${rule}${got}`, [problem(path, code, rule, given)]);
}

/** @param {string} text */
const plain = (text) => text !== "" && !/[\s\p{Cc}]/u.test(text);

/** @param {string} text */
const escaped = (text) => JSON.stringify(text).slice(1, -1).replaceAll("`", "\\`");
