"""Makes rollout.json: what happens in each run is computed by rollout_model.py, what is wrong with each refused plan and log is stated by hand.

python3 make_rollout.py > rollout.json
"""

import json

from rollout_model import Plan, State, expanded, instant, show_share, step

# ---- runs

T0 = instant("2026-11-24T12:00:00Z")
M = 60_000
RUNS = []


def finding(verdict, units):
    numbers = {"ln_harm": 3.5 if verdict == "harm" else -0.5, "ln_harm_needed": 2.995732273553991}
    safety = {"ln_safety": 3.25 if verdict == "safe" else 0.5, "ln_safety_needed": 2.995732273553991}
    return {"verdict": verdict, "units": units, **numbers, **safety}


class Run:
    """A run told as what happens at which minute."""

    def __init__(self, name, plan):
        self.name, self.plan, self.events, self.seq = name, plan, [], 0
        RUNS.append(self)

    def ev(self, minute, kind, seq=None):
        self.seq += seq is None
        self.events.append({"seq": seq or self.seq, "at": T0 + minute * M, "kind": kind})
        return self

    def tick(self, minute):
        return self.ev(minute, "tick")

    def start(self, minute=0):
        return self.ev(minute, {"start": {"by": "ann"}})

    def by(self, minute, command, **rest):
        return self.ev(minute, {command: {"by": "bob", **rest}})

    def j(self, minute, verdict, units, stage=0, attempt=1, clearance="allow"):
        told = {"attempt": attempt, "stage": stage, "finding": finding(verdict, units), "clearance": clearance}
        return self.ev(minute, {"judged": told})

    def vector(self):
        plan, state, decisions = Plan(self.plan), State(), []
        for event in self.events:
            state, decision = step(plan, state, event)
            decisions += [decision] if decision else []
        end = {
            "phase": state.phase(),
            "hold": state.hold,
            "exposure": show_share(state.exposure(plan)),
            "attempt": state.attempt,
            "cohort": state.cohort,
            "segment": state.segment,
        }
        return {"name": self.name, "plan": self.plan, "events": self.events, "decisions": decisions, "end": end}


def stage(exposure, min_dwell="10m", **rest):
    return {"exposure": exposure, "min_dwell": min_dwell, **rest}


TWO = [stage("5%", min_units=100), stage("50%")]
ONE = [stage("5%")]

(
    Run("a healthy release goes through, one line a decision", {"stages": TWO})
    .start()
    .j(1, {"insufficient": "no_data"}, 0)
    .j(5, "inconclusive", 40)
    .j(10, "safe", 90)
    .j(15, "safe", 140)
    .j(20, "safe", 300, stage=1)
    .j(25, "safe", 900, stage=1)
    .j(30, "safe", 1500, stage=1)
)
(
    Run("the bake needs new units, and time with evidence", {"stages": ONE, "bake": "10m"})
    .start()
    .j(5, "safe", 10)
    .j(10, "safe", 20)
    .j(15, "safe", 30)
    .tick(20)
    .j(25, "safe", 30)
    .j(31, "safe", 30)
    .j(40, "inconclusive", 31)
    .j(45, "inconclusive", 32)
    .j(50, "inconclusive", 33)
)
(
    Run("harm rolls back, and the host confirms", {"stages": TWO})
    .start()
    .j(5, "inconclusive", 40)
    .j(10, "harm", 90)
    .tick(11)
    .j(12, "harm", 95)
    .ev(13, "confirm")
    .tick(14)
)
r = Run("a source that only fails never passes", {"stages": ONE}).start()
for m in (5, 10, 15, 20, 25, 30):
    r.j(m, {"insufficient": "source_error"}, 0)
r.j(35, {"insufficient": "missing_metric"}, 50)
r = Run("a judge that calls an empty stage safe is not believed", {"stages": ONE}).start()
for m in (5, 10, 15, 20):
    r.j(m, "safe", 0)
