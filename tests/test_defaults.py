"""What a quantity, a sentence and a page say if they are not told otherwise."""

import numpy as np
import pytest

import xlnn
from xlnn import Axis, Quantity, Stated, Told, reference
from xlnn.errors import XlnnError
from xlnn.registry.text import text
from xlnn.terms import Term, either
from xlnn.workbooks.learning import function_choice
from xlnn.workbooks.pages.page import on_pages, said
from xlnn.workbooks.spec import Spec
from xlnn.writing.charts import THIN

DAY = Axis("day", 3)
DOUBLE = Stated(lambda x: 2 * x, lambda x: f"=2*{x[()]}")
WHOLE = replace(DOUBLE, number_format="0")


@pytest.mark.parametrize(
    ("quantity", "role", "digits"),
    [
        (Quantity("x"), "input", "General"),
        (Quantity("x", choices=(1, 3)), "input", "0"),
        (Quantity("n", axes=(DAY,), counts=True), "key", "0"),
        (Quantity("y", equation=DOUBLE), "result", "0.0000"),
        (Quantity("y", equation=WHOLE), "result", "0"),
        (Quantity("y", equation=WHOLE, role="forward", number_format="0.0"), "forward", "0.0"),
    ],
)
def test_role_and_number_format_follow_from_the_rest(quantity, role, digits):
    assert (quantity.role, quantity.number_format) == (role, digits)


def test_a_copy_with_an_equation_has_the_role_and_format_of_a_result():
    copy = replace(Quantity("x"), equation=WHOLE)
    assert (copy.role, copy.number_format) == ("result", "0")


def test_a_copy_keeps_what_was_stated():
    copy = replace(Quantity("x", role="weight", number_format="0.00"), equation=WHOLE)
    assert (copy.role, copy.number_format) == ("weight", "0.00")


PLUS = Stated(lambda s, v, w: s + v[0] + v.sum() + w, "={s}+{v[0]}+SUM({v[:]})+{w}")
"""Of a number, a vector, and a matrix with one row for each unit."""


def test_a_formula_that_is_a_text_names_the_cells_of_its_unit(tmp_path):
    s, v, w = Quantity("s"), Quantity("v", shape=(3,)), Quantity("w", shape=(2, 3))
    y = Quantity("y", shape=(2, 3), equation=PLUS)
    model = xlnn.Model((s, v, w, y))
    inputs = {"s": 0.5, "v": [1, 2, 4], "w": [[1, 2, 3], [4, 5, 6]]}
    path = xlnn.workbook(model, inputs, tmp_path / "y.xlsx").path
    assert xlnn.values(path, model=model)["y"].tolist() == [[9.5, 10.5, 11.5], [12.5, 13.5, 14.5]]


def test_a_formula_that_is_a_text_takes_all_along_an_axis(tmp_path):
    row = xlnn.Axis("row", 3)
    share = Stated(
        lambda x, y: x / x.sum(axis=0) + y.sum() - y[:, :1],
        "={x}/SUM({x[row]})+SUM({y[row][:]})-{y[0]}",
    )
    x, y = (Quantity(name, axes=(row,), shape=(2,)) for name in "xy")
    model = xlnn.Model((x, y, Quantity("z", axes=(row,), shape=(2,), equation=share)))
    inputs = {"x": [[1, 2], [3, 2], [4, 4]], "y": [[1, 0], [2, 0], [3, 1]]}
    path = xlnn.workbook(model, inputs, tmp_path / "z.xlsx").path
    found = xlnn.values(path, model=model)["z"]
    assert found.tolist() == [[6.125, 6.25], [5.375, 5.25], [4.5, 4.5]]


def test_a_vector_in_the_formula_of_a_matrix_is_the_same_in_each_row():
    cells = xlnn.Stated(lambda v, w: v * w, "={v}*{w}").cell(1, 2, v=Shown((3,)), w=Shown((2, 3)))
    assert cells == "=[2]*[1, 2]"


