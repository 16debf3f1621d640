// The packed package: what is in it, and that one suite passes in every runtime.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { install } from "./packed.js";
import { suite } from "./suite.js";
import { serve } from "./workerd.js";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const testdata = join(root, "core/testdata");
const text = (...path) => readFileSync(join(...path), "utf8");

const packed = install();
after(() => packed.remove());

const data = {
  ...Object.fromEntries(["bucketing", "flags", "slo", "rollout", "observe", "tests", "distribution", "classic", "group_sequential", "judge", "power", "burn_rate", "imports", "plans", "simulation", "fleet", "together", "rings"].map((name) => [name, JSON.parse(text(testdata, `${name}.json`))])),
  // integers that JavaScript would round stand as texts, such as "@9007199254740993"
  compat: JSON.parse(text(testdata, "vendors/vendor_cases.json").replace(/(:\s*)(-?\d{16,})(?=[\s,}])/g, '$1"@$2"')),
  budgets: JSON.parse(text(testdata, "budgets.json").replace(/(?<=[:,[]\s*)(-?\d{16,})(?=[\s,}\]])/g, '"@$1"')),
  release: Object.fromEntries(readdirSync(join(testdata, "release")).map((name) => [name, text(testdata, "release", name)])),
  log: { ...Object.fromEntries(readdirSync(join(testdata, "log")).map((name) => [name, text(testdata, "log", name)])), "../release/spec.json": text(testdata, "release/spec.json") },
};
const modules = readdirSync(import.meta.dirname).filter((name) => /^(check|suite|stories|(golden|hostile)(-[a-z]+)?)[.]js$/.test(name));
for (const name of modules) copyFileSync(join(import.meta.dirname, name), join(packed.folder, name));
writeFileSync(join(packed.folder, "data.json"), JSON.stringify(data));
writeFileSync(join(packed.folder, "package.json"), '{ "type": "module" }');

// The package's further entries, such as "flags" for rampgate/flags.
const others = Object.keys(packed.manifest.exports).flatMap((path) => /^[.][/]([a-z]+)$/.exec(path)?.slice(1) ?? []);
const built = ["core", ...others];

// A program: `rampgate` is the package, with its other entries by their names, and the answer is JSON.
const program = `((names, others) => ({ versions: [rampgate, ...others.map((name) => rampgate[name])].map((module) => module.version()),
  names: { rampgate: names(rampgate).filter((name) => !others.includes(name)), ...Object.fromEntries(others.map((name) => [name, names(rampgate[name])])) },
  oneError: others.every((name) => rampgate.RampgateError === rampgate[name].RampgateError),
}))((module) => Object.keys(module).sort(), ${JSON.stringify(others)})`;
const version = /^version = "(.*)"$/m.exec(text(root, "Cargo.toml"))[1];
const expected = {
  versions: built.map(() => version),
  names: {
    rampgate: ["Flag", "RampgateError", "Release", "allocationEnds", "hash", "nanoseconds", "slot", "version"],
    flags: ["FlagSet", "Layer", "RampgateError", "allocationEnds", "hash", "heldBy", "rebalance", "slot", "version"],
    compat: ["RampgateError", "Scheme", "schemeNames", "version"],
    analysis: ["Design", "Histogram", "Moments", "RampgateError", "Session", "Tally", "binOf", "countEvidence", "countInterval", "differenceEvidence", "distributionEvidence", "fractionEvidence", "judgeClassic", "meanEvidence", "mismatchEvidence", "nanoseconds", "normalMixture", "powerOf", "quantileBand", "quantileRatio", "rankTest", "rateEvidence", "rateInterval", "referenceOf", "referenceStated", "unitsFor", "version"],
    log: ["Fleet", "Log", "RampgateError", "explain", "replay", "replayRollout", "verify", "version"],
    planning: ["RampgateError", "Trial", "importPlan", "judge", "version"],
    planner: ["RampgateError", "plan", "version"],
    simulation: ["RampgateError", "simulate", "version"],
    slo: ["Counter", "Policy", "RampgateError", "account", "allowedFailure", "answer", "askGate", "budget", "burnRate", "closedForms", "cohorts", "composite", "gate", "openslo", "period", "policy", "replay", "reservations", "scrapes", "slices", "version"],
  },
  oneError: true,
};

// Runs `source` as a module in a Node of its own, beside the installed package.
async function node(source, name = "program.mjs") {
  const file = join(packed.folder, name);
  writeFileSync(file, source);
  const { stdout } = await run(process.execPath, ["--no-warnings", file]);
  return stdout;
}

