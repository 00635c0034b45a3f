"""Pages, and the English texts of pages and quantities.

Translation files have the same keys; missing texts are shown in English.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, groupby
from math import inf
from typing import Any

import numpy as np

from xlnn.arguments import wrong
from xlnn.axis import Axis
from xlnn.block import FIRST_ROW, Block
from xlnn.equation import Sentence
from xlnn.equations.lookup import UsedNumber
from xlnn.errors import DataError
from xlnn.grid import address
from xlnn.model import Copy, Model, with_copies
from xlnn.quantity import Derived, Quantity
from xlnn.registry.text import IN_WORDS, Text
from xlnn.workbooks.pages.chart_parts import Chart, Trace
from xlnn.workbooks.pages.grid_part import Grid
from xlnn.workbooks.pages.number_parts import Hidden, Numbers
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.sheet import Context, titled_drawing
from xlnn.workbooks.pages.table import ONE, headed, title_line
from xlnn.workbooks.pages.table_parts import HEADINGS, LONG, Table
from xlnn.workbooks.pages.text_parts import Sentences
from xlnn.workbooks.samples import Learns
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing, Ending
from xlnn.writing.printing import Area, charted

SEEN = 16
"""Columns of a table that are seen at once; a wider one does not hide what is beside it."""

CHARTS, LINES, LEAST = 4, 12, 3
"""Most charts of a page that names none, most lines of a chart, and fewest points of a line."""


Stated = str | Callable[[Spec], str]
"""A text, or a function that returns it for a Spec."""


class Page:
    """A sheet: its title, a note, and its parts, one below another.

    Quantities of the sheet that no part shows come at its end; a number that only sentences show,
    or that is used in place of a choice, is hidden there. Without parts a page shows all of them:
    single numbers and matrices, then a table for each set of axes, side by side, wide ones last.

    Parameters
    ----------
    key : str
        The key that quantities use as their ``sheet``.
    title, note : str or function
        The title on its tab, and the line under the title, in English; or what returns them for a
        Spec.
    parts : tuple of PagePart
    does : str or function
        What to do there, for the Guide; by default the note, and nothing for a helper page.
    row : int
        The row of the first part.
    is_helper : bool
        Whether it only has tables, side by side, which other pages take numbers from.
    stays : bool
        Whether the rows above the first row of its tables are frozen, by default on a helper page.
    is_named : bool
        Whether the first column is frozen: it names the rows.
    gridlines : bool
        Whether it has lines between its cells.
    opens : bool
        Whether the workbook opens on it, with its first choice selected.
    tab : str
        Its purpose, a key of `xlnn.writing.style.TABS`; by default ``helper`` or ``explore``.
    is_hidden : bool
        Whether it is hidden: another page shows its numbers.
    until : (str, str)
        An axis, and the quantity whose value is the number of its last entry at which something
        changes: rows and columns with later entries alone are collapsed when the workbook is built,
        and a note above the first part says so. Not for a helper page, which has no such row.
    """

    is_usual = False
    """Whether it is the default page of a sheet, which shows all quantities of the sheet."""

    def __init__(  # noqa: PLR0913 -- what a page may settle
        self,
        key: str,
        title: Stated,
        note: Stated,
        *parts: PagePart,
        does: Stated = "",
        row: int = FIRST_ROW,
        is_helper: bool = False,
        stays: bool | None = None,
        is_named: bool = False,
        gridlines: bool = False,
        opens: bool = False,
        tab: str = "",
        is_hidden: bool = False,
        until: tuple[str, str] | None = None,
    ) -> None:
        for part in parts:
            if not isinstance(part, PagePart):
                raise wrong(f"A part of the page {key}", part, "a part, such as xlnn.Table,")
        self.key, self.title, self.note = key, title, note
        self.does = does if does or is_helper else note
        self.parts, self.is_helper = parts, is_helper
        self.stays = is_helper if stays is None else stays
        self.is_named, self.gridlines, self.opens = is_named, gridlines, opens
        self.tab, self.is_hidden = tab or ("helper" if is_helper else "explore"), is_hidden
        self.row, self.until = FIRST_ROW - HEADINGS if is_helper else row, until

    def quantities(
        self,
        model: Model,
        learns: Learns | None,  # noqa: ARG002 -- for other pages
        spec: Spec,  # noqa: ARG002 -- for other pages
        words: Text,  # noqa: ARG002 -- for other pages
    ) -> Iterable[Quantity]:
        """Return the quantities that it needs besides those of the model: those of its parts.

        Parameters
        ----------
        model : Model
            All quantities of one run that precede the page.
        learns : xlnn.Learns or None
            What the experiment learns from.
        spec : xlnn.workbooks.spec.Spec
        words : Text
        """
        return Below(*self.parts).quantities(model)

    def adds(self, learns: Learns | None) -> tuple[str, ...]:  # noqa: ARG002 -- for other pages
        """Return the names of the inputs that it may have, depending on the data."""
        return ()

    def inputs(
        self,
        model: Model,
        learns: Learns | None,
        spec: Spec,  # noqa: ARG002 -- for other pages
        given: Mapping[str, Any],  # noqa: ARG002 -- for other pages
    ) -> Mapping[str, Any]:
        """Return the initial values of the inputs among its quantities: the largest choices.

        Parameters
        ----------
        model, learns, spec
            As for `quantities`, with all quantities.
        given : dict
            The values of other inputs, such as the data.
        """
        choices = (
            (name, model[name].choices) for name in self.adds(learns) if name in model.by_name
        )
        return {name: bounds[1] for name, bounds in choices if bounds is not None}

    def made(self, model: Model) -> Sequence[PagePart]:  # noqa: ARG002 -- for pages that follow from it
        """Return its parts for a model that has its quantities."""
        return self.parts

    def shown(self, model: Model) -> set[str]:
        """Return the names of the quantities of the model alone that its parts show."""
        return {block.quantity.name for block in Below(*self.parts).blocks(model, 1, 1)}

    def content(self, model: Model) -> PagePart:
        """Return all of its parts."""
        parts = self.made(model)
        shown = {block.quantity.name for block in Below(*parts).blocks(model, 1, 1)}
        left = [q for q in model.quantities if q.sheet == self.key and q.name not in shown]
        unseen = [q.name for q in left if _is_unseen(model, q)]
        left = [q for q in left if q.name not in unseen]
        tables = _tables(left)
        if tables and not parts:
            tables = [Beside(*sorted(tables, key=lambda table: table.size(model)[1] > SEEN))]
        hidden = [Hidden(*unseen)] if unseen else []
        joined = Beside if self.is_helper else Below
        lists = _lists(left, at=1) if self.is_helper else _lists(left, at=3, most=SEEN)
        return joined(*parts, *lists, *tables, *hidden)

    def place(self, model: Model) -> Iterator[Block]:
        """Yield the cells of its quantities."""
        return self.content(model).blocks(model, self.row, 1)

    def draw(self, context: Context[Any]) -> Drawing:
        """Draw what it shows besides its quantities."""
        model = context.layout.model
        blocks = list(context.layout.on(self.key))
        tables = [block for block in blocks if block.quantity.axes]
        if not self.is_helper:
            drawing = titled_drawing(context, self.key)
            drawing.gridlines = self.gridlines
            if self.stays and tables:
                drawing.repeat = min(block.row for block in blocks if block.quantity.axes) - 1
            if (self.stays and tables) or self.is_named:
                drawing.freeze = (drawing.repeat + 1, 1 + self.is_named)
            if self.opens:
                choice = next(block for block in blocks if block.quantity.choices)
                drawing.opens, drawing.cursor = True, address(choice.row, choice.column)
            self.content(model).draw(drawing, context, self.row, 1)
            if tables and not drawing.repeat:
                _repeat_headings(drawing, max(tables, key=lambda table: table.last[0]), blocks)
            if self.until:
                along, last = self.until
                axis = context.words.of_itself("headings", along)
                note = context.words.of_itself("headings", COLLAPSED).replace("{axis}", axis)
                earliest = _earliest(along, blocks, charted(drawing))
                drawing.ending = Ending(last, *earliest, self.row - 1, note)
            return drawing
        several = (block for block in blocks if block.quantity.lengths)
        first = min(several, key=lambda block: (block.column, block.row))
        column = first.column + first.quantity.counts  # the first that does not name the rows
        drawing = Drawing(gridlines=self.gridlines, freeze=(1, column), is_hidden=self.is_hidden)
        if self.stays:
            drawing.freeze, drawing.repeat = (first.row, column), first.row - 1
        drawing.heights = {1: 24, **headed(first.row)}
        self.content(model).draw(drawing, context, self.row, 1)
        title_line(drawing, context, self.key, column)
        return drawing


def _repeat_headings(drawing: Drawing, table: Block, blocks: Iterable[Block]) -> None:
    """Print the headings of a long table again on its further pages, if they are alone there."""
    top = next((top for top, first in drawing.whole if first == table.row), table.row)
    taken = [(block.row, block.last[0]) for block in blocks]
    taken += [(first[0], last[0]) for first, last in charted(drawing)]
    is_alone = all(last < top or first >= table.row for first, last in taken)
    if is_alone and top < table.row <= table.last[0] - LONG:
        drawing.repeat_from, drawing.repeat = top, table.row - 1


COLLAPSED = (
    "After {axis} {number} nothing changed when the workbook was built: what follows is folded "
    "(click the + at the edge)."
)
"""The note on entries that are collapsed."""


def _earliest(
    along: str, blocks: Iterable[Block], charts: Iterable[Area]
) -> tuple[dict[int, float], dict[int, float]]:
    """Return the number of the earliest entry along an axis in each row and in each column.

    It is -inf where there is anything else: a chart, or a quantity without that axis.
    """
    entries = chain.from_iterable(block.lines_along(along) for block in blocks)
    areas = ((-inf, *(range(a, z + 1) for a, z in zip(*area, strict=True))) for area in charts)
    earliest: tuple[dict[int, float], dict[int, float]] = {}, {}
    for number, *lines in chain(entries, areas):
        for numbers, line in zip(earliest, lines, strict=True):
            numbers.update((n, min(number, numbers.get(n, inf))) for n in line)
    return earliest


def with_pages(
    pages: Iterable[Page], model: Model, learns: Learns | None, spec: Spec, words: Text
) -> Model:
    """Return a model with the quantities that pages need, page after page."""
    for page in pages:
        more = page.quantities(model, learns, spec, words)
        model = Model((*model.quantities, *more))
    return model


def with_inputs(
    pages: Iterable[Page],
    model: Model,
    learns: Learns | None,
    spec: Spec,
    given: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the values of inputs with those of pages; initial values replace what does not fit.

    Parameters
    ----------
    pages : iterable of Page
    model, learns, spec
        As for `Page.quantities`.
    given : dict
        Inputs by name, perhaps those of an earlier workbook.
    """
    inputs = dict(given)
    for page in pages:
        for name in (name for name in page.adds(learns) if name not in model.by_name):
            inputs.pop(name, None)
        for name, value in page.inputs(model, learns, spec, given).items():
            if name not in inputs or np.shape(inputs[name]) != np.shape(value):
                inputs[name] = value
    return inputs


