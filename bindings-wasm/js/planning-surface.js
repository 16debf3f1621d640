// @ts-check
// What every runtime exports as rampgate/planning. The loaders in this folder only differ in where the module comes from.
import { version as coreVersion } from "../dist/planning.js";

export { RampgateError } from "./error.js";
export { importPlan } from "./import.js";
export { judge } from "./judge.js";
export { Trial } from "./trial.js";

/** @returns {string} */
export function version() {
  return coreVersion();
}
