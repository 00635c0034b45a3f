"""Keep a log of work on many files, one line of JSON per file, from which it can be resumed."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xlnn.errors import DataError, OutputError


def read_log(log: Path | None, read: Callable[[dict[str, Any]], object]) -> None:
    """Pass each entry of a log to a function, and remove a last line that is incomplete.

    Raises
    ------
    DataError
        It is not a log: a line is not JSON, or the function refuses it.
    """
    if log is None or not log.exists():
        return
    lines = log.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        try:
            read(json.loads(line if line.endswith("\n") else ""))
        except (ValueError, KeyError, TypeError):
            if 1 < number == len(lines):
                log.write_text("".join(lines[:-1]), encoding="utf-8")
                break
            raise DataError(
                f"{log.name}, line {number:,}, is not a log entry: name another file."
            ) from None


def add_to_log(log: Path | None, entry: Mapping[str, Any]) -> None:
    """Add a line to a log.

    Raises
    ------
    OutputError
        It cannot be written.
    """
    if log is None:
        return
    try:
        with log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")
    except OSError as error:
        raise OutputError(f"{log} cannot be written: {error.strerror}.") from error
