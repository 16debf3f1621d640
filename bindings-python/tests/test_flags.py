"""A set of flags: evaluate, explain, expose, lint; what is refused, and by which name."""

import json
from collections import UserDict
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pytest
from story import NOON

import rampgate
from rampgate import FlagSet, RampgateError

DOCUMENT: dict[str, Any] = {
    "rampgate_flags": 1,
    "version": 7,
    "segments": {"staff": {"attribute": "email", "ends_with": ["@example.com"]}},
    "flags": {
        "search": {
            "variants": ["old", "new"],
            "default": "old",
            "overrides": {"qa-1": "new"},
            "rules": [
                {"when": {"segment": "staff"}, "serve": "new"},
                {"from": "2026-11-24T12:00:00Z", "weights": {"old": 1, "new": 1}, "exposure": "100%"},
            ],
        },
        "age": {
            "variants": ["off", "on"],
            "default": "off",
            "rules": [{"when": {"attribute": "age", "number": {"at_least": 18}}, "serve": "on"}],
        },
    },
}


@pytest.fixture(scope="module")
def flags() -> FlagSet:
    return FlagSet(DOCUMENT)


def test_a_unit_gets_a_variant_with_the_reason_and_an_exposure(flags: FlagSet) -> None:
    assert (flags.version, flags.keys, len(flags)) == (7, ("search", "age"), 2)
    assert flags.variants("search") == ("old", "new")
    outcome = flags.evaluate("search", "user-1", now=NOON)
    assert (outcome.flag, outcome.rule, outcome.reason.why) == ("search", 1, "allocated")
    assert outcome.variant == flags.variants("search")[outcome.index]
    exposure = outcome.exposure
    assert exposure is not None
    assert (exposure.flag, exposure.unit, exposure.variant) == ("search", "user-1", outcome.variant)
    assert exposure.at == datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
    assert outcome.sticky_token == exposure.salt == "search"
    assert json.loads(exposure.json) == {
        "flag": "search",
        "salt": "search",
        "variant": outcome.variant,
        "unit": "user-1",
        "at": NOON,
        "dedupe": exposure.dedupe,
    }
    assert exposure.dedupe == getattr(flags.evaluate("search", "user-1", now=NOON + 5).exposure, "dedupe")
    assert repr(outcome).startswith(f"Outcome(flag='search', variant='{outcome.variant}', index={outcome.index}, rule=1")


def test_who_was_merely_served_is_not_exposed(flags: FlagSet) -> None:
    for outcome in (
        flags.evaluate("search", "user-1"),  # no time: no schedule is on
        flags.evaluate("search", None, now=NOON),
        flags.evaluate("search", "qa-1", now=NOON),
        flags.evaluate("search", "user-1", {"email": "ana@example.com"}, now=NOON),
    ):
        assert outcome.exposure is None
        assert outcome.sticky_token is None


def test_what_a_unit_had_it_keeps(flags: FlagSet) -> None:
    had = flags.evaluate("search", "user-1", now=NOON)
    other = next(name for name in flags.variants("search") if name != had.variant)
    token = had.sticky_token
    assert token is not None
    kept = flags.evaluate("search", "user-1", now=NOON, sticky={token: other})
    assert (kept.variant, kept.reason.why) == (other, "sticky")
    assert kept.exposure is not None


def test_an_explanation_tells_every_step(flags: FlagSet) -> None:
    explanation = flags.explain("search", "user-1", {"email": "bob@example.org"}, now=NOON)
    assert [step.kind for step in explanation.steps] == ["rule", "attribute", "segment", "rule", "decided"]
    assert explanation.steps[1].details == {"name": "email", "known": True, "holds": False}
    assert explanation.outcome == flags.evaluate("search", "user-1", {"email": "bob@example.org"}, now=NOON)
    assert hash(explanation.outcome) == hash(flags.evaluate("search", "user-1", now=NOON))


@pytest.mark.parametrize("age", [18, 18.5, np.int64(18), np.float64(18), [3, 18], (18,), {18}, frozenset({17, 18})])
def test_numbers_and_lists_of_them(flags: FlagSet, age: Any) -> None:
    assert flags.evaluate("age", "u", {"age": age}).variant == "on"
    assert flags.evaluate("age", "u", UserDict({"age": age})).variant == "on"
    assert flags.evaluate_all("u", {"age": age})["age"].variant == "on"


@pytest.mark.parametrize("age", [17, 17.999, True, "18", [], float("nan"), [True, "18"]])
def test_what_is_no_such_number_does_not_hold(flags: FlagSet, age: Any) -> None:
    assert flags.evaluate("age", "u", {"age": age}).variant == "off"


