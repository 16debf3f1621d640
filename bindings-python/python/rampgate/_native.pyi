"""The compiled half of the package."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Any, Literal, SupportsIndex, TypeAlias, final, overload

import numpy as np
from numpy.typing import NDArray

from .bucketing import Movement, Target
from .canary import Companion, DistributionEvidence, MeanDifference, Worse
from .classic import Comparison as ClassicComparison
from .classic import Report as ClassicReport
from .compat import Shadow
from .diagnostics import FoundSalt, Independence, Uniformity
from .flags import Explanation, Exposure, FlagFinding, Why
from .group_sequential import Analysis, Bound, Crossings, Inflation, PlannedUnits, Units
from .imports import ImportedPlan, Source
from .log import Story, Verified
from .observe import Events, Measured, Measurement, Quantile
from .planner import Answer as PlanAnswer
from .power import Detection, Estimate
from .report import Counts, Interval, MeanLack, Measure
from .signals import Signal
from .report import Report
from .simulation import Answer as SimulationAnswer
from .slo import AlertEvaluation, Budget, GateReport, Reading
from .step import Event, Phase, Replay, SharedStep, Step

__all__ = [
    "Allocation",
    "Assignment",
    "BurnRatePolicy",
    "Comparison",
    "Counter",
    "Design",
    "Evaluation",
    "Flag",
    "FlagSet",
    "Fleet",
    "Fractions",
    "Histogram",
    "Holdouts",
    "Layer",
    "Log",
    "Moments",
    "NormalMixture",
    "Outcome",
    "Placement",
    "Reason",
    "Reference",
    "Release",
    "Scheme",
    "Session",
    "SignedFlags",
    "Tally",
    "Trial",
    "TrustedKeys",
    "allocation_ends",
    "ask_gate",
    "classic_compare",
    "classic_judge",
    "confidence_sequence",
    "count_evidence",
    "count_interval",
    "count_ratio_interval",
    "difference_evidence",
    "difference_interval",
    "distribution_evidence",
    "find_salt",
    "fraction_evidence",
    "fraction_ratio_interval",
    "high_rate_evidence",
    "import_plan",
    "independence",
    "judge",
    "ln_evidence_below",
    "ln_evidence_of_mismatch",
    "log_explain",
    "log_replay",
    "log_verify",
    "mean_difference",
    "mean_evidence",
    "parse_objective",
    "plan_release",
    "quantile_band",
    "quantile_ratio",
    "rate_evidence",
    "ratio_interval",
    "read_budget",
    "reading",
    "rebalance",
    "replay_rollout",
    "shadow",
    "sign",
    "simulate_releases",
    "slo_answer",
    "slot",
    "uniformity",
    "unit_hash",
    "version",
]

_Document: TypeAlias = str | Mapping[str, Any]
_Moment: TypeAlias = SupportsIndex | datetime
_Span: TypeAlias = str | timedelta
_Attribute: TypeAlias = str | int | float | bool | datetime
_Attributes: TypeAlias = Mapping[
    str, _Attribute | Sequence[_Attribute] | Set[str] | Set[int] | Set[float] | Set[datetime]
]
_Units: TypeAlias = (
    list[str] | list[str | None] | tuple[str | None, ...] | NDArray[np.str_] | NDArray[np.object_]
)
_Arm: TypeAlias = Literal["canary", "control"]
_Domain: TypeAlias = Literal["exposure", "variant", "layer", "holdout"]
_Numbers: TypeAlias = list[float] | list[int] | tuple[float, ...]
_RateCells: TypeAlias = list[tuple[float, int, int]] | tuple[tuple[float, int, int], ...]
_OutcomeCells: TypeAlias = list[tuple[float, int, int, int, int]] | tuple[tuple[float, int, int, int, int], ...]
_CountEpochs: TypeAlias = list[tuple[int, int, int, int]] | tuple[tuple[int, int, int, int], ...]

def slo_answer(question: _Document) -> str:
    """The answer to a question about budgets, as JSON text; `rampgate.slo` has a function for each question. Without the interpreter's lock."""

def version() -> str:
    """The version of this build, for example `0.1.0`."""

