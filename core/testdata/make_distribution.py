"""Makes distribution.json: an implementation of spec/distribution.md, version rampgate-distribution-1, that shares no code with the library.

It works with chances p and shares rho in 40-digit arithmetic, where the library works with logarithms of ratios in binary64; with one value
after the other where the library adds up groups; with rational numbers where the library compares integers. Python 3.10 and mpmath 1.3:

    python3 make_distribution.py > distribution.json
"""

import json
import random
from fractions import Fraction

from mpmath import beta, erfinv, floor, log, mp, mpf, ncdf, sqrt

mp.dps = 40
BINS = 2034
LAST = BINS - 1


def edge_value(bin):
    """The smallest whole number that is at least 2^(10 + (bin - 1)/64)."""
    return 0 if bin == 0 else int(mp.ceil(mpf(2) ** (10 + mpf(bin - 1) / 64)))


EDGE = [edge_value(bin) for bin in range(BINS)]


def bin_of(value):
    low, high = 0, BINS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if EDGE[middle] <= value else (low, middle)
    return low


# --- shift ----------------------------------------------------------------------------------------------------------


def bins_down(ratio):
    exact = mpf(ratio) if isinstance(ratio, float) else ratio
    k = int(floor(64 * log(exact, 2) + mpf(10) ** -25))
    return k


def bins_up(ratio):
    k = bins_down(ratio)
    return k if mpf(2) ** (mpf(k) / 64) >= mpf(ratio) - mpf(10) ** -30 else k + 1


# --- reference ------------------------------------------------------------------------------------------------------

LOWER_CUTS = [5, 10, 20, 50, 100, 200, 350, 500, 750, *range(1000, 5001, 500)]
CUTS = LOWER_CUTS + [10_000 - cut for cut in reversed(LOWER_CUTS[:-1])]
TAILS = [Fraction(1, 10), Fraction(1, 20), Fraction(1, 100), Fraction(1, 1000)]


def reference_of(counts):
    units = sum(counts)
    below = [0]
    for count in counts:
        below.append(below[-1] + count)
    edges = set()
    for cut in CUTS:
        rank = Fraction(cut, 10_000)
        distance = {bin: abs(Fraction(below[bin], units) - rank) for bin in range(1, BINS)}
        least = min(distance.values())
        near = [bin for bin, d in distance.items() if d == least]
        if cut == 5000:
            near = [bin for bin in near if below[bin] == below[near[0]]]
        edges.add(near[-1] if cut <= 5000 else near[0])
    edges = sorted(edges)
    ends = [0, *edges, BINS]
    return {"edges": edges, "counts": [sum(counts[a:b]) for a, b in zip(ends, ends[1:])]}


def normal_quantile(p):
    return sqrt(2) * erfinv(2 * p - 1)


def stated(quantiles):
    points = [(log(mpf(value)), normal_quantile(mpf(ppm) / 10**6)) for ppm, value in quantiles]

    def below(edge):
        x = log(mpf(EDGE[edge]))
        inner = [i for i in range(1, len(points) - 1) if points[i][0] <= x]
        i = inner[-1] if inner else 0
        (x0, y0), (x1, y1) = points[i], points[i + 1]
        return int(floor(10**9 * ncdf(y0 + (x - x0) * (y1 - y0) / (x1 - x0)) + mpf(1) / 2))

    cumulative = [0] + [below(edge) for edge in range(1, BINS)] + [10**9]
    return reference_of([b - a for a, b in zip(cumulative, cumulative[1:])])


# --- bets -----------------------------------------------------------------------------------------------------------

TILTS = [mpf(t) for t in ("0.04", "0.08", "0.16", "0.3", "0.6", "1.2")]
STEPS = [mpf(t) for t in ("0.15", "0.3", "0.6", "1.1", "2", "4")]
SHAPES = ["shift", "stretch", "worst 10%", "worst 5%", "worst 1%", "worst 0.1%"]
WEIGHTS = [mpf(w) for w in ("0.4", "0.12", "0.12", "0.12", "0.12", "0.12")]


