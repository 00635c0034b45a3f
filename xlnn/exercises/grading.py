"""Grade submissions."""

import functools
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, replace
from pathlib import Path
from secrets import randbelow
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xlnn.building.continue_from import source_of
from xlnn.building.plan import source_of_model
from xlnn.checking.check import SEEDS
from xlnn.checking.formula_text import plainly
from xlnn.data.messages import listed
from xlnn.engines.conversion import PROGRAM, as_xlsx
from xlnn.errors import MENDABLE, DataError, EngineError, Message, OptionsError, WorkbookError
from xlnn.exercises.collecting import CONVERTED, WORKBOOKS, collected
from xlnn.exercises.consistency import as_a_whole
from xlnn.exercises.copies import copies, filled_in
from xlnn.exercises.exercise import left_out, student_exercise
from xlnn.exercises.gradebook import read_worksheet, with_lateness
from xlnn.exercises.grades import (
    STRAY,
    Grade,
    Grades,
    QuestionGrade,
    UnitGrade,
    resumed,
)
from xlnn.exercises.judging import PROBES, JudgedQuantity, judged
from xlnn.exercises.log import add_to_log
from xlnn.exercises.mistakes import BY_HAND, Mistake, mistakes
from xlnn.exercises.owners import with_owners
from xlnn.exercises.parallel import each_of, shared_out
from xlnn.exercises.roster import students
from xlnn.exercises.submission import Submission, handed_out, submission
from xlnn.loading.spec import spec_text
from xlnn.model import Model
from xlnn.options import ATTEMPTS, Options
from xlnn.workbooks.exercise import Exercise, exercise_in, is_intact
from xlnn.workbooks.kind import Source
from xlnn.workbooks.own_model import kind_with

Points = Mapping[str, float]
"""The points of quantities by name; 1 by default."""

Inputs = Mapping[str, ArrayLike]
"""The inputs of a programmer's own model, by name."""


