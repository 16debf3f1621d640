"""Makes the recordings of this folder from the two published data sets that README.md names.

    python3 convert.py MONITORING PETSHOP

MONITORING holds the CSV files of microsoft/cloud-monitoring-dataset, PETSHOP the folder `dataset` of
amazon-science/petshop-root-cause-analysis. Python 3.10, standard library only.
"""

import csv
import json
import sys
from datetime import datetime, timezone
from pathlib import Path


def write(name, about, width, rows):
    """Rows of start, good, bad, incident. `width` is how many seconds a row stands for."""
    lines = [f"# {line}" for line in about] + [f"# width_s {width}", "start_s,good,bad,incident"]
    lines += [",".join(map(str, row)) for row in rows]
    Path(__file__).with_name(f"{name}.csv").write_text("\n".join(lines) + "\n")


def labelled(folder, name):
    seen = set()  # some hours are there twice: the first counts
    with open(folder / f"{name}.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["TimeStamp"] in seen:
                continue
            seen.add(row["TimeStamp"])
            at = datetime.fromisoformat(row["TimeStamp"].replace("Z", "")).replace(tzinfo=timezone.utc)
            yield int(at.timestamp()), float(row["Value"] or 0), int(float(row["Label"]))


def monitoring(folder):
    for name in ("app2-05", "app2-09"):
        rows = [(at, 10_000 - min(10_000, round(value * 10_000)), min(10_000, round(value * 10_000)), label) for at, value, label in labelled(folder, name)]
        about = [f"{name}.csv: the crash rate of an app by the hour, as failures of 10,000 sessions an hour (the data set has no counts)"]
        write(f"crashes-{name}", about, 3_600, rows)
    for name in ("outbound-01", "outbound-03", "outbound-05"):
        rows = [(at, 0 if value > 200 else 60, 60 if value > 200 else 0, label) for at, value, label in labelled(folder, name)]
        about = [f"{name}.csv: the latency of a dependency by the hour, as 60 slices an hour, bad where it is above 200 ms"]
        write(f"latency-{name}", about, 3_600, rows)


def petsite(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))
    heads = list(zip(*rows[:3]))
    requests = heads.index(("PetSite", "requests", "Sum"))
    available = heads.index(("PetSite", "availability", "Average"))
    for row in rows[4:]:
        total = round(float(row[requests]))
        yield int(float(row[0])), total, round(total * (100 - float(row[available])) / 100)


def petshop(folder):
    """The two normal days, with the 25 minutes of each availability issue in place of 25 normal ones, every eight hours from the tenth on."""
    for traffic in ("low_traffic", "high_traffic"):
        normal = list(petsite(folder / traffic / "normal.csv"))
        rows = [(at, total - bad, bad, 0) for at, total, bad in normal]
        for n, issue in enumerate((4, 5, 6, 7)):
            target = json.loads((folder / traffic / f"issue_{issue}.target.json").read_text())["target"]
            assert target["metric"] == "availability"
            place = 120 + 96 * n
            # each row stands for the five minutes from its time on; the fault is noticed at the target's time
            for k, (at, total, bad) in enumerate(petsite(folder / traffic / f"issue_{issue}.csv")):
                rows[place + k] = (rows[place + k][0], total - bad, bad, int(at + 300 > target["timestamp"]))
        about = [f"{traffic}: requests to PetSite that failed, by five minutes; issues 4 to 7 in place of normal rows 120, 216, 312, 408"]
        write(f"petshop-{traffic.removesuffix('_traffic')}", about, 300, rows)


monitoring(Path(sys.argv[1]))
petshop(Path(sys.argv[2]))
