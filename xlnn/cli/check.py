"""The command ``xlnn check``."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlnn.checking.wording import lines_of
from xlnn.cli.console import mended_by, progress, say, say_json
from xlnn.cli.parameters import DEFAULT_ENGINE, Choice, Choosing, engines
from xlnn.errors import MENDABLE, EngineError

if TYPE_CHECKING:  # it brings NumPy, which --help does without
    from xlnn.checking.report import Report


@click.command()
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path)
)
@click.option(
    "--engine",
    "chosen",
    multiple=True,
    cls=Choosing,
    type=Choice(lambda: (*engines(), "all")),
    default=[DEFAULT_ENGINE],
    show_default=True,
    help="Engine that recalculates the workbooks; may be repeated",
)
@click.option(
    "--probes",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="How many times to repeat the comparison with random inputs.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of the random inputs, to repeat a check."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def check(
    files: tuple[Path, ...],
    chosen: tuple[str, ...],
    probes: int,
    seed: int | None,
    *,
    as_json: bool,
) -> None:
    """Recalculate each workbook FILE and compare every cell with NumPy.

    NumPy computes each cell from the cells that it refers to, so an error is reported where it
    starts. If two outputs are equal to 12 digits, either class is right. The drift is the distance
    from NumPy's own run: rounding errors grow from epoch to epoch. It is measured on numbers that
    change smoothly, not on classes and counts, and is not judged.

    If a file cannot be checked, the others still are, and the exit code is 1. With --json such a
    file is an object with its file and its error; several files or engines give a list.

    Example: xlnn check output/digits.xlsx --engine ironcalc
    """
    from xlnn.engines import ENGINES, check_name, missing  # noqa: PLC0415 -- only what is needed

    absent = missing() if "all" in chosen else {}
    every = [name for name in ENGINES if name not in absent]
    asked = [every if choice == "all" else [choice] for choice in chosen]
    engines = list(dict.fromkeys(chain.from_iterable(asked)))
    for name in engines:
        check_name(name)
    found: list[Report | Failure] = []
    for file in files:
        for result in _checked(file, engines, probes, seed):
            found.append(result)
            if isinstance(result, Failure):
                is_named = len(files) == 1 or file.name in result.error
                say(f"Error: {'' if is_named else f'{file}: '}{result.error}", err=True)
            elif not as_json:
                for line in lines_of(result):
                    say(line)
    if as_json:
        plain = [result.to_json() for result in found]
        say_json(plain if len(files) > 1 or len(engines) > 1 else plain[0])
    else:
        for name, install in absent.items():
            click.echo(f"Skipped: {name} is not installed ({install}).", err=True)
    if not all(not isinstance(result, Failure) and result.agrees for result in found):
        sys.exit(1)


@dataclass(frozen=True)
class Failure:
    """A file that could not be checked, and why.

    Attributes
    ----------
    file : str
    error : str
        A sentence.
    """

    file: str
    error: str

    def to_json(self) -> dict[str, str]:
        """Return plain values for JSON."""
        return asdict(self)


def _checked(
    file: Path, engines: Sequence[str], probes: int, seed: int | None
) -> "Iterator[Report | Failure]":
    """Check a file with each engine; what no engine can read is said once."""
    from xlnn.checking.check import check as check_workbook  # noqa: PLC0415 -- only what is needed

    for name in engines:
        try:
            with progress() as tell:
                tell(f"Recalculating with {name}, and comparing with NumPy")
                result = check_workbook(file, name, probes, seed=seed)
        except EngineError as error:  # another engine may do
            yield Failure(str(file), str(error))
        except MENDABLE as error:
            yield Failure(str(file), mended_by(error))
            return
        else:
            yield result
