"""Read the sheet Spec, derive the layout and notes from it, and find sheets with swapped names.

A sheet shows its title in row 1, except the first. Users can type over a heading, so headings are
trusted only if the cells fit them better than the names.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice, takewhile
from math import prod
from pathlib import Path

from xlnn.block import FIRST_ROW
from xlnn.data.files import LONGEST_TOML
from xlnn.errors import DataError, Message, WorkbookError
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.reference import Arrays
from xlnn.registry.text import Text, languages, text
from xlnn.workbooks import from_toml, kind_of
from xlnn.workbooks.entries import MATRICES, WorkbookSpec
from xlnn.workbooks.exercise import exercise_in
from xlnn.workbooks.exercise_drawing import exercised
from xlnn.workbooks.exercise_sheet import exercise_title, waiting
from xlnn.workbooks.own_model import check_model, check_same, kind_with
from xlnn.xlsx.cells import cells, headings
from xlnn.xlsx.package import Package
from xlnn.xlsx.parts import WORKBOOK, sheet_parts

SPARE = 10_000
"""Cells that a Spec may describe beyond twice those that the sheets span: rows were deleted."""

_FORMAT = re.compile(r"format = [0-9]+")
"""The first line of a Spec."""

_IN_MATRICES = re.compile(f'^edition = "{MATRICES}"$', re.MULTILINE)
_LANG = re.compile('^lang = "(.*)"$', re.MULTILINE)

LONGEST_SPEC = 10_000
"""Cells of a Spec sheet that are read."""


def read_spec(path: Path) -> WorkbookSpec:
    """Read the Spec sheet of a workbook that `xlnn.xlsx.package.inspect` has accepted.

    Raises
    ------
    WorkbookError
        The file has no Spec sheet, or not one that xlnn wrote.
    """
    title, lines = spec_text(path)
    try:
        return from_toml(lines)
    except DataError as error:
        raise WorkbookError(f"{path.name}, sheet {title}: {error}") from error


def spec_text(path: Path) -> tuple[str, str]:
    """Return the title and the text of the Spec sheet of an inspected workbook.

    Raises
    ------
    WorkbookError
        The file has no Spec sheet.
    """
    known = {text(lang).sheets["spec"] for lang in languages()}
    titles = sheet_parts(path)
    title = next((title for title in titles if title in known), None)
    if title is None:  # renamed, but known by its first cell
        title = next((title for title in titles if _FORMAT.match(_first(path, title))), None)
    if title is None:
        raise WorkbookError(
            "{file} has no sheet Spec: it was not written by xlnn, or the sheet was deleted.",
            file=path.name,
        )
    lines = _lines(path, title)
    if not (lines and lines[0].startswith("format")):
        named = next((name for name, right in by_heading(path).items() if right == title), title)
        lines = _lines(path, named)
    return title, "\n".join(lines)


def is_in_matrices(path: Path) -> bool:
    """Return whether a file, which may be of anybody, says that it has array formulas."""
    try:
        return bool(_IN_MATRICES.search(spec_text(path)[1]))
    except WorkbookError:
        return False


def language_of(path: Path) -> str:
    """Return the language of a file, which may be of anybody; English if it does not say one."""
    try:
        match = _LANG.search(spec_text(path)[1])
    except (WorkbookError, OSError):
        return "en"
    return match[1] if match and match[1] in languages() else "en"


def left_out_of(path: Path) -> tuple[str, ...]:
    """Return the quantities that an exercise leaves out; none of an ordinary workbook."""
    exercise = exercise_in(spec_text(path)[1])
    return exercise.blank if exercise else ()


def _first(path: Path, title: str) -> str:
    """Return the text in the first cell of a Spec."""
    begin = takewhile(lambda cell: cell.row <= FIRST_ROW, cells(path, title))
    return next((str(c.value) for c in begin if (c.row, c.column) == (FIRST_ROW, 1)), "")


def _lines(path: Path, title: str) -> list[str]:
    """Return the texts in the first column of a sheet, below its heading."""
    lines: list[str] = []
    left = LONGEST_TOML
    for cell in islice(cells(path, title), LONGEST_SPEC):
        if cell.row >= FIRST_ROW and cell.column == 1 and isinstance(cell.value, str):
            lines.append(cell.value)
            left -= len(cell.value)
        if left < 0:  # too long to parse
            break
    return lines


@lru_cache(maxsize=8)  # of a class, whose students may have different numbers of images
def layout_of(spec: WorkbookSpec, blank: tuple[str, ...] | None = None) -> Layout:
    """Return the layout of everything that a Spec describes; for an exercise, with its blanks."""
    return _layout_with(None, spec, blank)


def _layout_with(model: Model | None, spec: WorkbookSpec, blank: tuple[str, ...] | None) -> Layout:
    """Return the same for a programmer's own model, if there is one."""
    layout = kind_with(spec, model).layout(spec)
    return layout if blank is None else exercised(layout, blank, spec.lang)


