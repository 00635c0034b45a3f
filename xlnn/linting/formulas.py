"""Check that every formula can be parsed and that its references exist.

Formulas of cells, names, validations, conditional formats and charts are checked.

Formulas of a filled-down column differ only in their row numbers. One of them is parsed to find
which of its numbers are rows; the others then are rows of a table of numbers.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isinf

import formualizer
import numpy as np

from xlnn.linting.book import LintedWorkbook, Problem, elements_named
from xlnn.linting.nodes import SheetNode
from xlnn.linting.used import Used
from xlnn.xlsx.guard import ARGUMENTS, MOST_ARGUMENTS
from xlnn.xlsx.markup import Node
from xlnn.xlsx.range_shapes import unlike
from xlnn.xlsx.sheet_stream import COLUMNS, COMPUTED, MAX_COLUMNS, MAX_ROWS, address

NUMBER = re.compile(rb"[0-9]+")
"""A number in a formula: consecutive digits, anywhere."""

_WRONG = "cannot be parsed; expected operands between operators, and brackets in pairs"
_DEEP = (
    "cannot be parsed; expected at most 72 brackets inside one another, and 256 operators in a row"
)

_LONG = (
    "exceeds the limits of Excel; expected texts of 255 characters, and numbers of 1E+308, at most"
)
_NESTED = "exceeds the limits of Excel; expected at most 64 functions inside one another"

MOST_NESTED, LONGEST_TEXT = 64, 255
"""Functions inside one another, and characters of a text in a formula, as in Excel."""

_AREA = re.compile(
    r"\$?(?P<left>[A-Z]{1,3})?\$?(?P<first>[0-9]+)?(?P<range>:\$?(?P<right>[A-Z]{1,3})?\$?(?P<last>[0-9]+)?)?",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?:'((?:[^']|'')*)'|([^'!]*))!")


Miscounted = tuple[str, int, tuple[int, int]]


@dataclass(frozen=True)
class CellReference:
    """A cell or a range in a formula.

    Attributes
    ----------
    sheet : str or None
        The sheet's title as the formula writes it; None for the formula's own sheet.
    left, right : int or None
        The columns, from 1; None where the range is whole rows.
    first, last : int or None
        Which numbers of the formula are the rows, from 0; None where it is whole columns.
    """

    sheet: str | None
    left: int | None
    right: int | None
    first: int | None
    last: int | None


@dataclass(frozen=True)
class FormulaReferences:
    """What is known about formulas that differ only in their numbers.

    Attributes
    ----------
    fault : str
        What is wrong with the whole formula; empty if nothing is.
    names : tuple of str
        Words that can only be defined names.
    miscounted : tuple of (str, int, (int, int))
        Functions with too few or too many arguments: name, number of arguments, and the fewest and
        most that Excel takes.
    references : tuple of Reference
    deciding : tuple of int
        Which numbers belong to names or titles; formulas that differ in these are read separately.
    may_pair : bool
        Whether it contains operators or functions that pair ranges.
    """

    fault: str = ""
    names: tuple[str, ...] = ()
    miscounted: tuple[Miscounted, ...] = ()
    references: tuple[CellReference, ...] = ()
    deciding: tuple[int, ...] = ()
    may_pair: bool = False


def parse_references(formula: str) -> FormulaReferences:
    """Read a formula, given without its leading "=".

    >>> parse_references("SUM(B2:B9)*Weights!$C$4").references[1]
    CellReference(sheet='Weights', left=3, right=3, first=2, last=2)
    >>> parse_references("1+*2").fault
    'cannot be parsed; expected operands between operators, and brackets in pairs'
    >>> parse_references("2*xlnn.eta").names, parse_references("ABS(1,2)").miscounted
    (('xlnn.eta',), (('ABS', 2, (1, 1)),))
    """
    equation = f"={formula}"
    try:
        formualizer.parse(equation)
        tokens = formualizer.tokenize(equation)
    except (formualizer.ParserError, formualizer.TokenizerError) as error:
        # the words of formualizer, which has no other sign for a formula beyond its limits
        is_deep = "too deep" in str(error) or "limit" in str(error)
        return FormulaReferences(_DEEP if is_deep else _WRONG)
    starts = [number.start() for number in NUMBER.finditer(equation.encode())]
    names: list[str] = []
    references: list[CellReference] = []
    deciding: set[int] = set()
    for token in tokens:
        if token.subtype == formualizer.TokenSubType.Number and "E" in token.value.upper():
            deciding.update(range(bisect_left(starts, token.start), bisect_left(starts, token.end)))
        if token.subtype != formualizer.TokenSubType.Range:
            continue
        title = _TITLE.match(token.value)
        rest = token.value[title.end() if title else 0 :]
        area = token.end - len(rest.encode())  # the offsets of tokens count bytes
        reference = _reference(rest, title and (title[1] or title[2]), bisect_left(starts, area))
        if reference is None:
            names.append(rest)
        else:
            references.append(reference)
        own_end = token.end if reference is None else area
        deciding.update(range(bisect_left(starts, token.start), bisect_left(starts, own_end)))
    return FormulaReferences(
        _beyond(tokens),
        names=tuple(names),
        miscounted=tuple(_miscounted(tokens)),
        references=tuple(references),
        deciding=tuple(sorted(deciding)),
        may_pair=bool(names) or ":" in formula or "{" in formula,
    )


def _beyond(tokens: Iterable[formualizer.Token]) -> str:
    """Return what exceeds Excel's limits although it can be parsed; empty if nothing does."""
    depth = 0
    for token in tokens:
        if token.token_type == formualizer.TokenType.Func:
            depth += 1 if token.subtype == formualizer.TokenSubType.Open else -1
        is_text = token.subtype == formualizer.TokenSubType.Text
        if is_text and len(token.value.replace('""', '"')) > LONGEST_TEXT + 2:
            return _LONG
        if token.subtype == formualizer.TokenSubType.Number and isinf(float(token.value)):
            return _LONG
        if depth > MOST_NESTED:
            return _NESTED
    return ""


