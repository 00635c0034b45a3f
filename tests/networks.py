"""Random networks for tests: a Spec, its inputs, and how hypothesis draws them."""

import dataclasses

import numpy as np
import pytest
from hypothesis import strategies as st

from xlnn.data.numbers import rounded
from xlnn.equations.activation import ACTIVATIONS
from xlnn.equations.cost import COSTS
from xlnn.equations.optimiser import OPTIMISERS, PLAIN
from xlnn.experiments.network.kind import KIND
from xlnn.experiments.network.layers import LayerSpec, check_network
from xlnn.experiments.network.quantities.network import network
from xlnn.reference import known
from xlnn.registry.templates import experiments, folder, loaded, names, template
from xlnn.workbooks import spec as workbook_spec
from xlnn.workbooks.kind import Plan
from xlnn.writing.workbook import write

from_template, plan = KIND.from_template, KIND.plan


def replace(of, **changes):
    """Return a dataclass with other fields; a Spec also with other sizes."""
    if not isinstance(of, workbook_spec.Spec):
        return dataclasses.replace(of, **changes)
    if "samples" in changes:
        changes["images"] = changes.pop("samples")
    return _checked(of.sized(**changes))


def _checked(spec):
    if spec.kind == "network":
        check_network(spec)
    return spec


def Spec(template, lang, epochs, samples, picture, labels, layers, cost, **more):
    """Return the Spec of a network."""
    sizes = {"epochs": epochs, "images": samples, "layers": tuple(layers), "cost": cost}
    sizes |= {
        name: more.pop(name, usual)
        for name, usual in (("optimizer", PLAIN), ("regularised", False))
    }
    return _checked(
        workbook_spec.Spec("network", template, lang, sizes, picture=picture, labels=labels, **more)
    )


NETWORK_TEMPLATES = [name for name in names() if "kind" not in template(name).values]
"""The templates that train a network."""

ALIKE = {"moons", "spirals", "digits-8x8", "digits-cross-entropy"}
"""Those that are circles or digits with other data or another cost: their turn comes with the tests
that take long."""


def once_alike(templates):
    """Return templates for a fixture, those that are like another marked as slow."""
    return [pytest.param(n, marks=pytest.mark.slow) if n in ALIKE else n for n in templates]


FEW = {"digits-8x8": 130, "cnn": 12, "diabetes": 8, "iris": 5}
"""Of 1,797 and 96 images, of 442 and 150 rows, every so many: workbooks of seconds."""


FEWER_EPOCHS = dict.fromkeys(NETWORK_TEMPLATES, 2) | {
    each.name: 3 for each in map(loaded, experiments()) if "epochs" in each.sizes
}
"""Of those that train; workbooks that are built alike are built once for all tests."""

SMALLER = {"digits-8x8": {"hidden": 4}}
"""Of 16 hidden units, and 1,200 weights, each of which has five columns."""


def fewer_images(name, place):
    """Return the options that make a template smaller, if it is large."""
    return some_images(name, FEW[name], place) | SMALLER.get(name, {}) if name in FEW else {}


def some_images(name, each, place):
    """Return the option that builds a template from its first image and each so many after it."""
    source = folder() / name / template(name).values["data"]["file"]
    head, *lines = source.read_text().splitlines(keepends=True)
    data = place / source.name
    data.write_text(head + "".join(lines[::each]))
    return {"data": data}


def spec(sizes, *, images=3, epochs=2, activation="sigmoid", cost="squared error"):
    """Return the Spec of a network with layers of these sizes, the input first."""
    layers = [LayerSpec(str(n), size, activation) for n, size in enumerate(sizes[1:], start=2)]
    labels = tuple(str(number) for number in range(sizes[-1]))
    return Spec("test", "en", epochs, images, (1, sizes[0]), labels, tuple(layers), cost)


