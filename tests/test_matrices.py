"""The edition in matrices: a training in array formulas, proven as the one in cells is."""

import re
import shutil
import zipfile
from itertools import zip_longest
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from mutants import ARRAYS, FILLED, RANGE
from openpyxl.worksheet.formula import ArrayFormula
from planting import is_named, matrices_part, plant_arrays, try_array

import xlnn
from xlnn.building.plan import planned, source_of_template
from xlnn.equations.attention import PROJECT, SCORE
from xlnn.errors import OptionsError, WorkbookError
from xlnn.exercises.submission import submission
from xlnn.loading.spec import described
from xlnn.loading.values import recalculated
from xlnn.options import Options
from xlnn.writing.charts import MOST_RANGES, each_range, ranges_of

DOCS = Path(__file__).parents[1] / "docs"

NETWORKS = {
    "digits": {"epochs": 3},
    "attention": {"epochs": 2},
    "embeddings": {"epochs": 2},
    "xor": {"epochs": 2, "activation": "relu", "optimizer": "adam"},
    "iris": {"epochs": 2, "test_share": 0.2, "scale": "standard", "hidden": 3},
    "cnn": {"epochs": 1},
    "rnn": {"epochs": 2},
    "lstm": {"epochs": 2, "hidden": 2},
    "autoencoder": {"epochs": 2},
    "transformer": {"epochs": 2},
}
"""Templates and options that together have most equations."""

FEWEST = {
    "digits": 50, "xor": 4, "iris": 50, "cnn": 10, "rnn": 10, "lstm": 10, "autoencoder": 20,
    "attention": 20, "transformer": 20,
}  # fmt: skip
"""How many times as many formulas the training has at least in cells, by default as many."""


@pytest.fixture
def built(workbook):
    """Return the workbook of a template in matrices."""
    return lambda name, **more: workbook(
        name, fewer=name == "cnn", edition="matrices", **NETWORKS[name], **more
    )


def edited(path, new, old, by):
    """Copy a workbook with its sheet of matrices changed, and return the copy."""
    copy = new / path.name
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        changed = 0
        for name in source.namelist():
            content = source.read(name)
            if b't="array"' in content:
                text, count = re.subn(old, by, content.decode(), count=1)
                content, changed = text.encode(), changed + count
            target.writestr(name, content)
    assert changed
    return copy


def drawn(path):
    """Return the numbers of each line by the sheets and the titles of their charts."""
    held = openpyxl.load_workbook(path, data_only=True)
    for sheet in openpyxl.load_workbook(path):
        for chart in sheet._charts:  # noqa: SLF001 -- openpyxl has no other way to them
            title = chart.title and "".join(run.t for run in chart.title.tx.rich.p[0].r)
            for number, line in enumerate(chart.series):
                sides = [
                    [
                        cell.value
                        for each in each_range(side.numRef.f)
                        for row in _cells(held, each)
                        for cell in row
                        if cell.value is not None
                    ]
                    for side in (line.xVal, line.yVal)
                ]
                yield (sheet.title, title, number), sides


def _cells(book, text):
    title, _, cells = text.rpartition("!")
    found = book[title[1:-1]][cells.replace("$", "")]
    return found if isinstance(found, tuple) else ((found,),)


@pytest.mark.first(1)
@pytest.mark.parametrize("name", ["digits", "lstm", "cnn", "iris", "transformer"])
@pytest.mark.ci
def test_the_charts_are_those_of_the_edition_in_cells(name, built, workbook):
    """So are the numbers of their lines, even of those whose cells lie apart."""
    ours = dict(drawn(built(name).path))
    theirs = dict(drawn(workbook(name, fewer=name == "cnn", **NETWORKS[name]).path))
    assert ours.keys() == theirs.keys()
    apart = 0
    for line, (x, y) in ours.items():
        np.testing.assert_allclose(y, theirs[line][1], rtol=1e-9, atol=1e-11, err_msg=str(line))
        after = x[0] - theirs[line][0][0] if "epochs" in str(line) else 0
        apart += after
        assert x == [each + after for each in theirs[line][0]], line
    assert apart > 1


