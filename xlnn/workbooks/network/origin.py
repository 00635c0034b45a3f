"""Start a build from a template, a model or an earlier workbook, and read its data."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.data import classes
from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.load import WORKBOOKS, load, load_inputs
from xlnn.data.messages import listed
from xlnn.data.numbers import rounded
from xlnn.equations.layer import PARAMETERS
from xlnn.equations.optimiser import OPTIMISERS, PLAIN
from xlnn.errors import DataError, OptionsError, WorkbookError
from xlnn.model import Model
from xlnn.option import LIST, NUMBER, SECTIONS, TABLE, TABLES, TEXT, Option
from xlnn.options import ARRAYS, BUILD, CSV, FRAMES, PICTURES, XLSX, Options, as_typed
from xlnn.reference import Arrays
from xlnn.registry.templates import Template, folder
from xlnn.terms import general_text
from xlnn.workbooks.entries import read_entries
from xlnn.workbooks.network.quantities.network import network
from xlnn.workbooks.network.spec import LayerSpec, Spec, layers_of
from xlnn.workbooks.runs import seen_by

UNSCALED = "none"


@dataclass(frozen=True)
class Origin:
    """What a build starts from before options are applied.

    Attributes
    ----------
    name : str
        The template's name.
    settings : dict
        Options of a build that it sets, and constants of the optimiser, by name. A network that
        predicts and does not train has 0 epochs.
    layers : tuple of LayerSpec
        The last one's units follow from the data if they are 0.
    reading : ReadOptions
        How data are to be read.
    data : Path or Dataset
    runs : tuple of dict
        The settings of each run in which runs differ, with its ``start``, a file or arrays; without
        one, the start weights are random.
    held : array of bool, or None
        Which samples of `data` are held out, if that is fixed.
    scaling : (array, array) or None
        The middle and factor of each input, if they are fixed.
    target_scaling : (array, array) or None
        The same of the targets of a regression.
    inputs : int
        The number of inputs of a model to train further; otherwise 0.
    notes : dict of tuple of str
        By option, notes on names of other libraries that a template uses.
    told : tuple of str
        Of `xlnn.workbooks.network.spec.TOLD`, what is to be said of a model that predicts.
    """

    name: str
    settings: Mapping[str, Any]
    layers: tuple[LayerSpec, ...]
    reading: ReadOptions
    data: Path | Dataset
    runs: tuple[Mapping[str, Any], ...] = ({},)
    held: np.ndarray | None = None
    scaling: tuple[np.ndarray, np.ndarray] | None = None
    target_scaling: tuple[np.ndarray, np.ndarray] | None = None
    inputs: int = 0
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    @property
    def is_shipped(self) -> bool:
        """Whether it is a template of xlnn itself, with its own data."""
        return isinstance(self.data, Path) and folder() in self.data.parents

    @property
    def trains(self) -> bool:
        """Whether its network is trained."""
        return self.settings["epochs"] > 0


CONSTANTS = dict.fromkeys(chain(*(each.constants for each in OPTIMISERS.values())))
"""The constants of optimisers."""

OTHERS = {
    "": {
        "kind": TEXT, "summary": TEXT, "book": SECTIONS, "labels": LIST, "data": TABLE,
        "start": TABLE, "layers": TABLES, **dict.fromkeys(CONSTANTS, NUMBER),
    },
    "data": {"file": TEXT},
    "start": {"file": TEXT},
}  # fmt: skip
"""Entries of a template.toml besides options, by table."""

NEEDED = {"": ("cost", "eta", "epochs", "layers", "data"), "data": ("file",), "start": ()}


def from_template(template: Template) -> Origin:
    """Read a template.

    Raises
    ------
    DataError
        An entry is missing or unknown.
    """
    where = f"template.toml of {template.name}"
    values = _read(where, "", template.values)
    data = _read(f"{where}, [data]", "data", values["data"])
    start = _read(f"{where}, [start]", "start", values.get("start", {}))
    if "picture" in data and data.get("table"):
        raise DataError(f"{where}, [data]: a table has no picture; remove one of both.")
    labels = tuple(str(label) for label in values.get("labels", ()))
    if len(set(labels)) < len(labels):
        raise DataError(f"{where}: a label occurs twice in its labels.")
    optimizer = values.get("optimizer", PLAIN)
    for name in CONSTANTS:
        if name in values and name not in OPTIMISERS[optimizer].constants:
            raise DataError(f'{where}: {name} is not available for the optimizer "{optimizer}".')
    said = {**values, **data, **start}
    options = [name for name in BUILD if name in said and name not in {"data", "start"}]
    notes = {name: tuple(BUILD[name].notes(template.values.get(name))) for name in options}
    constants = {name: template.values[name] for name in CONSTANTS if name in values}
    return Origin(
        name=template.name,
        settings=constants | {name: said[name] for name in options if not BUILD[name].reads},
        layers=layers_of([_by_our_names(layer, notes) for layer in values["layers"]], outputs=0),
        reading=ReadOptions(labels=labels, **{k: said[k] for k in options if BUILD[k].reads}),
        data=template.path / data["file"],
        runs=({"start": template.path / start["file"]} if "file" in start else {},),
        notes=notes,
    )


def _read(where: str, name: str, table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries of a table of a template.toml, or refuse it."""
    known = {key: Option(each, "", name=key) for key, each in OTHERS[name].items()}
    known |= {key: option for key, option in BUILD.items() if option.table == name}
    reads = {key: partial(option.check, several=False) for key, option in known.items()}
    return read_entries(reads, table, where, NEEDED[name])


