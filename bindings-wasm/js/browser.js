// Browsers, Deno and everything else that can fetch beside itself. The import settles once the module is there: the top-level
// await gives all runtimes the same calls, with no init to forget. A module that cannot be fetched rejects the import.
import init from "../dist/core.js";

await init({ module_or_path: new URL("../dist/core.wasm", import.meta.url) });

export * from "./surface.js";
