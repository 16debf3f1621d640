// A real workerd with the packed package and a worker.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";

// The platform's own binary. `workerd/bin/workerd` is a Node script when install scripts are off, and that one drops fd 3.
const architecture = process.arch === "x64" ? "64" : process.arch;
const binary = createRequire(import.meta.url).resolve(`@cloudflare/workerd-${process.platform}-${architecture}/bin/workerd`);

const kind = (path) => ({ ".wasm": "wasm", ".json": "json" })[extname(path)] ?? "esModule";

/**
 * Serves `worker`, the text of a module beside `node_modules`, on a free port of the loopback; `use` gets the address.
 * workerd does not resolve packages: `{.}`, `{./flags}` and so on in the worker's text stand for the files that the package's exports name for it.
 * `beside` are the names of further files of the folder that the worker imports.
 */
export async function serve({ folder, files, manifest }, worker, beside, use) {
  const at = (path) => join("node_modules/rampgate", path);
  const modules = files
    .filter((path) => /\.(js|wasm)$/.test(path))
    .map(at)
    .concat(beside)
    .map((path) => `(name = "${path}", ${kind(path)} = embed "${path}"),`);
  const loaders = worker.replace(/\{([.][^}]*)\}/g, (_, entry) => `./${at(manifest.exports[entry].workerd)}`);
  writeFileSync(join(folder, "worker.js"), loaders);
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "worker.js"),
    ${modules.join("\n    ")}
  ],
  compatibilityDate = "2026-04-01",
);
`,
  );
  // workerd reports the port that it got on fd 3
  const child = spawn(binary, ["serve", "config.capnp", "--control-fd=3"], { cwd: folder, stdio: ["ignore", "inherit", "inherit", "pipe"] });
  const ended = once(child, "exit");
  try {
    const early = ended.then(([code]) => Promise.reject(new Error(`workerd ended early with ${code}`)));
    const [report] = await Promise.race([once(child.stdio[3], "data"), early]);
    early.catch(() => {});
    const { port } = JSON.parse(String(report).split("\n")[0]);
    return await use(`http://127.0.0.1:${port}`);
  } finally {
    child.kill();
    await ended;
  }
}
