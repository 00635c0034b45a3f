"""Read a workbook of any author: its cells, what each formula reads, and who reads it.

No engine sees the file. Formulas that reach further than cells keep their stored values.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import formualizer

from xlnn.address import address
from xlnn.auditing.tables import Tables
from xlnn.checking.references import CellRange
from xlnn.engines.cellwise import Held, Place, Sheets
from xlnn.engines.custom_functions import functions_of
from xlnn.errors import WorkbookError
from xlnn.layout import quoted
from xlnn.loading.name_substitution import Names
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.guard import FUNCTIONS
from xlnn.xlsx.package import inspect
from xlnn.xlsx.sheet_stream import area as cells_of

MOST_FORMULAS = 200_000
"""Formulas that an audit recalculates, each of them some dozen times where they lead to a cost."""

COMPUTING = frozenset(
    """
    ACOSH AGGREGATE ANCHORARRAY ARRAYTOTEXT ASIN ASINH ATAN ATAN2 ATANH AVEDEV AVERAGEA
    AVERAGEIF AVERAGEIFS BYCOL BYROW CEILING CHOOSECOLS CHOOSEROWS COLUMN COLUMNS CONCAT
    CONCATENATE CORREL COSH COUNTA COUNTBLANK COVARIANCE.P DEGREES DEVSQ DROP ERF
    ERF.PRECISE EVEN EXACT EXPAND FACT FILTER FIND FLOOR GAUSS HLOOKUP HSTACK IFNA IFS
    ISERROR ISEVEN ISNUMBER ISODD ISTEXT LAMBDA LEFT LEN LET LN LOG LOOKUP LOWER MAKEARRAY
    MAP MAXIFS MDETERM MEDIAN MINIFS MINVERSE MMULT MUNIT N NA NORM.DIST NORM.S.DIST
    NORMDIST NORMSDIST NOT ODD OR POWER PRODUCT QUOTIENT RADIANS RANK.EQ REDUCE ROUNDDOWN
    ROUNDUP ROWS SCAN SECH SEQUENCE SINGLE SINH SMALL SORT SORTBY SQRTPI STANDARDIZE STDEV
    STDEV.P STDEV.S STDEVP SUMIFS SUMX2MY2 SUMX2PY2 SWITCH T TAKE TAN TEXTJOIN TOCOL TOROW
    TRANSPOSE TRIM TRUNC UNIQUE UPPER VALUE VAR VAR.P VAR.S VARP VSTACK WRAPCOLS WRAPROWS
    XLOOKUP XMATCH XOR
    """.split()  # noqa: SIM905 -- 150 names read better as words
)
"""Functions that compute from their arguments alone, which an audit lets in besides `FUNCTIONS`.
What is volatile, or reads cells that are named nowhere, is not among them."""

_STEPS = frozenset({"ROUND", "ROUNDUP", "ROUNDDOWN", "INT", "TRUNC", "FIXED", "FLOOR", "CEILING"})
_OUTSIDE = re.compile(r"[\[\]|]|#REF!")
_TEXT = re.compile(r'"(?:[^"]|"")*"')
_PARAMETER = re.compile(r"_xlpm\.([A-Za-z_][\w.]*)\(", re.IGNORECASE)
_REFERENCE = re.compile(r"(?<![\w.$])(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})(?![\w.(!])", re.IGNORECASE)
_SHEET = r"(?:('(?:[^']|'')+'|[\w.]+)!)?"
_COLUMNS = re.compile(_SHEET + r"(?<![\w$])\$?([A-Z]{1,3}):\$?([A-Z]{1,3})(?![\w(])", re.IGNORECASE)
_ROWS = re.compile(_SHEET + r"(?<![\w$])\$?([0-9]{1,7}):\$?([0-9]{1,7})(?![\w(])")


@dataclass
class Book:
    """A workbook and the graph of its cells.

    Attributes
    ----------
    path : Path
    titles : tuple of str
    formulas : dict
        With names written out as cells; an array formula at its first cell.
    constants : dict
        What is typed in, and the stored values of formulas that no engine may compute.
    stored : dict
        The value that is stored with each formula, where there is one.
    arrays : dict
        The rows and columns that each array formula fills.
    owner : dict
        The first cell of the array formula that fills a cell.
    names : dict
        The names of single cells and of ranges: what they stand for, by name.
    aside : dict
        Cells whose stored value is taken, and why.
    brings : frozenset of str
        Such as macros, which are not run.
    """

    path: Path
    titles: tuple[str, ...]
    formulas: dict[Place, str] = field(default_factory=dict)
    constants: dict[Place, Held] = field(default_factory=dict)
    stored: dict[Place, Held] = field(default_factory=dict)
    arrays: dict[Place, tuple[int, int]] = field(default_factory=dict)
    owner: dict[Place, Place] = field(default_factory=dict)
    named: tuple[tuple[str, str | None, str], ...] = ()
    names: dict[str, tuple[CellRange, ...]] = field(default_factory=dict)
    aside: dict[Place, str] = field(default_factory=dict)
    brings: frozenset[str] = frozenset()

    @cached_property
    def lower(self) -> dict[str, str]:
        """Return the title of each sheet by itself in lower case."""
        return {title.casefold(): title for title in self.titles}

    @cached_property
    def filled(self) -> dict[str, dict[tuple[int, int], Place]]:
        """Return the cells that hold something, by sheet in lower case."""
        found: dict[str, dict[tuple[int, int], Place]] = {t.casefold(): {} for t in self.titles}
        for place in (*self.formulas, *self.constants, *self.owner):
            found[place[0].casefold()][place[1:]] = place
        return found

    def inside(self, area: CellRange) -> Iterator[Place]:
        """Yield the filled cells of an area."""
        there = self.filled.get(area.sheet, {})
        size = (area.bottom - area.top + 1) * (area.right - area.left + 1)
        if size <= 2 * len(there):
            for row in range(area.top, area.bottom + 1):
                for column in range(area.left, area.right + 1):
                    if (row, column) in there:
                        yield there[row, column]
        else:
            for (row, column), place in there.items():
                if area.top <= row <= area.bottom and area.left <= column <= area.right:
                    yield place

    def formula(self, place: Place) -> str | None:
        """Return the formula that computes a cell."""
        return self.formulas.get(self.owner.get(place, place))

    def areas(self, place: Place) -> tuple[CellRange, ...]:
        """Return the areas that a cell's formula names."""
        place = self.owner.get(place, place)
        if place not in self._areas:
            text = self.formulas.get(place)
            self._areas[place] = () if text is None else tuple(self._read(text, place[0]))
        return self._areas[place]

    @cached_property
    def _areas(self) -> dict[Place, tuple[CellRange, ...]]:
        return {}

    def reads(self, place: Place) -> tuple[Place, ...]:
        """Return the filled cells that a cell's formula names."""
        place = self.owner.get(place, place)
        if place not in self._reads:
            inside = (cell for area in self.areas(place) for cell in self.inside(area))
            self._reads[place] = tuple(dict.fromkeys(inside))
        return self._reads[place]

    @cached_property
    def _reads(self) -> dict[Place, tuple[Place, ...]]:
        return {}

    @cached_property
    def readers(self) -> dict[Place, tuple[Place, ...]]:
        """Return who reads a cell: the cells with formulas, arrays by each cell that they fill."""
        found: dict[Place, list[Place]] = {}
        filled: dict[Place, list[Place]] = {}
        for cell, first in self.owner.items():
            filled.setdefault(first, []).append(cell)
        for place in self.formulas:
            for read in self.reads(place):
                found.setdefault(read, []).extend([place, *filled.get(place, ())])
        return {place: tuple(who) for place, who in found.items()}

    def cone(self, places: Iterable[Place], stops: Iterable[Place] = ()) -> set[Place]:
        """Return some cells and all that they depend on, no further than where it stops."""
        stops = stops if isinstance(stops, set | frozenset) else set(stops)
        left, seen = list(places), set()
        while left:
            place = left.pop()
            if place in seen:
                continue
            seen.add(place)
            if place not in stops:
                left += self.reads(place)
        return seen

    def reach(
        self, sources: Mapping[Place, int], marks: Mapping[Place, int] | None = None
    ) -> "Reach":
        """Return which sources and marked cells each cell depends on, in one pass.

        No source is looked through, a marked cell is.
        """
        marks = marks or {}
        found: dict[Place, int] = {}
        for start in self.formulas:
            left = [self.owner.get(start, start)]
            while left:
                place = left[-1]
                if place in found and found[place] >= 0:
                    left.pop()
                    continue
                is_begun = place in found
                found[place] = -1  # begun: a circle of formulas ends here
                bits, more = 0, []
                for read in self.reads(place):
                    if read in sources:
                        bits |= sources[read]
                        continue
                    bits |= marks.get(read, 0)
                    first = self.owner.get(read, read)
                    if first in self.formulas:
                        bits |= max(found.get(first, 0), 0)
                        if first not in found:
                            more.append(first)
                if more and not is_begun:
                    left += more
                else:
                    found[place] = bits
                    left.pop()
        return Reach(sources, found, self.owner)

    def forget(self) -> None:
        """Forget what was read of formulas, since there are others."""
        for name in ("filled", "readers", "_areas", "_reads"):
            self.__dict__.pop(name, None)

    def _read(self, formula: str, title: str) -> Iterator[CellRange]:
        tree = parsed(formula)
        if tree is None:
            return
        for reference in tree.walk_refs():
            area = area_of(reference, title)
            if area is not None:
                yield area
        yield from whole_lines(formula, title)
        for call in anchors(tree):
            found = next(iter(call.walk_refs()), None)
            area = found and area_of(found, title)
            if area:
                first = self.filled[area.sheet].get((area.top, area.left))
                height, width = self.arrays.get(first, (1, 1)) if first else (1, 1)
                yield area._replace(bottom=area.top + height - 1, right=area.left + width - 1)

    def sheets(
        self,
        places: Iterable[Place] | None = None,
        fixed: Iterable[Place] = (),
        values: "dict[Place, Held] | None" = None,
    ) -> Sheets:
        """Return what an engine is given: all cells, or some, with the values of some of them.

        An array formula of which a cell has its value fixed is left out as a whole.
        """
        fixed, values = set(fixed), values or {}
        whole = {self.owner.get(place, place) for place in fixed}
        every = self.filled_places if places is None else places
        formulas, constants, arrays = {}, {}, {}
        for place in every:
            first = self.owner.get(place, place)
            if first in self.formulas and first not in whole:
                formulas[first] = self.formulas[first]
                if first in self.arrays:
                    arrays[first] = self.arrays[first]
            elif first in whole:
                constants[place] = values.get(place)
            else:
                constants[place] = self.constants.get(place)
        for place in fixed:
            constants[place] = values.get(place, self.constants.get(place))
        return Sheets(self.titles, formulas, constants, arrays, self.named)

    @property
    def filled_places(self) -> Iterator[Place]:
        """Yield all cells that hold something."""
        for cells in self.filled.values():
            yield from cells.values()

    @cached_property
    def stepped(self) -> set[Place]:
        """Return the formulas that round: small moves of their inputs change nothing."""
        return {p for p, text in self.formulas.items() if functions_of(text) & _STEPS}

    def at(self, place: Place) -> str:
        """Write where a cell stands."""
        title = "" if len(self.titles) == 1 else f"{quoted(place[0])}!"
        return f"{title}{address(*place[1:])}"

    def shown(self, places: Iterable[Place]) -> str:
        """Write where some cells stand: rectangles as ranges."""
        return ", ".join(self._ranges(places))

    def _ranges(self, places: Iterable[Place]) -> Iterator[str]:
        rows: dict[tuple[str, int], list[int]] = {}
        for title, row, column in sorted(
            set(places), key=lambda p: (self.titles.index(p[0]), p[1:])
        ):
            rows.setdefault((title, row), []).append(column)
        spans: dict[tuple[str, int, int], list[int]] = {}
        for (title, row), columns in rows.items():
            start = before = columns[0]
            for column in [*columns[1:], None]:
                if column is None or column != before + 1:
                    spans.setdefault((title, start, before), []).append(row)
                    start = column
                before = column
        for (title, left, right), own in spans.items():
            start = before = own[0]
            for row in [*own[1:], None]:
                if row is None or row != before + 1:
                    end = "" if (start, left) == (before, right) else f":{address(before, right)}"
                    yield f"{self.at((title, start, left))}{end}"
                    start = row
                before = row

    def pattern(self, place: Place) -> str:
        """Return a formula as seen from its cell, by which filled-down formulas are alike."""
        first = self.owner.get(place, place)
        text = self.formulas.get(first)
        return "" if text is None else seen_from(text, first)


