"""Make an exercise from a template or a workbook, for one student or a class.

The full workbook is written and verified as in `xlnn.building.build`. Then it is written again
without the formulas of some quantities, and with a sheet of instructions.
"""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any, ClassVar, Unpack

import numpy as np
from numpy.typing import ArrayLike

from xlnn import reference
from xlnn.arguments import path_of
from xlnn.atomic_write import check_replaceable, folder_for, has_mark
from xlnn.building.continue_from import source_of
from xlnn.building.destination import OUTPUT, Destination
from xlnn.building.plan import planned, source_of_model
from xlnn.building.writing import Built, carried_out
from xlnn.checking.references import CellRange, areas, range_text
from xlnn.errors import DataError, DisagreementError, Message, OptionsError, OutputNameError, blamed
from xlnn.exercises.levels import blanks_of, unsteady
from xlnn.exercises.parallel import at_once, shared
from xlnn.exercises.roster import checked, file_names, students, told_apart
from xlnn.explaining.explain import read_aloud
from xlnn.formula import functions_of
from xlnn.grid import address
from xlnn.layout import Layout
from xlnn.model import Model
from xlnn.options import EXERCISE, ExerciseOptions, Options, documented
from xlnn.quantity import Quantity
from xlnn.registry.templates import DEFAULT
from xlnn.workbooks.exercise import Exercise
from xlnn.workbooks.exercise_drawing import (
    Hint,
    SheetFacts,
    Shown,
    drawings_of_exercise,
    exercised,
    symbol,
    told_on_guide,
)
from xlnn.workbooks.exercise_sheet import CORRECT, Tasks, check_blank, noted
from xlnn.workbooks.kind import Plan, Source
from xlnn.writing.drawing import Drawing

TRIES = 20
"""How often random numbers are tried until a student's network learns."""

WAYS = "choose another place with -o, or overwrite it with --force"


@documented(EXERCISE)
def exercise(
    what: str | Path | Model = DEFAULT,
    output: Path | str | None = None,
    *,
    inputs: Mapping[str, ArrayLike] | None = None,
    tell: Callable[[str], None] = lambda _: None,
    **options: Unpack[ExerciseOptions],
) -> tuple[Built, ...]:
    """Write a workbook without the formulas of some quantities, for students to fill in.

    The options have the same names as those of ``xlnn exercise``. Each student gets different start
    weights and images, or different numbers. Without a student and a seed, the numbers are those of
    the template.

    Parameters
    ----------
    what : str, Path or Model
        A template's name, its folder, a workbook that xlnn made, or a model of your own.
    output : Path
        The path of the exercise, or with a roster the folder of the exercises. By default in
        ``output/``.
    inputs : dict
        For a model of your own: a number or an array for each input, by name.
    tell : function
        Called with a description of each step.
    **options

    Returns
    -------
    tuple of Built
        One for each student.

    Raises
    ------
    XlnnError
        An error that the user can correct.

    Examples
    --------
    >>> import xlnn
    >>> made = xlnn.exercise("digits", "ada.xlsx", blank="delta3,delta2", student="Ada",
    ...                      seed=7, epochs=3)                        # doctest: +SKIP

    For a model of your own, with your own symbols, equations and meanings:

    >>> double = xlnn.Stated(lambda x: 2 * x, "=2*{x}")
    >>> model = xlnn.Model((xlnn.Quantity("x"), xlnn.Quantity("y", equation=double)))
    >>> made = xlnn.exercise(model, "bob.xlsx", inputs={"x": 21}, blank="y",
    ...                      student="Bob")                           # doctest: +SKIP
    >>> xlnn.grade("bob.xlsx", model=model, inputs={"x": 21}).mean    # doctest: +SKIP
    """
    asked = Options(EXERCISE, **options)
    output = None if output is None else path_of(output, "output")
    if isinstance(what, Model) or inputs is not None:
        source = source_of_model(what, "model", inputs)
    else:
        source = source_of(what)
    with blamed(asked):
        name = checked(asked.student, "student") if asked.student else ""
    known = ("epochs", "edition", "lang", "large")
    building = Options(**{key: asked[key] for key in known if key in asked})
    table = Exercise(asked.blank, name, asked.seed, asked.level)
    table = left_out(source, building, table)
    if asked.autograder is not None:
        if not source.is_found_by_name:
            raise OptionsError("An autograder cannot hold a model of your own: use xlnn.grade.")
        check_replaceable(Path(asked.autograder), has_mark, force=asked.force)
    shown = Shown(asked.note, asked.points)
    with blamed(asked):
        shown.check(table.blank)
    work = partial(_written, source, building, key=asked.key, shown=shown, hints=asked.hints)
    ending = "-key" if asked.key else ""
    if asked.roster is None:
        path = output or OUTPUT / f"{Path(source.name).name}-exercise{ending}.xlsx"
        with _folder_of_keys(path.parent, asked.key):
            built = (work(table, Destination(path, force=asked.force, ways=WAYS), tell=tell),)
    else:
        folder = output or OUTPUT / f"{source.name}-exercises"
        if folder.suffix.lower() == ".xlsx":
            raise OutputNameError(
                f"{folder}: with a roster the output is a folder: use a name without .xlsx."
            )
        names = told_apart(students(Path(asked.roster)))
        files = [folder / f"{file}{ending}.xlsx" for file in file_names(names)]
        places = [Destination(file, force=asked.force, ways=WAYS) for file in files]
        tables = [replace(table, student=name) for name in names]
        with _folder_of_keys(folder, asked.key):
            several = source.is_found_by_name
            built = _for_class(work, tables, folder, places, tell, several=several)
    if asked.autograder is not None:
        from xlnn.exercises.autograder import write_autograder  # noqa: PLC0415 -- rarely needed
        from xlnn.exercises.submission import handed_out  # noqa: PLC0415 -- the same

        texts: dict[str, str] = {}
        for one in built:
            texts |= handed_out(one.path)
        write_autograder(Path(asked.autograder), texts, force=asked.force)
    return built


