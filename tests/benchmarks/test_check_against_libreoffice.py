"""How long does a whole check with its probe take, beside LibreOffice's conversion of the file?

    pytest tests/benchmarks/test_check_against_libreoffice.py -s

Both are whole processes on the same file, in turn, so that a machine whose speed drifts slows
both. LibreOffice gets a profile that it has used before: its first start takes longer.
"""

import shutil
import statistics
import subprocess
import sys
import time

import pytest

from xlnn.building.build import build

ROUNDS = {"digits": 5, "cnn": 1}

LONGEST = {("digits", "formualizer"): 1.0, ("cnn", "formualizer"): 1.0, ("digits", "formulas"): 2.5}
"""Allowed time of a check by an engine, as a multiple of the conversion's."""


def seconds(command):
    """Return how long a command takes from start to end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=900)
    return time.perf_counter() - start


@pytest.mark.parametrize(("name", "engine"), LONGEST)
def test_a_check_takes_few_times_as_long_as_a_conversion(tmp_path, name, engine):
    path = tmp_path / f"{name}.xlsx"
    build(name, path)
    check = [sys.executable, "-m", "xlnn", "check", path, "--engine", engine]
    convert = [
        shutil.which("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
        "--convert-to", "xlsx", "--outdir", tmp_path / "converted", path,
    ]  # fmt: skip
    seconds(convert)
    seconds(check)
    pairs = [(seconds(check), seconds(convert)) for _ in range(ROUNDS[name])]
    ratios = [ours / theirs for ours, theirs in pairs]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(ratios)
    print(
        f"\n{name}: check --engine {engine} {ours:.2f} s, LibreOffice's conversion {theirs:.2f} s, "
        f"ratio {ratio:.2f} (from {min(ratios):.2f} to {max(ratios):.2f})"
    )
    assert ratio <= LONGEST[name, engine]
