"""Rolling batches: for hosts whose exposure is brought into force by replicas instead of by a hash.

>>> fleet = Fleet({"replicas": 20, "max_surge": "25%", "max_unavailable": 0})
>>> fleet.counts("12.5%")["new"], fleet.counts("12.5%")["actual"]
(2, '10%')
>>> observed = {"ready_new": 0, "not_ready_new": 0, "ready_old": 20, "not_ready_old": 0, "stopping": 0}
>>> fleet.next(observed, "12.5%")["start_new"]
2

A release whose spec has a `fleet` takes counts as `signals.fleet(…)`, and its steps have the next batch:

>>> from rampgate import Release, signals
>>> stages = [{"exposure": "12.5%", "min_dwell": "1h"}]
>>> spec = {"rampgate": 1, "name": "checkout", "flag": {"key": "checkout", "control": "v1", "canary": "v2"}}
>>> spec |= {"stages": stages, "guardrails": [{"name": "errors"}], "fleet": {"replicas": 8, "max_surge": 1}}
>>> release = Release(spec, replica=1)
>>> _ = release.step(0, signals.start(by="ana"))
>>> step = release.step(0, signals.fleet(ready_old=8))
>>> release.exposure, step.fleet["orders"]["start_new"]
(0.125, 1)
>>> step = release.step(60_000, signals.fleet(ready_new=1, ready_old=7))
>>> print(step.decisions[0].reasons[0])
declared 12.5%, actual 12.5%: it is in force
>>> release.served("canary")
Placement(cohort=2, arm='canary')

Answers are plain values, named as in the JSON of every language; `core/spec/fleet.md` says what each number is.
"""

from __future__ import annotations

from ._native import Fleet

__all__ = ["Fleet"]
