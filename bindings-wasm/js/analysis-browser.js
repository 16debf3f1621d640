// rampgate/analysis in everything that can fetch, as browser.js loads rampgate.
import init from "../dist/analysis.js";

await init({ module_or_path: new URL("../dist/analysis.wasm", import.meta.url) });

export * from "./analysis-surface.js";
