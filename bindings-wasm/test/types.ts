// Compiled, never run: what js/index.d.ts declares and what js/surface.js does have the same names and fitting types, and code as
// users write it compiles, or does not, as it should.
import * as declared from "../js/index.js";
import * as real from "../js/surface.js";
import { Scheme } from "../js/compat.js";
import type { Shadow } from "../js/compat.js";
import * as declaredCompat from "../js/compat.js";
import * as realCompat from "../js/compat-surface.js";
import * as declaredAnalysis from "../js/analysis.js";
import * as realAnalysis from "../js/analysis-surface.js";
import * as declaredLog from "../js/log.js";
import * as realLog from "../js/log-surface.js";
import * as declaredPlanner from "../js/planner.js";
import * as realPlanner from "../js/planner-surface.js";
import * as declaredSimulation from "../js/simulation.js";
import * as realSimulation from "../js/simulation-surface.js";
import { Policy } from "../js/slo.js";
import type { Account, AlertState, Clearance as SloClearance, Scraped } from "../js/slo.js";
import * as declaredSlo from "../js/slo.js";
import * as realSlo from "../js/slo-surface.js";
import { Design, Histogram, Tally } from "../js/analysis.js";
import * as declaredPlanning from "../js/planning.js";
import * as realPlanning from "../js/planning-surface.js";
import * as declaredFlags from "../js/flags.js";
import * as realFlags from "../js/flags-surface.js";
import { FlagSet } from "../js/flags.js";
import type { Context, FlagReason, Outcome, Rebalanced, Step as FlagStep, Target } from "../js/flags.js";
import { Flag, RampgateError, Release } from "../js/index.js";
import type { Clearance, DecisionReason, GateReport, GuardrailDocument, Hold, Phase, Placement, Reason, Signal, Step, Verdict } from "../js/index.js";

// same names, members of classes and of their instances included; real ones fit what is declared
export const everyDeclaredNameExists: typeof declared = real;
export const everyRealNameIsDeclared: Record<keyof typeof real, unknown> = declared;
type Members<M> = { [N in keyof M]: M[N] extends abstract new (...args: never[]) => infer I ? [keyof M[N], keyof I] : never };
export const everyRealMemberIsDeclared: Members<typeof real> = null as unknown as Members<typeof declared>;
export const everyDeclaredMemberExists: Members<typeof declared> = null as unknown as Members<typeof real>;
export const everyDeclaredFlagsNameExists: typeof declaredFlags = realFlags;
export const everyRealFlagsNameIsDeclared: Record<keyof typeof realFlags, unknown> = declaredFlags;
export const everyRealFlagsMemberIsDeclared: Members<typeof realFlags> = null as unknown as Members<typeof declaredFlags>;
export const everyDeclaredFlagsMemberExists: Members<typeof declaredFlags> = null as unknown as Members<typeof realFlags>;
export const everyDeclaredCompatNameExists: typeof declaredCompat = realCompat;
export const everyRealCompatNameIsDeclared: Record<keyof typeof realCompat, unknown> = declaredCompat;
export const everyRealCompatMemberIsDeclared: Members<typeof realCompat> = null as unknown as Members<typeof declaredCompat>;
export const everyDeclaredCompatMemberExists: Members<typeof declaredCompat> = null as unknown as Members<typeof realCompat>;
// by name alone: a class with private members is not assignable to its declaration where a method takes one of its own
export const everyDeclaredAnalysisNameExists: Record<keyof typeof declaredAnalysis, unknown> = realAnalysis;
export const everyRealAnalysisNameIsDeclared: Record<keyof typeof realAnalysis, unknown> = declaredAnalysis;
export const everyRealAnalysisMemberIsDeclared: Members<typeof realAnalysis> = null as unknown as Members<typeof declaredAnalysis>;
export const everyDeclaredAnalysisMemberExists: Members<typeof declaredAnalysis> = null as unknown as Members<typeof realAnalysis>;
export const everyDeclaredPlanningNameExists: typeof declaredPlanning = realPlanning;
export const everyRealPlanningNameIsDeclared: Record<keyof typeof realPlanning, unknown> = declaredPlanning;
export const everyRealPlanningMemberIsDeclared: Members<typeof realPlanning> = null as unknown as Members<typeof declaredPlanning>;
export const everyDeclaredPlanningMemberExists: Members<typeof declaredPlanning> = null as unknown as Members<typeof realPlanning>;
export const everyDeclaredLogNameExists: Record<keyof typeof declaredLog, unknown> = realLog;
export const everyRealLogNameIsDeclared: Record<keyof typeof realLog, unknown> = declaredLog;
export const everyRealLogMemberIsDeclared: Members<typeof realLog> = null as unknown as Members<typeof declaredLog>;
export const everyDeclaredLogMemberExists: Members<typeof declaredLog> = null as unknown as Members<typeof realLog>;
export const everyDeclaredPlannerNameExists: typeof declaredPlanner = realPlanner;
export const everyRealPlannerNameIsDeclared: Record<keyof typeof realPlanner, unknown> = declaredPlanner;
export const everyDeclaredSimulationNameExists: typeof declaredSimulation = realSimulation;
export const everyRealSimulationNameIsDeclared: Record<keyof typeof realSimulation, unknown> = declaredSimulation;
export const everyDeclaredSloNameExists: Record<keyof typeof declaredSlo, unknown> = realSlo;
export const everyRealSloNameIsDeclared: Record<keyof typeof realSlo, unknown> = declaredSlo;
export const everyRealSloMemberIsDeclared: Members<typeof realSlo> = null as unknown as Members<typeof declaredSlo>;
export const everyDeclaredSloMemberExists: Members<typeof declaredSlo> = null as unknown as Members<typeof realSlo>;

