"""Read a workbook of any author: its cells, what each formula reads, and who reads it.

No engine sees the file. Formulas that reach further than cells keep their stored values.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain, groupby
from math import inf
from pathlib import Path

import formualizer

from xlnn.address import address
from xlnn.auditing.tables import Tables
from xlnn.checking.references import CellRange
from xlnn.engines.cellwise import Held, Place, Sheets
from xlnn.engines.custom_functions import functions_of
from xlnn.layout import quoted
from xlnn.loading.name_substitution import Names
from xlnn.xlsx.cells import all_cells
from xlnn.xlsx.guard import FUNCTIONS
from xlnn.xlsx.package import Package, inspect
from xlnn.xlsx.sheet_stream import area as cells_of

MOST_FORMULAS = 300_000
"""Formulas that are read. Of larger workbooks the first rows of each sheet are: of a training, its
first steps."""

FEW_FORMULAS = 20_000
"""Formulas of a sheet that are read in any case."""

MOST_NAMED = 6
"""Cells that are named one by one."""

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
_REFERENCE = re.compile(r"(?<![\w.$])(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})(?![\w.(!'])", re.IGNORECASE)
_SHEET = r"(?:('(?:[^']|'')+'|[\w.]+)!)?"
_COLUMNS = re.compile(_SHEET + r"(?<![\w$])\$?([A-Z]{1,3}):\$?([A-Z]{1,3})(?![\w(])", re.IGNORECASE)
_ROWS = re.compile(_SHEET + r"(?<![\w$])\$?([0-9]{1,7}):\$?([0-9]{1,7})(?![\w(])")


class Shape:
    """What formulas have in common that are filled down or across: all but their own cells.

    Parameters
    ----------
    formula : str
    place : Place
        One of its cells.
    why_aside : str
        Why no engine may compute it; "" if one may.

    Attributes
    ----------
    functions : frozenset of str
    """

    def __init__(self, formula: str, place: Place, why_aside: str) -> None:
        tree = None if why_aside else parsed(formula)
        self.why_aside, self.functions = why_aside, frozenset(functions_of(formula))
        self._anchors: list[tuple[int, ...]] = []
        self._areas: list[tuple[str, tuple[int, ...], tuple[bool, ...]]] = []
        if tree is None:
            return
        spilt = [str(r) for call in anchors(tree) for r in call.walk_refs()]
        for reference in tree.walk_refs():
            area = area_of(reference, place[0])
            if area is not None:
                ends = [getattr(reference, end, reference) for end in ("start", "end")]
                moves = tuple(not f for end in ends for f in (end.abs_row, end.abs_col))
                corners = [n for end in ends for n in (end.row, end.col)]
                at = (*place[1:], *place[1:])
                seen = [n - a * move for n, a, move in zip(corners, at, moves, strict=True)]
                sheet = area.sheet if getattr(reference, "sheet", None) else ""
                own = self._anchors if str(reference) in spilt else self._areas
                own.append((sheet, tuple(seen), moves))
        for area in whole_lines(formula, ""):
            self._areas.append((area.sheet, area[1:], (False,) * 4))

    def areas(self, place: Place) -> Iterator[CellRange]:
        """Yield the areas that the formula of a cell names."""
        return self._moved(self._areas, place)

    def spilt(self, place: Place) -> Iterator[CellRange]:
        """Yield the first cells of what other formulas spill and this one names, as H1#."""
        return self._moved(self._anchors, place)

    @staticmethod
    def _moved(areas: Iterable[tuple], place: Place) -> Iterator[CellRange]:
        title, row, column = place[0].casefold(), place[1], place[2]
        for sheet, corners, moves in areas:
            top = corners[0] + row * moves[0]
            left = corners[1] + column * moves[1]
            bottom = corners[2] + row * moves[2]
            right = corners[3] + column * moves[3]
            if top > bottom:
                top, bottom = bottom, top
            if left > right:
                left, right = right, left
            yield CellRange(sheet or title, top, left, bottom, right)


