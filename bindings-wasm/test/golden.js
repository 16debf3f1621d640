// The vectors of core/testdata, which every language replays. `data` holds those files.
import { equal, hex, ok, refused } from "./check.js";

export const golden = {
  "golden: slots, hashes and allocations, in both modules"(rampgate, data) {
    for (const module of [rampgate, rampgate.flags]) slots(module, data);
  },

  "golden: rebalanced allocations"({ flags: { rebalance } }, { bucketing }) {
    for (const { variants, before, targets, after, moves } of bucketing.rebalances) {
      const given = rebalance({ variants, ranges: before }, targets);
      equal(given.after.ranges, after, JSON.stringify(targets));
      equal(given.moves, moves, JSON.stringify(targets));
    }
    for (const { variants, ranges, paths } of bucketing.invalid_ranges) {
      const error = refused(() => rebalance({ variants, ranges }, []), {}, JSON.stringify(ranges));
      equal(error.problems.map(({ path }) => path).sort(), paths.sort(), error.message);
    }
    for (const { weights, targets, paths } of bucketing.invalid_targets) {
      let start = 0;
      const total = weights.reduce((sum, weight) => sum + weight);
      const ranges = weights.map((weight, variant) => [variant, start, (start += (weight * 1_000_000) / total)]);
      const error = refused(() => rebalance({ variants: weights.length, ranges }, targets), {}, JSON.stringify(targets));
      equal(error.problems.map(({ path }) => path), paths, error.message);
    }
  },

  "golden: who is held out"({ flags: { heldBy } }, { bucketing: { holdouts: { holdouts, units } } }) {
    for (const { unit, tags, held } of units) equal(heldBy(holdouts, unit, tags), held, unit);
    equal(heldBy(JSON.stringify(holdouts), ""), null);
    refused(() => heldBy([{ name: "a", share: "140%" }], "u"), { code: "range" });
    refused(() => heldBy(holdouts, "u", ["a", 1]), { path: "tags[1]", code: "type" });
  },

  "golden: the calls on a layer"({ flags: { Layer } }, { bucketing }) {
    const layer = new Layer({ name: "vectors", claims: [] });
    for (const { call, name, slots, refused: isRefused, sets } of bucketing.layer) {
      const share = slots === null ? [] : [`${slots / 10_000}%`];
      if (isRefused) refused(() => layer[call](name, ...share), {}, `${call} ${name}`);
      else layer[call](name, ...share);
      equal(Object.fromEntries(layer.claims.map((claim) => [claim, layer.ranges(claim)])), sets, `${call} ${name}`);
    }
    const owned = layer.owner("user-1");
    ok(owned === null || layer.claims.includes(owned));
    equal(layer.owner(""), null);
    refused(() => new Layer({ name: "l", claims: [{ name: "c", slots: [[0, 10], [5, 20]] }] }), { path: "claims[0].slots[1]" });
    refused(() => layer.claim("x", "5"), { path: "share" });
  },

  "golden: releases from ring to ring"({ Release }, { rings: { releases, refused: bad } }) {
    for (const { name, spec, moments } of releases) {
      const release = new Release(spec, 1);
      equal(release.rings, spec.rings.map(({ name }) => name));
      for (const [number, { exposure, units }] of moments.entries()) {
        const last = number === moments.length - 1;
        if (number > 0) release.step(number, number === 1 ? { start: { by: "ann" } } : last ? { abort: { by: "ann", why: "a test" } } : "tick");
        equal(Math.round(release.exposure * 1e6), Math.round(parseFloat(exposure) * 1e4), name);
        for (const { unit, ring, flags, arm } of units) {
          const all = Object.entries(flags).map(([key, [variant, { variant_slot: variantSlot, ...rest }]]) => {
            const reason = variantSlot === undefined ? rest : { ...rest, variantSlot };
            return [key, { variant, reason, arm, cohort: release.cohort }];
          });
          equal([...release.assignAll(unit, ring)], all, `${name}, ${number}`);
          equal(release.assign(unit, ring), all[0][1]);
          equal(release.variants[release.assignMany([unit], ring)[0]], all[0][1].variant);
        }
      }
      const again = Release.resume(spec, release.state(), 2);
      equal(again.assign("u1", "staff"), release.assign("u1", "staff"));
      for (const [ring, value] of [[undefined, ""], ["Staff", "Staff"]]) {
        refused(() => release.assign("u", ring), { path: "ring", code: "unknown", value });
        refused(() => again.assignMany([], ring), { path: "ring", code: "unknown", value });
        refused(() => release.assignAll("u", ring), { path: "ring", code: "unknown", value });
      }
      refused(() => release.assign("u", "Staff"), { message: "invalid `ring`: must be the name of a ring, got Staff" });
    }
    for (const { spec, problems } of bad) {
      const { problems: [{ path, rule }], message } = refused(() => new Release(spec, 1), {});
      equal(message, problems[0]);
      ok(path && rule);
    }
  },

  "golden: flags, one by one, all at once and explained"({ flags: { FlagSet } }, { flags }) {
    let outcomes = 0;
    for (const { document, cases } of flags.sets) {
      const set = new FlagSet(document);
      equal(set.version, BigInt(document.version));
      for (const { context: written, outcomes: expected } of cases) {
        const context = { ...written, now: written.now && Date.parse(written.now) };
        const all = set.evaluateAll({ ...context, now: written.now && new Date(written.now) });
        equal(all.map(({ flag }) => flag), set.keys);
        for (const [place, key] of set.keys.entries()) {
          const { variant, reason, rule, dedupe } = expected[key];
          const what = `${key} for ${JSON.stringify(written)}`;
          const outcome = set.evaluate(key, context);
          const { variant_slot: variantSlot, ...others } = reason;
          equal(outcome.reason, variantSlot === undefined ? others : { ...others, variantSlot }, what);
          equal([outcome.flag, outcome.variant, outcome.rule], [key, variant, rule ?? null], what);
          equal(set.variants(key)[outcome.index], variant, what);
          const exposure = outcome.exposure();
          equal(exposure?.dedupe.toString(16).padStart(16, "0"), dedupe, what);
          if (exposure !== null) {
            const told = { flag: key, salt: outcome.stickyToken, variant, unit: context.unit, at: context.now ?? null };
            equal(exposure, { ...told, dedupe: exposure.dedupe }, what);
          }
          const explanation = set.explain(key, context);
          equal([explanation.outcome, all[place]], [outcome, outcome], what);
          equal(explanation.steps.at(-1), { decided: { flag: key, variant, reason: outcome.reason } }, what);
          outcomes++;
        }
      }
      set.free();
    }
    ok(outcomes > 500, `only ${outcomes} outcomes`);
  },

  "golden: every scheme of other vendors"({ compat: { Scheme, schemeNames } }, { compat: { units, cases } }) {
    const seen = new Set();
    for (const { document, assigned } of cases) {
      const scheme = new Scheme(JSON.stringify(document).replace(/"@(-?\d+)"/g, "$1"));
      seen.add(scheme.name);
      const expected = Array.from(assigned, (digit) => (Number.isNaN(parseInt(digit, 36)) ? null : parseInt(digit, 36)));
      equal(scheme.assignMany(units), expected, JSON.stringify(document));
      equal(scheme.assign(units[7]), expected[7]);
      const { moved, cells } = scheme.shadow(scheme, units);
      equal([moved, cells.reduce((sum, { units }) => sum + units, 0)], [0, units.length]);
      scheme.free();
    }
    equal([...seen].sort(), schemeNames().filter((name) => name !== "rampgate-1").sort());
  },

  "golden: objectives, counters, budgets and gates"({ slo: rampgate }, { slo }) {
    for (const { text, allowed_parts_per_billion: allowed } of slo.objectives) {
      equal(rampgate.allowedFailure(text), allowed, text);
    }
    for (const { text, kind } of slo.invalid_objectives) {
      refused(() => rampgate.allowedFailure(text), { code: kind, value: text }, text);
    }
    for (const { name, runs, reads } of slo.counters) {
      const counter = new rampgate.Counter();
      for (const [first, every, count, good, bad] of runs) {
        for (let n = 0; n < count; n++) counter.record(first + n * every, counted(good), counted(bad));
      }
      for (const { window, now, reading } of reads) {
        equal(counter.read(window, now), numbers(reading), `${name}, ${window} to ${now}`);
      }
      counter.free();
    }
    for (const given of slo.invalid_readings) {
      refused(() => rampgate.budget("99.9%", "30d", counts(given)), { path: given.path });
    }
    for (const { name, target, period, at_risk: atRisk, reading, expect } of slo.budgets) {
      const ours = rampgate.budget(target, period, counts(reading), atRisk);
      for (const [field, value] of Object.entries(expect)) equal(ours[field], value, `${name}, ${field}`);
    }
    for (const { name, gate, reading, current, asked, report } of slo.gates) {
      equal(rampgate.askGate(gate, counts(reading), current, asked), numbers(report), name);
    }
    const watched = { window: "30d", watched: "30d", good: 1, bad: 0 };
    for (const { name, json, problems } of slo.invalid_gates) {
      const error = refused(() => rampgate.askGate(json, watched, "0%", "1%"), {}, name);
      equal(error.problems.map(({ path, code }) => ({ path, kind: code })), problems, name);
    }
    for (const { target, period, reading, measure, ours, theirs } of slo.not_matched) {
      const given = rampgate.budget(target, period, counts(reading))[measure];
      equal(given, ours);
      ok(given !== theirs, "a number that is wrong at its source is matched");
    }
  },

  "golden: decisions of rollouts"({ log: { replayRollout } }, { rollout }) {
    const replay = ({ plan, events }) => replayRollout(JSON.stringify(plan), JSON.stringify(events ?? []));
    for (const run of rollout.runs) equal(JSON.parse(replay(run)), run.decisions, run.name);
    for (const plan of rollout.refused_plans) {
      const error = refused(() => replay(plan), {}, plan.name);
      equal(error.problems.map(({ path, code }) => ({ path, kind: code })), plan.problems, plan.name);
    }
    for (const log of rollout.refused_logs) refused(() => replay(log), { path: log.path, code: log.kind }, log.name);
  },

  "golden: a release with a fleet is led by Rust or Python"(rampgate, { release: files }) {
    const spec = { ...JSON.parse(files["spec.json"]), fleet: { replicas: 8 } };
    refused(() => new rampgate.Release(spec, 1), { path: "fleet", code: "unknown" }, "fleet");
  },

  "golden: a release of 10,000 events, to the byte"(rampgate, { release: files }) {
    const script = JSON.parse(files["script.json"]);
    const { canary } = JSON.parse(files["spec.json"]).flag;
    const release = new rampgate.Release(files["spec.json"], 1);
    const steps = [];
    const decisions = [];
    let x = script.seed;
    for (let n = 0; n < script.events; n++) {
      const at = script.start_ms + n * script.interval_ms;
      const signal = script.signals[n];
      if (signal !== undefined || n % script.step_every === 0) {
        const step = release.stepJson(at, signal);
        if (steps.push(step) % 10 !== 1) steps[steps.length - 1] = "";
        decisions.push(...decisionTexts(step));
        continue;
      }
      x = (Math.imul(1103515245, x) + 12345) & 0x7fffffff;
      const assignment = release.assign(`user-${n}`);
      const rates = script.failures_per_mille.findLast(({ from }) => from <= n);
      const failed = [];
      if (x % 1000 < (assignment.variant === canary ? rates.canary : rates.control)) failed.push("errors");
      if (Math.floor(x / 1000) % 1000 < script.timeouts_per_mille) failed.push("timeouts");
      release.record(assignment, at, failed, x % 97 === 0 ? ["timeouts"] : []);
    }
    equal(lines(decisions), files["decisions.jsonl"], "decisions.jsonl");
    equal(lines(steps.filter(Boolean)), files["steps.jsonl"], "steps.jsonl");
    equal(`${hex(release.takeDelta())}\n`, files["delta.hex"], "delta.hex");
    equal(`${hex(release.state())}\n`, files["state.hex"], "state.hex");
  },
};

