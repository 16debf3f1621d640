"""Makes burn_rate.json: an implementation of spec/burn_rate.md, version rampgate-burn-1, that shares no code with the library.

Fractions and the plain list of events (the `Log` of make_slo.py), everywhere: no running sums, no fixed widths. Python 3.10, standard library only:

    python3 make_burn_rate.py > burn_rate.json

Numbers that somebody published carry `source` and `published`; this script checks that ours agree with them.
"""

import json
from fractions import Fraction
from math import ceil, floor, lgamma
from math import log as ln

from make_slo import DAY, HOUR, MINUTE, SECOND, TIERS, Log, big, percent, percent_text, span, span_text

WORKBOOK = "The Site Reliability Workbook, Alerting on SLOs"
SLOTH = "slok/sloth, internal/alert/alert_test.go, commit 0e395d8"
PYRRA = "pyrra-dev/pyrra, slo/rules_test.go (Test_windows), commit 1ba95afb"
DATADOG = "DataDog/documentation, service_level_objectives/burn_rate.md, commit 5c9d3e0"
SLOKIT = "slokit 1.9.0, src/burn_rate.rs (MwmbrConfig::scaled)"
MIXIN = "kubernetes-monitoring/kubernetes-mixin, config.libsonnet"
OURS = "derived here"
MIDNIGHT = 1_795_478_400_000  # 2026-11-24T00:00:00Z, a multiple of every bucket's width


class CachedLog(Log):
    """The same log; the buckets of a tier are worked out once until an event comes."""

    def __init__(self):
        self.events, self.rejected, self.known, self.was_late = [], 0, {}, 0

    def add(self, at, good, bad):
        self.known = {}
        super().add(at, good, bad)

    def count_late(self):
        return 0  # not part of these vectors

    def buckets(self, tier):
        if tier not in self.known:
            self.known[tier] = super().buckets(tier)
        return self.known[tier]


# --- policies -------------------------------------------------------------------------------------------------------


def r(long, short, severity, spends=None, factor=None, wait=None):
    row = {"long": long, "short": short, "severity": severity}
    row |= {"spends": spends} if spends else {"factor": factor}
    return row | ({"for": wait} if wait else {})


def pairs(*shares):
    windows = [("1h", "5m", "page"), ("6h", "30m", "page"), ("1d", "2h", "ticket"), ("3d", "6h", "ticket")]
    return [r(*window, spends=share) for share, window in zip(shares, windows)]


FOUR = pairs("2%", "5%", "10%", "10%")
PRESETS = {
    "workbook_3": ("30d", [FOUR[0], FOUR[1], FOUR[3]]),
    "workbook_4": ("30d", FOUR),
    "sloth_28": ("28d", FOUR),
    "sloth_30": ("30d", FOUR),
    "pyrra": ("28d", [
        r("1h", "5m", "page", factor="14", wait="2m"), r("6h", "30m", "page", factor="7", wait="15m"),
        r("1d", "2h", "ticket", factor="2", wait="1h"), r("4d", "6h", "ticket", factor="1", wait="3h"),
    ]),
    "datadog_7": ("7d", pairs("10%", "20%", "40%")),
    "datadog_30": ("30d", pairs("2%", "5%", "10%")),
    "datadog_90": ("90d", pairs("1%", "3%", "5%")),
}  # fmt: skip


def policy(document):
    """The policy of a document that is known to be sound."""
    allowed = 1 - Fraction(document["target"].rstrip("%")) / 100
    own, rows = PRESETS[document["preset"]] if "preset" in document else (document["period"], document.get("rows"))
    own, period = span(own), span(document.get("period", own))
    conditions = []
    for row in rows:
        long, short, wait = span(row["long"]), span(row["short"]), span(row.get("for", "0s"))
        factor = Fraction(row["factor"]) if "factor" in row else Fraction(percent(row["spends"], 10**6), 10**6) * own / long
        if period != own and document["scale"] == "windows":
            long, short, wait = (floor(Fraction(w * period, own * MINUTE) + Fraction(1, 2)) * MINUTE for w in (long, short, wait))
        elif period != own:
            factor = factor * period / own
        assert factor * allowed <= 1 and 10 * SECOND <= short <= long <= min(period, 30 * DAY)
        conditions.append({"severity": row["severity"], "factor": factor, "long": long, "short": short, "for": wait})
    return {
        "allowed": allowed,
        "period": period,
        "rows": conditions,
        "drops": [{**drop, "share": Fraction(percent(drop["spends"], 10**6), 10**6), "window": span(drop["window"])} for drop in document.get("drops", [])],
        "reset": Fraction(percent(document.get("reset", "100%"), 10**6), 10**6),
        "min_coverage": Fraction(percent(document.get("min_coverage", "50%"), 10**6), 10**6),
        "min_hold": span(document.get("min_hold", "0s")),
        "evidence": document.get("evidence"),
    }