def usual_page(model: Model, key: str) -> Page:
    """Return the default page of a sheet.

    Single numbers come first, with matrices as pictures below them, then a table for each set of
    axes, and charts of quantities along an ordered axis.
    """
    here = [quantity for quantity in model.quantities if quantity.sheet == key]
    lists, tables = _lists(here, at=1), _tables(here)
    charts = [
        Chart(quantity.title or quantity.name, Trace(quantity.name))
        for quantity in here
        if len(quantity.axes) == 1
        and quantity.axes[0].order
        and quantity.axes[0].length >= LEAST
        and len(quantity.units) <= LINES
        and not (quantity.is_text or quantity.counts)
    ][:CHARTS]
    above = [Space(HEADINGS)] if tables else []
    left = [Below(*above, *lists)] if lists else []
    right = [Below(Space(), *charts)] if charts else []
    row = FIRST_ROW - HEADINGS if tables else FIRST_ROW
    page = Page(key, key, "", Beside(*left, *tables, *right), row=row, stays=bool(tables))
    page.is_usual = True
    return page


def _is_unseen(model: Model, quantity: Quantity) -> bool:
    """Return whether a single number is used in place of a choice, or is only in sentences."""
    if isinstance(quantity.equation, UsedNumber):
        return True
    if quantity.is_input or quantity.lengths or quantity.is_text:
        return False
    uses = [user for user in model.quantities if quantity.name in user.sources]
    return bool(uses) and all(use.is_sentence for use in uses)


