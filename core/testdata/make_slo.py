"""Makes slo.json: an implementation of spec/slo.md, version rampgate-slo-1, that shares no code with the library.

It keeps the plain list of events and works everything out from it, in Python's unbounded integers: no tiers that fill up, no merging, no
overflow to avoid. Python 3.10, standard library only:

    python3 make_slo.py > slo.json

Numbers that somebody published carry `source` and `published`; this script checks that ours agree with them to the precision printed.
"""

import json
import random
import re
from fractions import Fraction
from math import ceil, floor

MAX = 2**64 - 1
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
TIERS = [(1, 360), (6, 360), (30, 288), (180, 144), (720, 360)]  # ratio, buckets in the span
UNITS = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND, "ms": 1}


# --- quantities as text ---------------------------------------------------------------------------------------------


def span(text):
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)(ms|[dhms])", text))


def span_text(millis):
    parts = []
    for unit, size in UNITS.items():
        if millis >= size:
            parts.append(f"{millis // size}{unit}")
            millis %= size
    return "".join(parts) or "0s"


def percent(text, scale):
    value = Fraction(text.rstrip("%")) * scale / 100
    assert value.denominator == 1, text
    return int(value)


def percent_text(parts):
    return f"{parts // 10_000}.{parts % 10_000:04}".rstrip("0").rstrip(".") + "%"


def big(number):
    """Integers that a binary64 cannot hold are written as text."""
    return str(number) if abs(number) > 2**53 else number


# --- the counter, from the list of its events -----------------------------------------------------------------------


