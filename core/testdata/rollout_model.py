"""The machine of spec/rollout.md, version rampgate-rollout-1, written from that page alone: it shares no code with the library.

It reads plans that are known to be sound and logs that are in order; Python 3.10, standard library only.
"""

import copy
import re
from datetime import datetime

from make_fleet import Fleet, ppm

# ---- quantities

UNITS = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]


def share(text):
    whole, _, fraction = text.removesuffix("%").partition(".")
    return int(whole) * 10_000 + int(fraction.ljust(4, "0"))


def show_share(parts):
    return f"{parts // 10_000}.{parts % 10_000:04d}".rstrip("0").rstrip(".") + "%"


def span(text):
    return sum(int(number) * dict(UNITS)[unit] for number, unit in re.findall(r"(\d+)([a-z]+)", text))


def show_span(millis):
    text = ""
    for unit, size in UNITS:
        if millis >= size:
            text += f"{millis // size}{unit}"
            millis %= size
    return text or "0s"


def instant(text):
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()) * 1000


# ---- the plan and its calendar


class Stage:
    def __init__(self, json):
        self.exposure = share(json["exposure"])
        self.min_dwell = span(json["min_dwell"])
        self.min_units = json.get("min_units", 0)
        self.requires = json.get("requires", "safe")
        self.approval = json.get("approval", False)
        self.within = self.on_timeout = None
        if isinstance(self.approval, dict):
            self.within, self.on_timeout = span(self.approval["within"]), self.approval.get("on_timeout", "rollback")
            self.approval = True
        self.on_inconclusive = json.get("on_inconclusive", "hold")
        self.on_no_data = json.get("on_no_data", "hold")
        self.on_invalid = json.get("on_invalid", "hold")
        self.deadline = span(json["deadline"]) if "deadline" in json else None
        self.on_deadline = json.get("on_deadline", "rollback")


