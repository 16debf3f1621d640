"""Makes classic.json: an implementation of spec/classic.md, version rampgate-classic-1, that shares no code with the library.

It keeps every pairwise difference as an exact fraction, ranks both arms anew at each shift, and walks the staircase of the statistic step by
step. Python 3.10 with scipy 1.17.1, whose tests it also asks:

    python3 make_classic.py > classic.json

Numbers of R 4.2.2 (package stats) are written down here with the tolerance that R's own solver justifies: `wilcox.test` with exact = FALSE
finds the ends of its interval by `uniroot` with tol = 1e-4, which stops within 1e-4 of the step.
"""

import json
import random
from collections import Counter
from fractions import Fraction
from math import floor, isnan, sqrt

from scipy.stats import mannwhitneyu, norm

X = [1.1, 2.3, 2.9, 3.4, 4.8, 5.0, 6.1, 7.7]
Y = [2.0, 3.1, 4.4, 5.5, 6.6, 7.8, 8.9, 9.1, 10.2]
T1 = [1, 1, 2, 2, 3, 3, 3, 4, 5, 5]
T2 = [2, 3, 3, 4, 4, 5, 5, 6, 6, 7]
MOSTLY = [100.0] * 7 + [1.0] * 3
ONES = [1.0] * 10
NARROW = [10.0, 10.1, 10.2, 10.3, 10.4, 10.5, 10.6, 17.0, 17.1, 17.2, 17.3, 17.4, 17.5, 17.6, 17.7]
BIMODAL = [1.0, 100.0, 4.0, 101.0, 5.0, 102.0, 6.0, 103.0, 7.0, 104.0, 8.0, 105.0, 9.0, 106.0, 17.0]


# --- the test, by brute force ---------------------------------------------------------------------------------------


def differences(x, y):
    return sorted(Fraction(a) - Fraction(b) for a in x for b in y)


def score(x, y, shift, correction):
    """The standardised statistic of x - shift against y, from the ranks of both together; all are whole numbers here."""
    n, m = len(x), len(y)
    moved = Counter([a - shift for a in x])
    both = moved + Counter(y)
    passed, sum_x = 0, 0.0
    for value in sorted(both):
        sum_x += moved[value] * (passed + (both[value] + 1) / 2)
        passed += both[value]
    excess = sum_x - n * (n + 1) / 2 - n * m / 2
    ties = sum(t**3 - t for t in both.values())
    sigma = sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
    sign = (excess > 0) - (excess < 0)
    return None if sigma == 0 else (excess - correction * sign) / sigma


