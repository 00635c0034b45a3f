"""Read a file of limited size, as bytes, text or TOML."""

import codecs
import os
import re
import stat
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from xlnn.data.messages import listed, of_system, printable, short
from xlnn.errors import DataError, Message

LARGEST_FILE = 256 * 1024 * 1024
"""Bytes of a data file. Excel's million rows of a thousand pixels would be larger: refuse early."""

ENCODINGS = (
    "utf-8", "utf-16", "cp1252", "latin-1", "cp1250", "cp1251", "gb18030", "big5", "cp932",
    "shift_jis", "euc_jp", "euc_kr", "mac_roman",
)  # fmt: skip
"""Encodings that spreadsheet programs and editors use."""


FORMATS = {
    "a PNG picture": (rb"\x89PNG", "name the folder that it is in"),
    "a JPEG picture": (rb"\xff\xd8\xff", "name the folder that it is in"),
    "a PDF": (rb"%PDF", "save its table as .csv or .xlsx"),
    "a Parquet file": (rb"PAR1", "save it as .csv, or read it with pandas"),
    "a gzip file": (rb"\x1f\x8b", "unpack it"),
    "an old Excel workbook": (rb"\xd0\xcf\x11\xe0", "save it as .xlsx"),
    "a zip file": (rb"PK\x03\x04", "name it by its kind, .xlsx or .npz"),
    "a web page": (rb"\s*<(!doctype|html)", "save its table as .csv or .xlsx"),
    "a NumPy array": (rb"\x93NUMPY", "save x and labels in an .npz"),
    "JSON": (rb"\s*(\[\s*)?\{\s*\"", "save its table as .csv or .xlsx"),
}
"""How files begin that are often taken for something else, and what to do."""

USUAL = "cp1252"
"""The encoding of a Western text that is not UTF-8, if none is given."""

EASTERN = (
    ("cp932", "[぀-ヿ一-鿿]", "[｡-ﾟ]", rb"(?:[\x81-\x83\x88-\x97][\x40-\xfc])+"),
    ("gb18030", "[一-鿿]", "[Ⴀ-⿿ꀀ-\ufdff]", rb"(?:[\xa1-\xa3\xb0-\xd7][\xa1-\xfe])+"),
)
"""Japanese and Chinese encodings, each with characters that its texts contain, characters that they
never contain, and the bytes of its common characters: at least half of the bytes above 127. Read as
Chinese, the German öß would be a rare character."""

RUN = 1.4
"""The least mean length of a run of bytes above 127 in such texts."""


def content(path: Path, largest: int | None = None) -> bytes:
    """Return the bytes of a file.

    Raises
    ------
    DataError
        It is not a file, cannot be read or is too large.
    """
    largest = LARGEST_FILE if largest is None else largest
    try:
        # opening a pipe would wait for a writer, perhaps for ever
        if not stat.S_ISREG(os.stat(path).st_mode) and not path.is_dir():  # noqa: PTH116 -- its type
            raise DataError("{path} is a pipe or a device: name a file.", path=printable(path))
        with path.open("rb") as file:
            # read(limit) would allocate the limit each time
            read = file.read(min(os.fstat(file.fileno()).st_size, largest) + 1)
            if rest := file.read(largest + 1 - len(read)) if len(read) <= largest else b"":
                read += rest  # the file grew while it was read
    except (OSError, ValueError) as error:
        reason = of_system(error)
        raise DataError("{path} cannot be read: {reason}.", path=path, reason=reason) from error
    if len(read) > largest:
        raise DataError(
            "{file} is too large: at most {largest} bytes are read.",
            file=path.name,
            largest=f"{largest:,}",
        )
    return read


def text(path: Path, kind: str, encoding: str | None = None, largest: int | None = None) -> str:
    """Return the text of a file, with all line ends as newlines.

    Parameters
    ----------
    path : Path
    kind : str
        What the file should be, for the message: ``CSV``.
    encoding : str
        By default UTF-8, with or without a byte order mark; None if ``--encoding`` is not an option
        here.
    largest : int
        The most bytes it may have.

    Raises
    ------
    DataError
        The file cannot be read, is empty or is not text in this encoding.
    """
    return decoded(content(path, largest), path.name, kind, encoding)


