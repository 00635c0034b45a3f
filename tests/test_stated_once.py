"""No equation is stated twice: two statements differ by more than the names of their arguments."""

import ast
import re
from collections import defaultdict
from itertools import count
from pathlib import Path
from string import Formatter

import pytest

import xlnn
from xlnn.equation import Stated

HOME = Path(xlnn.__file__).parent
STATEMENTS = {"Stated", "Choice"}
FIRST = re.compile(r"^\w+")


class Renamed(ast.NodeTransformer):
    """Arguments by the order in which they first occur in the equation for NumPy."""

    def __init__(self):
        self.numbers = defaultdict(count(1).__next__)
        self.own, self.units = set(), []

    def name(self, name):
        return f"v{self.numbers[name]}" if name in self.own else name

    def visit_Name(self, node):
        return ast.Name(self.name(node.id))

    def visit_Subscript(self, node):
        """Take the cell of a unit, ``x[k]``, and the only one, ``x[()]``, for ``x``."""
        index = node.slice
        indices = index.elts if isinstance(index, ast.Tuple) else [index]
        names = [getattr(each, "id", None) for each in indices]
        is_own = names == self.units[len(self.units) - len(names) :]
        if isinstance(node.value, ast.Name) and (is_own or not names):
            return self.visit(node.value)
        return self.generic_visit(node)


def stated(call):
    """Return a statement's two equations as text, with the same names for the same arguments."""
    array, cell = call.args
    renamed = Renamed()
    arguments = array.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    renamed.own = {each.arg for each in named}
    in_numpy = ast.unparse(renamed.visit(array.body))
    if isinstance(cell, ast.Constant):
        return in_numpy, "".join(
            text + (f"{{{FIRST.sub(lambda of: renamed.name(of[0]), field)}}}" if field else "")
            for text, field, *_ in Formatter().parse(cell.value)
        )
    if not isinstance(cell, ast.Lambda):
        return None
    every = [each.arg for each in (*cell.args.args, *cell.args.kwonlyargs)]
    renamed.units = [each for each in every if each not in renamed.own]
    renamed.units += [cell.args.vararg.arg] if cell.args.vararg else []
    body = renamed.visit(cell.body)
    if isinstance(body, ast.JoinedStr):
        return in_numpy, "".join(
            each.value if isinstance(each, ast.Constant) else f"{{{ast.unparse(each.value)}}}"
            for each in body.values
        )
    return in_numpy, ast.unparse(body)


def statements(text):
    """Yield the line of each equation that is stated by two functions, and what it states."""
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        node.args += [each.value for each in node.keywords if each.arg in {"array", "cell"}]
        if len(node.args) != 2:
            continue
        called = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if called in STATEMENTS and isinstance(node.args[0], ast.Lambda) and stated(node):
            yield node.lineno, stated(node)


def twice(texts):
    """Return the places of statements that occur more than once."""
    places = defaultdict(list)
    for name, text in texts.items():
        for line, found in statements(text):
            places[found].append(f"{name}:{line}")
    return [found for found in places.values() if len(found) > 1]


def test_no_equation_is_stated_twice():
    """Say `COPY.of("h")` or `COPY.saying("…")` instead of stating it again under other names."""
    assert not twice({
        str(path.relative_to(HOME)): path.read_text("utf-8") for path in HOME.rglob("*.py")
    })  # fmt: skip


@pytest.mark.parametrize(
    "again",
    [
        'Choice(lambda h: h, "={h}")',
        "Stated(lambda h: h, lambda h: f'={h[()]}', reads_as_stated=True)",
        "eq.Stated(lambda before: before, lambda k, before: f'={before[k]}')",
    ],
)
def test_a_second_statement_is_found(again):
    assert twice({"one": 'A = Stated(lambda a: a, "={a}", repeats=True)', "two": again}) == [
        ["one:1", "two:1"]
    ]


def test_statements_that_differ_are_two():
    text = 'A = Stated(lambda a, b: a - b, "={a}-{b}"); B = Stated(lambda a, b: b - a, "={b}-{a}")'
    assert len(twice({"one": text})) == 1  # the same, with the names exchanged
    assert not twice({"one": text.replace('"={b}-{a}"', '"=0-{a}+{b}"')})


def test_an_equation_under_other_names_is_the_same():
    first = Stated(
        lambda a, t, slope=1.0: (a - t) * slope,
        lambda a, t, slope=None: f"=({a}-{t})*{slope}" if slope else f"={a}-{t}",
        optional=("slope",), one_hot=("t",), discontinuous=True, says="one",
    )  # fmt: skip
    again = first.restated("y", "goal", "rate", says="other")
    assert again.roles == ("y", "goal", "rate")
    assert (again.optional, again.one_hot) == (("rate",), ("goal",))
    assert (again.discontinuous, again.reads_as_stated, again.says) == (True, False, "other")
    assert again.array(y=3, goal=1, rate=2) == 4
    assert again.cell(y="A1", goal="B1") == "=A1-B1"
    with pytest.raises(ValueError, match="argument"):
        first.restated("y")
