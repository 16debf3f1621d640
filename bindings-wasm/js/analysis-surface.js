// @ts-check
// What every runtime exports as rampgate/analysis. The loaders in this folder only differ in where the module comes from.
import { version as coreVersion } from "../dist/analysis.js";

export { judgeClassic, rankTest } from "./classic.js";
export { Design, powerOf, unitsFor } from "./design.js";
export { RampgateError } from "./error.js";
export {
  countEvidence,
  countInterval,
  differenceEvidence,
  distributionEvidence,
  fractionEvidence,
  meanEvidence,
  mismatchEvidence,
  normalMixture,
  quantileBand,
  quantileRatio,
  rateEvidence,
  rateInterval,
  referenceOf,
  referenceStated,
} from "./evidence.js";
export { Histogram, binOf } from "./histogram.js";
export { nanoseconds } from "./measured.js";
export { Moments } from "./moments.js";
export { Session } from "./session.js";
export { Tally } from "./tally.js";

/** @returns {string} */
export function version() {
  return coreVersion();
}
