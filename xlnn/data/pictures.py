"""Read a picture file as numbers: 1 for ink, 0 for paper."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.data.files import content
from xlnn.data.wording import short
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
    rows, columns = picture
    grey = _grey(path, shown, paper=0 if reading.light_ink else 255)
    # BOX: each pixel is the mean of the area it covers, so its ink stays within 0 to 1. LANCZOS is
    # sharper to the eye, but adds rings beyond that range.
    resized = grey.resize((columns, rows), _box())
    light = np.asarray(resized, dtype=float).ravel() / 255
    dark = light if reading.light_ink else 1 - light
    return dark if reading.threshold is None else (dark >= reading.threshold).astype(float)


def _box() -> int:
    from PIL import Image  # noqa: PLC0415 -- Pillow is slow to import

    return Image.Resampling.BOX


def _grey(path: Path, shown: str, paper: int) -> "Image":
    """Return a picture in 256 greys, upright, with paper where it is transparent."""
    from PIL import ImageOps  # noqa: PLC0415 -- Pillow is slow to import

    with _opened(path, shown) as image:
        upright = ImageOps.exif_transpose(image)  # phones record their orientation
        return _without_colour(upright, paper)


@contextmanager
def _opened(path: Path, shown: str) -> Iterator["Image"]:
    """Open a picture of limited size; any failure becomes one sentence."""
    from PIL import Image  # noqa: PLC0415 -- Pillow is slow to import

    data = content(path, LARGEST_PICTURE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about many pixels, which are counted here
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                _check_pixels(image.width * image.height, shown)
                if image.format == "JPEG":
                    _check_scans(data, image.width * image.height, shown)
                yield image
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise DataError(
            f"{shown} has far more than {MOST_PIXELS:,} pixels; save it smaller."
        ) from error
    except Exception as error:  # a decoder of untrusted bytes may fail in any way
        # Pillow names its internal buffer, which does not help the user
        reason = "" if "BytesIO" in str(error) else f": {short(error)}"
        raise DataError(f"{shown} is not a readable PNG or JPEG{reason}.") from error


def _check_scans(data: bytes, pixels: int, shown: str) -> None:
    """Refuse a JPEG with too many scans, before it is decoded."""
    scans = data.count(SCAN)
    if scans > MOST_SCANS or scans * pixels > MOST_PAINTED:
        raise DataError(
            f"{shown} is stored in {scans:,} scans, but programs write about ten; save it again."
        )


def _check_pixels(pixels: int, shown: str) -> None:
    """Refuse a picture that declares too many pixels, before it is decoded."""
    if pixels > MOST_PIXELS:
        raise DataError(
            f"{shown} has {pixels:,} pixels; at most {MOST_PIXELS:,} are read: save it smaller."
        )


def _without_colour(image: "Image", paper: int) -> "Image":
    from PIL import Image  # noqa: PLC0415 -- Pillow is slow to import

    if image.mode.startswith("I"):  # 16 bits per pixel, which Pillow would clip at 255
        return Image.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        sheet = Image.new("RGBA", image.size, (paper, paper, paper, 255))
        image = Image.alpha_composite(sheet, image.convert("RGBA"))
    return image.convert("L")
