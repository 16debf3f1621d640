"""Makes judge.json: looks at releases, with what the judge of spec/canary.md says of them, by code that shares nothing with the library.

The tests of single measures are those of make_tests.py and make_distribution.py; here they are restarted, weighed and judged. Python 3.10 and mpmath:

    python3 make_judge.py > judge.json
"""

import json
import random

import make_distribution as distributions
import make_tests as tests
from mpmath import exp, log, mpf

DEFAULT_MARGIN = {"rate": 2, "fraction": 2, "count": 2, "distribution": 1.1, "mean": 1.1}


# --- the judge --------------------------------------------------------------------------------------------------------


def rho_of(epoch):
    canary, control = epoch["ppm"]
    return mpf(canary) / (canary + control)


def comparable(epoch):
    return all(epoch["ppm"])


def bounds(guardrail):
    measure = guardrail.get("measure", "rate")
    reference = percentage(guardrail.get("reference_rate", "0%"))
    high = measure == "rate" and reference >= mpf(5) / 100
    margin = guardrail.get("margin_ratio", 1.1 if high else DEFAULT_MARGIN[measure])
    return measure, high, reference, mpf(guardrail.get("tolerated_ratio", 1)), mpf(margin)


def percentage(text):
    return mpf(text.removesuffix("%")) / 100


def test(guardrail, epochs, is_harm):
    """ln of the e-value of one guardrail over epochs; None where means cannot be compared."""
    measure, high, reference, tolerated, margin = bounds(guardrail)
    name, bound, side = guardrail["name"], tolerated if is_harm else margin, 1 if is_harm else -1
    arms = [(epoch, epoch["canary"]["metrics"].get(name), epoch["control"]["metrics"].get(name)) for epoch in epochs]
    arms = [(epoch, one, two) for epoch, one, two in arms if one is not None]
    if measure == "rate" and high:
        cells = [(rho_of(e), a["units"], a["failures"], b["units"], b["failures"]) for e, a, b in arms]
        return tests.high_rate(cells, bound, side, reference)
    if measure == "rate":
        return tests.rate([(rho_of(e), a["failures"], b["failures"]) for e, a, b in arms], bound, side)
    if measure == "fraction":
        return tests.fraction([(rho_of(e), a, b) for e, a, b in arms], bound, side)
    if measure == "count":
        exposed = [(a, b) for _, a, b in arms if a["exposure"] and b["exposure"]]
        cells = [(mpf(a["exposure"]) / (a["exposure"] + b["exposure"]), a["events"], b["events"]) for a, b in exposed]
        return tests.rate(cells, bound, side)
    if measure == "distribution":
        cells = []
        for epoch, a, b in arms:
            seen = epoch.get("references", {}).get(name)
            stated = guardrail.get("reference")
            if seen is not None and sum(seen["counts"]) >= 100:
                reference = distributions.reference_of(distributions.whole(seen))
            elif stated is not None:
                reference = distributions.stated(sorted((round(float(level[:-1]) * 10_000), value) for level, value in stated.items()))
            else:
                reference = None
            cells.append({"rho": rho_of(epoch), "canary": a, "control": b, "reference": reference})
        ratio = float(bound)
        return mpf(distributions.evidence("harm" if is_harm else "safety", ratio, guardrail.get("worse", "higher"), cells)[0])
    pairs = [[{k: int(v) for k, v in arm.items()} for arm in (a, b)] for _, a, b in arms]
    if not any(min(a["units"], b["units"]) >= 200 for a, b in pairs):
        return None
    lower = guardrail.get("worse", "higher") == "lower"
    factor = tests.Fraction(float(bound)) if not lower else 1 / tests.Fraction(float(bound))
    upwards = is_harm != lower
    return tests.ln_mean(pairs, factor, tests.Fraction(0), guardrail.get("companion", "ignored"), 1 if upwards else -1)


def weight_of(start, stages):
    if stages == 1:
        return mpf(1)
    return mpf(1) / 2 if start == 0 else mpf(1) / 2 / (stages - 1)


def starts(look):
    """The starts of the test for harm that may have begun: weight, stage, and how often it had begun anew inside the stage."""
    if "segments" not in look:
        return [(weight_of(stage, look["stages"]), stage, 0) for stage in range(look["stages"])]
    stages, found = look["stages"], []
    inside = mpf(1) / (2 if stages == 1 else 4)
    planned = [max(segments - 1, 1) for segments in look["segments"]]
    for stage, restarts in enumerate(planned):
        own = mpf(1) / 2 if stage == 0 else (mpf(1) / 2 - inside) / (stages - 1)
        found.append((own, stage, 0))
        last = max((epoch.get("segment", 0) for epoch in look["epochs"] if comparable(epoch) and epoch["stage"] == stage), default=0)
        for k in range(1, last + 1):
            part = mpf(3) / 4 / restarts if k <= restarts else mpf(restarts) / 4 / (k * (k - 1))
            found.append((inside * restarts / sum(planned) * part, stage, k))
    return found


