"""What does a person's data say? Tables, arrays and pictures, read strictly into one form."""

from pathlib import Path

from xlnn.data.arrays import from_npz
from xlnn.data.dataset import Dataset, Reading
from xlnn.data.digits import rounded
from xlnn.data.folder import from_folder
from xlnn.data.scale import scaling
from xlnn.data.split import held_out
from xlnn.data.table import from_csv
from xlnn.errors import DataError

__all__ = ["Dataset", "Reading", "held_out", "read", "rounded", "scaling"]


def read(path: Path, reading: Reading) -> Dataset:
    """Read data by what the path is: a folder of pictures, an ``.npz`` archive, else a CSV.

    Parameters
    ----------
    path : Path
    reading : Reading
        What is known about it: the size of a picture, the names of columns.

    Raises
    ------
    DataError
        It cannot be read; the message says where, what was found and what to do.
    """
    try:
        if path.is_dir():
            return from_folder(path, reading)
        if path.suffix.lower() == ".npz":
            return from_npz(path, reading)
        return from_csv(path, reading)
    except OSError as error:  # a folder in which nothing may be looked at
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
