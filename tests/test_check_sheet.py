"""The sheet Check tells the truth: as built, with other inputs, without some, and if altered."""

import shutil

import numpy as np
import pytest
from experiments import ENGINES as IN_TURN
from networks import NETWORK_TEMPLATES, once_alike, random_plan, spec
from programs import skip_without
from rewriting import edit, replace_inputs

from xlnn import reference
from xlnn.building.build import build
from xlnn.checking.check import check
from xlnn.engines import ENGINES, load
from xlnn.equations.check_sheet import SAME_DIGITS, SumDistance
from xlnn.errors import WorkbookError
from xlnn.experiments.network.sheets.check import called, record_values
from xlnn.grid import address, quoted
from xlnn.loading.spec import layout_of, read_spec
from xlnn.loading.values import read_arrays, values
from xlnn.registry.templates import copy
from xlnn.registry.text import text

AGREES = "The sheets agree with NumPy's run: C_T of every epoch and the last weights "
CHANGED = "These inputs have changed since the workbook was built: "
EQUAL, OPEN = "agrees with NumPy", "not comparable: an input has changed"
DIFFERS = "No input has changed, but these numbers differ from NumPy's: "


def test_a_sum_on_the_edge_of_rounding_may_be_rounded_either_way():
    data = {"marks": np.array([2.5, 1.5]), "values": np.array([[1.0], [0.3]]), "noted": np.ones(1)}
    distance, last = SumDistance(), 1 / 10**SAME_DIGITS
    right = distance.array(**data)
    assert distance.ties(right + last, 0, **data).all()
    assert distance.ties(right - last, 0, **data).all()
    assert not distance.ties(right + 2 * last, 0, **data).any()


@pytest.fixture(scope="module", params=once_alike(sorted(NETWORK_TEMPLATES, key="xor".__ne__)))
def small(request, workbook):
    """Return the workbook of a template, of few epochs."""
    return workbook(request.param, fewer=True, epochs=2, verify=False).path


@pytest.fixture(scope="module")
def xor(tmp_path_factory):
    """Return a workbook of xor's network and of three inputs, so without a sheet Map.

    It trains with four rows, and one is held out.
    """
    rows = [[0, 0, 1.5], [0, 1, 0], [1, 0, -2], [1, 1, 0], [0.5, 2, 1]]
    data = np.array(rows), ["a", "b", "b", "a", "a"]
    path = tmp_path_factory.mktemp("xor") / "xor.xlsx"
    return build("xor", path, data=data, epochs=3, test_share=0.2, verify=False).path


class Book:
    """A workbook of which cells are overwritten, and what its sheet Check then says."""

    def __init__(self, path, engine):
        self.path, self.engine = path, engine
        self.layout = layout_of(read_spec(path))

    def key(self, name, *, last=False, run=0):
        """Return where a quantity of a run begins, or its last epoch and image."""
        quantity = self.layout.model[name]
        axes = [axis.length - 1 - (axis.name == "state") for axis in quantity.rows]
        runs = [run - axis.first for axis in quantity.each]
        zeros = [0] * len(quantity.shape)
        return self.at(name, (*runs, *(axes if last else [0] * len(axes)), *zeros))

    def at(self, name, index):
        """Return where an entry of a quantity stands."""
        block = self.layout.blocks[name]
        return self.layout.titles[block.sheet], *block.address(index)

    def says(self, changes):
        """Return what it says with other numbers in some cells."""
        edited = self.path.with_name(f"{self.engine}.xlsx")
        replace_inputs(self.path, edited, changes)
        return str(values(edited, self.engine)["numpy_state"])

    def called(self, name, *, is_result=False):
        """Return what the sheet calls an array that it compares."""
        model, words = self.layout.model, text(read_spec(self.path).lang)
        quantity = model[name]
        is_data = any(axis.name == "image" for axis in quantity.axes)
        end = "_print" if is_data else "_start" if quantity.given and not is_result else ""
        note = f"{name.removesuffix(quantity.layer)}{end}{quantity.layer}"
        return called(model[f"numpy_{note}"], words)

    def told(self, names, changes=()):
        """Return what some quantities say with other numbers in some cells, entry by entry."""
        edited = self.path.with_name(f"{self.engine}.xlsx")
        replace_inputs(self.path, edited, dict(changes))
        got = read_arrays(self.layout, load(self.engine, edited)({}))
        return [str(said) for name in names for said in got[name].ravel()]

    def typed(self, contents):
        """Return the values with something typed into cells, whatever it is."""
        edited = shutil.copy(self.path, self.path.with_name(f"{self.engine}.xlsx"))
        return values(
            edit(edited, {named(key): each for key, each in contents.items()}), "formualizer"
        )


