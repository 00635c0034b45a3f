"""Read a template, or an earlier workbook, as the source of a build."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from xlnn.data.dataset import ReadOptions
from xlnn.data.load import load
from xlnn.data.messages import short
from xlnn.data.numbers import rounded
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.errors import DataError
from xlnn.option import LIST, NUMBER, SECTIONS, TABLE, TEXT, Option
from xlnn.options import BUILD
from xlnn.reference import Arrays
from xlnn.registry.templates import Template, folder, names, template
from xlnn.workbooks import own_data
from xlnn.workbooks.entries import read_entries
from xlnn.workbooks.kind import Source
from xlnn.workbooks.own_data import Kind
from xlnn.workbooks.planning import CONSTANTS, RUN_SIZES
from xlnn.workbooks.runs import RUN, seen_by
from xlnn.workbooks.source_data import with_rows
from xlnn.workbooks.spec import Spec

KEYS = {
    "kind": TEXT, "summary": TEXT, "book": SECTIONS, "images": TEXT, "labels": LIST,
    "sizes": TABLE, "inputs": TABLE, "data": TABLE, "start": TABLE,
}  # fmt: skip
"""The entries of a template besides its options."""

NEEDED = frozenset({"cost", "epochs", "layers"})
"""Sizes without a default: a template states them."""

FILES = ("file", "target")
"""The entries of ``[data]`` and ``[start]`` besides options: a file beside the template, and, for a
kind that reads it by itself, the column to predict."""


def from_template(kind: Kind, of: Template) -> Source:
    """Read the sizes, inputs and options that a template names, and where its data are.

    Options may be entries of the template, or of its tables; so may sizes and the constants of an
    optimiser.

    Raises
    ------
    DataError
        An entry is missing or unknown, or has a wrong value.
    """
    where = f"template.toml of {of.name}"
    entries = _entries(kind, of, where)
    sizes = {**kind.usual_sizes, **entries.get("sizes", {})}
    inputs, settings = dict(entries.get("inputs", {})), {}
    reading = {"table": kind.learns is not None and kind.learns.table}
    for name, value in _stated(entries):
        option, sets = BUILD.get(name), kind.sets.get(name, name)
        if option is not None and option.reads:
            reading[name] = value
        elif sets in sizes:
            sizes[sets] = value
        elif name in kind.sets or name in CONSTANTS:
            inputs[sets] = value
        else:
            settings[name] = value
    for name in NEEDED & sizes.keys():
        if sizes[name] is None:
            raise DataError(f"{where} does not say its {name}.")
    sizes |= kind.check_sizes({k: v for k, v in sizes.items() if v is not None}, where)
    labels = tuple(map(str, entries.get("labels", ())))
    if len(set(labels)) < len(labels):
        raise DataError(f"{where}: a label occurs twice in its labels.")
    _check_constants(inputs, sizes.get("optimizer"), where)
    noted = {name: tuple(BUILD[name].notes(of.values.get(name))) for name in BUILD}
    source = Source(
        kind, of.name, sizes, inputs, settings, reading=ReadOptions(labels=labels, **reading),
        notes={name: notes for name, notes in noted.items() if notes},
    )  # fmt: skip
    return _with_files(kind, of, entries, source)


def _check_constants(inputs: Mapping[str, Any], optimizer: str | None, where: str) -> None:
    """Refuse the constants of another optimiser."""
    for name in (name for name in inputs if optimizer and name in CONSTANTS):
        if name not in OPTIMISERS[optimizer].constants:
            raise DataError(f'{where}: {name} is not available for the optimizer "{optimizer}".')


def _entries(kind: Kind, of: Template, where: str) -> dict[str, Any]:
    """Read the entries of a template, and those of its tables ``data`` and ``start``."""
    options = {name: BUILD[name] for name in kind.options if BUILD[name].table is not None}

    def reads(
        table: str, known: Mapping[str, Option], first: Mapping[str, Option]
    ) -> dict[str, Any]:
        own = {name: option for name, option in options.items() if option.table == table}
        return {
            name: partial(replace(option, name=name).check, several=False)
            for name, option in {**known, **own, **first}.items()
        }

    constants = dict.fromkeys(CONSTANTS if kind.rates else (), Option(NUMBER, ""))
    keys = {name: Option(key, "") for name, key in KEYS.items()}
    entries = read_entries(reads("", {**keys, **kind.sizes, **constants}, keys), of.values, where)
    files = dict.fromkeys(FILES, Option(TEXT, ""))
    for table in ("data", "start"):
        given = entries.get(table, {})
        entries[table] = read_entries(reads(table, files, files), given, f"{where}, [{table}]")
    return entries


def _stated(entries: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the options, sizes and constants among the entries of a template."""
    yield from ((name, value) for name, value in entries.items() if name not in KEYS)
    for table in ("data", "start"):
        yield from ((name, value) for name, value in entries[table].items() if name not in FILES)


