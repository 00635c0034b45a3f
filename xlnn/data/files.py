"""What does a file hold, if it is of sane size?"""

from pathlib import Path

from xlnn.errors import DataError

LARGEST_FILE = 256 * 1024 * 1024
"""Bytes of a data file. Excel's million rows of a thousand pixels would be larger: refuse early."""


def content(path: Path, largest: int | None = None) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    DataError
        The file cannot be read or is too large.
    """
    largest = LARGEST_FILE if largest is None else largest
    try:
        with path.open("rb") as file:
            read = file.read(largest + 1)  # a device has no size to ask for, and no end
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DataError(f"{path} cannot be read: {reason}.") from error
    if len(read) > largest:
        raise DataError(f"{path.name} is too large: at most {largest:,} bytes are read.")
    return read


def text(path: Path, kind: str) -> str:
    """Return the text of a file in UTF-8, its line ends made one kind.

    Parameters
    ----------
    path : Path
    kind : str
        What the file should be, for the message: ``CSV``.

    Raises
    ------
    DataError
        The file cannot be read, is empty or is no UTF-8 text.
    """
    read = content(path)
    if not read.strip():
        raise DataError(f"{path.name} is empty: {kind} is expected.")
    try:
        decoded = read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text: save it as {kind} in UTF-8.") from error
    if "\0" in decoded:
        raise DataError(f"{path.name} holds NUL bytes: save it as {kind} in UTF-8.")
    return decoded.replace("\r\n", "\n").replace("\r", "\n")
