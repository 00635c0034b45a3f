"""Combine the data options of a template with those of the user."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.load import WORKBOOKS, load, load_inputs
from xlnn.data.wording import listed
from xlnn.errors import DataError, OptionsError
from xlnn.options import ARRAYS, BUILD, CSV, FRAMES, PICTURES, XLSX, Options, as_typed
from xlnn.workbooks.network.origin import Origin


def data_of(origin: Origin, options: Options) -> Dataset:
    """Read the data of the user, of a template or of an older workbook.

    Raises
    ------
    XlnnError
        They cannot be read, or not with these options.
    """
    given = options.reading
    if options.data is None and isinstance(origin.data, Dataset):
        if given:
            raise OptionsError(f"{as_typed(next(iter(given)))} says how to read data: add --data.")
        return origin.data
    if not origin.epochs:
        return _rows(origin, options)
    source = _path(origin.data if options.data is None else options.data)
    name = source.name if isinstance(source, Path) else "data"
    _check_reading(source, given)
    known = replace(origin.reading, large=options.large)
    if options.data is not None:  # options about the origin's file do not apply to another
        known = replace(known, sheet="", encoding="", decimal="")
    if options.data is not None and _kind(source) != PICTURES:
        # a table may have as many inputs as a picture has pixels
        known = replace(known, picture=None, usual=known.picture)
    elif options.data is not None and origin.is_shipped:
        known = replace(known, picture=None)  # the size of our images does not apply to the user's
    reading = _consistent(replace(known, **given), given)
    data = load(source, reading)
    _check_picture(origin, options, name, data)
    is_told = reading.labels and not data.is_regression
    if options.data is None and not given and is_told and set(data.labels) != set(reading.labels):
        raise DataError(
            f"The template has the labels {listed(reading.labels)}, but {name} has "
            f"{listed(data.labels)}: they must be the same."
        )
    return data


def _rows(origin: Origin, options: Options) -> Dataset:
    """Read the rows that a network is to predict: only inputs, or with a label."""
    known = origin.data
    assert isinstance(known, Dataset)  # noqa: S101 -- a network that does not train holds its data
    is_table = known.picture is None
    reading = ReadOptions(
        table=is_table,
        picture=known.picture,
        features=known.features,
        large=options.large,
        **options.reading,
    )
    found = load_inputs(options.data, reading, known.x.shape[1])
    return replace(
        known,
        x=found.x,
        t=np.empty((len(found.x), 0)),
        features=(found.features if is_table else ()) or known.features,
        told=found.told + known.told,
        missing=found.missing,
    )


def _path(source: object) -> object:
    """Return a path if one was given, of any type."""
    return Path(source) if isinstance(source, str | os.PathLike) else source


def _check_picture(origin: Origin, options: Options, name: str, data: Dataset) -> None:
    """Refuse pictures whose size differs from the one given by the user or the template."""
    is_own = options.data is None and not options.reading
    asked = options.picture or (origin.reading.picture if is_own else None)
    if asked is None or data.picture == asked:
        return
    has = "no pixels" if data.picture is None else "{} x {} pixels".format(*data.picture)
    wanted = "{} x {}".format(*asked)
    if options.picture is None:
        raise DataError(
            f"template.toml says picture = {list(asked)}, and the pictures of {name} have {has}: "
            "correct one of them."
        )
    raise OptionsError(f"{name}: the pictures have {has} and not {wanted}.")


def _kind(source: object) -> str:
    """Return the kind of data."""
    if not isinstance(source, Path):
        return ARRAYS if isinstance(source, tuple | list | Mapping) else FRAMES
    if source.is_dir():
        return PICTURES
    known = {".npz": ARRAYS, **dict.fromkeys(WORKBOOKS, XLSX)}
    return known.get(source.suffix.lower(), CSV)


def _check_reading(source: object, given: Mapping[str, Any]) -> None:
    """Refuse options that do not apply to data of this kind."""
    if isinstance(source, Path) and not source.exists():
        return  # which reading it says
    kind, name = _kind(source), source.name if isinstance(source, Path) else "data"
    for option in given:
        if kind not in BUILD[option].reads:
            meant = listed(BUILD[option].reads)
            raise OptionsError(f"{as_typed(option)} is for {meant}; {name} is not one.")


def _consistent(reading: ReadOptions, given: Mapping[str, Any]) -> ReadOptions:
    """Return options for reading without those of the origin that the user's options contradict."""
    if "picture" in given:
        reading = replace(reading, table=False)
    if "label" in given:
        reading = replace(reading, targets=())
    if reading.targets:
        # with columns to predict there is no picture and no label
        reading = replace(reading, table=True, label="", labels=())
    return reading