def _with_files(kind: Kind, of: Template, entries: Mapping[str, Any], source: Source) -> Source:
    """Return a source with the data that a template names, its start, and its images."""
    where, file = f"template.toml of {of.name}", entries["data"].get("file")
    if kind.learns is None and kind.has_targets and (file or not kind.inputs):
        for name in FILES:
            if name not in entries["data"]:
                raise DataError(f"{where}, [data] does not say its {name}.")
        target = {"targets": (entries["data"]["target"],)}
        (sizes, inputs), _ = own_data.read(kind, of.path / file, target)
        sizes = kind.checked({**source.sizes, **sizes, **entries.get("sizes", {})}, where)
        inputs = inputs(sizes) if callable(inputs) else inputs
        source = replace(source, sizes=sizes, inputs={**inputs, **source.inputs})
    elif file:
        source = replace(source, data=of.path / file)
    if start := entries["start"].get("file"):
        source = replace(source, runs=({"start": of.path / start},))
    if "images" in entries:
        source = replace(source, inputs=_images_of(entries["images"], where) | source.inputs)
    return source


def _images_of(name: object, where: str) -> dict[str, np.ndarray]:
    """Return the pixels and labels of the images of a template of xlnn."""
    data = template(name).values.get("data", {}) if name in names() else {}
    if "picture" not in data:
        raise DataError(f"{where}: images is {short(name)}: a template with pictures was expected.")
    dataset = load(folder() / str(name) / data["file"], ReadOptions(picture=tuple(data["picture"])))
    labels = np.array(dataset.labels)[dataset.t.argmax(axis=1)]
    return {"images": dataset.x, "labels": labels}


def from_workbook(kind: Kind, name: str, spec: Spec, arrays: Arrays) -> Source:
    """Return a source with the current values of the inputs, and with the data as typed."""
    model, learns = kind.model_of(spec), kind.learns
    typed = {q.name: q.typed(arrays[q.name]) for q in model.inputs}
    runs = []
    for n in range(spec.number_of_runs):
        alone = kind.model_of(spec.of_run(n).alone)
        seen = seen_by(n, model, typed) if spec.runs else typed
        weights = {q.name: q for q in kind.weights(alone)}
        start = {
            name: rounded(seen[name][0] if q.given else seen[name]) for name, q in weights.items()
        }
        own = {
            q.name: seen[q.name] if q.lengths else float(seen[q.name])
            for q in alone.inputs
            if model[q.name].each and q.name not in weights
        }
        sizes = {key: spec.of_run(n).sizes[key] for key in RUN_SIZES if key in spec.sizes}
        sizes |= {"seed": spec.seeds[n]} if spec.seeds else {}
        runs.append({**own, **(sizes if spec.runs else {}), "start": start})
    kept = {
        name: value
        for name, value in typed.items()
        if not (name in start or model[name].each or model[name].kind == RUN)
    }
    source = Source(
        kind,
        spec.template,
        spec.sizes,
        kept,
        {"lang": spec.lang, "edition": spec.edition, "spread": "fan-in"},
        runs=tuple(runs),
        told=spec.told,
        is_own=bool(spec.data),
    )
    return with_rows(name, spec, learns, arrays, source) if learns else source
