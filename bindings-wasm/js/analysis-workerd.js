// rampgate/analysis in workerd, as workerd.js loads rampgate.
import module from "../dist/analysis.wasm";
import { initSync } from "../dist/analysis.js";

initSync({ module });

export * from "./analysis-surface.js";
