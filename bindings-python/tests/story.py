"""What the tests share: a release, and a moment."""

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import rampgate

ROOT = Path(__file__).parents[2]
TESTDATA = ROOT / "core" / "testdata"

NOON = int(datetime(2026, 11, 24, 12, tzinfo=timezone.utc).timestamp()) * 1000
MINUTE = 60_000

SPEC: dict[str, Any] = {
    "rampgate": 1,
    "name": "checkout v2",
    "flag": {"key": "checkout", "control": "v1", "canary": "v2", "overrides": {"qa-1": "v2"}},
    "stages": [{"exposure": "50%", "min_dwell": "10m", "min_units": 100}],
    "guardrails": [{"name": "errors"}, {"name": "timeouts", "required": False}],
}


def started(replica: int = 1, spec: dict[str, Any] | None = None) -> rampgate.Release:
    """A release at its first exposure."""
    release = rampgate.Release(spec or SPEC, replica)
    release.step(NOON, rampgate.signals.start(by="ana"))
    return release


def serve(release: rampgate.Release, units: range, *, at: int = NOON, harmless: bool = False) -> None:
    """Serves units, of which every tenth fails: where it has the new version, or everywhere if that is harmless."""
    for n in units:
        assignment = release.assign(f"user-{n}")
        failed = ["errors"] if n % 10 == 0 and (harmless or assignment.variant == "v2") else []
        release.record(assignment, at, failed=failed)