def test_a_formula_that_is_a_text_names_axes_their_ends_and_the_number_of_the_unit(tmp_path):
    ends = Stated(
        lambda x: x.sum(axis=0) + 10 * x[0] - x[-1] + [1, 2],
        "=SUM({x[day]})+10*{x.first}-{x.last}+{0}",
    )
    model = xlnn.Model(
        (Quantity("x", axes=(DAY,), shape=(2,)), Quantity("y", shape=(2,), equation=ends))
    )
    path = xlnn.workbook(model, {"x": [[1, 2], [4, 8], [16, 32]]}, tmp_path / "y.xlsx").path
    assert xlnn.values(path, model=model)["y"].tolist() == [16, 32]


class Shown:
    """Cells that say which unit was asked for."""

    def __init__(self, shape):
        self.shape = shape

    def __getitem__(self, unit):
        return str(list(unit))


def test_arguments_are_given_in_the_order_of_the_equation_or_by_name():
    stated = Quantity("y", equation=PLUS.of("a", xlnn.Use("b"), w="c"))
    assert stated.equation is PLUS
    assert {role: use.name for role, use in stated.uses.items()} == {"s": "a", "v": "b", "w": "c"}
    assert Quantity("y", equation=PLUS.of("a")).uses["v"].name == "v"
    assert Quantity("y", equation=PLUS.of("a"), uses={"s": "z"}).uses["s"].name == "z"
    with pytest.raises(XlnnError, match="4 arguments are given to an equation of s, v, w"):
        PLUS.of("a", "b", "c", "d")


def test_what_quantities_share_is_said_once_unless_one_differs():
    state = xlnn.alike(axes=(DAY,), title="shared", equation=DOUBLE, role="forward")
    plain, own = state("y"), state("z", "own", WHOLE, role="weight")
    assert (plain.title, plain.equation, plain.role) == ("shared", DOUBLE, "forward")
    assert (own.title, own.equation, own.role) == ("own", WHOLE, "weight")
    assert plain.axes == own.axes == (DAY,)


@pytest.mark.parametrize(
    ("stated", "kind", "heading"),
    [
        (Quantity("W2", symbol="w^{}", shape=(3,)), "W", "w²₁"),
        (Quantity("delta12", symbol="δ^{}", shape=(1,)), "delta", "δ¹²₁"),
        (Quantity("area2", symbol="m^2", shape=(1,)), "area2", "m^2"),
        (Quantity("W3", "V", symbol="w^{}", shape=(1,)), "V", "w³₁"),
        (Quantity("W2", shape=(3,)), "W2", "W2₁"),
    ],
)
def test_a_layers_number_stands_above_where_its_symbol_says_so(stated, kind, heading):
    assert (stated.kind, stated.heading((0,))) == (kind, heading)


def test_a_sentence_is_a_text():
    assert Quantity("said", equation=Told("x")).is_text
    assert not Quantity("y", equation=DOUBLE).is_text


class Ends(xlnn.Sentence):
    """What a level does until the last day."""

    english = {"rises": "The level rises for {days} days.", "falls": "It falls from {most} on."}

    def __init__(self, most: int) -> None:
        self.numbers = {"most": most}

    def said(self, *, level: Term) -> str:
        return either(level > 0, self.words["rises"], self.words["falls"])


def model(_, __):
    yield Quantity("level", title="level")
    yield Quantity("rate", title="rate")
    yield Quantity("grown", title="grown", equation=DOUBLE, uses={"x": "rate"})
    yield Quantity("is_more", equation=replace(DOUBLE), uses={"x": "grown"})
    yield Quantity("ends", equation=Ends(9))
    yield Quantity("course", equation=Told("In {days} days: {level}."))
    yield Quantity("more", equation=Told({"no": "No.", "yes": "{rate} a day."}, "is_more"))
    yield Quantity("days_used", equation=DOUBLE, uses={"x": "level"})


