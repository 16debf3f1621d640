/**
 * Error budgets: what a service may fail, how much of it is spent and how fast, and what a release may still risk. A WebAssembly module of its own.
 *
 * Each question is a document, an object or JSON text, whose fields `spec/budgets.md` and `spec/burn_rate.md` describe. Fields of documents and answers are named as in the other
 * languages' JSON. Documents take instants as Unix milliseconds or texts, and integers as safe integers or bigints; answers give counts as numbers, rounded
 * above 2^53: where the last digit matters, read the text of {@link answer}.
 *
 * Amounts of a budget are parts per million of it (`_ppm`), shares of events parts per billion (`_ppb`), spans texts such as `1h30m`, shares texts such as `12.5%`.
 */

import type { Budget, Clearance, GateReport, Reading } from "./index.js";

export { RampgateError, version } from "./index.js";
export type { Budget, Clearance, ErrorCode, GateReport, Problem, Reading } from "./index.js";

/* ---- Counts, budgets and gates ---- */

/** Counts of a window that were made elsewhere, such as in a monitoring system. */
export interface Counts {
  /** A span, at most `30d`. */
  readonly window: string;
  /** How much of the window was watched, a span. */
  readonly watched: string;
  readonly good: number | bigint;
  readonly bad: number | bigint;
}