r.by(21, "promote")
(
    Run(
        "no data rolls back where the plan says so, and a short lack does not",
        {"stages": [stage("5%", on_no_data="rollback")], "stale_after": "10m"},
    )
    .start()
    .j(5, "inconclusive", 40)
    .j(10, {"insufficient": "source_error"}, 0)
    .j(14, "inconclusive", 60)
    .j(20, "inconclusive", 80)
    .j(24, {"insufficient": "source_error"}, 0)
    .tick(30)
    .tick(31)
)
(
    Run("the deadline rolls back, also in the event that brings the pass", {"stages": [stage("5%", deadline="30m")]})
    .start()
    .j(10, "inconclusive", 40)
    .j(20, "inconclusive", 80)
    .j(30, "safe", 120)
)
(
    Run(
        "expired keeps its exposure, never rises, and is still guarded",
        {"stages": [stage("5%", deadline="30m", on_deadline="expire"), stage("50%")]},
    )
    .start()
    .j(10, "inconclusive", 40)
    .tick(30)
    .j(35, "safe", 120)
    .by(36, "promote")
    .by(37, "start")
    .j(40, "harm", 160)
)
(
    Run(
        "a retry after expiry begins again at the first stage",
        {"stages": [stage("5%"), stage("50%", deadline="30m", on_deadline="expire")]},
    )
    .start()
    .j(5, "safe", 40)
    .j(10, "safe", 80)
    .j(15, "safe", 120)
    .tick(45)
    .by(50, "retry")
    .j(55, "safe", 40, attempt=2)
    .j(56, "safe", 9999, attempt=1, stage=1)
)
(
    Run(
        "an approval is for one stage, may come early, and is the last gate",
        {"stages": [stage("5%", approval=True), stage("50%", approval=True)]},
    )
    .start()
    .by(1, "approve", stage=1)
    .by(2, "approve", stage=0)
    .by(3, "approve", stage=0)
    .j(5, "safe", 10)
    .j(10, "safe", 20)
    .j(15, "safe", 30)
    .j(20, "safe", 10, stage=1)
    .j(25, "safe", 20, stage=1)
    .j(30, "safe", 30, stage=1)
    .by(31, "approve", stage=0)
    .by(32, "approve", stage=1)
)
(
    Run(
        "an approval waits for the verdict, and a freeze",
        {
            "stages": [stage("5%", approval=True), stage("50%")],
            "calendar": {"deny": [{"from": "2026-11-24T12:14:00Z", "until": "2026-11-24T12:20:00Z", "why": "quarter end"}]},
        },
    )
    .start()
    .j(5, "inconclusive", 10)
    .j(10, "inconclusive", 20)
    .by(12, "approve", stage=0)
    .j(15, "safe", 30)
    .tick(18)
    .tick(20)
)
(
    Run("a pause stops dwell and the deadline, not evidence", {"stages": [stage("5%", deadline="20m"), stage("50%")]})
    .start()
    .j(5, "safe", 10)
    .j(10, "safe", 20)
    .by(11, "pause")
    .by(12, "pause")
    .j(30, "safe", 40)
    .tick(60)
    .by(61, "resume")
    .by(62, "resume")
    .j(62, "safe", 50)
    .j(64, "safe", 60)
    .j(66, "safe", 70)
    .j(67, "safe", 80)
)
(
    Run("abort and harm work while paused", {"stages": TWO})
    .start()
    .by(5, "pause")
    .by(6, "abort", why="pager")
    .ev(7, "confirm")
    .by(8, "retry")
    .by(9, "pause")
    .j(10, "harm", 7, attempt=2)
)
(
    Run(
        "a promote waives dwell, units and approval, and waits for the verdict",
        {"stages": [stage("5%", min_units=1000, approval=True), stage("50%")]},
    )
    .start()
    .j(1, "inconclusive", 10)
    .by(2, "promote")
    .by(3, "promote")
    .j(4, {"insufficient": "source_error"}, 0)
    .j(5, "safe", 40)
    .j(6, "safe", 10, stage=1)
)
(
    Run("abort beats a pending promote, and the next attempt knows nothing of it", {"stages": ONE})
    .start()
    .by(1, "promote")
    .by(2, "abort", why="bad feeling")
    .ev(3, "confirm")
    .by(4, "retry")
    .j(5, "inconclusive", 10, attempt=2)
)
(
    Run(
        "a promote does not waive the calendar or the budget",
        {"stages": TWO, "calendar": {"deny": [{"from": "2026-11-24T12:05:00Z", "until": "2026-11-24T13:00:00Z"}]}},
    )
    .start()
    .by(1, "promote")
    .j(6, "safe", 10, clearance={"cap": "20%"})
    .j(7, "safe", 10)
    .j(59, "safe", 11)
    .j(60, "safe", 12)
)
(
    Run(
        "a freeze stops the rise and no decrease",
        {
            "stages": [stage("5%", deadline="30m"), stage("50%")],
            "calendar": {"deny": [{"from": "2026-11-24T12:10:00Z", "until": "2026-11-24T14:00:00Z", "why": "holidays"}]},
        },
    )
    .start()
    .j(5, "safe", 10)
    .j(10, "safe", 20)
    .j(15, "safe", 30)
    .j(25, "safe", 40)
    .j(30, "safe", 50)
)
(
    Run(
        "start, allow windows and denials all have to agree",
        {
            "stages": ONE,
            "start": "2026-11-24T12:10:00Z",
            "calendar": {
                "allow": [
                    {"from": "2026-11-24T12:00:00Z", "until": "2026-11-24T12:20:00Z"},
                    {"from": "2026-11-24T12:40:00Z", "until": "2026-11-24T13:00:00Z"},
                ],
                "deny": [{"from": "2026-11-24T12:05:00Z", "until": "2026-11-24T12:45:00Z", "why": "other team"}],
            },
        },
    )
    .start()
    .tick(9)
    .tick(10)
    .tick(20)
    .tick(44)
    .by(45, "pause")
    .tick(46)
    .by(47, "resume")
)
(
    Run(
        "after downtime an unmonitored ramp goes on by one stage an event",
        {
            "stages": [
                stage("1%", "10m", requires="unmonitored"),
                stage("10%", "10m", requires="unmonitored"),
                stage("50%", "10m", requires="unmonitored"),
                stage("100%", "0s", requires="unmonitored"),
            ]
        },
    )
    .start()
    .tick(600)
    .tick(601)
    .tick(611)
    .tick(700)
    .tick(701)
)
(
    Run("dwell is time with evidence: gaps and idle findings add none", {"stages": [stage("5%", "20m"), stage("50%")]})
    .start()
    .j(5, "safe", 10)
    .j(15, "safe", 20)
    .j(40, "safe", 30)
    .j(50, "safe", 30)
    .j(55, "safe", 40)
    .j(56, "safe", 41)
)
(
    Run("a sample-ratio mismatch holds until it is gone", {"stages": TWO})
    .start()
    .j(5, "inconclusive", 40)
    .j(10, "invalid", 90)
    .j(12, "invalid", 100)
    .j(15, "safe", 120)
    .j(17, "safe", 130)
)
(
    Run("the budget caps, holds, rolls back, and keeps a retry waiting", {"stages": [stage("5%"), stage("50%"), stage("100%")]})
    .start()
    .j(5, "safe", 10)
    .j(10, "safe", 20)
    .j(15, "safe", 30, clearance={"cap": "49.9999%"})
    .j(16, "safe", 40, clearance="hold")
    .j(17, "safe", 50, clearance={"cap": "50%"})
    .j(18, "safe", 5, stage=1, clearance="roll_back")
    .ev(19, "confirm")
    .by(20, "retry")
    .tick(21)
    .j(22, {"insufficient": "no_data"}, 0, attempt=2, clearance="allow")
)
(
    Run("a verdict of another attempt or stage is void; harm found a stage ago is not", {"stages": TWO})
    .start()
    .j(1, "safe", 50, attempt=2)
    .j(2, "safe", 50, stage=1)
    .by(3, "promote")
    .j(4, "safe", 60)
    .j(5, "harm", 70, attempt=2, stage=1)
    .j(6, "harm", 70, stage=0)
)
(
    Run("a rollback that fails stays in sight until it is confirmed", {"stages": ONE})
    .start()
    .by(1, "abort", why="pager")
    .ev(2, {"rollback_failed": {"why": "2 of 9 replicas did not answer"}})
    .by(3, "retry")
    .ev(4, {"rollback_failed": {"why": "1 of 9 replicas did not answer"}})
    .by(5, "abort", why="again")
    .by(6, "abort", why="again")
    .ev(7, "confirm")
    .ev(8, "confirm")
)
(
    Run(
        "inconclusive rolls back once the minimums are met, where the plan says so",
        {"stages": [stage("5%", min_units=100, on_inconclusive="rollback")]},
    )
    .start()
    .j(5, "inconclusive", 40)
    .j(10, "inconclusive", 80)
    .j(15, "inconclusive", 90)
    .j(20, "inconclusive", 100)
)
(
    Run(
        "no_harm passes on the planned sample",
        {"stages": [stage("5%", requires="no_harm", min_units=100), stage("100%", requires="no_harm", min_units=50)]},
    )
    .start()
    .j(5, "inconclusive", 40)
    .j(10, "inconclusive", 80)
    .j(15, "inconclusive", 120)
    .j(20, "inconclusive", 10, stage=1)
    .j(25, "inconclusive", 60, stage=1)
    .j(30, "inconclusive", 70, stage=1)
)
(
    Run("aborting what has not begun exposes nobody and stops nothing else", {"stages": ONE, "start": "2026-11-25T00:00:00Z"})
    .by(0, "abort", why="wrong build")
    .by(1, "start")
    .by(2, "retry")
    .by(3, "abort", why="wrong again")
    .tick(2000)
)
(
    Run("duplicates change nothing", {"stages": ONE})
    .start()
    .ev(0, {"start": {"by": "ann"}}, seq=1)
    .by(5, "pause")
    .ev(5, {"pause": {"by": "bob"}}, seq=2)
    .ev(0, {"start": {"by": "ann"}}, seq=1)
    .by(6, "resume")
)
(
    Run("harm after completion still rolls back; a spent budget does not", {"stages": ONE})
    .start()
    .j(5, "safe", 10)
    .j(10, "safe", 20)
    .j(15, "safe", 30)
    .j(20, "safe", 40, clearance="roll_back")
    .j(25, "harm", 50)
)
(
    Run(
        "the bake's deadline is the last stage's, after the bake",
        {"stages": [stage("5%", deadline="30m", on_no_data="hold")], "bake": "20m"},
    )
    .start()
    .j(5, "safe", 10)
    .j(10, "safe", 20)
    .j(15, "safe", 30)
    .tick(40)
    .tick(64)
    .tick(65)
)
(
    Run(
        "proof of harm rolls back an unmonitored stage too",
        {"stages": [stage("5%", requires="unmonitored"), stage("50%", requires="unmonitored", min_units=10)]},
    )
    .start()
    .tick(10)
    .j(15, {"insufficient": "no_data"}, 0, stage=1)
    .tick(25)
    .j(26, "invalid", 20, stage=1)
    .j(27, "harm", 30, stage=1)
)