@pytest.fixture
def stated(tmp_path):
    """Return the model and texts of a small experiment in a language."""
    (tmp_path / "zh.toml").write_text(
        '[sentences]\nrises = "水位上升 {days} 天。"\ncourse = "{days} 天：{level}。"\n'
        'yes = "每天 {rate}。"\n'
    )
    pages = (
        xlnn.Page("first", "First", "", xlnn.Numbers("level"), xlnn.Sentences("ends", "course")),
        xlnn.Page("second", "Second", "", xlnn.Numbers("rate", "grown"), xlnn.Sentences("more")),
    )
    kind = xlnn.Experiment(
        "tiny", model, pages, sizes={"days": xlnn.Size(4)}, texts=tmp_path,
        inputs={"level": 1, "rate": 0},
    )  # fmt: skip

    def stated(lang):
        spec = Spec("tiny", "tiny", lang, {"days": 4})
        return kind.layout(spec).model, kind.words(spec)

    return stated


def test_a_quantity_is_on_the_page_that_shows_it_or_on_that_of_the_one_before(stated):
    sheets = {quantity.name: quantity.sheet for quantity in stated("en")[0].quantities}
    assert [name for name, sheet in sheets.items() if sheet == "first"] == [
        "level", "ends", "course",
    ]  # fmt: skip
    assert [name for name, sheet in sheets.items() if sheet == "second"] == [
        "rate", "grown", "is_more", "more", "days_used",
    ]  # fmt: skip


def test_a_sentence_is_translated_and_has_the_sizes_filled_in(stated):
    said = {lang: stated(lang)[0] for lang in ("en", "zh")}
    assert said["en"]["ends"].equation.text(level=1) == "The level rises for 4 days."
    assert said["zh"]["ends"].equation.text(level=1) == "水位上升 4 天。"
    assert said["zh"]["ends"].equation.text(level=0) == "It falls from 9 on."
    assert said["zh"]["course"].equation.text(level=2.5) == "4 天：2.5。"
    assert said["zh"]["more"].equation.text(is_more=1, rate=np.asarray(3.0)) == "每天 3。"


def test_the_texts_of_sentences_are_listed_for_translation(stated):
    assert set(stated("en")[1].words["sentences"]) == {
        "rises", "falls", "course", "no", "yes",
    }  # fmt: skip


def test_a_number_that_only_a_sentence_tells_is_hidden(stated):
    said, _ = stated("en")
    content = xlnn.Page("second", "", "", xlnn.Numbers("rate", "grown")).content(said)
    assert isinstance(content.parts[-1], xlnn.Hidden)
    assert content.parts[-1].names == ("is_more",)
    # what nothing uses is seen, below what the page states
    assert content.parts[1].names == [("days_used",)]


def test_the_number_used_in_place_of_a_choice_is_on_its_page_and_hidden():
    words = text("en")
    stated = [*xlnn.choice("day", DAY, words), Quantity("level", axes=(DAY,))]
    stated += [xlnn.shown("level")]
    page = xlnn.Page("one", "One", "", xlnn.Numbers(("day", "day_asked")))
    said = on_pages(stated, [page])
    assert {quantity.sheet for quantity in said.quantities} == {"one"}
    content = page.content(said)
    assert isinstance(content.parts[-1], xlnn.Hidden)
    assert content.parts[-1].names == ("day_used",)
    # a copy is shown as what it copies
    assert said["level_shown"].number_format == said["level"].number_format == "General"


STATE = Axis("day", 4, counts_from=0)
LEVELS = [10.0, 11.0, 12.0, 13.0]


@pytest.mark.parametrize(("axis", "level"), [(DAY, 11), (STATE, 12)])
def test_of_states_a_copy_shows_the_one_that_a_day_uses_or_the_chosen_one(axis, level):
    levels = Quantity("level", axes=(STATE,))
    stated = [*xlnn.choice("day", axis, text("en")), levels]
    model = xlnn.Model((*stated, xlnn.shown("level"), xlnn.shown(levels, name="same")))
    arrays = reference.run(model, {"day": np.array(2), "level": np.array(LEVELS)})
    assert arrays["level_shown"] == arrays["same"] == level


def test_a_copy_needs_its_quantity_before_it():
    with pytest.raises(XlnnError, match="A copy needs the quantity 'level' before it"):
        xlnn.Model((xlnn.shown("level"), Quantity("level")))


