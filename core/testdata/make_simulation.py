"""Writes simulation.json: questions to simulated releases with the answers that the library gave, frozen, and questions that are refused.

The answers are the library's own, for there is no other tool to ask: the vectors say that a seed gives the same result for ever and in every language. What the
draws are distributed as is tested beside the code. `python3 core/testdata/make_simulation.py` from the repository's root.
"""

import copy
import json
import pathlib
import subprocess

SPEC = {
    "rampgate": 1,
    "name": "checkout",
    "flag": {"key": "checkout", "control": "v1", "canary": "v2"},
    "stages": [
        {"exposure": "5%", "min_dwell": "1h", "deadline": "8h"},
        {"exposure": "50%", "min_dwell": "1h", "deadline": "8h"},
    ],
    "bake": "30m",
    "guardrails": [{"name": "errors"}],
}
BUDGET = {
    "metric": "errors", "target": "97%", "period": "1d", "detection_delay": "15m", "assumed_failure": "20%", "risk": "80%",
    "on_missing_data": "allow", "on_exhausted": "rollback",
}
PEERS = [
    "rampgate",
    {"rampgate": {"alpha": 0.3}},
    {"argo": {"limit": 0.03, "interval": "10m", "window": "30m", "failures": 2}},
    {"argo": {"limit": 2.5, "relative": True, "errors": 1}},
    {"flagger": {"limit": 0.03, "interval": "30m", "window": "30m", "threshold": 2}},
    {"flagger": {"limit": 3, "interval": "5m", "window": "15m", "weights": "linear", "relative": True}},
    {"kayenta": {"allowed": 1.2, "interval": "30m", "step": "5m", "lookback": "1h"}},
    {"kayenta": {}},
    "schedule",
]
NAMED = [{"name": "errors", "weight": 2}, {"name": "timeouts"}, {"name": "refused", "required": False}]
THREE = {
    "guardrails": {"refused": {"rate": 0.01, "daily": {"swing": 0.5, "peak": "3h"}}, "timeouts": {"rate": 0.005}},
    "faults": [
        {"errors": {"times": 4, "from": "90m", "guardrail": "timeouts"}},
        {"incident": {"times": 3, "from": "1h", "lasting": "30m", "guardrail": "refused"}},
        {"vanish": {"share": "5%", "from": "3h"}},
    ],
}
RECORDED = [[480 + (37 * n) % 90, (7 * n) % 11] for n in range(48)]


def question(scenario, **more):
    base = {"traffic": {"units_per_minute": 300}, "background": {"rate": 0.02}, "horizon": "12h"}
    return {"spec": SPEC, "scenario": {**base, **scenario}, "runs": 6, "seed": 11, **more}


def questions():
    yield question({}, controllers=PEERS, each_run=True)
    yield question({"faults": [{"errors": {"times": 2}}]}, controllers=PEERS, each_run=True)
    late = {"errors": {"times": 3, "from": {"exposure": "50%", "then": "20m"}, "lasting": "2h"}}
    yield question({"faults": [late]}, controllers=PEERS)
    yield question({"faults": [{"leak": {"times_an_hour": 0.5, "from": "30m"}}]}, each_run=True)
    yield question({"faults": [{"crash": {"share": "90%"}}, {"more_errors": {"chance": 0.1}}]}, controllers=PEERS)
    yield question({"faults": [{"vanish": {"share": "60%"}}]}, controllers=PEERS)
    yield question({"faults": [{"redirect": {"share": "20%"}}]}, controllers=PEERS)
    yield question({"faults": [{"outage": {"from": "40m", "lasting": "1h"}}]}, controllers=PEERS)
    yield question({"faults": [{"outage": {"from": "40m", "lasting": "1h", "reported": False}}]}, controllers=PEERS)
    yield question({"faults": [{"incident": {"times": 6, "from": "40m", "lasting": "30m"}}]}, controllers=PEERS)
    traffic = {"units_per_minute": 300, "daily": {"swing": 0.6, "peak": "14h"}, "surges": [{"from": "1h", "lasting": "20m", "factor": 8}]}
    background = {"rate": 0.02, "daily": {"swing": 0.5, "peak": "3h30m"}}
    yield question({"traffic": traffic, "background": background}, start="2026-11-24T12:00:00Z", controllers=PEERS)
    recorded = {"recording": {"minutes": RECORDED, "minutes_each": 5}, "faults": [{"errors": {"times": 2}}], "horizon": "12h"}
    yield {**question({}), "scenario": recorded, "controllers": PEERS}
    yield {**question({"faults": [{"crash": {"share": "50%"}}]}), "spec": {**SPEC, "objective": BUDGET, "control": "matched"}, "each_run": True}
    approved = copy.deepcopy(SPEC)
    approved["stages"][0]["approval"] = True
    yield {**question({}), "spec": approved, "runs": 2}
    yield {**question(THREE), "spec": {**SPEC, "guardrails": NAMED, "objective": {**BUDGET, "metric": "timeouts"}}, "each_run": True}
    yield question({}, calibrate=0.2, runs=20, controllers=["rampgate", PEERS[2], PEERS[4], "schedule"])


