"""Makes log/: logs of releases with their heads, and logs that are refused, after spec/log.md alone. What is wrong with each refused log is stated by hand and
checked by the verification below, as far as that can be seen without knowing the events.

What the library replays and tells of each log (*.told.jsonl, *.story.txt) is its own: `RAMPGATE_BLESS=1 cargo test -p rampgate --features log --test golden_log`.

python3 make_log.py
"""

import hashlib
import json
import math
import re
from pathlib import Path

HERE = Path(__file__).parent / "log"
T0 = 1_795_521_600_000  # 2026-11-24T12:00:00Z
M = 60_000
LN20 = 2.995732273553991

# ---- the canonical spelling


def number(x):
    """The shortest digits that give the double back, as the format spells them."""
    if isinstance(x, int):
        return str(x)
    if x == 0:
        return "-0.0" if math.copysign(1, x) < 0 else "0.0"
    sign, rest = ("-", repr(-x)) if x < 0 else ("", repr(x))
    mantissa, _, exponent = rest.partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = whole + fraction
    point = len(whole) + int(exponent or 0)
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.lstrip("0").rstrip("0")
    if point > 16 or point <= -5:
        tail = f"e{point - 1:+}" if point > 0 else f"e{point - 1}"
        return sign + digits[0] + ("." + digits[1:] if len(digits) > 1 else "") + tail
    if point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    if point >= len(digits):
        return f"{sign}{digits}{'0' * (point - len(digits))}.0"
    return f"{sign}{digits[:point]}.{digits[point:]}"


SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text(s):
    return '"' + "".join(SHORT.get(c, f"\\u{ord(c):04x}" if ord(c) < 0x20 else c) for c in s) + '"'


def canonical(value):
    match value:
        case dict():
            return "{" + ",".join(f"{text(k)}:{canonical(v)}" for k, v in value.items()) + "}"
        case str():
            return text(value)
        case int() | float():
            return number(value)
    raise TypeError(value)


# ---- the fingerprint: SipHash-1-3 with a zero key over the content, see spec/release.md

MASK = (1 << 64) - 1


def siphash(data):
    v = [0x736F6D6570736575, 0x646F72616E646F6D, 0x6C7967656E657261, 0x7465646279746573]

    def rotl(x, n):
        return (x << n | x >> (64 - n)) & MASK

    def rounds(n):
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
    words.append(int.from_bytes(data[len(data) - tail :], "little") | (len(data) & 0xFF) << 56)
    for word in words:
        v[3] ^= word
        rounds(1)
        v[0] ^= word
    v[2] ^= 0xFF
    rounds(3)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def content(value):
    def tagged(tag, data):
        return tag + len(data).to_bytes(8, "little") + data

    match value:
        case None:
            return b"n"
        case bool():
            return b"t" if value else b"f"
        case int() | float():
            return tagged(b"d", number(value).removesuffix(".0").encode())
        case str():
            return tagged(b"s", value.encode())
        case list():
            return b"l" + len(value).to_bytes(8, "little") + b"".join(map(content, value))
        case dict():
            pairs = sorted((k.encode(), v) for k, v in value.items())
            return b"o" + len(pairs).to_bytes(8, "little") + b"".join(tagged(b"k", k) + content(v) for k, v in pairs)
    raise TypeError(value)


# ---- lines


def line(previous, inside):
    digest = hashlib.sha256(previous + inside.encode()).digest()
    return f'{inside},"hash":"{digest.hex()}"}}\n', digest


def header(release, document):
    data = (HERE / document).read_bytes()
    spec = f"{siphash(content(json.loads(data))):016x}"
    inside = {"version": "rampgate-log-1", "release": release, "spec": spec, "sha256": hashlib.sha256(data).hexdigest()}
    return '{"header":' + canonical(inside)


def chained(contents):
    previous, lines = bytes(32), []
    for inside in contents:
        new, previous = line(previous, inside)
        lines.append(new)
    return lines


def head_of(lines):
    return f"{len(lines) - 1}:{lines[-1][-67:-3]}"


