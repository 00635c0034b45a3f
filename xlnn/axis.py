"""Axes along which quantities repeat, and the use of an entry before or after along one."""

from dataclasses import dataclass
from math import isfinite
from numbers import Real

from xlnn.errors import DataError

SAMPLES = ("image", "row")
"""The families of what a network learns from: images, or rows of a table."""

TIME = "time"
"""The family of epochs and steps of training, and an order that runs up along it."""


@dataclass(frozen=True)
class Axis:
    """An axis along which a quantity repeats.

    Attributes
    ----------
    name : str
        ``epoch``, ``state`` (before the first epoch and after each), ``image`` ...
    length : int
        The number of entries.
    order : {"", "up", "down", "each"}
        Whether quantities are computed entry by entry along it, and in which direction, so that
        they may refer to the entry computed before: `previous` if it runs up, `following` if it
        runs down. If several axes are ordered, the first runs slowest. ``"time"`` is an order that
        runs up, with the family ``time``. Along ``"each"``, the first axis if there are several
        runs, entries do not refer to each other.
    family : str
        Axes of one family count the same thing from the same start, so that index 3 of one belongs
        to index 3 of the other: state 3 has the weights that epoch 3 uses. By default the name, so
        that axes with one name belong together, whichever way they run.
    first : int
        Its first index within the family: 8 for samples 9 to 16.
    counts_from : int
        The number shown for its first index: 0 for the state before the first epoch.
    """

    name: str
    length: int
    order: str = ""
    family: str = ""
    first: int = 0
    counts_from: int = 1

    def __post_init__(self) -> None:
        """Use the name as the family if none is given."""
        if self.order == TIME:
            object.__setattr__(self, "order", "up")
            object.__setattr__(self, "family", self.family or TIME)
        if not self.family:
            object.__setattr__(self, "family", self.name)


EACH = "each"
"""The order of an axis whose entries are computed one by one and are independent."""


@dataclass(frozen=True)
class Use:
    """Another quantity as an argument.

    Attributes
    ----------
    name : str
    lag : int
        How many entries earlier it is read: 1 for `previous`, -1 for `following`.
    along : str
        The name or family of that ordered axis; by default the only one.
    start : float, str or None
        The value if there is no such entry: a number, or a quantity without that axis.
    """

    name: str
    lag: int = 0
    along: str = ""
    start: float | str | None = None

    def __post_init__(self) -> None:
        """Refuse a start of a wrong type.

        Raises
        ------
        DataError
            It is neither a number nor a name.
        """
        is_number = isinstance(self.start, Real) and isfinite(self.start)
        if not (self.start is None or isinstance(self.start, str) or is_number):
            raise DataError(
                f"start of {self.name} is {self.start!r:.40}: a finite number or the name of a "
                "quantity is expected."
            )


def previous(name: str, along: str = "", start: float | str | None = None) -> Use:
    """Use the previous value of a quantity, along an axis that runs up.

    Parameters
    ----------
    name : str
    along : str
        The name of the axis; may be omitted if the quantity has one ordered axis.
    start : float or str
        The value before the first entry: a number, or the name of a quantity without that axis.
        Without it the first entries along the first axis are inputs (``given=1``).
    """
    return Use(name, 1, along, start)


def following(name: str, along: str = "", start: float | str | None = None) -> Use:
    """Use the following value of a quantity, along an axis that runs down.

    Parameters
    ----------
    name, along : str
    start : float or str
        The value after the last entry: a number, or the name of a quantity without that axis.
    """
    return Use(name, -1, along, start)