def test_a_line_of_many_epochs_has_evenly_spread_ones():
    """Both ends remain, and Excel's formula of a line is not too long."""
    found = each_range(ranges_of("x" * 31, [(7 * n, 3) for n in range(1, 1001)]))
    assert len(found) == MOST_RANGES
    assert (found[0][34:], found[-1][34:]) == ("$C$7", "$C$7000")
    assert 2 * len(",".join(found)) < 8_000


@pytest.mark.first(2)
@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.ci
def test_every_number_is_that_of_the_edition_in_cells(name, built, workbook):
    """Both editions hold the same arrays; a formula of a matrix fills many cells."""
    made = built(name)
    cells = workbook(name, fewer=name == "cnn", **NETWORKS[name])
    sheet = openpyxl.load_workbook(made.path)["Matrices"]
    matrices = sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert matrices * FEWEST.get(name, 1) < cells.formulas - made.formulas + matrices
    ours, theirs = xlnn.values(made.path), xlnn.values(cells.path)
    assert ours.keys() == theirs.keys()
    for key in ours:
        if ours[key].dtype.kind == "f":
            np.testing.assert_allclose(ours[key], theirs[key], rtol=1e-9, atol=1e-11)


@pytest.mark.ci
def test_two_engines_prove_it(built):
    """IronCalc computes it and a second engine confirms every cell."""
    report = xlnn.check(built("digits").path)
    assert report.agrees
    assert (report.engine, report.witness) == ("ironcalc", "formulas")
    assert report.compared_cells == report.formula_cells + report.text_cells > 5_000


@pytest.mark.parametrize("engine", ["formulas", "libreoffice", "gnumeric"])
@pytest.mark.ci
def test_other_engines_agree(engine, built):
    """Each program with array formulas gives the same numbers."""
    assert xlnn.check(built("digits").path, engine).agrees


@pytest.mark.ci
def test_formualizer_takes_no_part(built):
    """It has no MMULT, so IronCalc takes its place."""
    path = built("digits").path
    assert xlnn.check(path, "formualizer").engine == "ironcalc"
    assert recalculated(path, "formualizer").engine == "ironcalc"


def test_each_formula_is_the_equation_of_the_textbook(built):
    """Z = x Wᵀ + b, σ(z), (a − t) a′, δ W, δᵀ a, and a step, each for all images at once."""
    sheet = openpyxl.load_workbook(built("digits").path)["Matrices"]
    stated = {each.text for row in sheet.iter_rows() for each in map(_array, row) if each}
    patterns = (
        r"=MMULT\(Images!\w+:\w+,TRANSPOSE\(\w+:\w+\)\)\+\w+:\w+",
        r"=1/\(1\+EXP\(-IF\((\w+:\w+)<-700,-700,\1\)\)\)",
        r"=\((\w+:\w+)-Images!\w+:\w+\)\*\w+:\w+",
        r"=MMULT\(\w+:\w+,\w+:\w+\)\*\w+:\w+",
        r"=MMULT\(TRANSPOSE\(\w+:\w+\),\w+:\w+\)",
        r"=\w+:\w+-Play!\w+\*\w+:\w+",
    )
    for pattern in patterns:
        assert any(re.fullmatch(pattern, text) for text in stated), pattern


def test_each_sentence_has_its_own_products(built):
    """Q = x Wqᵀ of all sentences is one formula; Q Kᵀ, A V and their gradients are one for each."""
    layout = planned(source_of_template("attention"), Options(edition="matrices")).layout
    kinds = {quantity.name: quantity.sliced for quantity in layout.model.quantities}
    assert {kinds[name] for name in ("Q", "K", "V", "A", "y", "p", "do", "dC_dWq")} == {"all"}
    assert {kinds[name] for name in ("Z", "S", "o", "dZ", "dQ", "dK", "dV")} == {"sample"}
    sheet = openpyxl.load_workbook(built("attention").path)["Matrices"]
    stated = {each.text for row in sheet.iter_rows() for each in map(_array, row) if each}
    for pattern in (
        r"=MMULT\((\w+:\w+),TRANSPOSE\((\w+:\w+)\)\)/SQRT\(4\)",
        r"=MMULT\(\w+:\w+,\w+:\w+\)",
        r"=MMULT\(TRANSPOSE\(\w+:\w+\),\w+:\w+\)",
    ):
        assert sum(bool(re.fullmatch(pattern, text)) for text in stated) >= 2 * 12, pattern


