"""What are the numbers that a workbook starts from? Images from CSV, start weights from a file.

Every number is rounded once to 15 significant digits: openpyxl writes 16, and a spreadsheet keeps
15, so that NumPy and the workbook begin from exactly the same numbers.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from xlnn.errors import DataError

LARGEST_FILE = 256 * 1024 * 1024
"""Bytes of a data file. Excel's million rows of a thousand pixels would be larger: refuse early."""

LARGEST_FIELD = 64
"""Characters of a value in a CSV; a number of 15 digits needs 23."""

NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")

LARGEST = 1e300
"""No spreadsheet keeps numbers beyond 1e308, and none can be squared from half of that on."""


DELIMITERS = (",", ";", "\t")


def rounded(array: object) -> np.ndarray:
    """Round numbers to 15 significant digits.

    >>> float(rounded(0.1 + 0.2))
    0.3
    """
    array = np.asarray(array, dtype=float)
    return np.array([float(f"{value:.15g}") for value in array.flat]).reshape(array.shape)


def images_from_csv(
    path: Path, inputs: int, labels: Sequence[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Read images: a line for each, its label and then its pixels, row by row.

    Parameters
    ----------
    path : Path
        UTF-8, with comma, semicolon or tab between the values; a first line of headings may stand.
    inputs : int
        How many pixels a line has.
    labels : sequence of str
        The labels that are known, in the order of the outputs.

    Returns
    -------
    x : array, shape (images, inputs)
    t : array, shape (images, labels)
        1 for the label of the image, else 0.

    Raises
    ------
    DataError
        The file cannot be read as images; the message names line and column.
    """
    x, t = [], []
    for line, headings, fields in _lines(path, inputs):
        label = fields[0].strip()
        if label not in labels:
            raise DataError(
                f'{path.name}, line {line}: the label "{_short(label)}" is unknown. '
                f"This template knows {_and(labels)}."
            )
        x.append(
            [
                _number(path, line, heading, field)
                for heading, field in zip(headings[1:], fields[1:], strict=True)
            ]
        )
        t.append([1.0 if label == known else 0.0 for known in labels])
    if not x:
        raise DataError(f"{path.name} holds no images: a line for each is expected.")
    return rounded(x), np.array(t)


def _lines(path: Path, inputs: int) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield line number, headings and fields of every line but empty ones and the headings."""
    content = _read(path)
    first = content.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(content.splitlines(), delimiter=delimiter, strict=True)
    headings = ["label", *(f"p{number}" for number in range(1, inputs + 1))]
    try:
        for position, fields in enumerate(reader):
            if not any(field.strip() for field in fields):
                continue
            if len(fields) != inputs + 1:
                raise DataError(
                    f"{path.name}, line {reader.line_num}: {len(fields)} columns were found and "
                    f"{inputs + 1} expected: the label and {inputs} pixels."
                )
            if position == 0 and not any(_looks_numeric(field) for field in fields[1:]):
                headings = [_short(field.strip()) for field in fields]
                continue
            yield reader.line_num, headings, fields
    except csv.Error as error:
        raise DataError(f"{path.name}, line {reader.line_num}: not CSV: {error}.") from error


def _looks_numeric(field: str) -> bool:
    """Tell whether a field of the first line was meant as a value and not as a heading."""
    return bool(re.match(r"\s*[=+\-.\d]", field)) or field.strip().lower() in {"nan", "inf", ""}


def _number(path: Path, line: int, heading: str, field: str) -> float:
    field = field.strip()
    where = f'{path.name}, line {line}, column {heading}: "{_short(field)}"'
    if field.startswith(("=", "@")):
        raise DataError(
            f'{where} is not a number. Pixels are plain numbers: remove the leading "{field[0]}".'
        )
    if field.lower().lstrip("+-") in {"nan", "inf", "infinity"}:
        raise DataError(f"{where} is not finite. Pixels are plain numbers such as 0, 1 or 0.25.")
    if len(field) > LARGEST_FIELD or not NUMBER.fullmatch(field):
        raise DataError(f"{where} is not a number. Pixels are plain numbers such as 0, 1 or 0.25.")
    value = float(field)
    if abs(value) > LARGEST:
        raise DataError(f"{where} is too large for a number: use values near 0 to 1.")
    return value


def _read(path: Path) -> str:
    """Return a text file's content; refuse what is none."""
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise DataError(f"{path.name} has {size:,} bytes; at most {LARGEST_FILE:,} are read.")
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if not content.strip():
        raise DataError(f"{path.name} is empty: a line for each image is expected.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8 text: save it as CSV in UTF-8.") from error
    if "\0" in text:
        raise DataError(f"{path.name} holds NUL bytes: save it as CSV in UTF-8.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def start_from_file(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Read the weights and biases that training starts from.

    Parameters
    ----------
    path : Path
        A ``.json`` object or an ``.npz`` archive with an entry for each name.
    shapes : dict
        The names that are expected (``W2``, ``b2`` ...) and their shapes.

    Raises
    ------
    DataError
        An entry is missing, has another shape or holds something that is no finite number.
    """
    entries = _npz(path) if path.suffix.lower() == ".npz" else _json(path)
    if unknown := sorted(set(entries) - set(shapes)):
        raise DataError(
            f"{path.name}: {_and(unknown)} belongs to no layer; expected are {_and(shapes)}."
        )
    start = {}
    for name, shape in shapes.items():
        if name not in entries:
            raise DataError(f"{path.name}: {name} is missing; expected are {_and(shapes)}.")
        try:
            array = np.asarray(entries[name], dtype=float)
        except (TypeError, ValueError) as error:
            raise DataError(f"{path.name}: {name} is not an array of numbers.") from error
        if array.shape != shape:
            raise DataError(
                f"{path.name}: {name} has the shape {array.shape}; the network has {shape}."
            )
        if not (np.abs(array) <= LARGEST).all():
            raise DataError(f"{path.name}: {name} holds a value that is not finite.")
        start[name] = rounded(array)
    return start


def _npz(path: Path) -> dict[str, object]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return dict(archive)
    except (OSError, ValueError, EOFError, KeyError) as error:
        raise DataError(f"{path.name} is not an .npz archive of arrays: {error}.") from error


def _json(path: Path) -> dict[str, object]:
    try:
        entries = json.loads(_read(path))
    except (json.JSONDecodeError, RecursionError) as error:
        raise DataError(f"{path.name} is not JSON: {error}.") from error
    if not isinstance(entries, dict):
        raise DataError(f"{path.name} is not an object with an entry for each weight array.")
    return entries


def start_from_seed(seed: int, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Draw weights and biases from the normal distribution, as the book does.   Book: 4-4."""
    generator = np.random.default_rng(seed)
    return {name: rounded(generator.standard_normal(shape)) for name, shape in shapes.items()}


def _short(text: str) -> str:
    """Cut a text from a file to what a message can hold."""
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= 40 else text[:39] + "…"


def _and(names: object) -> str:
    *head, last = [_short(str(name)) for name in names]
    return f"{', '.join(head)} and {last}" if head else last
