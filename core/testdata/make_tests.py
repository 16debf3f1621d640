"""Makes tests.json: the evidence and the intervals of spec/canary.md for plain counts and sums, by code that shares nothing with the library.

Mixtures are summed at the Gauss-Legendre points that mpmath finds itself, with 40 digits; ends of intervals are found by bisection on the evidence; means
and variances are exact fractions. Python 3.10 and mpmath:

    python3 make_tests.py > tests.json

Numbers that somebody published carry `source`; the script checks that ours agree with them before it writes anything.
"""

import json
from fractions import Fraction

from mpmath import beta, erfc, exp, findroot, log, mp, mpf, sqrt

mp.dps = 40
LN2 = log(2)


# --- grids ----------------------------------------------------------------------------------------------------------


def legendre(n, x):
    """P_n(x) and its derivative, by the recurrence."""
    before, now = mpf(1), x
    for k in range(2, n + 1):
        before, now = now, ((2 * k - 1) * x * now - (k - 1) * before) / k
    return now, n * (x * now - before) / (x * x - 1)


def gauss_legendre(n):
    """Points of (0, 1), ascending, with weights that sum to 1."""
    points = []
    for i in range(n, 0, -1):
        x = mp.cos(mp.pi * (i - mpf(1) / 4) / (n + mpf(1) / 2))
        for _ in range(8):
            value, slope = legendre(n, x)
            x -= value / slope
        points.append(((x + 1) / 2, 1 / ((1 - x * x) * legendre(n, x)[1] ** 2)))
    return points


UNIT = gauss_legendre(48)
STEPS = [(8 * u * LN2, g * exp(-((8 * u) ** 2) / 2)) for u, g in UNIT]


def mix(weighted):
    """ln of the weighted mean of e-values given by (weight, ln)."""
    weighted = list(weighted)
    top = max(ln for _, ln in weighted)
    return top + log(sum(w * exp(ln - top) for w, ln in weighted) / sum(w for w, _ in weighted))


def last_excluded(excluded, low, high):
    """Where `excluded`, true from `low` on, ends; None where it never begins."""
    if not excluded(low):
        return None
    for _ in range(75):
        middle = (low + high) / 2
        low, high = (middle, high) if excluded(middle) else (low, middle)
    return low


# --- bets on the arm -------------------------------------------------------------------------------------------------


def share_of(rho, ratio):
    return rho * ratio / (rho * ratio + 1 - rho)


def rate(cells, bound, side):
    """cells: (rho, canary failures, control failures)."""
    def wealth(t):
        total = mpf(0)
        for rho, a, b in cells:
            q, q0 = share_of(mpf(rho), bound * exp(side * t)), share_of(mpf(rho), bound)
            total += a * log(q / q0) + b * log((1 - q) / (1 - q0))
        return total
    return mix((w, wealth(t)) for t, w in STEPS)


def fraction(cells, bound, side):
    """cells: (rho, canary units by sixteenths, control units by sixteenths)."""
    def wealth(t):
        total = mpf(0)
        for rho, canary, control in cells:
            q, q0 = share_of(mpf(rho), bound * exp(side * t)), share_of(mpf(rho), bound)
            for j in range(17):
                f = mpf(j) / 16
                total += canary[j] * log(1 + f * (q / q0 - 1)) + control[j] * log(1 + f * ((1 - q) / (1 - q0) - 1))
        return total
    return mix((w, wealth(t)) for t, w in STEPS)