test("the tarball holds the loaders, the modules, their glue and the types, and nothing else", () => {
  const own = readdirSync(join(import.meta.dirname, "../js")).map((name) => `js/${name}`);
  const modules = built.flatMap((name) => [`dist/${name}.js`, `dist/${name}.wasm`]);
  assert.deepEqual(packed.files, [...own, ...modules, "LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"].sort());
});

test("every file that the exports name is in the tarball", () => {
  const named = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(named));
  for (const path of named(packed.manifest.exports)) assert.ok(packed.files.includes(path.replace("./", "")), path);
});

test("the package has the version of the workspace", () => {
  assert.equal(packed.manifest.version, version);
});

test("the modules name no folder of the machine that built them", () => {
  for (const name of built) {
    const module = readFileSync(join(packed.folder, `node_modules/rampgate/dist/${name}.wasm`), "latin1");
    for (const folder of [root, process.env.HOME]) assert.ok(!module.includes(folder), folder);
  }
});

test("Node", async (t) => {
  const entry = join(packed.folder, "entry.mjs");
  const all = ['export * from "rampgate";', ...others.map((name) => `export * as ${name} from "rampgate/${name}";`)].join(" ");
  writeFileSync(entry, all);
  const rampgate = await import(pathToFileURL(entry));
  assert.deepEqual(JSON.parse(await node(`import * as rampgate from "./entry.mjs"; console.log(JSON.stringify(${program}));`)), expected);
  for (const [name, pass] of Object.entries(suite)) await t.test(name, () => pass(rampgate, data));
});

test("Node, by require where it can load modules", { skip: !process.features.require_module && "this Node cannot" }, async () => {
  const byRequire = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);
  const rampgate = { ...require("rampgate"), ${others.map((name) => `${name}: require("rampgate/${name}")`)} };`;
  assert.deepEqual(JSON.parse(await node(`${byRequire} console.log(JSON.stringify(${program}));`)), expected);
});

test("the browser's loader, over HTTP", async () => {
  // stands for a page's fetch: Node's own reads no files, so the module comes from a server
  const server = http.createServer(({ url }, answer) => {
    const module = readFileSync(join(packed.folder, "node_modules/rampgate/dist", url));
    answer.writeHead(200, { "content-type": "application/wasm" }).end(module);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = `
    import { readFileSync } from "node:fs";
    import { suite } from "./suite.js";
    const { fetch } = globalThis;
    globalThis.fetch = (url) => {
      const [name] = /(?<=[/]dist[/])(${built.join("|")})[.]wasm$/.exec(String(url)) ?? [];
      if (name === undefined) throw new Error("asks for " + url);
      return fetch("http://127.0.0.1:${server.address().port}/" + name);
    };
    const load = (path) => import("./node_modules/rampgate/" + path);
    const exports = ${JSON.stringify(packed.manifest.exports)};
    const rampgate = { ...await load(exports["."].browser) };
    for (const name of ${JSON.stringify(others)}) rampgate[name] = await load(exports["./" + name].browser);
    const data = JSON.parse(readFileSync("${join(packed.folder, "data.json")}", "utf8"));
    for (const pass of Object.values(suite)) pass(rampgate, data);
    console.log(JSON.stringify(${program}));`;
  try {
    assert.deepEqual(JSON.parse(await node(page)), expected);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("workerd", { timeout: 120_000 }, async (t) => {
  const worker = `
    import * as main from "{.}";
    ${others.map((name) => `import * as ${name} from "{./${name}}";`).join("\n    ")}
    import data from "./data.json";
    import { suite } from "./suite.js";
    const rampgate = { ...main, ${others} };
    export default {
      fetch(request) {
        const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
        if (name === "") return Response.json(${program});
        try {
          suite[name](rampgate, data);
          return new Response("passed");
        } catch (error) {
          return new Response(error.stack, { status: 500 });
        }
      },
    };`;
  await serve(packed, worker, ["data.json", ...modules], async (address) => {
    assert.deepEqual(await (await fetch(address)).json(), expected);
    for (const name of Object.keys(suite)) {
      await t.test(name, async () => assert.equal(await (await fetch(`${address}/${encodeURIComponent(name)}`)).text(), "passed"));
    }
  });
});

for (const page of ["README.md", "bindings-wasm/README.md"]) {
  const blocks = existsSync(join(root, page)) ? [...text(root, page).matchAll(/^```js\n(.*?)^```/gms)].map(([, block]) => block) : [];
  test(`the code of ${page} runs as it stands`, { skip: blocks.length === 0 && "there is none" }, async () => {
    for (const [place, block] of blocks.entries()) await node(block, `page-${place}.mjs`);
  });
}