# ---- approvals with a time limit


def limited(on_timeout=None, **rest):
    approval = {"within": "20m", **({"on_timeout": on_timeout} if on_timeout else {})}
    return [stage("5%", approval=approval, **rest), stage("50%")]


def waiting(name, stages, **rest):
    """All that the first stage asks for is there at minute 10, but for the approval."""
    return Run(name, {"stages": stages, **rest}).start().j(0, "safe", 5).j(5, "safe", 10).j(10, "safe", 20)


waiting("nobody approves in time, and the release rolls back", limited()).j(20, "safe", 30).j(29, "safe", 40).j(30, "safe", 50)
waiting("an approval in time, and the clock has numbers", limited()).j(20, "safe", 30).tick(21).by(29, "approve", stage=0).tick(31)
waiting("an approval that comes when the time is over is late, although nobody looked", limited()).by(30, "approve", stage=0)
waiting("a promotion that comes when the time is over is late too", limited()).by(30, "promote")
waiting("nobody approves in time, and the exposure stays", limited("expire")).tick(31).by(32, "approve", stage=0).by(40, "retry")
(
    waiting("a request that lapsed is asked for again", limited("hold"))
    .j(20, "safe", 30)
    .j(30, "safe", 40)
    .by(31, "approve", stage=0)
    .j(40, "safe", 50)
    .by(41, "request")
    .by(42, "request")
    .j(50, "safe", 60)
    .by(55, "approve", stage=0)
)
waiting("a request that lapsed can be waived", limited("hold")).j(20, "safe", 30).j(30, "safe", 40).by(35, "promote")
(
    waiting("the clock of an approval stands still in a pause, in a freeze and without evidence", limited(), calendar={
        "deny": [{"from": "2026-11-24T12:25:00Z", "until": "2026-11-24T12:35:00Z"}]
    })
    .by(15, "pause")
    .by(20, "resume")
    .j(25, "safe", 30)
    .j(35, "safe", 40)
    .j(40, "invalid", 45)
    .j(45, "safe", 50)
    .j(49, "safe", 60)
    .j(50, "safe", 70)
)
(
    Run("an approval that comes early starts no clock", {"stages": limited()})
    .start()
    .by(1, "approve", stage=0)
    .j(5, "safe", 10)
    .j(10, "safe", 20)
    .j(15, "safe", 30)
)
waiting("the deadline beats the approval's time", limited("hold", deadline="40m", on_deadline="expire")).j(20, "safe", 30).tick(41)
waiting("what a verdict's policy does beats expiry", limited("expire", on_no_data="rollback")).tick(31)
waiting("a request means nothing before the time is over", limited("hold")).by(15, "request").by(16, "approve", stage=0)

# ---- revisions


def revise(run, minute, revision):
    return run.by(minute, "revise", revision=revision)


