// Compiled, never run: what js/index.d.ts declares and what js/surface.js does have the same names and fitting types, and code as
// users write it compiles, or does not, as it should.
import * as declared from "../js/index.js";
import * as real from "../js/surface.js";
import { Flag, RampgateError, Release } from "../js/index.js";
import type { Clearance, DecisionReason, GateReport, Hold, Phase, Placement, Reason, Signal, Step, Verdict } from "../js/index.js";

// same names, members of classes and of their instances included; real ones fit what is declared
export const everyDeclaredNameExists: typeof declared = real;
export const everyRealNameIsDeclared: Record<keyof typeof real, unknown> = declared;
type Members<M> = { [N in keyof M]: M[N] extends abstract new (...args: never[]) => infer I ? [keyof M[N], keyof I] : never };
export const everyRealMemberIsDeclared: Members<typeof real> = null as unknown as Members<typeof declared>;
export const everyDeclaredMemberExists: Members<typeof declared> = null as unknown as Members<typeof real>;

// a release
const release: Release = new Release({ rampgate: 1 }, 1n);
const again: Release = Release.resume("{}", release.state(), 2);
const assignment = release.assign("user-1");
release.record(assignment, Date.now(), ["errors"]);
release.record({ cohort: 1, arm: "canary" }, 0, [], ["slow"]);
release.recordOutcome({ cohort: 1, arm: null } satisfies Placement, 0);
release.recordRequests(0, 1, 2n);
const step: Step = release.step(0);
const text: string = release.stepJson(0, "tick");
const joined: "fresh" | "known" | "after_seal" = release.merge(again.takeDelta());
const newer: boolean = release.follow(again.directive());
const names: readonly string[] = release.variants;
const positions: Uint8Array = release.assignMany(names);
again[Symbol.dispose]();
const signals: Signal[] = ["tick", "confirm", { abort: { by: "ana", why: "x" } }, { start: { by: "ana" } }];

// @ts-expect-error a replica is needed
new Release("{}");
// @ts-expect-error an arm is one of two, or null
release.record({ cohort: 1, arm: "both" }, 0);
// @ts-expect-error a signal has exactly its fields
release.step(0, { start: { by: "ana", at: 1 } });
// @ts-expect-error a date is not a time
release.step(new Date());
// @ts-expect-error one name is not a list
release.record(assignment, 0, "errors");

// unions: every case is told apart, and no case is left over
function never(value: never): string {
  return String(value);
}

export function why(reason: Reason): string {
  switch (reason.why) {
    case "off":
    case "override":
    case "unassigned":
      return reason.why;
    case "not_exposed":
      return `${reason.slot}`;
    case "allocated":
      return `${reason.slot} ${reason.variantSlot}`;
    default:
      return never(reason);
  }
}

export function stage(phase: Phase): number | Hold | undefined {
  if (typeof phase === "string") return undefined;
  if ("ramping" in phase) return phase.ramping.stage;
  if ("holding" in phase) return phase.holding.reason;
  return phase.expired.stage;
}

export function judged({ events, decisions, report, gate }: Step): string[] {
  const verdict: Verdict | undefined = report?.finding.verdict;
  const answer: Clearance | undefined = gate?.answer;
  const worst = decisions.flatMap(({ reasons }) => reasons).find((reason): reason is Extract<DecisionReason, { harm: unknown }> => typeof reason === "object" && "harm" in reason);
  const spent: number | null | undefined = gate?.budget.consumed_by_time_ppm;
  const rate: number | null | undefined = report?.guardrails[0]?.rates.canary;
  return [`${events.length} ${JSON.stringify(verdict)} ${JSON.stringify(answer)} ${worst?.harm.have} ${spent} ${rate}`];
}

// a flag, bucketing, budgets
const flag: Flag = Flag.fromJson({ key: "k" });
const { variant, index }: { variant: string; index: number } = flag.evaluate("user-1");
const place: number = declared.slot("exposure", "salt", "user-1");
const hash: bigint = declared.hash("holdout", "salt", "user-1");
const counts = { window: "30d", watched: "3d", good: 1n, bad: 2 };
const gate: GateReport = declared.askGate({ target: "99.9%" }, counts, "1%", "5%");
const allowed: number = declared.allowedFailure(declared.budget("99.9%", "30d", counts).objective);
const reading: number = new declared.Counter().read("1h", 0).good;

// errors
export function explained(error: unknown): string {
  if (!(error instanceof RampgateError)) throw error;
  const value: string | undefined = error.value;
  return error.problems.map(({ path, code, rule }) => `${path} ${code} ${rule}`).join() + error.code + error.path + value;
}

export { allowed, gate, hash, index, joined, newer, place, positions, reading, signals, step, text, variant };
