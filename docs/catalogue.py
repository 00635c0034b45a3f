"""What can a model be stated with? Writes the tables of docs/catalogue.md, from the code.

    python docs/catalogue.py

What a module of equations offers is in its ``__all__``. Of an equation its ``usage`` has the
shapes, and its ``cell`` is asked for the formula; a function that returns equations is called as
its docstring calls it. Of other functions and classes the page has the signature and what their
docstrings say.
"""

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from doctest import DocTestParser
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NamedTuple

import xlnn
import xlnn.equations
from xlnn.equation import Equation
from xlnn.xlsx.guard import ARGUMENTS, INSTEAD, MOST_ARGUMENTS

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "catalogue.md"

ALIASES = {"units": "eq"}

LENGTHS = {"k": 2, "m": 3, "n": 2, "p": 2, "q": 4, "v": 3}
"""The letters of shapes, with the lengths of which the page shows the formula."""

BUILDING = (
    *("Model", "Quantity", "Axis", "alike", "Stated", "Equation", "Sentence", "Told"),
    *("previous", "following", "Weights", "Weight", "constants", "again", "choice", "shown"),
    *("classes_of", "classes_found", "numbers_found", "Learns", "Size", "OneOf", "Experiment"),
)
"""What models are built with."""

PARTS = {
    "Page": 'xlnn.Page("Rows", "Rows", "The sums of each row.", xlnn.Table("x", "s"))',
    "Numbers": 'xlnn.Numbers("eta", "C_T")',
    "Row": 'xlnn.Row("x_shown", titled=True)',
    "Hidden": 'xlnn.Hidden("C_T")',
    "Sentences": 'xlnn.Sentences("told")',
    "Label": 'xlnn.Label("a rate and its weights")',
    "Table": 'xlnn.Table("x", "s", coloured=["s"])',
    "Grid": 'xlnn.Grid("W")',
    "Chain": 'xlnn.Chain("told", xlnn.Grid("W"))',
    "Arcs": 'xlnn.Arcs("A")',
    "Chart": 'xlnn.Chart("Cost", xlnn.Trace("C_T"))',
    "Trace": 'xlnn.Trace("s", ("x", 0), marker="circle", width=0)',
    "Network": 'xlnn.Network("x", "s", lines=[("x", "", "s")])',
    "Plane": 'xlnn.Plane("W", scale=(0, 1))',
    "Below": 'xlnn.Below(xlnn.Numbers("eta"), xlnn.Grid("W"))',
    "Beside": 'xlnn.Beside(xlnn.Numbers("eta"), xlnn.Grid("W"))',
    "Space": "xlnn.Space(2)",
    "Made": 'xlnn.Made(lambda model: xlnn.Grid("W"))',
    "Progress": "xlnn.Progress()",
    "Confusion": "xlnn.Confusion()",
    "Fit": "xlnn.Fit()",
    "Predict": "xlnn.Predict()",
    "GradientCheck": "xlnn.GradientCheck()",
}
"""The parts of pages and the pages of training, each with a line of use."""

_ARGUMENT = re.compile(r"(\w+) \(([^()]*)\)(?: from (\w+) to (\w+))?")


class Shape(NamedTuple):
    """An argument of an equation, or what it gives: its axes, its units, and its whole numbers."""

    axes: tuple[str, ...]
    units: tuple[int, ...]
    least: str = ""
    most: str = ""


def shape(text: str, least: str = "", most: str = "") -> Shape:
    """Read a shape: axes before a semicolon, then the lengths of the units."""
    axes, _, units = text.rpartition(";")
    lengths = [int(LENGTHS.get(each, each)) for each in re.findall(r"\w+", units)]
    return Shape(tuple(re.findall(r"\w+(?: up)?", axes)), tuple(lengths), least or "", most or "")


