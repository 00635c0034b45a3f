"""The networks of chapters 3 and 5 on one sheet: Excel's Solver finds its model there."""

import builtins
import json
import re
import subprocess
import tomllib
from zipfile import ZipFile

import numpy as np
import openpyxl
import pytest
from experiments import agrees_in, built, changed
from programs import skip_without

from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.data.messages import amount
from xlnn.errors import XlnnError
from xlnn.experiments.network.solver import DENSE, KIND, MAPS, SETTINGS, gradient, variables
from xlnn.grid import quoted
from xlnn.linting import lint
from xlnn.loading.spec import described
from xlnn.loading.values import values
from xlnn.registry.templates import folder
from xlnn.registry.text import languages

pytestmark = pytest.mark.first(name=1)

NETS = {"solver": DENSE, "cnn-solver": MAPS}
IMAGES = {"solver": 64, "cnn-solver": 96}
LIKE = {"solver": ("digits", "a3"), "cnn-solver": ("cnn", "aO")}
"""The template that has the same network, and its outputs."""

SMALL = 1e-5


@pytest.fixture(scope="module", params=NETS)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def path(name, workbook):
    return workbook(name).path


@pytest.fixture(scope="module")
def dense(workbook):
    return workbook("solver").path


@pytest.fixture(scope="module")
def solved(name, tmp_path_factory):
    pytest.importorskip("scipy")
    return built(tmp_path_factory.mktemp(f"{name}-solved"), name, solved=True)


def test_the_picture_of_the_guide_has_the_error_of_every_image(name, path):
    book, layout = openpyxl.load_workbook(path, data_only=True), described(path)[1]
    (chart,) = book["Guide"]._charts  # noqa: SLF001
    (line,) = chart.series
    sheet, cells = book["Solver"], {}
    for axis in ("xVal", "yVal"):
        ((row),) = sheet[getattr(line, axis).numRef.f.rpartition("!")[2]]
        cells[axis] = [cell.value for cell in row]
    drawn = [(x, y) for x, y in zip(cells["xVal"], cells["yVal"], strict=True) if y is not None]
    C = [sheet.cell(*at).value for _, *at in layout.places("C").values()]
    assert drawn == [*enumerate(C, start=1)]
    assert len(C) == IMAGES[name]


@pytest.mark.slow
def test_it_is_the_network_of_the_other_workbook_before_its_first_epoch(name, path, tmp_path):
    template, output = LIKE[name]
    here = values(path, "formualizer")
    there = values(build(template, tmp_path / "other.xlsx", epochs=1).path)
    np.testing.assert_allclose(here[output], there[output][0], rtol=1e-12)
    np.testing.assert_allclose(here["C_T"], there["C_T"][0], rtol=1e-12)
    np.testing.assert_array_equal(here["t"], there["t"])
    assert here["recognised"] == there["recognised"][0]


def names_of(path):
    """Return the defined names of the second sheet, hidden ones as well."""
    with ZipFile(path) as archive:
        text = archive.read("xl/workbook.xml").decode()
    found = re.findall(r"<definedName ([^>]*)>([^<]*)<", text)
    return {
        re.search('name="([^"]*)"', attributes)[1]: (attributes, content)
        for attributes, content in found
        if 'localSheetId="1"' in attributes and "_xlnm" not in attributes
    }


def cells_of(path, reference):
    """Return the addresses of the cells of a reference with several areas, and the sheet."""
    found = []
    for area in reference.split(","):
        title, cells = area.rsplit("!", 1)
        for row in np.atleast_2d(openpyxl.load_workbook(path)[title.strip("'")][cells]):
            found += [cell.coordinate for cell in np.atleast_1d(row)]
    return found


def test_the_file_holds_the_model_as_excel_stores_it(path):
    held = names_of(path)
    assert {name for name in held if name.startswith("solver_")} == {
        *SETTINGS, "solver_opt", "solver_adj"
    }  # fmt: skip
    assert all('hidden="1"' in attributes for attributes, _ in held.values())
    text = {name: content for name, (_, content) in held.items()}
    # smallest, GRG Nonlinear, negative values allowed, no constraint
    wanted = {"solver_typ": "2", "solver_eng": "1", "solver_neg": "2", "solver_num": "0"}
    assert {name: text[name] for name in wanted} == wanted


