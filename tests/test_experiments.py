"""What holds of every experiment: a new one is found by itself, and tried with the usual inputs."""

import re
from dataclasses import dataclass, field
from math import inf

import numpy as np
import openpyxl
import pytest
from experiments import (
    ENGINES,
    a_template_is_refused,
    agrees_in,
    an_option_is_refused,
    built,
    changed,
    every_kind_of_cell_is_named_when_it_is_wrong,
)

from xlnn import reference
from xlnn.building.plan import planned, source_of_template
from xlnn.linting import lint
from xlnn.options import Options
from xlnn.registry.templates import experiments, in_order, loaded
from xlnn.registry.text import languages, text

ZERO = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]])
ONE = np.array([[0, 1, 0]] * 4)
SEVEN = np.arange(7.0)


@dataclass(frozen=True)
class Experiment:
    """An experiment, and what is tried with it.

    Attributes
    ----------
    formulas : int or None
        How many give a number, where that is held.
    typed : list of dict
        What a person may type over its inputs: real, large, tiny, equal and zero.
    refused : list of (dict, str)
        Options that cannot be, and of what each is told.
    templates : list of (str, str)
        The same of templates, beside their kind.
    smaller : dict
        Options of a smaller workbook, where this one is too large to be changed again and again.
    by : str
        What makes a formula wrong: little where half a row more is beyond the last row.
    is_slow : bool
        Whether it is much the same as another, and left to `make test-all`.
    """

    formulas: int | None
    typed: list[dict]
    refused: list[tuple[dict, str]] = field(default_factory=list)
    templates: list[tuple[str, str]] = field(default_factory=list)
    smaller: dict = field(default_factory=dict)
    by: str = "+0.5"
    is_slow: bool = False


