"""Many processes, one release: deltas that are repeated, overtaken and lost."""

import pytest
from story import MINUTE, NOON, SPEC, serve, started

import rampgate
from rampgate import Release


def test_deltas_may_be_repeated_overtaken_and_lost() -> None:
    alone = started()
    serve(alone, range(1_800))

    controller = started()
    edges = [Release(SPEC, replica) for replica in (2, 3, 4)]
    directive = controller.directive()
    for edge in edges:
        assert edge.follow(directive) is True
        assert edge.follow(directive) is False
        assert edge.assign("user-1") == controller.assign("user-1")

    sent: list[list[bytes]] = [[] for _ in edges]
    for part in range(3):
        for number, edge in enumerate(edges):
            seen = (part * 3 + number) * 200
            serve(edge, range(seen, seen + 200))
            sent[number].append(edge.take_delta())

    first, second, third = sent
    assert [controller.merge(delta) for delta in (first[0], first[0], first[1], first[0], first[2])] == [
        "fresh",
        "known",
        "fresh",
        "known",
        "fresh",
    ]
    assert [controller.merge(delta) for delta in (second[2], second[1], second[0])] == ["fresh", "known", "known"]
    assert controller.merge(bytearray(third[2])) == "fresh"  # the first two were lost, and the last makes them good
    assert controller.merge(controller.take_delta()) == "known"

    told, expected = controller.step(NOON + MINUTE), alone.step(NOON + MINUTE)
    assert told.json == expected.json
    assert told.decisions[0].action == "roll_back"
    for edge in edges:
        edge.follow(controller.directive())
        assert edge.exposure == 0.0


def test_a_replica_that_has_ended_is_sealed() -> None:
    controller, edge = started(), Release(SPEC, 2)
    edge.follow(controller.directive())
    serve(edge, range(100))
    controller.merge(edge.take_delta())
    assert controller.seal(2) is True
    assert controller.seal(2) is False
    assert controller.merge(edge.take_delta()) == "after_seal"


def test_a_life_that_reuses_a_name_is_refused() -> None:
    controller, edge = started(), Release(SPEC, 2)
    edge.follow(controller.directive())
    serve(edge, range(100))
    controller.merge(edge.take_delta())
    reborn = Release(SPEC, 2)
    reborn.take_delta()
    with pytest.raises(rampgate.RampgateError, match="must not take back") as caught:
        controller.merge(reborn.take_delta())
    assert (caught.value.path, caught.value.code, caught.value.value) == ("replica", "conflict", "2")


@pytest.mark.parametrize("kind", ["delta", "directive", "state"])
def test_damaged_and_foreign_bytes_are_refused(kind: str) -> None:
    release = started()
    serve(release, range(20))
    messages = {"delta": release.take_delta(), "directive": release.directive(), "state": release.state()}
    other = Release({**SPEC, "name": "another"}, 9)

    def read(of: Release, message: bytes) -> None:
        if kind == "state":
            Release.resume(SPEC if of is release else {**SPEC, "name": "another"}, message, 7)
        elif kind == "delta":
            of.merge(message)
        else:
            of.follow(message)

    good = messages[kind]
    before = release.state()
    for position in range(len(good)):
        damaged = bytearray(good)
        damaged[position] ^= 0x10
        with pytest.raises(rampgate.RampgateError):
            read(release, bytes(damaged))
    for length in range(0, len(good), 7):
        with pytest.raises(rampgate.RampgateError):
            read(release, good[:length])
    for wrong in set(messages.values()) - {good}:
        with pytest.raises(rampgate.RampgateError, match="another kind of message") as caught:
            read(release, wrong)
        assert (caught.value.path, caught.value.code) == (kind, "type")
    with pytest.raises(rampgate.RampgateError, match="belongs to another spec"):
        read(other, good)
    assert release.state() == before
