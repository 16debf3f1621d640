// rampgate/compat in workerd, as workerd.js loads rampgate.
import module from "../dist/compat.wasm";
import { initSync } from "../dist/compat.js";

initSync({ module });

export * from "./compat-surface.js";
