"""The values of an option stand in its help, in a shell's completion, and under other names."""

import os
import subprocess
import sys

import numpy as np
import pytest
from click import Context
from click.shell_completion import BashComplete
from click.testing import CliRunner

from xlnn.building.plan import planned, source_of_template
from xlnn.cli import cli
from xlnn.engines import ENGINES
from xlnn.equations import activation, cost, optimiser
from xlnn.options import BUILD, Options
from xlnn.registry.templates import names
from xlnn.registry.text import languages


def known(option):
    """Return the values that completion offers for an option, other than paths."""
    offers = option.shell_complete(Context(cli), "")
    return [offer.value for offer in offers if offer.type == "plain"]


CHOOSING = [
    pytest.param(command, option, id=f"{command} {option.opts[-1]}")
    for command, each in cli.commands.items()
    for option in each.params
    if known(option)
]


def test_what_is_listed_is_what_there_is():
    assert {*BUILD["cost"].choices} == {*cost.COSTS}
    assert {*BUILD["activation"].choices} == {*activation.ACTIVATIONS}
    assert {*BUILD["optimizer"].choices} == {*optimiser.OPTIMISERS}
    others = [*ENGINES, "all", *languages(), *names()]
    assert {value for p in CHOOSING for value in known(p.values[1])} >= {*others}


@pytest.mark.parametrize(("command", "option"), CHOOSING)
def test_the_values_of_an_option_stand_in_its_help(command, option):
    said = CliRunner().invoke(cli, [command, "--help"]).output
    if {*known(option)} >= {*names()}:  # of which there are many
        assert any(each in said for each in ("TEMPLATE", "template to copy", "this template"))
        return
    for value in known(option):
        assert value in " ".join(said.split()), value


def completed(line):
    """Return what a shell offers for the end of a line."""
    *before, begun = line.split(" ")
    offers = BashComplete(cli, {}, "xlnn", "_XLNN_COMPLETE").get_completions(before, begun)
    return [offer.value for offer in offers]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ex", ["explain", "exercise", "export"]),
        ("build di", ["diabetes", "digits", "digits-8x8", "digits-cross-entropy"]),
        ("build al", ["all"]),
        ("build --cost ", ["mse", "cross-entropy", "cce"]),
        ("build --activation le", ["leaky_relu"]),
        ("build --optimizer sgd,a", ["sgd,adam"]),
        ("build --decimal ", [".", ","]),
        ("exercise --lang j", ["ja"]),
        ("check a.xlsx --engine form", ["formulas", "formualizer"]),
        ("values a.xlsx --engine libre", ["libreoffice"]),
        ("new mine --from spi", ["spirals"]),
    ],
)
def test_a_shell_completes(line, offered):
    assert completed(line) == offered


def test_the_program_gives_a_shell_what_completes_it():
    asked = {"_XLNN_COMPLETE": "bash_complete", "COMP_WORDS": "xlnn build --scale s"}
    command = [
        sys.executable,
        "-c",
        "import sys; from xlnn.cli import main; sys.argv[0] = 'xlnn'; main()",
    ]
    ran = subprocess.run(
        command,
        env={**os.environ, **asked, "COMP_CWORD": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout == "plain,standard\n", ran.stderr


@pytest.mark.parametrize(
    ("option", "given", "ours", "said"),
    [
        ("cost", "mse", "squared error", "N K / 2 times as long"),
        ("cost", "MSELoss", "squared error", "half the sum over N images and K outputs"),
        ("cost", "mean_squared_error", "squared error", "where libraries take the mean"),
        ("cost", "binary_crossentropy", "cross-entropy", "N K times as long"),
        ("cost", "BCELoss", "cross-entropy", "N K times as long"),
        ("cost", "BCEWithLogitsLoss", "cross-entropy", "The sigmoid that it holds is the output"),
        ("cost", "cce", "categorical cross-entropy", "is N times as long."),
        ("cost", "CrossEntropyLoss", "categorical cross-entropy", "The softmax that it holds is"),
        ("cost", "categorical_crossentropy", "categorical cross-entropy", "N times as long."),
        ("cost", "squared error", "squared error", ""),
        ("optimizer", ("Adam", "SGD"), ("adam", "sgd"), ""),
        ("activation", "ReLU", "relu", ""),
        ("activation", "leaky_relu", "leaky relu", "the slope 0.01 below 0, as in PyTorch"),
        ("activation", "leaky relu 0.2", "leaky relu 0.2", ""),
        ("output_activation", "Softmax", "softmax", ""),
    ],
)
def test_names_of_other_libraries_are_ours_and_what_differs_is_said(option, given, ours, said):
    found = BUILD[option].check(given, several=True)
    notes = [*BUILD[option].notes(given)]
    assert found == ours
    assert said in " ".join(notes)
    assert len(notes) == bool(said)
    assert all(len(note) < 290 for note in notes)


def test_our_costs_are_as_many_times_the_means_as_is_said():
    n, k = 5, 3
    random = np.random.default_rng(0)
    z, t = random.normal(size=(n, k)), np.eye(k)[random.integers(k, size=n)]
    a, shares = 1 / (1 + np.exp(-z)), np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    squared, binary, categorical = cost.COSTS.values()
    assert squared.value.array(t=t, a=a).sum() == pytest.approx(n * k / 2 * ((t - a) ** 2).mean())
    mean = -(t * np.log(a) + (1 - t) * np.log(1 - a)).mean()
    assert binary.loss.array(t=t, z=z).sum() == pytest.approx(n * k * mean)
    largest = z.max(axis=1)
    exp = np.exp(z - largest[:, np.newaxis])
    mean = -np.log(shares[t == 1]).mean()
    assert categorical.loss.array(t=t, z=z, largest=largest, exp=exp).sum() == pytest.approx(
        n * mean
    )


def test_a_build_knows_a_cost_by_its_other_name():
    source = source_of_template("xor")
    made = planned(source, Options(cost="CrossEntropyLoss", epochs=1))
    assert made.spec.cost == "categorical cross-entropy"
    assert made.spec.layers[-1].activation == "softmax"
    assert any("CrossEntropyLoss is the cost" in note for note in made.notes)
