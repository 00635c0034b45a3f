"""Which arrays are in an .npz archive, if it is safe to load?

NumPy makes room for an array as large as its header claims, and inflates what it is given. So the
sizes that the archive and the headers declare are looked at first, and must agree.
"""

import io
import math
import zipfile
from pathlib import Path

import numpy as np

from xlnn.data.files import content
from xlnn.data.wording import short
from xlnn.errors import DataError

LARGEST_INFLATED = 512 * 1024 * 1024
"""Bytes of all arrays: 60,000 images of 28 x 28 pixels are 376 MB at 8 bytes a number."""

MOST_ARRAYS = 1_000
"""A network of 500 layers has as many weights and biases."""

KINDS = "biufU"
"""Yes or no, whole numbers, numbers and text."""


def arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an ``.npz`` archive by name, without pickles.

    Raises
    ------
    DataError
        The file is no archive of arrays, or declares more than can be meant.
    """
    file = io.BytesIO(content(path))
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            _check_declared(path, entries)
            return {
                entry.filename.removesuffix(".npy"): _array(path, archive, entry)
                for entry in entries
            }
    except DataError:
        raise
    except Exception as error:  # a parser of foreign bytes may fail in any way
        raise DataError(f"{path.name} is not an .npz archive of arrays: {short(error)}.") from error


def _check_declared(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what would take too much room, before anything is inflated."""
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ARRAYS or size > LARGEST_INFLATED:
        raise DataError(
            f"{path.name} declares {len(entries):,} arrays of {size:,} bytes; at most "
            f"{MOST_ARRAYS:,} arrays and {LARGEST_INFLATED:,} bytes are read."
        )


def _array(path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> np.ndarray:
    """Return one array; its header must claim as many bytes as there are."""
    name = short(entry.filename.removesuffix(".npy"))
    with archive.open(entry) as file:
        version = np.lib.format.read_magic(file)
        header = {
            (1, 0): np.lib.format.read_array_header_1_0,
            (2, 0): np.lib.format.read_array_header_2_0,
        }.get(version)
        if header is None:
            raise DataError(
                f"{path.name}: {name} is in version {version[0]}.{version[1]} of NumPy's format; "
                "1.0 and 2.0 are read."
            )
        shape, is_fortran, kind = header(file)
        if kind.kind not in KINDS:
            raise DataError(
                f"{path.name}: {name} holds objects of the kind {short(kind)}; numbers and texts "
                "are read."
            )
        claimed = math.prod(shape) * kind.itemsize
        if min(shape, default=0) < 0 or not kind.itemsize:
            raise DataError(f"{path.name}: {name} has an impossible shape {short(shape)}.")
        data = file.read(claimed + 1) if claimed <= entry.file_size else b""
    if len(data) != claimed:
        raise DataError(f"{path.name}: {name} claims {claimed:,} bytes and does not hold as many.")
    array = np.frombuffer(data, kind).reshape(shape, order="F" if is_fortran else "C")
    if kind.kind == "U":
        array.tolist()  # fails at once if the bytes are no characters
    return array
