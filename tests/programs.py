"""Programs that a test may need. In CI nothing is skipped for want of one."""

import os
import shutil

import pytest

from xlnn.engines import ENGINES, PROGRAMS, missing

LIBRARIES = ("formualizer", "ironcalc", "formulas")
"""The engines that pip installs, the quickest first."""

QUICKEST_FIRST = (*LIBRARIES, *PROGRAMS)
assert {*QUICKEST_FIRST} == {*ENGINES}

MISSING = {} if os.environ.get("CI") else missing()
"""How to install the engines that are not here; in CI a test fails without its engine."""


def skip_without(engine):
    """Skip where an engine is asked for and missing, but not in CI, which installs all."""
    if engine in MISSING:
        pytest.skip(f"{engine} is not installed ({MISSING[engine]})")


def skip_without_javascript(folder, target):
    """Skip where what a target of the Makefile installs is missing, but not in CI."""
    if shutil.which("node") and folder.exists():
        return
    if os.environ.get("CI"):
        pytest.fail(f"{folder.name} is not installed: make {target}")
    pytest.skip(f"{folder.name} is not installed (make {target})")
