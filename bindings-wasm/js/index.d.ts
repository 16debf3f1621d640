/**
 * Release safety as a library: who sees a new version, is it hurting them, can we afford it, what next.
 *
 * Times are whole Unix milliseconds. Shares are texts such as `12.5%`, spans texts such as `1h30m`. Everything wrong is one
 * {@link RampgateError}, thrown before anything has changed.
 */

declare global {
  interface SymbolConstructor {
    /** For `using`. Declared here as well, so that older `lib` settings compile. */
    readonly dispose: unique symbol;
  }
}

/** The version of this build, for example `0.1.0`. */
export function version(): string;

/* ---- Release ---- */

/**
 * One guarded release. A process that serves traffic assigns and records. One process, the controller, also steps. The others
 * follow its directive and send it their deltas, which it merges. Nothing here reads a clock, draws a random number or waits.
 */
export class Release {
  /**
   * A release in draft.
   * @param spec The release spec, as JSON text or an object.
   * @param replica The name of this life of this process, which no other life may share: drawn at random, or counted up in a store.
   *   A safe integer, or a bigint of 64 bits.
   * @throws {RampgateError} All problems of the spec together.
   */
  constructor(spec: string | object, replica: bigint | number);

  /**
   * Goes on from a saved {@link state}, under a `replica` that the state has not heard of: the old life may have sent more than it saved.
   * @throws {RampgateError} Damaged bytes, another version, another spec, a replica that was used before.
   */
  static resume(spec: string | object, state: Uint8Array, replica: bigint | number): Release;

  /**
   * The variant of a unit now, why, and where its outcome belongs. The same on every replica that follows the same directive.
   * A unit that is missing or empty is nobody: `unassigned`.
   * @param ring The name of the unit's ring, where the plan has `rings`; elsewhere it makes no difference. Only the ring that is being ramped is compared:
   *   units of the others have no arm.
   * @throws {RampgateError} A ring that the plan does not have; none, where it has some.
   */
  assign(unit?: string | null, ring?: string): Assignment;

/**
   * The unit's variants of all flags of the release, by their keys, in the order of the document. Each says the same about where the outcome belongs: record it once.
   * @throws {RampgateError} As for {@link assign}.
   */
  assignAll(unit?: string | null, ring?: string): Map<string, Assignment>;

  /** For each unit the position of its variant in {@link variants}: for bulk work, where no outcome is recorded. All are of one `ring`, as in {@link assign}. */
  assignMany(units: readonly (string | null | undefined)[], ring?: string): Uint8Array;

  /**
   * Records what became of a unit: evidence for the judge, and one event of the error budget.
   * @param placement What `assign` returned, or its `cohort` and `arm`, as they came back in a cookie or a header.
   * @param atMs When the outcome became known.
   * @param failed Names of the guardrails that it failed by; the others are good.
   * @param missing Names of the guardrails that nobody observed. A failure that was seen beats that.
   * @param measured What was measured, by the names of guardrails, of at most 8. What is left out was not observed.
   * @throws {RampgateError} A measurement of another kind than its guardrail's, or one that no unit can have; the path is the guardrail's position: `metrics[3]`.
   */
  record(placement: Placement, atMs: number, failed?: readonly string[], missing?: readonly string[], measured?: Measured): void;

  /** Records evidence alone, for hosts whose units make many requests: one outcome a unit here, each request in {@link recordRequests}. */
  recordOutcome(placement: Placement, atMs: number, failed?: readonly string[], missing?: readonly string[], measured?: Measured): void;

  /** Records requests as events of the error budget alone. */
  recordRequests(atMs: number, good: number | bigint, bad: number | bigint): void;

  /**
   * Looks at everything recorded and merged, and lets the rollout act on it, or on the operator's signal. For the controller only.
   * @param atMs Never before the last step's.
   * @param signal Left out, it is `"tick"`: time has passed.
   */
  step(atMs: number, signal?: Signal): Step;

  /**
   * The same step as JSON text, byte for byte what the other languages give: for logs that are compared or replayed.
   * `JSON.stringify` of a {@link Step} is not: JavaScript writes numbers in another way.
   */
  stepJson(atMs: number, signal?: Signal): string;

  /**
   * What this replica has seen in all, to be merged by the controller. Deliver it as often as you like, over any path, in any order; a
   * later one makes good a lost one.
   */
  takeDelta(): Uint8Array;

  /** Takes in another replica's delta. Repeated, overtaken and own deliveries change nothing. */
  merge(delta: Uint8Array): Merged;

