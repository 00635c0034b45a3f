"""A network of one hidden layer learns classes or numbers from the rows of a table."""

import numpy as np

import xlnn
from xlnn import Axis, Quantity, Weight, alike
from xlnn.equations import units as eq


def weights(sizes):
    """Return the weights, each with what its gradient is the product of, summed over the rows."""
    slope, bias = eq.slope("row"), eq.bias_slope("row")
    hidden, outputs = sizes["hidden"], sizes["outputs"]
    return xlnn.Weights(
        {
            "W": Weight((hidden, sizes["columns"]), slope, "delta", "x", title="weights W"),
            "b": Weight((hidden,), bias, "delta", title="biases b"),
            "V": Weight((outputs, hidden), slope, "e", "h", title="weights V"),
            "d": Weight((outputs,), bias, "e", title="biases d"),
        }
    )


def model(sizes, _):
    """Yield the quantities, each after those that it is computed from."""
    epoch, row = Axis("epoch", sizes["epochs"], "up"), Axis("row", sizes["rows"])
    hidden, outputs, labels = (sizes["hidden"],), (sizes["outputs"],), sizes["labels"]
    is_number = sizes["task"] == "regression"

    yield Quantity("eta", title="learning rate η", symbol="η", scale=0.05, is_step_size=True)
    data = alike(sheet="data", axes=(row,))
    yield data("x", "inputs", symbol="x{}", shape=(sizes["columns"],))
    t = data("t", "target", symbol="t{}", shape=outputs)
    yield t
    if not is_number:
        yield from xlnn.classes_of(t, labels)
    network = weights(sizes)
    yield from network.trained(sizes["epochs"], sizes["optimizer"])

    each = alike(sheet="training", axes=(epoch, row), role="forward")
    yield each("u", "weighted input", eq.DENSE.of("W", "x", "b"), symbol="u{}", shape=hidden)
    yield each("h", "hidden units", eq.TANH.of("u"), symbol="h{}", shape=hidden)
    yield each("z", "weighted input of y", eq.DENSE.of("V", "h", "d"), symbol="z{}", shape=outputs)
    y = each("y", "output", (eq.COPY if is_number else eq.SIGMOID).of("z"), symbol="y{}",
             shape=outputs)  # fmt: skip
    yield y
    if is_number:
        yield each("C", "squared error", eq.SQUARED_ERROR.of("t", "y"))
    else:
        yield each("C", "cross-entropy", eq.ENTROPY, symbol="C{}", shape=outputs)
    yield each("e", "error", eq.ERROR, symbol="e{}", shape=outputs, role="backward")
    yield each("delta", "δ", eq.Back(("e", "V"), tanh="h"), symbol="δ{}", shape=hidden,
               role="backward")  # fmt: skip
    yield Quantity("C_T", title="total cost", axes=(epoch,), sheet="progress",
                   equation=eq.total("row").of("C"))  # fmt: skip
    if is_number:
        yield from xlnn.numbers_found(y, t, sizes, sheet="progress")
    else:
        tested = sizes["test_samples"] > 0
        yield from xlnn.classes_found(y, labels, sheet="progress", tested=tested)
    yield from network.gradients(sizes["epochs"])


def inputs(sizes):
    """Return what the inputs hold at first: exclusive or, and random weights."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    t = np.array([[1, 0], [0, 1], [0, 1], [1, 0]])
    return {"x": x, "t": t, "labels": ["0", "1"], **weights(sizes).drawn(sizes["seed"])}


EXPERIMENT = xlnn.Experiment(
    "mlp",
    model,
    title="A hidden layer in a sheet",
    summary="A network of one hidden layer learns the classes or the numbers of any table.",
    about=("{rows} rows of {columns} inputs; {hidden} hidden units, {outputs} outputs.",),
    sizes={
        "epochs": xlnn.Size(20, most=1000),
        "rows": xlnn.Size(4, least=2),
        "columns": xlnn.Size(2),
        "outputs": xlnn.Size(2),
        "hidden": xlnn.Size(3, most=20),
        "seed": xlnn.Size(1, 0, 2**31),
    },
    rates={"sgd": 0.1, "adam": 0.05},
    inputs=inputs,
    learns=xlnn.Learns(
        sizes={"x": ("rows", "columns"), "t": ("rows", "outputs")}, classes=True, numbers=True
    ),
    options_for=["epochs", "hidden", "seed"],
    pages=(
        xlnn.Page("data", "Data", "Change the learning rate, or a row.", xlnn.Numbers("eta")),
        *(xlnn.Progress(), xlnn.Confusion(), xlnn.Fit(), xlnn.Predict(), xlnn.GradientCheck()),
        xlnn.Page("training", "Training", "Forward and back, for each row in each epoch."),
    ),
)
