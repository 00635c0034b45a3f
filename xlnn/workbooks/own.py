"""The kind "model": a programmer's own quantities, on plain sheets.

A sheet holds what has no axes in a list, and beside it a table for each set of axes. A vector
without axes is a row, and a matrix has its rows and columns; in a table the units of a row lie side
by side. A file cannot
carry Python: its Spec says which quantities there are, and whoever checks it brings the model.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby, zip_longest
from math import prod
from typing import Any, ClassVar, Never, NoReturn

import numpy as np

from xlnn.blocks import FIRST_ROW, Block, table_blocks
from xlnn.errors import DataError
from xlnn.layout import Layout
from xlnn.quantity import Axis, Model, Quantity, subscript
from xlnn.reference import Arrays
from xlnn.shipped.templates import Template
from xlnn.shipped.text import Text, text
from xlnn.workbooks.kind import Spec, WorkbookKind
from xlnn.workbooks.pages import spec_text
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet, drawn, layout_of_sheets
from xlnn.workbooks.pages.table import head, name_rows, number_validation, numbers_only
from xlnn.workbooks.spec_text import plain
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.names import name_width
from xlnn.writing.style import LABEL, TITLE

LIST, GAP = 2, 1
"""The column of the numbers in a list, and the empty columns between it and the tables."""

THE_PROGRAMMERS = (
    "The model of this workbook is its programmer's own, which a file cannot carry: check it from "
    "Python, with xlnn.check(path, model=...)."
)


@dataclass(frozen=True)
class OwnSpec:
    """What a workbook says of a model that it does not hold.

    Attributes
    ----------
    template : str
        What the programmer calls it.
    lang : str
    quantities : tuple of (str, str, tuple of int)
        Of each its name, its sheet and its lengths: axes, then units.
    """

    kind: ClassVar[str] = "model"

    template: str
    lang: str
    quantities: tuple[tuple[str, str, tuple[int, ...]], ...]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, as TOML has them."""
        entries = (dict(zip(("name", "sheet", "lengths"), q, strict=True)) for q in self.quantities)
        values: dict[str, Any] = plain(
            {"template": self.template, "lang": self.lang, "quantities": [*entries]}
        )
        return values


class OwnModel(WorkbookKind[OwnSpec, Never]):
    """Workbooks of models that xlnn does not ship."""

    name = OwnSpec.kind

    def from_template(self, template: Template) -> NoReturn:
        """Refuse: a template holds no Python."""
        raise DataError(
            f"{template.name}: a model of one's own is built from Python: xlnn.workbook."
        )

    def from_workbook(self, name: str, spec: OwnSpec, arrays: Arrays) -> NoReturn:  # noqa: ARG002
        """Refuse: a workbook holds no Python."""
        raise DataError(f"{name}: {THE_PROGRAMMERS}")

    def recipe(self, origin: Never, options: Mapping[str, Any]) -> NoReturn:  # noqa: ARG002
        """Refuse, as above."""
        raise DataError(THE_PROGRAMMERS)

    def spec(self, values: Mapping[str, Any]) -> OwnSpec:
        """Read the Spec that a workbook keeps."""
        match values:
            case {"template": str(name), "lang": str(lang), "quantities": list(entries)}:
                return OwnSpec(name, lang, tuple(map(_entry, entries)))
        raise DataError("The Spec of a programmer's model names its template, lang and quantities.")

    def layout(self, spec: OwnSpec) -> NoReturn:  # noqa: ARG002
        """Refuse: the model is not here."""
        raise DataError(THE_PROGRAMMERS)

    def drawings(self, spec: OwnSpec, layout: Layout) -> dict[str, Drawing]:
        """Return what each sheet shows besides its quantities."""
        return drawn(Page(spec, layout, _words(layout.model)), _sheets(layout.model))

    def words(self, spec: OwnSpec, layout: Layout) -> Text:  # noqa: ARG002
        """Return what the programmer calls things."""
        return _words(layout.model)


KIND = OwnModel()


def spec_of(model: Model, name: str) -> OwnSpec:
    """Return the Spec of a model."""
    entries = tuple((q.name, q.sheet, q.lengths) for q in model.quantities)
    return OwnSpec(name, "en", entries)


def check_same(spec: Spec, model: Model) -> None:
    """Refuse a model of which a workbook was not made.

    Raises
    ------
    DataError
        Saying where they differ.
    """
    if not isinstance(spec, OwnSpec):
        raise DataError(f"It was made of the template {spec.template}: check it without a model.")
    made, given = spec.quantities, spec_of(model, spec.template).quantities
    for there, here in zip_longest(made, given):
        if there != here:
            named = " of shape ".join(map(str, (there or here)[::2]))
            raise DataError(f"It was made of another model: they differ in {named}.")


