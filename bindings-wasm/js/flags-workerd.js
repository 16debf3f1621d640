// rampgate/flags in workerd, as workerd.js loads rampgate.
import module from "../dist/flags.wasm";
import { initSync } from "../dist/flags.js";

initSync({ module });

export * from "./flags-surface.js";