def factor_text(factor):
    if 10**6 % factor.denominator:
        return f"{factor.numerator}/{factor.denominator}"
    parts = int(factor * 10**6)
    return f"{parts // 10**6}.{parts % 10**6:06}".rstrip("0").rstrip(".")


def shown_rows(made):
    return [
        {
            "severity": row["severity"], "factor": factor_text(row["factor"]), "factor_ppm": floor(row["factor"] * 10**6),
            "long": span_text(row["long"]), "short": span_text(row["short"]), "for": span_text(row["for"]) if row["for"] else "0s",
            "spend_at_firing_ppm": ceil(row["factor"] * row["long"] / made["period"] * 10**6),
        }
        for row in made["rows"]
    ]  # fmt: skip


def policies():
    def case(name, source, document, published=()):
        rows = shown_rows(policy(document))
        for n, (long, short, factor, wait) in published:
            row = rows[n]
            assert (row["long"], row["short"], row["factor"]) == (long, short, factor) and wait in (None, row["for"]), (name, row)
        listed = [dict(zip(("row", "long", "short", "factor", "for"), (n, *numbers))) for n, numbers in published]
        return {"name": name, "source": source, "policy": document, "rows": rows, "published": listed}

    def preset(name, **more):
        return {"target": "99.9%", "preset": name, **more}

    fast, slow, day, three = ("1h", "5m", "14.4", None), ("6h", "30m", "6", None), ("1d", "2h", "3", None), ("3d", "6h", "1", None)
    yield case("table 5-8", WORKBOOK, preset("workbook_3"), [(0, fast), (1, slow), (2, three)])
    yield case("the code listing", WORKBOOK, preset("workbook_4"), [(0, fast), (1, slow), (2, day), (3, three)])
    yield case("sloth, 30 days", SLOTH, preset("sloth_30"), [(0, fast), (1, slow), (2, day), (3, three)])
    yield case("sloth, 28 days", SLOTH, preset("sloth_28"), [(0, ("1h", "5m", "13.44", None)), (1, ("6h", "30m", "5.6", None)), (2, ("1d", "2h", "2.8", None)), (3, ("3d", "6h", "14/15", None))])
    yield case("pyrra, 28 days", PYRRA, preset("pyrra"), [(0, ("1h", "5m", "14", "2m")), (1, ("6h", "30m", "7", "15m")), (2, ("1d", "2h", "2", "1h")), (3, ("4d", "6h", "1", "3h"))])
    yield case("pyrra, 7 days", OURS, preset("pyrra", period="7d", scale="windows"))
    yield case("Datadog, 7 days", DATADOG, preset("datadog_7"), [(0, ("1h", "5m", "16.8", None)), (1, ("6h", "30m", "5.6", None)), (2, ("1d", "2h", "2.8", None))])
    yield case("Datadog, 30 days", DATADOG, preset("datadog_30"), [(0, fast), (1, slow), (2, day)])
    yield case("Datadog, 90 days", DATADOG, preset("datadog_90"), [(0, ("1h", "5m", "21.6", None)), (1, ("6h", "30m", "10.8", None)), (2, ("1d", "2h", "4.5", None))])
    yield case("slokit, 7 days", SLOKIT, preset("workbook_4", period="7d", scale="windows"), [(0, ("14m", "1m", "14.4", None)), (1, ("1h24m", "7m", "6", None)), (2, ("5h36m", "28m", "3", None)), (3, ("16h48m", "1h24m", "1", None))])
    yield case("kubernetes-mixin", MIXIN, {"target": "99%", "period": "30d", "rows": [
        r("1h", "5m", "page", factor="14.4", wait="2m"), r("6h", "30m", "page", factor="6", wait="15m"),
        r("1d", "2h", "ticket", factor="3", wait="1h"), r("3d", "6h", "ticket", factor="1", wait="3h")]},
        [(0, ("1h", "5m", "14.4", "2m")), (1, ("6h", "30m", "6", "15m")), (2, ("1d", "2h", "3", "1h")), (3, ("3d", "6h", "1", "3h"))])  # fmt: skip
    seven = [r("1h", "5m", "page", "8%"), r("6h", "30m", "page", "12.5%"), r("1d", "2h", "ticket", "20%"), r("3d", "6h", "ticket", "42%")]
    yield case("sloth, a catalogue of one's own for 7 days", SLOTH, {"target": "99.9%", "period": "7d", "rows": seven},
               [(0, ("1h", "5m", "13.44", None)), (1, ("6h", "30m", "3.5", None)), (2, ("1d", "2h", "1.4", None)), (3, ("3d", "6h", "0.98", None))])  # fmt: skip
    custom = [r("30m", "5m", "page", "1%"), r("3h", "15m", "page", "2%"), r("12h", "1h", "ticket", "5%"), r("1d12h", "3h", "ticket", "5%")]
    yield case("sloth, windows of one's own", "slok/sloth, examples/windows/custom-30d.yaml, commit 0e395d8", {"target": "99.9%", "period": "30d", "rows": custom},
               [(0, ("30m", "5m", "14.4", None)), (1, ("3h", "15m", "4.8", None)), (2, ("12h", "1h", "3", None)), (3, ("1d12h", "3h", "1", None))])  # fmt: skip
    generator = "google/slo-generator, samples/config.yaml, commit 967f124"
    yield case("slo-generator, single windows", generator, {"target": "99.9%", "period": "28d", "rows": [
        r("1h", "1h", "page", factor="9"), r("12h", "12h", "page", factor="3"), r("7d", "7d", "ticket", factor="1.5"), r("28d", "28d", "ticket", factor="1")]},
        [(0, ("1h", "1h", "9", None)), (1, ("12h", "12h", "3", None)), (2, ("7d", "7d", "1.5", None)), (3, ("28d", "28d", "1", None))])  # fmt: skip
    yield case("iteration 5, one window", WORKBOOK, {"target": "99.9%", "period": "30d", "rows": [r("1h", "1h", "page", "5%")]}, [(0, ("1h", "1h", "36", None))])
    yield case("factors grow with the period", OURS, preset("workbook_3", period="90d", scale="factors"))
    yield case("factors shrink with the period", OURS, preset("workbook_4", period="7d", scale="factors"))
    yield case("within reach at a week only", OURS, {"target": "90%", "preset": "workbook_3", "period": "7d", "scale": "factors"})
    yield case("exactly within reach", OURS, {"target": "50%", "period": "30d", "rows": [r("1h", "1h", "page", factor="2")]})
    yield case("six nines", OURS, {"target": "99.9999%", "preset": "workbook_4"})