def verify(log, head=None):
    """(path, kind) of what can be seen without knowing events; None if nothing is wrong."""
    if not log:
        return "log", "missing"
    previous, at, closed, hashes = bytes(32), 0, False, []
    lines = re.findall(r"[^\n]*\n|[^\n]+$", log)
    for place, raw in enumerate(lines):
        path = f"log:{place + 1}"
        version = re.match(r'\{"header":\{"version":"([^"]*)"', raw)
        if place == 0 and version and version[1] != "rampgate-log-1":
            return "log:1.header.version", "version"
        shape = re.fullmatch(r'(.*),"hash":"([0-9a-f]{64})"\}\n', raw, re.DOTALL)
        if not shape:
            return path, "corrupt"
        inside, digest = shape[1], shape[2]
        if place == 0 and not inside.startswith('{"header":'):
            return path, "missing"
        if place > 0:
            if closed:
                return path, "order"
            if inside.startswith('{"header":'):
                return path, "order"
            numbered = re.match(r'\{"(event|closed)":\{"seq":(\d+),', inside)
            if not numbered:
                return path, "corrupt"
            if int(numbered[2]) != place:
                return path, "order"
        previous = hashlib.sha256(previous + inside.encode()).digest()
        if previous.hex() != digest:
            return path, "corrupt"
        hashes.append(digest)
        if place > 0:
            now = int(re.search(r'"at":(\d+)', inside)[1])
            if now < at:
                return f"{path}.{numbered[1]}.at", "order"
            at, closed = now, numbered[1] == "closed"
        if head and int(head.split(":")[0]) == place and head.split(":")[1] != digest:
            return path, "corrupt"
    if head and int(head.split(":")[0]) >= len(hashes):
        return "log", "corrupt"
    return None


# ---- releases

LOGS = []


class Run:
    """A release told as what happens at which minute."""

    def __init__(self, name, document="steps.plan.json", release="checkout v2", begin=T0):
        self.name, self.document, self.release, self.begin = name, document, release, begin
        self.contents, self.seq = [header(release, document)], 0
        self.stage, self.attempt = 0, 1
        LOGS.append(self)

    def ev(self, minute, kind):
        self.seq += 1
        event = {"seq": self.seq, "at": self.begin + round(minute * M), "kind": kind}
        self.contents.append('{"event":' + canonical(event))
        return self

    def by(self, minute, command, who, **rest):
        return self.ev(minute, {command: {"by": who, **rest}})

    def start(self, minute=0, who="ann"):
        return self.by(minute, "start", who)

    def look(self, minute, verdict, units, safety=1.5, harm=0.5, clearance="allow", **about):
        finding = {"verdict": verdict, "units": units, "ln_harm": math.log(harm), "ln_harm_needed": LN20}
        finding |= {"ln_safety": math.log(safety), "ln_safety_needed": LN20}
        told = {"attempt": about.get("attempt", self.attempt), "stage": about.get("stage", self.stage)}
        return self.ev(minute, {"judged": told | {"finding": finding, "clearance": clearance}})

    def at(self, stage, attempt=None):
        self.stage, self.attempt = stage, attempt or self.attempt
        return self

    def close(self, minute, phase):
        inside = {"seq": self.seq + 1, "at": self.begin + round(minute * M), "phase": phase}
        self.contents.append('{"closed":' + canonical(inside))
        return self

    def lines(self):
        return chained(self.contents)


NO_DATA = {"insufficient": "no_data"}
SOURCE_ERROR = {"insufficient": "source_error"}

