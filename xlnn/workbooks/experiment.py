"""Experiments: small kinds of workbooks with inputs, quantities and pages.

An experiment names its sizes (whole numbers on which the cells depend, such as the number of steps)
and the initial values of its inputs, the yellow cells. A folder with a ``template.toml`` of its
kind may change these; its ``images`` may name another template, whose images and labels then become
inputs, too. `xlnn.experiments.descent` is the example. Installed packages add experiments through
entry points in the group ``xlnn.experiments``.
"""

import json
import math
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np

from xlnn.data.dataset import Dataset, ReadOptions
from xlnn.data.load import load, load_rows
from xlnn.data.messages import counted, listed, short
from xlnn.data.numbers import rounded
from xlnn.equations.optimiser import DIRECTED, OPTIMISERS
from xlnn.errors import DataError, OptionsError, XlnnError
from xlnn.model import Copy, Model
from xlnn.option import TABLE, TEXT, WHOLE, Option
from xlnn.options import BUILD, as_typed
from xlnn.quantity import Quantity
from xlnn.reference import Arrays, known
from xlnn.registry.templates import Template, folder, names, template
from xlnn.registry.text import IN_WORDS, Text, missing, text
from xlnn.workbooks import compare
from xlnn.workbooks.entries import (
    SELDOM,
    WorkbookSpec,
    from_values,
    one_of,
    read_entries,
    some_of,
    whole,
)
from xlnn.workbooks.kind import Recipe, WorkbookKind, misfit
from xlnn.workbooks.learning import constants
from xlnn.workbooks.pages.guide import SCALE, blanks, draw_guide
from xlnn.workbooks.pages.page import Page, in_words, on_pages, said
from xlnn.workbooks.pages.sheet import Context, Sheet
from xlnn.workbooks.runs import (
    COMPARED,
    RUN,
    are_equal,
    check_runs,
    each_run,
    joined_runs,
    seen_by,
    together,
)
from xlnn.workbooks.statement import check_quantities
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import FILLS

LEAST, MOST = 0.8, 1.25
"""The range of factors of a number, so that the texts of the experiment stay true."""

DIGITS = 2, 4
"""The fewest and the most digits of a changed number."""


def is_movable(quantity: Quantity) -> bool:
    """Return whether an input is a real number: not a text, a choice or a count."""
    return not (quantity.is_text or quantity.choices or quantity.number_format == "0")


def moved_inputs(quantity: Quantity, given: object, random: np.random.Generator) -> np.ndarray:
    """Change the values of an input by up to a quarter.

    Zeros and ones stay: they are pixels, targets, or switch a term off.

    >>> moved_inputs(Quantity("x", shape=(4,)), [0, 1, 0.5, -4], np.random.default_rng(0)).tolist()
    [0.0, 1.0, 0.41, -3.2]
    """
    array = np.asarray(given, dtype=float).reshape(quantity.input_lengths)
    # draw for every number, so that unchanged ones do not affect the others
    factors = np.exp(random.uniform(np.log(LEAST), np.log(MOST), array.shape))
    moved = [
        value if value in (0.0, 1.0) else float(f"{value * factor:.{_digits(value)}g}")
        for value, factor in zip(array.ravel(), factors.ravel(), strict=True)
    ]
    return np.array(moved, dtype=float).reshape(array.shape)


def _digits(value: float) -> int:
    """Return the number of digits of a number, within `DIGITS`."""
    written = f"{value:.15e}".partition("e")[0].replace(".", "").lstrip("-").rstrip("0")
    return min(max(len(written), DIGITS[0]), DIGITS[1])


KEYS = ("kind", "summary", "book", "images")
"""The entries of an experiment's template besides tables."""

READING = {
    "targets": ("targets", "drop", "columns", "decimal", "missing", "header_row", "sheet",
                "encoding"),
    "columns": ("drop", "columns", "decimal", "missing", "header_row", "sheet", "encoding"),
    "rows": ("drop", "columns", "header_row", "sheet", "encoding"),
    "pictures": ("label", "threshold", "light_ink", "header_row", "sheet", "encoding"),
}  # fmt: skip
"""The options that say how data are read, by what an experiment takes of them."""

