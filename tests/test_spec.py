"""A Spec says all about a workbook that is not a number in it, and refuses what cannot be."""

import tomllib
from datetime import date

import pytest
import tomli_w
from hypothesis import given
from networks import plans, spec
from rewriting import edit

from xlnn.checking.check import check
from xlnn.errors import DataError, WorkbookError
from xlnn.experiments.network.kind import KIND
from xlnn.experiments.network.solver import Found, SolverSpec
from xlnn.workbooks import from_toml
from xlnn.workbooks.entries import to_toml
from xlnn.workbooks.exercise import exercise_in
from xlnn.workbooks.index import Entry, IndexSpec
from xlnn.workbooks.own_model import Held, OwnSpec


@given(plans())
def test_a_spec_is_its_text_and_back(plan):
    assert from_toml(to_toml(plan.spec)) == plan.spec


GOOD = {
    "template": "digits", "lang": "en", "epochs": 2, "images": 3, "picture": [2, 2],
    "labels": ["a", "b"], "layers": [{"units": 3}, {"units": 2}], "cost": "squared error",
}  # fmt: skip


FILTERS = {"kind": "convolution", "units": 2, "size": [2, 2]}
OUTPUT = {"units": 2}
POOLS = {"kind": "max pooling", "size": [2, 2]}


def read(values):
    """Read the Spec of a network from flat values."""
    own = {name: values[name] for name in KIND.sizes if name in values}
    others = {name: value for name, value in values.items() if name not in own}
    sizes = {"optimizer": "sgd", "regularised": False, **own}
    return KIND.spec({**others, "sizes": sizes})


def test_layers_are_numbered_from_2_and_sigmoid_unless_said():
    first, second = read(GOOD).layers
    assert (first.name, first.units, first.activation) == ("2", 3, "sigmoid")
    assert (second.name, second.units) == ("3", 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs is 0, and only training has a cost"),
        ({"epochs": 2.5}, "epochs.* is 2.5: a whole number from 0"),
        ({"epochs": True}, "a whole number from 0"),
        ({"images": 0}, "images is 0: a whole number from 1 to"),
        ({"picture": [2]}, r"picture is \[2\]: a size in rows and columns"),
        ({"picture": [0, 2]}, "at least 1 row"),
        ({"picture": [1000, 1000]}, "at most 16,384 pixels"),
        ({"layers": []}, "no layers"),
        ({"layers": [3, 2]}, "a list of tables, each in"),
        ({"layers": [{"units": 3}, {"units": 0}]}, "Layer 3 has 0 units"),
        ({"layers": [{"units": 3, "activation": "step"}]}, 'no activation "step"'),
        ({"layers": [{"width": 3}]}, "Layer 2: width is unknown; known are name, units"),
        ({"layers": [{"units": 2, "kind": "spiral"}]}, 'Layer 2: There is no kind "spiral"'),
        (
            {"layers": [{"units": 2, "size": 3}]},
            r"Layer 2: size is 3: \[rows, columns\]",
        ),
        ({"layers": [{"units": 2, "size": [3]}]}, r"size is \[3\]: \[rows, columns\] is expected"),
        ({"layers": [{"units": 2, "size": [1, 1]}]}, "Layer 2: a dense layer has no size"),
        (
            {"layers": [FILTERS | {"size": []}, {"units": 2}]},
            "does not say the size of its filters",
        ),
        (
            {"layers": [FILTERS | {"size": [3, 1]}, {"units": 2}]},
            "have 2 × 2: use smaller filters",
        ),
        ({"layers": [{"units": 2}, FILTERS, {"units": 2}]}, "has filters and no picture below it"),
        (
            {"layers": [POOLS | {"size": [3, 1]}, {"units": 2}]},
            "which do not divide the maps of 2 × 2",
        ),
        (
            {"layers": [POOLS | {"units": 2}, {"units": 2}]},
            "a max pooling layer has no units of its own; leave it out",
        ),
        (
            {"layers": [FILTERS]},
            "The output layer 2 is a convolution: the last layer must be dense",
        ),
        (
            {"picture": [8, 8], "layers": [POOLS | {"size": [8, 8]}, {"units": 2}]},
            "a formula tells apart 60 values at most",
        ),
        (
            {"features": list("abcd"), "layers": [FILTERS, {"units": 2}]},
            "has filters and no picture below it",
        ),
        ({"layers": [{}]}, "Layer 2 has 0 units"),
        ({"layers": [{"units": 3, "name": "3"}, {"units": 2}]}, "Two layers have one name"),
        ({"layers": [{"units": 3, "name": "a b"}, {"units": 2}]}, "letters and digits"),
        ({"layers": [{"units": 3, "name": "层"}, {"units": 2}]}, "does not take every sign"),
        ({"layers": [{"units": 3, "name": "F"}, {"units": 2, "name": "f"}]}, "Upper and lower"),
        ({"layers": [{"units": 3}, {"units": 4}]}, "4 units for 2 labels"),
        ({"labels": ["a", "a"]}, "occurs twice"),
        ({"cost": "none"}, 'no cost "none"'),
        ({"layers": [{"units": 2, "activation": "unit step"}]}, "not differentiable at 0.*2-1"),
        ({"layers": [{"units": 3, "activation": "softmax"}, {"units": 2}]}, "for the output layer"),
        ({"layers": [{"units": 2, "activation": "softmax"}]}, 'does not go with.*"softmax", since'),
        ({"cost": "categorical cross-entropy"}, "choose softmax there"),
        (
            {"cost": "cross-entropy", "layers": [{"units": 2, "activation": "tanh"}]},
            "between 0 and 1",
        ),
        (
            {"cost": "cross-entropy", "task": "regression", "features": list("abcd")},
            "is for classes",
        ),
        ({"task": "guessing"}, 'no task "guessing"'),
        ({"test_samples": -1}, "test_samples is -1: a whole number from 0"),
        ({"features": ["a"]}, "1 features are named for 4 inputs"),
        ({"features": "abcd"}, "a list of texts"),
        ({"scaled": 1}, "True or False"),
        ({"surprise": 1}, "The Spec: surprise is unknown; known are kind"),
    ],
)
def test_what_no_network_can_be_is_refused(changes, message):
    with pytest.raises(DataError, match=message):
        read(GOOD | changes)


