"""Everything exported is wrapped, documented and typed, and the closed sets are the core's."""

import ast
import dataclasses
import inspect
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from story import ROOT

import rampgate
from rampgate import _native, bucketing, compat, diagnostics, errors, flags, report, signals, slo, step

MODULES = [bucketing, compat, diagnostics, errors, flags, report, signals, slo, step]
STUB = ast.parse((Path(rampgate.__file__).parent / "_native.pyi").read_text(encoding="utf-8"))


def test_everything_compiled_is_exported_and_so_is_every_shape() -> None:
    compiled = {name for name in vars(_native) if not name.startswith("_")}
    shapes = {name for module in MODULES for name in module.__all__ if inspect.isclass(getattr(module, name))}
    assert compiled | shapes | {"bucketing", "signals"} == set(rampgate.__all__)
    assert sorted(rampgate.__all__) == rampgate.__all__


@pytest.mark.parametrize("name", rampgate.__all__)
def test_everything_exported_is_documented_where_it_is_called(name: str) -> None:
    exported = getattr(rampgate, name)
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
        public = {member.name for member in members if not member.name.startswith("_")}
        assert public == {name for name in vars(getattr(_native, name)) if not name.startswith("_")}
        for member in members:
            assert member.returns is not None
            assert ast.get_docstring(member) or member.name.startswith("__"), f"{name}.{member.name}"


def test_every_shape_is_frozen() -> None:
    for module in MODULES:
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
        ("slo/budget.rs", "BudgetState", slo.BudgetState),
        ("slo/clearance.rs", "Clearance", slo.Answer),
        ("slo/gate_report.rs", "GateRule", slo.GateRule),
        ("rollout/decision.rs", "Action", step.Action),
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
