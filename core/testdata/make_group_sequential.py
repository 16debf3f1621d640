"""Makes the lists `crossings`, `observed` and `analyses` of group_sequential.json anew: an implementation of spec/group_sequential.md,
version rampgate-group-sequential-1, that shares no code with the library.

It integrates each region with one Gauss-Legendre rule of 200 points whose nodes it computes itself, and finds every bound and every drift by
halving: slow, and with nothing to go wrong. The other lists are numbers of other tools and of books, each with its source, and are kept as they
are. Python 3.10, standard library only, about a minute:

    python3 make_group_sequential.py
"""

import json
from math import cos, e, erfc, exp, expm1, inf, log1p, pi, sqrt
from pathlib import Path
from statistics import NormalDist

FILE = Path(__file__).with_name("group_sequential.json")
POINTS = 200


def legendre(count):
    rule = []
    for i in range(count):
        x = cos(pi * (i + 0.75) / (count + 0.5))
        for _ in range(100):
            before, p = 1.0, x
            for k in range(2, count + 1):
                before, p = p, ((2 * k - 1) * x * p - (k - 1) * before) / k
            slope = count * (x * p - before) / (x * x - 1)
            step = p / slope
            x -= step
            if abs(step) < 1e-16:
                break
        rule.append((x, 2 / ((1 - x * x) * slope * slope)))
    return rule


RULE = legendre(POINTS)


def phi(z):
    return erfc(-z / sqrt(2)) / 2


def halved(low, high, rises, steps=80):
    """Where a monotone truth `rises` turns true."""
    for _ in range(steps):
        middle = (low + high) / 2
        low, high = (low, middle) if rises(middle) else (middle, high)
    return (low + high) / 2


class Paths:
    """Paths that have not been stopped: (score, probability) pairs."""

    def __init__(self, drift):
        self.drift, self.t, self.points = drift, 0.0, [(0.0, 1.0)]

    def above(self, t, score):
        d = t - self.t
        return sum(m * phi((u + self.drift * d - score) / sqrt(d)) for u, m in self.points)

    def below(self, t, score):
        d = t - self.t
        return sum(m * phi((score - u - self.drift * d) / sqrt(d)) for u, m in self.points)

    def go_on(self, t, low, high):
        d, centre, root = t - self.t, self.drift * t, sqrt(t)
        low, high = max(low, centre - 9 * root), min(high, centre + 9 * root)
        half, scale = (high - low) / 2, 1 / sqrt(2 * pi * d)
        after = []
        if half > 0:
            for x, w in RULE:
                s = low + half * (1 + x)
                density = sum(m * exp(-((s - u - self.drift * d) ** 2) / (2 * d)) for u, m in self.points) * scale
                after.append((s, w * half * density))
        self.t, self.points = t, after


def spent(spending, total, t):
    t = min(t, 1.0)
    if spending == "obrien_fleming":
        return 2 * phi(-NormalDist().inv_cdf(1 - total / 2) / sqrt(t))
    if spending == "pocock":
        return total * log1p((e - 1) * t)
    ((name, rest),) = spending.items()
    if name == "power":
        return total * t ** rest["rho"]
    gamma = rest["gamma"]
    return total * t if gamma == 0 else total * expm1(-gamma * t) / expm1(-gamma)


def build(design, looks, ends, effect):
    """Bounds on the scale of the score, and the power at the effect's drift."""
    sides, futility = design.get("sides", 1), design.get("futility")
    null, hit, power, bounds = Paths(0.0), effect and Paths(effect[0]), 0.0, []
    last_alpha = last_beta = 0.0
    for n, t in enumerate(looks):
        end = ends and n == len(looks) - 1
        at = 1.0 if end else t
        alpha = spent(design["spending"], design["alpha"] / sides, at)
        upper = halved(-10 * sqrt(t), 39 * sqrt(t), lambda s: null.above(t, s) < alpha - last_alpha)
        lower, obeyed = (-upper, -upper) if sides == 2 else (-inf, -inf)
        if futility:
            beta = spent(futility["spending"], effect[1], at)
            lower = halved(-39 * sqrt(t), 39 * sqrt(t), lambda s: hit.below(t, s) > beta - last_beta)
            lower = upper if end else min(lower, upper)
            obeyed = lower if futility.get("binding") else -inf
            power += hit.above(t, upper)
            hit.go_on(t, lower, upper)
            last_beta = beta
        null.go_on(t, obeyed, upper)
        last_alpha = alpha
        bounds.append((t, lower, upper))
    return bounds, power


def effect_of(design):
    futility = design.get("futility")
    if not futility:
        return None
    if "power" in futility:
        beta = 1 - futility["power"]
        return halved(2, 5, lambda d: build(design, design["looks"], True, (d, beta))[1] > 1 - beta, 46), beta
    drift = futility["drift"]
    return drift, halved(0.001, 0.5, lambda b: build(design, design["looks"], True, (drift, b))[1] > 1 - b, 46)


def stops(bounds, drift, obeyed=True):
    paths, above, below = Paths(drift), [], []
    for t, lower, upper in bounds:
        lower = lower if obeyed else -inf
        above.append(paths.above(t, upper))
        below.append(paths.below(t, lower) if lower > -inf else 0.0)
        paths.go_on(t, lower, upper)
    return above, below


