// @ts-check
import { plan as corePlan } from "../dist/planner.js";
import { counted } from "./question.js";

/** @import { PlanAnswer } from "./planner.js" */

/**
 * @param {string | object} goal
 * @returns {PlanAnswer}
 */
export function plan(goal) {
  const json = corePlan(counted("goal", goal));
  const { plan = null, refusal = null } = JSON.parse(json);
  return { plan, refusal, json };
}
