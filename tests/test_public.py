"""What `import xlnn` offers is listed, documented and typed."""

import inspect
import pydoc
import subprocess
import sys
from pathlib import Path

import pytest

import xlnn
import xlnn.testing
from xlnn.cli import cli
from xlnn.engines import DEFAULT_ENGINE

SCRIPT = """
import numpy as np

import xlnn


class Twice(xlnn.Equation):
    def array(self, x: np.ndarray) -> np.ndarray:
        return 2 * x

    def cell(self, x: xlnn.Cells) -> str:
        return f"=2*{x[()]}"


def main() -> None:
    month = xlnn.Axis("month", 3, "time")
    y = xlnn.Quantity("y", axes=(month,), equation=Twice(), uses={"x": xlnn.previous("x")})
    model = xlnn.Model((xlnn.Quantity("x", axes=(month,)), y))
    built: xlnn.Built = xlnn.workbook(model, {"x": [1.0, 2.0, 3.0]}, "x.xlsx")
    report: xlnn.Report = xlnn.check(built.path, model=model)
    reports: xlnn.Reports = xlnn.check("x.xlsx", "all", model=model)
    arrays: dict[str, np.ndarray] = xlnn.values("x.xlsx", model=model)
    again = xlnn.build("digits", epochs=2, from_workbook="a.xlsx")
    print(report.agrees, reports.agrees, arrays, again.notes, xlnn.lint("x.xlsx"))
    print(xlnn.__version__.upper())
    loaded: xlnn.Run = xlnn.load(built.path, model=model)
    held: xlnn.QuantityValues = loaded["y"]
    print(held.cell(month=2), held.symbol.upper(), held.array.sum(), loaded.arrays["x"])
    exported: xlnn.Exported = xlnn.export("a.xlsx", "a.onnx", epoch=3, float64=True)
    print(exported.max_difference + 1, exported.path.name)
    xlnn.testing.assert_agrees(built.path, engine=["formulas"], probes=2, model=model)
    made = xlnn.exercise(model, "e.xlsx", inputs={"x": [1.0, 2.0, 3.0]}, blank="y", student="Ada")
    grades: xlnn.Grades = xlnn.grade(made[0].path, model=model, inputs={"x": [1.0, 2.0, 3.0]})
    print([each.points for each in grades], xlnn.audit(built.path, model=model).agrees)
"""
"""What a programmer may write."""

WRONG = 'import xlnn\n\nxlnn.check(1)\nxlnn.build("digits", epochs="two")\n'


def mypy(folder, script):
    (folder / "script.py").write_text(script)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", "script.py"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.slow
def test_a_type_checker_accepts_what_a_programmer_writes(tmp_path):
    done = mypy(tmp_path, SCRIPT)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_a_type_checker_finds_wrong_arguments(tmp_path):
    done = mypy(tmp_path, WRONG)
    assert done.stdout.count("error: ") == 2, done.stdout


def test_the_package_says_that_it_is_typed():
    assert (Path(xlnn.__file__).parent / "py.typed").exists()


def test_dir_and_help_list_what_is_public():
    public = {
        "build",
        "check",
        "values",
        "load",
        "testing",
        "lint",
        "workbook",
        "XlnnError",
        "__version__",
    }
    assert public | {"Axis", "Quantity", "Equation", "Model"} <= set(dir(xlnn))
    assert dir(xlnn) == sorted(xlnn.__all__)
    page = pydoc.plain(pydoc.render_doc(xlnn))
    for name in xlnn.__all__:
        assert name.strip("_").lower() in page.lower()


@pytest.mark.parametrize("name", xlnn.__all__)
def test_what_is_public_is_there_and_documented(name):
    found = getattr(xlnn, name)
    assert isinstance(found, str) or found.__doc__


TAKING_AN_ENGINE = (
    *(xlnn.check, xlnn.values, xlnn.load, xlnn.export),
    xlnn.testing.assert_agrees,
)


def test_every_function_and_command_has_the_same_engine_by_default():
    for function in TAKING_AN_ENGINE:
        assert inspect.signature(function).parameters["engine"].default == DEFAULT_ENGINE
    found = {
        name: option.default
        for name, command in cli.commands.items()
        for option in command.params
        if "--engine" in option.opts
    }
    assert found.pop("check") == [DEFAULT_ENGINE]
    assert set(found) == {"explain", "export", "page", "show", "values"}
    # without one, these read what is stored in an unchanged workbook
    assert [found.pop(name) for name in ("explain", "show")] == [None, None]
    assert set(found.values()) == {DEFAULT_ENGINE}


def test_results_have_short_reprs(tmp_path):
    built = xlnn.build("descent", tmp_path / "descent.xlsx", epochs=2)
    assert built.report.file == str(tmp_path / "descent.xlsx")
    assert len(repr(built)) < 300
    assert len(repr(built.report)) < 150
