"""Check that every formula can be parsed and that its references exist.

Formulas of cells, names, validations, conditional formats and charts are checked.

Formulas of a filled-down column differ only in their row numbers: one of them is parsed, and the
cells that all of them read are looked up at once (`xlnn.xlsx.formula_groups`).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from math import isinf

import formualizer
import numpy as np

from xlnn.formula import MAX_COLUMNS, MAX_ROWS, calls, tokens
from xlnn.linting.book import LintedWorkbook, Problem, elements_named
from xlnn.linting.nodes import SheetNode
from xlnn.xlsx.forms import INTERSECTED, UNLIKE, misread
from xlnn.xlsx.formula_groups import Batch, FormulaGroup, Slot, batches, grouped, split
from xlnn.xlsx.guard import ARGUMENTS, MAX_SHAPES, MOST_ARGUMENTS, OF_MATRICES
from xlnn.xlsx.markup import Node
from xlnn.xlsx.name_substitution import Names
from xlnn.xlsx.range_shapes import at_a1
from xlnn.xlsx.sheet_stream import COMPUTED, address

RULES = {
    "formula-syntax": "A formula can be parsed, within the limits of Excel and the engines.",
    "arguments": "A function has as many arguments as Excel takes, 255 at most.",
    "unlike-ranges": "Ranges that a function or an operation pairs have shapes that fit.",
    "read-differently": "A formula has no form that programs compute differently.",
    "unknown-name": "A word in a formula is a cell or a defined name.",
    "reference": "Every cell that a formula, a name or a chart refers to exists.",
}
"""The rules that the formulas of a workbook without problems follow."""

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

_NUMBER = re.compile("[0-9]+")
_TAKEN = {**ARGUMENTS, **OF_MATRICES}

Miscounted = tuple[str, int, tuple[int, int]]
"""A function with too few or too many arguments: its name, how many it has, and the fewest and the
most that Excel takes."""

Fault = tuple[int, str, str, int | None]
"""A problem: which formula of a group has it, its rule, its message, and which reference."""

Where = Callable[[int, int], str]
"""Returns where a formula is, by its row and column."""


@lru_cache(maxsize=MAX_SHAPES)
def faults(formula: str) -> tuple[str, tuple[Miscounted, ...]]:
    """Return what is wrong with a formula whatever its cells hold: in words, and its functions.

    >>> faults("=1+*2")[0]
    'cannot be parsed; expected operands between operators, and brackets in pairs'
    >>> faults("=ABS(1,2)")
    ('', (('ABS', 2, (1, 1)),))
    """
    try:
        formualizer.parse(formula)
    except (formualizer.ParserError, formualizer.TokenizerError) as error:
        # the words of formualizer, which has no other sign for a formula beyond its limits
        is_deep = "too deep" in str(error) or "limit" in str(error)
        return (_DEEP if is_deep else _WRONG), ()
    return _beyond(formula), (*_miscounted(formula),)


def _beyond(formula: str) -> str:
    """Return what exceeds Excel's limits although it can be parsed; empty if nothing does."""
    opened: list[bool] = []  # whether the brackets that are open are those of functions
    for token in tokens(formula):
        if token["call"] or token["open"]:
            opened.append(token["call"] is not None)
        elif token["close"]:
            opened.pop()
        if sum(opened) > MOST_NESTED:
            return _NESTED
        if token["text"] and len(token["text"].replace('""', '"')) > LONGEST_TEXT + 2:
            return _LONG
        if token["number"] and isinf(float(token["number"])):
            return _LONG
    return ""


def _miscounted(formula: str) -> Iterator[Miscounted]:
    """Yield the functions with fewer or more arguments than Excel takes."""
    for name, arguments in calls(formula):
        count = len(arguments) if arguments[1:] or arguments[0].strip() else 0
        least, most = _TAKEN.get(name.upper(), (0, MOST_ARGUMENTS))
        if name and not least <= count <= most:
            yield name, count, (least, most)


