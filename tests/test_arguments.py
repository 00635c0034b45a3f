"""An argument of a wrong type is answered by one sentence that names it."""

import pytest

import xlnn
from xlnn.errors import OptionsError

NO_PATHS = [["a.xlsx", "b.xlsx"], None, 5]
CALLS = {
    "check": xlnn.check,
    "values": xlnn.values,
    "load": xlnn.load,
    "show": xlnn.show,
    "lint": xlnn.lint,
    "explain": lambda path: xlnn.explain(path, "delta3"),
    "export": lambda path: xlnn.export(path, "a.onnx"),
    "workbook": lambda path: xlnn.workbook(xlnn.Model((xlnn.Quantity("x"),)), {"x": 1}, path),
}


@pytest.mark.parametrize("no_path", NO_PATHS)
@pytest.mark.parametrize("call", CALLS)
def test_what_is_no_path_is_said_wherever_one_is_taken(call, no_path):
    with pytest.raises(OptionsError, match=r"^path is .*: a path is expected"):
        CALLS[call](no_path)


def test_an_output_and_a_source_that_are_no_paths_are_named(short_path):
    with pytest.raises(OptionsError, match=r"^output is None: a path is expected"):
        xlnn.export(short_path, None)
    with pytest.raises(OptionsError, match=r"^output is 5: a path is expected"):
        xlnn.exercise("xor", 5)
    with pytest.raises(OptionsError, match=r"^what is 5: a path is expected"):
        xlnn.exercise(5)


@pytest.mark.parametrize("name", ["epoch", "run"])
def test_an_epoch_or_run_that_is_no_number_is_named(short_path, tmp_path, name):
    with pytest.raises(OptionsError, match=f"^{name} is '1': a whole number is expected"):
        xlnn.export(short_path, tmp_path / "a.npz", **{name: "1"})


@pytest.mark.parametrize(
    ("what", "options", "said"),
    [
        (None, {}, "^what is None: a cell, or the name of a quantity, is expected"),
        ("delta3", {"at": "epoch=1"}, "^at is 'epoch=1': a dict of numbers along axes"),
        ("delta3", {"at": {"epoch": "1"}}, "^epoch of delta3 is '1': a whole number is expected"),
        ("delta3", {"at": {"epoch": 1.0}}, r"^epoch of delta3 is 1\.0: a whole number is expected"),
        ("delta3", {"unit": 1}, "^unit is 1: a tuple of whole numbers"),
        ("delta3", {"unit": "1"}, "^unit is '1': a tuple of whole numbers"),
    ],
)
@pytest.mark.first(1)
def test_what_explain_cannot_find_by_is_named(short_path, what, options, said):
    with pytest.raises(OptionsError, match=said):
        xlnn.explain(short_path, what, **options)
