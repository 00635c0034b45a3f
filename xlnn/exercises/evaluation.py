"""Compute formulas of a submission with given numbers in all other cells, in several engines.

LibreOffice computes what one of the other two cannot. It takes seconds to start, so all questions
are in one workbook, with separate sheets for each task of each world.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from xlnn.checking.references import replaced
from xlnn.engines import Allowance, libreoffice, load
from xlnn.engines._child import Child
from xlnn.engines.formualizer import UNKNOWN
from xlnn.engines.functions import needs_more
from xlnn.engines.scenarios import NOTHING, Found, Place, Question, Task
from xlnn.errors import EngineError
from xlnn.exercises.submission import Submission
from xlnn.formula import title_of
from xlnn.grid import CellError, Values, address
from xlnn.loading.values import write_values

LARGE_BOOK = 100_000
"""The number of formulas that LibreOffice's memory limit allows for."""

Arrays = dict[str, np.ndarray]

FORMUALIZER, IRONCALC, LIBREOFFICE = ENGINES = "scenarios", "arrays", "libreoffice"
"""The engines that compute formulas with given numbers, in the order in which they are asked."""

FORMULAS = "formulas"
"""The engine that takes the place of formualizer for a workbook in matrices, whose array formulas
formualizer does not compute."""

NAMES = {
    FORMUALIZER: "formualizer", IRONCALC: "ironcalc", LIBREOFFICE: LIBREOFFICE, FORMULAS: FORMULAS
}  # fmt: skip
"""Names of the engines in reasons."""


@dataclass(frozen=True)
class World:
    """The values of all cells for given inputs.

    Attributes
    ----------
    arrays : dict of arrays
        NumPy's run.
    is_extreme : bool
        Whether its numbers are so large or small that right formulas may have errors.
    is_own : bool
        Whether its inputs are those of the file.
    """

    arrays: Arrays
    is_extreme: bool = False
    is_own: bool = False


def evaluated_tasks(
    submitted: Submission,
    questions: Sequence[tuple[World, Sequence[Task]]],
    engine: str = "",
) -> list[list[list[Found]]]:
    """Compute tasks in their worlds, within limits of time and memory.

    By default formualizer computes them, or IronCalc if it lacks one of their functions. If an
    engine fails, each task is computed alone, so that one formula does not affect others. What
    fails, and all that LibreOffice computes if it is not installed, is `UNKNOWN`.
    """
    if engine in {LIBREOFFICE, FORMULAS}:
        return _in_workbook(submitted, questions, engine)
    texts = (f for _, tasks in questions for task in tasks for f in task.formulas.values())
    is_array = submitted.layout.has_arrays
    engine = engine or (IRONCALC if is_array or any(map(needs_more, texts)) else FORMUALIZER)
    try:
        return _asked(submitted, questions, engine)
    except EngineError:
        answers: list[list[list[Found]]] = []
        for world, tasks in questions:
            answers.append([])
            for task in tasks:
                try:
                    answers[-1] += _asked(submitted, [(world, [task])], engine)[0]
                except EngineError:
                    answers[-1].append([UNKNOWN] * len(task.wanted))
        return answers


def _asked(
    submitted: Submission, questions: Sequence[tuple[World, Sequence[Task]]], engine: str
) -> list[list[list[Found]]]:
    contents = submitted.contents
    size = contents.formula_count * max(1, len(submitted.blanks))
    with Child(engine, contents.path, Allowance.of_size(size, contents.box)) as ask:
        return [ask(_question(submitted, world, tasks)) for world, tasks in questions]


def _question(submitted: Submission, world: World, tasks: Sequence[Task]) -> Question:
    """Return what an engine is asked for some tasks in a world."""
    titles = _read_by(tasks, submitted)
    values = write_values(submitted.layout, world.arrays)
    return Question(
        submitted.contents.sheets,
        submitted.helpers,
        _beside(submitted, titles),
        {title: values[title] for title in titles if title in values},
        submitted.sizes,
        tasks=list(tasks),
    )


def engines_of(submitted: Submission) -> tuple[str, ...]:
    """Return the engines that compute the formulas of a submission, in their order."""
    return (FORMULAS, *ENGINES[1:]) if submitted.layout.has_arrays else ENGINES