@dataclass
class Book:
    """A workbook and the graph of its cells.

    Attributes
    ----------
    path : Path
    titles : tuple of str
    formulas : dict
        With names written out as cells; an array formula at its first cell.
    shapes : dict
        The shape of each formula: those that are filled down share one.
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
    last : dict
        The last row that was read, of each sheet that has more.
    """

    path: Path
    titles: tuple[str, ...]
    formulas: dict[Place, str] = field(default_factory=dict)
    shapes: dict[Place, Shape] = field(default_factory=dict)
    constants: dict[Place, Held] = field(default_factory=dict)
    stored: dict[Place, Held] = field(default_factory=dict)
    arrays: dict[Place, tuple[int, int]] = field(default_factory=dict)
    owner: dict[Place, Place] = field(default_factory=dict)
    named: tuple[tuple[str, str | None, str], ...] = ()
    names: dict[str, tuple[CellRange, ...]] = field(default_factory=dict)
    aside: dict[Place, str] = field(default_factory=dict)
    brings: frozenset[str] = frozenset()
    last: dict[str, int] = field(default_factory=dict)
    lambdas: frozenset[str] = frozenset()
    _known: dict[tuple, Shape] = field(default_factory=dict)

    def state(self, formulas: Mapping[Place, str]) -> None:
        """Put formulas into cells, and forget what was read of those before."""
        for place, text in formulas.items():
            self.formulas[place] = text
            self.shapes[place] = self.shape(text, place)
        self.forget()

    def take_back(self, places: Iterable[Place]) -> None:
        """Take formulas out again."""
        for place in places:
            del self.formulas[place], self.shapes[place]
        self.forget()

    def shape(self, formula: str, place: Place) -> Shape:
        """Return the shape of a formula, the same one for all that are alike."""
        seen = seen_from(formula, place)
        found = self._known.get(seen)
        if found is None:
            why = _why_aside(formula, self.lambdas)
            found = self._known[seen] = Shape(formula, place, why)
        return found

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

    def inside(self, area: CellRange) -> tuple[Place, ...]:
        """Return the filled cells of an area."""
        found = self._inside.get(area)
        if found is None:
            there = self.filled.get(area.sheet, {})
            if area[1:3] == area[3:]:
                found = (there[area[1:3]],) if area[1:3] in there else ()
            else:
                found = tuple(_within(there, *area[1:]))
            self._inside[area] = found
        return found

    @cached_property
    def _inside(self) -> dict[CellRange, tuple[Place, ...]]:
        return {}

    def formula(self, place: Place) -> str | None:
        """Return the formula that computes a cell."""
        return self.formulas.get(self.owner.get(place, place))

    def areas(self, place: Place) -> tuple[CellRange, ...]:
        """Return the areas that a cell's formula names."""
        place = self.owner.get(place, place)
        if place not in self.shapes:
            return ()
        found = self._areas.get(place)
        if found is None:
            spilt = (self._filled_from(area) for area in self.shapes[place].spilt(place))
            own = chain(self.shapes[place].areas(place), spilt)
            found = self._areas[place] = tuple(self._same.setdefault(a, a) for a in own)
        return found

    def _filled_from(self, area: CellRange) -> CellRange:
        """Return what the array formula in an area's first cell fills."""
        first = self.filled[area.sheet].get(area[1:3])
        height, width = self.arrays.get(first, (1, 1))
        return area._replace(bottom=area.top + height - 1, right=area.left + width - 1)

    @cached_property
    def _same(self) -> dict[CellRange, CellRange]:
        """Keep one area of those that are alike."""
        return {}

    @cached_property
    def _areas(self) -> dict[Place, tuple[CellRange, ...]]:
        return {}

    def reads(self, place: Place) -> tuple[Place, ...]:
        """Return the filled cells that a cell's formula names."""
        areas = self.areas(place)
        if len(areas) == 1:
            return self.inside(areas[0])
        return tuple(dict.fromkeys(chain.from_iterable(map(self.inside, areas))))

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

    @cached_property
    def order(self) -> list[Place]:
        """Return the cells with formulas, each after those that it reads, but for circles."""
        order: list[Place] = []
        seen: set[Place] = set()
        entered: set[CellRange] = set()  # many formulas name the same area

        def ahead(place: Place) -> Iterator[Place]:
            for area in self.areas(place):
                if area not in entered:
                    entered.add(area)
                    for read in self.inside(area):
                        first = self.owner.get(read, read)
                        if first in self.formulas and first not in seen:
                            yield first

        for start in self.formulas:
            left = [] if start in seen else [(start, ahead(start))]
            seen.add(start)
            while left:
                place, further = left[-1]
                following = next(further, None)
                if following is None:
                    order.append(place)
                    left.pop()
                elif following not in seen:
                    seen.add(following)
                    left.append((following, ahead(following)))
        return order

    def reach(
        self, sources: Mapping[Place, int], marks: Mapping[Place, int] | None = None
    ) -> "Reach":
        """Return which sources and marked cells each cell depends on, in one pass.

        No source is looked through, a marked cell is.
        """
        marks, owner, inside = marks or {}, self.owner, self._inside
        found: dict[Place, int] = {}
        known: dict[CellRange, int] = {}  # many formulas name the same area
        same: dict[int, int] = {}  # numbers of thousands of bits are kept once
        for place in self.order:
            bits = marks.get(place, 0)
            for area in self._areas[place]:
                own = known.get(area)
                if own is None:
                    own = 0
                    for read in inside[area]:
                        if read in sources:
                            own |= sources[read]
                        else:
                            own |= found.get(owner.get(read, read), 0) | marks.get(read, 0)
                    own = known[area] = same.setdefault(own, own)
                bits |= own
            found[place] = same.setdefault(bits, bits)
        return Reach(sources, found, owner)

    def depths(self, stops: Iterable[Place]) -> dict[Place, int]:
        """Return how many formulas lead to each cell with a formula, from where it stops."""
        found = dict.fromkeys(stops, 0)
        known: dict[CellRange, int] = {}
        for place in self.order:
            if place not in found:
                for area in self.areas(place):
                    if area not in known:
                        reads = (found.get(self.owner.get(r, r), 0) for r in self.inside(area))
                        known[area] = max(reads, default=0)
                found[place] = 1 + max((known[area] for area in self.areas(place)), default=0)
        return found

    @cached_property
    def read_cells(self) -> set[Place]:
        """Return the cells that a formula reads."""
        areas = {area for place in self.formulas for area in self.areas(place)}
        return set().union(*map(self.inside, areas))

    def is_cut(self, place: Place) -> bool:
        """Tell whether a formula names cells in rows that were not read."""
        return any(area.bottom > self.last.get(area.sheet, inf) for area in self.areas(place))

    def forget(self) -> None:
        """Forget what was read of formulas, since there are others."""
        for name in (
            *("filled", "readers", "read_cells", "order", "stepped", "_areas", "_inside"),
        ):
            self.__dict__.pop(name, None)

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
        return {p for p, shape in self.shapes.items() if shape.functions & _STEPS}

    def at(self, place: Place) -> str:
        """Write where a cell stands."""
        title = "" if len(self.titles) == 1 else f"{quoted(place[0])}!"
        return f"{title}{address(*place[1:])}"

    def shown(self, places: Iterable[Place], most: int = 10_000) -> str:
        """Write where some cells stand: rectangles as ranges, the first of many."""
        ranges = [*self._ranges(places)]
        return ", ".join(ranges[:most]) + (" …" if len(ranges) > most else "")

    def _ranges(self, places: Iterable[Place]) -> Iterator[str]:
        rows: dict[tuple[str, int], list[int]] = {}
        for title, row, column in {*places}:
            rows.setdefault((title, row), []).append(column)
        spans: dict[tuple[str, int, int], list[int]] = {}
        for title, row in sorted(rows, key=lambda at: (self.titles.index(at[0]), at[1])):
            for left, right in _runs(rows[title, row]):
                spans.setdefault((title, left, right), []).append(row)
        for (title, left, right), own in spans.items():
            for top, bottom in _runs(own):
                end = "" if (top, left) == (bottom, right) else f":{address(bottom, right)}"
                yield f"{self.at((title, top, left))}{end}"

    def pattern(self, place: Place) -> Shape | None:
        """Return the shape of a cell's formula, by which filled-down formulas are alike."""
        return self.shapes.get(self.owner.get(place, place))


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