def shapes(equation: Equation) -> tuple[dict[str, Shape], Shape]:
    """Return the shapes of an equation's arguments, by name, and that of what it gives."""
    takes, _, gives = equation.usage.partition(": ")[0].partition("→")
    found = {name: shape(*rest) for name, *rest in _ARGUMENT.findall(takes)}
    return found, shape(gives.strip().strip("()"))


class Named:
    """Cells that are shown by their name and indices."""

    def __init__(self, name: str, shape: Shape) -> None:
        self.name, self.axes, self.shape, self._of = name, shape.axes, shape.units, shape

    def over(self, *axes: str) -> "Named":
        """Return the same cells along axes."""
        named = ", ".join(f'"{axis}"' for axis in axes)
        return Named(f"{self.name}.over({named})", self._of)

    @property
    def listed(self) -> str:
        """All units."""
        return self[...]

    samples = property(lambda self: self.over("row"))
    epochs = property(lambda self: self.over("epoch"))

    def at(self, index: int, along: str = "") -> "Named":  # noqa: ARG002 -- as `Cells` has it
        """Return the same cells at one index of an axis."""
        return Named(f"{self.name}.at({index})", self._of)

    def nth(self, number: str) -> "Nth":
        """Return a row of the same cells, by its number."""
        return Nth(self, number)

    def __getitem__(self, unit: Any) -> str:  # noqa: ANN401 -- as NumPy has it
        """Return its name with an index."""
        units = unit if isinstance(unit, tuple) else (unit,)
        written = ",".join(map(_index, units))
        return self.name + (f"[{written}]" if written else "")


class Nth(NamedTuple):
    """A row of some cells, by its number."""

    cells: Named
    number: str

    def __getitem__(self, unit: Any) -> str:  # noqa: ANN401 -- as NumPy has it
        """Return what looks it up."""
        return f"INDEX({self.cells[unit]},{self.number})"


def _index(unit: Any) -> str:  # noqa: ANN401 -- the same
    if isinstance(unit, slice):
        return (
            f"{'' if unit.start is None else unit.start}:{'' if unit.stop is None else unit.stop}"
        )
    return ":" if unit is ... else str(unit)


def modules() -> list[str]:
    """Return the modules of equations that offer some: first those with headings on the page."""
    found = sorted(each.name for each in iter_modules(xlnn.equations.__path__))
    offer = [name for name in found if hasattr(import_module(f"xlnn.equations.{name}"), "__all__")]
    page = PAGE.read_text(encoding="utf-8")
    places = {name: page.find(f"### from xlnn.equations import {name}") for name in offer}
    return sorted(offer, key=lambda name: (places[name] < 0, places[name]))


def calls(found: Any) -> list[str]:  # noqa: ANN401 -- a function or a class
    """Return how the examples of a docstring call what returns equations."""
    if isinstance(found, Equation) or is_layer(found):
        return []
    examples = DocTestParser().get_examples(inspect.getdoc(found) or "")
    uses = (each.source.strip() for each in examples)
    begins = f"{found.__name__}("
    return [use for use in uses if use.startswith(begins) and _is_call(use)]


def _is_call(use: str) -> bool:
    """Return whether a line calls something, and does nothing with what that returns."""
    called = ast.parse(use, mode="eval").body
    return isinstance(called, ast.Call) and isinstance(called.func, ast.Name)


def formula(equation: Equation) -> str:
    """Return the formula of the first unit, with names in place of cells."""
    takes, gives = shapes(equation)
    known = {name: Named(name, takes[name]) for name in equation.roles}
    return equation.cell(*(0 for _ in gives.units), **known)


def called(module: str) -> Iterator[tuple[str, Equation, Any]]:
    """Yield each equation that a module offers: how it is had, itself, and what describes it."""
    found = import_module(f"xlnn.equations.{module}")
    names = {"eq": import_module("xlnn.equations.units"), **vars(found)}
    for name in found.__all__:
        if isinstance(getattr(found, name), Equation):
            yield name, getattr(found, name), getattr(found, name)
        for call in calls(getattr(found, name)):
            yield call, eval(call, names), getattr(found, name)  # noqa: S307 -- the table above


