"""Points for each quantity, a reason for every lost mark, and a log of them to resume from."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from xlnn.errors import DataError
from xlnn.exercises.log import read_log
from xlnn.exercises.mistakes import Mistake
from xlnn.exercises.roster import Student
from xlnn.options import ATTEMPTS
from xlnn.registry.text import text

STRAY = ("Spec",)
"""The note on a file that was not handed out: its whole Spec differs."""


@dataclass(frozen=True, slots=True)
class UnitGrade:
    """One unit of a quantity.

    Attributes
    ----------
    symbol : str
        In the book's notation.
    right : bool
    mistake : Mistake or None
        Why it is wrong.
    answer : str
        What was filled in, to compare students: its first formula, or all that was typed; empty if
        it is right.
    filled : str
        Its formulas, each once and relative to its cell, so that the number of rows does not
        matter.
    by_hand : bool
        Whether no engine computes its formulas, so that the teacher has to judge them.
    share : float
        The share of it that counts, from 0 to 1.
    """

    symbol: str
    right: bool
    mistake: Mistake | None = None
    answer: str = ""
    filled: str = ""
    by_hand: bool = False
    share: float = 0.0


def _without_formula(mistake: Mistake) -> tuple[str, str]:
    """Return what answers share that have no formula: all empty, typed, or as many rows."""
    return mistake.kind, mistake.said.get("filled", "")


@dataclass(frozen=True)
class QuestionGrade:
    """The grade of one blanked quantity.

    Attributes
    ----------
    quantity, symbol, name : str
    points, of : float
        The points earned, and the most possible.
    units : tuple of UnitGrade
    is_decided : bool
        Whether the teacher typed the points for all who have the same mistakes.
    comment : str
        The comment that the teacher typed for all of them.
    """

    quantity: str
    symbol: str
    name: str
    points: float
    of: float
    units: tuple[UnitGrade, ...]
    is_decided: bool = False
    comment: str = ""

    @property
    def group(self) -> str:
        """A short text that all answers with the same mistakes share; empty if the answer is right.

        It follows from the formulas, relative to their cells, and not from the reasons, which may
        depend on the random inputs. Typed values are alike.
        """
        wrong = [
            (unit.symbol, unit.filled or (unit.mistake and _without_formula(unit.mistake)))
            for unit in self.units
            if not unit.right
        ]
        told = repr((self.quantity, wrong)).encode()
        return hashlib.sha256(told).hexdigest()[:12] if wrong else ""

    @property
    def open(self) -> float:
        """The points of units that the teacher has to judge."""
        if self.is_decided:
            return 0.0
        return self.of * sum(unit.by_hand for unit in self.units) / len(self.units)

    @property
    def right(self) -> bool:
        """Whether all units are right."""
        return all(unit.right for unit in self.units)


@dataclass(frozen=True)
class Grade:
    """The grade of one submission.

    Attributes
    ----------
    file : str
        Its name.
    student : str
        The student who handed it in.
    lang : str
        The language of the workbook.
    questions : tuple of QuestionGrade
    whole : bool or None
        Whether the submission as a whole agrees with NumPy; None if unknown.
    changed : tuple of str
        Symbols of inputs that differ from those handed out.
    usable : bool
        Whether its own inputs could be used.
    error : str
        A sentence on why it was not graded; otherwise empty.
    moved : dict of tuple
        Titles of sheets that were ``renamed``, ``deleted`` or ``shifted``; they are graded all the
        same.
    id, email : str
        The student's, from a roster or a download.
    intact : bool
        Whether its Spec is as handed out.
    asked_otherwise : tuple of str
        Blanks that were handed out but are missing in it, or the other way round; or `STRAY`.
    by_hand : float or None
        Points that the teacher typed into the report, added to the others.
    comment : str
        The comment that the teacher typed there.
    made_for : str
        The student to whom it was handed out.
    turn : int
        The number of the file in the order in which all were handed in.
    late : str
        How late it is, as the school's system writes it; empty if it is not or that is unknown.
    penalty : float
        The points that are taken off for that.
    error_kind, error_said : str and dict
        The key of the error's sentence and the values for its braces, for other languages.
    """

    file: str
    student: str = ""
    lang: str = "en"
    questions: tuple[QuestionGrade, ...] = ()
    whole: bool | None = None
    changed: tuple[str, ...] = ()
    usable: bool = True
    error: str = ""
    moved: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    id: str = ""
    email: str = ""
    intact: bool = True
    asked_otherwise: tuple[str, ...] = ()
    by_hand: float | None = None
    comment: str = ""
    made_for: str = ""
    turn: int = 0
    late: str = ""
    penalty: float = 0.0
    error_kind: str = ""
    error_said: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_typed(self) -> bool:
        """Whether the teacher typed points or a comment."""
        return self.by_hand is not None or bool(self.comment)

    @property
    def person(self) -> tuple[str, ...]:
        """What identifies the student, or the file if the student is unknown."""
        return (self.student, self.id, self.email) if self.student else (self.file,)

    @property
    def earned(self) -> float:
        """The sum over the questions, less the penalty."""
        return max(0.0, sum(question.points for question in self.questions) - self.penalty)

    @property
    def points(self) -> float:
        """What was earned, and the teacher's points; at least 0."""
        return max(0.0, self.earned + (self.by_hand or 0.0))

    @property
    def of(self) -> float:
        """The points of a submission that is entirely right."""
        return sum(question.of for question in self.questions)

    @property
    def open(self) -> float:
        """The points that the teacher has to judge."""
        return sum(question.open for question in self.questions)

    def not_graded(self, kind: str, **said: str) -> "Grade":
        """Return the grade of the same file if it cannot be graded, with the reason's key."""
        error = text("en", "grading")("errors", kind, **said)
        return replace(
            self, questions=(), whole=None, error=error, error_kind=kind, error_said=said
        )

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"points": self.points, "of": self.of, "open": self.open, **asdict(self)}

    def __repr__(self) -> str:
        """Return a summary with the student and the points."""
        return f"<Grade of {self.student or self.file}: {self.points:g} of {self.of:g}>"


