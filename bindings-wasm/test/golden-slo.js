// The vectors of core/testdata about budgets and burn rates, through the functions of rampgate/slo. `data` holds those files,
// in which integers that JavaScript would round stand as texts, such as "@9007199254740993".
import { equal, ok, refused } from "./check.js";

/** JSON with those texts as the integers that they stand for, which the core reads exactly. */
const exact = (value) => JSON.stringify(value).replace(/"@(-?\d+)"/g, "$1");

/** The same with bigints, or with numbers where they were rounded. */
function revived(value, make) {
  if (typeof value === "string" && /^@-?\d+$/.test(value)) return make(value.slice(1));
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => revived(item, make));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revived(item, make)]));
}

/** An answer's text, with its large integers as the vectors have theirs. */
const marked = (text) => JSON.parse(text.replace(/(?<=[:,[])(-?\d{16,})(?=[,}\]])/g, '"@$1"'));

/** Each field that is expected is there: of objects, more may be; lists are compared item by item. */
function holds(expected, given, path) {
  if (typeof expected !== "object" || expected === null || typeof given !== "object" || given === null) return equal(given, expected, path);
  if (Array.isArray(expected)) equal(given.length, expected.length, `${path}: items`);
  for (const [name, item] of Object.entries(expected)) {
    ok(name in given, `${path}: no ${name}`);
    holds(item, given[name], `${path}.${name}`);
  }
}

const problemsOf = (error) => error.problems.map(({ path, code }) => ({ path, kind: code }));

function all(vectors, list) {
  ok(vectors[list].length > 0, list);
  return vectors[list].map((one, number) => [one, `${list}[${number}] ${one.name}`]);
}

function near(actual, expected, what) {
  ok(Math.abs(actual - expected) < 1e-9, `${what}: ${actual}, expected ${expected}`); // both sides use their own logarithm
}

/** Takes the logarithms of evidence out of a decision, and gives them. */
function withoutLogarithms(decision) {
  const taken = [];
  const rows = decision.rows.map(({ evidence, ...row }) => {
    if (evidence === null) return { ...row, evidence };
    const { ln_odds: odds, needed, ...rest } = evidence;
    taken.push(odds, needed);
    return { ...row, evidence: rest };
  });
  return [{ ...decision, rows }, taken];
}

function sameDecision(given, expected, what) {
  const [[ours, logarithms], [theirs, others]] = [withoutLogarithms(given), withoutLogarithms(expected)];
  equal(ours, theirs, what);
  logarithms.forEach((value, place) => near(value, others[place], what));
}

/** A span such as `1d2h3m4s5ms` in milliseconds. */
function millis(span) {
  if (span === null) return null;
  const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  return [...span.matchAll(/(\d+)(ms|[dhms])/g)].reduce((sum, [, count, unit]) => sum + Number(count) * units[unit], 0);
}

/** The burn rate of counts, twice: by the budget of a window, and as the windows of a policy tell it. */
function burnRate({ Counter, Policy, budget }, { target, good, bad }) {
  const rows = [{ factor: "1", long: "1h", short: "1h", severity: "page" }];
  const [policy, counter, now] = [new Policy({ target, period: "30d", rows }), new Counter(), 1_795_478_400_000];
  counter.record(now, good, bad);
  const ours = policy.evaluate(counter, now, policy.start()).decision.rows[0].long.burn_rate_ppm;
  equal(budget(target, "30d", { window: "1h", watched: "1h", good, bad }).consumed_by_events_ppm, ours);
  counter.free();
  policy.free();
  return ours;
}

