// Input that is wrong: each is one error with a path and a rule, nothing has changed, and the module goes on working.
import { equal, hex, refused } from "./check.js";
import { NOON, SPEC, serve } from "./stories.js";

const ODD = [undefined, null, true, 1, -1, NaN, 1n, "", "x", Symbol("s"), {}, [], () => 0, new Date(NOON), new Map(), new Float64Array(2)];
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
    const long = refused(() => rampgate.allowedFailure("ä".repeat(500)), { path: "objective" });
    equal(long.value.length < 130, true);
  },
};