  /** What other replicas need to assign as this one does: a few hundred bytes. */
  directive(): Uint8Array;

  /** Takes over the controller's directive, if it is newer. Whether it was. */
  follow(directive: Uint8Array): boolean;

  /** Everything, to be saved and resumed from. The same state gives the same bytes everywhere. */
  state(): Uint8Array;

  /** Folds a replica that has ended into the sum, once its last delta has come. Whether it was known. */
  seal(replica: bigint | number): boolean;

  /** Name of the release. */
  get name(): string;
  /** Names of the variants: the control, then the canary. */
  get variants(): readonly string[];
  /** Names of the guardrails, in the order of the spec. */
  get guardrails(): readonly string[];
  /** Names of the rings, in the order in which they are released; none in most plans. */
  get rings(): readonly string[];
  /** Share of units that the new version reaches now, a fraction from 0 to 1 in steps of one in a million. */
  get exposure(): number;
  /** Where the rollout stands. */
  get phase(): Phase;
  /** Number of the present cohort: counted up whenever the exposure changes or a new attempt begins. */
  get cohort(): number;

  /** Gives the memory back, now rather than some time after the last use; every later call throws. Safe to call twice. */
  free(): void;
  /** {@link free}, for `using`. */
  [Symbol.dispose](): void;
}

/** The side of the comparison that a unit is on. */
export type Arm = "canary" | "control";

/** What a guardrail observes of a unit: `measure` in its document. */
export type Measure = "rate" | "fraction" | "count" | "distribution" | "mean";

/** What was measured of a unit, by the names of guardrails. Null was not observed. */
export type Measured = Readonly<Record<string, Measurement | null>>;

/**
 * One measurement, in the form of its guardrail's measure: whole numbers, as safe integers or bigints. A rate has none: it is `failed` or it is not.
 *
 * - distribution: the value, in thousandths of the metric's unit, such as {@link nanoseconds};
 * - mean: `value`, and `companion` where there is one, in thousandths from -2^40 to 2^40;
 * - fraction: the unit's own `requests`, and how many `failed`;
 * - count: `events`, and the `exposure` over which they happened.
 */
export type Measurement =
  | number
  | bigint
  | { readonly value: number | bigint; readonly companion?: number | bigint | undefined }
  | { readonly failed: number | bigint; readonly requests: number | bigint }
  | { readonly events: number | bigint; readonly exposure: number | bigint };

/** Milliseconds, such as a difference of `performance.now()`, as whole nanoseconds: what a guardrail on a latency takes. */
export function nanoseconds(milliseconds: number): number;

/** A guardrail of a spec: something that a release must not make worse. */
export type GuardrailDocument = GuardrailBase &
  (
    | { readonly measure?: "rate"; readonly ceiling?: string; readonly reference_rate?: string }
    | { readonly measure: "fraction" }
    | { readonly measure: "count" }
    | { readonly measure: "distribution"; readonly worse?: "higher" | "lower"; readonly reference?: Readonly<Record<string, number>> }
    | { readonly measure: "mean"; readonly worse?: "higher" | "lower"; readonly companion?: "ignored" | "covariate" | "denominator" }
  );

/** What guardrails on every measure have. */
export interface GuardrailBase {
  readonly name: string;
  /** How many times worse the canary may be before it is harm; 1 if left out. */
  readonly tolerated_ratio?: number;
  /** How many times worse it must be shown not to be; 2 if left out, 1.1 for distributions, means and rates with a reference of 5% and more. */
  readonly margin_ratio?: number;
  /** Part of the harm evidence, relative to the others; 1 if left out. */
  readonly weight?: number;
  /** Whether promotion needs its proof of safety; true if left out. */
  readonly required?: boolean;
}

/** Where an outcome belongs. Small enough for a cookie or a header. */
export interface Placement {
  /** Number of the cohort in which the unit was assigned. */
  readonly cohort: number;
  /** The unit's arm; null for those that are not compared, whose requests still spend the budget. */
  readonly arm: Arm | null;
}

/** A unit's variant, why, and where its outcome belongs. */
export interface Assignment extends Placement {
  /** Name of the variant to serve. */
  readonly variant: string;
  readonly reason: Reason;
}

