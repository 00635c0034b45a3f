"""Find templates and experiments, and read what they contain.

A template is a folder, or an experiment, which states its own initial values. An experiment with
data has a folder for them.
"""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlnn.data.files import parse_toml, text
from xlnn.data.messages import likely, reason, short
from xlnn.errors import DataError, Message, OptionsError, XlnnError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

DEFAULT = "digits"

ALL, INDEX = "all", "index"
"""The name for all templates, and that of their index; no template or copy may have these names."""

SECTIONS = {1: 7, 2: 12, 3: 5, 4: 4, 5: 6}
"""The book's chapters, and how many sections each has."""

LARGEST = 16 * 1024
"""Bytes of a template.toml; ours have 1,000."""


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
        The contents of ``template.toml``.
    """

    name: str
    path: Path
    values: dict[str, Any]

    @property
    def summary(self) -> str:
        """What it is, in one line."""
        return str(self.values.get("summary", ""))

    @property
    def sections(self) -> tuple[str, ...]:
        """The book's sections that it shows, its main one first; empty if there are none."""
        sections = self.values.get("book", ())
        return (sections,) if isinstance(sections, str) else tuple(sections)

    @property
    def place(self) -> tuple[bool, list[tuple[int, ...]], str]:
        """Key for sorting: by the book's sections, with templates outside the book last."""
        numbers = [tuple(map(int, section.split("-"))) for section in self.sections]
        return not numbers, numbers, self.name


def section_spans(sections: Sequence[str], to: str = " to ") -> str:
    """Return sections in one line, consecutive ones as a span.

    >>> section_spans(["1-2", "1-3", "1-4", "1-5"]), section_spans(["4-4", "3-3", "2-4", "2-5"])
    ('1-2 to 1-5', '4-4, 3-3, 2-4, 2-5')
    """
    runs: list[list[str]] = []
    for section in sections:
        chapter, number = map(int, section.split("-"))
        if runs and runs[-1][-1] == f"{chapter}-{number - 1}":
            runs[-1].append(section)
        else:
            runs.append([section])
    spans = ([f"{run[0]}{to}{run[-1]}"] if len(run) > 2 else run for run in runs)
    return ", ".join(part for span in spans for part in span)


def names() -> tuple[str, ...]:
    """Return the names of all templates."""
    folders = (path.parent.name for path in folder().glob("*/template.toml"))
    return tuple(sorted({*folders, *experiments()}))


GIVEN_BY = {
    ".onnx": ("--model", Message("a trained model")),
    ".xlsx": ("--data", Message("a workbook of data, or with --from one of xlnn")),
}
"""The option by which a file is given, and what it is, by its suffix; others are tables."""


def templates() -> dict[str, str]:
    """Return the names of all templates and what each is in one line, in the book's order.

    >>> templates()["xor"][:12]
    'exclusive or'
    """
    return {listed.name: listed.summary for listed in in_order()}


def in_order() -> tuple[Template, ...]:
    """Return all templates in the order of the book's sections."""
    return tuple(sorted(map(_or_why_not, names()), key=attrgetter("place")))


def _or_why_not(name: str) -> Template:
    """Return a template; if its package lacks the experiment, one whose summary reports that."""
    try:
        return _in(folder() / name, name)
    except DataError as error:
        return Template(name, folder(), {"summary": str(error)})


def template(name: str) -> Template:
    """Return a template by its name or its folder.

    Raises
    ------
    OptionsError
        There is no template with that name and no such folder.
    DataError
        Its template.toml is not valid TOML, or names a section that the book does not have.
    """
    return _in(folder() / name if name in names() else Path(name), name)


def _in(path: Path, name: str) -> Template:
    """Return the template in a folder, or the experiment of that name."""
    if name in experiments() and not path.exists():
        template: Template = loaded(name).template
        return template
    try:
        if (path / "template.toml").exists():
            said = loaded(name).template.values if name in experiments() else {}
            values = {**said, **_values(path / "template.toml")}
            _check_sections(path.resolve().name, values.get("book", []))
            return Template(path.resolve().name, path, values)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if path.is_file():
        option, kind = GIVEN_BY.get(path.suffix.lower(), ("--data", Message("a table")))
        raise OptionsError(
            "{name} is not a template but {what}: say {option} {name}.",
            name=short(name),
            what=kind,
            option=option,
        )
    if path.is_dir():
        raise OptionsError(
            "The folder {name} has no template.toml: `xlnn new` writes a folder with one, and a "
            "folder of pictures is given with --data {name}.",
            name=short(name),
        )
    raise OptionsError(
        'There is no template "{name}" and no folder of that name with a template.toml{meant}',
        name=short(name),
        meant=_meant(name),
    )


