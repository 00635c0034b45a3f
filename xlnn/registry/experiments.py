"""Find experiments: modules of `xlnn.experiments`, and those of other packages.

An installed package names an experiment in the group ``xlnn.experiments`` of its entry points::

    [project.entry-points."xlnn.experiments"]
    rnn = "my_package:EXPERIMENT"
"""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from xlnn.errors import DataError

GROUP = "xlnn.experiments"


@cache
def experiments() -> dict[str, EntryPoint]:
    """Return where each experiment is found, by its name; of two of one name, ours."""
    files = (Path(__file__).parents[1] / "experiments").glob("[a-z]*.py")
    ours = (
        EntryPoint(path.stem.replace("_", "-"), f"{GROUP}.{path.stem}:EXPERIMENT", GROUP)
        for path in files
    )
    return {each.name: each for each in (*entry_points(group=GROUP), *ours)}


def loaded(name: str) -> Any:  # noqa: ANN401 -- an xlnn.Experiment, of which this room knows nothing
    """Return an experiment by its name.

    Raises
    ------
    DataError
        The package that names it does not hold it.
    """
    where = experiments()[name]
    try:
        found = where.load()
    except Exception as error:  # a package of somebody else's may raise anything
        raise DataError(f"The experiment {name} ({where.value}) raises {error!r:.200}.") from error
    if getattr(found, "name", None) != name or not hasattr(found, "untranslated"):
        raise DataError(f"{where.value} is no xlnn.Experiment of the name {name}.")
    return found
