"""A grade: points for each quantity, and a reason for every lost mark."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from xlnn.exercises.mistakes import Mistake


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
    """

    symbol: str
    right: bool
    mistake: Mistake | None = None
    answer: str = ""
    filled: str = ""


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
        Inputs that are not those that were handed out.
    usable : bool
        Whether its own inputs could be used.
    error : str
        Why it could not be graded: a sentence; else empty.
    """

    file: str
    student: str = ""
    lang: str = "en"
    questions: tuple[QuestionGrade, ...] = ()
    whole: bool | None = None
    changed: tuple[str, ...] = ()
    usable: bool = True
    error: str = ""

    @property
    def points(self) -> float:
        """The sum over the questions."""
        return sum(question.points for question in self.questions)

    @property
    def of(self) -> float:
        """What a submission gets of which everything is right."""
        return sum(question.of for question in self.questions)

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"points": self.points, "of": self.of, **asdict(self)}

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
    """

    grades: tuple[Grade, ...]
    copies: tuple[Copies, ...]
    seed: int

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
        }

    def __repr__(self) -> str:
        """Say how many there are, and how they did."""
        graded = [grade for grade in self.grades if not grade.error]
        mean = sum(grade.points for grade in graded) / len(graded) if graded else 0.0
        return f"<Grades of {len(self.grades)} files: {mean:.3g} points on average>"