r = Run("a revision before the start", {"stages": ONE})
revise(revise(r.tick(0), 1, "r2"), 2, "r2").start(3).j(8, "safe", 5).j(13, "safe", 10).j(18, "safe", 20)
r = Run("a revision in mid-flight begins anew, and old findings are void", {"stages": TWO}).start().j(5, "safe", 60).j(10, "safe", 90).j(15, "safe", 140)
revise(r, 16, "r2").j(17, "harm", 200, stage=1).j(20, "safe", 60, attempt=2).j(25, "safe", 120, attempt=2).j(30, "safe", 180, attempt=2)
r = Run("a revision waits for the calendar at exposure 0", {"stages": ONE, "calendar": {"deny": [{"from": "2026-11-24T12:05:00Z", "until": "2026-11-24T12:30:00Z"}]}}).start()
revise(r, 10, "r2").tick(29).tick(30)
r = Run("a revision asks the budget", {"stages": TWO}).start().j(5, "safe", 40, clearance={"cap": "4%"})
revise(r, 6, "r2").j(7, "inconclusive", 0, attempt=2, clearance="allow")
r = Run("a revision does not end a pause", {"stages": ONE}).start().by(5, "pause")
revise(r, 6, "r2").tick(7).by(8, "resume")
r = Run("a revision of what is complete", {"stages": ONE, "bake": "5m"}).start().j(1, "safe", 10).j(11, "safe", 20).j(12, "safe", 30).j(17, "safe", 40)
revise(r, 20, "r2").j(25, "safe", 10, attempt=2)
r = Run("a revision in the bake", {"stages": ONE, "bake": "5m"}).start().j(1, "safe", 10).j(11, "safe", 20)
revise(r, 12, "r2")
r = Run("a revision does not hide a rollback that is not confirmed", {"stages": ONE}).start().by(1, "abort", why="pager")
revise(r, 2, "r2").ev(3, {"rollback_failed": {"why": "timeout"}})
revise(r, 4, "r3").by(5, "abort", why="again").ev(6, "confirm").by(7, "retry")
r = Run("a revision after a rollback", {"stages": ONE}).start().by(1, "abort", why="pager").ev(2, "confirm")
revise(r, 3, "r2")
r = Run("a revision after an expiry", {"stages": [stage("5%", deadline="20m", on_deadline="expire")]}).start().tick(20)
revise(r, 21, "r2")
r = Run("a revision while it is scheduled", {"stages": ONE, "start": "2026-11-24T12:10:00Z"}).start()
revise(r, 1, "r2").tick(10)

# ---- restarts of the test for harm inside a stage

ANEW = {"stages": [stage("5%", "30m"), stage("50%", "20m")], "bake": "25m", "restart_every": "10m"}
r = Run("the test for harm begins anew inside stages and in the bake, and not at their ends", ANEW).start()
for m in range(3, 36, 3):
    r.j(m, "safe", 10 * m)
for m in range(37, 61, 4):
    r.j(m, "safe", 10 * m, stage=1)
for m in range(62, 96, 3):
    r.j(m, "inconclusive", 10 * m, stage=1)
(
    Run("a restart comes with what else is decided, and comes once however late", ANEW)
    .start()
    .j(2, "inconclusive", 5)
    .j(11, {"insufficient": "source_error"}, 0)
    .j(12, {"insufficient": "source_error"}, 0)
    .j(28, {"insufficient": "source_error"}, 0)
    .tick(100)
    .tick(101)
    .j(109, "inconclusive", 9)
    .j(111, "inconclusive", 15)
    .by(121, "approve", stage=0)
    .j(131, "safe", 30, stage=1)
    .by(142, "promote")
    .j(152, "harm", 90)
)
(
    Run("a pause stops the clock of restarts, and a restart waits for its end", ANEW)
    .start()
    .j(4, "safe", 5)
    .by(8, "pause")
    .j(40, "safe", 50)
    .by(50, "resume")
    .tick(51)
    .tick(52)
    .by(63, "pause")
    .tick(80)
    .by(81, "resume")
    .tick(90)
    .tick(91)
)
(
    Run("segments count anew with each stage and attempt", {**ANEW, "stages": [stage("5%", "10m", deadline="40m", on_deadline="expire"), stage("50%", "20m")]})
    .start()
    .tick(10)
    .tick(20)
    .tick(31)
    .tick(42)
    .tick(60)
    .by(61, "retry")
    .tick(72)
    .by(73, "abort", why="pager")
)
r = Run("after sixteen restarts they come half as often", {"stages": [stage("5%")], "restart_every": "1m"}).start()
for m in range(1, 60):
    r.tick(m)
(
    Run("a stage without a verdict has restarts too", {"stages": [stage("5%", "30m", requires="unmonitored", approval=True)], "restart_every": "10m"})
    .start()
    .tick(10)
    .tick(30)
    .by(41, "approve", stage=0)
)

# ---- a mismatch that rolls back

MISMATCH = {"stages": [stage("5%", on_invalid="rollback"), stage("50%", on_invalid="rollback", deadline="30m", on_deadline="expire")], "bake": "10m"}
Run("a mismatch rolls back where the plan says so", MISMATCH).start().j(5, "invalid", 0).j(6, "invalid", 10).ev(7, "confirm")
(
    Run("a mismatch is not heard in a pause, and rolls back at its end", MISMATCH)
    .start()
    .j(1, "safe", 5)
    .by(5, "pause")
    .j(6, "invalid", 10)
    .by(8, "resume")
)
(
    Run("a mismatch in the bake rolls back as in the last stage, and the deadline comes first", MISMATCH)
    .start()
    .j(5, "safe", 10)
    .j(15, "safe", 20)
    .j(20, "safe", 10, stage=1)
    .j(30, "safe", 20, stage=1)
    .j(35, "invalid", 20, stage=1)
    .j(36, "invalid", 30, stage=1)
)
(
    Run("the deadline comes before a mismatch", {"stages": MISMATCH["stages"][1:]})
    .start()
    .j(20, "safe", 10)
    .j(30, "invalid", 20)
)
# ---- fleets

EIGHT = {"replicas": 8, "max_surge": 1}


def fleeting(name, stages, **rest):
    return Run(name, {"stages": stages, "fleet": EIGHT, **rest})


