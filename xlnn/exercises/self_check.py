"""Tell students which of their formulas are right, without showing answers.

`xlnn.exercises.grading` judges the formulas with the file's own inputs and with random ones, but
the result contains no reasons, numbers or formulas.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import randbelow
from typing import Any

from xlnn.arguments import path_of
from xlnn.checking.check import SEEDS
from xlnn.data.messages import in_a_row
from xlnn.errors import MENDABLE, Message, OptionsError, WorkbookError, printed
from xlnn.exercises.consistency import as_a_whole
from xlnn.exercises.judging import PROBES, JudgedQuantity, judged
from xlnn.exercises.submission import exercise_of, submission
from xlnn.registry.text import in_language

RIGHT, WRONG, PARTLY = Message("right"), Message("wrong"), Message("partly")
EMPTY, OPEN = Message("not done"), Message("for your teacher")
"""The states of a quantity: `OPEN` if the engines differ, or if none can compute its formula."""

NAMED = 6
"""The most units named in a line."""


@dataclass(frozen=True)
class BlankState:
    """A quantity that was left out, and its state.

    Attributes
    ----------
    quantity, symbol : str
    state : str
        One of `RIGHT`, `WRONG`, `PARTLY` (only some of its cells are filled in, and none of these
        is wrong), `EMPTY` and `OPEN`.
    units : tuple of str
        The symbols of the units that are not right.
    cell : str
        The first cell that is not right; empty if all are.
    """

    quantity: str
    symbol: str
    state: str
    units: tuple[str, ...] = ()
    cell: str = ""


@dataclass(frozen=True)
class SelfCheck:
    """Which quantities of an exercise are right.

    Attributes
    ----------
    file : str
    agrees : bool
        Whether all of it is right.
    blanks : tuple of BlankState
    seed : int
        The seed of the random inputs.
    lang : str
        The workbook's language, in which the result is printed.
    """

    file: str
    agrees: bool
    blanks: tuple[BlankState, ...]
    seed: int
    lang: str = "en"

    def __str__(self) -> str:
        """Return what ``xlnn check`` prints."""
        return printed(self.lines())

    def __bool__(self) -> bool:
        """Return whether all of it is right."""
        return self.agrees

    def lines(self, lang: str | None = None) -> Iterator[str]:
        """Yield a line for the file and one for each quantity, by default in its language."""
        return (in_language(line, lang or self.lang) for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield Message(
            "{file}   {done} of {blanks} right, also with random inputs   seed {seed}",
            file=self.file,
            done=sum(blank.state == RIGHT for blank in self.blanks),
            blanks=len(self.blanks),
            seed=self.seed,
        )
        for blank in self.blanks:
            units = in_a_row([*blank.units[:NAMED], *(["…"] if blank.units[NAMED:] else [])])
            known = {"symbol": blank.symbol, "state": blank.state, "cell": blank.cell}
            if units and blank.state != EMPTY:
                yield Message("    {symbol}   {state}: {units} ({cell})", **known, units=units)
            else:
                where = Message(" ({cell})", cell=blank.cell) if blank.cell else ""
                yield Message("    {symbol}   {state}{where}", **known, where=where)

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON, in English."""
        found = asdict(self)
        del found["lang"]
        return found


def self_check(path: Path | str, seed: int | None = None) -> SelfCheck:
    """Tell which formulas of an exercise are right.

    Parameters
    ----------
    path : Path
    seed : int
        Seed of the random inputs; by default a new one each time.

    Raises
    ------
    WorkbookError
        The file is not an exercise of xlnn, or is unsafe to open.
    OptionsError
        `seed` is not a whole number of at least 0.
    """
    if seed is not None and (type(seed) is not int or seed < 0):
        raise OptionsError(f"seed is {seed!r}: a whole number of at least 0 was expected.")
    seed = randbelow(SEEDS) if seed is None else seed
    handed_in = submission(path_of(path))
    results, _ = as_a_whole(handed_in, judged(handed_in, seed, PROBES))
    blanks = tuple(map(_state, results))
    done, lang = all(blank.state == RIGHT for blank in blanks), handed_in.spec.lang
    return SelfCheck(str(path), done, blanks, seed, lang)


def _state(result: JudgedQuantity) -> BlankState:
    quantity = result.quantity
    symbol = quantity.symbol.format("").strip() or quantity.name
    off = [index for index in result.places if result.wrong[index]]
    if not off:
        return BlankState(quantity.name, symbol, RIGHT)
    filled = result.formulas.keys() | result.typed.keys()
    first = next((index for index in off if index in filled), off[0])
    if not filled:
        state = EMPTY
    elif filled.isdisjoint(off):
        state = PARTLY
    elif result.by_hand.issuperset(filled.intersection(off)):
        state = OPEN
    else:
        state = WRONG
    wrong = (unit for unit in quantity.units if not result.right(unit))
    units = tuple(quantity.heading(unit).strip() or quantity.name for unit in wrong)
    cell = result.submitted.layout.cell(quantity.name, first)
    return BlankState(quantity.name, symbol, state, units, cell)


def is_exercise(path: Path) -> bool:
    """Return whether a file is an exercise; False if it cannot be read."""
    with suppress(*MENDABLE):
        return exercise_of(path) is not None
    return False


def check_solution(key: Path, path: Path) -> None:
    """Refuse a workbook that is not the solution of an exercise, with its stated formulas.

    Raises
    ------
    WorkbookError
        It is not, or one of the files was not written by xlnn.
    """
    asked, known = exercise_of(path), submission(key)
    wanted = {*asked.blank} if asked else set()
    if not wanted <= known.as_stated.intersection(known.exercise.blank):
        raise WorkbookError(
            "{key} is not the solution of {file}: use the workbook that xlnn exercise --key wrote "
            "for the same quantities.",
            key=key.name,
            file=path.name,
        )
