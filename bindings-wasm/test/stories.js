// What people do with a release, from the first assignment to the rollback, on one machine and on many.
import { equal, hex, ok, refused } from "./check.js";

export const SPEC = {
  rampgate: 1,
  name: "checkout v2",
  flag: { key: "checkout", control: "v1", canary: "v2", overrides: { "qa-1": "v2" } },
  stages: [{ exposure: "50%", min_dwell: "10m", min_units: 100 }],
  guardrails: [{ name: "errors" }, { name: "slow", required: false, margin_ratio: 2.0 }],
  objective: { metric: "errors", target: "95%", period: "1d", detection_delay: "1m", on_missing_data: "allow" },
};
export const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;

/** Serves users `from` to `to`; the new version fails one in ten. */
export function serve(release, from, to, atMs) {
  for (let n = from; n < to; n++) {
    const assignment = release.assign(`user-${n}`);
    release.record(assignment, atMs, assignment.variant === "v2" && n % 10 === 0 ? ["errors"] : []);
  }
}

export const stories = {
  "a bad release is rolled back, and says why"({ Release }) {
    const release = new Release(SPEC, 1);
    equal([release.name, release.variants, release.guardrails], ["checkout v2", ["v1", "v2"], ["errors", "slow"]]);
    equal([release.phase, release.exposure, release.cohort], ["draft", 0, 0]);
    const [started] = release.step(NOON, { start: { by: "ana" } }).decisions;
    equal([started.action, started.exposure, release.exposure, release.phase], ["advance", "50%", 0.5, { ramping: { stage: 0 } }]);
    serve(release, 0, 2_000, NOON);
    const { events, decisions, report, gate } = release.step(NOON + MINUTE);
    equal([decisions[0].action, decisions[0].phase, release.exposure], ["roll_back", "rolling_back", 0]);
    const { harm } = decisions[0].reasons.find((reason) => reason.harm);
    ok(harm.have >= harm.need && report.finding.verdict === "harm" && report.guardrails[0].culprit, "the report names the culprit");
    equal([events[0].kind.judged.finding.verdict, gate.budget.objective], ["harm", "95%"]);
    equal(release.step(NOON + 2 * MINUTE, "confirm").decisions[0].phase, "rolled_back");
    equal(release.assign("user-1").variant, "v1");
  },

  "a unit gets its variant, its arm, its cohort and the reason"({ Release, slot }) {
    const release = new Release({ ...SPEC, control: "matched" }, 1);
    release.step(NOON, { start: { by: "ana" } });
    for (let n = 0; n < 500; n++) {
      const place = slot("exposure", "checkout", `user-${n}`);
      const within = place < 500_000;
      const reason = within
        ? { why: "allocated", slot: place, variantSlot: slot("variant", "checkout", `user-${n}`) }
        : { why: "not_exposed", slot: place };
      equal(release.assign(`user-${n}`), { variant: within ? "v2" : "v1", arm: within ? "canary" : "control", cohort: 1, reason });
    }
    equal(release.assign("qa-1"), { variant: "v2", arm: null, cohort: 1, reason: { why: "override" } });
    for (const nobody of ["", null, undefined]) equal(release.assign(nobody), { variant: "v1", arm: null, cohort: 1, reason: { why: "unassigned" } });
    const off = new Release({ ...SPEC, flag: { ...SPEC.flag, enabled: false } }, 1);
    equal(off.assign("qa-1").reason, { why: "off" });
  },

  "a flag alone gives variants by weight"({ Flag }) {
    const json = {
      key: "k",
      variants: [{ name: "a", weight: 1 }, { name: "b", weight: 0 }, { name: "c", weight: 1 }],
      default: "b",
      exposure: "50%",
      overrides: { vip: "c" },
    };
    const flag = Flag.fromJson(JSON.stringify(json));
    equal([flag.key, flag.variants], ["k", ["a", "b", "c"]]);
    equal(flag.evaluate("vip"), { variant: "c", index: 2, reason: { why: "override" } });
    const units = Array.from({ length: 1_000 }, (_, n) => `user-${n}`);
    const one = units.map((unit) => flag.evaluate(unit).index);
    equal(Array.from(flag.evaluateMany(units)), one);
    equal(Array.from(new Flag(json).evaluateMany(units)), one);
    const share = (index) => one.filter((other) => other === index).length;
    ok(share(0) > 200 && share(1) > 450 && share(2) > 200, `${[0, 1, 2].map(share)}`);
    equal(flag.evaluateMany([]), new Uint8Array());
  },

  "a unit is its UTF-8, whatever its length and characters"({ Flag, slot }) {
    const half = { key: "k", variants: [{ name: "a", weight: 1 }, { name: "b", weight: 1 }], default: "a" };
    const flag = new Flag(half);
    const units = ["a", "zoë", "用户1", "user😀", "\0", "a\0b", "x".repeat(1_023), "x".repeat(1_024), "ü".repeat(3_000), "😀".repeat(60_000), "short again"];
    for (const unit of units) {
      const { reason } = flag.evaluate(unit);
      equal(reason, { why: "allocated", slot: slot("exposure", "k", unit), variantSlot: slot("variant", "k", unit) }, unit.slice(0, 9));
    }
    equal(Array.from(flag.evaluateMany(units)), units.map((unit) => flag.evaluate(unit).index));
    // what is not well-formed is what the web's own encoder makes of it
    equal(flag.evaluate("\ud800"), flag.evaluate("\ufffd"));
    // views are renewed when the memory grows
    const before = units.map((unit) => flag.evaluate(unit));
    const many = Array.from({ length: 400 }, () => new Flag({ ...half, overrides: Object.fromEntries(units.map((_, n) => [`u-${n}`.repeat(50), "a"])) }));
    equal(units.map((unit) => flag.evaluate(unit)), before);
    many.forEach((one) => one.free());
  },

  "outcomes: failed, missing, both, on the budget alone, as evidence alone"({ Release }) {
    const release = new Release(SPEC, 1);
    release.step(NOON, { start: { by: "ana" } });
    const canary = { cohort: 1, arm: "canary" };
    release.record(canary, NOON, ["errors", "slow"]);
    release.record(canary, NOON, undefined, ["slow"]);
    release.record(canary, NOON, ["slow"], ["slow", "errors"]);
    release.recordOutcome({ cohort: 1, arm: "control" }, NOON, ["errors"]);
    release.recordRequests(NOON, 7n, 3);
    release.record({ cohort: 1, arm: null }, NOON, ["errors"]);
    const { report, gate } = release.step(NOON + MINUTE);
    equal(report.units, { canary: 3, control: 1 });
    equal(report.guardrails.map(({ counts }) => counts.canary), [{ units: 2, failures: 1 }, { units: 2, failures: 2 }]);
    const { good, bad } = gate.budget.reading;
    equal([good, bad], [7 + 1, 3 + 2], "errors alone spend the budget, of units of no arm too");
  },

  "replicas at the edge, over a network that repeats, reorders and loses"({ Release }) {
    const deliver = (order) => {
      const controller = new Release(SPEC, 100);
      controller.step(NOON, { start: { by: "ana" } });
      const directive = controller.directive();
      const edges = [1, 2, 3n].map((replica) => new Release(JSON.stringify(SPEC), replica));
      for (const edge of edges) equal([edge.follow(directive), edge.follow(directive), edge.exposure], [true, false, 0.5]);
      const deltas = [];
      for (let round = 0; round < 3; round++) {
        edges.forEach((edge, n) => {
          serve(edge, (round * 3 + n) * 200, (round * 3 + n + 1) * 200, NOON);
          deltas.push(edge.takeDelta());
        });
      }
      const merged = order(deltas).map((delta) => controller.merge(delta));
      const step = controller.stepJson(NOON + MINUTE);
      const stale = controller.merge(deltas[0]);
      equal([stale, controller.seal(1), controller.seal(9), controller.merge(edges[0].takeDelta())], ["known", true, false, "after_seal"]);
      return { merged, step, state: hex(controller.state()), told: edges.map((edge) => [edge.follow(controller.directive()), edge.exposure]) };
    };
    const inOrder = deliver((deltas) => deltas);
    equal(inOrder.merged, Array(9).fill("fresh"));
    equal(inOrder.told, Array(3).fill([true, 0]), "the rollback reaches every edge");
    const odd = {
      repeated: (deltas) => [...deltas, ...deltas].flatMap((delta) => [delta, delta]),
      reordered: (deltas) => deltas.toReversed(),
      "lost, and made good by the last": (deltas) => deltas.slice(6),
    };
    for (const [name, order] of Object.entries(odd)) {
      const other = deliver(order);
      equal([other.step, other.state], [inOrder.step, inOrder.state], name);
    }
    ok(JSON.parse(inOrder.step).report.units.canary > 800, "all edges count");
  },

  "one process is one replica with itself: alone or split, the same decisions"({ Release }) {
    const alone = new Release(SPEC, 1);
    alone.step(NOON, { start: { by: "ana" } });
    const controller = new Release(SPEC, 2);
    controller.step(NOON, { start: { by: "ana" } });
    const edge = new Release(SPEC, 3);
    edge.follow(controller.directive());
    serve(alone, 0, 300, NOON);
    serve(edge, 0, 300, NOON);
    controller.merge(edge.takeDelta());
    equal(controller.stepJson(NOON + MINUTE), alone.stepJson(NOON + MINUTE));
    equal(alone.merge(alone.takeDelta()), "known");
  },

  "a process that restarts goes on from its state"({ Release }) {
    const first = new Release(SPEC, 1);
    first.step(NOON, { start: { by: "ana" } });
    serve(first, 0, 300, NOON);
    const state = first.state();
    const second = Release.resume(JSON.stringify(SPEC), state, 2n ** 64n - 1n);
    equal([second.phase, second.cohort, second.exposure], [first.phase, first.cohort, first.exposure]);
    serve(first, 300, 600, NOON + 1);
    serve(second, 300, 600, NOON + 1);
    equal(second.stepJson(NOON + MINUTE), first.stepJson(NOON + MINUTE));
    refused(() => Release.resume(SPEC, state, 1), { code: "conflict", path: "replica", value: "1" });
    equal(first.merge(second.takeDelta()), "fresh");
  },

  "a log replays to the same decisions"({ Release, log: { replayRollout } }) {
    const release = new Release(SPEC, 1);
    const steps = [release.step(NOON, { start: { by: "ana" } })];
    serve(release, 0, 2_000, NOON);
    steps.push(release.step(NOON + MINUTE), release.step(NOON + 2 * MINUTE, "confirm"));
    const { stages } = SPEC;
    const events = steps.flatMap((step) => step.events);
    equal(JSON.parse(replayRollout(JSON.stringify({ stages }), JSON.stringify(events))), steps.flatMap((step) => step.decisions));
  },

  "every signal"({ Release }) {
    const release = new Release(SPEC, 1);
    let at = NOON;
    const actions = [
      { start: { by: "ana" } },
      { approve: { by: "ana" } },
      { pause: { by: "ana" } },
      { resume: { by: "ana" } },
      { promote: { by: "ana" } },
      { source_error: { why: "503" } },
      "tick",
      { abort: { by: "ana", why: "a `reason`" } },
      { rollback_failed: { why: "no route" } },
      "confirm",
      { retry: { by: "ana" } },
    ].map((signal) => release.step((at += MINUTE), signal).decisions.map(({ action }) => action));
    equal(actions.flat().filter((action) => action !== "hold"), ["advance", "ignore", "pause", "resume", "promote", "roll_back", "fail_rollback", "confirm_rollback", "advance"]);
  },

  "what was freed says so, and freeing twice is fine"({ Release, Flag, flags: { FlagSet }, slo: { Counter } }) {
    const things = [
      [new Release(SPEC, 1), "release", ["assign", "user"], ["assignMany", ["user"]], ["state"], ["step", NOON]],
      [new Flag({ key: "k", variants: [{ name: "a", weight: 1 }], default: "a" }), "flag", ["evaluate", "user"]],
      [new Counter(), "counter", ["read", "1h", NOON]],
      [new FlagSet(CHECKOUT), "flags", ["evaluate", "checkout", {}], ["evaluateAll", {}], ["explain", "checkout", {}], ["lint"], ["variants", "checkout"]],
    ];
    for (const [thing, path, ...calls] of things) {
      thing.free();
      thing.free();
      if (Symbol.dispose) thing[Symbol.dispose]();
      for (const [method, ...given] of calls) refused(() => thing[method](...given), { code: "freed", path }, `${path}.${method}`);
    }
    refused(() => things[0][0].exposure, { code: "freed" });
  },

  "flags: a rule, a split that is remembered, an exposure, and every step"({ flags: { FlagSet } }) {
    const set = FlagSet.fromJson(JSON.stringify(CHECKOUT));
    equal([set.version, set.keys, set.variants("checkout")], [7n, ["checkout"], ["old", "new"]]);
    const staff = set.evaluate("checkout", { unit: "ana", attributes: { email: "ana@corp.example" } });
    equal(staff, { flag: "checkout", variant: "new", index: 1, rule: 0, reason: { why: "served" }, stickyToken: null });
    equal(staff.exposure(), null);

    const units = Array.from({ length: 200 }, (_, n) => ({ unit: `user-${n}`, attributes: { app: "2.2.0" }, now: new Date(NOON) }));
    const outcomes = units.map((context) => set.evaluate("checkout", context));
    equal(new Set(outcomes.map(({ variant }) => variant)).size, 2);
    for (const [place, outcome] of outcomes.entries()) {
      equal([outcome.rule, outcome.reason.why, outcome.stickyToken], [1, "allocated", "autumn"]);
      const other = outcome.variant === "old" ? "new" : "old";
      const kept = set.evaluate("checkout", { ...units[place], sticky: [["spring", outcome.variant], ["autumn", other]] });
      equal([kept.variant, kept.reason, kept.stickyToken], [other, { why: "sticky" }, "autumn"]);
      const { dedupe, ...exposure } = outcome.exposure();
      equal(exposure, { flag: "checkout", salt: "autumn", variant: outcome.variant, unit: units[place].unit, at: NOON });
      equal(typeof dedupe, "bigint");
    }
    equal(new Set(outcomes.map((outcome) => outcome.exposure().dedupe)).size, 200);

    const { outcome, steps } = set.explain("checkout", { unit: "user-1", attributes: { app: "2.0.9" } });
    equal(steps, [
      { rule: { flag: "checkout", rule: 0 } },
      { attribute: { name: "email", known: false, holds: null } },
      { segment: { name: "staff", holds: false } },
      { rule: { flag: "checkout", rule: 1 } },
      { attribute: { name: "app", known: true, holds: false } },
      { decided: { flag: "checkout", variant: "old", reason: { why: "no_rule" } } },
    ]);
    equal(outcome.reason, { why: "no_rule" });
    equal(set.lint(), []);
    equal(set.lint({ now: NOON, retiredSalts: ["autumn"] }), [{ path: "flags.checkout.rules[1]", pitfall: { retired_salt: { salt: "autumn" } } }]);
    refused(() => new FlagSet({ ...CHECKOUT, color: 1, version: -1 }), { path: "version" });
    const circle = (flag) => ({ variants: ["a"], default: "a", requires: [{ flag, variants: ["a"] }] });
    refused(() => new FlagSet({ rampgate_flags: 1, version: 1, flags: { a: circle("b"), b: circle("a") } }), { code: "conflict", path: "flags.a" });
  },

  "a shadow of two schemes: how many move, and who"({ compat: { Scheme } }) {
    const flagd = { scheme: "flagd", version: 1, encoding: "utf8", flag: "banner", weights: [50, 50] };
    const [old, next] = [new Scheme(flagd), new Scheme({ ...flagd, version: 2 })];
    const units = Array.from({ length: 1_000 }, (_, n) => `user-${n}`);
    const [from, to] = [old.assignMany(units), next.assignMany(units)];
    const moves = units.map((unit, n) => ({ unit, from: from[n], to: to[n] })).filter(({ from, to }) => from !== to);
    const shadow = old.shadow(next, units, 3);
    equal([shadow.units, shadow.moved, shadow.moves], [1_000, moves.length, moves.slice(0, 3)]);
    equal(shadow.cells.filter(({ from, to }) => from !== to).reduce((sum, { units }) => sum + units, 0), moves.length);
    equal(old.shadow(old, units).moved, 0);
  },
};

const CHECKOUT = {
  rampgate_flags: 1,
  version: 7,
  segments: { staff: { attribute: "email", ends_with: ["@corp.example"] } },
  flags: {
    checkout: {
      variants: ["old", "new"],
      default: "old",
      salt: "autumn",
      rules: [
        { when: { segment: "staff" }, serve: "new" },
        { when: { attribute: "app", version: { at_least: "2.1.0" } }, weights: { old: 1, new: 1 } },
      ],
    },
  },
};