def seen(run, minute, new, old, waiting=0, **rest):
    counts = {"ready_new": new, "ready_old": old, "not_ready_new": waiting, **rest}
    return run.ev(minute, {"fleet": {name: count for name, count in counts.items() if count}})


HALF = [stage("25%"), stage("50%", requires="unmonitored")]
r = fleeting("replicas take their time, and dwell begins when the exposure is in force", HALF).start()
seen(r, 1, 0, 8)
seen(r, 2, 0, 8, 1).j(3, "inconclusive", 0)
seen(r, 4, 1, 7, 1).j(6, "safe", 20)
seen(r, 7, 2, 7)
seen(r, 8, 2, 6).j(9, "safe", 40).j(14, "safe", 60)
seen(r, 15, 2, 6).j(19, "safe", 80)
seen(seen(r, 21, 3, 6), 22, 4, 4).tick(30)
seen(r, 32, 4, 4)
r = fleeting("a replica that is lost ends the dwell, and its return does not count the time between", [stage("25%")], stale_after="10m").start()
seen(r, 0, 0, 8)
seen(r, 1, 2, 6).j(2, "safe", 20).j(7, "safe", 40)
seen(r, 8, 1, 6, 1).j(9, "safe", 60)
seen(r, 12, 2, 6).j(13, "safe", 80).j(18, "safe", 100)
seen(r, 19, 2, 6).j(20, "safe", 120)
r = fleeting("a new version that never becomes ready holds, says why, and ends by its deadline", [stage("25%", deadline="1h")]).start()
seen(r, 1, 0, 8)
for m in (2, 10, 17, 30):
    seen(r, m, 0, 7, 2)
seen(r, 62, 0, 8, 1)
seen(r, 63, 0, 8).ev(64, "confirm")
r = fleeting("a rollback is confirmed once no new replica is seen, in a report of its own", [stage("25%")]).start()
seen(r, 0, 0, 8)
seen(r, 1, 2, 6).j(5, "harm", 40).ev(6, "confirm")
seen(r, 7, 2, 7).ev(8, "confirm")
seen(r, 9, 0, 8, 1).ev(10, {"rollback_failed": {"why": "a replica does not stop"}}).ev(11, "confirm")
seen(r, 12, 0, 7, 0, stopping=1).ev(13, "confirm")
seen(r, 14, 0, 8).ev(40, "confirm")
seen(r, 41, 0, 8).ev(42, "confirm")
r = fleeting("a report that is too old says nothing", [stage("25%"), stage("50%", requires="unmonitored")]).start()
seen(r, 0, 0, 8)
seen(r, 1, 2, 6).j(2, "safe", 20).j(12, "safe", 40).j(17, "safe", 60)
seen(r, 18, 2, 6).j(19, "safe", 80).j(29, "safe", 90)
seen(r, 30, 4, 4).tick(35).tick(46)
seen(r, 47, 4, 4).tick(57)
r = fleeting("nothing begins on a fleet that is not whole, and a promotion waives no replica", [stage("25%")])
seen(r, 0, 0, 7).start(1)
seen(r, 2, 0, 8)
seen(r, 3, 1, 7).j(4, "safe", 10).by(5, "promote")
seen(r, 6, 2, 6)
r = fleeting("old replicas that crash expose more than was declared", [stage("25%", deadline="40m", on_deadline="expire")]).start()
seen(r, 0, 0, 8)
seen(r, 1, 2, 6).j(2, "safe", 20)
seen(r, 3, 2, 2, not_ready_old=4).j(5, "safe", 40)
seen(r, 20, 2, 0, not_ready_old=6)
seen(r, 21, 0, 0)
seen(r, 41, 2, 5)
seen(r, 42, 2, 6).by(43, "retry")
seen(r, 44, 0, 8)
r = fleeting("the budget pays for what may be in force", [stage("5%"), stage("25%")], fleet={"replicas": 8, "max_unavailable": 2}).start()
seen(r, 0, 0, 8)
seen(r, 1, 1, 7).j(2, "safe", 20).j(12, "safe", 40, clearance={"cap": "25%"})
seen(r, 13, 1, 6).j(14, "safe", 50, clearance={"cap": "33.3333%"})
r = fleeting("a revision waits until no replica of the last one is left", [stage("25%")]).start()
seen(r, 0, 0, 8)
seen(r, 1, 2, 6)
revise(r, 2, "r2")
seen(r, 3, 2, 7).by(4, "pause").by(5, "resume")
seen(seen(r, 6, 0, 8), 7, 1, 7).by(8, "abort", why="wrong build")
r = fleeting("an abort before the first rise has replicas to take back", [stage("25%")], start="2026-11-24T12:30:00Z").start()
seen(r, 1, 0, 8, 1).by(2, "abort", why="too early").ev(3, "confirm")
seen(r, 4, 0, 8).ev(5, "confirm")
r = fleeting("the bake and what is complete", [stage("100%", requires="no_harm", min_units=10)], bake="10m").start()
seen(r, 0, 0, 8)
seen(r, 1, 8, 0).j(2, "inconclusive", 20).j(12, "inconclusive", 40)
seen(r, 13, 7, 0, 1).j(14, "inconclusive", 60)
seen(r, 15, 8, 0).j(16, "inconclusive", 80).j(26, "inconclusive", 90)
seen(r, 40, 6, 2).j(41, "harm", 99)

# ---- growths, and a run of one

GROWTHS = [
    {"linear": {"from": "10%", "to": "100%", "steps": 10, "min_dwell": "1h"}},
    {"linear": {"from": "1%", "to": "100%", "steps": 7, "min_dwell": "1h", "min_units": 50}},
    {"linear": {"from": "0.0001%", "to": "0.0064%", "steps": 64, "min_dwell": "1h"}},
    {"exponential": {"from": "1%", "to": "100%", "factor": 2, "min_dwell": "1h"}},
    {"exponential": {"from": "1%", "to": "50%", "factor": "1.5", "min_dwell": "1h", "approval": True}},
    {"exponential": {"from": "0.0999%", "to": "33.3333%", "factor": "2.718", "min_dwell": "5m"}},
    {"blue_green": {"min_dwell": "10m", "min_units": 9, "requires": "no_harm"}},
]
(
    Run("blue and green: one cut, and the bake watches", {"stages": GROWTHS[-1], "bake": "10m"})
    .start()
    .j(5, "inconclusive", 5)
    .j(15, "inconclusive", 10)
    .j(20, "inconclusive", 20)
    .j(30, "inconclusive", 30)
    .j(31, "harm", 40)
)

