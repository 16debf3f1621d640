// rampgate/planning in workerd, as workerd.js loads rampgate.
import module from "../dist/planning.wasm";
import { initSync } from "../dist/planning.js";

initSync({ module });

export * from "./planning-surface.js";