// a release
const release: Release = new Release({ rampgate: 1 }, 1n);
const again: Release = Release.resume("{}", release.state(), 2);
const assignment = release.assign("user-1");
release.record(assignment, Date.now(), ["errors"]);
release.record({ cohort: 1, arm: "canary" }, 0, [], ["slow"]);
release.recordOutcome({ cohort: 1, arm: null } satisfies Placement, 0);
release.recordRequests(0, 1, 2n);
release.record(assignment, 0, [], [], { latency: declared.nanoseconds(80.5), revenue: { value: 12_500n, companion: -1 }, errors: { failed: 1, requests: 9 }, crashes: { events: 0, exposure: 60 }, other: null });
const guardrails: GuardrailDocument[] = [{ name: "errors" }, { name: "latency", measure: "distribution", worse: "higher", reference: { "50%": 1, "99%": 2 } }, { name: "revenue", measure: "mean", companion: "covariate", required: false }];
// @ts-expect-error a ceiling is for rates alone
guardrails.push({ name: "crashes", measure: "count", ceiling: "1%" });
// @ts-expect-error a share of requests needs both numbers
release.record(assignment, 0, [], [], { errors: { failed: 1 } });
const step: Step = release.step(0);
const text: string = release.stepJson(0, "tick");
const joined: "fresh" | "known" | "after_seal" = release.merge(again.takeDelta());
const newer: boolean = release.follow(again.directive());
const names: readonly string[] = release.variants;
const positions: Uint8Array = release.assignMany(names, "beta");
release.assign("user-1", release.rings[0]).reason.why === "off" || release.assignAll("user-1", "beta");
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
  const [guardrail] = report?.guardrails ?? [];
  const rate: number | null | undefined = guardrail?.comparison?.estimates.canary;
  const failures: number | undefined = guardrail?.counts?.control.failures;
  const median: number | null | undefined = guardrail?.quantiles[0]?.bands.canary.lower;
  const more: number | null | undefined = guardrail?.more_units_to_safety;
  const rests: "exact" | "asymptotic" | undefined = guardrail?.guarantee;
  return [`${events.length} ${JSON.stringify(verdict)} ${JSON.stringify(answer)} ${worst?.harm.have} ${spent} ${rate} ${failures} ${median} ${more} ${rests} ${guardrail?.lack} ${guardrail?.shape}`];
}