@pytest.mark.slow
def test_solver_changes_all_weights_and_biases_and_nothing_else(name, path):
    _, layout = described(path)
    adjusted = cells_of(path, names_of(path)["solver_adj"][1])
    weights = {
        layout.cell(each, index).rsplit("!", 1)[1]
        for each, shape in variables(NETS[name]).items()
        for index in np.ndindex(shape)
    }
    assert len(adjusted) == len(set(adjusted)) == {"solver": 47, "cnn-solver": 69}[name]
    assert set(adjusted) == weights
    assert len(adjusted) <= 200  # variable cells that Excel's own Solver takes
    # Excel's dialog takes 255 characters
    assert len(re.sub("[^,]*!", "", names_of(path)["solver_adj"][1])) <= 255
    objective = names_of(path)["solver_opt"][1]
    sheet = quoted(layout.titles["solver"])
    assert objective.replace("$", "") == layout.cell("C_T", ())
    assert objective.startswith(f"{sheet}!$")


@pytest.mark.slow
def test_the_variable_cells_are_yellow_and_the_objective_is_a_formula(path):
    sheet = openpyxl.load_workbook(path).worksheets[1]
    for cell in cells_of(path, names_of(path)["solver_adj"][1]):
        assert sheet[cell].fill.start_color.rgb.endswith("FFF3C4")
        assert isinstance(sheet[cell].value, float)
    (objective,) = cells_of(path, names_of(path)["solver_opt"][1])
    assert sheet[objective].value.startswith("=SUM(")


