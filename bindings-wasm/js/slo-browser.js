// rampgate/slo in everything that can fetch, as browser.js loads rampgate.
import init from "../dist/slo.js";

await init({ module_or_path: new URL("../dist/slo.wasm", import.meta.url) });

export * from "./slo-surface.js";
