"""The texts of the JSON form, read as Python's own values. Each is exact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLIS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


def moment(millis: int) -> datetime:
    """Unix milliseconds as a datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=millis)


def millis(moment: datetime) -> int:
    """An aware datetime as Unix milliseconds, whose fraction is dropped."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def share(text: str) -> float:
    """`12.5%` as 0.125: the float nearest to the parts per million that the library holds."""
    return int(Decimal(text.removesuffix("%")) * 10_000) / 1_000_000


def objective(text: str) -> float:
    """`99.95%` as 0.9995."""
    return float(Decimal(text.removesuffix("%")) / 100)


def span(text: str) -> timedelta:
    """`1h30m` as a timedelta."""
    parts = re.findall(r"(\d+)([a-z]+)", text)
    return timedelta(milliseconds=sum(int(number) * _MILLIS[unit] for number, unit in parts))


def tagged(form: str | Mapping[str, Any]) -> tuple[Any, Any]:
    """One of a closed set: a name alone, or `{name: content}`, as the name and the content."""
    if isinstance(form, str):
        return form, None
    ((name, content),) = form.items()
    return name, content