DATA = {name: Option(TEXT, "", name=name).check for name in ("file", "target")}
"""The entries of the table ``[data]`` in its template, if the kind accepts data: a file beside it,
and the column to predict."""

TRAINED = tuple(Page(key, "", "") for key in ("weights", "gradients", "optimiser"))
"""The pages of these sheets, unless an experiment states others; a language has their words."""

Given = tuple[
    Mapping[str, Any], Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]]
]
"""Some sizes and inputs, by their names; or the sizes, and what gives inputs for all sizes."""


@dataclass(frozen=True)
class ExperimentSpec(WorkbookSpec):
    """Everything about an experiment that is not a number in one of its input cells.

    Attributes
    ----------
    sizes : dict
        The whole numbers and names on which its cells depend.
    data : str
        ``own`` if a person's data took the place of its own.
    runs : tuple of str
        The optimizer of each run, if the workbook compares runs; otherwise ().
    compared : tuple of str
        The settings in which the runs differ: some of `COMPARED`.
    seeds : tuple of int
        The seed of each run, if these differ.
    """

    kind: str
    sizes: Mapping[str, Any] = field(hash=False)
    data: Annotated[str, one_of("data", ["own"])] = field(default="", metadata=SELDOM)
    runs: tuple[str, ...] = field(default=(), metadata=SELDOM)
    compared: Annotated[tuple[str, ...], some_of(COMPARED)] = field(default=(), metadata=SELDOM)
    seeds: tuple[int, ...] = field(default=(), metadata=SELDOM)


@dataclass(frozen=True)
class ExperimentOrigin:
    """An experiment's Spec and inputs before options are applied.

    Attributes
    ----------
    spec : ExperimentSpec
    inputs : dict
        The values of its inputs, by name.
    """

    spec: ExperimentSpec
    inputs: Mapping[str, Any]


def Size(usual: int, least: int = 1, most: int = 10_000) -> Option:  # noqa: N802 -- stated like a class
    """Declare a whole number on which cells depend: how many steps, rows or units.

    Parameters
    ----------
    usual : int
        Its default.
    least, most : int
        Its smallest and its largest value.
    """
    return replace(whole(least, most), usual=usual)


def OneOf(*names: str) -> Option:  # noqa: N802 -- the same
    """Declare a name on which cells depend, such as that of an optimiser; the first is usual."""
    return Option(TEXT, "", f"one of {listed(names)}", names.__contains__, usual=names[0])