@final
class Reason:
    """Why a unit got its variant. The slots are there so that the answer can be checked by hand."""

    @property
    def why(self) -> Why:
        """The first rule that applied."""
    @property
    def slot(self) -> int | None:
        """The slot under the exposure key, or the layer's for `not_in_layer`, 0 to 999,999, where it was looked at."""
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
    def measures(self) -> tuple[Measure, ...]:
        """What each guardrail measures of a unit, in the order of the spec."""
    @property
    def exposure(self) -> float:
        """Share of units that the new version is to reach now, 0.0 to 1.0, and reaches unless a fleet is still on its way."""
    @property
    def cohort(self) -> int:
        """Number of the present cohort."""
    @property
    def phase(self) -> Phase:
        """Where the rollout stands."""
    @property
    def rings(self) -> tuple[str, ...]:
        """The names of the rings, in the order in which they are released; none in most plans."""
    def exposure_in(self, ring: str) -> float:
        """Share of the ring's units that the new version reaches now, 0.0 to 1.0; that of all units, where the plan has no rings."""
    @property
    def fleet(self) -> dict[str, Any] | None:
        """How far the fleet has come (`actual`) and the next batch (`orders`), by the last report; None without one."""
    @overload
    def assign(self, unit: str | None, *, ring: str | None = None) -> Assignment:
        """The variant of a unit now, and where its outcome belongs. None, like the empty text, is nobody: unassigned.

        Where the plan has rings, `ring` is the name of the unit's, and has to be given; elsewhere it makes no difference. Only the ring that is
        being ramped is compared: units of the others are in no arm.
        """
    @overload
    def assign(self, unit: _Units, *, ring: str | None = None) -> NDArray[np.uint8]:
        """The positions in `variants` of the variants of many units of one ring, all under the present exposure.

        None and the empty text are nobody, who gets the control, position 0, as in the scalar form. Anything else that is
        not a text is a `TypeError` that names its position. A numpy array has dtype U, StringDType or object.
        """
    def served(self, arm: _Arm) -> Placement:
        """Where an outcome belongs that a replica of the fleet serves now, by its version. Without a fleet, units are assigned."""
    def assign_all(self, unit: str | None, *, ring: str | None = None) -> dict[str, Assignment]:
        """The variants of a unit now of all of the release's flags, by their keys. A unit is in the canary of all of them or of none, and one outcome counts for all."""
    def record(
        self,
        placement: Assignment | Placement,
        at: _Moment,
        failed: Iterable[str] | None = None,
        missing: Iterable[str] | None = None,
        *,
        measured: Mapping[str, Measurement] | None = None,
    ) -> None:
        """Records what became of a unit: evidence for the judge, and one event of the error budget.

        A rate that is neither in `failed` nor in `missing` was seen to be good. Where a source was down, say so with
        `missing`, or its silence counts as health. Every other guardrail has to be in `measured`, or it was not observed:

        - a distribution: its value in whole thousandths, such as `rampgate.ms(12.5)` nanoseconds;
        - a fraction: `(failed, requests)`; a count: `(events, exposure)`;
        - a mean: `(value, companion)` in whole thousandths, or the value alone where the spec makes no use of a companion.
        """
    def record_outcome(
        self,
        placement: Assignment | Placement,
        at: _Moment,
        failed: Iterable[str] | None = None,
        missing: Iterable[str] | None = None,
        *,
        measured: Mapping[str, Measurement] | None = None,
    ) -> None:
        """Records what became of a unit as evidence alone, where requests go to `record_requests`."""
    def record_requests(self, at: _Moment, good: SupportsIndex, bad: SupportsIndex) -> None:
        """Records requests as events of the error budget alone."""
    def step(self, at: _Moment, signal: Signal | None = None) -> Step:
        """Looks at everything recorded and merged, and lets the rollout act on it, or on the operator's signal.

        For the controller only. Without a signal: time has passed. Signals are in `rampgate.signals`.
        """
    def step_beside(
        self,
        at: _Moment,
        reservations: Mapping[str, Any] | str,
        newest: Mapping[str, Any] | str,
        signal: Signal | None = None,
    ) -> SharedStep:
        """The same where other releases spend from the same budget: no rise that an authority has not granted.

        `reservations` is the authority's state, as `rampgate.slo.reservations` gives it under `reservations`; a copy as old as you like: an old one
        only makes the release wait. `newest` is the newest message that this life of the controller has made about its reservation, sent or not:
        `{"reservation": "checkout-7", "sequence": 2, "release": "checkout", "wish": {"reserve": 34723}}`. The release counts on what was granted
        to it alone. First reserve, then rise: a step that would rise beyond what is held holds instead, and says in `reserve_ppm` what it takes.

        The promise to the other releases holds where each has one reservation, each life of its controller begins with a message of a higher
        sequence than any life before has made, state and message are stored before they leave, the reservation is lowered, released or settled only
        as `keep_ppm` says, and nobody calls `step` beside it. Raises on a spec without an objective; then nothing has changed.
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

@final
class Outcome:
    """What a flag of a set gives a unit, and why."""

    @property
    def flag(self) -> str:
        """Key of the flag."""
    @property
    def variant(self) -> str:
        """Name of the variant."""
    @property
    def index(self) -> int:
        """Position of the variant in the flag's list."""
    @property
    def rule(self) -> int | None:
        """Position of the rule that decided, or of the first that applied and did not reach the unit."""
    @property
    def reason(self) -> Reason:
        """Why."""
    @property
    def sticky_token(self) -> str | None:
        """The name under which to remember the variant, if the unit shall keep it; None for what was not allocated."""
    @property
    def exposure(self) -> Exposure | None:
        """The exposure to report: data, not I/O. None where the unit was not allocated, but merely served."""
    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...

