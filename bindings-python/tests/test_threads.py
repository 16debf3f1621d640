"""A release is shared between threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from story import MINUTE, NOON, SPEC, started

from rampgate import Counter, FlagSet, Layer, Placement, RampgateError, Release, SignedFlags, TrustedKeys, sign
from rampgate.observe import Histogram, Tally


def together(jobs: list[Callable[[], None]]) -> None:
    """Runs jobs at once, and raises what they raise."""
    ready = threading.Barrier(len(jobs))

    def run(job: Callable[[], None]) -> None:
        ready.wait(timeout=60)
        job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(run, job) for job in jobs]:
            done.result(timeout=60)


def test_calls_from_many_threads_never_meet() -> None:
    release, edge = started(), Release(SPEC, 2)
    edge.follow(release.directive())
    canary = Placement(cohort=1, arm="canary")
    units = [f"user-{n}" for n in range(20_000)]
    expected = release.assign(units).tobytes()

    def record() -> None:
        for _ in range(2_000):
            release.record(canary, NOON)

    def step() -> None:
        for _ in range(50):
            release.step(NOON + MINUTE)
            release.state()

    def merge() -> None:
        for _ in range(100):
            edge.record(canary, NOON)
            release.merge(edge.take_delta())

    def assign() -> None:
        for _ in range(5):
            assert release.assign(units).tobytes() == expected
            assert release.assign("user-1").cohort == 1

    together([record, record, step, step, merge, assign, assign])
    report = release.step(NOON + MINUTE).report
    assert report is not None
    assert report.units.canary == 2 * 2_000 + 100


def test_counters_that_merge_into_each_other_do_not_wait_forever() -> None:
    one, other = Counter(), Counter()
    one.merge(one)

    def merge(into: Counter, what: Counter) -> Callable[[], None]:
        def job() -> None:
            for _ in range(500):
                into.merge(what)

        return job

    together([merge(one, other), merge(other, one)])


def test_histograms_and_tallies_that_merge_into_each_other_do_not_wait_forever() -> None:
    histograms, tallies = [Histogram(), Histogram()], [Tally(["distribution"]), Tally(["distribution"])]

    def work(own: int) -> Callable[[], None]:
        def job() -> None:
            for n in range(500):
                histograms[own].record(n)
                tallies[own].record(NOON, measured=[(0, "distribution", n)])
                if n % 100 == 0:
                    histograms[own].merge(histograms[1 - own])
                    tallies[own].merge(tallies[1 - own])
                assert histograms[own] != Histogram()

        return job

    together([work(0), work(1), work(0), work(1)])
    for histogram, tally in zip(histograms, tallies):
        kept = tally.series(0)
        assert isinstance(kept, Histogram)
        assert min(histogram.units, kept.units) >= 1_000


def test_a_layer_and_signed_flags_are_shared_as_well() -> None:
    layer = Layer("shared")
    secret = bytes([7] * 32)
    public = bytes.fromhex("ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c")
    flags = SignedFlags(TrustedKeys({"ops": public}))
    flag = {"variants": ["off", "on"], "default": "off", "rules": [{"weights": {"off": 1, "on": 1}}]}
    envelopes = [
        sign({"rampgate_flags": 1, "version": version, "flags": {"f": flag}}, "ops", secret) for version in range(1, 41)
    ]
    flags.offer(envelopes[0])
    expected = FlagSet({"rampgate_flags": 1, "version": 1, "flags": {"f": flag}}).evaluate("f", "user-1")

    def claim(first: int) -> Callable[[], None]:
        def job() -> None:
            for n in range(first, first + 100):
                layer.claim(f"claim-{n}", "0.1%")
                layer.owner("user-1")

        return job

    def offer() -> None:
        for envelope in envelopes:
            try:
                flags.offer(envelope)
            except RampgateError as error:
                assert error.code == "order"

    def read() -> None:
        last = 0
        for _ in range(2_000):
            current = flags.current
            assert current is not None
            assert current.version >= last
            last = current.version
            assert current.evaluate("f", "user-1", {"age": 7}) == expected

    together([claim(0), claim(100), offer, offer, read, read])
    slots = sorted(run for runs in layer.claims.values() for run in runs)
    assert all(before[1] <= after[0] for before, after in zip(slots, slots[1:]))
    assert sum(end - start for start, end in slots) == 200_000
    assert flags.current is not None
    assert flags.current.version == 40
