"""The whole check with its probe takes no longer than LibreOffice needs to convert the file.

    pytest tests/benchmarks/test_check_against_libreoffice.py -s

Both are whole processes on the same file, in turn, so that a machine whose speed drifts slows
both. LibreOffice gets a profile that it has used before: its first start takes longer.
"""

import shutil
import statistics
import subprocess
import sys
import time

from xlnn.building.build import build

ROUNDS = 5


def seconds(command):
    """Return how long a command takes from start to end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return time.perf_counter() - start


def test_check_takes_no_longer_than_a_conversion(tmp_path):
    path = tmp_path / "digits.xlsx"
    build("digits", path)
    check = [sys.executable, "-m", "xlnn", "check", path, "--engine", "formualizer"]
    convert = [
        shutil.which("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
        "--convert-to", "xlsx", "--outdir", tmp_path / "converted", path,
    ]  # fmt: skip
    seconds(convert)
    seconds(check)
    pairs = [(seconds(check), seconds(convert)) for _ in range(ROUNDS)]
    ratios = [ours / theirs for ours, theirs in pairs]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(ratios)
    print(
        f"\ncheck --engine formualizer {ours:.2f} s, LibreOffice's conversion {theirs:.2f} s, "
        f"ratio {ratio:.2f} (from {min(ratios):.2f} to {max(ratios):.2f})"
    )
    assert ratio <= 1