Run("empty")
healthy = (
    Run("healthy")
    .start()
    .look(1, NO_DATA, 0, 1.0, 1.0)
    .look(5, "inconclusive", 40, 1.9, 0.8)
    .look(10, "safe", 90, 21.3, 0.6)
    .look(15, "safe", 140, 25.78, 0.55)
    .at(1)
    .look(20, "safe", 300, 22.0, 0.5)
    .look(25, "safe", 900, 38.1, 0.4)
    .look(30, "safe", 1500, 61.0, 0.3)
    .at(2)
    .look(35, "inconclusive", 1700, 3.0, 0.3)
    .look(40, "safe", 4100, 31.0, 0.2)
    .look(45, "safe", 7800, 1234.5, 0.12)
    .look(50, "safe", 9100, 2000.0, 0.1)
    .look(55, "inconclusive", 12000, 14.0, 0.08)
    .look(60, "inconclusive", 15250, 13.0, 0.09)
    .close(61, "completed")
)
harm = (
    Run("harm")
    .start()
    .look(5, "inconclusive", 40, 1.9, 0.8)
    .look(10, "safe", 90, 21.3, 0.6)
    .look(15, "safe", 140, 25.78, 0.55)
    .at(1)
    .look(20, "inconclusive", 180, 0.7, 2.4)
    .look(22.5, "inconclusive", 260, 0.2, 9.96)
    .look(25, "harm", 301, 0.05, 20.3)
    .ev(25.5, "tick")
    .ev(28, "confirm")
    .ev(30, "tick")
    .close(31, "rolled_back")
)
Run("unconfirmed").start().look(5, "inconclusive", 40, 1.9, 0.8).look(10, "harm", 1, 0.4, 4000.0).ev(12, "tick").ev(40, "tick")
(
    Run("budget", "steps.plan.json", "search ranking")
    .start()
    .look(5, "inconclusive", 60)
    .look(10, "safe", 120, 22.0, clearance={"cap": "12.5%"})
    .look(15, "safe", 190, 23.0, clearance={"cap": "12.5%"})
    .look(20, "safe", 250, 24.0, clearance={"cap": "11%"})
    .look(35, "safe", 400, 30.0)
    .at(1)
    .look(40, "inconclusive", 600, clearance="hold")
    .look(45, "inconclusive", 800, clearance="hold")
    .look(50, "inconclusive", 900, clearance="allow")
    .look(55, "inconclusive", 1000, clearance="roll_back")
    .ev(56, "confirm")
)
# the release of release/spec.json: an approval in stage 2, a freeze from 00:20 to 00:35, a bake
SPEC_T0 = 1_767_225_600_000  # 2026-01-01T00:00:00Z
(
    Run("commands", "../release/spec.json", "parity", SPEC_T0)
    .look(21, NO_DATA, 0)
    .start(21, "ana")
    .ev(30, "tick")
    .by(31, "promote", "eve")
    .look(35, NO_DATA, 0)
    .look(40, "inconclusive", 60)
    .by(42, "pause", "ben")
    .look(45, "inconclusive", 80)
    .by(50, "resume", "ben")
    .by(50, "approve", "ana", stage=1)
    .look(55, "safe", 100, 21.0)
    .look(62, "safe", 150, 24.0)
    .look(66, "safe", 190, 26.0)
    .at(1)
    .look(70, "safe", 300, 22.0)
    .look(72, "inconclusive", 310, stage=0)
    .look(76, "safe", 500, 27.0)
    .look(81, "safe", 700, 29.0)
    .by(95, "approve", "ana", stage=1)
    .at(2)
    .look(100, "inconclusive", 900)
    .look(103, "harm", 960, 0.2, 25.0)
    .ev(104, "confirm")
    .at(0, 2)
    .look(120, NO_DATA, 0, attempt=1)
    .by(120, "retry", "ana")
    .look(124, "safe", 40, 21.0, attempt=1)
    .look(125, "safe", 60, 21.0)
    .by(126, "promote", "ana")
    .at(1)
    .look(130, "inconclusive", 60)
    .by(131, "approve", "ben", stage=1)
    .look(136, "safe", 130, 33.0)
    .look(141, "safe", 190, 35.0)
    .at(2)
    .look(146, "inconclusive", 260)
    .look(151, "inconclusive", 330)
    .look(155, "inconclusive", 390)
    .look(158, "inconclusive", 450)
    .look(161, "inconclusive", 500)
    .look(163, "inconclusive", 520)
    .close(163, "completed")
)
(
    Run("rollback-failed")
    .start(0, "")
    .look(5, "inconclusive", 40)
    .by(6, "abort", "bob", why="p99 doubled in eu-west.")
    .ev(7, {"rollback_failed": {"why": "flag service answered 503"}})
    .ev(9, {"rollback_failed": {"why": "flag service answered 503"}})
    .by(10, "abort", "bob", why="again")
    .ev(15.25, "confirm")
    .by(16, "abort", "bob", why="to be sure")
)
Run("rollback-not-in-force").start().by(6, "abort", "bob", why="").ev(7, {"rollback_failed": {"why": "flag service answered 503"}})
(
    Run("expiry", "strict.plan.json", "pricing")
    .start()
    .ev(5, "tick")
    .look(10, NO_DATA, 0)
    .look(15, "inconclusive", 1)
    .look(20, SOURCE_ERROR, 1)
    .look(30, SOURCE_ERROR, 1)
    .look(40, SOURCE_ERROR, 1)
    .look(50, "invalid", 900)
    .look(60, "inconclusive", 1000, 0.9, 1.1)
    .look(70, "inconclusive", 2000, 0.9, 1.1)
    .ev(90, "tick")
)
Run("retried", "strict.plan.json", "pricing").start(10).ev(70, "tick").by(95, "retry", "dan").at(0, 2).look(100, "inconclusive", 12)
Run("paused").start().look(5, "inconclusive", 1240).by(6, "pause", "bob").look(10, "inconclusive", 1300)
(
    Run("revised", "limited.plan.json")
    .start()
    .look(5, "safe", 30, 21.0)
    .look(15, "safe", 60, 22.0)
    .look(25, "safe", 90, 23.0)
    .look(36, "safe", 99, 24.0)
    .by(37, "approve", "bob", stage=0)
    .by(38, "request", "ann")
    .by(40, "approve", "bob", stage=0)
    .at(1)
    .look(45, "inconclusive", 40)
    .by(50, "revise", "ann", revision="build 8")
    .by(51, "revise", "ann", revision="build 8")
    .at(0, 2)
    .look(55, "safe", 30, 21.0)
    .look(65, "safe", 60, 22.0)
    .by(66, "approve", "bob", stage=0)
    .at(1)
    .look(70, "safe", 60, 21.0)
    .look(80, "safe", 90, 22.0)
    .by(92, "revise", "cat", revision="build 9")
    .at(0, 3)
    .look(121, "inconclusive", 10)
    .look(125, "safe", 30, 21.0)
    .look(136, "safe", 60, 22.0)
    .by(137, "promote", "ann")
    .at(1)
    .look(140, "safe", 60, 21.0)
    .look(150, "safe", 90, 22.0)
    .look(160, "safe", 120, 22.0)
    .look(170, "safe", 150, 22.0)
    .ev(171, {"rollback_failed": {"why": "timeout"}})
    .ev(172, "confirm")
)


