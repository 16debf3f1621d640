// The vectors of core/testdata that are about what is measured and about statistics beside a release. `data` holds those files.
import { equal, hex, ok, refused } from "./check.js";

const big = (digits) => BigInt(digits);

/** Throws unless the number is expected, or as near as the case says, relative to the larger of `scale` and it. */
function near(actual, expected, tolerance, what, scale = 1) {
  if (expected === null) return equal(actual, null, what);
  const wanted = Number(expected);
  ok(typeof actual === "number" && Math.abs(actual - wanted) <= tolerance * Math.max(scale, Math.abs(wanted)), `${what}: ${actual}, expected ${expected}`);
}

/** Everything that is expected is there: numbers as `compare` has them, all else equal. Lists are as long, or where they are `open` at least. */
function holds(given, expected, compare, what, open = false) {
  if (typeof expected === "number") return compare(given, expected, what);
  if (typeof expected !== "object" || expected === null) return equal(given ?? null, expected, what);
  if (Array.isArray(expected) && !open) equal(given.length, expected.length, what);
  for (const [name, item] of Object.entries(expected)) holds(given[name], item, compare, `${what}, ${name}`, open);
}

const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));

const name = (position) => `m${position}`;

function measured(words) {
  const forms = {
    distribution: ([value]) => value,
    mean: ([value, companion]) => ({ value, companion }),
    fraction: ([failed, requests]) => ({ failed, requests }),
    count: ([events, exposure]) => ({ events, exposure }),
  };
  return Object.fromEntries(words.map(([position, form, ...numbers]) => [name(position), forms[form](numbers.map(big))]));
}

function tallyOf({ Tally }, kinds) {
  return new Tally(Object.fromEntries(kinds.map((kind, position) => [name(position), kind])));
}

