// rampgate/planner in Node, as node.js loads rampgate.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/planner.js";

initSync({ module: readFileSync(new URL("../dist/planner.wasm", import.meta.url)) });

export * from "./planner-surface.js";