def random_plan(model_spec, seed):
    """Return a plan with random inputs, of a size at which nothing saturates."""
    generator = np.random.default_rng(seed)
    model = network(model_spec)
    inputs = {
        quantity.name: rounded(
            generator.uniform(*(quantity.between or (-1, 1)), quantity.input_lengths)
            * (1 if quantity.between else quantity.scale)
        )
        for quantity in model.inputs
    }
    inputs |= known(model)
    names = model_spec.labels if model["labels"].is_text else range(len(model_spec.labels))
    inputs["labels"] = np.array(names, dtype=object if model["labels"].is_text else float)
    if model_spec.cost not in {"", "squared error"}:  # the targets are shares
        shares = np.abs(inputs["t"]) + 0.01
        inputs["t"] = rounded(shares / shares.sum(axis=1, keepdims=True))
    if model_spec.epochs:
        inputs["eta"] = rounded(abs(inputs["eta"]) + 0.01)
    return Plan(KIND, model_spec, model, inputs)


HIDDEN = [name for name, function in ACTIVATIONS.items() if not function.only_output]
PAIRS = [(cost, output) for cost, made in COSTS.items() for output in made.outputs]
"""Every cost with every activation function of the output layer that goes with it."""


def with_functions(model_spec, hidden, cost, output):
    """Return a Spec with these activation functions and this cost."""
    names = [*hidden, output]
    layers = tuple(
        replace(layer, activation=name)
        for layer, name in zip(model_spec.layers, names, strict=True)
    )
    return model_spec.sized(layers=layers, cost=cost)


@st.composite
def plans(draw):
    """Draw small networks of 1 to 4 layers above the input, of all functions that go together."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))
    images, epochs = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    hidden = [draw(st.sampled_from(HIDDEN)) for _ in sizes[2:]]
    cost, output = draw(st.sampled_from(PAIRS))
    drawn = with_functions(spec(sizes, images=images, epochs=epochs), hidden, cost, output)
    if draw(st.booleans()):
        drawn = replace(drawn, test_samples=draw(st.integers(1, 2)))
    if draw(st.booleans()):
        features = tuple(f"x {number}" for number in range(sizes[0]))
        drawn = replace(drawn, features=features, scaled=draw(st.booleans()))
        if cost == "squared error" and draw(st.booleans()):
            drawn = replace(drawn, task="regression", scaled_targets=draw(st.booleans()))
    return random_plan(stepping(draw, drawn), draw(st.integers(0, 2**32)))


def stepping(draw, drawn):
    """Return a Spec whose steps may be others than the plain one, and its cost penalised."""
    optimizer = draw(st.sampled_from([*OPTIMISERS]))
    return drawn.sized(optimizer=optimizer, regularised=draw(st.booleans()))


@st.composite
def convolutional_plans(draw):
    """Draw small stacks of convolutions, poolings and then dense layers."""
    picture = draw(st.integers(3, 7)), draw(st.integers(3, 7))
    rows, columns = picture
    layers = []
    for name in "FGHI"[: draw(st.integers(1, 4))]:
        kind = draw(st.sampled_from(["convolution", "max pooling", "average pooling"]))
        if kind == "convolution":
            size = draw(st.integers(1, min(3, rows))), draw(st.integers(1, min(3, columns)))
            function = draw(st.sampled_from(HIDDEN))
            layers.append(LayerSpec(name, draw(st.integers(1, 2)), function, kind, size))
            rows, columns = rows - size[0] + 1, columns - size[1] + 1
        else:
            size = draw(st.sampled_from(divisors(rows))), draw(st.sampled_from(divisors(columns)))
            layers.append(LayerSpec(name, 0, "linear", kind, size))
            rows, columns = rows // size[0], columns // size[1]
    if draw(st.booleans()):
        layers.append(LayerSpec("M", 2, draw(st.sampled_from(HIDDEN))))
    cost, output = draw(st.sampled_from(PAIRS))
    layers.append(LayerSpec("O", 2, output))
    images, epochs = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    drawn = Spec("test", "en", epochs, images, picture, ("0", "1"), tuple(layers), cost)
    return random_plan(stepping(draw, drawn), draw(st.integers(0, 2**32)))


def divisors(length):
    """Return the block lengths of up to 3 that divide a map."""
    return [number for number in (1, 2, 3) if length % number == 0]


def write_plan(path, plan, **values):
    """Write a plan's workbook, without verifying it, and return its path.

    Its formulas store the values of quantities that are given, and no others.
    """
    layout = KIND.layout(plan.spec)
    inputs = plan.cells
    write(path, layout, KIND.drawings(plan.spec, layout), inputs, values=values)
    return path
