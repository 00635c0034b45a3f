"""Decide whether a formula or a part of a workbook is safe to process.

A checked workbook uses only functions on which all engines agree, and nothing outside the file.
What is not known to be harmless is refused.

The cost of a formula is estimated from its text. Formulas that differ only in their digits have
them in the same places, so their ranges are measured together, a column of digits at a time.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from xlnn.errors import WorkbookError
from xlnn.formula import COLUMNS, MAX_COLUMNS, MAX_ROWS, Token, calls, title_of, tokens
from xlnn.grid import Place
from xlnn.xlsx.formula_groups import numbers
from xlnn.xlsx.sheet_stream import MAX_BOX, MAX_TEXT

READS, READS_A_FORMULA = 20_000_000, 5_000
"""The most cells that all formulas of a workbook may read: a base, and some per formula. With 8 x 8
pixels a formula reads 35 on average, with 28 x 28 about 600."""

MAX_EXAMPLES = 10_000
"""The most formulas compared with what an engine holds, apart from a last batch."""

MAX_SHAPES = 100_000
"""Cached shapes, limited so that a file of many different formulas cannot exhaust memory."""

MAX_PLACES = 99
"""Digits to which a number is rounded or written; a double has 17."""

_COUNTING = "ROUND", "FIXED", "REPT"
_SIGNS = [], ["+"], ["-"]

Range = tuple[int, slice, slice]
"""How many columns a range has, and where the digits of its first and last row are in a formula.
These slices are empty for whole columns."""


@lru_cache(maxsize=MAX_SHAPES)
def ranges(formula: bytes) -> tuple[Range, ...]:
    """Find the ranges of a formula.

    >>> ranges(b'TEXT(SUM(A1:B3),"hh:mm")')
    ((2, slice(10, 11, None), slice(13, 14, None)),)
    """
    text = formula.decode()

    def span(token: Token, group: str) -> slice:
        return slice(*(len(text[:at].encode()) for at in token.span(group)))

    spans = []
    for token in tokens(text):
        if token["last_row"]:
            width = _width(token["first_column"], token["last_column"])
            spans.append((width, span(token, "first_row"), span(token, "last_row")))
        elif token["from_row"]:
            spans.append((MAX_COLUMNS, span(token, "from_row"), span(token, "to_row")))
        elif token["from_column"]:
            spans.append((_width(token["from_column"], token["to_column"]), _NONE, _NONE))
    return tuple(spans)


_NONE = slice(0, 0)


def count_cells_read(formulas: Sequence[bytes], areas: Sequence[Range]) -> np.ndarray:
    """Count the cells in the ranges of formulas that differ only in their digits.

    >>> formulas = [b"SUM(A1:B3)+SUM(C$7:C$7)", b"SUM(A4:B4)+SUM(C$1:C$9)"]
    >>> count_cells_read(formulas, ranges(formulas[0]))
    array([ 7, 11])
    """
    digits = np.frombuffer(b"".join(formulas), np.uint8).reshape(len(formulas), -1)
    cells = np.zeros(len(formulas), np.int64)
    for width, top, bottom in areas:
        rows = np.abs(numbers(digits[:, bottom]) - numbers(digits[:, top])) + 1
        cells += width * (rows if top.stop > top.start else MAX_ROWS)
    return cells


def too_much(formula: str) -> str | None:
    """Return what in a formula is more than any workbook needs; None if nothing is.

    >>> too_much("ROUND(A1,2)"), too_much('FIXED(A1,3,TRUE)&REPT("a",20)')
    (None, None)
    >>> too_much("ROUND(A1,1000000000)")
    'rounds to 1000000000 places, and 99 are the most'
    >>> too_much('REPT("ab",20000)')
    'repeats a text 20000 times, and a cell holds 32,767 characters'
    """
    named = any(name in formula.upper() for name in _COUNTING)
    for function, arguments in calls(formula) if named else ():
        name, digits = function.upper(), _whole("".join(arguments[1:2]))
        if digits and name == "REPT":
            text = arguments[0].strip()
            times = digits.lstrip("0") or "0"
            is_text = [token.lastgroup for token in tokens(text)] == ["text"]
            length = max(1, len(text) - 2) if is_text else 1
            if len(times) > 5 or int(times) * length > MAX_TEXT:
                return f"repeats a text {times:.20} times, and a cell holds {MAX_TEXT:,} characters"
        # with leading zeros, since formulas that differ only in their digits are checked once
        elif digits and name in {"ROUND", "FIXED"} and len(digits) > len(str(MAX_PLACES)):
            return f"rounds to {digits:.20} places, and {MAX_PLACES} are the most"
    return None


def _whole(argument: str) -> str:
    """Return the digits of an argument that is a whole number, with a sign or without."""
    words = [token[0] for token in tokens(argument) if not token["space"]]
    digits = words.pop() if words else ""
    return digits if digits.isdecimal() and digits.isascii() and words in _SIGNS else ""


def _width(left: str, right: str) -> int:
    return abs(COLUMNS[right.upper()] - COLUMNS[left.upper()]) + 1


MOST_ARGUMENTS = 255
"""The most arguments of a function; some programs silently drop a formula with more."""

_ANY, _ONE, _TWO = (1, MOST_ARGUMENTS), (1, 1), (2, 2)

ARGUMENTS: Mapping[str, tuple[int, int]] = MappingProxyType({
    **dict.fromkeys(("FALSE", "PI", "TRUE"), (0, 0)),
    **dict.fromkeys(("ABS", "ACOS", "COS", "EXP", "INT", "ISBLANK", "LN", "LOG10", "SIGN"), _ONE),
    **dict.fromkeys(("SIN", "SQRT", "TANH"), _ONE),
    **dict.fromkeys(("AND", "AVERAGE", "COUNT", "MAX", "MIN", "SUM", "SUMPRODUCT", "SUMSQ"), _ANY),
    **dict.fromkeys(("COUNTIF", "IFERROR", "INTERCEPT", "LARGE", "MOD", "REPT"), _TWO),
    **dict.fromkeys(("ROUND", "SLOPE", "STEYX", "SUMXMY2", "TEXT"), _TWO),
    **dict.fromkeys(("IF", "MATCH", "RANK", "SUMIF"), (2, 3)),
    **dict.fromkeys(("CHOOSE", "COUNTIFS"), (2, MOST_ARGUMENTS)),
    "ADDRESS": (2, 5), "FIXED": (1, 3), "INDEX": (2, 4), "MID": (3, 3), "RIGHT": (1, 2),
    "ROW": (0, 1), "VLOOKUP": (3, 4),
})  # fmt: skip
"""How many arguments a function takes, at least and at most."""

FUNCTIONS = frozenset(ARGUMENTS)
"""The functions on which formulas, formualizer and LibreOffice agree, tried one by one. This is a
promise: a file that `inspect` accepts only uses these. LibreOffice writes TRUE() and
FALSE() where Excel writes TRUE and FALSE."""

INSTEAD: Mapping[str, str] = MappingProxyType({
    "ASIN(a)": "PI()/2-ACOS(a)",
    "ATAN(a)": "SIGN(a)*ACOS(1/SQRT(1+a^2))",
    "AVERAGEIF(x,3,y)": "SUMIF(x,3,y)/COUNTIF(x,3)",
    "CEILING(a,1)": "-INT(-a)",
    "CONCATENATE(a,b)": "a&b",
    "CORREL(x,y)": "(SUMPRODUCT(x,y)/COUNT(x)-AVERAGE(x)*AVERAGE(y))"
    "/SQRT((SUMSQ(x)/COUNT(x)-AVERAGE(x)^2)*(SUMSQ(y)/COUNT(y)-AVERAGE(y)^2))",
    "COSH(a)": "(EXP(a)+EXP(-a))/2",
    "COVARIANCE.P(x,y)": "SUMPRODUCT(x,y)/COUNT(x)-AVERAGE(x)*AVERAGE(y)",
    "DEGREES(a)": "a*180/PI()",
    "DEVSQ(x)": "SUMSQ(x)-SUM(x)^2/COUNT(x)",
    "FLOOR(a,1)": "INT(a)",
    "FORECAST(a,y,x)": "INTERCEPT(y,x)+SLOPE(y,x)*a",
    "LEFT(a,2)": "MID(a,1,2)",
    "LOG(a,b)": "LN(a)/LN(b)",
    "MEDIAN(x)": "(LARGE(x,INT((COUNT(x)+1)/2))+LARGE(x,INT(COUNT(x)/2)+1))/2",
    "NOT(a)": "IF(a,FALSE,TRUE)",
    "OR(a>1,b>1)": "IF(a>1,TRUE,b>1)",
    "POWER(a,b)": "a^b",
    "RADIANS(a)": "a*PI()/180",
    "SINH(a)": "(EXP(a)-EXP(-a))/2",
    "SMALL(x,2)": "LARGE(x,COUNT(x)-1)",
    "STANDARDIZE(a,b,2)": "(a-b)/2",
    "STDEV(x)": "SQRT((SUMSQ(x)-SUM(x)^2/COUNT(x))/(COUNT(x)-1))",
    "STDEV.P(x)": "SQRT(SUMSQ(x)/COUNT(x)-AVERAGE(x)^2)",
    "STDEV.S(x)": "SQRT((SUMSQ(x)-SUM(x)^2/COUNT(x))/(COUNT(x)-1))",
    "SUMX2MY2(x,y)": "SUMSQ(x)-SUMSQ(y)",
    "SUMX2PY2(x,y)": "SUMSQ(x)+SUMSQ(y)",
    "TAN(a)": "SIN(a)/COS(a)",
    "TRUNC(a)": "SIGN(a)*INT(ABS(a))",
    "VAR(x)": "(SUMSQ(x)-SUM(x)^2/COUNT(x))/(COUNT(x)-1)",
    "VAR.P(x)": "SUMSQ(x)/COUNT(x)-AVERAGE(x)^2",
    "VAR.S(x)": "(SUMSQ(x)-SUM(x)^2/COUNT(x))/(COUNT(x)-1)",
    **dict.fromkeys(("HLOOKUP", "LOOKUP", "XLOOKUP"), "INDEX(…,MATCH(…))"),
    **dict.fromkeys(("IFS", "SWITCH"), "IF in IF, or CHOOSE"),
    **dict.fromkeys(("INDIRECT", "OFFSET"), "INDEX of the whole range"),
    **dict.fromkeys(("LAMBDA", "LET", "MAP", "REDUCE", "SCAN"), "a quantity for each step"),
    **dict.fromkeys(("MDETERM", "MINVERSE"), "the steps of the elimination, each a quantity"),
    "MMULT": "SUMPRODUCT of a row and a column in each cell",
    **dict.fromkeys(("NORM.INV", "RAND", "RANDBETWEEN"), "numbers drawn in Python, as an input"),
    "PRODUCT": "a*b*…, or EXP of the sum of a quantity of logarithms",
    **dict.fromkeys(("AVERAGEIFS", "SUMIFS"), "SUMPRODUCT((…=…)*(…=…)*…)"),
    "TRANSPOSE": "a quantity of the other shape, with W[i, j] in its cell (j, i)",
})  # fmt: skip
"""What to write in place of some other functions: a formula of the same value, or words.
x and y are ranges, a and b are cells."""


OTHERWISE = "write the formula without it"


def instead_of(function: str) -> str:
    """Say what to write in place of a function; empty if it is not in the table.

    >>> instead_of("DEVSQ"), instead_of("WEBSERVICE")
    ('in place of DEVSQ(x) write SUMSQ(x)-SUM(x)^2/COUNT(x)', '')
    """
    call = next((call for call in INSTEAD if call.partition("(")[0] == function.upper()), "")
    return f"in place of {call} write {INSTEAD[call]}" if call else ""


OF_MATRICES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"COLUMN": (0, 1), "MMULT": (2, 2), "TRANSPOSE": (1, 1)}
)
"""Functions that only array formulas may call besides, and how many arguments they take.
formualizer, which computes no array formulas, lacks them."""

MAX_FORMULA = 8_192
"""Characters of a formula, as in Excel."""

BUILT_IN = "_xlnm."
"""The beginning of Excel's own names with a different range on each sheet, such as print areas,
which no formula uses."""

_ERRORS = {"#N/A", "#DIV/0!", "#NUM!", "#VALUE!", "#NAME?", "#NULL!"}
_WORDS = {"reference", "number", "name"}
_KINDS = _WORDS | {"text", "call", "separator", "open", "close"}
"""Kinds of tokens that any checked formula may contain, some with exceptions."""

_REPEATS = "REPT("  # the count depends on its digits
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_TEXT_DIGITS = str.maketrans("123456789", "000000000")
_NUMBERED = [name for name in sorted(FUNCTIONS) if not name.isalpha()]

_OUTSIDE = (
    *("WEBSERVICE", "RTD", "DDE", "CALL", "REGISTER", "EXEC", "EVALUATE", "SQL", "CUBE", "IMAGE"),
    *("FILTERXML", "STOCKHISTORY", "HYPERLINK", "INDIRECT", "IMPORT", "PY", "COPILOT", "TRANSLATE"),
)
"""Beginnings of functions that reach a network, a program, or cells not named in the formula."""

FORBIDDEN = {
    "sheet.binary": "a binary workbook (.xlsb)",  # before macros, since its type mentions them too
    "vbaproject": "macros (VBA)",
    "macrosheet": "a sheet of macros of Excel 4",
    "macro": "macros, or is of a kind that may hold them",
    "dialogsheet": "a dialog sheet of Excel 5",
    "attachedtoolbars": "toolbars",
    "customui": "a changed ribbon",
    "externallink": "links to other workbooks",
    "ddelink": "a DDE link",
    "oleobject": "an embedded object (OLE)",
    "/embeddings/": "an embedded object",
    "relationships/package": "an embedded file",
    "activex": "an ActiveX control",
    "ctrlprop": "a form control",
    "/control": "a control",
    "controlproperties": "a form control",
    "connections": "connections to external data",
    "querytable": "a query of external data",
    "webextension": "a web extension",
    "powerpivot": "a data model",
    "/model/": "a data model",
}
"""What a part's name, content type or relationship may not contain, and what it means."""


