// @ts-check
import { importPlan as coreImportPlan } from "../dist/planning.js";
import { document as checked, text } from "./convert.js";

/** @import { Imported } from "./planning.js" */

/**
 * @param {string} source
 * @param {string | object} document
 * @returns {Imported}
 */
export function importPlan(source, document) {
  return JSON.parse(coreImportPlan(text("source", source), checked("document", document)));
}