@final
class FlagSet:
    """All flags of a program, read from one document. It never changes, so threads may share it.

    `attributes` say what is known of the unit: texts, numbers, booleans, aware datetimes, and lists or sets of them. Leave out what is
    not known. `now` is Unix milliseconds or an aware datetime; without it no schedule is on. `sticky` is what the unit got before:
    variants' names by `sticky_token`.
    """

    def __new__(cls, document: _Document) -> FlagSet: ...
    @property
    def version(self) -> int:
        """The document's own version: refuse one that is older than what you have."""
    @property
    def keys(self) -> tuple[str, ...]:
        """The flags' keys, in the order of the document."""
    def variants(self, key: str) -> tuple[str, ...]:
        """The names of a flag's variants, in the order of the document."""
    def evaluate(
        self,
        key: str,
        unit: str | None,
        attributes: _Attributes | None = None,
        *,
        now: _Moment | None = None,
        sticky: Mapping[str, str] | None = None,
    ) -> Outcome:
        """What a flag gives a unit, and why. An unknown flag is an error, and None, like the empty text, is nobody."""
    def explain(
        self,
        key: str,
        unit: str | None,
        attributes: _Attributes | None = None,
        *,
        now: _Moment | None = None,
        sticky: Mapping[str, str] | None = None,
    ) -> Explanation:
        """The same answer from the same code, with every step that led to it."""
    def evaluate_all(
        self,
        unit: str | None,
        attributes: _Attributes | None = None,
        *,
        now: _Moment | None = None,
        sticky: Mapping[str, str] | None = None,
    ) -> dict[str, Outcome]:
        """What every flag gives a unit, by key, in the order of the document."""
    def lint(
        self, now: _Moment | None = None, retired_salts: Iterable[str] | None = None
    ) -> list[FlagFinding]:
        """Looks for what is valid and most likely not meant, in the order of the document.

        With `now`, schedules that are over; with `retired_salts`, salts of runs that were aborted.
        """
    def __len__(self) -> int: ...

@final
class TrustedKeys:
    """The public keys that may sign a flag document, Ed25519 (RFC 8032), 32 bytes each, by name. They never change."""

    def __new__(cls, keys: Mapping[str, bytes | bytearray]) -> TrustedKeys: ...
    @property
    def names(self) -> tuple[str, ...]:
        """The keys' names."""

@final
class SignedFlags:
    """The newest flag document that a trusted key has signed. What is refused changes nothing. Threads may share it."""

    def __new__(cls, keys: TrustedKeys) -> SignedFlags: ...
    @property
    def current(self) -> FlagSet | None:
        """The flags in use; None before the first good document."""
    def offer(self, envelope: _Document) -> Literal["taken", "known"]:
        """Takes a signed document, if a trusted key has signed it as it is and it is not older than the one in use.

        Else it is a `RampgateError`: `untrusted` or `order`, or whatever is wrong with the document. After a restart, offer the stored
        document first: a fresh start knows no version that it could refuse to go back from.
        """

def sign(document: _Document, name: str, secret_key: bytes | bytearray) -> str:
    """Signs a flag document that loads, with the 32 bytes of a secret key: the envelope as JSON text."""

@final
class Scheme:
    """Another vendor's bucketing, or our own, read from a document. It never changes, so threads may share it."""

    def __new__(cls, document: _Document) -> Scheme: ...
    @staticmethod
    def names() -> tuple[str, ...]:
        """The names of all schemes that this build reads."""
    @property
    def name(self) -> str:
        """The scheme's name in documents."""
    @overload
    def assign(self, unit: str | None) -> int | None:
        """Position of the unit's variant; None where it has none. None as a unit is the empty text."""
    @overload
    def assign(self, unit: _Units) -> NDArray[np.int32]:
        """The positions of the variants of many units, -1 where they have none; see `Release.assign`."""

def shadow(old: Scheme, new: Scheme, units: _Units, limit: SupportsIndex = 100) -> Shadow:
    """Compares two schemes over units, and keeps the first `limit` units that move by name."""

@final
class Allocation:
    """Which variant each of the 1,000,000 slots belongs to. It never changes."""

    @staticmethod
    def by_weights(weights: Iterable[SupportsIndex]) -> Allocation:
        """Gives each variant a run of slots in proportion to its weight. For a flag's first allocation: after that, `rebalance`."""
    @staticmethod
    def from_ranges(
        variants: SupportsIndex,
        ranges: Sequence[Sequence[SupportsIndex]],
    ) -> Allocation:
        """Gives each range of slots, `(variant, start, end)`, to its variant; a list or tuple in any order."""
    @property
    def ranges(self) -> list[list[tuple[int, int]]]:
        """The slots of each variant as half-open ranges in order."""
    @property
    def shares(self) -> list[float]:
        """The share of all slots that each variant has, 0.0 to 1.0."""
    @property
    def unowned(self) -> float:
        """The share of all slots that nobody owns, 0.0 to 1.0."""
    def __len__(self) -> int: ...
    def __eq__(self, other: object, /) -> bool: ...

def rebalance(before: Allocation, targets: Sequence[Target]) -> tuple[Allocation, Movement]:
    """The allocation that meets the targets, and what moved on the way to it: the least that can.

    `targets` say what becomes of everybody: `bucketing.keep`, `new`, `remove` and `nobody`. Positions after are those of the list.
    """

