"""Read what headings call the cells of a sheet: cost, parameter, gradient or learning rate."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod

from xlnn.auditing.book import Book, islands
from xlnn.auditing.formula import size
from xlnn.checking.references import CellRange
from xlnn.engines.scenarios import Place
from xlnn.grid import CellError

GAP = 3
"""The most empty cells between a heading and what it heads."""

MOST_IN_BLOCK = 100_000
"""The most numbers in a block."""

LISTED = 4
"""Letters from A on that are a list: fewer may be the parameters A, B and C."""

_SPELT = {
    "theta": "θ", "beta": "β", "eta": "η", "alpha": "α", "partial": "∂", "nabla": "∇",
    "weights": "w", "weight": "w", "biases": "b", "bias": "b", "权重": "w",
    "權重": "w", "重み": "w", "偏置": "b",
    "バイアス": "b", "阈值": "b", "閾値": "b", "gradients": "grad", "gradient": "grad",
    "derivative": "grad", "梯度": "grad", "勾配": "grad", "偏导数": "grad", "偏导": "grad",
    "偏微分係数": "grad", "偏微分": "grad", "导数": "grad", "learningrate": "η", "学习率": "η",
    "學習率": "η", "学習率": "η", "学習係数": "η", "步长": "η", "lrate": "η",
}  # fmt: skip
"""Spellings of one name."""

_LONGEST_FIRST = sorted(_SPELT.items(), key=lambda pair: -len(pair[0]))

_TWICE = re.compile(r"^([wbη])\1")
"""The letter that "weight w1" has twice."""

_COST = r"(?:e|c|j|l|loss|cost|err|error|mse|sse|ce|bce|损失|損失|代价|代價|误差|誤差|コスト)"
_COST_LIKE = re.compile(rf"{_COST}(?:t|tot|total|sum|all|mean|avg|函数|関数|\d*)?", re.IGNORECASE)
_TOTAL = re.compile(r"tot|sum|all|overall|总|總|合計|合计|全体|^[ecjl]t$|mean|平均")
_COSTS = re.compile(
    r"(?:(?:total|sum|mean|avg|average|overall|final|总|總|全|合計|合计|平均)?"
    r"(?:squared?|平方|二乗|交叉熵|交差エントロピー)?"
    r"(?:loss|cost|error|objective|损失|損失|代价|代價|误差|誤差|コスト|目的関数|目标函数)"
    r"(?:functions?|total|sum|mean|函数|函數|関数|值|値)?(?:[cejl]t?|etotal)?"
    r"|[ecjl](?:t|tot|total|sum|all)?|(?:r?mse|sse|rss|b?ce|nll|xent)"
    r"|(?:binary|categorical)?crossentropy(?:loss)?|交叉熵|交差エントロピー"
    r"|meansquarederrors?|sumof(?:the)?squared?(?:errors?|residuals?)?|totalerrore?)"
)
_PART_COST = re.compile(
    r"(?:e|c|l|j|loss|cost|error|err|误差|誤差|损失|損失)[\d]+|(?:e|c|l)(?:o|y|out)\d*"
)
_RATE = re.compile(r"η|lr|α|rate|η?learningrate|η.*|.*\(?η\)?")
_WEIGHT = re.compile(r"(?:w|b|θ|v|u|k)[\d,.\-;hoixyz]*|w[a-z]{0,3}\d*")
_OF = r"(?:of|in|for|wrt|withrespectto|的|の|to|on)?"
_MEAN = re.compile(r"^(?:mean|avg|average|sum|total|batch|Σ|∑|σ|平均|合計|合计|总|總)(?:of|の|的)?")
_PATTERNS = tuple(map(re.compile, (
    r"[d∂δ](?P<of>.+?)/[d∂δ](?P<p>.+)",
    r"∂(?P<of>.+?)∂(?P<p>.+)",
    rf"d(?P<of>{_COST}(?:total|t)?)d(?P<p>(?:w|b|θ|v|u).*)",
    rf"∂(?P<of>{_COST}(?:total|t)?)(?P<p>(?:w|b|θ)\w*)",
    rf"(?:grad|∇)(?P<of>{_COST}(?:total)?)?{_OF}(?P<p>[wbθvu]\w*)",
    rf"(?:grad|∇){_OF}(?P<p>.+)",
    r"(?P<p>.+?)(?:的|の|'s|’s|'|’)?grad",
    r"[dg∂](?P<p>(?:w|b|θ|v|u)[\w,;.\-]*)",
)))  # fmt: skip
_ALL_GRADIENTS = re.compile(
    rf"(?:allthe|the)?grads?|[d∂]{_COST}(?:total|t)?/[d∂](?:w|θ|b|p)|d[wθ]|∇{_COST}?"
)
_BRACKETS = re.compile(r"[(\uff08\[][^)\uff09\]]*[)\uff09\]]")
_NEW = re.compile(r"new|updated|next|after|更新|新|后|後|\+|′|'|⁺|\*")


@lru_cache(maxsize=10_000)
def normal(text: str) -> str:
    r"""Return a heading without differences in spelling.

    >>> normal("W_{11}"), normal("∂E_Total /\n∂w₁"), normal("𝜕E/𝜕w1"), normal("gradient of w 1")
    ('w11', '∂etotal/∂w1', '∂e/∂w1', 'gradofw1')
    >>> normal("weight w1"), normal("バイアス b")
    ('w1', 'b')
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[\s_{}()\[\]^$\\:：=|·⋅,“”\"\u200b]+", "", text.replace("frac", ""))
    for spelt, plain in _LONGEST_FIRST:
        text = text.replace(spelt, plain)
    return _TWICE.sub(r"\1", text)


