"""Who gets what: one unit, and many at once."""

import numpy as np
import pytest
from numpy.typing import NDArray
from story import NOON, SPEC, started

from rampgate import Evaluation, Flag, Release, signals

FLAG = {
    "key": "checkout",
    "variants": [{"name": "old", "weight": 1}, {"name": "new", "weight": 1}, {"name": "newest", "weight": 2}],
    "default": "old",
    "exposure": "60%",
    "overrides": {"qa-1": "newest"},
}
UNITS = [f"user-{n}" for n in range(40_000)] + ["qa-1", "", "zoë", "用户1", "user😀", "a" * 500, "\x00x"]


def test_an_assignment_explains_itself() -> None:
    release = started()
    unit = next(unit for unit in UNITS if release.assign(unit).variant == "v2")
    assignment = release.assign(unit)
    assert (assignment.variant, assignment.arm, assignment.cohort) == ("v2", "canary", 1)
    assert (assignment.reason.why, assignment.reason.slot is not None) == ("allocated", True)
    slot, variant_slot = assignment.reason.slot, assignment.reason.variant_slot
    assert repr(assignment) == (
        "Assignment(variant='v2', arm='canary', cohort=1, "
        f"reason=Reason(why='allocated', slot={slot}, variant_slot={variant_slot}))"
    )
    assert assignment.json == (
        '{"variant":"v2","cohort":1,"arm":"canary",'
        f'"reason":{{"why":"allocated","slot":{slot},"variant_slot":{variant_slot}}}}}'
    )
    assert assignment.placement.json == '{"cohort":1,"arm":"canary"}'
    assert repr(assignment.placement) == "Placement(cohort=1, arm='canary')"
    assert assignment == release.assign(unit) != release.assign("qa-1")
    assert len({assignment, release.assign(unit), release.assign("qa-1")}) == 2


def test_each_reason_has_the_slots_that_it_looked_at() -> None:
    release = started()
    control = next(a for n in range(99) if (a := release.assign(f"user-{n}")).variant == "v1")
    assert (control.arm, control.reason.why, control.reason.variant_slot) == ("control", "not_exposed", None)
    assert repr(control.reason) == f"Reason(why='not_exposed', slot={control.reason.slot})"
    override = release.assign("qa-1")
    assert (override.variant, override.arm, override.reason.json) == ("v2", None, '{"why":"override"}')
    for nobody in ("", None):
        assignment = release.assign(nobody)
        assert (assignment.variant, assignment.arm, repr(assignment.reason)) == ("v1", None, "Reason(why='unassigned')")
    off = Release({**SPEC, "flag": {**SPEC["flag"], "enabled": False}}, 1)
    assert off.assign("qa-1").reason.why == "off"


def test_frozen() -> None:
    assignment = started().assign("user-2")
    with pytest.raises(AttributeError):
        assignment.variant = "v1"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        assignment.reason.why = "off"  # type: ignore[misc]


def test_many_units_get_what_each_gets_alone() -> None:
    release = started()
    expected = [release.variants.index(release.assign(unit).variant) for unit in UNITS]
    check(release.assign(UNITS), expected)
    check(release.assign(tuple(UNITS)), expected)
    check(release.assign(np.array(UNITS, dtype=object)), expected)
    check(release.assign(np.array(UNITS)), expected)  # dtype U
    check(release.assign(np.array(UNITS, dtype=np.dtypes.StringDType())), expected)
    assert 0.49 < np.mean(expected) < 0.51


def check(given: NDArray[np.uint8], expected: list[int]) -> None:
    assert given.dtype == np.uint8
    assert given.tolist() == expected
    given[:] = 0  # the caller's own


def test_arrays_of_any_layout() -> None:
    release = started()
    units = np.array(UNITS[:1_000])
    expected = release.assign(UNITS[:1_000])
    big_endian = units.astype(units.dtype.newbyteorder(">"))
    grid = np.array([units, units]).T
    frozen = units.copy()
    frozen.flags.writeable = False
    for array in (big_endian, grid[:, 1], frozen, np.asfortranarray(units)):
        assert np.array_equal(release.assign(array), expected)
    assert np.array_equal(release.assign(units[::-3]), expected[::-3])


