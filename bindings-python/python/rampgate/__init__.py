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

from . import bucketing, canary, classic, fleet, group_sequential, log, observe, planner, power, signals, simulation
from ._native import (
    Allocation,
    Assignment,
    BurnRatePolicy,
    Counter,
    Evaluation,
    Flag,
    FlagSet,
    Holdouts,
    Layer,
    Outcome,
    Placement,
    Reason,
    Release,
    Scheme,
    SignedFlags,
    TrustedKeys,
    allocation_ends,
    ask_gate,
    find_salt,
    import_plan,
    independence,
    parse_objective,
    read_budget,
    reading,
    rebalance,
    replay_rollout,
    shadow,
    sign,
    slo_answer,
    slot,
    uniformity,
    unit_hash,
    version,
)
from .bucketing import Move, Movement
from .compat import Moved, Shadow
from .diagnostics import FoundSalt, Independence, Uniformity
from .errors import Problem, RampgateError
from .flags import Explanation, Exposure, FlagFinding, FlagStep
from .imports import ImportedPlan, ImportNote
from .observe import duration, ms, seconds, thousandths
from .report import Arms, Comparison, Counts, Finding, GuardrailReport, Interval, QuantileReport, Report, Shape
from .slo import AlertEvaluation, Budget, GateReport, Reading
from .step import Decision, DecisionReason, Event, Phase, Replay, SharedStep, Step

__all__ = [
    "AlertEvaluation",
    "Allocation",
    "Arms",
    "Assignment",
    "Budget",
    "BurnRatePolicy",
    "Comparison",
    "Counter",
    "Counts",
    "Decision",
    "DecisionReason",
    "Evaluation",
    "Event",
    "Explanation",
    "Exposure",
    "Finding",
    "Flag",
    "FlagFinding",
    "FlagSet",
    "FlagStep",
    "FoundSalt",
    "GateReport",
    "GuardrailReport",
    "Holdouts",
    "ImportNote",
    "ImportedPlan",
    "Independence",
    "Interval",
    "Layer",
    "Move",
    "Moved",
    "Movement",
    "Outcome",
    "Phase",
    "Placement",
    "Problem",
    "QuantileReport",
    "RampgateError",
    "Reading",
    "Reason",
    "Release",
    "Replay",
    "Report",
    "Scheme",
    "Shadow",
    "Shape",
    "SharedStep",
    "SignedFlags",
    "Step",
    "TrustedKeys",
    "Uniformity",
    "allocation_ends",
    "ask_gate",
    "bucketing",
    "canary",
    "classic",
    "duration",
    "find_salt",
    "fleet",
    "group_sequential",
    "import_plan",
    "independence",
    "log",
    "ms",
    "observe",
    "parse_objective",
    "planner",
    "power",
    "read_budget",
    "reading",
    "rebalance",
    "replay_rollout",
    "seconds",
    "shadow",
    "sign",
    "signals",
    "simulation",
    "slo_answer",
    "slot",
    "thousandths",
    "uniformity",
    "unit_hash",
    "version",
]
__version__ = version()
