"""Which templates are there, and what is in one?"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from xlnn.errors import DataError

DEFAULT = "digits"


@cache
def folder() -> Path:
    """Return the folder of the templates: in the installed package, or in the source tree."""
    installed = Path(__file__).parent / "templates"
    return installed if installed.is_dir() else Path(__file__).parent.parent / "templates"


@dataclass(frozen=True)
class Template:
    """A folder with a ``template.toml`` and the files it names.

    Attributes
    ----------
    name : str
    path : Path
        The folder.
    values : dict
        What ``template.toml`` says.
    """

    name: str
    path: Path
    values: dict[str, Any]

    @property
    def summary(self) -> str:
        """One line that says what it is."""
        return str(self.values.get("summary", ""))


def names() -> tuple[str, ...]:
    """Return the names of the templates that xlnn ships."""
    return tuple(sorted(path.parent.name for path in folder().glob("*/template.toml")))


def template(name: str) -> Template:
    """Return a template by its name.

    Raises
    ------
    DataError
        There is no template of that name.
    """
    if name not in names():
        raise DataError(f'There is no template "{name}"; choose one of {", ".join(names())}.')
    path = folder() / name
    with (path / "template.toml").open("rb") as file:
        return Template(name, path, tomllib.load(file))