/** Why a unit got its variant. Slots count from 0 to 999,999. */
export type Reason =
  /** The flag is switched off: everyone gets the default. */
  | { readonly why: "off" }
  /** The unit is named in the table of overrides. */
  | { readonly why: "override" }
  /** There is no unit: its id is missing or empty. */
  | { readonly why: "unassigned" }
  /** The unit's slot is beyond the exposure. */
  | { readonly why: "not_exposed"; readonly slot: number }
  /** The unit is exposed, and the allocation gave it its variant. */
  | { readonly why: "allocated"; readonly slot: number; readonly variantSlot: number };

/** News; known or overtaken; news from a replica that was sealed, which is not counted. */
export type Merged = "fresh" | "known" | "after_seal";

/** What the host tells a release at one moment. `by` is who says so, `why` is for the log. */
export type Signal =
  /** Time has passed. */
  | "tick"
  /** The source of outcomes failed, so what is missing is not silence. */
  | { readonly source_error: { readonly why: string } }
  /** Begin. */
  | { readonly start: { readonly by: string } }
  /** Approve leaving the present stage, or no stage but the one that is named. */
  | { readonly approve: { readonly by: string; readonly stage?: number } }
  /** Ask again for an approval that nobody gave in time. */
  | { readonly request: { readonly by: string } }
  /** Replace the new version itself; the schedule begins anew. */
  | { readonly revise: { readonly by: string; readonly revision: string } }
  /** Stop the clock of the stage; evidence still counts. */
  | { readonly pause: { readonly by: string } }
  /** Let the clock run again. */
  | { readonly resume: { readonly by: string } }
  /** Back to nobody, now. */
  | { readonly abort: { readonly by: string; readonly why: string } }
  /** Waive the rest of the stage's dwell, units and approval. */
  | { readonly promote: { readonly by: string } }
  /** Begin a new attempt; everything that the old one had shown is void. */
  | { readonly retry: { readonly by: string } }
  /** The rollback is in force everywhere. */
  | "confirm"
  /** The rollback could not be put in force. */
  | { readonly rollback_failed: { readonly why: string } };

/** What one step did. Counts above 2^53 are rounded here, and exact in `stepJson`. */
export interface Step {
  /** Append them to your log: the plan and the events give the same decisions again, anywhere. */
  readonly events: readonly Event[];
  /** What changed. Empty where nothing did. */
  readonly decisions: readonly Decision[];
  /** What the judge saw; null where there was nothing to judge. */
  readonly report: Report | null;
  /** What the budget allowed; null without an objective, or where there was nothing to judge. */
  readonly gate: GateReport | null;
}

/** The replicas of a fleet, as they were counted: an event of releases that Rust or Python led. */
export interface Observed {
  /** Those of the new version that get traffic. */
  readonly ready_new: number;
  /** Those of the new version that are there and get none. */
  readonly not_ready_new: number;
  readonly ready_old: number;
  readonly not_ready_old: number;
  /** Those that were told to stop and are not gone yet. */
  readonly stopping: number;
}

/** What a fleet lacks for an exposure to be in force. */
export type Gap =
  | { readonly new_missing: { readonly ready: number; readonly need: number } }
  | { readonly new_beyond: { readonly there: number; readonly most: number } }
  | { readonly old_beyond: { readonly ready: number; readonly most: number } }
  | { readonly unavailable: { readonly ready: number; readonly need: number } };

/** Something that happened to the rollout: one line of the log. */
export interface Event {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: number;
  readonly kind:
    | "tick"
    | "confirm"
    | { readonly fleet: Observed }
    | { readonly start: { readonly by: string } }
    | {
        readonly judged: {
          readonly attempt: number;
          readonly stage: number;
          readonly finding: Finding;
          readonly clearance: Clearance;
        };
      }
    | { readonly approve: { readonly by: string; readonly stage: number } }
    | { readonly pause: { readonly by: string } }
    | { readonly resume: { readonly by: string } }
    | { readonly abort: { readonly by: string; readonly why: string } }
    | { readonly promote: { readonly by: string } }
    | { readonly retry: { readonly by: string } }
    | { readonly rollback_failed: { readonly why: string } };
}

/** One line of the decision log: what was decided at which event, what holds now, and why. */
export interface Decision {
  /** The event that led to it. */
  readonly seq: number;
  readonly at: number;
  /** From 1. */
  readonly attempt: number;
  /** What is released now, if anyone replaced the version of the document. */
  readonly revision?: string;
  readonly action: Action;
  /** The share that holds now, such as `5%`. */
  readonly exposure: string;
  /** The share of the traffic that meets the new version, where a fleet decides and was reported; absent while no replica is ready. */
  readonly actual?: string;
  readonly phase: Phase;
  /** Never empty, the weightiest first. */
  readonly reasons: readonly DecisionReason[];
}

