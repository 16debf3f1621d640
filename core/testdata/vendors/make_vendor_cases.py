#!/usr/bin/env python3
"""Writes vendor_cases.json: every scheme over the same units, from the formulas of spec/compat.md alone.

Shares no code with the library: MurmurHash3, FNV-1a and binary32 are written out here, the rest is hashlib and zlib.
Run it as `python3 make_vendor_cases.py > vendor_cases.json`; the output does not depend on the version of Python.

A case is a document as `Scheme::from_json` reads it; what each of `units` is assigned, a character each: `.` for nothing, else the position as a
digit of base 36; and, where no case before it has the same, the vendor's own number of each unit.
"""

import hashlib
import json
import struct
import zlib

# ---- hashes

M32 = 0xFFFFFFFF


def murmur3(data: bytes, seed: int) -> int:
    h = seed & M32
    whole = len(data) // 4 * 4

    def mixed(k):
        k = k * 0xCC9E2D51 & M32
        k = (k << 15 | k >> 17) & M32
        return k * 0x1B873593 & M32

    for at in range(0, whole, 4):
        h ^= mixed(int.from_bytes(data[at : at + 4], "little"))
        h = (h << 13 | h >> 19) & M32
        h = (h * 5 + 0xE6546B64) & M32
    if data[whole:]:
        h ^= mixed(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = (h ^ h >> shift) * factor & M32
    return h ^ h >> 16


def fnv1a(units) -> int:
    h = 0x811C9DC5
    for unit in units:
        h = (h ^ unit) * 16777619 & M32
    return h


def utf16(text):
    data = text.encode("utf-16-le")
    return [data[at] | data[at + 1] << 8 for at in range(0, len(data), 2)]


UNITS_OF = {"utf16": utf16, "code_point": lambda text: [ord(c) for c in text], "utf8": lambda text: list(text.encode())}
BYTES_OF = {"low_byte": lambda text: bytes(unit & 0xFF for unit in utf16(text)), "utf8": str.encode}


def sha1_hex(text, digits):
    return int(hashlib.sha1(text.encode()).hexdigest()[:digits], 16)


def sha256(text):
    return hashlib.sha256(text.encode()).digest()


def f32(number):
    """The nearest binary32 of a float."""
    return struct.unpack("<f", struct.pack("<f", number))[0]


def f32_of_integer(number):
    """The nearest binary32 of an integer, ties to even, without going through binary64."""
    spare = max(0, number.bit_length() - 24)
    head, rest = number >> spare, number & (1 << spare) - 1
    half = 1 << spare >> 1
    if spare and (rest > half or rest == half and head & 1):
        head += 1
    return float(head << spare)


SCALE = 0xFFFFFFFFFFFFFFF


def first_above(lengths, point):
    end = 0
    for position, length in enumerate(lengths):
        end += length
        if point < end:
            return position
    return None


# ---- one function a scheme: (document, unit) -> position or None


def growthbook_number(d, unit):
    units = UNITS_OF[d["encoding"]]
    if d["version"] == 1:
        return fnv1a(units(unit + d["seed"])) % 1000 / 1000
    return fnv1a(str(fnv1a(units(d["seed"] + unit))).encode()) % 10000 / 10000


def growthbook_ranges(d):
    if "ranges" in d:
        return d["ranges"]
    weights = d.get("weights")
    count = d.get("variants", len(weights or []))
    total = 0
    for weight in weights or []:
        total = weight + total
    if weights is None or len(weights) != count or total < 0.99 or total > 1.01:
        weights = [1 / count] * count
    coverage = min(max(d.get("coverage", 1), 0), 1)
    ranges, start = [], 0
    for weight in weights:
        ranges.append((start, start + coverage * weight))
        start += weight
    return ranges


def growthbook(d, unit):
    if not unit:
        return None
    space = d.get("namespace")
    if space:
        n = growthbook_number({"version": 1, "encoding": d["encoding"], "seed": "__" + space["id"]}, unit)
        if not space["start"] <= n < space["end"]:
            return None
    n = growthbook_number(d, unit)
    return next((at for at, (start, end) in enumerate(growthbook_ranges(d)) if start <= n < end), None)


def growthbook_rollout(d, unit):
    return 0 if unit and d["coverage"] != 0 and growthbook_number(d, unit) <= d["coverage"] else None


def unleash_number(d, unit, n=100, seed=0):
    return murmur3(BYTES_OF[d["encoding"]](d["group"] + ":" + unit), seed) % n + 1


def unleash(d, unit):
    percentage = d["percentage"]
    if d["decimals"] == "turn_off" and percentage != int(percentage):
        return None
    return 0 if unit and percentage > 0 and unleash_number(d, unit) <= percentage else None


def unleash_variants(d, unit):
    if not unit:
        return None
    target, sum_ = unleash_number(d, unit, sum(d["weights"]), 86028157), 0
    for position, weight in enumerate(d["weights"]):
        if weight:
            sum_ += weight
            if sum_ >= target:
                return position
    return None


def launchdarkly_number(d, unit):
    seed = d.get("seed")
    if seed == 0 and d.get("seed_zero") == "is_absent":
        seed = None
    prefix = f"{d['key']}.{d['salt']}" if seed is None else str(seed)
    number = sha1_hex(f"{prefix}.{unit}", 15)
    if d["float"] == "f32":
        return f32(f32_of_integer(number) / f32_of_integer(SCALE))
    return number / float(SCALE)


def launchdarkly(d, unit):
    bucket, sum_ = launchdarkly_number(d, unit), 0.0
    for position, weight in enumerate(d["weights"]):
        sum_ = f32(sum_ + f32(weight / 100000)) if d["float"] == "f32" else sum_ + weight / 100000
        if bucket < sum_:
            return position
    return len(d["weights"]) - 1


def launchdarkly_segment(d, unit):
    share = f32(f32(d["weight"]) / 100000) if d["float"] == "f32" else d["weight"] / 100000
    return 0 if launchdarkly_number(d, unit) < share else None


def optimizely_number(d, unit, entity=None):
    return murmur3(BYTES_OF[d["encoding"]](unit + (entity or d["entity"])), 1) * 10000 // 2**32


def optimizely(d, unit):
    group = d.get("group")
    if group and not group["start"] <= optimizely_number(d, unit, group["id"]) < group["end"]:
        return None
    bucket = optimizely_number(d, unit)
    return next((position for position, end in enumerate(d["traffic"]) if bucket < end), None)


def split_number(d, unit, seed=None):
    seed = (d["seed"] if seed is None else seed) & M32
    if d["algorithm"] == "murmur3":
        return murmur3(unit.encode(), seed) % 100 + 1
    h = 0
    for char in UNITS_OF[d["encoding"]](unit):
        h = (31 * h + char) & M32
    h ^= seed
    if d["width"] == "i32" and h >= 2**31:
        h = 2**32 - h
    return h % 100 + 1


def split(d, unit):
    traffic = d.get("traffic")
    if traffic and split_number(d, unit, traffic["seed"]) > traffic["allocation"]:
        return None
    return first_above(d["sizes"], split_number(d, unit) - 1)


def statsig_hash(text):
    return int.from_bytes(sha256(text)[:8], "big")


def statsig_number(d, unit):
    return statsig_hash(f"{d['spec_salt']}.{d['rule_salt']}.{unit}") % 10000


def statsig(d, unit):
    if d["percentage"] in (0, 100):
        return 0 if d["percentage"] else None
    return 0 if statsig_number(d, unit) < d["percentage"] * 100.0 else None


def statsig_buckets_number(d, unit):
    return statsig_hash(f"{d['salt']}.{unit}") % 1000


def statsig_buckets(d, unit):
    bucket = statsig_buckets_number(d, unit)
    return next((position for position, end in enumerate(d["ends"]) if bucket < end), None)


def eppo_shard(text, total):
    return int(hashlib.md5(text.encode()).hexdigest()[:8], 16) % total


def eppo_number(d, unit):
    first = d["splits"][0][0]
    return eppo_shard(f"{first['salt']}-{unit}", first["total_shards"])


def eppo(d, unit):
    def holds(shard):
        at = eppo_shard(f"{shard['salt']}-{unit}", shard["total_shards"])
        return any(start <= at < end for start, end in shard["ranges"])

    return next((position for position, shards in enumerate(d["splits"]) if all(map(holds, shards))), None)


def eppo_legacy_number(d, unit):
    return eppo_shard(f"assignment-{unit}-{d['key']}", d["total_shards"])


def eppo_legacy(d, unit):
    if not eppo_shard(f"exposure-{unit}-{d['key']}", d["total_shards"]) <= d["exposure"] * d["total_shards"]:
        return None
    at = eppo_legacy_number(d, unit)
    return next((position for position, (start, end) in enumerate(d["ranges"]) if start <= at < end), None)


def posthog_number(d, unit, salt=""):
    return sha1_hex(f"{d['flag']}.{unit}{salt}", 15) / float(SCALE)


def posthog(d, unit):
    if posthog_number(d, unit) > d.get("rollout", 100) / 100:
        return None
    n, start = posthog_number(d, unit, "variant"), 0
    for position, percentage in enumerate(d.get("variants", [])):
        end = start + percentage / 100
        if start <= n < end:
            return position
        start = end
    return len(d.get("variants", []))


def murmur3_overlapped(units):
    """imurmurhash: 16-bit units at steps of 8 bits, the fourth of a block wrapping around; a negative rest is dropped."""
    h = 0

    def block(part):
        k = 0
        for at, unit in enumerate(part):
            k ^= (unit << 8 * at | unit << 8 * at >> 32) & M32
        return k

    def mixed(k):
        k = k * 0xCC9E2D51 & M32
        return (k << 15 | k >> 17) * 0x1B873593 & M32

    whole = len(units) // 4 * 4
    for at in range(0, whole, 4):
        h ^= mixed(block(units[at : at + 4]))
        h = ((h << 13 | h >> 19) * 5 + 0xE6546B64) & M32
    rest = block(units[whole:])
    if 0 < rest < 2**31:
        h ^= mixed(rest)
    h ^= len(units)
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = (h ^ h >> shift) * factor & M32
    return h ^ h >> 16


def cbor_text(text):
    data = text.encode()
    for size, head in ((24, b""), (2**8, b"\x78"), (2**16, b"\x79")):
        if len(data) < size:
            return (head + len(data).to_bytes(head[0] - 0x77, "big") if head else bytes([0x60 + len(data)])) + data
    raise ValueError("no unit is this long")


def flagd_hash(d, unit):
    if d["encoding"] == "utf8":
        return murmur3((d.get("flag", "") + unit).encode(), 0)
    if d["encoding"] == "overlapped":
        return murmur3_overlapped(utf16(d.get("flag", "") + unit))
    return murmur3(b"\x82" + cbor_text(d["flag"]) + cbor_text(unit) if "flag" in d else cbor_text(unit), 0)


def flagd_number(d, unit):
    h, total = flagd_hash(d, unit), sum(d["weights"])
    if d["version"] == 2:
        return h * total >> 32
    return abs(h - 2**32 if h >= 2**31 else h) / (2**31 - 1) * 100


def flagd(d, unit):
    if not unit:
        return None
    if d["version"] == 2:
        return first_above(d["weights"], flagd_number(d, unit))
    return first_above([100 * weight / sum(d["weights"]) for weight in d["weights"]], flagd_number(d, unit))


def flipt_number(d, unit):
    return zlib.crc32((d["flag"] + unit).encode()) % 1000


def flipt(d, unit):
    valid = [(position, f32(rollout)) for position, rollout in enumerate(d["rollouts"]) if rollout > 0]
    if d["remainder"] == "normalised":
        total = 0.0
        for _, rollout in valid:
            total = f32(total + rollout)
        valid = [(position, f32(f32(rollout / total) * 100)) for position, rollout in valid]
    ends, end = [], 0
    for position, rollout in valid:
        end += int(f32(rollout * 10))
        ends.append((position, end))
    if d["remainder"] == "normalised":
        ends[-1] = (ends[-1][0], 1000)
    bucket = flipt_number(d, unit)
    return next((position for position, end in ends if bucket < end), None)


def flipt_threshold_number(d, unit):
    return zlib.crc32((unit + d["flag"]).encode()) % 100


def flipt_threshold(d, unit):
    return 0 if flipt_threshold_number(d, unit) < f32(d["percentage"]) else None


def flagsmith_number(d, unit):
    times = 1
    while True:
        text = ",".join([d["key"], unit] * times)
        value = int(hashlib.md5(text.encode()).hexdigest(), 16) % 9999 / 9998 * 100
        if value != 100:
            return value
        times += 1


def flagsmith(d, unit):
    v, start = flagsmith_number(d, unit), 0.0
    for position, weight in enumerate(d["weights"]):
        if start <= v < start + weight:
            return position
        start += weight
    return None


def flagsmith_segment(d, unit):
    return 0 if flagsmith_number(d, unit) <= d["percentage"] else None


def configcat_number(d, unit):
    return sha1_hex(d["setting"] + unit, 7) % 100


def configcat(d, unit):
    return first_above(d["percentages"], configcat_number(d, unit))


def firebase_number(d, unit):
    seed = d.get("seed", "")
    return int.from_bytes(sha256(f"{seed}.{unit}" if seed else unit), "big") % 100_000_000


def firebase(d, unit):
    p = firebase_number(d, unit)
    return 0 if unit and p > d.get("above", -1) and p <= d.get("at_most", 10**8) else None


def planout_number(d, unit):
    before = f"{d['full_salt']}." if "full_salt" in d else f"{d['experiment_salt']}.{d['salt']}{d.get('separator', '.')}"
    return sha1_hex(before + unit, 15) if (before + unit).isascii() else None


def planout_choice(d, unit):
    h = planout_number(d, unit)
    return None if h is None else h % d["choices"]


def planout_weighted_choice(d, unit):
    h = planout_number(d, unit)
    if h is None:
        return None
    total = 0.0
    for weight in d["weights"]:
        total += weight
    stop, end = total * (h / float(SCALE)), 0.0
    for position, weight in enumerate(d["weights"]):
        end += weight
        if stop <= end:
            return position
    return None


def planout_bernoulli(d, unit):
    h = planout_number(d, unit)
    return 0 if h is not None and h / float(SCALE) <= d["p"] else None


def planout_namespace_number(d, unit):
    h = planout_number({"experiment_salt": d["name"], "salt": "segment"}, unit)
    return None if h is None else h % (d["segments"] + (d.get("range") == "one_more"))


def planout_namespace(d, unit):
    owner = {}
    for position, experiment in enumerate(d["experiments"]):
        free = [segment for segment in range(d["segments"]) if segment not in owner]
        for last in range(len(free) - 1, 0, -1):
            salts = {"experiment_salt": d["name"], "salt": "sampled_segments"}
            drawn = planout_number(salts, f"{experiment['name']}.{last}") % (last + 1)
            free[last], free[drawn] = free[drawn], free[last]
        owner.update(dict.fromkeys(free[: experiment["segments"]], position))
    return owner.get(planout_namespace_number(d, unit))


def go_feature_flag_order(d):
    return sorted(enumerate(d["variations"]), key=lambda item: item[1]["name"], reverse=True)


def go_feature_flag_number(d, unit):
    total = 0.0
    for _, variation in go_feature_flag_order(d):
        total += variation["percentage"]
    return fnv1a((d["flag"] + unit).encode()) % int(total * 1000)


def go_feature_flag(d, unit):
    at, end = go_feature_flag_number(d, unit), 0.0
    for position, variation in go_feature_flag_order(d):
        start, end = end, end + variation["percentage"] * 1000
        if unit and int(start) <= at < int(end):
            return position
    return None


def go_feature_flag_progressive_number(d, unit):
    return fnv1a((d["flag"] + unit).encode()) % 100000


def go_feature_flag_progressive(d, unit):
    return int(go_feature_flag_progressive_number(d, unit) < int(d["reached"] * 1000)) if unit else None


def microsoft_number(d, unit):
    return int.from_bytes(sha256(f"{unit}\n{d['hint']}")[:4], "little") / 0xFFFFFFFF * 100


def microsoft(d, unit):
    p = microsoft_number(d, unit)
    for position, (start, end) in enumerate(d["percentiles"]):
        if p >= start and (end == 100 or p < end):
            return position
    return None


def featurevisor_number(d, unit):
    return murmur3(f"{unit}.{d['feature']}".encode(), 1) * 100000 // 2**32


def featurevisor(d, unit):
    at = featurevisor_number(d, unit)
    on = any(start <= at < end for start, end in d["ranges"]) if "ranges" in d else at <= d["percentage"]
    if not on or d["percentage"] == 0:
        return None
    if "allocation" not in d:
        return 0
    return next((position for position, (start, end) in enumerate(d["allocation"]) if start <= at <= end), None)


# ---- the cases

UNITS = ["", "0", "a", "user-1", "zoë", "zoe\u0308", "用户1", "user😀", "👩‍👩‍👧‍👦", "\u0000", "line\nfeed", "\u00ff\u0100", "\U0010ffff", " spaced ",
         "x" * 1000, "ü" * 333, "00018112-7d59-46cf-b9e0-f8fa625aa20b", "ejOoVL", "bY9fO-", "SI7p-", "6LvT0", "ceQdGm"]
UNITS += [f"user-{n * n}" for n in range(2, 130)]

SEEDS = [0, 1, -1, 61, 467569525, -2147483648, 2147483647, 4294967295, -2147483649, 2**53 + 1, -(2**63), 2**63 - 1]
HALVES, THIRDS = [0.5, 0.5], [33333, 33333, 33334]


def documents():
    for seed in ("seed", "", "zoë-测试", "s" * 300):
        for version in (1, 2):
            for encoding in UNITS_OF:
                yield {"scheme": "growthbook", "version": version, "encoding": encoding, "seed": seed, "weights": [0.2, 0.3, 0.5], "coverage": 0.7}
                yield {"scheme": "growthbook-rollout", "version": version, "encoding": encoding, "seed": seed, "coverage": 0.35}
    base = {"scheme": "growthbook", "version": 2, "encoding": "utf16", "seed": "exp"}
    yield {**base, "variants": 7}
    yield {**base, "variants": 3, "weights": HALVES}
    yield {**base, "weights": [0.4, 0.1], "coverage": 2}
    yield {**base, "weights": [0.4, 0.5999], "coverage": -1}
    yield {**base, "ranges": [[0.1, 0.2], [0.15, 0.9], [0.9, 0.9]], "weights": HALVES}
    yield {**base, "weights": HALVES, "namespace": {"id": "空间", "start": 0.25, "end": 0.75}}
    yield {**base, "encoding": "utf8", "weights": HALVES, "namespace": {"id": "空间", "start": 0.25, "end": 0.75}}
    for coverage in (0, 0.001, 0.1, 1):
        yield {"scheme": "growthbook-rollout", "version": 1, "encoding": "utf16", "seed": "r", "coverage": coverage}

    for encoding in BYTES_OF:
        for group in ("", "AB12A", "флаг", "g" * 65):
            for percentage in (0, 1, 50, 99, 100):
                yield {"scheme": "unleash", "encoding": encoding, "group": group, "percentage": percentage, "decimals": "ignored"}
            yield {"scheme": "unleash-variants", "encoding": encoding, "group": group, "weights": [333, 0, 333, 334]}
            yield {"scheme": "unleash-variants", "encoding": encoding, "group": group, "weights": [1, 4294967294]}
        for percentage in (0.5, 12.5, 99.9):
            for decimals in ("ignored", "turn_off"):
                yield {"scheme": "unleash", "encoding": encoding, "group": "g", "percentage": percentage, "decimals": decimals}

    for float_ in ("f32", "f64"):
        for key, salt in (("hashKey", "saltyA"), ("", ""), ("ключ", "соль")):
            yield {"scheme": "launchdarkly", "float": float_, "key": key, "salt": salt, "weights": THIRDS}
            yield {"scheme": "launchdarkly-segment", "float": float_, "key": key, "salt": salt, "weight": 12345.6}
        for seed in SEEDS:
            yield {"scheme": "launchdarkly", "float": float_, "seed": seed, "weights": [60000, 0, 40000]}
        yield {"scheme": "launchdarkly", "float": float_, "seed": 0, "seed_zero": "is_absent", "key": "k", "salt": "s", "weights": THIRDS}
        yield {"scheme": "launchdarkly", "float": float_, "seed": 5, "seed_zero": "is_absent", "key": "k", "salt": "s", "weights": THIRDS}
        for weights in ([0, 0], [10, 10], [100000, 100000], [1], [10000] * 10):
            yield {"scheme": "launchdarkly", "float": float_, "key": "k", "salt": "s", "weights": weights}

    for encoding in BYTES_OF:
        for entity in ("1886780721", "", "эксперимент"):
            yield {"scheme": "optimizely", "encoding": encoding, "entity": entity, "traffic": [2500, 2500, 7000]}
        yield {"scheme": "optimizely", "encoding": encoding, "entity": "e", "traffic": [9000, 1000, 10000], "group": {"id": "g", "start": 3000, "end": 8000}}

    for seed in SEEDS:
        yield {"scheme": "split", "algorithm": "murmur3", "seed": seed, "sizes": [10, 0, 40, 30]}
        for encoding in UNITS_OF:
            for width in ("i32", "u32"):
                yield {"scheme": "split", "algorithm": "legacy", "encoding": encoding, "width": width, "seed": seed, "sizes": [10, 0, 40, 30]}
    for allocation in (0, 1, 50, 100):
        yield {"scheme": "split", "algorithm": "murmur3", "seed": -5, "sizes": [50, 50], "traffic": {"seed": -6, "allocation": allocation}}

    for percentage in (0, 0.01, 12.34, 50, 99.99, 100):
        yield {"scheme": "statsig", "spec_salt": "spec", "rule_salt": "rule", "percentage": percentage}
    yield {"scheme": "statsig", "spec_salt": "", "rule_salt": "соль", "percentage": 50}
    yield {"scheme": "statsig-buckets", "salt": "layer", "ends": [100, 50, 500, 1000]}
    yield {"scheme": "statsig-buckets", "salt": "", "ends": [0, 700]}

    traffic = {"salt": "traffic-exp", "total_shards": 10000, "ranges": [[0, 4000], [6000, 10000]]}
    for salt, total in (("split-exp", 10000), ("", 1), ("соль", 4294967295), ("s" * 70, 997)):
        half = {"salt": salt, "total_shards": total, "ranges": [[0, total // 2]]}
        rest = {"salt": salt, "total_shards": total, "ranges": [[total // 2, total]]}
        yield {"scheme": "eppo", "splits": [[half, traffic], [traffic, rest]]}
        yield {"scheme": "eppo", "splits": [[half], []]}
    for exposure in (0, 0.0001, 0.4533, 1):
        yield {"scheme": "eppo-legacy", "key": "flag-allocation", "total_shards": 10000, "exposure": exposure, "ranges": [[0, 3333], [3333, 10000]]}
    yield {"scheme": "eppo-legacy", "key": "", "total_shards": 7, "exposure": 0, "ranges": [[0, 7]]}

    for flag in ("simple-flag", "", "флаг"):
        yield {"scheme": "posthog", "flag": flag, "rollout": 45}
        yield {"scheme": "posthog", "flag": flag, "rollout": 55.5, "variants": [33.33, 33.33, 33.34]}
        yield {"scheme": "posthog", "flag": flag, "variants": [0, 25, 25]}
        yield {"scheme": "posthog", "flag": flag, "rollout": 0, "variants": [100]}

    for version in (1, 2):
        for encoding in ("utf8", "overlapped", "cbor"):
            for weights in ([1, 1], [25, 0, 50, 25], [1, 2147483646]) + (([2147483647], [3] * 33) if encoding == "utf8" else ()):
                yield {"scheme": "flagd", "version": version, "encoding": encoding, "weights": weights}
                yield {"scheme": "flagd", "version": version, "encoding": encoding, "flag": "banner-日", "weights": weights}
            yield {"scheme": "flagd", "version": version, "encoding": encoding, "flag": "", "weights": [1, 1]}

    for flag in ("flag", "", "флаг"):
        for remainder in ("no_variant", "normalised"):
            for rollouts in ([50, 50], [33.33, 33.33, 33.34], [0, 20, 0, 60], [0.04, 99.96], [10]):
                yield {"scheme": "flipt", "flag": flag, "rollouts": rollouts, "remainder": remainder}
        for percentage in (0, 0.5, 33.3, 50, 100):
            yield {"scheme": "flipt-threshold", "flag": flag, "percentage": percentage}

    for key in ("12", "", "ключ", "f" * 60):
        yield {"scheme": "flagsmith", "key": key, "weights": [10, 0, 30.5]}
        yield {"scheme": "flagsmith", "key": key, "weights": [33.33, 33.33, 33.34]}
        for percentage in (0, 12.5, 100):
            yield {"scheme": "flagsmith-segment", "key": key, "percentage": percentage}

    for setting in ("isAwesome", "", "настройка"):
        yield {"scheme": "configcat", "setting": setting, "percentages": [20, 0, 30, 50]}

    for seed in ("seed", "", "зерно"):
        yield {"scheme": "firebase", "seed": seed, "at_most": 50_000_000}
        yield {"scheme": "firebase", "seed": seed, "above": 25_000_000}
        yield {"scheme": "firebase", "seed": seed, "above": 10_000_000, "at_most": 90_000_000}
    yield {"scheme": "firebase", "at_most": 0}

    for salts in ({"experiment_salt": "exp", "salt": "x"}, {"experiment_salt": "exp", "salt": "x", "separator": ""}, {"full_salt": "all"}, {"full_salt": ""}, {"full_salt": "соль"}):
        yield {"scheme": "planout-choice", **salts, "choices": 3}
        yield {"scheme": "planout-weighted-choice", **salts, "weights": [0, 1.5, 0.25, 3]}
        yield {"scheme": "planout-bernoulli", **salts, "p": 0.3}
    for range_ in ("exact", "one_more"):
        experiments = [{"name": "first", "segments": 30}, {"name": "second", "segments": 0}, {"name": "third", "segments": 55}]
        yield {"scheme": "planout-namespace", "name": "page", "segments": 100, "range": range_, "experiments": experiments}

    for flag in ("flag", "", "флаг"):
        for shares in ({"A": 33.333, "C": 33.333, "B": 33.334}, {"False": 0.5, "True": 1}, {"z": 10, "é": 20, "a": 0, "": 70}):
            variations = [{"name": name, "percentage": percentage} for name, percentage in shares.items()]
            yield {"scheme": "go-feature-flag", "flag": flag, "variations": variations}
        yield {"scheme": "go-feature-flag-progressive", "flag": flag, "reached": 42.1234}

    for hint in ("Beta", "allocation\nBeta", "", "функция"):
        yield {"scheme": "microsoft", "hint": hint, "percentiles": [[0, 50]]}
        yield {"scheme": "microsoft", "hint": hint, "percentiles": [[10, 20], [15, 60.5], [90, 100]]}

    for feature in ("foo", "", "фича"):
        yield {"scheme": "featurevisor", "feature": feature, "percentage": 60000}
        yield {"scheme": "featurevisor", "feature": feature, "percentage": 100000, "allocation": [[0, 33333], [33333, 66666], [70000, 100000]]}
        yield {"scheme": "featurevisor", "feature": feature, "percentage": 1, "ranges": [[10000, 40000], [80000, 100000]]}
        yield {"scheme": "featurevisor", "feature": feature, "percentage": 0}


DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def main():
    cases, numbered = [], set()
    for document in documents():
        name = document["scheme"].replace("-", "_")
        assigned = [globals()[name](document, unit) for unit in UNITS]
        case = {"document": document, "assigned": "".join("." if position is None else DIGITS[position] for position in assigned)}
        number = globals().get(f"{name}_number")
        # the vendor's number does not depend on shares: give it once for what it does depend on
        shares = {"weights", "coverage", "percentage", "rollouts", "sizes", "traffic", "percentages", "ranges", "experiments", "p", "choices", "remainder"}
        if name in ("flagd", "unleash_variants", "go_feature_flag"):
            shares = set()
        identity = json.dumps([name, {key: value for key, value in document.items() if key not in shares}], sort_keys=True)
        if number and identity not in numbered:
            numbered.add(identity)
            case["numbers"] = [number(document, unit) for unit in UNITS]
        cases.append(case)
    print("{")
    print(f' "made_by": "make_vendor_cases.py",\n "units": {json.dumps(UNITS)},\n "cases": [')
    print(",\n".join("  " + json.dumps(case, separators=(",", ":")) for case in cases))
    print(" ]\n}")


if __name__ == "__main__":
    main()