INVALID = [
    ("nothing", {}, [("target", "missing"), ("period", "missing"), ("rows", "missing")]),
    ("90% never burns at 14.4", {"target": "90%", "preset": "workbook_3"}, [("rows[0].spends", "conflict")]),
    ("50% never burns at more than 2", {"target": "50%", "preset": "workbook_4"}, [("rows[0].spends", "conflict"), ("rows[1].spends", "conflict"), ("rows[2].spends", "conflict")]),
    ("a period of half a day leaves pyrra no short window", {"target": "99.9%", "preset": "pyrra", "period": "12h", "scale": "windows"}, [("rows[0].short", "range")]),
    ("no scale", {"target": "99.9%", "preset": "pyrra", "period": "7d"}, [("scale", "missing")]),
    ("a scale of rows", {"target": "99.9%", "period": "7d", "scale": "windows", "rows": pairs("8%")}, [("scale", "unknown")]),
    ("a preset nobody published", {"target": "99.9%", "preset": "slokit"}, [("preset", "unknown")]),
    ("a preset with rows", {"target": "99.9%", "preset": "pyrra", "rows": FOUR}, [("rows", "conflict")]),
    ("an hour at least", {"target": "99.9%", "period": "59m", "rows": FOUR}, [("period", "range")]),
    ("no rows", {"target": "99.9%", "period": "30d", "rows": []}, [("rows", "range")]),
    ("17 rows", {"target": "99.9%", "period": "30d", "rows": pairs("2%") * 17}, [("rows", "range")]),
    ("windows that cannot be read", {"target": "99.9%", "period": "90d", "rows": [
        r("1h", "9s999ms", "page", "2%"), r("30d1ms", "1h", "page", "2%"), r("1h", "0s", "page", "2%"), r("5m", "1h", "page", "2%")]},
     [("rows[0].short", "range"), ("rows[1].long", "range"), ("rows[2].short", "range"), ("rows[3].short", "conflict")]),
    ("longer than the period", {"target": "99.9%", "period": "2h", "rows": [r("3h", "5m", "page", "2%")]}, [("rows[0].long", "conflict")]),
    ("one more than within reach", {"target": "50%", "period": "30d", "rows": [r("1h", "1h", "page", factor="2.000001")]}, [("rows[0].factor", "conflict")]),
    ("odd options", {"target": "99.9%", "preset": "pyrra", "reset": "0%", "min_coverage": "101%", "evidence": 1, "min_hold": "soon", "pager": "on"},
     [("reset", "range"), ("min_coverage", "range"), ("min_hold", "syntax"), ("evidence", "range"), ("pager", "unknown")]),
    ("a drop that cannot be", {"target": "99.9%", "preset": "workbook_3", "drops": [{"spends": "100%", "window": "43m12s", "severity": "page"}]}, [("drops[0].spends", "conflict")]),
]  # fmt: skip


