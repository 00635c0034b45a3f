"""Replace defined names in formulas by what they stand for in Excel.

Users name cells, ranges and numbers. Programs differ in the names they support, so engines get
formulas with the cells themselves.
"""

from collections.abc import Iterable, Iterator, Mapping

from xlnn.errors import XlnnError
from xlnn.formula import Token, function_name, rewritten, title_of, tokens
from xlnn.grid import quoted
from xlnn.xlsx.guard import MAX_FORMULA
from xlnn.xlsx.package import Package

NO_VALUE = "=#N/A"
"""The formula given to an engine instead of one with an ambiguous name."""


class MeaningError(XlnnError):
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
        prefix = f"{quoted(self._titles.get(title.casefold(), ''))}!"
        return rewritten(formula, lambda token: self._replaced(token, title, prefix))

    def plain(self, formula: str, title: str) -> str:
        """Return a formula with its names replaced, or unchanged if one has no single meaning."""
        try:
            return self.written_out(formula, title)
        except MeaningError:
            return formula

    def computations(self, formula: str, title: str) -> Iterator[tuple[str, str]]:
        """Yield the names in a formula that stand for a computation, with that computation."""
        for token in tokens(formula) if self._own else ():
            key = self._key(token, title)
            if key and (meaning := self._meaning(key)).startswith("("):
                yield _word(token), meaning

    def _replaced(self, token: Token, title: str, prefix: str = "") -> str:
        key = self._key(token, title)
        if key is None:
            return token[0]
        call = token["call"].removeprefix(token["function"]) if token["call"] else ""
        return self._meaning(key).removeprefix(prefix) + call

    def _key(self, token: Token, title: str) -> tuple[str, str] | None:
        """Return the name that a token is, if any; names of its own sheet come first."""
        name = _word(token).casefold()
        if name not in self._own:
            return None
        title = title_of(token["sheet"]) if token["sheet"] else title
        key = next(
            (key for key in ((title.casefold(), name), ("", name)) if key in self._stated), None
        )
        if token["call"] and not (key and _is_lambda(self._stated[key])):
            return None
        if key is None:
            raise MeaningError(
                "the name {name} is defined for another sheet alone", name=_word(token)
            )
        return key

    def _meaning(self, key: tuple[str, str]) -> str:
        """Return what a name stands for, in parentheses if it is a computation."""
        if key not in self._meanings:
            # found again if the name refers to itself
            self._meanings[key] = MeaningError("the name {name} leads back to itself", name=key[1])
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
        text = rewritten(stated, lambda token: self._replaced(token, key[0]))
        if len(text) > MAX_FORMULA:
            raise MeaningError("the name {name} stands for more than a cell takes", name=key[1])
        joined = ""  # the sheet of the range's first corner
        for token in tokens(text):
            if token["first_row"] and not (_is_fixed(token) and (token["sheet"] or joined)):
                raise MeaningError(
                    "the name {name} stands for {cell}, which is another cell for each formula: "
                    "define it with its sheet and both $",
                    name=key[1],
                    cell=token[0],
                )
            joined = token[0] == ":"
        return text if _is_plain(text) or _is_lambda(text) else f"({text})"


def _word(token: Token) -> str:
    """Return the word of a token that may be a name; empty for other tokens."""
    kind = token.lastgroup
    return token["function"] or (token[kind] if kind in {"name", "reference", "number"} else "")


def _is_fixed(token: Token) -> bool:
    """Return whether a reference names the same cells in each formula."""
    return token["reference"].count("$") == 2 + 2 * (":" in token["reference"])


def _is_lambda(text: str) -> bool:
    """Return whether a name is called as a function."""
    words = [token for token in tokens(text) if not token["space"] and token[0] != "="]
    return bool(words) and function_name(words[0]["function"] or "") == "LAMBDA"


def _is_plain(text: str) -> bool:
    """Return whether a text needs no parentheses in a formula."""
    kinds = [token.lastgroup for token in tokens(text)]
    return len(kinds) == 1 and kinds[0] != "stray"