OTHER_SHEETS = frozenset(FORBIDDEN[key] for key in ("sheet.binary", "macrosheet", "dialogsheet"))
"""Sheets that xlnn cannot read, whatever else it accepts."""

MACROS = frozenset(
    FORBIDDEN[key]
    for key in (
        "vbaproject",
        "macro",
        "attachedtoolbars",
        "customui",
        "activex",
        "ctrlprop",
        "/control",
    )
)
"""What a workbook with macros (.xlsm) holds: the macros, and the controls that start them."""


def forbidden(text: str) -> str | None:
    """Return the forbidden thing that a part's name or type stands for; None if there is none."""
    text = text.casefold()
    return next((meaning for word, meaning in FORBIDDEN.items() if word in text), None)


class _OtherFunctionError(Exception):
    """A formula calls a function that is not on the list, or refers to deleted cells.

    Its arguments are the refusal, and the name of the function or of the error.
    """


def _leads_outside(name: str) -> bool:
    """Return whether a function reaches beyond cells, so that it is always refused."""
    plain = name.upper()
    plain = (plain.startswith("_XL") and plain.partition(".")[2]) or plain
    return plain.startswith(_OUTSIDE) or not name.isascii()


@lru_cache(maxsize=1)
def _harmless_beside(titles: frozenset[str], names: frozenset[str]) -> set[bytes]:  # noqa: ARG001 -- what decides, besides the formula
    """Return the shapes found harmless so far in files with these titles and names.

    The files of a class have the same, so that most of their formulas are checked once.
    """
    return set()


