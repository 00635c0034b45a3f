"""Read formulas: their tokens with positions, and their trees.

All that reads a formula stands on this module. Any text has tokens: what no formula can contain is
`stray`, and what a caller refuses is the caller's own judgement on the tokens. Only a formula that
programs can read has a tree.
"""

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

from openpyxl.utils.cell import get_column_letter

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""The size of a sheet."""

MOST_NESTED, MOST_HIGH = 72, 256
"""The most brackets and signs inside one another, and the most levels of a tree, as in formualizer,
which also counts operators that bind ever more tightly. The recursion of Python allows these."""

_COLUMN, _ROW = r"\$?(?P<{0}_column>[A-Za-z]{{1,3}})", r"\$?(?P<{0}_row>[0-9]{{1,7}})"
_CELL = _COLUMN + _ROW

_TOKEN = re.compile(
    rf"""
      (?P<text>"(?:[^"]|"")*+")
    | (?=[^-+*/^&=<>%:@,;(){{}}\s"])  # what no sign begins is tried as a word
      (?P<sheet>(?:'(?:[^']|'')*+'|\[[^][']*+\][\w.]*+|[\w.]++)!)?
      (?: (?P<reference>
              (?: {_CELL.format("first")} (?: : {_CELL.format("last")} )?
                | {_COLUMN.format("from")} : {_COLUMN.format("to")}
                | {_ROW.format("from")} : {_ROW.format("to")} ) (?![\w.$\\?![]|\s*+\() )
        | (?P<error>\#(?:[Nn]/[Aa]|GETTING_DATA|[A-Za-z0-9/]++[!?]))
        | (?P<call>(?P<function>[\w.]++)\s*+\()
        | (?P<table>(?P<of>[\w.]*+)\[(?P<inside>(?:[^][']|'.|\[(?:[^][']|'.)*+\])*+)\])
        | (?P<number>(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[Ee][+-]?[0-9]++)?(?![\w.$\\?]))
        | (?P<name>[\w.$\\?]++) )
    | (?P<operator><=|>=|<>|[-+*/^&=<>%:@#])
    | (?P<separator>[,;])
    | (?P<open>[({{])
    | (?P<close>[)}}])
    | (?P<space>\s++)
    | (?P<stray>["'].*+|.)
    """,
    re.VERBOSE | re.DOTALL,
)

_POSTFIXES = {"%", "#"}

Token = re.Match[str]
"""A token of a formula.

``token.lastgroup`` is its kind: ``text``, ``reference`` (of cells, whole columns or whole rows),
``error``, ``call`` (a function's name with the bracket), ``table`` (a reference to a table),
``number``, ``name`` (any other word), ``operator``, ``separator``, ``open``, ``close``, ``space``
or ``stray``. ``token[0]`` is its text, and ``token[token.lastgroup]`` its text without the sheet,
which is ``token["sheet"]``, with the exclamation mark. ``token["function"]`` is the name of a
function as written. The columns and rows of a reference are in groups, too.
"""


def tokens(formula: str) -> list[Token]:
    """Return the tokens of a formula, which together are its text.

    >>> [(token.lastgroup, token[0]) for token in tokens("=SUM(Data!$A1:B2)")]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('operator', '='), ('call', 'SUM('), ('reference', 'Data!$A1:B2'), ('close', ')')]
    """
    return [*_TOKEN.finditer(formula)]


def rewritten(formula: str, change: Callable[[Token], str]) -> str:
    """Return a formula with each token replaced by what a function returns for it.

    >>> rewritten('=A1&"A1"', lambda token: "B7" if token["reference"] else token[0])
    '=B7&"A1"'
    """
    return _TOKEN.sub(change, formula)


def significant(formula: str) -> Iterator[Token]:
    """Yield the tokens of a formula without blanks, except blanks between two operands.

    >>> [token[0] for token in significant("= A1 * (B1:B9  B2)")]
    ['=', 'A1', '*', '(', 'B1:B9', '  ', 'B2', ')']
    """
    read = tokens(formula)
    for number, token in enumerate(read):
        if not token["space"]:
            yield token
        elif 0 < number < len(read) - 1:
            before, after = read[number - 1], read[number + 1]
            is_after_operand = before.lastgroup in _OPERANDS | {"close"} or before[0] == "#"
            if is_after_operand and after.lastgroup in _OPERANDS | {"call", "open"}:
                yield token


def is_sign(token: Token, before: Token | None) -> bool:
    """Return whether a token is a sign before an operand, given the token before it.

    >>> [is_sign(token, before) for before, token in pairwise(significant("=-A1*-B1%-2"))]
    [True, False, False, True, False, False, False, False]
    """
    if not token["operator"] or token[0] in _POSTFIXES:
        return False
    is_first = before is None or before.lastgroup in {"operator", "separator", "open", "call"}
    return is_first and not (before and before[0] in _POSTFIXES)


def without(formula: str, *kinds: str) -> str:
    """Return a formula without tokens of some kinds.

    >>> without('=A1 & "a b"', "space", "text")
    '=A1&'
    """
    return rewritten(formula, lambda token: "" if token.lastgroup in kinds else token[0])


def title_of(sheet: str) -> str:
    """Return the title of a sheet from how a formula names it.

    >>> title_of("'my data'!"), title_of("Data"), title_of("")
    ('my data', 'Data', '')
    """
    return sheet.removesuffix("!").strip("'").replace("''", "'")


def function_name(word: str) -> str:
    """Return the name of a function in upper case and as Excel shows it.

    >>> function_name("Sum"), function_name("_xlfn._xlws.SORT")
    ('SUM', 'SORT')
    """
    return word.upper().removeprefix("_XLFN.").removeprefix("_XLWS.")


def functions_of(formula: str) -> set[str]:
    """Return the functions that a formula calls.

    >>> sorted(functions_of('=Sum(A1)+_xlfn.MUNIT(2)&"EXP("'))
    ['MUNIT', 'SUM']
    """
    return {function_name(token["function"]) for token in tokens(formula) if token["function"]}


def calls(formula: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the functions that a formula calls, each with its arguments as they are written.

    Other brackets are yielded as a function without a name.

    >>> [*calls('ROUND({1,2},PI()&"),(")')]
    [('', ['1', '2']), ('PI', ['']), ('ROUND', ['{1,2}', 'PI()&"),("'])]
    """
    opened: list[tuple[str, list[int]]] = []
    for token in tokens(formula):
        if token.lastgroup in {"call", "open"}:
            opened.append((token["function"] or "", [token.end()]))
        elif opened and (token[0] == "," or token["close"]):
            opened[-1][1].append(token.end())
            if token["close"]:
                name, ends = opened.pop()
                yield name, [formula[start : end - 1] for start, end in pairwise(ends)]


def moved(formula: str, down: int, right: int) -> str:
    """Return a formula as it is when it is filled down and to the right by so many cells.

    >>> moved('=A1+$B2*SUM(Data!C:C,D$4)&"A1"', 2, 1)
    '=B3+$B4*SUM(Data!D:D,E$4)&"A1"'

    Raises
    ------
    ValueError
        A reference would leave the sheet.
    """
    written, end = [], 0
    for token in tokens(formula):
        for start, stop, number in relative(token):
            is_row = formula[start].isdigit()
            new = number + (down if is_row else right)
            if not (number and 1 <= new <= (MAX_ROWS if is_row else MAX_COLUMNS)):
                raise ValueError(f"{token[0]} would leave the sheet")
            written += formula[end:start], str(new) if is_row else get_column_letter(new)
            end = stop
    return "".join([*written, formula[end:]])


def relative(token: Token) -> Iterator[tuple[int, int, int]]:
    """Yield the columns and rows of a reference without $: start and end in the text, and number.

    >>> [*relative(tokens("C:$D")[0]), *relative(tokens("A$1:$B2")[0])]
    [(0, 1, 3), (0, 1, 1), (6, 7, 2)]
    """
    if not token["reference"]:
        return
    of_cells = _PARTS[: 4 if token["last_row"] else 2]
    for name in of_cells if token["first_row"] else _PARTS[4:]:
        start, stop = token.span(name)
        if start >= 0 and token.string[start - 1 : start] != "$":
            word = token[name]
            yield start, stop, int(word) if word.isdigit() else COLUMNS[word.upper()]


_PARTS = [f"{end}_{what}" for end in ("first", "last", "from", "to") for what in ("column", "row")]
"""The groups of a reference, in the order in which they are written."""


class _Columns(dict[str, int]):
    """Column numbers by their letters; 0 for letters beyond the last column."""

    def __missing__(self, letters: str) -> int:
        number = 0
        if letters.isascii() and letters.isalpha() and letters.isupper() and len(letters) <= 3:
            for letter in letters:
                number = number * 26 + ord(letter) - 64
        if not 0 < number <= MAX_COLUMNS:
            return 0
        self[letters] = number
        return number


COLUMNS = _Columns()


def corners(text: str) -> tuple[int, int, int, int] | None:
    """Return the top, left, bottom and right of a reference without a sheet; None for a name.

    >>> corners("B2:C9"), corners("$A$1"), corners("A:B"), corners("3:5"), corners("eta")
    ((2, 2, 9, 3), (1, 1, 1, 1), (1, 1, 1048576, 2), (3, 1, 5, 16384), None)
    """
    token = _TOKEN.fullmatch(text)
    return corners_of(token) if token and not token["sheet"] else None


def corners_of(token: Token) -> tuple[int, int, int, int] | None:
    """Return the top, left, bottom and right of a reference; None for another token.

    None, too, if a corner is beyond the last column or has the row 0.
    """
    if not token["reference"]:
        return None
    columns, rows = (filter(None, token.group(*_PARTS[at::2])) for at in (0, 1))
    columns = [COLUMNS[column.upper()] for column in columns] or [1, MAX_COLUMNS]
    rows = [int(row) for row in rows] or [1, MAX_ROWS]
    return (rows[0], columns[0], rows[-1], columns[-1]) if all(columns + rows) else None


class Node(NamedTuple):
    """A part of a formula.

    Attributes
    ----------
    kind : str
        ``Literal``, ``Reference``, ``UnaryOp``, ``BinaryOp``, ``Function``, ``Call`` (of the result
        of a formula), ``Omitted`` (an empty argument), ``Array`` or ``Row`` (of an array).
    word : str
        The operator, the name of the function, or the constant or reference as it is written.
    children : tuple of Node
    formula : str
        The whole formula.
    start, end : int
        Where the part is in it, with the brackets around it.
    brackets : int
        How many pairs of them there are.
    token : Token or None
        The token of a reference.
    """

    kind: str
    word: str
    children: "tuple[Node, ...]"
    formula: str
    start: int
    end: int
    brackets: int = 0
    token: Token | None = None

    @property
    def operator(self) -> str:
        """The operator of an operation; empty for other parts."""
        return self.word if self.kind in {"UnaryOp", "BinaryOp"} else ""

    @property
    def function(self) -> str:
        """The function of a call, as `function_name` returns it; empty for other parts."""
        return self.word if self.kind == "Function" else ""

    @property
    def reference(self) -> str:
        """A reference or name as it is written; empty for other parts."""
        return self.word if self.kind == "Reference" else ""

    @property
    def sheet(self) -> str:
        """The title of the sheet that a reference names; empty without one."""
        return title_of(self.token["sheet"] or "") if self.reference else ""

    @property
    def corners(self) -> tuple[int, int, int, int] | None:
        """The top, left, bottom and right of a reference; None for a name and other parts."""
        return corners_of(self.token) if self.reference else None

    @property
    def is_bounded(self) -> bool:
        """Whether it is a reference to cells, not a name and not whole columns or rows."""
        return bool(self.reference and self.token["first_row"] and self.corners)

    @property
    def value(self) -> float | str | bool | None:
        """The value of a constant; None for other parts."""
        if self.kind != "Literal":
            return None
        if self.word[0] == '"':
            return self.word[1:-1].replace('""', '"')
        if self.word.upper() in _TRUTHS:
            return self.word.upper() == "TRUE"
        return self.word.upper() if self.word[0] == "#" else float(self.word)

    def walk(self) -> "Iterator[Node]":
        """Yield this part and all below it."""
        left = [self]
        while left:
            node = left.pop()
            yield node
            left += node.children[::-1]

    def __str__(self) -> str:
        """Return it as the formula writes it, without blanks and the brackets around it.

        >>> str(parsed('=IF(A1 >= -B1, "a, b", (A1+1) * 2)'))
        'IF(A1>=-B1,"a, b",(A1+1)*2)'
        """
        text = without(self.formula[self.start : self.end], "space")
        return text[self.brackets : len(text) - self.brackets]


_TRUTHS = {"TRUE", "FALSE"}

_PREFIXES, _PREFIX = {"+", "-", "@"}, 6
_POWERS = {
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">="), 1),
    "&": 2,
    "+": 3,
    "-": 3,
    "*": 4,
    "/": 4,
    "^": 5,
    "%": 7,
    "#": 7,
    ",": 8,
    " ": 9,
    ":": 10,
    "(": 11,
}
"""How tightly operators bind. A sign before an operand is between them: ``-2^2`` is 4."""


class _UnreadableError(Exception):
    """No program can read the formula."""


def parsed(formula: str) -> Node | None:
    """Return a formula, with its leading "=", as a tree; None if it cannot be parsed.

    >>> parsed("=A1*(1-A1)").kind, parsed("=A1*(1-A1")
    ('BinaryOp', None)
    """
    try:
        tree = _Parser(formula).whole()
    except (_UnreadableError, RecursionError):
        return None
    level, height = [tree], 0
    while level and height < MOST_HIGH:
        level, height = [part for node in level for part in node.children], height + 1
    return None if level else tree


class _Parser:
    """Parses a formula from the left to the right."""

    def __init__(self, formula: str) -> None:
        self.formula, self.depth, self.end = formula, 0, 0
        self.left = [*significant(formula)][::-1]

    def whole(self) -> Node:
        """Return the tree of the formula."""
        self.take("=")
        tree = self.expression()
        if self.left:
            raise _UnreadableError
        return tree

    def take(self, *signs: str) -> Token:
        """Take the next token, which must be one of some signs, if there are any."""
        if not self.left or (signs and self.left[-1][0] not in signs):
            raise _UnreadableError
        token = self.left.pop()
        self.end = token.end()
        return token

    def sign(self) -> str:
        """Return the next token; a blank if it is blanks."""
        return (self.left[-1][0].strip() or " ") if self.left else ""

    def node(self, kind: str, word: str, children: tuple[Node, ...], start: int) -> Node:
        """Return a part that ends where the last token was taken."""
        return Node(kind, word, children, self.formula, start, self.end)

    def expression(self, least: int = 0, *, joins: bool = True) -> Node:
        """Return an operand with the operators after it that bind at least as tightly as `least`.

        Parameters
        ----------
        least : int
        joins : bool
            Whether a comma joins references; otherwise it separates arguments.
        """
        node = self.operand(joins=joins)
        while _POWERS.get(sign := self.sign(), -1) >= least and (joins or sign != ","):
            self.take()
            if sign == "(":
                node = self.node("Call", "", (node, *self.arguments()), node.start)
            elif sign in _POSTFIXES:
                node = self.node("UnaryOp", sign, (node,), node.start)
            else:
                other = self.expression(_POWERS[sign] + 1, joins=joins)
                node = self.node("BinaryOp", sign, (node, other), node.start)
            if sign in {" ", "#"} and any(part.kind == "Literal" for part in node.children):
                raise _UnreadableError
        return node

    def operand(self, *, joins: bool) -> Node:
        """Return a constant, a reference, a call, or what is in brackets or after a sign."""
        self.depth += 1
        token = self.take()
        word, kind, start = token[0], token.lastgroup, token.start()
        if self.depth > MOST_NESTED:
            raise _UnreadableError
        if kind == "call":
            name = function_name(token["function"])
            node = self.node("Function", name, self.arguments(), start)
        elif word == "{":
            node = self.node("Array", "", self.rows(), start)
        elif word == "(":
            node = self.expression()
            self.take(")")
            node = node._replace(start=start, end=self.end, brackets=node.brackets + 1)
        elif word in _PREFIXES:
            node = self.node("UnaryOp", word, (self.expression(_PREFIX, joins=joins),), start)
        elif kind in {"text", "error"} or word.upper() in _TRUTHS:
            node = self.node("Literal", token[kind], (), start)
        elif kind == "number" and not token["sheet"]:
            node = self.node("Literal", word, (), start)
        elif kind in _REFERRING:
            node = self.node("Reference", word, (), start)._replace(token=token)
        else:
            raise _UnreadableError
        self.depth -= 1
        return node

    def arguments(self) -> tuple[Node, ...]:
        """Return the arguments of a call up to its closing bracket."""
        nodes = []
        while nodes or self.sign() != ")":
            if self.sign() in {",", ")"}:
                nodes.append(self.node("Omitted", "", (), self.end))
            else:
                nodes.append(self.expression(joins=False))
            if self.take(",", ")")[0] == ")":
                return tuple(nodes)
        self.take()
        return ()

    def rows(self) -> tuple[Node, ...]:
        """Return the rows of an array up to its closing bracket."""
        rows: list[Node] = []
        sign = "}" if self.sign() == "}" and self.take() else ";"
        while sign != "}":
            start, entries, sign = self.end, [], ","
            while sign == ",":
                entries.append(self.expression(joins=False))
                end, sign = self.end, self.take(",", ";", "}")[0]
            rows.append(Node("Row", "", tuple(entries), self.formula, start, end))
        if len({len(row.children) for row in rows}) > 1:
            raise _UnreadableError
        return tuple(rows)


_REFERRING = {"reference", "table", "name", "number"}
_OPERANDS = _REFERRING | {"text", "error"}