def decoded(read: bytes, name: str, kind: str, encoding: str | None = None) -> str:
    """Return the text that the bytes of a file hold; see `text`."""
    known = _codec(encoding)
    if not read.strip():
        raise DataError("{file} is empty: {kind} is expected.", file=name, kind=kind)
    for format_name, (begins, remedy) in FORMATS.items():
        if format_name != kind and re.match(begins, read, re.IGNORECASE):
            raise DataError(f"{name} is {format_name}, but {kind} is expected: {remedy}.")
    try:
        characters = read.decode(known)
    except UnicodeDecodeError as error:
        raise DataError(_undecoded(name, kind, encoding, read, error.start)) from error
    if "\0" in characters:
        remedy = ", or add --encoding utf-16" if encoding == "" else ""
        raise DataError(f"{name} holds NUL bytes: save it as {kind} in UTF-8{remedy}.")
    if "\r" not in characters:
        return characters
    return characters.replace("\r\n", "\n").replace("\r", "\n")


def likely_encoding(read: bytes) -> str:
    """Return the likely encoding of a text; "" if it is in none of those that are common.

    A Japanese or Chinese character takes two bytes, while accented letters are seldom neighbours.

    >>> likely_encoding("Größe".encode()), likely_encoding("Größe".encode("cp1252"))
    ('utf-8', 'cp1252')
    """
    if read.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    with suppress(UnicodeDecodeError):
        read.decode()
        return "utf-8"
    runs = re.findall(rb"[\x80-\xff]+", read)
    marked = sum(map(len, runs))
    for encoding, some, none, usual in EASTERN if marked >= RUN * len(runs) else ():
        with suppress(UnicodeDecodeError):
            characters, half = read.decode(encoding), 2 * sum(map(len, re.findall(usual, read)))
            if re.search(some, characters) and not re.search(none, characters) and half >= marked:
                return encoding
    with suppress(UnicodeDecodeError):
        read.decode(USUAL)
        return USUAL
    return ""


def _codec(encoding: str | None) -> str:
    """Return the codec of an encoding by one of its names."""
    try:
        name = codecs.lookup(encoding or "utf-8").name
    except (LookupError, ValueError):
        name = ""
    if name not in {codecs.lookup(known).name for known in ENCODINGS}:
        raise DataError(
            f'There is no encoding "{short(encoding)}"; choose {listed(ENCODINGS, "or", 20)}.',
            "encoding",
        )
    return "utf-8-sig" if name == "utf-8" else name


def _undecoded(name: str, kind: str, encoding: str | None, read: bytes, place: int) -> str:
    """Return a message about bytes that are not text, with what to do."""
    if encoding is None:
        return f"{name} is not UTF-8 text: save it as {kind} in UTF-8."
    if encoding:
        return f"{name} is not {short(encoding)} text (byte {place + 1:,}): choose its --encoding."
    line = read.count(b"\n", 0, place) + 1
    return Message(
        "{file}, line {line:,}, is not UTF-8 text: save it as {kind} in UTF-8, or say how it was "
        "saved, often --encoding cp1252 (Windows), cp932 (Japanese) or gb18030 (Chinese).",
        file=name,
        line=line,
        kind=kind,
    )


LONGEST_TOML = 1_000_000
"""Characters. A Spec has some hundred, and the names of 16,384 inputs half a million."""

MOST_KEYS, MOST_PARTS = 10_000, 4
"""Keys and headings, and the parts of each between dots: memory grows with the square of a key's
parts."""

_ASIDE = re.compile(
    r"""
    "{3} (?:\\.|[^\\])*? (?:"{3}|\Z) | '{3} .*? (?:'{3}|\Z)     # texts of several lines
    | " (?:\\.|[^"\\\n])*+ "? | ' [^'\n]*+ '? | \# [^\n]*+       # texts, comments
    """,
    re.VERBOSE | re.DOTALL,
)
_DOTTED = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{MOST_PARTS}}}")
_KEY = re.compile(r"=|^[ \t]*\[", re.MULTILINE)


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML.

    >>> parse_toml("a = 1.5")
    {'a': 1.5}

    Raises
    ------
    ValueError
        It is not valid TOML, or too long.
    """
    if len(text) > LONGEST_TOML:
        raise ValueError(f"it has over {LONGEST_TOML:,} characters")
    bare = _ASIDE.sub("_", text)
    if _DOTTED.search(bare):
        raise ValueError(f"a key has more than {MOST_PARTS} parts")
    if sum(1 for _ in _KEY.finditer(bare)) > MOST_KEYS:
        raise ValueError(f"it has over {MOST_KEYS:,} keys")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