def test_quantities_are_repeated_by_their_names():
    doubled = Quantity("y", equation=DOUBLE, axes=(DAY,))
    typed = xlnn.again(["y"], "{}_typed", instead={"x": "typed"})
    model = xlnn.Model((Quantity("x"), doubled, Quantity("typed"), *typed))
    arrays = reference.run(model, {"x": np.array(1.0), "typed": np.array(4.0)})
    assert (arrays["y"][0], arrays["y_typed"]) == (2, 8)


def drawn(quantities, *parts):
    """Return the drawing of a page with these parts."""
    page = xlnn.Page("one", "One", "", *parts)
    inputs = {quantity.name: 1 for quantity in quantities if quantity.equation is None}
    kind = xlnn.Experiment("tiny", lambda *_: quantities, [page], inputs=inputs)
    spec = Spec("tiny", "tiny", "en", {})
    return kind.drawings(spec, kind.layout(spec))["one"]


@pytest.mark.parametrize(("said", "operator"), [({}, "greaterThan"), ({"positive": ()}, "between")])
def test_a_learning_rate_is_positive_unless_a_list_says_otherwise(said, operator):
    drawing = drawn([Quantity("eta", calms=True)], xlnn.Numbers("eta", **said))
    assert [each.operator for each in drawing.validations] == [operator]


def test_a_choice_of_an_entry_offers_the_rows_of_its_axis():
    stated = [*xlnn.choice("day", DAY, text("en")), Quantity("level", axes=(DAY,))]
    parts = xlnn.Numbers("day", "day_used"), xlnn.Sentences("day_asked"), xlnn.Table("level")
    *_, validation = drawn(stated, *parts).validations
    assert validation.formula1 == "One!$A$10:$A$12"


def test_a_choice_of_a_function_shows_the_names_that_its_sentence_has():
    quantities = [*function_choice("f", ["sin", "cos"], title="function")]
    drawing = drawn(quantities, xlnn.Numbers("f", "used_f"), xlnn.Sentences("f_name"))
    assert [each.prompt for each in drawing.validations] == ["1: sin\n2: cos"]


def test_a_quiet_line_is_thin_and_a_chart_of_equal_units_is_square():
    quantities = [Quantity("n", axes=(DAY,), counts=True), Quantity("x", axes=(DAY,))]
    chart = xlnn.Chart("x", xlnn.Trace("x", "n", is_quiet=True), is_square=True)
    ((_, found),) = drawn(quantities, xlnn.Table("n", "x"), chart).charts
    assert found.series[0].graphicalProperties.line.width == THIN
    assert found.width == found.height


@pytest.mark.parametrize(("said", "row"), [({}, 4), ({"stays": False}, 1)])
def test_the_headings_of_a_helper_page_stay_in_sight(said, row):
    quantities = [Quantity("x", axes=(DAY,), sheet="one")]
    page = xlnn.Page("one", "One", "", is_helper=True, **said)
    kind = xlnn.Experiment("tiny", lambda *_: quantities, [page], inputs={"x": 1})
    spec = Spec("tiny", "tiny", "en", {})
    assert kind.drawings(spec, kind.layout(spec))["one"].freeze[0] == row


def test_a_learning_rate_among_the_inputs_is_an_option():
    page = xlnn.Page("one", "One", "", xlnn.Numbers("eta"))
    kind = xlnn.Experiment("tiny", lambda *_: [Quantity("eta")], [page], inputs={"eta": 1})
    assert "eta" in kind.options
    assert "eta" not in replace(kind, inputs={}, options_for=()).options


def test_the_guide_tells_once_what_two_networks_have_alike():
    told = {"meaning": "how sure", "written": "y = σ(z)"}
    several = (Quantity("y", **told), Quantity("y_rnn", **told), Quantity("x", meaning="how sure"))
    words = said(xlnn.Model(several), ())
    assert [*words["guide"]["symbols"]] == ["y", "x"]
    assert [*words["quantities"]] == ["y", "y_rnn", "x"]


def test_quantities_without_pages_stay_where_they_are():
    model = on_pages([Quantity("W", sheet="weights"), Quantity("b")], [])
    assert [quantity.sheet for quantity in model.quantities] == ["weights", "weights"]