def _array(cell):
    found = cell.value
    return found if isinstance(found, ArrayFormula) else None


ERRORS = {
    "another sign": (r"<f t=\"array\"([^>]*)>(\w+:\w+)-Play!", r'<f t="array"\1>\2+Play!', "expec"),
    "a smaller range": (r'ref="Q6:S69"', 'ref="Q6:S68"', "Q6:S69"),
    "a formula of one cell": (r'<f t="array" ref="T6:V69">', "<f>", "T6:V69"),
    "another matrix": (r"MMULT\((\w+:\w+),(C14:E15)\)", r"MMULT(\1,C15:E16)", "does not"),
    "a larger range": (r'ref="W6:Y69"', 'ref="W6:Y70"', "W6:Y69"),
    "no formula": (r'<f t="array" ref="T6:V69">[^<]*</f>', "", "T6:V69"),
}


@pytest.mark.ci
@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.first(2)
def test_an_altered_array_formula_is_named_with_its_range(error, built, tmp_path):
    """The report names the cells that the formula should fill, and what it should be."""
    old, by, said = ERRORS[error]
    report = xlnn.check(edited(built("digits").path, tmp_path, old, by), probes=1)
    assert not report.agrees
    assert said in str(report)
    assert re.fullmatch(r"Matrices!\w+:\w+", report.wrong[0].cell)
    assert report.wrong[0].expected_formula


@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits", "attention"])
def test_each_kind_of_error_in_an_array_formula_is_named_alone(name, built, tmp_path):
    """One of each kind: what it reads, how it computes, and what it fills."""
    path = built(name).path
    errors = [*plant_arrays(path, len(ARRAYS) + len(FILLED), np.random.default_rng(2))]
    assert len({error.kind for error in errors}) > 10
    for error in errors:
        said = try_array(path, error, tmp_path / "planted.xlsx")
        assert is_named(error, said), (error, said)


@pytest.mark.first(1)
@pytest.mark.parametrize("name", ["digits", "iris", "lstm", "cnn"])
@pytest.mark.ci
def test_planted_errors_are_found_where_they_are(name, built, tmp_path):
    """Of many altered array formulas each is named, whatever else they spoil."""
    random, wanted, kinds = np.random.default_rng(1), set(), set()
    share = {"cnn": 0.1}.get(name, 0.3)

    def planted(found):
        ref, text = found[1], found[2]
        kind = [*ARRAYS][random.integers(len(ARRAYS))]
        altered = ARRAYS[kind](text, random) if random.random() < share else text
        if altered is None:
            return found[0]
        own = [each for each in RANGE.findall(altered) if f"{each[0]}{each[1]}" in ref]
        if altered == text or own:  # or it would depend on itself
            return found[0]
        wanted.add(f"Matrices!{ref}")
        kinds.add(kind)
        return f'<f t="array" ref="{ref}">{altered}</f>'

    path = built(name).path
    part, text = matrices_part(path)
    changed = re.sub(r'<f t="array" ref="([^"]*)">([^<]*)</f>', planted, text)
    copy = tmp_path / path.name
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for each in source.namelist():
            target.writestr(each, changed if each == part else source.read(each))
    report = xlnn.check(copy, seed=0)
    assert len(wanted) >= 5, kinds
    found = {each.cell for each in (*report.wrong, *report.restated)}
    assert wanted <= found, wanted - found
    assert {each.cell for each in report.wrong} <= wanted


@pytest.mark.ci
def test_the_same_equation_written_otherwise_is_restated(built, tmp_path):
    """Values decide, in both engines."""
    path = edited(built("digits").path, tmp_path, r"(T6:V69)\*\(1-T6:V69\)", r"\1-\1*\1")
    report = xlnn.check(path)
    assert report.agrees
    assert [each.cell for each in report.restated] == ["Matrices!W6:Y69"]


