"""The one error of the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

__all__ = ["Code", "Problem", "RampgateError"]

Code: TypeAlias = Literal["syntax", "missing", "unknown", "type", "range", "conflict", "version", "corrupt", "order", "untrusted"]
"""Which sort of rule was broken."""


@dataclass(frozen=True)
class Problem:
    """One broken rule: where, which rule, and the value that broke it."""

    path: str
    """The field's path in the document, such as `stages[2].exposure`, or the argument's name."""
    code: Code
    """Which sort of rule was broken."""
    rule: str
    """The rule in words."""
    value: str | None
    """The value that broke it, as it was written, cut after 120 bytes; None where nothing was given."""


class RampgateError(ValueError):
    """Everything that was wrong with an input.

    A document is read to its end, so one error lists all of its `problems`. `path`, `code` and `value` are the first one's.
    An argument of a type that it never takes is a `TypeError` instead.
    """

    def __init__(self, message: str, problems: Sequence[Problem]) -> None:
        """At least one problem, and the message that tells all of them."""
        if not problems:
            raise ValueError("an error has at least one problem")
        super().__init__(message)
        self.problems = tuple(problems)

    @property
    def path(self) -> str:
        """Where the first problem is."""
        return self.problems[0].path

    @property
    def code(self) -> Code:
        """Which sort of rule was broken first."""
        return self.problems[0].code

    @property
    def value(self) -> str | None:
        """The value that broke it."""
        return self.problems[0].value

    @classmethod
    def _of(cls, message: str, problems: list[tuple[str, Code, str, str | None]]) -> RampgateError:
        return cls(message, [Problem(*problem) for problem in problems])

    def __reduce__(self) -> tuple[type[RampgateError], tuple[str, tuple[Problem, ...]]]:
        """Errors cross process boundaries."""
        return type(self), (str(self), self.problems)