def placed_bets(reference, worse):
    """(shape, weight, function from a bin to r), side +1; side -1 takes the exponents negative."""
    edges, counts = reference["edges"], reference["counts"]
    if worse == "lower":
        counts = counts[::-1]
    groups, units = len(counts), sum(counts)

    def group(bin):
        ascending = sum(edge <= bin for edge in edges)
        return ascending if worse == "higher" else groups - 1 - ascending

    of_bin = [group(bin) for bin in range(BINS)]
    masses = [(mpf(c) + mpf(1) / 2) / (units + mpf(groups) / 2) for c in counts]
    ranks = [sum(masses[:g]) + masses[g] / 2 for g in range(groups)]
    scores = {"shift": [normal_quantile(r) for r in ranks], "stretch": [-log(1 - r) - 1 for r in ranks]}
    bets = []
    for shape, weight in zip(SHAPES, WEIGHTS):
        if shape in scores:
            for theta in TILTS:
                bets.append((shape, weight / 6, theta, scores[shape]))
        else:
            tail = TAILS[SHAPES.index(shape) - 2]
            distance = [abs(Fraction(sum(counts[:g]), units) - (1 - tail)) for g in range(1, groups)]
            start = distance.index(min(distance)) + 1
            for ln_ratio in STEPS:
                bets.append((shape, weight / 6, ln_ratio, [mpf(g >= start) for g in range(groups)]))

    def ratio(bet, side):
        shape, _, strength, score = bet
        r = [mp.exp(side * strength * s) for s in score]
        mean = sum(m * x for m, x in zip(masses, r)) if shape in scores else 1
        return lambda bin: r[of_bin[bin]] / mean

    return [(bet[0], bet[1], lambda side, bet=bet: ratio(bet, side)) for bet in bets]


def anywhere_bets(worse):
    def quarter(bin):
        """0 for the lowest bin, 128 for the highest, quarters of an octave between."""
        bin = bin if worse == "higher" else LAST - bin
        return (bin + 15) // 16

    bets = []
    for place in range(64):
        for ln_ratio in ("0.25", "0.6", "1.5", "4"):
            step = lambda side, place=place, h=mpf(ln_ratio): (
                lambda bin: mp.exp(side * h) if quarter(bin) > 2 * place else mpf(1)
            )
            bets.append(("anywhere", mpf("0.4") / 256, step))
    for place in range(32):
        for height in ("0.06", "0.12", "0.25", "0.5", "1"):

            def ramp(side, place=place, h=mpf(height)):
                part = lambda bin: (quarter(bin) - (4 * place + mpf(1) / 2)) / 4
                return lambda bin: mp.exp(side * h * max(mpf(-1), min(mpf(1), part(bin))))

            bets.append(("anywhere", mpf("0.6") / 160, ramp))
    return bets


def gains(bets, side, shift, worse, rho, canary, control):
    rho = mpf(rho)
    if worse == "higher":
        moved = lambda bin: max(bin - shift, 0), lambda bin: min(bin, LAST - shift)
    else:
        moved = lambda bin: min(bin + shift, LAST), lambda bin: max(bin, shift)
    wealth = []
    for _, _, ratio in bets:
        r = ratio(side)
        total, known = mpf(0), {}
        for arm, move in ((canary, moved[0]), (control, moved[1])):
            for bin, count in arm.items():
                p = rho * r(move(bin)) / (rho * r(move(bin)) + 1 - rho)
                factor = p / rho if arm is canary else (1 - p) / (1 - rho)
                if factor not in known:
                    known[factor] = log(factor)
                total += count * known[factor]
        wealth.append(total)
    return wealth


def mixed(weights, wealth):
    top = max(wealth)
    return top + log(sum(w * mp.exp(x - top) for w, x in zip(weights, wealth)) / sum(weights))


