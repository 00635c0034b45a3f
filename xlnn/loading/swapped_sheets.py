"""Find sheets of a workbook whose names were swapped.

A sheet shows its title in row 1, except the first. Users can type over a heading, so headings are
trusted only if the cells fit them better than the names.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from xlnn.errors import WorkbookError
from xlnn.layout import Layout
from xlnn.xlsx.cells import cells, headings
from xlnn.xlsx.parts import WORKBOOK

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
    there = replace(layout, titles=titles)
    named, stayed, followed = (
        _fitting(path, *each) for each in ((layout, layout), (there, layout), (there, there))
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
        for cell in cells(path, title, arrays=True):
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
