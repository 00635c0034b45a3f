"""The line nearest to some points, found three ways.   Book: 2-12.

With several columns it is a plane. The points are the seven people of the book, or the user's data.
"""

from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np

import xlnn
from xlnn import Axis, Below, Beside, Chart, Model, Page, Quantity, Row, Size, Space, Table, Trace
from xlnn.data.messages import short
from xlnn.data.numbers import rounded
from xlnn.equations import regression as eq
from xlnn.equations import units
from xlnn.equations.sentences import Complete
from xlnn.equations.surface import DESCENT
from xlnn.errors import DataError, OptionsError
from xlnn.workbooks.own_data import Given
from xlnn.workbooks.pages.number_parts import Made, Symbols
from xlnn.workbooks.pages.part import PagePart
from xlnn.workbooks.pages.text_parts import Label
from xlnn.writing.charts import edge
from xlnn.writing.style import heading

WIDE = 15
"""The width of columns with numbers of any size."""

POINT, LINE = "1B4F9C", "C0561C"

COST = "0.0000"
"""The squares of prices have more digits than fit in a column."""

MOST_COLUMNS = 30
"""Each step of the elimination has a table: with 30 columns, that is 28,000 cells."""

SQUARABLE = (1e-140, 1e140)
"""How far numbers may be apart without an overflow of the sums of their squares."""


# fmt: off
def model(sizes: Mapping[str, int], _: xlnn.Text) -> Iterator[Quantity]:
    """Yield the data, the normal equations, the descent, and the results."""
    yield from _at_once(sizes)
    yield from _step_by_step(sizes)
    yield from _lines(sizes)
    yield from _said(sizes["rows"], sizes["columns"])


def _at_once(sizes: Mapping[str, int]) -> Iterator[Quantity]:
    """Yield the data, the normal equations and their solution."""
    n, k = sizes["rows"], sizes["columns"]
    row, i = Axis("row", n), "{}" * (k > 1)
    yield Quantity("names", title="names of the columns", symbol=" ", shape=(k + 1,), is_text=True)
    yield Quantity("x", title="data", symbol=f"x{i}", axes=(row,), shape=(k,))
    yield Quantity("y", axes=(row,))
    for a, title, symbol, shape in (("x", "deviation", f"dx{i}", (k,)), ("y", "", "dy", ())):
        of = xlnn.alike(role="forward", shape=shape)
        yield of(f"{a}_mean", "mean", units.mean("row").of(a))
        yield of(f"{a}_varies", "1: not all equal", eq.varies(eq.LEAST[a]).of(a=a),
                 number_format="0")
        yield of(f"d_{a}", title, eq.DEVIATION.of(f"{a}_varies", a, f"{a}_mean"), symbol=symbol,
                 axes=(row,))
    swept = xlnn.alike(symbol="Σd·d", shape=(k, k + 1))
    yield swept("sums", "sums of deviations", eq.DEVIATION_SUMS.of("d_x"), role="backward")
    for t in range(k):
        yield swept(f"swept_{t + 1}", "after one step",
                    eq.swept(t).of(M=f"swept_{t}" if t else "sums"), kind="swept")
    yield Quantity("p", title="coefficients p", symbol=f"p{i}", shape=(k,),
                   equation=eq.SOLUTION.of(f"swept_{k}"),
                   meaning="how much y grows when x grows by 1",
                   written="Σ dx·dy / Σ dx²; with more columns by elimination", source="2-12")
    yield Quantity("q", title="intercept q", equation=eq.INTERCEPT, meaning="y where x is 0",
                   written="q = mean y − p · mean x", source="2-12")
    if k == 1:
        fitted = xlnn.alike(uses={"varies": "x_varies"})
        yield fitted("p_fitted", "SLOPE", eq.fitted("SLOPE"), shape=(1,))
        yield fitted("q_fitted", "INTERCEPT", eq.fitted("INTERCEPT"))


