"""The plan: from what a release is to fulfil, the stages that fulfil it, or what would be enough.

>>> goal = {
...     "traffic": 20_000,
...     "guardrail": {"name": "errors"},
...     "baseline": {"rate": 0.005},
...     "deadline": "1d",
...     "budget": {
...         "target": "99%",
...         "period": "30d",
...         "detection_delay": "15m",
...         "on_missing_data": "hold",
...         "remaining": "90%",
...         "spend": "0.1%",
...     },
...     "runs": 40,
... }
>>> answer = plan(goal)
>>> [stage["exposure"] for stage in answer.plan["document"]["stages"]]
['7%', '50%']
>>> plan({**goal, "deadline": "2h"}).refusal["obstacle"]
'deadline'

The document of a plan goes into a release's spec beside a flag and guardrails. All that may be in a goal, and how a plan is chosen, is said in
`core/spec/planner.md`. Of a guardrail alone: with n guardrails of equal weight give the policy alpha/n.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._native import plan_release as plan

__all__ = ["Answer", "plan"]


@dataclass(frozen=True)
class Answer:
    """A plan, or a refusal: one of them is None."""

    plan: Mapping[str, Any] | None
    """The plan as a release's spec has it, as `document`; what a good release takes, what harm would cost, and why each stage is what it is."""
    refusal: Mapping[str, Any] | None
    """What stands in the way, and as `enough` each change that alone would do: every one was planned with."""
    json: str = field(repr=False, compare=False)
    """The JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Answer:
        form = json.loads(text)
        return cls(form.get("plan"), form.get("refusal"), text)
