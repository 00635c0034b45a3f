"""Where rounding alone could decide, engines and NumPy decide alike, or any choice is right."""

import numpy as np
import pytest
from networks import Spec, random_plan, replace, spec, with_functions, write_plan
from programs import QUICKEST_FIRST, skip_without

import xlnn
from xlnn import reference
from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.equations import units as eq
from xlnn.equations.activation import RELU, RELU_SLOPE
from xlnn.equations.lookup import OfRow
from xlnn.equations.verdict import LargestUnit, Least
from xlnn.experiments.network.layers import LayerSpec
from xlnn.linting import lint
from xlnn.loading.values import values
from xlnn.registry.text import text

SAME = 1e-12

WINE = """kind,alcohol,magnesium,colour,proline
A,14.23,127,5.64,1065
A,13.2,100,4.38,1050
A,14.37,113,7.8,1480
A,13.24,118,4.32,735
B,12.37,88,1.95,520
B,12.33,101,3.27,680
B,13.67,100,5.75,450
C,12.86,122,4.1,630
C,12.88,101,5.4,530
C,12.81,96,5.7,560
"""
"""Of the wines of scikit-learn: unscaled, they drive every unit to its end."""


@pytest.fixture(scope="module")
def wines(tmp_path_factory):
    """A workbook whose outputs are equal to 12 digits in some epochs, for some wines."""
    folder = tmp_path_factory.mktemp("wines")
    (folder / "wine.csv").write_text(WINE)
    options = {"data": folder / "wine.csv", "table": True, "label": "kind"}
    return build("xor", folder / "wine.xlsx", epochs=12, seed=2, eta=1.0, **options).path


def nearly(largest, others):
    """Return which of some outputs are within 1e-12 of the largest, without being it."""
    return (others != largest) & (largest - others <= SAME)


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(1)
@pytest.mark.slow
def test_of_two_outputs_equal_to_12_digits_either_class_is_right(wines, engine):
    skip_without(engine)
    outputs = values(wines, engine)["a3"]
    assert nearly(outputs.max(axis=-1, keepdims=True), outputs).any()
    report = check(wines, engine, probes=2)
    assert report.agrees, report.wrong[:2]
    assert report.drift < 1e-6


def test_only_the_largest_output_and_what_equals_it_are_right_classes():
    a = np.array([[0.3, 0.3 + 1e-13, 0.1]] * 6)
    got = np.array([1.0, 2.0, 3.0, 0.0, 1.5, np.nan])
    assert LargestUnit().ties(got, SAME, a).tolist() == [True, True, False, False, False, False]


def test_only_the_smallest_cost_and_what_equals_it_are_right_epochs():
    C_T = np.array([2.0, 1.0 + 1e-13, 1.0, 3.0])
    tied = [Least("time").ties(np.array(float(n)), SAME, C_T).item() for n in range(6)]
    assert tied == [False, False, True, True, False, False]


@pytest.mark.slow
def test_a_class_that_is_no_tie_is_wrong(wines, tmp_path):
    """The cell must read as stated as well: a tie excuses no formula."""
    import openpyxl  # noqa: PLC0415 -- slow

    workbook = openpyxl.load_workbook(wines)
    cell = next(c for row in workbook["Training"] for c in row if "MATCH(MAX" in str(c.value))
    cell.value = f"={cell.value[1:]}+1"
    workbook.save(tmp_path / "altered.xlsx")
    (wrong,) = check(tmp_path / "altered.xlsx", "formualizer").wrong
    assert wrong.cell == f"Training!{cell.coordinate}"


def test_drift_is_measured_on_what_moves_smoothly():
    model = reference_model()
    assert {"answer", "label", "right", "recognised", "lens_argmaxF"} & model.discontinuous == {
        "answer", "label", "right", "recognised",
    }  # fmt: skip
    assert not {"z2", "a2", "C_T", "W2", "lens_z2"} & model.discontinuous


def test_what_shows_a_later_choice_jumps_with_it():
    """A place of a step is the next place of the step before, which is stated after it."""
    step = xlnn.Axis("step", 4, "up")
    place = xlnn.Quantity(
        "place", equation=eq.COPY.of(xlnn.previous("next", start="first")), axes=(step,)
    )
    following = xlnn.Quantity(
        "next", equation=eq.Choice(lambda p: 0 + np.sign(p), "=SIGN({p})").of("place"), axes=(step,)
    )
    model = xlnn.Model((xlnn.Quantity("first"), place, following))
    assert model.discontinuous == {"place", "next"}


def reference_model():
    """Return the quantities of a small workbook."""
    from xlnn.experiments.network.workbook import workbook_model  # noqa: PLC0415

    small = spec([4, 3, 2])
    return workbook_model(small, text("en"))


# ReLU


def test_what_is_0_but_for_rounding_has_no_slope_and_what_is_not_keeps_its_value():
    z = np.array([5.6e-17, -5.6e-17, 0.0, 4e-13, -4e-13, 6e-13, 1e-300, 1e300, -1e300, 1e20, 0.1])
    slope = RELU_SLOPE.array(z)
    np.testing.assert_array_equal(slope, [0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 1])
    np.testing.assert_array_equal(RELU.array(z), np.where(z > 0, z, 0))