def named(key):
    """Return the name of a cell, as a formula has it."""
    title, row, column = key
    return f"{quoted(title)}!{address(row, column)}"


def names_of_inputs(book):
    """Return an input of each sort: of the settings, of the images, and a start of weights."""
    given = "raw" if "raw" in book.layout.blocks else "x"
    target = "raw_t" if "raw_t" in book.layout.blocks else "t"
    return ["eta", given, target, *(q.name for q in book.layout.model.inputs if q.given)]


def chain(book):
    """Return what training computes of one layer after the other, without verdicts."""
    kinds = ("W", "b", "z", "exp", "a", "slope", "delta", "dC_dW", "dC_db")
    names = {f"{kind}{layer.name}" for kind in kinds for layer in read_spec(book.path).layers}
    return sorted(names & book.layout.blocks.keys() | {"C", "C_T"})


@pytest.mark.parametrize("engine", IN_TURN)
@pytest.mark.first(1)
@pytest.mark.ci
def test_the_sheet_check_tells_the_truth(small, engine):
    skip_without(engine)
    book = Book(small, engine)
    assert book.says({}).startswith(AGREES)
    _, _, target, *weights = inputs = names_of_inputs(book)
    for name in [target] if engine == "libreoffice" else inputs:
        key = book.key(name, last=name not in {"eta", *weights})
        assert book.says({key: 0.375}) == f"{CHANGED}{book.called(name)}."
    for name in ["C_T"] if engine == "libreoffice" else ["C_T", weights[-1]]:
        key, what = book.key(name, last=True), book.called(name, is_result=True)
        said = book.says({key: 7.5})
        assert said.startswith(DIFFERS)
        assert what in said.removeprefix(DIFFERS)
        # the sheet cannot tell, and does not say that it can
        assert book.says({key: 7.5, book.key("eta"): 0.015}).startswith(CHANGED), name


@pytest.mark.parametrize(
    ("name", "content"),
    [("eta", None), ("x", "abc"), ("t", True), ("W2", "=1/0"), ("b2", None), ("test_x", None)],
)
@pytest.mark.slow
@pytest.mark.first(2)
def test_an_input_without_a_number_is_a_changed_input(xor, name, content):
    book = Book(xor, "formualizer")
    got = book.typed({book.key(name, last=name in {"x", "t"}): content})
    assert str(got["numpy_state"]) == f"{CHANGED}{book.called(name)}."


@pytest.mark.slow
def test_data_whose_sums_are_the_same_are_a_changed_input(xor):
    """Two numbers that are swapped, and classes whose places 1 + 4 and 2 + 3 add up to the same."""
    book = Book(xor, "formualizer")
    swapped = {book.at("x", (1, 1)): 0.0, book.at("x", (2, 1)): 1.0}
    other = {book.at("t", (n, k)): float((n in {0, 3}) == k) for n in range(4) for k in range(2)}
    before = values(xor, "formualizer")
    for name, changes in (("x", swapped), ("t", other)):
        sheet = values(xor, "formualizer")[name].copy()
        for place, number in changes.items():
            (index,) = (i for i in np.ndindex(sheet.shape) if book.at(name, i) == place)
            sheet[index] = number
        for power in (0, 1) if name == "t" else (0,):
            rows = np.arange(1.0, 5.0) ** power
            assert (rows @ sheet == rows @ before[name]).all()
        assert book.says(changes) == f"{CHANGED}{book.called(name)}."


