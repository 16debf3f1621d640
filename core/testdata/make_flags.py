"""Makes flags.json: an evaluator of flag documents that shares no code with the library, run over random documents and contexts.

It follows spec/flags.md. Python 3.10, standard library only; the hashes are those of make_bucketing.py:

    python3 make_flags.py > flags.json
"""

import bisect
import ipaddress
import json
import random
import re
from datetime import datetime

from make_bucketing import SLOTS, boundaries, hashed, siphash

SEMVER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?")


def semver(text):
    m = SEMVER.fullmatch(text)
    if not m:
        return None
    pre = []
    for part in (m[4] or "").split(".") if m[4] is not None else []:
        if not part or (part.isdigit() and part != "0" and part[0] == "0"):
            return None
        pre.append((0, int(part), "") if part.isdigit() else (1, 0, part))
    if m[5] is not None and not all(m[5].split(".")):
        return None
    # a release is above all its pre-releases
    return (int(m[1]), int(m[2]), int(m[3])), 0 if pre else 1, pre


BOUNDS = {
    "less": lambda a, b: a < b,
    "at_most": lambda a, b: a <= b,
    "equals": lambda a, b: a == b,
    "at_least": lambda a, b: a >= b,
    "greater": lambda a, b: a > b,
}


def millis(text):
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def is_number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def one(test, want, value):
    """True, False, or None where the value is of another type than the test is about."""
    if isinstance(value, list):
        answers = [a for a in (one(test, want, v) for v in value) if a is not None]
        return any(answers) if answers else None
    time = value["time"] if isinstance(value, dict) else None
    if test == "one_of":
        if time is not None:
            return None
        same = [w for w in want if type(w) is type(value) or (is_number(w) and is_number(value))]
        return value in same
    if test in ("starts_with", "ends_with", "contains"):
        if not isinstance(value, str):
            return None
        how = {"starts_with": str.startswith, "ends_with": str.endswith, "contains": str.__contains__}[test]
        return any(how(value, w) for w in want)
    if test == "number":
        return all(BOUNDS[b](value, w) for b, w in want.items()) if is_number(value) else None
    if test == "version":
        mine = semver(value) if isinstance(value, str) else None
        return None if mine is None else all(BOUNDS[b](mine, semver(w)) for b, w in want.items())
    if test == "time":
        return None if time is None else all(BOUNDS[b](millis(time), millis(w)) for b, w in want.items())
    if test == "network":
        try:
            address = ipaddress.ip_address(value if isinstance(value, str) else "")
        except ValueError:
            return None
        address = getattr(address, "ipv4_mapped", None) or address
        nets = [ipaddress.ip_network(w) for w in want]
        return any(n.version == address.version and address in n for n in nets)
    raise ValueError(test)


def text(salt):
    return salt["shared"] if isinstance(salt, dict) else salt


def parts(share):
    return round(float(share[:-1]) * 10_000)