def described(
    path: Path, model: Model | None = None, contents: Package | None = None
) -> tuple[WorkbookSpec, Layout]:
    """Return the Spec of an inspected workbook, and the layout that it describes.

    Parameters
    ----------
    path : Path
    model : Model
        The model, if the workbook was made from a programmer's own.
    contents : Package
        The contents of the file; by default they are bounded by its size.

    Raises
    ------
    WorkbookError
        There is no Spec, the file contains another model, or the Spec describes more cells than the
        file spans, so that a small file would cost much time and memory.
    """
    if model is not None:
        check_model(model)
    title, lines = spec_text(path)
    try:
        spec, exercise = from_toml(lines), exercise_in(lines)
    except DataError as error:
        raise WorkbookError(f"{path.name}, sheet {title}: {error}") from error
    box = contents.box if contents else path.stat().st_size  # a file has fewer cells than bytes
    # if a program dropped all formulas, each is reported
    formulas = (contents.computed_count if contents else 0) or box
    least = kind_of(spec).least_formulas(spec)
    if least > formulas:  # otherwise its cells are not even counted
        raise WorkbookError(
            "{file}: its Spec describes at least {least} formulas, and it holds {formulas}; "
            "restore the Spec or the cells that were deleted.",
            file=path.name,
            least=f"{least:,}",
            formulas=f"{formulas:,}",
        )
    try:
        if model is not None:
            check_same(spec, model)
        practises = exercise is not None and exercise_title(spec.lang) in sheet_parts(path)
        blank = tuple(exercise.blank) if practises else None
        layout = layout_of(spec, blank) if model is None else _layout_with(model, spec, blank)
        if exercise is not None and not practises:
            layout = waiting(layout, exercise.blank)
    except DataError as error:
        raise WorkbookError(f"{path.name}, sheet Spec: {error}") from error
    claimed = sum(prod(block.quantity.lengths) for block in layout.blocks.values())
    if claimed > SPARE + 2 * box:
        raise WorkbookError(
            "{file}: its Spec describes {claimed} cells, and its sheets span {box}; restore the "
            "Spec or the cells that were deleted.",
            file=path.name,
            claimed=f"{claimed:,}",
            box=f"{box:,}",
        )
    return spec, layout


def name_of(quantity: Quantity, words: Text) -> str:
    """Return what a workbook calls a quantity; empty if it has no name."""
    name: str = words.words["quantities"].get(quantity.kind, "")
    return name


