"""Read an .xlsx file as a stream, and refuse it if it is not safe.

`inspect` looks at every part of a file and refuses what no workbook of xlnn needs. Then
`xlnn.xlsx.cells` reads a sheet cell by cell. Engines and openpyxl only see files that `inspect` has
accepted.
"""

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xlnn.formula import MAX_ROWS, corners
from xlnn.grid import Place
from xlnn.xlsx.archive import Archive
from xlnn.xlsx.cells import (
    PART,
    Constants,
    FormulaCells,
    SharedFormulas,
    cell_value,
    checksum,
    number,
)
from xlnn.xlsx.formula_groups import Batch
from xlnn.xlsx.guard import BUILT_IN, FORBIDDEN, MACROS, OTHER_SHEETS, FormulaGuard
from xlnn.xlsx.markup import unprefixed
from xlnn.xlsx.parts import (
    check_other_parts,
    check_parts,
    read_workbook,
    shared_strings,
)
from xlnn.xlsx.sheet_stream import COMPUTED, MAX_BOX, Item, SheetSource, area

Named = tuple[str, str, Mapping[str, str]]
"""A defined name, its formula, and its attributes."""

_PRINTED = {"_xlnm.Print_Area", "_xlnm.Print_Titles"}
"""Names that no formula uses. Gnumeric writes #REF! if a sheet is printed completely."""

_NOT_READ = re.compile(r'ERROR\("[^"]*"\)')
"""What Gnumeric writes for ranges separated by commas, such as the cells that Solver changes.
Accepted in names of one sheet, which no formula may use."""

_FALSE = {"0", "false"}
_OTHER = re.compile(r"R[0-9]*(?:C[0-9]*)?|C[0-9]*|TRUE|FALSE|[0-9.]+(?:E[0-9]+)?", re.IGNORECASE)


def ambiguous(names: Sequence[Named], *, local: bool = True) -> Mapping[str, str]:
    """Return the names, in lower case, that programs may resolve in different ways.

    Parameters
    ----------
    names : sequence
    local : bool
        Whether names defined for one sheet are among them.

    Returns
    -------
    mapping of str to str
        Why, for the message.
    """
    scopes = Counter((name.casefold(), more.get("localSheetId")) for name, _, more in names)
    counts = Counter(name for name, _ in scopes)
    why = {}
    for (name, sheet), count in scopes.items():
        if name.startswith(BUILT_IN):
            continue
        if count > 1:
            why[name] = "is defined more than once"
        elif reads_otherwise(name):
            why[name] = "reads as a cell or a number"
        elif local and counts[name] > 1:
            why[name] = "is defined for a sheet and defined again"
        elif local and sheet is not None:
            why[name] = "is defined for one sheet alone"
    return why


def check_names(archive: Archive, names: Sequence[Named], formulas: FormulaGuard) -> None:
    """Refuse defined names that belong to macros or whose formulas may not be computed."""
    for name, text, attributes in names:
        where = name_in_words(name)
        macro = {"xlm", "vbProcedure", "function"} & attributes.keys()
        if any(attributes[key] not in _FALSE for key in macro):
            if FORBIDDEN["vbaproject"] in archive.accepted:
                archive.brings.add(FORBIDDEN["vbaproject"])
                continue
            raise archive.refused(f"{where} belongs to a macro; remove it")
        if _NOT_READ.fullmatch(text) and "localSheetId" in attributes:
            continue
        if name not in _PRINTED or text != "#REF!":
            formulas.check([text], lambda _, where=where: where)


def name_in_words(name: str) -> str:
    """Return words for a defined name, for a message."""
    return f'the defined name "{name:.40}"'


def reads_otherwise(name: str) -> bool:
    """Return whether a name would be read as a cell or a value.

    >>> [reads_otherwise(name) for name in ("eta", "eta1", "xlnn.z2", "R1C1", "true", "abcd1")]
    [False, True, False, True, True, False]
    """
    row, *_ = corners(name) or (0,)
    return 0 < row <= MAX_ROWS or bool(_OTHER.fullmatch(name))


MAX_ALL_TEXT = 1 << 30
"""Characters of all formulas and texts as engines hold them, each written out. Four million
formulas of a hundred characters need 0.4 of it; one long formula shared by a sheet exceeds it."""

MAX_SPREAD = 1_000_000
"""Cells of merged ranges and hyperlinks: openpyxl makes an object for each."""

SPARE_BOX, SPARSE = 2_000_000, 20
"""The most cells of the rectangles of all sheets: a base, and a multiple of existing cells. Engines
store the whole rectangle; xlnn fills its sheets, but users may write something far away."""

_BATCH = 8_192
"""Cells that are checked at once: formulas of a column that differ only in their numbers then form
one array, and each array has a cost."""