def _lists(quantities: Iterable[Quantity], at: int, most: int = 1) -> list[PagePart]:
    """Return the parts for what has no axes.

    Numbers are after ``at`` columns for their names; matrices take ``most`` columns side by side.
    """
    single = [quantity for quantity in quantities if not quantity.axes]
    numbers = [q.name for q in single if not q.shape and not q.is_sentence]
    sentences = [q.name for q in single if q.is_sentence and not q.shape]
    grids = [Grid(quantity.name, height=0, above=1) for quantity in single if quantity.shape]
    parts: list[PagePart] = [Numbers(*numbers, positive=(), at=at)] if numbers else []
    parts += [Sentences(*sentences, above=1)] if sentences else []
    return parts + ([Beside(*grids, most=most)] if grids else [])


def _tables(quantities: Iterable[Quantity]) -> list[PagePart]:
    """Return a table for each set of axes, whichever way they run."""

    def axes(quantity: Quantity) -> tuple[Axis, ...]:
        return tuple(replace(axis, order="") for axis in quantity.axes)

    rows = [quantity for quantity in quantities if quantity.axes]
    order = {key: n for n, key in enumerate(dict.fromkeys(map(axes, rows)))}
    rows.sort(key=lambda quantity: order[axes(quantity)])
    return [Table(*(q.name for q in group), above=1) for _, group in groupby(rows, axes)]