@dataclass(frozen=True)
class Experiment(WorkbookKind[ExperimentSpec, ExperimentOrigin]):
    """A kind of workbook that a model and a few pages describe.

    Attributes
    ----------
    name : str
        The name to build it by: ``xlnn build descent``.
    model : function
        Yields the quantities, given the sizes (a dict by name) and the `Text` of a language, whose
        `Text.sentence` returns translated sentences.
    pages : sequence of Page
        Its sheets between the Guide and the Spec, in the workbook's order; those of `TRAINED`
        follow where a quantity is on them.
    title, about : str and sequence of str
        The beginning of the Guide: a title and a few lines. Sizes in braces are filled in.
    tries : sequence of (str, str)
        Things to try: what to do, and what to look at then. ``{key}`` is a page's title.
    task : int or None
        How many of the first lines describe the data it has at first. With a user's data these
        and the things to try are left out; None if all is true of any data.
    colours : dict of str
        The meanings of the colours of headings, by the roles of quantities.
    symbols : dict of str
        The symbols of kinds in the Guide, for kinds whose quantities have different symbols.
    summary : str
        One line that describes it.
    book : sequence of str
        The book's sections that it shows.
    sizes : dict of Option
        Each a `Size` or `OneOf`.
    inputs : dict or function
        The initial values of the inputs, by name; or a function that returns them for given sizes.
    images : str
        A template of xlnn whose images and labels are inputs, too.
    options_for : sequence of str, or dict of str
        The options of ``build`` that it accepts, each of which sets the size or input of the same
        name: ``("epochs", "hidden")``; or with what each sets: ``{"epochs": "steps"}``.
    rates : dict of float
        The default learning rate of each optimiser, the usual one first. With them ``optimizer`` is
        a size and an option, ``eta`` an option, and ``eta`` and the optimiser's constants have
        initial values.
    texts : Path or None
        The folder of its translations: ``zh.toml``, ``ja.toml``.
    from_data : function, dict or None
        Returns the sizes and inputs for given data, and raises an `XlnnError` if that is
        impossible; or names an input for the columns and one for the targets, each with the sizes
        that its rows and columns are: ``{"x": ("rows", "steps"), "t": ("rows",)}``, where each row
        has one target. With it ``data`` is an option.
    noted : function or None
        Returns the records that a workbook keeps of its initial inputs, by name.
    reads : {"targets", "columns", "rows", "pictures"}
        What `from_data` gets beside the file's name: a `Dataset` with columns to predict, so that
        ``target`` is an option and a template has a table ``[data]``; a `Dataset` of all columns;
        the rows as they are, a list of texts each, after where it stands; or a `Dataset` of
        pictures, whose classes are known if ``label`` was given.
    picture : (int, int)
        Rows and columns to which picture files are resized.
    """

    name: str
    model: Callable[[Mapping[str, Any], Text], Iterable[Quantity | Copy]]
    pages: Sequence[Page]
    title: str = ""
    about: Sequence[str] = ()
    tries: Sequence[tuple[str, str]] = ()
    task: int | None = None
    colours: Mapping[str, str] = field(default_factory=dict)
    symbols: Mapping[str, str] = field(default_factory=dict)
    summary: str = ""
    book: Sequence[str] = ()
    sizes: Mapping[str, Option] = field(default_factory=dict)
    inputs: Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]] = field(
        default_factory=dict
    )
    images: str = ""
    options_for: Sequence[str] | Mapping[str, str] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    texts: Path | None = None
    from_data: Callable[[Any, str], Given] | Mapping[str, Sequence[str]] | None = None
    noted: Callable[[Arrays], Arrays] | None = None
    reads: str = "targets"
    picture: tuple[int, int] | None = None

    described_by: ClassVar[type[ExperimentSpec]] = ExperimentSpec

    def __post_init__(self) -> None:
        """Name what each option sets, and add what follows from learning rates."""
        options = self.options_for
        if not isinstance(options, Mapping):
            options = {name: name for name in options}
        if not callable(self.inputs) and "eta" in self.inputs:
            options = {"eta": "eta", **options}
        if self.rates and "optimizer" not in self.sizes:
            options = {**options, "eta": "eta", "optimizer": "optimizer"}
            object.__setattr__(self, "sizes", {**self.sizes, "optimizer": OneOf(*self.rates)})
            object.__setattr__(self, "inputs", partial(_with_rate, self.inputs, self.rates))
        object.__setattr__(self, "options_for", options)
        if self.texts is not None:
            object.__setattr__(self, "texts", Path(self.texts))
        pages = {"guide", "rate", *(page.key for page in self._pages)}
        for of, given, known_names in (
            ("options_for", options, BUILD),
            ("rates", self.rates, OPTIMISERS),
            ("title or about", blanks(self.title, *self.about), self.sizes),
            ("tries", blanks(*chain.from_iterable(self.tries)), pages),
        ):
            if unknown := [name for name in given if name not in known_names]:
                raise OptionsError(
                    f"The experiment {self.name} names {unknown[0]:.40} in {of}, which may name "
                    f"{listed(sorted(known_names)) if known_names else 'nothing'}."
                )

    @property
    def is_ours(self) -> bool:  # type: ignore[override]
        """Whether it is one of xlnn's own."""
        return self.model.__module__.startswith("xlnn.")

    @property
    def template(self) -> Template:
        """Its initial values, as a template."""
        values = {"kind": self.name, "summary": self.summary, "book": [*self.book]}
        values |= {"images": self.images} if self.images else {}
        return Template(self.name, folder(), {**values, "sizes": _usual_sizes(self.sizes)})

    @property
    def _usual(self) -> ExperimentSpec:
        """Its Spec with the default sizes."""
        return ExperimentSpec(self.name, self.name, "en", _usual_sizes(self.sizes))

    @property
    def options(self) -> frozenset[str]:
        """The options of ``build`` that apply to it."""
        own = ("data", *READING[self.reads]) if self.from_data else ()
        return super().options | {*self.options_for, *own}

    @property
    def _has_targets(self) -> bool:
        """Whether its data have columns to predict."""
        return self.from_data is not None and self.reads == "targets"

    @property
    def _sets(self) -> dict[str, str]:
        """The options that set a size or an input; those of its kind set what is named alike."""
        return {name: name for name in super().options - {"lang"}} | {**self.options_for}

    def from_template(self, template: Template) -> ExperimentOrigin:
        """Read the sizes and inputs that a template names."""
        values, where = template.values, f"template.toml of {template.name}"
        tables = ("sizes", "inputs", *(["data"] if self._has_targets else []))
        known = {name: Option(TABLE, "", name=name).check for name in tables}
        read_entries(dict.fromkeys(KEYS, str) | known, values, where)
        sizes, inputs = values.get("sizes", {}), values.get("inputs", {})
        if self._has_targets and ("data" in values or not self.inputs):
            data = read_entries(DATA, values.get("data", {}), f"{where}, [data]", DATA)
            said = {"targets": (data["target"],)}
            (found_sizes, found_inputs), _ = self._read(template.path / data["file"], said)
            sizes = {**found_sizes, **sizes}
            inputs = {**_for(found_inputs, {**_usual_sizes(self.sizes), **sizes}), **inputs}
        self._check_all_sizes(sizes, where)
        spec = self.described_by(self.name, template.name, "en", dict(sizes))
        images = _images_of(values["images"], where) if "images" in values else {}
        return ExperimentOrigin(spec, images | inputs)

    def from_workbook(self, name: str, spec: ExperimentSpec, arrays: Arrays) -> ExperimentOrigin:  # noqa: ARG002 -- nothing in it can be wrong
        """Return an origin with the current values of the inputs."""
        model = self._model(spec)
        return ExperimentOrigin(spec, {q.name: q.typed(arrays[q.name]) for q in model.inputs})

    @property
    def compares(self) -> bool:  # type: ignore[override]
        """Whether several values of an option train one run each: its weights are trained."""
        return bool(self.rates)

    def recipe(
        self, origin: ExperimentOrigin, options: Mapping[str, Any]
    ) -> Recipe[ExperimentSpec]:
        """Combine an origin with options."""
        shared, own = self._apart(origin)
        asked = each_run(options, len(own))
        own += own[:1] * (len(asked) - len(own))
        first, notes = self._with_data(shared, asked[0])
        several = [
            self._of_one(
                ExperimentOrigin(
                    replace(first.spec, sizes={**first.spec.sizes, **sizes}),
                    {**first.inputs, **inputs},
                ),
                run,
            )
            for (sizes, inputs), run in zip(own, asked, strict=False)
        ]
        one = several[0]
        if are_equal([each.inputs for each in several]):
            return replace(one, notes=notes)
        settings = [{**each.spec.sizes, "eta": float(each.inputs["eta"])} for each in several]
        compared = [n for n in COMPARED if len({each.get(n) for each in settings}) > 1]
        spec = replace(
            one.spec,
            runs=tuple(each.get("optimizer", "") for each in settings),
            compared=tuple(compared),
            seeds=tuple(each["seed"] for each in settings) if "seed" in compared else (),
        )
        check_runs(spec)
        model = self._model(spec)
        inputs = together(model, [each.inputs for each in several])
        inputs |= {q.name: np.ones(q.lengths) for q in model.inputs if q.kind == RUN}
        return Recipe(spec, model, inputs | known(model), notes)

    def _apart(
        self, origin: ExperimentOrigin
    ) -> tuple[ExperimentOrigin, list[tuple[dict[str, Any], Arrays]]]:
        """Return an origin with what its runs share, and the sizes and inputs of each run."""
        spec = origin.spec
        if not spec.runs:
            return origin, [({}, {})]
        model, found = self._model(spec), []
        for n, optimizer in enumerate(spec.runs):
            sizes = {"optimizer": optimizer} if optimizer else {}
            sizes |= {"seed": spec.seeds[n]} if spec.seeds else {}
            alone = replace(spec, sizes={**spec.sizes, **sizes}, runs=(), compared=(), seeds=())
            inputs = seen_by(n, model, origin.inputs)
            own = (q.name for q in self._model(alone).inputs if model[q.name].each)
            found.append((sizes, {name: inputs[name] for name in own if name in inputs}))
        shared = {
            name: value
            for name, value in origin.inputs.items()
            if not (model[name].each or model[name].kind == RUN)
        }
        return ExperimentOrigin(replace(spec, runs=(), compared=(), seeds=()), shared), found

    def _of_one(
        self, origin: ExperimentOrigin, options: Mapping[str, Any]
    ) -> Recipe[ExperimentSpec]:
        """Return the recipe of a single run."""
        spec, where, asked = self._asked(origin, options), origin.spec.template, self._set(options)
        model = self._model(spec)
        check_quantities(model)
        given = {**_for(self.inputs, spec.sizes), **origin.inputs}
        if spec.sizes != origin.spec.sizes:  # a choice may be out of range now
            chosen = (q for q in model.inputs if q.choices and q.name in origin.inputs)
            given |= {q.name: np.clip(origin.inputs[q.name], *q.choices) for q in chosen}
        given |= {name: value for name, value in asked.items() if name not in spec.sizes}
        if unknown := [name for name in given if name not in {q.name for q in model.inputs}]:
            raise DataError(
                f"{where}: {short(unknown[0])} is not an input of a {self.name} workbook."
            )
        inputs = {q.name: _given(q, given, where, self._options_of(q.name)) for q in model.inputs}
        noted = self.noted(inputs) if self.noted else {}
        return Recipe(spec, model, inputs | known(model) | noted)

    def _set(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the sizes and inputs that options set."""
        sets = self._sets
        asked = {sets[name]: value for name, value in options.items() if name in sets}
        return {
            name: value[0] if isinstance(value, tuple) and len(value) == 1 else value
            for name, value in asked.items()
        }

    def _asked(self, origin: ExperimentOrigin, options: Mapping[str, Any]) -> ExperimentSpec:
        """Return the Spec of an origin with the sizes and language from options."""
        asked = self._set(options)
        sizes = {name: asked.get(name, size) for name, size in origin.spec.sizes.items()}
        self._check_all_sizes(sizes, origin.spec.template)
        return replace(origin.spec, lang=options.get("lang", origin.spec.lang), sizes=sizes)

    def personal(
        self,
        origin: ExperimentOrigin,
        options: Mapping[str, Any],
        random: np.random.Generator,
    ) -> ExperimentOrigin:
        """Return an origin whose real inputs are changed a little."""
        origin, _ = self._with_data(origin, options)
        spec = self._asked(origin, options)
        inputs = {**_for(self.inputs, spec.sizes), **origin.inputs}
        moved = {
            q.name: moved_inputs(q, inputs[q.name], random)
            for q in self._model(spec).inputs
            if q.name in inputs and is_movable(q)
        }
        return replace(origin, inputs={**inputs, **moved})

    def asked_for(self, spec: ExperimentSpec) -> dict[str, Any]:
        """Return the language and the sizes that are options."""
        asked = {name: spec.sizes[size] for name, size in self._sets.items() if size in spec.sizes}
        return {**super().asked_for(spec), **asked}

    def _with_data(
        self, origin: ExperimentOrigin, options: Mapping[str, Any]
    ) -> tuple[ExperimentOrigin, tuple[str, ...]]:
        """Return an origin with the user's data, if any, instead of its own, and notes."""
        said = {name: options[name] for name in READING[self.reads] if name in options}
        if "data" not in options and "targets" not in said:
            if said:
                raise OptionsError(
                    f"{as_typed(next(iter(said)))} says how to read data: add --data."
                )
            return origin, ()
        if "data" not in options or (self._has_targets and "targets" not in options):
            raise OptionsError(
                "--data and --target belong together: your data, and the column to predict."
            )
        (sizes, inputs), notes = self._read(options["data"], said)
        spec = replace(origin.spec, sizes={**origin.spec.sizes, **sizes}, data="own")
        spec = self._asked(ExperimentOrigin(spec, {}), options)
        rate = {} if callable(inputs) else self._rate(sizes, spec.sizes)
        given = {**rate, **origin.inputs, **_for(inputs, spec.sizes)}
        return ExperimentOrigin(spec, given), notes

    def _rate(self, read: Mapping[str, int], sizes: Mapping[str, Any]) -> dict[str, float]:
        """Return a lower learning rate where plain steps are sums over more data than usual."""
        optimizer = sizes.get("optimizer")
        more = math.prod(count / self.sizes[name].usual for name, count in read.items())
        if optimizer not in {"sgd", "momentum"} or more <= 1:
            return {}
        return {"eta": float(f"{self.rates[optimizer] / more:.2g}")}

    def _read(self, source: object, said: Mapping[str, Any]) -> tuple[Given, tuple[str, ...]]:
        """Return the sizes and inputs that follow from data, and what was read."""
        if self.from_data is None:
            return ({}, {}), ()
        source = Path(source) if isinstance(source, str | os.PathLike) else source
        where = source.name if isinstance(source, Path) else "data"
        if self.reads == "rows":
            found = self.from_data(load_rows(source, ReadOptions(**said)), where)
            self._check_sizes(found[0], where)
            told = ", ".join(f"{name} {count:,}" for name, count in found[0].items())
            return found, (f"{where} was read: {told}.",)
        bare = not self._has_targets and "label" not in said
        if not (is_folder := isinstance(source, Path) and source.is_dir()):
            for name in ("threshold", "light_ink"):
                if name in said:
                    raise OptionsError(f"{as_typed(name)} says how to read a folder of pictures.")
        data = load(
            source,
            ReadOptions(
                table=not (is_folder and self.picture), picture=self.picture, bare=bare, **said
            ),
        )
        is_function = callable(self.from_data)
        found = (self.from_data if is_function else partial(_named, self.from_data))(data, where)
        self._check_sizes(found[0], where)
        return found, data.told

    def spec(self, values: Mapping[str, Any]) -> ExperimentSpec:
        """Read the Spec that a workbook keeps."""
        spec = from_values(self.described_by, {"kind": self.name, **values})
        self._check_all_sizes(spec.sizes, "The Spec")
        return spec

    def _check_all_sizes(self, sizes: Mapping[str, Any], where: str) -> None:
        """Refuse sizes other than its own, or one that is not allowed."""
        if set(sizes) != set(self.sizes):
            named = listed(self.sizes) if self.sizes else "none"
            raise DataError(f"{where}: the sizes of a {self.name} workbook are {named}.")
        self._check_sizes(sizes, where)

    def _check_sizes(self, sizes: Mapping[str, Any], where: str) -> None:
        """Refuse a size that is not allowed."""
        for name in filter(sizes.__contains__, self.sizes):
            options = self._options_of(name)
            typed = f" ({', '.join(map(as_typed, options))})" if options else ""
            try:
                replace(self.sizes[name], name=f"{name}{typed}").check(sizes[name])
            except DataError as error:
                raise DataError(f"{where}: {error}", *options) from None

    def _options_of(self, name: str) -> tuple[str, ...]:
        """Return the options that set a size or an input."""
        return tuple(option for option, which in self._sets.items() if which == name)

    def shows(self, lang: str) -> str:
        """Return the line that describes it."""
        own = text(lang, self.name, home=self.texts)
        return own.words.get("index", {}).get("shows", self.summary)

    def untranslated(self, lang: str) -> dict[str, str]:
        """Return texts without a translation, by their keys in a translation file."""
        left = missing(lang, self.name, self.english, self.texts)
        return {where: english for where, english in left if IN_WORDS.search(english)}

    @cached_property
    def english(self) -> Text:
        """All texts in English, see `all_words`."""
        return self.all_words("en")

    def all_words(self, lang: str) -> Text:
        """Return all texts of a language, with those that pages look up when they are drawn.

        They are drawn in two sizes, since some texts are for several columns.
        """
        usual = replace(self._usual, lang=lang)
        words, sizes = self.words(usual), dict(usual.sizes)
        self.drawings(usual, self.layout(usual), words)
        for name, size in self.sizes.items():
            if size.type is WHOLE and size.within(size.usual + 1):
                sizes[name] += 1
        larger = replace(usual, sizes=sizes)
        with suppress(XlnnError):  # of sizes that do not go together
            self.drawings(larger, self.layout(larger), words)
        return words.with_said()

    def as_toml(self) -> str:
        """Return what it begins with as the text of a ``template.toml``, each input explained."""
        spec = self._usual
        model, values = self._model(spec), self.template.values
        lines = [f"{key} = {_toml(value)}" for key, value in values.items() if key != "sizes"]
        lines += ["", "[sizes]", *(f"{name} = {_toml(size)}" for name, size in spec.sizes.items())]
        lines += ["", "[inputs]"]
        for name, value in _for(self.inputs, spec.sizes).items():
            title = model[name].title
            lines += [f"# {title}"] if title else []
            lines.append(f"{name} = {_toml(np.asarray(value).tolist())}")
        return "\n".join(lines) + "\n"

    def _model(self, spec: ExperimentSpec) -> Model:
        return self.stated(spec)[0]

    def stated(self, spec: ExperimentSpec) -> tuple[Model, Text]:
        """Return its quantities and texts, in English where there is no translation."""
        own = text(spec.lang, self.name, home=self.texts)
        model = self._joined(spec, own).without_errors(own("validation", "no_value"))
        pages = self._pages_of(model, own)
        words = said(model, [page for page in pages if page not in TRAINED])
        words |= {**own.said, "index": {"shows": self.summary}}
        words["guide"] |= {
            "title": self.title,
            "about": [*self.about],
            "colours": self.colours,
            "experiments": [{"do": do, "look": look} for do, look in self.tries],
        }
        for kind, symbol in self.symbols.items():
            words["guide"]["symbols"][kind]["symbol"] = symbol
        found = text(spec.lang, self.name, words, self.texts)
        guide = found.words["guide"]
        steps = {page.key: guide["steps"].get(page.key) for page in pages}
        guide["steps"] = {key: does for key, does in steps.items() if does}  # in their order
        if spec.data and self.task is not None:
            guide |= {"about": guide["about"][self.task :], "experiments": []}
        return model, found

    def _joined(self, spec: ExperimentSpec, words: Text) -> Model:
        """Return its quantities; those of several runs with what compares them."""

        def of_one(optimizer: str) -> Model:
            directed = DIRECTED if len(set(spec.runs)) > 1 else ""
            sizes = {**spec.sizes}
            sizes |= {"optimizer": optimizer + directed} if optimizer else {}
            model = on_pages(tuple(self.model(sizes, words)), self.pages)
            return in_words(model, words, sizes)

        if not spec.runs:
            return of_one("")
        several = {name: of_one(name).quantities for name in dict.fromkeys(spec.runs)}
        model = joined_runs(several, spec.runs, words)
        return Model((*model.quantities, *compare.quantities(spec, model, words)))

    @property
    def _pages(self) -> tuple[Page, ...]:
        """Its pages, and those of trained weights that it does not state."""
        own = {page.key for page in self.pages}
        return (*self.pages, *(page for page in TRAINED if page.key not in own))

    def _pages_of(self, model: Model, words: Text) -> tuple[Page, ...]:
        """Return its pages, with one that compares runs after the first if there are several."""
        first, *others = self._pages
        several = compare.COMPARE in {quantity.sheet for quantity in model.quantities}
        return (first, *([compare.page(model, words)] if several else []), *others)

    def sheets(self, model: Model) -> dict[str, Sheet | Page]:
        """Return the Guide and its pages, with the one that compares runs if there are several."""
        pages = self._pages_of(model, text("en"))
        pages = sorted(pages, key=lambda page: page.is_helper)  # which come last
        return {"guide": Sheet(_draw_guide)} | {page.key: page for page in pages}


def _for(
    inputs: Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]],
    sizes: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Return what inputs hold for some sizes, whether or not that follows from them."""
    return inputs(sizes) if callable(inputs) else inputs


def _named(inputs: Mapping[str, Sequence[str]], data: Dataset, where: str) -> Given:
    """Return the sizes and inputs that data are, as `Experiment.from_data` names them."""
    (x, (rows, columns)), (t, lengths) = inputs.items()
    (count, wide), targets = data.x.shape, data.t.shape[1]
    each, needed = ("input", wide) if columns in lengths else ("row", 1)
    if targets != needed:
        raise DataError(
            f"{where}: {counted(wide, 'input')} and {counted(targets, 'target')} were found, but "
            f"each {each} needs one target: name it with --target."
        )
    return {rows: count, columns: wide}, {x: data.x, t: data.t}


def _with_rate(
    inputs: Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]],
    rates: Mapping[str, float],
    sizes: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Return inputs with the learning rate and the constants of an optimiser."""
    optimizer = sizes["optimizer"]
    return {"eta": rates[optimizer], **constants(optimizer), **_for(inputs, sizes)}


