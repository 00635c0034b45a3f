"""Find sheets of a workbook that have one another's names.

A sheet shows its title in row 1; only the first sheet has another heading. A person can type over
a heading, so headings are believed only if the cells fit them better than the names.
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
    """Return the error that names the sheets which have one another's names, if any do.

    Parameters
    ----------
    path : Path
        A workbook that was let pass.
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
    """Return the title that each sheet should have, of those that have one another's names."""
    shown = headings(path)
    belongs = {name: title for name, title in shown.items() if title in shown and title != name}
    # the sheet that shows no title has the name that is left
    ends, starts = belongs.values() - belongs.keys(), belongs.keys() - belongs.values()
    if len(ends) == len(starts) == 1:
        (end,), (start,) = ends, starts
        belongs |= {end: start} if shown[end] not in shown else {}
    if belongs.keys() != set(belongs.values()):
        return {}
    return {name: belongs[name] for name in shown if name in belongs}


def _refusal(path: Path, belongs: Mapping[str, str], *, formulas_stayed: bool) -> WorkbookError:
    """Name sheets, each with the title that it should have, and say what to do."""
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
    """Count the cells that hold what belongs there: a formula as stated, or an input."""
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
    """Return a formula without what a program that saves it may change."""
    return formula.translate(_UNREAD).casefold()
