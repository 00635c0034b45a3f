"""The kind "regression": the line nearest to some points, found three ways.   Book: 2-12.

With more columns it is the plane of all of them. The points are the seven people of the book, or a
person's own data.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from xlnn.address import address
from xlnn.blocks import FIRST_ROW, Block, single_block, table_blocks
from xlnn.data.dataset import Dataset
from xlnn.data.digits import rounded
from xlnn.data.wording import short
from xlnn.equations import regression as eq
from xlnn.equations import regression_words as said_of
from xlnn.equations.descent import Descent
from xlnn.equations.telling import Complete
from xlnn.errors import DataError, OptionsError
from xlnn.quantity import Axis, Model, Quantity, Sentence, previous
from xlnn.shipped.text import Text
from xlnn.workbooks.experiment import Experiment, Given
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.sheet import Sheet
from xlnn.workbooks.pages.table import head, name_rows, number_validation, numbers_only, plain_name
from xlnn.writing.charts import THIN, Cells, Line, ends, scatter
from xlnn.writing.drawing import Drawing
from xlnn.writing.names import name_width
from xlnn.writing.style import KEY, LABEL, NOTE, SENTENCE, TITLE, heading, value

WAYS = {"normal": ("p", "q", "C_T"), "fitted": ("p_fitted", "q_fitted", ""),
        "descent": ("p_last", "q_last", "C_last"),
        "hand": ("p_hand", "q_hand", "C_hand"), "new": ("x_new", "y_new", "")}  # fmt: skip
"""The rows above the data: what stands over the columns of x, over y, and beside them."""

SENTENCES = ("line", "agreement", "determined", "by_hand")
NAMES = FIRST_ROW + len(SENTENCES) + 1
"""The row of the columns' names; the ways stand below it, and then the data."""

WIDE = 15
"""The width of columns whose numbers may be of any size."""

TABLE = NAMES + len(WAYS) + 5
POINT, LINE, HAND = "1B4F9C", "C0561C", "6B7785"

PLAIN = {"number_format": "General"}
COST = {"number_format": "0.0000"}
"""The squares of a price soon have more digits than a column."""

MOST_COLUMNS = 30
"""Each step of the elimination is a table of its own: of 30 columns, 28,000 cells in all."""

SQUARABLE = (1e-140, 1e140)
"""How far numbers may lie apart, so that the sums of their squares are numbers."""