def harm(guardrail, look):
    total = weights = mpf(0)
    for weight, stage, segment in starts(look):
        since = [epoch for epoch in look["epochs"] if comparable(epoch) and (epoch["stage"], epoch.get("segment", 0)) >= (stage, segment)]
        if guardrail.get("measure") == "mean":
            since = joined(since)
        found = test(guardrail, since, True) if stage <= look["stage"] else mpf(0)
        total += weight * exp(found or mpf(0))
        weights += weight
    return log(total + 1 - weights)  # what has not begun counts 1


def joined(epochs):
    """The epochs, those put together that only a restart parts."""
    whole, last = [], None
    for epoch in epochs:
        if last and (epoch["stage"], epoch["ppm"]) == (last["stage"], last["ppm"]) and epoch.get("segment", 0) > last.get("segment", 0):
            sums = {arm: {"units": whole[-1][arm]["units"] + epoch[arm]["units"], "metrics": {}} for arm in ("canary", "control")}
            for arm in sums:
                seen = [one[arm]["metrics"] for one in (whole[-1], epoch)]
                for name in {**seen[0], **seen[1]}:
                    sums[arm]["metrics"][name] = together([one[name] for one in seen if name in one])
            whole[-1] = whole[-1] | sums
        else:
            whole.append(epoch)
        last = epoch
    return whole


def together(series):
    if len(series) == 1:
        return series[0]
    one, two = series
    if isinstance(one, list):
        return [a + b for a, b in zip(one, two)]
    if "counts" in one:
        counts = distributions.sparse(one)
        for bin, count in distributions.sparse(two).items():
            counts[bin] = counts.get(bin, 0) + count
        return distributions.dense(counts)
    return {key: str(int(one[key]) + int(two[key])) if isinstance(one[key], str) else one[key] + two[key] for key in one}


def safety(guardrail, look):
    stage = [epoch for epoch in joined(look["epochs"]) if epoch["stage"] == look["stage"]]
    compared = [epoch for epoch in stage if comparable(epoch)]
    spoken = []
    if compared:
        spoken.append(test(guardrail, compared, False) or mpf(0))
    if "ceiling" in guardrail:
        counts = [epoch["canary"]["metrics"].get(guardrail["name"]) for epoch in stage]
        failures, units = (sum(c[k] for c in counts if c) for k in ("failures", "units"))
        spoken.append(tests.ceiling(failures, units, percentage(guardrail["ceiling"])))
    return log(sum(map(exp, spoken)) / len(spoken)) if spoken else mpf(0)


def judged(document, look):
    guardrails, policy = document["guardrails"], document.get("policy", {})
    alpha, beta, srm = (mpf(policy.get(k, d)) for k, d in (("alpha", 0.05), ("beta", 0.05), ("srm_alpha", 0.001)))
    harms = [harm(guardrail, look) for guardrail in guardrails]
    weights = [mpf(guardrail.get("weight", 1)) for guardrail in guardrails]
    merged = lambda chosen: log(sum(weights[i] * exp(harms[i]) for i in chosen) / sum(weights[i] for i in chosen))
    everyone = range(len(guardrails))
    safeties = [safety(guardrail, look) for guardrail in guardrails]
    required = [s for s, guardrail in zip(safeties, guardrails) if guardrail.get("required", True)]
    split = sum(
        (tests.mismatch(rho_of(e), e["canary"]["units"], e["control"]["units"]) for e in joined(look["epochs"]) if comparable(e)), mpf(0)
    )
    stage = [epoch for epoch in look["epochs"] if epoch["stage"] == look["stage"]]
    units = sum(epoch["canary"]["units"] for epoch in stage)
    seen = lambda arm, g: sum(units_of(epoch[arm]["metrics"].get(g["name"])) for epoch in stage)
    control_units = sum(epoch["control"]["units"] for epoch in stage)
    observed = lambda g: seen("canary", g) > 0 and 2 * seen("canary", g) * control_units >= seen("control", g) * units
    if merged(everyone) >= -log(alpha):
        verdict = "harm"
    elif split >= -log(srm):
        verdict = "invalid"
    elif units == 0:
        verdict = {"insufficient": "no_data"}
    elif not all(observed(g) for g in guardrails if g.get("required", True)):
        verdict = {"insufficient": "missing_metric"}
    elif min(required) >= -log(beta):
        verdict = "safe"
    else:
        verdict = "inconclusive"
    # every set that holds the guardrail, not only the worst of its size
    sets = [[i for i in everyone if mask >> i & 1] for mask in range(1, 1 << len(guardrails))]
    culprits = [all(merged(chosen) >= -log(alpha) for chosen in sets if i in chosen) for i in everyone]
    return {
        "verdict": verdict,
        "units": units,
        "ln_harm": float(merged(everyone)),
        "ln_safety": float(min(required)),
        "ln_mismatch": float(split),
        "harm": [float(h) for h in harms],
        "safety": [float(s) for s in safeties],
        "culprits": culprits,
    }


