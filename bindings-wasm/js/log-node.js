// rampgate/log in Node, as node.js loads rampgate.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/log.js";

initSync({ module: readFileSync(new URL("../dist/log.wasm", import.meta.url)) });

export * from "./log-surface.js";