# ---- plans that are refused: what is wrong with each, by path and kind

GOOD = {"exposure": "5%", "min_dwell": "1h"}

RINGS = [{"name": "staff", "share": "0.7%"}, {"name": "beta", "share": "9.3%"}, {"name": "everyone", "share": "90%"}]


def ring(name, exposure, **rest):
    return {"ring": name, **stage(exposure, **rest)}


RINGED = [ring("staff", "50%"), ring("staff", "100%"), ring("beta", "33.3333%"), ring("everyone", "0.0001%"), ring("everyone", "100%")]
(
    Run("rings: the exposure is that of all, rounded up, and beta stays at a third", {"rings": RINGS, "stages": RINGED})
    .start()
    .j(5, "safe", 5)
    .j(15, "safe", 9)
    .j(20, "safe", 12, stage=1)
    .j(30, "safe", 30, stage=1)
    .j(35, "safe", 40, stage=2)
    .j(45, "safe", 80, stage=2)
    .j(50, "safe", 90, stage=3)
    .j(60, "safe", 99, stage=3)
    .j(65, "safe", 200, stage=4)
    .j(75, "safe", 300, stage=4)
)
(
    Run("rings: a cap of the budget is of all units, and harm in the second ring takes it from both", {"rings": RINGS, "stages": RINGED})
    .j(0, "inconclusive", 0, clearance={"cap": "0.3499%"})
    .start()
    .j(1, "inconclusive", 0, clearance={"cap": "0.35%"})
    .j(5, "safe", 5)
    .j(15, "safe", 9, clearance={"cap": "0.6999%"})
    .j(16, "safe", 10, clearance={"cap": "0.7%"})
    .j(20, "safe", 12, stage=1)
    .j(30, "safe", 30, stage=1, clearance={"cap": "3.7999%"})
    .j(31, "safe", 31, stage=1, clearance={"cap": "3.8%"})
    .j(35, "harm", 40, stage=2)
    .ev(36, "confirm")
)
(
    Run("rings: the last need not be reached, and a retry begins with the first", {"rings": RINGS, "stages": RINGED[:3], "bake": "10m"})
    .start()
    .j(5, "safe", 5)
    .j(15, "safe", 9)
    .by(16, "abort", why="slow")
    .ev(17, "confirm")
    .by(18, "retry")
    .j(20, "safe", 5, attempt=2)
    .j(30, "safe", 9, attempt=2)
    .j(40, "safe", 9, attempt=2, stage=1)
    .j(50, "safe", 19, attempt=2, stage=1)
    .j(60, "safe", 29, attempt=2, stage=2)
    .j(70, "safe", 39, attempt=2, stage=2)
    .j(75, "inconclusive", 49, attempt=2, stage=2)
    .j(85, "inconclusive", 59, attempt=2, stage=2)
)

