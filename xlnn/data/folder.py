"""Read a folder of pictures, with a label for each."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from xlnn.data.classes import name, one_hot
from xlnn.data.dataset import MOST_INPUTS, Dataset, ReadOptions, labels_told, sized
from xlnn.data.messages import counted, natural, short
from xlnn.data.numbers import rounded
from xlnn.data.pictures import ink, size
from xlnn.errors import DataError, Message

SUFFIXES = (".png", ".jpg", ".jpeg")

IGNORED = ("thumbs.db", "desktop.ini", "__macosx")
"""Files that systems leave in folders, besides names that begin with a dot."""

MOST_PICTURES = 100_000
"""MNIST, the largest set that beginners meet, has 70,000."""

LARGEST_SIDE = 32
"""The most rows and columns of a picture without a given size: those of CIFAR. Each pixel is a
column of cells, and of weights in each epoch."""

MOST_DECODED = 4_000_000_000
"""Pixels of all picture files: 300 photographs of 12 million, which take about a minute."""


def from_folder(folder: Path, reading: ReadOptions) -> Dataset:
    """Read pictures, PNG or JPEG, in subfolders named by label or in files named LABEL_n.png.

    Parameters
    ----------
    folder : Path
    reading : ReadOptions
        Without a picture size, all pictures get the size of the first one, reduced if it is too
        large for a network.

    Raises
    ------
    DataError
        Something in the folder cannot be read as a picture; the message names it.
    """
    folder = folder if folder.name else folder.absolute()  # "." has no name for a message
    _check(folder, reading)
    labelled: list[tuple[str, Path]] = []
    for entry in _labelled(folder):
        labelled.append(entry)
        if len(labelled) > MOST_PICTURES:
            raise DataError(f"{folder.name} holds more than {MOST_PICTURES:,} pictures: use fewer.")
    if not labelled:
        raise DataError(
            f"{folder.name} holds no pictures: put PNG or JPEG files into subfolders named by "
            "label, or name them LABEL_1.png, LABEL_2.png and so on."
        )
    labelled.sort(key=lambda entry: (natural(entry[0]), natural(entry[1].name)))
    first = labelled[0][1]
    rows, columns = reading.picture or _small_enough(size(first, _shown(folder, first)))
    reading.check_count(folder.name, len(labelled), len(labelled) * rows * columns)
    sizes = _sizes(folder, labelled)
    t, labels = one_hot([label for label, _ in labelled], reading, folder.name)
    x = np.empty((len(labelled), rows * columns))
    for row, (_, path) in zip(x, labelled, strict=True):
        row[:] = ink(path, _shown(folder, path), (rows, columns), reading)
    where = Message("by file name" if labelled[0][1].parent == folder else "by subfolder")
    pictures, end = _told(sizes, (rows, columns), reading), labels_told(labels, t, where)
    summary = Message("{told}, {end}", told=pictures, end=end)
    named = Message("{file}: {what}.", file=folder.name, what=summary)
    return Dataset(rounded(x), t, labels, (rows, columns), told=(named,))


def _sizes(folder: Path, labelled: list[tuple[str, Path]]) -> list[tuple[int, int]]:
    """Return the size of each picture, before any is decoded."""
    sizes, pixels = [], 0
    for _, path in labelled:
        rows, columns = size(path, _shown(folder, path))
        sizes.append((rows, columns))
        pixels += rows * columns
        if pixels > MOST_DECODED:
            raise DataError(
                f"{folder.name} holds pictures of more than {MOST_DECODED:,} pixels: use fewer, or "
                "save them smaller."
            )
    return sizes


def _small_enough(picture_size: tuple[int, int]) -> tuple[int, int]:
    """Return a picture's size, or the largest one of the same proportions that a network can use.

    >>> _small_enough((28, 28)), _small_enough((480, 640))
    ((28, 28), (24, 32))
    """
    longest = max(picture_size)
    if longest <= LARGEST_SIDE:
        return picture_size
    rows, columns = (max(1, round(side * LARGEST_SIDE / longest)) for side in picture_size)
    return rows, columns


def _told(sizes: list[tuple[int, int]], taken: tuple[int, int], reading: ReadOptions) -> str:
    """Return a sentence on the number and sizes of the pictures, and the size that is used.

    It names the option for another size where the size follows from the pictures.
    """
    count, least, most = counted(len(sizes), "picture"), min(sizes), max(sizes)
    if least == most == taken:
        return Message("{images} of {size} pixels", images=count, size=sized(taken))
    span = sized(sizes[0]) if least == most else f"{sized(least)} to {sized(most)}"
    sentence = f"{count} of {span} pixels (rows × columns), taken as {sized(taken)}"
    sentence += "" if reading.picture else " (--picture)"
    if any(
        abs(rows * taken[1] - columns * taken[0]) > max(rows, columns) for rows, columns in sizes
    ):
        sentence += ", some stretched"
    return sentence


def _check(folder: Path, reading: ReadOptions) -> None:
    """Refuse options that do not apply to pictures."""
    if reading.targets or reading.table:
        raise DataError(
            f"{folder.name} is a folder, which is read as pictures with labels, without columns: "
            "name a CSV or .npz file instead, or add --picture ROWSxCOLUMNS.",
            "targets",
            "table",
        )
    if reading.picture is not None:
        rows, columns = reading.picture
        if min(rows, columns) < 1 or rows * columns > MOST_INPUTS:
            raise DataError(
                f"A picture of {rows} x {columns} is not possible: it needs at least 1 row and 1 "
                f"column, and at most {MOST_INPUTS:,} pixels.",
                "picture",
            )


def _labelled(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the label and the path of each picture."""
    entries = list(_entries(folder, folder))
    subfolders = [path for path in entries if path.is_dir()]
    for path in entries:
        if not subfolders:
            _check_file(folder, path)
            yield name(_before_number(path), path.name), path
        elif path not in subfolders:
            raise DataError(
                f"{folder.name} holds subfolders, and next to them {short(path.name)}: move it "
                "into the subfolder of its label."
            )
    for subfolder in subfolders:
        label, is_empty = name(subfolder.name, f"folder {short(subfolder.name)}"), True
        for path in _entries(folder, subfolder):
            _check_file(folder, path)
            is_empty = False
            yield label, path
        if is_empty:
            raise DataError(
                f"{folder.name}: the subfolder {short(subfolder.name)} holds no pictures; add "
                "some or remove it."
            )


