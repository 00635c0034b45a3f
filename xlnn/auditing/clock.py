"""Limit the time of an audit, so that it can report what it has found so far."""

from collections.abc import Callable
from time import monotonic


class OutOfTimeError(Exception):
    """The time of an audit is over."""


class Clock:
    """The time that an audit may take.

    Parameters
    ----------
    seconds : float
    now : function
        Returns the time in seconds.
    """

    def __init__(self, seconds: float, now: Callable[[], float] = monotonic) -> None:
        self.seconds, self._now = seconds, now
        self._end = now() + seconds

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return max(0.0, self._end - self._now())

    def check(self) -> None:
        """Stop the audit if its time is over.

        Raises
        ------
        OutOfTimeError
        """
        if not self.left:
            raise OutOfTimeError