def expanded(stages):
    """The list that a growth stands for."""
    if isinstance(stages, list):
        return stages
    name, rules = next(iter(stages.items()))
    rules = dict(rules)
    if name == "blue_green":
        exposures = [1_000_000]
    else:
        first, last = share(rules.pop("from")), share(rules.pop("to"))
        if name == "linear":
            steps = rules.pop("steps")
            exposures = [first + (last - first) * step // (steps - 1) for step in range(steps)]
        else:
            whole, _, fraction = str(rules.pop("factor")).partition(".")
            factor = int(whole + fraction.ljust(3, "0"))
            exposures = [first]
            while exposures[-1] < last:
                exposures.append(min(last, exposures[-1] * factor // 1000))
    return [{"exposure": show_share(exposure), **rules} for exposure in exposures]


def overall_exposures(rings, stages):
    """What the stages of a plan with rings come to of all units, in parts per million: rounded up."""
    overall, reached = [], {}
    for stage in stages:
        reached[stage["ring"]] = share(stage["exposure"])
        millionths = sum(share(ring["share"]) * reached.get(ring["name"], 0) for ring in rings)
        overall.append(-(-millionths // 1_000_000))
    return overall


class Plan:
    def __init__(self, json):
        self.stages = [Stage(stage) for stage in expanded(json["stages"])]
        if "rings" in json:
            for stage, exposure in zip(self.stages, overall_exposures(json["rings"], json["stages"])):
                stage.exposure = exposure
        self.last = len(self.stages) - 1
        self.stale_after = span(json.get("stale_after", "15m"))
        self.restart_every = span(json["restart_every"]) if "restart_every" in json else None
        self.start = instant(json["start"]) if "start" in json else 0
        windows = lambda name: [(instant(w["from"]), instant(w["until"]), w.get("why")) for w in json.get("calendar", {}).get(name, [])]
        self.deny, self.allow = windows("deny"), windows("allow")
        self.fleet = Fleet(json["fleet"]) if "fleet" in json else None
        self.bake = copy.copy(self.stages[-1])
        self.bake.min_dwell = span(json.get("bake", "0s"))
        self.bake.min_units = 0
        self.bake.approval, self.bake.within, self.bake.on_timeout = False, None, None
        self.bake.on_inconclusive = "hold"
        if self.bake.deadline is not None:
            self.bake.deadline += self.bake.min_dwell
        if self.bake.requires != "unmonitored":
            self.bake.requires = "no_harm"

    def most_in_force(self, exposure):
        return ppm(self.fleet.shown(exposure)["largest"]) if self.fleet else exposure

    def may_rise(self, t):
        inside = lambda windows: any(first <= t < end for first, end, _ in windows)
        return not inside(self.deny) and (not self.allow or inside(self.allow))

    def freeze(self, t):
        if self.may_rise(t):
            return None
        edges = sorted({edge for first, end, _ in self.deny + self.allow for edge in (first, end) if edge > t})
        until = next((edge for edge in edges if self.may_rise(edge)), None)
        why = next((why for first, end, why in self.deny if first <= t < end), None)
        return {"freeze": {"until": until, "why": why}}


# ---- the machine


class Watch:
    def __init__(self, at, base):
        self.entered, self.base, self.units = at, base, base
        self.elapsed = self.quiet = self.dwell = self.lacking = self.waited = self.renewed = 0
        self.mark = self.judged = self.approved = self.promoted = None


class State:
    def __init__(self):
        self.seq = self.at = self.cohort = self.segment = self.stage = 0
        self.attempt = 1
        self.place = "draft"  # "stage" and "expired" are at `stage`
        self.hold = self.clearance = self.watch = self.revision = None
        self.report, self.since, self.current = None, None, False  # when, and what was seen

    def exposure(self, plan):
        live = {"stage": self.stage, "expired": self.stage, "baking": plan.last, "completed": plan.last}
        return plan.stages[live[self.place]].exposure if self.place in live else 0

    def actual(self, plan):
        seen = self.report and plan.fleet.actual(self.report[1], self.exposure(plan))
        return seen and seen["actual"]

    def compared(self, plan):
        if plan.fleet is None:
            return self.exposure(plan)
        if not self.current:
            return 0
        at, seen = self.report
        steady = at - self.since > plan.stale_after or not plan.fleet.actual(seen, self.exposure(plan))["gaps"]
        return share(self.actual(plan) or "0%") if steady else 0

    def lack(self, plan, now, report=None):
        """The hold and the reason why the declared exposure is not in force at `now`; None and the reason (if any) if it is."""
        if plan.fleet is None:
            return None, None
        declared = {"declared": show_share(self.exposure(plan))}
        if report is None and not self.current:
            return "unreported", {"unreported": {**declared, "silent": None}}
        at, seen = report or self.report
        if now - at > plan.stale_after:
            return "unreported", {"unreported": {**declared, "silent": show_span(now - at)}}
        found = plan.fleet.actual(seen, self.exposure(plan))
        told, gaps = {**declared, "actual": found["actual"]}, found["gaps"]
        if gaps:
            return {"not_in_force": next(iter(gaps[0]))}, {"not_in_force": {**told, "gaps": gaps}}
        return None, {"in_force": told}

    def phase(self):
        if self.place == "stage":
            here = {"stage": self.stage}
            return {"ramping": here} if self.hold is None else {"holding": {**here, "reason": self.hold}}
        return {"expired": {"stage": self.stage}} if self.place == "expired" else self.place

    def present(self, plan):
        if self.place in ("stage", "expired"):
            return self.stage
        return plan.last if self.place in ("baking", "completed") else 0

    def move(self, plan, place, stage=0):
        before = self.exposure(plan)
        self.place, self.stage, self.hold, self.watch = place, stage, None, None
        if self.exposure(plan) != before or place == "rolling_back":
            self.current = False


def step(plan, before, event):
    if 0 < event["seq"] <= before.seq:
        return before, None
    assert event["seq"] == before.seq + 1 and event["at"] >= before.at
    state = copy.deepcopy(before)
    kind = event["kind"]
    stayed = before.lack(plan, event["at"])[0] is None
    if isinstance(kind, dict) and "fleet" in kind:
        stayed = stayed and before.lack(plan, event["at"], (event["at"], kind["fleet"]))[0] is None
    if state.watch and state.hold != "paused":
        state.watch.elapsed += event["at"] - before.at
        state.watch.quiet += event["at"] - before.at
        if not stayed:
            state.watch.lacking += event["at"] - before.at
            state.watch.mark = None
        if state.hold == "approval" and plan.stages[state.stage].within is not None:
            state.watch.waited += event["at"] - before.at
    state.seq, state.at = event["seq"], event["at"]
    reasons = []
    action = apply(plan, before, state, kind, reasons, stayed)
    met = lambda one: (one.exposure(plan), one.compared(plan), one.attempt)
    if met(state)[::2] != met(before)[::2]:
        state.segment = 0
    if met(state) != met(before) or state.segment != before.segment:
        state.cohort += 1
    if action is None:
        return state, None
    governing = []
    for one in (before, state):
        if one.exposure(plan) and one.present(plan) not in governing:
            governing.append(one.present(plan))
    reasons += [{"unmonitored": {"stage": n}} for n in governing if plan.stages[n].requires == "unmonitored"]
    return state, {
        "seq": state.seq,
        "at": state.at,
        "attempt": state.attempt,
        **({"revision": state.revision} if state.revision is not None else {}),
        "action": action,
        "exposure": show_share(state.exposure(plan)),
        **({"actual": state.actual(plan)} if state.report and state.actual(plan) else {}),
        "phase": state.phase(),
        "reasons": reasons,
    }


def apply(plan, before, state, kind, reasons, stayed):
    name, told = (kind, {}) if isinstance(kind, str) else next(iter(kind.items()))
    place, watch = state.place, state.watch

    def ignored(reason):
        action = settle(plan, state, reasons)
        reasons.append(reason)
        return action or "ignore"

    def roll_back():
        state.move(plan, "rolling_back")
        return "roll_back"

    if name == "tick":
        return settle(plan, state, reasons)
    if name == "fleet":
        stale = before.current and state.at - before.report[0] > plan.stale_after
        was = before.lack(plan, before.report[0] if before.report else 0)[0] is None
        state.report, state.current = (state.at, told), True
        if not before.current or stale or state.actual(plan) != before.actual(plan):
            state.since = state.at
        hold, reason = state.lack(plan, state.at)
        news = state.actual(plan) != before.actual(plan) or was != (hold is None)
        action = settle(plan, state, reasons)
        if news and reason not in reasons:
            reasons.append(reason)
        return action or ("observe" if news else None)
    if name == "judged":
        if place in ("rolling_back", "rollback_failed"):
            return None
        finding, clearance = told["finding"], told["clearance"]
        if told["attempt"] == state.attempt and state.exposure(plan) > 0:
            if finding["verdict"] == "harm":
                reasons.append({"harm": {"have": finding["ln_harm"], "need": finding["ln_harm_needed"]}})
            if clearance == "roll_back" and place != "completed":
                reasons.append("budget_spent")
            if reasons:
                state.clearance = clearance
                return roll_back()
        present = state.present(plan)
        if (told["attempt"], told["stage"]) != (state.attempt, present):
            return ignored(
                {"void": {"attempt": told["attempt"], "stage": told["stage"], "current_attempt": state.attempt, "current_stage": present}}
            )
        state.clearance = clearance
        if watch:
            hear(plan, state, watch, finding, stayed)
        return settle(plan, state, reasons)
    if name == "start" and place == "draft":
        reasons.append({"started": told})
        state.move(plan, "scheduled")
        return settle(plan, state, reasons, "schedule")
    if name == "approve" and place == "stage":
        if told["stage"] != state.stage:
            return ignored({"other_stage": {"stage": told["stage"], "current_stage": state.stage}})
        stage = plan.stages[state.stage]
        if overdue(stage, watch):
            return ignored({"approval_late": {**told, "waited": show_span(watch.waited), "within": show_span(stage.within)}})
        if stage.approval and watch.approved is None:
            watch.approved = told["by"]
            return noted(plan, state, reasons, "approve", {"approved": told})
    if name == "request" and place == "stage" and watch.promoted is None:
        stage = plan.stages[state.stage]
        if overdue(stage, watch) and stage.on_timeout == "hold":
            watch.waited = 0
            reasons.append({"requested": {**told, "stage": state.stage}})
            return settle(plan, state, reasons, "request")
    if name == "revise":
        if told["revision"] == state.revision:
            return ignored({"same_revision": {"revision": state.revision}})
        state.revision = told["revision"]
        reasons.append({"revised": told})
        if place in ("draft", "rolling_back", "rollback_failed"):
            return "revise"
        paused = state.hold == "paused"
        state.attempt += 1
        state.current = False
        state.move(plan, "scheduled")
        if paused:
            state.hold = "paused"
        return settle(plan, state, reasons, "revise")
    if name == "promote" and watch and watch.promoted is None:
        watch.promoted = told["by"]
        return noted(plan, state, reasons, "promote", {"promoted": told})
    if name == "pause" and place in ("scheduled", "stage", "baking") and state.hold != "paused":
        state.hold = "paused"
        if watch:
            watch.mark = None
        reasons.append({"paused": told})
        return "pause"
    if name == "resume" and state.hold == "paused":
        state.hold = None
        reasons.append({"resumed": told})
        return settle(plan, state, reasons, "resume")
    if name == "abort" and place not in ("rolling_back", "rolled_back"):
        reasons.append({"aborted": told})
        seen = state.report[1] if state.report else {}
        if place in ("draft", "scheduled") and not seen.get("ready_new", 0) + seen.get("not_ready_new", 0):
            state.move(plan, "rolled_back")
            return "cancel"
        return roll_back()
    if name == "retry" and place in ("rolled_back", "expired"):
        reasons.append({"retried": told})
        state.attempt += 1
        state.current = False
        state.move(plan, "scheduled")
        return settle(plan, state, reasons, "retry")
    if place in ("rolling_back", "rollback_failed"):
        if name == "confirm":
            hold, reason = state.lack(plan, state.at)
            if hold:
                return ignored(reason)
            reasons.append("confirmed")
            state.move(plan, "rolled_back")
            return "confirm_rollback"
        if name == "rollback_failed":
            reasons.append({"rollback_failed": told})
            state.move(plan, "rollback_failed")
            return "fail_rollback"
    return ignored({"not_applicable": {"command": name, "phase": before.phase()}})


def overdue(stage, watch):
    return stage.within is not None and watch.waited >= stage.within


def hear(plan, state, watch, finding, stayed):
    verdict, units = finding["verdict"], finding["units"]
    watch.judged = (state.at, finding)
    if units <= watch.base or verdict not in ("safe", "inconclusive", "invalid"):
        return
    watch.quiet = 0
    if verdict == "invalid" or units <= watch.units:
        return
    watch.units = units
    if state.hold != "paused" and stayed:
        if watch.mark is not None and state.at - watch.mark <= plan.stale_after:
            watch.dwell += state.at - watch.mark
        watch.mark = state.at


def noted(plan, state, reasons, action, reason):
    decided = settle(plan, state, reasons, action)
    if decided == action:
        reasons.insert(0, reason)
    return decided


def settle(plan, state, reasons, noted=None):
    if state.hold == "paused" or state.place not in ("scheduled", "stage", "baking"):
        return noted
    before = state.hold
    opened, closed, due = gates(plan, state)
    if due:
        action, reason = due
        state.move(plan, "rolling_back") if action == "roll_back" else state.move(plan, "expired", state.present(plan))
        reasons += reason
    elif not closed:
        action = advance(plan, state)
    else:
        state.hold = closed[0][0]
        action = noted
        if action is None and state.hold != before:
            action = "continue" if state.hold is None else "hold"
        if begins_anew(plan, state):
            if action is None:
                reasons.append("restarted")
                return "restart"
            reasons += [reason for _, reason in closed] + ["restarted"]
            return action
    if action:
        reasons += [reason for _, reason in closed] if closed else opened
    return action


def begins_anew(plan, state):
    """Whether the test for harm does, and then what that changes."""
    watch = state.watch
    if watch is None or plan.restart_every is None:
        return False
    if watch.elapsed - watch.renewed < plan.restart_every * 2 ** (state.segment // 16):
        return False
    watch.renewed = watch.elapsed
    state.segment += 1
    return True


def advance(plan, state):
    if state.place == "baking":
        state.move(plan, "completed")
        return "complete"
    target = 0 if state.place == "scheduled" else state.stage + 1
    if target <= plan.last:
        state.move(plan, "stage", target)
        state.clearance, state.watch = None, Watch(state.at, 0)
        return "advance"
    if plan.bake.min_dwell == 0:
        state.move(plan, "completed")
        return "complete"
    units = state.watch.units
    state.move(plan, "baking")
    state.watch = Watch(state.at, units)
    return "bake"


def gates(plan, state):
    opened, closed, due = [], [], None
    if state.place == "scheduled":
        opened.append("clear")
        if state.at < plan.start:
            closed.append(("not_before", {"not_before": {"start": plan.start}}))
        fleet(plan, state, opened, closed, True)
        rise(plan, state, plan.stages[0].exposure, closed)
        return opened, closed, due
    watch = state.watch
    stage = plan.bake if state.place == "baking" else plan.stages[state.stage]
    monitored = stage.requires != "unmonitored"
    time, units = watch.dwell if monitored else watch.elapsed - watch.lacking, watch.units - watch.base
    met = time >= stage.min_dwell and units >= stage.min_units
    waived = watch.promoted is not None
    fleet(plan, state, opened, closed, watch.elapsed > plan.stale_after or met or waived)
    if monitored:
        is_open, hold, reason, rolls_back = verdict(plan, state, stage, watch, met, waived)
        opened.append(reason) if is_open else closed.append((hold, reason))
        due = ("roll_back", []) if rolls_back else None

    def minimum(name, have, need, show):
        reason = {name: {"have": show(have), "need": show(need)}}
        opened.append(reason) if have >= need or waived else closed.append((None, reason))

    minimum("dwell" if monitored else "elapsed", time, stage.min_dwell, show_span)
    if stage.min_units > 0:
        minimum("units", units, stage.min_units, int)
    if state.place == "stage" and state.stage < plan.last:
        rise(plan, state, plan.stages[state.stage + 1].exposure, closed)
    if waived:
        opened.append({"promoted": {"by": watch.promoted}})
    elif watch.approved is not None:
        opened.append({"approved": {"by": watch.approved, "stage": state.stage}})
    elif stage.approval:
        clock = {"stage": state.stage}
        if stage.within is None:
            closed.append(("approval", {"approval_missing": clock}))
        else:
            clock |= {"waited": show_span(watch.waited), "within": show_span(stage.within)}
            late = overdue(stage, watch) and stage.on_timeout == "hold"
            closed.append(("approval_lapsed", {"approval_lapsed": clock}) if late else ("approval", {"approval_pending": clock}))
    if overdue(stage, watch) and stage.on_timeout != "hold" and not due:
        action = {"rollback": "roll_back", "expire": "expire"}[stage.on_timeout]
        numbers = {"stage": state.stage, "waited": show_span(watch.waited), "within": show_span(stage.within)}
        due = (action, [{"approval_timeout": numbers}])
    if stage.deadline is not None and watch.elapsed >= stage.deadline:
        action = {"rollback": "roll_back", "expire": "expire"}[stage.on_deadline]
        due = (action, [{"deadline": {"elapsed": show_span(watch.elapsed), "limit": show_span(stage.deadline)}}])
    return opened, closed, due


def fleet(plan, state, opened, closed, due):
    hold, reason = state.lack(plan, state.at)
    if hold:
        closed.append((hold if due else None, reason))
    elif reason:
        opened.append(reason)


def rise(plan, state, target, closed):
    target = plan.most_in_force(target)
    clearance = state.clearance
    if isinstance(clearance, dict) and share(clearance["cap"]) < target:
        closed.append(("budget", {"budget": {"cap": clearance["cap"], "next": show_share(target)}}))
    elif clearance == "hold":
        closed.append(("budget", {"budget": {"cap": None, "next": show_share(target)}}))
    elif clearance == "roll_back":
        closed.append(("budget", "budget_spent"))
    if freeze := plan.freeze(state.at):
        closed.append(("calendar", freeze))


def verdict(plan, state, stage, watch, met, waived):
    """Open, hold, reason, and whether the plan's policy is due."""
    lack = None
    if watch.judged is None:
        lack = "no_data"
    else:
        heard_at, finding = watch.judged
        found = finding["verdict"]
        if state.at - heard_at > plan.stale_after:
            lack = "stale"
        elif isinstance(found, dict):
            lack = found["insufficient"]
        elif finding["units"] <= watch.base:
            lack = "no_data"
    if lack:
        silent = watch.quiet > plan.stale_after
        hold = {"insufficient": lack} if silent or met or waived else None
        rolls_back = silent and watch.elapsed >= stage.min_dwell and stage.on_no_data == "rollback"
        return False, hold, {"insufficient": {"lack": lack, "quiet": show_span(watch.quiet)}}, rolls_back
    safety = {"have": finding["ln_safety"], "need": finding["ln_safety_needed"]}
    if found == "safe":
        return True, None, {"safe": safety}, False
    if found == "invalid":
        return False, "invalid", "invalid", stage.on_invalid == "rollback"
    if stage.requires == "no_harm":
        return True, None, {"no_harm": {"have": finding["ln_harm"], "need": finding["ln_harm_needed"]}}, False
    hold = "inconclusive" if met or waived else None
    return False, hold, {"inconclusive": safety}, met and stage.on_inconclusive == "rollback"