def _miscounted(tokens: Iterable[formualizer.Token]) -> Iterator[Miscounted]:
    """Yield the functions with fewer or more arguments than Excel takes."""
    opened: list[tuple[str, int]] = []
    is_empty = False  # whether nothing has followed the last opening bracket
    for token in tokens:
        if token.token_type == formualizer.TokenType.Whitespace:
            continue
        if token.subtype == formualizer.TokenSubType.Open:
            opened.append((token.value.rstrip("("), 1))
        elif token.subtype == formualizer.TokenSubType.Arg and opened:
            name, count = opened[-1]
            opened[-1] = name, count + 1
        elif token.subtype == formualizer.TokenSubType.Close and opened:
            name, count = opened.pop()
            least, most = ARGUMENTS.get(name.upper(), (0, MOST_ARGUMENTS))
            count -= is_empty
            if name not in {"", "{"} and not least <= count <= most:
                yield name, count, (least, most)
        is_empty = token.subtype == formualizer.TokenSubType.Open


def _reference(text: str, title: str | None, number: int) -> CellReference | None:
    """Read a cell or a range whose first row has this index among the numbers; None for a name."""
    area = _AREA.fullmatch(text)
    if area is None:
        return None
    left, first, right, last = area["left"], area["first"], area["right"], area["last"]
    if not area["range"]:
        if not (left and first):
            return None
        right, last = left, first
        second = number
    else:
        if bool(left) != bool(right) or bool(first) != bool(last) or not (left or first):
            return None
        second = number + 1
    columns = sorted(COLUMNS[letters.upper()] for letters in (left, right) if letters)
    if left and not columns[0]:
        return None
    return CellReference(
        title.replace("''", "'") if title is not None else None,
        columns[0] if left else None,
        columns[1] if left else None,
        number if first else None,
        second if first else None,
    )