def names_in(
    spec: WorkbookSpec, layout: Layout, quantities: Iterable[str], axes: Iterable[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a workbook calls some of its quantities and axes."""
    words = kind_of(spec).words(spec, layout)
    names = {name: name_of(layout.model[name], words) for name in quantities}
    return names, {axis: words.of_itself("headings", axis) for axis in axes}


def is_ours(spec: WorkbookSpec, model: Model | None) -> bool:
    """Return whether the equations of a workbook are those of xlnn, and not of a programmer."""
    return model is None and kind_of(spec).is_ours


def on_records(spec: WorkbookSpec, layout: Layout, run: Arrays) -> Iterator[str]:
    """Yield a sentence if the noted values of NumPy's run differ from a run now.

    Parameters
    ----------
    spec : Spec
    layout : Layout
    run : dict of arrays
        NumPy's run of the workbook's inputs, and the contents of its records.
    """
    altered = list(kind_of(spec).altered_records(spec, run))
    if altered:
        name, index, expected = altered[0]
        count = f"{len(altered) - 1:,}"
        yield Message(
            "{cell} holds {value}, and should note {expected} of NumPy's run of these inputs: the "
            "note was overwritten{more}",
            cell=layout.cell(name, index),
            value=f"{run[name][index]:.15g}",
            expected=f"{expected:.15g}",
            more=Message(", as {count} more of these notes", count=count) if altered[1:] else "",
        )


MOST = 20
"""Cells of quantities that are looked at on each sheet."""

_UNREAD = str.maketrans(dict.fromkeys("$' "))


def swapped(path: Path, layout: Layout) -> WorkbookError | None:
    """Return an error that names the sheets whose names were swapped, if any.

    Parameters
    ----------
    path : Path
        An inspected workbook.
    layout : Layout
        None of its sheets is missing.
    """
    belongs = by_heading(path)
    if not belongs:
        return None
    now = {title: name for name, title in belongs.items()}
    titles = {key: now.get(title, title) for key, title in layout.titles.items()}
    renamed = replace(layout, titles=titles)
    named, stayed, followed = (
        _fitting(path, *layouts)
        for layouts in ((layout, layout), (renamed, layout), (renamed, renamed))
    )
    decides = any(layout.titles[block.sheet] in now for block in layout.blocks.values())
    if decides and named >= max(stayed, followed):
        return None
    return _refusal(path, belongs, formulas_stayed=stayed > followed)


def by_heading(path: Path) -> dict[str, str]:
    """Return the right title of each sheet whose name was swapped."""
    shown = headings(path)
    belongs = {name: title for name, title in shown.items() if title in shown and title != name}
    # the sheet without a title has the remaining name
    ends, starts = belongs.values() - belongs.keys(), belongs.keys() - belongs.values()
    if len(ends) == len(starts) == 1:
        (end,), (start,) = ends, starts
        belongs |= {end: start} if shown[end] not in shown else {}
    if belongs.keys() != set(belongs.values()):
        return {}
    return {name: belongs[name] for name in shown if name in belongs}


def _refusal(path: Path, belongs: Mapping[str, str], *, formulas_stayed: bool) -> WorkbookError:
    """Return an error with the right title of each sheet, and what to do."""
    *most, last = belongs
    whose = "each other's" if len(belongs) == 2 else "one another's"
    how = "swap the names back"
    if len(belongs) > 2:
        how = "rename " + ", ".join(f"{name} to {title}" for name, title in belongs.items())
    if formulas_stayed:
        how += f" in {WORKBOOK} itself, since a spreadsheet program would change the formulas too"
    return WorkbookError(
        f"{path.name}: the sheets {', '.join(most)} and {last} have {whose} names: {how}."
    )


def _fitting(path: Path, places: Layout, stated: Layout) -> int:
    """Count the cells with the right contents: the stated formula, or an input."""
    fitting = 0
    for title in places.titles.values():
        seen = 0
        for cell in cells(path, title):
            entry = places.entry(title, cell.row, cell.column)
            if entry is None:
                continue
            if places.model[entry[0]].is_typed(entry[1]):
                fitting += isinstance(cell.value, str) == places.model[entry[0]].is_text
            elif cell.formula is not None:
                fitting += _read(cell.formula) == _read(stated.formula(*entry))
            seen += 1
            if seen == MOST:
                break
    return fitting


def _read(formula: str) -> str:
    """Return a formula without the parts that programs change on saving."""
    return formula.translate(_UNREAD).casefold()
