"""Read from a Spec for whom an exercise was made.

An ordinary workbook says nothing there. `xlnn.exercises.exercise` writes it, and whoever grades
reads it.
"""

from pathlib import Path

from xlnn.errors import DataError, WorkbookError
from xlnn.loading.spec import spec_text
from xlnn.workbooks.exercise import LARGEST_SEED, LEVELS, Exercise, exercise_in

__all__ = ["LARGEST_SEED", "LEVELS", "Exercise", "exercise_of"]


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
