"""Programs that a test may need. In CI nothing is skipped for want of one: see conftest."""

import shutil
from importlib.util import find_spec

import pytest

from xlnn.engines import ENGINES, PROGRAMS, missing

LIBRARIES = ("formualizer", "ironcalc", "formulas")
"""The engines that pip installs, the quickest first."""

QUICKEST_FIRST = (*LIBRARIES, *PROGRAMS)
assert {*QUICKEST_FIRST} == {*ENGINES}

NAMES = {*PROGRAMS, "sheetjs", "exceljs"}
"""How parameters name the programs that pip does not install."""

MISSING = missing()
"""How to install the engines that are not here."""

CHROMIUM = shutil.which("chromium")
"""The browser in which pages are tested."""

running = None
"""The test that runs: conftest keeps it."""


def skip_without(engine):
    """Skip where an engine is asked for and missing."""
    if engine in PROGRAMS:
        is_marked()
    if engine in MISSING:
        pytest.skip(f"{engine} is not installed ({MISSING[engine]})")


def skip_without_javascript(path, target):
    """Skip where a file or folder is missing that a target of the Makefile installs."""
    is_marked()
    if not shutil.which("node") or not path.exists():
        pytest.skip(f"{path.name} is not installed (make {target})")


def skip_without_browser():
    """Skip where Chromium, or the package that drives it, is missing."""
    is_marked()
    if not CHROMIUM or not find_spec("playwright"):
        pytest.skip("chromium or playwright is not installed (apt-get, pip)")


def is_marked():
    """Refuse a test that needs a program and would run in `make test`, which installs none."""
    marks = {mark.name for mark in running.iter_markers()}
    assert marks & {"ci", "slow"}, "mark this test with ci: it needs a program"