def high_rate(cells, bound, side, reference):
    """cells: (rho, canary units, canary failures, control units, control failures)."""
    bound, q = mpf(bound), mpf(reference)

    def wealth(t):
        odds = bound * q / (1 - bound * q) * exp(side * t)
        q1 = odds / (1 + odds)
        total = mpf(0)
        for rho, n1, a, n0, b in cells:
            rho = mpf(rho)
            # the rate of the null that is nearest to the alternative: the root of the derivative of the divergence
            def derivative(p):
                return rho * (q1 / p - bound * (1 - q1) / (1 - bound * p)) + (1 - rho) * (q / p - (1 - q) / (1 - p))
            low, high = sorted([q, q1 / bound])
            p = findroot(derivative, (low, high), solver="anderson", tol=mpf(10) ** -60) if high - low > mpf(10) ** -30 else low
            total += a * log(q1 / (bound * p)) + (n1 - a) * log((1 - q1) / (1 - bound * p))
            total += b * log(q / p) + (n0 - b) * log((1 - q) / (1 - p))
        return total
    failures = rate([(rho, a, b) for rho, _, a, _, b in cells], bound, side)
    return mix([(1, failures), (1, mix((w, wealth(t)) for t, w in STEPS))])


def difference(cells, bound, side, reference=None):
    centres = [(mpf(reference), 1)] if reference is not None else [(mpf(0), 4), (mpf(1) / 4, 1), (mpf(1) / 2, 1), (mpf(3) / 4, 1), (mpf(1), 1)]
    if side < 0:
        cells, bound = [(1 - mpf(rho), n0, b, n1, a) for rho, n1, a, n0, b in cells], -mpf(bound)
    bound = mpf(bound)
    ways = []
    for m, weight in centres:
        for i in range(22):
            total, ruined = mpf(0), False
            for rho, n1, a, n0, b in cells:
                rho = mpf(rho)
                k = mpf("0.001") * mpf("1.6") ** i
                if m < 1:
                    k = min(k, mpf("0.95") / (rho * (1 - m)))
                gains = [
                    (a, k * (1 - rho) * (1 - bound - m)),
                    (n1 - a, k * (1 - rho) * (-bound - m)),
                    (b, -k * rho * (1 - m)),
                    (n0 - b, k * rho * m),
                ]
                ruined |= any(1 + gain <= 0 for _, gain in gains)
                if not ruined:
                    total += sum(count * log(1 + gain) for count, gain in gains)
            ways.append((weight, mpf("-inf") if ruined else total))
    return mix(ways)


def proportion(failures, units, p):
    p, half = mpf(p), mpf(1) / 2
    return log(beta(failures + half, units - failures + half) / beta(half, half)) - failures * log(p) - (units - failures) * log(1 - p)


def ceiling(failures, units, c):
    c = mpf(c)
    return mix((g, failures * log(u) + (units - failures) * log((1 - c * u) / (1 - c))) for u, g in UNIT)


def mismatch(rho, canary, control, k=100):
    rho = mpf(rho)
    ln = log(beta(k * rho + canary, k * (1 - rho) + control)) - log(beta(k * rho, k * (1 - rho)))
    return ln - canary * log(rho) - control * log(1 - rho)


def count_side(events, expected, side):
    return mix((w, events * side * t - expected * (exp(side * t) - 1)) for t, w in STEPS)


# --- means ------------------------------------------------------------------------------------------------------------


def lcg(seed):
    while True:
        seed = (1_103_515_245 * seed + 12_345) % 2**31
        yield seed