def _folder_of_keys(folder: Path, is_asked: object) -> AbstractContextManager[None]:
    """Make the folder of the solutions, which is often a new one."""
    return folder_for(folder, parents=True) if is_asked else nullcontext()


def _for_class(  # noqa: PLR0913 -- what is written, where and how
    work: Callable[..., Built],
    tables: Sequence[Exercise],
    folder: Path,
    places: Sequence[Destination],
    tell: Callable[[str], None],
    *,
    several: bool,
) -> tuple[Built, ...]:
    """Write an exercise for each student, using several processes or only this one."""
    built: dict[Path, Built] = {}
    with folder_for(folder, parents=folder.parent == OUTPUT):
        for place in places:
            place.check()
        count = min(os.cpu_count() or 1, len(places))
        with shared(count) if several else nullcontext(at_once) as submit:
            waiting: dict[Future[Built], Path] = {}
            for table, place in zip(tables, places, strict=True):
                waiting[submit(work, table, place, is_first=table is tables[0])] = place.path
            for number, future in enumerate(as_completed(waiting), start=1):
                built[waiting[future]] = future.result()
                tell(
                    Message(
                        "{number:,} of {total:,} exercises are written",
                        number=number,
                        total=len(places),
                    )
                )
    return tuple(built[place.path] for place in places)


def left_out(source: Source, options: Options, asked: Exercise) -> Exercise:
    """Return the exercise with the quantities to leave out, the same for every student."""
    plan = planned(source, options)
    with blamed({"blank": asked.blank} if asked.blank else {}):
        blank = blanks_of(plan.layout, asked.blank, asked.level, plan.cells)
    return replace(asked, blank=blank, level=0 if asked.blank else asked.level)


def _written(  # noqa: PLR0913 -- the options of the command
    source: Source,
    options: Options,
    table: Exercise,
    place: Destination,
    *,
    key: bool,
    shown: Shown,
    hints: bool,
    **how: Any,  # noqa: ANN401 -- as `carried_out` takes it
) -> Built:
    """Write a student's exercise, or its solution; the first of a class is verified in full."""
    place.check()
    given = student_exercise(source, options, table)
    blank = () if key else table.blank
    more = {"blank": blank, "given": given, "exercise": table, "shown": shown, "hints": hints}
    known = {field.name: getattr(given, field.name) for field in fields(given)}
    plan = ExercisePlan(**known | more)
    return carried_out(plan, place, **how)