@final
class Layer:
    """A pool of slots from which flags claim their own, so that no unit is in two of them. Threads may share it."""

    def __new__(cls, name: str) -> Layer:
        """A layer without claims, whose salt is its name."""
    @staticmethod
    def from_json(document: _Document) -> Layer:
        """A layer from its JSON form."""
    def claim(self, name: str, share: str) -> None:
        """Gives a new claim a share of all slots, such as `"30%"`: the lowest that are free."""
    def resize(self, name: str, share: str) -> None:
        """Grows or shrinks a claim to a share of all slots. What it keeps, it keeps in place."""
    def release(self, name: str) -> None:
        """Ends a claim; all of its slots are free again."""
    def owner(self, unit: str) -> str | None:
        """Name of the claim that has the unit's slot; None where it is free."""
    @property
    def claims(self) -> dict[str, list[tuple[int, int]]]:
        """The slots of each claim as half-open ranges in order."""
    @property
    def name(self) -> str:
        """The layer's name."""
    @property
    def free(self) -> float:
        """The share of all slots that is free, 0.0 to 1.0."""
    @property
    def json(self) -> str:
        """The canonical JSON text: store it, for it holds who has which slots."""

@final
class Holdouts:
    """Shares of units that are kept out of what is new, to be compared with everybody else later. They never change."""

    def __new__(cls, document: str | Sequence[Mapping[str, Any]]) -> Holdouts: ...
    def held(self, unit: str, tags: Iterable[str] | None = None) -> str | None:
        """Name of the holdout that keeps a unit out of a flag with these tags; None if it is free."""
    @property
    def names(self) -> tuple[str, ...]:
        """The holdouts' names, the global ones first."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""

def uniformity(units: _Units, domain: _Domain, salt: str) -> Uniformity:
    """How evenly the key of a domain and a salt spreads units over its slots. Units that come again count once."""

def independence(
    units: _Units, first: tuple[_Domain, str], second: tuple[_Domain, str]
) -> Independence:
    """Whether where a unit stands under one key, `(domain, salt)`, says anything about where it stands under another."""

def find_salt(
    units: _Units,
    base: str,
    candidates: SupportsIndex,
    split: Allocation,
    past: Sequence[Mapping[str, float]] | None = None,
) -> FoundSalt | None:
    """The salt, of `base`, `base-1`, `base-2` and so on, under which a split treats these units most alike.

    `past` holds what is known of the units from before, one mapping an outcome. None without units or candidates. Search before the
    experiment starts.
    """

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

    `plan` holds the fields `stages`, `bake`, `stale_after`, `restart_every`, `start` and `calendar` of a release spec alone.
    """

def import_plan(source: Source, document: _Document | Sequence[Any]) -> ImportedPlan:
    """The plan that a document of another tool comes to, with a list of all that the plan does not carry.

    `document` is JSON text, a mapping, or a list of such documents; of AWS also the name of a predefined strategy.
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
class BurnRatePolicy:
    """Who has to be told that an error budget burns, and how soon: rows of two windows, absolute rules, and their options. It never changes.

    A document of `target`, and either a `preset` (`workbook_3`, `workbook_4`, `sloth_28`, `sloth_30`, `pyrra`, `datadog_7`, `datadog_30`, `datadog_90`) or `period` and
    `rows`; see `core/spec/burn_rate.md`.
    """

    def __new__(cls, document: _Document) -> BurnRatePolicy: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def json(self) -> str:
        """The policy with its checked rows, as JSON text."""
    def start(self) -> str:
        """What the alerts of this policy remember before the first evaluation, as JSON text."""
    def evaluate(self, counter: Counter, now: _Moment, state: _Document) -> AlertEvaluation:
        """The decision at `now`, and the state after it, which is for the next evaluation."""

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

@final
class Histogram:
    """How often values fell into each of 2,034 bins, the same ones everywhere, so that any two merge exactly. Threads may share it.

    A value is a whole number of thousandths. Bin 0 holds all below 2**10 (a microsecond); from there each bin is 2**(1/64) = 1.0109 times as
    wide as the one before, and the last holds all from 2**41.75 on (3,698 seconds).
    """

    BINS: int
    """How many bins there are."""
    def __new__(cls) -> Histogram: ...
    @staticmethod
    def from_counts(first: SupportsIndex, counts: Sequence[SupportsIndex]) -> Histogram:
        """A histogram from a list of counts of neighbouring bins, the first of which is bin `first`."""
    @staticmethod
    def bin_of(value: SupportsIndex) -> int:
        """The bin of a value."""
    @staticmethod
    def lower_edge(bin: SupportsIndex) -> int:
        """The smallest value of a bin, 0 to 2,033."""
    def record(self, value: SupportsIndex, times: SupportsIndex | None = None) -> None:
        """Counts a value, as often as `times` says."""
    def merge(self, other: Histogram) -> None:
        """Adds what another histogram holds. Twice merged is twice counted."""
    @property
    def units(self) -> int:
        """Values counted."""
    @property
    def counts(self) -> tuple[int, tuple[int, ...]]:
        """The first bin that holds anything, and the counts from there to the last one that does."""
    def quantile(self, level: str) -> Quantile | None:
        """The bin in which the quantile of a level, such as `"95%"`, lies; None without values."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""
    @staticmethod
    def from_json(json: str) -> Histogram:
        """A histogram from its JSON text."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Moments:
    """Sums of a value and of its companion over units, exact, so that any order gives the same. Threads may share them.

    Both are whole numbers of thousandths, from -2**40 to 2**40; of at most 2**46 units.
    """

    def __new__(cls) -> Moments: ...
    def record(self, value: SupportsIndex, companion: SupportsIndex | None = None) -> None:
        """Counts one unit; its companion is 0 where there is none."""
    def merge(self, other: Moments) -> None:
        """Adds what other sums hold. Twice merged is twice counted."""
    @property
    def units(self) -> int:
        """Units counted."""
    @property
    def mean(self) -> float | None:
        """Mean of the values, in thousandths; None without units."""
    @property
    def companion_mean(self) -> float | None:
        """Mean of the companions, in thousandths; None without units."""
    @property
    def variance(self) -> float | None:
        """Sample variance of the values, in thousandths squared; None with fewer than two units."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""
    @staticmethod
    def from_json(json: str) -> Moments:
        """Sums from their JSON text, refused if no values have them."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Fractions:
    """Units by the share of their own requests that failed, in sixteenths, rounded up. Threads may share them."""

    def __new__(cls) -> Fractions: ...
    @staticmethod
    def from_counts(counts: Sequence[SupportsIndex]) -> Fractions:
        """Units by sixteenths that failed: a list of 17 counts."""
    def record(self, failed: SupportsIndex, requests: SupportsIndex) -> None:
        """Counts one unit, of whose requests, at least one, so many failed."""
    def merge(self, other: Fractions) -> None:
        """Adds what others hold. Twice merged is twice counted."""
    @property
    def units(self) -> int:
        """Units counted."""
    @property
    def counts(self) -> tuple[int, ...]:
        """Units by sixteenths that failed, 0 to 16."""
    @property
    def mean(self) -> float | None:
        """Mean share that failed, 0.0 to 1.0; None without units."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Session:
    """One unit's window of requests, of which one outcome is made: its first minutes, or its session. Threads may share it.

    Requests of one unit are alike, so a unit is one bet, whatever it sent. Close a window by time or by the session's end, by the same
    rule in both arms, and never by what it has shown. A window without requests measures nothing.
    """

    def __new__(cls) -> Session: ...
    def add(self, failed: bool, latency: SupportsIndex) -> None:
        """Counts one request: whether it failed, and its latency or size in whole thousandths."""
    @property
    def failed(self) -> int:
        """Requests that failed."""
    @property
    def requests(self) -> int:
        """Requests in all."""
    @property
    def worst(self) -> int | None:
        """The largest latency; None without requests."""
    @property
    def geometric_mean(self) -> int | None:
        """The geometric mean of the latencies, by the edge of its bin; None without requests."""

