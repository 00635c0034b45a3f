"""Which quantities are there? Writes docs/quantities.md, from the lists that all else reads.

    python docs/quantities.py

Each kind of workbook has its table. Those of networks differ: the templates and options in
`NETWORKS` have among them every quantity that there is. What layers, runs and lines of pictures
have alike is listed once, with the first of them.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from xlnn.building.plan import planned, source_of_onnx, source_of_template
from xlnn.explaining.quantity_values import QuantityValues
from xlnn.explaining.run import Run
from xlnn.loading.values import Recalculated
from xlnn.options import Options
from xlnn.registry.templates import Template, in_order
from xlnn.workbooks.pages.table import beside_symbol

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "quantities.md"

MODEL = "--model "
MODELS = ("docs/examples/digits_cnn.onnx", "tests/models/mlp.onnx")
"""Trained models, of which workbooks predict."""

FORWARD = "network without epochs"
"""The section of such workbooks."""

STEPS = {"l2": 0.01, "epochs": 2}
NETWORKS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("digits", {}),
    ("iris", {}),
    ("diabetes", {}),
    ("cnn", {"epochs": 2}),
    ("circles", {}),
    ("spirals", {"epochs": 2}),
    ("digits-8x8", {"epochs": 2}),
    ("digits", {"optimizer": "momentum", **STEPS}),
    ("digits", {"optimizer": "rmsprop", **STEPS}),
    ("digits", {"optimizer": "adam", **STEPS}),
    ("xor", {"eta": (0.1, 0.5), "epochs": 2}),
    ("digits", {"eta": (0.1, 0.5), "epochs": 2}),
    ("diabetes", {"eta": (0.01, 0.02), "epochs": 2}),
)

HEAD = """# The quantities

Every array that `xlnn values FILE -o FILE.npz` saves and `xlnn.load(FILE)` holds, by its name.
`python docs/quantities.py` writes this page from the lists of quantities themselves.

- A shape is that of the workbook above it: first its axes, then its units. The axis `state` counts
  from 0: the weights before the first epoch, and after each. A workbook of a network lists what
  those before it have not.
- A layer's name ends the name: `W2`, `W3`, and where layers have letters `WF`, `WO`. The first one
  is listed.
- A sheet's name begins the name of what it looks at: `lens_`, `draw_` (Recognise, Predict),
  `slope_`, `plus_`, `minus_` (Gradient check), `play_`, `numpy_` (Check), `test_` (held out).
- Of several runs, what differs from run to run has the axis `run` before its others. What only some
  of them have, such as `velocity_W2`, begins with the first of those and ends with the last.
- The book's sections are those of the sheet Guide, or of the equation; – where the book has none.
"""

COLUMNS = ("Name", "Symbol", "It is", "Equation", "Book", "Sheet", "Shape")


def key(held: QuantityValues) -> str:
    """Return what quantities have in common that are listed once."""
    name = re.sub(r"^(run|line)\d+_", r"\1#_", held.name)
    if held.layer and name.endswith(held.layer):
        name = name.removesuffix(held.layer) + "#"
    return name


def sources(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the templates and options that have among them all quantities of a kind."""
    if kind == "network":
        return [*NETWORKS]
    if kind == FORWARD:
        return [(f"{MODEL}{path}", {}) for path in MODELS]
    return [(each.name, {}) for each in in_order() if kind_named(each) == kind]


def kind_named(template: Template) -> str:
    """Return the kind of a template."""
    return str(template.values.get("kind", "network"))


def run_of(name: str, options: dict[str, Any]) -> Run:
    """Return a run of a template in which nothing was computed: all numbers are 0."""
    if name.startswith(MODEL):
        source, _ = source_of_onnx(ROOT / name.removeprefix(MODEL), Options(**options))
    else:
        source = source_of_template(name)
    plan = planned(source, Options(**options, large=True))
    nothing = {
        quantity.name: np.zeros(quantity.lengths) for quantity in plan.layout.model.quantities
    }
    return Run(Path(name), Recalculated(plan.spec, plan.layout, nothing, engine=""), None)


def cells(held: QuantityValues) -> list[str]:
    """Return the line of a quantity."""
    title = beside_symbol(held.title, held.symbol)
    said = ": ".join(filter(None, [title, held.meaning])) or held.kind.replace("_", " ")
    numbers = [f"{axis} {length}" for axis, length in zip(held.axes, held.shape, strict=False)]
    units = " × ".join(map(str, held.shape[len(held.axes) :]))
    shape = ", ".join(filter(None, [*numbers, units])) or "one number"
    return [
        f"`{held.name}`", held.symbol, said, held.equation, held.section or "–", held.sheet, shape,
    ]  # fmt: skip


def lines() -> Iterator[str]:
    """Yield the lines of the page."""
    yield from HEAD.splitlines()
    kinds = dict.fromkeys(["network", FORWARD, *map(kind_named, in_order())])
    for kind in kinds:
        yield from ("", f"## {kind}")
        found: set[str] = set()
        for name, options in sources(kind):
            new = []
            for held in run_of(name, options).values():
                if key(held) not in found:
                    found.add(key(held))
                    new.append(cells(held))
            if new:
                given = " ".join(f"{_typed(option, value)}" for option, value in options.items())
                yield from ("", f"`xlnn build {' '.join(filter(None, [name, given]))}`", "")
                yield from (_row(COLUMNS), _row(["---"] * len(COLUMNS)), *map(_row, new))


def _typed(option: str, value: object) -> str:
    """Return an option as it is typed."""
    numbers = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return f"--{option} {numbers}"


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def text() -> str:
    """Return the page."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
