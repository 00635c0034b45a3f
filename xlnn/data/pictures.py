"""Read a picture file as numbers, 1 for ink and 0 for paper; find the size of one in a row."""

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isqrt, prod
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.data.files import content
from xlnn.data.messages import reason
from xlnn.errors import DataError

if TYPE_CHECKING:
    from PIL.Image import Image

SCAN = b"\xff\xda"
"""The beginning of a scan in a JPEG; within pixel data, 255 is followed by 0."""

ORIENTATION, QUARTERS = 0x0112, range(5, 9)
"""The EXIF tag of the orientation, and its values for quarter turns."""

FORMATS = ("PNG", "JPEG")
"""The decoders that are allowed; others of Pillow start programs."""

LARGEST_PICTURE = 32 * 1024 * 1024
"""Bytes of a picture file; a phone's photograph has 2 to 15 million."""

MOST_PIXELS = 64_000_000
"""Pixels before a picture is resized; a phone's photograph has 12 to 50 million. At 4 bytes
each they take 256 MB, and a file of some kB can claim a thousand times as many."""

MOST_SCANS = 100
"""The most scans of a JPEG; programs write about ten, and each takes as long as a picture with
one."""

MOST_PAINTED = 1_000_000_000
"""Pixels of a JPEG in all its scans: those of a large photograph in the usual ten, twice."""


def size(path: Path, shown: str) -> tuple[int, int]:
    """Return the rows and columns of a picture file as it is seen, without decoding it.

    Parameters
    ----------
    path : Path
    shown : str
        Its name in a message.

    Raises
    ------
    DataError
        The file is not a PNG or JPEG, or is too large.
    """
    with _opened(path, shown) as image:
        is_turned = image.getexif().get(ORIENTATION, 1) in QUARTERS
        return (image.width, image.height) if is_turned else (image.height, image.width)