def _toml(value: object) -> str:
    """Return a text, a number or a list as TOML, which is the same as JSON here."""
    return json.dumps(value, ensure_ascii=False)


def _usual_sizes(sizes: Mapping[str, Option]) -> dict[str, Any]:
    return {name: size.usual for name, size in sizes.items()}


def _draw_guide(page: Context[ExperimentSpec]) -> Drawing:
    """Draw the Guide, with the colours used in the workbook."""
    quantities = page.layout.model.quantities
    used = {quantity.role for quantity in quantities} | {"input", "key"}
    colours = [
        *(colour for colour in FILLS if colour in used),
        *(SCALE if page.is_coloured else ()),
    ]
    closing = page.words.words["guide"]["closing"]
    return draw_guide(page, values=page.spec.sizes, equations={}, colours=colours, closing=closing)


def _images_of(name: object, where: str) -> dict[str, np.ndarray]:
    """Return the pixels and labels of the images of a template of xlnn."""
    data = template(name).values.get("data", {}) if name in names() else {}
    if "picture" not in data:
        raise DataError(f"{where}: images is {short(name)}: a template with pictures was expected.")
    dataset = load(folder() / str(name) / data["file"], ReadOptions(picture=tuple(data["picture"])))
    labels = np.array(dataset.labels)[dataset.t.argmax(axis=1)]
    return {"images": dataset.x, "labels": labels}


