// @ts-check
import { Desk, linearMemory } from "../dist/core.js";
import { deskOf } from "./desk.js";

export const theDesk = deskOf(() => new Desk(), linearMemory);
