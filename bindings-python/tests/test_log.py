"""The log of a release: replays core/testdata/log, which every language replays, and what is Python's own."""

import json
from datetime import datetime, timezone
from typing import Any

import pytest
from story import MINUTE, NOON, SPEC, TESTDATA

import rampgate
from rampgate import log, signals

FOLDER = TESTDATA / "log"
VECTORS = json.loads((FOLDER / "logs.json").read_text(encoding="utf-8"))


def cases(part: str) -> list[Any]:
    assert VECTORS[part]
    return [pytest.param(case, id=case["name"]) for case in VECTORS[part]]


def about(case: dict[str, Any]) -> dict[str, Any]:
    """The document, and the name where it is a plan."""
    plan = case["document"].endswith("plan.json")
    return {"document": (FOLDER / case["document"]).read_bytes(), "name": case["release"] if plan else None}


def test_every_list_is_replayed() -> None:
    assert VECTORS["version"] == "rampgate-log-1"
    assert {name for name, value in VECTORS.items() if isinstance(value, list)} == {"logs", "refused"}


@pytest.mark.parametrize("case", cases("logs"))
def test_logs(case: dict[str, Any]) -> None:
    text = (FOLDER / f"{case['name']}.log.jsonl").read_bytes()
    verified = log.verify(text, case["head"])
    assert (verified.release, verified.head) == (case["release"], case["head"])
    assert (len(verified.events), verified.closed_at is not None) == (case["events"], case["closed"])

    state, told = (FOLDER / f"{case['name']}.told.jsonl").read_text(encoding="utf-8").split("\n")[:2]
    replay = log.replay(log=text, **about(case))
    end = json.loads(state)
    exposure = float(end["exposure"].removesuffix("%"))
    assert (replay.attempt, replay.cohort, round(replay.exposure * 100, 4)) == (end["attempt"], end["cohort"], exposure)
    story = log.explain(log=text, **about(case))
    assert story.json == told
    assert str(story).encode() == (FOLDER / f"{case['name']}.story.txt").read_bytes()

    writer, written = log.Log.begin(**about(case))
    written += writer.append(verified.events)
    if verified.closed_at is not None:
        written += writer.close(verified.closed_at)
    assert (written.encode(), writer.head, writer.closed) == (text, case["head"], case["closed"])


@pytest.mark.parametrize("case", cases("refused"))
def test_logs_that_are_refused(case: dict[str, Any]) -> None:
    with pytest.raises(rampgate.RampgateError) as caught:
        log.verify(case["text"], case["head"])
        assert case["about"], "must be refused"
        log.replay(log=case["text"], head=case["head"], **about(case["about"]))
    assert (caught.value.path, caught.value.code) == (case["path"], case["kind"])


def test_a_release_is_logged_resumed_and_told() -> None:
    spec = json.dumps(SPEC)
    writer, text = log.Log.begin(spec)
    release = rampgate.Release(SPEC, 1)
    text += writer.append(release.step(NOON, signals.start(by="ana")).events)
    writer = log.Log.resume(spec, text)
    assert str(writer.phase) == "ramping in stages[0]"
    text += writer.append(release.step(NOON + MINUTE, signals.abort(by="bob", why="pager")).events)
    replay = log.replay(spec, text, head=writer.head)
    assert (replay.phase, replay.cohort) == (release.phase, release.cohort)
    story = log.explain(spec, text)
    assert story.sentences[0].at == datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
    assert [sentence.topic for sentence in story.sentences][-1] == "undone"
    assert story.sentences[-1].severity == "critical"
    with pytest.raises(rampgate.RampgateError, match="must be open, and its release completed"):
        writer.close(NOON + MINUTE)


ANY: Any = log  # what the types would refuse


@pytest.mark.parametrize(
    ("call", "error", "name"),
    [
        (lambda: ANY.verify(7), TypeError, "log"),
        (lambda: log.verify(b"\xff"), rampgate.RampgateError, "log"),
        (lambda: log.verify("", "x"), rampgate.RampgateError, "head"),
        (lambda: ANY.Log.begin(SPEC), TypeError, "document"),
        (lambda: ANY.Log.begin("{}", name=7), TypeError, "name"),
        (lambda: ANY.Log.begin(json.dumps(SPEC))[0].append("x"), TypeError, "events"),
    ],
)
def test_wrong_arguments_are_named(call: Any, error: type[Exception], name: str) -> None:
    with pytest.raises(error, match=f"`{name}`"):
        call()


def test_it_says_what_it_is() -> None:
    assert repr(log.Log.begin(json.dumps(SPEC))[0]) == "<rampgate.log.Log of checkout v2 at 0>"
