"""Weights, copies and learning rates that an experiment states once do what they say."""

import numpy as np
import pytest

import xlnn
from xlnn import reference
from xlnn.equations import attention
from xlnn.equations import units as eq
from xlnn.equations.optimiser import OPTIMISERS
from xlnn.registry.templates import loaded
from xlnn.workbooks.experiment import Experiment

EPOCHS = 4
EPOCH, ROW = xlnn.Axis("epoch", EPOCHS, "up"), xlnn.Axis("row", 5)

NETWORK = xlnn.Weights(
    {
        "W": xlnn.Weight((2, 3), eq.slope("row"), "delta", "x", title="weights"),
        "b": xlnn.Weight((2,), eq.bias_slope("row"), "delta", start=0.5),
    }
)


def quantities(optimizer="sgd"):
    """Return a layer of two units that is trained, and the layer for a typed input."""
    yield xlnn.Quantity("eta")
    yield xlnn.Quantity("x", axes=(ROW,), shape=(3,))
    yield xlnn.Quantity("t", axes=(ROW,), shape=(2,))
    yield from NETWORK.trained(EPOCHS, optimizer)
    each = {"axes": (EPOCH, ROW), "shape": (2,)}
    forward = [
        xlnn.Quantity("z", equation=eq.DENSE, **each),
        xlnn.Quantity("a", equation=eq.SIGMOID, **each),
    ]
    yield from forward
    yield xlnn.Quantity("delta", equation=eq.ERROR, uses={"y": "a"}, **each)
    yield from NETWORK.gradients(EPOCHS)
    yield xlnn.Quantity("typed", shape=(3,))
    weights = {name: f"{name}_last" for name in NETWORK}
    for name, last in weights.items():
        shape = NETWORK[name].shape
        state = xlnn.Stated(lambda of: of[-1], lambda *unit, of: f"={of.at(-1)[unit]}")
        yield xlnn.Quantity(last, shape=shape, equation=state, uses={"of": name})
    yield from xlnn.again(forward, "{}_typed", instead={"x": "typed", **weights})


@pytest.fixture(scope="module")
def inputs():
    draw = np.random.default_rng(3)
    start = NETWORK.drawn(draw)
    x, t = draw.normal(size=(5, 3)), draw.integers(0, 2, (5, 2)) * 1.0
    return {"eta": 0.1, "x": x, "t": t, "typed": x[0], **start}


@pytest.mark.parametrize("optimizer", OPTIMISERS)
def test_a_workbook_with_them_agrees_with_numpy(inputs, tmp_path, optimizer):
    model = xlnn.Model(tuple(quantities(optimizer)))
    given = {**xlnn.constants(optimizer), **inputs}
    assert xlnn.workbook(model, given, tmp_path / "own.xlsx").report.agrees


def test_copies_say_of_a_typed_row_what_the_network_says_of_it(inputs):
    model = xlnn.Model(tuple(quantities()))
    run = reference.run(model, {name: np.asarray(given) for name, given in inputs.items()})
    z = run["W"][-1] @ inputs["x"][0] + run["b"][-1]
    assert run["a_typed"] == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-12)
    assert {q.kind for q in model.quantities if q.name in {"z", "z_typed"}} == {"z"}


def test_copies_with_a_title_of_their_own_are_of_a_kind_of_their_own():
    first = (
        xlnn.Quantity("h", title="state", symbol="h{}", axes=(ROW,), shape=(2,)),
        xlnn.Quantity("right", title="right", symbol=" ", axes=(ROW,)),
    )
    h, right = xlnn.again(first, "{}_rnn", axes=None, title="{}, RNN", symbol="{}′")
    assert (h.name, h.kind, h.title, h.symbol) == ("h_rnn", "h_rnn", "state, RNN", "h′{}")
    assert (right.title, right.symbol, right.axes) == ("right, RNN", " ", (ROW,))
    (plain,) = xlnn.again(first[:1], "{}_typed")
    assert (plain.kind, plain.title, plain.symbol, plain.axes) == ("h", "state", "h{}", ())


def test_a_start_is_random_unless_it_is_stated():
    start = NETWORK.drawn(3, scale=0.1)
    assert np.ptp(start["W"]) > 0
    assert start["b"].tolist() == [[0.5, 0.5]]


def test_titles_of_gradients_have_the_symbol_or_the_title():
    assert [q.title for q in NETWORK.gradients(1)] == ["gradient of W", "gradient of b"]
    assert next(NETWORK.gradients(1, "gradient, {title}")).title == "gradient, weights"


def test_a_weight_whose_gradient_is_given_too_much_is_refused():
    with pytest.raises(xlnn.XlnnError, match="3 arguments are given to an equation of d, a"):
        xlnn.Weight((2, 3), eq.slope("row"), "delta", "x", "t")


def test_learning_rates_make_optimiser_and_rate_options():
    rates = {"adam": 0.1, "sgd": 0.5}
    own = Experiment("own", lambda *_: (), (), rates=rates, options_for=["epochs"])
    assert {"epochs", "eta", "optimizer"} <= own.options
    assert own.inputs({"optimizer": "sgd"}) == {"eta": 0.5}
    assert {"eta", "beta1", "beta2", "epsilon"} == {*own.inputs({"optimizer": "adam"})}
    assert not {"eta", "optimizer"} & Experiment("own", lambda *_: (), ()).options


