"""Each option is declared once: the command line, Python and templates take and refuse it alike."""

import inspect
import sys
from importlib import reload
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from networks import from_template

import xlnn
from xlnn.building.build import build
from xlnn.cli import cli
from xlnn.errors import DataError, OptionsError, XlnnError
from xlnn.loading.values import values
from xlnn.option import FLAG, NUMBER, Option
from xlnn.options import BUILD, EXERCISE, Options
from xlnn.registry.templates import copy, template

TABLES = {"build": BUILD, "exercise": EXERCISE}
DECLARED = [
    pytest.param(command, option, id=f"{command} {name}")
    for command, table in TABLES.items()
    for name, option in table.items()
]

WRONG = {
    "picture": "8", "threshold": "2", "decimal": "x", "missing": "zero", "scale": "log",
    "test_share": "1.5", "seed": "-1", "spread": "wide", "hidden": "5,x", "activation": "wave",
    "output_activation": "wave", "cost": "hinge", "epochs": "0", "eta": "0", "optimizer": "lion",
    "l2": "-1", "lang": "xx", "level": "9", "encoding": "zlib", "noise": "1",
    "header_row": "0", "edition": "rows",
    "note": "x" * 201, "autograder": "out.tar", "points": "z2",
}  # fmt: skip
"""A value that is wrong, as it is typed, of each option whose every text is not right."""

ANY_TEXT = {
    "from_workbook", "model", "data", "label", "targets", "sheet", "start", "blank", "student",
    "roster", "drop", "columns",
}  # fmt: skip
"""Options that take every text on the command line; files and columns are looked for later."""


def said_by_command(command, *arguments):
    """Return what a command says of a mistake; its exit code is 2."""
    result = CliRunner().invoke(cli, [command, *arguments])
    assert isinstance(result.exception, OptionsError), result.exception
    return str(result.exception)


@pytest.mark.parametrize(("command", "option"), DECLARED)
def test_the_command_line_and_python_take_each_option_by_its_name(command, option):
    shown = " ".join(CliRunner().invoke(cli, [command, "--help"]).output.split())
    assert f" {option.typed} " in shown
    assert option.help.rstrip(".") in shown
    (taken,) = [each for each in cli.commands[command].params if each.name == option.name]
    assert taken.opts == [option.typed]
    page = inspect.getdoc(getattr(xlnn, command))
    assert f"\n{option.documentation}\n" in f"{page}\n"
    assert option.help[1:].rstrip(".") in option.documentation


@pytest.mark.parametrize(("command", "option"), DECLARED)
def test_a_wrong_value_gives_one_sentence_wherever_it_is(command, option, tmp_path):
    if option.type is FLAG or option.name in ANY_TEXT:
        return
    typed = WRONG[option.name]
    value = option.parsed(typed)
    place = str(tmp_path / "o.xlsx")
    data = tmp_path / "d.csv"
    data.write_text("k,a\nx,1\ny,2\n")
    more = {"data": str(data)} if option.name == "encoding" else {}
    with pytest.raises(OptionsError) as refused:
        getattr(xlnn, command)("xor", place, **{option.name: value}, **more)
    sentence = str(refused.value)
    assert sentence.endswith(".")
    assert option.name in sentence or "There is no " in sentence or "there is no" in sentence
    arguments = [each for name, text in more.items() for each in (f"--{name}", text)]
    assert said_by_command(command, "xor", "-o", place, option.typed, typed, *arguments) == sentence
    assert [*tmp_path.iterdir()] == [data]


KEYS = [each for each in BUILD.values() if each.table is not None]


def mine(folder, option, value):
    """Write a copy of a template in which a key has another value; return what it says."""
    copy("xor", folder / "mine")
    path = folder / "mine" / "template.toml"
    lines = [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.split(" = ")[0] not in {option.name, "table" if option.name == "picture" else ""}
    ]
    head = lines.index(f"[{option.table}]") + 1 if option.table else 0
    written = value if isinstance(value, str) and value[0] == "[" else repr(value).lower()
    path.write_text("\n".join([*lines[:head], f"{option.name} = {written}", *lines[head:]]))
    return from_template(template(str(folder / "mine")))


