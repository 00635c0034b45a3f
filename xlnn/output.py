"""How is a file put in its place? Whole and at once, or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xlnn.errors import OutputError
from xlnn.leftovers import ended_by, shielded


def check_place(path: Path) -> None:
    """Refuse a path where no file can be written.

    Raises
    ------
    OutputError
        Its folder is missing or not writable, or it is a folder itself.
    """
    folder = path.parent
    if not folder.is_dir():
        raise OutputError(f"The folder {folder} does not exist: create it, or choose another.")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"The folder {folder} is not writable: choose another with -o.")
    if path.is_dir():
        raise OutputError(f"{path} is a folder: choose another name with -o.")


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside a path, and move it there once it is complete.

    Raises
    ------
    OutputError
        It cannot be written. What stood there before still does.
    """
    try:
        with shielded():
            handle, name = tempfile.mkstemp(prefix=".xlnn-", suffix=".part", dir=path.parent)
            part = Path(name)
            forget = ended_by(part.unlink)
    except OSError as error:
        raise OutputError(f"{path.parent} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o666 & ~_umask())
        part.replace(path)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
        forget()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
