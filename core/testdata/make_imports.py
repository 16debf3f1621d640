"""Makes imports.json: what each document comes to is worked out here, from spec/imports.md alone; what is wrong with the refused ones is stated by hand.

python3 make_imports.py > imports.json
"""

import json
import re
from fractions import Fraction

import imports_documents as documents

# ---- the shape of a document


def shown(value):
    if isinstance(value, list):
        return f"a list of {len(value)}"
    if isinstance(value, dict):
        return f"an object of {len(value)} fields"
    return value if isinstance(value, str) else json.dumps(value)


def below(path, key):
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not re.fullmatch(r"[A-Za-z0-9_-]+", key):
        return path + '["' + key.replace("\\", "\\\\").replace('"', '\\"') + '"]'
    return f"{path}.{key}" if path else key


def parts(value):
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []


class Account:
    """What is said of the values of a document."""

    def __init__(self):
        self.said = {}

    def say(self, at, *word):
        self.said.setdefault(at, []).append(word)

    def carry(self, at):
        self.say(at, "carried")

    def lose(self, at, guardrail=None):
        self.say(at, "not_carried", guardrail)

    def near(self, at):
        self.say(at, "approximated", None)

    def supply(self, at):
        self.say(at, "supplied", None)

    def told(self, document):
        notes, carried = [], []

        def note(path, value, fate, guardrail=None):
            found = {"path": path or "document", "value": shown(value), "fate": fate}
            notes.append(found | ({"guardrail": guardrail} if guardrail else {}))

        def mute(path, value):
            """Whether nothing is said of the value or within it."""
            return path not in self.said and all(mute(below(path, key), part) for key, part in parts(value))

        def tell(path, value):
            if mute(path, value):
                return note(path, value, "not_carried")
            whole = False
            for fate, *guardrail in self.said.get(path, []):
                if fate != "carried":
                    note(path, value, fate, *guardrail)
                    whole |= fate != "supplied"
                elif not parts(value):
                    carried.append(path or "document")
                    whole = True
            if whole:
                return None
            if not parts(value):
                note(path, value, "not_carried")
            for key, part in parts(value):
                tell(below(path, key), part)

        tell("", document)
        return notes, carried


# ---- quantities

SPANS = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)]
GO = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}


def span(millis):
    text = ""
    for unit, size in SPANS:
        if millis >= size:
            text += f"{millis // size}{unit}"
            millis %= size
    return text or "0s"


def share(ppm):
    return f"{ppm // 10_000}.{ppm % 10_000:04d}".rstrip("0").rstrip(".") + "%"


def go(text):
    if text == "0":
        return 0
    assert re.fullmatch(r"\+?([0-9.]+(ns|us|µs|ms|s|m|h))+", text), text
    nanos = sum(Fraction(number) * GO[unit] for number, unit in re.findall(r"([0-9.]+)([a-zµ]+)", text))
    millis = nanos / 10**6
    assert millis.denominator == 1, text
    return int(millis)


def pause(value):
    if isinstance(value, int):
        return value * 1000
    return int(value) * 1000 if value.isdigit() else go(value)


# ---- plans


class Stage:
    def __init__(self, ppm, dwell=0):
        self.ppm, self.dwell, self.approval, self.judged, self.at, self.after = ppm, dwell, False, False, None, False


def finish(account, stages, monitored, at, promotion_at=None, bake=0, before_least=()):
    promotion_at = at if promotion_at is None else promotion_at
    if not stages or stages[-1].ppm < 1_000_000:
        after, stages = bool(stages), [*stages, Stage(1_000_000)]
        stages[-1].after = after
        account.supply(promotion_at)
    for place in before_least:
        account.supply(place)
    if monitored and any(stage.dwell == 0 for stage in stages):
        account.supply(at)
    if not monitored or not stages[-1].after:
        account.supply(at)
    assert 1 <= len(stages) <= 64
    plan = {"stages": []}
    for stage in stages:
        told = {"exposure": share(stage.ppm), "min_dwell": span(max(stage.dwell, 1 if monitored else 0))}
        if not monitored:
            told["requires"] = "unmonitored"
        elif stage.after:
            told |= {"min_units": 1, "requires": "no_harm"}
        if stage.approval:
            told["approval"] = True
        plan["stages"].append(told)
    if bake:
        plan["bake"] = span(bake)
    return plan


