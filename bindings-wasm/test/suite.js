// Everything that is tested in every runtime: tests by name, each a function of the package and the data of core/testdata.
import { goldenAnalysis } from "./golden-analysis.js";
import { goldenPlanning } from "./golden-planning.js";
import { golden } from "./golden.js";
import { goldenLog } from "./golden-log.js";
import { goldenPlans } from "./golden-plans.js";
import { goldenSimulation } from "./golden-simulation.js";
import { goldenSlo } from "./golden-slo.js";
import { hostileAnalysis } from "./hostile-analysis.js";
import { hostileSlo } from "./hostile-slo.js";
import { hostile } from "./hostile.js";
import { stories } from "./stories.js";

export const suite = { ...golden, ...goldenAnalysis, ...goldenLog, ...goldenPlanning, ...goldenPlans, ...goldenSimulation, ...goldenSlo, ...stories, ...hostile, ...hostileAnalysis, ...hostileSlo };
