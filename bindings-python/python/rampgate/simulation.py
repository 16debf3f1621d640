"""Releases that are played many times: what a spec would do on good days and bad, and what the rules of other tools would.

>>> answer = simulate(
...     {
...         "spec": {
...             "rampgate": 1,
...             "name": "checkout",
...             "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
...             "stages": [{"exposure": "20%", "min_dwell": "1h"}],
...             "guardrails": [{"name": "errors"}],
...         },
...         "scenario": {
...             "traffic": {"units_per_minute": 500},
...             "background": {"rate": 0.01},
...             "faults": [{"crash": {"share": "90%"}}],
...         },
...         "controllers": ["rampgate", "schedule"],
...         "runs": 10,
...     }
... )
>>> [(led["controller"], led["rolled_back"]["share"]) for led in answer.controllers]
[('rampgate', 1.0), ('schedule', 0.0)]

The same seed gives the same answer in every language. All that may be in a question is said in `core/spec/simulation.md`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ._native import simulate_releases as simulate

__all__ = ["Answer", "simulate"]


@dataclass(frozen=True)
class Answer:
    """What became of the releases, under each controller."""

    scenario_harmful: bool
    """Whether something is wrong with the canary in this scenario."""
    controllers: tuple[Mapping[str, Any], ...]
    """Of each controller its summary, and what else was asked for."""
    json: str = field(repr=False, compare=False)
    """The JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> Answer:
        form = json.loads(text)
        return cls(form["scenario_harmful"], tuple(form["controllers"]), text)
