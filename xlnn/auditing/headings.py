"""Read what the headings of a sheet call its cells: a cost, a parameter, its gradient, the rate."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlnn.auditing.book import Book
from xlnn.engines.cellwise import Held, Place
from xlnn.grid import CellError

GAP = 3
"""Empty cells that may stand between a heading and what it heads."""

_SPELT = {
    "theta": "θ", "beta": "β", "eta": "η", "alpha": "α", "partial": "∂", "nabla": "∇",
    "weights": "w", "weight": "w", "biases": "b", "bias": "b", "权重": "w",
    "權重": "w", "重み": "w", "偏置": "b",
    "バイアス": "b", "阈值": "b", "閾値": "b", "gradients": "grad", "gradient": "grad",
    "derivative": "grad", "梯度": "grad", "勾配": "grad", "偏导数": "grad", "偏导": "grad",
    "偏微分係数": "grad", "偏微分": "grad", "导数": "grad", "learningrate": "η", "学习率": "η",
    "學習率": "η", "学習率": "η", "学習係数": "η", "步长": "η", "lrate": "η",
}  # fmt: skip
"""What the same thing is called."""

_LONGEST_FIRST = sorted(_SPELT.items(), key=lambda pair: -len(pair[0]))

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
    r"""Return a heading without what people spell differently.

    >>> normal("W_{11}"), normal("∂E_Total /\n∂w₁"), normal("𝜕E/𝜕w1"), normal("gradient of w 1")
    ('w11', '∂etotal/∂w1', '∂e/∂w1', 'gradofw1')
    """
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub(r"[\s_{}()\[\]^$\\:：=|·⋅,“”\"\u200b]+", "", text.replace("frac", ""))
    for spelt, plain in _LONGEST_FIRST:
        text = text.replace(spelt, plain)
    return text


@dataclass(frozen=True)
class Meaning:
    """What a heading calls a cell.

    Attributes
    ----------
    kind : str
        ``gradient``, ``cost``, ``part`` (of a cost), ``rate``, ``parameter`` or nothing.
    name : str
        Of which parameter a gradient is, or how the cell itself is called.
    of : str
        Of which cost a gradient is, where its heading says so.
    """

    kind: str
    name: str
    of: str = ""


@lru_cache(maxsize=10_000)
def meaning(text: str) -> Meaning:
    """Return what a heading means.

    >>> meaning("∂E_total/∂w1").kind, meaning("grad_w1").name, meaning("损失").kind
    ('gradient', 'w1', 'cost')
    >>> meaning("∂h1/∂w1").kind, meaning("W_11").kind, meaning("学習率").kind
    ('', 'parameter', 'rate')
    """
    found = _meant(text)
    if not found.kind and (bare := _BRACKETS.sub("", text).strip()) not in {text, ""}:
        return _meant(bare)
    return found


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
            found = pattern.fullmatch(candidate)
            if found:
                of = found.groupdict().get("of") or ""
                costs = (_COST_LIKE, _COSTS, _PART_COST)
                if of and not any(each.fullmatch(of) for each in costs):
                    return Meaning("", plain)
                return Meaning("gradient", found["p"], of)
    if _RATE.fullmatch(plain) and len(plain) < 16:
        return Meaning("rate", plain)
    if _WEIGHT.fullmatch(plain):
        return Meaning("parameter", plain)
    return Meaning("", plain)


def is_total(name: str) -> bool:
    """Tell whether the name of a cost says that it is of everything."""
    return bool(_TOTAL.search(name))


def is_all_gradients(text: str) -> bool:
    """Tell whether a heading calls all below it gradients, each of what its own heading names."""
    return bool(_ALL_GRADIENTS.fullmatch(normal(text)))


def old(name: str) -> str:
    """Return the name of a parameter without what says that it is the next one."""
    return _NEW.sub("", name) or name


class Labels:
    """The headings of each cell.

    Parameters
    ----------
    book : Book
    values : mapping
        What each cell holds.
    """

    def __init__(self, book: Book, values: Mapping[Place, Held]) -> None:
        self.book, self.values = book, values
        self.above: dict[Place, Place] = {}
        self.left: dict[Place, Place] = {}
        for cells in book.filled.values():
            self._head(sorted(cells.values(), key=lambda p: (p[2], p[1])), 2, 1, self.above)
            self._head(sorted(cells.values(), key=lambda p: (p[1], p[2])), 1, 2, self.left)
        self.block_text = lru_cache(maxsize=None)(self._block_text)
        self.defined: dict[Place, list[str]] = defaultdict(list)
        for name, areas in book.names.items():
            if len(areas) == 1 and (cells := list(book.inside(areas[0]))):
                for cell in cells[:10_000]:
                    self.defined[cell].append(name)

    def is_text(self, place: Place) -> bool:
        """Tell whether a cell holds words."""
        value = self.values.get(place)
        return isinstance(value, str) and not isinstance(value, CellError) and value.strip() != ""

    def is_mark(self, place: Place) -> bool:
        """Tell whether a cell holds a sign that heads nothing, such as an arrow."""
        value = self.values.get(place)
        return isinstance(value, str) and not any(map(str.isalnum, value)) and "∇" not in value

    def _head(self, cells: Iterable[Place], line: int, along: int, found: dict) -> None:
        heading = before = None
        for place in cells:
            if before is None or place[line] != before[line] or place[0] != before[0]:
                heading = before = None
            if self.is_mark(place):
                continue
            if before is not None and place[along] - before[along] > GAP + 1:
                heading = None
            if self.is_text(place):
                heading = place
            elif heading is not None:
                found[place] = heading
            before = place

    def text(self, place: Place | None) -> str:
        """Return what a heading says."""
        return str(self.values.get(place, "")) if place else ""

    def group(self, heading: Place) -> str:
        """Return what stands above a heading, or to the left of there: for several columns."""
        title, row, column = heading
        there = self.book.filled[title.casefold()]
        for above in (row - 1, row - 2):
            for left in range(column, max(0, column - 40), -1):
                place = there.get((above, left))
                if place and self.is_text(place):
                    return self.text(place)
        return ""

    @cached_property
    def blocks(self) -> dict[Place, "Block"]:
        """Return the block of each number that stands in a rectangle of its own."""
        found: dict[Place, Block] = {}
        for cells in self.book.filled.values():
            numbers = {
                at: p for at, p in cells.items() if not isinstance(self.values.get(p), str | None)
            }
            seen: set[tuple[int, int]] = set()
            for at in sorted(numbers):
                if at in seen:
                    continue
                left, right = [at], set()
                while left:
                    here = left.pop()
                    if here in seen or here not in numbers:
                        continue
                    seen.add(here)
                    right.add(here)
                    r, c = here
                    left += [(r - 1, c), (r + 1, c), (r, c - 1), (r, c + 1)]
                rows, columns = {r for r, _ in right}, {c for _, c in right}
                block = Block(numbers[at][0], min(rows), min(columns), max(rows), max(columns))
                if len(right) == block.height * block.width and len(right) <= 100_000:
                    found |= dict.fromkeys((numbers[each] for each in right), block)
        return found

    def _block_text(self, block: "Block") -> str:
        """Return the one text that heads a block: above it, or to its left."""
        there = self.book.filled[block.title.casefold()]

        def texts(places: Iterator[tuple[int, int]]) -> list[str]:
            cells = (there.get(at) for at in places)
            return [self.text(c) for c in cells if c and self.is_text(c) and not self.is_mark(c)]

        for up in (1, 2):
            over = texts((block.top - up, c) for c in range(block.left, block.right + 1))
            if len(over) == 1:
                return over[0]
            if over:
                break
        for left in (1, 2):
            beside = texts((r, block.left - left) for r in range(block.top, block.bottom + 1))
            if len(beside) == 1:
                return beside[0]
        corner = texts(iter([(block.top - 1, block.left - 1)]))
        return corner[0] if len(corner) == 1 and not over else ""


@dataclass(frozen=True)
class Block:
    """A rectangle of numbers with nothing beside it."""

    title: str
    top: int
    left: int
    bottom: int
    right: int

    @property
    def height(self) -> int:
        """Return how many rows it has."""
        return self.bottom - self.top + 1

    @property
    def width(self) -> int:
        """Return how many columns it has."""
        return self.right - self.left + 1

    def places(self) -> Iterator[Place]:
        """Yield its cells, row by row."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield self.title, row, column
