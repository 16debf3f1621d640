"""The compiled half of the package."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, SupportsIndex, TypeAlias, final, overload

import numpy as np
from numpy.typing import NDArray

from .signals import Signal
from .slo import Budget, GateReport, Reading
from .step import Event, Phase, Replay, Step

__all__ = [
    "Assignment",
    "Counter",
    "Evaluation",
    "Flag",
    "Placement",
    "Reason",
    "Release",
    "allocation_ends",
    "ask_gate",
    "parse_objective",
    "read_budget",
    "reading",
    "replay_rollout",
    "slot",
    "unit_hash",
    "version",
]

_Document: TypeAlias = str | Mapping[str, Any]
_Moment: TypeAlias = SupportsIndex | datetime
_Span: TypeAlias = str | timedelta
_Units: TypeAlias = (
    list[str] | list[str | None] | tuple[str | None, ...] | NDArray[np.str_] | NDArray[np.object_]
)
_Arm: TypeAlias = Literal["canary", "control"]
_Domain: TypeAlias = Literal["exposure", "variant", "layer", "holdout"]

def version() -> str:
    """The version of this build, for example `0.1.0`."""

@final
class Reason:
    """Why a unit got its variant. The slots are there so that the answer can be checked by hand."""

    @property
    def why(self) -> Literal["off", "override", "unassigned", "not_exposed", "allocated"]:
        """The first rule that applied."""
    @property
    def slot(self) -> int | None:
        """The slot under the exposure key, 0 to 999,999, where it was looked at."""
    @property
    def variant_slot(self) -> int | None:
        """The slot under the variant key, where it was looked at."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Placement:
    """Where an outcome belongs: the cohort in which its unit was assigned, and the arm.

    Small enough to travel in a cookie, a header or a queue. May be pickled, and made by hand from its two fields.
    """

    def __new__(cls, cohort: SupportsIndex, arm: _Arm | None = None) -> Placement: ...
    @property
    def cohort(self) -> int:
        """The cohort's number: counted up whenever the exposure changes or a new attempt begins."""
    @property
    def arm(self) -> _Arm | None:
        """None for a unit that is not compared, whose requests still spend the budget."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[type[Placement], tuple[int, _Arm | None]]: ...

@final
class Assignment:
    """A unit's variant, why, and where its outcome belongs."""

    @property
    def variant(self) -> str:
        """Name of the variant to serve."""
    @property
    def arm(self) -> _Arm | None:
        """None for a unit that is not compared: overridden, without an id, or outside the control pool."""
    @property
    def cohort(self) -> int:
        """Number of the cohort in which the unit was assigned."""
    @property
    def reason(self) -> Reason:
        """Why the unit got the variant."""
    @property
    def placement(self) -> Placement:
        """Where its outcome belongs, alone."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Release:
    """One guarded release: who sees the new version, what it does to them, and what happens next.

    A process that serves traffic assigns and records. One process, the controller, also steps; the others follow its
    directive and send it their deltas, which it merges. Nothing here reads a clock, draws a random number or waits.

    Threads may share a release: each call is whole, as if they came one after another.

    `at` is Unix milliseconds or an aware datetime, whose fraction of a millisecond is dropped.
    """

    def __new__(cls, spec: _Document, replica: SupportsIndex) -> Release:
        """A release in draft. `replica`, 0 to 2**64 - 1, names this life of this process: never use one again."""
    @staticmethod
    def resume(spec: _Document, state: bytes | bytearray, replica: SupportsIndex) -> Release:
        """Goes on from a saved `state`, under a replica id that the state has not heard of."""
    @property
    def name(self) -> str:
        """Name of the release."""
    @property
    def variants(self) -> tuple[str, ...]:
        """The variants' names: the control, then the canary. The array form of `assign` gives positions in it."""
    @property
    def guardrails(self) -> tuple[str, ...]:
        """The guardrails' names, in the order of the spec."""
    @property
    def exposure(self) -> float:
        """Share of units that the new version reaches now, 0.0 to 1.0."""
    @property
    def cohort(self) -> int:
        """Number of the present cohort."""
    @property
    def phase(self) -> Phase:
        """Where the rollout stands."""
    @overload
    def assign(self, unit: str | None) -> Assignment:
        """The variant of a unit now, and where its outcome belongs. None, like the empty text, is nobody: unassigned."""
    @overload
    def assign(self, unit: _Units) -> NDArray[np.uint8]:
        """The positions in `variants` of the variants of many units, all under the present exposure.

        None and the empty text are nobody, who gets the control, position 0, as in the scalar form. Anything else that is
        not a text is a `TypeError` that names its position. A numpy array has dtype U, StringDType or object.
        """
    def record(
        self,
        placement: Assignment | Placement,
        at: _Moment,
        failed: Iterable[str] | None = None,
        missing: Iterable[str] | None = None,
    ) -> None:
        """Records what became of a unit: evidence for the judge, and one event of the error budget.

        A guardrail that is neither in `failed` nor in `missing` was seen to be good. Where a source was down, say so with
        `missing`, or its silence counts as health.
        """
    def record_outcome(
        self,
        placement: Assignment | Placement,
        at: _Moment,
        failed: Iterable[str] | None = None,
        missing: Iterable[str] | None = None,
    ) -> None:
        """Records what became of a unit as evidence alone, where requests go to `record_requests`."""
    def record_requests(self, at: _Moment, good: SupportsIndex, bad: SupportsIndex) -> None:
        """Records requests as events of the error budget alone."""
    def step(self, at: _Moment, signal: Signal | None = None) -> Step:
        """Looks at everything recorded and merged, and lets the rollout act on it, or on the operator's signal.

        For the controller only. Without a signal: time has passed. Signals are in `rampgate.signals`.
        """
    def take_delta(self) -> bytes:
        """This replica's contribution, cumulative. Deliver it as often as you like, over any path, in any order."""
    def merge(self, delta: bytes | bytearray) -> Literal["fresh", "known", "after_seal"]:
        """Takes in another replica's delta. Repeated, overtaken and own deliveries are `known`, and change nothing."""
    def directive(self) -> bytes:
        """What other replicas need to assign as this one does: a few hundred bytes."""
    def follow(self, directive: bytes | bytearray) -> bool:
        """Takes over the controller's directive, if it is newer than what this replica has. Whether it was."""
    def state(self) -> bytes:
        """Everything, to be saved and resumed from."""
    def seal(self, replica: SupportsIndex) -> bool:
        """Folds a replica that has ended into the sum. Whether it was known."""