def seen(run, minute, new, old, waiting=0, stopping=0, waiting_old=0):
    counts = {"ready_new": new, "not_ready_new": waiting, "ready_old": old, "not_ready_old": waiting_old, "stopping": stopping}
    return run.ev(minute, {"fleet": counts})


fleet = Run("fleet", "fleet.plan.json")
seen(fleet, 0, 0, 8)
seen(fleet.start(1), 2, 0, 8)
seen(seen(fleet, 3, 0, 8, 1), 4, 1, 7, 1)
seen(fleet.look(5, "inconclusive", 20), 6, 2, 6)
seen(fleet.look(7, "inconclusive", 40).look(12, "safe", 90, 21.3), 13, 1, 6, 1)
seen(fleet.look(14, "safe", 110, 22.0).look(23, "safe", 160, 24.0), 24, 2, 6)
fleet.look(25, "safe", 180, 24.0).look(30, "safe", 240, 25.0).at(1)
seen(seen(fleet, 31, 3, 6), 32, 4, 4)
seen(fleet.look(33, "inconclusive", 300), 34, 4, 1, 0, 0, 3)
seen(fleet.look(35, "harm", 380, 0.1, 22.0).ev(36, "confirm"), 37, 4, 4)
seen(fleet.ev(38, "confirm"), 39, 0, 7, 1, 2)
seen(fleet.ev(40, "confirm"), 42, 0, 8).ev(43, "confirm")
stuck = Run("fleet-stuck", "fleet.plan.json").start()
seen(stuck, 1, 0, 8)
for minute in (2, 8, 14, 18, 25):
    seen(stuck, minute, 0, 7, 2)
stuck.look(26, NO_DATA, 0).ev(45, "tick")
seen(stuck, 50, 0, 0, 2, 0, 8)
seen(seen(stuck, 62, 0, 7, 2), 70, 0, 8).ev(71, "confirm")
early = Run("fleet-early", "fleet.plan.json").start()
seen(seen(early, 1, 1, 7).by(2, "abort", "bob", why="deployed by hand"), 3, 0, 8).ev(4, "confirm")
Run("cancelled", "strict.plan.json", "pricing").start().by(4, "abort", "cat", why="moved to Monday").close(5, "rolled_back")
odd = Run("odd", "steps.plan.json", 'a "quoted" \\ née 🚀')
odd.start(0, 'x"\\\b\f\n\r\t\x01\x7f\u2028é🚀\n2026-11-24 12:00:00 UTC  #1  nothing happened')
for minute, numbers in enumerate(
    [(1e-7, 1e16, -0.0, 5e-324), (1.7976931348623157e308, 1e-5, 0.0001, 123456789012345680.0), (1e15, 9007199254740993.0, -2.5e-10, 0.1), (1e21, 1e22, 1e23, 3.0)]
):
    names = ("ln_harm", "ln_harm_needed", "ln_safety", "ln_safety_needed")
    finding = {"verdict": "inconclusive", "units": (1 << 53) + 1 + minute, **dict(zip(names, numbers))}
    odd.ev(minute + 1, {"judged": {"attempt": 1, "stage": 0, "finding": finding, "clearance": "allow"}})