/** What was decided. Put the exposure into force on `advance` and `roll_back`; after a rollback, answer with `confirm`. */
export type Action =
  | "schedule"
  | "advance"
  | "hold"
  | "continue"
  | "approve"
  | "restart"
  | "promote"
  | "request"
  | "revise"
  | "pause"
  | "resume"
  | "bake"
  | "complete"
  | "roll_back"
  | "confirm_rollback"
  | "fail_rollback"
  | "cancel"
  | "expire"
  | "retry"
  | "observe"
  | "ignore";

/** Where a release is on its way. Stages count from 0. */
export type Phase =
  | "draft"
  | "scheduled"
  | { readonly ramping: { readonly stage: number } }
  | { readonly holding: { readonly stage: number; readonly reason: Hold } }
  | "baking"
  | "completed"
  | "rolling_back"
  | "rollback_failed"
  | "rolled_back"
  | { readonly expired: { readonly stage: number } };

/** What stands in the way of the next rise. */
export type Hold =
  | "paused"
  | "not_before"
  | "unreported"
  | { readonly not_in_force: "new_missing" | "new_beyond" | "old_beyond" | "unavailable" }
  | "invalid"
  | { readonly insufficient: Lack }
  | "inconclusive"
  | "budget"
  | "calendar"
  | "approval"
  | "approval_lapsed";

/** Why there is nothing to judge by. */
export type Lack = "no_data" | "missing_metric" | "stale" | "source_error";

/** Evidence that was reached, and evidence that was needed: natural logarithms of e-values. */
export interface Evidence {
  readonly have: number;
  readonly need: number;
}

/** Why a decision was taken, with the numbers it was taken by. */
export type DecisionReason =
  | "clear"
  | "confirmed"
  | "restarted"
  | "invalid"
  | "budget_spent"
  | { readonly started: { readonly by: string } }
  | { readonly retried: { readonly by: string } }
  | { readonly paused: { readonly by: string } }
  | { readonly resumed: { readonly by: string } }
  | { readonly approved: { readonly by: string; readonly stage: number } }
  | { readonly promoted: { readonly by: string } }
  | { readonly requested: { readonly by: string; readonly stage: number } }
  | { readonly revised: { readonly by: string; readonly revision: string } }
  | { readonly same_revision: { readonly revision: string } }
  | { readonly aborted: { readonly by: string; readonly why: string } }
  | { readonly in_force: { readonly declared: string; readonly actual: string | null } }
  | { readonly not_in_force: { readonly declared: string; readonly actual: string | null; readonly gaps: readonly Gap[] } }
  | { readonly unreported: { readonly declared: string; readonly silent: string | null } }
  | { readonly rollback_failed: { readonly why: string } }
  | { readonly not_applicable: { readonly command: Command; readonly phase: Phase } }
  | { readonly other_stage: { readonly stage: number; readonly current_stage: number } }
  | {
      readonly void: {
        readonly attempt: number;
        readonly stage: number;
        readonly current_attempt: number;
        readonly current_stage: number;
      };
    }
  | { readonly harm: Evidence }
  | { readonly safe: Evidence }
  | { readonly no_harm: Evidence }
  | { readonly inconclusive: Evidence }
  | { readonly insufficient: { readonly lack: Lack; readonly quiet: string } }
  | { readonly unmonitored: { readonly stage: number } }
  | { readonly dwell: { readonly have: string; readonly need: string } }
  | { readonly elapsed: { readonly have: string; readonly need: string } }
  | { readonly units: { readonly have: number; readonly need: number } }
  | { readonly deadline: { readonly elapsed: string; readonly limit: string } }
  | { readonly budget: { readonly cap: string | null; readonly next: string } }
  | { readonly not_before: { readonly start: number } }
  | { readonly freeze: { readonly until: number | null; readonly why: string | null } }
  | { readonly approval_missing: { readonly stage: number } }
  | { readonly approval_pending: ApprovalClock }
  | { readonly approval_timeout: ApprovalClock }
  | { readonly approval_lapsed: ApprovalClock }
  | { readonly approval_late: ApprovalClock & { readonly by: string } };

/** How long an approval alone has stood in the way, and how long it may. */
export interface ApprovalClock {
  readonly stage: number;
  readonly waited: string;
  readonly within: string;
}