def _step_by_step(sizes: Mapping[str, int]) -> Iterator[Quantity]:
    """Yield gradient descent on scaled data, and the line that it finds."""
    n, k = sizes["rows"], sizes["columns"]
    i, step = "{}" * (k > 1), Axis("step", sizes["steps"] + 1, "time", counts_from=0)
    yield Quantity("eta", title="learning rate η", symbol="η", is_step_size=True,
                   meaning="how far a step goes", source="2-10")
    yield Quantity("spread", title="standard deviation s, u = d/s", symbol=f"s{i}", shape=(k,),
                   role="forward", equation=eq.spread(n))
    yield Quantity("means", title="means of u·u, and of u·dy", symbol="u·u", shape=(k, k + 1),
                   role="forward", equation=eq.scaled_sums(n))
    down = xlnn.alike(axes=(step,))
    for a, title, symbol, shape in (("g", "coefficient of u", f"g{i}", (k,)),
                                    ("h", "height", "h", ())):
        yield down(a, title, DESCENT.of(xlnn.previous(a), xlnn.previous(f"dC_d{a}"), "eta"),
                   symbol=symbol, shape=shape, role="weight", given=1)
    yield down("dC_dg", "gradient", eq.STANDARDISED_GRADIENT, symbol=f"∂C/∂g{i}", shape=(k,),
               role="backward")
    yield down("dC_dh", symbol="∂C/∂h", role="backward", equation=eq.HEIGHT_GRADIENT)
    yield down("C", "total cost", eq.scaled_cost(n).of(slope_g="dC_dg", slope_h="dC_dh"),
               symbol="C_T", role="forward", number_format=COST)
    yield Quantity("p_last", title="p by descent", shape=(k,), equation=eq.UNSCALED)
    yield Quantity("q_last", title="q by descent", equation=eq.LAST_INTERCEPT.of("p_last"))


def _lines(sizes: Mapping[str, int]) -> Iterator[Quantity]:
    """Yield the predictions of each line, and its cost."""
    k, row = sizes["columns"], Axis("row", sizes["rows"])
    yield Quantity("p_hand", title="your p", shape=(k,))
    yield Quantity("q_hand", title="your q")
    yield Quantity("x_new", title="a new x", shape=(k,))
    on_plane = xlnn.alike(role="forward", equation=eq.ON_PLANE)
    yield on_plane("y_new", "its y", uses={"x": "x_new"})
    predicted = partial(on_plane, symbol="px + q", axes=(row,))
    yield predicted("y_line", "on the line")
    yield predicted("y_last", "on the line of the descent", uses={"p": "p_last", "q": "q_last"})
    yield predicted("y_hand", "on your line", uses={"p": "p_hand", "q": "q_hand"})
    residual = xlnn.alike(axes=(row,), symbol="e", equation=eq.RESIDUAL)
    yield residual("e", "residual", uses={"on_plane": "y_line"}, role="backward",
                   meaning="how far the point is above the line", written="e = y − (px + q)",
                   source="2-12")
    yield residual("e_last", "residual of the descent", uses={"on_plane": "y_last"})
    yield residual("e_hand", "residual of your line", uses={"on_plane": "y_hand"})
    less = partial(residual, symbol="d")
    yield less("d_last", "line − descent", uses={"y": "y_line", "on_plane": "y_last"})
    cost = xlnn.alike(equation=eq.SQUARED_ERRORS, number_format=COST)
    yield cost("C_T", "smallest cost C_T", uses={"e": "e"}, meaning="the cost function of all rows",
               written="C_T = ½ Σ e²", source="2-12")
    yield cost("C_last", "C_T of the descent", uses={"e": "e_last"})
    yield cost("C_hand", "your C_T", uses={"e": "e_hand"})
    apart = xlnn.alike(title="distance to the first line", equation=units.root_mean_square("row"))
    yield apart("apart", uses={"of": "d_last"})
    if k == 1:
        yield predicted("y_fitted", "by SLOPE and INTERCEPT",
                        uses={"p": "p_fitted", "q": "q_fitted"})
        yield less("d_fitted", "line − SLOPE", uses={"y": "y_line", "on_plane": "y_fitted"})
        yield apart("apart_fitted", uses={"of": "d_fitted"})


