"""The entries of a Spec that describe an exercise.

Ordinary workbooks do not have them, and the model does not depend on them.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated

import tomli_w

from xlnn.data.files import parse_toml
from xlnn.errors import DataError
from xlnn.option import TABLE, TEXT, TEXTS, WHOLE, Option
from xlnn.options import EXERCISE as EXERCISE_OPTIONS
from xlnn.options import LEVELS
from xlnn.workbooks import EXERCISE
from xlnn.workbooks.entries import SELDOM, from_values, to_values

MAX_BLANKS, LONGEST_NAME = 10_000, 200
"""Limits: more quantities than any workbook has, and more characters than any name."""


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

    blank: Annotated[
        tuple[str, ...],
        Option(TEXTS, "", f"a list of up to {MAX_BLANKS:,} quantities, each named once,",
               lambda v: 0 < len({*v}) == len(v) <= MAX_BLANKS),
    ]  # fmt: skip
    student: Annotated[
        str,
        Option(TEXT, "", f"a name of at most {LONGEST_NAME} characters",
               lambda v: len(v) <= LONGEST_NAME and v.isprintable()),
    ]  # fmt: skip
    seed: Annotated[int, EXERCISE_OPTIONS["seed"]]
    level: Annotated[
        int, Option(WHOLE, "", f"a whole number from 0 to {LEVELS}", lambda v: 0 <= v <= LEVELS)
    ]
    fingerprint: Annotated[
        str, Option(TEXT, "", "a short text", lambda v: len(v) <= LONGEST_NAME)
    ] = field(default="", metadata=SELDOM)

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
        return tomli_w.dumps({EXERCISE: to_values(self)})


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
        table = Option(TABLE, "", name=EXERCISE).check(values[EXERCISE])
        return from_values(Exercise, table, EXERCISE)
    except DataError as error:
        raise DataError(
            f"[{EXERCISE}] does not say which exercise this is ({error}): hand in the file as it "
            "was handed out."
        ) from error