def quantities(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the data, the sums and their elimination, the descent, and what they come to."""
    yield from _at_once(sizes)
    yield from _step_by_step(sizes)
    yield from _lines(sizes)
    yield from _said(sizes, words)


def _at_once(sizes: Mapping[str, int]) -> Iterator[Quantity]:
    """Yield the data, the normal equations and their solution."""
    n, k = sizes["rows"], sizes["columns"]
    row = Axis("row", n)
    page, table = {"sheet": "regression"}, {"sheet": "regression", "axes": (row,)}
    yield Quantity("names", symbol=" ", shape=(k + 1,), role="input", is_text=True, **page)
    yield Quantity("x", symbol="x{}" if k > 1 else "x", shape=(k,), role="input", **table, **PLAIN)
    yield Quantity("y", symbol="y", role="input", **table, **PLAIN)

    sums = {"sheet": "sums"}
    for a, shape in (("x", (k,)), ("y", ())):
        of = {"role": "forward", "uses": {"a": a}, "shape": shape}
        yield Quantity(f"{a}_mean", equation=eq.Mean(), **sums, **of)
        yield Quantity(f"{a}_varies", equation=eq.Varies(eq.LEAST[a]), number_format="0",
                       **sums, **of)  # fmt: skip
        uses = {"a": a, "mean": f"{a}_mean", "varies": f"{a}_varies"}
        yield Quantity(f"d_{a}", symbol=f"d{a}" + "{}" * (a == "x" and k > 1), axes=(row,),
                       equation=eq.Deviation(), **sums, **of | {"uses": uses})  # fmt: skip
    yield Quantity("sums", symbol="Σd·d", shape=(k, k + 1), role="backward",
                   equation=eq.DeviationSums(), uses={"d": "d_x"}, **sums)  # fmt: skip
    for t in range(k):
        uses = {"M": f"swept_{t}" if t else "sums"}
        yield Quantity(f"swept_{t + 1}", kind="swept", symbol="Σd·d", shape=(k, k + 1),
                       equation=eq.Swept(t), uses=uses, **sums)  # fmt: skip
    last = {"M": f"swept_{k}"}
    yield Quantity("p", shape=(k,), equation=eq.Solution(), uses=last, **page)
    yield Quantity("q", equation=eq.Intercept(), **page)
    if k == 1:
        uses = {"varies": "x_varies"}
        yield Quantity("p_fitted", shape=(1,), equation=eq.Fitted("SLOPE"), uses=uses, **page)
        yield Quantity("q_fitted", equation=eq.Fitted("INTERCEPT"), uses=uses, **page)


def _step_by_step(sizes: Mapping[str, int]) -> Iterator[Quantity]:
    """Yield gradient descent on scaled data, and the line to which it led."""
    n, k = sizes["rows"], sizes["columns"]
    step = Axis("step", sizes["steps"] + 1, "time", counts_from=0)
    page = {"sheet": "regression"}
    down = {"sheet": "descent", "axes": (step,)}
    yield Quantity("eta", symbol="η", role="input", sheet="descent", calms=True, **PLAIN)
    yield Quantity("spread", symbol="s{}" if k > 1 else "s", shape=(k,), role="forward",
                   equation=eq.Spread(n), sheet="descent")  # fmt: skip
    yield Quantity("means", symbol="u·u", shape=(k, k + 1), role="forward",
                   equation=eq.ScaledSums(n), sheet="descent")  # fmt: skip
    for a, shape in (("g", (k,)), ("h", ())):
        uses = {"w": previous(a), "gradient": previous(f"dC_d{a}"), "eta": "eta"}
        yield Quantity(a, symbol=f"{a}" + "{}" * (a == "g" and k > 1), shape=shape,
                       equation=Descent(), given=1, role="weight", uses=uses, **down)  # fmt: skip
    yield Quantity("dC_dg", symbol="∂C/∂g{}" if k > 1 else "∂C/∂g", shape=(k,), role="backward",
                   equation=eq.ScaledGradient(), **down)  # fmt: skip
    yield Quantity("dC_dh", symbol="∂C/∂h", role="backward", equation=eq.HeightGradient(), **down)
    yield Quantity("C", symbol="C_T", role="forward", equation=eq.ScaledCost(n),
                   uses={"slope_g": "dC_dg", "slope_h": "dC_dh"}, **COST, **down)  # fmt: skip
    yield Quantity("p_last", shape=(k,), equation=eq.Unscaled(), **page)
    yield Quantity("q_last", equation=eq.LastIntercept(), uses={"p": "p_last"}, **page)


def _lines(sizes: Mapping[str, int]) -> Iterator[Quantity]:
    """Yield what each line says of the rows, and what it costs."""
    k, row = sizes["columns"], Axis("row", sizes["rows"])
    page, table = {"sheet": "regression"}, {"sheet": "regression", "axes": (row,)}
    typed = {"role": "input", **page, **PLAIN}
    yield Quantity("p_hand", shape=(k,), **typed)
    yield Quantity("q_hand", **typed)
    yield Quantity("x_new", shape=(k,), **typed)
    uses = {"x": "x_new"}
    yield Quantity("y_new", equation=eq.OnPlane(), uses=uses, role="forward", **page)
    for name, symbol, p, q in (("y_line", "px + q", "p", "q"),
                               ("y_last", "px + q", "p_last", "q_last"),
                               ("y_hand", "px + q", "p_hand", "q_hand")):  # fmt: skip
        yield Quantity(name, symbol=symbol, equation=eq.OnPlane(), uses={"p": p, "q": q},
                       role="forward", **table)  # fmt: skip
    beside = {"symbol": "e", "equation": eq.Residual(), **table}
    uses = {"on_plane": "y_line"}
    yield Quantity("e", uses=uses, role="backward", **beside)
    beside["sheet"] = "sums"
    for name in ("last", "hand"):
        yield Quantity(f"e_{name}", uses={"on_plane": f"y_{name}"}, **beside)
    beside["symbol"] = "d"
    uses = {"y": "y_line", "on_plane": "y_last"}
    yield Quantity("d_last", uses=uses, **beside)
    for name, e in (("C_T", "e"), ("C_last", "e_last"), ("C_hand", "e_hand")):
        yield Quantity(name, equation=eq.SquaredErrors(), uses={"e": e}, **page, **COST)
    yield Quantity("apart", equation=eq.Apart(), uses={"d": "d_last"}, **page)
    if k == 1:
        on = {"p": "p_fitted", "q": "q_fitted"}
        yield Quantity("y_fitted", symbol="px + q", equation=eq.OnPlane(), uses=on,
                       role="forward", **table)  # fmt: skip
        uses = {"y": "y_line", "on_plane": "y_fitted"}
        yield Quantity("d_fitted", uses=uses, **beside)
        yield Quantity("apart_fitted", equation=eq.Apart(), uses={"d": "d_fitted"}, **page)


def _said(sizes: Mapping[str, int], words: Text) -> Iterator[Quantity]:
    """Yield the sentences."""
    n, k = sizes["rows"], sizes["columns"]

    def sentence(name: str, said: Sentence, **uses: str) -> Quantity:
        told = Complete(said, words.open("sentences", "missing"), ("x", "y"), n * (k + 1))
        return Quantity(name, equation=told, uses=uses, is_text=True, sheet="regression")

    yield sentence("line", said_of.LineSentence())
    one_column = {"varies": "x_varies", "apart_fitted": "apart_fitted"} if k == 1 else {}
    keys = ("late", "away", "overflow", *(("flat", "differ") if k == 1 else ()))
    said = {key: words.open("sentences", key) for key in keys}
    said["agree"] = words.open("sentences", "agree" if k == 1 else "agree_many")
    yield sentence("agreement", said_of.Agreement(said, n), **one_column)
    numbers = {"rows": n, "parameters": k + 1, "more": n - k - 1}
    enough, too_few = (
        words.open("sentences", key, **numbers) for key in ("determined", "dependent")
    )
    yield sentence("determined", said_of.Determined((enough, too_few)), M=f"swept_{k}")
    larger, same, smaller = (words.open("sentences", key) for key in ("by_hand", "least", "better"))
    yield sentence("by_hand", said_of.ByHand((larger, same, smaller)))


def place(model: Model) -> Iterator[Block]:
    """Place the sentences, the lines of all ways over their columns, and the data."""
    k, right = model["x"].shape[0], (0, 1)
    for row, name in enumerate(SENTENCES, start=FIRST_ROW - 1):
        yield single_block(model[name], row, 1)
    yield single_block(model["names"], NAMES, 2, right)
    for row, (p, q, C) in enumerate(WAYS.values(), start=NAMES + 1):
        if p in model.by_name:
            yield single_block(model[p], row, 2, right)
            yield single_block(model[q], row, k + 2)
        if C:
            yield single_block(model[C], row, k + 3)
    yield single_block(model["apart"], NAMES + 3, k + 4)
    if k == 1:
        yield single_block(model["apart_fitted"], NAMES + 2, k + 4)
    yield from table_blocks([model[name] for name in _columns(model)], TABLE, 2)


def _columns(model: Model) -> list[str]:
    names = ("x", "y", "y_line", "e", "y_fitted", "y_last", "y_hand")
    return [name for name in names if name in model.by_name]


def _beside(model: Model) -> list[str]:
    """Return the columns of the sheet with the sums: deviations, residuals, and what is apart."""
    names = ("d_x", "d_y", "e_last", "e_hand", "d_last", "d_fitted")
    return [name for name in names if name in model.by_name]


def place_sums(model: Model) -> Iterator[Block]:
    """Place the means and deviations at the left, and the elimination at the right."""
    k, down, right = model["x"].shape[0], (1, 0), (0, 1)
    for row, name in enumerate(("mean", "varies"), start=FIRST_ROW):
        yield single_block(model[f"x_{name}"], row, 2, right)
        yield single_block(model[f"y_{name}"], row, k + 2)
    rows = _beside(model)
    yield from table_blocks([model[name] for name in rows], FIRST_ROW + 5, 2)
    column = k + len(rows) + 2
    for t, name in enumerate(["sums", *(f"swept_{t + 1}" for t in range(k))]):
        yield single_block(model[name], FIRST_ROW + 1 + t * (k + 2), column, down, right)


def place_descent(model: Model) -> Iterator[Block]:
    """Place what the steps need of the data, and below it the steps."""
    k, down, right = model["x"].shape[0], (1, 0), (0, 1)
    yield single_block(model["eta"], FIRST_ROW, 2)
    yield single_block(model["spread"], FIRST_ROW + 1, 2, right)
    yield single_block(model["means"], FIRST_ROW + 3, 2, down, right)
    yield from table_blocks(
        [model[name] for name in ("g", "h", "dC_dg", "dC_dh", "C")], FIRST_ROW + k + 6, 2
    )


def draw(page: Page[Any]) -> Drawing:
    """Draw what names the rows and columns, and the charts."""
    layout, words = page.layout, page.words
    model = layout.model
    k = model["x"].shape[0]
    drawing = Drawing(gridlines=False, heights={1: 24})
    drawing.put(1, 1, layout.titles["regression"], TITLE)
    drawing.put(2, 1, words("notes", "regression"), NOTE)
    drawing.looks |= dict.fromkeys(SENTENCES, SENTENCE)
    drawing.looks["line"] = replace(SENTENCE, bold=True)
    drawing.looks["names"] = replace(value("@", given=True, first=False), align="center")
    for at, p in enumerate(model["p"].units):
        drawing.put(NAMES - 1, 2 + at, model["p"].heading(p) if k > 1 else "p", KEY)
    drawing.put(NAMES - 1, k + 2, "q", KEY)
    drawing.put(NAMES, k + 3, "C_T", heading("result", first=False))
    for row, (way, (p, _, _)) in enumerate(WAYS.items(), start=NAMES + 1):
        if p in model.by_name:
            drawing.put(row, 1, words("ways", way), LABEL)
    drawing.put(NAMES, k + 4, words("quantities", "apart"), heading("result", first=False))
    name_rows(drawing, model["x"].axes, TABLE, words)
    drawing.widths[1] = name_width(words("ways", way) for way in WAYS)
    for name in _columns(model):
        head(drawing, layout.blocks[name], words)
        columns = range(model[name].shape[0]) if model[name].shape else (0,)
        drawing.widths |= {layout.blocks[name].column + at: WIDE for at in columns}
    for name in ("x", "y", "p_hand", "q_hand", "x_new"):
        drawing.validations.append(numbers_only(layout.blocks[name], words))
    drawing.charts = [*_charts(page)]
    return drawing


def _charts(page: Page[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the points with the lines, and the residuals."""
    layout, words = page.layout, page.words
    k, names = layout.model["x"].shape[0], [*_columns(layout.model)]
    right = k + len(names) + 2

    def cells(name: str) -> Cells:
        return _cells(page, name)

    if k == 1:
        lines = [
            Line(cells("x"), cells("y_hand"), HAND, words("ways", "hand"), THIN),
            Line(cells("x"), cells("y_line"), LINE, words("ways", "normal")),
            Line(cells("x"), cells("y"), POINT, words("charts", "data"), 0, "circle"),
        ]
        chart = scatter(words("charts", "line"), "x", lines)
    else:
        lines = [
            Line(cells("y"), cells("y"), LINE, words("charts", "right")),
            Line(cells("y"), cells("y_line"), POINT, words("charts", "data"), 0, "circle"),
        ]
        chart = scatter(words("charts", "plane"), "y", lines)
    chart.height = 9
    yield address(NAMES, right), chart
    errors = Line(cells("y_line"), cells("e"), LINE, width=0, marker="circle")
    yield address(NAMES + 19, right), scatter(words("charts", "e"), "px + q", [errors])


def _cells(page: Page[Any], name: str) -> Cells:
    block = page.layout.blocks[name]
    return Cells(page.layout.titles[block.sheet], block.column, block.row, block.last[0])


def draw_sums(page: Page[Any]) -> Drawing:
    """Draw what names the deviations, the sums, and each step of the elimination."""
    layout, words = page.layout, page.words
    model = layout.model
    k = model["x"].shape[0]
    drawing = Drawing(gridlines=False, heights={1: 24}, widths={1: 14})
    drawing.put(1, 1, layout.titles["sums"], TITLE)
    drawing.put(2, 1, words("notes", "sums"), NOTE)
    _name_columns(drawing, page, FIRST_ROW - 1, 2)
    for row, name in enumerate(("x_mean", "x_varies"), start=FIRST_ROW):
        drawing.put(row, 1, plain_name(model[name], words), LABEL)
    name_rows(drawing, model["d_x"].axes, FIRST_ROW + 5, words)
    drawing.widths[1] = 24
    for name in (rows := _beside(model)):
        head(drawing, layout.blocks[name], words)
    drawing.widths |= dict.fromkeys(range(2, k + 1 + len(rows)), WIDE)
    for t in range(k + 1):
        block = layout.blocks[f"swept_{t}" if t else "sums"]
        said = words("sweeps", "step", number=t) if t else words("sweeps", "sums")
        drawing.put(block.row - 1, block.column, said, LABEL)
        drawing.widths |= {block.column + j: WIDE for j in range(k + 1)}
    return drawing


def _name_columns(drawing: Drawing, page: Page[Any], row: int, column: int) -> None:
    """Write x₁ … xₖ and y over columns."""
    x, y = page.layout.model["x"], page.layout.model["y"]
    for at, text in enumerate([*(x.heading(unit) for unit in x.units), y.heading(())]):
        drawing.put(row, column + at, text, KEY)


def draw_descent(page: Page[Any]) -> Drawing:
    """Draw what names the sums and the steps, and C_T over the steps."""
    layout, words = page.layout, page.words
    model = layout.model
    k, top = model["x"].shape[0], FIRST_ROW + 3
    first = layout.blocks["g"].row
    drawing = Drawing(gridlines=False, heights={1: 24}, repeat=first - 1)
    drawing.put(1, 1, layout.titles["descent"], TITLE)
    drawing.put(2, 1, words("notes", "descent"), NOTE)
    for name in ("eta", "spread", "means"):
        drawing.put(layout.blocks[name].row, 1, plain_name(model[name], words), LABEL)
    _name_columns(drawing, page, top - 1, 2)
    name_rows(drawing, model["g"].axes, top + k + 3, words)
    drawing.widths[1] = 30
    for name in ("g", "h", "dC_dg", "dC_dh", "C"):
        head(drawing, layout.blocks[name], words)
    drawing.widths |= dict.fromkeys(range(2, layout.blocks["C"].column + 1), WIDE)
    where = {name: layout.blocks[name] for name in ("eta", "g", "h")}
    drawing.validations.append(
        number_validation(address(where["eta"].row, where["eta"].column), words, positive=True)
    )
    drawing.validations += [numbers_only(where[name], words) for name in ("g", "h")]
    block = layout.blocks["C"]
    numbers = Cells(layout.titles["descent"], 1, block.row, block.last[0])
    course = scatter(
        words("charts", "C"), words("headings", "step"), [Line(numbers, _cells(page, "C"), LINE)]
    )
    ends(course.x_axis, 0, page.spec.sizes["steps"])
    drawing.charts.append((address(first + 1, block.column + 2), course))
    return drawing


def from_data(data: Dataset, where: str) -> Given:
    """Return the sizes and inputs of a table: its rows, and a flat line as the one by hand.

    Raises
    ------
    DataError
        More than one column is to be predicted, there are fewer rows than parameters, or numbers
        and columns of which a sheet keeps no sums.
    """
    n, k = data.x.shape
    if k > MOST_COLUMNS:
        raise DataError(
            f"{where}: {k} columns were found and {MOST_COLUMNS} are eliminated in a sheet at "
            "most: leave some out."
        )
    if len(data.labels) != 1:
        raise OptionsError(f"{where}: name one column to predict with --target; a plane has one y.")
    if n < k + 1:
        raise DataError(
            f"{where}: {n} rows cannot determine {k + 1} parameters, a coefficient for each of "
            f"{k} columns and q: as many rows as parameters are needed at least (book: 2-12)."
        )
    names = (*data.features, *data.labels)
    for name, column in zip(names, np.column_stack([data.x, data.t]).T, strict=True):
        spread = float(np.ptp(column))
        if spread and not SQUARABLE[0] <= spread <= SQUARABLE[1]:
            raise DataError(
                f"{where}, column {short(name)}: its numbers differ by {spread:.0e}, whose square "
                "no sheet keeps: take another unit."
            )
    mean = [float(f"{number:.4g}") for number in data.x.mean(axis=0)]
    inputs = {
        "names": [*names],
        "x": data.x,
        "y": data.t[:, 0],
        "eta": rounded(1 / (k + 1)),  # below 1 / k, at which the steps begin to cross the valley
        "g": np.zeros(k),
        "h": 0,
        "p_hand": np.zeros(k),
        "q_hand": float(f"{data.t.mean():.4g}"),
        "x_new": mean,
    }
    return {"rows": n, "columns": k}, inputs


KIND = Experiment(
    name="regression",
    sizes={"rows": (2, 100_000), "columns": (1, MOST_COLUMNS), "steps": (1, 10_000)},
    quantities=quantities,
    sheets={
        "regression": Sheet(draw, place),
        "sums": Sheet(draw_sums, place_sums),
        "descent": Sheet(draw_descent, place_descent),
    },
    taken={"epochs": "steps", "eta": "eta"},
    from_data=from_data,
)
