"""The kind "regression": the line nearest to some points, found three ways.   Book: 2-12.

With more columns it is the plane of all of them. The points are the seven people of the book, or a
person's own data.
"""

from collections.abc import Iterator, Mapping

import numpy as np

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
from xlnn.workbooks.pages.parts import (
    Below,
    Beside,
    Chart,
    Label,
    Made,
    Numbers,
    Part,
    Row,
    Sentences,
    Space,
    Symbols,
    Table,
    Trace,
    page,
)
from xlnn.writing.charts import THIN
from xlnn.writing.style import heading

SENTENCES = ("line", "agreement", "determined", "by_hand")

WIDE = 15
"""The width of columns whose numbers may be of any size."""

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
    symbol = "p{}" if k > 1 else "p"
    yield Quantity("p", symbol=symbol, shape=(k,), equation=eq.Solution(), uses=last, **page)
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


def _line(key: str, *names: str, of: str = "quantities") -> Part:
    """Return numbers side by side, over the columns of a table, behind their name."""
    return Beside(Label(key, of, fits=True), Row(*names), apart=0)


def _over(*parts: Part) -> Part:
    """Return what stands over the columns of a table, behind the one that names its rows."""
    return Beside(Label(""), *parts, apart=0)


def _regression(model: Model) -> Part:
    """Return what each way finds, over the columns of the data and of the lines."""
    is_line, result = model["x"].shape == (1,), heading("result", first=False)
    fitted = [_line("fitted", "p_fitted", "q_fitted", "", "apart_fitted", of="ways")] * is_line
    columns = ("x", "y", "y_line", "e", *["y_fitted"] * is_line, "y_last", "y_hand")
    return Below(
        _over(Symbols("p", "q")),
        _over(Row("names"), Label("C_T", look=result), Label("apart", "quantities", result)),
        _line("normal", "p", "q", "C_T", of="ways"),
        *fitted,
        _line("descent", "p_last", "q_last", "C_last", "apart", of="ways"),
        _line("hand", "p_hand", "q_hand", "C_hand", of="ways"),
        _line("new", "x_new", "y_new", of="ways"),
        Table(*columns, width=WIDE),
    )


def _points(model: Model) -> Part:
    """Return the chart of the points: with the lines, or with what the plane says of them."""
    if model["x"].shape == (1,):
        return Chart(
            "line",
            Trace("y_hand", "x", HAND, THIN, name="hand", of="ways"),
            Trace("y_line", "x", LINE, name="normal", of="ways"),
            Trace("y", "x", POINT, 0, "circle", "data"),
            x="x",
            size_in_cm=(13, 9),
        )
    return Chart(
        "plane",
        Trace("y", "y", LINE, name="right"),
        Trace("y_line", "y", POINT, 0, "circle", "data"),
        x="y",
        size_in_cm=(13, 9),
    )


def _sums(model: Model) -> Part:
    """Return the means and deviations, and at the right each step of the elimination."""
    (k,) = model["x"].shape
    rows = ("d_x", "d_y", "e_last", "e_hand", "d_last", *["d_fitted"] * (k == 1))
    steps = [Label("sums", "sweeps"), Row("sums", width=WIDE)]
    for t in range(1, k + 1):
        steps += [
            Space(),
            Label("step", "sweeps", numbers={"number": t}),
            Row(f"swept_{t}", width=WIDE),
        ]
    return Beside(
        Below(
            _over(Symbols("x", "y")),
            _line("x_mean", "x_mean", "y_mean"),
            _line("x_varies", "x_varies", "y_varies"),
            Table(*rows, width=WIDE),
        ),
        Below(*steps),
    )


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
        "regression": page(
            "regression",
            Sentences(*SENTENCES),
            Space(),
            Beside(
                Made(_regression),
                Below(
                    Made(_points), Chart("e", Trace("e", "y_line", LINE, 0, "circle"), x="px + q")
                ),
            ),
        ),
        "sums": page("sums", Made(_sums)),
        "descent": page(
            "descent",
            Numbers("eta", "spread", positive=["eta"], at=1),
            _over(Symbols("x", "y")),
            _line("means", "means"),
            Beside(
                Table("g", "h", "dC_dg", "dC_dh", "C", width=WIDE, repeated=True),
                Below(Space(2), Chart("C", Trace("C", colour=LINE))),
            ),
        ),
    },
    taken={"epochs": "steps", "eta": "eta"},
    from_data=from_data,
)
