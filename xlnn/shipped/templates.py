"""Which templates are there, and what is in one?"""

import shutil
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from xlnn.data.files import text
from xlnn.data.wording import short
from xlnn.errors import DataError

DEFAULT = "digits"

LARGEST = 16 * 1024
"""Bytes of a template.toml; ours have 1,000. A dotted key takes time and room by the square of its
length: one of 64 kB took 20 s and 3.6 GB."""


@cache
def folder() -> Path:
    """Return the folder of the templates: in the installed package, or in the source tree."""
    package = Path(__file__).parents[1]
    installed = package / "templates"
    return installed if installed.is_dir() else package.parent / "templates"


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
    """Return a template by its name, or that of a person's folder.

    Raises
    ------
    DataError
        There is no template of that name and no such folder, or its template.toml is not TOML.
    """
    path = folder() / name if name in names() else Path(name)
    try:
        if (path / "template.toml").exists():
            values = _values(path / "template.toml")
            return Template(path.resolve().name, path, values)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    raise DataError(
        f'There is no template "{short(name)}" and no folder of that name with a template.toml; '
        f"choose one of {', '.join(names())}."
    )


def _values(path: Path) -> dict[str, Any]:
    """Read a template.toml of sane size."""
    try:
        return tomllib.loads(text(path, "TOML", largest=LARGEST))
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path} cannot be read: {short(error)}.") from error


def copy(name: str, target: Path) -> None:
    """Copy a template into a folder of its own, to be edited.

    Raises
    ------
    DataError
        There is no template of that name, or the folder exists or cannot be made.
    """
    if name not in names():
        raise DataError(f'There is no template "{name}"; choose one of {", ".join(names())}.')
    if target.name in names():
        raise DataError(
            f"{target.name} is the name of a template of xlnn, and would stand for that: choose "
            "another name."
        )
    if target.exists() or target.is_symlink():
        raise DataError(f"{target} exists: choose another name, nothing was changed.")
    try:
        shutil.copytree(folder() / name, target)
    except OSError as error:
        # copytree collects what happened to each file: source, copy, and what the system said
        said = error.strerror or error.args[0][0][2]
        raise DataError(f"{target} cannot be made: {said}.") from error