# --- evaluation -----------------------------------------------------------------------------------------------------


def lacking(made, read):
    if read["good"] + read["bad"] == 0:
        return "no_events"
    if Fraction(span(read["watched"]), span(read["window"])) < made["min_coverage"]:
        return "coverage"
    return "resolution" if span(read["resolution"]) > span(read["window"]) else None


def numbers(read):
    return {key: int(value) if key in ("good", "bad") else value for key, value in read.items()}


def window_report(made, read, exceeds):
    total = read["good"] + read["bad"]
    report = {key: read[key] for key in ("window", "resolution", "watched", "coverage", "good", "bad")}
    report["burn_rate_ppm"] = ceil(Fraction(read["bad"], total) / made["allowed"] * 10**6) if total else None
    return report | {"exceeds": exceeds if total else None}


def ln_beta(a, b):
    return lgamma(a) + lgamma(b) - lgamma(a + b)


class Alerts:
    def __init__(self, made):
        self.made = made
        self.latches = [{"burning": None, "firing": None} for _ in made["rows"] + made["drops"]]

    def step(self, latch, signal, now, wait):
        for key in latch:
            latch[key] = None if latch[key] is None else min(latch[key], now)
        if latch["firing"] is None:
            if signal == "over":
                latch["burning"] = now if latch["burning"] is None else latch["burning"]
                if now - latch["burning"] >= wait:
                    latch["burning"], latch["firing"] = None, now
                    return "fired"
            elif signal == "under":
                latch["burning"] = None
        elif signal == "under" and now - latch["firing"] >= self.made["min_hold"]:
            latch["firing"] = None
            return "reset"
        return None

    def evidence(self, row, log, now, limit):
        width = next(ratio * 10_000 for ratio, whole in TIERS if ratio * whole * 10_000 >= row["long"])
        stretch = ceil(Fraction(row["long"], width)) * width
        since = now - now % stretch
        read = numbers(log.read(now - since, now))
        if since % span(read["resolution"]):
            return None  # the buckets that are left hold what came before
        good, bad = read["good"], read["bad"]
        needed, rate = ln(1 / self.made["evidence"]), float(limit)
        odds = ln_beta(0.5 + bad, 0.5 + good) - ln_beta(0.5, 0.5) - bad * ln(rate) - good * ln(1 - rate)
        enough = odds >= needed and bad > limit * (good + bad)
        return {"since": since, "good": good, "bad": bad, "ln_odds": odds, "needed": needed, "suffices": enough}

    def evaluate(self, log, now):
        made, rows, drops, firing, unknown = self.made, [], [], set(), False
        for row, latch in zip(made["rows"], self.latches):
            long, short = (numbers(log.read(row[which], now)) for which in ("long", "short"))
            limit = row["factor"] * made["allowed"]
            above = {id(read): read["bad"] >= limit * (read["good"] + read["bad"]) for read in (long, short)}
            frozen, evidence = lacking(made, long) or lacking(made, short), None
            if frozen:
                signal = "unknown"
            elif latch["firing"] is not None:
                signal = "between" if short["bad"] >= limit * made["reset"] * (short["good"] + short["bad"]) else "under"
            else:
                signal = "over" if all(above.values()) else "under"
                if signal == "over" and made["evidence"] and row["severity"] == "page":
                    evidence = self.evidence(row, log, now, limit)
                    frozen = None if evidence else "resolution"
                    signal = "unknown" if frozen else "over" if evidence["suffices"] else "under"
            change = self.step(latch, signal, now, row["for"])
            status, since = self.status(latch, frozen)
            unknown |= status == "insufficient_data"
            firing |= {row["severity"]} if status == "firing" else set()
            rows.append({
                "severity": row["severity"], "status": status, "since": since, "change": change, "frozen": frozen,
                "threshold_ppm": floor(row["factor"] * 10**6),
                "long": window_report(made, long, above[id(long)]), "short": window_report(made, short, above[id(short)]), "evidence": evidence,
            })  # fmt: skip
        for drop, latch in zip(made["drops"], self.latches[len(made["rows"]) :]):
            read = numbers(log.read(drop["window"], now))
            total = read["good"] + read["bad"]
            spent = Fraction(read["bad"], total) / made["allowed"] * span(read["watched"]) / made["period"] if total else 0
            frozen = None
            if spent > drop["share"]:
                signal = "over"
            else:
                frozen = lacking(made, read)
                between = latch["firing"] is not None and spent > drop["share"] * made["reset"]
                signal = "unknown" if frozen else "between" if between else "under"
            change = self.step(latch, signal, now, 0)
            status, since = self.status(latch, frozen)
            unknown |= status == "insufficient_data"
            firing |= {drop["severity"]} if status == "firing" else set()
            window = window_report(made, read, spent > drop["share"])
            ppm = window["burn_rate_ppm"]
            drops.append({
                "severity": drop["severity"], "status": status, "since": since, "change": change, "frozen": frozen, "threshold": drop["spends"],
                "spent_ppm": None if ppm is None else ceil(Fraction(ppm * span(read["watched"]), made["period"])), "window": window,
            })  # fmt: skip
        alert = "page" if "page" in firing else "ticket" if firing else "insufficient_data" if unknown else "quiet"
        return {"alert": alert, "at": now, "rows": rows, "drops": drops}

    def status(self, latch, frozen):
        if latch["firing"] is not None:
            return "firing", latch["firing"]
        since = None if latch["burning"] is None else latch["burning"]
        return "insufficient_data" if frozen else "pending" if since else "quiet", since


