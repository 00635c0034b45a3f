"""Convert a workbook of another format, such as .ods, to .xlsx with LibreOffice.

LibreOffice runs as the engine ``libreoffice`` does: in a child process within limits, with a
separate profile in which macros and the network are disabled.
"""

import shutil
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlnn.engines._child import Child
from xlnn.engines._limits import Allowance
from xlnn.engines.libreoffice import PROGRAM
from xlnn.grid import Inputs

FORMULAS, CELLS = 200_000, 4_000_000
"""The workbook size from which a conversion's limits of time and memory follow."""


def as_xlsx(path: Path) -> bytes:
    """Return a workbook as .xlsx.

    Raises
    ------
    EngineError
        LibreOffice is not installed, cannot read the file, or exceeds its time or memory limit.
    """
    PROGRAM.found()
    allowance = Allowance.of_size(FORMULAS, CELLS)
    with Child("conversion", path, allowance) as child:
        content: Any = child({})
    return bytes(content)


def load(path: Path) -> "partial[bytes]":
    """Return a function that converts a workbook, as an engine's ``load`` for `Child`."""
    return partial(_converted, path)


def _converted(path: Path, _: Inputs) -> bytes:
    with TemporaryDirectory(prefix="xlnn-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder, f"workbook{path.suffix.lower()}")
        shutil.copyfile(path, copy)
        return PROGRAM.converted(copy, Path(folder)).read_bytes()
