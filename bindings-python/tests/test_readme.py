"""The examples that people copy run as they stand."""

import doctest
import re
import textwrap

import pytest
from story import ROOT

import rampgate


@pytest.mark.parametrize("page", ["README.md", "bindings-python/README.md"])
def test_the_pages_examples_run(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert blocks, f"{page} has no Python"
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
        expected = re.findall(r"^print\(.*\)  # (.*)$", block, re.MULTILINE)
        if expected:
            assert capsys.readouterr().out == textwrap.dedent("".join(f"{line}\n" for line in expected))


@pytest.mark.parametrize(
    "module",
    [
        rampgate,
        rampgate.canary,
        rampgate.classic,
        rampgate.fleet,
        rampgate.group_sequential,
        rampgate.imports,
        rampgate.log,
        rampgate.observe,
        rampgate.planner,
        rampgate.power,
        rampgate.signals,
        rampgate.simulation,
        rampgate.slo,
    ],
)
def test_the_docstrings_examples_are_true(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert (result.attempted > 0, result.failed) == (True, 0)