class Set:
    def __init__(self, document):
        self.flags, self.segments = document["flags"], document.get("segments", {})
        self.holdouts = sorted(document.get("holdouts", []), key=lambda h: "tag" in h)
        self.layers = {layer["name"]: layer for layer in document.get("layers", [])}

    def holds(self, c, ctx):
        if "all" in c:
            return all(self.holds(p, ctx) for p in c["all"])
        if "any" in c:
            return any(self.holds(p, ctx) for p in c["any"])
        if "not" in c:
            return not self.holds(c["not"], ctx)
        if "segment" in c:
            return self.holds(self.segments[c["segment"]], ctx)
        if "flag" in c:
            return self.decide(c["flag"], ctx)[0] in c["variants"]
        (test, want), = ((k, v) for k, v in c.items() if k != "attribute")
        known = c["attribute"] in ctx["attributes"]
        if test == "exists":
            return known == want
        return known and one(test, want, ctx["attributes"][c["attribute"]]) is True

    @staticmethod
    def on(thing, ctx):
        if "from" not in thing and "until" not in thing:
            return True
        if "now" not in ctx:
            return False
        now = millis(ctx["now"])
        return ("from" not in thing or millis(thing["from"]) <= now) and ("until" not in thing or now < millis(thing["until"]))

    def guarded(self, flag, unit):
        """Why the unit does not get past the holdouts and the layer, if it does not."""
        if unit:
            for h in self.holdouts:
                if "tag" in h and h["tag"] not in flag.get("tags", []):
                    continue
                if hashed("holdout", text(h.get("salt", h["name"])), unit) * SLOTS >> 64 < parts(h["share"]):
                    return {"why": "held_out"}
        if "layer" in flag:
            if not unit:
                return {"why": "unassigned"}
            layer = self.layers[flag["layer"]["name"]]
            slot = hashed("layer", text(layer.get("salt", layer["name"])), unit) * SLOTS >> 64
            own, = (c for c in layer["claims"] if c["name"] == flag["layer"]["claim"])
            if not any(start <= slot < end for start, end in own["slots"]):
                return {"why": "not_in_layer", "slot": slot}
        return None

    def decide(self, key, ctx):
        flag, unit = self.flags[key], ctx["unit"]
        default = flag["default"]
        if not flag.get("enabled", True):
            return default, {"why": "off"}, None
        if not self.on(flag, ctx):
            return default, {"why": "not_scheduled"}, None
        if unit in flag.get("overrides", {}):
            return flag["overrides"][unit], {"why": "override"}, None
        guarded = self.guarded(flag, unit)
        if guarded:
            return default, guarded, None
        if not all(self.holds(r, ctx) for r in flag.get("requires", [])):
            return default, {"why": "prerequisite"}, None
        passed = None
        for n, rule in enumerate(flag.get("rules", [])):
            if not self.on(rule, ctx) or ("when" in rule and not self.holds(rule["when"], ctx)):
                continue
            if "serve" in rule:
                return rule["serve"], {"why": "served"}, n
            salt = text(rule.get("salt", flag.get("salt", key)))
            if unit == "":
                passed = passed or (default, {"why": "unassigned"}, n)
                continue
            kept = dict(reversed([tuple(p) for p in ctx.get("sticky", [])])).get(salt)
            if kept in flag["variants"]:
                return kept, {"why": "sticky"}, n
            slot = hashed("exposure", salt, unit) * SLOTS >> 64
            if slot >= parts(rule.get("exposure", "100%")):
                passed = passed or (default, {"why": "not_exposed", "slot": slot}, n)
                continue
            variant_slot = hashed("variant", salt, unit) * SLOTS >> 64
            if "slots" in rule:
                owners = [v for v, runs in rule["slots"].items() if any(a <= variant_slot < b for a, b in runs)]
                if not owners:
                    passed = passed or (default, {"why": "not_allocated", "slot": slot, "variant_slot": variant_slot}, n)
                    continue
                variant = owners[0]
            else:
                ends = boundaries([rule["weights"].get(v, 0) for v in flag["variants"]])
                variant = flag["variants"][bisect.bisect_right(ends, variant_slot)]
            return variant, {"why": "allocated", "slot": slot, "variant_slot": variant_slot}, n
        return passed or (default, {"why": "no_rule"}, None)


def dedupe(flag, salt, variant, unit):
    d = 0
    for place, part in enumerate((flag, salt, variant, unit)):
        d = siphash(1, 3, d, place, part.encode(), False)[0]
    return d


WORDS = ["DE", "AT", "straße", "x", "beta-user", "用户", "a@corp.example", "10.1.2.3", "::ffff:10.1.2.3", "2001:db8::1", "1.2.3", "2.0.0-rc.1", "1.10.0+b1", "v1.0.0", ""]
NAMES = ["country", "email", "age", "app", "ip", "since", "roles", "staff"]
TIMES = ["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-06-01T12:00:00.500Z", "2027-01-01T00:00:00Z"]
NUMBERS = [-1, 0, 1, 17, 18, 18.5, 1e9]
VERSIONS = ["1.2.3", "1.10.0", "2.0.0-rc.1", "2.0.0"]
VARIANTS = ["off", "on", "blue"]


def some(r, list_, low=1):
    return r.sample(list_, r.randint(low, min(3, len(list_))))


def bounds(r, list_):
    return {b: r.choice(list_) for b in some(r, list(BOUNDS))}


def condition(r, depth, segments, flags):
    kind = r.random()
    if depth and kind < 0.3:
        return {r.choice(["all", "any"]): [condition(r, depth - 1, segments, flags) for _ in range(r.randint(1, 3))]}
    if depth and kind < 0.4:
        return {"not": condition(r, depth - 1, segments, flags)}
    if segments and kind < 0.5:
        return {"segment": r.choice(segments)}
    if flags and kind < 0.6:
        return {"flag": r.choice(flags), "variants": some(r, VARIANTS)}
    texts = [w for w in WORDS if w]
    test = r.choice(
        [
            {"exists": r.random() < 0.5},
            {"one_of": some(r, texts) + some(r, NUMBERS) + [True]},
            {r.choice(["starts_with", "ends_with", "contains"]): some(r, [w[: r.randint(1, 3)] for w in texts])},
            {"number": bounds(r, NUMBERS)},
            {"version": bounds(r, VERSIONS)},
            {"time": bounds(r, TIMES)},
            {"network": some(r, ["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0", "10.1.2.3"])},
        ]
    )
    return {"attribute": r.choice(NAMES), **test}


