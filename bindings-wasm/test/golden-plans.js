// The vectors of core/testdata about plans, fleets and several flags, and what their entries refuse. `data` holds those files.
import { equal, ok, refused } from "./check.js";

export const goldenPlans = {
  "golden: plans, as a seed gives them"({ planner: { plan } }, { plans }) {
    ok(plans.cases.length > 0 && plans.invalid.length > 0, "no plans");
    for (const { name, question, answer } of plans.cases) {
      const given = plan(question);
      equal(JSON.parse(given.json), answer, name);
      equal([given.plan, given.refusal], [answer.plan ?? null, answer.refusal ?? null], name);
    }
    for (const { question, path, code } of plans.invalid) refused(() => plan(question), { path, code }, path);
  },

  "planner: goals that are none, and seeds beyond 2^53"({ planner: { plan } }, { plans }) {
    for (const odd of [null, undefined, 7, true, 1n, Symbol("s"), () => 0]) refused(() => plan(odd), { path: "goal", code: "type" });
    refused(() => plan("{"), { path: "goal", code: "syntax" });
    refused(() => plan({ surplus: 1 }), {});
    const { question } = plans.cases.find(({ answer }) => answer.plan);
    refused(() => plan({ ...question, seed: 2 ** 53 }), { path: "goal.seed", code: "range" });
    // exactly, and in the text alone
    const { json } = plan({ ...question, seed: 2n ** 64n - 1n });
    ok(json.includes('"seed":18446744073709551615'), json);
    equal(plan(JSON.stringify({ ...question, seed: 7 })).json, plan({ ...question, seed: 7n }).json);
  },

  "golden: fleets of replicas"({ log: { Fleet } }, { fleet }) {
    const parts = ["limits", "refused", "counts", "reviews", "next", "actual", "batches"];
    for (const part of parts) ok(fleet[part].length > 0, part);
    const asked = (of, ask) => {
      const made = new Fleet(of);
      const answer = ask(made);
      made.free();
      return answer;
    };
    for (const { fleet: of, most, least_ready: least } of fleet.limits) {
      equal(asked(of, (made) => [made.replicas, made.most, made.leastReady]), [of.replicas, most, least]);
    }
    for (const { name, fleet: of, problems } of fleet.refused) {
      const error = refused(() => new Fleet(of), {}, name);
      equal(error.problems.map(({ path, code }) => ({ path, kind: code })), problems, name);
    }
    for (const { fleet: of, counts, around } of fleet.counts) {
      equal(asked(of, (made) => fleet.exposures.map((exposure) => made.counts(exposure))), counts);
      equal(asked(of, (made) => fleet.exposures.map((exposure) => made.around(exposure))), around);
    }
    for (const { fleet: of, exposures, tolerance, warnings } of fleet.reviews) equal(asked(of, (made) => made.review(exposures, tolerance)), warnings);
    for (const { fleet: of, observed, exposure, orders } of fleet.next) equal(asked(of, (made) => made.next(observed, exposure)), orders);
    for (const { fleet: of, observed, exposure, actual } of fleet.actual) equal(asked(of, (made) => made.actual(JSON.stringify(observed), exposure)), actual);
    for (const { fleet: of, exposures, batches } of fleet.batches) {
      equal(asked(of, (made) => made.batches(exposures, 1_000_000)), batches);
      equal(asked(of, (made) => made.batches(exposures, 1)), batches.slice(0, 1));
    }
  },

  "wrong arguments of a fleet are named"({ log: { Fleet } }) {
    const fleet = new Fleet({ replicas: 4 });
    for (const odd of [null, undefined, 7, {}, [], Symbol("s"), () => 0]) {
      if (typeof odd !== "object" || odd === null) refused(() => new Fleet(odd), { path: "fleet", code: "type" });
      for (const method of ["counts", "around"]) refused(() => fleet[method](odd), { path: "exposure", code: "type" });
      for (const method of ["next", "actual"]) refused(() => fleet[method]({}, odd), { path: "exposure", code: "type" });
      refused(() => fleet.review(["5%", odd], "1%"), { path: "exposures[1]", code: "type" });
      refused(() => fleet.review([], odd), { path: "tolerance", code: "type" });
    }
    refused(() => fleet.counts("101%"), { path: "exposure", code: "range" });
    refused(() => fleet.batches(["5%", "much"]), { path: "exposures[1]", code: "syntax" });
    refused(() => fleet.batches("5%"), { path: "exposures", code: "type" });
    refused(() => fleet.batches([], -1), { path: "limit", code: "range" });
    refused(() => fleet.next(7, "5%"), { path: "observed", code: "type" });
    refused(() => fleet.next({ ready: 1 }, "5%"), { path: "ready", code: "unknown" });
    refused(() => fleet.actual({ ready_new: -1 }, "5%"), { path: "ready_new", code: "range" });
    fleet.free();
    fleet.free();
    refused(() => fleet.most, { path: "fleet", code: "freed" });
  },

  "golden: several flags of one release"({ Release }, { together }) {
    ok(together.cases.length > 0, "no cases");
    for (const { name, spec, units } of together.cases) {
      const release = new Release(spec, 1);
      release.step(0, { start: { by: "ann" } });
      for (const { unit, flags, arm } of units) {
        const all = release.assignAll(unit);
        const what = `${name}, ${unit}`;
        equal([...all.keys()], Object.keys(flags), what);
        for (const [key, assignment] of all) {
          const [variant, { variant_slot: variantSlot, ...reason }] = flags[key];
          equal(assignment.variant, variant, `${what}, ${key}`);
          equal(assignment.reason, variantSlot === undefined ? reason : { ...reason, variantSlot }, `${what}, ${key}`);
          equal(assignment.arm, arm, `${what}, ${key}`);
          equal(assignment.cohort, release.cohort, `${what}, ${key}`);
        }
        equal(release.assign(unit), all.values().next().value, what);
      }
      for (const nobody of [null, undefined]) equal([...release.assignAll(nobody)], [...release.assignAll("")], name);
      for (const odd of [7, {}, [], true]) refused(() => release.assignAll(odd), { path: "unit", code: "type" });
      release.free();
      refused(() => release.assignAll("u"), { path: "release", code: "freed" });
    }
  },
};