def evidence(kind, ratio, worse, cells):
    side, shift = (1, bins_up(ratio)) if kind == "harm" else (-1, bins_down(ratio))
    sums = {}
    for cell in cells:
        name = "anywhere" if cell["reference"] is None else "placed"
        bets = anywhere_bets(worse) if cell["reference"] is None else placed_bets(cell["reference"], worse)
        won = gains(bets, side, shift, worse, cell["rho"], sparse(cell["canary"]), sparse(cell["control"]))
        old = sums.get(name, ([b[:2] for b in bets], [mpf(0)] * len(bets)))[1]
        sums[name] = ([b[:2] for b in bets], [a + b for a, b in zip(old, won)])
    ln_e = sum(mixed([w for _, w in bets], wealth) for bets, wealth in sums.values())
    leading = {}
    for bets, wealth in sums.values():
        for shape in dict.fromkeys(s for s, _ in bets):
            own = [(w, x) for (s, w), x in zip(bets, wealth) if s == shape]
            gain = mixed([w for w, _ in own], [x for _, x in own])
            if gain > 0:
                leading[shape] = gain + log(sum(w for w, _ in own))
    return float(ln_e), max(leading, key=leading.get) if leading else None


# --- bands ----------------------------------------------------------------------------------------------------------


def band(histogram, ppm, alpha):
    counts = sparse(histogram)
    n, level = sum(counts.values()), mpf(ppm) / 10**6
    lower = upper = None
    for edge in range(1, BINS):
        hits = sum(count for bin, count in counts.items() if bin < edge)
        ln_odds = (
            log(beta(hits + mpf(1) / 2, n - hits + mpf(1) / 2))
            - log(beta(mpf(1) / 2, mpf(1) / 2))
            - hits * log(level)
            - (n - hits) * log(1 - level)
        )
        if ln_odds >= -log(mpf(alpha)):
            if hits < n * level:
                lower = EDGE[edge]
            elif upper is None:
                upper = EDGE[edge]
    return {"at_least": lower, "below": upper}


# --- cases ----------------------------------------------------------------------------------------------------------


def dense(counts):
    """As the histogram tells itself: the first bin that holds anything, and the counts from there."""
    if not counts:
        return {"first": 0, "counts": []}
    first = min(counts)
    return {"first": first, "counts": [counts.get(bin, 0) for bin in range(first, max(counts) + 1)]}


def sparse(histogram):
    return {histogram["first"] + i: c for i, c in enumerate(histogram["counts"]) if c}


def whole(histogram):
    counts = [0] * BINS
    for bin, count in sparse(histogram).items():
        counts[bin] = count
    return counts


def drawn(rng, n, median, sigma, slow=0.0):
    counts = {}
    for _ in range(n):
        value = rng.lognormvariate(0, sigma) * median + (6e8 if rng.random() < slow else 0)
        bin = bin_of(int(value))
        counts[bin] = counts.get(bin, 0) + 1
    return dense(counts)