def test_all_inputs_that_were_changed_are_named(xor):
    book = Book(xor, "formualizer")
    said = book.says({book.key("eta"): 0.01, book.key("t", last=True): 0.5})
    assert said == f"{CHANGED}learning rate η, target t."


@pytest.mark.slow
def test_a_formula_of_training_that_is_overwritten_is_noticed(xor):
    book = Book(xor, "formualizer")
    for name in chain(book):
        assert book.says({book.key(name, last=True): 7.5}).startswith(DIFFERS), name


def test_an_array_that_differs_is_named(xor):
    book = Book(xor, "formualizer")
    last = {book.at("b3", (3, 1)): 7.5}
    assert book.says(last) == f"{DIFFERS}biases b³."
    lines = ["numpy_b_remark3", "numpy_W_remark3"]
    assert book.told(lines, last) == ["differs from the note", EQUAL]
    assert book.told(lines, {book.key("eta"): 0.3}) == [OPEN, OPEN]


@pytest.mark.slow
def test_a_note_of_the_run_that_is_overwritten_is_noticed(xor):
    book = Book(xor, "formualizer")
    assert book.says({book.key("numpy_b3"): 7.5}) == f"{DIFFERS}biases b³."
    assert book.says({book.key("numpy_mark"): 7.5}).startswith(CHANGED)


@pytest.mark.slow
def test_a_formula_on_which_training_does_not_depend_leaves_what_is_said_true(xor):
    book = Book(xor, "formualizer")
    for name in ("lens_z2", "play_C_T", "recognised", "answer"):
        assert book.says({book.key(name, last=True): 7.5}).startswith(AGREES), name


@pytest.mark.parametrize("eta", [1e300, 1e-300, 1e150, -1.0, 0.0])
@pytest.mark.first(eta=2)
def test_a_learning_rate_of_any_size_is_a_changed_input(xor, eta):
    book = Book(xor, "formualizer")
    assert book.says({book.key("eta"): eta}) == f"{CHANGED}learning rate η."