def formula_problems(
    book: LintedWorkbook, patterns: Iterable[tuple[str, str]] | None = None
) -> Iterator[Problem]:
    """Check all formulas of a workbook.

    Of formulas that differ only in their row numbers, the first wrong one is reported.

    Parameters
    ----------
    book : LintedWorkbook
    patterns : iterable of (str, str)
        Cells and formulas. If given, only these are read: all others differ from them only in
        their cells, which exist.
    """
    formulas = _Formulas(book)
    for place, formula in patterns or ():
        faults = [*_beyond_limits(formula)] or _misread(formula)
        yield from (Problem(rule, place, message) for rule, message in faults)
    for sheet in book.sheets if patterns is None else ():

        def where(row: int, column: int, sheet: SheetNode = sheet) -> str:
            return f"{sheet.title}!{address(row, column)}"

        yield from formulas.problems(book.contents.batches(sheet.title), sheet, where)
    of_sheets = ((_of_sheet(sheet), sheet) for sheet in book.sheets)
    for beside, sheet in ((_of_names(book), None), *of_sheets, (_of_parts(book), None)):
        places = list(beside)
        texts = ((n, 0, f"={text}") for n, (_, text) in enumerate(places))
        yield from formulas.problems(
            batches(texts), sheet, lambda n, _, places=places: places[n][0]
        )


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
    for part, nodes in book.parts.items():
        for node in nodes:
            if node.local == "f" and node.text:
                yield from ((part, end) for end in _ends(node.text))


def _ends(text: str) -> list[str]:
    """Return the first and the last cell of a chart's range; empty cells between are gaps.

    >>> _ends("Drawing!$B$4:$B$9")
    ['Drawing!$B$4', 'Drawing!$B$9']
    """
    ends = tokens(text.strip())
    if len(ends) != 1 or not ends[0]["sheet"] or ":" not in (ends[0]["reference"] or ""):
        return [text]
    return [f"{ends[0]['sheet']}{end}" for end in ends[0]["reference"].split(":")]


def _range_of(node: Node) -> str:
    """Return the range of a validation or a conditional format."""
    above = node.parent
    while above is not None and "sqref" not in above.attributes:
        above = above.parent
    return above.attributes["sqref"] if above is not None else "extLst"


