"""The options of `xlnn build` and `xlnn exercise`, each declared once.

A declaration gives the command-line option with its help and completion, the Python argument and
its documentation, the key in a template, and the message that refuses a value. NumPy is not
imported.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from math import inf
from pathlib import Path
from textwrap import indent
from typing import Annotated, Any, TypedDict, TypeVar, get_type_hints

from xlnn.data.files import ENCODINGS
from xlnn.errors import Message, OptionsError, blamed
from xlnn.option import (
    ACTIVATIONS,
    COLUMN,
    COLUMNS,
    COSTS,
    DATA,
    EDITIONS,
    FLAG,
    MOST_EPOCHS,
    MOST_LAYERS,
    NAMES,
    NUMBER,
    OPTIMISERS,
    PATH,
    POINTS,
    QUANTITIES,
    SIZE,
    START,
    TEXT,
    UNITS,
    WHOLE,
    Option,
)
from xlnn.registry.text import languages

F = TypeVar("F", bound=Callable[..., object])

ATTEMPTS = ("last", "first", "best")
"""Ways to choose which of a student's files counts."""

LEVELS = 5
"""The number of levels of exercises; 0 means that the blanks were chosen."""

MOST_PROBES = 100
"""The most probes of a check, which keeps the values of all of them in memory."""

LARGEST_SEED = 2**53
"""Of a teacher: a program that reads the text of the Spec may read a larger one inexactly."""

CSV, XLSX = Message("CSV files"), Message(".xlsx files")
ARRAYS, FRAMES = Message("arrays"), Message("data frames")
PICTURES = Message("folders of pictures")
TABLES = (CSV, XLSX, FRAMES)
"""The kinds of data with columns."""

_ALL: Any = {"reads": (*TABLES, ARRAYS, PICTURES), "table": "data"}
_ROWS: Any = {"predicts": True, "table": "data"}
_BUILDER: Any = {"kinds": ()}
_USED: Any = {"kinds": (), "usual": False}


def _names(*names: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names, ())


# fmt: off
Epochs = Annotated[int | None, Option(
    WHOLE, "How many epochs to train.", "a whole number of at least 1", lambda v: v > 0,
    thing="epochs", most=MOST_EPOCHS, table="",
)]
Lang = Annotated[str | None, Option(
    TEXT, "The workbook's language", choices=_names(*languages()), is_open=True, kinds=("*",),
    predicts=True,
)]
Edition = Annotated[str | None, Option(
    TEXT, "A formula for each cell (cells), or one for each matrix of an epoch (matrices).",
    choices=EDITIONS, thing="edition",
)]
Large = Annotated[bool | None, Option(
    FLAG, "Allow very large workbooks, which take minutes to open.", **_USED,
)]
Force = Annotated[bool | None, Option(
    FLAG, "Overwrite the output even if xlnn did not write it or you edited it.", **_USED,
)]


