// What rampgate/slo and the import of plans refuse, and what has to come through.
import { equal, ok, refused } from "./check.js";

const ODD = [null, undefined, 7, true, 7n, Symbol("s"), () => 0];
const NOON = 1_795_521_600_000;
const POLICY = { target: "99.9%", preset: "workbook_3" };
const SIMPLE = ["slices", "account", "period", "cohorts", "composite", "scrapes", "reservations", "gate", "policy", "closedForms", "replay", "openslo", "burnRate"];

export const hostileSlo = {
  "slo: questions that are none"({ slo }) {
    for (const name of SIMPLE) {
      const path = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      for (const odd of ODD) refused(() => slo[name](odd), { path, code: "type" }, name);
      for (const text of ["", "{", "}", '{}}, "x": {', "\ud800"]) refused(() => slo[name](text), { code: "syntax" }, `${name} ${text}`);
      const rules = refused(() => slo[name](name === "scrapes" ? [{}] : {}), {}, name).problems;
      ok(rules.every((rule) => rule.path.startsWith(path)), `${name}: ${rules.map((rule) => rule.path)}`);
    }
    for (const odd of ODD) refused(() => slo.answer(odd), { path: "question", code: "type" });
    for (const question of [{}, [], { budgets: {} }, { period: {}, gate: {} }]) refused(() => slo.answer(question), {});
  },

  "slo: counts to the last digit, and numbers that are not what they seem"({ slo: { answer, askGate, scrapes } }) {
    const most = 2n ** 64n - 1n;
    const texts = JSON.stringify([{ at: 0, good: 0, bad: 0 }, { at: 60_000, good: "N", bad: 0 }]).replace('"N"', String(most));
    const asked = [{ at: 0, good: 0, bad: 0 }, { at: new Date(60_000), good: most, bad: 0n }];
    equal(answer({ scrapes: asked }), `["baseline",{"counted":{"good":${most},"bad":0}}]`);
    equal(answer(`{"scrapes":${texts}}`), answer({ scrapes: asked }));
    equal(scrapes(asked)[1], { counted: { good: Number(most), bad: 0 } });
    for (const good of [2 ** 53, 2n ** 64n, NaN, Infinity, -Infinity, 1e300]) refused(() => scrapes([{ at: 0, good, bad: 0 }]), { path: "scrapes[0].good", code: "range" }, `${good}`);
    for (const good of [-1, 0.5, -1n, "1", true, null]) refused(() => scrapes([{ at: 0, good, bad: 0 }]), { path: "scrapes[0].good" }, `${good}`);
    for (const good of [Symbol("s"), () => 0]) refused(() => scrapes([{ at: 0, good, bad: 0 }]), { path: "scrapes[0].good", code: "type" });
    refused(() => scrapes([{ at: 0, good: undefined, bad: 0 }]), { path: "scrapes[0].good", code: "missing" });
    refused(() => scrapes([undefined]), { path: "scrapes[0]" });
    refused(() => scrapes([{ at: 0, good: 1, bad: 0, "\u2028": 1 }]), { code: "unknown" });
    refused(() => scrapes(JSON.parse('[{"at": 0, "good": 1, "bad": 0, "__proto__": 1}]')), { code: "unknown" });

    const cycle = {};
    cycle.scrapes = [cycle];
    refused(() => answer(cycle), { code: "type" });
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
    refused(() => answer(deep), { code: "type" });
    refused(() => answer({ period: { toJSON() { throw new Error("no"); } } }), { path: "question.period", code: "type" });
    refused(() => askGate({ target: 10n }, { window: "1h", watched: "1h", good: 1, bad: 0 }, "0%", "1%"), { path: "target" });
  },

  "slo: a policy and its counter"({ slo: { Counter, Policy } }) {
    for (const odd of ODD) refused(() => new Policy(odd), { path: "policy", code: "type" });
    const [policy, counter] = [new Policy(POLICY), new Counter()];
    const start = policy.start();
    for (const odd of [...ODD, {}, policy, Object.create(Counter.prototype)]) {
      let error;
      try {
        policy.evaluate(odd, NOON, start);
      } catch (thrown) {
        error = thrown;
      }
      ok(error?.name === "RampgateError" && error.path === "counter" && error.code === "type", `${error}`);
    }
    for (const odd of ODD) refused(() => policy.evaluate(counter, NOON, odd), { path: "state", code: "type" });
    for (const now of [-1, 0.5, NaN, 2 ** 53]) refused(() => policy.evaluate(counter, now, start), { path: "nowMs", code: "range" });
    refused(() => policy.evaluate(counter, NOON, "{"), { code: "syntax" });
    refused(() => policy.evaluate(counter, NOON, {}), { path: "state.rows", code: "missing" });
    refused(() => policy.evaluate(counter, NOON, { rows: [], drops: [] }), { path: "state.rows", code: "conflict" });
    refused(() => policy.evaluate(counter, NOON, { ...start, more: 1 }), { path: "state.more", code: "unknown" });
    refused(() => policy.evaluate(counter, NOON, { rows: [{ firing_since: -1 }], drops: [] }), { path: "state.rows[0].firing_since" });

    // a refusal changes nothing, and neither does an evaluation
    for (let n = 0; n < 60; n++) counter.record(NOON - n * 60_000, 0, 1n);
    const given = policy.evaluate(counter, NOON, start);
    equal(policy.evaluate(counter, NOON, JSON.stringify(start)), given);
    equal(policy.start(), start);

    counter.free();
    refused(() => policy.evaluate(counter, NOON, start), { path: "counter", code: "freed" });
    policy.free();
    policy.free();
    if (Symbol.dispose) policy[Symbol.dispose]();
    for (const call of [() => policy.report(), () => policy.start(), () => policy.evaluate(new Counter(), NOON, start)]) refused(call, { path: "policy", code: "freed" });
  },

  "planning: imports that are none"({ planning: { importPlan } }) {
    for (const odd of [...ODD, {}]) refused(() => importPlan(odd, "{}"), { path: "source", code: "type" });
    for (const odd of ODD) refused(() => importPlan("flagger", odd), { path: "document", code: "type" });
    refused(() => importPlan("spinnaker", {}), { path: "source", code: "unknown" });
    refused(() => importPlan("flagger", "{"), { code: "syntax" });
    refused(() => importPlan("flagger", "AppConfig.AllAtOnce"), { code: "syntax" });
    refused(() => importPlan("app_config", "AppConfig.Sometimes"), {});
    refused(() => importPlan("flagger", { spec: 1n }), { path: "document", code: "type" });
  },
};