@pytest.mark.parametrize(
    ("name", "number"), [("x", 1e308), ("t", 1e300), ("x", -1e200), ("x", 1e-9)]
)
@pytest.mark.first(number=2)
@pytest.mark.slow
def test_a_number_of_any_size_is_a_changed_input(xor, name, number):
    book = Book(xor, "formualizer")
    assert book.says({book.key(name): number}) == f"{CHANGED}{book.called(name)}."
    several = {book.at(name, (n, 0)): number for n in range(4)}
    assert book.says(several) == f"{CHANGED}{book.called(name)}."


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.first(seed=3)
@pytest.mark.slow
@pytest.mark.first(1)
def test_whatever_is_typed_the_sentence_is_true(xor, seed):
    """What it claims is recomputed from the cells: inputs, records, C_T and the last weights."""
    generator = np.random.default_rng(seed)
    book = Book(xor, "formualizer")
    before = values(xor, "formualizer")
    inputs = [name for name in before if book.layout.model.by_name[name].is_input]
    inputs = [n for n in inputs if n in {"x", "t", "eta"} or book.layout.model[n].given]
    formulas = [*chain(book), "lens_z2", "recognised"]
    contents = {}
    for name in generator.choice([*inputs, *formulas], generator.integers(1, 4)):
        quantity = book.layout.model[name]
        lengths = quantity.input_lengths if name in inputs else quantity.lengths
        index = [generator.integers(0, n) for n in lengths]
        index[:1] = [max(index[0], quantity.given)] if index and name in formulas else index[:1]
        same = before[name].reshape(quantity.lengths)[tuple(index)]
        other = [0.375, 1e9, -2.0, None, "abc", float(same)] if name in inputs else [0.375, -2.0]
        contents[book.at(name, tuple(index))] = other[generator.integers(len(other))]
    got = book.typed(contents)
    sentence = str(got["numpy_state"])
    typed = {n: got[n].reshape(book.layout.model[n].lengths) for n in inputs}
    typed |= {n: typed[n][0] for n in inputs if book.layout.model[n].given}
    kept = {n: before[n].reshape(book.layout.model[n].lengths) for n in inputs}
    kept |= {n: kept[n][0] for n in inputs if book.layout.model[n].given}
    far = max(
        np.abs(got[name] - before[name])[-1 * (name != "C_T") :].max() / np.abs(before[name]).max()
        for name in ("C_T", "W2", "b2", "W3", "b3")
    )
    others = [name for name in inputs if (typed[name] != kept[name]).any()]
    if others:
        what = ", ".join(map(book.called, others))
        assert sentence == f"{CHANGED}{what}.", contents
    else:
        assert sentence.startswith(AGREES if far < 1e-6 else DIFFERS), contents


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    """A regression whose numbers are in the hundred thousands, and small ones beside them."""
    generator = np.random.default_rng(5)
    lines = ["area,rooms,share,price"]
    for _ in range(30):
        area, rooms = generator.uniform(20, 200), generator.integers(1, 9)
        share = generator.random() / 1e6
        lines.append(f"{area:.3f},{rooms},{share:.9g},{2_000 * area + 1e4 * rooms:.2f}")
    place = tmp_path_factory.mktemp("prices")
    (place / "prices.csv").write_text("\n".join(lines))
    copy("xor", place / "prices")
    told = place / "prices" / "template.toml"
    before, _, after = told.read_text().rpartition('"tanh"')
    told.write_text(f'{before}"linear"{after}')
    options = {"data": place / "prices.csv", "targets": ["price"], "eta": 1e-4, "epochs": 5}
    options["test_share"] = 0.2
    return build(str(place / "prices"), place / "built.xlsx", scale="standard", **options).path


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.slow
def test_numbers_of_any_size_agree_at_first_and_a_small_change_is_seen(prices, engine):
    skip_without(engine)
    book = Book(prices, engine)
    assert book.says({}).startswith(AGREES)
    key = book.key("raw", last=True)
    assert book.says({key: 100.001}).startswith(CHANGED)
    assert book.says({book.key("raw_t", last=True): 1e5 + 1}).startswith(CHANGED)
    key = book.at("factor", (1,))
    assert book.says({key: 2.0}).startswith(CHANGED)
    assert book.says({book.key("z3", last=True): 1e5}).startswith(DIFFERS)


@pytest.mark.slow
def test_numbers_that_grew_beyond_all_cells_are_no_altered_formula(prices):
    book = Book(prices, "formualizer")
    assert book.says({book.key("eta"): 1e150}).startswith(CHANGED)


def test_a_sum_beyond_all_numbers_gives_no_warning():
    """Warnings are errors in tests."""
    plan = random_plan(spec([2, 2, 2]), seed=1)
    run = reference.run(plan.model, plan.inputs | {"x": np.full((3, 2), 1e308)})
    assert np.isinf(record_values(plan.spec, run)["numpy_x_print"]).all()


@pytest.mark.slow
def test_a_sum_beyond_all_numbers_is_the_fault_of_its_largest_input(xor):
    book = Book(xor, "formualizer")
    edited = xor.with_name("huge.xlsx")
    first = book.at("x", (0, 0))
    replace_inputs(xor, edited, {book.at("x", (n, 0)): 1e308 for n in range(4)})
    with pytest.raises(WorkbookError, match=f"^{first[0]}!{address(*first[1:])} is too large"):
        check(edited, "formualizer", probes=0)