@dataclass(frozen=True, kw_only=True)
class ExercisePlan(Plan):
    """A workbook with the sheet Exercise and without some formulas.

    Attributes
    ----------
    given : Plan
        The workbook itself.
    exercise : Exercise
    shown : Shown
        What a teacher adds to the sheet.
    hints : bool
        Whether the sheet shows which cells and functions a formula needs.
    """

    given: Plan
    exercise: Exercise
    shown: Shown
    hints: bool
    notes: ClassVar[tuple[str, ...]] = ()

    @cached_property
    def tasks(self) -> Tasks:
        """The quantities to be filled in, and their cells."""
        return Tasks(self.given.layout, self.exercise.blank)

    @cached_property
    def layout(self) -> Layout:
        """Where everything is."""
        return exercised(self.given.layout, self.exercise.blank, self.spec.lang)

    @cached_property
    def cells(self) -> dict[str, np.ndarray]:
        """The values of its input cells and records."""
        run = reference.run(self.given.layout.model, self.given.cells)
        return self.given.cells | noted(self.tasks, run)

    @property
    def drawings(self) -> dict[str, Drawing]:
        """What each sheet shows besides its quantities, by the sheet's key."""
        kind, spec, plain, asked = self.kind, self.spec, self.given.layout, self.exercise
        words = told_on_guide(kind.words(spec, plain), asked)
        names = words.words["quantities"]
        equations = {name: equation(plain, name, names) for name in asked.blank}
        spoken = partial(kind.equations, spec)
        hints = {name: hint(plain, name) for name in asked.blank if self.hints}
        told = SheetFacts(self.tasks, asked, words, spoken, equations, self.shown, hints)
        return drawings_of_exercise(kind.drawings(spec, plain, words), self.layout, told)

    def check(self, arrays: Callable[[], reference.Arrays]) -> None:
        """Refuse an exercise if an engine finds its solution incorrect.

        Raises
        ------
        DisagreementError
            The message names the first such quantity.
        """
        states = arrays()["exercise_blanks"]
        for name, state in zip(self.exercise.blank, states, strict=True):
            if state != CORRECT:
                raise DisagreementError(
                    f"{name} cannot be left out: with its right formulas another engine gives "
                    "different numbers; choose other quantities."
                )


def student_exercise(
    source: Source,
    options: Mapping[str, Any],
    exercise: Exercise,
    is_known: Callable[[Mapping[str, Any]], bool] = lambda _: False,
) -> Plan:
    """Return a student's exercise with nothing left out.

    Its inputs follow only from the name and the teacher's seed.

    Parameters
    ----------
    source : Source
    options : dict
    exercise : Exercise
    is_known : function
        Returns whether inputs were already handed out, so that they need not be tried again.

    Raises
    ------
    DataError
        The options do not fit, or the network learns with none of the random numbers tried.
    """
    kind = source.kind
    if not exercise.student and not exercise.seed:
        return kind.plan(source, options)
    for number in range(TRIES):
        random = np.random.default_rng([exercise.own_seed, number])
        try:
            personal = kind.personal(source, options, random)
            given = kind.plan(personal, options)
            if is_known(given.inputs):
                return given
            for name in exercise.blank:
                check_blank(given.layout.model, name)
            cells = given.cells
        except DataError:
            if number == TRIES - 1:
                raise
        else:
            if not unsteady(given.layout, exercise.blank, cells):
                return given
    raise DataError(
        f"Of {TRIES} choices of numbers none is suitable for {exercise.student or 'an exercise'}, "
        "because rounding decides the results: leave out other quantities."
    )


LONGEST = 150
"""The most characters of an equation."""

_PART = r"((?:[^(),]|\((?:[^()]|\([^()]*\))*\))+)"
"""An argument of a function, with at most two parentheses inside each other."""