ODD = (
    [],
    {},
    "x",
    -1,
    1.5,
    float("nan"),
    True,
    10**12,
    date(2026, 1, 1),
    [[]],
    [1],
    [{}],
    {"a": 1},
)


def altered(values):
    """Yield a table with each entry left out or with an odd value, and with a surplus one."""
    yield {**values, "surprise": 1}
    for key, value in values.items():
        yield {other: values[other] for other in values if other != key}
        yield from ({**values, key: odd} for odd in ODD)
        if isinstance(value, dict):
            yield from ({**values, key: other} for other in altered(value))
        if isinstance(value, list) and isinstance(first := next(iter(value), None), dict):
            yield from ({**values, key: [other, *value[1:]]} for other in altered(first))


@pytest.mark.parametrize(
    "spec",
    [
        spec([3, 2, 4]),
        IndexSpec("index", "en", (Entry("xor", ("1-2",), is_there=True),)),
        OwnSpec("mine", "en", (Held("a", "Sheet", (1, 2)),)),
        SolverSpec("solver", "solver", "en", {"images": 64}, found=Found("x", "seed", 0.5, 1)),
    ],
    ids=lambda each: each.kind,
)
def test_a_spec_with_an_odd_entry_is_read_or_refused_in_a_sentence(spec):
    refused = 0
    for values in altered(tomllib.loads(to_toml(spec))):
        try:
            read = from_toml(tomli_w.dumps(values))
        except DataError:
            refused += 1
        else:
            assert to_toml(from_toml(to_toml(read))) == to_toml(read)
    assert refused > 4 * len(values)


@pytest.mark.parametrize("text", ["", "format = 3", "format = 2", "[", "format = 2\nlayers = 3"])
def test_a_text_that_is_no_spec_is_refused(text):
    with pytest.raises(DataError):
        from_toml(text)


def test_networks_of_tests_number_their_layers_as_templates_do():
    assert [layer.name for layer in spec([3, 2, 4]).layers] == ["2", "3"]


@pytest.mark.parametrize("text", ["a" + ".a" * 16_000 + " = 1", "[" + "a." * 16_000 + "a]"])
def test_a_spec_with_a_long_key_is_refused_before_it_is_parsed(text, monkeypatch):
    monkeypatch.setattr("tomllib.loads", None)
    with pytest.raises(DataError, match="Spec cannot be read: a key has more than 4 parts"):
        from_toml(text)
    with pytest.raises(DataError, match="Spec cannot be read: a key has more than 4 parts"):
        exercise_in(text)


@pytest.mark.parametrize("cells", [("a" + ".a" * 16_000,), ("x" * 32_000,) * 40])
@pytest.mark.ci
def test_a_sheet_spec_that_is_too_much_is_refused_in_a_sentence(short_copy, cells):
    edit(short_copy, {f"Spec!A{row}": text for row, text in enumerate(cells, start=4)})
    with pytest.raises(WorkbookError, match=r"Spec cannot be read: .* (parts|characters)\."):
        check(short_copy, "formualizer")