def object_of(account, document, kind):
    """The path of the object and the object."""
    if isinstance(document, list):
        for position, item in enumerate(document):
            if item is not None and item["kind"] != kind:
                account.lose(below("", position))
        [(position, item)] = [(p, item) for p, item in enumerate(document) if item and item["kind"] == kind]
        path = below("", position)
    else:
        path, item = "", document
    account.carry(below(path, "kind"))
    account.carry(below(path, "apiVersion"))
    name = (item.get("metadata") or {}).get("name")
    if name is not None:
        account.carry(below(below(path, "metadata"), "name"))
    return below(path, "spec"), item["spec"], name


def lose_known(account, path, value, names):
    for name in names.split():
        if value.get(name) is not None:
            account.lose(below(path, name))


# ---- Argo Rollouts


def argo_rollouts(document):
    account = Account()
    at, spec, name = object_of(account, document, "Rollout")
    lose_known(account, at, spec, "progressDeadlineSeconds progressDeadlineAbort paused rollbackWindow minReadySeconds")
    [(kind, body)] = [(k, v) for k, v in spec["strategy"].items() if k in ("canary", "blueGreen") and v is not None]
    here = below(below(at, "strategy"), kind)
    make = argo_canary if kind == "canary" else argo_blue_green
    return make(account, here, body), name, account


def argo_blue_green(account, at, body):
    monitored = False
    lose_known(account, at, body, "scaleDownDelaySeconds abortScaleDownDelaySeconds previewReplicaCount autoPromotionSeconds")
    if body.get("autoPromotionEnabled") is not None:
        (account.carry if body["autoPromotionEnabled"] else account.near)(below(at, "autoPromotionEnabled"))
    if body.get("prePromotionAnalysis") is not None:
        monitored = True
        account.lose(below(at, "prePromotionAnalysis"))
    if body.get("postPromotionAnalysis") is not None:
        monitored = True
        account.near(below(at, "postPromotionAnalysis"))
    return finish(account, [], monitored, at)


def argo_canary(account, at, body):
    pods = "maxSurge maxUnavailable dynamicStableScale minPodsPerReplicaSet scaleDownDelaySeconds"
    lose_known(account, at, body, pods + " scaleDownDelayRevisionLimit abortScaleDownDelaySeconds")
    background = body.get("analysis") is not None
    if background:
        account.near(below(at, "analysis"))
    whole = (body.get("trafficRouting") or {}).get("maxTrafficWeight")
    if whole is not None:
        account.carry(below(below(at, "trafficRouting"), "maxTrafficWeight"))
    stages, monitored, steps = [], background, below(at, "steps")
    for position, step in enumerate(body["steps"]):
        [(kind, value)] = [(k, v) for k, v in step.items() if k in KINDS and v is not None]
        here = below(below(steps, position), kind)
        now = stages[-1] if stages else None
        if kind == "setWeight":
            exact = Fraction(value * 1_000_000, whole or 100)
            ppm = int(exact)
            (account.carry if ppm == exact else account.near)(here)
            assert ppm >= (now.ppm if now else 0)
            if ppm > (now.ppm if now else 0):
                stages.append(Stage(ppm))
                stages[-1].at = here
        elif kind == "pause":
            long = value.get("duration")
            if now is None:
                account.near(here) if long is None else account.lose(below(here, "duration"))
            elif long is None:
                account.near(here) if now.approval else account.carry(here)
                now.approval = True
            else:
                late = now.approval and pause(long) > 0
                (account.near if late else account.carry)(below(here, "duration"))
                now.dwell += pause(long)
        elif kind in ("analysis", "experiment"):
            judges = kind == "analysis" or bool(value.get("analyses"))
            monitored |= judges
            (account.near if now else account.lose)(here)
            if now:
                now.judged |= judges
                now.dwell += pause(value["duration"]) if kind == "experiment" and value.get("duration") is not None else 0
        else:
            account.lose(here)
            if kind == "plugin":
                monitored = True
                if now:
                    now.judged = True
    if monitored and not background:
        for stage in stages:
            if not stage.judged:
                account.supply(stage.at)
    return finish(account, stages, monitored, steps)


KINDS = ["setWeight", "pause", "analysis", "experiment", "setCanaryScale", "setHeaderRoute", "setMirrorRoute", "plugin"]


# ---- Flagger


