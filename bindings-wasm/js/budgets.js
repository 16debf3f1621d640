// @ts-check
// The questions about budgets, each a function of its document.
import { answer as coreAnswer } from "../dist/slo.js";
import { counted } from "./question.js";

/** @import * as Slo from "./slo.js" */

/**
 * @param {string | object} question
 * @returns {string}
 */
export function answer(question) {
  return coreAnswer(counted("question", question));
}

/**
 * @param {string} name
 * @param {string | object} document
 */
function asked(name, document) {
  return JSON.parse(coreAnswer(`{"${name}":${counted(name, document)}}`));
}

/** @type {typeof Slo.slices} */
export const slices = (document) => asked("slices", document);

/** @type {typeof Slo.account} */
export const account = (document) => asked("account", document);

/** @type {typeof Slo.period} */
export const period = (document) => asked("period", document);

/** @type {typeof Slo.cohorts} */
export const cohorts = (document) => asked("cohorts", document);

/** @type {typeof Slo.composite} */
export const composite = (document) => asked("composite", document);

/** @type {typeof Slo.scrapes} */
export const scrapes = (document) => asked("scrapes", document);

/** @type {typeof Slo.reservations} */
export const reservations = (document) => asked("reservations", document);

/** @type {typeof Slo.gate} */
export const gate = (document) => asked("gate", document);

/** @type {typeof Slo.policy} */
export const policy = (document) => asked("policy", document);

/** @type {typeof Slo.burnRate} */
export const burnRate = (document) => asked("burn_rate", document);

/** @type {typeof Slo.closedForms} */
export const closedForms = (document) => asked("closed_forms", document);

/** @type {typeof Slo.replay} */
export const replay = (document) => asked("replay", document);

/** @type {typeof Slo.openslo} */
export const openslo = (document) => asked("openslo", document);
