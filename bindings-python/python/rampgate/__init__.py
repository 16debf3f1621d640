"""Release safety as a library: bucketing, sequential canary analysis, error budgets and rollouts.

A `Release` is read from a spec. A process that serves traffic assigns and records; one process, the controller, also steps.

>>> release = Release(
...     {
...         "rampgate": 1,
...         "name": "checkout v2",
...         "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
...         "stages": [{"exposure": "50%", "min_dwell": "10m"}],
...         "guardrails": [{"name": "errors"}],
...     },
...     replica=1,
... )
>>> noon = 1_795_521_600_000
>>> print(release.step(noon, signals.start(by="ana")).decisions[0].phase)
ramping in stages[0]
>>> release.assign("user-1").variant
'v1'
>>> release.record(release.assign("user-1"), noon, failed=["errors"])

Shares are floats from 0.0 to 1.0, times are datetimes in UTC, spans are timedeltas; `.json` is the canonical text, the same
bytes in every language.
"""

from . import signals
from ._native import (
    Assignment,
    Counter,
    Evaluation,
    Flag,
    Placement,
    Reason,
    Release,
    allocation_ends,
    ask_gate,
    parse_objective,
    read_budget,
    reading,
    replay_rollout,
    slot,
    unit_hash,
    version,
)
from .errors import Problem, RampgateError
from .report import Arms, Counts, Finding, GuardrailReport, Interval, Report
from .slo import Budget, GateReport, Reading
from .step import Decision, DecisionReason, Event, Phase, Replay, Step

__all__ = [
    "Arms",
    "Assignment",
    "Budget",
    "Counter",
    "Counts",
    "Decision",
    "DecisionReason",
    "Evaluation",
    "Event",
    "Finding",
    "Flag",
    "GateReport",
    "GuardrailReport",
    "Interval",
    "Phase",
    "Placement",
    "Problem",
    "RampgateError",
    "Reading",
    "Reason",
    "Release",
    "Replay",
    "Report",
    "Step",
    "allocation_ends",
    "ask_gate",
    "parse_objective",
    "read_budget",
    "reading",
    "replay_rollout",
    "signals",
    "slot",
    "unit_hash",
    "version",
]
__version__ = version()