class _Formulas:
    """Checks formulas; those that differ only in their numbers are parsed once."""

    def __init__(self, book: LintedWorkbook) -> None:
        self._book = book
        self._titles = [sheet.title for sheet in book.sheets]
        self._said: set[tuple[object, ...]] = set()
        self._with_arrays = {title for title, *_ in book.contents.arrays}
        self._names = Names(book.contents.defined, book.contents.sheets)

    def problems(
        self, formulas: Iterable[Batch], sheet: SheetNode | None, where: Where
    ) -> Iterator[Problem]:
        """Check some formulas of one sheet, or of none."""
        number = self._titles.index(sheet.title) if sheet else -1
        for batch in formulas:
            groups = [*grouped(self._titles, number, [batch])]
            reads = [group.reads(MAX_ROWS) for group in groups]
            judged = zip(groups, reads, self._whole(groups, reads), strict=True)
            for group, (first, last), is_whole in judged:
                shape = _NUMBER.sub("0", group.formula)
                faults = self._faults(group, first, last, is_whole=is_whole)
                for member, rule, message, detail in faults:
                    place = where(*group.table()[member, :2].tolist())
                    alike = rule, number if sheet else place, shape, detail
                    if alike not in self._said:
                        self._said.add(alike)
                        yield Problem(rule, place, message)

    def _whole(
        self, groups: Sequence[FormulaGroup], reads: Sequence[tuple[np.ndarray, np.ndarray]]
    ) -> list[bool]:
        """Return for each group whether all cells in the area that it reads exist."""
        whole = [True] * len(groups)
        boxes: dict[int, list[tuple[int, ...]]] = defaultdict(list)
        for number, (group, (first, last)) in enumerate(zip(groups, reads, strict=True)):
            ends = zip(first.min(axis=0).tolist(), last.max(axis=0).tolist(), strict=True)
            for slot, rows in zip(group.slots, ends, strict=True):
                boxes[slot.sheet].append((*slot.columns, *rows, number))
        for sheet, ranges in boxes.items():
            *corners, numbers = np.transpose(ranges)
            for number in numbers[~self._book.sheets[sheet].used.have(*corners)].tolist():
                whole[number] = False
        return whole

    def _faults(
        self, group: FormulaGroup, first: np.ndarray, last: np.ndarray, *, is_whole: bool
    ) -> Iterator[Fault]:
        """Check formulas that were read as one, from the first to the last row in each slot."""
        for rule, message in _beyond_limits(group.formula):
            yield 0, rule, message, None
            if rule == "formula-syntax":
                return
        names = [word.rpartition("!")[2] for word in group.words]
        unknown = [name for name in names if name.casefold() not in self._book.names]
        for name in unknown:
            message = f'uses "{name:.60}", which is neither a cell nor a defined name'
            yield 0, "unknown-name", f"The formula {message}.", None
        if group.is_lost:
            message = "A reference names no sheet of cells; one was expected."
            yield 0, "reference", message, None
        for index, slot in enumerate(() if is_whole else group.slots):
            rows = first[:, index], last[:, index]
            have = self._have(slot, *rows)
            if not have.all():
                wrong = int(np.argmin(have))
                ends = (int(end[wrong]) for end in rows)
                message = _missing(self._book.sheets[slot.sheet], slot, *ends)
                yield wrong, "reference", message, index
        if not unknown:  # the form of a formula with unknown names is unknown, too
            yield from self._forms(group, last - first)

    def _have(self, slot: Slot, top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
        """Return whether the cells of these rows exist, or between matrices the corners."""
        sheet, (left, right) = self._book.sheets[slot.sheet], slot.columns
        if sheet.title in self._with_arrays:
            has_first = sheet.used.have(left, left, top, top)
            return has_first & sheet.used.have(right, right, bottom, bottom)
        return sheet.used.have(left, right, top, bottom)

    def _forms(self, group: FormulaGroup, heights: np.ndarray) -> Iterator[Fault]:
        """Look for forms that programs compute differently.

        One formula is read of those whose ranges have the same heights. Formulas outside sheets,
        such as those of names, are only checked for unlike ranges; array formulas are not checked,
        since programs agree on them.
        """
        title = self._titles[group.sheet] if group.sheet >= 0 else ""
        if (title, *group.table()[0, :2].tolist()) in self._book.contents.arrays:
            return
        for member in sorted(int(members[0]) for members in split(heights)):
            formula = group.at(member)
            plain = self._names.plain(formula, title) if group.words else formula
            for rule, message in _misread(plain, shown=formula):
                if title or rule == "unlike-ranges":
                    yield member, rule, message, None


def _beyond_limits(formula: str) -> Iterator[tuple[str, str]]:
    """Yield the rules that a formula breaks whatever its cells hold, and messages."""
    fault, miscounted = faults(formula if '"' in formula else at_a1(formula))
    if fault:
        yield "formula-syntax", f'"{formula:.61}" {fault}.'
    for function, count, (least, most) in miscounted:
        expected = f"{least}" if least == most else f"from {least} to {most}"
        yield "arguments", f"{function:.40} has {count:,} arguments; expected {expected}."


def _misread(formula: str, shown: str = "") -> Iterator[tuple[str, str]]:
    """Yield the rule and the message if programs compute a formula differently."""
    misreading = misread(formula)
    if misreading is None or misreading.form is INTERSECTED:
        return
    if misreading.form is UNLIKE:
        message = f"It pairs {misreading.words[0]}; expected ranges of the same shape."
        yield "unlike-ranges", message
    else:
        yield "read-differently", f'In "{shown or formula:.61}", {misreading}.'


def _missing(sheet: SheetNode, slot: Slot, top: int, bottom: int) -> str:
    """Say which cell of a reference does not exist."""
    left, right = slot.columns
    shown = f"{address(top, left)}:{address(bottom, right)}"
    if (left, right) == (1, MAX_COLUMNS):
        shown = f"{top}:{bottom}"
    elif (top, bottom) == (1, MAX_ROWS):
        shown = ":".join(address(1, column)[:-1] for column in slot.columns)
    elif (top, left) == (bottom, right):
        shown = address(top, left)
    why = f"the rows of a sheet go from 1 to {MAX_ROWS:,}"
    if top >= 1 and bottom <= MAX_ROWS:
        why = f"{sheet.used.first_missing(left, right, top, bottom)} holds nothing"
    return f"It refers to {sheet.title}!{shown}, and {why}; expected cells that exist."
