// rampgate/flags in Node, as node.js loads rampgate.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/flags.js";

initSync({ module: readFileSync(new URL("../dist/flags.wasm", import.meta.url)) });

export * from "./flags-surface.js";