REFUSED_PLANS = [
    (
        "rings and what is wrong with each",
        {
            "rings": [
                {"name": "a", "share": "5%"},
                {"name": "b", "share": "0%"},
                {"name": "a", "share": "tenth", "size": 3},
                {"name": "", "share": 5},
                {},
                7,
            ],
            "stages": [stage("5%"), {"ring": 5, **stage("0%")}],
        },
        [
            ["rings[1].share", "conflict"],
            ["rings[2].name", "conflict"],
            ["rings[2].share", "syntax"],
            ["rings[2].size", "unknown"],
            ["rings[3].name", "range"],
            ["rings[3].share", "type"],
            ["rings[4].name", "missing"],
            ["rings[4].share", "missing"],
            ["rings[5]", "type"],
            ["stages[0].ring", "missing"],
            ["stages[1].ring", "type"],
            ["stages[1].exposure", "conflict"],
        ],
    ),
    ("one ring is none", {"rings": RINGS[:1], "stages": RINGED[:1]}, [["rings", "conflict"]]),
    ("33 rings", {"rings": [{"name": f"r{n}", "share": "3%"} for n in range(33)], "stages": [ring("r0", "1%")]}, [["rings", "conflict"]]),
    ("rings that are not all", {"rings": RINGS[:2], "stages": RINGED[:1]}, [["rings", "conflict"]]),
    ("rings that are more than all", {"rings": [*RINGS, {"name": "partners", "share": "0.0001%"}], "stages": RINGED[1:2]}, [["rings", "conflict"]]),
    ("a growth has no rings", {"rings": RINGS, "stages": {"linear": {"from": "1%", "to": "9%", "steps": 3, "min_dwell": "1h"}}}, [["stages", "conflict"]]),
    ("a stage without rings has none", {"stages": [ring("beta", "5%")]}, [["stages[0].ring", "unknown"]]),
    (
        "rings are released in their order",
        {"rings": RINGS, "stages": [ring("beta", "1%"), ring("staff", "2%"), ring("everyone", "3%"), ring("Beta", "4%"), ring("beta", "5%"), ring("staff", "6%")]},
        [["stages[0].ring", "conflict"], ["stages[2].ring", "conflict"], ["stages[3].ring", "conflict"], ["stages[5].ring", "conflict"]],
    ),
    (
        "exposures rise in each ring",
        {"rings": RINGS, "stages": [ring("staff", "50%"), ring("staff", "50%"), ring("beta", "10%"), ring("beta", "9%"), ring("everyone", "0%")]},
        [["stages[1].exposure", "conflict"], ["stages[3].exposure", "conflict"], ["stages[4].exposure", "conflict"]],
    ),
    (
        "two stages that come to the same",
        {"rings": RINGS, "stages": [ring("staff", "0.0001%"), ring("staff", "0.01%"), ring("staff", "0.0144%")]},
        [["stages[1].exposure", "conflict"]],
    ),
    (
        "a plan needs stages",
        {},
        [["stages", "missing"]],
    ),
    (
        "an approval with a time limit",
        {
            "stages": [
                stage("1%", approval={}),
                stage("2%", approval={"within": "0s", "on_timeout": "wait", "by": "ann"}),
                stage("3%", approval={"within": "20m"}, deadline="30m"),
                stage("4%", approval="yes"),
                stage("5%", approval={"within": 20}),
            ]
        },
        [
            ["stages[0].approval.within", "missing"],
            ["stages[1].approval.within", "range"],
            ["stages[1].approval.on_timeout", "unknown"],
            ["stages[1].approval.by", "unknown"],
            ["stages[2].approval.within", "conflict"],
            ["stages[3].approval", "type"],
            ["stages[4].approval.within", "type"],
        ],
    ),
    ("an unknown growth", {"stages": {"logistic": {}}}, [["stages", "unknown"]]),
    (
        "a linear growth",
        {"stages": {"linear": {"from": "0%", "to": "10%", "steps": 1, "min_dwell": "0s", "exposure": "5%"}}},
        [
            ["stages.linear.from", "conflict"],
            ["stages.linear.steps", "range"],
            ["stages.linear.min_dwell", "conflict"],
            ["stages.linear.exposure", "unknown"],
        ],
    ),
    ("a growth that falls", {"stages": {"linear": {"from": "10%", "to": "5%", "steps": 2, "min_dwell": "1h"}}}, [["stages.linear.to", "conflict"]]),
    (
        "steps that rounding makes one",
        {"stages": {"linear": {"from": "0.0001%", "to": "0.0063%", "steps": 64, "min_dwell": "1h"}}},
        [["stages.linear.steps", "conflict"]],
    ),
    (
        "a factor that rounding makes 1",
        {"stages": {"exponential": {"from": "0.0001%", "to": "1%", "factor": "1.5", "min_dwell": "1h"}}},
        [["stages.exponential.factor", "conflict"]],
    ),
    (
        "a factor with too many stages",
        {"stages": {"exponential": {"from": "1%", "to": "100%", "factor": "1.01", "min_dwell": "1h"}}},
        [["stages.exponential.factor", "conflict"]],
    ),
    ("a factor of 1", {"stages": {"exponential": {"from": "1%", "to": "2%", "factor": "1", "min_dwell": "1h"}}}, [["stages.exponential.factor", "range"]]),
    ("a factor of four decimals", {"stages": {"exponential": {"from": "1%", "to": "2%", "factor": "1.0001", "min_dwell": "1h"}}}, [["stages.exponential.factor", "range"]]),
    ("a factor that is a fraction", {"stages": {"exponential": {"from": "1%", "to": "2%", "factor": 1.5, "min_dwell": "1h"}}}, [["stages.exponential.factor", "range"]]),
    ("blue and green without a bake", {"stages": {"blue_green": {"min_dwell": "1h"}}}, [["bake", "missing"]]),
    ("blue and green with a bake of no time", {"stages": {"blue_green": {"min_dwell": "1h"}}, "bake": "0s"}, [["bake", "range"]]),
    (
        "at least one stage",
        {"stages": []},
        [["stages", "range"]],
    ),
    (
        "at most 64 stages",
        {"stages": [{"exposure": f"{n}%", "min_dwell": "1h"} for n in range(1, 66)]},
        [["stages", "range"]],
    ),
    (
        "exposures rise strictly",
        {
            "stages": [
                {"exposure": "5%", "min_dwell": "10m"},
                {"exposure": "5%", "min_dwell": "10m"},
                {"exposure": "4%", "min_dwell": "10m"},
                {"exposure": "6%", "min_dwell": "10m"},
            ]
        },
        [["stages[1].exposure", "conflict"], ["stages[2].exposure", "conflict"]],
    ),
    (
        "the first exposure is above 0%",
        {"stages": [{"exposure": "0%", "min_dwell": "10m"}]},
        [["stages[0].exposure", "conflict"]],
    ),
    (
        "a stage's own fields",
        {
            "stages": [
                {
                    "exposure": "140%",
                    "min_dwell": "soon",
                    "min_units": -1,
                    "requires": "luck",
                    "approval": "yes",
                    "on_inconclusive": "advance",
                    "on_no_data": "pass",
                    "on_invalid": "ignore",
                    "deadline": 6,
                    "on_deadline": "advance",
                    "weight": 5,
                }
            ]
        },
        [
            ["stages[0].exposure", "range"],
            ["stages[0].requires", "unknown"],
            ["stages[0].min_dwell", "syntax"],
            ["stages[0].min_units", "range"],
            ["stages[0].approval", "type"],
            ["stages[0].on_inconclusive", "unknown"],
            ["stages[0].on_no_data", "unknown"],
            ["stages[0].on_invalid", "unknown"],
            ["stages[0].deadline", "type"],
            ["stages[0].on_deadline", "unknown"],
            ["stages[0].weight", "unknown"],
        ],
    ),
    (
        "fields that must be there",
        {"stages": [{}]},
        [["stages[0].exposure", "missing"], ["stages[0].min_dwell", "missing"]],
    ),
    (
        "a verdict needs time",
        {
            "stages": [
                {"exposure": "5%", "min_dwell": "0s"},
                {"exposure": "6%", "min_dwell": "0s", "requires": "no_harm", "min_units": 1},
                {"exposure": "7%", "min_dwell": "0s", "requires": "unmonitored"},
            ]
        },
        [["stages[0].min_dwell", "conflict"], ["stages[1].min_dwell", "conflict"]],
    ),
    (
        "no_harm needs a planned sample",
        {
            "stages": [
                {"exposure": "5%", "min_dwell": "10m", "requires": "no_harm"},
                {"exposure": "6%", "min_dwell": "10m", "requires": "no_harm", "min_units": 0},
            ]
        },
        [["stages[0].min_units", "missing"], ["stages[1].min_units", "range"]],
    ),
    (
        "a deadline leaves room for the dwell",
        {"stages": [{"exposure": "5%", "min_dwell": "1h", "deadline": "30m"}, {"exposure": "6%", "min_dwell": "1h", "deadline": "1h"}]},
        [["stages[0].deadline", "conflict"], ["stages[1].deadline", "conflict"]],
    ),
    (
        "settings without effect",
        {
            "stages": [
                {"exposure": "5%", "min_dwell": "10m", "requires": "unmonitored", "on_no_data": "rollback", "on_invalid": "rollback", "on_inconclusive": "rollback"},
                {"exposure": "6%", "min_dwell": "10m", "on_deadline": "expire"},
                {"exposure": "7%", "min_dwell": "10m", "requires": "no_harm", "min_units": 1, "on_inconclusive": "rollback"},
            ]
        },
        [
            ["stages[0].on_inconclusive", "conflict"],
            ["stages[0].on_no_data", "conflict"],
            ["stages[0].on_invalid", "conflict"],
            ["stages[1].on_deadline", "conflict"],
            ["stages[2].on_inconclusive", "conflict"],
        ],
    ),
    (
        "windows go forward",
        {
            "stages": [GOOD],
            "calendar": {
                "deny": [{"from": "2026-12-24T00:00:00Z", "until": "2026-12-24T00:00:00Z"}],
                "allow": [{"from": "2026-12-25T00:00:00Z", "until": "2026-12-24T00:00:00Z"}],
            },
        },
        [["calendar.deny[0].until", "conflict"], ["calendar.allow[0].until", "conflict"]],
    ),
    (
        "windows of one list do not overlap",
        {
            "stages": [GOOD],
            "calendar": {
                "deny": [
                    {"from": "2026-12-10T00:00:00Z", "until": "2026-12-20T00:00:00Z"},
                    {"from": "2026-12-01T00:00:00Z", "until": "2026-12-05T00:00:00Z"},
                    {"from": "2026-12-04T00:00:00Z", "until": "2026-12-11T00:00:00Z"},
                ],
                "allow": [{"from": "2026-12-01T00:00:00Z", "until": "2026-12-20T00:00:00Z"}],
            },
        },
        [["calendar.deny[2]", "conflict"], ["calendar.deny[2]", "conflict"]],
    ),
    (
        "the calendar's own fields",
        {"stages": [GOOD], "calendar": {"deny": [{"from": "tomorrow", "why": ""}, 7], "zone": "UTC"}},
        [
            ["calendar.deny[0].from", "syntax"],
            ["calendar.deny[0].until", "missing"],
            ["calendar.deny[0].why", "range"],
            ["calendar.deny[1]", "type"],
            ["calendar.zone", "unknown"],
        ],
    ),
    (
        "the plan's own fields",
        {"stages": [GOOD], "bake": "a while", "stale_after": "0s", "restart_every": "59s", "start": "2026-11-24", "speed": 9},
        [["bake", "syntax"], ["stale_after", "range"], ["restart_every", "range"], ["start", "syntax"], ["speed", "unknown"]],
    ),
    (
        "a fleet's own fields",
        {"stages": [GOOD], "fleet": {"replicas": 0, "max_surge": "1.5", "zone": "a"}},
        [["fleet.replicas", "range"], ["fleet.max_surge", "syntax"], ["fleet.zone", "unknown"]],
    ),
    ("a fleet that cannot move", {"stages": [GOOD], "fleet": {"replicas": 3, "max_surge": 0}}, [["fleet.max_surge", "conflict"]]),
    (
        "not an object",
        [1],
        [["document", "type"]],
    ),
]