def units_of(series):
    if series is None:
        return 0
    if isinstance(series, list):
        return sum(series)
    return series["units"] if "units" in series else sum(series["counts"])


# --- looks ------------------------------------------------------------------------------------------------------------

GUARDRAILS = [
    {"name": "errors"},
    {"name": "refusals", "reference_rate": "30%", "margin_ratio": 1.5, "weight": 2},
    {"name": "timeouts", "tolerated_ratio": 1.2, "margin_ratio": 3, "ceiling": "2%"},
    {"name": "requests", "measure": "fraction"},
    {"name": "crashes", "measure": "count", "required": False},
    {"name": "latency", "measure": "distribution", "margin_ratio": 1.3},
    {"name": "throughput", "measure": "distribution", "worse": "lower", "margin_ratio": 1.5, "reference": {"50%": 90_000_000, "95%": 300_000_000}},
    {"name": "revenue", "measure": "mean", "worse": "lower", "companion": "covariate"},
    {"name": "calls", "measure": "mean", "companion": "denominator", "tolerated_ratio": 1.02, "margin_ratio": 1.2},
]


def sample(rng, guardrail, units, worse):
    """The series of one arm; `worse` is how many times worse the arm is."""
    measure = guardrail.get("measure", "rate")
    hits = lambda n, p: sum(rng.random() < p for _ in range(n))
    if measure == "rate":
        base = {"errors": 0.02, "refusals": 0.3, "timeouts": 0.01}[guardrail["name"]]
        return {"units": units, "failures": hits(units, min(0.95, base * worse))}
    if measure == "fraction":
        counts = [0] * 17
        for _ in range(units):
            counts[4 * hits(4, 0.02 * worse)] += 1
        return counts
    if measure == "count":
        return {"units": units, "events": hits(units, 0.03 * worse), "exposure": sum(rng.randrange(1, 9) for _ in range(units))}
    if measure == "distribution":
        median = 9e7 * worse if guardrail.get("worse") != "lower" else 9e7 / worse
        return distributions.drawn(rng, units, median, 0.8)
    pairs = []
    for _ in range(units):
        habit = rng.randrange(5_000, 25_000)
        lower = guardrail.get("worse") == "lower"
        pairs.append((int((habit + rng.randrange(8_000)) * (1 / worse if lower else worse)), habit))
    sums = tests.moments(pairs)
    return {"units": sums.pop("units")} | {k: str(v) for k, v in sums.items()}


def drawn(rng, guardrails, stages, worse):
    """A look at the last of the stages given: lists of (canary ppm, control ppm, units of both arms)."""
    epochs, past = [], {}
    for stage, shares in enumerate(stages):
        for canary, control, units in shares:
            arms = {}
            for arm, share in (("canary", canary), ("control", control)):
                count = round(units * share / (canary + control)) if canary + control else 0
                count = max(0, count + (rng.randrange(-9, 10) if count > 50 else 0))
                ratio = lambda name: worse.get((name, stage), 1) if arm == "canary" else 1
                seen = [g for g in guardrails if count and rng.random() < 0.97]
                arms[arm] = {"units": count, "metrics": {g["name"]: sample(rng, g, count, ratio(g["name"])) for g in seen}}
            names = [set(arms[arm]["metrics"]) for arm in arms]
            for name in names[0] ^ names[1]:
                for arm in arms:
                    arms[arm]["metrics"].pop(name, None)
            epoch = {"stage": stage, "canary_share": f"{canary / 10_000:g}%", "control_share": f"{control / 10_000:g}%", **arms}
            epoch["references"] = {name: distributions.dense(counts) for name, counts in past.items()}
            epochs.append(epoch | {"ppm": (canary, control)})
            for g in guardrails:
                if g.get("measure") == "distribution" and g["name"] in arms["control"]["metrics"]:
                    counts = past.setdefault(g["name"], {})
                    for bin, count in distributions.sparse(arms["control"]["metrics"][g["name"]]).items():
                        counts[bin] = counts.get(bin, 0) + count
    return {"stage": len(stages) - 1, "stages": len(stages) + rng.randrange(3), "epochs": epochs}