CASES = {
    "first": Experiment(
        None,
        [
            {"epoch": 3, "eta": 0.5, "t": [0.25, -1.5, 3, 0]},
            {"x": 0, "w": 0, "b": 0, "eta": 0, "epoch": 10},
            {"x": [[-3, 0.25], [2.5, 1], [1, -7], [0, 0]], "w": 1e-9, "eta": 1e-9},
            {"x": 40, "w": [1, -2, 3, -4, 5, -6], "b": -1, "epoch": 0},
            {"w": 3, "x": 200, "eta": 1},
        ],
        [({"epochs": 0}, "epochs")],
    ),
    "neuron": Experiment(
        594,
        [
            {"x": [0.1, 0.2, 0.3], "w": [1, 1, -1], "threshold": 0},  # z is 0 but for rounding
            {"x": 0, "w": 0, "threshold": 0, "picture": 0},
            {"x": [1e8, -1e8, 0.5], "w": [-3.25, 1e4, 1e-9], "threshold": -1e9},
            {"w": -1, "threshold": -2, "picture": 1, "W2": -0.5, "W3": -1.5},
            {"picture": np.eye(4, 3), "W2": 1e6, "b2": [1, 2, 3], "b3": 1e-12},
            {"x": [1e20, 1, 1], "w": [1e5, -1, 3], "picture": 1e30},
        ],
    ),
    "xor-layers": Experiment(
        11_930,
        [
            {"t": [[0], [1], [1], [1]], "eta": 0.5, "shown": 0},
            {"x": 1e-8, "eta": 1e-8, "shown": 3},
            {"x": 1e11, "W2": 1e-11, "W_single": 1e-11, "eta": 1e-20, "shown": 5},
            {"W_single": 0, "b_single": 0, "W2": 0, "W3": 0, "b2": 0, "b3": 0, "shown": 0},
            {"x": [[-3, 0.25], [2.5, 1], [1, -7], [0, 0]], "eta": -1, "shown": 4},
        ],
        [
            (
                {"data": "my.csv"},
                "--data is not available for xor-layers .available: --edition, --epochs, --eta",
            ),
            ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
            ({"epochs": 2_001}, "from 1 to 2,000"),
            ({"eta": float("inf")}, "eta is inf: a finite number greater"),
        ],
        smaller={"epochs": 5},
    ),
    "activations": Experiment(
        3_504,
        [
            {"low": 0, "high": 0, "h": 0, "p": 0, "deviation": 0, "eta": 0},
            {"low": -800, "high": 1e3, "h": 1e-6, "mean": -3.5, "deviation": 0.25, "x": 0},
            {"low": 3, "high": -2.7, "h": -0.5, "p": -1e6, "q": 1e-9, "m": -1e8, "sigmoid_w": -6},
            {"low": 1e-8, "high": 2e-8, "h": 1e-12, "deviation": 1e6, "t": 0.3, "b": -1, "eta": 30},
            {"low": -1e20, "high": 1e22, "p": 1e30, "mean": 1e25, "deviation": 1e24, "x": 1e20},
            {"eta": 1e9, "step_w": 7},
            {"p": 0, "q": 0, "mean": 1e17, "t": 0.5, "sigmoid_w": 0, "eta": -1, "h": 0},
        ],
        [({"epochs": 0}, "epochs is 0: a whole number of at least 1")],
    ),
    "sequences": Experiment(
        122,
        [
            {"r": 0, "p": 0, "q": 0, "d": 0, "coefficients": 0, "a": 0, "u": 0, "by": 0},
            {"r": -0.8, "p": -1, "geometric": 0.1, "coefficients": [[-1, 2], [0.5, -3]]},
            {"r": 1e3, "d": 1e-9, "u": [1e9, -1e9, 1e-6, 0.1, 0.2], "and_by": 1e5, "d_back": -7.5},
            {"u": 0.1, "v": 0.2, "by": -0.3, "c": 1e-9, "coefficients": 1e3, "arithmetic": -1e8},
            {"coefficients": 1e6, "r": 1e9, "p": 1e9, "u": 1e30, "by": 1e20, "and_by": -1e25},
        ],
        [({"epochs": 1}, r"terms \(--epochs\) is 1: a whole number from 2 to 100")],
    ),
    "similarity": Experiment(
        837,
        [
            {"pattern_a": 0, "matrix_A": 0, "labels": 9},
            {"pattern_a": ZERO * 0.1, "pattern_b": ZERO * -0.3, "images": 0.25, "matrix_B": -1.5},
            {"pattern_a": ZERO * 1e6 - 0.5, "pattern_b": ONE * 1e-6, "matrix_A": np.eye(3) * 1e5},
            {"pattern_a": ONE - 0.5, "pattern_b": [[1, 0, 1]] * 4, "matrix_A": 1e-9, "images": 0},
            {"pattern_a": ZERO * 1e30, "pattern_b": ONE * 1e25, "matrix_A": 1e30, "matrix_B": 1e20},
        ],
    ),
    "slopes": Experiment(
        684,
        [
            {"function": 1, "second": 4, "x": -1.75, "y": 0.30000000000000004, "h": 1e-5},
            {"function": 2, "second": 5, "x": 0, "y": 0, "f_a": 0, "f_b": 0},
            {"function": 3, "second": 2, "x": 5.5, "a": 0, "b": -1e6, "f_b": 0},
            {"function": 4, "second": 1, "x": 1e-9, "y": 1e8, "surface": 1, "f_a": 0},
            {"function": 5, "second": 3, "x": -30.25, "dx": 1e-9, "dy": 1e4, "r": 1e6},
            {"function": 1, "second": 1, "x": 1e8, "h": 10, "delta": -1e3, "r": -2},
            {"surface": 2, "x": -30.25, "y": 0.5, "dx": 1e-9, "dy": 1e4},
            {"function": 1, "second": 5, "x": 0, "h": 0, "h_secant": 0, "dx": 0, "dy": 0, "r": 0},
            {"function": 4, "x": -150, "h": 1, "f_a": 0.704015, "f_b": 0.710185, "r": 1e-200},
        ],
        [
            ({"eta": 1}, "--eta is not available for slopes .available: --lang"),
            ({"lang": "xx"}, 'no language "xx"'),
        ],
    ),
    "descent": Experiment(
        1_242,
        [
            {"function": 2, "eta": 0.2, "x": -1.7, "y": 0.30000000000000004},
            {"function": 3, "eta": 0.9, "x": 30.5, "y": 20.25},
            {"function": 1, "eta": 1.3, "x": 1e-9, "y": -1e-9},
            {"function": 2, "eta": 1e-12, "x": 1e8, "y": 1e8},
            {"function": 3, "eta": 0.1, "x": 0, "y": 0},
            {"function": 1, "eta": -0.1, "x": 3, "y": 2},
            {"function": 3, "at": 30, "length": 2.5, "x": -0.7, "y": 0},
            {"function": 2, "at": 7, "length": 0, "x": 3, "y": 2},
            {"function": 2, "eta": 0.5, "x": 3, "y": 0, "length": 1e-12},
            {"function": 1, "eta": 0.5001, "x": -3, "y": 3, "length": -1},
            {"function": 3, "eta": 1, "x": 1e-9, "y": -1e-9, "length": 1e6},
            {"function": 1, "eta": 1e4, "x": 1e-9, "y": 0, "at": 3},
        ],
        [
            (
                {"data": "my.csv"},
                "--data is not available for descent .available: --edition, --epochs, --eta",
            ),
            ({"epochs": 10**4 + 1}, "a whole number from 1 to 10,000"),
            ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
            ({"epochs": 10**9}, "epochs are too many: a workbook holds at most 1,048,576"),
            ({"eta": float("nan")}, "eta is nan: a finite number greater"),
            ({"eta": "fast"}, "eta is 'fast': a finite number greater than 0 is expected"),
            ({"eta": 1e30}, "is not a finite number"),
            ({"lang": "xx"}, 'no language "xx"'),
        ],
        [
            ("[sizes]\nsteps = 3\n[inputs]\neta=1\nfunction=4\nx=1\ny=1", "from 1 to 3"),
            ("[sizes]\nsteps = 3\n[inputs]\neta=1\nfunction=1\nx=[1,2]\ny=1", "x takes"),
            ("[sizes]\nsteps = 3\n[inputs]\neta=1\nfunction=1\nx=1\ny=1\nq=1", "q is not an input"),
            ("[sizes]\nspeed = 3", "the sizes of a descent workbook are steps"),
            ("colour = 1", "colour is unknown"),
            ("sizes = 3", "sizes is 3: a table, written in"),
        ],
    ),
    "regression": Experiment(
        353,
        [
            {"x": [[1.7], [-2.3], [3.1], [0], [5.25], [-1e-9], [8]], "y": 0},
            {"x": SEVEN[:, None] * 1e-9, "y": SEVEN**2 * 1e-9},
            {"x": SEVEN[:, None] * 1e8, "y": -(SEVEN**3) * 1e6},
            {"x": 0.1, "y": [3, 1, 4, 1, 5, 9, 2]},
            {"eta": 1.9, "g": -40, "h": 1000},
        ],
        [
            ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
            ({"eta": 1e30}, "is not a finite number"),
            ({"seed": 1}, "--seed is not available for regression"),
            ({"targets": ["a"]}, "--data and --target belong together"),
        ],
    ),
    "q-learning": Experiment(
        14_209,
        [
            {"epsilon": 0, "shown": 3, "u": 0},
            {"epsilon": 1, "gamma": 1, "eta": 1, "u": 1, "start": 1},
            {"world": 0, "reward": 1e6, "Q_first": -1e6, "shown": 0},
            {"world": 2, "reward": -0.25, "Q_first": 1e-9},
            {"world": [[0, 1, 0, 2], [1, 1, 0, 0], [0, 0, 0, 1]], "u": 0.5, "start": 6},
        ],
        [
            ({"epochs": 501}, r"episodes \(--epochs\) is 501: a whole number from 1 to 500"),
            (
                {"hidden": 3},
                "--hidden is not available for q-learning .available: --columns, --data, --drop",
            ),
        ],
        by="+0.000001",
        smaller={"epochs": 5},
    ),
    "clusters": Experiment(
        None,
        [
            {"x": 0, "shown": 0},
            {"x": np.arange(120).reshape(60, 2) * 1e6 - 0.5, "v1": [[1e-9, 1]], "shown": 3},
            {"centres": 1e9, "v1": 0, "v2": [[-1, 1]]},
            {"x": np.arange(120).reshape(60, 2) % 7 * 1e-9, "centres": 1e-9},
        ],
        [
            ({"epochs": 201}, r"steps \(--epochs\) is 201: a whole number from 1 to 200"),
            (
                {"targets": ["a"]},
                "--target is not available for clusters .available: --columns, --d",
            ),
            ({"eta": 1}, "--eta is not available for clusters .available: --"),
        ],
        by="+0.000001",
        smaller={"epochs": 3},
    ),
    "embeddings": Experiment(
        None,
        [
            {"r": 3, "person_of": 1, "film_of": 8, "penalty": 0, "shown_films": 1},
            {"token": 1, "V": 0, "U": 1e-9, "shown_words": 0},
            {"P": 0, "Q": 1e6, "eta": 1e-12, "penalty": -0.5},
            {"r": -1e6, "eta": 1e-3, "V": 1e3, "eta_words": 0},
        ],
        [
            ({"hidden": 1}, r"hidden \(--hidden\) is 1: a whole number from 2 to 5"),
            (
                {"targets": ["a"]},
                "--target is not available for embeddings .available: --columns, --data, --dr",
            ),
        ],
        by="+0.000001",
        smaller={"epochs": 3},
    ),
    "autoencoder": Experiment(
        None,
        [
            {"images": 0.5, "noise": 0.3, "epoch_chosen": 2, "image_chosen": 64},
            {"images": 1, "drawn": 0, "noise": 1, "W2": 1e6, "b3": -1e6, "point": -1},
            {"W2": 0, "W3": 0, "eta": 1e-12, "point": [0.25, -0.9], "image_chosen": 7},
            {"images": -2.5, "eta": 0, "b2": 1e-9, "epoch_chosen": 1},
        ],
        [
            ({"noise": 1}, "noise is 1: a number from 0 to less than 1, such as 0.2,"),
            ({"hidden": 13}, r"hidden \(--hidden\) is 13: a whole number from 0 to 12"),
        ],
        by="+0.000001",
        smaller={"epochs": 3},
    ),
    "costs": Experiment(
        1_769,
        [
            {"t": 0, "z_chosen": 0, "z_sq": 3.3000000000000003, "z_ce": 7, "eta": 0.2},
            {"t": 0.25, "z_chosen": 40, "eta": 1e-9, "between": 2},
            {"t": 1, "z_chosen": -800, "z_sq": -1e-9, "z_ce": 0, "b": -1e3},
            {"x": 0, "target": 0, "b": 0, "between": 0},
            {"x": 1e4, "target": 0.5, "middle": -7, "between": 1e-6},
        ],
        [
            (
                {"data": "my.csv"},
                "--data is not available for costs .available: --edition, --epochs, --eta, --lang",
            ),
            ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
            ({"eta": "fast"}, "eta is 'fast': a finite number greater than 0 is expected"),
        ],
    ),
    "solver": Experiment(
        963,
        [
            {"W2": 0, "b2": 0, "W3": 0, "b3": 0},
            {"W2": 1e11, "b3": -1e11},
            {"W2": 1e-8, "W3": 1e-8, "images": 0.5},
            {"labels": 1, "images": -3.25},
        ],
        [
            (
                {"epochs": 3},
                "is not available for solver .available: --lang, --seed, --solved, --start",
            ),
            ({"seed": -1}, "a whole number of at least 0"),
            ({"start": {"W2": [[1]]}}, "b2 is missing|W2 has the shape"),
            ({"solved": "yes"}, "True or False is expected"),
        ],
        [
            ('start = "digits"\n[sizes]\nimages = 64', "the input images is missing"),
            ('images = "digits"\n[sizes]\nimages = 64', "the input W2 is missing"),
            (
                'images = "digits"\nstart = "../digits"\n[sizes]\nimages = 64',
                "a template with a start",
            ),
            (
                'images = "digits"\nstart = "xor"\n[sizes]\nimages = 64',
                "a template with a start.json",
            ),
            ('images = "digits"\nstart = "cnn"\n[sizes]\nimages = 64', "belong to no layer"),
            ('images = "cnn"\nstart = "digits"\n[sizes]\nimages = 96', "images takes 96 x 4 x 3"),
            ('images = "digits"\nstart = "digits"\n[sizes]\nimages = 201', "from 1 to 200"),
        ],
    ),
    "rnn": Experiment(
        None,
        [
            {"eta": 0, "U": 0, "W": 1e6, "epoch": 1},
            {"x": 0.3, "t": 1, "V": -1e-9, "eta": 1e6, "row": 3},
            {"x": -1e6, "b": 1e3, "c": -800, "epoch": 2, "row": 16},
            {"V": 1e-20, "eta": 0, "epoch": 1},
        ],
        [
            ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
            ({"l2": 0.1}, "--l2 is not available for rnn"),
        ],
        smaller={"epochs": 3},
    ),
    "lstm": Experiment(
        None,
        [
            {"eta": 0, "Ui": 0, "W_rnn": 1e6, "epoch": 1},
            {"x": 0.3, "t": 1, "V": -1e-9, "eta": 1e6, "row": 3},
            {"x": -1e6, "bf": 1e3, "d": -800, "epoch": 2, "row": 8},
            {"V": 1e-12, "V_rnn": 1e-12, "eta": 0, "epoch": 1},
        ],
        [
            ({"hidden": 21}, "a whole number from 1 to 20"),
            ({"spread": "normal"}, "--spread is not available for lstm"),
        ],
        smaller={"epochs": 3},
    ),
    "gru": Experiment(
        None,
        [
            {"eta": 0, "Ur": 0, "Ui_lstm": 1e6, "epoch": 1},
            {"x": 0.3, "t": 1, "V": -1e-9, "eta": 1e6, "row": 3},
            {"x": -1e6, "bu": 1e3, "d": -800, "epoch": 2, "row": 8},
            {"V": 1e-12, "V_lstm": 1e-12, "eta": 0, "epoch": 1},
        ],
        [
            ({"hidden": 21}, "a whole number from 1 to 20"),
            ({"spread": "normal"}, "--spread is not available for gru"),
        ],
        smaller={"epochs": 2},
    ),
    "vae": Experiment(
        None,
        [
            {"images": 0.5, "factor": 0, "epoch_chosen": 2, "image_chosen": 64},
            {"noise": 0, "Wmu": 1e3, "bx": -1e6, "point": -1.5, "factor": 4},
            {"Ws": 0, "Wx": 0, "bs": -40, "eta": 1e-12, "point": [0.25, -0.9], "image_chosen": 7},
            {"images": -2.5, "eta": 0, "bs": 3, "noise": 2, "epoch_chosen": 1},
        ],
        [
            ({"hidden": 3}, "--hidden is not available for vae"),
            ({"noise": 0.2}, "--noise is not available for vae"),
        ],
        by="+0.000001",
        smaller={"epochs": 2},
    ),
    "gan": Experiment(
        None,
        [
            {"m": 0, "s": 0, "eta": 0, "eta_G": 0, "epoch": 1},
            {"m": 1e6, "s": -2.5, "W": 1e-9, "A": 0, "epoch": 3},
            {"noise": 0, "drawn": 3, "V": 3, "B": -7, "eta_G": 50},
            {"A": -1e3, "B": 3, "m": 3, "V": 0, "c": -800, "eta": 1e3},
        ],
        [
            ({"data": "my.csv"}, "--data is not available for gan"),
            ({"hidden": 0}, "a whole number from 1 to 20"),
        ],
        by="+0.000001",
        smaller={"epochs": 3},
    ),
    "batch-norm": Experiment(
        None,
        [
            {"points": 0.25, "offset": -1e6, "share": 0, "epoch": 1},
            {"W": 0, "W_cut": 1e-9, "gamma": 0, "shift": -3, "share": 1, "typed": 1e6},
            {"offset": 1e3, "t": 1, "V": 1e6, "gamma_cut": 40, "eta": 1e-9, "epoch": 3},
            {"W": 1e5, "points": [[n, -n] for n in range(16)], "eta": 2, "c": 1e3},
        ],
        [
            ({"hidden": 21}, "a whole number from 1 to 20"),
            ({"l2": 0.1}, "--l2 is not available for batch-norm"),
        ],
        smaller={"epochs": 3},
    ),
    "attention": Experiment(
        None,
        [
            {"eta": 0, "Wq": 0, "Wo": 1e3, "epoch": 1},
            {"letters": 6, "t": 1, "Wk": -1e-9, "eta": 1e6, "row": 3},
            {"letters": 2, "Wv": 1e6, "epoch": 2, "row": 12},
        ],
        [
            ({"hidden": 3}, "--hidden is not available for attention"),
            ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
        ],
        smaller={"epochs": 3},
    ),
    "transformer": Experiment(
        None,
        [
            {"eta": 0, "E": 0, "Wo": 1e3, "epoch": 0},
            {"read": 10, "next": 1, "g1": -1e-9, "eta": 1e3, "typed": 3},
            {"typed": 7, "W1": -1e6, "c1": 1, "epoch": 2},
        ],
        [
            ({"hidden": 3}, "--hidden is not available for transformer"),
            ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
        ],
        smaller={"epochs": 3},
    ),
    "names": Experiment(
        None,
        [
            {"eta": 0, "E": 0, "Wo": 1e3, "epoch": 0},
            {"letters": 3, "g1": -1e-9, "eta": 1e3, "chance": 0.5},
            {"letters": 1, "W1": -1e6, "c1": 1, "epoch": 2, "chance": 0.99},
        ],
        [
            ({"hidden": 3}, "--hidden is not available for names"),
            ({"epochs": 0}, "epochs is 0: a whole number of at least 1"),
        ],
        smaller={"epochs": 1},
        is_slow=True,
    ),
    "cnn-solver": Experiment(
        11_523, [{"WF": 0, "WO": 0, "bF": 0, "bO": 0}, {"images": 2.5}], is_slow=True
    ),
}


