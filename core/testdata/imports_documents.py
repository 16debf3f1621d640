"""The documents of make_imports.py, each with where it stands, and what is wrong with those that are refused.

Those of Argo Rollouts, Flagger and the AWS command line are under the Apache License 2.0, and are what a YAML parser makes of the files named.
"""

ARGO = "argoproj/argo-rollouts, Apache-2.0: "
FLAGGER = "fluxcd/flagger, Apache-2.0: "
APP_CONFIG = "AWS AppConfig User Guide: "
CODE_DEPLOY = "AWS CodeDeploy User Guide, Working with deployment configurations"
OWN = "made for this file"


# ---- Argo Rollouts


def pods(name, image="argoproj/rollouts-demo:blue"):
    container = {"name": "rollouts-demo", "image": image, "imagePullPolicy": "Always", "ports": [{"containerPort": 8080}]}
    return {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
    }


def rollout(name, strategy, replicas=4, rest=None):
    spec = {"replicas": replicas, "revisionHistoryLimit": 2, **pods(name), **(rest or {}), "strategy": strategy}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": name}, "spec": spec}


def bare(strategy, **spec):
    """A Rollout with no more than it takes."""
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "spec": {**spec, "strategy": strategy}}


def canary(*steps, **rest):
    return bare({"canary": {**rest, "steps": list(steps)}})


def service(name, app):
    ports = [{"protocol": "TCP", "port": 80, "targetPort": 8080}]
    return {"kind": "Service", "apiVersion": "v1", "metadata": {"name": name}, "spec": {"selector": {"app": app}, "ports": ports}}


def weight(value):
    return {"setWeight": value}


def wait(duration=None):
    return {"pause": {} if duration is None else {"duration": duration}}


RANDOM_FAIL = {
    "kind": "AnalysisTemplate",
    "apiVersion": "argoproj.io/v1alpha1",
    "metadata": {"name": "random-fail"},
    "spec": {"metrics": [{"name": "random-fail", "interval": 5, "maxFailures": 1, "provider": {"job": {}}}]},
}

GUESTBOOK_ARGS = [{"name": "service-name", "value": "guestbook-svc.default.svc.cluster.local"}]

