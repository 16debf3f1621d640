// Measurements and questions that are wrong: each is one error with a path and a rule, nothing has changed, and the module goes on working.
import { equal, hex, ok, refused } from "./check.js";
import { NOON } from "./stories.js";

const ODD = [undefined, null, true, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 53, -1n, 2n ** 64n, "", "x", Symbol("s"), {}, [], () => 0, new Map()];
const MEASURES = { errors: "rate", failing: "fraction", crashes: "count", latency: "distribution", revenue: "mean" };
const SPEC = {
  rampgate: 1,
  name: "measured",
  flag: { key: "measured", control: "a", canary: "b" },
  stages: [{ exposure: "50%", min_dwell: "10m", min_units: 100 }],
  guardrails: Object.entries(MEASURES).map(([name, measure]) => ({ name, measure })),
};
const here = { cohort: 1, arm: "canary" };
const cell = { rho: 0.5, canary: { units: 100, failures: 9 }, control: { units: 100, failures: 3 } };

function running({ Release }) {
  const release = new Release(SPEC, 1);
  release.step(NOON, { start: { by: "ana" } });
  return release;
}

export const hostileAnalysis = {
  "measurements are evidence, and the report has them"(rampgate) {
    const release = running(rampgate);
    for (let n = 0; n < 300; n++) {
      for (const [arm, slower] of [["canary", 2], ["control", 1]]) {
        const latency = rampgate.nanoseconds((20 + (n % 50)) * slower);
        const measured = { latency, revenue: { value: n % 90, companion: -n }, failing: { failed: n % 2, requests: 4n }, crashes: { events: 1, exposure: 60 } };
        release.record({ cohort: 1, arm }, NOON, [], [], n % 2 === 0 ? measured : { ...measured, latency: null });
      }
    }
    release.record(here, NOON, ["errors"], ["revenue"]); // measures nothing
    const { report } = release.step(NOON + 60_000);
    const [errors, failing, crashes, latency, revenue] = report.guardrails;
    equal(report.units, { canary: 301, control: 300 });
    equal([errors.measure, errors.guarantee, errors.counts.canary], ["rate", "exact", { units: 301, failures: 1 }]);
    equal([failing.counts, failing.comparison.estimates.control, failing.units.canary], [null, 0.125, 300]);
    equal(crashes.comparison.estimates, { canary: 1 / 60, control: 1 / 60 });
    equal([latency.comparison, latency.units, latency.quantiles.map(({ level }) => level)], [null, { canary: 150, control: 150 }, ["50%", "95%", "99%"]]);
    ok(latency.ln_harm > 3 && latency.culprit && latency.shape !== null, `${latency.ln_harm}, ${latency.shape}`);
    equal([revenue.guarantee, revenue.lack, revenue.required], ["asymptotic", null, true]);
  },

  "measurements at their ends"({ Release, analysis: { Tally }, nanoseconds }) {
    const tally = new Tally(MEASURES);
    const largest = 2n ** 64n - 1n;
    const least = -(2 ** 40);
    tally.record(NOON, [], [], { latency: largest, crashes: { events: largest, exposure: 2 ** 53 - 1 }, failing: { failed: largest, requests: largest }, revenue: { value: least, companion: 2n ** 40n } });
    tally.record(NOON, [], [], { latency: 0, crashes: { events: 0, exposure: 0n }, failing: { failed: -0, requests: 1 }, revenue: { value: -0 } });
    equal(tally.series("latency").replace(/(,0)+,/, ",…,"), '{"first":0,"counts":[1,…,1]}');
    equal(tally.series("crashes"), `{"units":2,"events":${largest},"exposure":${2 ** 53 - 1}}`);
    equal(tally.series("revenue"), `{"units":2,"value":${least},"companion":${-least},"value_squared":${2n ** 80n},"companion_squared":${2n ** 80n},"product":-${2n ** 80n}}`);
    refused(() => tally.record(NOON, [], [], { revenue: { value: 2 ** 40 + 1 } }), { path: "metrics[4]", code: "range", value: String(2 ** 40 + 1) });
    refused(() => tally.record(NOON, [], [], { revenue: { value: -(2n ** 64n) } }), { path: "metrics[4]", code: "range" });
    refused(() => tally.record(NOON, [], [], { failing: { failed: 2, requests: 1 } }), { path: "metrics[1]", code: "range", value: "2" });
    refused(() => tally.record(NOON, [], [], { failing: { failed: 0, requests: 0 } }), { path: "metrics[1]", code: "range", value: "0" });
    refused(() => tally.record(NOON, ["latency"]), { path: "metrics[3]", code: "type" });
    equal(tally.units, 2);
    const nine = Array.from({ length: 9 }, (_, n) => `m${n}`);
    const wide = new Tally(Object.fromEntries(nine.map((name) => [name, "distribution"])));
    wide.record(NOON, [], [], Object.fromEntries(nine.slice(1).map((name) => [name, 1])));
    refused(() => wide.record(NOON, [], [], Object.fromEntries(nine.map((name) => [name, 1]))), { path: "metrics[8]", code: "range" });
    refused(() => new Release({ ...SPEC, guardrails: nine.map((name) => ({ name, measure: "distribution" })) }, 1), { path: "guardrails", code: "range" });
    equal([nanoseconds(0), nanoseconds(0.25), nanoseconds(1.4999e-6)], [0, 250_000, 1]);
    for (const wrong of [-1, -1e-9, NaN, Infinity, 1e10]) refused(() => nanoseconds(wrong), { path: "milliseconds", code: "range", value: String(wrong) });
    refused(() => nanoseconds("80"), { path: "milliseconds", code: "type" });
  },

  "measurements of wrong types and sizes change nothing"(rampgate) {
    const release = running(rampgate);
    const { Tally } = rampgate.analysis;
    const tally = new Tally(MEASURES);
    const before = hex(release.state());
    const each = (path, call, fine = []) => {
      for (const value of ODD) {
        if (fine.includes(value)) continue;
        refused(() => release.record(here, NOON, [], [], call(value)), { path }, `${path} ${typeof value}`);
        refused(() => release.recordOutcome(here, NOON, [], [], call(value)), { path }, `${path} ${typeof value}`);
        refused(() => tally.record(NOON, [], [], call(value)), { path }, `${path} ${typeof value}`);
      }
    };
    each("measured", (value) => value, ODD.filter((value) => value === undefined || typeof value === "object" && value !== null && !Array.isArray(value)));
    each("metrics[0]", (errors) => ({ errors }), [null]);
    each("metrics[1]", (failing) => ({ failing }), [null]);
    each("metrics[1]", (failed) => ({ failing: { failed, requests: 3 } }));
    each("metrics[1]", (requests) => ({ failing: { failed: 0, requests } }));
    each("metrics[2]", (events) => ({ crashes: { events, exposure: 1 } }));
    each("metrics[2]", (exposure) => ({ crashes: { events: 1, exposure } }));
    each("metrics[3]", (latency) => ({ latency }), [null]);
    each("metrics[4]", (value) => ({ revenue: { value } }), [-1, -1n]);
    each("metrics[4]", (companion) => ({ revenue: { value: 1, companion } }), [undefined, null, -1, -1n]);
    refused(() => release.record(here, NOON, [], [], { toString: 1 }), { path: "measured", code: "unknown", value: "toString" });
    refused(() => release.record(here, NOON, [], [], { revenue: { value: 1, compnion: 1 } }), { path: "metrics[4]", code: "unknown", value: "compnion" });
    equal([hex(release.state()), tally.units], [before, 0]);
    const messages = {
      "invalid `metrics[3]`: must be an integer from 0 to 2^53 - 1, or a bigint to 2^64 - 1, got 80.5": { latency: 80.5 },
      "invalid `metrics[1]`: has a `failed` that must be an integer from 0 to 2^53 - 1, or a bigint to 2^64 - 1, got NaN": { failing: { failed: NaN, requests: 1 } },
      "invalid `metrics[1]`: has a `failed` that must be at most the number of requests (1), got 2": { failing: { failed: 2, requests: 1 } },
    };
    for (const [message, measured] of Object.entries(messages)) equal(refused(() => release.record(here, NOON, [], [], measured), {}).message, message);
    // a getter that calls back into the release, while it is being called
    release.record(here, NOON, [], [], { get latency() { return release.step(NOON).events.length; } });
  },

  "handles: what is kept, wrong and freed"({ analysis }) {
    const { Design, Histogram, Moments, Session, Tally } = analysis;
    const histogram = new Histogram();
    const moments = new Moments();
    const session = new Session();
    const tally = new Tally(MEASURES);
    for (const value of ODD) {
      refused(() => histogram.record(value), { path: "value" });
      if (value !== undefined) refused(() => histogram.record(1, value), { path: "times" });
      refused(() => session.add(false, value), { path: "latency" });
      if (value !== true) refused(() => session.add(value, 1), { path: "failed" });
      if (value !== -1 && value !== -1n) refused(() => moments.record(value), { path: "value" });
      for (const handle of [histogram, moments, tally]) refused(() => handle.merge(value), { path: "other" });
      if (value !== undefined) for (const kept of [Histogram, Moments]) refused(() => new kept(value), {});
      refused(() => new Design(value), {});
      if (typeof value !== "object" || value === null || Array.isArray(value)) refused(() => new Tally(value), { path: "measures" });
      refused(() => new Tally({ m: value }), { path: "measures.m" });
      refused(() => tally.series(value), { path: "name", code: "unknown" });
      refused(() => histogram.quantile(value), { path: "level" });
    }
    for (const handle of [histogram, moments, tally]) refused(() => handle.merge(handle), { path: "other", code: "conflict" });
    refused(() => tally.merge(new Tally({ errors: "count" })), { path: "other" });
    refused(() => new Histogram({ first: 2_033, counts: [1, 1] }), { path: "histogram.counts", code: "range" });
    refused(() => new Histogram({ first: 0, counts: [2n ** 64n - 1n, 1] }), { path: "histogram.counts", code: "range" });
    refused(() => new Histogram({ first: 0, counts: [1], surplus: 1 }), { path: "histogram.surplus", code: "unknown" });
    refused(() => new Histogram('{"first":0,"counts":[0.5]}'), { path: "histogram.counts[0]" });
    refused(() => new Histogram('{"first":0'), { path: "histogram", code: "syntax" });
    const sums = { units: 1, value: 3, companion: 0, value_squared: 9, companion_squared: 0, product: 0 };
    equal(new Moments({ ...sums, value_squared: 9n }).mean, 3);
    for (const sum of [2n ** 127n, 2 ** 53, 0.5, "9"]) refused(() => new Moments({ ...sums, product: sum }), { path: "moments.product" });
    refused(() => new Moments({ ...sums, value_squared: -9 }), { path: "moments", code: "range" });
    refused(() => moments.record(2 ** 40 + 1), { path: "value", code: "range" });
    equal([histogram.units, moments.units, session.requests, tally.units, session.worst, moments.mean], [0, 0, 0, 0, null, null]);
    const design = new Design({ alpha: 0.025, spending: "pocock", looks: 2 });
    for (const [path, handle, call] of [
      ["histogram", histogram, () => histogram.record(1)],
      ["moments", moments, () => moments.record(1)],
      ["session", session, () => session.add(true, 1)],
      ["tally", tally, () => tally.record(0)],
      ["design", design, () => design.bounds],
    ]) {
      handle.free();
      handle.free();
      refused(call, { path, code: "freed" });
    }
    refused(() => new Histogram(histogram), { path: "histogram", code: "freed" });
  },

  "questions that are none"({ analysis }) {
    const asks = {
      rateEvidence: cell,
      differenceEvidence: cell,
      fractionEvidence: { rho: 0.5, canary: new Array(17).fill(1), control: new Array(17).fill(1) },
      countEvidence: { canary: { units: 1, events: 1, exposure: 1 }, control: { units: 1, events: 1, exposure: 1 } },
      distributionEvidence: { rho: 0.5, canary: { first: 900, counts: [1] }, control: { first: 900, counts: [1] } },
    };
    for (const [name, good] of Object.entries(asks)) {
      const ask = (cells, options) => analysis[name](cells, { margin: 0.5, ...(name === "distributionEvidence" ? { margin: 2 } : {}), ...options });
      ok(Number.isFinite(ask([good], {}).ln_harm), name);
      for (const value of ODD) {
        if (!Array.isArray(value)) refused(() => ask(value, {}), { path: "cells" }, name);
        refused(() => ask([value], {}), {}, name);
        refused(() => ask([{ ...good, canary: value }], {}), {}, name);
        if ("rho" in good && value !== 0.5) refused(() => ask([good, { ...good, rho: value }], {}), { path: "cells[1].rho" }, name);
        if (value !== 0.5 && value !== undefined) refused(() => ask([good], { margin: typeof value === "number" ? NaN : value }), { path: "margin" }, name);
      }
      refused(() => ask([good], { surplus: 1 }), { path: "options.surplus", code: "unknown" });
      refused(() => ask([{ ...good, surplus: 1 }], {}), { path: "cells[0].surplus", code: "unknown" });
      refused(() => ask([good], { tolerated: NaN }), { path: "tolerated", code: "range" });
      if (name !== "distributionEvidence") for (const alpha of [0, 1, NaN]) refused(() => ask([good], { alpha }), { path: "alpha", code: "range" });
    }
    refused(() => analysis.rateEvidence([{ ...cell, control: { units: 1, failures: 2 } }]), { path: "cells[0].control.failures", code: "range", value: "2" });
    refused(() => analysis.rateEvidence([cell], { reference: 1 }), { path: "reference", code: "range" });
    refused(() => analysis.differenceEvidence([cell], {}), { path: "margin", code: "missing" });
    refused(() => analysis.meanEvidence([], { companion: "other" }), { path: "companion", code: "unknown" });
    refused(() => analysis.meanEvidence([], { worse: "down" }), { path: "worse", code: "unknown" });
    refused(() => analysis.meanEvidence([], { absolute: true }), { path: "margin", code: "missing" });
    refused(() => analysis.meanEvidence([], { tolerated: -1 }), { path: "tolerated", code: "range" });
    equal(analysis.meanEvidence([]), { ln_harm: null, ln_safety: null, difference: null, lack: "too_few_units" });
    const many = { first: 900, counts: [50, 50] };
    const reference = analysis.referenceOf(many);
    for (const wrong of [{ edges: [], counts: [1] }, { ...reference, counts: [1] }, { edges: [5, 5], counts: [100, 1, 1] }, { edges: [901], counts: [9, 9] }, "x", 1]) {
      const error = refused(() => analysis.distributionEvidence([{ rho: 0.5, canary: many, control: many, reference: wrong }]), {});
      ok(error.path.startsWith("cells[0].reference"), error.message);
    }
    equal(analysis.referenceOf({ first: 900, counts: [99] }), null);
    refused(() => analysis.referenceStated({ "50%": 80 }), { path: "quantiles", code: "range" });
    refused(() => analysis.referenceStated({ "99%": 70, "50%": 80 }), { path: "quantiles[1]", code: "range" });
    refused(() => analysis.referenceStated({ half: 80, "99%": 90 }), { path: "quantiles[0]", code: "syntax" });
    refused(() => analysis.quantileBand(many, "half"), { path: "level", code: "syntax" });
    refused(() => analysis.quantileRatio({ canary: many }, "50%"), { path: "arms.control" });
    equal(analysis.quantileRatio({ canary: many, control: many }, "50%").lower <= 1, true);
    refused(() => analysis.mismatchEvidence(0, 1, 1), { path: "rho", code: "range" });
    refused(() => analysis.normalMixture(NaN, 1, { at: 1 }), { path: "sum", code: "range" });
    refused(() => analysis.normalMixture(0, -1, { at: 1 }), { path: "variance", code: "range" });
    refused(() => analysis.normalMixture(0, 1, { at: 0 }), { path: "at", code: "range" });
    refused(() => analysis.unitsFor({ rates: { control: 0.01, canary: 0.02 } }, 1), { path: "power", code: "range" });
    refused(() => analysis.unitsFor({ rates: { control: 0.01, canary: 0.02 } }, 0.8, { sides: 3 }), { path: "sides", code: "range" });
    refused(() => analysis.powerOf({ rates: { control: 0.01, canary: 0.02 } }, 0), { path: "total", code: "range" });
    const design = new analysis.Design({ alpha: 0.025, spending: "pocock", looks: 2 });
    for (const value of ODD) {
      refused(() => design.observed(value), {});
      if (value !== -1 && value !== 0.5) refused(() => design.analyse([value]), {});
    }
  },
};