def usual(name):
    """Return what is tried with an experiment of which nothing is said: the same in all inputs."""
    source = source_of_template(name)
    inputs = [q for q in source.kind.plan(source, {}).model.inputs if not q.is_text]
    typed = []
    for number in (0, 1, -0.25, 1e-9, 1e6):
        bounds = {q.name: q.choices or q.between or (-inf, inf) for q in inputs}
        typed.append({name: int_or(float(np.clip(number, *ends))) for name, ends in bounds.items()})
    return Experiment(None, typed)


def int_or(number):
    """Return a whole number as one."""
    return int(number) if number == int(number) else number


EXPERIMENTS = CASES | {name: usual(name) for name in experiments() if name not in CASES}


def cases(attribute=None):
    """Return the names of all experiments; with an attribute, each name with what it lists."""
    found = []
    for name, experiment in EXPERIMENTS.items():
        listed = [()] if attribute is None else getattr(experiment, attribute)
        for number, each in enumerate(listed):
            values = each if isinstance(each, tuple) else (each,)
            marks = [pytest.mark.slow] if experiment.is_slow else []
            label = name if attribute is None else f"{name}-{number}"
            found.append(pytest.param(name, *values, id=label, marks=marks))
    return found


@pytest.fixture(scope="module")
def path_of(workbook):
    """A function that builds an experiment once, as it is or smaller."""

    def path_of(name, *, smaller=False):
        options = EXPERIMENTS[name].smaller if smaller else {}
        return workbook(name, **options).path

    return path_of


