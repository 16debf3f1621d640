// What a call costs on this machine, on the packed package: the median and the best of some rounds. Nothing depends on it.
//   npm run bench
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { install } from "./packed.js";
import { NOON, SPEC, serve } from "./stories.js";

const packed = install();
const entry = join(packed.folder, "entry.mjs");
writeFileSync(entry, 'export * from "rampgate"; export * from "rampgate/flags";');
const { Flag, FlagSet, Release } = await import(pathToFileURL(entry));

function bench(name, calls, round) {
  for (let n = 0; n < 5; n++) round(); // to warm up
  const costs = Array.from({ length: 21 }, () => {
    const began = process.hrtime.bigint();
    round();
    return Number(process.hrtime.bigint() - began) / calls;
  }).sort((a, b) => a - b);
  const shown = (cost) => `${cost.toFixed(0)} ns`.padStart(10);
  console.log(`${name.padEnd(44)}${shown(costs[10])}, best${shown(costs[0])}`);
}

const units = Array.from({ length: 10_000 }, (_, n) => `${n.toString(16).padStart(8, "0")}-9c0b-4ef8-bb6d-6bb9bd380a11`);
const release = new Release(SPEC, 1);
release.step(NOON, { start: { by: "bench" } });
const flag = new Flag({ key: "k", variants: [{ name: "a", weight: 1 }, { name: "b", weight: 1 }], default: "a" });
const encoder = new TextEncoder();
const view = new Uint8Array(1024);

bench("encodeInto of the id alone, the floor", units.length, () => units.forEach((unit) => encoder.encodeInto(unit, view)));
bench("flag.evaluate, 50/50", units.length, () => units.forEach((unit) => flag.evaluate(unit)));
bench("flag.evaluateMany", units.length, () => flag.evaluateMany(units));
const set = new FlagSet({
  rampgate_flags: 1,
  version: 1,
  flags: Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`flag-${n}`, {
    variants: ["a", "b"],
    default: "a",
    rules: [{ when: { attribute: "plan", one_of: ["free"] }, serve: "b" }, { when: { attribute: "country", one_of: ["DE", "FR"] }, weights: { a: 1, b: 1 } }],
  }])),
});
const plain = units.map((unit) => ({ unit }));
const known = units.map((unit) => ({ unit, attributes: { country: "DE", plan: "pro", age: 41 } }));
bench("flags.evaluate, the unit alone", known.length, () => plain.forEach((context) => set.evaluate("flag-7", context)));
bench("flags.evaluate, three attributes, a split", known.length, () => known.forEach((context) => set.evaluate("flag-7", context)));
bench("the same with its exposure", known.length, () => known.forEach((context) => set.evaluate("flag-7", context).exposure()));
bench("flags.explain", 1_000, () => known.slice(0, 1_000).forEach((context) => set.explain("flag-7", context)));
bench("flags.evaluateAll, per flag of 50", 10_000, () => known.slice(0, 200).forEach((context) => set.evaluateAll(context)));
bench("release.assign", units.length, () => units.forEach((unit) => release.assign(unit)));
bench("release.assignMany", units.length, () => release.assignMany(units));
const assignment = release.assign("user-1");
const failed = ["errors"];
bench("release.record, good", units.length, () => units.forEach(() => release.record(assignment, NOON)));
bench("release.record, failed", units.length, () => units.forEach(() => release.record(assignment, NOON, failed)));
const measuring = new Release({ ...SPEC, guardrails: [...SPEC.guardrails, { name: "latency", measure: "distribution" }, { name: "revenue", measure: "mean" }] }, 1);
measuring.step(NOON, { start: { by: "bench" } });
const latencies = units.map((_, n) => ({ latency: 20_000_000 + ((n * 7_919) % 1_000) * 100_000 }));
const both = latencies.map(({ latency }, n) => ({ latency, revenue: { value: n } }));
bench("release.record, good, nothing measured", units.length, () => units.forEach(() => measuring.record(assignment, NOON)));
bench("release.record, a latency", units.length, () => latencies.forEach((measured) => measuring.record(assignment, NOON, undefined, undefined, measured)));
bench("release.record, a latency and a mean", units.length, () => both.forEach((measured) => measuring.record(assignment, NOON, undefined, undefined, measured)));

const judged = new Release({ ...SPEC, guardrails: ["errors", "b", "c", "d", "e"].map((name) => ({ name })) }, 1);
judged.step(NOON, { start: { by: "bench" } });
serve(judged, 1, 10, NOON);
let at = NOON;
bench("release.stepJson, five guardrails", 100, () => {
  for (let n = 0; n < 100; n++) judged.stepJson((at += 1_000));
});
bench("release.takeDelta", 100, () => {
  for (let n = 0; n < 100; n++) judged.takeDelta();
});
packed.remove();
