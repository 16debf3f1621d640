// The vectors of rampgate/analysis, which every language replays. `data` holds those files.
import { equal, ok, refused } from "./check.js";

/** Numbers within `relative` or `absolute` of the expected ones, the rest as it is. */
function near(found, expected, relative, what) {
  if (typeof expected === "number") {
    ok(Math.abs(found - expected) <= relative * Math.max(1, Math.abs(expected)), `${what}: ${found} ${expected}`);
  } else if (Array.isArray(expected)) {
    equal(found.length, expected.length, what);
    expected.forEach((item, place) => near(found[place], item, relative, `${what}[${place}]`));
  } else if (expected !== null && typeof expected === "object") {
    for (const name of Object.keys(expected)) near(found[name], expected[name], relative, `${what}.${name}`);
  } else equal(found, expected, what);
}

export const goldenAnalysis = {
  "golden: bins of values"({ analysis: { binOf } }, { observe }) {
    for (const { value, bin } of observe.bins) equal(binOf(BigInt(value)).bin, bin, String(value));
  },

  "golden: canaries of the classic judge"({ analysis: { judgeClassic } }, { classic }) {
    for (const { config, data, expect, relative } of classic.canaries) near(judgeClassic(config, data), expect, relative ?? 1e-9, JSON.stringify(config));
    for (const { config, data, path, kind } of classic.refused) refused(() => judgeClassic(config, data ?? { metrics: [] }), { path, code: kind }, path);
  },

  "golden: the rank test"({ analysis: { rankTest } }, { classic }) {
    for (const { question, published } of classic.published) near(rankTest(question).p_value, published.p_value, 1e-12, "p");
    for (const { question, path, kind } of classic.refused_questions) refused(() => rankTest(question), { path, code: kind }, path);
  },
};