def on_pages(quantities: Sequence[Quantity | Copy], pages: Sequence[Page]) -> Model:
    """Return a model in which quantities that state no sheet are on the page that shows them.

    One that no part shows is on the sheet of the quantity before it.
    """
    model, keys = Model(tuple(quantities)), [page.key for page in pages]
    sheets = {name: page.key for page in pages for name in page.shown(model)}
    last = keys[0] if keys and Quantity.sheet not in keys else Quantity.sheet
    placed = []
    for quantity in with_copies(quantities):
        is_stated = not isinstance(quantity.sheet, Derived)
        last = quantity.sheet if is_stated else sheets.get(quantity.name, last)
        placed.append(quantity if is_stated else replace(quantity, sheet=Derived(last)))
    return Model(tuple(placed))


def in_words(model: Model, words: Text, sizes: Mapping[str, Any]) -> Model:
    """Return a model whose sentences are in the language of some words, with the sizes filled in.

    A size with the name of a quantity is not filled in.
    """
    known = {name: size for name, size in sizes.items() if name not in model.by_name}

    def translated(quantity: Quantity) -> Quantity:
        def sentence(key: str, english: str, **numbers: object) -> str:
            return words.sentence(key or quantity.name, english, **{**known, **numbers})

        equation = quantity.equation
        if not isinstance(equation, Sentence) or not equation.english:
            return quantity
        equation = equation.said_by(sentence)
        uses = {role: use for role, use in quantity.uses.items() if role in equation.roles}
        return replace(quantity, equation=equation, uses=uses)

    return replace(model, quantities=tuple(map(translated, model.quantities)))


def said(model: Model, pages: Iterable[Page], spec: Spec | None = None) -> dict[str, Any]:
    """Return the English texts of quantities and pages by section and key, as in files.

    Other texts are their own keys: a page looks them up when it is drawn (`Text.of_itself`). Pages
    whose texts depend on a Spec need one.

    Raises
    ------
    DataError
        Two quantities of a kind have different titles: a kind has one, in each language.
    """

    def stated(text: Stated) -> str:
        return text if isinstance(text, str) else text(spec)  # type: ignore[arg-type]

    pages = tuple(pages)
    words: dict[str, Any] = {
        "sheets": {page.key: stated(page.title) for page in pages},
        "notes": {page.key: stated(page.note) for page in pages},
        "headings": {},
    }
    titled: dict[str, Quantity] = {}
    for quantity in model.quantities:
        first = titled.setdefault(quantity.kind, quantity)
        if first.title and quantity.title not in {"", first.title}:
            raise DataError(
                f'{first.name} and {quantity.name} are of the kind "{quantity.kind}", which has '
                f'one title, but theirs are "{first.title}" and "{quantity.title}": state one '
                f'title, or another kind, as in kind="{quantity.name}".'
            )
        titled[quantity.kind] = first if first.title else quantity
        axes = (axis.name for axis in quantity.axes if axis.name != ONE)
        words["headings"] |= {name: name for name in axes if IN_WORDS.search(name)}
    words["quantities"] = {kind: quantity.title for kind, quantity in titled.items()}
    told: dict[tuple[str, str], Quantity] = {}  # one of several networks is enough
    for quantity in model.quantities:
        if quantity.meaning:
            told.setdefault((quantity.meaning, quantity.written), quantity)
    words["guide"] = {
        "steps": {page.key: stated(page.does) for page in pages if page.does},
        "symbols": {
            q.kind: {
                "meaning": q.meaning,
                "equation": q.written or ("given" if q.is_input else ""),
                "book": q.source,
            }
            for q in told.values()
        },
    }
    return words
