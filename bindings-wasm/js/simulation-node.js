// rampgate/simulation in Node, as node.js loads rampgate.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/simulation.js";

initSync({ module: readFileSync(new URL("../dist/simulation.wasm", import.meta.url)) });

export * from "./simulation-surface.js";
