"""Makes observe.json: an implementation of spec/observe.md, version rampgate-observe-1, that shares no code with the library.

It keeps the plain lists of what was observed and works everything out from them in Python's unbounded integers and fractions: bins by
powers, not by a table; quantiles by sorting; nothing is merged. Python 3.10, standard library only:

    python3 make_observe.py > observe.json
"""

import json
import random
from fractions import Fraction
from math import exp

MAX = 2**64 - 1
LAST_BIN = 2033
LARGEST = 2**40
KINDS = ["rate", "fraction", "count", "distribution", "mean"]


# --- bins -----------------------------------------------------------------------------------------------------------


def bin_of(value):
    """1 + floor(64 log2(value / 1024)): 2^b <= value^64 < 2^(b+1) in whole numbers."""
    return 0 if value < 1024 else min(LAST_BIN, (value**64).bit_length() - 640)


def lower_edge(bin):
    """The smallest value of a bin, found by halving."""
    low, high = 0, MAX
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if bin_of(middle) >= bin else (middle + 1, high)
    return low


def quantile(values, ppm):
    """The edges of the bin in which the value of rank ceil(share * n) lies."""
    if not values:
        return None
    rank = max(1, -(-ppm * len(values) // 1_000_000))
    bin = bin_of(sorted(values)[rank - 1])
    return {"at_least": lower_edge(bin), "below": None if bin == LAST_BIN else lower_edge(bin + 1)}


# --- series ---------------------------------------------------------------------------------------------------------


def series(kind, observed):
    """What is kept, as the library's JSON has it."""
    if kind == "rate":
        return {"rate": {"units": len(observed), "failures": sum(observed)}}
    if kind == "fraction":
        sixteenths = [-(-16 * failed // requests) for failed, requests in observed]
        return {"fraction": [sixteenths.count(n) for n in range(17)]}
    if kind == "count":
        events, exposure = (sum(column) for column in zip(*observed)) if observed else (0, 0)
        return {"count": {"units": len(observed), "events": events, "exposure": exposure}}
    if kind == "distribution":
        bins = [bin_of(value) for value in observed]
        first, last = (min(bins), max(bins)) if bins else (0, -1)
        return {"distribution": {"first": first, "counts": [bins.count(b) for b in range(first, last + 1)]}}
    sums = {
        "units": len(observed),
        "value": sum(y for y, _ in observed),
        "companion": sum(x for _, x in observed),
        "value_squared": sum(y * y for y, _ in observed),
        "companion_squared": sum(x * x for _, x in observed),
        "product": sum(y * x for y, x in observed),
    }
    return {"mean": sums}


def derived(kind, observed):
    """Numbers that follow from a series; floats are the fractions rounded to the nearest."""
    n = len(observed)
    share = lambda a, b: float(Fraction(a, b)) if b else None  # noqa: E731
    if kind == "rate":
        return {"rate": share(sum(observed), n)}
    if kind == "fraction":
        return {"mean": share(sum(-(-16 * failed // requests) for failed, requests in observed), 16 * n)}
    if kind == "count":
        return {"rate": share(sum(e for e, _ in observed), sum(x for _, x in observed))}
    if kind == "distribution":
        shares = [0, 1, 250_000, 500_000, 950_000, 999_000, 1_000_000]
        return {"quantiles": [[ppm, quantile(observed, ppm)] for ppm in shares]}
    total = sum(y for y, _ in observed)
    about = sum((y - Fraction(total, n)) ** 2 for y, _ in observed) if n else 0
    return {
        "mean": share(total, n),
        "companion_mean": share(sum(x for _, x in observed), n),
        "variance": float(about / (n - 1)) if n > 1 else None,
    }


# --- bytes ----------------------------------------------------------------------------------------------------------


def varint(number):
    low, rest = number & 127, number >> 7
    return bytes([low | 128]) + varint(rest) if rest else bytes([low])


def zigzag(number):
    return varint(2 * number if number >= 0 else -2 * number - 1)


def count_bits(counts):
    """Each count as a text of bits, first bit first."""
    bits, before = "", 0
    lowest_first = lambda number, length: format(number, f"0{length}b")[::-1] if length else ""  # noqa: E731
    for count in counts:
        low = (before.bit_length() - 1) // 2 + 1 if before else 0
        number = 2 * (count - before) - 1 if count > before else 2 * (before - count)
        if number >> low < 10:
            bits += "1" * (number >> low) + "0" + lowest_first(number % 2**low, low)
        else:
            bits += "1" * 10 + lowest_first(count.bit_length(), 7) + lowest_first(count, count.bit_length())
        before = count
    return bits


def packed(counts):
    bits = count_bits(counts)
    return bytes(int(bits[at : at + 8][::-1], 2) for at in range(0, len(bits), 8))


def series_bytes(kept):
    ((kind, value),) = kept.items()
    tag = varint(KINDS.index(kind))
    if kind == "fraction":
        return tag + b"".join(map(varint, value))
    if kind == "distribution":
        bits = packed(value["counts"])
        return tag + varint(value["first"]) + varint(len(value["counts"])) + varint(len(bits)) + bits
    if kind == "mean":
        units, *sums = value.values()
        return tag + varint(units) + b"".join(map(zigzag, sums))
    return tag + b"".join(map(varint, value.values()))


def tally_bytes(units, kept, newest):
    return varint(units) + varint(len(kept)) + b"".join(map(series_bytes, kept)) + varint(newest)


# --- cases ----------------------------------------------------------------------------------------------------------


def bins(draw):
    values = {0, 1, 1023, 1024, 1025, MAX, 2**41, 3_698_000_000_000, 3_699_000_000_000}
    for bin in [1, 2, 63, 64, 65, 66, 1000, 1984, 1985, 2032, LAST_BIN] + [draw.randrange(1, LAST_BIN) for _ in range(200)]:
        values |= {lower_edge(bin) - 1, lower_edge(bin), lower_edge(bin) + 1}
    values |= {draw.getrandbits(64) >> draw.randrange(64) for _ in range(300)}
    for value in sorted(values):
        bin = bin_of(value)
        yield {"value": str(value), "bin": bin, "edge": str(lower_edge(bin))}


def draw_measured(draw, kind, spread):
    if kind == "fraction":
        requests = draw.choice([1, 2, 3, 16, 17, 1_000])
        return [draw.randint(0, requests), requests]
    if kind == "count":
        return [draw.randint(0, 5), draw.randint(0, 10_000)]
    if kind == "distribution":
        return int(1e8 * exp(draw.gauss(0, spread)))
    limit = 2 ** draw.randrange(1, 41)
    return [draw.randint(-limit, limit), draw.choice([0, draw.randint(-limit, limit)])]


def tallies(draw):
    shapes = [
        ("rates alone", ["rate"] * 3, [12, 0, 30], 1),
        ("nothing at all", KINDS, [0, 0], 1),
        ("one unit", KINDS, [1], 1),
        ("every kind", KINDS, [40, 25, 1, 34], 0.8),
        ("latencies of every size", ["distribution", "rate"], [60, 60], 6),
        ("many alike", ["distribution"], [400], 0.02),
        ("a usual latency", ["rate", "distribution"], [1_000, 1_500], 0.8),
        ("means", ["mean", "mean"], [70, 30], 1),
        ("eight measured", ["rate"] + ["mean", "distribution", "fraction", "count"] * 2, [9, 9], 0.5),
    ]
    for name, kinds, sizes, spread in shapes:
        parts, newest = [], 0
        observed = [[] for _ in kinds]
        for size in sizes:
            part = []
            for _ in range(size):
                at = draw.choice([0, 1_800_000_000_000 + draw.randrange(10**9)])
                unit = {"at": at, "failed": [], "missing": [], "measured": []}
                newest = max(newest, at)
                for position, kind in enumerate(kinds):
                    if kind == "rate":
                        failed, missing = draw.random() < 0.2, draw.random() < 0.1
                        if failed:
                            unit["failed"].append(position)
                        if missing:
                            unit["missing"].append(position)
                        if failed or not missing:  # a failure that was seen beats a note that nothing was
                            observed[position].append(failed)
                    elif draw.random() < 0.9:
                        measured = draw_measured(draw, kind, spread)
                        observed[position].append(measured)
                        words = [str(word) for word in (measured if isinstance(measured, list) else [measured])]
                        unit["measured"].append([position, kind, *words])
                        if draw.random() < 0.1:
                            unit["missing"].append(position)
                part.append(unit)
            parts.append(part)
        units = sum(sizes)
        kept = [series(kind, seen) for kind, seen in zip(kinds, observed)]
        tally = {"units": units, "metrics": kept, "newest": newest}
        yield {
            "name": name,
            "kinds": kinds,
            "parts": parts,
            "json": json.dumps(tally, separators=(",", ":")),
            "bytes": tally_bytes(units, kept, newest).hex(),
            "derived": [derived(kind, seen) for kind, seen in zip(kinds, observed)],
        }


def sessions(draw):
    for size in [0, 1, 2, 3, 10, 500]:
        requests = [[draw.random() < 0.2, int(1e8 * exp(draw.gauss(0, 1.5)))] for _ in range(size)]
        mean = None
        if requests:
            total = Fraction(sum(bin_of(value) for _, value in requests), size)
            mean = lower_edge(int(total + Fraction(1, 2)))
        yield {
            "requests": [[failed, str(value)] for failed, value in requests],
            "failed": sum(failed for failed, _ in requests),
            "worst": max((value for _, value in requests), default=None),
            "geometric_mean": mean,
        }


MEASURED = [[1, "fraction", "0", "1"], [2, "count", "0", "0"], [3, "distribution", "0"], [4, "mean", "0", "0"]]

# outcomes for a tally of KINDS (three times those where nine are measured), with the path and the kind of the error
INVALID_OUTCOMES = [
    ("a rate measured", [[0, "distribution", "5"]], [], [], "metrics[0]", "type"),
    ("a value for a fraction", [[1, "distribution", "5"]], [], [], "metrics[1]", "type"),
    ("a pair for a value", [[3, "mean", "5", "0"]], [], [], "metrics[3]", "type"),
    ("a count for a mean", [[4, "count", "5", "0"]], [], [], "metrics[4]", "type"),
    ("more failed than there were", [[1, "fraction", "3", "2"]], [], [], "metrics[1]", "range"),
    ("no requests", [[1, "fraction", "0", "0"]], [], [], "metrics[1]", "range"),
    ("too large a value", [[4, "mean", str(LARGEST + 1), "0"]], [], [], "metrics[4]", "range"),
    ("too small a companion", [[4, "mean", "0", str(-LARGEST - 1)]], [], [], "metrics[4]", "range"),
    ("measured twice", MEASURED + [[3, "distribution", "1"]], [], [], "metrics[3]", "conflict"),
    ("a measurement for nobody", MEASURED + [[5, "distribution", "1"]], [], [], "metrics[5]", "unknown"),
    ("a failed latency", MEASURED, [3], [], "metrics[3]", "type"),
    ("a failure of nobody's", MEASURED, [31], [], "metrics[31]", "unknown"),
    ("a note about nobody", MEASURED, [0], [7], "metrics[7]", "unknown"),
    (
        "nine measured",
        [[n, *measured[1:]] for n, measured in zip([1, 2, 3, 4, 6, 7, 8, 9, 11], MEASURED * 3)],
        [], [], "metrics[11]", "range",
    ),
]  # fmt: skip

# series of a tally of ten units, as JSON; none can be
INVALID_SERIES = [
    '{"rate":{"units":11,"failures":0}}',
    '{"rate":{"units":3,"failures":4}}',
    '{"rate":{"units":3,"failures":-1}}',
    '{"rate":{"units":3}}',
    '{"ratio":{"units":3,"failures":1}}',
    '{"fraction":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}',
    '{"fraction":[10,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1]}',
    '{"count":{"units":11,"events":0,"exposure":0}}',
    '{"count":{"units":1,"events":0.5,"exposure":0}}',
    '{"distribution":{"first":2034,"counts":[1]}}',
    '{"distribution":{"first":2033,"counts":[1,1]}}',
    '{"distribution":{"first":0,"counts":[18446744073709551615,1]}}',
    '{"distribution":{"first":0,"counts":[11]}}',
    '{"distribution":{"first":-1,"counts":[1]}}',
    '{"mean":{"units":2,"value":10,"companion":0,"value_squared":49,"companion_squared":0,"product":0}}',
    '{"mean":{"units":1,"value":0,"companion":0,"value_squared":0,"companion_squared":0,"product":1}}',
    '{"mean":{"units":0,"value":0,"companion":1,"value_squared":0,"companion_squared":1,"product":0}}',
]


def invalid_bytes():
    """Bytes of tallies that are refused: a sound one, cut or changed."""
    sound = tally_bytes(10, [series("distribution", [2_000_000] * 10)], 0)
    yield "cut short", sound[:-1]
    yield "fewer units than the metric has", tally_bytes(9, [series("distribution", [2_000_000] * 10)], 0)
    yield "a kind that nobody defined", bytes([10, 1, 5]) + sound[3:]
    yield "more metrics than may be", tally_bytes(0, [series("rate", [])] * 33, 0)
    yield "more counts than bits", bytes([10, 1, 3, 9, 5, 1, 0b1, 0])
    yield "more bits than counts", bytes([10, 1, 3, 9, 1, 2, 0b01, 0b0, 0])
    yield "a bit left over", bytes([10, 1, 3, 9, 1, 1, 0b1000_0001, 0])
    yield "a count below zero", bytes([10, 1, 3, 9, 1, 1, 0b011, 0])
    yield "a count of 65 bits", bytes([10, 1, 3, 9, 1, 11, 0xFF, 0x07, 0x01, *([0] * 8), 0])
    yield "a bin beyond the last", bytes([10, 1, 3]) + varint(2034) + bytes([1, 1, 0b01, 0])
    yield "counts that promise more than there is", bytes([10, 1, 3, 0]) + varint(2**32) + bytes([1, 0, 0])
    yield "a year after 9999", tally_bytes(0, [], 253_402_300_800_000)


def main():
    draw = random.Random(1)
    vectors = {
        "version": "rampgate-observe-1",
        "about": "Made by make_observe.py. Integers that may be above 2^53 are texts. Tallies: record the units of each part, merge the parts.",
        "bins": list(bins(draw)),
        "tallies": list(tallies(draw)),
        "sessions": list(sessions(draw)),
        "invalid_outcomes": [
            {
                "name": name,
                "kinds": KINDS * 3 if len(measured) > 8 else KINDS,
                "outcome": {"failed": failed, "missing": missing, "measured": measured},
                "path": path,
                "kind": kind,
            }
            for name, measured, failed, missing, path, kind in INVALID_OUTCOMES
        ],
        "invalid_series": [{"json": text} for text in INVALID_SERIES],
        "invalid_bytes": [{"name": name, "bytes": data.hex()} for name, data in invalid_bytes()],
    }
    parts = []
    for name, value in vectors.items():
        lines = ",\n".join("  " + json.dumps(case) for case in value) if isinstance(value, list) else None
        parts.append(f' "{name}": ' + (f"[\n{lines}\n ]" if lines else json.dumps(value)))
    print("{\n" + ",\n".join(parts) + "\n}")


main()
