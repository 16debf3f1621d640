"""A release is shared between threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from story import MINUTE, NOON, SPEC, started

from rampgate import Counter, Placement, Release


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
