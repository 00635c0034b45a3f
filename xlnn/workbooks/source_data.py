"""Read the data of a source: of a file, of a template or of an earlier workbook."""

import os
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from math import prod
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.data import classes as class_names
from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.load import WORKBOOKS, load, load_inputs
from xlnn.data.messages import listed
from xlnn.data.numbers import rounded
from xlnn.data.preprocessing import held_out
from xlnn.errors import DataError, OptionsError, WorkbookError
from xlnn.options import ARRAYS, BUILD, CSV, FRAMES, PICTURES, XLSX, Options, as_typed
from xlnn.terms import general_text
from xlnn.workbooks.kind import Source
from xlnn.workbooks.samples import TEST, Learns, raw_name
from xlnn.workbooks.spec import Spec


def data_of(source: Source, options: Options, picture: tuple[int, int] | None = None) -> Dataset:
    """Read the data of the user, of a template or of an older workbook.

    A person's picture files are resized to the rows and columns of ``picture``, if it is given.

    Raises
    ------
    XlnnError
        They cannot be read, or not with these options.
    """
    given = options.reading
    if options.data is None and isinstance(source.data, Dataset):
        if given:
            raise OptionsError(
                "{option} says how to read data: add --data.",
                option=as_typed(next(iter(given))),
            )
        return source.data
    if not source.trains:
        return _rows(source, options)
    place = source.data if options.data is None else options.data
    place = Path(place) if isinstance(place, str | os.PathLike) else place
    name = data_name(place)
    check_reading(place, given)
    known = replace(source.reading, large=source.reading.large or options.large)
    if options.data is not None:  # options about the source's file do not apply to another
        known = replace(known, sheet="", encoding="", decimal="")
    if options.data is not None and _form(place) != PICTURES:
        # a table may have as many inputs as a picture has pixels
        known = replace(known, picture=None, usual=known.picture or picture)
    elif options.data is not None:
        if source.is_shipped:  # the size of our images does not apply to the user's
            known = replace(known, picture=None)
        if picture and not known.picture:
            known = replace(known, picture=picture, table=False)
    reading = _consistent(replace(known, **given), given)
    data = load(place, reading)
    _check_picture(source, options, name, data)
    is_told = reading.labels and not data.is_regression
    if options.data is None and not given and is_told and set(data.labels) != set(reading.labels):
        raise DataError(
            f"The template has the labels {listed(reading.labels)}, but {name} has "
            f"{listed(data.labels)}: they must be the same."
        )
    return data


def _rows(source: Source, options: Options) -> Dataset:
    """Read the rows that a network is to predict: only inputs, or with a label."""
    known = source.data
    assert isinstance(known, Dataset)  # noqa: S101 -- a network that does not train holds its data
    is_table = known.picture is None
    reading = ReadOptions(
        table=is_table,
        picture=known.picture,
        features=known.features,
        large=options.large,
        **options.reading,
    )
    read = load_inputs(options.data, reading, known.x.shape[1])
    return replace(
        known,
        x=read.x,
        t=np.empty((len(read.x), 0)),
        features=(read.features if is_table else ()) or known.features,
        told=read.told + known.told,
        missing=read.missing,
    )


def _check_picture(source: Source, options: Options, name: str, data: Dataset) -> None:
    """Refuse pictures whose size differs from the one given by the user or the template."""
    is_own = options.data is None and not options.reading
    asked = options.picture or (source.reading.picture if is_own else None)
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


def data_name(data: object) -> str:
    """Return the name of the file, or "data" if the data do not come from a file."""
    return Path(data).name if isinstance(data, str | os.PathLike) else "data"


def _form(data: object) -> str:
    """Return the form of data: files, arrays or a data frame."""
    if not isinstance(data, Path):
        return ARRAYS if isinstance(data, tuple | list | Mapping) else FRAMES
    if data.is_dir():
        return PICTURES
    known = {".npz": ARRAYS, **dict.fromkeys(WORKBOOKS, XLSX)}
    return known.get(data.suffix.lower(), CSV)


def check_reading(data: object, given: Mapping[str, Any]) -> None:
    """Refuse options that do not apply to data of this kind."""
    if isinstance(data, Path) and not data.exists():
        return  # which reading it says
    form, name = _form(data), data_name(data)
    for option in given:
        if form not in BUILD[option].reads:
            meant = listed(BUILD[option].reads)
            raise OptionsError(
                "{option} is for {kinds}; {name} is not one.",
                option=as_typed(option),
                kinds=meant,
                name=name,
            )


def _consistent(reading: ReadOptions, given: Mapping[str, Any]) -> ReadOptions:
    """Return options for reading without those of the source that the user's options contradict."""
    if "picture" in given:
        reading = replace(reading, table=False)
    if "label" in given:
        reading = replace(reading, targets=(), bare=False)
    if reading.targets:
        # with columns to predict there is no picture and no label
        reading = replace(reading, table=True, label="", labels=())
    return reading


