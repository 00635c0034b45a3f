"""Workbooks to plant errors in, which errors are drawn, and what the check says of each.

What is asked of the check: no error is silent. The cells that it names wrong or lists as restated
are exactly those that were altered, and a form that programs compute differently is wrong.
"""

import re
import zipfile
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import cycle
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from mutants import ARRAYS, FILLED, FORMS, KINDS, RANGE, filling
from networks import (
    from_template,
    plan,
    random_plan,
    replace,
    spec,
    with_functions,
    write_plan,
)
from openpyxl.utils import column_index_from_string, get_column_letter, range_boundaries
from rewriting import copy, rewrite_cells
from storing import store

from xlnn import engines
from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.checking.comparison import plainly
from xlnn.errors import XlnnError
from xlnn.experiments.network.quantities.network import network
from xlnn.grid import quoted
from xlnn.loading.spec import layout_of, read_spec
from xlnn.options import Options
from xlnn.registry.templates import names, template
from xlnn.xlsx.cells import cells
from xlnn.xlsx.parts import sheet_parts

NETWORKS = {
    "1 layer": ([4, 3], 5, 3, None),
    "2 layers, words": ([3, 4, 3], 6, 2, ("cat", "dog", "owl")),
    "3 layers": ([2, 3, 2, 2], 4, 4, None),
    "4 layers": ([3, 2, 3, 2, 4], 7, 2, None),
}
"""Layer sizes, images, epochs and labels. There are two outputs at least: with one, every image is
of class 1 in every state, and a formula that reads another image's class is not wrong."""

FUNCTIONS = {
    "tanh and softmax": (["tanh"], "categorical cross-entropy", "softmax"),
    "relu and linear": (["relu"], "squared error", "linear"),
    "cross-entropy": (["sigmoid"], "cross-entropy", "sigmoid"),
    "scaled targets": (["tanh"], "squared error", "linear"),
}
"""Networks of 3, 4 and 3 units with held-out images: functions of the hidden layer, the cost, and
the function of the outputs."""

TRIES = 60
"""Cells of a sheet that are tried before an error of a kind is planted in another sheet."""


def book_of_digits(folder, epochs):
    """Write the book's 64 images, with fewer epochs."""
    made = plan(from_template(template("digits")), Options(epochs=epochs))
    return _written(folder / f"digits-{epochs}.xlsx", made)


def book_of_network(folder, name, seed):
    """Write one of `NETWORKS`, with random numbers."""
    sizes, images, epochs, labels = NETWORKS[name]
    model_spec = spec(sizes, images=images, epochs=epochs)
    if labels is None:
        return _written(folder / f"{name}.xlsx", random_plan(model_spec, seed))
    made = random_plan(replace(model_spec, labels=labels), seed)
    made.inputs["labels"] = np.array(labels, dtype=object)
    return _written(folder / f"{name}.xlsx", made)


def book_of_functions(folder, name, seed):
    """Write one of `FUNCTIONS`, a table that is scaled, with images that are held out."""
    model_spec = with_functions(spec([3, 4, 3], images=5, epochs=2), *FUNCTIONS[name])
    model_spec = replace(model_spec, features=("a", "b", "c"), scaled=True, test_samples=3)
    if name == "scaled targets":
        model_spec = replace(model_spec, task="regression", scaled_targets=True)
    return _written(folder / f"{name}.xlsx", random_plan(model_spec, seed))


