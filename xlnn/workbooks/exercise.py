"""The entries of a Spec that describe an exercise.

Ordinary workbooks do not have them, and the model does not depend on them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import tomli_w

from xlnn.data.files import parse_toml
from xlnn.errors import DataError
from xlnn.options import LARGEST_SEED, LEVELS
from xlnn.workbooks import EXERCISE

MAX_BLANKS, LONGEST_NAME = 10_000, 200
"""More quantities than a workbook has, and more characters than a name."""


@dataclass(frozen=True)
class Exercise:
    """An exercise: its blanks, and the student it was made for.

    Attributes
    ----------
    blank : tuple of str
        The names of the quantities whose formulas are left out, in the order of the model.
    student : str
        The student's name; empty if it is for nobody in particular.
    seed : int
        The teacher's, which is the same for all; see `own_seed`.
    level : int
        From 1 to `LEVELS`; 0 where the blanks were chosen.
    fingerprint : str
        A fingerprint of the Spec as handed out.
    """

    blank: tuple[str, ...]
    student: str
    seed: int
    level: int
    fingerprint: str = ""

    def marked(self, lines: Sequence[str]) -> "Exercise":
        """Return the exercise with the fingerprint of a Spec with these other lines.

        >>> one, other = (Exercise(("x",), "Ada", 0, 1).marked([line]) for line in "ab")
        >>> one.fingerprint != other.fingerprint
        True
        """
        own = replace(self, fingerprint="").to_toml()
        text = "\n".join((*filter(None, map(str.strip, lines)), own))
        return replace(self, fingerprint=hashlib.sha256(text.encode()).hexdigest()[:16])

    @property
    def own_seed(self) -> int:
        """The seed of this student's numbers: it follows from the teacher's and from the name.

        >>> Exercise((), "", 0, 1).own_seed != Exercise((), "Ada", 0, 1).own_seed
        True
        """
        text = f"{self.seed}\n{self.student}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:6], "big")

    def to_toml(self) -> str:
        """Return the table with which the text of a Spec ends."""
        values = {**asdict(self), "blank": list(self.blank)}
        if not self.fingerprint:
            del values["fingerprint"]
        return tomli_w.dumps({EXERCISE: values})


def is_intact(text: str) -> bool:
    """Return whether the text of a Spec is as it was when the exercise was handed out."""
    exercise = exercise_in(text)
    spec = text.partition(f"[{EXERCISE}]")[0].splitlines()
    return exercise is not None and exercise.marked(spec) == exercise


def exercise_in(text: str) -> Exercise | None:
    """Return the exercise in the text of a Spec; None if there is none.

    Raises
    ------
    DataError
        The entries are not as xlnn writes them. The names of the blanks are not checked here.
    """
    try:
        values = parse_toml(text)
    except ValueError as error:
        raise DataError(f"The Spec cannot be read: {error}.") from error
    if EXERCISE not in values:
        return None
    try:
        return _exercise(values[EXERCISE])
    except ValueError as error:
        raise DataError(
            f"[{EXERCISE}] does not say which exercise this is ({error}): hand in the file as it "
            "was handed out."
        ) from error


def _exercise(table: Any) -> Exercise:  # noqa: ANN401 -- whatever TOML may hold
    """Read a table, and refuse it with a `ValueError` that says why."""
    if not isinstance(table, dict):
        raise ValueError("it is no table")  # noqa: TRY004 -- as the other reasons
    match table:
        case {
            "blank": list(blank), "student": str(student), "seed": int(seed), "level": int(level),
            **rest,
        } if rest.keys() <= {"fingerprint"}:  # fmt: skip
            fingerprint = rest.get("fingerprint", "")
        case _:
            raise ValueError("it has blank, student, seed and level")
    if not 0 < len(blank) <= MAX_BLANKS or not all(isinstance(name, str) for name in blank):
        raise ValueError("blank is a list of names of quantities")
    if len(set(blank)) < len(blank):
        raise ValueError("blank names a quantity twice")
    if len(student) > LONGEST_NAME or not student.isprintable():
        raise ValueError(f"student is a name of at most {LONGEST_NAME} characters")
    if isinstance(seed, bool) or not 0 <= seed <= LARGEST_SEED:
        raise ValueError("seed is a whole number from 0")
    if isinstance(level, bool) or not 0 <= level <= LEVELS:
        raise ValueError(f"level is a whole number from 0 to {LEVELS}")
    if not isinstance(fingerprint, str) or len(fingerprint) > LONGEST_NAME:
        raise ValueError("fingerprint is a short text")
    return Exercise(tuple(blank), student, seed, level, fingerprint)