@final
class Evaluation:
    """A variant with the reason for it."""

    @property
    def variant(self) -> str:
        """Name of the variant."""
    @property
    def index(self) -> int:
        """Position of the variant in the flag's list."""
    @property
    def reason(self) -> Reason:
        """Why the unit got it."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class Flag:
    """A flag in its loaded form: a kill switch, overrides, one allocation behind an exposure, and a default."""

    def __new__(cls, document: _Document) -> Flag: ...
    @property
    def key(self) -> str:
        """The flag's key."""
    @property
    def variants(self) -> tuple[str, ...]:
        """The variants' names, in the order of the document."""
    @property
    def exposure(self) -> float:
        """The share of units that the allocation reaches, 0.0 to 1.0."""
    @overload
    def evaluate(self, unit: str | None, exposure: str | None = None) -> Evaluation:
        """The variant of a unit; at another exposure than the flag's own, such as `"25%"`, if given."""
    @overload
    def evaluate(self, unit: _Units, exposure: str | None = None) -> NDArray[np.uint8]:
        """The positions in `variants` of the variants of many units; see `Release.assign`."""

def slot(domain: _Domain, salt: str, unit: str) -> int:
    """The slot of a unit, 0 to 999,999, under the key of a domain and a salt."""

def unit_hash(domain: _Domain, salt: str, unit: str) -> int:
    """The 64-bit hash that the slot of a unit is made from, for diagnostics."""

def allocation_ends(weights: Iterable[SupportsIndex]) -> list[int]:
    """The slot at which the run of each variant ends, for weights in order."""

def replay_rollout(
    plan: _Document, events: Sequence[Event | str | Mapping[str, Any]]
) -> Replay:
    """Runs a log of rollout events, a list or tuple, from the beginning.

    `plan` holds the fields `stages`, `bake`, `stale_after`, `start` and `calendar` of a release spec alone.
    """

def parse_objective(text: str) -> tuple[int, str]:
    """An objective's allowed failure in parts per billion, and its canonical text: `"99.90%"` is `(1000000, "99.9%")`."""

def reading(window: _Span, watched: _Span, good: SupportsIndex, bad: SupportsIndex) -> Reading:
    """A reading of counts that come from elsewhere, such as a monitoring system."""

def read_budget(target: str, period: _Span, reading: Reading, at_risk: str | None = None) -> Budget:
    """What a reading leaves of the budget of an objective over a period; `at_risk` is 20% if not given."""

def ask_gate(gate: _Document, reading: Reading, current: str, asked: str) -> GateReport:
    """May a release that is exposed to the share `current` be exposed to `asked`?

    `gate` has the fields of a release spec's `objective`, without `metric`.
    """

@final
class Counter:
    """Counts of good and bad events over the last 30 days, in at most 32 KiB, that merge exactly. Threads may share it."""

    def __new__(cls) -> Counter: ...
    @staticmethod
    def from_bytes(data: bytes | bytearray) -> Counter:
        """A counter from its bytes."""
    def to_bytes(self) -> bytes:
        """The counter's bytes: the same for the same events, in whatever order they came."""
    def record(self, at: _Moment, good: SupportsIndex, bad: SupportsIndex) -> None:
        """Counts good and bad events. One that is too late or too far ahead to be held is counted as such."""
    def merge(self, other: Counter) -> None:
        """Adds what another counter holds. Twice merged is twice counted: deliver it through a ledger."""
    def read(self, window: _Span, now: _Moment) -> Reading:
        """What happened in the window, 10 seconds to 30 days, that ends at `now`."""