def book_of_maps(folder, images):
    """Write the book's network of chapter 5, with fewer epochs and images."""
    made = plan(from_template(template("cnn")), Options(epochs=2))
    few = slice(0, None, len(made.inputs["x"]) // images)
    inputs = {
        name: array[few] if name in {"x", "t"} else array for name, array in made.inputs.items()
    }
    inputs["number"] = np.arange(1.0, len(inputs["x"]) + 1)
    smaller = replace(made, spec=made.spec.sized(images=len(inputs["x"])), inputs=inputs)
    return _written(folder / "maps.xlsx", replace(smaller, model=network(smaller.spec)))


def books_of_experiments(folder):
    """Write a workbook of every template that is no network."""
    experiments = [name for name in names() if isinstance(template(name).values.get("kind"), str)]
    return [Book(build(name, folder / f"{name}.xlsx").path) for name in experiments]


def _written(path, made):
    draft = write_plan(path.with_suffix(".draft.xlsx"), made)
    store(draft, path, engines.load("formualizer", draft)({}))
    return Book(path)


class Book:
    """A workbook without errors: its formulas, and what the rule of other words asks about it."""

    def __init__(self, path):
        self.path = Path(path)
        self.layout = layout_of(read_spec(self.path))
        self.cells = {
            (title, cell.row, cell.column): cell
            for title in self.layout.titles.values()
            for cell in cells(self.path, title)
        }
        self.formulas = {place: c.formula for place, c in self.cells.items() if c.formula}

    @property
    def sheets(self):
        """The titles of the sheets with numbers."""
        return [self.layout.titles[key] for key in self.layout.titles if self.layout.on(key)]

    @cached_property
    def computed(self):
        """The names of the quantities that have formulas, for each sheet that has any."""
        named = {
            title: [b.quantity.name for b in self.layout.on(key) if b.quantity.equation is not None]
            for key, title in self.layout.titles.items()
        }
        return {title: names for title, names in named.items() if names}

    @cached_property
    def _owners(self):
        return {
            (self.layout.titles[block.sheet], *block.address(index)): (name, index)
            for name, block in self.layout.blocks.items()
            for index in np.ndindex(block.quantity.lengths)
        }

    def draw(self, generator, sheet, quantity=None):
        """Draw a formula cell: a quantity of the sheet, if none is given, and an entry of it."""
        names = self.computed[sheet]
        name = quantity or names[int(generator.integers(len(names)))]
        lengths, given = self.layout.blocks[name].quantity.lengths, self._given(name)
        index = tuple(
            int(generator.integers(given if axis == 0 else 0, length))
            for axis, length in enumerate(lengths)
        )
        return Place(self, sheet, name, index)

    def _given(self, name):
        return self.layout.blocks[name].quantity.given

    def block_at(self, sheet, row, column):
        """Return the block that a cell belongs to; None for a cell outside all blocks."""
        owner = self._owners.get((sheet, row, column))
        return self.layout.blocks[owner[0]] if owner else None

    def extent(self, sheet):
        """Return how many rows and columns a sheet's blocks reach; None of no sheet of ours."""
        keys = {title: key for key, title in self.layout.titles.items()}
        return self.layout.extents[keys[sheet]] if sheet in keys else None

    def may_hold_number(self, sheet, row, column):
        """Tell whether the cell belongs to a quantity, or holds a number."""
        cell = self.cells.get((sheet, row, column))
        return (sheet, row, column) in self._owners or (
            cell is not None and isinstance(cell.value, float)
        )


@dataclass(frozen=True)
class Place:
    """A formula cell: an entry of a quantity's array."""

    book: Book
    sheet: str
    quantity: str
    index: tuple[int, ...]

    @property
    def cell(self):
        """Its row and column."""
        return self.book.layout.blocks[self.quantity].address(self.index)

    @property
    def formula(self):
        """Its formula."""
        return self.book.formulas[self.sheet, *self.cell]

    @property
    def value(self):
        """The value that its formula has."""
        return self.book.cells[self.sheet, *self.cell].value

    def one(self, content):
        """Return the change of this cell alone."""
        return {self.cell: content}

    def epoch(self):
        """Return the column's formula cells of the same epoch; all, where an epoch has one row."""
        block = self.book.layout.blocks[self.quantity]
        axes = len(block.quantity.axes)
        if not axes:
            return [self.cell]
        first = block.quantity.given if axes == 1 else 0
        entries = range(first, block.quantity.axes[-1].length)
        before, unit = self.index[: axes - 1], self.index[axes:]
        return [block.address((*before, entry, *unit)) for entry in entries]


@dataclass(frozen=True)
class Planted:
    """An error in a workbook.

    Attributes
    ----------
    kind, sheet : str
    changes : dict of (row, column) to str or float
        What is put into which cells of the sheet.
    wrong : frozenset of (row, column)
        The cells that do not read as stated now.
    """

    kind: str
    sheet: str
    changes: dict[tuple[int, int], str | float]
    wrong: frozenset[tuple[int, int]]


def plant(book, kind, sheet, generator):
    """Draw an error of a kind in a sheet; None if no formula was found that the kind applies to."""
    for _ in range(TRIES):
        changes = KINDS[kind](book.draw(generator, sheet), generator)
        if changes is not None:
            wrong = frozenset(c for c, new in changes.items() if _is_wrong(book, sheet, c, new))
            return Planted(kind, sheet, changes, wrong)
    return None


def _is_wrong(book, sheet, cell, content):
    """Tell whether a content is anything but the stated formula, up to what a program changes."""
    is_formula = isinstance(content, str) and content.startswith("=")
    return not is_formula or plainly(content) != plainly(book.formulas[sheet, *cell])


def plant_many(books, errors, generator):
    """Yield errors, each with the number of its book: each kind and each sheet gets its share."""
    planted = Counter()
    for kind in cycle(KINDS):
        if sum(planted.values()) == errors:
            return
        number = int(generator.integers(len(books)))
        sheets = sorted(
            books[number].computed, key=lambda title: (planted[kind, title], generator.random())
        )
        for sheet in sheets:
            error = plant(books[number], kind, sheet, generator)
            if error is not None:
                planted[kind, sheet] += 1
                yield number, error
                break


@dataclass(frozen=True)
class Outcome:
    """What the check said of an error.

    Attributes
    ----------
    planted : Planted
    same : bool
        Whether the planted formulas read as stated: only ``$`` differ.
    caught : bool
        Whether the check mentioned anything: as wrong, or as restated.
    exact : bool
        Whether the cells that it named wrong or listed are those planted, and no others.
    named : tuple of str
        The cells that it named wrong.
    listed : tuple of str
        The cells that it listed as restated.
    refusal : str
        The message, where it named no cells but refused the file.
    """

    planted: Planted
    same: bool
    caught: bool
    exact: bool
    named: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def good(self):
        """Whether the check did its job.

        A form that programs compute differently must be wrong: no value of one engine proves it.
        """
        is_let_pass = self.planted.kind in FORMS and bool(self.listed)
        return self.exact and self.caught != self.same and not is_let_pass


def try_out(book, planted, path, engine, probes):
    """Write the workbook with a planted error to a path, check it, and compare the two."""
    write_planted(book, planted, path)
    wanted = {_address(planted.sheet, cell) for cell in planted.wrong}
    try:
        report = check(path, engine, probes)
    except XlnnError as error:
        return Outcome(planted, not wanted, caught=True, exact=False, refusal=str(error))
    named = tuple(wrong.cell for wrong in report.wrong)
    listed = tuple(each.cell for each in report.restated)
    exact = {*named, *listed} == wanted and not {*named} & {*listed}
    return Outcome(planted, not wanted, bool(named or listed), exact, named, listed)


def write_planted(book, planted, path):
    """Copy the workbook with the planted cells rewritten, and nothing else.

    A formula gets a cached value that is false in any case: no engine may believe it.
    """
    changes = {
        f"{get_column_letter(column)}{row}": content
        for (row, column), content in planted.changes.items()
    }

    def rewrite(cell):
        content = changes.get(cell.attributes["r"])
        if content is None:
            return None
        if not isinstance(content, str):
            return cell.rebuilt("", "", f">{content!r}")
        if not content.startswith("="):
            return cell.rebuilt("", ' t="str"', f">{escape(content)}")
        return cell.rebuilt(f"<f>{escape(content[1:])}</f>", "", ">-77")

    edits = {sheet_parts(book.path)[planted.sheet]: rewrite_cells(rewrite)}
    copy(book.path, path, edits)


@dataclass(frozen=True)
class ArrayError:
    """An error in an array formula of the sheet in matrices.

    Attributes
    ----------
    kind : str
    area : str
        The range that the formula fills, as it is stated.
    before, after : str
        Its markup.
    """

    kind: str
    area: str
    before: str
    after: str


ARRAY = re.compile(r'<f t="array" ref="([^"]*)">([^<]*)</f>')


def matrices_part(path):
    """Return the name and the text of the part with most array formulas."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        texts = {name: archive.read(name).decode() for name in names}
    name = max(texts, key=lambda each: len(ARRAY.findall(texts[each])))
    return name, texts[name]


def plant_arrays(path, errors, generator):
    """Yield errors in array formulas, the kinds in turn."""
    found = [each for each in ARRAY.finditer(matrices_part(path)[1]) if ":" in each[1]]
    kinds = cycle([*ARRAYS, *FILLED])
    planted = 0
    while planted < errors:
        kind, one = next(kinds), found[int(generator.integers(len(found)))]
        area, text = one[1], one[2]
        if kind in FILLED:
            area = filling(area, *FILLED[kind])
        else:
            text = ARRAYS[kind](text, generator)
        own = [f"{each[0]}{each[1]}" for each in RANGE.findall(text or "")]
        reads_itself = one[1].partition(":")[0] in own
        if None in (area, text) or (area, text) == (one[1], one[2]) or reads_itself:
            continue
        after = f'<f t="array" ref="{area}">{text}</f>'
        planted += 1
        yield ArrayError(kind, one[1], one[0], after)


def try_array(path, error, copied, probes=1):
    """Return what the check names in a copy with an error: cells, or why it refuses the file."""
    part, text = matrices_part(path)
    assert text.count(error.before) == 1
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copied, "w") as target:
        for name in source.namelist():
            changed = text.replace(error.before, error.after)
            target.writestr(name, changed if name == part else source.read(name))
    try:
        report = check(copied, probes=probes)
    except XlnnError as refused:
        return (str(refused),)
    return tuple(each.cell for each in (*report.wrong, *report.restated))


def is_named(error, said):
    """Tell whether what a check says is the altered formula, and nothing else.

    Of one that fills the first cell of the next formula, too, this cell is named.
    """
    filled = re.search('ref="([^"]*)"', error.after)[1]
    left, top, right, bottom = range_boundaries(filled)
    found = re.search(r"!([A-Z]+)(\d+)\b", said[0]) if len(said) == 1 else None
    if not found:
        return False
    column, row = column_index_from_string(found[1]), int(found[2])
    if error.kind in FILLED:
        return left <= column <= right and top <= row <= bottom
    return (row, column) == (top, left)


def _address(sheet, cell):
    row, column = cell
    return f"{quoted(sheet)}!{get_column_letter(column)}{row}"