@dataclass(frozen=True)
class Meaning:
    """What a heading calls a cell.

    Attributes
    ----------
    kind : str
        ``gradient``, ``cost``, ``part`` (of a cost), ``rate``, ``parameter`` or nothing.
    name : str
        The parameter of a gradient, or how the cell itself is called.
    of : str
        The cost of a gradient, if its heading names one.
    """

    kind: str
    name: str
    of: str = ""


NOTHING = Meaning("", "")


@lru_cache(maxsize=10_000)
def meaning(text: str) -> Meaning:
    """Return what a heading means.

    >>> meaning("∂E_total/∂w1").kind, meaning("grad_w1").name, meaning("损失").kind
    ('gradient', 'w1', 'cost')
    >>> meaning("∂h1/∂w1").kind, meaning("W_11").kind, meaning("学習率").kind
    ('', 'parameter', 'rate')
    """
    whole = _meant(text)
    if not whole.kind and (bare := _BRACKETS.sub("", text).strip()) not in {text, ""}:
        return _meant(bare)
    return whole


def _meant(text: str) -> Meaning:  # noqa: PLR0911 -- a kind of heading each
    plain = normal(text)
    if not plain or len(text) > 80:
        return Meaning("", plain)
    if _COSTS.fullmatch(plain):
        return Meaning("cost", plain)
    if _PART_COST.fullmatch(plain):
        return Meaning("part", plain)
    bare = _MEAN.sub("", plain)
    for candidate in dict.fromkeys((plain, bare)):
        for pattern in _PATTERNS:
            match = pattern.fullmatch(candidate)
            if match:
                of = match.groupdict().get("of") or ""
                costs = (_COST_LIKE, _COSTS, _PART_COST)
                if of and not any(cost.fullmatch(of) for cost in costs):
                    return Meaning("", plain)
                return Meaning("gradient", match["p"], of)
    if _RATE.fullmatch(plain) and len(plain) < 16:
        return Meaning("rate", plain)
    if _WEIGHT.fullmatch(plain):
        return Meaning("parameter", plain)
    return Meaning("", plain)


def is_total(name: str) -> bool:
    """Tell whether the name of a cost says that it is the total."""
    return bool(_TOTAL.search(name))


def is_all_gradients(text: str) -> bool:
    """Tell whether a heading says that all columns below it are gradients."""
    return bool(_ALL_GRADIENTS.fullmatch(normal(text)))


def old(name: str) -> str:
    """Return the name of a parameter without a mark for its new value."""
    return _NEW.sub("", name) or name