def _given(
    quantity: Quantity, given: Mapping[str, Any], where: str, options: tuple[str, ...]
) -> np.ndarray:
    """Return the value of an input, in its shape."""
    name = quantity.name
    if name not in given:
        raise DataError(f"{where}: the input {name} is missing.")
    lengths = quantity.input_lengths
    try:
        array = np.asarray(given[name], dtype=object if quantity.is_text else float)
        array = array.reshape(lengths)
    except (TypeError, ValueError) as error:
        shape = " x ".join(map(str, lengths)) or "one number"
        found = short(given[name])
        if isinstance(given[name], np.ndarray):
            found = f"an array of {' x '.join(map(str, given[name].shape))}"
        said = f"{where}: {name} takes {shape}: {found} is not."
        raise DataError(said, *options) from error
    if not quantity.is_text and (wrong := misfit(quantity, array)):
        index, wanted = wrong
        places = [f"{a.name} {n + a.counts_from}" for a, n in zip(quantity.axes, index)]  # noqa: B905 -- units follow
        units = index[len(quantity.axes) :] if len(quantity.units) > 1 else ()
        places += [f"column {n + 1}" for n in units]
        at = f" in {', '.join(places)}" if places else ""
        raise DataError(f"{where}: {name} is {array[index]:g}{at}: {wanted} is expected.", *options)
    return array if quantity.is_text else rounded(array)