def names_of_symbols(path, lang):
    """Yield each symbol on the Guide with its name, which is to be no rest of a longer one."""
    words = text(lang).words
    cells = [
        [c.value for c in row] for row in openpyxl.load_workbook(path)[words["sheets"]["guide"]]
    ]
    head = [words.get("columns", {}).get(key, key) for key in ("symbol", "name", "meaning")]
    first = next(row for row, values in enumerate(cells) if values[1:4] == head) + 1
    for _, symbol, name, meaning, *_ in cells[first:]:
        if not meaning:
            return
        yield symbol, name or ""


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_guide_says_of_each_symbol_how_it_is_computed(name):
    unsaid = [
        q.name
        for q in planned(source_of_template(name), Options()).layout.model.quantities
        if q.meaning and not (q.is_input or q.written)
    ]
    assert unsaid == []


def test_every_experiment_is_tried():
    kinds = {each.name: each.values.get("kind", "network") for each in in_order()}
    assert {name for name, kind in kinds.items() if kind != "network"} == set(EXPERIMENTS)


@pytest.mark.ci
def test_one_of_which_nothing_is_said_is_tried_with_the_same_number_in_all_inputs(
    path_of, tmp_path
):
    typed = usual("descent").typed
    assert [each["eta"] for each in typed] == [0, 1, -0.25, 1e-9, 1e6]
    assert [each["function"] for each in typed] == [1, 1, 1, 1, 3]
    for inputs in typed[:3]:
        agrees_in("formualizer", changed(path_of("descent"), tmp_path / "changed.xlsx", inputs))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", cases())
