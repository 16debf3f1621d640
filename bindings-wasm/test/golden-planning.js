// The vectors of core/testdata that are about the judge alone and about power, and what its entry refuses. `data` holds those files.
import { equal, ok, refused } from "./check.js";

const TOLERANCE = 1e-9; // as for Rust: both sides sum some thousand logarithms

function near(actual, expected, what) {
  ok(typeof actual === "number" && Math.abs(actual - expected) <= TOLERANCE * Math.max(1, Math.abs(expected)), `${what}: ${actual}, expected ${expected}`);
}

const ASKS = {
  detection: ({ ratio }) => ["detection", ratio],
  safety: ({ ratio }) => ["safety", ratio],
  units_needed: ({ ratio, power }) => ["unitsNeeded", ratio, power],
  units_to_safety: ({ ratio, power }) => ["unitsToSafety", ratio, power],
  smallest_effect: ({ power }) => ["smallestEffect", power],
};

const TRIAL = { guardrail: { name: "errors" }, baseline: { rate: 0.02 }, stages: [{ canary: "50%", control: "50%", units: 20_000 }] };
const ODD = [null, {}, [], "1", true, 1n, () => 1];

export const goldenPlanning = {
  "golden: power, as a seed gives it"({ planning: { Trial } }, { power }) {
    ok(power.cases.length >= 8, "cases");
    for (const { name, question, answer } of power.cases) {
      const { runs, seed, ask, ...document } = question;
      const [[asked, given]] = Object.entries(ask);
      const [method, ...numbers] = ASKS[asked](given);
      const trial = new Trial(document);
      // numbers are read exactly, so equal values are equal bits
      for (const options of [{ runs, seed }, { runs, seed: BigInt(seed) }]) equal(trial[method](...numbers, options), answer, name);
      trial.free();
    }
  },

  "golden: whole looks, and looks that cannot be"({ planning: { judge } }, { judge: looks }) {
    for (const [number, { judge: guardrails, look, report: expected }] of looks.cases.entries()) {
      const report = judge(guardrails, look);
      const what = `case ${number}`;
      equal(judge(JSON.stringify(guardrails), JSON.stringify(look)), report, what);
      equal([report.finding.verdict, report.finding.units], [expected.verdict, expected.units], what);
      equal(report.guardrails.map(({ culprit }) => culprit), expected.culprits, what);
      near(report.finding.ln_harm, expected.ln_harm, what);
      near(report.finding.ln_safety, expected.ln_safety, what);
      near(report.ln_mismatch, expected.ln_mismatch, what);
      report.guardrails.forEach(({ name, ln_harm: harm, ln_safety: safety }, position) => {
        near(harm, expected.harm[position], `${what}, ${name}`);
        near(safety, expected.safety[position], `${what}, ${name}`);
      });
    }
    ok(looks.invalid.length > 0, "invalid");
    for (const { judge: guardrails, look, path } of looks.invalid) refused(() => judge(guardrails, look), { path }, path);
  },

  "planning: trials and looks that are none"({ planning: { Trial, judge } }) {
    const trial = new Trial(TRIAL);
    equal(trial.detection(2, { seed: 3, runs: 50 }), new Trial(JSON.stringify(TRIAL)).detection(2, { seed: 3n, runs: 50 }));
    equal(trial.detection(2, { seed: 2 ** 53 - 1, runs: 1 }).method, { simulated: { runs: 1, seed: 2 ** 53 - 1 } });
    for (const value of ODD) {
      if (typeof value !== "object" || value === null || Array.isArray(value)) refused(() => new Trial(value), {});
      refused(() => trial.detection(value, { seed: 1 }), { path: "ratio", code: "type" });
      refused(() => trial.unitsNeeded(2, value, { seed: 1 }), { path: "power", code: "type" });
      refused(() => trial.smallestEffect(0.8, { seed: 1, runs: value }), { path: "runs", code: "type" });
      if (typeof value !== "bigint") refused(() => trial.safety(1, { seed: value }), { path: "seed", code: "type" });
      refused(() => judge(value, "{}"), {});
      refused(() => judge({ guardrails: [{ name: "errors" }] }, value), {});
    }
    refused(() => trial.detection(2), { path: "options", code: "type" });
    refused(() => trial.detection(2, {}), { path: "seed", code: "type" });
    refused(() => trial.detection(2, { seed: 1, surplus: 1 }), { path: "options.surplus", code: "unknown" });
    for (const seed of [-1, 0.5, 2 ** 53, 2n ** 64n, -1n, NaN]) refused(() => trial.detection(2, { seed }), { path: "seed", code: "range" });
    for (const runs of [0, 100_001, 2 ** 32, -1, 0.5, NaN]) refused(() => trial.detection(2, { seed: 1, runs }), { path: "runs", code: "range" });
    for (const ratio of [0, -1, 1_001, NaN, Infinity]) {
      for (const method of ["detection", "safety"]) refused(() => trial[method](ratio, { seed: 1 }), { path: "ratio", code: "range" }, `${ratio}`);
    }
    refused(() => trial.detection(51, { seed: 1 }), { path: "ratio", code: "conflict" });
    for (const power of [0, 1, -1, NaN]) {
      refused(() => trial.smallestEffect(power, { seed: 1 }), { path: "power", code: "range" });
      for (const method of ["unitsNeeded", "unitsToSafety"]) refused(() => trial[method](2, power, { seed: 1 }), { path: "power", code: "range" });
    }
    refused(() => new Trial({ ...TRIAL, seed: 1 }), { path: "seed", code: "unknown" });
    refused(() => new Trial({ ...TRIAL, baseline: { rate: 2 } }), { path: "baseline.rate", code: "range" });
    refused(() => new Trial({ ...TRIAL, baseline: { mean: { mean: 5, sd: 1 } } }), { path: "baseline", code: "conflict" });
    refused(() => new Trial({ ...TRIAL, stages: [] }), { path: "stages", code: "range" });
    refused(() => new Trial({ ...TRIAL, onset: 20_000 }), { path: "onset", code: "conflict" });
    refused(() => new Trial("{"), { path: "trial", code: "syntax" });
    const { problems } = refused(() => new Trial({ guardrail: { name: "" }, baseline: { rate: 0 }, stages: [{ canary: "140%", control: "50%", units: 0 }] }), {});
    ok(problems.length === 4, `${problems.map(({ path }) => path)}`);
    trial.free();
    trial.free();
    refused(() => trial.detection(2, { seed: 1 }), { path: "trial", code: "freed" });
  },
};