def traces():
    """Runs of events (first, every, count, good, bad), with evaluations between them. `asked` lists the times since midnight."""

    def case(name, document, steps, alerts):
        made, log = policy(document), CachedLog()
        state, out, answers = Alerts(made), [], []
        for runs, asked in steps:
            for first, every, count, good, bad in runs:
                for n in range(count):
                    log.add(MIDNIGHT + first + n * every, good, bad)
            decisions = [state.evaluate(log, MIDNIGHT + at) for at in asked]
            answers += [decision["alert"] for decision in decisions]
            given = [[MIDNIGHT + first, every, count, good, bad] for first, every, count, good, bad in runs]
            out.append({"runs": given, "asked": [MIDNIGHT + at for at in asked], "decisions": decisions})
        assert answers == alerts, (name, answers)
        return {"name": name, "policy": document, "steps": out}

    def only(*rows, **more):
        return {"target": "99.9%", "period": "30d", "rows": list(rows), **more}

    fast, three = FOUR[0], {"target": "99.9%", "preset": "workbook_3"}
    hour = [(0, 10 * SECOND, 360, 1_000, 0)]
    yield case("silence is not health", three, [([], [0, HOUR]), (hour, [HOUR])], ["insufficient_data"] * 3)
    yield case("a total outage, told once for all rows that burn, and its end", only(fast, FOUR[1]), [
        ([(0, MINUTE, 360, 1_000, 0)], [6 * HOUR]),
        ([(6 * HOUR, 10 * SECOND, 36, 0, 167)], [6 * HOUR + n * MINUTE for n in (1, 2, 3, 5, 6)]),
        ([(6 * HOUR + 6 * MINUTE, MINUTE, 60, 1_000, 0)], [6 * HOUR + n * MINUTE for n in (8, 10, 11, 12, 40, 66)]),
    ], ["quiet", "page", "page", "page", "page", "page", "page", "page", "page", "page", "quiet", "quiet"])  # fmt: skip
    yield case("exactly at the threshold fires, one good event more does not", only(r("10m", "10m", "page", factor="14.4")), [
        ([(0, MINUTE, 10, 9_856, 144)], [10 * MINUTE]),
        ([(10 * MINUTE, MINUTE, 10, 9_856, 144)], [20 * MINUTE]),
        ([(20 * MINUTE, MINUTE, 9, 9_856, 144), (29 * MINUTE, MINUTE, 1, 9_857, 144)], [30 * MINUTE]),
    ], ["page", "page", "quiet"])  # fmt: skip
    yield case("hysteresis", only(r("10m", "1m", "page", factor="10"), reset="50%"), [
        ([(0, MINUTE, 10, 990, 10)], [10 * MINUTE]),
        ([(10 * MINUTE, MINUTE, 1, 995, 5)], [11 * MINUTE]),
        ([(11 * MINUTE, MINUTE, 1, 996, 4)], [12 * MINUTE]),
    ], ["page", "page", "quiet"])  # fmt: skip
    yield case("at least so long", only(r("10m", "1m", "page", factor="10"), min_hold="5m"), [
        ([(0, MINUTE, 10, 990, 10)], [10 * MINUTE]),
        ([(10 * MINUTE, MINUTE, 10, 1_000, 0)], [12 * MINUTE, 14 * MINUTE + 50 * SECOND, 15 * MINUTE]),
    ], ["page", "page", "page", "quiet"])  # fmt: skip
    yield case("only after so long", only(r("10m", "1m", "ticket", factor="10", wait="3m")), [
        ([(0, MINUTE, 20, 980, 20)], [10 * MINUTE, 12 * MINUTE, 12 * MINUTE + 59 * SECOND, 13 * MINUTE]),
    ], ["quiet", "quiet", "quiet", "ticket"])  # fmt: skip
    yield case("too little coverage freezes, and enough does not", only(r("1h", "5m", "page", "2%"), min_coverage="75%"), [
        ([(0, MINUTE, 44, 0, 10)], [44 * MINUTE]),
        ([(44 * MINUTE, MINUTE, 1, 0, 10)], [45 * MINUTE]),
    ], ["insufficient_data", "page"])  # fmt: skip
    yield case("an outage that takes the traffic with it stays on", only(fast), [
        ([(0, MINUTE, 60, 100, 0), (HOUR, MINUTE, 5, 0, 100)], [HOUR + 5 * MINUTE, HOUR + 30 * MINUTE, 9 * HOUR, 40 * DAY]),
        ([(40 * DAY, MINUTE, 60, 100, 0)], [40 * DAY + HOUR]),
    ], ["page", "page", "page", "page", "quiet"])  # fmt: skip
    yield case("a drop fires on little coverage, and resets only on enough", only(fast, drops=[{"spends": "2%", "window": "6h", "severity": "page"}]), [
        ([(0, MINUTE, 1, 0, 100)], [MINUTE]),
        ([(MINUTE, MINUTE, 600, 1_000, 0)], [2 * HOUR, 4 * HOUR, 7 * HOUR]),
    ], ["page", "page", "quiet", "quiet"])  # fmt: skip
    evasion = {"target": "99.9%", "preset": "workbook_3", "drops": [{"spends": "10%", "window": "1d", "severity": "page"}]}
    yield case("twenty seconds of every hour", evasion, [
        ([(h * HOUR + s * 10 * SECOND, MINUTE, 1, 0, 100) for h in range(24) for s in (0, 1)] + [(20 * SECOND, 10 * SECOND, 1, 100, 0)]
         + [(h * HOUR + m * 5 * MINUTE + MINUTE, MINUTE, 1, 2_983, 0) for h in range(24) for m in range(12)], [12 * HOUR, 18 * HOUR, DAY]),
    ], ["insufficient_data", "page", "page"])  # fmt: skip
    yield case("late, future, and out of order", only(r("10m", "1m", "page", factor="10")), [
        ([(9 * MINUTE, -MINUTE, 10, 995, 5), (3 * DAY, SECOND, 1, 0, 10**6)], [10 * MINUTE]),
        ([(0, MINUTE, 10, 0, 6), (9 * MINUTE, MINUTE, 1, 0, 6)], [10 * MINUTE]),
        ([(10 * MINUTE, MINUTE, 3, 995, 0)], [13 * MINUTE]),
        ([], [3 * DAY, 14 * MINUTE]),  # the stamp from the future comes true, and the clock is set back
        ([(14 * MINUTE, 10 * SECOND, 6, 995, 0)], [15 * MINUTE]),
    ], ["quiet", "page", "quiet", "page", "page", "quiet"])  # fmt: skip
    fifty = {"target": "50%", "period": "30d", "rows": [r("10m", "10m", "page", factor="1.5"), r("10m", "10m", "ticket", factor="2")]}
    yield case("an objective of a half", fifty, [([(0, MINUTE, 10, 1, 3)], [10 * MINUTE]), ([(10 * MINUTE, MINUTE, 10, 0, 1)], [20 * MINUTE])], ["page", "page"])
    nines = {"target": "99.9999%", "preset": "workbook_3", "min_coverage": "5%"}
    yield case("six nines", nines, [([(0, 10 * MINUTE, 72, 10**7 - 10, 10), (12 * HOUR - MINUTE, MINUTE, 1, 10**7, 10**4)], [6 * HOUR, 12 * HOUR])], ["ticket", "page"])
    lone = only(fast, FOUR[3], evidence=0.001, min_coverage="0%")
    yield case("one failure in sixty is no proof, and ten are", lone, [
        ([(0, MINUTE, 59, 1, 0), (58 * MINUTE, MINUTE, 1, 0, 1)], [59 * MINUTE]),
        ([(59 * MINUTE, SECOND, 9, 0, 1)], [59 * MINUTE + 10 * SECOND, 61 * MINUTE]),
    ], ["ticket", "page", "page"])  # fmt: skip
    ahead = {"target": "99.9%", "period": "30d", "rows": [r("5h", "2h", "page", factor="14.4")], "evidence": 0.001}
    yield case("a clock that ran ahead hides where evidence begins", ahead, [
        ([(0, MINUTE, 300, 900, 100)], [5 * HOUR]),
        ([(5 * HOUR, MINUTE, 360, 1000, 0)], [11 * HOUR]),
        ([(11 * HOUR, MINUTE, 180, 900, 100), (7 * DAY, 30 * MINUTE, 400, 1, 0)], [14 * HOUR]),
    ], ["page", "quiet", "insufficient_data"])  # fmt: skip


