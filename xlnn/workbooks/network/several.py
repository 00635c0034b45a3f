"""Which runs stand beside each other? As many as the longest list of options, or as there were."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xlnn.errors import OptionsError
from xlnn.workbooks.kind import as_typed
from xlnn.workbooks.network.origin import Origin

if TYPE_CHECKING:
    from xlnn.workbooks.network.recipe import Options

LISTED = ("eta", "optimizer", "l2", "seed")
"""Options of which a run may have its own; lists of them go together, entry by entry."""


def runs_asked(origin: Origin, options: "Options") -> list[tuple[Origin, "Options"]]:
    """Return with what each run begins, and the options of it.

    Raises
    ------
    OptionsError
        Two lists are not equally long, or start weights are given for runs that draw theirs.
    """
    lists = {name: given for name in LISTED if isinstance(given := getattr(options, name), tuple)}
    lengths = {len(given) for given in lists.values()}
    if len(lengths) > 1:
        told = ", ".join(f"{as_typed(name)} {len(given)}" for name, given in lists.items())
        raise OptionsError(f"Each run takes an entry of every list, and there are {told}.")
    origins = [origin, *origin.others]
    count = lengths.pop() if lengths else len(origins)
    return [
        (
            origins[run] if run < len(origins) else origin,
            replace(options, **{name: given[run] for name, given in lists.items()}),
        )
        for run in range(count)
    ]


def differing(values: dict[str, Sequence[object]]) -> tuple[str, ...]:
    """Return the names of what is not the same in all runs.

    >>> differing({"eta": [0.1, 0.2], "l2": [None, None]})
    ('eta',)
    """
    return tuple(name for name, each in values.items() if any(one != each[0] for one in each))