class BuildOptions(TypedDict, total=False):
    """The options of a build: the type of each in Python, and its declaration."""

    from_workbook: Annotated[Path | str | None, Option(
        PATH, "Start from an existing workbook: its network, settings and start weights.",
        flag="--from", **_BUILDER,
    )]
    model: Annotated[Path | str | None, Option(
        PATH, "Start from a trained model (.onnx): it predicts, or with --epochs it trains "
        "further.",
        excludes=("from_workbook",), **_BUILDER,
    )]
    data: Annotated[object, Option(
        DATA, "Your data: a CSV, an .xlsx, an .npz, or a folder of pictures.",
        predicts=True,
    )]
    picture: Annotated[tuple[int, int] | str | None, Option(
        SIZE, "The size of the pictures, such as 8x8.", excludes=("table",), **_ALL,
    )]
    threshold: Annotated[float | None, Option(
        NUMBER, "Picture files: grey levels from this value on become 1, others 0.",
        "a grey level above 0 and at most 1, such as 0.5,", lambda v: 0 < v <= 1,
        reads=(PICTURES,), table="data",
    )]
    light_ink: Annotated[bool | None, Option(
        FLAG, "Picture files: the ink is lighter than the paper.", reads=(PICTURES,), table="data",
    )]
    table: Annotated[bool | None, Option(FLAG, "The data are a table, not pictures.", **_ALL)]
    label: Annotated[str | int | None, Option(
        COLUMN, "The column with the labels: its heading, its number, first or last.",
        excludes=("targets",), reads=TABLES, **_ROWS,
    )]
    targets: Annotated[Sequence[str] | str | None, Option(
        COLUMNS, "A column to predict; may be repeated.", flag="--target",
        **_ALL | _ROWS,
    )]
    drop: Annotated[Sequence[str] | str | None, Option(
        COLUMNS, "A column to leave out; may be repeated.", reads=TABLES, **_ROWS,
    )]
    columns: Annotated[Sequence[str] | str | None, Option(
        NAMES, "The input columns; by default all but the label.", reads=TABLES, **_ROWS,
    )]
    header_row: Annotated[int | None, Option(
        WHOLE, "The row of the headings, if there are other rows above them.",
        "a whole number from 1 on", lambda v: v > 0, reads=(CSV, XLSX), **_ROWS,
    )]
    sheet: Annotated[str | None, Option(
        TEXT, "The sheet of an .xlsx to read; by default the first.", reads=(XLSX,), **_ROWS,
    )]
    encoding: Annotated[str | None, Option(
        TEXT, "Encoding of a CSV", choices=_names(*ENCODINGS), is_open=True, reads=(CSV,),
        **_ROWS,
    )]
    decimal: Annotated[str | None, Option(
        TEXT, "The decimal mark: a point (.) or a comma (,).", choices=_names(".", ","),
        thing="decimal mark", reads=TABLES, **_ROWS,
    )]
    missing: Annotated[str | None, Option(
        TEXT, "Missing values: drop their rows, or replace them by the mean.",
        choices=_names("drop", "mean"), thing="way to treat missing values",
        reads=(*TABLES, ARRAYS), **_ROWS,
    )]
    scale: Annotated[str | None, Option(
        TEXT, "Scale the inputs and the numbers to predict: none, range or standard.",
        choices=_names("none", "range", "standard"), thing="scaling", table="data",
    )]
    test_share: Annotated[float | None, Option(
        NUMBER, "Share of the data to hold out for testing, such as 0.2.",
        "a number from 0 to less than 1, such as 0.2,", lambda v: 0 <= v < 1, table="data",
    )]
    start: Annotated[Path | str | Mapping[str, object] | None, Option(
        START, "Start weights: .json, .npz of W2, b2 …, or .onnx.", excludes=("seed", "spread"),
        kinds=("network", "solver", "cnn-solver"),
    )]
    seed: Annotated[int | Sequence[int] | None, Option(
        WHOLE, "Draw the start weights at random from this seed.",
        "a whole number of at least 0", lambda v: v >= 0,
        several=True, kinds=("network", "solver", "cnn-solver"), table="start",
    )]
    spread: Annotated[str | None, Option(
        TEXT, "Distribution of random start weights: normal (the book) or fan-in.",
        choices=_names("normal", "fan-in"), thing="spread", table="start",
    )]
    hidden: Annotated[Sequence[int] | str | int | None, Option(
        UNITS, "Units of the hidden layers, such as 5,3, or none.",
        thing="hidden layers", most=MOST_LAYERS,
    )]
    activation: Annotated[str | None, Option(
        TEXT, "Activation of the hidden layers: sigmoid, tanh, relu, leaky_relu or linear.",
        choices=ACTIVATIONS, is_open=True,
    )]
    output_activation: Annotated[str | None, Option(
        TEXT, "Activation of the output layer: one of these, or softmax.",
        choices=ACTIVATIONS, is_open=True,
    )]
    cost: Annotated[str | None, Option(
        TEXT, "Cost to minimise: cross-entropy (bce), squared error (mse) or categorical "
        "cross-entropy (cce).", choices=COSTS, thing="cost", table="",
    )]
    epochs: Epochs
    eta: Annotated[float | Sequence[float] | None, Option(
        NUMBER, "The learning rate; several train one run each.",
        "a finite number greater than 0", lambda v: 0 < v < inf, several=True, table="",
    )]
    optimizer: Annotated[str | Sequence[str] | None, Option(
        TEXT, "Optimizer: sgd (plain gradient descent), momentum, rmsprop or adam.",
        choices=OPTIMISERS, thing="optimizer", several=True, table="",
    )]
    l2: Annotated[float | Sequence[float] | None, Option(
        NUMBER, "Penalty on the weights, such as 0.01; 0 for none.",
        "a finite number of at least 0", lambda v: 0 <= v < inf, several=True, table="",
    )]
    noise: Annotated[float | None, Option(
        NUMBER, "autoencoder only: set this share of the input pixels to 0, such as 0.2.",
        "a number from 0 to less than 1, such as 0.2,", lambda v: 0 <= v < 1,
        kinds=("autoencoder",),
    )]
    solved: Annotated[bool | None, Option(
        FLAG, "solver and cnn-solver only: let SciPy find the weights.",
        kinds=("solver", "cnn-solver"),
    )]
    edition: Edition
    lang: Lang
    large: Large
    force: Force
    verify: Annotated[bool | None, Option(
        FLAG, "Skip the comparison with NumPy.", flag="--no-verify", usual=True, kinds=(),
    )]


