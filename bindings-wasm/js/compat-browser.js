// rampgate/compat in everything that can fetch, as browser.js loads rampgate.
import init from "../dist/compat.js";

await init({ module_or_path: new URL("../dist/compat.wasm", import.meta.url) });

export * from "./compat-surface.js";
