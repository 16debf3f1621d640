// rampgate/log in workerd, as workerd.js loads rampgate.
import module from "../dist/log.wasm";
import { initSync } from "../dist/log.js";

initSync({ module });

export * from "./log-surface.js";
