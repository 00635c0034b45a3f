"""Does each command still take as few times its measure as it did?

    pytest tests/benchmarks/test_ratios.py -s

Whole processes, with their children, are measured in processor time, each in turn with its measure,
since others may use the machine; the median of the ratios counts. What is allowed is what was
measured and about a sixth more, for the machine's noise: lower it when a command becomes faster.
`.ci/run` prints the ratios.
"""

import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

import numpy as np
import pytest
from test_scale import plainly

START = (sys.executable, "-c", "import formualizer, lxml.etree, numpy, openpyxl")
"""The measure of short commands: to import what a build needs."""

ROUNDS = 3

STARTED = {
    ("--help",): 0.65,
    ("templates",): 2.1,
    ("show", "digits.xlsx"): 5.4,
    ("explain", "digits.xlsx", "delta2"): 5.2,
}
"""Allowed, as a multiple of `START`."""

PROVEN = {"costs": 2.8, "digits": 3.7}
"""Allowed for a build that is verified, as a multiple of the same build with --no-verify: 1,773 and
87,093 formulas."""

PLAIN = 7.3
"""Allowed for a build of digits, as a multiple of openpyxl's writing of the same formulas."""

CONVERTED = 1.0
"""Allowed for a check of digits, as a multiple of LibreOffice's conversion."""

TABLE = 106
"""Allowed for a table of 500 rows and 10 columns, as a multiple of `START`: 500,000
cells that array formulas fill, which two engines compute."""


def seconds(*command):
    """Return the processor time of a command and its children."""
    before = getrusage(RUSAGE_CHILDREN)
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.run([*map(str, command)], check=True, env=QUIET, **nowhere)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


QUIET = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
"""Idle threads of NumPy would count, and so would compiling xlnn anew."""
QUIET.pop("PYTHONDONTWRITEBYTECODE", None)


def xlnn(*arguments):
    """Return the processor time of a command of xlnn."""
    return seconds(sys.executable, "-m", "xlnn", *arguments)


def ratio(what, allowed, ours, theirs, rounds=ROUNDS):
    """Print and return how many times as long the one takes as the other, in turn."""
    theirs()  # it may be the first to read its files
    pairs = [(ours(), theirs()) for _ in range(rounds)]
    ratios = sorted(one / other for one, other in pairs)
    found = statistics.median(ratios)
    one, other = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"\n{what}: {one:.2f} s beside {other:.2f} s, ratio {found:.2f} ({ratios[0]:.2f} to "
        f"{ratios[-1]:.2f}), allowed {allowed}",
        end="",
    )
    return found


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    """The folder of a built digits.xlsx."""
    folder = tmp_path_factory.mktemp("ratios")
    xlnn("build", "digits", "-o", folder / "digits.xlsx")
    return folder


@pytest.mark.parametrize("arguments", STARTED, ids=lambda arguments: arguments[0])
def test_a_command_starts_in_few_times_the_imports(arguments, digits):
    told = [digits / each if each.endswith(".xlsx") else each for each in arguments]
    allowed = STARTED[arguments]
    found = ratio(
        f"xlnn {' '.join(arguments)}", allowed, lambda: xlnn(*told), lambda: seconds(*START)
    )
    assert found <= allowed


@pytest.mark.parametrize("template", PROVEN)
def test_a_proof_takes_few_times_the_writing(template, tmp_path):
    build = "build", template, "--force", "-o", tmp_path / "a.xlsx"
    found = ratio(
        f"xlnn build {template}, and with --no-verify",
        PROVEN[template],
        lambda: xlnn(*build),
        lambda: xlnn(*build, "--no-verify"),
    )
    assert found <= PROVEN[template]


def test_a_build_takes_few_times_openpyxls_writing(digits):
    found = ratio(
        "xlnn build digits, and openpyxl",
        PLAIN,
        lambda: xlnn("build", "digits", "--force", "-o", digits / "again.xlsx"),
        lambda: plainly(digits / "digits.xlsx", digits / "plain.xlsx").seconds,
    )
    assert found <= PLAIN


def test_a_check_takes_no_longer_than_libreoffices_conversion(digits):
    profile = f"-env:UserInstallation=file://{digits}/profile"
    convert = (
        *(shutil.which("soffice"), profile, "--headless", "--convert-to", "xlsx"),
        *("--outdir", digits / "converted", digits / "digits.xlsx"),
    )
    found = ratio(
        "xlnn check digits, and LibreOffice's conversion",
        CONVERTED,
        lambda: xlnn("check", digits / "digits.xlsx"),
        lambda: seconds(*convert),
    )
    assert found <= CONVERTED


def test_a_table_of_500_rows_takes_few_times_the_imports(tmp_path):
    found = ratio(
        "xlnn build --data of 500 rows and 10 columns",
        TABLE,
        lambda: xlnn("build", "--data", table(tmp_path), "--force", "-o", tmp_path / "a.xlsx"),
        lambda: statistics.median(seconds(*START) for _ in range(5)),  # short, and so uncertain
        rounds=1,
    )
    assert found <= TABLE


def table(folder: Path) -> Path:
    """Write a table with three classes that follow from its nine inputs."""
    x = np.random.default_rng(5).normal(size=(500, 9)).round(3)
    kinds = (x[:, 0] + x[:, 1] * x[:, 2] > 0.5) + (x[:, 3] > 0.8).astype(int)
    lines = [",".join(["kind", *(f"c{number}" for number in range(9))])]
    lines += [",".join(["abc"[kind], *map(str, row)]) for kind, row in zip(kinds, x, strict=True)]
    path = folder / "table.csv"
    path.write_text("\n".join(lines))
    return path