// a flag, bucketing, budgets
const flag: Flag = Flag.fromJson({ key: "k" });
const { variant, index }: { variant: string; index: number } = flag.evaluate("user-1");
const place: number = declared.slot("exposure", "salt", "user-1");
const hash: bigint = declared.hash("holdout", "salt", "user-1");
const counts = { window: "30d", watched: "3d", good: 1n, bad: 2 };
const gate: GateReport = declaredSlo.askGate({ target: "99.9%" }, counts, "1%", "5%");
const allowed: number = declaredSlo.allowedFailure(declaredSlo.budget("99.9%", "30d", counts).objective);
const reading: number = new declaredSlo.Counter().read("1h", 0).good;

// questions about budgets
const policy = new Policy({ target: "99.9%", preset: "workbook_3", evidence: 0.001 });
const latest: AlertState = policy.evaluate(new declaredSlo.Counter(), 0, policy.start()).state;
const paged: boolean = declaredSlo.burnRate({ policy: { target: "99.9%", period: "30d", rows: [{ factor: "6", long: "1h", short: "5m", severity: "page" }] }, steps: [{ runs: [[0, 1n, 0]], asked: ["2026-11-24T12:00:00Z"] }] }).decisions[0]?.alert === "page";
const spent: Account = declaredSlo.account({ period: { calendar: "month" }, now: 0, objectives: [{ target: "99%" }], intervals: [[0, 60_000, 10n, 1]] });
const added: Scraped[] = declaredSlo.scrapes([{ at: 0, good: 2n ** 60n, bad: 0 }]);
const book = { limit: 1_000_000, requests: [{ reservation: "a", sequence: 1, release: "r", wish: { reserve: 10n } }] };
const others: number = declaredSlo.gate({ gate: {}, reading: counts, current: "0%", asked: "1%", beside: { reservation: "b", reservations: book } }).held_by_others_ppm;
const cleared: SloClearance = declaredSlo.gate({ gate: {}, reading: counts, current: "0%", asked: "1%" }).answer;
const exactly: string = declaredSlo.answer({ reservations: book });
// @ts-expect-error a period is of one kind
declaredSlo.period({ now: 0, of: { calendar: "decade" } });
// @ts-expect-error a row has a factor or a share
new Policy({ target: "99.9%", period: "30d", rows: [{ long: "1h", short: "5m", severity: "page" }] });

// flags
const flags: FlagSet = new FlagSet("{}");
const attributes = { plan: "pro", roles: ["a", 1, new Date(0)], since: { time: "2026-01-01T00:00:00Z" }, gone: undefined } as const;
const context: Context = { unit: "user-1", attributes, now: new Date(), sticky: [["salt", "on"]] };
const given: Outcome = flags.evaluate("checkout", context);
const outcomes: Outcome[] = flags.evaluateAll({ unit: "user-1" });
const dedupe: bigint | undefined = given.exposure()?.dedupe;
const targets: Target[] = [{ keep: 0, weight: 1 }, { new: true, weight: 1 }, { remove: 1 }, { nobody: true, weight: 0 }];
const rebalanced: Rebalanced = declaredFlags.rebalance({ variants: 2, ranges: [[0, 0, 5], [1, 5, 10]] }, targets);
const findings: string[] = flags.lint({ now: 0, retiredSalts: ["x"] }).map(({ path }) => path);
// @ts-expect-error a list is flat
flags.evaluate("checkout", { unit: "u", attributes: { a: [["b"]] } });
// @ts-expect-error a unit alone is no context
flags.evaluate("checkout", "user-1");

export function slotOf(reason: FlagReason): number | undefined {
  return "slot" in reason ? reason.slot : undefined;
}

export function flagStep(step: FlagStep): boolean | null | string {
  if (typeof step === "string") return step;
  if ("attribute" in step) return step.attribute.holds;
  return "layer" in step ? step.layer.owner : "decided" in step && step.decided.reason.why;
}

