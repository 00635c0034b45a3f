"""Every template goes through every command, at its smallest size, and so does a model."""

import json
import pickle
import re
from collections import Counter

import numpy as np
import pytest
from networks import FEW, FEWER_EPOCHS, NETWORK_TEMPLATES, fewer_images
from onnx_models import MODELS
from test_cli import forked

from xlnn.cli import cli
from xlnn.explaining.explanation import in_words
from xlnn.loading.spec import described
from xlnn.registry.templates import names
from xlnn.workbooks import kind_named
from xlnn.workbooks.kind import KINDS, Source
from xlnn.xlsx.cells import cells
from xlnn.xlsx.parts import sheet_parts

MODEL = "mlp"
"""A trained network, as PyTorch wrote it, in the place of a template."""

QUICK = "sequences", "xor"
"""An experiment and a network that stand for all of their kind in every run."""

TEMPLATES = [*QUICK, *(name for name in names() if name not in QUICK), MODEL]

RAISED = re.compile(r"\s*[⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]")
"""How no symbol begins: with an index of nothing."""


def small(name, folder):
    """Return the arguments of a build with which a template is smallest."""
    if name == MODEL:
        return ["--model", MODELS / f"{MODEL}.onnx"]
    options = {"epochs": FEWER_EPOCHS[name]} if name in FEWER_EPOCHS else {}
    options |= fewer_images(name, folder)
    return [name, *(str(each) for key, value in options.items() for each in (f"--{key}", value))]


def test_every_kind_of_workbook_goes_to_another_process_and_is_itself_there():
    for name in KINDS:
        source = Source(kind_named(name), name)
        there = pickle.loads(pickle.dumps(source))  # noqa: S301 -- its own
        assert there.kind is source.kind


@pytest.mark.parametrize("name", TEMPLATES)
@pytest.mark.first(len(QUICK))
@pytest.mark.ci
def test_every_template_goes_through_every_command(name, tmp_path):
    (tmp_path / "names.txt").write_text("Ada\n")
    ran = {}

    def succeeds(command, *arguments):
        ran[command] = forked(command, *arguments, cwd=tmp_path)
        assert ran[command].returncode == 0, (command, ran[command].stderr)
        return ran[command].stdout

    listed = succeeds("templates")
    assert name == MODEL or f"\n{name} " in f"\n{listed}"
    succeeds("new", "mine", *(["--from", name] if name != MODEL else []))
    made = small(name, tmp_path)
    assert "all agree with NumPy" in succeeds("build", *made, "-o", "a.xlsx")
    succeeds("build", "--from", "a.xlsx", "-o", "again.xlsx", "--no-verify")
    assert "all agree with NumPy" in succeeds("check", "a.xlsx", "--engine", "formualizer")
    assert "nothing found" in succeeds("lint", "a.xlsx")
    ran["audit"] = forked("audit", "a.xlsx", cwd=tmp_path)  # whatever it finds, in sentences
    assert ran["audit"].returncode in {0, 1}
    assert "Traceback" not in ran["audit"].stderr
    succeeds("values", "a.xlsx", "-o", "a.npz", "--engine", "formualizer")
    with np.load(tmp_path / "a.npz") as arrays:
        last = list(arrays)[-1]
        shown = succeeds("show", "a.xlsx")
        seen = json.loads(succeeds("show", "a.xlsx", "--json"))
        every_input_is_there(seen, shown, tmp_path / "a.xlsx", arrays)
    assert "unchanged since" in shown
    assert "!" in succeeds("explain", "a.xlsx", last)
    no_symbol_begins_with_an_index(tmp_path / "a.xlsx")
    source = ["a.xlsx"] if name in {*FEW, MODEL} else made
    made = succeeds("exercise", *source, "--level", 1, "--roster", "names.txt", "-o", "class")
    assert made.startswith("class   1 exercise   each verified")
    assert "   Ada   0 / " in succeeds("grade", "class/Ada.xlsx")
    ran["page"] = forked("page", "a.xlsx", "-o", "a.html", cwd=tmp_path)  # or is too large for one
    assert ran["page"].returncode == 0 or " is too large" in ran["page"].stderr, ran["page"].stderr
    if name in {*NETWORK_TEMPLATES, MODEL}:
        assert "the sheet's outputs" in succeeds("export", "a.xlsx", "-o", "a.onnx")
    else:
        ran["export"] = forked("export", "a.xlsx", "-o", "a.onnx", cwd=tmp_path)
        assert ran["export"].returncode == 1
        assert f"a.xlsx has no network of layers (its template is {name})" in ran["export"].stderr
        assert ran["export"].stderr.count("\n") == 1
    assert set(ran) == set(cli.commands)


def every_input_is_there(seen, shown, path, arrays):
    """Hold that show has each number of the inputs, and the name of what is more than one."""
    _, layout = described(path)
    inputs = {each.name: each for each in layout.model.quantities if each.is_input}
    settings = set(inputs) - set(seen["inputs"])
    assert not any(inputs[name].lengths for name in settings)
    values = Counter(arrays[name].item() for name in settings)
    assert values == Counter(seen["settings"].values())
    lines = [line for line in shown.splitlines() if line.startswith("settings ")]
    written = Counter(re.findall(r"= (.*?)(?:   |$)", "".join(lines)))
    assert written == Counter(map(in_words, values.elements()))


def no_symbol_begins_with_an_index(path):
    """Hold that no text on any sheet, and no symbol, begins with a raised or a lowered digit."""
    _, layout = described(path)
    for quantity in layout.model.quantities:
        assert not RAISED.match(quantity.heading((0,) * len(quantity.shape))), quantity.name
    for title in sheet_parts(path):
        for cell in cells(path, title):
            is_text = isinstance(cell.value, str)
            assert not (is_text and RAISED.match(cell.value)), (title, cell.value)