class Dependence:
    """On which parameters each cell depends.

    Parameters
    ----------
    book : Book
    parameters : set of Place

    Attributes
    ----------
    bits : dict
        A bit for each parameter.
    cut : int
        The bit of rows that were not read.
    reach : Reach
    """

    def __init__(self, book: Book, parameters: set[Place]) -> None:
        self.book, self.parameters = book, parameters
        self.bits = {place: 1 << n for n, place in enumerate(sorted(parameters))}
        self.cut = 1 << len(parameters)
        cut = filter(book.is_cut, book.formulas if book.last else ())
        self.reach = book.reach(self.bits, dict.fromkeys(cut, self.cut))
        self.cone = lru_cache(maxsize=2_000)(lambda place: book.cone([place], parameters))

    def is_cut(self, place: Place) -> bool:
        """Tell whether a cell depends on rows that were not read."""
        return self.reach(place) >= self.cut


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last of numbers that follow each other.

    >>> list(_runs([5, 1, 2, 3]))
    [(1, 3), (5, 5)]
    """
    for _, run in groupby(enumerate(sorted(numbers)), lambda each: each[1] - each[0]):
        own = [number for _, number in run]
        yield own[0], own[-1]


def _within(
    there: Mapping[tuple[int, int], Place], top: int, left: int, bottom: int, right: int
) -> Iterator[Place]:
    """Yield those of some cells that are inside a rectangle."""
    if (bottom - top + 1) * (right - left + 1) <= 2 * len(there):
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) in there:
                    yield there[row, column]
    else:
        for (row, column), place in there.items():
            if top <= row <= bottom and left <= column <= right:
                yield place


def seen_from(formula: str, place: Place) -> tuple[str | int, ...]:
    """Return the parts of a formula, with its cells as they are seen from a cell.

    >>> seen_from("=A1*$B$2", ("S", 2, 1)) == seen_from("=A2*$B$2", ("S", 3, 1))
    True
    """
    _, row, column = place
    texts = _TEXT.findall(formula) if '"' in formula else ()
    plain = (_TEXT.sub('"', formula) if texts else formula).upper().replace(" ", "")
    parts: list[str | int] = _REFERENCE.split(plain)
    for n in range(1, len(parts), 5):
        if not parts[n]:
            parts[n + 1] = number_of(parts[n + 1]) - column
        if not parts[n + 2]:
            parts[n + 3] = int(parts[n + 3]) - row
    return *parts, *texts


@lru_cache(maxsize=20_000)
def number_of(letters: str) -> int:
    """Return the number of a column.

    >>> number_of("A"), number_of("AA")
    (1, 27)
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=20_000)
def parsed(formula: str) -> "formualizer.ASTNode | None":
    """Return a formula as a tree; None if it cannot be read."""
    try:
        return formualizer.parse(formula)
    except (formualizer.ParserError, formualizer.TokenizerError, ValueError, RecursionError):
        return None


