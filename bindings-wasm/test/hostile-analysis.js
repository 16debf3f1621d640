// Input of rampgate/analysis that is wrong: each is one error with a path and a rule.
import { refused } from "./check.js";

const ODD = [undefined, null, true, NaN, Infinity, -1, 1.5, "", "x", {}, Symbol("s"), () => 0];

export const hostileAnalysis = {
  "hostile: values that no histogram holds"({ analysis: { Histogram, binOf } }) {
    const histogram = new Histogram();
    for (const value of ODD) {
      refused(() => histogram.record(value), {}, String(value?.toString?.() ?? value));
      refused(() => binOf(value), {}, String(value?.toString?.() ?? value));
    }
  },

  "hostile: documents that are none"({ analysis: { Design, judgeClassic, rankTest } }) {
    for (const value of [undefined, null, 1, "", "{", () => 0]) {
      refused(() => new Design(value), {});
      refused(() => judgeClassic(value, {}), {});
      refused(() => rankTest(value), {});
    }
  },
};