def others(module: str) -> Iterator[tuple[str, Any]]:
    """Yield what else a module offers: functions that yield quantities, sentences, classes."""
    found = import_module(f"xlnn.equations.{module}")
    for name in found.__all__:
        each = getattr(found, name)
        if not isinstance(each, Equation) and not calls(each):
            yield name, each


def said(found: Any) -> str:  # noqa: ANN401 -- any function, class or equation
    """Return what something is, in a line."""
    first = inspect.cleandoc(found.__doc__ or "").partition("\n\n")[0]
    first = re.sub(r"\s*Book: [^.]*\.?$", "", " ".join(first.split())).replace("``", "`")
    return re.sub("^(Return|Yield) (.)", lambda begin: begin[2].upper(), first)


def signature(name: str, found: Any) -> str:  # noqa: ANN401 -- the same
    """Return how something is called, without types."""
    try:
        parameters = inspect.signature(found).parameters.values()
    except ValueError:
        return name
    bare = [each.replace(annotation=each.empty) for each in parameters if each.name != "self"]
    return name + re.sub(
        r"=(<.*? at 0x\w+>|<\w+>|Look\([^)]*\))", "=…", str(inspect.Signature(bare))
    )


def row(cells: Iterable[str]) -> str:
    """Return a line of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def table(heads: tuple[str, ...], lines: Iterable[Iterable[str]]) -> list[str]:
    """Return the lines of a table."""
    return [row(heads), row(["---"] * len(heads)), *map(row, lines)]


def equations(module: str) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the equations of a module."""
    alias = ALIASES.get(module, module)
    for call, each, source in called(module):
        written = (each.usage.partition(": ")[0], said(source), f"`{formula(each)}`")
        yield f"`{alias}.{call}`", *written


def arguments(name: str) -> str:
    """Say how many arguments a function takes."""
    least, most = ARGUMENTS[name]
    if most == MOST_ARGUMENTS:
        return f"{least} or more"
    return str(least) if least == most else f"{least} to {most}"


def tables() -> Iterator[list[str]]:
    """Yield the tables of the page, in their order."""
    for module in modules():
        if found := [*equations(module)]:
            yield table(("Equation", "Shapes", "It is", "Formula"), found)
    every = [
        (f"{ALIASES.get(module, module)}.{name}", each)
        for module in modules()
        for name, each in others(module)
    ]
    layers = [(name, each) for name, each in every if is_layer(each)]
    for head, some in ("Layer", layers), ("Other", [each for each in every if each not in layers]):
        yield table((head, "It is"), ((f"`{signature(*each)}`", said(each[1])) for each in some))
    own = [(f"xlnn.{name}", getattr(xlnn, name)) for name in BUILDING]
    yield table(("Name", "It is"), ((f"`{signature(*each)}`", said(each[1])) for each in own))
    parts = [(name, getattr(xlnn, name), f"`{use}`") for name, use in PARTS.items()]
    yield table(
        ("Part", "It shows", "Such as"),
        ((f"`{signature(name, each)}`", said(each), use) for name, each, use in parts),
    )
    counted = ((f"`{name}`", arguments(name)) for name in sorted(ARGUMENTS))
    yield table(("Function", "Arguments"), counted)
    instead = ((f"`{call}`", f"`{but}`" if "(" in call else but) for call, but in INSTEAD.items())
    yield table(("Not", "But"), instead)


def is_layer(found: Any) -> bool:  # noqa: ANN401 -- a function or a class
    """Return whether a function yields quantities, or returns one."""
    return "Quantity" in str(inspect.signature(found).return_annotation)


def text() -> str:
    """Return the page with its tables written anew."""
    left, lines = tables(), [""]
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("| "):
            lines.append(line)
        elif not lines[-1].startswith("| "):
            lines += next(left)
    if next(left, None):
        raise ValueError("A table has no place on the page.")
    return "\n".join(lines[1:]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
