"""The wheel as a user gets it: version, names, types, and where it was loaded from."""

import importlib.metadata
import re
from pathlib import Path

import rampgate
from rampgate import _native

ROOT = Path(__file__).parents[2]


def test_version_is_the_workspaces() -> None:
    found = re.search(r'^version = "(.*)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE)
    assert found is not None
    assert rampgate.version() == found[1]
    assert rampgate.__version__ == found[1]
    assert importlib.metadata.version("rampgate") == found[1]


def test_the_wheel_is_what_is_tested() -> None:
    package = Path(rampgate.__file__).parent
    assert package.parent.name == "site-packages"
    assert (package / "py.typed").exists()
    assert (package / "_native.pyi").exists()


def test_the_wheel_serves_every_python_from_3_10() -> None:
    tags = importlib.metadata.distribution("rampgate").read_text("WHEEL")
    assert tags is not None
    assert "Tag: cp310-abi3-" in tags


def test_the_wheel_holds_both_licences() -> None:
    files = importlib.metadata.files("rampgate") or []
    assert {"LICENSE-MIT", "LICENSE-APACHE"} <= {file.name for file in files}


def test_the_wheel_names_no_folder_of_the_machine_that_built_it() -> None:
    assert _native.__file__ is not None
    compiled = Path(_native.__file__).read_bytes()
    for folder in (ROOT, Path.home()):
        assert str(folder).encode() not in compiled, folder
