// @ts-check
// What every runtime exports, over the generated glue. The loaders in this folder only differ in where the module comes from.
import { version as coreVersion } from "../dist/core.js";

/** @returns {string} */
export function version() {
  return coreVersion();
}