_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_BLANKS = bytes(byte if chr(byte) in "0123456789" else 32 for byte in range(256))

_SHORT = re.compile(rb"(?<!0)0{1,7}(?!0)")
"""A possible row number: with more than seven digits it is a plain number or part of a name."""

_ONE_RANGE = re.compile(
    r"(?P<sheet>(?:'(?:[^']|'')*'|[^'!,()]*)!)(?P<first>[$A-Z0-9]+):(?P<last>[$A-Z0-9]+)"
)

_MAX_READINGS = 100_000
"""Cached readings, limited so that a file of many different formulas cannot exhaust memory.
"""

Where = Callable[[int], str]
"""Returns where a formula of a batch is, by its index."""


def formula_problems(book: LintedWorkbook) -> Iterator[Problem]:
    """Check all formulas of a workbook.

    Of formulas that differ only in their row numbers, the first wrong one is reported.
    """
    formulas = _Formulas(book)
    for sheet in book.sheets:
        cells = book.contents.formulas[sheet.title]
        rows, columns, start = cells.rows, cells.columns, 0
        for batch in cells.texts():

            def where(index: int, sheet: SheetNode = sheet, start: int = start) -> str:
                place = address(int(rows[start + index]), int(columns[start + index]))  # noqa: B023 -- called at once
                return f"{sheet.title}!{place}"

            yield from formulas.problems(batch, sheet, where)
            start += len(batch)
    of_sheets = ((_of_sheet(sheet), sheet) for sheet in book.sheets)
    for beside, sheet in ((_of_names(book), None), *of_sheets, (_of_parts(book), None)):
        places = dict(enumerate(beside))
        texts = [formula for _, formula in places.values()]
        yield from formulas.problems(texts, sheet, lambda index, places=places: places[index][0])


def _of_names(book: LintedWorkbook) -> Iterator[tuple[str, str]]:
    """Yield where each defined name is, and its formula."""
    for node in elements_named(book.workbook, "definedName"):
        name = node.attributes.get("name", "")
        # Excel's own names, such as print titles, are whole rows
        if node.text.strip() and not name.startswith("_xlnm."):
            yield f'the defined name "{name}"', node.text


def _of_sheet(sheet: SheetNode) -> Iterator[tuple[str, str]]:
    """Yield the formulas of a sheet that are not in cells: where, and the formula."""
    for node in sheet.nodes:
        is_list = node.local == "formula1" and node.text.lstrip().startswith('"')
        if node.local in COMPUTED and node.text and not is_list:  # another rule checks lists
            yield f"{sheet.title}!{_range_of(node)}", node.text


def _of_parts(book: LintedWorkbook) -> Iterator[tuple[str, str]]:
    """Yield the first and last cells of the ranges that charts show."""
    for part, found in book.parts.items():
        for node in found:
            if node.local == "f" and node.text:
                yield from ((part, end) for end in _ends(node.text))


def _ends(text: str) -> list[str]:
    """Return the first and the last cell of a chart's range; empty cells between are gaps.

    >>> _ends("Drawing!$B$4:$B$9")
    ['Drawing!$B$4', 'Drawing!$B$9']
    """
    found = _ONE_RANGE.fullmatch(text.strip())
    return [f"{found['sheet']}{found[end]}" for end in ("first", "last")] if found else [text]


def _range_of(node: Node) -> str:
    """Return the range of a validation or a conditional format."""
    above = node.parent
    while above is not None and "sqref" not in above.attributes:
        above = above.parent
    return above.attributes["sqref"] if above is not None else "extLst"


