// workerd and what is built on it: the module arrives compiled, as an import.
import module from "../dist/core.wasm";
import { initSync } from "../dist/core.js";

initSync({ module });

export * from "./surface.js";