def _said(n: int, k: int) -> Iterator[Quantity]:
    """Yield the sentences."""
    def sentence(name: str, title: str, said: xlnn.Sentence, **uses: str) -> Quantity:
        told = Complete(said, ("x", "y"), n * (k + 1))
        return Quantity(name, title=title, equation=told, uses=uses)

    yield sentence("line", "the line in words", eq.LineSentence())
    one_column = {"varies": "x_varies", "apart_fitted": "apart_fitted"} if k == 1 else {}
    yield sentence("agreement", "do all methods agree?", eq.WaysAgree(n, k), **one_column)
    yield sentence("determined", "do the data determine the line?", eq.determined(n, k),
                   M=f"swept_{k}")
    yield sentence("by_hand", "your line in words", eq.BY_HAND)
    lines = ("y", "y_line", *["y_hand"] * (k == 1))
    for axis, column, shown in (("y", k, lines), ("x", 0, ("x",)))[:1 + (k == 1)]:
        yield Quantity(f"{axis}_edge", title="where the charts begin or end", is_record=True)
        yield Quantity(f"{axis}_shown", title="what the charts show",
                       equation=eq.Shown(column, shown, n).of(edge=f"{axis}_edge"))


def _line(name: str, *names: str, of: str = "quantities") -> PagePart:
    """Return a row of numbers above the columns of a table, after their name."""
    return Beside(Label(name, of, fits=True), Row(*names), apart=0)


def _over(*parts: PagePart) -> PagePart:
    """Return what is above the columns of a table, after the one that names its rows."""
    return Beside(Label(""), *parts, apart=0)


def _sentences(model: Model) -> PagePart:
    """Return what the sheet says; the charts of a plane have no axis of one x."""
    shown = [name for name in ("y_shown", "x_shown") if name in model.by_name]
    return xlnn.Sentences("line", "agreement", "determined", "by_hand", *shown)


def _regression(model: Model) -> PagePart:
    """Return the result of each method, above the columns of the data and of the lines."""
    is_line, result = model["x"].shape == (1,), heading("result", first=False)
    fitted = _line("SLOPE, INTERCEPT", "p_fitted", "q_fitted", "", "apart_fitted", of="ways")
    columns = ("x", "y", "y_line", "e", *["y_fitted"] * is_line, "y_last", "y_hand")
    return Below(
        _over(Symbols("p", "q"), Label("C_T", look=result), Label("apart", "quantities", result)),
        _line("normal equations", "p", "q", "C_T", of="ways"),
        *[fitted] * is_line,
        _line("gradient descent", "p_last", "q_last", "C_last", "apart", of="ways"),
        _line("your own p and q", "p_hand", "q_hand", "C_hand", of="ways"),
        Space(),
        _over(Row("names")),
        _line("a new x, and its y", "x_new", "y_new", of="ways"),
        Table(*columns, width=WIDE),
    )


ON_LINE = Chart("The points and the line",
                Trace("y_hand", "x", name="your own p and q", of="ways", is_quiet=True),
                Trace("y_line", "x", LINE, name="normal equations", of="ways"),
                Trace("y", "x", POINT, 0, "circle", "data"), x="x", size_in_cm=(13, 9),
                edges=("x_edge", "y_edge"))

ON_PLANE = Chart("Predicted y over actual y",
                 Trace("y", "y", LINE, name="no error"),
                 Trace("y_line", "y", POINT, 0, "circle", "data"), x="y", size_in_cm=(13, 9),
                 edges=("y_edge", "y_edge"))


def _points(model: Model) -> PagePart:
    """Return the chart of the points, with the lines or with the predictions of the plane."""
    return ON_LINE if model["x"].shape == (1,) else ON_PLANE


def _sums(model: Model) -> PagePart:
    """Return the means and deviations, and to their right each step of the elimination."""
    (k,) = model["x"].shape
    rows = ("d_x", "d_y", "e_last", "e_hand", "d_last", *["d_fitted"] * (k == 1))
    steps = [Label("sums of d·d, and of d·dy", "sweeps"), Row("sums", width=WIDE)]
    for t in range(1, k + 1):
        steps += [Space(), Label("after step {number}", "sweeps", numbers={"number": t}),
                  Row(f"swept_{t}", width=WIDE)]
    return Beside(
        Below(
            _over(Symbols("x", "y")),
            _line("x_mean", "x_mean", "y_mean"),
            _line("x_varies", "x_varies", "y_varies"),
            Table(*rows, width=WIDE),
        ),
        Below(*steps),
    )