export const goldenSlo = {
  "golden: questions about budgets"({ slo }, { budgets }) {
    equal(budgets.version, "rampgate-budgets-1");
    for (const list of ["slices", "accounts", "periods", "cohorts", "composites", "scrapes", "reservations", "gates", "openslo"]) {
      for (const [{ question, expect }, what] of all(budgets, list)) {
        const text = slo.answer(exact(question));
        holds(expect, marked(text), what);
        const [[name, document]] = Object.entries(revived(question, BigInt));
        equal(slo.answer({ [name]: document }), text, what);
        for (const given of [document, exact(question[name])]) equal(slo[name](given), JSON.parse(text), what);
      }
    }
    for (const [{ question, unhonoured }, what] of all(budgets, "openslo")) {
      const prefixed = unhonoured.map((path) => (path.startsWith("[") ? `openslo${path}` : `openslo.${path}`));
      equal(slo.openslo(question.openslo).unhonoured.map(({ path }) => path).sort(), prefixed.sort(), what);
    }
    for (const [{ question, problems }, what] of all(budgets, "refused")) {
      equal(problemsOf(refused(() => slo.answer(exact(question)), {}, what)), problems, what);
    }
    for (const [{ question, field, ours, theirs, why }, what] of all(budgets, "not_matched")) {
      const given = JSON.parse(slo.answer(exact(question)))[field];
      equal(given, ours, what);
      ok(given !== theirs, why);
    }
  },

  "golden: burn-rate policies"({ slo: { Policy, policy } }, { burn_rate: vectors }) {
    equal(vectors.version, "rampgate-burn-1");
    for (const [{ policy: document, rows, published }, what] of all(vectors, "policies")) {
      const built = new Policy(document);
      const report = built.report();
      equal(report.rows, rows, what);
      equal(policy(document), report, what);
      equal(policy(JSON.stringify(document)), report, what);
      for (const { row, ...stated } of published ?? []) {
        for (const name of ["long", "short", "factor", "for"]) if ((stated[name] ?? null) !== null) equal(report.rows[row][name], stated[name], what);
      }
      built.free();
    }
    for (const [{ policy: document, problems }, what] of all(vectors, "invalid_policies")) {
      equal(problemsOf(refused(() => new Policy(document), {}, what)), problems, what);
      const within = problems.map(({ path, kind }) => ({ path: path === "document" ? "policy" : `policy.${path}`, kind }));
      equal(problemsOf(refused(() => policy(document), {}, what)), within, what);
    }
  },

  "golden: burn rates over time, by a counter and as one question"({ slo: { Counter, Policy, burnRate: ask } }, { burn_rate: vectors }) {
    for (const [{ policy: document, steps }, what] of all(vectors, "traces")) {
      const [built, counter] = [new Policy(document), new Counter()];
      let state = built.start();
      for (const { runs, asked, decisions } of steps) {
        for (const [first, every, count, good, bad] of runs) for (let n = 0; n < count; n++) counter.record(first + n * every, good, bad);
        asked.forEach((now, place) => {
          const after = built.evaluate(counter, now, place % 2 === 0 ? state : JSON.stringify(state));
          sameDecision(after.decision, decisions[place], `${what} at ${now}`);
          state = after.state;
        });
      }
      const whole = ask({ policy: document, steps: steps.map(({ runs, asked }) => ({ runs, asked })) });
      const expected = steps.flatMap(({ decisions }) => decisions);
      equal(whole.decisions.length, expected.length, what);
      whole.decisions.forEach((decision, place) => sameDecision(decision, expected[place], what));
      equal(whole.state, state, what);
      counter.free();
      built.free();
    }
  },

  "golden: what policies do under a steady failure"({ slo }, { burn_rate: vectors }) {
    for (const [{ policy, failing, rows, exhausted, exposure, delay }, what] of all(vectors, "forms")) {
      const forms = slo.closedForms({ policy, failing, spend: "2%", delay: "15m", exposure: "5%" });
      const times = forms.rows.map(({ time_to_fire: fires, time_to_reset: resets }) => ({ fires: millis(fires), resets: millis(resets) }));
      equal(times, rows, what);
      equal([millis(forms.time_to_spend), forms.largest_exposure, millis(forms.longest_delay)], [exhausted, exposure, delay], what);
    }
    for (const [{ policy, failing, form, published, within, says }, what] of all(vectors, "published_times")) {
      const { rows, time_to_spend: exhausted } = slo.closedForms({ policy, failing });
      const ours = { fires: rows[0].time_to_fire, resets: rows[0].time_to_reset, exhausted }[form];
      ok(Math.abs(millis(ours) - published) <= within, `${what} ${says}: ${ours}`);
    }
    for (const [one, what] of all(vectors, "burn_rates")) equal(burnRate(slo, one), one.ppm, what);
    for (const [one, what] of all(vectors, "not_matched")) {
      equal(burnRate(slo, one), one.ours_ppm, what);
      ok(one.ours_ppm !== one.theirs_ppm, one.why);
    }
  },

  "golden: plans from other tools' documents"({ planning: { importPlan } }, { imports }) {
    equal(imports.version, "rampgate-imports-1");
    for (const [{ source, document, plan, imported_name: name, notes, carried }, what] of all(imports, "imports")) {
      const given = importPlan(source, document);
      ok(given.notes.every(({ why }) => why.length > 20), what);
      equal({ ...given, notes: given.notes.map(({ why, ...note }) => note) }, { source, name, plan, notes, carried }, what);
      const value = JSON.parse(document);
      equal(importPlan(source, typeof value === "string" ? ` ${value}\n` : value), given, what);
    }
    for (const [{ source, document, problems }, what] of all(imports, "refused")) {
      equal(problemsOf(refused(() => importPlan(source, document), {}, what)), problems, what);
    }
    for (const [{ source, document, ours }, what] of all(imports, "not_matched")) {
      equal(importPlan(source, document).plan.stages.map(({ min_dwell: dwell }) => dwell), ours, what);
    }
  },
};