function slots(rampgate, { bucketing }) {
  for (const { domain, salt, unit, hash, slot } of bucketing.slots) {
    equal(rampgate.hash(domain, salt, unit).toString(16).padStart(16, "0"), hash, `hash of ${unit}`);
    equal(rampgate.slot(domain, salt, unit), slot, `slot of ${unit}`);
  }
  for (const { weights, ends } of bucketing.allocations) equal(rampgate.allocationEnds(weights), ends, `${weights}`);
  for (const { weights, path } of bucketing.invalid_allocations) {
    refused(() => rampgate.allocationEnds(weights), { path }, `${weights}`);
  }
}

const lines = (texts) => texts.map((text) => `${text}\n`).join("");

// The decisions of a step as they stand in its text: JavaScript's own JSON would write the numbers in another way.
function decisionTexts(step) {
  const { decisions } = JSON.parse(step);
  let from = step.indexOf('"decisions":[') + '"decisions":['.length;
  return decisions.map(() => {
    let depth = 0;
    for (let at = from; ; at++) {
      if (step[at] === "{") depth++;
      if (step[at] === "}" && --depth === 0) {
        const text = step.slice(from, at + 1);
        from = at + 2;
        return text;
      }
    }
  });
}

// integers above 2^53 are texts in the vectors
const counted = (value) => (typeof value === "string" ? BigInt(value) : value);

const counts = ({ window, watched, good, bad }) => ({ window, watched, good: counted(good), bad: counted(bad) });

/** The same with each text that is a whole number as the number that JSON gives for it. */
function numbers(value) {
  if (typeof value === "string" && /^\d+$/.test(value)) return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(numbers);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, numbers(item)]));
}