/** What a person or the host may ask of the rollout. */
export type Command =
  | "start"
  | "approve"
  | "pause"
  | "resume"
  | "abort"
  | "promote"
  | "request"
  | "revise"
  | "retry"
  | "confirm"
  | "rollback_failed";

/** What the judge may say of a stage. */
export type Verdict = "harm" | "safe" | "inconclusive" | "invalid" | { readonly insufficient: Lack };

/** A verdict with the numbers that a rollout acts on. `ln_` numbers are natural logarithms of e-values: 0 says nothing, 3 is twenty to one. */
export interface Finding {
  readonly verdict: Verdict;
  /** Canary units with an outcome, in the stage judged. */
  readonly units: number;
  readonly ln_harm: number;
  readonly ln_harm_needed: number;
  readonly ln_safety: number;
  readonly ln_safety_needed: number;
}

/** The same thing of both arms. */
export interface Arms<T> {
  readonly canary: T;
  readonly control: T;
}

/** Both ends of a confidence sequence; null where nothing bounds it yet. */
export interface Interval {
  readonly lower: number | null;
  readonly upper: number | null;
}

/** What the judge saw at one look. */
export interface Report {
  readonly finding: Finding;
  /** Units of both arms in this attempt. */
  readonly units: Arms<number>;
  /** Evidence that the arms were not filled as assigned, and where it makes the verdict `invalid`. */
  readonly ln_mismatch: number;
  readonly ln_mismatch_needed: number;
  /** In the order of the spec. */
  readonly guardrails: readonly GuardrailReport[];
}

/** What a guardrail's error rates rest on: the assignment alone, at any sample size; or the normal approximation, as the sample grows. */
export type Guarantee = "exact" | "asymptotic";

/** Why a mean cannot be judged: fewer than 200 units in an arm, an arm whose values are all alike, a mean to divide by that is not above 0. */
export type MeanLack = "too_few_units" | "no_variance" | "not_positive";

/** A quantity of both arms, and how they compare: a failure rate, a mean share, events by exposure, a mean, a ratio. */
export interface Comparison {
  /** Null where nothing was seen. */
  readonly estimates: Arms<number | null>;
  /** Where it lies in each arm, if it does not drift; no ends for shares and means. */
  readonly intervals: Arms<Interval>;
  /** Canary over control. */
  readonly ratio_interval: Interval;
  /** Canary less control; no ends for counts and shares. */
  readonly difference_interval: Interval;
}

/** One quantile of a distribution, in thousandths of the metric's unit. */
export interface QuantileReport {
  /** A share such as `95%`. */
  readonly level: string;
  /** At least the lower end, and below the upper one. */
  readonly bands: Arms<Interval>;
  /** Canary over control. */
  readonly ratio_interval: Interval;
}

/** What one guardrail shows: over the attempt, safety over the present stage. */
export interface GuardrailReport {
  readonly name: string;
  readonly measure: Measure;
  readonly guarantee: Guarantee;
  /** Whether promotion needs its proof of safety. */
  readonly required: boolean;
  /** Units that it observed in this attempt. */
  readonly units: Arms<number>;
  /** Counts of a rate; null for other measures. */
  readonly counts: Arms<{ readonly units: number; readonly failures: number }> | null;
  /** Null for a distribution. */
  readonly comparison: Comparison | null;
  /** Median, 95th and 99th percentile of a distribution; empty for other measures, and without values. */
  readonly quantiles: readonly QuantileReport[];
  /** What of a distribution shows the harm, where something does: `shift`, `stretch`, `worst 1%` and the like, or `anywhere`. */
  readonly shape: string | null;
  readonly ln_harm: number;
  readonly ln_safety: number;
  /** Whether it is named as a cause of a rollback. */
  readonly culprit: boolean;
  /** Why a mean cannot be judged in this stage. */
  readonly lack: MeanLack | null;
  /** About how many more units of both arms until safety is shown, or harm, if they are like those so far; null where they never would. */
  readonly more_units_to_safety: number | null;
  readonly more_units_to_harm: number | null;
}

/* ---- Error budgets ---- */

/** What the error budget says of the next exposure. */
export type Clearance = "allow" | { readonly cap: string } | "hold" | "roll_back";

