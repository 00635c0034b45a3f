"""How much faster and smaller is the engine formulas than the library's own model of a workbook?

Each side runs in a fresh process on the same file, its imports included. The library's side takes
minutes and gigabytes. Run it with

    pytest -s tests/benchmarks/test_formulas_engine.py

and with XLNN_WORKBOOK=FILE to measure a workbook of one's own instead of the book's.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FASTER = 25
SMALLER = 10

LIBRARY = "import formulas; formulas.ExcelModel().loads(path).finish().calculate()"
ENGINE = "import pathlib; from xlnn.engines import load; load('formulas', pathlib.Path(path))({})"

# Processor time, since others may use the machine. VmHWM and not ru_maxrss, since Linux counts
# into the latter what the process held that started this one.
MEASURE = """
import json, re, sys, time
path = sys.argv[1]
{work}
peak = re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())
print(json.dumps([time.process_time(), int(peak[1]) / 1000]))
"""


@pytest.fixture
def workbook(request):
    if "XLNN_WORKBOOK" in os.environ:
        return Path(os.environ["XLNN_WORKBOOK"])
    return request.getfixturevalue("digits_path")


def measure(work, path):
    """Run in a process of its own; return seconds and megabytes."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MEASURE.format(work=work), str(path)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads peak memory from /proc")
def test_the_engine_is_25_times_faster_and_10_times_smaller_than_excel_model(workbook):
    seconds, megabytes = measure(ENGINE, workbook)
    library_seconds, library_megabytes = measure(LIBRARY, workbook)
    sys.stdout.write(
        f"\nengine {seconds:.1f} s, {megabytes:.0f} MB; "
        f"ExcelModel {library_seconds:.1f} s, {library_megabytes:.0f} MB: "
        f"{library_seconds / seconds:.0f} times faster, "
        f"{library_megabytes / megabytes:.0f} times smaller\n"
    )
    assert library_seconds / seconds >= FASTER
    assert library_megabytes / megabytes >= SMALLER
