// rampgate/simulation in workerd, as workerd.js loads rampgate.
import module from "../dist/simulation.wasm";
import { initSync } from "../dist/simulation.js";

initSync({ module });

export * from "./simulation-surface.js";
