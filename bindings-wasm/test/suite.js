// Everything that is tested in every runtime: tests by name, each a function of the package and the data of core/testdata.
import { golden } from "./golden.js";
import { hostile } from "./hostile.js";
import { stories } from "./stories.js";

export const suite = { ...golden, ...stories, ...hostile };
