"""Read arrays from an .npz archive if it is safe to load.

NumPy allocates as much memory as an array's header claims, and inflates what it is given. So the
sizes that the archive and the headers declare are compared first. Arrays that are not needed, or
larger than a user's data can be, are never inflated.
"""

import io
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.data.files import content
from xlnn.data.messages import reason, short
from xlnn.errors import DataError

LARGEST_INFLATED = 512 * 1024 * 1024
"""Bytes of all arrays: 60,000 images of 28 x 28 pixels are 376 MB at 8 bytes a number."""

LARGEST_TEXTS = 64 * 1024 * 1024
"""Bytes of an array of texts, at 4 bytes a character: 400,000 labels of 40 characters."""

MOST_ARRAYS = 1_000
"""A network of 500 layers has as many weights and biases."""

KINDS = "biufU"
"""Yes or no, whole numbers, numbers and text."""

METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""NumPy's compression methods; others may inflate a thousandfold."""


def arrays(
    path: Path, is_known: Callable[[str], object], reading: ReadOptions
) -> dict[str, np.ndarray]:
    """Return the arrays of an ``.npz`` archive by name, without pickles.

    Parameters
    ----------
    path : Path
    is_known : function
        Whether an array is needed, by its name. Others are returned as empty arrays.
    reading : ReadOptions
        Only its ``large`` is used.

    Raises
    ------
    DataError
        The file is not an archive of arrays, or declares implausible sizes.
    """
    data = content(path)
    if data.count(b"PK\1\2") > 2 * MOST_ARRAYS:  # zipfile makes an object for each entry
        raise DataError(
            f"{path.name} declares more than {MOST_ARRAYS:,} arrays, which is too many."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_declared(path, entries)
            contents = {}
            for entry in entries:
                name = entry.filename.removesuffix(".npy")
                contents[name] = np.empty(0)
                if is_known(name):
                    contents[name] = _array(path, archive, entry, reading)
            return contents
    except DataError:
        raise
    except Exception as error:  # a parser of untrusted bytes may fail in any way
        raise DataError(
            f"{path.name} is not an .npz archive of arrays: {reason(error)}."
        ) from error


def _check_declared(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    """Refuse what would take too much memory, before anything is inflated."""
    size = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ARRAYS or size > LARGEST_INFLATED:
        raise DataError(
            f"{path.name} declares {len(entries):,} arrays of {size:,} bytes; at most "
            f"{MOST_ARRAYS:,} arrays and {LARGEST_INFLATED:,} bytes are read."
        )
    for entry in entries:
        if entry.compress_type not in METHODS:
            raise DataError(
                f"{path.name}: {short(entry.filename)} is compressed in a way that NumPy does not "
                "use: save it with numpy.savez_compressed."
            )


def _array(
    path: Path, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, reading: ReadOptions
) -> np.ndarray:
    """Return one array; its header must match the number of bytes."""
    name = short(entry.filename.removesuffix(".npy"))
    with archive.open(entry) as file:
        shape, is_fortran, kind = _header(path, name, file)
        claimed, data = math.prod(shape) * kind.itemsize, b""
        if claimed <= entry.file_size:
            if kind.kind == "U" and claimed > LARGEST_TEXTS:
                raise DataError(
                    f"{path.name}: {name} holds {claimed:,} bytes of text; at most "
                    f"{LARGEST_TEXTS:,} are read."
                )
            reading.check_count(f"{path.name}: {name}", (*shape, 1)[0], math.prod(shape))
            data = file.read(claimed + 1)
    if len(data) != claimed:
        raise DataError(f"{path.name}: {name} claims {claimed:,} bytes and does not hold as many.")
    array = np.frombuffer(data, kind).reshape(shape, order="F" if is_fortran else "C")
    if kind.kind == "U":
        array.tolist()  # fails at once if the bytes are not characters
    return array


def _header(path: Path, name: str, file: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Read the header of an array: its shape, whether its order is Fortran's, and its kind."""
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise DataError(
            f"{path.name}: {name} is in version {version[0]}.{version[1]} of NumPy's format; "
            "1.0 and 2.0 are read."
        )
    shape, is_fortran, kind = read(file)
    if kind.kind not in KINDS:
        raise DataError(
            f"{path.name}: {name} holds objects of the kind {short(kind)}; numbers and texts "
            "are read."
        )
    if min(shape, default=0) < 0 or not kind.itemsize:
        raise DataError(f"{path.name}: {name} has an impossible shape {short(shape)}.")
    return shape, is_fortran, kind
