"""Every template goes through every command, at its smallest size."""

import pickle

import numpy as np
import pytest
from networks import FEW, NETWORK_TEMPLATES, fewer_images
from test_cli import forked

from xlnn.cli import cli
from xlnn.shipped.templates import names
from xlnn.workbooks import KINDS, kind_named

SLOW = {*NETWORK_TEMPLATES, "cnn-solver"} - {"xor"}
"""One network stands for all of its kind in every run."""

TEMPLATES = [pytest.param(n, marks=pytest.mark.slow if n in SLOW else ()) for n in names()]


def small(name, folder):
    """Return the options of the command line with which a template is smallest."""
    options = {"epochs": 1} if name in NETWORK_TEMPLATES else {}
    options |= fewer_images(name, folder)
    return [str(each) for key, value in options.items() for each in (f"--{key}", value)]


def test_every_kind_of_workbook_goes_to_another_process_and_is_itself_there():
    for name in KINDS:
        kind = kind_named(name)
        assert pickle.loads(pickle.dumps(kind)) is kind  # noqa: S301 -- its own


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_goes_through_every_command(name, tmp_path):
    (tmp_path / "names.txt").write_text("Ada\n")
    ran = {}

    def succeeds(command, *arguments):
        ran[command] = forked(command, *arguments, cwd=tmp_path)
        assert ran[command].returncode == 0, (command, ran[command].stderr)
        return ran[command].stdout

    assert f"\n{name} " in "\n" + succeeds("templates")
    succeeds("new", "mine", "--from", name)
    assert "all agree with NumPy" in succeeds("build", name, *small(name, tmp_path), "-o", "a.xlsx")
    succeeds("build", "--from", "a.xlsx", "-o", "again.xlsx", "--no-verify")
    assert "all agree with NumPy" in succeeds("check", "a.xlsx", "--engine", "formualizer")
    assert "nothing was changed since" in succeeds("show", "a.xlsx")
    succeeds("values", "a.xlsx", "-o", "a.npz", "--engine", "formualizer")
    with np.load(tmp_path / "a.npz") as arrays:
        last = list(arrays)[-1]
    assert "!" in succeeds("explain", "a.xlsx", last)
    assert "nothing found" in succeeds("lint", "a.xlsx")
    source = ["a.xlsx"] if name in FEW else [name, *small(name, tmp_path)]
    made = succeeds("exercise", *source, "--level", 1, "--roster", "names.txt", "-o", "class")
    assert made.startswith("class   1 exercise   each proven")
    assert "   Ada   0 / " in succeeds("grade", "class/Ada.xlsx")
    if name in NETWORK_TEMPLATES:
        assert "the sheet's outputs" in succeeds("export", "a.xlsx", "-o", "a.onnx")
    else:
        ran["export"] = forked("export", "a.xlsx", "-o", "a.onnx", cwd=tmp_path)
        assert ran["export"].returncode == 1
        assert f"a.xlsx holds no network (its template is {name})" in ran["export"].stderr
        assert ran["export"].stderr.count("\n") == 1
    assert set(ran) == set(cli.commands)