def schedule(r):
    at = sorted(r.sample(range(len(TIMES)), 2))
    return {k: TIMES[i] for k, i in zip(("from", "until"), at) if r.random() < 0.7} if r.random() < 0.2 else {}


def rule(r, segments, flags):
    out = schedule(r)
    if r.random() < 0.8:
        out["when"] = condition(r, 2, segments, flags)
    if r.random() < 0.3:
        return out | {"serve": r.choice(VARIANTS)}
    if r.random() < 0.3:
        cuts = [0, *sorted(r.sample(range(1, SLOTS), 5))]
        runs = [[a, b] for a, b in zip(cuts, cuts[1:])]
        out["slots"] = {v: [run for i, run in enumerate(runs) if i % 3 == j] for j, v in enumerate(some(r, VARIANTS)) if j < 2}
    else:
        out["weights"] = {v: r.randint(1, 5) for v in some(r, VARIANTS)}
    if r.random() < 0.7:
        out["exposure"] = r.choice(["0%", "0.5%", "12.5%", "50%", "100%"])
    if r.random() < 0.3:
        out["salt"] = r.choice(["s1", "s2", {"shared": "s1"}])
    return out


def document(r):
    segments, flags = {}, {}
    for n in range(r.randint(0, 3)):
        segments[f"seg{n}"] = condition(r, 2, list(segments), [])
    for n in range(r.randint(2, 5)):
        flag = {"variants": VARIANTS, "default": r.choice(VARIANTS)} | schedule(r)
        if r.random() < 0.1:
            flag["enabled"] = False
        if r.random() < 0.3:
            flag["salt"] = f"salt-{n}"
        if r.random() < 0.4:
            flag["overrides"] = {u: r.choice(VARIANTS) for u in some(r, ["u1", "u2", "zoë"])}
        if flags and r.random() < 0.3:
            flag["requires"] = [{"flag": r.choice(list(flags)), "variants": some(r, VARIANTS)}]
        flag["rules"] = [rule(r, list(segments), list(flags)) for _ in range(r.randint(0, 4))]
        flags[f"flag{n}"] = flag
    out = {"rampgate_flags": 1, "version": r.randint(0, 9), "segments": segments, "flags": flags}
    if r.random() < 0.4:
        out["holdouts"] = [{"name": "ads", "tag": "ads", "share": "40%"}, {"name": "all", "share": "10%", "salt": {"shared": "h"}}]
        for flag in flags.values():
            if r.random() < 0.5:
                flag["tags"] = ["ads", "x"]
    if r.random() < 0.4:
        out["layers"] = [{"name": "page", "claims": [{"name": "a", "slots": [[0, 100_000], [700_000, 1_000_000]]}, {"name": "b", "slots": [[100_000, 650_000]]}]}]
        for flag in flags.values():
            if r.random() < 0.5:
                flag["layer"] = {"name": "page", "claim": r.choice(["a", "b"])}
    return out


def value(r, depth=1):
    kinds = [r.choice(WORDS), r.choice(NUMBERS), r.random() < 0.5, {"time": r.choice(TIMES)}]
    return [value(r, 0) for _ in range(r.randint(0, 3))] if depth and r.random() < 0.15 else r.choice(kinds)


def context(r):
    out = {"unit": r.choice(["u1", "u2", "zoë", "user-7", "用户1", ""] + [f"u{r.randint(3, 999)}"] * 4)}
    out["attributes"] = {n: value(r) for n in some(r, NAMES, 0)} | {n: value(r) for n in some(r, NAMES, 0)}
    if r.random() < 0.7:
        out["now"] = r.choice(TIMES)
    if r.random() < 0.3:
        out["sticky"] = [[r.choice(["s1", "s2", "salt-0", "flag1"]), r.choice(VARIANTS + ["gone"])]]
    return out


def main() -> None:
    r = random.Random(20261124)
    sets = []
    for _ in range(24):
        doc = document(r)
        s = Set(doc)
        cases = []
        for _ in range(10):
            ctx = context(r)
            outcomes = {}
            for key in doc["flags"]:
                variant, reason, n = s.decide(key, ctx)
                outcome = {"variant": variant, "reason": reason} | ({} if n is None else {"rule": n})
                if reason["why"] in ("allocated", "sticky"):
                    flag = doc["flags"][key]
                    salt = text(flag["rules"][n].get("salt", flag.get("salt", key)))
                    outcome["dedupe"] = f"{dedupe(key, salt, variant, ctx['unit']):016x}"
                outcomes[key] = outcome
            cases.append({"context": ctx, "outcomes": outcomes})
        sets.append({"document": doc, "cases": cases})
    lines = ",\n".join(json.dumps(s, ensure_ascii=True) for s in sets)
    print('{"version": "rampgate-flags-1", "sets": [\n' + lines + "\n]}")


if __name__ == "__main__":
    main()