@dataclass(frozen=True)
class Package:
    """The contents of a workbook that `inspect` accepted.

    Attributes
    ----------
    path : Path
        The file.
    sheets : tuple of str
        The titles of the sheets of cells, in the workbook's order; chart sheets are left out.
    formulas : mapping of str to FormulaCells
        The cells that hold a formula, for every sheet.
    constants : mapping of str to Constants
        The numbers and texts typed into cells, for every sheet.
    examples : mapping of Place to str
        Formulas of cells, without "=": of those that differ only in digits, the first.
    defined : mapping of str
        What each defined name stands for, by the title of its sheet, or "" for the workbook, and
        the name: ``"", "xlnn.z2"`` -> ``Training!$A$2:$C$3201``.
    named : frozenset of Place
        The cells whose formulas use a defined name.
    brings : frozenset of str
        Contents that no engine sees, such as macros, where the file is not refused for them.
    box : int
        How many cells the rectangles have that reach from A1 to each sheet's last cell.
    left_out : mapping of Place to str
        Cells whose formulas no engine may see, with the functions that they call.
    arrays : mapping
        The cells that each array formula fills, by sheet, row and column, where array formulas are
        accepted.
    parts : mapping of str to FormulaCells
        The other cells that array formulas fill, for every sheet.
    is_manual : bool
        Whether the workbook is set to manual calculation.
    iterates : bool
        Whether it is set to iterate circular references.
    refused : frozenset of Place or str
        Where the formulas are that no engine may see, if `inspect` was called with `spares`.
    """

    path: Path
    sheets: tuple[str, ...]
    formulas: Mapping[str, FormulaCells]
    defined: Mapping[tuple[str, str], str]
    box: int
    constants: Mapping[str, Constants] = field(default_factory=dict)
    examples: Mapping[Place, str] = field(default_factory=dict)
    left_out: Mapping[Place, str] = field(default_factory=dict)
    arrays: Mapping[tuple[str, int, int], str] = field(default_factory=dict)
    parts: Mapping[str, FormulaCells] = field(default_factory=dict)
    is_manual: bool = False
    named: frozenset[Place] = frozenset()
    brings: frozenset[str] = frozenset()
    refused: frozenset[Place | str] = frozenset()
    iterates: bool = False

    def stated(self, sheet: str) -> Iterator[tuple[int, int, str]]:
        """Yield the formulas of one sheet: row, column and formula."""
        cells = self.formulas[sheet]
        places = cells.rows.tolist(), cells.columns.tolist()
        for row, column, text in zip(*places, cells.texts(), strict=True):
            yield row, column, "=" + text

    def filled(self, sheet: str, mask: np.ndarray) -> np.ndarray:
        """Mark all cells of a sheet that formulas fill in an array of the sheet; return it."""
        for cells in self.computed(sheet):
            cells.fill(mask, 1)
        return mask

    def computed(self, sheet: str) -> tuple[FormulaCells, ...]:
        """Return the formula cells of a sheet, and the other cells that array formulas fill."""
        return self.formulas[sheet], *filter(None, [self.parts.get(sheet)])

    def batches(self, sheet: str) -> Iterator[Batch]:
        """Yield the formulas of one sheet, many at a time."""
        cells, start = self.formulas[sheet], 0
        places = np.column_stack([cells.rows, cells.columns])
        for batch in cells.batches():
            end = start + batch.count(b"\0") + 1
            yield Batch(places[start:end], b"=" + batch.replace(b"\0", b"\0="))
            start = end

    @property
    def names(self) -> Mapping[str, str]:
        """The defined names of the whole workbook."""
        return {name: text for (title, name), text in self.defined.items() if not title}

    @property
    def formula_count(self) -> int:
        """The number of formulas in all sheets."""
        return sum(len(cells.rows) for cells in self.formulas.values())

    @property
    def computed_count(self) -> int:
        """The number of cells that they fill."""
        return self.formula_count + sum(len(cells.rows) for cells in self.parts.values())


Watch = Callable[[SheetSource], Callable[[Sequence[Item], Sequence[Item]], None]]
"""Returns, for a sheet about to be read, the function that gets its cells and other elements."""


def never(cell: Place | str) -> bool:  # noqa: ARG001 -- whatever it is
    """Return False: no formula may be left out."""
    return False


