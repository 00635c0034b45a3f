"""Experiments: small kinds of workbooks with inputs, quantities and pages.

An experiment names its sizes (whole numbers on which the cells depend, such as the number of steps)
and the initial values of its inputs, the yellow cells. A folder with a ``template.toml`` of its
kind may change these; its ``images`` may name another template, whose images and labels then become
inputs, too. `xlnn.experiments.descent` is the example. Installed packages add experiments through
entry points in the group ``xlnn.experiments``.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from xlnn.data.dataset import Dataset
from xlnn.data.messages import listed
from xlnn.equations.optimiser import DIRECTED, OPTIMISERS
from xlnn.errors import DataError, OptionsError, XlnnError
from xlnn.model import Copy, Model
from xlnn.option import TEXT, WHOLE, Option
from xlnn.options import BUILD, Options, as_typed
from xlnn.quantity import Quantity
from xlnn.reference import Arrays
from xlnn.registry.templates import Template, folder
from xlnn.registry.text import IN_WORDS, Text, missing, text
from xlnn.workbooks import compare, own_data
from xlnn.workbooks.entries import LARGEST_NUMBER, from_values, whole
from xlnn.workbooks.kind import Plan, Source, WorkbookKind
from xlnn.workbooks.learning import constants
from xlnn.workbooks.pages import network_drawing
from xlnn.workbooks.pages.guide import SCALE, blanks, draw_guide
from xlnn.workbooks.pages.page import Page, in_words, on_pages, said, with_pages
from xlnn.workbooks.pages.sheet import Context, Sheet
from xlnn.workbooks.personal import personal
from xlnn.workbooks.planning import Request, Samples, plan_of
from xlnn.workbooks.runs import joined_runs
from xlnn.workbooks.samples import TEST, Learns, completed
from xlnn.workbooks.source_data import data_name
from xlnn.workbooks.sources import from_template, from_workbook
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import FILLS

OF_DATA = (
    "test_samples", "picture", "labels", "features", "task", "scaled", "scaled_targets", "decimals",
    "missing", "runs",
)  # fmt: skip
"""What a Spec says of data."""

TRAINED = (
    Page("weights", "Weights", "One row per epoch: the weights, from the start on."),
    Page(
        "gradients", "Gradients", "One row per epoch: how fast the cost changes with each weight."
    ),
    Page(
        "optimiser",
        "Optimiser",
        "What the optimiser remembers of the gradients. Row 0 is before the first epoch.",
    ),
)
USUAL = (*TRAINED, network_drawing.PAGE)
"""The default pages of these sheets; an experiment may state others."""

CLOSING = (
    "You can edit the yellow cells and the blue numbers. You can't break anything: just undo.",
    "The command  xlnn check  compares every formula with NumPy.",
)
"""What follows the lines about an experiment in the Guide."""


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
    """Declare a name on which cells depend, such as an optimiser's; the first is the default."""
    return Option(TEXT, "", f"one of {listed(names)}", names.__contains__, usual=names[0])