@final
class Tally:
    """The outcomes of one arm under one exposure: units, and what is kept of each metric. Threads may share it.

    A `Release` keeps its own; this one is for counts of one's own, whose metrics are known by their positions.
    """

    def __new__(cls, measures: list[Measure] | tuple[Measure, ...]) -> Tally: ...
    def record(
        self,
        at: _Moment,
        failed: Iterable[SupportsIndex] | None = None,
        missing: Iterable[SupportsIndex] | None = None,
        *,
        measured: list[Measured] | tuple[Measured, ...] | None = None,
    ) -> None:
        """Counts one unit, whose outcome became known at `at`.

        `measured` is a list of `(position, "fraction", failed, requests)`, `(position, "count", events, exposure)`, `(position,
        "distribution", value)` and `(position, "mean", value, companion)`.
        """
    def merge(self, other: Tally) -> None:
        """Adds what another tally of the same measures holds. Twice merged is twice counted."""
    @property
    def measures(self) -> tuple[Measure, ...]:
        """What each metric measures, by position."""
    @property
    def units(self) -> int:
        """Units recorded, whatever was observed of them."""
    @property
    def newest(self) -> datetime | None:
        """When the newest outcome became known, in UTC; None before the first."""
    def series(self, position: SupportsIndex) -> Counts | Fractions | Events | Histogram | Moments | None:
        """A copy of what is kept of the metric at a position; None for one that the tally does not hold."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""
    @staticmethod
    def from_json(json: str) -> Tally:
        """A tally from its JSON text."""
    @staticmethod
    def from_bytes(data: bytes | bytearray) -> Tally:
        """A tally from its bytes."""
    def to_bytes(self) -> bytes:
        """The tally's bytes: the same for the same units, in whatever order they came."""
    def __eq__(self, other: object, /) -> bool: ...

def rate_evidence(cells: _RateCells, *, tolerated: float | None = None, margin: float | None = None) -> float:
    """Evidence on the ratio of two failure rates, by the failures alone. A cell is `(rho, canary failures, control failures)`."""

def high_rate_evidence(
    cells: _OutcomeCells, reference: float, *, tolerated: float | None = None, margin: float | None = None
) -> float:
    """Evidence on the ratio of two failure rates of 5% or more, by the units that did not fail as well.

    A cell is `(rho, canary units, canary failures, control units, control failures)`; `reference` is about which rate the control has, stated
    beforehand.
    """

def fraction_evidence(
    cells: list[tuple[float, Fractions, Fractions]],
    *,
    tolerated: float | None = None,
    margin: float | None = None,
) -> float:
    """Evidence on the ratio of two mean failing shares of units. A cell is `(rho, canary, control)`."""

