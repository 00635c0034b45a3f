"""The command ``xlnn build all``."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xlnn.building.everything import Everything, Result, built
from xlnn.building.place import OUTPUT
from xlnn.cli.saying import mended_by, progress, say, say_built
from xlnn.errors import OptionsError, one_line

TAKEN = ("output", "lang", "epochs", "large", "force")
"""The options of ``xlnn build`` that mean the same to all templates."""


def build_all(options: Mapping[str, Any], without: tuple[str, ...], *, verify: bool) -> None:
    """Build all templates and their index; the exit code is 1 if one of them could not be.

    Raises
    ------
    OptionsError
        An option means nothing to all templates.
    """
    given = {
        name: value for name, value in options.items() if value is not None and value is not False
    }
    if other := [name for name in given if name not in TAKEN]:
        raise OptionsError(
            f"--{other[0].removesuffix('_workbook').replace('_', '-')} means nothing to all "
            "templates: they take --output, --lang, --epochs, --without, --large, --force and "
            "--no-verify."
        )
    asked = Everything(
        folder=Path(given.get("output", OUTPUT)),
        without=without,
        options={name: given[name] for name in ("lang", "epochs") if name in given},
        large="large" in given,
        force="force" in given,
        verify=verify,
    )
    failed: list[str] = []
    with progress() as tell:
        for result in built(asked, tell):
            if isinstance(result, Result):
                _say(result)
                failed += [result.name] if result.error else []
            else:
                say(f"Note: {result}", err=True)
    if failed:
        sys.exit(1)


def _say(result: Result) -> None:
    if result.error:
        sentence = mended_by(result.error)
        is_named = result.name in sentence
        say(one_line(f"Error: {'' if is_named else f'{result.name}: '}{sentence}"), err=True)
    else:
        say_built(result.built, of=f"{result.name}: ")
