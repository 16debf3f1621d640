"""Allocations, layers, holdouts, other vendors' schemes, and diagnostics, as Python calls them."""

import pickle
from typing import Any

import numpy as np
import pytest

import rampgate
from rampgate import Allocation, Holdouts, Layer, RampgateError, Scheme, bucketing

UNITS = [f"user-{n}" for n in range(2_000)]
OLD = Scheme({"scheme": "growthbook", "version": 2, "encoding": "utf16", "seed": "exp", "weights": [0.5, 0.5]})
NEW = Scheme({"scheme": "rampgate-1", "salt": "exp", "weights": [1, 1]})


def test_a_rebalance_moves_no_more_than_it_must() -> None:
    before = Allocation.by_weights([50, 50])
    after, movement = rampgate.rebalance(before, [bucketing.keep(0, 40), bucketing.keep(1, 40), bucketing.new(20)])
    assert (after.shares, after.unowned, len(after)) == ([0.4, 0.4, 0.2], 0.0, 3)
    assert movement.total == 0.2
    assert after != before
    assert before == Allocation.from_ranges(2, [(1, 500_000, 1_000_000), (0, 0, 500_000)])
    assert before.ranges == [[(0, 500_000)], [(500_000, 1_000_000)]]


@pytest.mark.parametrize(
    "target", [{}, {"keep": 0}, {"keep": 0, "new": True, "weight": 1}, {"new": False, "weight": 1}, {"stay": 1}]
)
def test_a_target_that_is_none_is_refused(target: dict[str, Any]) -> None:
    with pytest.raises(RampgateError) as caught:
        rampgate.rebalance(Allocation.by_weights([1]), [target])
    assert (caught.value.path, caught.value.code) == ("targets[0]", "syntax")


def test_neighbours_in_a_layer_stay_where_they_are() -> None:
    layer = Layer("checkout")
    layer.claim("one-page", "30%")
    layer.claim("express", "50%")
    with pytest.raises(RampgateError) as caught:
        layer.claim("wallets", "25%")
    assert (caught.value.path, caught.value.code) == ("share", "conflict")
    layer.release("one-page")
    layer.claim("wallets", "25%")
    assert layer.claims == {"express": [(300_000, 800_000)], "wallets": [(0, 250_000)]}
    assert (layer.name, layer.free) == ("checkout", 0.25)
    owners = [layer.owner(unit) for unit in UNITS]
    for unit, owner in zip(UNITS, owners):
        slot = rampgate.slot("layer", "checkout", unit)
        assert owner == ("wallets" if slot < 250_000 else "express" if 300_000 <= slot < 800_000 else None)


def test_holdouts_keep_units_out() -> None:
    holdouts = Holdouts([{"name": "growth", "tag": "growth", "share": "20%"}, {"name": "all", "share": "5%"}])
    assert holdouts.names == ("all", "growth")
    assert Holdouts(holdouts.json).json == holdouts.json
    for unit in UNITS:
        for_all = "all" if rampgate.slot("holdout", "all", unit) < 50_000 else None
        assert holdouts.held(unit) == holdouts.held(unit, ["search"]) == for_all
        growth = "growth" if rampgate.slot("holdout", "growth", unit) < 200_000 else None
        assert holdouts.held(unit, ("growth",)) == (for_all or growth)


def test_a_shadow_tells_who_would_move() -> None:
    shadow = rampgate.shadow(OLD, NEW, UNITS, limit=3)
    pairs = list(zip(OLD.assign(UNITS).tolist(), NEW.assign(UNITS).tolist()))
    assert shadow.units == len(UNITS)
    assert shadow.cells == {pair: pairs.count(pair) for pair in sorted(set(pairs))}
    moving = [(unit, *pair) for unit, pair in zip(UNITS, pairs) if pair[0] != pair[1]]
    assert [(move.unit, move.before, move.after) for move in shadow.moves] == moving[:3]
    assert shadow.moved == len(moving)
    assert rampgate.shadow(OLD, NEW, np.array(UNITS), limit=3) == shadow == rampgate.shadow(OLD, NEW, tuple(UNITS), 3)
    assert len(rampgate.shadow(OLD, NEW, UNITS).moves) == 100
    assert rampgate.shadow(OLD, OLD, UNITS).moved == 0
    assert pickle.loads(pickle.dumps(shadow)) == shadow


def test_units_of_a_scheme_may_have_no_variant() -> None:
    half = Scheme('{"scheme": "growthbook-rollout", "version": 2, "encoding": "utf16", "seed": "s", "coverage": 0.5}')
    found = half.assign(UNITS)
    assert (found.dtype, set(found.tolist())) == (np.dtype("int32"), {-1, 0})
    assert half.assign(np.array(UNITS)).tolist() == found.tolist()
    assert [half.assign(unit) for unit in UNITS] == [None if n < 0 else n for n in found.tolist()]
    assert half.assign([]).tolist() == []
    assert half.assign([None, ""]).tolist() == [-1 if half.assign(None) is None else 0] * 2