def flagger(document):
    account = Account()
    at, spec, name = object_of(account, document, "Canary")
    lose_known(account, at, spec, "progressDeadlineSeconds suspend")
    if spec.get("skipAnalysis") is not None:
        (account.lose if spec["skipAnalysis"] else account.carry)(below(at, "skipAnalysis"))
    key = "analysis" if spec.get("analysis") is not None else "canaryAnalysis"
    body, here = spec[key], below(at, key)
    lose_known(account, here, body, "threshold alerts mirror mirrorWeight stepWeightPromotion sessionAffinity")
    if body.get("interval") is None:
        account.supply(here)
        interval = 60_000
    else:
        interval = go(body["interval"])
        (account.carry if interval >= 10_000 else account.near)(below(here, "interval"))
        interval = max(interval, 10_000)
    monitored = False
    for position, metric in enumerate(body.get("metrics") or []):
        monitored = True
        account.lose(below(below(here, "metrics"), position), guardrail(metric))
    increases = promotion = False
    for position, hook in enumerate(body.get("webhooks") or []):
        place, kind = below(below(here, "webhooks"), position), hook.get("type") or "rollout"
        monitored |= kind == "rollout"
        increases |= kind == "confirm-traffic-increase"
        promotion |= kind == "confirm-promotion"
        (account.near if kind.startswith("confirm-") else account.lose)(place)
    fixed = spec.get("provider") == "kubernetes"
    count, provider = body.get("iterations"), below(at, "provider")
    place = below(here, "iterations")
    if count is not None and (count > 0 or not fixed):
        account.carry(place)
    if not count and fixed:
        if count == 0:
            account.lose(place)
        account.supply(provider)
        count, place = 10, provider
    if count:
        lose_known(account, here, body, "maxWeight stepWeight stepWeights")
        if body.get("match") and not fixed:
            account.near(below(here, "match"))
        else:
            if body.get("match") is not None:
                account.lose(below(here, "match"))
            account.near(place)
        stages = [Stage(1_000_000, count * interval)]
    else:
        lose_known(account, here, body, "match")
        if body.get("stepWeight"):
            account.carry(below(here, "stepWeight"))
            most, weights = body.get("maxWeight") or 100, []
            while not weights or weights[-1] < most:
                weights.append(min(100, (weights[-1] if weights else 0) + body["stepWeight"]))
            if body.get("maxWeight") is not None:
                (account.carry if weights[-1] == most else account.near)(below(here, "maxWeight"))
        else:
            lose_known(account, here, body, "maxWeight")
            weights = body["stepWeights"]
            for position in range(len(weights)):
                account.carry(below(below(here, "stepWeights"), position))
        stages = [Stage(weight * 10_000, interval) for weight in weights]
    for stage in stages if increases else stages[-1:] if promotion else []:
        stage.approval = True
    return finish(account, stages, monitored, here), name, account


def guardrail(metric):
    limits = metric.get("thresholdRange") or {}
    if metric["name"] == "request-success-rate":
        least = limits.get("min", metric.get("threshold"))
        ppm = None if least is None else 1_000_000 - Fraction(str(least)) * 10_000
        if ppm is not None and ppm.denominator == 1 and 0 < ppm < 1_000_000:
            return {"name": metric["name"], "measure": "rate", "ceiling": share(int(ppm))}
    if metric["name"] == "request-duration" and limits.get("max", metric.get("threshold")) is not None:
        return {"name": metric["name"], "measure": "rate", "ceiling": "1%"}
    return None


# ---- AWS


def ramp(by, doubling):
    exposures = [by]
    while exposures[-1] < 1_000_000:
        exposures.append(min(1_000_000, exposures[-1] * 2 if doubling else by * (len(exposures) + 1)))
    return [Stage(ppm) for ppm in exposures]


STRATEGIES = {
    "AppConfig.Linear20PercentEvery6Minutes": (20, "LINEAR", 30, 30),
    "AppConfig.Canary10Percent20Minutes": (10, "EXPONENTIAL", 20, 10),
    "AppConfig.AllAtOnce": (100, "LINEAR", 0, 10),
    "AppConfig.Linear50PercentEvery30Seconds": (50, "LINEAR", 1, 1),
}


def inner(document, wrapper):
    for key in ("Properties", wrapper):
        if key in document:
            return key, document[key]
    return "", document


