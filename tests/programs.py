"""Programs that a test may need. In CI nothing is skipped for want of one."""

import os
import shutil

import pytest


def skip_without(program, name):
    """Skip where a program is missing, but not in CI, which installs it."""
    if shutil.which(program) is None and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed")


def skip_without_libreoffice(engine="libreoffice"):
    """Skip where LibreOffice is asked for and missing, but not in CI, which installs it."""
    if engine == "libreoffice":
        skip_without("soffice", "LibreOffice")


def skip_without_javascript(folder, target):
    """Skip where what a target of the Makefile installs is missing, but not in CI."""
    if shutil.which("node") and folder.exists():
        return
    if os.environ.get("CI"):
        pytest.fail(f"{folder.name} is not installed: make {target}")
    pytest.skip(f"{folder.name} is not installed (make {target})")
