"""Ten thousand events through two attempts give the bytes that Rust wrote, to the last one."""

import json
from typing import Any

import pytest
from story import TESTDATA

import rampgate
from rampgate import Release, Step

HERE = TESTDATA / "release"
SCRIPT: dict[str, Any] = json.loads((HERE / "script.json").read_text(encoding="utf-8"))


def rate(n: int, variant: str) -> int:
    """Failures per thousand of the variant at event n."""
    entry = [entry for entry in SCRIPT["failures_per_mille"] if entry["from"] <= n][-1]
    return int(entry["canary" if variant == "new" else "control"])


def run(release: Release) -> list[Step]:
    """The script of `core/testdata/README.md`."""
    x, steps = SCRIPT["seed"], []
    for n in range(SCRIPT["events"]):
        at = SCRIPT["start_ms"] + n * SCRIPT["interval_ms"]
        if (signal := SCRIPT["signals"].get(str(n))) is not None:
            steps.append(release.step(at, signal))
        elif n % SCRIPT["step_every"] == 0:
            steps.append(release.step(at, "tick"))
        else:
            x = (1_103_515_245 * x + 12_345) % 2**31
            assignment = release.assign(f"user-{n}")
            failed = ["errors"] if x % 1_000 < rate(n, assignment.variant) else []
            if x // 1_000 % 1_000 < SCRIPT["timeouts_per_mille"]:
                failed.append("timeouts")
            release.record(assignment, at, failed=failed, missing=["timeouts"] if x % 97 == 0 else [])
    return steps


@pytest.fixture(scope="module")
def spec() -> str:
    """The release's spec, as text."""
    return (HERE / "spec.json").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def played(spec: str) -> tuple[Release, list[Step]]:
    """The release after the script, from the spec as a mapping."""
    release = Release(json.loads(spec), replica=1)
    return release, run(release)


def lines(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").splitlines()


def test_decisions(played: tuple[Release, list[Step]]) -> None:
    assert [decision.json for step in played[1] for decision in step.decisions] == lines("decisions.jsonl")


def test_steps(played: tuple[Release, list[Step]]) -> None:
    assert [step.json for step in played[1][::10]] == lines("steps.jsonl")


def test_delta_and_state(played: tuple[Release, list[Step]], spec: str) -> None:
    release, _ = played
    assert [release.take_delta().hex()] == lines("delta.hex")
    assert [release.state().hex()] == lines("state.hex")
    assert Release.resume(spec, release.state(), replica=2).phase == release.phase


def test_the_log_of_events_gives_the_decisions_again(played: tuple[Release, list[Step]], spec: str) -> None:
    document = json.loads(spec)
    plan = {name: document[name] for name in ("stages", "bake", "calendar")}
    events = [event for step in played[1] for event in step.events]
    for log in (events, [event.json for event in events]):
        replay = rampgate.replay_rollout(plan, log)
        assert [decision.json for decision in replay.decisions] == lines("decisions.jsonl")
        assert (replay.phase, replay.exposure) == (played[0].phase, played[0].exposure)


def test_every_text_of_the_log_is_read_exactly(played: tuple[Release, list[Step]]) -> None:
    for step in played[1]:
        form = json.loads(step.json)
        if step.report is not None:
            assert step.report.json in step.json
            assert step.report.finding.ln_harm == form["report"]["finding"]["ln_harm"]
        if step.gate is not None:
            assert step.gate.json in step.json
            assert step.gate.largest * 100 == pytest.approx(float(form["gate"]["largest"][:-1]), rel=1e-15)