/** Good and bad events of the last 30 days. A release keeps its own; this is for budgets alone. */
export class Counter {
  constructor();
  /** Counts events at a time. Never fails for a time in range: what no bucket can hold is counted as late or rejected. */
  record(atMs: number, good: number | bigint, bad: number | bigint): void;
  /** What the window up to `nowMs` saw; a span from `10s` to `30d`. */
  read(window: string, nowMs: number): Reading;
  /** Gives the module's memory back. Safe to call twice; every other call is an error afterwards. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The failures that an objective such as `99.9%` allows, in parts per billion. */
export function allowedFailure(objective: string): number;

/**
 * What a window's counts spent of a budget.
 * @param period A span from `1h` to `30d`.
 * @param atRisk The share at which what remains is called at risk; `20%` if left out.
 */
export function budget(objective: string, period: string, counts: Counts, atRisk?: string): Budget;

/**
 * What a gate says of a rise of exposure.
 * @param gate The fields of a spec's `objective` without `metric`, as JSON text or an object.
 * @param current The present exposure, a share.
 * @param asked The next exposure, a share.
 */
export function askGate(gate: string | object, counts: Counts, current: string, asked: string): GateReport;

/* ---- Questions ---- */

/** An integer of 64 bits: a safe integer, or a bigint. */
export type Integer = number | bigint;

/** Unix milliseconds, or a text such as `2026-11-24T12:00:00Z`. */
export type Instant = number | string;

/** Counts of a stretch of time: from, to, good, bad. */
export type CountedInterval = readonly [from: Instant, to: Instant, good: Integer, bad: Integer];

/** Good and bad events. */
export type Events = readonly [good: number, bad: number];

/**
 * Answers any of the questions below, named by the one field of an object: `{ period: { now, of } }`.
 * @returns The JSON text that is the same in every language; counts are in it to the last digit.
 */
export function answer(question: string | object): string;

export type SliceMethod = "events" | "ratio_slices" | "binary_slices";

export interface MethodReport {
  readonly method: SliceMethod;
  /** Null without events. */
  readonly bad_ppb: number | null;
  readonly budget: Budget;
}

/** The same events by three methods of budgeting. */
export interface SliceReport {
  readonly objective: string;
  readonly window: string;
  readonly width: string;
  readonly slice_target: string;
  readonly idle: "skip" | "good" | "bad";
  readonly from: number;
  readonly to: number;
  readonly slices: { readonly good: number; readonly bad: number; readonly idle: number; readonly unwatched: number };
  readonly events: MethodReport;
  readonly ratio_slices: MethodReport;
  readonly binary_slices: MethodReport;
  /** How far the methods are apart. */
  readonly disagreement: {
    readonly least: SliceMethod;
    readonly most: SliceMethod;
    readonly apart_ppm: number;
    readonly factor_ppm: number | null;
    readonly same_state: boolean;
  } | null;
}

export interface SlicesDocument {
  readonly target: string;
  readonly width: string;
  /** The share of a slice's events that have to be good. */
  readonly slice_target: string;
  /** What a slice without events is. */
  readonly idle: "skip" | "good" | "bad";
  readonly window: string;
  readonly now: Instant;
  readonly intervals: readonly CountedInterval[];
}

/** Budgets by time slices beside the budget by events. */
export function slices(document: string | SlicesDocument): SliceReport;

/** A period: fixed, rolling, or of the calendar, with the minutes that local time was ahead of UTC since each instant. */
export type PeriodDocument =
  | { readonly from: Instant; readonly to: Instant }
  | { readonly rolling: string }
  | {
      readonly calendar: "day" | "week" | "month" | "quarter" | "year";
      readonly offsets?: readonly { readonly since: Instant; readonly minutes: number }[];
    };

export interface Period {
  readonly from: number;
  /** Its end, which is not in it. */
  readonly to: number;
}

/** The period that `now` is in. */
export function period(document: string | { readonly now: Instant; readonly of: PeriodDocument }): Period;

export interface AccountDocument {
  readonly period: PeriodDocument;
  readonly now: Instant;
  /** In order; the first holds from the start of the period and has no `since`. */
  readonly objectives: readonly { readonly target: string; readonly since?: Instant }[];
  readonly intervals: readonly CountedInterval[];
  readonly exclusions?: readonly {
    readonly from: Instant;
    readonly to: Instant;
    readonly treatment: "drop" | "count_as_good" | "freeze";
    readonly why: string;
  }[];
  /** By their ids. */
  readonly adjustments?: Readonly<
    Record<string, { readonly at: Instant; readonly bad_events: Integer; readonly who: string; readonly why: string }>
  >;
  readonly at_risk?: string;
}

/** A budget over a period, with every event accounted for. */
export interface Account {
  readonly state: Budget["state"];
  readonly period: Period;
  readonly now: number;
  /** Whether the period has not ended. */
  readonly provisional: boolean;
  readonly at_risk: string;
  readonly good: number;
  readonly bad: number;
  readonly adjustment: number;
  readonly adjustments: number;
  readonly allowed_events: number;
  readonly consumed_by_events_ppm: number | null;
  readonly remaining_by_events_ppm: number | null;
  readonly consumed_by_time_ppm: number | null;
  readonly remaining_by_time_ppm: number | null;
  readonly watched: string;
  /** One for each objective. */
  readonly segments: readonly {
    readonly from: number;
    readonly to: number;
    readonly objective: string;
    readonly good: number;
    readonly bad: number;
    readonly length: string;
    readonly watched: string;
  }[];
  readonly excluded: { readonly dropped: Events; readonly forgiven: number; readonly frozen: Events };
  /** Intervals that were not counted, or not as they stood: after `now`, outside of the period, over an edge. */
  readonly ahead: number;
  readonly outside: number;
  readonly straddling: number;
}

/** A budget over a period: objectives that change, exclusions, adjustments. */
export function account(document: string | AccountDocument): Account;

/** What a canary spends of the budget beyond what its users would have failed anyway; null where a cohort has no events. */
export interface CohortReport {
  readonly objective: string;
  readonly period: string;
  /** The canary's share of the events. */
  readonly traffic: string | null;
  readonly canary_by_events_ppm: number | null;
  readonly control_by_events_ppm: number | null;
  readonly incremental_by_events_ppm: number | null;
  readonly incremental_by_time_ppm: number | null;
  readonly incremental_bad_events: number | null;
  readonly canary: Reading;
  readonly control: Reading;
}

/** What each cohort of a release spends of the budget. */
export function cohorts(
  document: string | { readonly target: string; readonly period: string; readonly canary: Counts; readonly control: Counts },
): CohortReport;

export type Composition = "serial" | "parallel" | { readonly k_of_n: number };

export type CompositeDocument = { readonly target: string; readonly composite: Composition } & (
  | { readonly members: readonly { readonly name: string; readonly good: Integer; readonly bad: Integer; readonly weight?: number }[] }
  | {
      readonly names: readonly string[];
      /** How often exactly these members were good together. */
      readonly joint: readonly { readonly good: readonly string[]; readonly count: Integer }[];
    }
);

/** An objective over several services: bounds that hold whatever depends on what, and the exact share where it was counted. */
export interface CompositeReport {
  readonly state: "met" | "missed" | "undecided" | "insufficient_data";
  readonly composite: Composition;
  readonly objective: string;
  readonly least_good_ppb: number;
  readonly most_good_ppb: number;
  readonly exact: Events | null;
  /** By weights: bounds, the share of the members that are known, and their weight of the whole. */
  readonly weighted: {
    readonly least_good_ppb: number;
    readonly most_good_ppb: number;
    readonly of_known_ppb: number | null;
    readonly known_weight: readonly [known: number, all: number];
  };
  /** Members without events. */
  readonly unknown: readonly string[];
  readonly members: readonly { readonly name: string; readonly good: number; readonly bad: number; readonly weight: number }[];
}

/** An objective over several services. */
export function composite(document: string | CompositeDocument): CompositeReport;

/** What a scrape of cumulative counters adds to those before it. */
export type Scraped =
  | "baseline"
  | "repeated"
  | "overtaken"
  | { readonly counted: { readonly good: number; readonly bad: number } }
  | { readonly reset: { readonly good: number; readonly bad: number } };

/** What each scrape of one source's cumulative counters adds. `started`: when the source began to count, if it says so. */
export function scrapes(
  document: string | readonly { readonly at: Instant; readonly good: Integer; readonly bad: Integer; readonly started?: Instant }[],
): Scraped[];

/** What a release wants of the budget, in parts per million of it. */
export type Wish = "release" | { readonly reserve: Integer } | { readonly settle: Integer };

export interface ReservationsDocument {
  /** What may be held and spent in all. */
  readonly limit: Integer;
  /** Messages in the order in which they arrive; those of one reservation are numbered from 1 up. */
  readonly requests: readonly { readonly reservation: string; readonly sequence: Integer; readonly release: string; readonly wish: Wish }[];
}

export type ReservationAnswer =
  | { readonly granted: { readonly held: number; readonly free: number } }
  | { readonly refused: { readonly refusal: "not_free" | "closed"; readonly held: number; readonly free: number } }
  | "released"
  | { readonly settled: { readonly spent: number } }
  | "overtaken";

export interface ReservationsReport {
  /** One for each request. */
  readonly answers: readonly ReservationAnswer[];
  /** All that the authority keeps. */
  readonly reservations: Readonly<Record<string, unknown>>;
  readonly spent: number;
  readonly held: number;
  readonly free: number;
  readonly overspent: number;
}

/** One budget for several releases: what an authority answers to their requests. */
export function reservations(document: string | ReservationsDocument): ReservationsReport;

export interface GateDocument {
  /** The fields of a spec's `objective` without `metric`. */
  readonly gate: object;
  readonly reading: Counts;
  readonly current: string;
  readonly asked: string;
}

/** A gate's answer where others hold a part of the budget. */
export interface ReservedReport {
  readonly answer: Clearance;
  readonly rule: GateReport["rule"];
  readonly held_by_others_ppm: number;
  readonly largest: string;
  readonly allowed_ppm: number;
  /** What the gate says when it is alone. */
  readonly gate: GateReport;
}

/** What a gate says beside reservations of others: `reservation` is one's own. */
export function gate(
  document: GateDocument & { readonly beside: { readonly reservation: string; readonly reservations: ReservationsDocument } },
): ReservedReport;
/** What a gate says, as {@link askGate}. */
export function gate(document: GateDocument & { readonly beside?: undefined }): GateReport;
export function gate(document: string): GateReport | ReservedReport;

/* ---- Burn rates ---- */

export type Severity = "page" | "ticket";

/** When to alert. Either a `preset`, or `period` and `rows`; a preset over another period says how it is scaled. */
export interface PolicyDocument {
  readonly target: string;
  /** Such as `workbook_3`; `spec/burn_rate.md` has them all. */
  readonly preset?: string;
  readonly period?: string;
  readonly scale?: "windows" | "factors";
  readonly rows?: readonly ({ readonly long: string; readonly short: string; readonly severity: Severity; readonly for?: string } & (
    | { readonly spends: string }
    | { readonly factor: string }
  ))[];
  readonly drops?: readonly { readonly spends: string; readonly window: string; readonly severity: Severity }[];
  readonly reset?: string;
  readonly min_coverage?: string;
  readonly min_hold?: string;
  /** Error probability of a page. */
  readonly evidence?: number;
}

export interface PolicyReport {
  readonly objective: string;
  readonly period: string;
  readonly rows: readonly {
    readonly severity: Severity;
    readonly factor: string;
    readonly factor_ppm: number;
    readonly long: string;
    readonly short: string;
    readonly for: string;
    readonly spend_at_firing_ppm: number;
  }[];
  readonly drops: readonly { readonly spends: string; readonly window: string; readonly severity: Severity }[];
  readonly reset: string;
  readonly min_coverage: string;
  readonly min_hold: string;
  readonly evidence: number | null;
}

/** A window of a row; null without events. */
export interface BurnWindow {
  readonly window: string;
  readonly resolution: string;
  readonly watched: string;
  readonly coverage: string;
  readonly good: number;
  readonly bad: number;
  readonly burn_rate_ppm: number | null;
  readonly exceeds: boolean | null;
}

/** How one rule of a policy stands. */
export interface RuleReport {
  readonly severity: Severity;
  readonly status: "quiet" | "pending" | "firing" | "insufficient_data";
  /** Since when it burns or fires. */
  readonly since: number | null;
  readonly change: "fired" | "reset" | null;
  /** Why it stays as it was. */
  readonly frozen: "no_events" | "coverage" | "resolution" | null;
}

export interface AlertDecision {
  readonly alert: Severity | "quiet" | "insufficient_data";
  readonly at: number;
  readonly rows: readonly (RuleReport & {
    readonly threshold_ppm: number;
    readonly long: BurnWindow;
    readonly short: BurnWindow;
    readonly evidence: {
      readonly since: number;
      readonly good: number;
      readonly bad: number;
      readonly ln_odds: number;
      readonly needed: number;
      readonly suffices: boolean;
    } | null;
  })[];
  readonly drops: readonly (RuleReport & { readonly threshold: string; readonly spent_ppm: number | null; readonly window: BurnWindow })[];
}

/** What burns and fires, to be kept until the next evaluation. */
export interface AlertState {
  readonly rows: readonly Latch[];
  readonly drops: readonly Latch[];
}

export interface Latch {
  readonly burning_since: number | null;
  readonly firing_since: number | null;
}

export interface Evaluated {
  readonly decision: AlertDecision;
  /** For the next evaluation. */
  readonly state: AlertState;
}

/** When to alert on how fast a budget is spent. It never changes. */
export class Policy {
  /** @throws {RampgateError} All problems of the document together. */
  constructor(document: string | PolicyDocument);
  /** The policy with its rows, whatever they came from. */
  report(): PolicyReport;
  /** The state before the first evaluation. */
  start(): AlertState;
  /** Whether to alert now, from the events of a counter and the state that the last evaluation gave. */
  evaluate(counter: Counter, nowMs: number, state: string | AlertState): Evaluated;
  /** See {@link Counter.free}. */
  free(): void;
  [Symbol.dispose](): void;
}

/** The policy of a document with its rows. */
export function policy(document: string | PolicyDocument): PolicyReport;

/** Counts at an instant, or the same counts over and over, `every` so many milliseconds. */
export type Run =
  | readonly [at: Instant, good: Integer, bad: Integer]
  | readonly [first: Instant, every: number, count: number, good: Integer, bad: Integer];

export type BurnRateDocument = { readonly policy: PolicyDocument; readonly state?: AlertState } & (
  | { readonly steps: readonly { readonly runs: readonly Run[]; readonly asked: readonly Instant[] }[] }
  | { readonly readings: readonly Counts[]; readonly now: Instant }
);

/** Decisions of a policy, from readings that were taken elsewhere, one of each window, or over events that are recorded in steps. */
export function burnRate(document: string | BurnRateDocument): { readonly decisions: readonly AlertDecision[]; readonly state: AlertState };

/** What a policy does under a steady failure. Times that never come are null. */
export interface ClosedForms {
  readonly rows: readonly {
    readonly time_to_fire: string | null;
    readonly time_to_reset: string | null;
    readonly spend_at_firing_ppm: number;
  }[];
  readonly time_to_page: string | null;
  readonly spend_at_page_ppm: number | null;
  readonly time_to_alert: string | null;
  readonly spend_at_alert_ppm: number | null;
  readonly time_to_spend: string | null;
  /** The largest exposure that spends no more than `spend` within `delay`. */
  readonly largest_exposure: string | null;
  /** The longest delay within which `exposure` spends no more than `spend`. */
  readonly longest_delay: string | null;
}

/** What a policy does when a share of the events fails all the time, by formulas. */
export function closedForms(
  document:
    | string
    | {
        readonly policy: PolicyDocument;
        readonly failing: string;
        readonly remaining?: string;
        readonly spend?: string;
        readonly delay?: string;
        readonly exposure?: string;
      },
): ClosedForms;

/** What a policy would have told of recorded data. */
export interface AlertOutcome {
  readonly alerts: number;
  readonly true_alerts: number;
  readonly precision_ppm: number | null;
  readonly detected: number;
  readonly recall_ppm: number | null;
  readonly median_detection: string | null;
  readonly longest_detection: string | null;
  readonly median_reset: string | null;
  readonly false_firing: string;
  readonly evaluations: number;
  readonly insufficient: number;
  readonly spent_ppm: number;
  readonly incidents: readonly {
    readonly incident: { readonly from: number; readonly to: number };
    readonly detected_after: string | null;
    readonly already_firing: boolean;
    readonly reset_after: string | null;
    readonly spent_before_detection_ppm: number | null;
    readonly spent_ppm: number;
  }[];
}

/** Policies beside each other on recorded data, one outcome of each. */
export function replay(
  document:
    | string
    | {
        readonly policies: readonly PolicyDocument[];
        readonly samples: readonly (readonly [at: Instant, good: Integer, bad: Integer])[];
        readonly incidents?: readonly (readonly [from: Instant, to: Instant])[];
        readonly every?: string;
        readonly grace?: string;
        readonly at_least?: Severity;
      },
): AlertOutcome[];

/* ---- OpenSLO ---- */

export interface MetricSource {
  readonly reference: string | null;
  readonly kind: string | null;
}

export interface OpenSloBudget {
  readonly name: string;
  readonly service: string | null;
  readonly indicator:
    | { readonly named: string }
    | {
        readonly ratio: {
          readonly name: string | null;
          readonly counter: boolean | null;
          readonly numerator: "good" | "bad";
          readonly numerator_source: MetricSource;
          readonly total_source: MetricSource;
        };
      }
    | null;
  readonly window:
    | { readonly rolling: string }
    | {
        readonly calendar: {
          readonly count: number;
          readonly unit: "day" | "week" | "month" | "quarter" | "year";
          readonly start_time: string;
          readonly time_zone: string;
        };
      }
    | null;
  readonly method: "occurrences" | "timeslices" | "ratio_timeslices";
  readonly objectives: readonly {
    readonly display_name: string | null;
    readonly target: string;
    readonly slice_width: string | null;
    readonly slice_target: string | null;
  }[];
}

/** What OpenSLO documents say, and every value that is not honoured, with why. */
export interface OpenSlo {
  readonly budgets: readonly OpenSloBudget[];
  readonly unhonoured: readonly { readonly path: string; readonly value: string; readonly why: string }[];
}

/** Reads an OpenSLO document, or a list of them. */
export function openslo(document: string | object): OpenSlo;
