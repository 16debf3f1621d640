"""The log of a release: every event as a line, chained so that no line can be changed unseen, replayed, and told as a story.

>>> plan = '{"stages": [{"exposure": "50%", "min_dwell": "10m"}]}'
>>> log, text = Log.begin(plan, name="checkout v2")
>>> text += log.append([{"seq": 1, "at": 1_795_521_600_000, "kind": {"start": {"by": "ann"}}}])
>>> verify(text, log.head).release
'checkout v2'
>>> explain(plan, text, name="checkout v2").sentences[0].text
'ann started the release.'
>>> verify(text.replace("ann", "eve"))
Traceback (most recent call last):
rampgate.errors.RampgateError: invalid `log:2`: was altered: its hash is not that of its content after the line before

A log cannot tell from inside that its end was cut off, or that somebody wrote all of it anew: keep `Log.head` elsewhere, and verify against it.
Documents and logs are texts whose bytes count: read files in binary mode, and pass the bytes. The format is `core/spec/log.md`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

from ._native import Log
from ._native import log_explain as explain
from ._native import log_replay as replay
from ._native import log_verify as verify
from ._text import moment
from .step import Event

__all__ = ["Log", "Sentence", "Severity", "Story", "Topic", "Verified", "explain", "replay", "verify"]

Severity: TypeAlias = Literal["info", "warning", "critical"]
"""How much a sentence asks for attention."""

Topic: TypeAlias = Literal[
    "start", "rise", "hold", "command", "fleet", "budget", "end", "rollback", "confirmation", "quiet", "durations", "undone"
]
"""What a sentence is about."""


@dataclass(frozen=True)
class Verified:
    """A log that was verified."""

    release: str
    """Name of the release."""
    head: str
    """The end of the log: number and hash of its last line."""
    closed_at: datetime | None
    """When it was closed, in UTC; None where it was not."""
    events: tuple[Event, ...]

    @classmethod
    def _of(cls, release: str, head: str, closed: int | None, events: list[str]) -> Verified:
        closed_at = None if closed is None else moment(closed)
        return cls(release=release, head=head, closed_at=closed_at, events=tuple(map(Event._of, events)))


@dataclass(frozen=True)
class Sentence:
    """One sentence or two about one event, or about some that changed nothing."""

    at: datetime
    """When, in UTC."""
    seq: int
    """Number of the event; of several, that of the last."""
    topic: Topic
    severity: Severity
    text: str


@dataclass(frozen=True)
class Story:
    """A release told in plain sentences. `str()` is all of it, one sentence a line with its time."""

    release: str
    """Name of the release."""
    summary: str
    """How it stands at the end of the log."""
    sentences: tuple[Sentence, ...]
    text: str = field(repr=False, compare=False)
    """The whole story, one sentence a line."""
    json: str = field(repr=False, compare=False)
    """The canonical JSON text, the same in every language."""

    def __str__(self) -> str:
        """The whole story, one sentence a line."""
        return self.text

    @classmethod
    def _of(cls, text: str, words: str) -> Story:
        form = json.loads(text)
        sentences = tuple(Sentence(at=moment(sentence.pop("at")), **sentence) for sentence in form.pop("sentences"))
        return cls(sentences=sentences, text=words, json=text, **form)
