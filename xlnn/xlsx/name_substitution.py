"""Replace defined names in formulas by what they stand for in Excel.

Users name cells, ranges and numbers. Programs differ in the names they support, so engines get
formulas with the cells themselves.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from xlnn.grid import quoted
from xlnn.xlsx.guard import MAX_FORMULA
from xlnn.xlsx.package import Package

NO_VALUE = "=#N/A"
"""The formula given to an engine instead of one with an ambiguous name."""

_TOKENS = re.compile(
    r"""
    (?P<text>"(?:[^"]|"")*+"?)
    | (?: (?P<sheet>'(?:[^']|'')*+' | [\w.]++) ! )? (?P<word>[\w.\\?$]++) (?P<call>\s*+\()?
    """,
    re.VERBOSE,
)
_CELL = re.compile(r"\$?[A-Z]{1,3}\$?[0-9]{1,7}", re.IGNORECASE)
_FIXED = re.compile(r"\$[A-Z]{1,3}\$[0-9]{1,7}", re.IGNORECASE)
_SHEET = r"(?:'(?:[^']|'')*+'|[\w.]++)!"
_PLAIN = re.compile(
    rf"(?:{_SHEET})?\$\w+(?:\$\w+)?(?::\$\w+(?:\$\w+)?)?|[\w.]+|\"(?:[^\"]|\"\")*\""
)
"""A reference, a number or a text, which needs no parentheses in a formula."""
_LAMBDA = re.compile(r"\s*=?(?:_xlfn\.)?LAMBDA\(", re.IGNORECASE)
"""The beginning of a name that is called as a function."""


class MeaningError(Exception):
    """A name in a formula has no single meaning; the message tells why."""


class Names:
    """The defined names of a workbook.

    Parameters
    ----------
    stated : mapping of str
        What each name stands for, by the title of its sheet, or "" for the workbook, and the name.
    titles : iterable of str
        The titles of the sheets.
    """

    def __init__(self, stated: Mapping[tuple[str, str], str], titles: Iterable[str]) -> None:
        self._stated = {
            (title.casefold(), name.casefold()): text for (title, name), text in stated.items()
        }
        self._titles = {title.casefold(): title for title in titles}
        self._own = {name for _, name in self._stated}
        self._meanings: dict[tuple[str, str], str | MeaningError] = {}

    @classmethod
    def of(cls, contents: Package) -> "Names":
        """Return the names of a workbook; none where no cell uses one, which saves time."""
        are_used = contents.named or contents.left_out
        return cls(contents.defined if are_used else {}, contents.sheets)

    def written_out(self, formula: str, title: str) -> str:
        """Return a formula of a sheet with its names replaced.

        Raises
        ------
        MeaningError
            A name in it has no single meaning.
        """
        if not self._own:
            return formula
        # cells of the formula's own sheet need no title
        own = f"{quoted(self._titles.get(title.casefold(), ''))}!"
        return _TOKENS.sub(lambda token: self._replaced(token, title, own), formula)

    def plain(self, formula: str, title: str) -> str:
        """Return a formula with its names replaced, or unchanged if one has no single meaning."""
        try:
            return self.written_out(formula, title)
        except MeaningError:
            return formula

    def computations(self, formula: str, title: str) -> Iterator[tuple[str, str]]:
        """Yield the names in a formula that stand for a computation, with that computation."""
        for token in _TOKENS.finditer(formula if self._own else ""):
            key = self._key(token, title)
            if key and (meaning := self._meaning(key)).startswith("("):
                yield token["word"], meaning

    def _replaced(self, token: re.Match[str], title: str, own: str = "") -> str:
        key = self._key(token, title)
        if key is None:
            return token[0]
        return self._meaning(key).removeprefix(own) + (token["call"] or "")

    def _key(self, token: re.Match[str], title: str) -> tuple[str, str] | None:
        """Return the name that a token is, if any; names of its own sheet come first."""
        if not token["word"] or token["word"].casefold() not in self._own:
            return None
        name, sheet = token["word"].casefold(), token["sheet"]
        if sheet is not None:
            title = sheet[1:-1].replace("''", "'") if sheet[0] == "'" else sheet
        key = next(
            (key for key in ((title.casefold(), name), ("", name)) if key in self._stated), None
        )
        if token["call"] and not (key and _LAMBDA.match(self._stated[key])):
            return None
        if key is None:
            raise MeaningError(f"the name {token['word']} is defined for another sheet alone")
        return key

    def _meaning(self, key: tuple[str, str]) -> str:
        """Return what a name stands for, in parentheses if it is a computation."""
        if key not in self._meanings:
            # found again if the name refers to itself
            self._meanings[key] = MeaningError(f"the name {key[1]} leads back to itself")
            try:
                self._meanings[key] = self._read(key)
            except MeaningError as error:
                self._meanings[key] = error
        meaning = self._meanings[key]
        if isinstance(meaning, MeaningError):
            raise meaning
        return meaning

    def _read(self, key: tuple[str, str]) -> str:
        stated = self._stated[key].strip().removeprefix("=")
        text = _TOKENS.sub(lambda token: self._replaced(token, key[0]), stated)
        if len(text) > MAX_FORMULA:
            raise MeaningError(f"the name {key[1]} stands for more than a cell takes")
        for token in _TOKENS.finditer(text):
            word = token["word"]
            if not word or token["call"] or not _CELL.fullmatch(word):
                continue
            is_second = text[: token.start()].endswith(":")
            if not (_FIXED.fullmatch(word) and (token["sheet"] or is_second)):
                raise MeaningError(
                    f"the name {key[1]} stands for {token[0]}, which is another cell for each "
                    "formula: define it with its sheet and both $"
                )
        return text if _PLAIN.fullmatch(text) or _LAMBDA.match(text) else f"({text})"
