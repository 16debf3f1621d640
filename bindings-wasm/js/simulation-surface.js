// @ts-check
// What every runtime exports as rampgate/simulation. The loaders in this folder only differ in where the module comes from.
import { version as coreVersion } from "../dist/simulation.js";

export { RampgateError } from "./error.js";
export { simulate } from "./simulated.js";

/** @returns {string} */
export function version() {
  return coreVersion();
}
