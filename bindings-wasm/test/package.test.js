// What is in the tarball, and that one program gives one answer in every runtime.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { install } from "./packed.js";
import { serve } from "./workerd.js";

const run = promisify(execFile);

let packed;
before(() => {
  packed = install();
});
after(() => packed?.remove());

// The program: `rampgate` is the package, the answer is JSON.
const program = "({ version: rampgate.version(), names: Object.keys(rampgate).sort() })";
const cargo = readFileSync(join(import.meta.dirname, "../../Cargo.toml"), "utf8");
const expected = { version: /^version = "(.*)"$/m.exec(cargo)[1], names: ["version"] };

// Runs `source` as a module in a Node of its own, beside the installed package.
async function node(source) {
  const file = join(packed.folder, "program.mjs");
  writeFileSync(file, source);
  const { stdout } = await run(process.execPath, ["--no-warnings", file]);
  return JSON.parse(stdout);
}

const asPackage = `import * as rampgate from "rampgate"; console.log(JSON.stringify(${program}));`;

test("the tarball holds the loaders, the module, its glue and the types, and nothing else", () => {
  assert.deepEqual(packed.files, [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "dist/core.d.ts",
    "dist/core.js",
    "dist/core.wasm",
    "js/browser.js",
    "js/index.d.ts",
    "js/node.js",
    "js/surface.js",
    "js/workerd.js",
    "package.json",
  ]);
});

test("every file that the exports name is in the tarball", () => {
  const named = (value) => (typeof value === "string" ? [value] : Object.values(value).flatMap(named));
  for (const path of named(packed.manifest.exports)) assert.ok(packed.files.includes(path.replace("./", "")), path);
});

test("the package has the version of the workspace", () => {
  assert.equal(packed.manifest.version, expected.version);
});

test("the module names no folder of the machine that built it", () => {
  const module = readFileSync(join(packed.folder, "node_modules/rampgate/dist/core.wasm"), "latin1");
  for (const folder of [join(import.meta.dirname, "../.."), process.env.HOME]) assert.ok(!module.includes(folder), folder);
});

test("Node", async () => {
  assert.deepEqual(await node(asPackage), expected);
});

test("Node, by require where it can load modules", { skip: !process.features.require_module && "this Node cannot" }, async () => {
  const byRequire = `import { createRequire } from "node:module"; const rampgate = createRequire(import.meta.url)("rampgate");`;
  assert.deepEqual(await node(`${byRequire} console.log(JSON.stringify(${program}));`), expected);
});

test("the browser's loader, over HTTP", async () => {
  // stands for a page's fetch: Node's own reads no files, so the module comes from a server
  const module = readFileSync(join(packed.folder, "node_modules/rampgate/dist/core.wasm"));
  const server = http.createServer((_, answer) => answer.writeHead(200, { "content-type": "application/wasm" }).end(module));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const page = `
    const { fetch } = globalThis;
    globalThis.fetch = (url) => {
      if (!String(url).endsWith("/dist/core.wasm")) throw new Error("asks for " + url);
      return fetch("http://127.0.0.1:${server.address().port}/");
    };
    const rampgate = await import("./node_modules/rampgate/${packed.manifest.exports["."].browser}");
    console.log(JSON.stringify(${program}));`;
  try {
    assert.deepEqual(await node(page), expected);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("workerd", { timeout: 60_000 }, async () => {
  const worker = `import * as rampgate from "{loader}";\nexport default { fetch: () => Response.json(${program}) };\n`;
  await serve(packed, worker, async (address) => {
    const answer = await fetch(address);
    assert.equal(answer.status, 200);
    assert.deepEqual(await answer.json(), expected);
  });
});
