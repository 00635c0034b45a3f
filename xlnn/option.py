"""Declare an option: its type, help, choices, and the message that refuses a value."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlnn.arguments import is_number, is_path, is_text, is_whole, wrong
from xlnn.data.messages import listed, short
from xlnn.errors import DataError, Message

MOST_EPOCHS = 1_048_576
"""The rows of a sheet: each epoch takes at least one."""

MOST_LAYERS = 64
"""The most hidden layers. In a network that trains, a formula that reads all layers is too long for
a cell if there are 55 of them."""

MOST_RUNS = 12
"""The most runs that a workbook compares: longer lists and charts would be unreadable."""

NO_LAYERS = "none"
"""The value for no hidden layers."""


@dataclass(frozen=True)
class Type:
    """The type of an option's values.

    Attributes
    ----------
    wanted : str
        What is expected, as worded in a message.
    read : function
        Returns a value in its normal form; raises ValueError or TypeError if it is not of this
        type.
    typed : function
        Returns the value of a text on the command line, valid or not.
    metavar : str
        How the command line's help writes a value.
    """

    wanted: str
    read: Callable[[Any], object]
    typed: Callable[[str], object] = str
    metavar: str = "TEXT"


def _one(is_meant: Callable[[Any], bool], plain: Callable[[Any], Any] = lambda v: v) -> Any:  # noqa: ANN401 -- a `Type.read`
    """Return a function that reads one value that passes a test."""

    def read(value: object) -> object:
        if not is_meant(value):
            raise ValueError
        return plain(value)

    return read


def _several(is_meant: Callable[[Any], bool]) -> Any:  # noqa: ANN401 -- a `Type.read`
    """Return a function that reads a list or tuple of such values."""
    return _one(
        lambda values: isinstance(values, list | tuple) and all(map(is_meant, values)), tuple
    )


def _number(text: str) -> object:
    """Return a typed number, or the text if it is not a number."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _size(value: object) -> tuple[int, int]:
    if isinstance(value, str):
        value = [int(side) for side in re.split("[x×]", value) if re.fullmatch("[0-9]{1,5}", side)]
    rows, columns = _several(is_whole)(value)
    return int(rows), int(columns)


def _units(value: object) -> tuple[int, ...]:
    if isinstance(value, str):
        value = (
            []
            if value.strip() == NO_LAYERS
            else [_number(n) for n in re.split(r"[, ]+", value.strip())]
        )
    return tuple(map(int, _several(is_whole)([value] if is_whole(value) else value)))


def _columns(value: object) -> tuple[str, ...]:
    return _one(len)(_several(is_text)([value] if isinstance(value, str) else value))