// other vendors
const scheme = new Scheme("{}");
const shadow: Shadow = scheme.shadow(scheme, ["user-1"]);
const assigned: (number | null)[] = scheme.assignMany(["user-1"]);
// @ts-expect-error a document is not a scheme
scheme.shadow({}, []);

// analysis
const tally = new Tally({ errors: "rate", latency: "distribution" });
tally.record(0, ["errors"], [], { latency: 80_000_000 });
const latencies = new Histogram(tally.series("latency"));
const harm: number = declaredAnalysis.distributionEvidence([{ rho: 0.5, canary: latencies, control: { first: 0, counts: [1n] } }]).ln_harm;
const unproven: number | null = declaredAnalysis.meanEvidence([], { worse: "lower" }).ln_safety;
const efficacy: number | null | undefined = new Design({ alpha: 0.025, spending: "pocock", looks: 2 }).observed([0.5]).bounds.looks[0]?.efficacy;
// @ts-expect-error a cell has a share
declaredAnalysis.rateEvidence([{ canary: { units: 1, failures: 0 }, control: { units: 1, failures: 0 } }]);
// @ts-expect-error a measure is one of five
new Tally({ errors: "median" });
const kept: Uint8Array = Tally.fromBytes({ errors: "rate", latency: "distribution" }, tally.toBytes()).toBytes();

// planning
const trial = new declaredPlanning.Trial("{}");
const soon: number | null = trial.detection(2, { seed: 1n }).median;
const enough: number | null = trial.unitsNeeded(2, 0.8, { seed: 1, runs: 200 }).value;
const lost: string[] = declaredPlanning.importPlan("flagger", {}).notes.filter(({ fate }) => fate === "not_carried").map(({ path }) => path);
// @ts-expect-error nothing is imported from everywhere
declaredPlanning.importPlan("spinnaker", {});
const seen: Verdict = declaredPlanning.judge({}, "{}").finding.verdict;
// @ts-expect-error a seed has to be given
trial.smallestEffect(0.8, { runs: 200 });

// log
const told: declaredLog.Story = declaredLog.explain("{}", new declaredLog.Log("{}", "n").header, { name: "n" });
const topics: readonly declaredLog.Topic[] = told.sentences.map(({ topic }) => topic);
const replayed: string = declaredLog.replayRollout("{}", "[]");
// @ts-expect-error a document is a text, whose bytes count
declaredLog.replay({}, "");

// replicas
const fleet = new declaredLog.Fleet({ replicas: 20, max_surge: "25%" });
const starts: number = fleet.next({ ready_old: 20 }, "12.5%").start_new;
// @ts-expect-error an exposure is a text
fleet.counts(0.125);

// plans
const answered: declaredPlanner.PlanAnswer = declaredPlanner.plan({});
const first: string | undefined = answered.plan === null ? answered.refusal.reason : answered.plan.document.stages[0]?.exposure;
// @ts-expect-error a refusal has no stages
declaredPlanner.plan({}).refusal?.stages;

// simulations
const share: number | undefined = declaredSimulation.simulate("{}").controllers[0]?.rolled_back.share;
// @ts-expect-error a figure that no run has is null
declaredSimulation.simulate("{}").controllers[0]?.units_hit.mean;

// several flags
const pages: string | undefined = release.assignAll("u").get("page")?.variant;

// errors
export function explained(error: unknown): string {
  if (!(error instanceof RampgateError)) throw error;
  const value: string | undefined = error.value;
  return error.problems.map(({ path, code, rule }) => `${path} ${code} ${rule}`).join() + error.code + error.path + value;
}

export { first, pages, share, starts, added, assigned, cleared, exactly, latest, lost, others, paged, replayed, spent, efficacy, enough, kept, seen, soon, guardrails, harm, unproven, shadow, dedupe, findings, outcomes, rebalanced, allowed, gate, hash, index, joined, newer, place, positions, reading, signals, step, text, topics, variant };