def layout_of_model(model: Model) -> Layout:
    """Return the cells of the quantities of a model, which `check_model` lets pass."""
    words = _words(model)
    return layout_of_sheets(model, _sheets(model), words.sheets)


def _entry(entry: object) -> tuple[str, str, tuple[int, ...]]:
    match entry:
        case {"name": str(name), "sheet": str(sheet), "lengths": list(lengths)}:
            return name, sheet, tuple(map(int, lengths))
    raise DataError("A quantity in the Spec has a name, a sheet and lengths.")


def _sheets(model: Model) -> dict[str, Sheet]:
    """Return the sheets of a model, each named by its quantities, and last the Spec."""
    keys = dict.fromkeys(quantity.sheet for quantity in model.quantities)
    sheets = {key: Sheet(_drawing(key), _placing(key)) for key in keys}
    return sheets | {"spec": Sheet(spec_text.draw)}


def _words(model: Model) -> Text:
    """Return the words of a model's workbook: what the programmer calls things."""
    english = text("en")
    sheets = {quantity.sheet: quantity.sheet for quantity in model.quantities}
    axes = {axis.name: axis.name for quantity in model.quantities for axis in quantity.axes}
    words = {
        "sheets": sheets | {"spec": english("sheets", "spec")},
        "notes": {"spec": "Which quantities this workbook holds. Its equations are its maker's."},
        "joined": english.words["joined"],
        "headings": axes,
        "quantities": {
            q.kind: "" if q.symbol == f"{q.name}{{}}" else q.name for q in model.quantities
        },
        "validation": english.words["validation"],
    }
    return Text("en", words)


def _parts(model: Model, sheet: str) -> tuple[list[Quantity], list[list[Quantity]]]:
    """Return the list of a sheet, and the quantities of each of its tables."""
    here = [quantity for quantity in model.quantities if quantity.sheet == sheet]

    def axes(quantity: Quantity) -> tuple[Axis, ...]:
        return tuple(replace(axis, order="") for axis in quantity.axes)  # whichever way it runs

    order = {key: n for n, key in enumerate(dict.fromkeys(axes(q) for q in here if q.axes))}
    rows = sorted((q for q in here if q.axes), key=lambda q: order[axes(q)])
    return [q for q in here if not q.axes], [[*group] for _, group in groupby(rows, axes)]


def _row_names(quantity: Quantity) -> Iterator[str]:
    """Yield the name of each row of a quantity without axes."""
    down = quantity.shape[:-1]
    for unit in np.ndindex(down):
        yield quantity.symbol.format(subscript(unit, down) if down else "")


def _placing(sheet: str) -> Any:  # noqa: ANN401 -- as Sheet takes it
    def place(model: Model) -> Iterator[Block]:
        listed, tables = _parts(model, sheet)
        row, width = FIRST_ROW, 0
        for quantity in listed:
            *down, right = quantity.shape or (1,)
            steps = [(prod(down[n + 1 :]), 0) for n in range(len(down))]
            across = [(0, 1)] if quantity.shape else []
            yield Block(quantity, sheet, row, LIST, (*steps, *across))
            row, width = row + prod(down), max(width, right)
        column = LIST + width + GAP if listed else 1
        for quantities in tables:
            column += len(quantities[0].axes)
            yield from table_blocks(quantities, FIRST_ROW, column)
            column += sum(prod(quantity.shape) for quantity in quantities) + GAP

    return place


def _drawing(sheet: str) -> Any:  # noqa: ANN401 -- as Sheet takes it
    def draw(page: Page[Any]) -> Drawing:
        listed, tables = _parts(page.layout.model, sheet)
        drawing = Drawing(heights={1: 24}, repeat=FIRST_ROW - 1)
        drawing.put(1, 1, sheet, TITLE)
        if not listed:
            drawing.freeze = (FIRST_ROW, len(tables[0][0].axes) + 1)
        names = tuple(name for quantity in listed for name in _row_names(quantity))
        for row, name in enumerate(names, start=FIRST_ROW):
            drawing.put(row, 1, name, LABEL)
        if listed:
            width = max((quantity.shape or (1,))[-1] for quantity in listed)
            drawing.widths |= {1: name_width(names), **dict.fromkeys(range(LIST, LIST + width), 13)}
        for quantity in listed:
            if quantity.is_input and not quantity.is_text:
                cells = cell_range(page.layout.blocks[quantity.name])
                drawing.validations.append(number_validation(cells, page.words))
        for quantities in tables:
            blocks = [page.layout.blocks[quantity.name] for quantity in quantities]
            left = blocks[0].column - len(quantities[0].axes)
            name_rows(drawing, quantities[0].axes, FIRST_ROW, page.words, left)
            for block in blocks:
                head(drawing, block, page.words)
                if block.quantity.is_input and not block.quantity.is_text:
                    drawing.validations.append(numbers_only(block, page.words))
        return drawing

    return draw