@pytest.mark.first(6, engine=1)
@pytest.mark.slow
def test_every_formula_agrees_with_numpy(path_of, name, engine):
    held, found = EXPERIMENTS[name].formulas, agrees_in(engine, path_of(name)).formula_cells
    assert found == held if held else found


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("name", "inputs"), cases("typed"))
@pytest.mark.first(1)
def test_other_inputs_typed_into_the_sheet_agree_as_well(path_of, tmp_path, name, inputs, engine):
    agrees_in(engine, changed(path_of(name, smaller=True), tmp_path / "changed.xlsx", inputs))


@pytest.mark.parametrize("name", cases())
@pytest.mark.first(1)
def test_a_wrong_formula_of_any_quantity_is_named(path_of, tmp_path, name):
    path = path_of(name, smaller=True)
    by = EXPERIMENTS[name].by
    every_kind_of_cell_is_named_when_it_is_wrong(path, tmp_path / "wrong.xlsx", by=by)


@pytest.mark.parametrize("name", cases())
@pytest.mark.ci
def test_a_list_from_which_one_chooses_has_each_number_once(path_of, name):
    workbook = openpyxl.load_workbook(path_of(name, smaller=True))
    for sheet in workbook:
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list" and "!" in rule.formula1:
                title, cells = rule.formula1.replace("$", "").rsplit("!", 1)
                listed = [cell.value for row in workbook[title.strip("'")][cells] for cell in row]
                if isinstance(listed[0], str):  # words, each with a formula of its own
                    assert len({*listed}) == len(listed)
                else:
                    assert listed == list(range(listed[0], listed[0] + len(listed)))


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("name", cases())
@pytest.mark.first(1)
def test_it_is_written_in_every_language_and_excel_would_not_repair_it(tmp_path, name, lang):
    path = built(tmp_path, name, lang=lang, **EXPERIMENTS[name].smaller)
    assert lint(path) == ()
    named = list(names_of_symbols(path, lang))
    assert named
    assert len(set(named)) == len(named)
    assert not [name for _, name in named if re.search(r"(^|^its|^其|その|[:：的の])$", name)]


SEEDED = [
    name for name in experiments() if loaded(name).rates and "seed" in loaded(name).options_for
]


@pytest.mark.parametrize("name", SEEDED)
def test_several_runs_have_a_number_everywhere(name):
    plan = planned(source_of_template(name), Options(epochs=2, seed=(1, 2)))
    run = reference.run(plan.layout.model, plan.inputs)
    numbers = {key: each for key, each in run.items() if each.dtype.kind == "f"}
    assert [key for key, each in numbers.items() if not np.isfinite(each).all()] == []


@pytest.mark.parametrize(("name", "options", "sentence"), cases("refused"))
def test_an_option_that_cannot_be_is_refused_in_a_sentence(tmp_path, name, options, sentence):
    an_option_is_refused(tmp_path, name, options, sentence)


@pytest.mark.parametrize(("name", "text", "sentence"), cases("templates"))
def test_a_template_that_cannot_be_is_refused_in_a_sentence(tmp_path, name, text, sentence):
    a_template_is_refused(tmp_path, f'kind = "{name}"\n{text}\n', sentence)
