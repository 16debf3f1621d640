// Input that is wrong: each is one error with a path and a rule, nothing has changed, and the module goes on working.
import { equal, hex, refused } from "./check.js";
import { NOON, SPEC, serve } from "./stories.js";

const ODD = [undefined, null, true, 1, -1, NaN, 1n, "", "x", Symbol("s"), {}, [], () => 0, new Date(NOON), new Map(), new Float64Array(2)];
const FLAGS = {
  rampgate_flags: 1,
  version: 7,
  flags: {
    paid: { variants: ["off", "on"], default: "off", rules: [{ when: { attribute: "plan", one_of: ["pro"] }, serve: "on" }] },
    half: { variants: ["a", "b"], default: "a", rules: [{ weights: { a: 1, b: 1 } }] },
  },
};
const FLAGD = { scheme: "flagd", version: 1, encoding: "utf8", flag: "banner", weights: [50, 50] };
const cycle = {};
cycle.cycle = cycle;
let deep = [];
for (let n = 0; n < 100_000; n++) deep = [deep];

function running({ Release }) {
  const release = new Release(SPEC, 1);
  release.step(NOON, { start: { by: "ana" } });
  serve(release, 0, 100, NOON);
  return release;
}

/** Refuses the call for each value but those of `fine`, and finds the release as it was. */
function refuses(release, path, call, fine = []) {
  const before = hex(release.state());
  for (const value of ODD) {
    if (fine.includes(value)) continue;
    const error = refused(() => call(value), {}, `${path} ${String(value?.constructor?.name)} ${typeof value}`);
    equal(error.path.startsWith(path), true, `${error.message} is not about ${path}`);
  }
  equal(hex(release.state()), before, `${path} changed something`);
}

