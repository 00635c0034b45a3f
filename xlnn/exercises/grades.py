"""A grade: points for each quantity, and a reason for every lost mark."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from xlnn.exercises.mistakes import Mistake
from xlnn.exercises.roster import Student


@dataclass(frozen=True)
class UnitGrade:
    """One unit of a quantity.

    Attributes
    ----------
    symbol : str
        In the book's notation.
    right : bool
    mistake : Mistake or None
        Why it is not.
    answer : str
        What was filled in, for whoever compares two students; empty where it is right.
    filled : str
        The formulas of it, each once and as seen from its cell: the same for any number of rows.
    by_hand : bool
        Whether no engine computes its formulas, so that a person has to judge them.
    share : float
        Which part of it counts, from 0 to 1.
    """

    symbol: str
    right: bool
    mistake: Mistake | None = None
    answer: str = ""
    filled: str = ""
    by_hand: bool = False
    share: float = 0.0


@dataclass(frozen=True)
class QuestionGrade:
    """One quantity that was to be filled in.

    Attributes
    ----------
    quantity, symbol, name : str
    points, of : float
        Those of the units that are right, of those for all.
    units : tuple of UnitGrade
    """

    quantity: str
    symbol: str
    name: str
    points: float
    of: float
    units: tuple[UnitGrade, ...]

    @property
    def open(self) -> float:
        """What the units are worth that a person has to judge."""
        return self.of * sum(unit.by_hand for unit in self.units) / len(self.units)

    @property
    def right(self) -> bool:
        """Whether all units are."""
        return all(unit.right for unit in self.units)


@dataclass(frozen=True)
class Grade:
    """One submission.

    Attributes
    ----------
    file : str
        Its name.
    student : str
        To whom it was handed out.
    lang : str
        Of the workbook.
    questions : tuple of QuestionGrade
    whole : bool or None
        Whether the submission as it is computes what NumPy computes; None if it could not be told.
    changed : tuple of str
        Inputs that are not those that were handed out, by their symbols.
    usable : bool
        Whether its own inputs could be used.
    error : str
        Why it could not be graded: a sentence; else empty.
    moved : dict of tuple
        Titles of sheets that were ``renamed``, ``deleted`` or ``shifted``: graded all the same.
    id, email : str
        Of the student, as a roster or a download says.
    intact : bool
        Whether its Spec is as it was when it was handed out.
    asked_otherwise : tuple of str
        What was handed out and is not asked for in it, or the other way round.
    by_hand : float or None
        Points that the teacher typed into the report, which count beside the others.
    comment : str
        What the teacher typed there.
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

    @property
    def points(self) -> float:
        """The sum over the questions, and what the teacher added."""
        return sum(question.points for question in self.questions) + (self.by_hand or 0.0)

    @property
    def of(self) -> float:
        """What a submission gets of which everything is right."""
        return sum(question.of for question in self.questions)

    @property
    def open(self) -> float:
        """The points that a person has to judge."""
        return sum(question.open for question in self.questions)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"points": self.points, "of": self.of, "open": self.open, **asdict(self)}

    def __repr__(self) -> str:
        """Say whose it is, and how many points."""
        return f"<Grade of {self.student or self.file}: {self.points:g} of {self.of:g}>"


@dataclass(frozen=True)
class Copies:
    """Two submissions that agree where both are wrong.

    Attributes
    ----------
    files : tuple of str
    answers : dict
        What both filled in, by the symbol of the unit.
    """

    files: tuple[str, str]
    answers: dict[str, str]


@dataclass(frozen=True)
class Grades:
    """The submissions of a class.

    Attributes
    ----------
    grades : tuple of Grade
        In the order of the files.
    copies : tuple of Copies
    seed : int
        Repeats the random inputs.
    missing : tuple of Student
        Those of the roster who did not hand in.
    """

    grades: tuple[Grade, ...]
    copies: tuple[Copies, ...]
    seed: int
    missing: tuple[Student, ...] = ()

    def __iter__(self) -> Iterator[Grade]:
        """Yield the grades."""
        return iter(self.grades)

    def __len__(self) -> int:
        """Return how many submissions there are."""
        return len(self.grades)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "grades": [grade.to_json() for grade in self.grades],
            "copies": [asdict(pair) for pair in self.copies],
            "seed": self.seed,
            "missing": [asdict(student) for student in self.missing],
        }

    def __repr__(self) -> str:
        """Say how many there are, and how they did."""
        graded = [grade for grade in self.grades if not grade.error]
        mean = sum(grade.points for grade in graded) / len(graded) if graded else 0.0
        return f"<Grades of {len(self.grades)} files: {mean:.3g} points on average>"
