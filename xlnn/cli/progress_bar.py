"""Estimate and show the progress of some work."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import exp
from threading import Event, Thread
from time import monotonic
from typing import Any

from xlnn.cli.console import language
from xlnn.errors import Message
from xlnn.registry.text import in_language

SILENT, EVERY = 3.0, 10.0
"""Seconds before a share is shown, and between two lines without a terminal."""

STEPS = {
    "Computing": (0.02, 0.08),
    "Writing": (0.08, 0.35),
    "Recalculating": (0.35, 0.9),
    "Comparing": (0.9, 0.97),
    "Storing": (0.97, 0.99),
    "Moving": (0.99, 1.0),
}
"""The ranges of the steps of a build, by the first word of their description."""

MEASURED = STEPS["Writing"][0]
"""The share from which the time left is shown: earlier steps are no measure of it."""

COUNTED = re.compile(r"([\d,]+) of ([\d,]+)")


class Progress:
    """The progress of some work, estimated from descriptions of its steps.

    Parameters
    ----------
    now : function
        Returns the time in seconds.
    lang : str
        The language in which it is shown.
    """

    def __init__(self, now: Callable[[], float] = monotonic, lang: str = "en") -> None:
        self._now, self._lang = now, lang
        self._begun = self._entered = now()
        self.stage: str = Message("Reading")
        self._step = ""

    def tell(self, stage: str) -> None:
        """Record the current step."""
        step = stage.rpartition(": ")[2].partition(" ")[0].rstrip(",")
        if step != self._step:
            self._entered, self._step = self._now(), step
        self.stage = stage

    @property
    def seconds(self) -> float:
        """The elapsed time."""
        return self._now() - self._begun

    @property
    def share(self) -> float:
        """The share of the work that is done: counted if possible, or estimated from earlier steps.

        >>> course = Progress(now=iter([0.0, 4.0, 4.0]).__next__)
        >>> course.tell("Writing the formulas, 50 of 100 rows")
        >>> round(course.share, 3)
        0.215
        """
        first, last = STEPS.get(self._step, (0.0, 1.0))
        if counted := COUNTED.search(self.stage):
            done, of = (int(number.replace(",", "")) for number in counted.groups())
            return first + (last - first) * done / max(1, of)
        if not first:
            return 0.0
        expected = (self._entered - self._begun) * (last - first) / first
        inside = 1 - exp(-(self._now() - self._entered) / max(expected, 0.1))
        return first + (last - first) * inside

    def __rich__(self) -> str:
        """Return what a terminal shows; rich asks for it again and again."""
        return str(self)

    def __str__(self) -> str:
        """Return the current step and, after some seconds, the share done and the time left."""
        seconds, share = self.seconds, self.share
        values: dict[str, Any] = {"stage": self.stage, "share": share}
        shown = Message("{stage} …", stage=self.stage)
        if seconds >= SILENT and share:
            shown = Message("{stage} … {share:.0%}", **values)
        if seconds >= SILENT and share >= MEASURED:
            left = _duration(seconds * (1 - share) / share)
            shown = Message("{stage} … {share:.0%}, about {left} left", **values, left=left)
        return in_language(shown, self._lang)


def _duration(seconds: float) -> Message:
    """Return a time as people say it.

    >>> _duration(12.3), _duration(200)
    ('12 s', '3 min')
    """
    if seconds < 100:
        return Message("{seconds:.0f} s", seconds=seconds)
    return Message("{minutes:.0f} min", minutes=seconds / 60)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show progress on stderr; yield the function that reports steps.

    A terminal shows it in a line that changes; elsewhere there is a new line every ten seconds.
    """
    course, ended = Progress(lang=language()), Event()
    if sys.stderr is not None and sys.stderr.isatty():
        from rich.console import Console  # noqa: PLC0415 -- only for a terminal

        with Console(stderr=True).status(course):
            yield course.tell
        return

    def repeat() -> None:
        while not ended.wait(EVERY):
            try:
                if course.share:
                    sys.stderr.write(f"{course}\n")
            except (OSError, ValueError, AttributeError):  # nobody reads what is written
                return

    Thread(target=repeat, daemon=True).start()
    try:
        yield course.tell
    finally:
        ended.set()