class _Formulas:
    """Checks formulas; those that differ only in their numbers are read once."""

    def __init__(self, book: LintedWorkbook) -> None:
        self._book = book
        self._readings: dict[tuple[bytes, tuple[int, ...]], FormulaReferences] = {}
        self._said: set[tuple[object, ...]] = set()
        self._looked_at: set[tuple[object, ...]] = set()
        self._names = {name.casefold(): text for name, text in book.contents.names.items()}

    def problems(
        self, formulas: Sequence[str], sheet: SheetNode | None, where: Where
    ) -> Iterator[Problem]:
        """Check some formulas of one sheet, given without their leading "="."""
        if not formulas:
            return
        joined = "\0".join(formulas).encode()
        lengths: dict[bytes, int] = {}
        length = [
            lengths.setdefault(each, len(lengths))
            for each in joined.translate(_DIGITS).split(b"\0")
        ]
        shapes: dict[bytes, int] = {}
        code = np.array([shapes.setdefault(_shape(each), len(shapes)) for each in lengths])[length]
        count = np.array([len(NUMBER.findall(shape)) for shape in shapes])
        start = np.cumsum(count[code]) - count[code]
        # the last 0 is there since fromstring finds -1 in nothing but blanks; what is beyond the
        # whole numbers becomes the largest of them, which is no row either
        numbers = np.fromstring(joined.translate(_BLANKS) + b" 0", np.int64, sep=" ")
        order = np.argsort(code, kind="stable")
        members_of = np.split(order, np.flatnonzero(np.diff(code[order])) + 1)
        for (shape, number), members in zip(shapes.items(), members_of, strict=True):
            table = numbers[start[members][:, None] + np.arange(count[number])]
            group = _Group(shape, members, table, formulas, sheet, where)
            reading = self._reading(group)
            if not reading.deciding:
                yield from self._look(group, reading)
                continue
            _, which = np.unique(table[:, reading.deciding], axis=0, return_inverse=True)
            for value in range(which.max() + 1):
                part = group.only(which == value)
                yield from self._look(part, self._reading(part, reading.deciding))

    def _reading(self, group: "_Group", deciding: tuple[int, ...] = ()) -> FormulaReferences:
        key = group.shape, tuple(group.table[0, list(deciding)])
        if key not in self._readings:
            if max(len(self._readings), len(self._looked_at)) > _MAX_READINGS:
                self._readings.clear()
                self._looked_at.clear()
            self._readings[key] = parse_references(group.first)
        return self._readings[key]

    def _look(self, group: "_Group", reading: FormulaReferences) -> Iterator[Problem]:
        """Check formulas that were read as one."""
        if reading.fault:
            yield from self._say(
                group,
                0,
                "formula-syntax",
                f'"={group.first:.60}" {reading.fault}.',
            )
        for function, count, (least, most) in reading.miscounted:
            expected = f"{least}" if least == most else f"from {least} to {most}"
            yield from self._say(
                group,
                0,
                "arguments",
                f"{function:.40} has {count:,} arguments; expected {expected}.",
            )
        for name in reading.names:
            if name.casefold() not in self._book.names:
                yield from self._say(
                    group,
                    0,
                    "unknown-name",
                    f'The formula uses "{name:.60}", which is neither a cell nor a defined name.',
                )
        for index, reference in enumerate(reading.references):
            yield from self._look_at_cells(group, reference, index)
        yield from self._look_at_pairs(group, reading)

    def _look_at_pairs(self, group: "_Group", reading: FormulaReferences) -> Iterator[Problem]:
        """Look for ranges of unlike shape, once for formulas whose ranges have the same shapes."""
        if not reading.may_pair:
            return
        ranges = [each for each in reading.references if each.first != each.last]
        first, last = [each.first for each in ranges], [each.last for each in ranges]
        heights = np.abs(group.table[:, last] - group.table[:, first])
        if (heights == heights[0]).all():  # like formulas that were filled down
            heights = heights[:1]
        deciding = tuple(group.table[0, list(reading.deciding)])
        for member, row in enumerate(heights.tolist()):
            each = [0, *row]
            alike = group.shape, deciding, tuple(map(each.index, each))
            if alike in self._looked_at:
                continue
            self._looked_at.add(alike)
            if pair := unlike(f"={group.batch[group.members[member]]}", self._names):
                message = f"It pairs {pair}; expected ranges of the same shape."
                yield from self._say(group, member, "unlike-ranges", message)

    def _look_at_cells(
        self, group: "_Group", reference: CellReference, index: int
    ) -> Iterator[Problem]:
        title = reference.sheet
        sheet = group.sheet if title is None else self._book.sheet_by_title.get(title.casefold())
        if sheet is None:
            yield from self._say(
                group, 0, "reference", "A reference names no sheet of cells; one was expected."
            )
            return
        left, right = reference.left or 1, reference.right or MAX_COLUMNS
        first, last = group.rows(reference)
        have = sheet.used.have(left, right, first, last)
        if have.all():
            return
        wrong = int(np.argmin(have))
        top, bottom = int(first[wrong]), int(last[wrong])
        shown = _written(reference, top, bottom)
        yield from self._say(
            group,
            wrong,
            "reference",
            f"It refers to {sheet.title}!{shown}, and "
            f"{_missing(sheet.used, left, right, top, bottom)}; expected cells that exist.",
            index,
        )

    def _say(
        self, group: "_Group", member: int, rule: str, message: str, detail: object = None
    ) -> Iterator[Problem]:
        """Report a problem, unless a similar formula has been reported for it."""
        place = group.where(int(group.members[member]))
        title = group.sheet.title if group.sheet else place
        alike = rule, title, NUMBER.sub(b"0", group.shape), detail
        if alike not in self._said:
            self._said.add(alike)
            yield Problem(rule, place, message)


