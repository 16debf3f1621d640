"""Makes fleet.json: what each fleet makes of an exposure is computed here from spec/fleet.md alone; it shares no code with the library.

python3 make_fleet.py > fleet.json     (Python 3.10, standard library only)
"""

import json
import random
from fractions import Fraction
from math import ceil, floor

MILLION = 1_000_000
WORDS = ("ready_new", "not_ready_new", "ready_old", "not_ready_old", "stopping")


def ppm(text):
    return int(Fraction(text.removesuffix("%")) * 10_000)


def show(parts):
    return f"{parts // 10_000}.{parts % 10_000:04d}".rstrip("0").rstrip(".") + "%"


def share(k, n):
    return max(k * MILLION // n, 1 if k else 0) if n else None


class Fleet:
    def __init__(self, json):
        self.n = json["replicas"]

        def of(limit, rounded):
            return limit if isinstance(limit, int) else rounded(Fraction(self.n * ppm(limit), MILLION))

        self.surge = of(json.get("max_surge", "25%"), ceil)
        self.unavailable = min(self.n, of(json.get("max_unavailable", 0), floor))
        self.most, self.least = self.n + self.surge, self.n - self.unavailable

    def new(self, exposure):
        """The largest k with share(k, n) <= exposure, found by halving."""
        low, high = 0, self.n
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if share(middle, self.n) <= exposure else (low, middle - 1)
        return low

    def counts(self, exposure):
        new = self.new(exposure)
        if exposure > 0 and new == 0:
            new = 1
        return new, self.n - new

    def shown(self, exposure):
        new, old = self.counts(exposure)
        reachable = share(new, self.n)
        return {
            "declared": show(exposure),
            "new": new,
            "old": old,
            "actual": show(reachable),
            "difference_ppm": reachable - exposure,
            "largest": show(share(new, max(self.least, new)) or 0),
        }

    def around(self, exposure):
        below = self.new(exposure)
        above = below if share(below, self.n) == exposure else below + 1
        return [show(share(below, self.n)), show(share(above, self.n))]

    def review(self, exposures, tolerance):
        told, before = [], None
        for stage, exposure in enumerate(exposures):
            new, old = self.counts(exposure)
            reachable = share(new, self.n)
            if abs(reachable - exposure) > tolerance:
                told.append({"differs": {"stage": stage, "declared": show(exposure), "actual": show(reachable), "nearest": self.around(exposure)}})
            if new == before:
                told.append({"repeats": {"stage": stage, "new": new}})
            if old == 0 and exposure < MILLION:
                told.append({"everybody": {"stage": stage, "declared": show(exposure)}})
            before = new
        return told

    def next(self, seen, exposure):
        want_new, want_old = self.counts(exposure)
        rn, wn, ro, wo, gone = (seen.get(word, 0) for word in WORDS)
        above = max(rn + ro - self.least, 0)
        surplus = max(rn + wn - want_new, 0)
        idle_new = min(surplus, wn)
        serving_new = min(surplus - idle_new, above)
        surplus = max(ro + wo - want_old, 0)
        idle_old = min(surplus, wo)
        serving_old = min(surplus - idle_old, above - serving_new)
        room = max(self.most - (rn + wn + ro + wo + gone), 0)
        start_old = min(max(want_old - ro - wo, 0), room)
        start_new = min(max(want_new - rn - wn, 0), room - start_old)
        stop_new, stop_old = idle_new + serving_new, idle_old + serving_old
        return {
            "start_new": start_new,
            "stop_new": stop_new,
            "start_old": start_old,
            "stop_old": stop_old,
            "waits_for": {
                "ready_new": wn - idle_new + start_new,
                "ready_old": wo - idle_old + start_old,
                "gone": gone + stop_new + stop_old,
            },
        }

    def actual(self, seen, exposure):
        new, old = self.counts(exposure)
        rn, wn, ro, _, _ = (seen.get(word, 0) for word in WORDS)
        actual, gaps = share(rn, rn + ro), []
        if rn < new:
            gaps.append({"new_missing": {"ready": rn, "need": new}})
        if rn + wn > new:
            gaps.append({"new_beyond": {"there": rn + wn, "most": new}})
        if ro > old:
            gaps.append({"old_beyond": {"ready": ro, "most": old}})
        if rn + ro < self.least:
            gaps.append({"unavailable": {"ready": rn + ro, "need": self.least}})
        return {
            "declared": show(exposure),
            "reachable": show(share(new, self.n)),
            "actual": None if actual is None else show(actual),
            "difference_ppm": None if actual is None else actual - exposure,
            "gaps": gaps,
        }

    def batches(self, exposures):
        new, old, told = 0, self.n, []
        for stage, exposure in enumerate(exposures):
            while True:
                orders = self.next({"ready_new": new, "ready_old": old}, exposure)
                if not any(orders[word] for word in ("start_new", "stop_new", "start_old", "stop_old")):
                    break
                new += orders["start_new"] - orders["stop_new"]
                old += orders["start_old"] - orders["stop_old"]
                told.append({"stage": stage, "target": self.shown(exposure), "orders": orders, "new": new, "old": old})
        return told


FLEETS = [
    {"replicas": 1},
    {"replicas": 1, "max_surge": 0, "max_unavailable": 1},
    {"replicas": 2, "max_surge": "1%"},
    {"replicas": 3, "max_surge": 1, "max_unavailable": "33.3334%"},
    {"replicas": 4, "max_surge": 1, "max_unavailable": 0},
    {"replicas": 7, "max_surge": 0, "max_unavailable": "25%"},
    {"replicas": 10, "max_surge": "25%", "max_unavailable": "25%"},
    {"replicas": 10, "max_surge": 1, "max_unavailable": 1},
    {"replicas": 10, "max_surge": 0, "max_unavailable": 40},
    {"replicas": 20, "max_surge": "25%", "max_unavailable": 0},
    {"replicas": 300, "max_surge": "100%"},
    {"replicas": 999_983, "max_surge": "0.0001%", "max_unavailable": "0.0001%"},
    {"replicas": 1_000_000, "max_surge": 1_000_000, "max_unavailable": 1_000_000},
]
EXPOSURES = "0% 0.0001% 1% 5% 10% 14.2857% 25% 28.5714% 33.3333% 35% 50% 66.6666% 66.6667% 95% 99.9999% 100%".split()
REFUSED = [
    ("a fleet of none", {"replicas": 0}, [["replicas", "range"]]),
    ("a fleet that is too large", {"replicas": 1_000_001}, [["replicas", "range"]]),
    ("half a replica", {"replicas": 2.5}, [["replicas", "range"]]),
    ("no number of replicas", {"max_surge": 1}, [["replicas", "missing"]]),
    ("nothing may move", {"replicas": 4, "max_surge": 0}, [["max_surge", "conflict"]]),
    ("nothing may move once it is rounded", {"replicas": 4, "max_surge": "0%", "max_unavailable": "24.9999%"}, [["max_surge", "conflict"]]),
    ("a count below none", {"replicas": 4, "max_surge": -1}, [["max_surge", "range"]]),
    ("more than everybody", {"replicas": 4, "max_unavailable": "101%"}, [["max_unavailable", "range"]]),
    ("a share that is none", {"replicas": 4, "max_surge": "a quarter", "max_unavailable": True}, [["max_surge", "syntax"], ["max_unavailable", "type"]]),
    ("a field that nobody defined", {"replicas": 4, "minReadySeconds": 10}, [["minReadySeconds", "unknown"]]),
]


def sight(dice, fleet):
    """What a host may see: mostly sound, sometimes broken, sometimes far outside the limits."""
    top = min(fleet.most, 60) + 2
    if dice.random() < 0.1:
        return {word: dice.choice([0, 1, fleet.n, 2**32 - 1]) for word in WORDS[:1]}
    numbers = [dice.randrange(top + 1) if dice.random() < 0.7 else 0 for _ in WORDS]
    return {word: number for word, number in zip(WORDS, numbers) if number}


def main():
    dice = random.Random(20261124)
    limits, counts, nexts, actuals = [], [], [], []
    for json_ in FLEETS:
        fleet = Fleet(json_)
        limits.append({"fleet": json_, "most": fleet.most, "least_ready": fleet.least})
        counts.append({"fleet": json_, "counts": [fleet.shown(ppm(e)) for e in EXPOSURES], "around": [fleet.around(ppm(e)) for e in EXPOSURES]})
        for exposure in EXPOSURES:
            seen = sight(dice, fleet)
            nexts.append({"fleet": json_, "observed": seen, "exposure": exposure, "orders": fleet.next(seen, ppm(exposure))})
            seen = sight(dice, fleet)
            actuals.append({"fleet": json_, "observed": seen, "exposure": exposure, "actual": fleet.actual(seen, ppm(exposure))})
    plans = [["1%", "5%", "25%", "50%", "100%"], ["10%", "30%", "0%"], ["0.5%", "99.5%", "100%"]]
    reviews = [
        {"fleet": f, "exposures": plan, "tolerance": "5%", "warnings": Fleet(f).review([ppm(e) for e in plan], ppm("5%"))}
        for f in FLEETS
        for plan in plans
    ]
    batches = [
        {"fleet": f, "exposures": plan, "batches": Fleet(f).batches([ppm(e) for e in plan])} for f in FLEETS if f["replicas"] <= 20 for plan in plans
    ]
    refused = [
        {"name": name, "fleet": f, "problems": [{"path": path, "kind": kind} for path, kind in problems]} for name, f, problems in REFUSED
    ]
    parts = [("limits", limits), ("refused", refused), ("exposures", EXPOSURES), ("counts", counts), ("reviews", reviews), ("next", nexts), ("actual", actuals), ("batches", batches)]
    print('{"version": "rampgate-fleet-1",')
    for place, (name, items) in enumerate(parts):
        lines = ",\n".join(json.dumps(item) for item in items)
        print(f'"{name}": [\n{lines}\n]' + ("," if place + 1 < len(parts) else ""))
    print("}")


if __name__ == "__main__":
    main()