def count_evidence(
    epochs: _CountEpochs, *, tolerated: float | None = None, margin: float | None = None
) -> float:
    """Evidence on the ratio of events by exposure.

    An epoch is `(canary events, canary exposure, control events, control exposure)`.
    """

def difference_evidence(
    cells: _OutcomeCells,
    *,
    tolerated: float | None = None,
    margin: float | None = None,
    reference: float | None = None,
) -> float:
    """Evidence on the difference of two failure rates: `tolerated` and `margin` are differences, canary less control.

    A cell is `(rho, canary units, canary failures, control units, control failures)`; `reference` is a rate around which the bets are laid,
    stated beforehand.
    """

def mean_evidence(
    epochs: list[tuple[Moments, Moments]],
    *,
    tolerated: float | None = None,
    margin: float | None = None,
    change: Literal["relative", "absolute"] | None = None,
    worse: Worse | None = None,
    companion: Companion | None = None,
) -> float | MeanLack:
    """Evidence on the means of two arms, or why there is none yet. An epoch is `(canary, control)`.

    `tolerated` and `margin` are changes for the worse: by a part of the control's mean (0.02 is 2%), or where `change` is `absolute` by
    thousandths. `worse` is `higher` if not given, `companion` `ignored`. The guarantee is asymptotic.
    """

def distribution_evidence(
    cells: list[tuple[float, Histogram, Histogram, Reference | None]],
    *,
    tolerated: float | None = None,
    margin: float | None = None,
    worse: Worse | None = None,
) -> DistributionEvidence:
    """Evidence on the values of two arms: latencies, sizes, throughputs. `worse` is `higher` if not given.

    A cell is `(rho, canary, control, reference)`, with one value for each unit; without a reference, None, it takes about twice the units.
    """

def ln_evidence_below(ceiling: float, units: SupportsIndex, failures: SupportsIndex) -> float:
    """Evidence that the failure rate of one arm is below a ceiling."""

def ln_evidence_of_mismatch(rho: float, canary: SupportsIndex, control: SupportsIndex) -> float:
    """Evidence that units did not fall into the arms by the stated share: a sample-ratio mismatch."""

def ratio_interval(cells: _RateCells, alpha: float | None = None) -> Interval:
    """Where the ratio of two failure rates lies, canary over control. A cell is as in `rate_evidence`."""

def fraction_ratio_interval(
    cells: list[tuple[float, Fractions, Fractions]], alpha: float | None = None
) -> Interval:
    """Where the ratio of two mean failing shares lies. A cell is as in `fraction_evidence`."""

def count_ratio_interval(epochs: _CountEpochs, alpha: float | None = None) -> Interval:
    """Where the ratio of events by exposure lies. An epoch is as in `count_evidence`."""

def count_interval(events: SupportsIndex, exposure: SupportsIndex, alpha: float | None = None) -> Interval:
    """Where the events by exposure of one arm lie, if they do not drift."""

def difference_interval(
    cells: _OutcomeCells, alpha: float | None = None, *, reference: float | None = None
) -> Interval:
    """Where the difference of two failure rates lies, canary less control. A cell is as in `difference_evidence`."""

def confidence_sequence(units: SupportsIndex, failures: SupportsIndex, alpha: float | None = None) -> Interval:
    """Where the failure rate of one arm lies, if it does not drift; the interval as a whole holds at level `alpha`."""

def mean_difference(
    epochs: list[tuple[Moments, Moments]],
    alpha: float | None = None,
    *,
    companion: Companion | None = None,
) -> MeanDifference | MeanLack:
    """How far the canary's mean lies from the control's, or why that cannot be said yet. An epoch is `(canary, control)`."""

def quantile_band(histogram: Histogram, level: str, alpha: float | None = None) -> Quantile:
    """Where the quantile of a level, such as `"95%"`, lies in one arm, if its values do not drift."""

def quantile_ratio(
    canary: Histogram, control: Histogram, level: str, alpha: float | None = None
) -> Interval:
    """Where the ratio of the two arms' quantiles of a level lies, canary over control."""