def refusals():
    """Questions with the paths of all that is wrong with them."""
    good = question({"faults": [{"errors": {"times": 2}}]})

    def changed(change):
        text = copy.deepcopy(good)
        change(text)
        return text

    yield changed(lambda q: q.pop("spec")), ["spec"]
    yield changed(lambda q: q["spec"]["stages"][0].update(exposure="0%")), ["spec.stages[0].exposure"]
    yield changed(lambda q: q["spec"].update(speed=1, name="")), ["spec.name", "spec.speed"]
    yield changed(lambda q: q["spec"]["guardrails"].append({"name": "timeouts"})), ["scenario.guardrails"]
    yield changed(lambda q: q["scenario"].update(guardrails={"timeouts": {"rate": 0.1}})), ["scenario.guardrails"]
    yield changed(lambda q: q["scenario"].update(guardrails={"timeouts": {"rate": 2}, "": {"rate": 0.1}})), ["scenario.guardrails.timeouts.rate"]
    yield changed(lambda q: q["scenario"].update(guardrails={"": {"rate": 0.1}})), ["scenario.guardrails"]
    yield changed(lambda q: q["scenario"].update(guardrails=["timeouts"])), ["scenario.guardrails"]
    for of in ["timeouts", "errors", 7]:
        yield changed(lambda q: q["scenario"]["faults"][0]["errors"].update(guardrail=of)), ["scenario.faults[0].errors.guardrail"]
    whole = {"guardrails": {"timeouts": {"rate": 0.1}}, "faults": [{"vanish": {"share": "1%", "guardrail": "timeouts"}}]}
    yield changed(lambda q: q["scenario"].update(whole)), ["scenario.faults[0].vanish.guardrail"]
    yield changed(lambda q: q["spec"].update(guardrails=[{"name": "latency", "measure": "distribution"}])), ["spec.guardrails"]
    yield changed(lambda q: q["scenario"].pop("traffic")), ["scenario.traffic"]
    yield changed(lambda q: q["scenario"]["traffic"].update(units_per_minute=0)), ["scenario.traffic.units_per_minute"]
    yield changed(lambda q: q["scenario"]["traffic"].update(daily={"swing": 1, "peak": "24h"})), [
        "scenario.traffic.daily.swing", "scenario.traffic.daily.peak",
    ]
    yield changed(lambda q: q["scenario"]["traffic"].update(surges=[{"from": "1h", "lasting": "1s", "factor": -1}])), [
        "scenario.traffic.surges[0].lasting", "scenario.traffic.surges[0].factor",
    ]
    yield changed(lambda q: q["scenario"]["background"].update(rate=1)), ["scenario.background.rate"]
    yield changed(lambda q: q["scenario"].update(horizon="61d")), ["scenario.horizon"]
    for fault, path in [
        ({"errors": {"times": 0.5}}, ".errors.times"),
        ({"errors": {}}, ".errors.times"),
        ({"leak": {"times_an_hour": 0}}, ".leak.times_an_hour"),
        ({"crash": {"share": "101%"}}, ".crash.share"),
        ({"outage": {"reported": 1}}, ".outage.reported"),
        ({"incident": {"times": 2, "from": {"exposure": "5%", "after": "1m"}}}, ".incident.from.after"),
        ({"errors": {"times": 2, "lasting": "0s"}}, ".errors.lasting"),
        ({"flood": {}}, ""),
        ("outage", ""),
    ]:
        yield changed(lambda q: q["scenario"].update(faults=[fault])), ["scenario.faults[0]" + path]
    for recording, path in [
        ({"minutes": []}, ".minutes"),
        ({"minutes": [[1, 2, 3]]}, ".minutes[0]"),
        ({"minutes": [[0, 0]]}, ".minutes"),
        ({"minutes": [[1, -1]]}, ".minutes[0][1]"),
        ({"minutes": [[1, 1]], "minutes_each": 0}, ".minutes_each"),
        ({"minutes": [[10**9, 1]]}, ".minutes[0]"),
    ]:
        yield changed(lambda q: q["scenario"].update(recording=recording)), ["scenario.recording" + path]
    for controller, path in [
        ("argo", ""),
        ({"argo": {}}, ".argo.limit"),
        ({"argo": {"limit": 0.1, "interval": "1s"}}, ".argo.interval"),
        ({"flagger": {"limit": 0.1, "threshold": 0}}, ".flagger.threshold"),
        ({"flagger": {"limit": 0.1, "weights": "steep"}}, ".flagger.weights"),
        ({"kayenta": {"allowed": 0.5}}, ".kayenta.allowed"),
        ({"kayenta": {"lookback": "0s"}}, ".kayenta.lookback"),
        ({"rampgate": {"alpha": 0}}, ".rampgate.alpha"),
        ("spinnaker", ""),
    ]:
        yield changed(lambda q: q.update(controllers=[controller])), ["controllers[0]" + path]
    yield changed(lambda q: q.update(runs=0, seed=-1)), ["runs", "seed"]
    yield changed(lambda q: q.update(calibrate=1)), ["calibrate"]
    yield changed(lambda q: q.update(start="noon")), ["start"]


def answer(text):
    command = ["cargo", "run", "--quiet", "--release", "-p", "rampgate", "--features", "parallel", "--example", "simulate"]
    return json.loads(subprocess.run(command, input=json.dumps(text), capture_output=True, check=True, text=True).stdout)


def main():
    answers = [{"question": text, "answer": answer(text)} for text in questions()]
    refused = [{"question": text, "paths": paths} for text, paths in refusals()]
    lines = lambda cases: ",\n".join("    " + json.dumps(case) for case in cases)
    text = f'{{\n  "version": "rampgate-simulation-1",\n  "answers": [\n{lines(answers)}\n  ],\n  "refused": [\n{lines(refused)}\n  ]\n}}\n'
    pathlib.Path(__file__).with_name("simulation.json").write_text(text)


if __name__ == "__main__":
    main()
