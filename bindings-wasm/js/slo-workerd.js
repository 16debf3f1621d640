// rampgate/slo in workerd, as workerd.js loads rampgate.
import module from "../dist/slo.wasm";
import { initSync } from "../dist/slo.js";

initSync({ module });

export * from "./slo-surface.js";
