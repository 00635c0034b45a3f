"""Which tests run where: the marks that conftest adds, and what CI does not let pass."""

import ast
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
ROOT = Path(__file__).parent.parent
TESTS = """
    import pytest

    @pytest.mark.parametrize("engine", ["formulas", "gnumeric"])
    @pytest.mark.parametrize("number", [1, 2, 3])
    @pytest.mark.first(number=2)
    def test_named(engine, number): pass

    @pytest.mark.parametrize("number", [1, 2, 3])
    @pytest.mark.parametrize("other", ["a", "b"])
    @pytest.mark.first(2)
    def test_counted(number, other): pass

    @pytest.fixture(params=[1, 2])
    def made(request): return request.param

    @pytest.mark.first(made=1)
    def test_of_a_fixture(made): pass

    @pytest.mark.slow
    def test_slow(): pass

    @pytest.mark.skipif(True, reason="another system")
    def test_elsewhere(): pass

    def test_skipped(): pytest.skip("something is not installed")

    @pytest.mark.xfail(strict=True)
    def test_fails(): assert False
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return what runs pytest with our conftest on `TESTS`, and returns what it prints."""
    (tmp_path / "test_it.py").write_text(textwrap.dedent(TESTS))
    marks = [f"{mark}: of the test" for mark in ("ci", "slow", "first")]
    (tmp_path / "pytest.ini").write_text("\n    ".join(["[pytest]\nmarkers =", *marks]))
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    monkeypatch.setenv("PYTHONPATH", str(CONFTEST.parent))

    def run(*arguments):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert not done.stderr
        return done.stdout

    return run


def names(printed):
    return [line.split("::")[1] for line in printed.splitlines() if "::" in line]


@pytest.mark.slow
def test_all_but_the_first_are_slow_and_a_program_is_for_ci(run):
    quick = ["test_named[1-formulas]", "test_named[2-formulas]", "test_counted[a-1]"]
    quick += ["test_counted[a-2]", "test_of_a_fixture[1]"]
    plain = ["test_elsewhere", "test_skipped", "test_fails"]
    assert names(run("--collect-only", "-m", "not slow and not ci")) == quick + plain
    assert len(names(run("--collect-only", "-m", "ci and not slow"))) == 2
    assert len(names(run("--collect-only"))) == 6 + 6 + 2 + 1 + len(plain)


@pytest.mark.slow
def test_in_ci_only_a_mark_skips(run, monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    assert "2 skipped" in run()
    monkeypatch.setenv("CI", "true")
    printed = run()
    assert "1 failed" in printed
    assert "1 skipped" in printed
    assert "1 xfailed" in printed
    assert "In CI nothing is skipped. Skipped: something is not installed" in printed


def test_a_workbook_is_built_once_for_all_workers(workbook):
    first = workbook("neuron")
    before = first.path.stat().st_mtime_ns
    again = workbook("neuron")
    assert again.path.stat().st_mtime_ns == before
    assert again == first
    assert workbook("neuron", lang="zh").path != first.path


def test_a_workbook_that_a_test_has_changed_is_no_longer_shared(workbook):
    path = workbook("neuron", lang="ja").path
    before = path.stat()
    os.utime(path, (0, 0))
    with pytest.raises(AssertionError, match=r"a test has changed .*neuron\.xlsx"):
        workbook("neuron", lang="ja")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_quick_tests_import_only_packages_of_the_extra_test():
    """In the first lines of a module; `make test` installs no others."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
        "optional-dependencies"
    ]
    names = [re.match(r"[\w-]+", each)[0].replace("-", "_") for each in extras["dev"]]
    others = {{"scikit_learn": "sklearn"}.get(name, name) for name in names} - {"xlnn"}
    assert {"sklearn", "polars"} <= others
    for path in sorted(ROOT.glob("tests/**/test_*.py")):
        if path.name == "test_bridge.py" or "benchmarks" in path.parts:
            continue
        for node in ast.parse(path.read_text()).body:
            found = [each.name for each in getattr(node, "names", ())]
            found = [node.module or ""] if isinstance(node, ast.ImportFrom) else found
            assert not others & {name.partition(".")[0] for name in found}, path