# --- closed forms ---------------------------------------------------------------------------------------------------


def forms():
    def share(text):
        return Fraction(text.rstrip("%")) / 100

    for target, preset in [("99.9%", "workbook_4"), ("99.99%", "pyrra"), ("99%", "datadog_90"), ("99.9999%", "sloth_28")]:
        made = policy({"target": target, "preset": preset})
        for failing in ["100%", "15%", "10%", "5%", "1.44%", "1%", "0.1%", "0.0001%"]:
            e, rows = share(failing), []
            for row in made["rows"]:
                limit = row["factor"] * made["allowed"]
                fires = ceil(limit * row["long"] / e) + row["for"] if limit <= e else None
                rows.append({"fires": fires, "resets": row["short"] - floor(limit * row["short"] / e) if limit <= e else None})
            yield {
                "policy": {"target": target, "preset": preset}, "failing": failing, "rows": rows,
                "exhausted": min(floor(made["allowed"] * made["period"] / e), 36_525 * DAY),
                "exposure": percent_text(min(10**6, floor(Fraction(2, 100) * made["allowed"] * made["period"] / (e * 15 * MINUTE) * 10**6))),
                "delay": min(floor(Fraction(2, 100) * made["allowed"] * made["period"] / (e * Fraction(5, 100))), 36_525 * DAY),
            }  # fmt: skip


