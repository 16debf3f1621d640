// Node: reads the module from disk before the first import returns, so that everything below is synchronous.
import { readFileSync } from "node:fs";
import { initSync } from "../dist/core.js";

initSync({ module: readFileSync(new URL("../dist/core.wasm", import.meta.url)) });

export * from "./surface.js";