# fmt: on


def from_data(data: xlnn.Dataset, where: str) -> Given:
    """Return the sizes and inputs for a table; the line by hand is flat.

    Raises
    ------
    DataError
        There is more than one target, there are fewer rows than parameters, or the numbers or
        columns are too large for a sheet.
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


def noted(inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the edges of the charts' axes for the initial data and the line by hand."""
    x, axes = inputs["x"], {"y_edge": inputs["y"]}
    if x.shape[1] == 1:
        by_hand = x @ inputs["p_hand"] + inputs["q_hand"]
        axes = {"x_edge": x, "y_edge": np.append(inputs["y"], by_hand)}
    return {name: np.asarray(edge(numbers)) for name, numbers in axes.items()}


# fmt: off
EXPERIMENT = xlnn.Experiment(
    "regression", model, title="Regression in a sheet", book=("2-12",),
    summary="The regression line of the height and weight of seven people, found in three ways "
    "that agree.",
    sizes={"rows": Size(7, 2, 100_000), "columns": Size(1, 1, MOST_COLUMNS), "steps": Size(50)},
    options_for={"epochs": "steps", "eta": "eta"}, from_data=from_data, noted=noted,
    about=(
        "{rows} rows, and a y to predict from x: y = px + q. Which p and q? Those that make C_T, "
        "half the sum of the squared errors, smallest (2-12).",
        "Training a network is the same: a cost, its parameters, and the search for the minimum. "
        "Here the answer can also be computed directly, so that you can compare.",
        "Your own data:  xlnn build regression --data my.csv --target price  takes any number of "
        "columns; the first line has their names.",
    ),
    pages=(
        Page(
            "regression", "Regression", "The line closest to the points: the one with the smallest "
            "C_T. Change any yellow cell, including data and names, and everything is "
            "recalculated.",
            Made(_sentences),
            Space(),
            Beside(
                Made(_regression),
                Below(
                    Made(_points),
                    Chart("Residuals", Trace("e", "y_line", LINE, 0, "circle"), x="px + q",
                          edges=("y_edge", "")),
                ),
            ),
            does="The data, the line and its errors. Try your own p and q and watch C_T.",
        ),
        Page(
            "sums", "Normal equations", "∂C_T/∂q = 0 means that the line goes through the mean of "
            "the points; for p only sums of the deviations d from the mean are needed. Each table "
            "eliminates one unknown from all other rows.",
            Made(_sums),
            does="The line in one go: the equations for p and q, solved by elimination.",
        ),
        Page(
            "descent", "Descent", "The same minimum by gradient descent, on scaled data u = d/s. C "
            "is C_T divided by the number of rows, so that the same η works for few rows and for "
            "many.",
            xlnn.Numbers("eta", "spread", at=1),
            _over(Symbols("x", "y")),
            _line("means", "means"),
            Beside(
                Table("g", "h", "dC_dg", "dC_dh", "C", width=WIDE),
                Below(Space(2), Chart("C_T after each step", Trace("C", colour=LINE))),
            ),
            does="Step by step towards the same line.",
        ),
    ),
    colours={
        "forward": "means, and y on a line", "backward": "errors, and the changes of p and q",
        "weight": "p and q at each step", "result": "results",
    },
    tries=(
        ("On {regression}, type your own p and q, and make C_T as small as you can.", "The grey "
         "line in the chart follows. Whatever you try, C_T never gets below the smallest."),
        ("Move one point far away: double y in row 1.", "The line turns towards that one point, "
         "because errors are squared."),
        ("Set η on {descent} to 0.0001, then to 2.1.", "With 0.0001 the steps are too small, and a "
         "sentence on {regression} says how far off the line still is. With 2.1 every step makes "
         "C_T larger."),
    ),
)