# ---- logs that are refused

REFUSED = []


def refuse(name, log, path, kind, head=None, about=None):
    log = log if isinstance(log, str) else "".join(log)
    case = {"name": name, "text": log, "head": head, "about": about and {"document": about.document, "release": about.release}}
    found = verify(log, head)
    if about:
        assert found is None, (name, found)
    else:
        assert found == (path, kind), (name, found)
    REFUSED.append(case | {"path": path, "kind": kind})


def beyond(name, contents, path, kind, about=None):
    """The chain holds, and a line says what cannot be: nothing that the verification above could see."""
    log = "".join(chained(contents))
    assert verify(log) is None, (name, verify(log))
    REFUSED.append({"name": name, "text": log, "head": None, "about": about and {"document": about.document, "release": about.release}, "path": path, "kind": kind})


L, C = harm.lines(), harm.contents
HEAD = head_of(L)
N = len(L)
refuse("nothing at all", "", "log", "missing")
refuse("a word was changed", L[:1] + [L[1].replace("ann", "bob")] + L[2:], "log:2", "corrupt")
refuse("a verdict was changed", [l.replace('"harm"', '"safe"') for l in L], "log:8", "corrupt")
refuse("the name in the header was changed", [L[0].replace("v2", "v3")] + L[1:], "log:1", "corrupt")
refuse("a digit of a hash was changed", L[:3] + [L[3][:-4] + ("0" if L[3][-4] != "0" else "1") + L[3][-3:]] + L[4:], "log:4", "corrupt")
refuse("a hash in upper case", L[:3] + [L[3][:-67] + L[3][-67:-3].upper() + L[3][-3:]] + L[4:], "log:4", "corrupt")
refuse("the closing line was changed", L[:-1] + [L[-1].replace("rolled_back", "completed")], f"log:{N}", "corrupt")
refuse("cut short within the last line", "".join(L)[:-40], f"log:{N}", "corrupt")
refuse("the last line feed is missing", "".join(L)[:-1], f"log:{N}", "corrupt")
refuse("cut short within the header", L[0][:30], "log:1", "corrupt")
refuse("the end is missing, against the head", L[:-2], "log", "corrupt", HEAD)
refuse("all but the header is missing, against the head", L[:1], "log", "corrupt", HEAD)
refuse("the header is missing", L[1:], "log:1", "missing")
refuse("the first event is missing", L[:1] + L[2:], "log:2", "order")
refuse("one event is missing", L[:4] + L[5:], "log:5", "order")
refuse("three events are missing", L[:4] + L[7:], "log:5", "order")
refuse("an event is there twice", L[:4] + [L[3]] + L[4:], "log:5", "order")
refuse("an early event is repeated at the end", L + [L[1]], f"log:{N + 1}", "order")
refuse("two neighbours are swapped", L[:4] + [L[5], L[4]] + L[6:], "log:5", "order")
refuse("an event was moved to the end", L[:4] + L[5:] + [L[4]], "log:5", "order")
refuse("the header is there twice", L[:2] + [L[0]] + L[2:], "log:3", "order")
refuse("an event after the closing line", L + chained(C + ['{"event":{"seq":11,"at":1795530000000,"kind":"tick"}'])[-1:], f"log:{N + 1}", "order")
refuse("closed twice", L + [L[-1]], f"log:{N + 1}", "order")
refuse("a line of another log", L[:4] + healthy.lines()[4:5] + L[5:], "log:5", "corrupt")
refuse("an empty line", L[:4] + ["\n"] + L[4:], "log:5", "corrupt")
refuse("an empty line at the end", L + ["\n"], f"log:{N + 1}", "corrupt")
refuse("line feeds of another system", [l.replace("\n", "\r\n") for l in L], "log:1", "corrupt")
refuse("a byte-order mark", "\ufeff" + "".join(L), "log:1", "missing")
refuse("not a log", "once upon a time\n", "log:1", "corrupt")
refuse("another version", "".join(L).replace("rampgate-log-1", "rampgate-log-2"), "log:1.header.version", "version")
rewritten = chained(C[:6] + [c.replace('"units":301', '"units":302') for c in C[6:]])
refuse("written anew from line 8 on, against the head", rewritten, f"log:{N}", "corrupt", HEAD)
refuse("written anew, against a head of the middle", chained([c.replace("ann", "bob") for c in C]), "log:4", "corrupt", head_of(L[:4]))
refuse("the log of another release, against the head", healthy.lines(), f"log:{N}", "corrupt", HEAD)
back = C[:3] + [C[3].replace(str(T0 + 10 * M), str(T0 + 4 * M))] + C[4:]
refuse("an event before the last one", chained(back), "log:4.event.at", "order")
refuse("closed before the last event", chained(C[:-1] + [C[-1].replace(str(T0 + 31 * M), str(T0))]), f"log:{N}.closed.at", "order")


