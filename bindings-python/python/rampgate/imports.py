"""Plans from other tools' documents: what `import_plan` gives.

The document is JSON text, or what a parser makes of YAML, which these tools write; of a file with several documents a list. The
plan goes into a release's spec beside a flag and guardrails:

>>> from rampgate import import_plan
>>> rollout = {
...     "apiVersion": "argoproj.io/v1alpha1",
...     "kind": "Rollout",
...     "metadata": {"name": "shop"},
...     "spec": {
...         "replicas": 5,
...         "strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}, {"analysis": {"templates": []}}]}},
...     },
... }
>>> imported = import_plan("argo_rollouts", rollout)  # or yaml.safe_load(file), or list(yaml.safe_load_all(file))
>>> [stage["exposure"] for stage in imported.plan["stages"]]
['20%', '100%']
>>> [(note.path, note.fate) for note in imported.notes if note.fate != "supplied"]
[('spec.replicas', 'not_carried'), ('spec.strategy.canary.steps[2].analysis', 'approximated')]
>>> spec = {"rampgate": 1, "name": imported.name, "guardrails": [], **imported.plan}  # and a flag, and what the notes say to restate

What becomes of every field is said in `core/spec/imports.md`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

__all__ = ["Fate", "ImportNote", "ImportedPlan", "Source"]

Source: TypeAlias = Literal["argo_rollouts", "flagger", "app_config", "code_deploy"]
"""Whose document it is."""

Fate: TypeAlias = Literal["approximated", "not_carried", "supplied"]
"""What became of a value: the plan has something near it, or nothing of it, or says something there that the document does not."""


@dataclass(frozen=True)
class ImportNote:
    """What became of one value of the document, where that is not simply that the plan has it."""

    path: str
    """Where the value stands in the document. The note is about all that it holds, unless it is `supplied`."""
    value: str
    """What stands there; lists and objects by their size."""
    fate: Fate
    """What became of it."""
    why: str
    """Why, and what to do about it."""
    guardrail: Mapping[str, Any] | None
    """A guardrail for the release's spec that means the same or nearly so."""


@dataclass(frozen=True)
class ImportedPlan:
    """A plan made of another tool's document, and an account of everything in that document."""

    source: Source
    """Whose document it was."""
    name: str | None
    """Its name, for the release's spec; a plan has none."""
    plan: Mapping[str, Any]
    """The plan, in the form of the JSON text: `{"stages": [...], "bake": ...}`."""
    notes: tuple[ImportNote, ...]
    """What is not carried as it is, in the order of the document."""
    carried: tuple[str, ...]
    """The paths of all values that are, in the order of the document."""
    json: str = field(repr=False, compare=False)
    """The plan as JSON text, the same in every language."""

    @classmethod
    def _of(cls, text: str, plan: str) -> ImportedPlan:
        form = json.loads(text)
        notes = tuple(ImportNote(**{"guardrail": None, **note}) for note in form["notes"])
        return cls(form["source"], form["name"], form["plan"], notes, tuple(form["carried"]), plan)