@dataclass(frozen=True)
class Experiment(WorkbookKind[Spec]):
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
    from_data : function or None
        Returns the sizes and inputs for given data, and raises an `XlnnError` if that is
        impossible. With it ``data`` is an option.
    noted : function or None
        Returns the records that a workbook keeps of its initial inputs, by name.
    reads : {"targets", "columns", "rows"}
        What `from_data` gets beside the file's name: a `Dataset` with columns to predict, so that
        ``target`` is an option and a template has a table ``[data]``; a `Dataset` of all columns;
        or the rows as they are: each is where it stands, and a list of its texts.
    learns : Learns or None
        The inputs that it learns from, if these are the rows of a table or pictures. Then ``data``,
        ``label``, ``target``, ``scale``, ``test_share`` and ``start`` are options, and
        the model gets besides its sizes all that a `Spec` says of the data: ``labels``,
        ``features``, ``scaled``, ``test_samples`` and so on.
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
    from_data: Callable[[Any, str], own_data.Given] | None = None
    noted: Callable[[Arrays], Arrays] | None = None
    reads: str = "targets"
    learns: Learns | None = None

    described_by: ClassVar[type[Spec]] = Spec

    usual: ClassVar[Mapping[str, Any]] = {}
    """Settings that nothing changes, by name."""

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
        return Template(self.name, folder(), {**values, "sizes": self.usual_sizes})

    @property
    def usual_sizes(self) -> dict[str, Any]:
        """The default sizes, by name."""
        return {name: size.usual for name, size in self.sizes.items()}

    @property
    def _usual(self) -> Spec:
        """Its Spec with the default sizes."""
        return Spec(self.name, self.name, "en", self.usual_sizes)

    @property
    def options(self) -> frozenset[str]:
        """The options of ``build`` that apply to it."""
        own: Iterable[str] = ("data", *own_data.READING[self.reads]) if self.from_data else ()
        edition = ("edition",) if self.rates or "epochs" in self.options_for else ()
        if self.learns is not None:
            own = self.learns.options
        return super().options | {*self.options_for, *own, *edition}

    @property
    def has_targets(self) -> bool:
        """Whether its data have columns to predict."""
        return self.from_data is not None and self.reads == "targets"

    @property
    def sets(self) -> dict[str, str]:
        """The size or input that each option sets, by default the one with the option's name."""
        return {name: name for name in super().options - {"lang", "edition"}} | {**self.options_for}

    def from_template(self, template: Template) -> Source:
        """Read the sizes, inputs and options that a template names, and where its data are."""
        return from_template(self, template)

    def from_workbook(self, name: str, spec: Spec, arrays: Arrays) -> Source:
        """Return a source with the current values of the inputs, and with the data as typed."""
        return from_workbook(self, name, spec, arrays)

    def personal(
        self,
        source: Source,
        options: Mapping[str, Any],
        random: np.random.Generator,
    ) -> Source:
        """Return a source whose real inputs are changed a little."""
        return personal(source, Options(**options), random)

    @property
    def compares(self) -> bool:  # type: ignore[override]
        """Whether several values of an option train one run each: its weights are trained."""
        return bool(self.rates)

    def plan(self, source: Source, options: Mapping[str, Any]) -> Plan[Spec]:
        """Combine a source with options."""
        return plan_of(source, Options(**options))

    def inputs_for(self, sizes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the initial values of the inputs for some sizes."""
        return dict(own_data.for_sizes(self.inputs, sizes))

    def drawn(
        self,
        spec: Spec,
        shapes: Mapping[str, tuple[int, ...]],
        run: Mapping[str, Any],  # noqa: ARG002 -- for starts that its sizes do not say
    ) -> dict[str, Any]:
        """Return the random weights that training starts from.

        Parameters
        ----------
        spec : Spec
        shapes : dict
            Their names and shapes.
        run : dict
            All settings of the run, such as its ``seed``.
        """
        inputs = self.inputs_for(self.facts(spec) | spec.sizes)
        return {name: inputs[name] for name in shapes if name in inputs}

    def weights(self, model: Model) -> list[Quantity]:
        """Return the weights, whose start may be given."""
        return [quantity for quantity in model.inputs if quantity.given]

    def tensors(self, names: Iterable[str]) -> dict[str, str]:  # noqa: ARG002 -- those of a network
        """Return the names that other programs have for weights."""
        return {}

    def trained_on(
        self,
        source: Source,
        asked: Options,  # noqa: ARG002 -- for models that were trained elsewhere
        data: Dataset | None,  # noqa: ARG002
    ) -> tuple[Source, tuple[str, ...]]:
        """Return the source of a model that fits its data, and notes."""
        return source, ()

    def adapted(
        self,
        sizes: dict[str, Any],
        request: Request,  # noqa: ARG002 -- for sizes that options change
        runs: Sequence[Mapping[str, Any]],  # noqa: ARG002
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the sizes that fit the options and the data, and notes."""
        return sizes, ()

    def told_of(self, spec: Spec, samples: Samples) -> tuple[str, ...]:  # noqa: ARG002 -- of a network
        """Return notes on data that should be scaled differently."""
        return ()

    def asked_for(self, spec: Spec) -> dict[str, Any]:
        """Return the language and the sizes that are options."""
        asked = {name: spec.sizes[size] for name, size in self.sets.items() if size in spec.sizes}
        edition = {"edition": spec.edition} if "edition" in self.options else {}
        return {**super().asked_for(spec), **edition, **asked}

    def rate_for(self, data: Dataset, source: Source, asked: Options) -> dict[str, float]:
        """Return a lower learning rate for more data than usual, unless one is known."""
        if not self.rates or "eta" in asked or "eta" in source.inputs:
            return {}
        rows = np.ones(len(data.x), dtype=bool)
        optimizer = asked.get("optimizer", source.sizes.get("optimizer"))
        sizes = own_data.lengths(self, data, rows, data_name(asked.data))
        return own_data.lower_rate(self, sizes, {"optimizer": optimizer})

    def spec(self, values: Mapping[str, Any]) -> Spec:
        """Read the Spec that a workbook keeps."""
        spec = from_values(self.described_by, {"kind": self.name, **values})
        for name, size in spec.sizes.items():
            if type(size) is int and abs(size) > LARGEST_NUMBER:
                raise DataError(f"{name} is larger than any workbook: at most {LARGEST_NUMBER:,}.")
        return replace(spec, sizes=self.checked(spec.sizes, "The Spec"))

    def checked(self, sizes: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Return sizes in their normal form.

        Raises
        ------
        DataError
            They are not its own, or one is not allowed.
        """
        if set(sizes) != set(self.sizes):
            named = listed(self.sizes) if self.sizes else "none"
            raise DataError(f"{where}: the sizes of a {self.name} workbook are {named}.")
        return self.check_sizes(sizes, where)

    def check_sizes(self, sizes: Mapping[str, Any], where: str) -> dict[str, Any]:
        """Return some sizes in their normal form, or refuse one that is not allowed."""
        checked = {}
        for name in filter(sizes.__contains__, self.sizes):
            options = self.options_of(name)
            typed = f" ({', '.join(map(as_typed, options))})" if options else ""
            try:
                checked[name] = replace(self.sizes[name], name=f"{name}{typed}").check(sizes[name])
            except DataError as error:
                raise DataError(f"{where}: {error}", *options) from None
        return checked

    def options_of(self, name: str) -> tuple[str, ...]:
        """Return the options that set a size or an input."""
        return tuple(option for option, which in self.sets.items() if which == name)

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

        They are drawn in two sizes, since some texts are for several columns, and with data that
        are labelled, scaled and held out.
        """
        usual = replace(self._usual, lang=lang)
        words, sizes = self.words(usual), dict(usual.sizes)
        self.drawings(usual, self.layout(usual), words)
        for name, size in self.sizes.items():
            if size.type is WHOLE and size.within(size.usual + 1):
                sizes[name] += 1
        others = [replace(usual, sizes=sizes)]
        if (learns := self.learns) is not None:
            labels = ("a", "b") if learns.classes else ()
            others.append(
                replace(usual, labels=labels, scaled=learns.scales, test_samples=1, decimals=0)
            )
        for other in others:
            with suppress(XlnnError):  # of sizes that do not go together
                layout = self.layout(other)
                more = replace(self.words(other), said=words.said)
                self.drawings(other, layout, more)
                words = words.with_more(more)
        for section in ("sheets", "notes"):  # what is held out is called after what is trained
            known = words.words[section]
            words.words[section] = {k: v for k, v in known.items() if not k.startswith(TEST)}
        return words.with_said()

    def as_toml(self) -> str:
        """Return its initial values as the text of a ``template.toml``, each input explained."""
        spec = self._usual
        model, values = self.model_of(spec), self.template.values
        lines = [f"{key} = {_toml(value)}" for key, value in values.items() if key != "sizes"]
        lines += ["", "[sizes]", *(f"{name} = {_toml(size)}" for name, size in spec.sizes.items())]
        lines += ["", "[inputs]"]
        for name, value in own_data.for_sizes(self.inputs, spec.sizes).items():
            title = model[name].title
            lines += [f"# {title}"] if title else []
            lines.append(f"{name} = {_toml(np.asarray(value).tolist())}")
        return "\n".join(lines) + "\n"

    def model_of(self, spec: Spec) -> Model:
        """Return the quantities that its inputs belong to."""
        return self.stated(spec)[0]

    def stated(self, spec: Spec) -> tuple[Model, Text]:
        """Return its quantities and texts, in English where there is no translation."""
        own = text(spec.lang, self.name, home=self.texts)
        model = self._joined(spec, own).without_errors(own("validation", "no_value"))
        pages = self._pages_of(model)
        tested = [page.key for page in pages if not page.title]  # called after what is trained
        words = said(model, [page for page in pages if page.title], spec)
        words |= {**own.said, "index": {"shows": self.summary}}
        words["guide"] |= {
            "title": self.title,
            "about": [*self.about],
            "colours": self.colours,
            "experiments": [{"do": do, "look": look} for do, look in self.tries],
        }
        for kind, symbol in self.symbols.items():
            words["guide"]["symbols"][kind]["symbol"] = symbol
        translated = text(spec.lang, self.name, words, self.texts)
        for key in tested:
            name = translated.words["sheets"][key.removeprefix(TEST)]
            translated.words["sheets"][key] = translated("headings", "tested", name=name)
            translated.words["notes"][key] = translated("joined", "held_out")
        guide = translated.words["guide"]
        steps = {page.key: guide["steps"].get(page.key) for page in pages}
        guide["steps"] = {key: does for key, does in steps.items() if does}  # in their order
        if spec.data and self.task is not None:
            guide |= {"about": guide["about"][self.task :], "experiments": []}
        return model, translated

    def _joined(self, spec: Spec, words: Text) -> Model:
        """Return its quantities; those of several runs with what compares them."""

        def of_one(optimizer: str) -> Model:
            directed = DIRECTED if len(set(spec.runs)) > 1 else ""
            sizes = self.facts(spec) | spec.sizes
            sizes |= {"optimizer": optimizer + directed} if optimizer else {}
            model = on_pages(tuple(self.model(sizes, words)), self.pages)
            if (learns := self.learns_of(spec)) is not None:
                model = Model(tuple(completed(model.quantities, learns, spec)))
            return in_words(with_pages(self.pages, model, learns, spec, words), words, spec.sizes)

        if not spec.runs:
            return of_one("")
        several = {name: of_one(name).quantities for name in dict.fromkeys(spec.runs)}
        model = joined_runs(several, spec.runs, words)
        return Model((*model.quantities, *compare.quantities(spec, model, words)))

    @property
    def _pages(self) -> tuple[Page, ...]:
        """Its pages, and those of trained weights that it does not state."""
        own = {page.key for page in self.pages}
        return (*self.pages, *(page for page in USUAL if page.key not in own))

    def learns_of(self, spec: Spec) -> Learns | None:  # noqa: ARG002 -- for names that follow from sizes
        """Return what it learns from, by the names of its quantities."""
        return self.learns

    def facts(self, spec: Spec) -> dict[str, Any]:
        """Return what the model gets besides its sizes: all that the Spec says of data."""
        if self.learns is None:
            return {}
        return {name: getattr(spec, name) for name in OF_DATA}

    def _pages_of(self, model: Model) -> tuple[Page, ...]:
        """Return its pages, with Compare for several runs and the pages of held-out rows."""
        used = dict.fromkeys(quantity.sheet for quantity in model.quantities)
        pages = []
        for page in self._pages:
            pages.append(page)
            if page is self._pages[0] and compare.COMPARE in used:
                pages.append(compare.page(model))
            if (tested := f"{TEST}{page.key}") in used:
                pages.append(Page(tested, "", "", stays=page.stays))
        return tuple(pages)

    def sheets(self, model: Model) -> dict[str, Sheet | Page]:
        """Return the Guide and its pages, with the one that compares runs if there are several."""
        pages = self._pages_of(model)
        pages = sorted(pages, key=lambda page: page.is_helper)  # which come last
        return {"guide": Sheet(_draw_guide)} | {page.key: page for page in pages}


def _with_rate(
    inputs: Mapping[str, Any] | Callable[[Mapping[str, Any]], Mapping[str, Any]],
    rates: Mapping[str, float],
    sizes: Mapping[str, Any],
) -> Mapping[str, Any]:
    """Return inputs with the learning rate and the constants of an optimiser."""
    optimizer = sizes["optimizer"]
    return {"eta": rates[optimizer], **constants(optimizer), **own_data.for_sizes(inputs, sizes)}


def _toml(value: object) -> str:
    """Return a text, a number or a list as TOML, which is the same as JSON here."""
    return json.dumps(value, ensure_ascii=False)


def _draw_guide(page: Context[Spec]) -> Drawing:
    """Draw the Guide, with the colours used in the workbook."""
    quantities = page.layout.model.quantities
    used = {quantity.role for quantity in quantities} | {"input", "key"}
    colours = [
        *(colour for colour in FILLS if colour in used),
        *(SCALE if page.is_coloured else ()),
    ]
    closing = [page.words.of_itself("headings", line) for line in CLOSING]
    return draw_guide(page, values=page.spec.sizes, equations={}, colours=colours, closing=closing)
