"""Detect the kind of a data source, and read it."""

import os
from pathlib import Path

from xlnn.data.arrays import from_npz
from xlnn.data.csv_lines import Lines
from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.folder import from_folder
from xlnn.data.frames import FrameRows, is_frame
from xlnn.data.memory import from_memory
from xlnn.data.sheet import SheetRows
from xlnn.data.table import TableRows, from_rows
from xlnn.errors import DataError

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
"""Extensions of workbooks; those that cannot be read are refused with advice."""


def read(data: Path | object, reading: ReadOptions) -> Dataset:
    """Read data from any supported source.

    Parameters
    ----------
    data : Path or object
        A folder of pictures, an ``.npz`` archive, an ``.xlsx`` or a CSV; or data in memory: see
        `xlnn.data.memory.from_memory`.
    reading : ReadOptions
        Options such as the size of a picture or the names of columns.

    Raises
    ------
    XlnnError
        It cannot be read; the message says where, what was found and what to do.
    """
    if not isinstance(data, str | os.PathLike):
        return from_memory(data, reading)
    path = Path(data)
    suffix = path.suffix.lower()
    try:
        if path.is_dir():
            return from_folder(path, reading)
        if suffix == ".npz":
            return from_npz(path, reading)
        return from_rows(_rows(path, reading), reading)
    except OSError as error:  # a folder that may not be listed
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error


def _rows(path: Path, reading: ReadOptions) -> TableRows:
    """Return the rows of a file that holds a table."""
    return (SheetRows if path.suffix.lower() in WORKBOOKS else Lines)(path, reading)


def records(data: Path | object, reading: ReadOptions) -> list[tuple[str, list[str]]]:
    """Return the rows of a table as they are: where each stands, and its texts without blanks.

    Parameters
    ----------
    data : Path or object
        A CSV, an ``.xlsx`` or a data frame.
    reading : ReadOptions

    Raises
    ------
    XlnnError
        It is something else, or cannot be read.
    """
    if isinstance(data, Path) and not data.is_dir() and data.suffix.lower() != ".npz":
        rows = _rows(data, reading)
    elif is_frame(data):
        rows = FrameRows(data, reading)
    else:
        raise DataError("data is not a table of texts: a CSV, an .xlsx or a data frame is needed.")
    return [(f"{rows.name}, {rows.row} {n}", [text.strip() for text in row]) for n, row in rows]