def _entries(root: Path, folder: Path) -> Iterator[Path]:
    """Yield the entries of a folder by name, without hidden ones."""
    inside = os.path.realpath(root)
    with os.scandir(folder) as listing:
        entries = sorted(listing, key=lambda entry: entry.name)
    for entry in entries:
        if entry.name.startswith(".") or entry.name.lower() in IGNORED:
            continue
        path = folder / entry.name
        # not pathlib: Path.resolve fails on circular links
        if _is_link(entry) and not os.path.realpath(path).startswith(
            inside.rstrip(os.sep) + os.sep
        ):
            raise DataError(
                f"{_shown(root, path)} is a link out of the folder; copy the picture itself."
            )
        yield path


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry may lead elsewhere: Windows has links of several kinds."""
    return entry.is_symlink() or os.name == "nt"


def _check_file(root: Path, path: Path) -> None:
    if path.is_dir():
        raise DataError(
            f"{_shown(root, path)} is a folder within the folder of a label; pictures are "
            "expected there."
        )
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        raise DataError(
            f"{_shown(root, path)} is not a picture (.png, .jpg or .jpeg); remove it, or hide it "
            "with a name that begins with a dot."
        )


def _before_number(path: Path) -> str:
    """Return the part of a file's name before the last underscore."""
    label, underscore, _ = path.stem.rpartition("_")
    if not underscore:
        raise DataError(
            f"{short(path.name)} does not tell its label: name it LABEL_1.png, or sort the "
            "pictures into subfolders named by label."
        )
    return label


def _shown(root: Path, path: Path) -> str:
    """Return a path for a message, starting at the folder."""
    return "/".join(short(part) for part in (root.name, *path.relative_to(root).parts))