ARGO_ROLLOUTS = [
    {
        "name": "weights and pauses, one of them until somebody resumes",
        "from": ARGO + "examples/rollout-canary.yaml",
        "document": rollout(
            "rollout-canary",
            {"canary": {"steps": [weight(20), wait(), weight(40), wait(40), weight(60), wait(20), weight(80), wait(20)]}},
            replicas=5,
        ),
        "published": {"exposures": ["20%", "40%", "60%", "80%", "100%"], "total": "1m20s"},
    },
    {
        "name": "an hour, and then until somebody resumes",
        "from": ARGO + "docs/features/canary.md",
        "document": {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Rollout",
            "metadata": {"name": "example-rollout"},
            "spec": {
                "replicas": 10,
                **pods("nginx", "nginx:1.15.4"),
                "minReadySeconds": 30,
                "revisionHistoryLimit": 3,
                "strategy": {
                    "canary": {
                        "maxSurge": "25%",
                        "maxUnavailable": 0,
                        "steps": [weight(10), wait("1h"), weight(20), wait()],
                    }
                },
            },
        },
        "published": {"exposures": ["10%", "20%", "100%"], "total": "1h"},
    },
    {
        "name": "analysis in the background from the third step on",
        "from": ARGO + "docs/features/analysis.md",
        "document": {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Rollout",
            "metadata": {"name": "guestbook"},
            "spec": {
                "strategy": {
                    "canary": {
                        "analysis": {"templates": [{"templateName": "success-rate"}], "startingStep": 2, "args": GUESTBOOK_ARGS},
                        "steps": [part for value in (20, 40, 60, 80) for part in (weight(value), wait("10m"))],
                    }
                }
            },
        },
        "published": {"exposures": ["20%", "40%", "60%", "80%", "100%"], "total": "40m"},
    },
    {
        "name": "analysis as a step after five minutes",
        "from": ARGO + "docs/features/analysis.md",
        "document": {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Rollout",
            "metadata": {"name": "guestbook"},
            "spec": {
                "strategy": {
                    "canary": {
                        "steps": [
                            weight(20),
                            wait("5m"),
                            {"analysis": {"templates": [{"templateName": "success-rate"}], "args": GUESTBOOK_ARGS}},
                        ]
                    }
                }
            },
        },
        "published": {"exposures": ["20%", "100%"], "total": "5m"},
    },
    {
        "name": "an analysis step alone",
        "from": ARGO + "examples/rollout-analysis-step.yaml",
        "document": rollout(
            "rollout-analysis-step",
            {"canary": {"steps": [weight(25), {"analysis": {"name": "step-analysis", "templates": [{"templateName": "random-fail"}]}}]}},
        ),
    },
    {
        "name": "analysis in the background of a pause without end",
        "from": ARGO + "examples/rollout-background-analysis.yaml",
        "document": rollout(
            "rollout-background-analysis",
            {
                "canary": {
                    "analysis": {"name": "background-analysis", "templates": [{"templateName": "random-fail"}]},
                    "steps": [weight(25), wait()],
                }
            },
        ),
    },
    {
        "name": "an experiment, with its template beside, its provider left out here",
        "from": ARGO + "examples/rollout-experiment-step.yaml",
        "document": [
            rollout(
                "rollout-experiment-step",
                {
                    "canary": {
                        "steps": [
                            weight(25),
                            {
                                "experiment": {
                                    "templates": [{"name": "canary", "specRef": "canary"}],
                                    "analyses": [{"name": "random-fail", "templateName": "random-fail"}],
                                }
                            },
                        ]
                    }
                },
            ),
            RANDOM_FAIL,
        ],
    },
    {
        "name": "blue and green with a manual gate, and its services",
        "from": ARGO + "examples/rollout-bluegreen.yaml",
        "document": [
            rollout(
                "rollout-bluegreen",
                {
                    "blueGreen": {
                        "activeService": "rollout-bluegreen-active",
                        "previewService": "rollout-bluegreen-preview",
                        "autoPromotionEnabled": False,
                    }
                },
                replicas=2,
            ),
            service("rollout-bluegreen-active", "rollout-bluegreen"),
            service("rollout-bluegreen-preview", "rollout-bluegreen"),
        ],
    },
    {
        "name": "mirrored requests and no weight at all",
        "from": ARGO + "examples/istio/istio-mirror.yaml, its steps",
        "document": [
            None,
            bare(
                {
                    "canary": {
                        "canaryService": "istio-host-split-canary",
                        "stableService": "istio-host-split-stable",
                        "trafficRouting": {
                            "managedRoutes": [{"name": "mirror-route"}],
                            "istio": {"virtualService": {"name": "istio-host-split-vsvc", "routes": ["primary"]}},
                        },
                        "steps": [
                            {"setCanaryScale": {"weight": 50}},
                            {
                                "setMirrorRoute": {
                                    "name": "mirror-route",
                                    "percentage": 50,
                                    "match": [{"method": {"exact": "POST"}, "path": {"prefix": "/color"}}],
                                }
                            },
                            wait(),
                        ],
                    }
                },
                replicas=4,
            ),
            None,
        ],
    },
    {
        "name": "all steps of the specification",
        "from": ARGO + "docs/features/specification.md",
        "document": bare(
            {
                "canary": {
                    "canaryService": "canary-service",
                    "maxUnavailable": 1,
                    "maxSurge": "20%",
                    "scaleDownDelaySeconds": 30,
                    "minPodsPerReplicaSet": 2,
                    "scaleDownDelayRevisionLimit": 2,
                    "abortScaleDownDelaySeconds": 30,
                    "dynamicStableScale": False,
                    "analysis": {"templates": [{"templateName": "success-rate"}], "args": GUESTBOOK_ARGS},
                    "steps": [
                        weight(20),
                        wait("1h"),
                        wait(),
                        {"setCanaryScale": {"replicas": 3}},
                        {"setCanaryScale": {"matchTrafficWeight": True}},
                        {"plugin": {"name": "example", "config": {"key": "value"}}},
                        {"setHeaderRoute": {"name": "header-route-1", "match": [{"headerName": "version", "headerValue": {"exact": "2"}}]}},
                        {"setMirrorRoute": {"name": "header-route-1", "percentage": 100}},
                        {"analysis": {"templates": [{"templateName": "success-rate"}]}},
                        {
                            "experiment": {
                                "duration": "1h",
                                "templates": [{"name": "canary", "specRef": "canary", "weight": 10}],
                                "analyses": [{"name": "mann-whitney", "templateName": "mann-whitney"}],
                            }
                        },
                    ],
                    "antiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {}},
                }
            },
            minReadySeconds=30,
            paused=True,
            progressDeadlineSeconds=600,
            progressDeadlineAbort=False,
            restartAt="2020-03-30T21:19:35Z",
            rollbackWindow={"revisions": 3},
        ),
    },
    {
        "name": "blue and green of the specification",
        "from": ARGO + "docs/features/specification.md",
        "document": bare(
            {
                "blueGreen": {
                    "activeService": "active-service",
                    "prePromotionAnalysis": {"templates": [{"templateName": "success-rate"}], "args": GUESTBOOK_ARGS},
                    "postPromotionAnalysis": {"templates": [{"templateName": "success-rate"}], "args": GUESTBOOK_ARGS},
                    "previewService": "preview-service",
                    "previewReplicaCount": 1,
                    "autoPromotionEnabled": False,
                    "autoPromotionSeconds": 30,
                    "scaleDownDelaySeconds": 30,
                    "scaleDownDelayRevisionLimit": 2,
                    "abortScaleDownDelaySeconds": 30,
                }
            }
        ),
    },
    {
        "name": "weights of a thousand, and one that has to be rounded",
        "from": OWN,
        "document": canary(
            weight(5), wait("90s"), weight(1_001), weight(7_000), wait("1.5h"), trafficRouting={"nginx": {}, "maxTrafficWeight": 7_000}
        ),
    },
    {
        "name": "what happens before anybody is exposed is not in the plan, and weights that stay begin no stage",
        "from": OWN,
        "document": canary(
            weight(0),
            wait("10m"),
            wait(),
            {"analysis": {"templates": []}},
            {"experiment": {"duration": "5m"}},
            weight(5),
            wait("1h30m"),
            weight(5),
            wait("30"),
            weight(50),
        ),
    },
    {
        "name": "two approvals of a stage are one, and a pause after it counts from the beginning of the stage",
        "from": OWN,
        "document": canary(weight(10), wait(), wait("10m"), wait(), wait(0), weight(100), {"pause": {"durations": "10m"}}),
    },
    {
        "name": "a plugin may be a gate, an experiment without analyses is none",
        "from": OWN,
        "document": canary(weight(10), {"plugin": {"name": "gate"}}, weight(20), {"experiment": {"duration": "250ms", "analyses": []}}),
    },
    {
        "name": "null is not there, names that are no plain words are quoted, typing errors are told",
        "from": OWN,
        "document": {
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Rollout",
            "metadata": {"name": "a", "labels": {"app.kubernetes.io/name": "a"}, "": 1},
            "status": None,
            "spec": {
                "strategy": {
                    "blueGreen": None,
                    "canary": {"analysis": None, "trafficRouting": None, "anlaysis": {}, "steps": [{"setWeight": 10, "pause": None, "comment": "x"}]},
                }
            },
        },
    },
    {
        "name": "blue and green that promotes by itself, watched afterwards",
        "from": ARGO + "docs/features/analysis.md",
        "document": bare(
            {
                "blueGreen": {
                    "activeService": "active-svc",
                    "previewService": "preview-svc",
                    "scaleDownDelaySeconds": 600,
                    "autoPromotionEnabled": True,
                    "autoPromotionSeconds": 30,
                    "postPromotionAnalysis": {
                        "templates": [{"templateName": "smoke-tests"}],
                        "args": [{"name": "service-name", "value": "preview-svc.default.svc.cluster.local"}],
                    },
                }
            }
        ),
    },
]