export const goldenAnalysis = {
  "golden: bins of values"({ analysis: { binOf } }, { observe }) {
    for (const { value, bin, edge } of observe.bins) equal(binOf(big(value)), { bin, at_least: Number(edge) }, value);
  },

  "golden: tallies of every measure, merged in any order"({ analysis }, { observe }) {
    const { Histogram, Moments, Tally } = analysis;
    for (const { name: what, kinds, parts, json, bytes, derived } of observe.tallies) {
      const sum = (order) => {
        const all = tallyOf(analysis, kinds);
        for (const units of order) {
          const part = tallyOf(analysis, kinds);
          for (const { at, failed, missing, measured: words } of units) part.record(at, failed.map(name), missing.map(name), measured(words));
          all.merge(part);
          part.free();
        }
        return all;
      };
      const tally = sum(parts);
      equal([tally.toJson(), sum(parts.toReversed?.() ?? [...parts].reverse()).toJson()], [json, json], what);
      const measures = Object.fromEntries(kinds.map((kind, position) => [name(position), kind]));
      const read = Tally.fromBytes(measures, unhex(bytes));
      equal([hex(tally.toBytes()), hex(read.toBytes()), read.toJson(), read.units], [bytes, bytes, json, tally.units], what);
      derived.forEach((expected, position) => {
        const series = tally.series(name(position));
        const where = `${what}, ${name(position)}`;
        if (kinds[position] === "distribution") {
          const histogram = new Histogram(series);
          equal([histogram.toJson(), new Histogram(histogram).toJson()], [series, series], where);
          for (const [ppm, quantile] of expected.quantiles) equal(histogram.quantile(`${ppm / 10_000}%`), quantile, `${where}, ${ppm}`);
        } else if (kinds[position] === "mean") {
          const moments = new Moments(series);
          equal(moments.toJson(), series, where);
          const given = { mean: moments.mean, companion_mean: moments.companionMean, variance: moments.variance };
          for (const [field, value] of Object.entries(expected)) near(given[field], value, 1e-14, `${where}, ${field}`, 0);
        }
      });
    }
  },

  "golden: bytes that are no tally"({ analysis: { Tally } }, { observe }) {
    ok(observe.invalid_bytes.length > 0, "invalid_bytes");
    for (const { name: what, bytes } of observe.invalid_bytes) {
      for (const measure of ["rate", "fraction", "count", "distribution", "mean"]) {
        refused(() => Tally.fromBytes({ m0: measure }, unhex(bytes)), { path: "data", code: "corrupt" }, what);
      }
    }
    const bytes = new Tally({ errors: "rate" }).toBytes();
    refused(() => Tally.fromBytes({}, bytes), { path: "data", code: "corrupt" });
    refused(() => Tally.fromBytes({ errors: "count" }, bytes), { path: "data", code: "corrupt" });
    refused(() => Tally.fromBytes({ errors: "rates" }, bytes), { path: "measures.errors", code: "unknown" });
    for (const value of [undefined, null, "00", [0], bytes.buffer]) refused(() => Tally.fromBytes({ errors: "rate" }, value), { path: "data", code: "type" });
  },

  "golden: sessions"({ analysis: { Session } }, { observe }) {
    for (const { requests, failed, worst, geometric_mean: geometricMean } of observe.sessions) {
      const session = new Session();
      for (const [isFailed, latency] of requests) session.add(isFailed, big(latency));
      equal([session.failed, session.requests, session.worst, session.geometricMean], [failed, requests.length, worst, geometricMean]);
      session.free();
    }
  },

  // An object by names cannot measure a metric twice or one that there is not: the other ones are here.
  "golden: outcomes that do not fit, by a tally and by a release"({ Release, analysis }, { observe }) {
    let named = 0;
    for (const { name: what, kinds, outcome, path, kind } of observe.invalid_outcomes) {
      const positions = outcome.measured.map(([position]) => position);
      if (new Set(positions).size < positions.length) continue;
      if ([...positions, ...outcome.failed, ...outcome.missing].some((position) => position >= kinds.length)) continue;
      named++;
      const given = [outcome.failed.map(name), outcome.missing.map(name), measured(outcome.measured)];
      const tally = tallyOf(analysis, kinds);
      refused(() => tally.record(0, ...given), { path, code: kind }, what);
      equal(tally.units, 0, what);
      if (kinds.filter((measure) => measure !== "rate").length > 8) continue; // no release can have so many
      const spec = {
        rampgate: 1,
        name: "vectors",
        flag: { key: "vectors", control: "a", canary: "b" },
        stages: [{ exposure: "50%", min_dwell: "10m", min_units: 100 }],
        guardrails: kinds.map((measure, position) => ({ name: name(position), measure })),
      };
      const release = new Release(spec, 1);
      for (const arm of ["canary", null]) refused(() => release.record({ cohort: 0, arm }, 0, ...given), { path, code: kind }, what);
    }
    equal(named, 10);
  },

  // The vectors' tally has 10 units, so that a series of 11 cannot be in it; by itself it can be.
  "golden: series that cannot be"({ analysis: { Histogram, Moments, countInterval, fractionEvidence, rateInterval } }, { observe }) {
    const read = {
      rate: (series) => rateInterval(series),
      fraction: (series) => fractionEvidence([{ rho: 0.5, canary: series, control: series }]),
      count: (series) => countInterval(series),
      distribution: (series) => new Histogram(series),
      mean: (series) => new Moments(series),
    };
    let seen = 0;
    for (const { json } of observe.invalid_series) {
      const [, measure, series] = /^\{"(\w+)":(.*)\}$/.exec(json);
      if (read[measure] === undefined) continue; // a measure that there is not
      const { units, counts } = JSON.parse(series);
      const observed = units ?? (counts ?? JSON.parse(series)).reduce((sum, count) => sum + count, 0);
      if (observed === 11) read[measure](series);
      else {
        refused(() => read[measure](series), {}, json);
        seen++;
      }
    }
    equal(seen, 12);
  },

  "golden: evidence and intervals of plain counts and sums"({ analysis }, { tests }) {
    const close = (given, expected, what) => near(given, expected, tests.tolerance, what);
    const ends = ({ lower, upper }, expected, what) => [lower, upper].forEach((end, n) => close(end, expected[n], what));
    const options = ({ tolerated, margin, alpha, reference }) => ({
      tolerated: Number(tolerated),
      margin: Number(margin),
      ...(alpha === undefined ? {} : { alpha: Number(alpha) }),
      ...(reference === undefined || reference === null ? {} : { reference: Number(reference) }),
    });
    const check = (evidence, expected, what) => {
      close(evidence.ln_harm, expected.ln_harm, `${what}, harm`);
      close(evidence.ln_safety, expected.ln_safety, `${what}, safety`);
    };
    const alike = (failures) => ({ units: failures, failures });
    for (const given of tests.rate) {
      const cells = given.cells.map(([rho, canary, control]) => ({ rho: Number(rho), canary: alike(canary), control: alike(control) }));
      const evidence = analysis.rateEvidence(cells, options(given));
      check(evidence, given, "rate");
      ends(evidence.ratio_interval, given.ratio, "rate");
    }
    const outcomes = (cells) => cells.map(([rho, units, failures, others, failed]) => ({ rho: Number(rho), canary: { units, failures }, control: { units: others, failures: failed } }));
    for (const given of tests.high_rate) check(analysis.rateEvidence(outcomes(given.cells), options(given)), given, "high rate");
    for (const given of tests.difference) {
      const evidence = analysis.differenceEvidence(outcomes(given.cells), options(given));
      check(evidence, given, "difference");
      ends(evidence.difference_interval, given.interval, "difference");
    }
    for (const given of tests.fraction) {
      const cells = given.cells.map(([rho, canary, control]) => ({ rho: Number(rho), canary, control }));
      const evidence = analysis.fractionEvidence(cells, options(given));
      check(evidence, given, "fraction");
      ends(evidence.ratio_interval, given.ratio, "fraction");
      equal(analysis.fractionEvidence(cells.map((cell) => ({ ...cell, canary: JSON.stringify(cell.canary) })), options(given)), evidence);
    }
    for (const given of tests.count) {
      const arm = (events, exposure) => ({ units: 0, events, exposure });
      const cells = given.epochs.map(([events, exposure, others, observed]) => ({ canary: arm(events, exposure), control: arm(others, observed) }));
      const evidence = analysis.countEvidence(cells, options(given));
      check(evidence, given, "count");
      ends(evidence.ratio_interval, given.ratio, "count");
      ends(analysis.countInterval(cells[0].canary, Number(given.alpha)), given.rate_of_first, "count");
    }
    for (const { units, failures, alpha, ceiling, interval, ln_below_ceiling: below } of tests.proportion) {
      const given = analysis.rateInterval({ units, failures }, { alpha: Number(alpha), ceiling: Number(ceiling) });
      ends(given.interval, interval, "proportion");
      close(given.ln_below_ceiling, below, "proportion");
    }
    for (const { rho, canary, control, ln_evidence: expected } of tests.mismatch) close(analysis.mismatchEvidence(Number(rho), canary, control), expected, "mismatch");
    for (const given of tests.mean) {
      const cells = given.epochs.map(([canary, control]) => ({ canary, control: JSON.stringify(control) }));
      const { worse, companion } = given;
      const bounds = (bound) => ({ worse, companion, tolerated: Number(bound), margin: Number(bound), alpha: Number(given.alpha) });
      const relative = analysis.meanEvidence(cells, bounds(given.relative));
      equal(relative.lack, null);
      close(relative.ln_harm, given.ln_harm_relative, "mean, harm");
      close(relative.ln_safety, given.ln_safety_relative, "mean, safety");
      close(analysis.meanEvidence(cells, { ...bounds(given.absolute), absolute: true }).ln_harm, given.ln_harm_absolute, "mean, absolute harm");
      close(relative.difference.difference, given.difference, "mean, difference");
      close(relative.difference.standard_error, given.standard_error, "mean, error");
      ends(relative.difference.interval, given.interval, "mean, interval");
      close(relative.difference.relative, given.relative_difference, "mean, relative");
      ends(relative.difference.relative_interval, given.relative_interval, "mean, relative interval");
    }
    for (const { sum, variance, one_sided: one, two_sided: two } of tests.normal_mixture) {
      close(analysis.normalMixture(sum, variance, { at: 100, alpha: 0.1 }).ln_evidence, one, "one-sided");
      close(analysis.normalMixture(sum, variance, { at: 100 }).ln_two_sided, two, "two-sided");
    }
    for (const { units, alpha, tuning, standard_error: error, radius } of tests.two_sided) {
      const { two_sided_bound: bound } = analysis.normalMixture(0, units, { at: tuning, alpha: Number(alpha) });
      close((bound * error) / Math.sqrt(units), radius, "radius");
    }
  },

  "golden: distributions, references and bands"({ analysis }, { distribution }) {
    const { distributionEvidence, quantileBand, referenceOf, referenceStated } = analysis;
    for (const { ratio, harm, safety } of distribution.shifts) {
      equal(distributionEvidence([], { tolerated: ratio, margin: 2 }).tolerated, harm, `${ratio}`);
      if (safety === 1) refused(() => distributionEvidence([], { margin: ratio }), { path: "margin", code: "range" });
      else equal(distributionEvidence([], { margin: ratio }).margin, safety, `${ratio}`);
    }
    for (const { past, reference } of distribution.references) equal(referenceOf(past), reference);
    for (const { quantiles, reference } of distribution.statements) {
      equal(referenceStated(Object.fromEntries(quantiles.map(([ppm, value]) => [`${ppm / 10_000}%`, value]))), reference);
    }
    for (const { name: what, test, ratio, worse, cells, ln_evidence: expected, leading_shape: shape } of distribution.evidence) {
      const given = distributionEvidence(cells, { worse, ...(test === "harm" ? { tolerated: ratio } : { margin: ratio }) });
      near(test === "harm" ? given.ln_harm : given.ln_safety, expected, 1e-11, what);
      if (test === "harm") equal(given.shape, shape, what);
    }
    for (const { histogram, level_ppm: ppm, alpha, band } of distribution.bands) equal(quantileBand(histogram, `${ppm / 10_000}%`, alpha), band);
  },

  "golden: the rank test and the classic judge"({ analysis: { judgeClassic, rankTest } }, { classic }) {
    const compare = (relative) => (given, expected, what) => near(given, expected, relative, what, 0);
    for (const { question, expect, relative, source } of classic.comparisons) holds(rankTest(question), expect, compare(relative), source);
    for (const { question, published, within, source } of classic.published) {
      const { p_value: p, interval } = rankTest(JSON.stringify(question));
      near(p, published.p_value, 1e-12, source, 0);
      for (const end of ["lower", "upper"]) ok(Math.abs(interval[end] - published[end]) <= within, `${source}, ${end}`);
    }
    for (const { config, data, expect, relative, name: what } of classic.canaries) holds(judgeClassic(config, data), expect, compare(relative), what);
    for (const { config, data = { metrics: [] }, path, kind } of classic.refused) refused(() => judgeClassic(config, data), { path, code: kind }, path);
    for (const { question, path, kind } of classic.refused_questions) refused(() => rankTest(question), { path, code: kind }, path);
  },

  "golden: designs with planned looks"({ analysis }, { group_sequential: planned }) {
    const { Design, powerOf, unitsFor } = analysis;
    const seen = (design) => {
      const { bounds } = design;
      for (const field of ["efficacy", "futility", "nominal_p", "alpha_spent"]) {
        bounds[field] = bounds.looks.map((look) => look[field]);
        bounds[`last_${field}`] = bounds[field].at(-1);
      }
      design.free();
      return bounds;
    };
    const agree = ({ expect, tolerance, name: what, source }, given) => {
      const compare = (number, expected, where) => ok(typeof number === "number" && Math.abs(number - expected) <= tolerance, `${where}: ${number}, expected ${expected}`);
      holds(given, expect, compare, `${source} ${what}`, true); // futility bounds are expected before the last look alone
    };
    const use = (design, ask) => {
      const made = new Design(design);
      const answer = ask(made);
      made.free();
      return answer;
    };
    for (const given of planned.designs) agree(given, seen(new Design(given.design)));
    for (const { design, theirs, at_least: atLeast, why } of planned.not_matched) {
      const ours = seen(new Design(design)).efficacy;
      ok(Math.max(...ours.map((bound, n) => (theirs[n] === null ? 0 : Math.abs(bound - theirs[n])))) >= atLeast, why);
    }
    for (const given of planned.inflations) agree(given, use(given.design, (design) => design.inflation(given.power)));
    for (const given of planned.crossings) agree(given, use(given.design, (design) => design.crossings(given.drift)));
    for (const given of planned.observed) {
      agree(given, use(given.design, (design) => seen(given.concluded ? design.concluded(given.fractions) : design.observed(given.fractions))));
    }
    for (const given of planned.analyses) {
      const { decision, conclusion } = use(given.design, (design) => design.analyse(given.z));
      agree(given, { ...conclusion, decision });
    }
    for (const given of planned.units) agree(given, unitsFor(given.comparison, given.power, { alpha: given.alpha, sides: given.sides }));
    for (const given of planned.powers) {
      const { right, wrong } = powerOf(given.comparison, given.total, { alpha: given.alpha, sides: given.sides });
      agree(given, { both_directions: right + wrong });
    }
    const problems = (error) => error.problems.map(({ path, code }) => ({ path, kind: code }));
    for (const { design, problems: expected } of planned.invalid_designs) equal(problems(refused(() => new Design(design), {}, design)), expected, design);
    for (const { comparison, problems: expected } of planned.invalid_comparisons) {
      equal(problems(refused(() => unitsFor(comparison, 0.8), {}, comparison)), expected, comparison);
    }
    for (const { design, fractions, path } of planned.invalid_looks) {
      use(design, (made) => {
        refused(() => made.observed(fractions), { path });
        refused(() => made.concluded(fractions), { path });
      });
    }
    for (const { design, z, path } of planned.invalid_statistics) use(design, (made) => refused(() => made.analyse(z), { path }));
  },
};
