"""Turn declared options into click options, with choices in help and completion."""

import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from xlnn.cli.console import FILE, LANG
from xlnn.engines import DEFAULT_ENGINE, ENGINES
from xlnn.errors import Message
from xlnn.option import COLUMNS, FLAG, Option
from xlnn.options import BUILD
from xlnn.registry.text import text

F = TypeVar("F", bound=Callable[..., object])

PATH = click.Path(path_type=Path)


class Grouped(click.Command):
    """A command whose help shows the options in groups, those of no group last.

    Parameters
    ----------
    groups : dict
        The names of the options by the headings of their groups.
    """

    def __init__(self, *args: Any, groups: Mapping[str, Iterable[str]], **how: Any) -> None:  # noqa: ANN401 -- click's
        super().__init__(*args, **how)
        self.groups = groups

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        lines = {option.name: option.get_help_record(ctx) for option in options}
        groups = {title: [lines.pop(name) for name in of] for title, of in self.groups.items()}
        for title, group in (groups | {"Others": list(lines.values())}).items():
            with formatter.section(title):
                formatter.write_dl([line for line in group if line])


def offering(known: Callable[[], Iterable[str]]) -> Callable[..., list[str]]:
    """Return a function by which a shell completes a value, after the last comma.

    Wrong values are refused by the called function, with its message.
    """

    def completing(_: click.Context, __: click.Parameter, typed: str) -> list[str]:
        before, comma, begun = typed.rpartition(",")
        return [f"{before}{comma}{value}" for value in known() if value.startswith(begun)]

    return completing


def declared(table: Mapping[str, Option]) -> Callable[[F], F]:
    """Return a decorator that adds the options of a table to a command."""

    def declaring(command: F) -> F:
        for option in reversed(table.values()):
            command = declared_option(option)(command)
        return command

    return declaring


def declared_option(option: Option, said: str = "") -> Callable[[F], F]:
    """Return a decorator that adds an option to a command, perhaps with different help."""
    how: dict[str, Any] = {
        "type": option.parsed,
        "metavar": "VALUE[,VALUE]" if option.several else option.type.metavar,
        "shell_complete": offering(lambda: option.words),
    }
    if option.type is FLAG:
        how = {"is_flag": True, "flag_value": not option.usual, "default": None}
    if option.type.metavar == "PATH":  # which a shell completes by itself
        how = {"type": PATH}
    if option.type is COLUMNS:
        how |= {"multiple": True, "callback": lambda _, __, values: values or None}
    if option.name == "lang":
        how |= {"callback": _remember, "is_eager": True}
    said = with_choices(said or option.help, option.words)
    return click.option(option.typed, option.name, help=said, **how)


def _remember(ctx: click.Context, _: click.Parameter, lang: str | None) -> str | None:
    """Note the language that was asked for, also for errors."""
    if lang:
        text(lang)  # refuses an unknown one
        ctx.meta[LANG] = lang
    return lang


def with_choices(said: str, choices: Iterable[str]) -> str:
    """Return a help that ends with the choices, unless it has a full stop.

    >>> with_choices("Engine", ["one", "other"])
    'Engine: one, other.'
    """
    named = ", ".join(choices)
    return said if said.endswith(".") or not named else f"{said}: {named}."


def misread(option: str, typed: str, expected: str) -> click.UsageError:
    """Return the error for a value that is not written as expected."""
    known = {"option": option, "typed": typed, "expected": expected}
    return click.UsageError(Message('{option} was given "{typed}": expected {expected}.', **known))


def part_of(typed: str) -> tuple[int, int] | None:
    """Read a part of the files, and of how many parts: 3/16.

    >>> part_of("3/16")
    (3, 16)
    """
    if not typed:
        return None
    number, _, count = typed.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise misread("--shard", typed, Message("a part of all, such as 3/16"))
    return int(number), int(count)


class _Workbook(click.Path):
    """A workbook's path, or the name of a template whose workbook is in output/."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        """Return the path: that of the workbook of a template if there is no other."""
        path = Path(super().convert(value, param, ctx))
        if not path.exists() and path.name == str(path):
            from xlnn.building.destination import OUTPUT  # noqa: PLC0415 -- only what is needed

            built = OUTPUT / f"{path}.xlsx"
            path = built if built.is_file() else path
        if ctx:
            ctx.meta[FILE] = path
        return path


WORKBOOK = _Workbook(path_type=Path)

file_argument = click.argument("file", type=WORKBOOK)
files_argument = click.argument("files", nargs=-1, required=True, metavar="FILE...", type=WORKBOOK)

engine_option = partial(
    click.option,
    "--engine",
    shell_complete=offering(lambda: ENGINES),
    default=DEFAULT_ENGINE,
    show_default=True,
    help=with_choices("Engine that recalculates the workbook", ENGINES),
)
"""The option of commands that use one engine."""

language_option = partial(declared_option, BUILD["lang"])
"""The option of commands with output in a language."""
