// rampgate/planner in everything that can fetch, as browser.js loads rampgate.
import init from "../dist/planner.js";

await init({ module_or_path: new URL("../dist/planner.wasm", import.meta.url) });

export * from "./planner-surface.js";
