// rampgate/compat in Node, as node.js loads rampgate.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/compat.js";

initSync({ module: readFileSync(new URL("../dist/compat.wasm", import.meta.url)) });

export * from "./compat-surface.js";