# ---- Flagger


def podinfo(analysis, **spec):
    target = {"targetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "podinfo"}, "service": {"port": 9898}}
    return {
        "apiVersion": "flagger.app/v1beta1",
        "kind": "Canary",
        "metadata": {"name": "podinfo", "namespace": "test"},
        "spec": {**spec, **target, "analysis": analysis},
    }


METRICS = [
    {"name": "request-success-rate", "thresholdRange": {"min": 99}, "interval": "1m"},
    {"name": "request-duration", "thresholdRange": {"max": 500}, "interval": "30s"},
]
LOADTESTER = "http://flagger-loadtester.test/"
HOOKS = [
    {
        "name": "conformance-test",
        "type": "pre-rollout",
        "url": LOADTESTER,
        "timeout": "15s",
        "metadata": {"type": "bash", "cmd": "curl -sd 'test' http://podinfo-canary.test/token | grep token"},
    },
    {
        "name": "load-test",
        "type": "rollout",
        "url": LOADTESTER,
        "timeout": "5s",
        "metadata": {"type": "cmd", "cmd": "hey -z 1m -q 10 -c 2 http://podinfo-canary.test/"},
    },
]


def hook(kind):
    return {"name": kind, "type": kind, "url": LOADTESTER}


FLAGGERS = [
    {
        "name": "steps of five percent up to fifty",
        "from": FLAGGER + "artifacts/examples/istio-canary.yaml",
        "document": podinfo(
            {"interval": "15s", "threshold": 10, "maxWeight": 50, "stepWeight": 5, "metrics": METRICS, "webhooks": HOOKS},
            provider="istio",
            progressDeadlineSeconds=600,
            autoscalerRef={"apiVersion": "autoscaling/v2beta1", "kind": "HorizontalPodAutoscaler", "name": "podinfo"},
            skipAnalysis=False,
        ),
    },
    {
        "name": "listed weights, with a greatest one that has no effect",
        "from": FLAGGER + "artifacts/examples/linkerd-canary-steps.yaml",
        "document": podinfo(
            {
                "interval": "15s",
                "threshold": 10,
                "maxWeight": 50,
                "stepWeights": [5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55],
                "metrics": METRICS,
                "webhooks": HOOKS,
            },
            provider="linkerd",
        ),
    },
    {
        "name": "those who match, for ten iterations",
        "from": FLAGGER + "artifacts/examples/istio-abtest.yaml",
        "document": podinfo(
            {
                "interval": "15s",
                "threshold": 10,
                "iterations": 10,
                "match": [
                    {"headers": {"cookie": {"regex": "^(.*?;)?(type=insider)(;.*)?$"}}},
                    {"headers": {"user-agent": {"regex": ".*Firefox.*"}}},
                ],
                "metrics": METRICS,
                "webhooks": HOOKS,
            },
            provider="istio",
        ),
        "published": {"exposures": ["100%"], "total": "2m30s"},
    },
    {
        "name": "two percent a minute takes 25 minutes",
        "from": FLAGGER + "docs/gitbook/usage/deployment-strategies.md, Canary Release",
        "document": podinfo({"interval": "1m", "threshold": 10, "maxWeight": 50, "stepWeight": 2}, skipAnalysis=False),
        "published": {"exposures": [f"{weight}%" for weight in range(2, 51, 2)] + ["100%"], "total": "25m"},
    },
    {
        "name": "a step that goes beyond the greatest weight",
        "from": FLAGGER + "docs/gitbook/usage/deployment-strategies.md, Rollout Weights",
        "document": podinfo({"maxWeight": 50, "stepWeight": 20}),
        "published": {"exposures": ["20%", "40%", "60%", "100%"], "total": "3m"},
    },
    {
        "name": "weights of any size",
        "from": FLAGGER + "docs/gitbook/usage/deployment-strategies.md, Rollout Weights",
        "document": podinfo({"stepWeights": [1, 2, 10, 80]}),
        "published": {"exposures": ["1%", "2%", "10%", "80%", "100%"], "total": "4m"},
    },
    {
        "name": "ten minutes of tests before the switch",
        "from": FLAGGER + "docs/gitbook/usage/deployment-strategies.md, Blue/Green with Traffic Mirroring",
        "document": podinfo({"interval": "1m", "iterations": 10, "threshold": 2, "mirror": True, "metrics": METRICS}),
        "published": {"exposures": ["100%"], "total": "10m"},
    },
    {
        "name": "the canary resource as it is explained",
        "from": FLAGGER + "docs/gitbook/usage/how-it-works.md",
        "document": podinfo(
            {
                "interval": "1m",
                "threshold": 10,
                "maxWeight": 50,
                "stepWeight": 5,
                "metrics": METRICS,
                "webhooks": [{"name": "load-test", "url": LOADTESTER, "metadata": {"cmd": "hey -z 1m"}}],
            }
        ),
        "published": {"exposures": [f"{weight}%" for weight in range(5, 51, 5)] + ["100%"], "total": "10m"},
    },
    {
        "name": "every hook, alerts, and the way back in steps",
        "from": OWN,
        "document": podinfo(
            {
                "interval": "5s",
                "stepWeight": 50,
                "stepWeightPromotion": 20,
                "primaryReadyThreshold": 100,
                "sessionAffinity": {"cookieName": "flagger-cookie"},
                "alerts": [{"name": "slack", "severity": "error", "providerRef": {"name": "on-call"}}],
                "webhooks": [
                    hook(kind)
                    for kind in ["", "confirm-rollout", "pre-rollout", "rollout", "confirm-traffic-increase", "confirm-promotion"]
                    + ["post-rollout", "event", "rollback"]
                ],
            },
            suspend=True,
            skipAnalysis=True,
        ),
    },
    {
        "name": "metrics that have a guardrail, and metrics that have none",
        "from": OWN,
        "document": podinfo(
            {
                "interval": "30s",
                "stepWeights": [10, 100],
                "metrics": [
                    {"name": "request-success-rate", "threshold": 99.5},
                    {"name": "request-success-rate", "thresholdRange": {"min": 100}},
                    {"name": "request-success-rate", "thresholdRange": {"max": 99}},
                    {"name": "request-success-rate", "thresholdRange": {"min": 99.99999}},
                    {"name": "request-duration", "threshold": 500},
                    {"name": "request-duration", "thresholdRange": {"min": 1}},
                    {"name": "error-rate", "templateRef": {"name": "error-rate", "namespace": "istio-system"}, "thresholdRange": {"max": 1}},
                ],
                "webhooks": [hook("confirm-promotion")],
            }
        ),
    },
    {
        "name": "no traffic is shifted there, so there are ten iterations",
        "from": OWN,
        "document": podinfo(
            {"interval": "1m", "iterations": 0, "match": [], "stepWeight": 10, "maxWeight": 50, "webhooks": [hook("confirm-traffic-increase")]},
            provider="kubernetes",
        ),
    },
    {
        "name": "the older name, no weight above a hundred, and a list of objects",
        "from": OWN,
        "document": [
            {"apiVersion": "v1", "kind": "Service"},
            {
                "apiVersion": "flagger.app/v1beta1",
                "kind": "Canary",
                "spec": {
                    "canaryAnalysis": {"interval": "0.25h", "stepWeight": 30, "maxWeight": 0, "iterations": 0, "match": [{}], "stepWeights": None}
                },
            },
        ],
    },
]

# ---- AWS

AWS_APP_CONFIG = [
    {
        "name": "20% every 6 minutes",
        "from": APP_CONFIG + "Using predefined deployment strategies",
        "document": "AppConfig.Linear20PercentEvery6Minutes",
        "published": {"exposures": ["20%", "40%", "60%", "80%", "100%"], "total": "30m", "bake": "30m"},
    },
    {
        "name": "exponentially from 10% over 20 minutes",
        "from": APP_CONFIG + "Using predefined deployment strategies",
        "document": "AppConfig.Canary10Percent20Minutes",
        "published": {"exposures": ["10%", "20%", "40%", "80%", "100%"], "total": "20m", "bake": "10m"},
    },
    {
        "name": "all at once",
        "from": APP_CONFIG + "Using predefined deployment strategies",
        "document": "AppConfig.AllAtOnce",
        "published": {"exposures": ["100%"], "total": "0s", "bake": "10m"},
    },
    {
        "name": "half every 30 seconds",
        "from": APP_CONFIG + "Using predefined deployment strategies",
        "document": "AppConfig.Linear50PercentEvery30Seconds",
        "published": {"exposures": ["50%", "100%"], "total": "1m", "bake": "1m"},
    },
    {
        "name": "ten hours by 20%",
        "from": APP_CONFIG + "Working with deployment strategies",
        "document": {"Name": "slow", "DeploymentDurationInMinutes": 600, "GrowthType": "LINEAR", "GrowthFactor": 20.0},
        "published": {"exposures": ["20%", "40%", "60%", "80%", "100%"], "total": "10h"},
    },
    {
        "name": "a growth factor of 2 doubles",
        "from": APP_CONFIG + "Working with deployment strategies",
        "document": {
            "Id": "1225qzk",
            "Name": "Example-Deployment",
            "DeploymentDurationInMinutes": 15,
            "GrowthType": "EXPONENTIAL",
            "GrowthFactor": 2,
            "FinalBakeTimeInMinutes": 0,
            "ReplicateTo": "SSM_DOCUMENT",
        },
        "published": {"exposures": ["2%", "4%", "8%", "16%", "32%", "64%", "100%"], "total": "15m"},
    },
    {
        "name": "a resource, a factor that does not divide the whole, times that do not divide either",
        "from": OWN,
        "document": {
            "Type": "AWS::AppConfig::DeploymentStrategy",
            "Properties": {"DeploymentDurationInMinutes": 1, "GrowthFactor": 14.2857, "FinalBakeTimeInMinutes": 1440, "Tags": []},
        },
    },
    {
        "name": "exponential at once, within a response",
        "from": OWN,
        "document": {"DeploymentStrategy": {"DeploymentDurationInMinutes": 0, "GrowthFactor": 60, "GrowthType": "EXPONENTIAL"}},
    },
]


def lambda_config(kind, own, **blocks):
    return {"deploymentConfigName": "own", "computePlatform": "Lambda", "trafficRoutingConfig": {"type": kind, **own, **blocks}}


def predefined(name, exposures, total):
    return {
        "name": name,
        "from": CODE_DEPLOY,
        "document": "CodeDeployDefault." + name,
        "published": {"exposures": exposures, "total": total},
    }


TENTHS = [f"{percent}%" for percent in range(10, 101, 10)]

AWS_CODE_DEPLOY = [
    *(predefined(f"LambdaCanary10Percent{time}Minutes", ["10%", "100%"], f"{time}m") for time in (5, 10, 15, 30)),
    *(predefined(f"ECSCanary10Percent{time}Minutes", ["10%", "100%"], f"{time}m") for time in (5, 15)),
    *(
        predefined(f"LambdaLinear10PercentEvery{time}Minute{'s' if time > 1 else ''}", TENTHS, f"{9 * time // 60}h" * (9 * time >= 60) + f"{9 * time % 60}m")
        for time in (1, 2, 3, 10)
    ),
    *(predefined(f"ECSLinear10PercentEvery{time}Minutes", TENTHS, f"{9 * time}m") for time in (1, 3)),
    *(predefined(name, ["100%"], "0s") for name in ("LambdaAllAtOnce", "ECSAllAtOnce", "AllAtOnce")),
    predefined("HalfAtATime", ["50%", "100%"], "0s"),
    {
        "name": "three quarters of the hosts stay healthy",
        "from": "aws/aws-cli, Apache-2.0: awscli/examples/deploy/get-deployment-config.rst",
        "document": {
            "deploymentConfigInfo": {
                "deploymentConfigId": "bf6b390b-61d3-4f24-8911-a1664EXAMPLE",
                "minimumHealthyHosts": {"type": "FLEET_PERCENT", "value": 75},
                "createTime": 1411081164.379,
                "deploymentConfigName": "ThreeQuartersHealthy",
            }
        },
        "published": {"exposures": ["25%", "50%", "75%", "100%"], "total": "0s"},
    },
    {
        "name": "5% for 15 minutes",
        "from": "AWS CDK, class LambdaDeploymentConfig",
        "document": lambda_config("TimeBasedCanary", {"timeBasedCanary": {"canaryPercentage": 5, "canaryInterval": 15}}),
        "published": {"exposures": ["5%", "100%"], "total": "15m"},
    },
    {
        "name": "thirds, written as a resource, with hosts that do not count and a block that is not chosen",
        "from": OWN,
        "document": {
            "Type": "AWS::CodeDeploy::DeploymentConfig",
            "Properties": {
                "ComputePlatform": "ECS",
                "MinimumHealthyHosts": {"Type": "HOST_COUNT", "Value": 1},
                "TrafficRoutingConfig": {
                    "Type": "TimeBasedLinear",
                    "TimeBasedCanary": {"CanaryPercentage": 1, "CanaryInterval": 1},
                    "TimeBasedLinear": {"LinearPercentage": 33, "LinearInterval": 2880},
                },
            },
        },
        "published": {"exposures": ["33%", "66%", "99%", "100%"], "total": "6d"},
    },
    {"name": "all at once by its own name", "from": OWN, "document": lambda_config("AllAtOnce", {})},
    {
        "name": "no host has to stay healthy",
        "from": OWN,
        "document": {"minimumHealthyHosts": {"type": "FLEET_PERCENT", "value": 0}, "zonalConfig": {"monitorDurationInSeconds": 60}},
    },
]

IMPORTS = [
    {"source": source, **case}
    for source, cases in [
        ("argo_rollouts", ARGO_ROLLOUTS),
        ("flagger", FLAGGERS),
        ("app_config", AWS_APP_CONFIG),
        ("code_deploy", AWS_CODE_DEPLOY),
    ]
    for case in cases
]

# ---- refused


def refused(name, source, document, *problems):
    told = [{"path": path, "kind": kind} for path, kind in problems]
    return {"name": name, "source": source, "document": document, "problems": told}


STEPS = "spec.strategy.canary.steps"
ANALYSIS = "spec.analysis"


def argo(name, steps, *problems, **rest):
    return refused(name, "argo_rollouts", canary(*steps, **rest), *problems)


def flag(name, analysis, *problems):
    return refused(name, "flagger", podinfo(analysis), *problems)


def app(name, document, *problems):
    whole = {"DeploymentDurationInMinutes": 10, "GrowthFactor": 10, **document}
    return refused(name, "app_config", {key: value for key, value in whole.items() if value is not None}, *problems)


def deploy(name, document, *problems):
    return refused(name, "code_deploy", document, *problems)


REFUSED = [
    argo("weights that fall", [weight(40), weight(20)], (STEPS + "[1].setWeight", "conflict")),
    argo("a weight above the whole", [weight(101)], (STEPS + "[0].setWeight", "range")),
    argo("a weight above its own whole", [weight(11)], (STEPS + "[0].setWeight", "range"), trafficRouting={"maxTrafficWeight": 10}),
    argo("a weight below nothing", [weight(-1)], (STEPS + "[0].setWeight", "range")),
    argo("half a weight", [weight(0.5)], (STEPS + "[0].setWeight", "range")),
    argo("a weight that is a text", [weight("20")], (STEPS + "[0].setWeight", "type")),
    argo(
        "a weight too small for anybody",
        [weight(1)],
        (STEPS + "[0].setWeight", "range"),
        trafficRouting={"maxTrafficWeight": 4_000_000_000},
    ),
    argo("a whole of nothing", [weight(1)], ("spec.strategy.canary.trafficRouting.maxTrafficWeight", "range"), trafficRouting={"maxTrafficWeight": 0}),
    argo("durations that are none", [weight(1), wait("soon"), wait("1d"), wait("-5m")], *((f"{STEPS}[{n}].pause.duration", "syntax") for n in (1, 2, 3))),
    argo("durations out of range", [weight(1), wait(-5), wait("1us"), wait("9999999h")], *((f"{STEPS}[{n}].pause.duration", "range") for n in (1, 2, 3))),
    argo("steps that are unknown, none, or several", [{"setWieght": 5}, {}, {"setWeight": 5, "pause": {}}, 7], (STEPS + "[0]", "unknown"), (STEPS + "[1]", "unknown"), (STEPS + "[2]", "conflict"), (STEPS + "[3]", "type")),
    argo("no steps", [], (STEPS, "missing")),
    argo("more stages than a plan has", [weight(n) for n in range(1, 66)], (STEPS, "range")),
    argo("an experiment that lasts for no time that is known", [weight(1), {"experiment": {"duration": "x", "analyses": []}}], (STEPS + "[1].experiment.duration", "syntax")),
    refused("a rolling update", "argo_rollouts", bare({"canary": {"maxSurge": 1}}), ("spec.strategy.canary", "missing")),
    refused("two strategies", "argo_rollouts", bare({"canary": {}, "blueGreen": {}}), ("spec.strategy.blueGreen", "conflict")),
    refused("no strategy", "argo_rollouts", bare({}), ("spec.strategy", "missing")),
    refused("another kind and version", "argo_rollouts", {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {}}, ("kind", "unknown"), ("apiVersion", "version")),
    refused("nothing", "argo_rollouts", {}, ("kind", "missing"), ("apiVersion", "missing")),
    refused("no object", "argo_rollouts", 7, ("document", "type")),
    refused("a list without one", "argo_rollouts", [{"kind": "Service"}], ("document", "missing")),
    refused("a list with two", "argo_rollouts", [canary(weight(5)), canary(weight(5))], ("[1]", "conflict")),
    refused("wrong within a list", "argo_rollouts", [canary(weight(5), weight(4))], ("[0]." + STEPS + "[1].setWeight", "conflict")),
    refused("seconds that are none", "argo_rollouts", bare({"blueGreen": {"autoPromotionSeconds": -1}}), ("spec.strategy.blueGreen.autoPromotionSeconds", "range")),
    flag("a step above the whole", {"stepWeight": 101}, (ANALYSIS + ".stepWeight", "range")),
    flag("a greatest weight above the whole", {"stepWeight": 5, "maxWeight": 150}, (ANALYSIS + ".maxWeight", "range")),
    flag("weights that fall, stay, and are too large", {"stepWeights": [10, 5, 10, 120, 0]}, (ANALYSIS + ".stepWeights[1]", "conflict"), (ANALYSIS + ".stepWeights[2]", "conflict"), (ANALYSIS + ".stepWeights[3]", "range"), (ANALYSIS + ".stepWeights[4]", "range")),
    flag("no weights", {"stepWeights": []}, (ANALYSIS + ".stepWeights", "missing")),
    flag("a step and weights", {"stepWeight": 5, "stepWeights": [5]}, (ANALYSIS + ".stepWeight", "conflict")),
    flag("nothing that rises", {"interval": "1m"}, (ANALYSIS, "missing")),
    flag("more stages than a plan has", {"stepWeight": 1}, (ANALYSIS + ".stepWeight", "range")),
    flag("an interval that is none", {"interval": "1 minute", "stepWeight": 5}, (ANALYSIS + ".interval", "syntax")),
    flag("iterations for longer than anybody lives", {"interval": "24h", "iterations": 36_526}, (ANALYSIS + ".iterations", "range")),
    flag("a hook that is unknown", {"stepWeight": 5, "webhooks": [{"type": "rolout"}]}, (ANALYSIS + ".webhooks[0].type", "unknown")),
    flag("metrics without a name, or with thresholds that are none", {"stepWeight": 5, "metrics": [{}, {"name": "a", "thresholdRange": {"min": "99"}}]}, (ANALYSIS + ".metrics[0].name", "missing"), (ANALYSIS + ".metrics[1].thresholdRange.min", "type")),
    refused("no analysis", "flagger", {"apiVersion": "flagger.app/v1beta1", "kind": "Canary", "spec": {}}, ("spec", "missing")),
    refused("an older version", "flagger", {"apiVersion": "flagger.app/v1alpha3", "kind": "Canary", "spec": {}}, ("apiVersion", "version")),
    refused("an analysis under both names", "flagger", {"apiVersion": "flagger.app/v1beta1", "kind": "Canary", "spec": {"analysis": {}, "canaryAnalysis": {}}}, ("spec.canaryAnalysis", "conflict")),
    app("growth that is unknown", {"GrowthType": "linear"}, ("GrowthType", "unknown")),
    app("a factor below one, durations of more than a day", {"GrowthFactor": 0.5, "DeploymentDurationInMinutes": 1441, "FinalBakeTimeInMinutes": -1}, ("DeploymentDurationInMinutes", "range"), ("FinalBakeTimeInMinutes", "range"), ("GrowthFactor", "range")),
    app("a factor finer than a part in a million", {"GrowthFactor": 12.34567}, ("GrowthFactor", "range")),
    app("a factor that is missing", {"GrowthFactor": None}, ("GrowthFactor", "missing")),
    app("more stages than a plan has", {"GrowthFactor": 1}, ("GrowthFactor", "range")),
    refused("a name that is unknown", "app_config", "AppConfig.Everything", ("document", "unknown")),
    refused("no strategy", "app_config", [], ("document", "type")),
    deploy("one host after the other", "CodeDeployDefault.OneAtATime", ("document", "conflict")),
    deploy("a name that is unknown", "CodeDeployDefault.LambdaLinear10PercentEvery7Minutes", ("document", "unknown")),
    deploy("a name without its service", "LambdaAllAtOnce", ("document", "unknown")),
    deploy("a number of hosts", {"minimumHealthyHosts": {"type": "HOST_COUNT", "value": 2}}, ("minimumHealthyHosts", "conflict")),
    deploy("all hosts", {"minimumHealthyHosts": {"type": "FLEET_PERCENT", "value": 100}}, ("minimumHealthyHosts.value", "range")),
    deploy("nothing", {"deploymentConfigName": "a"}, ("document", "missing")),
    deploy("a routing that is unknown", lambda_config("Random", {}), ("trafficRoutingConfig.type", "unknown")),
    deploy("a routing without what it names", lambda_config("TimeBasedLinear", {}), ("trafficRoutingConfig", "missing")),
    deploy("a percentage and an interval out of range", lambda_config("TimeBasedCanary", {"timeBasedCanary": {"canaryPercentage": 0, "canaryInterval": 2881}}), ("trafficRoutingConfig.timeBasedCanary.canaryPercentage", "range"), ("trafficRoutingConfig.timeBasedCanary.canaryInterval", "range")),
    deploy("an interval that is missing", lambda_config("TimeBasedCanary", {"timeBasedCanary": {"canaryPercentage": 5}}), ("trafficRoutingConfig.timeBasedCanary", "missing")),
]

# ---- not matched

NOT_MATCHED = [
    {
        "source": "app_config",
        "document": {"DeploymentDurationInMinutes": 15, "GrowthType": "LINEAR", "GrowthFactor": 25.0, "FinalBakeTimeInMinutes": 0},
        "from": "aws/aws-cli, Apache-2.0: awscli/examples/appconfig/get-deployment.rst, its event log",
        "theirs": "0%, 25%, 50%, 75% and 100% for three minutes each",
        "ours": ["3m45s", "3m45s", "3m45s", "3m45s"],
        "why": "the log has the time at 0% as a fifth interval; the user guide's table (ten hours by 20%: 20% after two hours, 100% after ten) and the names of the predefined strategies (20% every 6 minutes over 30) have it as one of as many intervals as there are steps, which is followed",
    }
]