RIGHT = {
    "picture": "[1, 2]", "threshold": 0.5, "light_ink": True, "table": True, "label": "class",
    "targets": "['x1']", "sheet": "a", "encoding": "utf-8", "decimal": ",", "missing": "drop",
    "drop": "['x1']", "columns": "['x1']", "header_row": 1,
    "scale": "range", "test_share": 0.5, "seed": 9, "spread": "fan-in", "cost": "bce",
    "epochs": 7, "eta": 0.75, "optimizer": "Adam", "l2": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("option", KEYS, ids=lambda option: option.name)
def test_a_template_says_each_key_and_is_refused_in_the_same_sentence(option, tmp_path):
    value = RIGHT[option.name]
    found = mine(tmp_path / "right", option, value)
    where = (
        vars(found.reading) if option.reads else {**found.sizes, **found.inputs, **found.settings}
    )
    lists = {name: ["x1"] for name in ("targets", "drop", "columns")}
    taken = {"picture": [1, 2], **lists}.get(option.name, value)
    assert where[option.name] == option.check(taken)
    if option.name not in WRONG or option.is_open:
        return
    wrong = option.parsed(WRONG[option.name])
    with pytest.raises(DataError) as refused:
        option.check(wrong)
    with pytest.raises(DataError) as of_template:
        mine(tmp_path / "wrong", option, wrong)
    table = f", [{option.table}]" if option.table else ""
    assert str(of_template.value) == f"template.toml of mine{table}: {refused.value}"


@pytest.mark.slow
def test_names_of_other_libraries_are_right_in_a_template(tmp_path):
    copy("xor", tmp_path / "mine")
    path = tmp_path / "mine" / "template.toml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('"squared error"', '"MSELoss"\noptimizer = "Adam"')
    path.write_text(text.replace('"tanh"', '"LeakyReLU"', 1), encoding="utf-8")
    built = build(str(tmp_path / "mine"), tmp_path / "a.xlsx", epochs=1)
    assert built.report.agrees
    assert any("MSELoss is the cost" in note for note in built.notes)
    assert any("LeakyReLU has the slope 0.01" in note for note in built.notes)
    said = build(str(tmp_path / "mine"), tmp_path / "b.xlsx", epochs=1, cost="squared error").notes
    assert not any("MSELoss" in note for note in said)


@pytest.mark.ci
def test_one_declaration_adds_an_option_to_a_kind_of_workbook(tmp_path, monkeypatch):
    """The experiment descent has an input x: an option of that name sets it."""
    start = Option(NUMBER, "Where the descent starts.", "a number below 9", lambda v: v < 9,
                   kinds=("descent",), name="x")  # fmt: skip
    monkeypatch.setitem(BUILD, "x", start)
    monkeypatch.setattr(cli, "commands", {**cli.commands, "build": reload_command()})
    page = CliRunner().invoke(cli, ["build", "--help"]).output
    assert "--x FLOAT" in page
    assert "Where the descent starts." in page
    path = tmp_path / "a.xlsx"
    done = CliRunner().invoke(cli, ["build", "descent", "--x", "2", "--epochs", "3", "-o", path])
    assert done.exit_code == 0, done.exception
    assert values(path)["x"][0] == 2
    assert values(build("descent", tmp_path / "b.xlsx", x=-1, epochs=3).path)["x"][0] == -1
    sentence = "x is 9: a number below 9 is expected."
    assert said_by_command("build", "descent", "--x", "9") == sentence
    with pytest.raises(OptionsError, match=sentence):
        build("descent", x=9)
    assert said_by_command("build", "xor", "--x", "2").startswith("--x is not available for xor")


def reload_command():
    """Return the command ``xlnn build`` with the options that there are now."""
    return reload(sys.modules["xlnn.cli.build"]).build


def test_an_argument_that_nothing_takes_is_an_error_of_the_program():
    with pytest.raises(TypeError, match="unexpected keyword argument 'etas'"):
        build(etas=1)


@pytest.mark.parametrize(
    ("name", "given", "kept"),
    [
        ("picture", "8x6", (8, 6)),
        ("picture", [8, 6], (8, 6)),
        ("picture", (np.int64(8), 6), (8, 6)),
        ("targets", "price", ("price",)),
        ("targets", ["price", "rent"], ("price", "rent")),
        ("label", 3, "3"),
        ("label", "kind", "kind"),
        ("hidden", "5,3", (5, 3)),
        ("hidden", "5 3", (5, 3)),
        ("hidden", "5, 3", (5, 3)),
        ("hidden", 5, (5,)),
        ("hidden", [5, 3], (5, 3)),
        ("hidden", "none", ()),
        ("hidden", [], ()),
        ("epochs", np.int32(3), 3),
        ("eta", np.float64(0.5), 0.5),
        ("start", Path("a.json"), Path("a.json")),
        ("eta", "0.1,0.5", (0.1, 0.5)),
        ("eta", [0.5], 0.5),
        ("cost", "mse", "squared error"),
        ("optimizer", ["Adam", "SGD"], ("adam", "sgd")),
    ],
)
def test_what_is_asked_is_kept_in_one_type(name, given, kept):
    assert dict(Options(**{name: given})) == {name: kept}
    assert getattr(Options(**{name: given}), name) == kept


def test_what_nobody_gives_is_not_asked_for():
    assert dict(Options(seed=None)) == {}
    assert (Options().seed, Options().large, Options().verify) == (None, False, True)


@pytest.mark.parametrize("name", sorted({*BUILD} - {"data"}))
@pytest.mark.parametrize("value", [b"1", {1}, object(), 1j, [[]], [None]])
def test_every_argument_refuses_a_wrong_type_in_one_line(name, value):
    with pytest.raises(OptionsError, match=r"is expected\.") as error:
        Options(**{name: value})
    assert str(error.value).isprintable()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": "many"}, r"epochs is 'many': a whole number of at least 1 is expected"),
        ({"epochs": 1.5}, r"epochs is 1.5: a whole number"),
        ({"epochs": True}, r"epochs is True: a whole number"),
        ({"eta": "0.5"}, r"eta is '0.5': a finite number greater than 0 is expected"),
        ({"seed": 1.0}, r"seed is 1.0: a whole number"),
        ({"picture": 8}, r"picture is 8: a size in rows and columns, such as 8x8, is expected"),
        ({"picture": "8"}, r"picture is '8': a size"),
        ({"picture": (1, 2, 3)}, r"picture is \(1, 2, 3\): a size"),
        ({"hidden": "5,x"}, r"hidden is '5,x': units of the hidden layers, such as 5,3"),
        ({"hidden": "5,"}, r"hidden is '5,': units"),
        ({"hidden": [5.5]}, r"hidden is \[5.5\]: units"),
        ({"targets": []}, r"targets is \[\]: the name of a column"),
        ({"targets": [1]}, r"targets is \[1\]: the name of a column"),
        ({"table": "yes"}, r"table is 'yes': True or False is expected"),
        ({"start": 5}, r"start is 5: a path or a dict of arrays"),
        (
            {"data": {"a": [1], "b": [0]}, "label": "b"},
            r"--label is for CSV files, .xlsx files and data frames; data is not one",
        ),
        (
            {"data": ([[1]], [0]), "label": 1},
            r"--label is for CSV files, .xlsx files and data frames; data is not one",
        ),
        ({"data": 5}, r"data is a int: a path, a pair of arrays"),
        ({"output": 5}, r"output is 5: a path"),
        ({"from_workbook": 5}, r"from_workbook is 5: a path"),
        ({"lang": 1}, r"lang is 1: a text"),
        ({"start": {"W2": "x"}}, r"start: b2 is missing|start: W2 is not an array"),
        ({"start": {"W2": object()}}, r"start: W2 is not an array of numbers"),
        ({"start": {1: [1]}}, r"start: 1 belongs to no layer"),
    ],
)
def test_a_wrong_argument_is_an_error_of_xlnn_and_nothing_is_written(tmp_path, options, message):
    options = {"output": tmp_path / "a.xlsx", **options}
    with pytest.raises(XlnnError, match=message):
        build(**options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.ci
def test_arrays_frames_and_starts_of_a_program_reach_the_workbook(tmp_path):
    generator = np.random.default_rng(2)
    x = generator.normal(size=(12, 4)).round(3)
    start = {
        "W2": generator.normal(size=(2, 4)), "b2": np.zeros(2),
        "W3": [[1.0, 2.0], [3.0, 4.0]], "b3": [0.5, -0.5],
    }  # fmt: skip
    built = build(
        output=tmp_path / "a.xlsx", data=(x, ["cat", "dog"] * 6), start=start, hidden=2,
        picture="1x4", epochs=1,
    )  # fmt: skip
    assert built.notes[0] == (
        "data: 12 images of 1 × 4 pixels, labels cat and dog in labels (6 of each)."
    )
    found = values(tmp_path / "a.xlsx", "formualizer")
    np.testing.assert_array_equal(found["raw"], x)
    assert found["W3"][0].tolist() == start["W3"]
    frame = pd.DataFrame(x, columns=list("abcd")).assign(price=x.sum(axis=1))
    built = build(
        "xor", tmp_path / "b.xlsx", data=frame, targets="price", output_activation="linear",
        epochs=1, verify=False,
    )  # fmt: skip
    assert built.notes[0].startswith("data: 12 rows of 4 inputs, a, b, c and d; to predict: price")