def burn_rates():
    """Burn rates of counts, and the most that an objective allows, in parts per million."""
    kibana = "elastic/kibana, slo/server/domain/services/compute_burn_rate.test.ts"
    for source, target, good, bad, theirs in [
        (kibana, "99.9%", 1, 0, 0), (kibana, "90%", 9, 1, 1), (kibana, "99%", 9, 1, 10), (kibana, "80%", 9, 1, Fraction(1, 2)),
        ("google/slo-generator, tests/unit/fixtures/slo_report_v1.json, commit 967f124", "90%", 3_556, 3_556, 5),
        (DATADOG + ": the most at 96%", "96%", 0, 1, 25), (OURS, "99.9999999%", 0, 1, 10**9), (OURS, "50%", 2**40 + 1, 2**40, None),
    ]:  # fmt: skip
        ours = ceil(Fraction(bad, good + bad) / (1 - Fraction(target.rstrip("%")) / 100) * 10**6)
        assert theirs is None or ours == theirs * 10**6
        yield {"source": source, "target": target, "good": good, "bad": bad, "ppm": ours}


def published_times():
    """Numbers of the workbook that follow from the closed forms, with what they were printed as, in milliseconds."""
    month = {"target": "99.9%", "period": "30d"}
    one = lambda window, factor: {**month, "rows": [r(window, window, "page", factor=factor)]}
    yield {"source": WORKBOOK, "says": "0.6 s", "policy": one("10m", "1"), "failing": "100%", "form": "fires", "published": 600, "within": 0}
    yield {"source": WORKBOOK, "says": "2 minutes and 10 seconds", "policy": one("1d12h", "1"), "failing": "100%", "form": "fires", "published": 130_000, "within": 500}
    yield {"source": WORKBOOK, "says": "58 minutes", "policy": one("1h", "36"), "failing": "100%", "form": "resets", "published": 58 * MINUTE, "within": 30_000}
    yield {"source": WORKBOOK, "says": "about 5 minutes", "policy": one("1h", "14.4"), "failing": "15%", "form": "fires", "published": 5 * MINUTE, "within": MINUTE}
    for failing, printed, within, says in [("0.1%", 30 * DAY, 0, "30 days"), ("0.2%", 15 * DAY, 0, "15 days"), ("1%", 3 * DAY, 0, "3 days"), ("100%", 43 * MINUTE, 15_000, "43 minutes"), ("3.5%", 73_800_000, 300_000, "20.5 hours")]:
        yield {"source": WORKBOOK, "says": says, "policy": {"target": "99.9%", "preset": "workbook_3"}, "failing": failing, "form": "exhausted", "published": printed, "within": within}
    nines = {"target": "99.999%", "preset": "workbook_3"}
    yield {"source": WORKBOOK, "says": "26 seconds", "policy": nines, "failing": "100%", "form": "exhausted", "published": 26_000, "within": 100}
    yield {"source": WORKBOOK, "says": "43 minutes at 1%", "policy": nines, "failing": "1%", "form": "exhausted", "published": 43 * MINUTE, "within": 15_000}
    seven = {"target": "99%", "preset": "pyrra"}
    yield {"source": "pyrra-dev/pyrra, slo/slo.go (Exhausts), commit 1ba95afb", "says": "four days at 7", "policy": seven, "failing": "7%", "form": "exhausted", "published": 4 * DAY, "within": 0}
    yield {"source": DATADOG, "says": "three days at 10", "policy": {"target": "99%", "preset": "datadog_30"}, "failing": "10%", "form": "exhausted", "published": 3 * DAY, "within": 0}