/** A gate's answer with its arithmetic: `spend_ppm` against `allowed_ppm`, and `asked` against `largest`. */
export interface GateReport {
  readonly answer: Clearance;
  /** The rule that decided. */
  readonly rule: "no_rise" | "exhausted" | "missing_data" | "within_risk" | "beyond_risk";
  /** The exposure at the time of asking, a share. */
  readonly current: string;
  /** The exposure asked for, a share. */
  readonly asked: string;
  /** The largest exposure whose worst-case spend is allowed, a share. */
  readonly largest: string;
  /** What `asked` may spend before it is noticed, in parts per million of the whole budget. */
  readonly spend_ppm: number;
  /** What one step may spend, in the same unit. */
  readonly allowed_ppm: number;
  /** Whether the budget was taken to be whole for want of data. */
  readonly presumed_whole: boolean;
  /** The share of the exposed that is assumed to fail. */
  readonly assumed_failure: string;
  /** A span. */
  readonly detection_delay: string;
  /** The share of what remains that one step may risk. */
  readonly risk: string;
  readonly budget: Budget;
}

/** How an error budget stands, in parts per million of it; null without events. Negative once overspent. */
export interface Budget {
  readonly state: "ok" | "at_risk" | "exhausted" | "insufficient_data";
  readonly objective: string;
  readonly period: string;
  readonly at_risk: string;
  readonly consumed_by_events_ppm: number | null;
  readonly remaining_by_events_ppm: number | null;
  readonly consumed_by_time_ppm: number | null;
  readonly remaining_by_time_ppm: number | null;
  readonly reading: Reading;
}

/** What was counted in one window, and how much of the window anybody was counting. Counts above 2^53 are rounded. */
export interface Reading {
  readonly window: string;
  /** Width of the buckets that were read. */
  readonly resolution: string;
  readonly watched: string;
  /** The share of the window that was watched. */
  readonly coverage: string;
  readonly good: number;
  readonly bad: number;
  /** Events that came too late to count, were stamped after the window, or could not be held. */
  readonly late: number;
  readonly ahead: number;
  readonly rejected: number;
}

/* ---- Flags and bucketing ---- */

/** A flag alone: a kill switch, overrides, one allocation of variants behind an exposure, and a default. */
export class Flag {
  /**
   * @param json The flag, as JSON text or an object.
   * @throws {RampgateError} All problems of the flag together.
   */
  constructor(json: string | object);
  /** The same as `new Flag(json)`. */
  static fromJson(json: string | object): Flag;
  /** The variant of a unit, and why. */
  evaluate(unit?: string | null): Evaluation;
  /** For each unit the position of its variant in {@link variants}. */
  evaluateMany(units: readonly (string | null | undefined)[]): Uint8Array;
  get key(): string;
  /** Names of the variants, in the order of the document. */
  get variants(): readonly string[];
  /** See {@link Release.free}. */
  free(): void;
  [Symbol.dispose](): void;
}

/** A variant with the reason for it. */
export interface Evaluation {
  readonly variant: string;
  /** Its position in the flag's variants. */
  readonly index: number;
  readonly reason: Reason;
}

/** What a key is for: each domain is a hash function of its own. */
export type Domain = "exposure" | "variant" | "layer" | "holdout";

/** The slot of a unit under a domain's key, 0 to 999,999. */
export function slot(domain: Domain, salt: string, unit: string): number;

/** The hash of 64 bits that the slot is made from. */
export function hash(domain: Domain, salt: string, unit: string): bigint;

/** Where each variant's run of slots ends; the first begins at 0. Weights are integers of 32 bits. */
export function allocationEnds(weights: readonly number[]): number[];

/* ---- Errors ---- */

/** Which sort of rule was broken. `freed` is the package's own: an object was used after `free()`. */
export type ErrorCode =
  | "syntax"
  | "missing"
  | "unknown"
  | "type"
  | "range"
  | "conflict"
  | "version"
  | "corrupt"
  | "order"
  | "freed";

/** One broken rule. */
export interface Problem {
  /** Where: the field's path in the document, or the argument's name. */
  readonly path: string;
  readonly code: ErrorCode;
  /** The rule in words. */
  readonly rule: string;
  /** The value that broke it, shortened; undefined where nothing was given. */
  readonly value: string | undefined;
}

/** What is thrown: everything that was wrong with an input. `code`, `path` and `value` are of the first problem. */
export class RampgateError extends Error {
  /** For tests and wrappers; the library makes its own. */
  constructor(message: string, problems: readonly [Problem, ...Problem[]]);
  readonly code: ErrorCode;
  readonly path: string;
  readonly value: string | undefined;
  readonly problems: readonly [Problem, ...Problem[]];
}