@pytest.mark.parametrize(
    ("attributes", "told"),
    [
        ([], "`attributes` must be a mapping, got list"),
        ("age", "`attributes` must be a mapping, got str"),
        ({1: 2}, "`a key of attributes` must be a str, got int"),
        ({"age": None}, "`attributes.age` must be a str, an int, a float, a bool, an aware datetime, or a list of them, got NoneType"),
        ({"u v": b"x"}, '`attributes["u v"]` must be a str, an int'),
        ({"age": {"a": 1}}, "`attributes.age` must be a str, an int"),
        ({"age": 1j}, "`attributes.age` must be a str, an int"),
        ({"age": [1, [2]]}, "`attributes.age[1]` must be a str, an int"),
        ({"age": ["x", None]}, "`attributes.age[1]` must be a str, an int"),
        ({"age": np.True_}, "`attributes.age` must be a str, an int"),
        ({"age": np.array(1)}, "`attributes.age` must be a str, an int"),
        ({"age": np.array([1])}, "`attributes.age` must be a str, an int"),
    ],
)
def test_a_wrong_type_names_the_attribute(flags: FlagSet, attributes: Any, told: str) -> None:
    for call in (flags.explain, flags.evaluate):
        with pytest.raises(TypeError) as caught:
            call("age", "u", attributes)
        assert str(caught.value).startswith(told)


@pytest.mark.parametrize(
    ("given", "path", "code"),
    [
        ({"attributes": {"since": datetime(2026, 1, 1)}}, "attributes.since", "type"),
        ({"attributes": {"since": [datetime(2026, 1, 1)]}}, "attributes.since[0]", "type"),
        ({"attributes": {"age": 2**53 + 1}}, "attributes.age", "range"),
        ({"attributes": {"age": -(10**30)}}, "attributes.age", "range"),
        ({"attributes": {"name": "\ud800"}}, "attributes.name", "syntax"),
        ({"now": datetime(2026, 1, 1)}, "now", "type"),
        ({"now": -1}, "now", "range"),
        ({"key": "nope"}, "key", "unknown"),
        ({"unit": "\ud800"}, "unit", "syntax"),
    ],
)
def test_a_wrong_value_names_its_place(flags: FlagSet, given: dict[str, Any], path: str, code: str) -> None:
    with pytest.raises(RampgateError) as caught:
        flags.evaluate(**{"key": "age", "unit": "u", **given})
    assert (caught.value.path, caught.value.code) == (path, code)


def test_other_wrong_arguments_are_named(flags: FlagSet) -> None:
    for call, name in (
        (lambda: flags.evaluate("age", 7), "unit"),  # type: ignore[arg-type]
        (lambda: flags.evaluate(7, "u"), "key"),  # type: ignore[arg-type]
        (lambda: flags.evaluate("age", "u", sticky=["a"]), "sticky"),  # type: ignore[arg-type]
        (lambda: flags.evaluate("age", "u", sticky={"a": 7}), "sticky.a"),  # type: ignore[dict-item]
        (lambda: flags.lint(retired_salts="abc"), "retired_salts"),
        (lambda: flags.lint(retired_salts=[1]), "retired_salts[0]"),  # type: ignore[list-item]
        (lambda: FlagSet(7), "document"),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match=rf"^`{name}` must be".replace("[", r"\[").replace("]", r"\]")):
            call()


def test_all_problems_of_a_document_are_told_together() -> None:
    bad = {**DOCUMENT, "flags": {"f": {"variants": ["a"], "default": "b"}, "g": {"variants": []}}}
    with pytest.raises(RampgateError) as caught:
        FlagSet(bad)
    assert {"flags.f.default", "flags.g.variants"} <= {problem.path for problem in caught.value.problems}


def test_the_lint_names_what_is_most_likely_not_meant(flags: FlagSet) -> None:
    assert flags.lint() == []
    (finding,) = flags.lint(retired_salts=["search"])
    assert (finding.pitfall, finding.details) == ("retired_salt", {"salt": "search"})
    assert finding.path.startswith("flags.search")
    assert str(finding).startswith(f"`{finding.path}`: uses the salt")
    dead = FlagSet(
        {
            **DOCUMENT,
            "flags": {"f": {"variants": ["a", "b"], "default": "a", "rules": [{"serve": "a"}, {"serve": "b"}]}},
        }
    )
    assert [finding.pitfall for finding in dead.lint()] == [
        "unused_segment",
        "dead_rule",
        "starved_variant",
    ]


def test_the_callers_own_mapping_may_change_while_it_is_read(flags: FlagSet) -> None:
    class Zone(timezone.__base__):  # type: ignore[misc,name-defined]
        """A zone that empties the mapping it is read from."""

        def utcoffset(self, at: object) -> Any:
            attributes.clear()
            return timezone.utc.utcoffset(None)

    attributes: dict[str, Any] = {"since": datetime(2026, 1, 1, tzinfo=Zone()), "age": 20}
    assert flags.evaluate("age", "u", attributes).variant == "on"
    assert attributes == {}


def test_regular_expressions_are_built_in() -> None:
    document = {
        "rampgate_flags": 1,
        "version": 1,
        "flags": {
            "f": {
                "variants": ["off", "on"],
                "default": "off",
                "rules": [{"when": {"attribute": "name", "matches": "^a+$"}, "serve": "on"}],
            }
        },
    }
    assert rampgate.FlagSet(document).evaluate("f", "u", {"name": "aaa"}).variant == "on"