def main():
    rng = random.Random(20261124)
    ramp = [[(50_000, 950_000, 3_000)], [(200_000, 800_000, 2_500)], [(500_000, 500_000, 2_000)]]
    plans = [
        ([0, 2], [[(500_000, 500_000, 900)]], {}),
        ([0, 2], ramp, {("errors", 2): 4}),
        ([0, 1], ramp[:2], {("refusals", 0): 1.6, ("refusals", 1): 1.6}),
        ([2, 0], [[(100_000, 100_000, 1_500), (150_000, 150_000, 800)], [(300_000, 300_000, 1_200)]], {("timeouts", 1): 6}),
        ([3, 4], [[(500_000, 500_000, 2_500)]], {("requests", 0): 3}),
        ([4, 3], ramp, {("crashes", 1): 3, ("crashes", 2): 3}),
        ([5], ramp[:2], {("latency", 1): 1.6}),
        ([5, 6], [[(500_000, 500_000, 1_500)], [(500_000, 500_000, 1_500)]], {}),
        ([6, 0], ramp[:2], {("throughput", 0): 1.8, ("throughput", 1): 1.8}),
        ([7], ramp, {}),
        ([7, 8], ramp[2:], {("revenue", 0): 1.3}),
        ([8, 7], [[(500_000, 500_000, 1_000)], [(500_000, 500_000, 300)]], {}),
        ([0, 3, 5, 7], ramp[:2], {("latency", 0): 1.4, ("latency", 1): 1.4}),
        ([0], [[(500_000, 500_000, 2_000)], [(1_000_000, 0, 1_000)]], {}),
        ([2], [[(500_000, 500_000, 2_000)], [(1_000_000, 0, 1_500)]], {}),
        ([0, 1, 2, 3], [[(10_000, 990_000, 6_000)]], {}),
    ]
    cases = []
    for chosen, stages, worse in plans:
        document = {"guardrails": [GUARDRAILS[i] for i in chosen]}
        if len(cases) % 3 == 1:
            document["policy"] = {"alpha": 0.01, "beta": 0.2, "srm_alpha": 0.0001}
        look = drawn(rng, document["guardrails"], stages, worse)
        said = judged(document, look)
        for epoch in look["epochs"]:
            del epoch["ppm"]
        cases.append({"judge": document, "look": look, "report": said})
    # a split that is broken, and a stage in which nothing was seen
    broken = json.loads(json.dumps(cases[0]))
    for epoch in broken["look"]["epochs"]:
        epoch["control"]["units"] += 900
        epoch["ppm"] = (500_000, 500_000)
    broken["report"] = judged(broken["judge"], broken["look"])
    silent = {"judge": {"guardrails": [GUARDRAILS[0]]}, "look": {"stage": 1, "stages": 2, "epochs": json.loads(json.dumps(cases[0]["look"]["epochs"]))}}
    for epoch in silent["look"]["epochs"]:
        epoch["ppm"] = (500_000, 500_000)
        epoch["canary"]["metrics"] = {"errors": {"units": 400, "failures": 8}}
        epoch["control"]["metrics"] = {"errors": {"units": 410, "failures": 9}}
        epoch["references"] = {}
    silent["report"] = judged(silent["judge"], silent["look"])
    # a canary that lost most of its outcomes, and one that lost half of them
    lost = []
    for units, failures in ((200, 0), (9_999, 90), (10_000, 90)):
        case = json.loads(json.dumps(silent)) | {"report": None}
        look = case["look"] = {"stage": 0, "stages": 1, "epochs": case["look"]["epochs"][:1]}
        for arm, seen in (("canary", {"units": units, "failures": failures}), ("control", {"units": 20_000, "failures": 200})):
            look["epochs"][0][arm] = look["epochs"][0][arm] | {"units": 20_000, "metrics": {"errors": seen}}
        case["report"] = judged(case["judge"], look)
        lost.append(case)
    for case in (broken, silent, *lost):
        for epoch in case["look"]["epochs"]:
            del epoch["ppm"]
        cases.append(case)

    # stages that are cut into segments: the test for harm begins anew, and all else sees them whole
    half, tenth = (500_000, 500_000), (100_000, 900_000)
    cut = [
        ([0, 2], [[(*half, 900)] * 4], [[0, 1, 2, 3]], [5], {}),
        ([0], [[(*half, 2_000)] * 3, [(*half, 2_500)] * 3], [[0, 1, 2], [0, 1, 2]], [3, 2], {("errors", 1): 3}),
        ([1, 0], [[(*tenth, 1_500)] * 3, [(*half, 1_000)] * 4], [[0, 1, 4], [0, 3, 5, 6]], [2, 3], {("refusals", 1): 1.5}),
        ([3, 4], [[(*tenth, 2_000)], [(*half, 700), (*half, 700), (400_000, 400_000, 900), (*half, 600)]], [[0], [0, 1, 1, 2]], [1, 4], {}),
        ([5, 6], [[(*half, 800)] * 3], [[0, 1, 2]], [1], {("latency", 0): 1.3}),
        ([7, 8], [[(*half, 300)] * 5, [(*half, 150)] * 4], [[0, 1, 2, 3, 4], [0, 1, 2, 3]], [6, 4], {("revenue", 1): 1.4}),
    ]
    for chosen, stages, numbers, segments, worse in cut:
        document = {"guardrails": [GUARDRAILS[i] for i in chosen]}
        look = drawn(rng, document["guardrails"], stages, worse)
        for epoch, number in zip(look["epochs"], sum(numbers, [])):
            epoch["segment"] = number
        look["segments"] = segments + [2] * (look["stages"] - len(segments))
        said = judged(document, look)
        for epoch in look["epochs"]:
            del epoch["ppm"]
        cases.append({"judge": document, "look": look, "report": said})

    judge = {"guardrails": [{"name": "errors"}, {"name": "latency", "measure": "distribution"}, {"name": "revenue", "measure": "mean"}]}
    arm = {"units": 10, "metrics": {}}
    epoch = {"stage": 0, "canary_share": "5%", "control_share": "95%", "canary": arm, "control": arm}
    look = {"stage": 0, "stages": 1, "epochs": [epoch]}
    seen = lambda **metrics: look | {"epochs": [epoch | {"canary": arm | {"metrics": metrics}}]}
    refused = [
        (look | {"stage": 1}, "stage"),
        (look | {"stages": 0}, "stages"),
        (look | {"segments": [0]}, "segments[0]"),
        (look | {"segments": [2, 2]}, "segments"),
        (look | {"epochs": [epoch | {"segment": -1}]}, "epochs[0].segment"),
        (look | {"colour": 1}, "colour"),
        (look | {"epochs": [epoch | {"stage": 3}]}, "epochs[0].stage"),
        (look | {"epochs": [epoch | {"canary_share": "10%"}]}, "epochs[0].control_share"),
        (look | {"epochs": [epoch | {"canary_share": 5}]}, "epochs[0].canary_share"),
        (look | {"epochs": [epoch, epoch | {"control": {"units": -1, "metrics": {}}}]}, "epochs[1].control.units"),
        (seen(error={"units": 1, "failures": 0}), "epochs[0].canary.metrics.error"),
        (seen(errors={"units": 3, "failures": 4}), "epochs[0].canary.metrics.errors.failures"),
        (seen(errors={"units": 11, "failures": 4}), "epochs[0].canary.metrics[0]"),
        (seen(errors={"units": 1.5, "failures": 1}), "epochs[0].canary.metrics.errors.units"),
        (seen(errors={"units": 3}), "epochs[0].canary.metrics.errors.failures"),
        (seen(latency={"first": 2_034, "counts": [1]}), "epochs[0].canary.metrics.latency.first"),
        (seen(latency={"first": 2_033, "counts": [1, 1]}), "epochs[0].canary.metrics.latency.counts"),
        (seen(latency={"first": 9, "counts": [1, -1]}), "epochs[0].canary.metrics.latency.counts[1]"),
        (seen(revenue={"units": 2, "value": 3, "companion": "0", "value_squared": "5", "companion_squared": "0", "product": "0"}), "epochs[0].canary.metrics.revenue.value"),
        (seen(revenue={"units": 2, "value": "9", "companion": "0", "value_squared": "5", "companion_squared": "0", "product": "0"}), "epochs[0].canary.metrics.revenue.moments"),
        (look | {"epochs": [epoch | {"references": {"errors": {"first": 0, "counts": []}}}]}, "epochs[0].references.errors"),
    ]
    result = {
        "version": "rampgate-canary-1",
        "cases": cases,
        "invalid": [{"judge": judge, "look": look, "path": path} for look, path in refused],
    }
    print(json.dumps(result, indent=None, separators=(",", ":")).replace('{"judge"', '\n{"judge"'))


if __name__ == "__main__":
    main()
