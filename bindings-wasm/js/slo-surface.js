// @ts-check
// What every runtime exports as rampgate/slo. The loaders in this folder only differ in where the module comes from.
import { version as coreVersion } from "../dist/slo.js";

export {
  account,
  answer,
  burnRate,
  closedForms,
  cohorts,
  composite,
  gate,
  openslo,
  period,
  policy,
  replay,
  reservations,
  scrapes,
  slices,
} from "./budgets.js";
export { RampgateError } from "./error.js";
export { Counter, Policy, allowedFailure, askGate, budget } from "./slo.js";

/** @returns {string} */
export function version() {
  return coreVersion();
}
