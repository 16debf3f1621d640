// @ts-check
import { judge as coreJudge } from "../dist/planning.js";
import { document } from "./convert.js";

/** @import { Report } from "./index.js" */

/**
 * @param {string | object} guardrails
 * @param {string | object} look
 * @returns {Report}
 */
export function judge(guardrails, look) {
  return JSON.parse(coreJudge(document("judge", guardrails), document("look", look)));
}
