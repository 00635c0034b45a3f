"""The kind "costs": squared error and cross-entropy side by side, and C_T as a valley.

Why cross-entropy learns faster where the sigmoid is flat, and what it is that training makes
smaller.   Book: 3-3, 3-4.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from xlnn.blocks import FIRST_ROW, Block, single_block
from xlnn.equations import valley as eq
from xlnn.equations.activation import Sigmoid, SigmoidSlope
from xlnn.equations.cost import CrossEntropy, CrossEntropyDelta, SquaredErrorDelta
from xlnn.equations.descent import Descent
from xlnn.quantity import Axis, Model, Quantity, previous
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.parts import Below, Beside, Chart, Numbers, Sentences, Table, Trace, page
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import numbers_only, plain_name
from xlnn.writing.charts import Cells
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import KEY, LABEL, NOTE, SENTENCE, TITLE, valley_scale, value

AROUND, GRID = 20, 21
"""Points of the curves to either side of 0, and weights to each side of the grid."""

CURVE = ("a", "slope", "C_sq", "delta_sq", "C_ce", "delta_ce")
LIST = ("t", "z_chosen", *(f"{name}_chosen" for name in CURVE), "times")
LEARNING = FIRST_ROW + 4
SQUARED, CROSS = "C0561C", "1B4F9C"
VALLEYS = ("sq", "ce")
HEIGHT = "0.000"
"""So many digits that the deepest place of a valley is found by reading."""

SETTINGS, SET = ("b", "middle", "between"), 11
"""What places the grid, and the column of its numbers."""


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the costs over z, what is learned of each, and C_T over two weights."""
    on = {"sheet": "costs"}
    typed = {"role": "input", "number_format": "General"}
    yield Quantity("t", symbol="t", shape=(1,), scale=1, **typed, **on)
    yield Quantity("z_chosen", symbol="z", shape=(1,), scale=4, **typed, **on)
    yield from _of_z("chosen", on, "z_chosen")
    uses = {"slope": "slope_chosen"}
    yield Quantity("times", symbol="1 / a′", equation=eq.TIMES, uses=uses, **on)
    point = Axis("point", 2 * AROUND + 1, counts_from=-AROUND)
    along = {**on, "axes": (point,)}
    yield Quantity("i", symbol="i", counts=True, number_format="0", role="key", **along)
    yield Quantity("z_along", symbol="z", shape=(1,), equation=eq.POINT, **along)
    yield from _of_z("along", along, "z_along")
    uses = {name: f"{name}_chosen" for name in ("z", "a", "delta_sq", "delta_ce")}
    which, flat, reached = (words.open("sentences", key) for key in ("which", "flat", "reached"))
    said = eq.WhichLearns((which, flat, reached))
    yield Quantity("which", equation=said, uses=uses, is_text=True, **on)
    yield from _learning(sizes["steps"], words)
    yield from _valleys(sizes["rows"], words)


def _of_z(name: str, where: Mapping[str, Any], z: str) -> Iterator[Quantity]:
    """Yield the output of a unit at z, and both costs and deltas."""
    one, a = {"shape": (1,), **where}, f"a_{name}"
    forward, backward = {"role": "forward", **one}, {"role": "backward", **one}
    yield Quantity(a, "a", "a", equation=Sigmoid(), uses={"z": z}, **forward)
    slope = f"slope_{name}"
    yield Quantity(slope, "slope", "a′", equation=SigmoidSlope(), uses={"a": a}, **backward)
    single = {key: each for key, each in forward.items() if key != "shape"}
    yield Quantity(f"C_sq_{name}", "C_sq", "C", equation=eq.SQUARED, uses={"a": a}, **single)
    uses = {"a": a, "slope": slope}
    yield Quantity(f"delta_sq_{name}", "delta_sq", "δ", equation=SquaredErrorDelta(), uses=uses,
                   **backward)  # fmt: skip
    yield Quantity(f"C_ce_{name}", "C_ce", "C", equation=CrossEntropy(), uses={"z": z}, **forward)
    yield Quantity(f"delta_ce_{name}", "delta_ce", "δ", equation=CrossEntropyDelta(),
                   uses={"a": a}, **backward)  # fmt: skip