@dataclass(frozen=True)
class Copies:
    """Two submissions with the same wrong answers.

    Attributes
    ----------
    files : tuple of str
    answers : dict
        What both filled in, by the unit's symbol.
    """

    files: tuple[str, str]
    answers: dict[str, str]


@dataclass(frozen=True)
class Decision:
    """What a teacher typed for all answers to a question that have the same mistakes.

    Attributes
    ----------
    group : str
        What these answers share, as in `QuestionGrade.group`.
    points : float or None
        Their points for the question.
    comment : str
    told : tuple of str
        The group's question, answer and reason in the report.
    """

    group: str
    points: float | None
    comment: str
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grades:
    """The grades of a class.

    Attributes
    ----------
    grades : tuple of Grade
        In the order of the files.
    copies : tuple of Copies
    seed : int
        The seed of the random inputs.
    missing : tuple of Student
        Students on the roster who did not hand in.
    attempt : str
        Which file of a student counts: one of `ATTEMPTS`.
    decisions : tuple of Decision
        What the teacher typed for all who have the same mistakes.
    """

    grades: tuple[Grade, ...]
    copies: tuple[Copies, ...]
    seed: int
    missing: tuple[Student, ...] = ()
    attempt: str = ATTEMPTS[0]
    decisions: tuple[Decision, ...] = ()

    def __iter__(self) -> Iterator[Grade]:
        """Yield the grades."""
        return iter(self.grades)

    def __len__(self) -> int:
        """Return how many submissions there are."""
        return len(self.grades)

    @property
    def counted(self) -> list[Grade]:
        """The graded submission of each student that counts."""
        found: dict[tuple[str, ...], list[Grade]] = {}
        for grade in self.grades:
            if not grade.error:
                found.setdefault(grade.person, []).append(grade)
        return [self._chosen(files) for files in found.values()]

    def _chosen(self, files: list[Grade]) -> Grade:
        if self.attempt == "first":
            return min(files, key=lambda grade: grade.turn)
        if self.attempt == "best":
            return max(files, key=lambda grade: (grade.earned, grade.turn))
        return max(files, key=lambda grade: grade.turn)

    @property
    def final(self) -> list[Grade]:
        """One grade for each student who has one: by a file, or by what the teacher typed."""
        found = {grade.person: grade for grade in self.counted}
        typed = (grade for grade in self.grades if grade.is_typed)
        absent = (
            Grade("", student.name, id=student.id, email=student.email, by_hand=student.by_hand,
                  comment=student.comment)
            for student in self.missing
            if student.is_typed
        )  # fmt: skip
        for grade in (*typed, *absent):
            found.setdefault(grade.person, grade)
        return [*found.values()]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "grades": [grade.to_json() for grade in self.grades],
            "copies": [asdict(pair) for pair in self.copies],
            "seed": self.seed,
            "missing": [asdict(student) for student in self.missing],
            "attempt": self.attempt,
            "decisions": [asdict(decision) for decision in self.decisions],
        }

    def __repr__(self) -> str:
        """Return a summary in one line."""
        points = [grade.points for grade in self.counted]
        mean = sum(points) / len(points) if points else 0.0
        return f"<Grades of {len(self.grades)} files: {mean:.3g} points on average>"


def resumed(log: Path | None, seed: int | None) -> tuple[int | None, dict[str, Grade]]:
    """Return the seed and the grades, by path, of an earlier run's log.

    Raises
    ------
    DataError
        It is not a log, or has another seed.
    """
    grades: dict[str, Grade] = {}
    seeds: set[int] = set()

    def read(entry: dict[str, Any]) -> None:
        if "seed" in entry:
            seeds.add(int(entry["seed"]))
        else:
            grades[entry["path"]] = _grade(entry["grade"])

    read_log(log, read)
    if len(seeds) > 1:
        raise DataError(f"{log.name} joins logs of several seeds: grade all parts with one --seed.")
    resumed_seed = next(iter(seeds), seed)
    if seed not in {None, resumed_seed}:
        raise DataError(
            f"{log.name} is the log of seed {resumed_seed}: name another file for seed {seed}."
        )
    return resumed_seed, grades


def _grade(read: dict[str, Any]) -> Grade:
    """Return a grade from the values in a log."""
    questions = tuple(
        QuestionGrade(**{**question, "units": tuple(map(_unit, question["units"]))})
        for question in read["questions"]
    )
    lists = {key: tuple(read[key]) for key in ("changed", "asked_otherwise")}
    moved = {kind: tuple(titles) for kind, titles in read["moved"].items()}
    return Grade(**{**read, **lists, "questions": questions, "moved": moved})


def _unit(read: dict[str, Any]) -> UnitGrade:
    mistake = read["mistake"] and Mistake(**read["mistake"])
    return UnitGrade(**{**read, "mistake": mistake})