class Log:
    def __init__(self, runs):
        self.events, self.rejected = [], 0
        for first, every, count, good, bad in runs:
            for n in range(count):
                self.add(first + n * every, good, bad)

    def add(self, at, good, bad):
        if good + bad == 0:
            return
        if at // 10_000 > 2**32 - 1:
            self.rejected += min(MAX, good + bad)
            return
        self.events.append((at, good, bad))

    def count_late(self):
        """Late is the only matter of order: replays the arrivals against the epochs of the coarsest tier."""
        epochs, late, keep = [], 0, TIERS[4][1] + 17
        for at, good, bad in self.events:
            epoch = at // (720 * 10_000)
            if epoch not in epochs:
                if len(epochs) == keep and epoch < min(epochs):
                    late += good + bad
                    continue
                epochs.append(epoch)
                if len(epochs) > keep:
                    epochs.remove(min(epochs))
        return late

    def buckets(self, tier):
        ratio, whole = TIERS[tier]
        sums = {}
        for at, good, bad in self.events:
            old = sums.get(at // (ratio * 10_000), (0, 0))
            sums[at // (ratio * 10_000)] = (min(MAX, old[0] + good), min(MAX, old[1] + bad))
        return sorted((epoch, *both) for epoch, both in sums.items())[-(whole + 17) :]

    def full(self, tier):
        return len(self.buckets(tier)) == TIERS[tier][1] + 17

    def complete_since(self, tier):
        return self.buckets(tier)[0][0] * TIERS[tier][0] * 10_000 if self.full(tier) else 0

    def read(self, window, now):
        start = max(0, now - window)
        fits = (t for t in range(5) if TIERS[t][0] * TIERS[t][1] * 10_000 >= window and self.complete_since(t) <= start)
        tier = next(fits, 4)
        width = TIERS[tier][0] * 10_000
        first, last = start // width, now // width
        inside = [(good, bad) for epoch, good, bad in self.buckets(tier) if first <= epoch <= last]
        ahead = sum(good + bad for epoch, good, bad in self.buckets(tier) if epoch > last)
        witness = next((t for t in range(5) if not self.full(t)), 4)
        starts = (epoch * TIERS[witness][0] * 10_000 for epoch, _, _ in self.buckets(witness))
        began = next((s for s in starts if max(0, start - 30 * DAY) <= s < (last + 1) * width), None)
        watched = 0
        if began is not None:
            watched = min(window, max(now - began, 10_000))
            if self.complete_since(tier) > start:
                watched = min(watched, max(now - self.complete_since(tier), 1))
        good, bad = (min(MAX, sum(column)) for column in zip(*inside, (0, 0)))
        return reading(window, watched, good, bad, width, self.count_late(), min(MAX, ahead), self.rejected)

    def stored(self):
        numbers = []
        for tier in range(5):
            before = 0
            numbers.append(len(self.buckets(tier)))
            for epoch, good, bad in self.buckets(tier):
                numbers += [epoch - before, good, bad]
                before = epoch
        return b"".join(map(varint, [*numbers, self.count_late(), self.rejected]))


def varint(number):
    out = bytearray()
    while number >= 128:
        out.append(number % 128 + 128)
        number //= 128
    out.append(number)
    return bytes(out)


def reading(window, watched, good, bad, resolution=0, late=0, ahead=0, rejected=0):
    return {
        "window": span_text(window),
        "resolution": span_text(resolution),
        "watched": span_text(watched),
        "coverage": percent_text(1_000_000 * watched // window),
        "good": big(good),
        "bad": big(bad),
        "late": big(late),
        "ahead": big(ahead),
        "rejected": big(rejected),
    }


# --- budget and gate, as the fractions they are ---------------------------------------------------------------------


def budget(objective, period, read, at_risk="20%"):
    b, w_period = Fraction(percent("100%", 10**9) - percent(objective, 10**9), 10**9), span(period)
    bad, total = int(read["bad"]), int(read["good"]) + int(read["bad"])
    answer = {"state": "insufficient_data", "objective": objective, "period": period, "at_risk": at_risk}
    names = ["consumed_by_events_ppm", "remaining_by_events_ppm", "consumed_by_time_ppm", "remaining_by_time_ppm"]
    if total == 0:
        return {**answer, **dict.fromkeys(names), "reading": read}
    by_events = Fraction(bad, total) / b
    by_time = by_events * Fraction(min(span(read["watched"]), w_period), w_period)
    events_ppm, time_ppm = ceil(by_events * 10**6), ceil(by_time * 10**6)
    numbers = [events_ppm, 10**6 - events_ppm, time_ppm, 10**6 - time_ppm]
    if by_time >= 1:
        answer["state"] = "exhausted"
    elif 10**6 - time_ppm <= percent(at_risk, 10**6):
        answer["state"] = "at_risk"
    else:
        answer["state"] = "ok"
    return {**answer, **dict(zip(names, numbers)), "reading": read}


def ask(spec, read, current, asked):
    options = {"assumed_failure": "100%", "risk": "25%", "at_risk": "20%", "on_exhausted": "hold", **spec}
    spent = budget(options["target"], options["period"], read, options["at_risk"])
    b = 1 - Fraction(percent(options["target"], 10**9), 10**9)
    f = Fraction(percent(options["assumed_failure"], 10**6), 10**6)
    k = Fraction(percent(options["risk"], 10**6), 10**6)
    d, w_period = span(options["detection_delay"]), span(options["period"])
    c, x = percent(current, 10**6), percent(asked, 10**6)
    exhausted = spent["state"] == "exhausted"
    closed = int(read["good"]) == 0 and not exhausted and options["on_missing_data"] == "hold"
    presumed = not closed and spent["state"] == "insufficient_data"
    left = 0 if closed else 10**6 if presumed else spent["remaining_by_time_ppm"]
    allowed = floor(max(left, 0) * k)
    spend = ceil(x * f * d / (b * w_period))
    largest = min(10**6, floor(allowed * b * w_period / (f * d)))
    if exhausted and options["on_exhausted"] == "rollback" and c > 0:
        answer, rule = "roll_back", "exhausted"
    elif x <= c:
        answer, rule = "allow", "no_rise"
    elif exhausted:
        answer, rule = "hold", "exhausted"
    elif closed:
        answer, rule = "hold", "missing_data"
    elif x <= largest:
        answer, rule = "allow", "within_risk"
    elif largest > c:
        answer, rule = {"cap": percent_text(largest)}, "beyond_risk"
    else:
        answer, rule = "hold", "beyond_risk"
    return {
        "answer": answer,
        "rule": rule,
        "current": current,
        "asked": asked,
        "largest": percent_text(largest),
        "spend_ppm": spend,
        "allowed_ppm": allowed,
        "presumed_whole": presumed,
        "assumed_failure": options["assumed_failure"],
        "detection_delay": options["detection_delay"],
        "risk": options["risk"],
        "budget": spent,
    }


# --- the cases ------------------------------------------------------------------------------------------------------

WORKBOOK = "Google, The Site Reliability Workbook, chapter Alerting on SLOs"
DATADOG = "DataDog/documentation, content/en/service_level_objectives/burn_rate.md"
SLOTH = "slok/sloth, internal/alert/alert_test.go"
KIBANA = "elastic/kibana, compute_error_budget.test.ts"
SLOGEN = "google/slo-generator, tests/unit/fixtures/slo_report_v1.json"
OPENSLO = "OpenSLO/OpenSLO, examples/budgeting-method/README.md"
OPENSLO_LOW = "OpenSLO/OpenSLO, examples/treat-low-traffic-as-equally-important/README.md"
OURS = "worked out from the definition"


def objectives():
    valid = ["99.9%", "99.95%", "99.99%", "99.999%", "99.9999999%", "95%", "90%", "50%", "0.0000001%", "1%"]
    written = {"99.90%": "99.9%", "099.5%": "99.5%", "99.9000000000000%": "99.9%"}
    cases = [(text, text) for text in valid] + list(written.items())
    for text, shown in cases:
        yield {"text": text, "allowed_parts_per_billion": 10**9 - percent(text, 10**9), "shown": shown}


INVALID_OBJECTIVES = [
    ("0%", "range"), ("100%", "range"), ("100.0000000%", "range"), ("101%", "range"), ("18446744073709%", "syntax"),
    ("99.99999999%", "syntax"), ("99.9", "syntax"), ("0.999", "syntax"), ("-1%", "syntax"), ("+99%", "syntax"),
    ("9.99e1%", "syntax"), ("99,9%", "syntax"), ("99.%", "syntax"), (".9%", "syntax"), ("99.9 %", "syntax"), ("%", "syntax"),
    ("", "syntax"), ("NaN%", "syntax"), ("\uff19\uff19%", "syntax"), ("99.9%%", "syntax"),
]  # fmt: skip

NOON = 1_795_521_600_000  # 2026-11-24T12:00:00Z


def counters():
    """`runs` are first, every, count, good, bad: `count` recordings from `first` on, one `every` so many milliseconds."""
    windows = ["10s", "5m", "1h", "1h1s", "6h", "1d", "3d", "30d"]

    def case(name, runs, reads):
        log = Log(runs)
        reads = [{"window": w, "now": now, "reading": log.read(span(w), now)} for w, now in reads]
        runs = [[*run[:3], big(run[3]), big(run[4])] for run in runs]
        return {"name": name, "runs": runs, "reads": reads, "bytes": log.stored().hex()}

    def every_window(now):
        return [(window, now) for window in windows]

    yield case("nothing", [], every_window(NOON))
    yield case("one failure, now", [[NOON, 0, 1, 0, 1]], every_window(NOON))
    yield case("recordings of no event", [[NOON, 1_000, 5, 0, 0]], every_window(NOON))
    yield case("the epoch itself", [[0, 0, 1, 3, 1]], every_window(0) + every_window(5_000))
    yield case("edges of buckets", [[NOON - 1, 1, 3, 1, 0], [NOON + 9_999, 1, 3, 0, 1]], every_window(NOON + 10_000))
    yield case("an event a minute for two hours", [[NOON, MINUTE, 120, 9, 1]], every_window(NOON + 2 * HOUR))
    yield case(
        "every ten seconds for two hours: the finest tier is full",
        [[NOON, 10_000, 720, 10, 0], [NOON + 3_600_000, 10_000, 30, 0, 10]],
        every_window(NOON + 2 * HOUR) + every_window(NOON + HOUR),
    )
    yield case(
        "weeks of traffic, one event in twenty minutes: three tiers are full",
        [[NOON, 20 * MINUTE, 40 * 72, 99, 1]],
        every_window(NOON + 40 * DAY) + [("1d", NOON + 20 * DAY), ("30d", NOON + 20 * DAY), ("30d", NOON)],
    )
    yield case(
        "older than everything kept is late",
        [[NOON, 2 * HOUR, 400, 5, 0], [NOON, 1, 2, 1, 1], [NOON + 23 * 2 * HOUR, 1, 1, 7, 0]],
        every_window(NOON + 400 * 2 * HOUR),
    )
    yield case(
        "out of order lands in its own bucket",
        [[NOON + HOUR, 10_000, 3, 1, 0], [NOON, 1, 1, 0, 4], [NOON + 30 * MINUTE, 1, 1, 2, 0]],
        every_window(NOON + HOUR + MINUTE),
    )
    yield case(
        "one event in the year 3331 waits, one in 3332 is rejected",
        [[NOON, MINUTE, 60, 1, 0], [42_949_672_959_999, 0, 1, 0, 7], [42_949_672_960_000, 0, 1, 2, 3]],
        every_window(NOON + HOUR) + [("10s", 42_949_672_959_999), ("30d", 253_402_300_799_999)],
    )
    yield case(
        "a clock that runs three hours ahead",
        [[NOON - DAY, MINUTE, 1_440, 10, 0], [NOON + 3 * HOUR, 10_000, 60, 1, 1]],
        every_window(NOON),
    )
    yield case("a stamp of 1970", [[NOON // 1_000, 0, 1, 1, 0], [NOON, 0, 1, 1, 0]], every_window(NOON + MINUTE))
    yield case("sparse traffic was watched throughout", [[NOON, 3 * DAY, 60, 1, 0]], every_window(NOON + 179 * DAY))
    yield case("silence since yesterday", [[NOON - DAY, MINUTE, 10, 5, 5]], every_window(NOON))
    yield case("counts stop at the largest", [[NOON, 1, 3, MAX - 1, MAX]], every_window(NOON))
    chance = random.Random(20261124)
    runs = [[NOON - chance.randrange(40 * DAY), 0, 1, chance.randrange(50), chance.randrange(3)] for _ in range(150)]
    yield case("scattered over forty days, in no order", runs, every_window(NOON))


def invalid_counters():
    """Each as its numbers and as its bytes; `path` is the place at fault. The last two are bytes alone."""
    fine = [[[2, 3, 0], [4, 200, 1]], [[0, 3, 0], [1, 200, 1]], *([[[0, 203, 1]]] * 3)]

    def case(name, path, tier, buckets):
        tiers = [*fine[:tier], buckets, *fine[tier + 1 :]]
        numbers = [n for tier in tiers for n in (len(tier), *(n for bucket in tier for n in bucket))]
        stored = b"".join(map(varint, [*numbers, 0, 0])).hex()
        return {"name": name, "path": path, "counter": {"tiers": tiers, "late": 0, "rejected": 0}, "bytes": stored}

    yield case("the same bucket twice", "counter.tiers[0][1]", 0, [[2, 3, 0], [0, 200, 1]])
    yield case("a bucket without events", "counter.tiers[0][1]", 0, [[2, 3, 0], [1, 0, 0], [3, 200, 1]])
    yield case("an epoch of more than 32 bits", "counter.tiers[0][1]", 0, [[2, 3, 0], [2**32 - 1, 200, 1]])
    yield case("minutes beyond the year 3331", "counter.tiers[1][1]", 1, [[0, 3, 0], [(2**32 - 1) // 6 + 1, 200, 1]])
    yield case("more buckets than the tier holds", "counter.tiers[3][161]", 3, [[1, 1, 1]] * 162)
    yield case("a coarse bucket of more than its fine ones", "counter.tiers[1]", 1, [[0, 4, 0], [1, 200, 1]])
    yield case("a coarse bucket of less than its fine ones", "counter.tiers[2]", 2, [[0, 203, 0]])
    yield case("a coarse bucket without fine ones", "counter.tiers[1]", 1, [[0, 3, 0], [1, 200, 1], [1, 1, 0]])
    yield case("fine buckets without a coarse one", "counter.tiers[2]", 2, [])
    yield {"name": "cut short", "bytes": "01"}
    yield {"name": "a number of more than 64 bits", "bytes": "0101ffffffffffffffffff7f00" + "00000000" + "0000"}


def readings_invalid():
    for window, watched, good, bad, path in [
        ("0s", "0s", 0, 0, "window"),
        ("30d1ms", "1d", 1, 0, "window"),
        ("1d", "1d1ms", 1, 0, "watched"),
        ("1d", "0s", 0, 1, "watched"),
    ]:
        yield {"window": window, "watched": watched, "good": good, "bad": bad, "path": path}


def budgets():
    def case(name, source, target, period, watched, good, bad, published=None, window=None, at_risk="20%"):
        """`published`: what the source prints, as consumed parts per million, and how far its rounding goes."""
        read = reading(span(window or period), span(watched), good, bad)
        answer = budget(target, period, read, at_risk)
        record = {"name": name, "source": source, "target": target, "period": period, "at_risk": at_risk}
        if published:
            says, measure, ppm, within = published
            record["published"] = {"says": says, "measure": measure, "ppm": ppm, "within_ppm": within}
            assert abs(answer[measure] - ppm) <= within, (name, answer[measure])
        read = {key: read[key] for key in ("window", "watched", "good", "bad")}
        return {**record, "reading": read, "expect": {k: answer[k] for k in list(answer)[:1] + list(answer)[4:8]}}

    time, events = "consumed_by_time_ppm", "consumed_by_events_ppm"

    def burn(name, source, period, long, factor, says, ppm):
        """A window that fails `factor` times as often as 99.9% allows."""
        bad = int(Fraction(factor) * 100)
        return case(name, source, "99.9%", period, long, 100_000 - bad, bad, (says, time, ppm, 1), window=long)

    yield burn("first page row", WORKBOOK + ", table 5-8", "30d", "1h", "14.4", "14.4 x for 1 h is 2%", 20_000)
    yield burn("second page row", WORKBOOK + ", table 5-8", "30d", "6h", "6", "6 x for 6 h is 5%", 50_000)
    yield burn("ticket row", WORKBOOK + ", table 5-8", "30d", "3d", "1", "1 x for 3 d is 10%", 100_000)
    yield burn("ticket row of a day", WORKBOOK + ", code listing", "30d", "1d", "3", "3 x for 1 d is 10%", 100_000)
    yield burn("iteration four", WORKBOOK, "30d", "1h", "36", "36 x for 1 h is 5%", 50_000)
    yield burn("a day and a half", WORKBOOK, "30d", "1d12h", "1", "1 x for 36 h is 5%", 50_000)
    yield burn("ten minutes at the objective", WORKBOOK, "30d", "10m", "1", "0.02%", 232)
    yield burn("28 days, quick page", SLOTH, "28d", "1h", "13.44", "13.44 x for 1 h is 2%", 20_000)
    yield burn("28 days, slow page", SLOTH, "28d", "6h", "5.6", "5.6 x for 6 h is 5%", 50_000)
    yield burn("28 days, quick ticket", SLOTH, "28d", "1d", "2.8", "2.8 x for 1 d is 10%", 100_000)
    yield burn("7 days, quick page", SLOTH, "7d", "1h", "13.44", "13.44 x for 1 h is 8%", 80_000)
    yield burn("7 days, slow page", SLOTH, "7d", "6h", "3.5", "3.5 x for 6 h is 12.5%", 125_000)
    yield burn("7 days, slow ticket", SLOTH, "7d", "3d", "0.98", "0.98 x for 3 d is 42%", 420_000)
    yield burn("7 days, an hour", DATADOG, "7d", "1h", "16.8", "16.8 x for 1 h is 10%", 100_000)
    yield burn("7 days, six hours", DATADOG, "7d", "6h", "5.6", "5.6 x for 6 h is 20%", 200_000)
    yield burn("7 days, a day", DATADOG, "7d", "1d", "2.8", "2.8 x for 24 h is 40%", 400_000)
    yield burn("ten times for three days", DATADOG, "30d", "3d", "10", "10 x exhausts in 3 d", 1_000_000)
    yield burn("seven times for four days", "pyrra-dev/pyrra, slo/slo.go (Exhausts)", "28d", "4d", "7", "7 x exhausts in 4 d", 1_000_000)
    for rate, lasts, says in [("1", "30d", "30 days"), ("2", "15d", "15 days"), ("10", "3d", "3 days")]:
        yield burn(f"exhausted in {says}", WORKBOOK, "30d", lasts, rate, says, 1_000_000)
    spent = 1_000_000
    yield case("total failure lasts 43 minutes", WORKBOOK, "99.9%", "30d", "43m12s", 0, 9, ("43 minutes", time, spent, 0))
    yield case("an hour of it", WORKBOOK, "99.9%", "30d", "1h", 0, 9, ("140%", time, 1_400_000, 20_000))
    yield case("an hour of it at 90%", WORKBOOK, "90%", "30d", "1h", 0, 9, ("1.4%", time, 14_000, 200))
    yield case("five nines last 26 seconds", WORKBOOK, "99.999%", "30d", "25s920ms", 0, 9, ("26 seconds", time, spent, 0))
    yield case("one failure among ten requests an hour", WORKBOOK, "99.9%", "30d", "30d", 7_199, 1, ("13.9%", events, 139_000, 200))
    yield case("seven failures among them are allowed", WORKBOOK, "99.9%", "30d", "30d", 7_193, 7)
    yield case("an eighth is not", WORKBOOK, "99.9%", "30d", "30d", 7_192, 8)
    yield case("half as many failures as allowed", DATADOG, "99.9%", "30d", "30d", 9_995, 5, ("50%", events, 500_000, 0))
    yield case("half of everything at 90%", SLOGEN, "90%", "12h", "12h", 3_556, 3_556, ("-288 of 72 minutes remain", "remaining_by_events_ppm", -4_000_000, 0))
    yield case("slices as events", OPENSLO, "95%", "14d", "14d", 19_152, 1_008, ("1,008 of 20,160 slices exhaust it", events, spent, 0))
    yield case("failed requests", OPENSLO, "95%", "14d", "14d", 319_200, 16_800, ("5% of 336,000 requests", events, spent, 0))
    yield case("low traffic", OPENSLO_LOW, "99.95%", "7d", "5m2s400ms", 0, 9, ("5 min 2.4 s", time, spent, 0))
    yield case("no failure", KIBANA, "99.9%", "30d", "30d", 100, 0, ("0", events, 0, 0))
    yield case("exactly what is allowed", KIBANA, "99.9%", "30d", "30d", 999, 1, ("1", events, spent, 0))
    yield case("more than half fail", KIBANA, "99.9%", "30d", "30d", 333, 444, ("571.428571", events, 571_428_571, 1))
    yield case("all fail", KIBANA, "99.9%", "30d", "30d", 0, 100, ("1000", events, 1_000_000_000, 0))
    for target, period, minutes, lasts in [
        ("99%", "7d", "100.8", "1h40m48s"), ("99.5%", "28d", "201.6", "3h21m36s"), ("99.9%", "7d", "10.08", "10m4s800ms"),
        ("99.9%", "28d", "40.32", "40m19s200ms"), ("99.95%", "30d", "21.6", "21m36s"), ("99.99%", "30d", "4.32", "4m19s200ms"),
        ("99.99%", "7d", "1.008", "1m480ms"), ("99.999%", "28d", "0.4032", "24s192ms"),
    ]:  # fmt: skip
        name = f"{target} of {period} is {minutes} minutes"
        yield case(name, OURS, target, period, lasts, 0, 1, (f"{minutes} minutes", time, spent, 0))
    yield case("no traffic", OURS, "99.9%", "30d", "30d", 0, 0)
    yield case("no traffic and not watched", OURS, "99.9%", "30d", "0s", 0, 0)
    yield case("one failure of one event in ten seconds", OURS, "99.9%", "30d", "10s", 0, 1)
    yield case("exactly at the share at risk", OURS, "99.9%", "30d", "30d", 99_920, 80)
    yield case("one part in a million more remains", OURS, "99.9%", "30d", "30d", 999_200_001, 799_999)
    yield case("at risk from the start", OURS, "99.9%", "30d", "30d", 10, 0, at_risk="100%")
    yield case("never at risk", OURS, "99.9%", "30d", "30d", 999_001, 999, at_risk="0%")
    yield case("not exhausted, though no part in a million remains", OURS, "99.9%", "30d", "30d", 999_000_000_001_000, 999_999_999_999)
    yield case("a window longer than the period", OURS, "99.9%", "1h", "30d", 999, 1, window="30d")
    yield case("the largest counts", OURS, "99.9999999%", "30d", "29d23h59m59s999ms", MAX, MAX)
    yield case("the largest counts, all bad", OURS, "99.9999999%", "30d", "30d", 0, MAX)
    yield case("the laxest objective", OURS, "0.0000001%", "30d", "1ms", MAX, 1)
    chance = random.Random(7)
    for n in range(12):
        target = f"{99 + chance.randrange(1, 10**7) / 10**7:.7f}%".rstrip("0")
        good, bad = chance.randrange(10 ** chance.randrange(1, 19)), chance.randrange(1, 10 ** chance.randrange(1, 17))
        watched, period = chance.randrange(1, 30 * DAY), chance.randrange(HOUR, 30 * DAY)
        target = percent_text_ppb(target)
        yield case(f"drawn {n}", OURS, target, span_text(period), span_text(watched), good, bad, window="30d")


def percent_text_ppb(text):
    whole, _, fraction = text.rstrip("%").partition(".")
    return (whole + "." + fraction).rstrip("0").rstrip(".") + "%"


def gates():
    def case(name, source, spec, read, current, asked, published=None):
        base = {"target": "99.9%", "period": "30d", "detection_delay": "10m", "on_missing_data": "hold"}
        spec = {**base, **spec}
        report = ask(spec, read, current, asked)
        record = {"name": name, "source": source, "gate": spec}
        if published:
            says, field, value = published
            record["published"] = {"says": says, "field": field, "value": value}
            assert report[field] == value, (name, report[field])
        given = {key: read[key] for key in ("window", "watched", "good", "bad")}
        return {**record, "reading": given, "current": current, "asked": asked, "report": report}

    month = 30 * DAY
    whole = reading(month, month, 10**6, 0)
    fact = "2% of the budget for a step, total failure, 99.9% of 30 d"
    for delay, largest, says in [("1m", "86.4%", "86%"), ("5m", "17.28%", "17%"), ("15m", "5.76%", "5.8%"), ("1h", "1.44%", "1.4%")]:
        spec = {"risk": "2%", "detection_delay": delay}
        yield case(f"{fact}, noticed in {delay}", OURS, spec, whole, "1%", "100%", (f"x <= {says}", "largest", largest))
    yield case("1% of a service of five nines", WORKBOOK, {"target": "99.999%", "detection_delay": "43m12s", "risk": "100%"}, whole, "0%", "1%", ("26 s become 43 min", "spend_ppm", 10**6))
    yield case("1% that fails for 3.6 h", OURS, {"detection_delay": "3h36m"}, whole, "0%", "1%", ("5% of the month", "spend_ppm", 50_000))
    yield case("exactly the largest", OURS, {"risk": "2%", "detection_delay": "15m"}, whole, "1%", "5.76%")
    yield case("one part in a million more", OURS, {"risk": "2%", "detection_delay": "15m"}, whole, "1%", "5.7601%")
    yield case("already at the largest", OURS, {"risk": "2%", "detection_delay": "15m"}, whole, "5.76%", "10%")
    yield case("already beyond the largest, and staying", OURS, {"risk": "2%", "detection_delay": "15m"}, whole, "50%", "50%")
    yield case("already beyond the largest, and going down", OURS, {"risk": "2%", "detection_delay": "15m"}, whole, "50%", "25%")
    yield case("half of the exposed fail in the worst case", OURS, {"assumed_failure": "50%", "risk": "2%", "detection_delay": "15m"}, whole, "1%", "100%")
    half = reading(month, month, 999_500, 500)
    yield case("half of the budget is gone", OURS, {"risk": "2%", "detection_delay": "15m"}, half, "1%", "100%")
    young = reading(month, 10 * MINUTE, 59_400, 600)
    yield case("ten minutes old and failing ten times as often as allowed", OURS, {}, young, "1%", "100%")
    gone = reading(month, month, 998, 2)
    for policy in ("hold", "rollback"):
        for current, asked in [("0%", "0%"), ("0%", "1%"), ("5%", "10%"), ("5%", "5%"), ("5%", "0%")]:
            yield case(f"spent, {policy}, {current} to {asked}", OURS, {"on_exhausted": policy}, gone, current, asked)
    edge = reading(month, month, 999_000_000_001_000, 999_999_999_999)
    yield case("not exhausted, though no part in a million remains", OURS, {"on_exhausted": "rollback"}, edge, "1%", "2%")
    silent, unwatched = reading(month, month, 0, 0), reading(month, 0, 0, 0)
    for policy in ("hold", "allow"):
        spec = {"on_missing_data": policy}
        yield case(f"silence, {policy}", OURS, spec, silent, "0%", "1%")
        yield case(f"silence, {policy}, all at once", OURS, {**spec, "detection_delay": "1h"}, unwatched, "0%", "100%")
        yield case(f"silence, {policy}, going down", OURS, spec, silent, "5%", "0%")
        yield case(f"a lone failure, {policy}", OURS, spec, reading(month, 10_000, 0, 1), "0%", "1%")
    yield case("the finest objective", OURS, {"target": "99.9999999%", "detection_delay": "30d"}, whole, "0%", "100%")
    yield case("the laxest objective", OURS, {"target": "0.0000001%", "period": "1h", "detection_delay": "1ms", "assumed_failure": "0.0001%", "risk": "100%"}, whole, "0%", "100%")
    yield case("the least that can be risked", OURS, {"risk": "0.0001%"}, whole, "0%", "0.0001%")
    yield case("at risk is said and gates nothing", OURS, {"at_risk": "100%"}, whole, "0%", "1%")


INVALID_GATES = [
    ("nothing", "{}", [("target", "missing"), ("period", "missing"), ("detection_delay", "missing"), ("on_missing_data", "missing")]),
    ("not JSON", "{", [("objective", "syntax")]),
    ("a key twice", '{"target": "99%", "target": "99%"}', [("objective", "syntax")]),
    ("not an object", "[]", [("document", "type")]),
    ("no default for missing data", '{"target": "99.9%", "period": "30d", "detection_delay": "10m"}', [("on_missing_data", "missing")]),
    ("every field wrong",
     '{"target": "100%", "period": "59m", "detection_delay": "0s", "on_missing_data": true, "assumed_failure": "0%", "risk": "0%", "at_risk": "1", "on_exhausted": "hope"}',
     [("target", "range"), ("period", "range"), ("detection_delay", "range"), ("on_missing_data", "type"), ("assumed_failure", "range"),
      ("risk", "range"), ("at_risk", "syntax"), ("on_exhausted", "unknown")]),
    ("a period that no counter holds", '{"target": "99.9%", "period": "31d", "detection_delay": "10m", "on_missing_data": "hold"}', [("period", "range")]),
    ("noticed after the period", '{"target": "99.9%", "period": "1h", "detection_delay": "1h1ms", "on_missing_data": "hold"}', [("detection_delay", "conflict")]),
    ("an unknown field", '{"target": "99.9%", "period": "1h", "detection_delay": "1h", "on_missing_data": "hold", "window": "1h"}', [("window", "unknown")]),
    ("numbers for texts", '{"target": 99.9, "period": 30, "detection_delay": null, "on_missing_data": "hold"}',
     [("target", "type"), ("period", "type"), ("detection_delay", "type")]),
]  # fmt: skip


def not_matched():
    """Published, and wrong at the source: `theirs` must not be what we compute."""

    def case(source, says, theirs, why, target, period, watched, good, bad, measure):
        read = reading(span(period), span(watched), good, bad)
        ours = budget(target, period, read)[measure]
        given = {key: read[key] for key in ("window", "watched", "good", "bad")}
        question = {"target": target, "period": period, "reading": given, "measure": measure}
        return {"source": source, "says": says, "why": why, **question, "theirs": theirs, "ours": ours}

    yield case(
        WORKBOOK + ", on low traffic", "10% failing against 99.9% burns 1,000 times as fast as allowed", 1_000_000_000,
        "10% over 0.1% is 100; with 100, the chapter's own next number, 13.9% of the month in an hour, is right",
        "99.9%", "30d", "30d", 9, 1, "consumed_by_events_ppm",
    )  # fmt: skip
    yield case(
        OPENSLO, "16,632 failed requests of 336,000 exhaust 5%", 1_000_000,
        "it is 99% of 16,800, and leaves out the 1% that fails before the incident",
        "95%", "14d", "14d", 336_000 - 16_632, 16_632, "consumed_by_events_ppm",
    )  # fmt: skip
    yield case(
        "google/slo-generator, tests/unit/fixtures/slo_report_v2.json", "half failing at 90% consumes 19.99% of the budget", 199_900,
        "a fixture written by hand; its own formula gives 500%",
        "90%", "12h", "12h", 1, 1, "consumed_by_events_ppm",
    )  # fmt: skip
    yield case(
        "slokit 1.9.0, src/budget.rs", "no event of none consumes infinitely much, so the budget is exhausted", 0,
        "no traffic says nothing: there is no number to give, and the state is insufficient_data",
        "99.9%", "30d", "30d", 0, 0, "remaining_by_events_ppm",
    )  # fmt: skip


def main():
    vectors = {
        "version": "rampgate-slo-1",
        "about": "Made by make_slo.py. Integers above 2^53 are texts. Counters: record `runs` (first, every, count, good, bad) in order, then read.",
        "objectives": list(objectives()),
        "invalid_objectives": [{"text": text, "kind": kind} for text, kind in INVALID_OBJECTIVES],
        "counters": list(counters()),
        "invalid_counters": list(invalid_counters()),
        "invalid_readings": list(readings_invalid()),
        "budgets": list(budgets()),
        "gates": list(gates()),
        "invalid_gates": [
            {"name": name, "json": text, "problems": [{"path": p, "kind": k} for p, k in problems]}
            for name, text, problems in INVALID_GATES
        ],
        "not_matched": list(not_matched()),
    }
    parts = []
    for name, value in vectors.items():
        lines = ",\n".join("  " + json.dumps(case) for case in value) if isinstance(value, list) else None
        parts.append(f' "{name}": ' + (f"[\n{lines}\n ]" if lines else json.dumps(value)))
    print("{\n" + ",\n".join(parts) + "\n}")


if __name__ == "__main__":
    main()