def interval(x, y, level, correction):
    # every float is a whole number of some power of two; twice that, so that midpoints are whole too
    scale = 2 * max(Fraction(point).denominator for point in x + y)
    x, y = [int(Fraction(a) * scale) for a in x], [int(Fraction(b) * scale) for b in y]
    steps = sorted({a - b for a in x for b in y})
    z = -norm.ppf((1 - level) / 2)
    first, last = score(x, y, steps[0], correction), score(x, y, steps[-1], correction)
    lower, upper = steps[0], steps[-1]
    after = [(a + b) // 2 for a, b in zip(steps, steps[1:])] + [steps[-1] + 1]
    if first is not None and first > z:
        lower = next(step for step, shift in zip(steps, after) if score(x, y, shift, correction) <= z)
    if last is not None and last < -z:
        before = [steps[0] - 1] + after[:-1]
        upper = next(step for step, shift in zip(steps[::-1], before[::-1]) if score(x, y, shift, correction) >= -z)
    return {"lower": float(Fraction(lower, scale)), "upper": float(Fraction(upper, scale))}


def estimate(x, y):
    d = [float(difference) for difference in differences(x, y)]
    return (d[(len(d) - 1) // 2] + d[len(d) // 2]) / 2


def effect_cles(x, y):
    return (sum(a > b for a in x for b in y) + sum(a == b for a in x for b in y) / 2) / (len(x) * len(y))


# --- the judge ------------------------------------------------------------------------------------------------------


def percentile(values, p):
    values = sorted(values)
    place = Fraction((len(values) - 1) * p, 100)
    below = floor(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + float(place - below) * (values[above] - values[below])


def prepared(points, metric):
    points = [float("nan") if point is None else float(point) for point in points]
    if metric.get("nan_strategy", "replace") == "replace":
        points = [0.0 if isnan(point) else point for point in points]
    else:
        points = [point for point in points if not isnan(point)]
    if metric.get("outlier_strategy", "keep") == "remove" and points:
        p1, p25, p75, p99 = (percentile(points, p) for p in (1, 25, 75, 99))
        reach = metric.get("outlier_factor", 3) * (p75 - p25)
        points = [p for p in points if min(p1, p25 - reach) <= p <= max(p99, p75 + reach)]
    return points


def classify(metric, data):
    canary, control = prepared(data["canary"], metric), prepared(data["control"], metric)
    critical = metric.get("critical", False)
    report = {"name": metric["name"], "critical": False, "interval": None, "estimate": None, "effect": None}
    report["points"] = {"canary": len(canary), "control": len(control)}
    if not canary or not control:
        failed = metric.get("must_have_data", False) and not critical
        return report | {"class": "nodata_fail_metric" if failed else "nodata", "critical": critical}
    if sorted(canary) == sorted(control) or len(set(canary + control)) == 1:
        return report | {"class": "pass"}
    if len(canary) == len(control) == 1:
        return report | {"class": "error", "critical": critical}
    bounds = interval(canary, control, 0.98, 0.5)
    middle = estimate(canary, control)
    if metric.get("effect_measure", "mean_ratio") == "cles":
        neutral, effect = 0.5, effect_cles(canary, control)
    else:
        means = sum(canary) / len(canary), sum(control) / len(control)
        neutral, effect = 1.0, None if 0 in means else means[0] / means[1]
    tolerance = 0.25 * abs(middle)
    direction = metric.get("direction", "either")
    word = "pass"
    if bounds["lower"] > tolerance and direction in ("increase", "either"):
        if effect is None or effect >= metric.get("allowed_increase", neutral):
            word = "high"
            critical = critical and (effect is None or effect >= metric.get("critical_increase", neutral))
    if bounds["upper"] < -tolerance and direction in ("decrease", "either"):
        if effect is None or effect <= metric.get("allowed_decrease", neutral):
            word = "low"
            critical = critical and (effect is None or effect <= metric.get("critical_decrease", neutral))
    numbers = {"interval": bounds, "estimate": middle, "effect": effect}
    return report | numbers | {"class": word, "critical": critical and word != "pass"}


def judge(config, data):
    series = {entry["name"]: entry for entry in data["metrics"]}
    reports = [classify(metric, series[metric["name"]]) for metric in config["metrics"]]
    counted = [(m, r) for m, r in zip(config["metrics"], reports) if not m.get("muted", False)]
    names = list(dict.fromkeys(group for metric, _ in counted for group in metric["groups"]))
    weights = config.get("group_weights", {})
    others = [name for name in names if name not in weights]
    groups, total = [], 0.0
    for name in names:
        classes = [r["class"] for metric, r in counted if name in metric["groups"]]
        known = [word for word in classes if word not in ("nodata", "error")]
        share = known.count("pass") / len(known) * 100 if known else None
        weight = weights[name] if name in weights else (100 - sum(weights.values())) / len(others)
        groups.append({"name": name, "weight": weight, "score": share})
        total += (100.0 if share is None else share) * (weight / 100)
    total = floor(total * 100 + 0.5) / 100
    classes = [r["class"] for _, r in counted]
    if any(r["critical"] for _, r in counted):
        verdict, total = "fail", 0.0
    elif 2 * classes.count("nodata") >= len(classes):
        verdict, total = "nodata", 0.0
    elif total < config.get("marginal", 75):
        verdict = "fail"
    elif "error" in classes:
        verdict, total = "error", 0.0
    else:
        verdict = "pass" if total >= config.get("pass", 95) else "marginal"
    return {"verdict": verdict, "score": total, "groups": groups, "metrics": reports}


# --- cases ----------------------------------------------------------------------------------------------------------


def comparisons():
    rng = random.Random(20261124)
    pairs = [(X, Y), (T1, T2), ([1, 2, 3], [4, 5, 6]), ([7.5], [1, 2, 3, 4])]
    for n, m in [(5, 8), (20, 13), (30, 30)]:
        pairs.append(([round(rng.lognormvariate(0, 1), 3) for _ in range(n)], [round(rng.lognormvariate(0.4, 1), 3) for _ in range(m)]))
        pairs.append(([rng.randrange(9) for _ in range(n)], [rng.randrange(12) for _ in range(m)]))
    names = {"two_sided": "two-sided", "less": "less", "greater": "greater"}
    for x, y in pairs:
        tied = len(set(x + y)) < len(x + y)
        for alternative, scipy_name in names.items():
            for method in ["normal_corrected", "normal"] + ([] if tied else ["exact"]):
                options = {"method": "exact" if method == "exact" else "asymptotic"}
                test = mannwhitneyu(x, y, alternative=scipy_name, use_continuity=method != "normal", **options)
                ours = {"u": float(test.statistic), "p_value": float(test.pvalue), "estimate": estimate(x, y)}
                ours["cles"] = effect_cles(x, y)
                if method != "exact":
                    ours["interval"] = interval(x, y, 0.95, 0.5 if method == "normal_corrected" else 0.0)
                question = {"canary": x, "control": y, "alternative": alternative, "method": method, "level": 0.95}
                yield {"source": "scipy 1.17.1 (u, p_value); make_classic.py", "question": question, "expect": ours, "relative": 1e-12}


def published():
    """wilcox.test(x, y, conf.int = TRUE, conf.level = level) of R 4.2.2: p, lower, upper, estimate.

    The estimate of R with exact = FALSE lies anywhere on the stretch between the two middle differences, give or take its tolerance."""
    for x, y, level, method, p, lower, upper, middle, within in [
        (X, Y, 0.95, "normal_corrected", 0.1123511976904639, -5.4000180271261184, 0.5999789851919299, -2.3601338029812573, 1e-4),
        (X, Y, 0.98, "normal_corrected", 0.1123511976904639, -5.700008214144527, 1.400049673286585, -2.3601338029812573, 1e-4),
        (X, Y, 0.98, "exact", 0.113944878650761, -5.699999999999999, 1.4, -2.3, 1e-14),
        (MOSTLY, ONES, 0.98, "normal_corrected", 0.0016167728306206081, 6.825022991538788e-05, 99.0, 98.99992785815274, 1e-4),
        (NARROW, BIMODAL, 0.98, "normal_corrected", 1.0, -88.39996475353826, 8.699979275818798, 4.798494936593659e-06, 1e-4),
    ]:
        d = [float(difference) for difference in differences(x, y)]
        stretch = [d[(len(d) - 1) // 2], d[len(d) // 2]]
        assert stretch[0] - within <= middle <= stretch[1] + within, (stretch, middle)
        yield {
            "source": "R 4.2.2 stats, wilcox.test",
            "question": {"canary": x, "control": y, "method": method, "level": level},
            "published": {"p_value": p, "lower": lower, "upper": upper, "estimate": middle},
            "within": within,
            "stretch": stretch,
        }


def metric(name, *groups, **options):
    return {"name": name, "groups": list(groups) or ["all"]} | options


def canaries():
    rng = random.Random(1113)
    normal = [round(rng.gauss(100, 5), 2) for _ in range(60)]
    same = [round(rng.gauss(100, 5), 2) for _ in range(60)]
    high = [round(x * 1.3, 2) for x in same]
    low = [round(x * 0.6, 2) for x in same]
    zeros = [0] * 30
    errors = [0, 2, 3, 1, 4, 2] * 5
    data = lambda **arms: {"metrics": [{"name": name, "canary": c, "control": k} for name, (c, k) in arms.items()]}
    one = lambda **options: {"metrics": [metric("m", **options)]}
    yield "alike", one(), data(m=(same, normal))
    for direction in ("increase", "decrease", "either"):
        yield f"higher, {direction}", one(direction=direction), data(m=(high, normal))
        yield f"lower, {direction}", one(direction=direction), data(m=(low, normal))
    yield "higher, by less than is allowed", one(allowed_increase=1.5), data(m=(high, normal))
    yield "lower, by less than is allowed", one(allowed_decrease=0.5), data(m=(low, normal))
    yield "higher by cles", one(effect_measure="cles", allowed_increase=0.8), data(m=(high, normal))
    yield "higher, cles too small", one(effect_measure="cles", allowed_increase=1), data(m=(high, normal[:30] + high[:30]))
    yield "critical", {"metrics": [metric("m", critical=True, critical_increase=1.2), metric("n")]}, data(m=(high, normal), n=(same, normal))
    yield "not critical enough", {"metrics": [metric("m", critical=True, critical_increase=2), metric("n")]}, data(m=(high, normal), n=(same, normal))
    yield "critical fall", one(critical=True, critical_decrease=0.7), data(m=(low, normal))
    yield "critical and passing", one(critical=True), data(m=(same, normal))
    yield "errors against a clean control: the ratio is undefined", one(direction="increase", critical=True, critical_increase=9), data(m=(errors, zeros))
    yield "canary without errors", one(direction="increase"), data(m=(zeros, errors))
    yield "7 of 10 a hundred times higher pass (kayenta#780)", one(), data(m=(MOSTLY, ONES))
    yield "bimodal control (kayenta#780)", one(), data(m=(NARROW, BIMODAL))
    gaps = [None if n % 3 == 0 else x for n, x in enumerate(same)]
    yield "gaps are zeros", one(), data(m=(gaps, normal))
    yield "gaps are dropped", one(nan_strategy="remove"), data(m=(gaps, normal))
    yield "nothing but gaps, replaced", one(nan_strategy="replace"), data(m=([None] * 10, normal))
    yield "nothing but gaps, dropped", one(nan_strategy="remove"), data(m=([None] * 10, normal))
    for strategy in ("replace", "remove"):
        yield f"empty canary, {strategy}", one(nan_strategy=strategy), data(m=([], normal))
        yield f"empty control, {strategy}", one(nan_strategy=strategy), data(m=(normal, []))
    yield "data is a must", one(must_have_data=True), data(m=([], normal))
    yield "data is a must and critical", one(must_have_data=True, critical=True), data(m=([], normal))
    three = {"metrics": [metric("a", "x"), metric("b", "x"), metric("c", "y")]}
    yield "a third without data: the group counts 100", three, data(a=(same, normal), b=(same, normal), c=([], normal))
    yield "half without data", {"metrics": [metric("a", "x"), metric("b", "y")]}, data(a=(same, normal), b=([], normal))
    yield "two thirds without data", three, data(a=(same, normal), b=([], normal), c=([], normal))
    yield "identical", one(), data(m=(normal, normal[::-1]))
    yield "one value everywhere", one(), data(m=([5, 5, 5], [5]))
    yield "constants, higher", one(), data(m=([6] * 10, [5] * 10))
    yield "constants, lower, few points", one(), data(m=([5, 5], [6]))
    yield "constants, lower and only rises matter", one(direction="increase"), data(m=([5] * 4, [6] * 4))
    yield "constants, one of them zero", one(critical=True), data(m=([7, 7, 7], [0, 0, 0]))
    yield "constants within what is allowed", one(allowed_increase=1.5), data(m=([6] * 10, [5] * 10))
    yield "negative constants", one(), data(m=([-3] * 5, [-4] * 5))
    yield "one point each: nothing but an error", one(), data(m=([6], [5]))
    yield "one point each, critical", one(critical=True), data(m=([6], [5]))
    yield "an error among passes", three, data(a=(same, normal), b=(same, normal), c=([6], [5]))
    yield "an error beside failures", three, data(a=(high, normal), b=(high, normal), c=([6], [5]))
    spike = same[:58] + [9000.0, 12000.0]
    yield "outliers stay", one(), data(m=(spike, normal))
    yield "outliers go", one(outlier_strategy="remove"), data(m=(spike, normal))
    yield "outliers go, narrow fences", one(outlier_strategy="remove", outlier_factor=0.5), data(m=(spike, normal))
    few = {"metrics": [metric(name, *groups) for name, groups in [("a", ["x", "z"]), ("b", ["x"]), ("c", ["y"]), ("d", ["z"])]]}
    mixed = data(a=(high, normal), b=(same, normal), c=(same, normal), d=(low, normal))
    yield "groups share evenly", few, mixed
    yield "a named group, the others share the rest", few | {"group_weights": {"y": 60}}, mixed
    yield "all groups named", few | {"group_weights": {"x": 20, "y": 70, "z": 10}, "pass": 80, "marginal": 50}, mixed
    yield "marginal", few | {"group_weights": {"y": 80}, "marginal": 80}, mixed
    muted = {"metrics": [metric("a", "x", muted=True, critical=True), metric("b", "x")]}
    yield "a muted metric counts nowhere", muted, data(a=(high, normal), b=(same, normal))
    yield "thirds", {"metrics": [metric(n) for n in "abc"], "pass": 66.67, "marginal": 10}, data(a=(high, normal), b=(same, normal), c=(normal, same))


def refused():
    good = {"metrics": [metric("m"), metric("n")]}
    points = {"metrics": [{"name": n, "canary": [1, 2], "control": [1, 3]} for n in "mn"]}

    def with_(value, *path, of):
        copy = json.loads(json.dumps(of))
        at = copy
        for step in path[:-1]:
            at = at[step]
        at[path[-1]] = value
        return copy

    config = lambda path, kind, value, *steps: {"config": with_(value, *steps, of=good), "path": path, "kind": kind}
    yield config("metrics", "missing", [], "metrics")
    yield config("metrics", "missing", [metric("m", muted=True)], "metrics")
    yield config("metrics[1].name", "conflict", "m", "metrics", 1, "name")
    yield config("metrics[1].name", "range", "", "metrics", 1, "name")
    yield config("metrics[1].groups", "missing", [], "metrics", 1, "groups")
    yield config("metrics[1].direction", "unknown", "up", "metrics", 1, "direction")
    yield config("metrics[1].nan_strategy", "unknown", "none", "metrics", 1, "nan_strategy")
    yield config("metrics[1].critical_increase", "range", 0.9, "metrics", 1, "critical_increase")
    yield config("metrics[1].allowed_decrease", "range", 1.1, "metrics", 1, "allowed_decrease")
    yield config("metrics[1].allowed_increase", "type", "1.1", "metrics", 1, "allowed_increase")
    yield config("metrics[1].outlier_factor", "conflict", 2, "metrics", 1, "outlier_factor")
    yield config("metrics[1].critcal", "unknown", True, "metrics", 1, "critcal")
    yield config("group_weights.all", "range", {"all": 101}, "group_weights")
    yield config("group_weights.al", "unknown", {"al": 100}, "group_weights")
    yield config("group_weights", "conflict", {"all": 50}, "group_weights")
    yield config("pass", "range", 0, "pass")
    yield config("marginal", "conflict", 96, "marginal")
    data = lambda path, kind, value, *steps: {"config": good, "data": with_(value, *steps, of=points), "path": path, "kind": kind}
    yield data("metrics[0].canary[17]", "range", [1] * 17 + [1.5e300], "metrics", 0, "canary")
    yield data("metrics[0].canary[1]", "type", [1, "2"], "metrics", 0, "canary")
    yield data("metrics[1].control", "type", None, "metrics", 1, "control")
    yield data("metrics[1].name", "unknown", "o", "metrics", 1, "name")
    yield data("metrics[1].name", "conflict", "m", "metrics", 1, "name")
    yield data("metrics", "missing", points["metrics"][:1], "metrics")


def refused_questions():
    for path, kind, question in [
        ("canary", "missing", {"canary": [], "control": [1]}),
        ("canary[1]", "type", {"canary": [1, None], "control": [1]}),
        ("control[0]", "range", {"canary": [1], "control": [-2e300]}),
        ("method", "conflict", {"canary": [1, 1], "control": [2], "method": "exact"}),
        ("control", "range", {"canary": [0.5], "control": list(range(50)), "method": "exact"}),
        ("level", "range", {"canary": [1], "control": [2], "level": 1}),
        ("alternative", "unknown", {"canary": [1], "control": [2], "alternative": "two-sided"}),
    ]:
        yield {"question": question, "path": path, "kind": kind}


def main():
    judged = [
        {"name": name, "source": "Kayenta's rules as in spec/classic.md; make_classic.py", "config": config, "data": data, "expect": judge(config, data), "relative": 1e-12}
        for name, config, data in canaries()
    ]
    lists = {
        "comparisons": list(comparisons()),
        "published": list(published()),
        "canaries": judged,
        "refused": list(refused()),
        "refused_questions": list(refused_questions()),
    }
    print('{\n "version": "rampgate-classic-1",\n "about": "Made by make_classic.py. Floats agree within `relative` (or `within`, absolute) of the value.",')
    parts = []
    for name, cases in lists.items():
        parts.append(f' "{name}": [\n  ' + ",\n  ".join(json.dumps(case) for case in cases) + "\n ]")
    print(",\n".join(parts) + "\n}")


main()