def _learning(steps: int, words: Text) -> Iterator[Quantity]:
    """Yield two units that begin alike and learn the same, one by each cost."""
    step = Axis("step", steps + 1, "time", counts_from=0)
    yield Quantity("eta", symbol="η", role="input", sheet="learning", number_format="General",
                   calms=True)  # fmt: skip
    one = {"sheet": "learning", "axes": (step,), "shape": (1,)}
    for cost in VALLEYS:
        a, z, slope, delta = (f"{name}_{cost}" for name in ("a", "z", "slope", "delta"))
        uses = {"w": previous(z), "gradient": previous(f"learn_{delta}"), "eta": "eta"}
        yield Quantity(z, "z", "z", equation=Descent(), given=1, role="weight", uses=uses,
                       scale=4, **one)  # fmt: skip
        yield Quantity(a, "a", "a", equation=Sigmoid(), uses={"z": z}, role="forward", **one)
        uses = {"a": a}
        if cost == "sq":
            yield Quantity(slope, "slope", "a′", equation=SigmoidSlope(), uses=uses,
                           role="backward", **one)  # fmt: skip
            uses = {"a": a, "slope": slope}
        equation = SquaredErrorDelta() if cost == "sq" else CrossEntropyDelta()
        yield Quantity(f"learn_{delta}", f"delta_{cost}", "δ", equation=equation, uses=uses,
                       role="backward", **one)  # fmt: skip
    said = words.open("sentences", "far", steps=steps, outputs=steps + 1)
    yield Quantity("far", equation=eq.FarFromTarget(said), is_text=True, sheet="learning")


def _valleys(rows: int, words: Text) -> Iterator[Quantity]:
    """Yield the data, the grid, and C_T on it by each cost."""
    on = {"sheet": "valley"}
    typed = {"role": "input", "number_format": "General", **on}
    yield Quantity("x", symbol="x{}", shape=(rows, 2), **typed)
    yield Quantity("target", symbol="t", shape=(rows,), **typed)
    yield Quantity("b", symbol="b", **typed)
    yield Quantity("middle", symbol="w{}", shape=(2,), **typed)
    yield Quantity("between", symbol="Δw", scale=0.5, **typed)
    for cost in VALLEYS:
        for which in (0, 1):
            yield Quantity(f"w{which + 1}_{cost}", f"w{which + 1}", "w", shape=(GRID,),
                           equation=eq.Weights(which, GRID), role="weight",
                           number_format="0.0#", **on)  # fmt: skip
        uses = {f"w{n}": f"w{n}_{cost}" for n in (1, 2)}
        named = {"sq": "squared", "ce": "cross-entropy"}[cost]
        yield Quantity(f"C_T_{cost}", symbol="C_T", shape=(GRID, GRID), uses=uses,
                       equation=eq.OnGrid(rows, named), number_format=HEIGHT, **on)  # fmt: skip
        for which in (0, 1):
            yield Quantity(f"low_w{which + 1}_{cost}", "low", "C_T", shape=(GRID,),
                           equation=eq.LeastAlong(which), uses={"C_T": f"C_T_{cost}"},
                           number_format=HEIGHT, **on)  # fmt: skip
        uses |= {f"low_w{n}": f"low_w{n}_{cost}" for n in (1, 2)}
        uses["C_T"] = f"C_T_{cost}"
        one, several, every = (
            words.open("sentences", f"{key}_{cost}") for key in ("lowest", "several", "level")
        )
        said = eq.Lowest((one, several, every))
        yield Quantity(f"lowest_{cost}", equation=said, uses=uses, is_text=True, **on)


