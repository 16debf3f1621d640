// rampgate/slo in Node, as node.js loads rampgate.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/slo.js";

initSync({ module: readFileSync(new URL("../dist/slo.wasm", import.meta.url)) });

export * from "./slo-surface.js";
