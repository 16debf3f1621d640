// rampgate/flags in everything that can fetch, as browser.js loads rampgate.
import init from "../dist/flags.js";

await init({ module_or_path: new URL("../dist/flags.wasm", import.meta.url) });

export * from "./flags-surface.js";