def test_a_scheme_is_read_to_its_end() -> None:
    with pytest.raises(RampgateError) as caught:
        Scheme({"scheme": "flagd", "version": 3, "encoding": "utf8", "weight": [1]})
    assert len(caught.value.problems) == 3
    with pytest.raises(RampgateError) as caught:
        Scheme({"scheme": "nobody"})
    assert caught.value.path == "scheme"


def test_diagnostics_of_ones_own_ids() -> None:
    uniform = rampgate.uniformity(UNITS, "exposure", "checkout")
    assert (uniform.units, sum(uniform.deciles), len(uniform.deciles)) == (2_000, 2_000, 10)
    assert uniform.p_value is not None
    assert uniform.p_value > 0.001
    assert rampgate.uniformity([*UNITS, "user-1", "", None], "exposure", "checkout") == uniform
    assert rampgate.uniformity([], "exposure", "checkout").chi_square is None

    apart = rampgate.independence(np.array(UNITS), ("exposure", "checkout"), ("variant", "checkout"))
    assert apart.p_value is not None
    assert apart.p_value_of_z is not None
    assert min(apart.p_value, apart.p_value_of_z) > 0.001
    same = rampgate.independence(UNITS, ("exposure", "checkout"), ("exposure", "checkout"))
    assert same.p_value == 0.0
    assert same.halves[0][1] == same.halves[1][0] == 0

    split = Allocation.by_weights([1, 1])
    found = rampgate.find_salt(UNITS[:500], "checkout", 100, split, past=[{unit: n for n, unit in enumerate(UNITS)}])
    assert found is not None
    assert found.imbalance < 0.2
    assert found.imbalance < found.base_imbalance
    assert found.candidates == 100
    assert found.salt.startswith("checkout")
    assert rampgate.find_salt([], "checkout", 100, split) is None
    assert rampgate.find_salt(UNITS, "checkout", 0, split) is None


def test_wrong_types_are_named() -> None:
    split = Allocation.by_weights([1])
    for call, told in (
        (lambda: rampgate.rebalance([1], []), "`before` must be an Allocation, got list"),  # type: ignore[arg-type]
        (lambda: rampgate.rebalance(split, 7), "`targets` must be a list of targets, got int"),  # type: ignore[arg-type]
        (lambda: rampgate.rebalance(split, [7]), "`targets[0]` must be a mapping, got int"),  # type: ignore[list-item]
        (lambda: rampgate.rebalance(split, [{"keep": True, "weight": 1}]), "`targets[0].keep` must be a whole number, got bool"),
        (lambda: Allocation.from_ranges(1, [(0, 0, "1")]), "`ranges[0][2]` must be a whole number, got str"),  # type: ignore[list-item]
        (lambda: Layer("l").claim("a", 30), "`share` must be a share as a str"),  # type: ignore[arg-type]
        (lambda: Layer("l").owner(7), "`unit` must be a str, got int"),  # type: ignore[arg-type]
        (lambda: Holdouts(7), "`document` must be a JSON text or a list of holdouts, got int"),  # type: ignore[arg-type]
        (lambda: Holdouts([]).held("u", "tag"), "`tags` must be a list of texts, got str"),
        (lambda: OLD.assign(7), "`unit` must be a str, None, or a list"),  # type: ignore[call-overload]
        (lambda: OLD.assign(["a", 7]), "`units[1]` must be a str or None, got int"),  # type: ignore[arg-type]
        (lambda: rampgate.shadow(OLD, {}, UNITS), "`new` must be a Scheme, got dict"),  # type: ignore[arg-type]
        (lambda: rampgate.shadow(OLD, NEW, "user-1"), "`unit` must be a str, None, or a list"),  # type: ignore[arg-type]
        (lambda: rampgate.shadow(OLD, NEW, UNITS, True), "`limit` must be a whole number, got bool"),
        (lambda: rampgate.independence(UNITS, "exposure", ("variant", "a")), "`first` must be (domain, salt), got str"),  # type: ignore[arg-type]
        (lambda: rampgate.find_salt(UNITS, "a", 1, [1, 1]), "`split` must be an Allocation, got list"),  # type: ignore[arg-type]
        (lambda: rampgate.find_salt(UNITS, "a", 1, split, [{"u": "x"}]), "`past[0].u` must be a number, got str"),  # type: ignore[dict-item]
    ):
        with pytest.raises(TypeError) as caught:
            call()
        assert str(caught.value).startswith(told)
