"""Where may a workbook be written, and how does it get there?"""

import shutil
from pathlib import Path

from xlnn.errors import OutputError, XlnnError
from xlnn.output import check_place, replacing
from xlnn.reading.spec import read_spec
from xlnn.xlsx.package import inspect

OUTPUT = Path("output")
"""The folder of the workbooks that nobody gave another place."""


def check_output(output: Path, *, force: bool) -> None:
    """Refuse an output that cannot be written, or must not be replaced.

    Raises
    ------
    OutputError
        Its folder is missing or not writable, its name is not ``.xlsx``, or it is a file that
        xlnn did not make and ``force`` is not set.
    """
    if output.suffix.lower() != ".xlsx":
        raise OutputError(f"{output}: the output is a workbook, name it .xlsx.")
    if output.parent != OUTPUT or OUTPUT.exists():  # else it is made when all is well
        check_place(output)
    if output.exists() and not force and not _made_by_xlnn(output):
        raise OutputError(
            f"{output} was not made by xlnn: choose another name with -o, or replace it "
            "with --force."
        )


def _made_by_xlnn(path: Path) -> bool:
    try:
        inspect(path)
        read_spec(path)
    except XlnnError:
        return False
    return True


def publish(draft: Path, output: Path) -> None:
    """Move a finished workbook to its place at once: the old one stays until the new one stands."""
    if output.parent == OUTPUT:
        try:
            OUTPUT.mkdir(exist_ok=True)
        except OSError as error:
            raise OutputError(f"The folder {OUTPUT} cannot be made: {error.strerror}.") from error
    with draft.open("rb") as source, replacing(output) as target:
        shutil.copyfileobj(source, target)