HOSTILE = {
    "a link": ("'[1]Other'!$A$1", "another workbook"),
    "a program": ("cmd|'/c calc'!A1", "DDE"),
    "a call": ("WEBSERVICE(&quot;x&quot;)", "WEBSERVICE"),
    "a lost cell": ("#REF!", "deleted"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_name_of_solvers_opens_no_way_to_anything_else(dense, tmp_path, what):
    content, said = HOSTILE[what]

    def rewrite(data):
        return re.sub(
            rb'(name="solver_opt"[^>]*>)[^<]*', lambda found: found[1] + content.encode(), data
        )

    hostile = tmp_path / "hostile.xlsx"
    with ZipFile(dense) as old, ZipFile(hostile, "w") as new:
        for entry in old.namelist():
            data = old.read(entry)
            new.writestr(entry, rewrite(data) if entry == "xl/workbook.xml" else data)
    with pytest.raises(XlnnError, match=said):
        check(hostile, "formualizer")


SAVED = {"libreoffice": ("soffice", "--headless"), "gnumeric": ("ssconvert",)}


@pytest.mark.parametrize("program", SAVED)
@pytest.mark.slow
@pytest.mark.first(1)
def test_a_file_that_another_program_saved_passes(dense, tmp_path, program):
    skip_without(program)
    command, saved = [*SAVED[program]], tmp_path / "saved" / "solver.xlsx"
    saved.parent.mkdir()
    if program == "libreoffice":
        command += [f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "xlsx"]
        command += ["--outdir", str(saved.parent), str(dense)]
    else:
        command += [str(dense), str(saved)]
    subprocess.run(command, check=True, capture_output=True)
    assert check(saved, "formualizer").agrees
    assert names_of(saved)["solver_opt"][1] == names_of(dense)["solver_opt"][1]
    if program == "libreoffice":  # Gnumeric does not keep ranges with commas
        assert names_of(saved)["solver_adj"][1] == names_of(dense)["solver_adj"][1]
        assert lint(saved) == ()


@pytest.mark.parametrize("name", NETS)
def test_back_propagation_gives_the_slopes_of_C_T(name, generator):
    net, h = NETS[name], 1e-6
    x = generator.integers(0, 2, (7, *net.picture)).astype(float)
    outputs = len(net.labels)
    t = np.eye(outputs)[generator.integers(0, outputs, 7)]
    weights = {each: generator.normal(size=shape) for each, shape in variables(net).items()}
    _, slopes = gradient(net, x, t, weights)
    assert slopes.keys() == weights.keys()
    for each, array in weights.items():
        for index in np.ndindex(array.shape):
            moved = []
            for by in (h, -h):
                other = array.copy()
                other[index] += by
                moved.append(gradient(net, x, t, {**weights, each: other})[0])
            # a central difference of this h is right to about 1e-9
            assert slopes[each][index] == pytest.approx((moved[0] - moved[1]) / (2 * h), abs=1e-8)


@pytest.mark.slow
def test_solved_weights_recognise_all_images_with_a_C_T_below_1e_5(name, solved):
    got = values(solved, "formualizer")
    assert got["C_T"] < SMALL
    assert got["recognised"] == IMAGES[name] == got["right"].sum()
    assert "below 0.00001" in str(got["says"])
    agrees_in("formualizer", solved)


@pytest.mark.ci
def test_the_file_says_how_its_weights_were_found(name, solved):
    sheet = openpyxl.load_workbook(solved).worksheets[1]
    texts = [str(cell.value) for row in sheet.iter_rows(max_row=4) for cell in row if cell.value]
    said = next(text for text in texts if text.startswith("Built with weights"))
    section = {"solver": "4-4", "cnn-solver": "5-6"}[name]
    number = amount(float(f"{values(solved, 'formualizer')['C_T']:.2g}"))
    for part in ("SciPy", "L-BFGS-B", f"the start weights of {section}", number, "another minimum"):
        assert part in said


@pytest.mark.slow
def test_a_minimum_depends_on_where_a_solver_starts(tmp_path):
    pytest.importorskip("scipy")
    poor = build("cnn-solver", tmp_path / "poor.xlsx", seed=0, solved=True)
    assert "Another start may give a smaller C_T" in poor.notes[0]
    got = values(poor.path, "formualizer")
    assert got["C_T"] > 1
    assert got["recognised"] < 96
    good = build("cnn-solver", tmp_path / "good.xlsx", seed=1, solved=True)
    assert "Another start" not in good.notes[0]
    assert values(good.path, "formualizer")["recognised"] == 96


def test_without_scipy_a_sentence_says_what_to_install(tmp_path, monkeypatch):
    imported = builtins.__import__

    def without(module, *arguments, **named):
        if module.split(".")[0] == "scipy":
            raise ImportError(module)
        return imported(module, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(XlnnError, match=r'pip install "xlnn\[solver\]"'):
        build("solver", tmp_path / "solver.xlsx", solved=True)
    assert list(tmp_path.iterdir()) == []
    assert build("solver", tmp_path / "solver.xlsx").report.agrees


@pytest.mark.slow
def test_a_start_of_the_other_workbooks_is_taken_as_it_is(tmp_path):
    start = json.loads((folder() / "digits" / "start.json").read_text())
    start["b3"] = [0.5, -0.25]
    given = tmp_path / "start.json"
    given.write_text(json.dumps(start))
    got = values(build("solver", tmp_path / "given.xlsx", start=given).path)
    np.testing.assert_array_equal(got["b3"], [0.5, -0.25])
    np.testing.assert_array_equal(got["W2"].reshape(3, 12), start["W2"])


@pytest.mark.slow
def test_from_keeps_what_was_changed_and_forgets_what_was_not_found(tmp_path):
    pytest.importorskip("scipy")
    old = build("solver", tmp_path / "old.xlsx", solved=True).path
    kept = build(from_workbook=old, lang="ja").path
    spec, _ = described(kept)
    assert spec.lang == "ja"
    assert spec.found.start == "template"
    assert values(kept, "formualizer")["C_T"] == values(old, "formualizer")["C_T"]
    other = changed(old, tmp_path / "other.xlsx", {"b3": 0.125})
    again = build(from_workbook=other, output=tmp_path / "again.xlsx").path
    spec, _ = described(again)
    assert not spec.found
    got = values(again, "formualizer")
    np.testing.assert_array_equal(got["b3"], 0.125)
    assert got["C_T_built"] == pytest.approx(float(got["C_T"]))
    solved = build(from_workbook=again, output=tmp_path / "solved.xlsx", solved=True).path
    spec, _ = described(solved)
    assert spec.found.start == "workbook"
    assert values(solved, "formualizer")["C_T"] < SMALL


def test_solved_means_nothing_to_other_workbooks(tmp_path):
    with pytest.raises(XlnnError, match="--solved is not available for digits"):
        build("digits", tmp_path / "digits.xlsx", solved=True)


SPECS = [
    ("found = 3", "found is 3: a table"),
    ('[found]\nmethod = "x"', "found does not say its start"),
    ('[found]\nmethod = "x"\nstart = "y"\nC_T = 1.0', 'found: There is no start "y"'),
]


@pytest.mark.parametrize(("found", "message"), SPECS)
def test_a_spec_that_says_otherwise_is_refused_in_a_sentence(found, message):
    plain = {"template": "solver", "lang": "en", "sizes": {"images": 64}}
    with pytest.raises(XlnnError, match=message):
        KIND.spec({**plain, **tomllib.loads(found)})


@pytest.mark.parametrize("lang", languages())
@pytest.mark.slow
@pytest.mark.first(1)
def test_it_is_written_in_every_language_and_excel_would_not_repair_it(name, tmp_path, lang):
    path = built(tmp_path, name, lang=lang)
    assert lint(path) == ()
    guide = openpyxl.load_workbook(path).worksheets[0]
    texts = " ".join(str(cell.value) for row in guide.iter_rows() for cell in row if cell.value)
    objective = names_of(path)["solver_opt"][1].rsplit("!", 1)[1].replace("$", "")
    adjusted = re.sub("[^,]*!", "", names_of(path)["solver_adj"][1]).replace("$", "")
    assert objective in texts
    assert adjusted.replace(",", ";") in texts