def terms(
    node: "formualizer.ASTNode", sign: int = 1
) -> Iterator[tuple[int, "formualizer.ASTNode"]]:
    """Yield what a formula adds up, with signs."""
    operator, children = node.get_operator(), node.children()
    if operator in {"+", "-"} and node.node_type() == "BinaryOp":
        yield from terms(children[0], sign)
        yield from terms(children[1], sign if operator == "+" else -sign)
    elif operator in {"+", "-"} and node.node_type() == "UnaryOp":
        yield from terms(children[0], sign if operator == "+" else -sign)
    else:
        yield sign, node


def factors(
    node: "formualizer.ASTNode", *, is_divisor: bool = False
) -> Iterator[tuple["formualizer.ASTNode", bool]]:
    """Yield what a term multiplies, and whether it divides by it."""
    operator, children = node.get_operator(), node.children()
    if operator in {"*", "/"} and node.node_type() == "BinaryOp":
        yield from factors(children[0], is_divisor=is_divisor)
        yield from factors(children[1], is_divisor=is_divisor ^ (operator == "/"))
    else:
        yield node, is_divisor


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
    names = Names(contents)
    book = Book(path, contents.sheets, brings=contents.brings, last=_last_rows(contents))
    scopes = [(name, None, text) for name, text in contents.names.items()]
    scopes += [(name, title, text) for (title, name), text in contents.local_names.items()]
    usable = [each for each in scopes if not _why_aside(each[2], frozenset())]
    book.lambdas = frozenset(
        name.upper() for name, _, text in usable if functions_of(f"={text}") & {"LAMBDA"}
    )
    book.named = tuple(each for each in usable if each[0].upper() in book.lambdas)
    tables = None
    for title, (row, column, formula, value) in all_cells(
        path, arrays=True, notes=True, last=book.last
    ):
        place = title, row, column
        if formula is None:
            if value is not None:
                book.constants[place] = value
            continue
        plain = names.plain(formula, title)
        if "[" in plain:
            tables = tables or Tables(path)
            plain = tables.plain(plain, title, row)
        shape = book.shape(plain, place)
        if shape.why_aside:
            book.aside[place] = shape.why_aside
            book.constants[place] = value
        else:
            book.formulas[place], book.shapes[place] = plain, shape
            book.stored[place] = value
    book.last = {title.casefold(): row for title, row in book.last.items()}
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


def _last_rows(contents: Package) -> dict[str, int]:
    """Return the last row to read of each large sheet of a workbook that is too large."""
    sizes = {title: len(cells.rows) for title, cells in contents.formulas.items()}
    if sum(sizes.values()) <= MOST_FORMULAS:
        return {}
    more = {title: size - FEW_FORMULAS for title, size in sizes.items() if size > FEW_FORMULAS}
    few = sum(min(size, FEW_FORMULAS) for size in sizes.values())
    share = max(0.0, (MOST_FORMULAS - few) / sum(more.values()))
    return {
        title: int(contents.formulas[title].rows[FEW_FORMULAS + int(share * size)])
        for title, size in more.items()
    }


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