def values(seed, units, level, companion):
    """Pairs of whole thousandths: a skewed value and a companion that goes along with it."""
    draw = lcg(seed)
    pairs = []
    for _ in range(units):
        u, v = next(draw) // 2**8 % 1000, next(draw) // 2**8 % 1000
        before = 500 + u
        pairs.append((level * (before + v * v // 500) // 1000, before if companion else 0))
    return pairs


def moments(pairs):
    return {
        "units": len(pairs),
        "value": sum(y for y, _ in pairs),
        "companion": sum(x for _, x in pairs),
        "value_squared": sum(y * y for y, _ in pairs),
        "companion_squared": sum(x * x for _, x in pairs),
        "product": sum(x * y for y, x in pairs),
    }


def spread(m):
    n = m["units"]
    mean, companion = Fraction(m["value"], n), Fraction(m["companion"], n)
    return {
        "n": n,
        "mean": mean,
        "companion": companion,
        "vy": (m["value_squared"] - n * mean * mean) / (n - 1),
        "vx": (m["companion_squared"] - n * companion * companion) / (n - 1),
        "c": (m["product"] - n * mean * companion) / (n - 1),
    }


def contrast(one, two, factor, shift, companion, raise_variances=True):
    """Estimate and variance of one - factor two - shift, as exact fractions."""
    def left(arm, c, b):
        return c * c * arm["vy"] - 2 * c * b * arm["c"] + b * b * arm["vx"]
    if companion == "denominator":
        r1, r0 = one["mean"] / one["companion"], two["mean"] / two["companion"]
        value = r1 - factor * r0
        u1, u0 = left(one, 1, r1) / one["companion"] ** 2, factor**2 * left(two, 1, r0) / two["companion"] ** 2
    else:
        b = Fraction(0)
        if companion == "covariate":
            b = (one["c"] / one["n"] + factor * two["c"] / two["n"]) / (one["vx"] / one["n"] + two["vx"] / two["n"])
        value = one["mean"] - factor * two["mean"] - b * (one["companion"] - two["companion"])
        u1, u0 = left(one, 1, b), left(two, factor, b)
    pooled = (one["n"] * u1 + two["n"] * u0) / (one["n"] + two["n"])
    if raise_variances:
        u1, u0 = (max(u, (u + pooled) / 2) for u in (u1, u0))
    return value - shift, u1 / one["n"] + u0 / two["n"]


def score(epochs, factor, shift, companion):
    total, information, units = Fraction(0), Fraction(0), Fraction(0)
    for one, two in epochs:
        if min(one["units"], two["units"]) < 200:
            continue
        one, two = spread(one), spread(two)
        value, variance = contrast(one, two, factor, shift, companion)
        total, information = total + value / variance, information + 1 / variance
        units += Fraction(one["n"] * two["n"], one["n"] + two["n"])
    return total, information, units


def number(fraction):
    return mpf(fraction.numerator) / fraction.denominator


def ln_normal(s, v, r):
    phi = erfc(-s / sqrt(v + r) / sqrt(mpf(2))) / 2
    return log(4 * r / (v + r)) / 2 + s * s / (2 * (v + r)) + log(phi)


def ln_mean(epochs, factor, shift, companion, side):
    total, information, units = score(epochs, factor, shift, companion)
    return ln_normal(side * number(total) * sqrt(number(units / information)), number(units), mpf(200))


def normal_bound(v, alpha, r=mpf(200)):
    z = last_excluded(lambda z: ln_normal(z * sqrt(v + r), v, r) < -log(mpf(alpha)), mpf(-5), mpf(60))
    return z * sqrt(v + r)


def tuned(at, alpha):
    twice = -2 * log(mpf(alpha))
    return at / (twice + log(1 + twice))


def two_sided_radius(units, error, alpha, tuning):
    r = tuned(mpf(tuning), alpha)
    return sqrt(2 * (units + r) * (log((units + r) / r) / 2 - log(mpf(alpha)))) * error / sqrt(mpf(units))


# --- the cases -------------------------------------------------------------------------------------------------------


def f(x):
    return None if x is None else float(x)


def ratio_cases(name, evidence, sets):
    cases = []
    for cells, tolerated, margin, alpha in sets:
        needed = -log(mpf(alpha))
        lower = last_excluded(lambda x: evidence(cells, exp(x), 1) >= needed, mpf(-14), mpf(14))
        upper = last_excluded(lambda x: evidence(cells, exp(-x), -1) >= needed, mpf(-14), mpf(14))
        cases.append({
            "cells": cells, "tolerated": tolerated, "margin": margin, "alpha": alpha,
            "ln_harm": f(evidence(cells, mpf(tolerated), 1)), "ln_safety": f(evidence(cells, mpf(margin), -1)),
            "ratio": [f(None if lower is None else exp(lower)), f(None if upper is None else exp(-upper))],
        })
    return cases


def sixteenths(pairs):
    units = [0] * 17
    for j, count in pairs:
        units[j] = count
    return units


def main():
    close("confseq 0.0.11 normal_log_mixture one-sided", ln_normal(mpf(30), mpf(100), tuned(mpf(100), "0.1")), 3.580569603558775, 1e-13)
    close("confseq 0.0.11 normal_mixture_bound one-sided", normal_bound(mpf(1000), "0.01", tuned(mpf(100), "0.1")), 110.35117232989933, 1e-10)
    close("savvi 0.3.1 InhomogeneousPoissonProcess k=100", exp(mismatch("0.5", 30, 55)), 4.034472404465394, 1e-13)
    close("savvi 0.3.1 InhomogeneousPoissonProcess k=10", exp(mismatch("0.5", 30, 55, 10)), 9.177038888470861, 1e-13)
    close("savvi 0.3.1 Multinomial k=100", exp(mismatch("0.5", 135, 180)), 5.680472075270365, 1e-13)
    tea = [dict(n=1100, mean=Fraction(26, 5), companion=Fraction(2), vy=Fraction(22, 5), vx=Fraction(11, 10), c=Fraction(3, 5)),
           dict(n=1000, mean=Fraction(5), companion=Fraction(2), vy=Fraction(4), vx=Fraction(1), c=Fraction(1, 2))]
    # theirs is the coefficient of both arms together, ours the one of least variance: the statistics differ in the seventh digit
    for companion, statistic, tolerance in [("ignored", 2.2360679774997916, 1e-14), ("covariate", 2.3165903056297212, 1e-6)]:
        value, variance = contrast(*tea, Fraction(1), Fraction(0), companion, raise_variances=False)
        close(f"tea-tasting 2.0.0, {companion}", number(value) / sqrt(number(variance)), statistic, tolerance)

    rate_sets = [
        ([["0.5", 60, 30]], "1", "2", "0.05"),
        ([["0.05", 4, 0]], "1", "2", "0.05"),
        ([["0.01", 3, 300], ["0.1", 12, 110], ["0.5", 200, 180]], "1.1", "2", "0.01"),
        ([["0.5", 100000, 101000]], "1", "1.1", "0.05"),
        ([["0.2", 0, 0]], "1", "2", "0.05"),
    ]
    fraction_sets = [
        ([["0.5", sixteenths([(0, 900), (1, 60), (4, 20), (16, 3)]), sixteenths([(0, 950), (1, 30), (5, 9)])]], "1", "2", "0.05"),
        ([["0.1", sixteenths([(2, 40), (16, 1)]), sixteenths([(1, 300), (7, 31)])],
          ["0.5", sixteenths([(3, 70)]), sixteenths([(3, 64), (16, 2)])]], "1.2", "3", "0.01"),
    ]
    outcome_sets = [
        ([["0.5", 20000, 6300, 20000, 6000]], "0.3", "1", "1.1", "0.05"),
        ([["0.05", 1000, 210, 19000, 3700], ["0.5", 4000, 1300, 4100, 1310]], "0.2", "1.05", "1.3", "0.01"),
        ([["0.5", 5000, 60, 5000, 30]], "0.1", "1", "2", "0.05"),
    ]
    high, differences = [], []
    for cells, reference, tolerated, margin, alpha in outcome_sets:
        high.append({"cells": cells, "reference": reference, "tolerated": tolerated, "margin": margin,
                     "ln_harm": f(high_rate(cells, tolerated, 1, reference)), "ln_safety": f(high_rate(cells, margin, -1, reference))})
        for given in (None, reference):
            needed = -log(mpf(alpha))
            lower = last_excluded(lambda d: difference(cells, d, 1, given) >= needed, mpf(-1) + mpf(10) ** -9, mpf(1))
            upper = last_excluded(lambda d: difference(cells, -d, -1, given) >= needed, mpf(-1) + mpf(10) ** -9, mpf(1))
            differences.append({"cells": cells, "reference": given, "tolerated": "0.001", "margin": "0.02", "alpha": alpha,
                                "ln_harm": f(difference(cells, "0.001", 1, given)), "ln_safety": f(difference(cells, "0.02", -1, given)),
                                "interval": [f(-1 if lower is None else lower), f(1 if upper is None else -upper)]})
    counts = []
    for epochs, alpha in [([[12, 1000, 60, 9000], [50, 5000, 30, 5000]], "0.05"), ([[0, 700, 4, 9000]], "0.05"), ([[900, 10**6, 700, 10**6]], "0.001")]:
        cells = [[mpf(e1) / (e1 + e0), a, b] for a, e1, b, e0 in epochs]
        one = ratio_cases("count", rate, [(cells, "1", "2", alpha)])[0]
        events, exposure = epochs[0][0], epochs[0][1]
        needed = -log(mpf(alpha))
        low = last_excluded(lambda x: count_side(events, exp(x), 1) >= needed, mpf(-40), mpf(40)) if events else None
        up = last_excluded(lambda x: count_side(events, exp(-x), -1) >= needed, mpf(-40), mpf(40))
        counts.append({"epochs": epochs, "tolerated": "1", "margin": "2", "alpha": alpha, "ln_harm": one["ln_harm"], "ln_safety": one["ln_safety"],
                       "ratio": one["ratio"], "rate_of_first": [f(0 if low is None else exp(low) / exposure), f(exp(-up) / exposure)]})
    proportions = []
    for failures, units, alpha in [(0, 100, "0.05"), (5, 1000, "0.05"), (700, 1000, "0.01"), (1000, 1000, "0.05"), (20000, 40000, "0.001")]:
        needed, estimate = -log(mpf(alpha)), mpf(failures) / units
        low = last_excluded(lambda p: proportion(failures, units, p) >= needed, mpf(10) ** -30, estimate) if failures else None
        up = last_excluded(lambda p: proportion(failures, units, 1 - p) >= needed, mpf(10) ** -30, 1 - estimate) if failures < units else None
        proportions.append({"units": units, "failures": failures, "alpha": alpha, "ceiling": "0.02", "ln_below_ceiling": f(ceiling(failures, units, "0.02")),
                            "interval": [f(0 if low is None else low), f(1 if up is None else 1 - up)]})
    means = []
    shapes = [
        [(values(1, 300, 10_000, True), values(2, 2_000, 10_000, True))],
        [(values(3, 400, 9_700, True), values(4, 3_000, 10_000, True)), (values(5, 900, 19_500, True), values(6, 900, 20_000, True)),
         (values(7, 150, 1, True), values(8, 5_000, 90_000, True))],
    ]
    for shape in shapes:
        epochs = [[moments(canary), moments(control)] for canary, control in shape]
        for companion in ("ignored", "covariate", "denominator"):
            for worse, sign in (("higher", 1), ("lower", -1)):
                change = Fraction(1, 50)
                factor, alpha = 1 + sign * change, "0.05"
                absolute = Fraction(1, 100) if companion == "denominator" else Fraction(100)
                total, information, units = score(epochs, Fraction(1), Fraction(0), companion)
                error = sqrt(1 / number(information))
                half = normal_bound(number(units), alpha) / sqrt(number(units)) * error
                reach = half / error
                def z(factor):
                    total, information, _ = score(epochs, factor, Fraction(0), companion)
                    return number(total) / sqrt(number(information))
                def crossing(level):
                    low, high = Fraction(1, 4), Fraction(4)
                    for _ in range(50):
                        middle = (low + high) / 2
                        low, high = (middle, high) if z(middle) >= level else (low, middle)
                    return number(low) - 1
                means.append({
                    "epochs": epochs, "companion": companion, "worse": worse, "relative": "0.02", "absolute": f(number(absolute)), "alpha": alpha,
                    "ln_harm_relative": f(ln_mean(epochs, factor, Fraction(0), companion, sign)),
                    "ln_safety_relative": f(ln_mean(epochs, factor, Fraction(0), companion, -sign)),
                    "ln_harm_absolute": f(ln_mean(epochs, Fraction(1), sign * absolute, companion, sign)),
                    "difference": f(number(total / information)), "standard_error": f(error),
                    "interval": [f(number(total / information) - half), f(number(total / information) + half)],
                    "relative_difference": f(crossing(0)), "relative_interval": [f(crossing(reach)), f(crossing(-reach))],
                })
    gbstats = []
    for label, (n0, m0, v0), (n1, m1, v1), kind, tuning, radius in [
        ("proportions 50/1000, 70/1000, relative", (1000, 0.05, 0.05 * 0.95), (1000, 0.07, 0.07 * 0.93), "relative", 5000, 1.1858027583838124 - 0.4),
        ("proportions 500/10000, 560/10000, absolute", (10000, 0.05, 0.05 * 0.95), (10000, 0.056, 0.056 * 0.944), "absolute", 5000, 0.015906784471104503 - 0.006),
        ("proportions 40/5000, 9/500, relative", (5000, 0.008, 0.008 * 0.992), (500, 0.018, 0.018 * 0.982), "relative", 5000, 3.7492264739134766 - 1.25),
        ("proportions 40/5000, 9/500, absolute", (5000, 0.008, 0.008 * 0.992), (500, 0.018, 0.018 * 0.982), "absolute", 5000, 0.028448392526852488 - 0.01),
        ("means 2100/2000, 2400/2100, absolute", (2000, 1.05, (6500 - 2100**2 / 2000) / 1999), (2100, 2400 / 2100, (7700 - 2400**2 / 2100) / 2099), "absolute", 500, 0.24363437503957297 - 0.09285714285714275),
        ("means 2100/2000, 2400/2100, absolute", (2000, 1.05, (6500 - 2100**2 / 2000) / 1999), (2100, 2400 / 2100, (7700 - 2400**2 / 2100) / 2099), "absolute", 5000, 0.23538088393088324 - 0.09285714285714275),
        ("means 2100/2000, 2400/2100, absolute", (2000, 1.05, (6500 - 2100**2 / 2000) / 1999), (2100, 2400 / 2100, (7700 - 2400**2 / 2100) / 2099), "absolute", 50000, 0.2831599772525364 - 0.09285714285714275),
    ]:
        variance = v1 / n1 + v0 / n0 if kind == "absolute" else v1 / n1 / m0**2 + m1**2 * v0 / n0 / m0**4
        error = variance**0.5
        close(f"gbstats 0.8.0 {label}", two_sided_radius(n0 + n1, mpf(error), "0.05", tuning), radius, 1e-10)
        gbstats.append({"name": label, "source": "gbstats 0.8.0, SequentialTwoSidedTTest", "units": n0 + n1, "standard_error": error, "alpha": "0.05", "tuning": tuning, "radius": radius})
    mixtures = [{"source": "confseq 0.0.11, normal_log_mixture, v_opt=100, alpha_opt=0.05", "sum": s, "variance": v, "one_sided": a, "two_sided": b} for s, v, a, b in [
        (0.0, 10.0, -0.24517448860699403, -0.29211669646580696), (5.0, 10.0, 0.7551601365216251, 0.2609669199750849),
        (30.0, 100.0, 3.580569603558775, 2.901375010405018), (150.0, 1000.0, 9.686462634151376, 8.916739781660795),
        (4000.0, 1e6, 3.165250983869554, 2.359008285124186)]]
    document = {
        "version": "rampgate-tests-1",
        "tolerance": 1e-9,
        "rate": ratio_cases("rate", rate, rate_sets),
        "fraction": ratio_cases("fraction", fraction, fraction_sets),
        "count": counts,
        "high_rate": high,
        "difference": differences,
        "proportion": proportions,
        "mismatch": [{"rho": rho, "canary": a, "control": b, "ln_evidence": f(mismatch(rho, a, b))} for rho, a, b in
                     [("0.5", 30, 55), ("0.5", 135, 180), ("0.05", 700, 9500), ("0.2", 0, 0)]],
        "mean": means,
        "normal_mixture": mixtures,
        "two_sided": gbstats,
    }
    text = json.dumps(document, default=f)
    print(text.replace("}, {\"", "},\n {\"").replace("], \"", "],\n\""))


def close(name, ours, theirs, tolerance):
    assert abs(float(ours) - theirs) <= tolerance * max(1, abs(theirs)), f"{name}: ours {float(ours)!r}, theirs {theirs!r}"


if __name__ == "__main__":
    main()
