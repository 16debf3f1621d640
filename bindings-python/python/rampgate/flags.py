"""What flags of a document answer: exposures to report, explanations, and what a lint finds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ._text import moment, tagged

if TYPE_CHECKING:
    from ._native import Outcome

__all__ = ["Explanation", "Exposure", "FlagFinding", "FlagStep", "Pitfall", "StepKind", "Why"]

Why: TypeAlias = Literal[
    "off",
    "not_scheduled",
    "override",
    "prerequisite",
    "held_out",
    "not_in_layer",
    "not_allocated",
    "no_rule",
    "served",
    "sticky",
    "no_ring",
    "unassigned",
    "not_exposed",
    "allocated",
]
"""Why a unit got its variant. A `Flag` alone knows `off`, `override`, `unassigned`, `not_exposed` and `allocated`."""

StepKind: TypeAlias = Literal[
    "rule", "not_scheduled", "attribute", "segment", "holdout", "layer", "flag", "decided"
]
"""What may be looked at on the way to an outcome."""

Pitfall: TypeAlias = Literal[
    "dead_rule",
    "starved_variant",
    "nobody_exposed",
    "tiny_share",
    "shared_salt",
    "shared_claim",
    "retired_salt",
    "never_holds",
    "over",
    "unused_segment",
]
"""What a lint looks for."""


@dataclass(frozen=True)
class Exposure:
    """That a unit met a variant: an event for your log, once for each `dedupe`."""

    flag: str
    """Key of the flag."""
    salt: str
    """Salt of the split."""
    variant: str
    """Name of the variant."""
    unit: str
    """The unit."""
    at: datetime | None
    """The time that was given, in UTC."""
    dedupe: int
    """The same for the same flag, salt, variant and unit, everywhere and whenever: 0 to 2**64 - 1."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(
        cls, text: str, flag: str, salt: str, variant: str, unit: str, at: int | None, dedupe: int
    ) -> Exposure:
        return cls(flag, salt, variant, unit, None if at is None else moment(at), dedupe, text)


@dataclass(frozen=True)
class FlagStep:
    """One thing that was looked at on the way to an outcome."""

    kind: StepKind
    details: Mapping[str, Any]
    """What it was about and what came of it, in the form of the JSON text: `{"name": "plan", "known": true, "holds": false}`."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str) -> FlagStep:
        kind, details = tagged(json.loads(text))
        return cls(kind=kind, details=details or {}, json=text)


@dataclass(frozen=True)
class Explanation:
    """An outcome with every step that led to it, in order."""

    outcome: Outcome
    """The same as without the explanation, from the same code."""
    steps: tuple[FlagStep, ...]

    @classmethod
    def _of(cls, outcome: Outcome, steps: list[str]) -> Explanation:
        return cls(outcome=outcome, steps=tuple(map(FlagStep._of, steps)))


@dataclass(frozen=True)
class FlagFinding:
    """A suspicion about a document that is valid: most likely not what its author meant. `str()` says it in words."""

    path: str
    """Where in the document."""
    pitfall: Pitfall
    details: Mapping[str, Any]
    """What belongs to it, in the form of the JSON text: `{"variant": "blue"}`."""
    text: str = field(repr=False, compare=False)
    """The finding in words."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    def __str__(self) -> str:
        """The finding in words."""
        return self.text

    @classmethod
    def _of(cls, text: str, words: str) -> FlagFinding:
        form = json.loads(text)
        pitfall, details = tagged(form["pitfall"])
        return cls(path=form["path"], pitfall=pitfall, details=details or {}, text=words, json=text)
