"""Read from a Spec for whom an exercise was made.

An ordinary workbook says nothing there. `xlnn.exercises.exercise` writes it, and whoever grades
reads it.
"""

from pathlib import Path

from xlnn.errors import DataError, WorkbookError
from xlnn.loading.spec import spec_text
from xlnn.workbooks.exercise import LARGEST_SEED, LEVELS, Exercise, exercise_in, is_intact

__all__ = ["LARGEST_SEED", "LEVELS", "Exercise", "exercise_of", "handed_out", "is_as_handed_out"]


def is_as_handed_out(path: Path) -> bool:
    """Return whether the Spec of a workbook that was let pass is as it was handed out."""
    return is_intact(spec_text(path)[1])


def handed_out(where: Path) -> dict[str, str]:
    """Read what was handed out to whom: the texts of the Specs of a file, or of a folder's.

    Returns
    -------
    dict of str
        By the student's name.

    Raises
    ------
    WorkbookError
        There is no exercise.
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
    """Return which exercise a workbook is, that `xlnn.xlsx.package.inspect` has let pass.

    Returns
    -------
    Exercise or None
        None of an ordinary workbook. The names of the blanks may be of no quantity: who wrote into
        the sheet Spec can write anything there.

    Raises
    ------
    WorkbookError
        The file has no Spec, or says of its exercise what xlnn does not write.
    """
    title, text = spec_text(path)
    try:
        return exercise_in(text)
    except DataError as error:
        raise WorkbookError(f"{path.name}, sheet {title}: {error}") from error