def grade(  # noqa: PLR0913 -- the options of the command
    files: Sequence[Path | str] | Path | str,
    *,
    points: Points | None = None,
    seed: int | None = None,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda _: None,
    roster: Path | str | None = None,
    exercise: Path | str | None = None,
    handed: Mapping[str, str] | None = None,
    level: int = 0,
    partial: bool = False,
    attempt: str = ATTEMPTS[0],
    late: Path | str | None = None,
    penalty: float = 0.0,
    lang: str | None = None,
    apart: Sequence[Path] = (),
    executor: Executor | None = None,
    shard: tuple[int, int] | None = None,
    log: Path | None = None,
    model: Model | None = None,
    inputs: Inputs | None = None,
) -> Grades:
    """Grade exercises that students filled in.

    Each quantity is graded alone, with right values in all other cells, for the file's own inputs
    and for random ones, so a mistake costs only its own mark. If a file cannot be graded, its grade
    has an error message; the other files are graded all the same.

    Parameters
    ----------
    files : list of Path
        Workbooks that `xlnn.exercise` wrote, filled in by students, or folders of them: downloads
        of Moodle and Canvas too, whose names of folders and files say who handed in what.
    points : dict
        The points of each quantity, by its name: ``{"delta3": 4}``; others are worth 1.
    seed : int
        The seed of the random inputs, which are the same for all files; by default a new one for
        each run, so that no formula can be tailored to them. `Grades.seed` has it.
    workers : int
        The number of processes; by default one for each processor.
    tell : function
        Called with a message after each submission.
    roster : Path
        The class list: its ids and e-mail addresses go into the grades, and missing students are
        listed.
    exercise : Path
        The exercise as handed out, a file or a folder: blanks missing in a submission are noted.
    handed : dict of str
        The same as Specs, by student.
    level : int
        The level that was handed out, compared in the same way.
    partial : bool
        Whether rows that are right earn their share of a unit's points.
    attempt : str
        Which of several files of a student counts: the ``last`` one by the time of the file, or by
        Canvas's number of it, the ``first``, or the ``best``.
    late : Path
        Moodle's grading worksheet, whose column of states says how late each submission is.
        Canvas's file names say whether it is.
    penalty : float
        Per cent of an exercise's points to take off for each day, begun or whole, that it is late;
        one day where it is unknown how late.
    lang : str
        The language of the questions' names; by default that of each workbook.
    apart : list of Path
        Files in the folders that are not submissions.
    executor : concurrent.futures.Executor
        Runs the grading, for example on other machines.
    shard : (int, int)
        The part of the files to grade: ``(3, 16)`` is the third of sixteen parts.
    log : Path
        A file of JSON lines to which each grade is added; files that are already in it are not
        graded again.
    model : Model
        The model, if the exercises were made from your own. They are graded in this process, unless
        there is an `executor`.
    inputs : dict
        The inputs from which they were made, as `xlnn.exercise` took them: changed ones are noted.

    Returns
    -------
    Grades

    Raises
    ------
    OptionsError
        There are no files, points are not numbers of at least 0, the seed is not a whole number of
        at least 0, or another option has a value that it cannot have.

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
    aside = [*apart, *(Path(option) for option in (roster, late, log) if option)]
    given = {file.path: file for file in collected(paths, aside)}
    if not given:
        raise OptionsError(Message("There is no file to grade."))
    for name, number in worth.items():
        if not isinstance(number, int | float) or not 0 <= number < float("inf"):
            raise OptionsError(
                f"points of {name:.40} are {number!r}: a number from 0 was expected."
            )
    if attempt not in ATTEMPTS:
        raise OptionsError(f'attempt is "{attempt:.40}": choose {listed(ATTEMPTS, "or")}.')
    if not isinstance(penalty, int | float) or not 0 <= penalty <= MOST_PENALTY:
        raise OptionsError(f"penalty is {penalty!r}: a number from 0 to 100 was expected.")
    if seed is not None and (type(seed) is not int or seed < 0):
        raise OptionsError(f"seed is {seed!r}: a whole number of at least 0 was expected.")
    class_list = students(Path(roster)) if roster else ()
    worksheet = read_worksheet(Path(late)) if late else []
    chosen, logs = resumed(log, seed)
    chosen = randbelow(SEEDS) if chosen is None else chosen
    specs = handed_out(Path(exercise)) if exercise else handed or {}
    mine = shared_out([*given], shard)
    found = {path: logs[str(path)] for path in mine if str(path) in logs}
    left = [path for path in mine if path not in found]
    if log and not (log.exists() and log.stat().st_size):
        add_to_log(log, {"seed": chosen})
    work = functools.partial(
        graded, points=worth, seed=chosen, partial=partial, level=level, handed=specs, lang=lang,
        model=model, inputs=inputs,
    )  # fmt: skip
    workers = workers if model is None else 1  # no other process knows it
    for path, result in each_of(work, left, workers, executor, failed=_ended):
        found[path] = result
        add_to_log(log, {"path": str(path), "grade": asdict(result)})
        tell(
            Message(
                "{number:,} of {total:,} submissions are graded",
                number=len(found),
                total=len(mine),
            )
        )
    owned = with_owners({path: found[path] for path in mine}, given, class_list)
    grades = tuple(owned.values())
    _check_points(worth, grades)
    graded_students = {(result.student, result.email, result.id) for result in grades}
    # a roster may have no ids
    graded_students |= {(name, email, "") for name, email, _ in graded_students}
    missing = tuple(s for s in class_list if (s.name, s.email, s.id) not in graded_students)
    every = Grades(grades, copies(grades), chosen, () if shard else missing, attempt)
    return with_lateness(every, worksheet, penalty)


MOST_PENALTY = 100
"""Per cent."""


def _ended(path: Path) -> Grade:
    return Grade(path.name, error=f"{path.name}: the grading ended without a result.")


def _check_points(worth: Points, grades: Sequence[Grade]) -> None:
    known = {question.quantity for result in grades for question in result.questions}
    unknown = [name for name in worth if known and name not in known]
    if unknown:
        raise OptionsError(
            f"There are points for {unknown[0]:.40}, which is not left out in any file: left out "
            f"are {', '.join(sorted(known))}."
        )


def graded(  # noqa: PLR0913 -- as `grade`
    path: Path,
    *,
    points: Points,
    seed: int,
    partial: bool,
    level: int,
    handed: Mapping[str, str],
    lang: str | None = None,
    model: Model | None = None,
    inputs: Inputs | None = None,
) -> Grade:
    """Grade one file; see `grade`."""
    ending, none = path.suffix.lower(), Grade(path.name)
    try:
        if path.is_file() and not path.stat().st_size:
            return none.not_graded("empty", file=path.name)
        if ending in CONVERTED:
            return _converted(path, points=points, seed=seed, partial=partial, level=level,
                              handed=handed, lang=lang, model=model, inputs=inputs)  # fmt: skip
        if ending not in WORKBOOKS:
            return none.not_graded("type", file=path.name, ending=ending or "?")
        handed_in = submission(path, model)
        given = _handed_out(handed_in, inputs)
        results, whole = as_a_whole(handed_in, judged(handed_in, seed, PROBES, given))
        usable = all(result.worlds[0].is_own for result in results)
        changed = _others(handed_in, given or {}) if usable else ()
        otherwise = _asked_otherwise(handed_in, level, handed, inputs)
    except MENDABLE as error:
        return _refused(path, error)
    known = handed_in.layout.model
    told = replace(handed_in.spec, lang=lang or handed_in.spec.lang)
    names = kind_with(told, model).words(told, handed_in.layout).words["quantities"]
    return Grade(
        file=path.name,
        student=handed_in.exercise.student,
        lang=handed_in.spec.lang,
        questions=tuple(
            _question(result, names, points.get(result.quantity.name, 1), partial=partial)
            for result in results
        ),
        whole=whole,
        changed=tuple(known[name].symbol.format("").strip() or name for name in changed),
        usable=usable,
        moved=handed_in.moved,
        intact=is_intact(spec_text(path)[1]),
        asked_otherwise=otherwise,
    )


def _refused(path: Path, error: BaseException) -> Grade:
    """Return the grade of a file that cannot be read, or not as an exercise."""
    kind = "other" if zipfile.is_zipfile(path) or not path.is_file() else "damaged"
    reason = str(error) or type(error).__name__
    return Grade(path.name).not_graded(kind, file=path.name, reason=reason)


def _converted(path: Path, **how: Any) -> Grade:  # noqa: ANN401 -- as `graded`
    """Grade a file of another format, which LibreOffice converts."""
    none, ending = Grade(path.name), path.suffix.lower()
    if not PROGRAM.find():
        return none.not_graded("no_libreoffice", file=path.name, ending=ending)
    with path.open("rb") as file:
        if file.read(4) != CONVERTED[ending]:
            return _refused(path, WorkbookError(f"{path.name} is not an {ending} workbook."))
    with tempfile.TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True) as folder:
        workbook = Path(folder, f"{path.stem}.xlsx")
        try:
            workbook.write_bytes(as_xlsx(path))
        except EngineError as error:
            return _refused(path, error)
        return replace(graded(workbook, **how), file=path.name)


def _asked_otherwise(
    handed_in: Submission, level: int, handed: Mapping[str, str], inputs: Inputs | None
) -> tuple[str, ...]:
    """Return the blanks that were handed out but are missing here, or the other way round.

    If they are unknown, or the same in another file, it is `STRAY`.
    """
    asked = handed_in.exercise
    if level:
        source, table = _source(handed_in, inputs), Exercise((), "", 0, level)
        options = Options(**source.kind.asked_for(handed_in.spec))
        blank = left_out(source, options, table).blank
        if difference := {*blank} ^ {*asked.blank}:
            return tuple(sorted(difference))
    if handed:
        only = next(iter(handed.values()))
        text = handed.get(asked.student, only if len(handed) == 1 else "")
        other = exercise_in(text) if text else None
        if other and (difference := {*other.blank} ^ {*asked.blank}):
            return tuple(sorted(difference))
        is_same = other is not None and other.student == asked.student
        if other is None or (is_same and other.fingerprint != asked.fingerprint):
            return STRAY
    return ()


def _question(
    result: JudgedQuantity, names: Mapping[str, str], worth: float, *, partial: bool
) -> QuestionGrade:
    quantity = result.quantity
    reasons = mistakes(result)
    units = tuple(
        _unit(result, unit, reasons.get(unit), partial=partial) for unit in quantity.units
    )
    share = sum(unit.share for unit in units) / len(units)
    symbol = quantity.symbol.format("").strip() or quantity.name
    name = names.get(quantity.kind, "") or quantity.name
    return QuestionGrade(quantity.name, symbol, name, worth * share, worth, units)


def _unit(
    result: JudgedQuantity, unit: tuple[int, ...], why: Mistake | None, *, partial: bool
) -> UnitGrade:
    symbol = result.quantity.heading(unit).strip() or result.quantity.name
    if why is None:
        return UnitGrade(symbol, right=True, share=1.0)
    indices = result.rows(unit)
    typed = [str(result.typed[index]) for index in indices if index in result.typed]
    first = next((i for i in indices if result.wrong[i] and i in result.formulas), None)
    formula = "" if typed or first is None else result.formulas[first]
    return UnitGrade(
        symbol,
        right=False,
        mistake=why,
        answer=plainly(formula) or "\n".join(typed),
        filled=filled_in(result.submitted.layout, result.quantity.sheet, formula),
        by_hand=why.kind in BY_HAND,
        share=result.share(unit) if partial else 0.0,
    )


def _source(handed_in: Submission, inputs: Inputs | None) -> Source:
    """Return what an exercise was made from; by default an own model has the inputs of the file."""
    if handed_in.model is None:
        return source_of(handed_in.spec.template)
    if inputs is None:
        inputs = {
            quantity.name: handed_in.inputs[quantity.name] for quantity in handed_in.model.inputs
        }
    return source_of_model(handed_in.model, handed_in.spec.template, inputs)


def _handed_out(handed_in: Submission, inputs: Inputs | None) -> dict[str, np.ndarray] | None:
    """Return the inputs that were handed out, as they follow from template, options and student.

    A name and a seed that do not belong together give inputs that differ from those in the file.
    None if the template is missing or has changed, or if the inputs of an own model are unknown.
    """
    if handed_in.model is not None and inputs is None:
        return None

    def is_known(given: Mapping[str, Any]) -> bool:
        return not _others(handed_in, given)

    try:
        source = _source(handed_in, inputs)
        options = source.kind.asked_for(handed_in.spec)
        given = student_exercise(source, options, handed_in.exercise, is_known)
    except DataError:
        return None
    return dict(given.inputs)


def _others(handed_in: Submission, given: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the inputs that differ from given ones."""
    inputs = handed_in.inputs
    left_out = {q.name for q in handed_in.layout.model.inputs if q.choices} | handed_in.deleted
    return tuple(
        name
        for name, array in given.items()
        if name in inputs and name not in left_out and not _same(np.asarray(array), inputs[name])
    )


def _same(given: np.ndarray, submitted: np.ndarray) -> bool:
    """Return whether inputs are equal to the 15 digits that programs save.

    A template has one run, so the first of several is compared with it.
    """
    submitted = submitted[0] if submitted.ndim > given.ndim else submitted
    if given.shape != submitted.shape:
        return False
    if np.dtype(object) in {submitted.dtype, given.dtype}:
        return bool((given.astype(str) == submitted.astype(str)).all())
    return bool(np.allclose(given, submitted, rtol=1e-12, atol=1e-15))