def _by_our_names(layer: dict[str, Any], notes: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return a layer with the name that xlnn has for its activation; note how others differ."""
    if not isinstance(given := layer.get("activation"), str):
        return layer  # which is refused
    option = BUILD["activation"]
    notes["activation"] = (*notes.get("activation", ()), *option.notes(given))
    return {**layer, "activation": option.check(given)}


def from_workbook(name: str, spec: Spec, arrays: Arrays) -> Origin:
    """Return the current contents of a workbook as an origin, including the user's changes.

    Parameters
    ----------
    name : str
        The file's name.
    spec : Spec
    arrays : dict of arrays
        Its quantities; the inputs are valid.

    Raises
    ------
    WorkbookError
        A label occurs twice, or a factor of the targets is 0.
    """
    given, targets = "raw" if spec.scaled else "x", "raw_t" if spec.scaled_targets else "t"
    if spec.scaled_targets and not arrays["t_factor"].all():
        raise WorkbookError(
            f"{name}: a factor of the targets is 0, and predictions are divided by it: type "
            "another number."
        )
    x = _with_tested(arrays, given)
    t = _with_tested(arrays, targets) if spec.epochs else np.empty((len(x), 0))
    is_table, labels = bool(spec.features), _labels(name, arrays["labels"])
    model = network(spec)
    inputs = {quantity.name: arrays[quantity.name] for quantity in model.inputs}
    return Origin(
        name=spec.template,
        settings={
            "lang": spec.lang,
            "epochs": spec.epochs,
            "cost": spec.cost,
            "test_share": spec.test_samples / len(x),
            "spread": "fan-in",
        },
        layers=spec.layers,
        reading=ReadOptions(
            picture=None if is_table else spec.picture,
            table=is_table,
            features=spec.features,
            # new data may have the names of the sheet or those of the data before
            labels=tuple(dict.fromkeys(chain(*zip(labels, spec.labels, strict=True)))),
            targets=spec.labels if spec.is_regression else (),
        ),
        data=Dataset(
            x=rounded(x).reshape(len(x), -1),  # the user may have typed =1/3
            t=rounded(t),
            labels=labels,
            picture=None if is_table else spec.picture,
            features=spec.features,
            is_regression=spec.is_regression,
            missing=spec.missing,
            words=spec.words,
        ),
        runs=tuple(
            _of_run(spec, model, seen_by(run, model, inputs), run)
            for run in range(spec.number_of_runs)
        ),
        held=np.arange(len(x)) >= spec.samples,
        scaling=_scaling(arrays, "") if spec.scaled else None,
        target_scaling=_scaling(arrays, "t_") if spec.scaled_targets else None,
        told=spec.told,
    )


def _of_run(spec: Spec, model: Model, arrays: Arrays, run: int) -> dict[str, Any]:
    """Return what belongs to one run: its start, and its optimiser's settings."""
    optimizer = spec.of_run(run).optimizer
    parameters = [q for q in model.inputs if q.kind in PARAMETERS]
    start = {q.name: arrays[q.name][0] if q.given else arrays[q.name] for q in parameters}
    return {
        "eta": float(arrays["eta"]) if spec.epochs else 0.0,
        "start": {name: rounded(array) for name, array in start.items()},
        "optimizer": optimizer,
        **{name: float(arrays[name]) for name in OPTIMISERS[optimizer].constants},
        "l2": float(arrays["l2"]) if spec.regularised else None,
        **({"seed": spec.seeds[run]} if spec.seeds else {}),
    }


def _with_tested(arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Return the samples that are trained, and after them those that are held out."""
    tested = f"test_{name}"
    return np.concatenate([arrays[name], arrays[tested]]) if tested in arrays else arrays[name]


def _scaling(arrays: Mapping[str, np.ndarray], prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the middle and the factor of the inputs, or of the targets."""
    return rounded(arrays[f"{prefix}middle"]), rounded(arrays[f"{prefix}factor"])


def _labels(name: str, now: np.ndarray) -> tuple[str, ...]:
    """Return the labels as the sheet names them now."""
    labels = tuple(classes.name(general_text(label), name) for label in now)
    if len(set(labels)) < len(labels):
        raise WorkbookError(f"{name}: a label occurs twice in {listed(labels)}; change one.")
    return labels


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
    if not origin.trains:
        return _rows(origin, options)
    source = origin.data if options.data is None else options.data
    source = Path(source) if isinstance(source, str | os.PathLike) else source
    name = source.name if isinstance(source, Path) else "data"
    _check_reading(source, given)
    known = replace(origin.reading, large=origin.reading.large or options.large)
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
