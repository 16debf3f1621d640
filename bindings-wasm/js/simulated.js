// @ts-check
import { simulate as coreSimulate } from "../dist/simulation.js";
import { counted } from "./question.js";

/** @import { SimulationAnswer } from "./simulation.js" */

/**
 * @param {string | object} question
 * @returns {SimulationAnswer}
 */
export function simulate(question) {
  const json = coreSimulate(counted("question", question));
  return { ...JSON.parse(json), json };
}