@dataclass(frozen=True)
class Reach:
    """What each cell depends on: a number with a bit for each source."""

    sources: Mapping[Place, int]
    found: Mapping[Place, int]
    owner: Mapping[Place, Place]

    def __call__(self, place: Place) -> int:
        """Return the bits of a cell: those of a source are its own."""
        return self.sources[place] if place in self.sources else self.through(place)

    def through(self, place: Place) -> int:
        """Return the bits of what a cell's formula reads."""
        return self.found.get(self.owner.get(place, place), 0)


def seen_from(formula: str, place: Place) -> str:
    """Return a formula with its cells as they are seen from a cell.

    >>> seen_from("=A1*$B$2", ("S", 2, 1)) == seen_from("=A2*$B$2", ("S", 3, 1))
    True
    """

    def moved(found: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, digits = found.groups()
        column = number_of(letters)
        across = f"C{column}" if fixed_column else f"C[{column - place[2]}]"
        down = f"R{digits}" if fixed_row else f"R[{int(digits) - place[1]}]"
        return down + across

    parts = re.split(r'("(?:[^"]|"")*")', formula.replace(" ", ""))
    return "".join(p if p.startswith('"') else _REFERENCE.sub(moved, p.upper()) for p in parts)


def number_of(letters: str) -> int:
    """Return the number of a column.

    >>> number_of("A"), number_of("AA")
    (1, 27)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def parsed(formula: str) -> "formualizer.ASTNode | None":
    """Return a formula as a tree; None if it cannot be read."""
    try:
        return formualizer.parse(formula)
    except (formualizer.ParserError, formualizer.TokenizerError, ValueError, RecursionError):
        return None


def anchors(tree: "formualizer.ASTNode") -> Iterator["formualizer.ASTNode"]:
    """Yield the calls that name what a formula spills, which is shown as H1#."""
    if (tree.get_function_name() or "").upper().endswith("ANCHORARRAY"):
        yield tree
    for child in tree.children():
        yield from anchors(child)


MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384


def area_of(reference: object, title: str) -> CellRange | None:
    """Return the area that a reference names, a whole column or row as well; None for a name."""
    first = getattr(reference, "start", reference)
    last = getattr(reference, "end", reference)
    sheet = (getattr(reference, "sheet", None) or title).casefold()
    if first is None and last is None:
        return None
    ends = [(getattr(end, "row", None), getattr(end, "col", None)) for end in (first, last)]
    if not all(isinstance(n, int) for end in ends for n in end):
        return None
    rows, columns = zip(*ends, strict=True)
    return CellRange(sheet, min(rows), min(columns), max(rows), max(columns))


def whole_lines(formula: str, title: str) -> Iterator[CellRange]:
    """Yield whole columns and rows that a formula of a sheet names, which parsers leave open."""
    text = _TEXT.sub("", formula)
    for found in _COLUMNS.finditer(text):
        first, last = sorted(map(number_of, found.groups()[1:]))
        yield CellRange(_sheet(found[1], title), 1, first, MOST_ROWS, last)
    for found in _ROWS.finditer(text):
        first, last = sorted(map(int, found.groups()[1:]))
        yield CellRange(_sheet(found[1], title), first, 1, last, MOST_COLUMNS)


def _sheet(written: str | None, title: str) -> str:
    if written and written.startswith("'"):
        written = written[1:-1].replace("''", "'")
    return (written or title).casefold()


def read(path: Path) -> Book:
    """Read a workbook.

    Raises
    ------
    WorkbookError
        It cannot be read, or is not safe to read.
    """
    contents = inspect(path, arrays=True, local_names=True, sets_aside=True)
    if contents.formula_count > MOST_FORMULAS:
        raise WorkbookError(
            f"{path.name} holds {contents.formula_count:,} formulas, and an audit computes up to "
            f"{MOST_FORMULAS:,}: save a copy with fewer steps."
        )
    names = Names(contents)
    book = Book(path, contents.sheets, brings=contents.brings)
    scopes = [(name, None, text) for name, text in contents.names.items()]
    scopes += [(name, title, text) for (title, name), text in contents.local_names.items()]
    usable = [each for each in scopes if not _why_aside(each[2], frozenset())]
    lambdas = frozenset(
        name.upper() for name, _, text in usable if functions_of(f"={text}") & {"LAMBDA"}
    )
    book.named = tuple(each for each in usable if each[0].upper() in lambdas)
    tables = None
    for title, (row, column, formula, value) in all_cells(path, arrays=True, notes=True):
        place = title, row, column
        if formula is None:
            if value is not None:
                book.constants[place] = value
            continue
        plain = names.plain(formula, title)
        if "[" in plain:
            tables = tables or Tables(path)
            plain = tables.plain(plain, title, row)
        why = _why_aside(plain, lambdas)
        if why:
            book.aside[place] = why
            book.constants[place] = value
        else:
            book.formulas[place] = plain
            book.stored[place] = value
    _spread(book, contents.arrays)
    for name, title, text in usable:
        tree = parsed(f"={text}")
        found = (
            [area_of(each, title or contents.sheets[0]) for each in tree.walk_refs()]
            if tree
            else []
        )
        if found and all(found):
            book.names[name] = tuple(found)
    return book


def _spread(book: Book, arrays: "dict[Place, str]") -> None:
    """Give each cell that an array formula fills its owner."""
    for first, cells in arrays.items():
        if first not in book.formulas:
            continue
        size = cells_of(cells)
        last = cells.rpartition(":")[2]
        found = _REFERENCE.fullmatch(last)
        if not found or size > 1_000_000:
            continue
        height, width = int(found[4]) - first[1] + 1, number_of(found[2]) - first[2] + 1
        if height * width == 1:
            book.arrays[first] = 1, 1
            continue
        book.arrays[first] = height, width
        for row in range(height):
            for column in range(width):
                place = first[0], first[1] + row, first[2] + column
                if place != first and place not in book.formulas:
                    book.owner[place] = first
                    if place in book.constants:
                        book.stored[place] = book.constants.pop(place)


def _why_aside(formula: str, lambdas: frozenset[str]) -> str:
    """Say why no engine may compute a formula; "" if one may."""
    text = _TEXT.sub("", formula)
    if _OUTSIDE.search(text):
        return "other files or deleted cells"
    own = {name.upper() for name in _PARAMETER.findall(text)}
    for name in sorted(functions_of(formula)):
        plain = name.removeprefix("_XLPM.")
        if plain not in FUNCTIONS and plain not in COMPUTING and plain not in lambdas | own:
            return plain
    if (
        len(formula) > 8_192
        or parsed(formula if formula.startswith("=") else f"={formula}") is None
    ):
        return "what cannot be read"
    return ""
