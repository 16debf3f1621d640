// rampgate/log in everything that can fetch, as browser.js loads rampgate.
import init from "../dist/log.js";

await init({ module_or_path: new URL("../dist/log.wasm", import.meta.url) });

export * from "./log-surface.js";
