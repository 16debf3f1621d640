"""Rolling batches: for hosts whose exposure is brought into force by replicas instead of by a hash.

>>> fleet = Fleet({"replicas": 20, "max_surge": "25%", "max_unavailable": 0})
>>> fleet.counts("12.5%")["new"], fleet.counts("12.5%")["actual"]
(2, '10%')
>>> observed = {"ready_new": 0, "not_ready_new": 0, "ready_old": 20, "not_ready_old": 0, "stopping": 0}
>>> fleet.next(observed, "12.5%")["start_new"]
2

Answers are plain values, named as in the JSON of every language; `core/spec/fleet.md` says what each number is.
"""

from __future__ import annotations

from ._native import Fleet

__all__ = ["Fleet"]