class ExerciseOptions(TypedDict, total=False):
    """The options of an exercise."""

    blank: Annotated[Sequence[str] | str | None, Option(
        QUANTITIES, "What to leave out, such as delta3,delta2.", excludes=("level",), usual=(),
    )]
    level: Annotated[int | None, Option(
        WHOLE, f"How much to leave out, from 1 to {LEVELS} (all).",
        f"a whole number from 1 to {LEVELS}",
        lambda v: 0 < v <= LEVELS, usual=1,
    )]
    student: Annotated[str | None, Option(
        TEXT, "Name of the student: each name gets different numbers.",
        "a name", excludes=("roster",), usual="",
    )]
    roster: Annotated[Path | str | None, Option(
        PATH, "Write one file per student: a CSV, or a text with one name per line.",
    )]
    note: Annotated[str | None, Option(
        TEXT, "Text on the sheet: where to hand it in.", "a line of up to 200 characters",
        lambda v: len(v) <= 200 and v.isprintable(), usual="",
    )]
    points: Annotated[Mapping[str, float] | str | None, Option(
        POINTS, "Points to show per quantity, such as delta3=4,delta2=6; others are worth 1.",
        "points of at least 0, such as delta3=4,delta2=6,",
        lambda v: all(0 <= n < inf for n in v.values()), usual=None,
    )]
    hints: Annotated[bool | None, Option(
        FLAG, "Show on the sheet which cells and functions a formula needs.", usual=False,
    )]
    autograder: Annotated[Path | str | None, Option(
        PATH, "Write a .zip with which Gradescope grades it.", "the name of a .zip",
        lambda v: str(v).lower().endswith(".zip"),
    )]
    seed: Annotated[int | None, Option(
        WHOLE, "Seed of the numbers: another seed gives everyone different ones.",
        f"a whole number from 0 to {LARGEST_SEED}",
        lambda v: 0 <= v <= LARGEST_SEED, usual=0,
    )]
    epochs: Epochs
    edition: Edition
    lang: Lang
    key: Annotated[bool | None, Option(
        FLAG, "Write the solution, with nothing left out.", usual=False,
    )]
    large: Large
    force: Force
# fmt: on


def _declared(options: type) -> dict[str, Option]:
    hints = get_type_hints(options, include_extras=True)
    return {name: replace(hint.__metadata__[0], name=name) for name, hint in hints.items()}


BUILD = _declared(BuildOptions)
EXERCISE = _declared(ExerciseOptions)

FORWARD = frozenset(name for name, option in BUILD.items() if option.predicts)
"""The options that apply to a network that does not train."""


def _is_void(value: object) -> bool:
    """Return whether a value means that the option was not given; the seed 0 does not."""
    return value is None or value is False or (isinstance(value, str | tuple) and not value)


class Options(dict[str, Any]):
    """The options that were given: valid values by name; attributes include defaults.

    Parameters
    ----------
    table : dict of Option
        The declarations; those of a build by default.
    **given : object
        Values by name; None means not given.

    Attributes
    ----------
    notes : tuple of str
        Sentences on how given names differ in meaning from those of other libraries.

    Raises
    ------
    OptionsError
        A value is invalid, or two options exclude each other.

    >>> Options(hidden="5,3", cost="mse").hidden
    (5, 3)
    """

    def __init__(self, table: Mapping[str, Option] = BUILD, /, **given: object) -> None:
        if unknown := given.keys() - table.keys():
            near = get_close_matches(min(unknown), table, 1, 0.7)
            hint = f": did you mean {near[0]}?" if near else ""
            raise TypeError(f"unexpected keyword argument '{min(unknown)}'{hint}")
        given = {name: value for name, value in given.items() if value is not None}
        with blamed(given):
            super().__init__((name, table[name].check(value)) for name, value in given.items())
        self._usual = {name: option.usual for name, option in table.items()}
        self.notes = tuple(note for name in given for note in table[name].notes(given[name]))
        for name, one in ((name, table[name]) for name in self):
            for other in one.excludes:
                if not (_is_void(self[name]) or _is_void(self.get(other))):
                    named = {"one": one.typed, "other": table[other].typed}
                    raise OptionsError("{one} and {other} cannot be combined.", **named)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 -- of its type
        """Return the value that was given, or the default."""
        if name.startswith("_") or name not in self._usual:
            raise AttributeError(name)
        return self.get(name, self._usual[name])

    @property
    def reading(self) -> dict[str, Any]:
        """The given options about reading data, by name."""
        return {name: value for name, value in self.items() if BUILD[name].reads}

    def check_taken(self, name: str, taken: frozenset[str]) -> None:
        """Refuse options that do not apply.

        Raises
        ------
        OptionsError
            The message names the first such option and those that apply.
        """
        for option in self:
            if BUILD[option].kinds and option not in taken:
                takes = ", ".join(sorted(map(as_typed, taken)))
                raise OptionsError(
                    "{option} is not available for {name} (available: {takes}).",
                    option=as_typed(option),
                    name=name,
                    takes=takes,
                )


def as_typed(option: str) -> str:
    """Return an option of a build as typed on the command line."""
    return BUILD[option].typed


def documented(table: Mapping[str, Option]) -> Callable[[F], F]:
    """Return a decorator that documents the options of a table in a function's docstring."""

    def documenting(function: F) -> F:
        text = indent("\n".join(option.documentation for option in table.values()), "    ").strip()
        function.__doc__ = (function.__doc__ or "").replace("**options", text)
        return function

    return documenting