def place_valley(model: Model) -> Iterator[Block]:
    """Place the data and the settings side by side, and below them the two valleys."""
    down, right = (1, 0), (0, 1)
    yield single_block(model["x"], FIRST_ROW + 1, 2, down, right)
    yield single_block(model["target"], FIRST_ROW + 1, 4, down)
    for row, name in enumerate(SETTINGS, start=FIRST_ROW + 1):
        yield single_block(model[name], row, SET, *[right] * len(model[name].shape))
    below = FIRST_ROW + 1 + max(model["target"].shape[0], len(SETTINGS))
    for at, cost in enumerate(VALLEYS):
        row, column = below + 3 + at * (GRID + 4), 3
        yield single_block(model[f"lowest_{cost}"], row - 2, column - 1)
        yield single_block(model[f"w1_{cost}"], row - 1, column, right)
        yield single_block(model[f"w2_{cost}"], row, column - 1, down)
        yield single_block(model[f"C_T_{cost}"], row, column, down, right)
        yield single_block(model[f"low_w1_{cost}"], row + GRID, column, right)
        yield single_block(model[f"low_w2_{cost}"], row, column + GRID, down)


def _cells(page: Page[Any], name: str) -> Cells:
    block = page.layout.blocks[name]
    return Cells(page.layout.titles[block.sheet], block.column, block.row, block.last[0])


def _begun(page: Page[Any], sheet: str) -> Drawing:
    """Return a drawing with the title of its sheet and what it says."""
    drawing = Drawing(gridlines=False, heights={1: 24})
    drawing.put(1, 1, page.layout.titles[sheet], TITLE)
    drawing.put(2, 1, page.words("notes", sheet), NOTE)
    return drawing


def draw_valley(page: Page[Any]) -> Drawing:
    """Draw the names of the data, and colour the valleys by their height."""
    layout, words = page.layout, page.words
    drawing = _begun(page, "valley")
    drawing.widths = {1: 24, **dict.fromkeys(range(2, 4 + GRID), 5.2)}
    for column, text in ((2, "x₁"), (3, "x₂"), (4, "t")):
        drawing.put(FIRST_ROW, column, text, KEY)
    for name, column in (("x", 1), *((name, SET - 5) for name in SETTINGS)):
        drawing.put(layout.blocks[name].row, column, plain_name(layout.model[name], words), LABEL)
    for name in ("x", "target", *SETTINGS):
        drawing.validations.append(numbers_only(layout.blocks[name], words))
    for cost in VALLEYS:
        grid = layout.blocks[f"C_T_{cost}"]
        drawing.colour(grid, valley_scale())
        small = replace(value(HEIGHT, given=False, first=False), size=9, align="center")
        drawing.looks[f"C_T_{cost}"] = small
        for which in (1, 2):
            drawing.looks[f"w{which}_{cost}"] = replace(small, fill="weight", number_format="0.0#")
            drawing.looks[f"low_w{which}_{cost}"] = replace(small, fill="result")
        drawing.put(grid.row - 1, grid.column - 1, "w₂ \\ w₁", replace(KEY, size=8))
        drawing.looks[f"lowest_{cost}"] = replace(SENTENCE, bold=True)
    return drawing


def _over_z(key: str) -> Chart:
    """Return the chart of both costs, or of both deltas, over z."""
    colours = {"sq": SQUARED, "ce": CROSS}
    return Chart(
        key,
        *(Trace(f"{key}_{cost}_along", "z_along", colours[cost], name=cost) for cost in VALLEYS),
        x="z",
    )


KIND = Experiment(
    name="costs",
    sizes={"steps": (1, 10_000), "rows": (1, 12)},
    quantities=quantities,
    sheets={
        "costs": page(
            "costs",
            Numbers(*LIST, symbols=True),
            Sentences("which"),
            Beside(
                Table("i", "z_along", *(f"{name}_along" for name in CURVE)),
                Below(_over_z("C"), _over_z("delta")),
            ),
        ),
        "learning": page(
            "learning",
            Sentences("far"),
            Numbers("eta", at=2, positive=["eta"]),
            Beside(
                Table(
                    *("z_sq", "a_sq", "slope_sq", "learn_delta_sq"),
                    *("z_ce", "a_ce", "learn_delta_ce"),
                    groups={"z_sq": "sq", "z_ce": "ce"},
                    above=0,
                ),
                Chart(
                    "learning",
                    Trace("a_sq", colour=SQUARED, name="sq"),
                    Trace("a_ce", colour=CROSS, name="ce"),
                    above=0,
                ),
            ),
            row=FIRST_ROW - 1,
        ),
        "valley": Sheet(draw_valley, place_valley),
    },
    taken={"epochs": "steps", "eta": "eta"},
)
