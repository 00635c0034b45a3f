"""The command ``xlnn explain``."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlnn.cli.saying import LONGEST_LINE, progress, say, say_json
from xlnn.errors import one_line

if TYPE_CHECKING:
    from xlnn.explaining.explanation import Explanation, Part
    from xlnn.shipped.text import Text

MOST_PARTS = 10
"""Parts of one cell that the text output lists; --json lists all."""

Line = tuple[int, str]
"""How deep a line stands, and what it says."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("what", metavar="WHAT")
@click.option("--epoch", type=int, help="Of a quantity: which epoch.")
@click.option("--image", type=int, help="Of a quantity: which image, or row of a table.")
@click.option("--unit", metavar="N[,N]", default="", help="Of a quantity: which unit, from 1.")
@click.option(
    "--at", "places", metavar="AXIS=N", multiple=True, help="The same for any axis: --at step=3."
)
@click.option(
    "--depth",
    type=click.IntRange(min=1, max=9),
    default=1,
    show_default=True,
    help="How far to follow what it is computed from and for.",
)
@click.option("--lang", help="The language of the words; the workbook's by default.")
@click.option("--engine", default="formualizer", show_default=True, help="Who recalculates it.")
@click.option("--json", "as_json", is_flag=True, help="Print the explanation as JSON.")
def explain(  # noqa: PLR0913, PLR0917 -- click gives each option by its name
    file: Path,
    what: str,
    epoch: int | None,
    image: int | None,
    unit: str,
    places: tuple[str, ...],
    depth: int,
    lang: str | None,
    engine: str,
    *,
    as_json: bool,
) -> None:
    """Say what a cell of a workbook FILE is, how it is computed, from what and for what.

    WHAT is a cell, as Training!R7, or the name of a quantity, as delta3; `xlnn values` lists the
    names. Without options it is the first epoch, image and unit of a quantity.

    Example: xlnn explain output/digits.xlsx delta3 --epoch 1 --image 6 --unit 1
    """
    from xlnn.explaining.explain import explain as explained  # noqa: PLC0415 -- only what is needed

    named = {"epoch": epoch, "image": image}
    at = {axis: number for axis, number in named.items() if number is not None}
    with progress() as tell:
        tell(f"Recalculating with {engine}")
        said = explained(
            file,
            what,
            at=at | dict(map(_place, places)),
            unit=_unit(unit),
            depth=depth,
            lang=lang,
            engine=engine,
        )
    if as_json:
        say_json(said.to_json())
        return
    _print(list(_lines(said)))


def _place(text: str) -> tuple[str, int]:
    axis, _, number = text.partition("=")
    if not axis or not number.strip().isdecimal():
        raise click.UsageError(
            f'--at was given "{text}": it takes an axis and a number, as step=3.'
        )
    return axis, int(number)


def _unit(text: str) -> tuple[int, ...]:
    numbers = text.split(",") if text else []
    if not all(number.strip().isdecimal() for number in numbers):
        raise click.UsageError(f'--unit was given "{text}": it takes numbers, as 1 or 2,3.')
    return tuple(map(int, numbers))


def _lines(said: "Explanation") -> Iterator[Line]:
    """Yield what is said, each line with its depth."""
    from xlnn.explaining.explanation import in_words  # noqa: PLC0415 -- only what is needed
    from xlnn.shipped.text import text  # noqa: PLC0415 -- the same

    words = text(said.lang, "explaining")
    yield 0, f"{said.cell}   {_named(said.symbol, said.name)}   {_where(said, words)}".rstrip()
    rows = {
        "equation": f"{said.equation}   {_book(said, words)}".strip() if said.equation else "",
        "formula": said.formula,
        "stated": said.remark if said.formula and said.remark.startswith("=") else "",
        "symbols": said.in_symbols,
        "numbers": said.in_numbers,
        "value": f"{in_words(said.value)}   {_judged(said, words)}".rstrip(),
    }
    labels = {key: words("explain", key) for key, row in rows.items() if row}
    width = max(map(_columns, labels.values()))
    if said.meaning:
        yield 1, said.meaning
    for key, label in labels.items():
        yield 1, f"{label}{' ' * (width - _columns(label))}   {rows[key]}"
    if said.remark and not said.remark.startswith("="):
        yield 1, said.remark
    for key, parts in (("computed_from", said.computed_from), ("used_for", said.used_for)):
        if parts:
            yield 0, words("explain", key)
            yield from _tree(parts, words, 1)


def _tree(parts: "tuple[Part, ...]", words: "Text", depth: int) -> Iterator[Line]:
    from xlnn.explaining.explanation import in_words  # noqa: PLC0415 -- only what is needed

    for part in parts[:MOST_PARTS]:
        values = ", ".join(in_words(value) for value in part.values)
        more = ", …" if part.count > len(part.values) else ""
        count = f"   ({words('explain', 'cells', count=f'{part.count:,}')})" if more else ""
        yield depth, f"{_named(part.symbol, part.name)}   {part.cells}   {values}{more}{count}"
        yield from _tree(part.parts, words, depth + 1)
    if len(parts) > MOST_PARTS:
        yield depth, words("explain", "more", count=len(parts) - MOST_PARTS)


def _named(symbol: str, name: str) -> str:
    return f"{symbol}   {name}" if name and name != symbol else symbol


def _book(said: "Explanation", words: "Text") -> str:
    return words("explain", "book", place=said.book) if said.book else ""


def _where(said: "Explanation", words: "Text") -> str:
    """Say in which layer, of which unit, in which epoch and of which image."""
    headings = words.words["headings"]
    axes = (
        words("explain", "place", axis=headings.get(axis, axis), number=number)
        for axis, number in said.place.items()
    )
    layer = words("explain", "layer", name=said.layer) if said.layer else ""
    unit = words("explain", "unit", number=",".join(map(str, said.unit))) if said.unit else ""
    return words("joined", "between").join(filter(None, (layer, unit, *axes)))


def _judged(said: "Explanation", words: "Text") -> str:
    from xlnn.explaining.explanation import in_words  # noqa: PLC0415 -- only what is needed

    if said.role in {"input", "noted"}:
        return words("explain", said.role)
    if not said.agrees:
        if said.expected is None:
            return words("explain", "wrong_reads")
        return words("explain", "wrong", expected=in_words(said.expected))
    return words("explain", "agrees") if said.expected is not None else ""


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes; Chinese letters take two."""
    from rich.cells import cell_len  # noqa: PLC0415 -- only what is needed

    return cell_len(text)


def _print(lines: list[Line]) -> None:
    """Print the lines: as a tree on a terminal, else by blanks before them."""
    if not sys.stdout or not sys.stdout.isatty():
        for depth, line in lines:
            say("    " * depth + line)
        return
    from rich.console import Console  # noqa: PLC0415 -- only where someone looks
    from rich.text import Text  # noqa: PLC0415 -- the same
    from rich.tree import Tree  # noqa: PLC0415 -- the same

    console = Console()
    branch: list[Tree] = []
    roots: list[Tree] = []
    for depth, line in lines:
        shown = Text(one_line(line, LONGEST_LINE), style="" if depth else "bold")
        branch[depth:] = [branch[depth - 1].add(shown) if depth else Tree(shown)]
        roots += branch if depth == 0 else []
    console.print(*roots, sep="\n")
