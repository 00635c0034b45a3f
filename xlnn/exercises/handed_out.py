"""Read from a Spec for whom an exercise was made.

`xlnn.exercises.exercise` writes it there, and grading reads it.
"""

from pathlib import Path

from xlnn.errors import DataError, WorkbookError
from xlnn.loading.spec import spec_text
from xlnn.workbooks.exercise import LARGEST_SEED, LEVELS, Exercise, exercise_in, is_intact

__all__ = ["LARGEST_SEED", "LEVELS", "Exercise", "exercise_of", "handed_out", "is_as_handed_out"]


def is_as_handed_out(path: Path) -> bool:
    """Return whether the Spec of an inspected workbook is as handed out."""
    return is_intact(spec_text(path)[1])


def handed_out(where: Path) -> dict[str, str]:
    """Read the Specs that were handed out, from a file or a folder.

    Returns
    -------
    dict of str
        The texts of the Specs, by the student's name.

    Raises
    ------
    WorkbookError
        There are no exercises.
    """
    files = sorted(where.rglob("*.xlsx")) if where.is_dir() else [where]
    found = {}
    for file in files:
        text = spec_text(file)[1]
        if exercise := exercise_of(file):
            found[exercise.student] = text
    if not found:
        raise WorkbookError(f"{where} holds no exercise: name what was handed out.")
    return found


def exercise_of(path: Path) -> Exercise | None:
    """Return the exercise in an inspected workbook.

    Returns
    -------
    Exercise or None
        None for an ordinary workbook. The names of the blanks may not exist, since anything can be
        written into the sheet Spec.

    Raises
    ------
    WorkbookError
        The file has no Spec, or its exercise is not as xlnn writes it.
    """
    title, text = spec_text(path)
    try:
        return exercise_in(text)
    except DataError as error:
        raise WorkbookError(f"{path.name}, sheet {title}: {error}") from error