def not_matched():
    """Published, and wrong at the source: a burn rate or a time that we must not give."""
    yield {"source": WORKBOOK + ", on low traffic", "says": "10% failing against 99.9% burns 1,000 times as fast as allowed", "target": "99.9%", "good": 9, "bad": 1,
           "theirs_ppm": 1_000_000_000, "ours_ppm": 100_000_000, "why": "10% over 0.1% is 100, and its own next number, 13.9% of the month in an hour, follows from 100"}  # fmt: skip
    yield {"source": "google/slo-generator, tests/unit/fixtures/slo_report_v2.json", "says": "half failing at 90% consumes 19.99% of the budget of the window", "target": "90%", "good": 1, "bad": 1,
           "theirs_ppm": 199_900, "ours_ppm": 5_000_000, "why": "a fixture written by hand; its own formula gives 500%"}  # fmt: skip
    yield {"source": "slokit 1.9.0, src/budget.rs", "says": "no event of none burns infinitely fast", "target": "99.9%", "good": 0, "bad": 0,
           "theirs_ppm": 0, "ours_ppm": None, "why": "no traffic says nothing: there is no burn rate"}  # fmt: skip


def main():
    vectors = {
        "version": "rampgate-burn-1",
        "about": "Made by make_burn_rate.py. Traces: record `runs` (first, every, count, good, bad) in order, then evaluate at each time of `asked`, and go on.",
        "policies": list(policies()),
        "invalid_policies": [{"name": name, "policy": document, "problems": [{"path": p, "kind": k} for p, k in problems]} for name, document, problems in INVALID],
        "traces": list(traces()),
        "forms": list(forms()),
        "burn_rates": list(burn_rates()),
        "published_times": list(published_times()),
        "not_matched": list(not_matched()),
    }  # fmt: skip
    parts = []
    for name, value in vectors.items():
        lines = ",\n".join("  " + json.dumps(case) for case in value) if isinstance(value, list) else None
        parts.append(f' "{name}": ' + (f"[\n{lines}\n ]" if lines else json.dumps(value)))
    print("{\n" + ",\n".join(parts) + "\n}")


if __name__ == "__main__":
    main()
