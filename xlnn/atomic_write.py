"""Write a file completely or not at all, and only over a file that xlnn wrote."""

import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from shutil import copymode
from stat import S_ISDIR, S_ISREG, S_IWGRP, S_IWOTH, S_IWUSR
from typing import BinaryIO

from xlnn.cleanup import ended_by, shielded
from xlnn.errors import OutputError

_WRITABLE = S_IWUSR | S_IWGRP | S_IWOTH


def check_place(path: Path) -> None:
    """Refuse a path where no file can be written.

    Raises
    ------
    OutputError
        Its folder is missing or not writable, or it is a folder, not a regular file, or read-only.
    """
    try:
        folder = _led_to(path).parent
        if not folder.is_dir():
            raise OutputError(
                "The folder {folder} does not exist: create it, or choose another.", folder=folder
            )
        if not os.access(folder, os.W_OK):
            raise OutputError(
                "The folder {folder} is not writable: choose another with -o.", folder=folder
            )
        with suppress(FileNotFoundError):
            _check_file(path, path.stat().st_mode)
    except (OSError, ValueError) as error:
        raise OutputError(
            "{path} cannot be written: {reason}.", path=path, reason=_reason(error)
        ) from error


def check_replaceable(path: Path, is_ours: Callable[[Path], bool], *, force: bool) -> None:
    """Refuse a path where no file can be written, or where somebody else's file is.

    Parameters
    ----------
    path : Path
    is_ours : function
        Returns whether xlnn wrote an existing file.
    force : bool
        Whether to overwrite any file.

    Raises
    ------
    OutputError
        As `check_place`, or xlnn did not write the file.
    """
    check_place(path)
    if path.exists() and not force and not is_ours(path):
        raise OutputError(
            "{path} was not written by xlnn: choose another name, or overwrite it with --force.",
            path=path,
        )


MARK = b"Written by xlnn"
"""The comment of a zip archive that xlnn writes, by which it recognises the archive."""


def marked_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open a new zip archive that `has_mark` recognises."""
    archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
    archive.comment = MARK
    return archive


def has_mark(path: Path) -> bool:
    """Return whether a file is a zip archive that xlnn wrote."""
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.comment == MARK
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return False


def _check_file(path: Path, mode: int) -> None:
    """Refuse an existing entry that must not be overwritten."""
    if S_ISDIR(mode):
        raise OutputError("{path} is a folder: choose another name with -o.", path=path)
    if not S_ISREG(mode):  # a pipe would wait for ever
        raise OutputError("{path} is not a regular file: choose another name with -o.", path=path)
    # replacing a file only needs write access to its folder, whatever the file's own mode
    if not mode & _WRITABLE:
        raise OutputError(
            "{path} is read-only: make it writable, or choose another name with -o.", path=path
        )


@contextmanager
def folder_for(folder: Path, *, parents: bool = False) -> Iterator[None]:
    """Make a folder unless it exists; remove it if nothing is written into it.

    Parameters
    ----------
    folder : Path
    parents : bool
        Whether to make the folders above it as well.

    Raises
    ------
    OutputError
        It cannot be made.
    """
    with shielded():
        new = [parent for parent in (folder, *folder.parents) if not parent.exists()]
        forget = ended_by(lambda: _remove_empty(new))
    try:
        try:
            folder.mkdir(parents=parents, exist_ok=True)
        except OSError as error:
            raise OutputError(
                "The folder {folder} cannot be created: {reason}.",
                folder=folder,
                reason=_reason(error),
            ) from error
        yield
    finally:
        _remove_empty(new)
        forget()


def _remove_empty(folders: list[Path]) -> None:
    """Remove empty folders, the innermost first."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file beside a path, and move it there once it is complete.

    A link is kept, and its target is replaced. A file keeps its permissions.

    Raises
    ------
    OutputError
        It cannot be written. An existing file is unchanged.
    """
    target = _led_to(path)
    part = target.with_name(f".xlnn-{token_hex(8)}.part")
    try:
        with shielded():
            file = part.open("xb")
            forget = ended_by(part.unlink)
    except OSError as error:
        raise OutputError(
            "{path} cannot be written: {reason}.", path=target.parent, reason=_reason(error)
        ) from error
    try:
        with file:
            with suppress(FileNotFoundError):
                copymode(target, part)
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise OutputError(
            "{path} cannot be written: {reason}.", path=path, reason=_reason(error)
        ) from error
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
        forget()


def _led_to(path: Path) -> Path:
    """Return the target of a link, or the path itself."""
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