def main():
    rng = random.Random(20)
    past = drawn(rng, 3000, 8e7, 0.8)
    narrow = drawn(rng, 400, 5e6, 0.1)
    few = drawn(rng, 100, 8e7, 0.8)
    point = dense({700: 500})
    gap = dense({**{b: 9 for b in range(600, 660)}, **{b: 2 for b in range(1200, 1240)}, 0: 3, LAST: 2})
    huge = dense({b: 10**12 + b for b in range(500, 900)})
    references = [reference_of(whole(h)) for h in (past, narrow, few, point, gap, huge)]
    quantiles = [
        [[500_000, 80_000_000], [950_000, 300_000_000]],
        [[100_000, 1_000], [500_000, 20_000], [900_000, 21_000], [999_000, 9_000_000_000_000]],
    ]
    statements = [{"quantiles": q, "reference": stated(q)} for q in quantiles]
    ratios = [1.0, 1.0108892860517005, 1.05, 1.1, 1.2, 1.25, 1.5, 1.9999999999999998, 2.0, 2.0000000000000004, 3.0, 8.0, 512.0, 1000.0]
    shifts = [{"ratio": r, "harm": float(mpf(2) ** (mpf(bins_up(r)) / 64)), "safety": float(mpf(2) ** (mpf(bins_down(r)) / 64))} for r in ratios]

    slower, tail = drawn(rng, 700, 9.5e7, 0.8), drawn(rng, 700, 8e7, 0.8, 0.03)
    same, more = drawn(rng, 700, 8e7, 0.8), drawn(rng, 2500, 8e7, 0.8)
    edges = dense({0: 40, 1: 30, 5: 60, 2000: 20, 2020: 15, LAST - 1: 10, LAST: 12})
    better = dense({0: 60, 3: 30, 9: 60, 1990: 20, LAST: 3})
    empty = dense({})
    placed, profile = references[0], statements[0]["reference"]
    cell = lambda rho, canary, control, reference: {"rho": rho, "canary": canary, "control": control, "reference": reference}
    tests = [
        ("slower", "harm", 1.0, "higher", [cell(0.5, slower, same, placed)]),
        ("slower, no reference", "harm", 1.0, "higher", [cell(0.5, slower, same, None)]),
        ("slower, a profile", "harm", 1.0, "higher", [cell(0.5, slower, same, profile)]),
        ("slower, 10% tolerated", "harm", 1.1, "higher", [cell(0.5, slower, same, placed)]),
        ("a slow tail at an uneven share", "harm", 1.0, "higher", [cell(0.2, tail, more, placed)]),
        ("three epochs, one without a reference", "harm", 1.0, "higher",
         [cell(0.5, same, tail, None), cell(0.25, tail, more, placed), cell(0.05, slower, more, references[2])]),
        ("safe within 1.2", "safety", 1.2, "higher", [cell(0.2, same, more, placed)]),
        ("safe within 1.2, no reference", "safety", 1.2, "higher", [cell(0.2, same, more, None)]),
        ("lower is worse", "harm", 1.0, "lower", [cell(0.5, same, slower, placed)]),
        ("lower is worse, tolerated", "harm", 1.05, "lower", [cell(0.5, same, slower, placed), cell(0.5, same, slower, None)]),
        ("lower is worse, safe", "safety", 2.0, "lower", [cell(0.2, same, more, placed)]),
        ("the outermost bins", "harm", 1.5, "higher", [cell(0.3, edges, better, references[4])]),
        ("the outermost bins, no reference", "harm", 1.5, "higher", [cell(0.3, edges, better, None)]),
        ("the outermost bins, safe, lower", "safety", 3.0, "lower", [cell(0.3, edges, better, references[4])]),
        ("a reference of one value", "harm", 1.0, "higher", [cell(0.5, slower, same, references[3])]),
        ("huge counts", "harm", 1.0, "higher", [cell(0.5, huge, huge, references[5])]),
        ("nothing seen", "harm", 1.0, "higher", [cell(0.5, empty, empty, placed)]),
        ("one arm", "harm", 1.0, "higher", [cell(0.01, slower, empty, placed)]),
    ]
    cases = []
    for name, kind, ratio, worse, cells in tests:
        ln_e, leading = evidence(kind, ratio, worse, cells)
        cases.append({"name": name, "test": kind, "ratio": ratio, "worse": worse, "cells": cells, "ln_evidence": ln_e, "leading_shape": leading})
    bands = []
    for histogram, ppm, alpha in [
        (past, 500_000, 0.05), (past, 950_000, 0.05), (past, 990_000, 0.025), (past, 999_000, 0.05),
        (few, 500_000, 0.01), (few, 990_000, 0.05), (edges, 50_000, 0.05), (gap, 900_000, 0.05), (empty, 500_000, 0.05), (huge, 990_000, 0.001),
    ]:
        bands.append({"histogram": histogram, "level_ppm": ppm, "alpha": alpha, "band": band(histogram, ppm, alpha)})
    out = {
        "version": "rampgate-distribution-1",
        "shifts": shifts,
        "references": [{"past": h, "reference": r} for h, r in zip((past, narrow, few, point, gap, huge), references)],
        "statements": statements,
        "evidence": cases,
        "bands": bands,
    }
    body = ",\n".join(
        f'"{key}": [\n' + ",\n".join(json.dumps(item) for item in value) + "\n]" if isinstance(value, list) else f'"{key}": {json.dumps(value)}'
        for key, value in out.items()
    )
    print("{\n" + body + "\n}")


if __name__ == "__main__":
    main()