def changed(place, old, new):
    assert old in C[place], (old, C[place])
    return C[:place] + [C[place].replace(old, new)] + C[place + 1 :]


beyond("an event that this version does not know", changed(1, '"start"', '"begin"'), "log:2.event.kind", "unknown")
beyond("a field that this version does not know", changed(1, '"by":"ann"', '"by":"ann","how":"gently"'), "log:2.event.kind.start.how", "unknown")
beyond("a field that is missing", changed(1, '{"by":"ann"}', "{}"), "log:2.event.kind.start.by", "missing")
beyond("white space", changed(1, '"by":"ann"', '"by": "ann"'), "log:2", "syntax")
beyond("an escape where none is needed", changed(1, '"ann"', '"\\u0061nn"'), "log:2", "syntax")
beyond("a number with a zero too many", changed(2, "2.995732273553991", "2.9957322735539910"), "log:3", "syntax")
beyond("fields in another order", changed(1, f'"seq":1,"at":{T0},"kind":{{"start":{{"by":"ann"}}}}', f'"seq":1,"kind":{{"start":{{"by":"ann"}}}},"at":{T0}'), "log:2", "syntax")
beyond("the header in another order", [re.sub(r'("release":"[^"]*"),("spec":"[^"]*")', r"\2,\1", C[0])] + C[1:], "log:1", "syntax")
beyond("a header without a field", [re.sub(r',"spec":"[^"]*"', "", C[0])] + C[1:], "log:1.header.spec", "missing")
beyond("a header with a short hash", [re.sub(r'"sha256":"..', '"sha256":"', C[0])] + C[1:], "log:1.header.sha256", "syntax")
beyond("a closing line without a time", C[:-1] + [re.sub(r'"at":\d+,', f'"at":{T0 + 31 * M},"why":1,', C[-1])], f"log:{N}.closed.why", "unknown")

other = next(run for run in LOGS if run.name == "expiry")
refuse("about another plan", L, "log:1.header.spec", "conflict", about=other)
named = Run("x", release="checkout v3")
LOGS.remove(named)
refuse("about a release of another name", L, "log:1.header.release", "conflict", about=named)
(HERE / "spaced.plan.json").write_text(json.dumps(json.loads((HERE / "steps.plan.json").read_text()), indent=2) + "\n")
spaced = Run("x", "spaced.plan.json")
LOGS.remove(spaced)
refuse("about the same plan in another layout", L, "log:1.header.sha256", "conflict", about=spaced)
refuse("closed while it goes on", chained(C[:4] + ['{"closed":{"seq":4,"at":1795524000000,"phase":{"ramping":{"stage":0}}}']), "log:5.closed.phase", "conflict", about=harm)
refuse("closed with another end", chained(C[:-1] + [C[-1].replace("rolled_back", "completed")]), f"log:{N}.closed.phase", "conflict", about=harm)

# ---- files

index = []
for run in LOGS:
    lines = run.lines()
    assert verify("".join(lines)) is None and verify("".join(lines), head_of(lines)) is None
    (HERE / f"{run.name}.log.jsonl").write_text("".join(lines))
    closed = run.contents[-1].startswith('{"closed"')
    index.append({"name": run.name, "document": run.document, "release": run.release, "events": run.seq, "head": head_of(lines), "closed": closed})
(HERE / "logs.json").write_text(json.dumps({"version": "rampgate-log-1", "logs": index, "refused": REFUSED}, indent=1, ensure_ascii=False) + "\n")
