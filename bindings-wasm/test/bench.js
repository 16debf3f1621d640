// What a call costs on this machine, on the packed package: the median and the best of some rounds. Nothing depends on it.
//   npm run bench
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { install } from "./packed.js";
import { NOON, SPEC, serve } from "./stories.js";

const packed = install();
const entry = join(packed.folder, "entry.mjs");
writeFileSync(entry, 'export * from "rampgate";');
const { Flag, Release } = await import(pathToFileURL(entry));

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
bench("release.assign", units.length, () => units.forEach((unit) => release.assign(unit)));
bench("release.assignMany", units.length, () => release.assignMany(units));
const assignment = release.assign("user-1");
const failed = ["errors"];
bench("release.record, good", units.length, () => units.forEach(() => release.record(assignment, NOON)));
bench("release.record, failed", units.length, () => units.forEach(() => release.record(assignment, NOON, failed)));

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