def inspect(  # noqa: PLR0913 -- what is allowed
    path: Path,
    may_be_left_out: Callable[[Place | str], bool] = never,
    watch: Watch | None = None,
    *,
    arrays: bool = False,
    local_names: bool = False,
    sets_aside: bool = False,
    spares: bool = False,
    may_hold_macros: bool = False,
) -> Package:
    """Check every part of a file, and refuse what is unsafe or not a workbook of xlnn.

    Parameters
    ----------
    path : Path
        A file from anywhere.
    may_be_left_out : callable
        Returns whether the formula of a cell, or of what a message calls by words, may call any
        function, since no engine will see it.
    watch : function
        Returns a function for each sheet, which gets all that is read, so that nobody need read it
        again.
    arrays : bool
        Accept array formulas. Then no engine may be given the file.
    local_names : bool
        Accept formulas that use names defined for one sheet. Then no engine may be given the file.
    sets_aside : bool
        List refused formulas in `Package.refused` and links and the like in `Package.brings`,
        instead of refusing the file. Then no engine may be given the file.
    spares : bool
        List refused formulas and names instead of refusing the file, however many cells the others
        read. Then no engine may be given the file.
    may_hold_macros : bool
        List macros and the controls that start them in `Package.brings`, instead of refusing the
        file (.xlsm). Then no engine may be given the file.

    Raises
    ------
    WorkbookError
        In one sentence: where, what was found, and what to do.
    """
    accepted = frozenset(FORBIDDEN.values()) - MACROS - OTHER_SHEETS if sets_aside else frozenset()
    with Archive(path, accepted | MACROS if may_hold_macros else accepted) as archive:
        check_parts(archive)
        book = read_workbook(archive)
        formulas = FormulaGuard(
            book.sheets,
            archive.refused,
            ambiguous(book.names, local=not local_names),
            may_be_left_out,
            (name for name, _, _ in book.names),
            spares=spares or sets_aside,
        )
        check_names(archive, book.names, formulas)
        check_other_parts(archive, book, formulas)
        strings = _Strings.of(shared_strings(archive, book.strings))
        budget = _Budget(archive)
        computed, typed, filled, parts = {}, {}, {}, {}
        for title, part in book.sheets.items():
            sheet = SheetSource(archive, title, part)
            shared = SharedFormulas(sheet, arrays=arrays)
            computed[title], parts[title], typed[title] = _inspect_sheet(
                sheet, watch, formulas, shared, strings, budget
            )
            filled |= {(title, *place): cells for place, cells in shared.arrays.items()}
        if not spares:  # callers that ask for single formulas limit their ranges
            formulas.check_reads()
    refused = formulas.refused_cells if spares else ()
    kept = [name for name in book.names if name_in_words(name[0]) not in refused]
    scopes = {None: "", **{str(number): title for number, title in enumerate(book.listed)}}
    defined = {
        (scopes[of], name): text
        for name, text, more in kept
        if (of := more.get("localSheetId")) in scopes
    }
    return Package(
        path,
        tuple(book.sheets),
        computed,
        defined,
        budget.box,
        typed,
        formulas.examples,
        formulas.left_out,
        filled,
        parts,
        book.is_manual,
        frozenset(cell for cell in formulas.named if isinstance(cell, Place)),
        frozenset(archive.brings - {FORBIDDEN["macro"]}),  # that is a kind, and no content
        frozenset(formulas.refused_cells),
        book.iterates,
    )


@dataclass
class _Budget:
    """Limits on what all sheets of a workbook claim together."""

    archive: Archive
    box: int = 0
    text: int = 0
    spread: int = 0
    cells: int = 0

    def check_box(self, title: str) -> None:
        """Refuse a sheet whose cells are so far apart that most of its rectangle is empty."""
        if self.box > SPARE_BOX + SPARSE * self.cells:
            raise self.archive.refused(
                f'the rectangles of its sheets, up to "{title:.40}", span {self.box:,} cells, of '
                f"which {self.cells:,} are there; move the far cells of that sheet closer"
            )

    def spend(self, *, box: int = 0, text: int = 0, spread: int = 0) -> None:
        """Count what a sheet claims, and refuse it if that is too much."""
        self.box, self.text, self.spread = self.box + box, self.text + text, self.spread + spread
        for claim, limit, what in (
            (self.box, MAX_BOX, "cells in the rectangles of its sheets"),
            (self.text, MAX_ALL_TEXT, "characters in its cells"),
            (self.spread, MAX_SPREAD, "cells in merged ranges and hyperlinks"),
        ):
            if claim > limit:
                raise self.archive.refused(
                    f"it claims {claim:,} {what}, and xlnn reads up to {limit:,}; build it with "
                    "fewer epochs or images, or remove what is not needed"
                )


class _Strings(NamedTuple):
    """The lengths and the checksums of a file's shared texts."""

    lengths: array
    marks: array

    @classmethod
    def of(cls, texts: Sequence[str]) -> "_Strings":
        return cls(array("i", map(len, texts)), array("I", map(checksum, texts)))


