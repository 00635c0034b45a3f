"""The kind "index": lists the workbooks in a folder, in the order of the book.

`xlnn build all` writes it. Its links are relative: the folder may move. Its numbers of formulas
were noted when it was built; their sum is its one formula.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar

import numpy as np

from xlnn.axis import Axis
from xlnn.block import Block, single_block, table_blocks
from xlnn.equation import Stated
from xlnn.grid import address
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.templates import section_spans
from xlnn.registry.text import Text, shown_by, text
from xlnn.workbooks.entries import WorkbookSpec, one_of
from xlnn.workbooks.kind import Plan, WorkbookKind
from xlnn.workbooks.pages.sheet import Context, Sheet
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, LABEL, LINK, NOTE, PLAIN, TITLE, Look

ROW, COLUMN = 8, 4
"""Where the table of workbooks has its first number of formulas."""

WRAPPED = Look(wrap=True)
WIDTHS = {1: 14, 2: 23, 3: 96, 4: 12}
LEAVES_OUT = "An index holds no network and no experiment: build it again with  xlnn build all."


@dataclass(frozen=True)
class Entry:
    """A template, and whether its workbook is beside the index.

    Attributes
    ----------
    name : str
        The name of the template, and of the file without ``.xlsx``.
    sections : tuple of str
        The sections of the book.
    is_there : bool
    """

    name: str
    sections: tuple[str, ...] = field(metadata={"key": "book"})
    is_there: bool


@dataclass(frozen=True)
class IndexSpec(WorkbookSpec):
    """The contents of an index besides its numbers.

    Attributes
    ----------
    entries : tuple of Entry
        In the order in which they stand.
    """

    kind: ClassVar[str] = "index"
    template: Annotated[str, one_of("template", ["index"])]
    entries: tuple[Entry, ...] = field(metadata={"key": "workbooks"})


class Index(WorkbookKind[IndexSpec]):
    """Workbooks with links to others."""

    name = IndexSpec.kind

    described_by = IndexSpec
    not_built = LEAVES_OUT

    def stated(self, spec: IndexSpec) -> tuple[Model, Text]:
        """Return the numbers of formulas and their sum, and its words."""
        return _model(spec), text(spec.lang, "index")

    def sheets(self, model: Model) -> dict[str, Sheet]:  # noqa: ARG002
        """Return the one sheet."""
        return {"index": Sheet(_draw, _place)}


KIND = Index()


def index_plan(spec: IndexSpec, formulas: Sequence[int]) -> Plan[IndexSpec]:
    """Return what an index is built from.

    Parameters
    ----------
    spec : IndexSpec
    formulas : sequence of int
        How many formulas each of its workbooks has; 0 where it is not there.
    """
    return Plan(KIND, spec, _model(spec), {"formulas": np.array(formulas, dtype=float)})


SUM = Stated(
    array=lambda counts: counts.sum(),
    cell=lambda counts: f"=SUM({counts.over('workbook')[()]})",
)


def _model(spec: IndexSpec) -> Model:
    """Return the numbers of formulas and their sum."""
    workbook = Axis("workbook", len(spec.entries))
    page: dict[str, Any] = {"sheet": "index", "number_format": "#,##0;;–"}
    return Model((
        Quantity("formulas", axes=(workbook,), is_record=True, role="key", **page),
        Quantity("total", equation=SUM, uses={"counts": "formulas"}, **page),
    ))  # fmt: skip


def _place(model: Model) -> Iterator[Block]:
    yield from table_blocks([model["formulas"]], ROW, COLUMN)
    yield single_block(model["total"], ROW + model["formulas"].lengths[0], COLUMN)


def _draw(page: Context[IndexSpec]) -> Drawing:
    """Draw a line for each workbook: its sections, its link, and what it shows."""
    words = page.words
    drawing = Drawing(gridlines=False, heights={1: 30}, widths=dict(WIDTHS))
    drawing.put(1, 1, words("index", "title"), TITLE)
    for row, line in enumerate(words.words["index"]["about"], start=2):
        drawing.put(row, 1, line, PLAIN)
    for column, key in enumerate(("book", "workbook", "shows", "formulas"), start=1):
        drawing.put(ROW - 1, column, words("headings", key), KEY)
    for row, entry in enumerate(page.spec.entries, start=ROW):
        sections = section_spans(entry.sections, words("joined", "to")) or words("index", "beyond")
        drawing.put(row, 1, sections, LABEL)
        drawing.put(row, 2, entry.name, LINK if entry.is_there else LABEL)
        if entry.is_there:
            drawing.links[address(row, 2)] = f"{entry.name}.xlsx"
        shows = shown_by(entry.name, page.spec.lang)
        if not entry.is_there:
            shows = words("joined", "absent", shows=shows, name=entry.name)
        drawing.put(row, 3, shows, WRAPPED if entry.is_there else replace(NOTE, wrap=True))
        drawing.heights[row] = 18 if entry.is_there else 28
    drawing.put(ROW + len(page.spec.entries), 3, words("index", "total"), Look(align="right"))
    return drawing
