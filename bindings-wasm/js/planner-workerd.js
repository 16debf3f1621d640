// rampgate/planner in workerd, as workerd.js loads rampgate.
import module from "../dist/planner.wasm";
import { initSync } from "../dist/planner.js";

initSync({ module });

export * from "./planner-surface.js";
