// rampgate/planning in everything that can fetch, as browser.js loads rampgate.
import init from "../dist/planning.js";

await init({ module_or_path: new URL("../dist/planning.wasm", import.meta.url) });

export * from "./planning-surface.js";
