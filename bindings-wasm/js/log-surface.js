// @ts-check
// What every runtime exports as rampgate/log. The loaders in this folder only differ in where the module comes from.
import { version as coreVersion } from "../dist/log.js";

export { Log, explain, replay, replayRollout, verify } from "./chronicle.js";
export { RampgateError } from "./error.js";
export { Fleet } from "./fleet.js";

/** @returns {string} */
export function version() {
  return coreVersion();
}