@pytest.mark.parametrize("empty", [[], (), np.array([], dtype="U5"), np.array([], dtype=object), np.array([], dtype="U")])
def test_nothing_gives_nothing(empty: list[str]) -> None:
    check(started().assign(empty), [])


def test_nobody_among_many_gets_the_control() -> None:
    release = started()
    canary = next(unit for unit in UNITS if release.assign(unit).variant == "v2")
    check(release.assign([canary, None, "", canary]), [1, 0, 0, 1])
    check(release.assign(np.array([canary, None, ""], dtype=object)), [1, 0, 0])
    check(release.assign(np.array([canary, ""])), [1, 0])
    check(release.assign(np.array(["", ""])), [0, 0])
    check(release.assign(np.array([np.str_(canary)])), [1])
    assert release.assign(np.str_(canary)) == release.assign(canary)


@pytest.mark.parametrize(
    ("entry", "told"),
    [(7, "int"), (b"user-1", "bytes"), (True, "bool"), (float("nan"), "float"), (["user-1"], "list"), (np.int64(3), "int64")],
)
def test_an_entry_that_is_no_text_is_named_by_its_position(entry: object, told: str) -> None:
    many: list[object] = ["user-1"] * 20_000
    many[17_017] = entry
    with pytest.raises(TypeError, match=rf"^`units\[17017\]` must be a str or None, got {told}$"):
        started().assign(many)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("units", "told"),
    [
        (7, "must be a str, None, or a list, tuple or numpy array of them, got int"),
        (b"user-1", "got bytes"),
        ({"user-1"}, "got set"),
        ((unit for unit in "ab"), "got generator"),
        (np.array([1, 2]), "must be an array of texts .*, got int64"),
        (np.array([b"user-1"]), "got .S6"),
        (np.array([["a"], ["b"]]), "must be an array of one dimension, got 2"),
        (np.array("a"), "must be an array of one dimension, got 0"),
        (np.ma.masked_array(["a", "b"], mask=[True, False]), "without a mask"),
    ],
)
def test_what_is_neither_a_unit_nor_many_is_refused(units: object, told: str) -> None:
    with pytest.raises(TypeError, match=f"^`unit` {told}" if told.startswith("must") else told):
        started().assign(units)  # type: ignore[call-overload]


def test_half_a_character_is_refused_with_its_place() -> None:
    release = started()
    for units, path in (("\ud800", "unit"), (["a", "b\udfff"], "units[1]"), (np.array(["a", "b", "\ud800c"]), "units[2]")):
        with pytest.raises(ValueError, match="lone surrogates") as caught:
            release.assign(units)
        assert (caught.value.path, caught.value.code) == (path, "syntax")  # type: ignore[attr-defined]


def test_a_flag_alone() -> None:
    flag = Flag(FLAG)
    assert (flag.key, flag.variants, flag.exposure) == ("checkout", ("old", "new", "newest"), 0.6)
    assert repr(flag) == "<rampgate.Flag 'checkout': ('old', 'new', 'newest') at 60%>"
    one: Evaluation = flag.evaluate("qa-1")
    assert repr(one) == "Evaluation(variant='newest', index=2, reason=Reason(why='override'))"
    assert one == flag.evaluate("qa-1") and hash(one) == hash(flag.evaluate("qa-1"))
    for exposure in (None, "0%", "12.5%", "100%"):
        alone = [flag.evaluate(unit, exposure).index for unit in UNITS]
        check(flag.evaluate(UNITS, exposure), alone)
        check(flag.evaluate(np.array(UNITS), exposure=exposure), alone)
    assert flag.evaluate(None, "100%").reason.why == "unassigned"


def test_a_batch_is_assigned_under_one_exposure() -> None:
    release = started()
    before = release.assign(UNITS)
    release.step(NOON, signals.abort(by="ana", why="a hunch"))
    assert before.any()
    assert np.flatnonzero(release.assign(UNITS)).tolist() == [UNITS.index("qa-1")]
