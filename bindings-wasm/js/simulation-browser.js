// rampgate/simulation in everything that can fetch, as browser.js loads rampgate.
import init from "../dist/simulation.js";

await init({ module_or_path: new URL("../dist/simulation.wasm", import.meta.url) });

export * from "./simulation-surface.js";