def z_of(bounds):
    return [upper / sqrt(t) for t, _, upper in bounds]


def crossings(design, drift):
    bounds, _ = build(design, design["looks"], True, effect_of(design))
    above, below = stops(bounds, drift)
    mean = sum(t * (a + b) for (t, _, _), a, b in zip(bounds, above, below))
    mean += bounds[-1][0] * (1 - sum(above) - sum(below))
    expect = {"above": above, "below": below, "expected_information": mean}
    return {"design": design, "drift": drift, "expect": expect, "tolerance": 1e-10}


def observed(design, fractions, concluded):
    bounds, _ = build(design, fractions, concluded or fractions[-1] >= 1, effect_of(design))
    expect = {"efficacy": z_of(bounds)}
    if "futility" in design:
        expect["futility"] = [lower / sqrt(t) for t, lower, _ in bounds]
    return {"design": design, "fractions": fractions, "concluded": concluded, "expect": expect, "tolerance": 1e-9}


def analysis(design, z, decision):
    bounds, _ = build(design, design["looks"], True, effect_of(design))
    sides = design.get("sides", 1)
    expect = {"decision": decision}
    if decision != "continue":
        bounds = bounds[: len(z)]
        t, lower, _ = bounds[-1]
        bounds[-1] = (t, lower, z[-1] * sqrt(t))
        obeyed = sides == 2 or design.get("futility", {}).get("binding", False)
        p = lambda drift: sum(stops(bounds, drift, obeyed)[0])
        at = lambda wanted: halved(-12, 14, lambda drift: p(drift) > wanted, 46)
        side = design["alpha"] / sides
        one = p(0.0)
        expect |= {"p_value": 2 * min(one, 1 - one) if sides == 2 else one, "estimate": at(0.5), "interval": {"lower": at(side), "upper": at(1 - side)}}
    return {"design": design, "z": z, "expect": expect, "tolerance": 1e-9}


FIVE = [0.2, 0.4, 0.6, 0.8, 1.0]
OBF = {"alpha": 0.025, "sides": 1, "spending": "obrien_fleming", "looks": FIVE}
POCOCK = {"alpha": 0.05, "sides": 2, "spending": "pocock", "looks": [0.25, 0.5, 1.0]}
UNEVEN = {"alpha": 0.01, "sides": 1, "spending": {"hwang_shih_de_cani": {"gamma": -3}}, "looks": [0.1, 0.35, 0.8, 1.0]}
POWER = {"alpha": 0.05, "sides": 1, "spending": {"power": {"rho": 1.5}}, "looks": [0.3, 0.55, 1.0]}
STOPPING = POWER | {"futility": {"spending": {"power": {"rho": 2}}, "power": 0.85}}
BINDING = POWER | {"futility": {"spending": "pocock", "drift": 3.1, "binding": True}}

MADE = {
    "crossings": lambda: [
        crossings(OBF, 0.0),
        crossings(OBF, 3.0),
        crossings(POCOCK, 0.0),
        crossings(POCOCK, -2.5),
        crossings(UNEVEN, 3.6),
        crossings(STOPPING, 0.0),
        crossings(STOPPING, 2.0),
        crossings(BINDING, 0.0),
        crossings(BINDING, 3.1),
    ],
    "observed": lambda: [
        observed(OBF, [0.17], False),
        observed(OBF, [0.17, 0.46, 0.51], False),
        observed(OBF, [0.17, 0.46, 0.51, 0.93, 1.12], False),
        observed(POCOCK, [0.31, 0.87], True),
        observed(UNEVEN, [0.4, 1.0], False),
        observed(STOPPING, [0.2, 0.6], False),
        observed(STOPPING, [0.2, 0.6, 1.05], False),
    ],
    "analyses": lambda: [
        analysis(OBF, [1.1, 2.0], "continue"),
        analysis(OBF, [1.1, 2.0, 2.9], "efficacy"),
        analysis(OBF, [0.3, 0.1, -0.2, 0.6, 1.2], "futility"),
        analysis(POCOCK, [2.6], "efficacy"),
        analysis(POCOCK, [-1.0, -2.5], "efficacy"),
        analysis(POCOCK, [0.5, 1.0, 1.5], "futility"),
        analysis(UNEVEN, [1.9, 2.2, 2.7], "efficacy"),
        analysis(STOPPING, [0.9, 0.2], "futility"),
        analysis(BINDING, [1.0, 0.4], "futility"),
        analysis(BINDING, [1.0, 1.6, 2.2], "efficacy"),
    ],
}


def main():
    document = json.loads(FILE.read_text())
    document |= {name: made() for name, made in MADE.items()}
    lists = []
    for name, value in document.items():
        if isinstance(value, list):
            value = "[\n" + ",\n".join("  " + json.dumps(case) for case in value) + "\n ]"
        else:
            value = json.dumps(value)
        lists.append(f" {json.dumps(name)}: {value}")
    FILE.write_text("{\n" + ",\n".join(lists) + "\n}\n")


if __name__ == "__main__":
    main()
