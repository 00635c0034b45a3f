"""Turn declared options into click options, with choices in help and completion."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from xlnn.engines import DEFAULT_ENGINE, ENGINES
from xlnn.option import COLUMNS, FLAG, Option
from xlnn.options import BUILD

F = TypeVar("F", bound=Callable[..., object])
Known = Callable[[], Iterable[str]]


class Choice(click.ParamType):
    """A value that completion offers; the called function refuses wrong ones, with its message.

    Parameters
    ----------
    known : function
        Returns the values to choose from.
    read : function
        Returns the value of a text, valid or not.
    name : str
        How help writes a value.
    """

    def __init__(
        self, known: Known, read: Callable[[str], object] = str, name: str = "TEXT"
    ) -> None:
        self.known, self.read, self.name = known, read, name

    def convert(self, value: Any, *_: object) -> object:  # noqa: ANN401 -- click's signature
        """Return the typed value."""
        return self.read(value)

    def shell_complete(self, *asked: Any) -> list[CompletionItem]:  # noqa: ANN401 -- the same
        """Return the values that start with the text after the last comma."""
        before, comma, begun = asked[-1].rpartition(",")
        values = (value for value in self.known() if value.startswith(begun))
        return [CompletionItem(f"{before}{comma}{value}") for value in values]


def declared(table: Mapping[str, Option]) -> Callable[[F], F]:
    """Return a decorator that adds the options of a table to a command."""

    def declaring(command: F) -> F:
        for option in reversed(table.values()):
            command = declared_option(option)(command)
        return command

    return declaring


def declared_option(option: Option, said: str = "") -> Callable[[F], F]:
    """Return a decorator that adds an option to a command, perhaps with different help."""
    name = "VALUE[,VALUE]" if option.several else option.type.metavar
    how: dict[str, Any] = {"type": Choice(lambda: option.words, option.parsed, name)}
    if option.type is FLAG:
        how = {"is_flag": True, "flag_value": not option.usual, "default": None}
    if option.type.metavar == "PATH":  # which a shell completes by itself
        how = {"type": click.Path(path_type=Path)}
    if option.type is COLUMNS:
        how |= {"multiple": True, "callback": lambda _, __, values: values or None}
    said = with_choices(said or option.help, option.words)
    return click.option(option.typed, option.name, help=said, **how)


def with_choices(said: str, choices: Iterable[str]) -> str:
    """Return a help that ends with the choices, unless it has a full stop.

    >>> with_choices("Engine", ["one", "other"])
    'Engine: one, other.'
    """
    named = ", ".join(choices)
    return said if said.endswith(".") or not named else f"{said}: {named}."


engine_option = partial(
    click.option,
    "--engine",
    type=Choice(lambda: ENGINES),
    default=DEFAULT_ENGINE,
    show_default=True,
    help=with_choices("Engine that recalculates the workbook", ENGINES),
)
"""The option of commands that use one engine."""

language_option = partial(declared_option, BUILD["lang"])
"""The option of commands with output in a language."""
