"""Imports point one way: which folder may import which."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import xlnn

ROOT = Path(__file__).parent.parent / "xlnn"

CORE = {"arguments", "errors", "terms", "grid", "layout", "atomic_write"}
CORE |= {"options", "reference"}
STATED = {"axis", "equation", "model", "quantity"}
CORE |= STATED | {"block", "quantity_cells", "slices"}
"""The modules beside the folders: what a quantity is, where it stands, what NumPy says."""

MAY = {
    "errors": set(),
    "arguments": {"errors"},
    "formula": set(),
    "grid": set(),
    "terms": set(),
    "axis": {"errors"},
    "equation": {"axis", "errors", "terms"},
    "quantity": {"axis", "equation", "errors"},
    "model": {"axis", "equation", "errors", "quantity"},
    "cleanup": {"errors"},
    "block": STATED | {"errors", "grid"},
    "quantity_cells": STATED | {"block", "errors", "grid"},
    "slices": STATED | {"formula"},
    "layout": STATED | {"block", "errors", "grid", "quantity_cells", "slices"},
    "atomic_write": {"errors", "cleanup"},
    "option": {"arguments", "data", "errors"},
    "options": {"data", "errors", "option", "registry"},
    "reference": STATED,
    "registry": {"data", "errors"},
    "equations": STATED | {"errors", "formula", "slices", "terms", "grid"},
    "data": {"errors", "grid", "xlsx"},
    "xlsx": {"errors", "formula", "grid"},
    "linting": {"errors", "formula", "xlsx"},
    "engines": {"errors", "formula", "grid", "cleanup", "xlsx"},
    "writing": STATED
    | {"block", "errors", "formula", "grid", "layout", "quantity_cells", "reference", "xlsx"},
    "workbooks": CORE | {"data", "option", "equations", "registry", "writing"},
    "experiments": CORE | {"data", "equations", "option", "registry", "workbooks", "writing"},
    "loading": CORE | {"data", "engines", "formula", "linting", "registry", "workbooks", "xlsx"},
    "checking": CORE | {"data", "engines", "formula", "loading", "registry", "xlsx"},
    "onnx": CORE | {"data", "engines", "equations", "experiments", "loading", "workbooks"},
    "building": CORE
    | {"onnx", "checking", "data", "engines", "formula", "linting", "loading", "registry"}
    | {"experiments", "workbooks", "writing", "xlsx"},
    "explaining": CORE
    | {"checking", "data", "engines", "experiments", "formula", "loading", "registry"}
    | {"workbooks", "xlsx"},
    "exercises": CORE
    | {"building", "checking", "data", "engines", "explaining", "cleanup", "formula", "linting"}
    | {"loading", "registry", "workbooks", "writing", "xlsx"},
    "web": CORE
    | {"building", "checking", "engines", "explaining", "loading", "registry", "workbooks"},
    "auditing": CORE
    | {"checking", "engines", "exercises", "formula", "loading", "registry", "xlsx"},
    "testing": STATED | {"checking", "engines"},
    "cli": {"auditing", "onnx", "building", "checking", "engines", "errors", "explaining"}
    | {"cleanup", "data", "linting", "option", "options", "exercises", "loading", "web"}
    | {"registry"},
    "__main__": {"cli"},
}  # fmt: skip
"""What each room may import besides itself; the package itself imports what is asked of it."""


def room(parts):
    """Return the room of a module: a folder, or a module beside the folders."""
    return parts[0]


@cache
def tree_of(path):
    """Return the parsed text of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path):
    """Yield the modules of xlnn that a module imports, anywhere in it."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[1:] for name in node.names if "xlnn." in name.name)
        elif isinstance(node, ast.ImportFrom) and node.module == "xlnn":
            yield from (home_of(name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("xlnn."):
            yield node.module.split(".")[1:]


def home_of(name):
    """Return the module of what the package itself offers."""
    found = getattr(xlnn, name) if name in xlnn.__all__ else None
    return found.__module__.split(".")[1:] if hasattr(found, "__module__") else [name]


MODULES = [path for path in ROOT.rglob("*.py") if path != ROOT / "__init__.py"]


def arrows(path):
    own = path.relative_to(ROOT).with_suffix("").parts[0]
    return {(own, room(parts)) for parts in imports(path) if room(parts) != own}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_rooms_below_its_own(path):
    for own, other in arrows(path):
        assert other in MAY[own], f"{own} may not import {other}"


def test_the_table_itself_points_one_way():
    order, rest = [], dict(MAY)
    while rest:
        free = [name for name, below in rest.items() if below <= set(order)]
        assert free, f"a circle among {sorted(rest)}"
        order += free
        rest = {name: below for name, below in rest.items() if name not in free}


def circle_among(modules):
    """Return the modules that import each other, also in functions or for their types alone."""
    named = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in modules}
    named = {name.removesuffix(".__init__"): path for name, path in named.items()}
    below = {name: {*loaded(path, named)} - {name} for name, path in named.items()}
    size = 0
    while size != (size := len(below)):  # who imports none of them, or is imported by none, is out
        wanted = set().union(*(others & below.keys() for others in below.values()))
        below = {n: others for n, others in below.items() if others & below.keys() and n in wanted}
    return sorted(below)


def loaded(path, named):
    """Yield the modules of xlnn that a module imports anywhere, also in a function or for types."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "xlnn":
            module = node.module.removeprefix("xlnn").removeprefix(".")
            for name in (f"{module}.{each.name}".removeprefix(".") for each in node.names):
                yield name if name in named else module


def test_no_modules_import_each_other_in_a_circle():
    assert circle_among(MODULES) == []


def test_a_circle_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "ROOT", tmp_path)
    for name, other in (("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")):
        line = f"from xlnn.{other} import x\n"
        under = {"b": "def f():\n    ", "c": "if TYPE_CHECKING:\n    "}.get(name, "")
        (tmp_path / f"{name}.py").write_text(under + line)
    assert circle_among([*tmp_path.glob("*.py")]) == ["a", "b", "c"]


def test_a_wrong_import_is_found(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("def late():\n    from xlnn.building.build import build\n")
    assert [*imports(module)] == [["building", "build"]]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_says_what_it_does(path):
    assert ast.get_docstring(tree_of(path))


TOP = {
    ".ci", ".github", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile",
    "README.ja.md", "README.md", "README.zh.md", "SECURITY.md", "docs", "output",
    "pyproject.toml", "templates", "tests", "xlnn",
}  # fmt: skip
"""What stands at the top: nothing that an example or a test has left there."""


@pytest.mark.skipif(not (ROOT.parent / ".git").exists(), reason="no checkout")
def test_nothing_has_been_left_at_the_top():
    listed = subprocess.run(
        ["git", "ls-files"],  # noqa: S607 -- whichever git is there
        cwd=ROOT.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {name.partition("/")[0] for name in listed.stdout.splitlines()} <= TOP
