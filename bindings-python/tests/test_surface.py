"""Everything exported is wrapped, documented and typed, and the closed sets are the core's."""

import ast
import dataclasses
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args, get_origin

import pytest
from story import ROOT

import rampgate
from rampgate import _native, bucketing, canary, classic, compat, diagnostics, errors, flags, fleet, group_sequential, imports
from rampgate import log, observe, planner, power, report, signals, simulation, slo, step

MODULES = [bucketing, compat, diagnostics, errors, flags, imports, report, signals, slo, step]
# whose nouns are told apart by their module: each has a report or a comparison of its own
NAMESPACES = [canary, classic, fleet, group_sequential, log, observe, planner, power, simulation]
HELPERS = {"duration", "ms", "seconds", "thousandths"}
STUB = ast.parse((Path(rampgate.__file__).parent / "_native.pyi").read_text(encoding="utf-8"))


def test_everything_compiled_is_exported_once_and_so_is_every_shape() -> None:
    compiled = {name: value for name, value in vars(_native).items() if not name.startswith("_")}
    spaced = [value for module in NAMESPACES for name in module.__all__ for value in [getattr(module, name)]]
    alone = {name for name, value in compiled.items() if not any(value is other for other in spaced)}
    shapes = {name for module in MODULES for name in module.__all__ if inspect.isclass(getattr(module, name))}
    spaces = {module.__name__.removeprefix("rampgate.") for module in [bucketing, signals, *NAMESPACES]}
    assert alone | shapes | spaces | HELPERS == set(rampgate.__all__)
    assert sorted(rampgate.__all__) == rampgate.__all__
    for name in HELPERS:
        assert getattr(rampgate, name) is getattr(observe, name)
    for module in NAMESPACES:
        assert sorted(module.__all__, key=lambda name: (not name[0].isupper(), name)) == module.__all__


EXPORTED = [(rampgate, name) for name in rampgate.__all__]
EXPORTED += [(module, name) for module in NAMESPACES for name in module.__all__ if get_origin(getattr(module, name)) is None]


@pytest.mark.parametrize(("module", "name"), EXPORTED)
def test_everything_exported_is_documented_where_it_is_called(module: object, name: str) -> None:
    exported = getattr(module, name)
    assert inspect.getdoc(exported)
    for attribute, value in vars(exported).items() if inspect.isclass(exported) else ():
        if not attribute.startswith("_") and (callable(value) or inspect.isdatadescriptor(value)):
            if attribute not in {field.name for field in (dataclasses.fields(exported) if dataclasses.is_dataclass(exported) else ())}:
                assert inspect.getdoc(value), f"{name}.{attribute}"


def test_everything_compiled_is_documented_and_typed_in_the_stub() -> None:
    stubs = {node.name: node for node in STUB.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    assert set(stubs) == {name for name in vars(_native) if not name.startswith("_")}
    for name, node in stubs.items():
        assert ast.get_docstring(node), name
        if not isinstance(node, ast.ClassDef):
            continue
        members = [member for member in node.body if isinstance(member, ast.FunctionDef)]
        constants = [member for member in node.body if isinstance(member, ast.AnnAssign)]
        public = {member.name for member in members if not member.name.startswith("_")}
        public |= {constant.target.id for constant in constants if isinstance(constant.target, ast.Name)}
        assert public == {name for name in vars(getattr(_native, name)) if not name.startswith("_")}
        for member in members:
            assert member.returns is not None
            assert ast.get_docstring(member) or member.name.startswith("__"), f"{name}.{member.name}"


def test_every_shape_is_frozen() -> None:
    for module in [*MODULES, *NAMESPACES]:
        for name in module.__all__:
            shape = getattr(module, name)
            if dataclasses.is_dataclass(shape):
                assert shape.__dataclass_params__.frozen, name  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("file", "name", "literal"),
    [
        ("error.rs", "Kind", errors.Code),
        ("flag/evaluation.rs", "Reason", flags.Why),
        ("flag/explain.rs", "Step", flags.StepKind),
        ("flag/lint.rs", "Pitfall", flags.Pitfall),
        ("canary/finding.rs", "Verdict", report.Verdict),
        ("canary/finding.rs", "Lack", report.Lack),
        ("canary/report.rs", "Guarantee", report.Guarantee),
        ("canary/mean.rs", "MeanLack", report.MeanLack),
        ("canary/mean.rs", "Companion", canary.Companion),
        ("canary/worse.rs", "Worse", canary.Worse),
        ("canary/distribution/shape.rs", "Shape", report.ShapeKind),
        ("canary/classic/class.rs", "Class", classic.Class),
        ("canary/classic/score.rs", "Verdict", classic.Verdict),
        ("canary/group_sequential/analysis.rs", "Decision", group_sequential.Decision),
        ("log/story.rs", "Severity", log.Severity),
        ("log/story.rs", "Topic", log.Topic),
        ("observe/series.rs", "Measure", report.Measure),
        ("slo/budget.rs", "BudgetState", slo.BudgetState),
        ("slo/clearance.rs", "Clearance", slo.Answer),
        ("slo/gate_report.rs", "GateRule", slo.GateRule),
        ("rollout/decision.rs", "Action", step.Action),
        ("rollout/import/imported.rs", "Fate", imports.Fate),
        ("rollout/import/source.rs", "Source", imports.Source),
        ("rollout/phase.rs", "Phase", step.PhaseName),
        ("rollout/phase.rs", "Hold", step.Hold),
    ],
)
def test_the_closed_sets_are_the_cores(file: str, name: str, literal: object) -> None:
    source = (ROOT / "core" / "src" / file).read_text(encoding="utf-8")
    found = re.search(rf"^pub enum {name}(?:<'s>)? {{\n(.*?)^}}$", source, re.DOTALL | re.MULTILINE)
    assert found is not None
    variants = re.findall(r"^    ([A-Z]\w*)", found[1], re.MULTILINE)
    assert list(get_args(literal)) == [re.sub(r"(?<!^)(?=[A-Z])", "_", variant).lower() for variant in variants]


def test_numpy_is_imported_only_when_many_units_are_assigned() -> None:
    code = "import sys, rampgate; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