def app_config(document):
    account = Account()
    if isinstance(document, str):
        factor, growth, duration, bake = STRATEGIES[document]
        at = growth_at = ""
        account.near("")
    else:
        at, body = inner(document, "DeploymentStrategy")
        factor, growth = body["GrowthFactor"], body.get("GrowthType", "LINEAR")
        duration, bake = body["DeploymentDurationInMinutes"], body.get("FinalBakeTimeInMinutes", 0)
        account.near(below(at, "DeploymentDurationInMinutes"))
        for name in ("GrowthFactor", "GrowthType", "FinalBakeTimeInMinutes"):
            if name in body:
                account.carry(below(at, name))
        growth_at = below(at, "GrowthType") if "GrowthType" in body else at
    by = Fraction(str(factor)) * 10_000
    assert by.denominator == 1 and 10_000 <= by <= 1_000_000
    stages = ramp(int(by), growth == "EXPONENTIAL")
    ends = [duration * 60_000 * number // len(stages) for number in range(len(stages) + 1)]
    for number, stage in enumerate(stages):
        stage.dwell = ends[number + 1] - ends[number]
    first = [growth_at] if growth == "EXPONENTIAL" else []
    return finish(account, stages, True, at, bake=bake * 60_000, before_least=[*first, at]), None, account


def preset(name):
    short = name.removeprefix("CodeDeployDefault.")
    if short == "HalfAtATime":
        return ramp(500_000, False)
    if short.endswith("AllAtOnce"):
        return []
    form = re.fullmatch(r"(?:Lambda|ECS)(Canary|Linear)(\d+)Percent(?:Every)?(\d+)Minutes?", short)
    return shifts(form[1], int(form[2]), int(form[3]))


def shifts(kind, percent, minutes):
    stages = [Stage(percent * 10_000)] if kind == "Canary" else ramp(percent * 10_000, False)
    for stage in stages:
        stage.dwell = 0 if stage.ppm == 1_000_000 else minutes * 60_000
    return stages


def code_deploy(document):
    account = Account()
    if isinstance(document, str):
        (account.near if document.endswith("HalfAtATime") else account.carry)("")
        return finish(account, preset(document), True, "", before_least=[""]), None, account
    at, body = inner(document, "deploymentConfigInfo")

    def pick(path, value, name):
        for key in (name, name[0].upper() + name[1:]):
            if key in value:
                return below(path, key), value[key]
        return None, None

    hosts_at, hosts = pick(at, body, "minimumHealthyHosts")
    routing_at, routing = pick(at, body, "trafficRoutingConfig")
    if routing is None:
        account.near(hosts_at)
        healthy = pick(hosts_at, hosts, "value")[1]
        return finish(account, ramp((100 - healthy) * 10_000, False), True, at, hosts_at, before_least=[at]), None, account
    if hosts is not None:
        account.lose(hosts_at)
    place, kind = pick(routing_at, routing, "type")
    account.carry(place)
    stages = []
    if kind != "AllAtOnce":
        word = kind.removeprefix("TimeBased")
        own_at, own = pick(routing_at, routing, "timeBased" + word)
        percentage_at, percentage = pick(own_at, own, word.lower() + "Percentage")
        interval_at, interval = pick(own_at, own, word.lower() + "Interval")
        account.carry(percentage_at)
        account.carry(interval_at)
        place, stages = percentage_at, shifts(word, percentage, interval)
    return finish(account, stages, True, at, place, before_least=[at]), None, account


# ---- the file

IMPORTERS = {"argo_rollouts": argo_rollouts, "flagger": flagger, "app_config": app_config, "code_deploy": code_deploy}


def millis(text):
    return sum(int(number) * dict(SPANS)[unit] for number, unit in re.findall(r"(\d+)([a-z]+)", text))


def vector(case):
    plan, name, account = IMPORTERS[case["source"]](case["document"])
    notes, carried = account.told(case["document"])
    published = case.pop("published", None)
    if published:
        # What the tool's own documents say of this example, held against what was worked out above.
        least = [millis(stage["min_dwell"]) for stage in plan["stages"]]
        assert published["exposures"] == [stage["exposure"] for stage in plan["stages"]], case["name"]
        assert published["total"] == span(sum(time for time in least if time > 1)), case["name"]
        assert published.get("bake") == plan.get("bake"), case["name"]
    expected = {"plan": plan, "imported_name": name, "notes": notes, "carried": carried}
    return case | ({"published": published} if published else {}) | expected


def line(case):
    """One line; the document is a text in it, because the order of its fields counts."""
    return json.dumps(case | {"document": json.dumps(case["document"], ensure_ascii=False)}, ensure_ascii=False)


LISTS = {
    "imports": [vector(case) for case in documents.IMPORTS],
    "refused": documents.REFUSED,
    "not_matched": documents.NOT_MATCHED,
}

print('{"version": "rampgate-imports-1",')
about = "each document, which is JSON within a text, comes to exactly this plan and this account; each refused one has exactly these problems"
print('"about": "' + about + '",')
for name, cases in LISTS.items():
    print(f'"{name}": [\n' + ",\n".join(map(line, cases)) + "\n]" + ("}" if name == "not_matched" else ","))
