"""What a build starts from, and the data that it reads: from a template, a model or a workbook."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.load import WORKBOOKS, load, load_inputs
from xlnn.data.messages import listed
from xlnn.data.preprocessing import held_out
from xlnn.errors import DataError, OptionsError
from xlnn.options import ARRAYS, BUILD, CSV, FRAMES, PICTURES, XLSX, Options, as_typed
from xlnn.registry.templates import folder


@dataclass(frozen=True)
class Origin:
    """What a build starts from before options are applied.

    Attributes
    ----------
    name : str
        The template's name.
    sizes : dict
        The sizes that it states, by name. With 0 epochs nothing trains.
    inputs : dict
        The values of inputs that do not follow from data, by name.
    settings : dict
        Options of a build that it sets and that are neither a size nor an input.
    reading : ReadOptions
        How data are to be read.
    data : Path, Dataset or None
        The data; None for an experiment that has them among its inputs, or none.
    runs : tuple of dict
        What is different in each run: sizes, inputs and settings, among them its ``start``, a file
        or arrays; without one, the start weights are random.
    held : array of bool, or None
        Which samples of `data` are held out, if that is fixed.
    scaling : (array, array) or None
        The middle and factor of each input, if they are fixed.
    target_scaling : (array, array) or None
        The same of the targets of a regression.
    count : int
        The number of inputs of a model to train further; otherwise 0.
    notes : dict of tuple of str
        By option, notes on names of other libraries that a template uses.
    told : tuple of str
        Keys of what the Guide says of a model that was trained elsewhere.
    is_own : bool
        Whether a person's data took the place of those of the template.
    """

    name: str
    sizes: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    reading: ReadOptions = field(default_factory=ReadOptions)
    data: Path | Dataset | None = None
    runs: tuple[Mapping[str, Any], ...] = ({},)
    held: np.ndarray | None = None
    scaling: tuple[np.ndarray, np.ndarray] | None = None
    target_scaling: tuple[np.ndarray, np.ndarray] | None = None
    count: int = 0
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    is_own: bool = False

    @property
    def is_shipped(self) -> bool:
        """Whether it is a template of xlnn itself, with its own data."""
        return isinstance(self.data, Path) and folder() in self.data.parents

    @property
    def trains(self) -> bool:
        """Whether weights are trained."""
        return bool(self.sizes.get("epochs", 1))


def data_of(origin: Origin, options: Options, picture: tuple[int, int] | None = None) -> Dataset:
    """Read the data of the user, of a template or of an older workbook.

    A person's picture files are resized to the rows and columns of ``picture``, if it is given.

    Raises
    ------
    XlnnError
        They cannot be read, or not with these options.
    """
    given = options.reading
    if options.data is None and isinstance(origin.data, Dataset):
        if given:
            raise OptionsError(
                "{option} says how to read data: add --data.",
                option=as_typed(next(iter(given))),
            )
        return origin.data
    if not origin.trains:
        return _rows(origin, options)
    source = origin.data if options.data is None else options.data
    source = Path(source) if isinstance(source, str | os.PathLike) else source
    name = source_name(source)
    check_reading(source, given)
    known = replace(origin.reading, large=origin.reading.large or options.large)
    if options.data is not None:  # options about the origin's file do not apply to another
        known = replace(known, sheet="", encoding="", decimal="")
    if options.data is not None and _kind(source) != PICTURES:
        # a table may have as many inputs as a picture has pixels
        known = replace(known, picture=None, usual=known.picture or picture)
    elif options.data is not None:
        if origin.is_shipped:  # the size of our images does not apply to the user's
            known = replace(known, picture=None)
        if picture and not known.picture:
            known = replace(known, picture=picture, table=False)
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


def source_name(source: object) -> str:
    """Return the name of the file, or "data" if the data do not come from a file."""
    return Path(source).name if isinstance(source, str | os.PathLike) else "data"


def _kind(source: object) -> str:
    """Return the kind of data."""
    if not isinstance(source, Path):
        return ARRAYS if isinstance(source, tuple | list | Mapping) else FRAMES
    if source.is_dir():
        return PICTURES
    known = {".npz": ARRAYS, **dict.fromkeys(WORKBOOKS, XLSX)}
    return known.get(source.suffix.lower(), CSV)


def check_reading(source: object, given: Mapping[str, Any]) -> None:
    """Refuse options that do not apply to data of this kind."""
    if isinstance(source, Path) and not source.exists():
        return  # which reading it says
    kind, name = _kind(source), source_name(source)
    for option in given:
        if kind not in BUILD[option].reads:
            meant = listed(BUILD[option].reads)
            raise OptionsError(
                "{option} is for {kinds}; {name} is not one.",
                option=as_typed(option),
                kinds=meant,
                name=name,
            )


def _consistent(reading: ReadOptions, given: Mapping[str, Any]) -> ReadOptions:
    """Return options for reading without those of the origin that the user's options contradict."""
    if "picture" in given:
        reading = replace(reading, table=False)
    if "label" in given:
        reading = replace(reading, targets=(), bare=False)
    if reading.targets:
        # with columns to predict there is no picture and no label
        reading = replace(reading, table=True, label="", labels=())
    return reading


def held_of(origin: Origin, options: Options, data: Dataset) -> np.ndarray:
    """Tell which samples are held out."""
    if origin.held is not None and not {"test_share", "data"} & options.keys():
        return origin.held
    usual = {"test_share": 0.0, "seed": 0, **origin.sizes, **origin.settings, **origin.runs[0]}
    share, seed = (options.get(name, usual[name]) for name in ("test_share", "seed"))
    if share == 0:
        return np.zeros(len(data.x), dtype=bool)
    seed = seed[0] if isinstance(seed, tuple) else seed
    return held_out(data.t, share, seed or 0, is_regression=data.is_regression or not data.labels)
