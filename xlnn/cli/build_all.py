"""The command ``xlnn build all``."""

import sys
from collections.abc import Mapping
from pathlib import Path

from xlnn.building.build_all import BuildResult, Everything, built
from xlnn.building.destination import OUTPUT
from xlnn.cli.console import mended_by, progress, say, say_built
from xlnn.data.wording import listed
from xlnn.errors import OptionsError, one_line
from xlnn.options import Options, as_typed

TAKEN = ("lang", "epochs", "large", "force", "verify")
"""The options of ``xlnn build`` that apply to all templates."""


def build_all(output: Path | None, without: tuple[str, ...], options: Mapping[str, object]) -> None:
    """Build all templates and their index; exit with code 1 if one could not be built.

    Raises
    ------
    OptionsError
        An option does not apply to building all templates.
    """
    given = Options(**options)
    if other := [name for name in given if name not in TAKEN]:
        takes = listed(["--output", "--without", *map(as_typed, TAKEN)])
        raise OptionsError(
            f"{as_typed(other[0])} is not available for all templates (available: {takes})."
        )
    asked = Everything(folder=output or OUTPUT, without=without, options=given)
    failed: list[str] = []
    with progress() as tell:
        for result in built(asked, tell):
            if isinstance(result, BuildResult):
                _say(result)
                failed += [result.name] if result.error else []
            else:
                say(f"Note: {result}", err=True)
    if failed:
        sys.exit(1)


def _say(result: BuildResult) -> None:
    if result.error:
        sentence = mended_by(result.error)
        is_named = result.name in sentence
        say(one_line(f"Error: {'' if is_named else f'{result.name}: '}{sentence}"), err=True)
    else:
        say_built(result.built, of=f"{result.name}: ")
