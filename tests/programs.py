"""Programs that a test may need. In CI nothing is skipped for want of one."""

import os
import shutil

import pytest


def skip_without_libreoffice(engine="libreoffice"):
    """Skip where LibreOffice is asked for and missing, but not in CI, which installs it."""
    missing = engine == "libreoffice" and shutil.which("soffice") is None
    if missing and not os.environ.get("CI"):
        pytest.skip("LibreOffice is not installed")