def _meant(name: str) -> str:
    """Return the end of a sentence: templates with a similar name, or else all of them."""
    every = Message("; choose one of {names}.", names=", ".join(names()))
    return likely(name, names(), every, 0.6)


def _check_sections(name: str, book: object) -> None:
    """Refuse anything but a list of the book's sections."""
    sections = book if isinstance(book, list) else [book]
    for section in sections:
        match = re.fullmatch("([0-9])-([1-9][0-9]?)", section) if isinstance(section, str) else None
        if not match or not int(match[2]) <= SECTIONS.get(int(match[1]), 0):
            raise DataError(
                f"template.toml of {name}: book = {short(section)}: a section of the book was "
                'expected, such as "2-11", or a list of them.'
            )
    if len(set(sections)) < len(sections):
        raise DataError(f"template.toml of {name}: a section is listed twice in its book.")


def _values(path: Path) -> dict[str, Any]:
    """Read a template.toml, of limited size."""
    try:
        return parse_toml(text(path, "TOML", largest=LARGEST))
    except ValueError as error:
        raise DataError(f"{path} cannot be read: {reason(error)}.") from error


def copy(name: str, target: Path) -> None:
    """Copy a template into a new folder, to be edited.

    Raises
    ------
    OptionsError
        There is no template with that name, or the copy's name would hide a template.
    DataError
        The folder exists or cannot be made.
    """
    if name not in names():
        raise OptionsError(f'There is no template "{short(name)}"{_meant(name)}')
    if target.name in {ALL, INDEX}:
        raise OptionsError(f"xlnn build {ALL} needs the name {target.name}: choose another one.")
    if target.name in names():
        raise OptionsError(
            f"{target.name} is the name of a template of xlnn, which it would hide: choose "
            "another name."
        )
    if target.exists() or target.is_symlink():
        raise DataError(f"{target} exists: choose another name. Nothing was changed.")
    try:
        if (folder() / name).exists():
            shutil.copytree(folder() / name, target)
        else:
            target.mkdir()
            (target / "template.toml").write_text(loaded(name).as_toml(), encoding="utf-8")
    except OSError as error:
        # copytree collects for each file: source, copy, and the system's message
        why = error.strerror or error.args[0][0][2]
        raise DataError(f"{target} cannot be created: {why}.") from error


GROUP = "xlnn.experiments"


@cache
def experiments() -> "dict[str, EntryPoint]":
    """Return the entry point of each experiment, by name; if two share a name, xlnn's own.

    Installed packages declare experiments in the group ``xlnn.experiments`` of their entry points::

        [project.entry-points."xlnn.experiments"]
        rnn = "my_package:EXPERIMENT"
    """
    from importlib.metadata import EntryPoint, entry_points  # noqa: PLC0415 -- slow, help needs none

    files = (Path(__file__).parents[1] / "experiments").glob("[a-z]*.py")
    ours = (
        EntryPoint(path.stem.replace("_", "-"), f"{GROUP}.{path.stem}:EXPERIMENT", GROUP)
        for path in files
    )
    return {entry_point.name: entry_point for entry_point in (*entry_points(group=GROUP), *ours)}


def loaded(name: str) -> Any:  # noqa: ANN401 -- an xlnn.Experiment, which cannot be imported here
    """Load an experiment by its name.

    Raises
    ------
    DataError
        The package that declares it does not contain it.
    """
    where = experiments()[name]
    try:
        experiment = where.load()
    except XlnnError:
        raise
    except Exception as error:  # another package may raise anything
        raise DataError(f"The experiment {name} ({where.value}) raises {error!r:.200}.") from error
    if getattr(experiment, "name", None) != name or not hasattr(experiment, "untranslated"):
        raise DataError(f"{where.value} is not an xlnn.Experiment with the name {name}.")
    return experiment
