"""Makes rings.json: whom releases reach that go from ring to ring, after spec/release.md and spec/rollout.md, upon the hash of make_bucketing.py.

python3 make_rings.py > rings.json
"""

import json

from make_bucketing import SLOTS, hashed
from rollout_model import overall_exposures, share, show_share

RINGS = [{"name": "staff", "share": "0.7%"}, {"name": "bêta testers", "share": "9.3%"}, {"name": "everyone", "share": "90%"}]
WALK = [("staff", "100%"), ("bêta testers", "20%"), ("bêta testers", "60%"), ("everyone", "30%"), ("everyone", "100%")]


def flag(key, **rest):
    return {"key": key, "control": f"{key}-old", "canary": f"{key}-new", **rest}


def slot(domain, salt, unit):
    return hashed(domain, salt, unit) * SLOTS >> 64


def told(spec, stage, unit, ring):
    """Variant and reason of each flag, and the arm, while `stage` is in force; none before the first and after a rollback."""
    flags = spec["flags"] if "flags" in spec else [spec["flag"]]
    salt = flags[0].get("salt", flags[0]["key"])
    so_far = spec["stages"][: stage + 1] if stage is not None else []
    exposure = max([share(one["exposure"]) for one in so_far if one["ring"] == ring], default=0)
    place = slot("exposure", salt, unit) if unit else None
    inside = place is not None and place < exposure
    drawn = {"why": "unassigned"} if not unit else {"why": "not_exposed", "slot": place}
    if inside:
        drawn = {"why": "allocated", "slot": place, "variant_slot": slot("variant", salt, unit)}
    variants, apart = {}, not unit
    for one in flags:
        if not one.get("enabled", True):
            variants[one["key"]], apart = [one["control"], {"why": "off"}], True
        elif unit in one.get("overrides", {}):
            variants[one["key"]], apart = [one["overrides"][unit], {"why": "override"}], True
        else:
            variants[one["key"]] = [one["canary" if inside else "control"], drawn]
    compared = stage is None or spec["stages"][stage]["ring"] == ring
    width = min(exposure, SLOTS - exposure) if spec.get("control") == "matched" else SLOTS - exposure
    arm = None
    if compared and not apart:
        arm = "canary" if inside else "control" if place >= SLOTS - width else None
    return {"unit": unit, "ring": ring, "flags": variants, "arm": arm}


def spec(**rest):
    stages = [{"ring": ring, "exposure": exposure, "min_dwell": "0s", "requires": "unmonitored"} for ring, exposure in WALK]
    return {"rampgate": 1, "name": "n", **rest, "rings": RINGS, "stages": stages, "guardrails": [{"name": "errors"}]}


CASES = [
    ("one flag, compared with the rest", spec(flag=flag("api", overrides={"u3": "api-new"}))),
    ("one flag, compared with as many", spec(flag=flag("api", salt="s"), control="matched")),
    ("two flags are one", spec(flags=[flag("api"), flag("page", overrides={"u2": "page-old"})])),
    ("a flag that is off", spec(flag=flag("api", enabled=False))),
]
UNITS = ["", *(f"u{n}" for n in range(9))]

SOUND = spec(flag=flag("api"))


def changed(path, value):
    document = json.loads(json.dumps(SOUND))
    *parents, last = path
    at = document
    for name in parents:
        at = at[name]
    at[last] = value
    return document


GATE = {"metric": "errors", "target": "99%", "period": "1d", "detection_delay": "1h", "risk": "5%", "on_missing_data": "hold"}
PATH_OF_ALL = "see `objective.risk`, `detection_delay` and `assumed_failure`"
REFUSED = [
    (changed(["rings"], RINGS[:1]), ["invalid `rings`: must be 2 to 32 rings whose shares are 100% together, got `a list of 1`"]),
    (changed(["rings", 1, "name"], "staff"), ["invalid `rings[1].name`: must not repeat the name of another ring, got staff"]),
    (changed(["rings", 0, "share"], "0%"), ["invalid `rings[0].share`: must be above 0%, got 0%"]),
    (changed(["rings", 2, "share"], "91%"), ["invalid `rings`: must be 2 to 32 rings whose shares are 100% together, got `a list of 3`"]),
    (
        changed(["rings", 1, "share"], "99.3%"),
        ["invalid `rings`: must be 2 to 32 rings whose shares are 100% together, got `a list of 3`"],
    ),
    (changed(["stages", 1, "ring"], "gamma"), ["invalid `stages[1].ring`: must be the previous stage's ring or the next of `rings`, beginning with the first, got gamma"]),
    (
        changed(["stages", 3, "ring"], "staff"),
        [
            "invalid `stages[3].ring`: must be the previous stage's ring or the next of `rings`, beginning with the first, got staff",
        ],
    ),
    (changed(["stages", 2, "exposure"], "20%"), ["invalid `stages[2].exposure`: must exceed the previous stage (20%), got 20%"]),
    (
        changed(["stages"], {"linear": {"from": "1%", "to": "9%", "steps": 3, "min_dwell": "1h"}}),
        ["invalid `stages`: must be a list beside `rings`, got `an object of 1 fields`"],
    ),
    (
        changed(["stages", 0], {"ring": "staff", "exposure": "100%", "min_dwell": "1h"}),
        [
            "invalid `stages[0].requires`: cannot be `safe` with no control left: give the guardrail `errors` a ceiling, or require `no_harm`",
        ],
    ),
    (
        changed(["objective"], GATE),
        [
            f"invalid `stages[1].exposure`: must be at most 1.2% of all units, the most that a whole budget lets a step risk: {PATH_OF_ALL}, got 2.56%",
        ],
    ),
]

if __name__ == "__main__":
    about = "each release is in draft, then started, then ticks lead from stage to stage, then it is aborted: each moment has the exposure of all units, and what each "
    about += "unit of each ring is given; each refused spec has exactly these problems, in their whole text"
    print('{\n  "about": ' + json.dumps(about) + ',\n  "releases": [')
    for number, (name, document) in enumerate(CASES):
        print(",\n" * (number > 0) + f'    {{"name": {json.dumps(name)}, "spec": {json.dumps(document)}, "moments": [')
        overall = overall_exposures(document["rings"], document["stages"])
        moments = [None, *range(len(WALK)), None]
        for place, stage in enumerate(moments):
            exposure = show_share(overall[stage]) if stage is not None else "0%"
            units = [told(document, stage, unit, ring["name"]) for unit in UNITS for ring in RINGS]
            lines = ",\n".join("        " + json.dumps(unit, ensure_ascii=False) for unit in units)
            print(f'      {{"exposure": "{exposure}", "units": [\n{lines}\n      ]}}', end=",\n" if place + 1 < len(moments) else "\n")
        print("    ]}", end="")
    print('\n  ],\n  "refused": [')
    for number, (document, problems) in enumerate(REFUSED):
        print(",\n" * (number > 0) + f'    {{"spec": {json.dumps(document)}, "problems": {json.dumps(problems)}}}', end="")
    print("\n  ]\n}")