class FormulaGuard:
    """Checks formulas; those that differ only in their digits are checked once."""

    def __init__(  # noqa: PLR0913 -- what is allowed
        self,
        titles: Iterable[str],
        refused: Callable[[str], WorkbookError],
        ambiguous: Mapping[str, str] = MappingProxyType({}),
        may_be_left_out: Callable[[Place | str], bool] = lambda _: False,
        names: Iterable[str] = (),
        *,
        spares: bool = False,
    ) -> None:
        self._spares = spares
        self.refused_cells: set[Place | str] = set()
        """The places of refused formulas, if the file is not refused because of them (`spares`)."""
        self.left_out: dict[Place | str, str] = {}
        """The functions because of which no engine may see a formula, by its cell."""
        self._may_be_left_out = may_be_left_out
        self.named: set[Place | str] = set()
        """Where defined names are used."""
        self._ambiguous = ambiguous  # names that no formula may use (in lower case), and why
        self._names = frozenset(map(str.casefold, names))
        self._like_names = {name.translate(_TEXT_DIGITS) for name in self._names}
        self._titles = {title.casefold() for title in titles}
        self._refused = refused
        self._harmless = _harmless_beside(frozenset(self._titles), self._names)
        self._count = self._reads = 0  # formulas, and the cells that they read
        self._most: tuple[int, Place | str] = (0, "")
        self.examples: dict[Place, str] = {}
        """Formulas by their cells: of those that differ only in digits, the first."""
        self._shown: set[bytes] = set()

    def check(
        self,
        formulas: Sequence[str],
        place: Callable[[int], Place | str],
        *,
        arrays: bool = False,
    ) -> None:
        """Refuse the first formula that may not be computed.

        Parameters
        ----------
        formulas : sequence of str
            Formulas without their leading "=".
        place : callable
            Returns where the formula with this index is: its cell, or words for a message.
        arrays : bool
            Whether they are array formulas.
        """
        if not formulas:
            return
        # NUL cannot occur in XML, so the formulas can be joined and processed in C at once
        joined = "\0".join(formulas).encode()
        for code, name in enumerate(_NUMBERED, start=1):
            joined = joined.replace(f"{name}(".encode(), bytes([code]) + b"(")
        texts, shapes = joined.split(b"\0"), joined.translate(_DIGITS).split(b"\0")
        if arrays:  # the same text may be refused in a single cell
            texts, shapes = ([b"{" + text for text in group] for group in (texts, shapes))
        unknown = set(shapes) - self._harmless
        if unknown:
            known = FUNCTIONS.union(OF_MATRICES) if arrays else FUNCTIONS
            for index, shape in enumerate(shapes):
                if shape in unknown and not self._is_left_out(formulas[index], place(index), known):
                    unknown.discard(shape)
                    self._harmless.add(shape)
        self._count_reads(texts, shapes, place)
        self._show(formulas, shapes, place)
        if len(self._harmless) > MAX_SHAPES:
            self._harmless.clear()

    def _show(
        self, formulas: Sequence[str], shapes: Sequence[bytes], place: Callable[[int], Place | str]
    ) -> None:
        """Keep the first formula of each shape."""
        new = set(shapes) - self._shown
        if new and len(self._shown) < MAX_EXAMPLES:
            self._shown |= new
            for index, shape in enumerate(shapes):
                if shape in new and isinstance(cell := place(index), Place):
                    new.discard(shape)
                    self.examples[cell] = formulas[index]

    def _count_reads(
        self, texts: Sequence[bytes], shapes: Sequence[bytes], place: Callable[[int], Place | str]
    ) -> None:
        """Add up the cells that formulas read."""
        self._count += len(texts)
        alike = defaultdict(list)
        for index, shape in enumerate(shapes):
            alike[shape].append(index)
        for shape, indices in alike.items():
            if areas := ranges(shape):
                cells = count_cells_read([texts[index] for index in indices], areas)
                self._reads += int(cells.sum())
                most = int(cells.argmax())
                if cells[most] > self._most[0]:
                    self._most = int(cells[most]), place(indices[most])

    def check_reads(self) -> None:
        """Refuse formulas that together read more cells than that many formulas need."""
        limit = READS + READS_A_FORMULA * self._count
        if self._reads > limit:
            cells, place = self._most
            raise self._refused(
                f"its formulas read {self._reads:,} cells, {cells:,} of them in {place}, but so "
                f"many formulas may read only {limit:,}; refer only to cells that are in use"
            )

    def _is_left_out(self, formula: str, place: Place | str, functions: frozenset[str]) -> bool:
        """Check a formula; return whether the result depends on its digits or its place."""
        try:
            return self._check(formula, place, functions)
        except _OtherFunctionError as error:
            refused, name = error.args
            if not _leads_outside(name) and self._may_be_left_out(place):
                self.left_out[place] = name
                return True
            if not self._spares:
                raise refused from None
        except WorkbookError:
            if not self._spares:
                raise
        self.refused_cells.add(place)
        return True

    def _check(self, formula: str, place: Place | str, functions: frozenset[str]) -> bool:
        """Refuse a formula that may not be computed; return whether that depends on its digits."""
        self._check_amount(formula, place)
        digits_decide = _REPEATS in formula.upper()
        word = corner = ""
        for token in tokens(formula):
            if token["space"]:
                continue
            if token["sheet"]:
                self._check_sheet(title_of(token["sheet"]), place)
                digits_decide |= _has_digit(token["sheet"])
            if not _may_be_shown(token):
                raise self._stranger(token, place)
            if token["call"]:
                self._check_function(token["function"], place, functions)
                digits_decide |= _has_digit(token["function"]) and token[0][:-1] not in _NUMBERED
            if token.lastgroup in _WORDS:
                for last in token[token.lastgroup].split(":"):
                    digits_decide |= self._check_name(last, place)
                    if corner:
                        digits_decide |= self._check_range(corner, last, place)
                    word = corner = last
            elif token[0] != ":":
                word = ""  # INDEX(…) as a range's end: engines bound it
            corner = word if token[0] == ":" else ""
        return digits_decide

    def _check_amount(self, formula: str, place: Place | str) -> None:
        if len(formula) >= MAX_FORMULA:
            raise self._refused(
                f"{place} holds a formula of {len(formula) + 1:,} characters, and Excel allows "
                f"{MAX_FORMULA:,}; split it over several cells"
            )
        if excess := too_much(formula):
            raise self._refused(f"{place} {excess}; correct the formula")

    def _check_function(self, name: str, place: Place | str, functions: frozenset[str]) -> None:
        if name.upper() not in functions or not name.isascii():
            refused = self._refused(
                f"{place} calls {name:.40}, which is not one of the {len(functions)} functions "
                f"that all engines compute alike; {instead_of(name) or OTHERWISE}"
            )
            raise _OtherFunctionError(refused, name)

    def _check_sheet(self, title: str, place: Place | str) -> None:
        if "[" in title:
            raise self._refused(_external(place))
        if title.casefold() not in self._titles:
            raise self._refused(
                f'{place} refers to a sheet "{title:.40}", which is not in this workbook; correct '
                "the formula or restore the sheet"
            )

    def _check_name(self, word: str, place: Place | str) -> bool:
        """Refuse an ambiguous name; return whether it, or one like it, is defined."""
        plain = word.replace("$", "").casefold()
        why = "is Excel's own" if plain.startswith(BUILT_IN) else self._ambiguous.get(plain)
        if why:
            raise self._refused(
                f'{place} uses the name "{word:.40}", which {why}; write the cells in its place'
            )
        if plain in self._names:
            self.named.add(place)
        return plain.translate(_TEXT_DIGITS) in self._like_names

    def _check_range(self, first: str, last: str, place: Place | str) -> bool:
        """Refuse a range that no engine can hold; return whether that depends on its digits."""
        ends = [_letters_and_digits(corner) for corner in (first, last)]
        if None in ends:
            return False  # a name, or a number that is no row
        # without a column or row, the range has all of them
        (left, top), (right, bottom) = ends
        columns = COLUMNS[left or "A"], COLUMNS[right or "XFD"]
        rows = int(top[:8] or 1), int(bottom[:8] or MAX_ROWS)
        longest = max(len(digits or "1" * 7) for _, digits in ends)
        width = abs(columns[1] - columns[0]) + 1
        cells = width * (abs(rows[1] - rows[0]) + 1)
        if cells > MAX_BOX:
            raise self._refused(
                f"{place} refers to {first:.20}:{last:.20}, {cells:,} cells, and xlnn computes "
                f"ranges of up to {MAX_BOX:,}; refer only to cells that are in use"
            )
        return width * min(10**longest, MAX_ROWS) > MAX_BOX or longest > len(str(MAX_ROWS))

    def _stranger(self, token: Token, place: Place | str) -> WorkbookError:
        """Return the error for a token that no checked formula may contain."""
        rest = token.string[token.start(token.lastgroup) :]
        if rest.startswith("#REF!"):
            raise _OtherFunctionError(
                self._refused(
                    f"{place} refers to cells that were deleted (#REF!); correct the formula"
                ),
                "#REF!",
            )
        if rest[0] == "|":
            return self._refused(
                f"{place} asks another program for data (DDE); remove the formula, and do not open "
                "the file in Excel unless you know its author"
            )
        if token["table"] or rest[0] in "[]":
            return self._refused(_external(place))
        return self._refused(
            f'{place} holds a formula with "{rest:.20}", which a checked workbook may not contain; '
            "write it with functions, operators and references alone"
        )


def _external(place: Place | str) -> str:
    return (
        f"{place} refers to another workbook or to a table, in square brackets; copy the values "
        "into this workbook and refer to their cells"
    )


def _may_be_shown(token: Token) -> bool:
    """Return whether a checked formula may contain a token."""
    text = token[0]
    match token.lastgroup:
        case "error":
            return text in _ERRORS
        case "operator":
            return text not in {"@", "#"}
        case "name":
            return not {"\\", "?"} & {*text}
        case kind:
            return kind in _KINDS


def _letters_and_digits(corner: str) -> tuple[str, str] | None:
    """Return the column and the row of a corner; either may be empty. None for a name."""
    plain = corner.replace("$", "")
    letters = plain.rstrip("0123456789")
    is_column = letters.isascii() and (letters.isalpha() or not letters) and len(letters) <= 3
    return (letters.upper(), plain[len(letters) :]) if is_column else None


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