@pytest.mark.parametrize("tanh", ["", "h"])
def test_an_error_comes_back_as_the_slope_of_what_the_weights_give(tanh):
    draw = np.random.default_rng(0)
    W, U, z = draw.normal(size=(2, 3)), draw.normal(size=(4, 3)), draw.normal(size=3)
    d, e, more = draw.normal(size=2), draw.normal(size=4), draw.normal(size=3)

    def cost(z):
        h = np.tanh(z) if tanh else z
        return d @ W @ h + e @ U @ h + more @ h

    steps = np.eye(3) * 1e-6
    slopes = [(cost(z + step) - cost(z - step)) / 2e-6 for step in steps]
    known = {"d": d, "W": W, "e": e, "U": U, "more": more} | ({"h": np.tanh(z)} if tanh else {})
    found = eq.Back(("d", "W"), ("e", "U"), plus="more", tanh=tanh).array(**known)
    assert found == pytest.approx(slopes, rel=1e-7)


@pytest.mark.parametrize("name", ["rnn", "embeddings"])
def test_a_choice_offers_the_names_of_the_rows_of_its_table(name):
    kind = loaded(name)
    spec = kind.plan(kind.from_template(kind.template), {}).spec
    layout = kind.layout(spec)
    drawings = kind.drawings(spec, layout)
    cells = {title: drawings[key].cells for key, title in layout.titles.items() if key in drawings}
    sources = [
        each.formula1 for drawing in drawings.values() for each in drawing.validations
        if each.type == "list" and "!" in each.formula1
    ]  # fmt: skip
    assert sources
    for source in sources:
        title, _, area = source.partition("!")
        column, row = area.split(":")[0].strip("$").split("$")
        numbers = [
            cells[title.strip("'")][int(row) + down].get(ord(column) - 64, (None, None))[0]
            for down in range(3)
        ]
        assert numbers in ([0, 1, 2], [1, 2, 3]), source


def test_names_of_numbers_are_said_in_a_column(tmp_path):
    typed = xlnn.Quantity("typed", shape=(2,), choices=(1, 2))
    named = xlnn.Quantity("named", shape=(2, 1), equation=eq.Named(["cat", "dog"]).of("typed"))
    path = xlnn.workbook(
        xlnn.Model((typed, named)), {"typed": [2, 1]}, tmp_path / "words.xlsx"
    ).path
    found = xlnn.values(path, model=xlnn.Model((typed, named)))
    assert found["named"].tolist() == [["dog"], ["cat"]]


def test_a_sum_of_more_terms_than_an_engine_takes_at_once_is_nested(tmp_path):
    """A sum of 256 terms in a row is too deep for formualizer; a function takes 255 arguments."""
    draw, many = np.random.default_rng(5), 300
    shapes = {"x": (many,), "W": (many, 2), "centres": (2, many), "r": (1, many), "h": (1, 2)}
    found = (
        ("e", (ROW,), (2,), eq.BACK.of("x")),
        ("distance", (ROW,), (2,), eq.DISTANCE),
        ("mixed", (), (2, 2), attention.MIX_BACK.of("W", "W")),
        ("dh", (), (1, 2), attention.RELU_BACK.of("r", "W")),
    )
    axes = {"x": (ROW,)}
    given = [xlnn.Quantity(n, shape=s, axes=axes.get(n, ())) for n, s in shapes.items()]
    computed = [xlnn.Quantity(n, axes=a, shape=s, equation=each) for n, a, s, each in found]
    inputs = {q.name: draw.normal(size=q.lengths) for q in given}
    model = xlnn.Model((*given, *computed))
    assert xlnn.workbook(model, inputs, tmp_path / "own.xlsx").report.agrees


@pytest.mark.parametrize(
    ("table", "number", "found"),
    [
        ({"axes": (ROW,)}, {}, 4),
        ({"axes": (ROW,), "shape": (2,)}, {}, [7, 8]),
        ({"axes": (ROW,)}, {"shape": (3,)}, [4, 4, 4]),
        ({"shape": (2, 3)}, {}, 4),
    ],
)
def test_an_entry_is_looked_up_in_a_table_or_a_matrix(table, number, found, tmp_path):
    axes = [axis.name for axis in table.get("axes", ())]
    shape = np.shape(found)
    model = xlnn.Model((
        xlnn.Quantity("table", **table), xlnn.Quantity("number", choices=(1, 5), **number),
        xlnn.Quantity("found", shape=shape, equation=eq.look_up(*axes)),
    ))  # fmt: skip
    several = np.arange(np.prod(model["table"].lengths)) + 1
    given = {
        "table": several.reshape(model["table"].lengths),
        "number": np.full(shape[:1] if number else (), 4),
    }
    path = xlnn.workbook(model, given, tmp_path / "own.xlsx").path
    assert xlnn.values(path, model=model)["found"].tolist() == found


@pytest.mark.parametrize(("how", "found"), [({}, 2), ({"least": True}, 3), ({"alike": 0}, 2)])
def test_the_best_of_a_row_is_the_first_of_equal_ones(how, found, tmp_path):
    model = xlnn.Model(
        (xlnn.Quantity("of", shape=(4,)), xlnn.Quantity("best", equation=eq.best(**how)))
    )
    path = xlnn.workbook(model, {"of": [0.5, 2, -1, 2 + 1e-12]}, tmp_path / "own.xlsx").path
    assert xlnn.values(path, model=model)["best"] == found
    alike = xlnn.workbook(model, {"of": 0.1}, tmp_path / "alike.xlsx").path
    assert xlnn.values(alike, model=model)["best"] == how.get("alike", 1)