# ---- logs whose last event is refused


def tick(seq, minute):
    return {"seq": seq, "at": T0 + minute * M, "kind": "tick"}


REFUSED_LOGS = [
    ("numbers begin at 1", {"stages": ONE}, [tick(0, 0)], "events[0].seq", "order"),
    ("the first event is number 1", {"stages": ONE}, [tick(2, 0)], "events[0].seq", "order"),
    ("a gap", {"stages": ONE}, [tick(1, 0), tick(3, 1)], "events[1].seq", "order"),
    ("replicas of a plan without any", {"stages": ONE}, [tick(1, 0), {"seq": 2, "at": T0, "kind": {"fleet": {"ready_old": 8}}}], "events[1].kind.fleet", "conflict"),
    ("time goes forward", {"stages": ONE}, [tick(1, 5), tick(2, 5), tick(3, 4)], "events[2].at", "order"),
]


# ---- the file: one line an event, a decision, a problem


def written(cases):
    for number, case in enumerate(cases):
        print("    {" if number == 0 else ",\n    {")
        for place, (key, value) in enumerate(case.items()):
            print("," if place else "", end="\n" if place else "")
            if key in ("events", "decisions", "problems") and value:
                items = ",\n".join(f"        {json.dumps(item)}" for item in value)
                print(f'      "{key}": [\n{items}\n      ]', end="")
            else:
                print(f'      "{key}": {json.dumps(value)}', end="")
        print("\n    }", end="")


if __name__ == "__main__":
    about = "each run's events give exactly these decisions and end there; each refused plan has exactly these problems; "
    about += "the last event of each refused log is refused with this path and kind"
    print('{\n  "version": "rampgate-rollout-1",\n  "about": ' + json.dumps(about) + ',\n  "runs": [')
    written([run.vector() for run in RUNS])
    print('\n  ],\n  "growths": [')
    written([{"stages": stages, "exposures": [stage["exposure"] for stage in expanded(stages)]} for stages in GROWTHS])
    print('\n  ],\n  "refused_plans": [')
    problems = lambda found: [{"path": path, "kind": kind} for path, kind in found]
    written([{"name": name, "plan": plan, "problems": problems(found)} for name, plan, found in REFUSED_PLANS])
    print('\n  ],\n  "refused_logs": [')
    keys = ("name", "plan", "events", "path", "kind")
    written([dict(zip(keys, case)) for case in REFUSED_LOGS])
    print("\n  ]\n}")