@final
class Reference:
    """Where the bets on values are placed: a past or expected distribution, chosen before the values are seen. It never changes."""

    @staticmethod
    def from_histogram(past: Histogram) -> Reference | None:
        """The reference of a past histogram; None where that holds fewer than 100 values."""
    @staticmethod
    def from_quantiles(quantiles: Sequence[tuple[str, SupportsIndex]]) -> Reference:
        """The reference of a distribution of which 2 to 32 quantiles are known: a list of `("95%", 300_000_000)`, ascending."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""
    @staticmethod
    def from_json(json: str) -> Reference:
        """A reference from its JSON text."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class NormalMixture:
    """The mixture over normal drifts that turns a sum with known variance into evidence at every moment. It never changes."""

    def __new__(cls, prior: float) -> NormalMixture:
        """A mixture whose prior variance is 1/`prior`, where `prior` counts like the variance."""
    @staticmethod
    def tuned(at: float, alpha: float) -> NormalMixture:
        """The mixture whose two-sided bound at level `alpha` is about as small as it can be when the variance is `at`."""
    def ln_evidence(self, sum: float, variance: float) -> float:
        """ln of the one-sided e-value that the drift of a sum is above 0."""
    def ln_two_sided(self, sum: float, variance: float) -> float:
        """ln of the two-sided e-value that the drift of a sum is not 0."""
    def bound(self, variance: float, alpha: float) -> float:
        """The sum at which the one-sided evidence reaches 1/`alpha`."""
    def two_sided_bound(self, variance: float, alpha: float) -> float:
        """The absolute sum at which the two-sided evidence reaches 1/`alpha`."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Design:
    """A trial with planned looks, computed from its document: its bounds, and what they imply. It never changes.

    The statistic of each look is an estimate of the effect over its standard error, positive where the effect is the one looked for. The
    *drift* is its mean at full information.
    """

    def __new__(cls, document: _Document) -> Design: ...
    @property
    def looks(self) -> tuple[Bound, ...]:
        """The bounds, in the order of the looks."""
    @property
    def alpha(self) -> float:
        """The error of all looks together."""
    @property
    def sides(self) -> int:
        """The sides of the test, 1 or 2."""
    @property
    def drift(self) -> float | None:
        """The drift that the futility bounds are made for."""
    @property
    def power(self) -> float | None:
        """The power at that drift."""
    @property
    def json(self) -> str:
        """The canonical JSON text, the same in every language."""
    def observed(self, fractions: _Numbers) -> Design:
        """The bounds at the looks that were really taken so far, by their share of the planned information. A last share of 1 or more ends it."""
    def concluded(self, fractions: _Numbers) -> Design:
        """The same where the last look is the end whatever its share, decided by nothing that was seen."""
    def analyse(self, z: _Numbers) -> Analysis:
        """Reads the statistics of the looks so far, the last of which is the present one."""
    def crossings(self, drift: float) -> Crossings:
        """Where the trial ends under a drift, -100 to 100, futility bounds obeyed."""
    def drift_for(self, power: float) -> float:
        """The drift at which the design ends above with a probability."""
    def inflation(self, power: float) -> Inflation:
        """Sizes at a power, relative to the trial with one look."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Comparison:
    """Two arms to be compared, and how far apart they are thought to be. It never changes."""

    def __new__(cls, document: _Document) -> Comparison:
        """From `{"rates": {"control": 0.01, "canary": 0.02}}`, `{"rates": {"control": 0.01, "ratio": 2}}` or `{"means": {"difference": 0.1, "sd": 1}}`.

        With `share`, the canary's share of the units, `"50%"` if absent.
        """
    def units(self, alpha: float, power: float, sides: SupportsIndex | None = None) -> Units:
        """Units that a test with one look, of 1 side if not given, needs to find the difference."""
    def power(self, total: float, alpha: float, sides: SupportsIndex | None = None) -> tuple[float, float]:
        """Probability that a test of so many units in all finds the difference: with its true direction, and with the wrong one."""
    def planned(self, design: Design, power: float) -> PlannedUnits:
        """Units of a design with planned looks that finds the difference with a probability."""
    def __eq__(self, other: object, /) -> bool: ...

@final
class Fleet:
    """A fleet of replicas with its limits: `replicas` (1 to 1,000,000), `max_surge` and `max_unavailable` (counts or shares; 25% and 0). It never changes.

    What was observed is a mapping of `ready_new`, `not_ready_new`, `ready_old`, `not_ready_old` and `stopping`.
    """

    def __new__(cls, document: _Document) -> Fleet: ...
    @property
    def replicas(self) -> int:
        """Replicas that serve when nothing moves."""
    @property
    def most(self) -> int:
        """The most replicas there may be at once."""
    @property
    def least_ready(self) -> int:
        """The fewest replicas that have to be ready."""
    def counts(self, exposure: str) -> dict[str, Any]:
        """The replicas of each version that an exposure comes to, rounded down, at least one new above 0%; and the actual share beside the declared one."""
    def around(self, exposure: str) -> tuple[float, float]:
        """The nearest exposures at or below and at or above that whole replicas can reach."""
    def review(self, exposures: Iterable[str], tolerance: str) -> list[dict[str, Any]]:
        """What a plan of these exposures will not be: those that differ by more than the tolerance, repeat, or reach everybody too soon."""
    def next(self, observed: _Document, exposure: str) -> dict[str, Any]:
        """The next batch toward an exposure, within the limits, and what it waits for."""
    def actual(self, observed: _Document, exposure: str) -> dict[str, Any]:
        """The exposure that is in force beside the declared one, and what is missing for it to be in force."""
    def batches(self, exposures: Iterable[str], limit: SupportsIndex | None = None) -> list[dict[str, Any]]:
        """The batches that a plan takes if each becomes ready, the first 10,000 unless told."""

def plan_release(goal: _Document) -> PlanAnswer:
    """The plan that fulfils what a release is to fulfil, or what would be enough. Without the interpreter's lock."""

def simulate_releases(question: _Document) -> SimulationAnswer:
    """What becomes of releases of a spec in a scenario, under one controller or several. Without the interpreter's lock."""