def _shape(formula: bytes) -> bytes:
    """Return what formulas that differ only in their numbers have in common.

    The formula has a 0 for each digit. Numbers and texts that may be too long keep their length.

    >>> _shape(b"A00+B$0000+C0"), _shape(b"0000000000")
    (b'A0+B$0+C0', b'0000000000')
    """
    is_short = b'"' not in formula or len(formula) <= LONGEST_TEXT
    return _SHORT.sub(b"0", formula) if is_short else formula


def _written(reference: CellReference, top: int, bottom: int) -> str:
    """Write a reference with the rows of one formula."""
    if reference.left is None:
        return f"{top}:{bottom}"
    if reference.first is None:
        left, right = (address(1, column or 1)[:-1] for column in (reference.left, reference.right))
        return f"{left}:{right}"
    first, last = address(top, reference.left), address(bottom, reference.right or 1)
    return first if first == last else f"{first}:{last}"


def _missing(used: Used, left: int, right: int, top: int, bottom: int) -> str:
    if top < 1 or bottom > MAX_ROWS:
        return f"the rows of a sheet go from 1 to {MAX_ROWS:,}"
    return f"{used.first_missing(left, right, top, bottom)} holds nothing"


@dataclass(frozen=True)
class _Group:
    """Formulas that differ only in their numbers.

    Attributes
    ----------
    shape : bytes
        The formula with each number replaced by 0.
    members : array of int, shape (formulas,)
        Their indices in the batch.
    table : array, shape (formulas, numbers)
        The numbers of each.
    batch : sequence of str
        All formulas of the batch.
    sheet : SheetNode or None
        Their sheet; None for names and charts.
    where : callable
        Returns where each formula of the batch is, in words.
    """

    shape: bytes
    members: np.ndarray
    table: np.ndarray
    batch: Sequence[str]
    sheet: SheetNode | None
    where: Where

    @property
    def first(self) -> str:
        """The first of the formulas."""
        return self.batch[self.members[0]]

    def only(self, chosen: np.ndarray) -> "_Group":
        """Return some of the formulas."""
        return replace(self, members=self.members[chosen], table=self.table[chosen])

    def rows(self, reference: CellReference) -> tuple[np.ndarray, np.ndarray]:
        """Return the first and the last row of a reference in every formula."""
        if reference.first is None or reference.last is None:
            count = len(self.members)
            return np.ones(count, int), np.full(count, MAX_ROWS)
        one, other = self.table[:, reference.first], self.table[:, reference.last]
        return np.minimum(one, other), np.maximum(one, other)