def _comma_separated(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    return tuple(map(str, _one(len)(_several(lambda v: is_text(v) or is_whole(v))(value))))


def _quantities(value: object) -> tuple[str, ...]:
    value = value.split(",") if isinstance(value, str) else value
    return tuple(filter(None, _several(is_text)(value)))


def _points(value: object) -> dict[str, float]:
    if isinstance(value, str):
        pairs = (part.partition("=") for part in value.split(",") if part.strip())
        value = {name.strip(): _number(points) for name, _, points in pairs}
    if not isinstance(value, Mapping) or not all(map(is_text, value)):
        raise ValueError
    return dict(zip(value, _several(is_number)([*value.values()]), strict=True))


TEXT = Type("a text", _one(is_text))
WHOLE = Type("a whole number", _one(is_whole, int), _number, "INTEGER")
NUMBER = Type("a number", _one(is_number, float), _number, "FLOAT")
FLAG = Type("True or False", _one(lambda value: isinstance(value, bool)))
TEXTS = Type("a list of texts", _several(is_text))
WHOLES = Type("a list of whole numbers", _several(is_whole))
SECTIONS = Type("a section of the book, or a list of them", lambda value: value)
WORDS = Type(
    "a list of columns, each a heading and its words,",
    _one(
        lambda value: (
            isinstance(value, list | tuple)
            and all(len(_several(is_text)(column)) > 1 for column in value)
        ),
        lambda value: tuple(map(tuple, value)),
    ),
)
TABLES = Type(
    "a list of tables, each in [[double brackets]],", _several(lambda item: isinstance(item, dict))
)
LIST = Type("a list", _one(lambda value: isinstance(value, list)))
TABLE = Type("a table, written in [brackets],", _one(lambda value: isinstance(value, dict)))
PATH = Type("a path", _one(is_path), Path, "PATH")
DATA = Type("a path, arrays or a data frame", lambda value: value, Path, "PATH")
START = Type(
    "a path or a dict of arrays",
    _one(lambda value: is_path(value) or isinstance(value, Mapping | tuple)),
    Path,
    "PATH",
)
SIZE = Type("a size in rows and columns, such as 8x8,", _size, metavar="ROWSxCOLUMNS")
UNITS = Type(f"units of the hidden layers, such as 5,3, or {NO_LAYERS}", _units)
COLUMN = Type(
    "the name of a column, or its number,", _one(lambda v: is_text(v) or is_whole(v), str)
)
COLUMNS = Type("the name of a column, or several,", _columns)
NAMES = Type("names of columns, such as a,b,c,", _comma_separated, metavar="A,B,C")
QUANTITIES = Type("a name of a quantity, or several,", _quantities)
POINTS = Type("points of quantities, such as delta3=4,delta2=6,", _points, metavar="NAME=N,...")


@dataclass(frozen=True)
class Option:
    """The declaration of an option.

    Attributes
    ----------
    type : Type
    help : str
        A sentence; the choices follow it if it has no full stop.
    wanted : str
        What is expected, if more specific than the type.
    within : function
        Returns whether a value of the type is allowed.
    choices : dict
        The names to choose from, each with its names in other libraries.
    thing : str
        The kind of things they name.
    is_open : bool
        Whether other names may be valid, too; this is checked where they are used.
    most : int
        The largest number, or the most entries of a list; 0 if any number of them is allowed.
    several : bool
        Whether several values are accepted where weights are trained, with a run for each.
    kinds : tuple of str
        The kinds of workbooks that accept it; () if the builder uses it, for any kind.
    predicts : bool
        Whether a network that only predicts accepts it.
    table : str or None
        The table of a network's ``template.toml`` in which it is a key; "" is the top level.
    reads : tuple of str
        The kinds of data that it helps to read.
    excludes : tuple of str
        Options that it excludes.
    flag : str
        How it is typed, if not by its name.
    usual : object
        Its default value.
    name : str
        Its argument in Python, filled in by the table of options.
    """

    type: Type
    help: str
    wanted: str = ""
    within: Callable[[Any], bool] = lambda _: True
    choices: Mapping[str, tuple[str, ...]] | None = None
    thing: str = ""
    is_open: bool = False
    most: int = 0
    several: bool = False
    kinds: tuple[str, ...] = ("network",)
    predicts: bool = False
    table: str | None = None
    reads: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    flag: str = ""
    usual: object = None
    name: str = ""

    @property
    def typed(self) -> str:
        """The option as typed on the command line."""
        return self.flag or "--" + self.name.replace("_", "-")

    @property
    def documentation(self) -> str:
        """The documentation of the argument, for a docstring."""
        wanted = (self.wanted or self.type.wanted).rstrip(",")
        wanted = f"one of {', '.join(self.words)}" if self.choices else wanted
        wanted += ", or several" if self.several else ""
        text = self.help.removesuffix(".") + "."
        text = f"If False, {text[0].lower()}{text[1:]}" if self.usual is True else text
        return f"{self.name} : {wanted}\n    {text}"

    @property
    def words(self) -> tuple[str, ...]:
        """The choices, each as one word."""
        names = ((name, *others) for name, others in (self.choices or {}).items())
        return tuple(next(word for word in words if " " not in word) for words in names)

    def parsed(self, text: str) -> object:
        """Return the value of a text on the command line, valid or not."""
        if self.several and "," in text:
            return tuple(self.type.typed(part.strip()) for part in text.split(","))
        return self.type.typed(text)

    def check(self, value: object, *, several: bool = True) -> Any:  # noqa: ANN401 -- of its type
        """Return a value in its normal form; for a list with one entry, the entry.

        Parameters
        ----------
        value : object
        several : bool
            Whether there may be several values, if the option takes them.

        Raises
        ------
        DataError
            The option does not accept it. The message is the same wherever the value comes from.

        >>> Option(NUMBER, "The learning rate.", several=True).check([1, 0.5])
        (1.0, 0.5)
        """
        if self.several and several:
            if isinstance(value, str) and "," in value:
                value = self.parsed(value)
            if isinstance(value, list | tuple) and value:
                values = tuple(map(self._checked, value))
                if len(values) > MOST_RUNS:
                    raise DataError(
                        "{count} runs are too many: a workbook compares at most {most}.",
                        self.name,
                        count=f"{len(values):,}",
                        most=MOST_RUNS,
                    )
                return values[0] if len(values) == 1 else values
        return self._checked(value)

    def _checked(self, value: object) -> object:
        try:
            read = _one(self.within)(self.type.read(value))
        except (TypeError, ValueError, OverflowError):
            wanted = self.wanted or self.type.wanted
            raise DataError(wrong(self.name, value, Message(wanted)).args[0], self.name) from None
        number = len(read) if isinstance(read, tuple) else read
        if self.most and number > self.most:
            raise DataError(
                "{count} {thing} are too many: a workbook holds at most {most} (--{option}).",
                self.name,
                count=f"{number:,}",
                thing=Message(self.thing),
                most=f"{self.most:,}",
                option=self.name,
            )
        if self.choices is None:
            return read
        read = self._ours(read)
        if self.is_open or read in self.choices:
            return read
        choices = listed(self.choices, "or")
        raise DataError(
            'There is no {thing} "{name}"; choose {choices}.',
            self.name,
            thing=Message(self.thing),
            name=short(read),
            choices=choices,
        )

    def _ours(self, given: str) -> str:
        """Return our name for any name."""
        for name, others in (self.choices or {}).items():
            if given.casefold() in {name, *map(str.casefold, others)}:
                return name
        return given

    def notes(self, value: object) -> Iterator[str]:
        """Yield notes on how our meaning of a name differs from that of others."""
        for name in value if isinstance(value, list | tuple) else [value]:
            if (
                self.choices
                and isinstance(name, str)
                and (note := _difference(name, self._ours(name)))
            ):
                yield note


LOGITS = {"bcewithlogitsloss": "sigmoid", "crossentropyloss": "softmax"}
"""Costs of PyTorch that include the activation of the outputs."""

COSTS = {
    "squared error": (
        "mse", "MSELoss", "mse_loss", "mean_squared_error", "MeanSquaredError",
    ),
    "cross-entropy": (
        "bce", "BCELoss", "BCEWithLogitsLoss", "binary_cross_entropy", "binary_crossentropy",
        "BinaryCrossentropy",
    ),
    "categorical cross-entropy": (
        "cce", "CrossEntropyLoss", "categorical_crossentropy", "CategoricalCrossentropy",
        "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy",
    ),
}  # fmt: skip
"""Our names of costs, and those of PyTorch and Keras, the shortest first."""

ACTIVATIONS: dict[str, tuple[str, ...]] = {
    "sigmoid": ("logistic",),
    "tanh": (),
    "relu": (),
    "leaky relu": ("leaky_relu", "LeakyReLU"),
    "linear": ("identity",),
    "softmax": (),
}
"""The same for activation functions; case does not matter."""

OPTIMISERS: dict[str, tuple[str, ...]] = dict.fromkeys(("sgd", "momentum", "rmsprop", "adam"), ())

EDITIONS: dict[str, tuple[str, ...]] = {"cells": (), "matrices": ()}
"""How a workbook states its training: a formula for each cell, or one for each matrix."""

DIFFERS = {
    "squared error": ("half the sum over N images and K outputs", "N K / 2"),
    "cross-entropy": ("the sum over N images and K outputs", "N K"),
    "categorical cross-entropy": ("the sum over N images", "N"),
}
"""What C_T is where libraries use a mean, and the factor by which a plain step is longer."""


def _difference(given: str, name: str) -> str:
    """Return how a name's meaning here differs from that in other libraries, or ""."""
    if given == name:
        return ""
    if name in DIFFERS:
        total, times = DIFFERS[name]
        held = LOGITS.get(given.casefold())
        also = f" The {held} that it holds is the output layer's." if held else ""
        return (
            f'{given} is the cost "{name}": C_T is {total}, where libraries take the mean, so that '
            f"a plain step with the same --eta is {times} times as long.{also}"
        )
    if name == "leaky relu":
        return f'{given} has the slope 0.01 below 0, as in PyTorch; "leaky relu 0.3" has another.'
    return ""