def rounding_plan():
    """Return a network of relu units whose z is 0.1 + 0.2 - 0.3 and the like, of either sign."""
    small = with_functions(spec([2, 4, 2], images=2, epochs=3), ["relu"], "squared error", "linear")
    plan = random_plan(small, seed=1)
    plan.inputs["x"] = np.array([[0.1, 0.2], [1e17, 1.0]])
    plan.inputs["W2"] = np.array([[[1.0, 1.0], [-1.0, -1.0], [2.0, 1.0], [0.0, 0.0]]])
    plan.inputs["b2"] = np.array([[-0.3, 0.3, 1.0, 1e-200]])
    plan.inputs["eta"] = np.array(1e-40)
    return plan


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(1)
@pytest.mark.slow
def test_a_relu_unit_at_a_rounding_zero_is_off_in_every_engine(tmp_path, engine):
    skip_without(engine)
    plan = rounding_plan()
    run = reference.run(plan.model, plan.inputs)
    assert run["z2"][0, 0, :2].tolist() != [0, 0]
    path = write_plan(tmp_path / "relu.xlsx", plan)
    got = values(path, engine)
    np.testing.assert_array_equal(got["slope2"], run["slope2"])
    for name in ("a2", "delta2", "dC_dW2", "C_T"):
        np.testing.assert_allclose(got[name], run[name].reshape(got[name].shape), SAME, SAME)
    assert run["slope2"][0].tolist() == [[0, 0, 1, 0], [1, 0, 1, 0]]
    assert check(path, engine, probes=1).agrees


# Long lists


@pytest.mark.parametrize("kind", ["average pooling", "max pooling"])
@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.slow
def test_a_block_of_many_cells_is_computed_with_functions_of_255_arguments(tmp_path, kind, engine):
    skip_without(engine)
    size = (16, 16) if kind == "average pooling" else (6, 10)
    layers = (LayerSpec("P", 0, "linear", kind, size), LayerSpec("O", 2))
    picture = (size[0], 2 * size[1])
    plan = random_plan(Spec("test", "en", 1, 2, picture, ("0", "1"), layers, "squared error"), 1)
    path = write_plan(tmp_path / "pooled.xlsx", plan)
    assert check(path, engine).agrees
    assert not {"arguments", "formula-syntax"} & {problem.rule for problem in lint(path)}


@pytest.mark.slow
def test_sums_of_many_outputs_have_functions_of_255_arguments(tmp_path):
    wide = spec([2, 300], images=2, epochs=1, cost="cross-entropy")
    path = write_plan(tmp_path / "wide.xlsx", random_plan(wide, 1))
    assert check(path, "formualizer").agrees
    assert not {"arguments", "formula-syntax"} & {problem.rule for problem in lint(path)}


@pytest.mark.slow
def test_softmax_of_many_outputs_has_functions_of_255_arguments(tmp_path):
    wide = replace(
        spec([2, 450], images=2, epochs=1), cost="categorical cross-entropy",
        layers=(LayerSpec("2", 450, "softmax"),),
    )  # fmt: skip
    path = write_plan(tmp_path / "wide.xlsx", random_plan(wide, 1))
    assert check(path, "formualizer").agrees
    assert not {"arguments", "formula-syntax"} & {problem.rule for problem in lint(path)}


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.first(1)
@pytest.mark.slow
def test_one_epoch_of_one_image_is_looked_up_without_index(tmp_path, engine):
    """INDEX of a single cell is refused or read otherwise by some programs."""
    import openpyxl  # noqa: PLC0415 -- slow

    skip_without(engine)
    path = write_plan(tmp_path / "one.xlsx", random_plan(spec([2, 2], images=1, epochs=1), 1))
    for sheet in openpyxl.load_workbook(path):
        for row in sheet:
            for cell in row:
                text = str(cell.value)
                assert "INDEX(" not in text or ":" in text.partition("INDEX(")[2], text
    assert check(path, engine).agrees


def test_a_position_beyond_all_rows_is_an_error_as_in_a_cell():
    row = OfRow((3,))
    for position in (0.0, 0.5, 5.0, np.nan):
        assert np.isnan(row.array(np.ones((2, 2, 3)), np.array(position))).all()
    assert row.array(np.arange(12.0).reshape(2, 2, 3), np.array(4.5)).tolist() == [9, 10, 11]


# Texts


@pytest.mark.parametrize("engine", QUICKEST_FIRST)
@pytest.mark.slow
def test_a_label_that_looks_like_an_escape_survives(tmp_path, engine):
    skip_without(engine)
    data = tmp_path / "data.csv"
    data.write_text("kind,a,b\n_x0041_,0.5,1\n_x005F_,0.25,2\nA_x000D_,0.1,3\n")
    options = {"data": data, "table": True, "label": "kind", "epochs": 2}
    path = build("xor", tmp_path / "escaped.xlsx", **options).path
    expected = ["_x0041_", "_x005F_", "A_x000D_"]
    assert values(path, engine)["truth_label"].tolist() == expected
    assert values(path, engine)["labels"].tolist() == expected
    assert check(path, engine).agrees
