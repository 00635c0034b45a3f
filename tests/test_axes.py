"""Axes may be ordered: a recurrence runs up or down along any of them, and starts somewhere."""

import json
import runpy
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from own_networks import layout_of_model
from programs import skip_without

import xlnn
from xlnn import Axis, Model, Quantity, Stated, following, previous, reference
from xlnn.block import Block
from xlnn.engines import ENGINES, PROGRAMS
from xlnn.equation import of_each
from xlnn.layout import lay_out

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
MODELS = {"rnn": "rnn", "attention": "head"}
TORCH = json.loads((Path(__file__).parent / "pytorch_sequences.json").read_text(encoding="utf-8"))
H = 1e-5
"""Of central differences: their error is of the order of H^2 and of 1e-16 / H."""


def example(name):
    return runpy.run_path(str(EXAMPLES / f"{name}.py"))[MODELS[name]]


def inputs_of(name):
    return {"eta": 0.05} | {key: np.array(value) for key, value in TORCH[name]["inputs"].items()}


@pytest.mark.parametrize("name", MODELS)
def test_an_example_of_a_sequence_is_a_program_of_at_most_45_lines(
    name, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    text = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 45
    runpy.run_path(str(EXAMPLES / f"{name}.py"), run_name="__main__")
    assert "all agree with NumPy" in capsys.readouterr().out
    assert (tmp_path / f"{name}.xlsx").exists()


@pytest.mark.parametrize("engine", [*ENGINES, *PROGRAMS])
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.first(1)
@pytest.mark.slow
def test_every_engine_trains_an_example_as_numpy_does(name, engine, tmp_path):
    skip_without(engine)
    model, path = example(name), tmp_path / "a.xlsx"
    xlnn.workbook(model, inputs_of(name), path)
    report = xlnn.check(path, engine, model=model)
    assert report.agrees, report.wrong[:2]
    assert not report.restated


@pytest.mark.parametrize("name", MODELS)
def test_the_gradients_are_the_central_differences_of_the_cost(name):
    model, inputs = example(name), inputs_of(name)
    run = reference.run(model, inputs)
    for weight in TORCH[name]["gradients"]:
        for unit in np.ndindex(run[weight].shape[1:]):
            costs = []
            for sign in (1, -1):
                moved = inputs[weight].copy()
                moved[(0, *unit)] += sign * H
                costs.append(reference.run(model, {**inputs, weight: moved})["C_T"][0])
            slope = (costs[0] - costs[1]) / (2 * H)
            assert run[f"dC_d{weight}"][(0, *unit)] == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("name", MODELS)
def test_each_epoch_has_the_cost_and_the_gradients_of_pytorch(name):
    run = reference.run(example(name), inputs_of(name))
    assert run["C_T"] == pytest.approx(np.array(TORCH[name]["C_T"]), abs=1e-10)
    for weight, gradients in TORCH[name]["gradients"].items():
        assert run[f"dC_d{weight}"] == pytest.approx(np.array(gradients), abs=1e-10)


DAY, HOUR = Axis("day", 2, "up"), Axis("hour", 3, "up")
SUM = Stated(lambda before, x: before + x, lambda before, x: f"={before[()]}+{x[()]}")


def model(**more):
    """Return a sum over the hours of each day, which begins anew or goes on."""
    here = {"axes": (DAY, HOUR), "equation": SUM}
    x = Quantity("x", axes=(DAY, HOUR))
    base = Quantity("base", axes=(DAY,))
    return Model((x, base, Quantity("total", **{**here, **more})))


def totals(tmp_path, **more):
    own = model(**more)
    inputs = {"x": [[1, 2, 3], [4, 5, 6]], "base": [10, 20]}
    xlnn.workbook(own, inputs, tmp_path / "a.xlsx", force=True)
    assert xlnn.check(tmp_path / "a.xlsx", "formulas", model=own).agrees
    return xlnn.values(tmp_path / "a.xlsx", model=own)["total"].tolist()


def test_a_recurrence_starts_from_a_number_at_every_entry_of_the_other_axes(tmp_path):
    uses = {"before": previous("total", along="hour", start=0.5)}
    assert totals(tmp_path, uses=uses) == [[1.5, 3.5, 6.5], [4.5, 9.5, 15.5]]


def test_a_recurrence_starts_from_a_quantity_without_its_axis(tmp_path):
    uses = {"before": previous("total", along="hour", start="base")}
    assert totals(tmp_path, uses=uses) == [[11, 13, 16], [24, 29, 35]]


def test_a_recurrence_along_the_outer_axis_starts_from_a_number(tmp_path):
    uses = {"before": previous("total", along="day", start=0.0)}
    assert totals(tmp_path, uses=uses) == [[1, 2, 3], [5, 7, 9]]


def test_a_recurrence_runs_down_where_its_axis_does(tmp_path):
    down = (DAY, Axis("hour", 3, "down"))
    uses = {"before": following("total", along="hour", start=0.0)}
    assert totals(tmp_path, axes=down, uses=uses) == [[6, 5, 3], [15, 11, 6]]


def test_an_order_named_time_runs_up():
    assert (Axis("day", 3, "time").order, Axis("day", 3, "time").family) == ("up", "time")


def test_entries_that_stand_apart_do_not_see_each_other():
    run, later = Axis("run", 3, "each"), Axis("run", 2, "each", first=1, counts_from=2)
    grows = Stated(lambda before, by: before * by, lambda before, by: f"={before[()]}*{by[()]}")
    stays = Stated(lambda before: before, lambda before: f"={before[()]}")
    latest = Stated(lambda x: x[-1], lambda x: f"={x.at(-1)[()]}")
    equation = of_each([stays, grows, grows])
    own = Model(
        (
            Quantity("by", axes=(later,)),
            Quantity("x", axes=(run, DAY), given=1, equation=equation,
                     uses={"before": previous("x"), "by": "by"}),
            Quantity("last", axes=(run,), equation=latest),
        )
    )  # fmt: skip
    arrays = reference.run(own, {"by": np.array([2.0, 3.0]), "x": np.ones((3, 1))})
    assert arrays["x"].tolist() == [[1, 1], [1, 2], [1, 3]]
    assert arrays["last"].tolist() == [1, 2, 3]
    blocks = (
        Block(own["by"], "Model", 1, 3, ((0, 1),)),
        Block(own["x"], "Model", 4, 2, ((5, 0), (1, 0))),
        Block(own["last"], "Model", 4, 4, ((1, 0),)),
    )
    layout = lay_out(own, {"Model": "Model"}, blocks)
    assert [layout.formula("x", (run, 1)) for run in range(3)] == ["=B4", "=B9*C$1", "=B14*D$1"]
    assert [*layout.stated("x")] == [("Model", row, 2) for row in (5, 10, 15)]
    assert [layout.formula("last", (run,)) for run in range(3)] == ["=B5", "=B10", "=B15"]
    assert layout.names["xlnn.by.run2"] == "Model!$C$1"
    assert own["x"].input_lengths == (3, 1)
    assert [own["x"].is_typed((2, day)) for day in (0, 1)] == [True, False]


REFUSED = {
    "which axis": (
        {"uses": {"before": previous("total", start=0.0)}},
        r'total: previous\("total"\) may mean the axis day or hour: say which',
    ),
    "the other direction": (
        {"uses": {"before": following("total", along="hour", start=0.0)}},
        r'total: the axis hour runs up, so its entries may use previous\("total"\)',
    ),
    "no such axis": (
        {"uses": {"before": previous("total", along="week", start=0.0)}},
        "total has no ordered axis week",
    ),
    "no start": (
        {"uses": {"before": previous("total", along="hour")}},
        "total uses the total before, and has no start: say start=0.0, or the name of a quantity",
    ),
    "an unknown start": (
        {"uses": {"before": previous("total", along="hour", start="nothing")}},
        "total starts from nothing: state a quantity of that name before it",
    ),
    "a start along the axis": (
        {"uses": {"before": previous("total", along="hour", start="x")}},
        "total starts from x, which has the axis along which it starts",
    ),
    "runs side by side": (
        {"axes": (DAY, Axis("hour", 3, "each")), "uses": {"before": "x"}},
        """order of the axis hour of total is 'each': one of "", "up" and "down" is""",
    ),
    "a direction": (
        {"axes": (DAY, Axis("hour", 3, "sideways")), "uses": {"before": "x"}},
        "order of the axis hour of total is 'sideways'",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_an_axis_that_does_not_fit_is_refused(why, tmp_path):
    more, sentence = REFUSED[why]
    with pytest.raises(xlnn.XlnnError, match=sentence):
        xlnn.workbook(model(**more), {"x": 1, "base": 0}, tmp_path / "a.xlsx")


def test_one_entry_of_several_ordered_axes_is_asked_for_by_its_axis(tmp_path):
    last = Stated(lambda x: x[-1].sum(), lambda x: f"=SUM({x.at(-1).over('hour')[()]})")
    own = Model((Quantity("x", axes=(DAY, HOUR)), Quantity("last", equation=last)))
    with pytest.raises(xlnn.XlnnError, match=r"x has the axes day and hour: say which, as in at"):
        xlnn.workbook(own, {"x": 1}, tmp_path / "a.xlsx")
    last = Stated(
        lambda x: x[-1].sum(), lambda x: f"=SUM({x.at(-1, along='day').over('hour')[()]})"
    )
    own = Model((Quantity("x", axes=(DAY, HOUR)), Quantity("last", equation=last)))
    xlnn.workbook(own, {"x": [[1, 2, 3], [4, 5, 6]]}, tmp_path / "a.xlsx")
    assert xlnn.values(tmp_path / "a.xlsx", model=own)["last"] == 15


def test_a_matrix_has_its_rows_and_columns_and_a_vector_is_a_row():
    own = Model((Quantity("W", shape=(2, 3)), Quantity("b", shape=(3,)), Quantity("c")))
    layout = layout_of_model(own)
    assert [layout.cell("W", (j, i)) for j in (0, 1) for i in (0, 2)] == [
        "Model!A7", "Model!C7", "Model!A8", "Model!C8",
    ]  # fmt: skip
    assert [layout.cell("b", (i,)) for i in (0, 2)] == ["Model!A11", "Model!C11"]
    assert layout.cell("c", ()) == "Model!B4"


def test_a_row_of_a_matrix_is_multiplied_with_a_vector(tmp_path):
    product = Stated(
        lambda W, x: W @ x, lambda j, W, x: f"=SUMPRODUCT({W[j, :]},{x[:]})+0*SUM({W[:, 0]})"
    )
    own = Model((
        Quantity("W", shape=(2, 3)),
        Quantity("x", shape=(3,)),
        Quantity("y", shape=(2,), equation=product),
    ))  # fmt: skip
    xlnn.workbook(own, {"W": [[1, 2, 3], [4, 5, 6]], "x": [1, 10, 100]}, tmp_path / "a.xlsx")
    assert xlnn.check(tmp_path / "a.xlsx", "formulas", model=own).agrees
    assert xlnn.values(tmp_path / "a.xlsx", model=own)["y"].tolist() == [321, 654]


def test_what_runs_up_and_what_runs_down_stand_in_one_table():
    layout = layout_of_model(example("rnn"))
    rows = {layout.blocks[name].row for name in ("h", "e", "delta")}
    assert len(rows) == 1
    assert layout.blocks["delta"].column < 20


@pytest.mark.slow
def test_an_altered_first_step_is_named(tmp_path):
    own, path = example("rnn"), tmp_path / "a.xlsx"
    xlnn.workbook(own, inputs_of("rnn"), path)
    at = {"epoch": 2, "row": 3, "step": 1}
    told = xlnn.explain(path, "past", at=at, unit=(1,), model=own)
    workbook = openpyxl.load_workbook(path)
    sheet, address = told.cell.split("!")
    workbook[sheet][address] = "=" + told.formula.removeprefix("=") + "+0.001"
    workbook.save(path)
    (wrong,) = xlnn.check(path, model=own).wrong
    assert (wrong.cell, wrong.place) == (told.cell, at)


def test_the_start_of_a_recurrence_has_the_symbol_of_what_starts():
    own = example("rnn")
    symbols = {q.name: q.symbol for q in own.quantities if q.name.endswith("_start")}
    assert symbols == {"h_start": "h₀{}", "delta_start": "delta₊{}"}


@pytest.mark.slow
def test_the_start_of_a_recurrence_is_used_for_the_first_steps_alone(tmp_path):
    own, path = example("rnn"), tmp_path / "a.xlsx"
    xlnn.workbook(own, inputs_of("rnn"), path)
    used = xlnn.explain(path, "h_start", unit=(1,), model=own).used_for
    assert [(part.quantity, part.count) for part in used] == [("past", 20 * 4)]
