// Compiled, never run: what js/index.d.ts declares and what js/surface.js does have the same names and fitting types.
import * as declared from "../js/index.js";
import * as real from "../js/surface.js";

const everyDeclaredNameExists: typeof declared = real;
const everyRealNameIsDeclared: Record<keyof typeof real, unknown> = declared;

// as a user writes it
const version: string = declared.version();

export { everyDeclaredNameExists, everyRealNameIsDeclared, version };
