// @ts-check
import { judgeClassic as coreJudgeClassic, rankTest as coreRankTest } from "../dist/analysis.js";
import { document } from "./convert.js";

/** @import { ClassicReport, RankComparison } from "./analysis.js" */

/**
 * @param {string | object} config
 * @param {string | object} data
 * @returns {ClassicReport}
 */
export function judgeClassic(config, data) {
  return JSON.parse(coreJudgeClassic(document("config", config), document("data", data)));
}

/**
 * @param {string | object} question
 * @returns {RankComparison}
 */
export function rankTest(question) {
  return JSON.parse(coreRankTest(document("question", question)));
}