def _inspect_sheet(  # noqa: PLR0913, PLR0917 -- what is checked, and against what
    sheet: SheetSource,
    watch: Watch | None,
    formulas: FormulaGuard,
    shared: "SharedFormulas",
    strings: _Strings,
    budget: _Budget,
) -> tuple[FormulaCells, FormulaCells, Constants]:
    """Check every item of a sheet; return its formulas, parts of array formulas, and constants."""
    formula_cells, parts, typed = FormulaCells(), FormulaCells(), Constants()
    witness = watch(sheet) if watch else None
    items = sheet.items()
    while batch := list(islice(items, _BATCH)):
        filled = [item for item in batch if item[0]]
        aside = [item for item in batch if not item[0]] if len(filled) < len(batch) else []
        for item in aside:
            _check_aside(sheet, formulas, budget, item)
        if witness:
            witness(filled, aside)
        budget.cells += len(filled)
        computed = [item for item in filled if item[3] is not None]
        written = _check_formulas(sheet, formulas, computed, shared, budget)
        inside = []
        if shared.arrays:
            held, inside = filled, []
            filled = []
            for item in held:
                (inside if shared.size_at(*item[:2]) == PART else filled).append(item)
            for row, column, _, attributes, *_ in inside:
                if attributes is not None:
                    raise shared.refused_inside(row, column)
        numbers = [item for item in filled if item[3] is None and item[2] == "n" and item[5]]
        is_sound = all(
            [
                formula_cells.add(computed, written),
                parts.add(inside, []),
                typed.add_numbers(numbers),
            ]
        )
        left = [item for item in filled if item[5] and not (is_sound and item[2] == "n")]
        _check_values(sheet, left, typed, strings, budget)
    budget.check_box(sheet.title)
    return formula_cells, parts, typed


def _check_formulas(
    sheet: SheetSource,
    formulas: FormulaGuard,
    computed: Sequence[Item],
    shared: "SharedFormulas",
    budget: _Budget,
) -> list[str]:
    """Check the formulas of some cells, and return them without their "="."""
    written, length, arrays = [], 0, set()
    for number_, (row, column, _, attributes, text, *_) in enumerate(computed):
        # nearly all formulas have a text and no attributes: they need no call
        if attributes or not text:
            text = shared.written_out(row, column, attributes, text)  # noqa: PLW2901
            budget.spend(text=len(text))
            if (row, column) in shared.arrays:
                arrays.add(number_)
        else:
            length += len(text)
        written.append(text)
    for are_arrays in (False, True):
        chosen = [n for n in range(len(written)) if (n in arrays) == are_arrays]
        formulas.check(
            [written[n] for n in chosen],
            lambda index, chosen=chosen: Place(sheet.title, *computed[chosen[index]][:2]),
            arrays=are_arrays,
        )
    budget.spend(text=length)
    return written


_TEXTS = {"s", "str", "inlineStr"}
"""Types of texts."""


def _check_values(
    sheet: SheetSource,
    filled: Sequence[Item],
    typed: Constants,
    strings: _Strings,
    budget: _Budget,
) -> None:
    """Check the values of some cells, none of them empty; add the texts to the constants."""
    known = range(len(strings.marks))
    for row, column, kind, formula, _, text, _ in filled:
        value = number(text) if kind == "n" else cell_value(kind, text, known)
        if value is None:
            raise sheet.bad_value(row, column, kind, text)
        if kind == "s":
            budget.spend(text=strings.lengths[value])
        if formula is None and kind in _TEXTS:
            mark = strings.marks[value] if kind == "s" else checksum(value)
            typed.add_text(row, column, mark)


def _check_aside(sheet: SheetSource, formulas: FormulaGuard, budget: _Budget, item: Item) -> None:
    """Check an element of a sheet outside its cells."""
    _, _, _, element, rectangle, *_ = item
    budget.spend(box=area(rectangle or ""))
    for node in element.walk() if element else ():
        attributes = node.attributes
        if node.local in COMPUTED:
            formulas.check(
                [unprefixed(node.text)],
                lambda _, kind=node.local: f'{COMPUTED[kind]} of the sheet "{sheet.title}"',
            )
        elif node.local == "cfvo" and attributes.get("type") == "formula":
            formulas.check(
                [unprefixed(attributes.get("val", ""))],
                lambda _: f'a colour scale of the sheet "{sheet.title}"',
            )
        elif node.local == "sheetPr" and attributes.get("transitionEvaluation", "0") not in _FALSE:
            raise sheet.archive.refused(
                f'the sheet "{sheet.title}" computes by the rules of Lotus 1-2-3; switch that off '
                "in the options of Excel"
            )
        elif node.local in {"hyperlink", "mergeCell"}:
            # openpyxl visits each cell of these
            budget.spend(spread=area(attributes.get("ref", "")))