_NOTATION = (
    (r"\bPI\(\)", "π"),
    (r"(?<!\w)\(([0-9]+)\)", r"\1"),
    (r"(?<!\w)\((\([^()]*\))\)", r"\1"),
    (r" \^ 2(?![\d.])", "²"),
    (r" \^ 3(?![\d.])", "³"),
    (rf"\bSUMPRODUCT\({_PART}, {_PART}\)", r"Σ [\1] [\2]"),
    (rf"\bSUMPRODUCT\({_PART}, {_PART}, {_PART}\)", r"Σ [\1] [\2] [\3]"),
    (rf"\bSUMXMY2\({_PART}, {_PART}\)", r"Σ ([\1] − [\2])²"),
    (rf"(?<=× )(SUMSQ\({_PART}, [^()]*\))|(SUMSQ\({_PART}, [^()]*\))(?= [/×^])", r"(\1\3)"),
    (rf"\bSUMSQ\({_PART}\)", r"Σ [\1]²"),
    (rf"\bSUMSQ\({_PART}, ", r"Σ [\1]² + SUMSQ("),
    (rf"\bSUM(?:PRODUCT)?\({_PART}\)", r"Σ [\1]"),
    (r"\[([^][ ]+)\]", r"\1"),
    (r"\[([^][]+)\]", r"(\1)"),
    (rf"\bABS\({_PART}\)", r"|\1|"),
    (rf"\bSIGN\({_PART}\) = 0", r"\1 = 0"),
    (rf"\bEXP\(MIN\(700, {_PART}\)\)", r"exp(\1)"),
    (r"\bIF\(\|(.+)\| < 0\.5 / 10 \^ 12, 0, \(?\1\)?\)", r"\1"),
    (r"\bSQRT\(", "√("),
    *(
        (rf"\b{name}\(", f"{name.lower()}(")
        for name in ("EXP", "LN", "TANH", "SIN", "COS", "MAX", "MIN")
    ),
)
"""What a formula writes, and what an equation writes; guards against rounding are left out."""


def equation(layout: Layout, name: str, names: Mapping[str, str]) -> str:
    """Return the equation of a quantity's last unit; empty if its formula is too long for one.

    Parameters
    ----------
    layout : Layout
    name : str
    names : dict
        The names of quantities without a symbol, by kind.
    """
    quantity = layout.model[name]
    last = tuple(length - 1 for length in quantity.lengths)
    here = layout.titles[layout.blocks[name].sheet]
    symbols: list[str] = []

    def mark(area: CellRange) -> str:
        said = _symbol(layout, area, names)
        if said not in symbols:
            symbols.append(said)
        return chr(FIRST + symbols.index(said))

    text = read_aloud(layout.formula(name, last), here, mark)
    before = ""
    while text != before:
        before = text
        for pattern, written in _NOTATION:
            text = re.sub(pattern, written, text)
    if any(" " in said for said in symbols):  # names, which a space does not tell apart
        text = re.sub("([\ue000-\uf8ff]) (?=[\ue000-\uf8ff])", r"\1 × ", text)
    is_alone = len(text) == 1
    for number, said in enumerate(symbols):
        placeholder = chr(FIRST + number)
        is_sum = re.search(" [−+] ", said) and not is_alone
        is_long = is_sum or re.search(r"[ /⁰¹²³⁴⁵⁶⁷⁸⁹]", said)
        for sign in "²³":
            text = text.replace(placeholder + sign, f"({said}){sign}" if is_long else said + sign)
        for pair in ("()", "||"):
            text = text.replace(placeholder.join(pair), said.join(pair))
        text = text.replace(placeholder, f"({said})" if is_sum else said)
    if not text or "…" in text or len(text) > LONGEST:
        return ""
    unit = last[len(quantity.axes) :]
    named = _named(quantity, unit, names) if symbol(quantity) else text
    sign = "←" if name in quantity.sources else "="  # it refers to itself
    return text if named == text else f"{named} {sign} {text}"  # a symbol such as z − h says all


def hint(layout: Layout, name: str) -> Hint:
    """Return which cells and functions the first formula of a quantity needs."""
    (title, *at), text = next(iter(layout.stated(name).items()))
    read = areas(text, title) or ()
    cells = dict.fromkeys(range_text(area, layout.titles.values()) for area in read)
    return Hint(address(*at), tuple(cells), tuple(sorted(functions_of(text))))


FIRST = 0xE000
"""The first of the characters that belong to nobody: they stand for symbols until the end."""


def _symbol(layout: Layout, area: CellRange, names: Mapping[str, str]) -> str:
    """Return the symbol of an area; "…" if it is not of one quantity."""
    corners = (area.top, area.left), (area.bottom, area.right)
    (first, one), (last, other) = (
        layout.entry(area.sheet, *corner) or ("", ()) for corner in corners
    )
    if not first or first != last:
        return "…"
    quantity = layout.model[first]
    axes = len(quantity.axes)
    return _named(quantity, one[axes:] if one[axes:] == other[axes:] else None, names)


def _named(quantity: Quantity, unit: tuple[int, ...] | None, names: Mapping[str, str]) -> str:
    """Return the symbol of a unit, or of all for None; the name of what has no symbol."""
    plain = symbol(quantity)
    if not plain:
        return names.get(quantity.kind, "") or quantity.name
    return quantity.heading(unit).strip() if unit is not None else plain