def _in_workbook(
    submitted: Submission, questions: Sequence[tuple[World, Sequence[Task]]], engine: str
) -> list[list[list[Found]]]:
    """Return the values from an engine that reads a workbook."""
    contents, count = submitted.contents, sum(len(tasks) for _, tasks in questions)
    size = LARGE_BOOK + contents.formula_count * count, contents.box * count
    with suppress(EngineError):
        if engine == FORMULAS or libreoffice.PROGRAM.find():
            asked = [_question(submitted, world, tasks) for world, tasks in questions]
            return computed(asked, Allowance.of_size(*size), engine)
    return [[[UNKNOWN] * len(task.wanted) for task in tasks] for _, tasks in questions]


def _read_by(tasks: Sequence[Task], submitted: Submission) -> set[str]:
    """Return the sheets that tasks may read: their own and those named in formulas."""
    titles = {place[0] for task in tasks for place in task.wanted}
    titles |= {place[0] for place in submitted.helpers}
    texts = [text for task in tasks for text in task.formulas.values()]
    said = "\n".join((*texts, *submitted.helpers.values())).casefold()
    named = (t for t in submitted.contents.sheets if t.replace("'", "''").casefold() in said)
    return titles.union(named)


def _beside(submitted: Submission, titles: set[str]) -> dict[Place, float | str | bool]:
    """Return the typed values outside all quantities on some sheets."""
    return {
        place: value
        for place, value in submitted.typed.items()
        if place[0] in titles and place not in submitted.owned and not isinstance(value, CellError)
    }


OWN = frozenset(map(CellError, ("#VALUE!", "#NAME?")))
"""How LibreOffice writes its own errors, such as a missing function."""


def computed(
    questions: Sequence[Question], allowance: Allowance, engine: str = LIBREOFFICE
) -> list[list[list[Found]]]:
    """Return an engine's values of the wanted cells, for each question and each of its tasks.

    Raises
    ------
    EngineError
        It is not installed, or fails.
    """
    book = Workbook()
    book.remove(book.active)
    renamed = []
    for question in questions:
        for task in question.tasks:
            held = {*question.values, *(place[0] for place in question.beside)}
            held |= {place[0] for place in (*question.formulas, *task.formulas, *task.wanted)}
            titles = {title: f"own_{len(renamed)}_{n}" for n, title in enumerate(sorted(held))}
            sheets = {title: book.create_sheet(name) for title, name in titles.items()}
            _fill(sheets, question, task)
            renamed.append(titles)
    with TemporaryDirectory(prefix="xlnn-") as folder:
        path = Path(folder, "answers.xlsx")
        book.save(path)
        with load(engine, path, allowance) as recalculate:
            values = recalculate({})
    title_maps = iter(renamed)
    return [
        [_read(values, task, next(title_maps)) for task in question.tasks] for question in questions
    ]


def _fill(sheets: Mapping[str, Worksheet], question: Question, task: Task) -> None:
    held: dict[Place, Found] = {}
    for title, grid in question.values.items():
        rows, columns = grid.numbers.shape
        places = [(row, column) for row in range(1, rows + 1) for column in range(1, columns + 1)]
        held |= {(title, *at): grid.at(*at) for at in (*places, *grid.others)}
    held |= {**question.beside, **task.constants}
    for (title, row, column), value in held.items():
        if value is not None and not isinstance(value, CellError):
            cell = sheets[title].cell(row, column, value)
            cell.data_type = "s" if isinstance(value, str) else cell.data_type
    titles = {title.casefold(): sheet.title for title, sheet in sheets.items()}
    for place, text in {**question.formulas, **task.formulas}.items():
        cell = sheets[place[0]].cell(*place[1:])
        formula = _renamed(text, titles)
        if place in question.arrays:
            height, width = question.arrays[place]
            end = address(cell.row + height - 1, cell.column + width - 1)
            cell.value = ArrayFormula(f"{cell.coordinate}:{end}", formula)
        else:
            cell.value = formula


def _renamed(formula: str, titles: Mapping[str, str]) -> str:
    """Return a formula with sheets renamed."""

    def own(sheet: str, cells: str) -> str:
        title = titles.get(title_of(sheet).casefold())
        return f"{title}!{cells}" if title else sheet + cells

    return replaced(formula, own)


def _read(values: Values, task: Task, titles: Mapping[str, str]) -> list[Found]:
    found = (values.get(titles[title], NOTHING).at(*at) for title, *at in task.wanted)
    return [UNKNOWN if value in OWN else value for value in found]
