"""Work that takes some seconds says how much is done, and how long it still takes."""

import io
import sys
import time

import pytest

from xlnn.cli import progress_bar
from xlnn.cli.progress_bar import Progress, progress


class Clock:
    def __init__(self):
        self.time = 0.0

    def __call__(self):
        return self.time


def at(clock, seconds, told, stage):
    clock.time = seconds
    told.tell(stage)


def test_a_course_says_per_cent_and_the_time_that_is_left_after_three_seconds():
    clock = Clock()
    told = Progress(clock)
    at(clock, 1, told, "Writing the formulas, 10 of 100 rows")
    assert str(told) == "Writing the formulas, 10 of 100 rows …"
    at(clock, 10, told, "Writing the formulas, 50 of 100 rows")
    assert str(told) == "Writing the formulas, 50 of 100 rows … 21%, about 37 s left"


def test_no_time_is_told_before_a_part_that_is_counted():
    clock = Clock()
    told = Progress(clock)
    at(clock, 20, told, "Computing with NumPy")
    assert str(told) == "Computing with NumPy … 2%"


def test_the_share_grows_while_nothing_is_counted_and_never_reaches_the_end_before_it():
    clock = Clock()
    told = Progress(clock)
    at(clock, 10, told, "Recalculating, and looking for what Excel would repair")
    shares = []
    for clock.time in range(10, 1000, 10):
        shares.append(told.share)
    assert shares == sorted(shares)
    assert 0.34 < shares[0] < shares[3] < shares[-1] <= 0.9
    told.tell("Comparing with NumPy")
    assert told.share >= 0.9


@pytest.mark.parametrize(("stage", "lines"), [("Writing, 1 of 9 rows", True), ("Reading", False)])
def test_without_a_terminal_there_is_a_line_again_and_again(monkeypatch, stage, lines):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(progress_bar, "EVERY", 0.01)
    with progress() as tell:
        tell(stage)
        deadline = time.monotonic() + (20 if lines else 0.1)
        while time.monotonic() < deadline and len(sys.stderr.getvalue().splitlines()) < 2:
            time.sleep(0.01)
    said = sys.stderr.getvalue()
    assert (stage in said) == lines
