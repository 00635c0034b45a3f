"""Which runs stand beside each other? As many as the longest list of options, or as there were."""

from collections.abc import Sequence

from xlnn.errors import OptionsError
from xlnn.options import Options, as_typed
from xlnn.workbooks.network.origin import Origin
from xlnn.workbooks.network.spec import COMPARED


def runs_asked(origin: Origin, options: Options) -> list[tuple[Origin, Options]]:
    """Return with what each run begins, and the options of it.

    Raises
    ------
    OptionsError
        Two lists are not equally long, or start weights are given for runs that draw theirs.
    """
    lists = {name: each for name in COMPARED if isinstance(each := options.get(name), tuple)}
    lengths = {len(each) for each in lists.values()}
    if len(lengths) > 1:
        told = ", ".join(f"{as_typed(name)} {len(each)}" for name, each in lists.items())
        raise OptionsError(f"Each run takes an entry of every list, and there are {told}.")
    origins = [origin, *origin.others]
    count = lengths.pop() if lengths else len(origins)
    return [
        (
            origins[run] if run < len(origins) else origin,
            Options(**{**options, **{name: each[run] for name, each in lists.items()}}),
        )
        for run in range(count)
    ]


def differing(values: dict[str, Sequence[object]]) -> tuple[str, ...]:
    """Return the names of what is not the same in all runs.

    >>> differing({"eta": [0.1, 0.2], "l2": [None, None]})
    ('eta',)
    """
    return tuple(name for name, each in values.items() if any(one != each[0] for one in each))
