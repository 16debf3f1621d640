// @ts-check
// What every runtime exports as rampgate/planner. The loaders in this folder only differ in where the module comes from.
import { version as coreVersion } from "../dist/planner.js";

export { RampgateError } from "./error.js";
export { plan } from "./plan.js";

/** @returns {string} */
export function version() {
  return coreVersion();
}
