#!/usr/bin/env python3
"""Makes healthy.csv and faulty.csv from the PetShop data set. Python 3.9+, standard library alone.

    python3 convert.py PETSHOP/dataset/high_traffic

The argument is the folder of the high-traffic figures, either as the repository has it (`noissue/metrics.csv`,
`train/issue_4/metrics.csv`, ...) or flattened (`normal.csv`, `issue_4.csv`, ...). What the two files hold, and what of
it is real, is written in README.md beside this script.
"""

import argparse
import csv
import json
import math
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

SERVICE = "PetSite"
ISSUES = (4, 5, 6, 7)  # the issues of the train set whose target is the availability of SERVICE
SLICE_SECONDS = 300
HEADER = ("unix_s", "requests", "failures", "canary_requests", "canary_failures")


class Slice(NamedTuple):
    """What the service met in five minutes."""

    unix_s: int
    requests: int
    failures: int

    @property
    def rate(self) -> Fraction:
        return Fraction(self.failures, self.requests)


def first_that_exists(*paths: Path) -> Path:
    for path in paths:
        if path.is_file():
            return path
    raise SystemExit("none of these files exists: " + ", ".join(map(str, paths)))


def read_slices(path: Path) -> list[Slice]:
    """Three header rows (service, metric, statistic), the row `unix_timestamp`, then one row each five minutes."""
    with path.open(newline="", encoding="utf-8") as file:
        services, metrics, statistics, _, *rows = csv.reader(file)
    names = list(zip(services, metrics, statistics))
    requests = names.index((SERVICE, "requests", "Sum"))
    availability = names.index((SERVICE, "availability", "Average"))
    slices = []
    for row in rows:
        count, percent = float(row[requests]), float(row[availability])
        assert count.is_integer() and count > 0 and 0 <= percent <= 100, row
        slices.append(Slice(int(row[0].split(".")[0]), int(count), round(count * (100 - percent) / 100)))
    assert all(b.unix_s - a.unix_s == SLICE_SECONDS for a, b in zip(slices, slices[1:])), path
    return slices


def injected_at(path: Path) -> int:
    """When the fault was injected, from the ground truth beside the figures."""
    truth = json.loads(path.read_text(encoding="utf-8"))
    assert truth["target"]["node"] == SERVICE and truth["target"]["metric"] == "availability", path
    assert "searcherrorpercent" in truth["metadata"]["reproducibility"]["command"], path
    return truth["target"]["timestamp"]


def visible_fault(folder: Path, issue: int, usual: Fraction) -> list[Slice]:
    """Slices that begin after the injection and fail more than `usual`."""
    figures = first_that_exists(folder / f"issue_{issue}.csv", folder / f"train/issue_{issue}/metrics.csv")
    truth = first_that_exists(
        folder / f"issue_{issue}.target.json", folder / f"train/issue_{issue}/target.json"
    )
    start = injected_at(truth)
    return [row for row in read_slices(figures) if row.unix_s >= start and row.rate > usual]


def write(path: Path, pairs: list[tuple[Slice, Slice]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(HEADER)
        for old, new in pairs:
            out.writerow((old.unix_s, old.requests, old.failures, new.requests, new.failures))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="the data set's high_traffic folder")
    options.add_argument("--fault-at", type=int, default=60, metavar="ROW", help="the faulty recording's first faulty row")
    options.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, metavar="FOLDER")
    given = options.parse_args()

    normal = read_slices(first_that_exists(given.folder / "normal.csv", given.folder / "noissue/metrics.csv"))
    usual = sorted(row.rate for row in normal)[math.ceil(len(normal) * 0.99) - 1]
    fault = [row for issue in ISSUES for row in visible_fault(given.folder, issue, usual)]
    before = normal[: given.fault_at]
    during = normal[given.fault_at : given.fault_at + len(fault)]

    write(given.out / "healthy.csv", [(row, row) for row in normal])
    write(given.out / "faulty.csv", [(row, row) for row in before] + list(zip(during, fault)))
    print(f"normal rows: {len(normal)}; 99 % of them fail at most {float(usual):.3%}")
    print(f"faulty rows: {len(fault)}, from row {given.fault_at} (unix_s {during[0].unix_s})")
    for row in fault:
        print(f"  recorded at {row.unix_s}: {row.failures} of {row.requests} failed ({float(row.rate):.2%})")


if __name__ == "__main__":
    main()
