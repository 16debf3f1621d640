"""What was measured of many units: histograms, sums and shares that merge exactly, and a unit's own requests.

Values are whole numbers of thousandths, so that sums are exact and any order of recording gives the same bytes: nanoseconds
for a latency in microseconds, thousandths of a cent. `ms`, `seconds`, `duration` and `thousandths` make them, and say what
they round.

>>> ms(12.5), seconds(0.0125), duration(timedelta(milliseconds=12.5)), thousandths(19.99)
(12500000, 12500000, 12500000, 19990)
>>> latency = Histogram()
>>> for n in range(1, 1_001):
...     latency.record(ms(n))
>>> latency.quantile("95%")
Quantile(at_least=942880700, below=953147997)
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal, SupportsIndex, TypeAlias

from ._native import Fractions, Histogram, Moments, Session, Tally
from .errors import Problem, RampgateError
from .report import Counts, Measure

__all__ = [
    "Counts",
    "Events",
    "Fractions",
    "Histogram",
    "Measure",
    "Measurement",
    "Moments",
    "Quantile",
    "Session",
    "Tally",
    "duration",
    "ms",
    "seconds",
    "thousandths",
]

Number: TypeAlias = SupportsIndex | float | Decimal | Fraction
"""A number that is read exactly. A bool is none."""

Measurement: TypeAlias = SupportsIndex | tuple[SupportsIndex, SupportsIndex]
"""What was measured of one unit, by what its guardrail measures.

A distribution: one value in thousandths. A fraction: `(failed, requests)`. A count: `(events, exposure)`. A mean:
`(value, companion)` in thousandths, or the value alone where the spec makes no use of a companion.
"""

Measured: TypeAlias = (
    tuple[SupportsIndex, Literal["distribution"], SupportsIndex]
    | tuple[SupportsIndex, Literal["fraction", "count", "mean"], SupportsIndex, SupportsIndex]
)
"""A measurement for a `Tally`, which knows its metrics by position alone: `(3, "distribution", 12_500_000)`."""


@dataclass(frozen=True)
class Events:
    """Events and the exposure in which they happened, both sums over units."""

    units: int
    """Units that were observed."""
    events: int
    exposure: int
    """In whatever is counted: minutes, calls."""

    @property
    def rate(self) -> float | None:
        """Events by exposure; None where there was no exposure."""
        return self.events / self.exposure if self.exposure else None


@dataclass(frozen=True)
class Quantile:
    """Where a quantile lies, in thousandths, by the edges of the histogram's bins; None is an end that nothing bounds."""

    at_least: int | None
    below: int | None


def ms(milliseconds: Number) -> int:
    """Milliseconds as whole nanoseconds, thousandths of a microsecond: the nearest, of two the even one.

    Less than zero, NaN and infinity are a `RampgateError`.
    """
    return _latency("milliseconds", milliseconds, 1_000_000)


def seconds(seconds: Number) -> int:
    """Seconds, such as a difference of `time.perf_counter()`, as whole nanoseconds: the nearest, of two the even one.

    Less than zero, NaN and infinity are a `RampgateError`.
    """
    return _latency("seconds", seconds, 1_000_000_000)


def duration(span: timedelta) -> int:
    """A timedelta as nanoseconds, exactly. Less than zero is a `RampgateError`."""
    if not isinstance(span, timedelta):
        raise TypeError(f"`span` must be a timedelta, got {type(span).__qualname__}")
    if span < timedelta(0):
        raise _refused("span", "must not be negative", span)
    return span // timedelta(microseconds=1) * 1_000


def thousandths(value: Number) -> int:
    """A number as thousandths: the nearest, of two the even one. NaN and infinity are a `RampgateError`.

    >>> thousandths(-0.0005), thousandths(Decimal("0.0015")), thousandths(3)
    (0, 2, 3000)
    """
    return _nearest("value", value, 1_000)


_LARGEST = Decimal("1e300")
_LEAST = Decimal("1e-12")
"""What rounds to nothing by any of the factors here. It also keeps an exponent of millions from being written out."""


def _latency(name: str, value: Number, factor: int) -> int:
    nearest = _nearest(name, value, factor)
    if nearest < 0 or (isinstance(value, (float, Decimal, Fraction)) and value < 0):
        raise _refused(name, "must not be negative", value)
    return nearest


def _nearest(name: str, value: Number, factor: int) -> int:
    if isinstance(value, float):  # the usual case, by far the fastest
        if not abs(value) <= 1e300:
            raise _refused(name, "must be a finite number of at most 1e300", value)
        return round(value * factor)
    if isinstance(value, Decimal):
        if not value.is_finite() or value.copy_abs() > _LARGEST:
            raise _refused(name, "must be a finite number of at most 1e300", value)
        return 0 if value.copy_abs() < _LEAST else round(Fraction(value) * factor)
    if isinstance(value, Fraction):
        return round(value * factor)
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"`{name}` must be a number, got {type(value).__qualname__}")
    return operator.index(value) * factor


def _refused(name: str, rule: str, value: object) -> RampgateError:
    try:
        told = str(value)[:120]
    except ValueError:  # Python refuses to print integers of more than 4,300 digits
        told = "a number of thousands of digits"
    return RampgateError(f"invalid `{name}`: {rule}, got {told}", [Problem(name, "range", rule, told)])