class Headings:
    """What the headings of each cell say.

    Parameters
    ----------
    book : Book

    Attributes
    ----------
    above, left : dict
        The heading of a cell in its column and in its row.
    defined : dict
        The names that are defined for a cell.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.above: dict[Place, Place] = {}
        self.left: dict[Place, Place] = {}
        for cells in book.filled.values():
            self._head(sorted(cells.values(), key=lambda p: (p[2], p[1])), 2, 1, self.above)
            self._head(sorted(cells.values(), key=lambda p: (p[1], p[2])), 1, 2, self.left)
        self.defined: dict[Place, list[str]] = defaultdict(list)
        for name, areas in book.names.items():
            for cell in book.inside(areas[0])[:10_000] if len(areas) == 1 else ():
                self.defined[cell].append(name)
        self._block_text = lru_cache(maxsize=None)(self._text_of_block)
        self._said = lru_cache(maxsize=None)(self._meaning_of_heading)
        self._is_of_gradients = lru_cache(maxsize=None)(self._are_gradients_below)

    def _head(
        self, cells: Iterable[Place], line: int, along: int, headed: dict[Place, Place]
    ) -> None:
        heading = before = None
        for place in cells:
            if before is None or place[line] != before[line] or place[0] != before[0]:
                heading = before = None
            if self._is_mark(place):
                continue
            if before is not None and place[along] - before[along] > GAP + 1:
                heading = None
            if self._is_text(place):
                heading = place
            elif heading is not None:
                headed[place] = heading
            before = place

    def _is_text(self, place: Place) -> bool:
        value = self.book.values.get(place)
        return isinstance(value, str) and not isinstance(value, CellError) and value.strip() != ""

    def _is_mark(self, place: Place) -> bool:
        """Tell whether a cell holds a sign that is not a heading, such as an arrow."""
        value = self.book.values.get(place)
        return isinstance(value, str) and not any(map(str.isalnum, value)) and "∇" not in value

    def _text(self, place: Place | None) -> str:
        return str(self.book.values.get(place, "")) if place else ""

    @cached_property
    def meanings(self) -> dict[Place, Meaning]:
        """Return what the headings say of each number."""
        return {
            place: meant
            for place in self.book.filled_places
            if self.book.is_number(place) and (meant := self._meaning(place)).name
        }

    def said(self, place: Place) -> Meaning:
        """Return what the headings say of a cell, a number or not."""
        return self.meanings.get(place, NOTHING)

    def _meaning_of_heading(self, heading: Place | None) -> Meaning:
        is_listed = heading is not None and self._is_listed(heading)
        return NOTHING if is_listed else meaning(self._text(heading))

    def _is_listed(self, heading: Place) -> bool:
        """Tell whether a heading is a letter of a list A, B, C, D …, as rows of data have."""
        letter = self._text(heading).strip()
        if len(letter) != 1 or not "A" <= letter <= "Z":
            return False
        title, row, column = heading
        back = ord(letter) - ord("A")
        near = range(-back, max(1, LISTED - back))
        return any(
            all(
                self._text((title, row + down * n, column + right * n)).strip()
                == chr(ord(letter) + n)
                for n in near
            )
            for down, right in ((1, 0), (0, 1))
        )

    def _meaning(self, place: Place) -> Meaning:  # noqa: C901, PLR0911 -- the strongest sign first
        for name in self.defined.get(place, ()):
            if (by_name := meaning(name)).kind:
                return by_name
        over, beside = self.above.get(place), self.left.get(place)
        above, left = self._said(over), self._said(beside)
        is_parameter = left.kind == "parameter"
        if is_parameter and is_all_gradients(self._text(over)):
            return Meaning("gradient", left.name)
        if is_parameter and above.kind == "parameter" and above.name in {"w", "b", "θ"}:
            return left
        if is_parameter and above.kind == "gradient" and len(above.name) == 1:
            return Meaning("gradient", left.name, above.of)
        if beside and not over and left.kind:
            return left
        if over and above.kind != "gradient" and self._is_of_gradients(over):
            return Meaning("gradient", above.name)
        if over and left.kind and beside[2] == place[2] - 1 and not self._is_joined(over, place, 1):
            return left
        if above.kind:
            return above
        if left.kind and self._is_joined(beside, place, 2):
            return left
        block = self.blocks.get(place)
        if block and size(block) != (1, 1):
            meant = meaning(self._block_text(block))
            if meant.kind:
                return meant
        return above if above.name else left

    def _is_joined(self, heading: Place, place: Place, along: int) -> bool:
        """Tell whether no cell between a heading and a cell of its row or column is empty.

        The cell to the right of a heading may be empty.
        """
        filled = self.book.filled[place[0].casefold()]
        between = range(heading[along] + along, place[along])
        return all(((n, place[2]) if along == 1 else (place[1], n)) in filled for n in between)

    def name(self, place: Place) -> str:
        """Return the name of a parameter or a cost; "" if it has none."""
        if place in self.defined:
            return self.defined[place][0]
        for heading in filter(None, (self.above.get(place), self.left.get(place))):
            if self._said(heading).kind in {"parameter", "cost", "part", "rate"}:
                return " ".join(self._text(heading).split())
        return ""

    def _are_gradients_below(self, heading: Place) -> bool:
        """Tell whether the heading above a heading, or one to its left, names gradients."""
        title, row, column = heading
        filled = self.book.filled[title.casefold()]
        for above in (row - 1, row - 2):
            for left in range(column, max(0, column - 40), -1):
                place = filled.get((above, left))
                if place and self._is_text(place):
                    return is_all_gradients(self._text(place))
        return False

    @cached_property
    def blocks(self) -> dict[Place, CellRange]:
        """Return the block of each number that stands in a rectangle of its own."""
        blocks: dict[Place, CellRange] = {}
        values = self.book.values
        cells = (p for p in self.book.filled_places if not isinstance(values.get(p), str | None))
        for island in islands(cells):
            titles, rows, columns = zip(*island, strict=True)
            title = titles[0].casefold()
            block = CellRange(title, min(rows), min(columns), max(rows), max(columns))
            if len(island) == prod(size(block)) <= MOST_IN_BLOCK:
                blocks |= dict.fromkeys(island, block)
        return blocks

    def _text_of_block(self, block: CellRange) -> str:
        """Return the one text that heads a block: above it, or to its left."""
        sheet, top, left, bottom, right = block

        def texts(*corners: int) -> list[str]:
            cells = self.book.inside(CellRange(sheet, *corners))
            return [self._text(c) for c in cells if self._is_text(c) and not self._is_mark(c)]

        for up in (1, 2):
            over = texts(top - up, left, top - up, right)
            if len(over) == 1:
                return over[0]
            if over:
                break
        for across in (1, 2):
            beside = texts(top, left - across, bottom, left - across)
            if len(beside) == 1:
                return beside[0]
        corner = texts(top - 1, left - 1, top - 1, left - 1)
        return corner[0] if len(corner) == 1 and not over else ""
