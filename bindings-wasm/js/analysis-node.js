// rampgate/analysis in Node, as node.js loads rampgate.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/analysis.js";

initSync({ module: readFileSync(new URL("../dist/analysis.wasm", import.meta.url)) });

export * from "./analysis-surface.js";
