"""Makes together.json: several flags in one release, after spec/release.md, upon the hash of make_bucketing.py.

python3 make_together.py > together.json
"""

import json

from make_bucketing import SLOTS, hashed

STAGE = {"exposure": "20%", "min_dwell": "10m"}


def flag(key, **rest):
    return {"key": key, "control": f"{key}-old", "canary": f"{key}-new", **rest}


def slot(domain, salt, unit):
    return hashed(domain, salt, unit) * SLOTS >> 64


def assigned(flags, exposure, matched, unit):
    """Variant and reason of each flag, and the arm."""
    salt = flags[0].get("salt", flags[0]["key"])
    if isinstance(salt, dict):
        salt = salt["shared"]
    place = slot("exposure", salt, unit) if unit else None
    inside = place is not None and place < exposure
    drawn = {"why": "unassigned"} if not unit else {"why": "not_exposed", "slot": place}
    if inside:
        drawn = {"why": "allocated", "slot": place, "variant_slot": slot("variant", salt, unit)}
    told, apart = {}, not unit
    for one in flags:
        if not one.get("enabled", True):
            told[one["key"]] = [one["control"], {"why": "off"}]
            apart = True
        elif unit in one.get("overrides", {}):
            told[one["key"]] = [one["overrides"][unit], {"why": "override"}]
            apart = True
        else:
            told[one["key"]] = [one["canary" if inside else "control"], drawn]
    width = min(exposure, SLOTS - exposure) if matched else SLOTS - exposure
    arm = None
    if not apart:
        arm = "canary" if inside else "control" if place >= SLOTS - width else None
    return {"unit": unit, "flags": told, "arm": arm}


CASES = [
    ("two flags share the slots of the first", [flag("api"), flag("page")], "rest"),
    ("the salt is the first flag's", [flag("api", salt="checkout"), flag("page"), flag("mail")], "matched"),
    ("overrides of any flag put a unit in no arm", [flag("api", overrides={"u1": "api-new"}), flag("page", overrides={"u2": "page-old", "u3": "page-new"})], "rest"),
    ("while one flag is off nobody is in an arm", [flag("api"), flag("page", enabled=False)], "rest"),
    ("while the first flag is off the others still serve", [flag("api", enabled=False), flag("page")], "matched"),
    ("one flag in the list is one flag", [flag("api")], "matched"),
]
UNITS = ["", "é", *(f"u{n}" for n in range(40))]

if __name__ == "__main__":
    cases = []
    for name, flags, control in CASES:
        spec = {"rampgate": 1, "name": "n", "flags": flags, "control": control, "stages": [STAGE], "guardrails": [{"name": "errors"}]}
        cases.append({"name": name, "spec": spec, "units": [assigned(flags, 200_000, control == "matched", unit) for unit in UNITS]})
    about = "each spec is started; then each unit has these variants, by these reasons, and this arm"
    print('{\n  "about": ' + json.dumps(about) + ',\n  "cases": [')
    for number, case in enumerate(cases):
        units = ",\n".join("        " + json.dumps(unit, ensure_ascii=False) for unit in case["units"])
        print(f'    {{"name": {json.dumps(case["name"])}, "spec": {json.dumps(case["spec"])}, "units": [\n{units}\n    ]}}', end=",\n" if number + 1 < len(cases) else "\n")
    print("  ]\n}")
