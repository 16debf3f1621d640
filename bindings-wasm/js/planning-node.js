// rampgate/planning in Node, as node.js loads rampgate.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/planning.js";

initSync({ module: readFileSync(new URL("../dist/planning.wasm", import.meta.url)) });

export * from "./planning-surface.js";
