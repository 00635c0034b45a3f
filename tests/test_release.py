"""A release has the same bytes each time, and its wheel works alone."""

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from xlnn.checking.check import check
from xlnn.loading.spec import read_spec
from xlnn.registry.text import languages

ROOT = Path(__file__).parent.parent


def released(folder, epoch="1700000000"):
    """Write a release into a folder; return its files' bytes by name."""
    subprocess.run(
        [sys.executable, str(ROOT / "docs" / "release.py"), str(folder)],
        env=os.environ | {"SOURCE_DATE_EPOCH": epoch},
        check=True,
        capture_output=True,
    )
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_a_release_has_the_same_bytes_twice_and_true_checksums(tmp_path):
    first, second = released(tmp_path / "a"), released(tmp_path / "b")
    assert first == second
    sums = first.pop("SHA256SUMS").decode().splitlines()
    assert sums == [f"{hashlib.sha256(first[name]).hexdigest()}  {name}" for name in sorted(first)]
    assert sorted(Path(name).suffix for name in first) == [
        ".gz",
        *3 * [".html"],
        ".whl",
        *3 * [".xlsx"],
    ]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.ci
@pytest.mark.first(1)
def test_a_ready_made_workbook_agrees_and_is_small_enough_for_the_repository(lang):
    path = ROOT / "output" / f"digits-{lang}.xlsx"  # if this fails: make release
    assert path.stat().st_size < 4_000_000
    assert check(path).agrees  # of no format but the current one
    assert read_spec(path).lang == lang


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return folder


@pytest.mark.ci
def test_the_wheel_has_the_program_and_the_templates_and_no_tests(packages):
    names = zipfile.ZipFile(next(packages.glob("*.whl"))).namelist()
    assert {"xlnn/cli/main.py", "xlnn/py.typed", "xlnn/templates/digits/template.toml"} <= {*names}
    assert {"xlnn/web/page.css", "xlnn/web/page.html", "xlnn/web/js/main.js"} <= {*names}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"xlnn"}


def test_the_sdist_has_what_its_own_documents_and_tests_need(packages):
    with tarfile.open(next(packages.glob("*.tar.gz"))) as sdist:
        within = {name.partition("/")[2] for name in sdist.getnames()}
    needed = {"README.zh.md", "SECURITY.md", "Makefile", "docs/learner.md", "docs/play.gif"}
    assert needed | {"tests/documents.py", "templates/digits/images.csv"} <= within