@pytest.mark.ci
def test_a_formula_inside_an_array_formula_is_refused(built, tmp_path):
    """Excel forbids changing a part of one; other programs do not."""
    path = edited(built("digits").path, tmp_path, r'(<c r="U9"[^>]*>)', r"\1<f>1</f>")
    with pytest.raises(WorkbookError, match="Matrices!U9 holds a formula inside an array formula"):
        xlnn.check(path)


def test_an_array_formula_in_the_edition_in_cells_is_refused(workbook, tmp_path):
    """There no engine reads it."""
    path = shutil.copy(workbook("xor", epochs=2).path, tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book["Training"]
    cell = next(c for row in sheet.iter_rows() for c in row if str(c.value).startswith("="))
    sheet[cell.coordinate] = ArrayFormula(cell.coordinate, cell.value)
    book.save(path)
    with pytest.raises(WorkbookError, match="array formula"):
        xlnn.check(path)


@pytest.mark.ci
def test_a_false_stored_value_is_noted(built, tmp_path):
    """A cell that an array formula fills has a stored value, too."""
    path = edited(built("digits").path, tmp_path, r'(<c r="U9"[^>]*><v>)[^<]*', r"\g<1>0.5")
    assert any("U9 holds a stored value" in note for note in xlnn.check(path).notes)


def test_it_is_explained(built):
    """Any cell of a matrix shows the array formula, with symbols and numbers."""
    found = xlnn.explain(built("digits").path, "Matrices!R7")
    assert found.quantity == "z2"
    assert found.formula.startswith("{=MMULT(")
    assert found.agrees
    assert any(part.quantity == "a2" for part in found.used_for)


@pytest.mark.ci
def test_lint_finds_nothing(built):
    """Excel opens it without repair."""
    assert xlnn.lint(built("digits").path) == ()


@pytest.mark.ci
@pytest.mark.parametrize("lang", ["zh", "ja"])
@pytest.mark.first(1)
def test_it_speaks_the_language(lang, workbook):
    """The sheet has a title and a note in each language."""
    made = workbook("xor", edition="matrices", epochs=2, lang=lang)
    sheet = openpyxl.load_workbook(made.path)[{"zh": "矩阵", "ja": "行列"}[lang]]
    assert not re.search("[a-z]{4}", sheet["A2"].value)


@pytest.mark.ci
def test_runs_stand_below_each_other(workbook):
    """Several runs have their own bands."""
    made = workbook("xor", edition="matrices", epochs=2, eta=(0.1, 0.5))
    assert xlnn.check(made.path).agrees
    assert xlnn.values(made.path)["W2"].shape[0] == 2


@pytest.mark.ci
def test_a_continued_workbook_keeps_the_edition(built, tmp_path):
    """--from reads the matrices, and writes matrices unless another edition is asked for."""
    again = xlnn.build(from_workbook=built("xor").path, output=tmp_path / "again.xlsx")
    assert "Matrices" in openpyxl.load_workbook(again.path).sheetnames
    plain = xlnn.build(
        from_workbook=built("xor").path, output=tmp_path / "plain.xlsx", edition="cells"
    )
    np.testing.assert_array_equal(
        xlnn.values(again.path)["W2"][-1], xlnn.values(plain.path)["W2"][-1]
    )


@pytest.mark.ci
def test_another_input_gives_other_numbers(built, tmp_path):
    """A changed pixel and a changed learning rate reach every cell, as NumPy says."""
    path = shutil.copy(built("digits").path, tmp_path)
    book = openpyxl.load_workbook(path)
    book["Play"]["C6"], book["Images"]["B4"] = 0.7, 0.3
    book.save(path)
    assert xlnn.check(path).agrees
    assert xlnn.values(path)["eta"] == 0.7


@pytest.mark.parametrize("lang", ["", ".zh", ".ja"])
def test_the_formulas_of_the_hour_with_the_book_are_those_of_the_workbooks(lang):
    """Each formula that the chapter on matrices quotes is in one of both editions."""
    page = (DOCS / f"learner{lang}.md").read_text(encoding="utf-8")
    quoted = set(re.findall(r"`(=[^`]*[!*(][^`]*)`", page))
    stated = set()
    for edition in ("cells", "matrices"):
        options = Options(lang=lang[1:] or "en", edition=edition)
        layout = planned(source_of_template("digits"), options).layout
        for name in ("z2", "a2", "delta2", "dC_dW2", "W2"):
            stated.add(layout.formula(name, (int(name == "W2"), 0, 0)))
    assert len(quoted) == 10
    assert quoted == stated


@pytest.mark.ci
def test_a_large_table_is_written_in_matrices(tmp_path):
    """Where a formula for each cell would be too many; the result says so."""
    random = np.random.default_rng(0)
    x = random.normal(size=(100, 6))
    notes = []
    made = xlnn.build(
        data=(x, np.where(x[:, 0] > 0, "yes", "no")), output=tmp_path / "table.xlsx",
        note=notes.append,
    )  # fmt: skip
    assert any("The training is in matrices" in note for note in notes)
    assert "Matrices" in openpyxl.load_workbook(made.path, read_only=True).sheetnames
    assert made.formulas < 40_000 < made.report.compared_cells


def test_what_says_no_matrix_stays_in_cells(tmp_path):
    """A user's equation may state a block, get one from its cell, or fall back on cells."""
    row, step = xlnn.Axis("row", 4), xlnn.Axis("epoch", 3, "time")
    model = xlnn.Model((
        xlnn.Quantity("x", axes=(row,), shape=(2,)),
        xlnn.Quantity("eta"),
        xlnn.Quantity("z", axes=(step, row), shape=(2,), equation=xlnn.Stated(
            lambda x, eta: x * eta, "={x}*{eta}")),
        xlnn.Quantity("s", axes=(step, row), equation=xlnn.Stated(
            lambda z: z.sum(1), "=SUM({z[:]})", block=lambda z: f"={z.row_sums}")),
        xlnn.Quantity("m", axes=(step, row), shape=(2,), equation=xlnn.Stated(
            lambda z: np.maximum(z, 0.1), "=MAX({z},0.1)")),
    ))  # fmt: skip
    inputs = {"x": np.arange(8).reshape(4, 2), "eta": 0.5}
    made = xlnn.workbook(model, inputs, tmp_path / "own.xlsx", edition="matrices")
    assert made.formulas == 3 + 3 + 24
    assert any("A formula for each cell remains of m," in note for note in made.notes)
    assert xlnn.check(made.path, model=model).agrees


@pytest.mark.parametrize("is_apart", [False, True])
def test_positions_lie_down_if_every_equation_can_read_them(is_apart, tmp_path):
    """One that reads a position of all sentences needs them side by side, as a range."""
    row, step = xlnn.Axis("row", 2), xlnn.Axis("epoch", 2, "time")
    each = xlnn.alike(axes=(step, row), shape=(3, 2), has_positions=True)
    last = xlnn.Stated(lambda h: h[:, -1].sum(0), lambda k, h: f"=SUM({h.over('row')[2, k]})")
    total = xlnn.Stated(lambda h: h.sum((0, 1)), lambda k, h: f"=SUM({h.over('row')[:, k]})")
    model = xlnn.Model((
        xlnn.Quantity("x", axes=(row,), shape=(3, 2), has_positions=True),
        xlnn.Quantity("W", shape=(2, 2)),
        each("h", equation=PROJECT.of("W", "x")),
        each("Z", equation=SCORE.of("h", "h"), shape=(3, 3)),
        xlnn.Quantity("s", axes=(step,), shape=(2,), equation=(last if is_apart else total).of("h"),
                      sheet="sums"),
    ))  # fmt: skip
    inputs = {"x": np.arange(12).reshape(2, 3, 2) / 7, "W": np.array([[0.5, 1], [2, -1]])}
    made = xlnn.workbook(model, inputs, tmp_path / "own.xlsx", edition="matrices")
    assert made.formulas == (2 * 12 + 2 * 18 + 4 if is_apart else 2 + 2 * 2 + 4)
    assert xlnn.check(made.path, model=model).agrees


RIGHT, TURNED = "=MMULT({d},{W})*{s}", "={s}*TRANSPOSE(MMULT(TRANSPOSE({W}),TRANSPOSE({d})))"
ANSWERS = {
    "otherwise": (TURNED, "=TRANSPOSE(MMULT(TRANSPOSE(Images!B4:M67),{e}))", 2),
    "a wrong error": (
        "=MMULT({d},{W})",
        "=MMULT(TRANSPOSE({e}),Images!B4:M67)",
        1,
    ),
    "as stated": (RIGHT, "=MMULT(TRANSPOSE({e}),Images!B4:M67)", 2),
    "a wrong gradient": (RIGHT, "=-MMULT(TRANSPOSE({e}),Images!B4:M67)", 1),
}


@pytest.fixture(scope="module")
def exercise(tmp_path_factory):
    """Write an exercise in matrices."""
    path = tmp_path_factory.mktemp("exercise") / "exercise.xlsx"
    options = {"edition": "matrices", "epochs": 2, "blank": "delta2,dC_dW2"}
    (made,) = xlnn.exercise("digits", path, **options)
    return made.path


@pytest.mark.ci
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.first(1)
def test_a_blank_may_be_a_matrix_formula(answer, exercise, tmp_path):
    """One formula fills the errors of all images; a wrong one costs its own mark alone."""
    error, gradient, points = ANSWERS[answer]
    book = openpyxl.load_workbook(exercise)
    sheet = book["Matrices"]
    for top in (6, 73):  # the first row of each epoch
        d, e = f"AG{top}:AH{top + 63}", f"AI{top}:AK{top + 63}"
        W, s = f"C{top + 8}:E{top + 9}", f"W{top}:Y{top + 63}"
        for cells, text in ((e, error), (f"AQ{top}:BB{top + 2}", gradient)):
            formula = text.format(d=d, e=e, W=W, s=s)
            sheet[cells.partition(":")[0]] = ArrayFormula(cells, formula)
    path = tmp_path / "handed-in.xlsx"
    book.save(path)
    (grade,) = xlnn.grade([path], seed=1)
    assert grade.points == points


REASONS = {
    ("delta3", "only the difference"): (r"\*[^*]*$", "", "missing"),
    ("delta3", "the difference turned round"): (r"\((.*)-(.*)\)", r"(\2-\1)", "sign"),
    ("delta2", "no slope"): (r"\*[^*]*$", "", "missing"),
    ("delta2", "W turned"): (r"(C\d+:E\d+)", r"TRANSPOSE(\1)", "transposed"),
    ("delta2", "of no known kind"): (r"$", "+EXP(W6:Y69)*0.3", "other"),
    ("z2", "no bias"): (r"\+[^+]*$", "", "missing"),
    ("z2", "minus the bias"): (r"\+", "-", "inner_sign"),
    ("slope2", "only a"): (r"\*.*", "", "no_slope"),
    ("a2", "e to the z"): (r"EXP\(-", "EXP(", "exponent"),
    ("dC_dW3", "no TRANSPOSE"): (r"TRANSPOSE\(([^)]*)\)", r"\1", "transposed"),
    ("dC_dW3", "the result turned"): (r"=(.*)", r"=TRANSPOSE(\1)", "transposed"),
    ("dC_dW2", "twice"): (r"$", "*2", "factor"),
    ("dC_dW2", "the mean"): (r"$", "/64", "mean"),
    ("dC_dW2", "a row less"): (r"AK69(.*)67", r"AK68\g<1>66", "short"),
    ("dC_db2", "all in one"): (r"=.*,(.*)\)", r"=SUM(\1)", "each_column"),
    ("dC_db2", "each image"): (
        r"=.*,(.*)\)", r"=MMULT(\1,TRANSPOSE(COLUMN(A1:C1)^0))", "each_column"),
    ("C", "all in one"): (r"MMULT\((.*),.*\)", r"SUM(\1)", "each_row"),
    ("C", "no square"): (r"\*\([^)]*\)", "", "square"),
    ("W3", "plus"): (r"-", "+", "inner_sign"),
}  # fmt: skip
"""By the quantity and what a student did: the text to change, its replacement, and the kind."""


@pytest.mark.ci
def test_the_usual_mistakes_in_matrix_formulas_are_named(tmp_path):
    """The reasons are those of cells, and the wrong way of a matrix or a sum."""
    asked = dict.fromkeys(name for name, _ in REASONS)
    options = {"edition": "matrices", "epochs": 1, "blank": ",".join(asked)}
    (made,) = xlnn.exercise("digits", tmp_path / "exercise.xlsx", **options)
    layout = described(made.path)[1]
    turns = [[case for case in REASONS if case[0] == name] for name in asked]
    files = {}
    for number, cases in enumerate(zip_longest(*turns)):
        book = openpyxl.load_workbook(made.path)
        for name, what in filter(None, cases):
            block, at = (
                layout.blocks[name],
                (name == "W3", *[0] * len(layout.model[name].lengths[1:])),
            )
            title, row, column = layout.places(name)[at]
            old, new, _ = REASONS[name, what]
            formula = re.sub(old, new, layout.formula(name, at), count=1)
            assert formula != layout.formula(name, at)
            book[title].cell(row, column).value = ArrayFormula(block.area(at), formula)
        files[tmp_path / f"{number}.xlsx"] = cases
        book.save([*files][-1])
    for grade, cases in zip(xlnn.grade([*files], seed=1), files.values(), strict=True):
        kinds = {
            q.quantity: {u.mistake.kind for u in q.units if u.mistake} for q in grade.questions
        }
        for case in filter(None, cases):
            assert kinds[case[0]] == {REASONS[case][-1]}, case


def test_an_array_formula_fills_cells_that_hold_no_values(exercise, tmp_path):
    """A program may leave out what it has not computed, as openpyxl does."""
    book, layout = openpyxl.load_workbook(exercise), described(exercise)[1]
    assert layout.model["slope2"].sliced
    book["Matrices"]["AI6"] = ArrayFormula("AI6:AK69", "=1*W6:Y69")
    book.save(tmp_path / "handed-in.xlsx")
    handed = submission(tmp_path / "handed-in.xlsx")
    assert handed.formulas["Matrices", 69, 37] == "=1*Y69"


@pytest.mark.parametrize(("name", "formulas"), [("first", 360), ("xor-layers", 3_600)])
@pytest.mark.ci
def test_what_is_trained_by_steps_that_a_sheet_shows_has_matrices(name, formulas, workbook):
    """A training of few cells, too."""
    made = workbook(name, edition="matrices")
    assert "Matrices" in openpyxl.load_workbook(made.path, read_only=True).sheetnames
    assert made.formulas < formulas
    assert made.report.agrees


@pytest.mark.parametrize("name", ["descent", "regression", "q-learning", "clusters"])
@pytest.mark.first(2)
@pytest.mark.ci
def test_where_no_sheet_shows_a_training_alone_cells_remain(name, tmp_path):
    """The result says so, and the workbook is that of the edition in cells."""
    notes = []
    made = xlnn.build(name, tmp_path / "own.xlsx", edition="matrices", epochs=3, note=notes.append)
    assert any("has a formula for each cell" in note for note in (*notes, *made.notes))
    assert made.formulas == xlnn.build(name, tmp_path / "cells.xlsx", epochs=3).formulas
    assert xlnn.check(made.path).agrees


def test_the_gradient_check_is_in_array_formulas_where_its_cells_are_rows():
    """The costs with moved weights take as much as an epoch."""
    layout = planned(source_of_template("cnn"), Options(edition="matrices", epochs=1)).layout
    moved = {q.name: q.formulas for q in layout.model.quantities if q.name.startswith("plus_")}
    assert layout.model["plus_zF"].sliced
    assert sum(moved.values()) < sum(layout.model[name].computed for name in moved) / 5


def test_experiments_without_training_have_no_matrices(tmp_path):
    """The edition is for what is trained."""
    with pytest.raises(OptionsError, match="--edition is not available for neuron"):
        xlnn.build("neuron", tmp_path / "neuron.xlsx", edition="matrices")