def held_of(source: Source, options: Options, data: Dataset) -> np.ndarray:
    """Tell which samples are held out."""
    if source.held is not None and not {"test_share", "data"} & options.keys():
        return source.held
    usual = {"test_share": 0.0, "seed": 0, **source.sizes, **source.settings, **source.runs[0]}
    share, seed = (options.get(name, usual[name]) for name in ("test_share", "seed"))
    if share == 0:
        return np.zeros(len(data.x), dtype=bool)
    seed = seed[0] if isinstance(seed, tuple) else seed
    return held_out(data.t, share, seed or 0, is_regression=data.is_regression or not data.labels)


def typed_data(learns: Learns, inputs: Mapping[str, object]) -> Dataset:
    """Return the inputs that an experiment learns from as data.

    Parameters
    ----------
    learns : Learns
    inputs : dict of arrays
    """
    x = np.asarray(inputs[learns.x], dtype=float)
    if learns.t:
        t = np.asarray(inputs[learns.t], dtype=float)
        labels = tuple(map(str, inputs.get("labels", ())))
    else:
        t, labels = _beside(inputs.get("labels"), len(x))
    x = x.reshape(len(x), -1)
    picture = learns.picture if learns.picture and prod(learns.picture) == x.shape[1] else None
    return Dataset(x=x, t=t.reshape(len(x), -1), labels=labels, picture=picture)


def _beside(labels: object, rows: int) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return labels that are not learned as classes, and their names; none if all differ."""
    if labels is None:
        return np.empty((rows, 0)), ()
    names, classes = np.unique(np.asarray(labels, dtype=float), return_inverse=True)
    if len(names) == rows:
        return np.empty((rows, 0)), ()
    return np.eye(len(names))[classes.ravel()], tuple(f"{name:g}" for name in names)


def with_rows(
    name: str, spec: Spec, learns: Learns, arrays: Mapping[str, np.ndarray], source: Source
) -> Source:
    """Return the source of a workbook with its rows as data, those that are held out last.

    Raises
    ------
    WorkbookError
        A label occurs twice, or a factor of the targets is 0.
    """
    if spec.scaled_targets and not arrays["t_factor"].all():
        raise WorkbookError(
            f"{name}: a factor of the targets is 0, and predictions are divided by it: type "
            "another number."
        )
    x = _with_tested(arrays, raw_name(learns.x) if spec.scaled else learns.x)
    rows = len(x)
    t = np.empty((rows, 0))
    if learns.t in arrays:
        t = _with_tested(arrays, raw_name(learns.t) if spec.scaled_targets else learns.t)
    is_row = spec.picture[:1] in {(), (1,)}  # which is no picture, where rows may be tables
    is_table, labels = bool(spec.features) or (learns.table and is_row), spec.labels
    if "labels" in arrays and learns.t:
        labels = _labels(name, arrays["labels"])
    elif "labels" in arrays:
        t, labels = _beside(_with_tested(arrays, "labels"), rows)
    picture = None if is_table else spec.picture
    read = {"labels", learns.x, learns.t, raw_name(learns.x), raw_name(learns.t)}
    read |= {prefix + array for array in read for prefix in ("", TEST)}
    read |= {f"{of}{which}" for of in ("", "t_") for which in ("middle", "factor")}
    return replace(
        source,
        inputs={key: value for key, value in source.inputs.items() if key not in read},
        settings={**source.settings, "test_share": spec.test_samples / rows},
        reading=ReadOptions(
            picture=picture,
            table=is_table,
            features=spec.features,
            # new data may have the names of the sheet or those of the data before
            labels=tuple(dict.fromkeys(chain(*zip(labels, spec.labels, strict=True)))),
            targets=spec.labels if spec.is_regression else (),
        ),
        data=Dataset(
            x=rounded(x).reshape(rows, -1),  # the user may have typed =1/3
            t=rounded(t).reshape(rows, -1),
            labels=labels,
            picture=picture,
            features=spec.features,
            is_regression=spec.is_regression,
            missing=spec.missing,
            words=spec.words,
        ),
        held=np.arange(rows) >= rows - spec.test_samples,
        scaling=_scaling(arrays, "") if spec.scaled else None,
        target_scaling=_scaling(arrays, "t_") if spec.scaled_targets else None,
    )


def _with_tested(arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Return the samples that are trained, and after them those that are held out."""
    tested = f"{TEST}{name}"
    return np.concatenate([arrays[name], arrays[tested]]) if tested in arrays else arrays[name]


def _scaling(arrays: Mapping[str, np.ndarray], prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle and the factor of the inputs, or of the targets."""
    middle, factor = (rounded(arrays[f"{prefix}{name}"]).ravel() for name in ("middle", "factor"))
    return middle, factor


def _labels(name: str, now: np.ndarray) -> tuple[str, ...]:
    """Return the labels as the sheet names them now."""
    labels = tuple(class_names.name(general_text(label), name) for label in now)
    if len(set(labels)) < len(labels):
        raise WorkbookError(f"{name}: a label occurs twice in {listed(labels)}; change one.")
    return labels