@final
class Trial:
    """A release that is played to see what its judge makes of it. It never changes.

    It has one guardrail. From a document of `guardrail`, as a release's spec has it; `baseline`, what the control's units are like; `stages`, each
    `{"canary": "5%", "control": "95%", "units": 20_000}`; and optionally `policy`, `look_every` (units between looks; 1,000, or a thousandth of all) and
    `onset` (good units before the effect).

    Baselines: `{"rate": 0.005}`, `{"fractions": [{"share": "25%", "chance": 0.02}]}`, `{"count": {"rate": 0.01, "exposure": 10}}`,
    `{"quantiles": [{"share": "50%", "value": 80_000_000}, …]}`, `{"histogram": {"first": 900, "counts": […]}}`, `{"mean": {"mean": 5000, "sd": 900}}`.
    Values are in thousandths of the metric's unit.

    A release is played `runs` times, 1 to 100,000, 1,000 if not given, without the interpreter's lock. A ratio is how many times worse the canary is,
    from 0.001 to 1000.
    """

    def __new__(cls, document: _Document) -> Trial: ...
    def detection(self, ratio: float, *, seed: SupportsIndex, runs: SupportsIndex | None = None) -> Detection:
        """How often and how soon a canary that is `ratio` times worse is found to be harmful. A ratio that is tolerated gives the rate of false alarms."""
    def safety(self, ratio: float, *, seed: SupportsIndex, runs: SupportsIndex | None = None) -> Detection:
        """How often and how soon such a canary is shown to be safe, in a last stage played alone: safety is earned anew in each stage. The onset does not apply."""
    def units_needed(
        self, ratio: float, power: float, *, seed: SupportsIndex, runs: SupportsIndex | None = None
    ) -> Estimate[int]:
        """Units within which a canary that is `ratio` times worse is found with probability `power`."""
    def units_to_safety(
        self, ratio: float, power: float, *, seed: SupportsIndex, runs: SupportsIndex | None = None
    ) -> Estimate[int]:
        """Units within which a canary that is `ratio` times worse is shown to be safe with probability `power`, in a last stage played alone."""
    def smallest_effect(
        self, power: float, *, seed: SupportsIndex, runs: SupportsIndex | None = None
    ) -> Estimate[float]:
        """The smallest ratio that is found within the trial's units with probability `power`, to two parts in a hundred of its excess over what is tolerated.

        Every ratio is played with the same seed, so it takes about ten times as long.
        """
    def __eq__(self, other: object, /) -> bool: ...

def classic_compare(question: _Document) -> ClassicComparison:
    """Compares two arms by the rank test of Mann and Whitney.

    `question` has `canary` and `control`, and optionally `alternative` (`two_sided`, `less`, `greater`), `method` (`normal_corrected`, `normal`,
    `exact`) and `level` of the interval (0.95).
    """

def judge(guardrails: _Document, look: _Document) -> Report:
    """Judges a look by `{"guardrails", "policy"}`; the fields of both are those of `core/spec/canary.md` and `core/spec/release.md`."""

@final
class Log:
    """Writes the log of a release: give it each event, and append the lines that it gives to the file. Threads may share it.

    It applies each event, so what it writes can be replayed. A host that could not append a line resumes from the text that is there; where a crash
    cut the last line short, cut the text after its last line feed first.
    """

    @staticmethod
    def begin(document: str | bytes, name: str | None = None) -> tuple[Log, str]:
        """A log without events, and its header line. `document` is a spec, or with a `name` a plan, whose bytes count: pass them as they were read."""
    @staticmethod
    def resume(document: str | bytes, log: str | bytes, name: str | None = None) -> Log:
        """Goes on after the end of a log, which is verified and replayed."""
    def append(self, events: list[Event] | tuple[Event, ...] | list[str] | list[dict[str, Any]]) -> str:
        """The lines of events, such as `Step.events`, to be appended to the file: all of them or none."""
    def close(self, at: _Moment) -> str:
        """The closing line of a release that is complete, rolled back or expired: nothing may come after it, not even a retry."""
    @property
    def head(self) -> str:
        """The end of the log: keep it where whoever writes the log cannot change it, and verify against it."""
    @property
    def closed(self) -> bool:
        """Whether its closing line was written."""
    @property
    def phase(self) -> Phase:
        """Where the rollout stands after the last event."""

def log_verify(log: str | bytes, head: str | None = None) -> Verified:
    """Reads a log and refuses what was altered, cut, repeated or put in another order, by line: `log:7`.

    An end that is missing, and a log that was written anew, show only against a `head` that was kept elsewhere.
    """

def log_replay(document: str | bytes, log: str | bytes, name: str | None = None, head: str | None = None) -> Replay:
    """Runs the events of a log, which is verified, from the beginning: where it leads, and every decision on the way."""

def log_explain(document: str | bytes, log: str | bytes, name: str | None = None, head: str | None = None) -> Story:
    """Tells a log, which is verified, in plain sentences."""

def classic_judge(config: _Document, data: _Document) -> ClassicReport:
    """Judges what both arms measured: `{"metrics": [{"name", "canary", "control"}]}`, where None is a point that is missing.

    The fields of `config` are in `core/spec/classic.md`.
    """
