"""Makes bucketing.json: an implementation of scheme rampgate-1 that shares no code with the library.

SipHash after Aumasson and Bernstein (2012), with the 128-bit output of their reference code. The implementation is first checked against
the published SipHash-2-4 vectors, then run with 1 compression and 3 finalisation rounds. Python 3.10, standard library only:

    python3 make_bucketing.py > bucketing.json
"""

import json

MASK = (1 << 64) - 1


def rotl(x: int, b: int) -> int:
    return ((x << b) | (x >> (64 - b))) & MASK


def siphash(c: int, d: int, k0: int, k1: int, data: bytes, wide: bool) -> tuple[int, ...]:
    v = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    if wide:
        v[1] ^= 0xEE

    def rounds(n: int) -> None:
        for _ in range(n):
            v[0] = (v[0] + v[1]) & MASK
            v[1] = rotl(v[1], 13) ^ v[0]
            v[0] = rotl(v[0], 32)
            v[2] = (v[2] + v[3]) & MASK
            v[3] = rotl(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & MASK
            v[3] = rotl(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & MASK
            v[1] = rotl(v[1], 17) ^ v[2]
            v[2] = rotl(v[2], 32)

    tail = len(data) % 8
    words = [int.from_bytes(data[i : i + 8], "little") for i in range(0, len(data) - tail, 8)]
    words.append(int.from_bytes(data[len(data) - tail :], "little") | ((len(data) & 0xFF) << 56))
    for m in words:
        v[3] ^= m
        rounds(c)
        v[0] ^= m
    v[2] ^= 0xEE if wide else 0xFF
    rounds(d)
    first = v[0] ^ v[1] ^ v[2] ^ v[3]
    if not wide:
        return (first,)
    v[1] ^= 0xDD
    rounds(d)
    return (first, v[0] ^ v[1] ^ v[2] ^ v[3])


# The reference code's own vectors: key 00..0f, input 00 01 02 ...
K0, K1 = 0x0706050403020100, 0x0F0E0D0C0B0A0908
assert siphash(2, 4, K0, K1, bytes(range(15)), False) == (0xA129CA6149BE45E5,)
assert siphash(2, 4, K0, K1, b"", False) == (0x726FDB47DD0E0E31,)
assert b"".join(w.to_bytes(8, "little") for w in siphash(2, 4, K0, K1, b"", True)).hex() == "a3817f04ba25a8e66df67214c7550293"

DOMAINS = {"exposure": 1, "variant": 2, "layer": 3, "holdout": 4}
SLOTS = 1_000_000


def key(domain: str, salt: str) -> tuple[int, ...]:
    return siphash(1, 3, 0, 0, bytes([DOMAINS[domain]]) + salt.encode(), True)


def hashed(domain: str, salt: str, unit: str) -> int:
    k0, k1 = key(domain, salt)
    return siphash(1, 3, k0, k1, unit.encode(), False)[0]


def boundaries(weights: list[int]) -> list[int]:
    return [SLOTS * sum(weights[: i + 1]) // sum(weights) for i in range(len(weights))]


Run = tuple[object, int, int]  # owner, first slot, the slot after the last


def joined(runs: list[Run]) -> list[Run]:
    """Without empty runs, and neighbours of one owner as one."""
    out: list[Run] = []
    for owner, start, end in runs:
        if start == end:
            continue
        if out and out[-1][0] == owner:
            out[-1] = (owner, out[-1][1], end)
        else:
            out.append((owner, start, end))
    return out


def rebalanced(runs: list[Run], targets: list[dict]) -> tuple[list[list[int]], list[dict]]:
    """Section "Rebalance" of the page, word by word. Owners of `runs` are positions before, or None."""
    ends = boundaries([t.get("weight", 0) for t in targets])
    wanted = [end - start for start, end in zip([0, *ends], ends)]
    was = {t["keep"] if "keep" in t else t["remove"]: i for i, t in enumerate(targets) if "keep" in t or "remove" in t}
    was[None] = next((i for i, t in enumerate(targets) if "nobody" in t), len(targets))
    owes = [-w for w in wanted] + [0]
    now: list[Run] = []
    for owner, start, end in runs:
        owes[was[owner]] += end - start
        now.append((was[owner], start, end))
    while any(owes):
        meetings = []
        for i in range(len(now) - 1):
            for giver, taker in ((i, i + 1), (i + 1, i)):
                if owes[now[giver][0]] > 0 > owes[now[taker][0]]:
                    meetings.append((now[giver][2] - now[giver][1], giver, taker))
        if meetings:
            length, giver, taker = min(meetings)
            party, start, end = now[giver]
            other = now[taker][0]
            moved = min(length, owes[party], -owes[other])
            if giver < taker:
                now[giver : giver + 1] = [(party, start, end - moved), (other, end - moved, end)]
            else:
                now[giver : giver + 1] = [(other, start, start + moved), (party, start + moved, end)]
        else:
            length, giver = min((end - start, i) for i, (party, start, end) in enumerate(now) if owes[party] > 0)
            party, start, end = now[giver]
            other = next(i for i, o in enumerate(owes) if o < 0)
            moved = min(length, owes[party], -owes[other])
            now[giver : giver + 1] = [(party, start, end - moved), (other, end - moved, end)]
        owes[party] -= moved
        owes[other] += moved
        now = joined(now)
    stay = [i for i, t in enumerate(targets) if "keep" in t or "new" in t]
    position = {t: i for i, t in enumerate(stay)} | {was[None]: None}
    after = [[position[party], start, end] for party, start, end in now]
    moves: dict = {}
    for owner, start, end in runs:
        for party, first, last in now:
            common = min(end, last) - max(start, first)
            if common > 0 and was[owner] != party:
                moves[owner, position[party]] = moves.get((owner, position[party]), 0) + common
    order = sorted(moves, key=lambda m: [(-1 if x is None else x) for x in m])
    return after, [{"from": f, "to": t, "slots": moves[f, t]} for f, t in order]


def whole(owned: list[Run]) -> list[Run]:
    """The runs with those of nobody between them."""
    runs, at = [], 0
    for owner, start, end in sorted(owned, key=lambda run: run[1]):
        runs += [(None, at, start), (owner, start, end)]
        at = end
    return joined([*runs, (None, at, SLOTS)])


def keep(was: int, weight: int) -> dict:
    return {"keep": was, "weight": weight}


def rebalances() -> list[dict]:
    cases = []

    def add(variants: int, runs: list[Run], targets: list[dict]) -> list[Run]:
        after, moves = rebalanced(runs, targets)
        now: dict = {}
        for owner, start, end in after:
            now[owner] = now.get(owner, 0) + end - start
        cases.append({"variants": variants, "before": [list(r) for r in runs if r[0] is not None], "targets": targets,
                      "after": [r for r in after if r[0] is not None], "moves": moves})
        return [tuple(r) for r in after]

    def fresh(weights: list[int]) -> list[Run]:
        ends = boundaries(weights)
        return joined([(i, start, end) for i, (start, end) in enumerate(zip([0, *ends], ends))])

    add(2, fresh([50, 50]), [keep(0, 40), keep(1, 60)])
    add(2, fresh([50, 50]), [keep(0, 40), keep(1, 40), {"new": True, "weight": 20}])
    add(3, fresh([1, 1, 1]), [keep(0, 1), {"remove": 1}, keep(2, 1)])
    add(3, fresh([40, 20, 40]), [keep(2, 40), {"remove": 1}, keep(0, 60)])
    add(2, fresh([1, 1]), [keep(1, 1), {"remove": 0}, {"nobody": True, "weight": 1}])
    add(1, whole([(0, 0, 100_000)]), [{"nobody": True, "weight": 90}, {"new": True, "weight": 5}, keep(0, 5)])
    add(3, whole([(2, 10, 20), (0, 30, 31), (1, 500_000, 1_000_000), (2, 31, 40)]),
        [keep(0, 1), keep(1, 0), keep(2, 5), {"new": True, "weight": 3}, {"nobody": True, "weight": 7}])
    # a chain of edits that fragment, by a generator of its own: x = 48271 x mod (2^31 - 1)
    x = 20_260_101

    def draw(below: int) -> int:
        nonlocal x
        x = x * 48_271 % (2**31 - 1)
        return x % below

    variants, runs = 3, fresh([5, 3, 2])
    for _ in range(40):
        parties: list[dict] = [keep(i, draw(1000) + 1) for i in range(variants)]
        if variants > 2 and draw(4) == 0:
            gone = draw(variants)
            parties[gone] = {"remove": gone}
        elif variants < 6 and draw(4) == 0:
            parties.insert(draw(variants + 1), {"new": True, "weight": draw(300) + 1})
        parties.insert(draw(len(parties) + 1), {"nobody": True, "weight": draw(3) * draw(500)})
        runs = add(variants, runs, parties)
        variants = sum("keep" in t or "new" in t for t in parties)
    return cases


def layers() -> list[dict]:
    """Calls on one layer with the sets after each; the slots one by one."""
    owner: list[str | None] = [None] * SLOTS
    calls = []

    def call(verb: str, name: str, slots: int | None = None) -> None:
        mine = [i for i, o in enumerate(owner) if o == name]
        free = [i for i, o in enumerate(owner) if o is None]
        refused = (verb == "claim") == bool(mine) or (slots is not None and not 0 < slots <= len(free) + len(mine))
        if not refused:
            target = slots or 0
            for i in mine[target:]:
                owner[i] = None
            for i in free[: max(0, target - len(mine))]:
                owner[i] = name
        sets: dict[str, list[list[int]]] = {}
        for i, o in enumerate(owner):
            if o is not None:
                runs = sets.setdefault(o, [])
                if runs and runs[-1][1] == i:
                    runs[-1][1] = i + 1
                else:
                    runs.append([i, i + 1])
        calls.append({"call": verb, "name": name, "slots": slots, "refused": refused, "sets": sets})

    call("claim", "a", 200_000)
    call("claim", "b", 200_000)
    call("claim", "c", 150_000)
    call("claim", "d", 500_000)
    call("resize", "b", 50_000)
    call("claim", "d", 500_000)
    call("release", "a")
    call("resize", "c", 300_001)
    call("claim", "a", 99_999)
    call("claim", "a", 1)
    call("resize", "c", 1)
    call("release", "z")
    call("resize", "d", 1_000_000)
    call("release", "d")
    call("claim", "e", 1_000_000)
    call("claim", "e", 850_000)
    return calls


HOLDOUTS = [
    {"name": "growth", "tag": "growth", "share": "20%"},
    {"name": "all", "share": "5%"},
    {"name": "also-all", "salt": "other", "share": "3.5%"},
    {"name": "search", "salt": {"shared": "all"}, "tag": "search", "share": "10%"},
]


def held(unit: str, tags: list[str]) -> str | None:
    for h in sorted(HOLDOUTS, key=lambda h: "tag" in h):
        salt = h.get("salt", h["name"])
        salt = salt["shared"] if isinstance(salt, dict) else salt
        share = round(float(h["share"].rstrip("%")) * 10_000)
        if h.get("tag") in [None, *tags] and hashed("holdout", salt, unit) * SLOTS >> 64 < share:
            return h["name"]
    return None


def main() -> None:
    units = ["user-1", "user-2", "a", "0", "7 bytes", "8  bytes", "9   bytes", "zoë", "用户1", "user😀", "\x00", "x" * 300, "fe80::1", " user-1"]
    salts = ["checkout-2026", "", "pässword", "a" * 64]

    slots = [
        {"domain": d, "salt": s, "unit": u, "hash": f"{hashed(d, s, u):016x}", "slot": hashed(d, s, u) * SLOTS >> 64}
        for d in DOMAINS
        for s in salts
        for u in units
    ]
    allocations = [{"weights": w, "ends": boundaries(w)} for w in ([1], [1, 1], [50, 30, 20], [1, 0, 2], [3, 0, 1, 7], [1, 999999], [7] * 13)]
    invalid = [
        {"weights": [], "path": "weights"},
        {"weights": [0, 0], "path": "weights"},
        {"weights": [1, 4000000000], "path": "weights[0]"},
        {"weights": [1] * 257, "path": "weights"},
    ]
    invalid_ranges = [
        {"variants": 0, "ranges": [], "paths": ["variants"]},
        {"variants": 257, "ranges": [[0, 0, 1]], "paths": ["variants"]},
        {"variants": 2, "ranges": [], "paths": ["ranges"]},
        {"variants": 2, "ranges": [[0, 0, 10], [1, 9, 20]], "paths": ["ranges[1]"]},
        {"variants": 2, "ranges": [[0, 5, 10], [1, 0, 6]], "paths": ["ranges[0]"]},
        {"variants": 2, "ranges": [[0, 5, 5], [1, 7, 6], [2, 10, 11], [1, 999999, 1000001]], "paths": ["ranges[2]", "ranges[0]", "ranges[1]", "ranges[3]"]},
    ]
    invalid_targets = [
        {"weights": [1, 1], "targets": [keep(0, 1)], "paths": ["targets"]},
        {"weights": [1, 1], "targets": [keep(0, 1), keep(1, 1), {"remove": 0}], "paths": ["targets[2]"]},
        {"weights": [1], "targets": [keep(0, 1), keep(1, 1)], "paths": ["targets[1]"]},
        {"weights": [1], "targets": [keep(0, 1), {"nobody": True, "weight": 1}, {"nobody": True, "weight": 0}], "paths": ["targets[2]"]},
        {"weights": [1], "targets": [{"remove": 0}], "paths": ["targets"]},
        {"weights": [1], "targets": [keep(0, 0), {"new": True, "weight": 0}], "paths": ["targets"]},
        {"weights": [1], "targets": [{"new": True, "weight": 1}, keep(0, 4000000000)], "paths": ["targets[0]"]},
    ]
    held_units = [
        {"unit": f"user-{n}", "tags": tags, "held": held(f"user-{n}", tags)} for n in range(120) for tags in ([], ["search", "growth"])
    ]
    everything = {
        "scheme": "rampgate-1",
        "slots": slots,
        "allocations": allocations,
        "invalid_allocations": invalid,
        "invalid_ranges": invalid_ranges,
        "rebalances": rebalances(),
        "invalid_targets": invalid_targets,
        "layer": layers(),
        "holdouts": {"holdouts": HOLDOUTS, "units": [u for u in held_units if u["held"] or u["tags"]]},
    }
    print(json.dumps(everything, indent=1, ensure_ascii=True))


if __name__ == "__main__":
    main()
