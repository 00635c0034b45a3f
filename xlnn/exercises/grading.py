"""Grade submissions."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, as_completed
from contextlib import suppress
from functools import partial
from pathlib import Path
from secrets import randbelow
from typing import Any

import numpy as np

from xlnn.checking.check import SEEDS
from xlnn.checking.formula_text import plainly
from xlnn.errors import MENDABLE, OptionsError
from xlnn.exercises.consistency import as_a_whole
from xlnn.exercises.copies import copies, filled_in
from xlnn.exercises.exercise import inputs_of
from xlnn.exercises.grades import Grade, Grades, QuestionGrade, UnitGrade
from xlnn.exercises.judging import PROBES, Judged, judged
from xlnn.exercises.mistakes import mistake
from xlnn.exercises.parallel import shared
from xlnn.exercises.submission import Submission, submission
from xlnn.workbooks import kind_of

Points = Mapping[str, float]
"""What a quantity is worth, by its name; 1 where nothing is said."""


def grade(
    files: Sequence[Path | str] | Path | str,
    *,
    points: Points | None = None,
    seed: int | None = None,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Grades:
    """Grade exercises that were handed in.

    Each quantity is judged alone, in the file's own inputs and in random ones, among right values:
    a mistake costs its own mark and no other. A file that cannot be graded gets its sentence, and
    keeps no other from its grade.

    Parameters
    ----------
    files : list of Path
        Workbooks that `xlnn.exercise` wrote, filled in by students.
    points : dict
        What each quantity is worth, by its name: ``{"delta3": 4}``; others are worth 1.
    seed : int
        Of the random inputs, which are the same for all files; by default another one in each run,
        so that no formula can be made to agree with them. `Grades.seed` says which.
    workers : int
        Processes; by default one for each processor.
    tell : function
        Is told after each submission, in words, how many were graded.

    Returns
    -------
    Grades

    Raises
    ------
    OptionsError
        There are no files, points for what is no number from 0 on, or a seed that is no whole
        number from 0 on.

    Examples
    --------
    >>> import xlnn
    >>> asked = {"blank": "dx,x", "student": "Ada", "key": True}
    >>> made = xlnn.exercise("descent", "ada.xlsx", **asked)          # doctest: +SKIP
    >>> grades = xlnn.grade("ada.xlsx", points={"dx": 4})             # doctest: +SKIP
    >>> [(grade.student, grade.points) for grade in grades]           # doctest: +SKIP
    [('Ada', 5.0)]
    """
    paths = [Path(files)] if isinstance(files, str | Path) else [Path(file) for file in files]
    worth = dict(points or {})
    if not paths:
        raise OptionsError("There is no file to grade.")
    for name, number in worth.items():
        if not isinstance(number, int | float) or not 0 <= number < float("inf"):
            raise OptionsError(
                f"points of {name:.40} are {number!r}: a number from 0 was expected."
            )
    if seed is not None and (type(seed) is not int or seed < 0):
        raise OptionsError(f"seed is {seed!r}: a whole number of at least 0 was expected.")
    chosen = randbelow(SEEDS) if seed is None else seed
    work = partial(graded, points=worth, seed=chosen)
    found: dict[Path, Grade] = {}
    for path, result in _each(work, list(dict.fromkeys(paths)), workers):
        found[path] = result
        tell(f"{len(found):,} of {len(paths):,} submissions are graded")
    grades = tuple(found[path] for path in dict.fromkeys(paths))
    _check_points(worth, grades)
    return Grades(grades, copies(grades), chosen)


def _check_points(worth: Points, grades: Sequence[Grade]) -> None:
    known = {question.quantity for each in grades for question in each.questions}
    unknown = [name for name in worth if known and name not in known]
    if unknown:
        raise OptionsError(
            f"There are points for {unknown[0]:.40}, which is not left out in any file: left out "
            f"are {', '.join(sorted(known))}."
        )


def _each(
    work: Callable[[Path], Grade], paths: Sequence[Path], workers: int | None
) -> Iterator[tuple[Path, Grade]]:
    """Yield the grade of each file as it is known, whatever becomes of a process."""
    count = min(workers or os.cpu_count() or 1, len(paths))
    if count == 1:
        for path in paths:
            yield path, work(path)
        return
    left = list(paths)
    with shared(count) as submit:
        waiting = {submit(work, path): path for path in paths}
        with suppress(BrokenExecutor):
            for done in as_completed(waiting):
                result = done.result()
                left.remove(waiting[done])
                yield waiting[done], result
    for path in left:  # a process ended, and all others with it: each gets one of its own
        with shared(1) as submit:
            try:
                yield path, submit(work, path).result()
            except BrokenExecutor:
                yield (
                    path,
                    Grade(path.name, error=f"{path.name}: the grading ended without a result."),
                )


def graded(path: Path, points: Points, seed: int) -> Grade:
    """Grade one file."""
    try:
        handed_in = submission(path)
        results, usable = judged(handed_in, seed, PROBES)
        changed = _changed(handed_in) if usable else ()
        results, whole = as_a_whole(handed_in, results, usable=usable)
    except MENDABLE as error:
        return Grade(path.name, error=str(error) or type(error).__name__)
    names = kind_of(handed_in.spec).words(handed_in.spec, handed_in.layout).words["quantities"]
    return Grade(
        file=path.name,
        student=handed_in.exercise.student,
        lang=handed_in.spec.lang,
        questions=tuple(
            _question(handed_in, each, points.get(each.quantity.name, 1), names) for each in results
        ),
        whole=whole,
        changed=changed,
        usable=usable,
    )


def _question(
    handed_in: Submission, result: Judged, worth: float, names: Mapping[str, str]
) -> QuestionGrade:
    quantity = result.quantity
    units = tuple(_unit(handed_in, result, unit) for unit in quantity.units)
    share = sum(unit.right for unit in units) / len(units)
    symbol = quantity.symbol.format("").strip() or quantity.name
    name = names.get(quantity.kind, "") or quantity.name
    return QuestionGrade(quantity.name, symbol, name, worth * share, worth, units)


def _unit(handed_in: Submission, result: Judged, unit: tuple[int, ...]) -> UnitGrade:
    symbol = result.quantity.heading(unit).strip() or result.quantity.name
    if result.right(unit):
        return UnitGrade(symbol, right=True)
    axes, places = len(result.quantity.axes), dict(handed_in.places(result.quantity))
    own = [index for index in places if index[axes:] == unit]
    answers = (
        plainly(result.formulas[index]) if index in result.formulas else str(result.typed[index])
        for index in own
        if index in result.formulas or index in result.typed
    )
    why = mistake(handed_in.layout, result, unit)
    formulas = {places[i]: result.formulas[i] for i in own if i in result.formulas}
    is_typed = any(index in result.typed for index in own)
    filled = "" if is_typed else filled_in(handed_in.layout, formulas)
    return UnitGrade(symbol, right=False, mistake=why, answer="\n".join(answers), filled=filled)


def _changed(handed_in: Submission) -> tuple[str, ...]:
    """Return the inputs that are not those that were handed out, as far as it can be told."""
    own = handed_in.inputs
    chosen = {q.name for q in handed_in.layout.model.inputs if q.choices}

    def others(given: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(
            name
            for name, array in given.items()
            if name in own and name not in chosen and not _same(np.asarray(array), own[name])
        )

    given = inputs_of(handed_in.exercise, handed_in.spec, is_known=lambda given: not others(given))
    return others(given or {})


def _same(given: np.ndarray, own: np.ndarray) -> bool:
    """Tell whether inputs are the same: programs that save a file keep 15 digits.

    A template has one run: of several, the first is compared with it.
    """
    own = own[0] if own.ndim > given.ndim else own
    if given.shape != own.shape:
        return False
    if np.dtype(object) in {own.dtype, given.dtype}:
        return bool((given.astype(str) == own.astype(str)).all())
    return bool(np.allclose(given, own, rtol=1e-12, atol=1e-15))
