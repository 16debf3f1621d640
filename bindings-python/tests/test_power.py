"""Power, as Python calls it."""

import json
import math
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from rampgate import RampgateError, power

DOCUMENT: dict[str, Any] = {
    "guardrail": {"name": "errors"},
    "baseline": {"rate": 0.02},
    "stages": [{"canary": "50%", "control": "50%", "units": 20_000}],
}
TRIAL = power.Trial(DOCUMENT)
ASKED: list[Callable[..., Any]] = [
    lambda **played: TRIAL.detection(2, **played),
    lambda **played: TRIAL.safety(1, **played),
    lambda **played: TRIAL.units_needed(2, 0.8, **played),
    lambda **played: TRIAL.units_to_safety(1, 0.8, **played),
    lambda **played: TRIAL.smallest_effect(0.8, **played),
]


def test_a_trial_is_its_document() -> None:
    assert TRIAL == power.Trial(json.dumps(DOCUMENT))
    assert TRIAL != power.Trial({**DOCUMENT, "look_every": 500})
    assert TRIAL.detection(2, seed=3, runs=50) == power.Trial(DOCUMENT).detection(2.0, seed=3, runs=50)
    assert TRIAL.detection(2, seed=3, runs=50) != TRIAL.detection(2, seed=4, runs=50)
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Mine", (power.Trial,), {})


def test_it_is_played_a_thousand_times_from_any_seed() -> None:
    found = TRIAL.units_needed(2, 0.8, seed=2**64 - 1)
    assert found.method == power.Simulated(runs=1_000, seed=2**64 - 1)
    assert found == TRIAL.units_needed(2, 0.8, seed=2**64 - 1, runs=1_000)


@pytest.mark.parametrize("ask", ASKED)
def test_what_it_is_played_with_is_checked(ask: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match="seed"):
        ask()
    for name in ("seed", "runs"):
        for value in (1.0, "1", True, Decimal(1)):
            with pytest.raises(TypeError, match=f"^`{name}` must be a whole number"):
                ask(**{"seed": 1, "runs": 1, name: value})
        with pytest.raises(RampgateError) as caught:
            ask(**{"seed": 1, "runs": 1, name: -1})
        assert (caught.value.path, caught.value.code) == (name, "range")
    for runs in (0, 100_001, 2**32, 2**63):
        with pytest.raises(RampgateError) as caught:
            ask(seed=1, runs=runs)
        assert (caught.value.path, caught.value.code, caught.value.value) == ("runs", "range", str(runs))


@pytest.mark.parametrize("ratio", [0, -1, 1_001, math.nan, math.inf])
def test_a_ratio_is_from_a_thousandth_to_a_thousand(ratio: float) -> None:
    calls: list[Callable[[], object]] = [
        lambda: TRIAL.detection(ratio, seed=1),
        lambda: TRIAL.safety(ratio, seed=1),
        lambda: TRIAL.units_needed(ratio, 0.8, seed=1),
        lambda: TRIAL.units_to_safety(ratio, 0.8, seed=1),
    ]
    for call in calls:
        with pytest.raises(RampgateError) as caught:
            call()
        assert (caught.value.path, caught.value.code) == ("ratio", "range")


def test_a_ratio_and_a_power_have_to_be_possible() -> None:
    with pytest.raises(RampgateError) as caught:
        TRIAL.detection(51, seed=1)
    assert (caught.value.path, caught.value.code) == ("ratio", "conflict")
    for chance in (0, 1, -1, math.nan):
        with pytest.raises(RampgateError) as caught:
            TRIAL.smallest_effect(chance, seed=1)
        assert (caught.value.path, caught.value.code) == ("power", "range")


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"seed": 1}, "seed", "unknown"),
        ({"baseline": {"rate": 2}}, "baseline.rate", "range"),
        ({"baseline": {"mean": {"mean": 5, "sd": 1}}}, "baseline", "conflict"),
        ({"stages": []}, "stages", "range"),
        ({"stages": [{"canary": "50%", "control": "50%", "units": 0}]}, "stages[0].units", "range"),
        ({"onset": 20_000}, "onset", "conflict"),
        ({"look_every": 0}, "look_every", "range"),
        ({"policy": {"alpha": 2}}, "policy.alpha", "range"),
    ],
)
def test_a_document_is_refused_with_its_path(change: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(RampgateError) as caught:
        power.Trial({**DOCUMENT, **change})
    assert (caught.value.path, caught.value.code) == (path, code)


def test_other_threads_go_on_while_it_plays() -> None:
    inside, done = threading.Event(), threading.Event()

    def play() -> None:
        inside.set()
        TRIAL.safety(2, seed=1, runs=20_000)
        done.set()

    thread = threading.Thread(target=play)
    thread.start()
    inside.wait(timeout=60)
    ticks = 0
    while not done.is_set():
        ticks += 1
        time.sleep(0.001)
    thread.join(timeout=60)
    assert ticks >= 20  # with the lock in its hands it would let one or two pass