export const hostile = {
  "wrong types"(rampgate) {
    const { Release, Flag } = rampgate;
    const release = running(rampgate);
    const here = { cohort: 1, arm: "canary" };
    const text = ["", "x", undefined, null];
    refuses(release, "unit", (value) => release.assign(value), text);
    refuses(release, "units", (value) => release.assignMany(value), ODD.filter((value) => Array.isArray(value)));
    refuses(release, "ring", (value) => release.assign("user", value), ["", "x", undefined]);
    refuses(release, "units[1]", (value) => release.assignMany(["user", value]), text);
    refuses(release, "placement", (value) => release.record(value, NOON));
    refuses(release, "placement.cohort", (value) => release.record({ ...here, cohort: value }, NOON), [1]);
    refuses(release, "placement.arm", (value) => release.record({ ...here, arm: value }, NOON), [null]);
    refuses(release, "atMs", (value) => release.record(here, value), [1]);
    refuses(release, "failed", (value) => release.record(here, NOON, value), ODD.filter((value) => value === undefined || Array.isArray(value)));
    refuses(release, "failed[0]", (value) => release.record(here, NOON, [value]));
    refuses(release, "missing[1]", (value) => release.recordOutcome(here, NOON, [], ["errors", value]));
    refuses(release, "good", (value) => release.recordRequests(NOON, value, 0), [1, 1n]);
    refuses(release, "bad", (value) => release.recordRequests(NOON, 0, value), [1, 1n]);
    refuses(release, "signal", (value) => release.step(NOON, value), [undefined]);
    refuses(release, "delta", (value) => release.merge(value));
    refuses(release, "directive", (value) => release.follow(value));
    refuses(release, "replica", (value) => release.seal(value), [1, 1n]);
    refuses(release, "replica", (value) => new Release(SPEC, value), [1, 1n]);
    refuses(release, "state", (value) => Release.resume(SPEC, value, 2));
    for (const value of ODD) refused(() => new Release(value, 1), {});
    for (const value of ODD) refused(() => new Flag(value), {});
    for (const value of ODD) if (value !== "x") refused(() => rampgate.slot("exposure", "salt", value), { path: "unit" });
    for (const value of ODD) if (value !== 1) refused(() => rampgate.allocationEnds([1, value]), { path: "weights[1]" });
  },

  "times"(rampgate) {
    const release = running(rampgate);
    const last = 253_402_300_799_999;
    for (const atMs of [NaN, Infinity, -Infinity, -1, 0.5, NOON + 0.5, last + 1, 2 ** 53, 1e300]) {
      const told = { path: "atMs", code: "range", value: String(atMs) };
      refused(() => release.step(atMs), told);
      refused(() => release.record({ cohort: 1, arm: null }, atMs), told);
      refused(() => release.recordRequests(atMs, 1, 0), told);
    }
    refused(() => release.step(NOON - 1), { code: "order", path: "event.at" });
    release.record({ cohort: 0, arm: "canary" }, -0);
    release.recordRequests(last, 1, 2n ** 64n - 1n);
    release.step(last);
  },

  "integers at their ends"(rampgate) {
    const { Release } = rampgate;
    const release = running(rampgate);
    for (const replica of [-1, 0.5, 2 ** 53, -1n, 2n ** 64n, Infinity]) {
      refused(() => new Release(SPEC, replica), { path: "replica", code: "range", value: String(replica) });
    }
    for (const replica of [0, -0, 2 ** 53 - 1, 2n ** 64n - 1n]) new Release(SPEC, replica).free();
    for (const cohort of [2, 2 ** 32 - 1, 2 ** 32, -1, 0.5, NaN]) {
      refused(() => release.record({ cohort, arm: "canary" }, NOON), { path: "placement.cohort", code: "range" });
    }
    for (const weight of [-1, 0.5, 2 ** 32, NaN]) refused(() => rampgate.allocationEnds([1, weight]), { path: "weights[1]" });
    refused(() => rampgate.allocationEnds(new Array(4_000_000_000)), { path: "weights", code: "range" });
    refused(() => rampgate.allocationEnds(new Array(3)), { path: "weights[0]", code: "type" });
    refused(() => release.assignMany(new Array(4_000_000_000)), { path: "units", code: "range" });
    refused(() => release.assign("x".repeat(2 ** 20 + 1)), { path: "unit", code: "range" });
    equal(release.assign("x".repeat(2 ** 20)).reason.why.length > 0, true);
    refused(() => release.merge(new Uint8Array(2 ** 24 + 1)), { path: "delta", code: "range" });
  },

  "documents: all problems at once, and none too odd"({ Release, Flag }) {
    const bad = { ...SPEC, stages: [{ exposure: "140%", min_dwell: "10m", min_units: 100 }], guardrails: [], color: 1 };
    const error = refused(() => new Release(bad, 1), { code: "range", path: "stages[0].exposure", value: "140%" });
    equal(error.problems.map(({ path }) => path), ["stages[0].exposure", "objective.metric", "guardrails", "color"]);
    equal(error.message.startsWith("4 problems:\n  invalid `stages[0].exposure`: "), true, error.message);
    const odd = [
      { ...SPEC, extra: 1n },
      cycle,
      { toJSON: () => undefined },
      { toJSON() { throw new Error("no"); } },
      deep,
      "[".repeat(1_000_000),
      `{"a": 1, "a": 1}`,
      "x".repeat(2 ** 24 + 1),
      "\ud800",
    ];
    odd.forEach((spec, place) => refused(() => new Release(spec, 1), { path: "spec" }, `odd spec ${place}`));
    refused(() => new Release(`{${Array.from({ length: 200_000 }, (_, n) => `"k${n}": 1`)}}`, 1), {});
    refused(() => new Flag({ key: "k", variants: [], default: "a" }), { path: "variants" });
  },

  "signals"(rampgate) {
    const release = running(rampgate);
    for (const signal of [{ start: {} }, { start: { by: 1 } }, { start: { by: "a", at: 1 } }, { stop: { by: "a" } }, "stop", { pause: { by: "a" }, resume: { by: "a" } }, cycle, deep, 1n]) {
      refused(() => release.step(NOON, signal), {});
    }
  },

  "bytes: every cut and every bit, other versions, other kinds, other specs"(rampgate) {
    const { Release } = rampgate;
    const release = running(rampgate);
    const other = new Release({ ...SPEC, name: "another" }, 7);
    const before = hex(release.state());
    const edge = new Release(SPEC, 5);
    const kinds = {
      delta: [edge.takeDelta(), other.takeDelta(), (bytes) => release.merge(bytes)],
      directive: [release.directive(), other.directive(), (bytes) => release.follow(bytes)],
      state: [release.state(), other.state(), (bytes) => Release.resume(SPEC, bytes, 9)],
    };
    for (const [path, [good, strange, take]] of Object.entries(kinds)) {
      for (let length = 0; length < good.length; length++) refused(() => take(good.subarray(0, length)), { path }, `${path} cut at ${length}`);
      for (let bit = 0; bit < good.length * 8; bit++) {
        const damaged = good.slice();
        damaged[bit >> 3] ^= 1 << (bit & 7);
        refused(() => take(damaged), { path }, `${path}, bit ${bit}`);
      }
      const later = good.slice();
      later[3] = "2".charCodeAt(0);
      refused(() => take(later), { path, code: "version" });
      refused(() => take(strange), { path, code: "conflict" });
      for (const [name, [another]] of Object.entries(kinds)) if (name !== path) refused(() => take(another), { path, code: "type" }, `${name} as ${path}`);
      refused(() => take(new Uint8Array([...good, 0])), { path, code: "corrupt" });
      take(good);
    }
    equal(release.phase, { ramping: { stage: 0 } });
  },

  "objects that answer oddly"(rampgate) {
    const release = running(rampgate);
    // a getter that calls back into the release, while it is being called
    const meddling = {
      get cohort() {
        return release.step(NOON).events.length;
      },
      get arm() {
        return release.assign("user-1").arm;
      },
    };
    release.record(meddling, NOON);
    // a list that changes while it is read
    const names = new Proxy(["errors"], {
      get(list, name) {
        if (name === "0") release.takeDelta();
        return Reflect.get(list, name);
      },
    });
    release.record({ cohort: 1, arm: "canary" }, NOON, names);
    // a length that lies
    const bytes = release.directive();
    Object.defineProperty(bytes, "length", { value: 1 << 30 });
    equal(release.follow(bytes), false);
    const moved = release.directive();
    structuredClone(moved.buffer, { transfer: [moved.buffer] });
    refused(() => release.follow(moved), { path: "directive", code: "type" });
  },

  "messages are worded as the core words them"(rampgate) {
    const release = running(rampgate);
    const messages = {
      "invalid `unit`: must be a string, got 5": () => release.assign(5),
      "invalid `unit`: must be a string, got object": () => release.assign({}),
      "invalid `failed[1]`: must be the name of a guardrail, got `two words`": () => release.record({ cohort: 1, arm: "canary" }, NOON, ["errors", "two words"]),
      "invalid `missing[0]`: must be the name of a guardrail, got ``": () => release.record({ cohort: 1, arm: "canary" }, NOON, [], [""]),
      "invalid `placement.cohort`: must be at most the present cohort (1), got 4": () => release.record({ cohort: 4, arm: "canary" }, NOON),
      "invalid `domain`: must be exposure, variant, layer or holdout, got color": () => rampgate.slot("color", "salt", "unit"),
      "invalid `release`: must not be used after free()": () => (release.free(), release.assign("user")),
    };
    for (const [message, call] of Object.entries(messages)) equal(refused(call, {}).message, message);
    const long = refused(() => rampgate.slo.allowedFailure("ä".repeat(500)), { path: "objective" });
    equal(long.value.length < 130, true);
  },

  "contexts: wrong types name the path"({ flags: { FlagSet } }) {
    const set = new FlagSet(FLAGS);
    const context = { unit: "user-1", attributes: { plan: "pro", roles: ["a", "b"] }, now: NOON };
    const before = set.evaluate("paid", context);
    const each = (path, call, fine) => {
      for (const value of ODD) {
        if (fine(value)) continue;
        const error = refused(() => call(value), {}, `${path} ${typeof value} ${Object.prototype.toString.call(value)}`);
        equal(error.path.startsWith(path), true, `${error.message} is not about ${path}`);
      }
    };
    const plain = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
    const scalar = (value) => ["string", "number", "boolean"].includes(typeof value) || value instanceof Date;
    const missing = (value) => value === undefined || value === null;
    for (const method of ["evaluate", "explain"]) {
      each("flag", (value) => set[method](value, context), () => false);
      each("context", (value) => set[method]("paid", value), plain);
    }
    each("context", (value) => set.evaluateAll(value), plain);
    each("unit", (unit) => set.evaluate("paid", { unit }), (value) => missing(value) || typeof value === "string");
    each("attributes", (attributes) => set.evaluate("paid", { attributes }), (value) => value === undefined || plain(value));
    each("attributes.plan", (plan) => set.evaluate("paid", { attributes: { plan } }), (value) => missing(value) || scalar(value) || Array.isArray(value));
    each("attributes.roles[1]", (role) => set.evaluate("paid", { attributes: { roles: ["a", role] } }), scalar);
    each("attributes.since.time", (time) => set.evaluate("paid", { attributes: { since: { time } } }), (value) => value === 1);
    each("now", (now) => set.evaluate("paid", { now }), (value) => value === undefined || value === 1 || value instanceof Date);
    each("sticky", (sticky) => set.evaluate("paid", { sticky }), (value) => value === undefined || Array.isArray(value));
    each("sticky[0]", (pair) => set.evaluate("paid", { sticky: [pair] }), () => false);
    each("sticky[0][1]", (variant) => set.evaluate("paid", { sticky: [["paid", variant]] }), (value) => typeof value === "string");
    each("options", (options) => set.lint(options), (value) => value === undefined || typeof value === "object" && value !== null);
    each("now", (now) => set.lint({ now }), (value) => value === undefined || value === 1 || value instanceof Date);
    each("retiredSalts", (retiredSalts) => set.lint({ retiredSalts }), (value) => value === undefined || Array.isArray(value));
    each("retiredSalts[0]", (salt) => set.lint({ retiredSalts: [salt] }), (value) => typeof value === "string");
    for (const value of ODD) refused(() => new FlagSet(value), {});
    refused(() => set.evaluate("paid", { attributes: { a: { time: "noon" } } }), { path: "attributes.a.time", code: "syntax", value: "noon" });
    refused(() => set.evaluate("paid", { attributes: { a: [0, new Date(NaN)] } }), { path: "attributes.a[1]", code: "range" });
    refused(() => set.evaluate("paid", { now: new Date(-1) }), { path: "now", code: "range" });
    refused(() => set.evaluate("toString", context), { path: "flag", code: "unknown", value: "toString" });
    refused(() => set.evaluate("paid", { attributes: { a: new Array(2 ** 24 + 1) } }), { path: "attributes.a", code: "range" });
    refused(() => set.evaluate("paid", { unit: "x".repeat(2 ** 20 + 1) }), { path: "unit", code: "range" });
    const long = "x".repeat(2 ** 24);
    refused(() => set.evaluate("paid", { attributes: { a: long, b: long } }), { path: "context", code: "range" });
    equal(set.evaluate("paid", context), before);
  },

  "contexts that answer oddly, and large ones"({ flags: { FlagSet } }) {
    const set = new FlagSet(FLAGS);
    const plain = { unit: "user-1", attributes: { plan: "pro", roles: ["a", "b"], ünïcode: "用户 \u{1f600}", since: new Date(NOON) } };
    const expected = set.evaluate("paid", plain);
    equal([expected.variant, expected.reason.why], ["on", "served"]);
    // getters that ask for other decisions, while their context is read
    const other = () => set.evaluateAll({ unit: "someone-else", attributes: { plan: "x".repeat(5_000) } });
    const meddling = {
      get unit() {
        return other(), "user-1";
      },
      get attributes() {
        return {
          get plan() {
            return other(), "pro";
          },
          since: { get time() { return other(), NOON; } },
        };
      },
      get sticky() {
        return other(), [];
      },
    };
    equal(set.evaluate("paid", meddling), expected);
    // so large that the module's memory has to grow, on this side and on the other
    const many = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`attribute-${n}`, n % 2 ? [n, "text", true] : "用户"]));
    for (let round = 0; round < 3; round++) {
      equal(set.evaluate("paid", { unit: "user-1", attributes: { ...many, plan: "pro" } }), expected);
      equal(set.evaluate("paid", { ...plain, attributes: { plan: ["x".repeat(1_000_000), "pro"] } }), expected);
      equal(set.evaluate("paid", plain), expected);
    }
    for (const number of [NaN, Infinity, -0, 1e300]) equal(set.evaluate("paid", { attributes: { plan: number } }).reason.why, "no_rule");
    equal(set.evaluate("paid", { unit: "\ud800", attributes: { "\ud800": "\udfff" } }).variant, "off");
    equal(set.evaluate("paid", {}).exposure(), null);
  },

  "rebalance: what is not an edit"({ flags: { rebalance } }) {
    const before = { variants: 1, ranges: [[0, 0, 1_000_000]] };
    for (const value of ODD) {
      refused(() => rebalance(value, []), {});
      if (value !== 1) refused(() => rebalance({ ...before, variants: value }, [{ keep: 0, weight: 1 }]), { path: "variants" });
      refused(() => rebalance({ ...before, ranges: value }, []), {});
      refused(() => rebalance({ ...before, ranges: [value] }, []), { path: "ranges[0]" });
      refused(() => rebalance(before, value), {});
      refused(() => rebalance(before, [value]), { path: "targets[0]", code: "type" });
      if (value !== 1) refused(() => rebalance(before, [{ keep: 0, weight: value }]), { path: "targets[0].weight" });
    }
  },

  "schemes and units that are none"({ compat: { Scheme } }) {
    const scheme = new Scheme(FLAGD);
    for (const value of ODD) {
      refused(() => new Scheme(value), {});
      refused(() => scheme.shadow(value, []), { path: "next", code: "type" });
      if (value !== "x" && value !== "") refused(() => scheme.assign(value), { path: "unit" });
      if (value !== "x" && value !== "") refused(() => scheme.assignMany(["u", value]), { path: "units[1]" });
      if (!Array.isArray(value)) refused(() => scheme.shadow(scheme, value), { path: "units" });
      if (value !== 1 && value !== undefined) refused(() => scheme.shadow(scheme, [], value), { path: "limit" });
    }
    refused(() => new Scheme({ scheme: "appconfig" }), { path: "scheme", value: "appconfig" });
    refused(() => new Scheme({ ...FLAGD, surplus: 1 }), { path: "surplus" });
    const freed = new Scheme(FLAGD);
    freed.free();
    freed.free();
    refused(() => freed.assign("u"), { path: "scheme", code: "freed" });
    refused(() => scheme.shadow(freed, []), { path: "scheme", code: "freed" });
  },
};