def ink(path: Path, shown: str, picture: tuple[int, int], reading: ReadOptions) -> np.ndarray:
    """Return the ink of a picture file.

    Parameters
    ----------
    path : Path
    shown : str
        Its name in a message.
    picture : tuple of int
        The rows and columns to which it is resized.
    reading : ReadOptions
        Its ``threshold`` and ``light_ink``.

    Returns
    -------
    array, shape (rows * columns,)
        0 is paper and 1 is ink, row by row.

    Raises
    ------
    DataError
        The file is not a PNG or JPEG, or is too large.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415 -- Pillow is slow to import

    rows, columns = picture
    with _opened(path, shown) as image:
        upright = ImageOps.exif_transpose(image)  # phones record their orientation
        if upright.mode.startswith("I"):  # 16 bits per pixel, which Pillow would clip at 255
            greys = np.asarray(upright).clip(0, 65535) // 257
            upright = Image.fromarray(greys.astype(np.uint8))
        elif "A" in upright.getbands() or "transparency" in upright.info:
            paper = (0, 0, 0) if reading.light_ink else (255, 255, 255)
            sheet = Image.new("RGBA", upright.size, (*paper, 255))
            upright = Image.alpha_composite(sheet, upright.convert("RGBA"))
        # BOX: each pixel is the mean of the area it covers, so its ink stays within 0 to 1. LANCZOS
        # is sharper to the eye, but adds rings beyond that range.
        resized = upright.convert("L").resize((columns, rows), Image.Resampling.BOX)
    light = np.asarray(resized, dtype=float).ravel() / 255
    dark = light if reading.light_ink else 1 - light
    return dark if reading.threshold is None else (dark >= reading.threshold).astype(float)


@contextmanager
def _opened(path: Path, shown: str) -> Iterator["Image"]:
    """Open a picture of limited size; any failure becomes one sentence."""
    from PIL import Image  # noqa: PLC0415 -- Pillow is slow to import

    data = content(path, LARGEST_PICTURE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about many pixels, which are counted here
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                scans = data.count(SCAN) if image.format == "JPEG" else 0
                _check_size(image.width * image.height, scans, shown)
                yield image
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise DataError(
            f"{shown} has far more than {MOST_PIXELS:,} pixels; save it smaller."
        ) from error
    except Exception as error:  # a decoder of untrusted bytes may fail in any way
        # Pillow names its internal buffer, which does not help the user
        why = "" if "BytesIO" in str(error) else f": {reason(error)}"
        raise DataError(f"{shown} is not a readable PNG or JPEG{why}.") from error


def _check_size(pixels: int, scans: int, shown: str) -> None:
    """Refuse a picture that declares too many pixels or scans, before it is decoded."""
    if pixels > MOST_PIXELS:
        raise DataError(
            f"{shown} has {pixels:,} pixels; at most {MOST_PIXELS:,} are read: save it smaller."
        )
    if scans > MOST_SCANS or scans * pixels > MOST_PAINTED:
        raise DataError(
            f"{shown} is stored in {scans:,} scans, but programs write about ten; save it again."
        )


STYLES = ("{row}{column}", "{row}_{column}", "{row}x{column}", "r{row}c{column}")
"""Ways to name a pixel after a prefix such as p: p11, p1_1, 1x1, r1c1."""


FULL = 255
"""The brightest pixel that picture files hold."""

MANY = 64
"""Values from which a row without words as headings is a picture: few have under 8 × 8 pixels."""

_PIXEL = re.compile(
    r"(px|pix|pixel)[ _.-]?[0-9]+([ _.,x-][0-9]+)?|[0-9]+x[0-9]+|r[0-9]+c[0-9]+", re.IGNORECASE
)
"""A heading that can only be that of a pixel: pixel17, 1x1, r1c1."""

_PLAIN = re.compile(r"(p[ _.-]?)?[0-9]+([_.-][0-9]+)?", re.IGNORECASE)
"""A heading that may be that of a pixel: p1, 17."""


def picture_of(
    x: np.ndarray, headings: Sequence[str], reading: ReadOptions, where: str, *, is_named: bool
) -> tuple[int, int] | None:
    """Return the size of a picture, or None if these numbers are a table.

    Headings of pixels mean a picture; other words, or numbers that pixels cannot have, a table.
    Without them, 64 or more numbers that make a square are a picture, and fewer a table if the
    label is named.

    Parameters
    ----------
    x : array, shape (samples, inputs)
    headings : sequence of str
        The headings of the inputs; empty without headings.
    reading : ReadOptions
    where : str
        The file, as a message names it.
    is_named : bool
        Whether the user named the label.

    Raises
    ------
    DataError
        It is unclear which; the message asks for the option that decides.

    >>> x = np.array([[0.0, 1, 1, 0]])
    >>> picture_of(x, ["p11", "p12", "p21", "p22"], ReadOptions(), "my.csv", is_named=True)
    (2, 2)
    >>> picture_of(x, ["p1", "p2", "p3", "p4"], ReadOptions(), "my.csv", is_named=True)
    """
    inputs = x.shape[1]
    is_usual = inputs == prod(reading.usual or (0,)) and x.min() >= 0 and x.max() <= 1
    if reading.table:
        return None
    if reading.picture or is_usual or name_pixels(headings):
        return picture_size(inputs, headings, reading.picture or reading.usual, where)
    if inputs < 2 or not all(map(_PLAIN.fullmatch, headings)) or not _could_be_pixels(x):
        return None
    if reading.usual or (inputs >= MANY and isqrt(inputs) ** 2 == inputs):
        return picture_size(inputs, headings, reading.usual, where)
    if is_named:
        return None
    size = next(_sizes(inputs, from_rows=isqrt(inputs)))
    raise DataError(
        f"{where}: {inputs:,} numbers in each row may be pixels or not: add --picture "
        f"{size[0]}x{size[1]} (rows and columns), --table, or --label and the column of the labels."
    )


def name_pixels(headings: Sequence[str]) -> bool:
    """Return whether headings can only be those of pixels.

    >>> name_pixels(["p11", "p12"]), name_pixels(["pixel0", "pixel1"]), name_pixels(["p1", "p2"])
    (True, True, False)
    """
    if not headings:
        return False
    is_grid = all(map(_PLAIN.fullmatch, headings)) and _proven(headings) is not None
    return is_grid or all(map(_PIXEL.fullmatch, headings))


def _could_be_pixels(x: np.ndarray) -> bool:
    """Return whether numbers are from 0 to 1, or whole ones from 0 to 255 with a 0 among them."""
    least, most = x.min(), x.max()
    if least < 0 or most > FULL:
        return False
    return bool(most <= 1 or (least == 0 and (x == np.trunc(x)).all()))


def picture_size(
    inputs: int, headings: Sequence[str], wanted: tuple[int, int] | None, where: str
) -> tuple[int, int]:
    """Return the rows and columns of a picture.

    They are the wanted ones, if they fit; otherwise those that the headings show; otherwise those
    of a square.

    Parameters
    ----------
    inputs : int
        The number of pixels.
    headings : sequence of str
        The headings of the pixels, row by row; empty without headings.
    wanted : tuple of int, or None
    where : str
        The file, as a message names it.

    Raises
    ------
    DataError
        The size is unknown.

    >>> picture_size(12, (), (4, 3), "my.csv")
    (4, 3)
    >>> picture_size(64, (), (4, 3), "my.csv")
    (8, 8)
    """
    if wanted is not None and min(wanted) >= 1 and wanted[0] * wanted[1] == inputs:
        return wanted
    if (proven := _proven(headings)) is not None:
        return proven
    side = isqrt(inputs)
    if side * side == inputs:
        return side, side
    example = next(_sizes(inputs, from_rows=side))
    raise DataError(
        f"{where}: {inputs:,} pixels do not make a square picture, and there are no headings such "
        "as p11 that tell its size: add --picture ROWSxCOLUMNS, for example --picture "
        f"{example[0]}x{example[1]}, or --table if they are not pixels."
    )


def _proven(headings: Sequence[str]) -> tuple[int, int] | None:
    """Return the size whose pixels have exactly these headings, row by row."""
    if not headings:
        return None
    headings = [heading.lower() for heading in headings]
    for rows, columns in _sizes(len(headings), from_rows=len(headings)):
        for style in STYLES:
            for first in (0, 1):
                if style == STYLES[0] and not first and (rows == 1 or columns == 10):
                    continue  # p00, p01 … p19 may be plain numbering
                last = style.format(row=rows - 1 + first, column=columns - 1 + first)
                prefix = headings[-1].removesuffix(last)
                if prefix == headings[-1] or prefix[-1:].isdigit():
                    continue
                if headings == [
                    prefix + style.format(row=row + first, column=column + first)
                    for row in range(rows)
                    for column in range(columns)
                ]:
                    return rows, columns
    return None


def _sizes(pixels: int, from_rows: int) -> Iterator[tuple[int, int]]:
    """Yield all sizes with that many pixels, in descending order of rows."""
    for rows in range(from_rows, 0, -1):
        if pixels % rows == 0:
            yield rows, pixels // rows
