"""Compute with LibreOffice what other engines cannot compute, or compute differently.

LibreOffice takes seconds to start, so all questions are in one workbook, with separate sheets for
each task of each world.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from xlnn.address import address
from xlnn.engines import Allowance, loaded
from xlnn.engines.formualizer import UNKNOWN
from xlnn.engines.scenarios import NOTHING, Found, Place, Task
from xlnn.grid import CellError, Values

OWN = frozenset(map(CellError, ("#VALUE!", "#NAME?")))
"""How LibreOffice writes its own errors, such as a missing function."""


def computed(
    questions: Sequence[Mapping[str, Any]],
    arrays: Mapping[Place, tuple[int, int]],
    allowance: Allowance,
) -> list[list[list[Found]]]:
    """Return the values of the wanted cells, for each question and each of its tasks.

    Parameters
    ----------
    questions : list of dict
        Requests as for `xlnn.engines.scenarios`.
    arrays : mapping
        Of the formulas that compute with whole ranges, how many rows and columns each fills.
    allowance : Allowance

    Raises
    ------
    EngineError
        LibreOffice is not installed, or fails.
    """
    book = Workbook()
    book.remove(book.active)
    renamed = []
    for question in questions:
        for task in question["tasks"]:
            held = {*question["values"], *(place[0] for place in question["beside"])}
            held |= {place[0] for place in (*question["formulas"], *task.formulas, *task.wanted)}
            titles = {title: f"own_{len(renamed)}_{n}" for n, title in enumerate(sorted(held))}
            sheets = {title: book.create_sheet(name) for title, name in titles.items()}
            _fill(sheets, question, task, arrays)
            renamed.append(titles)
    with TemporaryDirectory(prefix="xlnn-") as folder:
        path = Path(folder, "answers.xlsx")
        book.save(path)
        with loaded("libreoffice", path, allowance) as recalculate:
            values = recalculate({})
    each = iter(renamed)
    return [
        [_read(values, task, next(each)) for task in question["tasks"]] for question in questions
    ]


def _fill(
    sheets: Mapping[str, Worksheet],
    question: Mapping[str, Any],
    task: Task,
    arrays: Mapping[Place, tuple[int, int]],
) -> None:
    values: Values = question["values"]
    held: dict[Place, Found] = {}
    for title, grid in values.items():
        rows, columns = grid.numbers.shape
        places = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
        held |= {(title, *at): grid.at(*at) for at in (*places, *grid.others)}
    held |= question["beside"] | dict(task.constants)
    for (title, row, column), value in held.items():
        if value is not None and not isinstance(value, CellError):
            cell = sheets[title].cell(row, column, value)
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
    titles = {title.casefold(): sheet.title for title, sheet in sheets.items()}
    for place, text in {**question["formulas"], **task.formulas}.items():
        cell = sheets[place[0]].cell(*place[1:])
        formula = _renamed(text, titles)
        if place in arrays:
            height, width = arrays[place]
            end = address(cell.row + height - 1, cell.column + width - 1)
            cell.value = ArrayFormula(f"{cell.coordinate}:{end}", formula)
        else:
            cell.value = formula


def _renamed(formula: str, titles: Mapping[str, str]) -> str:
    """Return a formula with sheets renamed."""
    parts = ["="]
    for token in Tokenizer(formula).items:
        sheet, mark, cells = token.value.rpartition("!")
        is_named = mark and token.type == Token.OPERAND and token.subtype == Token.RANGE
        title = sheet.strip("'").replace("''", "'").casefold()
        parts.append(titles.get(title, sheet) + mark + cells if is_named else token.value)
    return "".join(parts)


def _read(values: Values, task: Task, titles: Mapping[str, str]) -> list[Found]:
    found = (values.get(titles[title], NOTHING).at(*at) for title, *at in task.wanted)
    return [UNKNOWN if value in OWN else value for value in found]
