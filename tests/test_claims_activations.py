"""What the sheets of activations say is so: found out anew, from the arrays and by other means."""

from math import erf, sqrt

import numpy as np
import pytest
from claims import arrays_of, false_claims, is_told, number
from experiments import words_of

from xlnn.equations import functions
from xlnn.equations.functions import FUNCTIONS

WORDS = words_of("activations").words["sentences"]
STEPS = 20


def ends(a, unit, **told):
    """Tell whether the weight and the error of a unit are those with which it begins and ends."""
    ends = {"w_first": ("w", 0), "w_last": ("w", -1), "C_first": ("C", 0), "C_last": ("C", -1)}
    return all(is_told(text, a[f"{unit}_{ends[key][0]}"][ends[key][1]])
               for key, text in told.items())  # fmt: skip


def stays(a, unit):
    return np.ptp(a[f"{unit}_w"]) == np.ptp(a[f"{unit}_C"]) == 0


def rises_with_w(a):
    """Return the sign of the slope of C at the start: on which side of t the answer is."""
    z = np.longdouble(a["sigmoid_w"][0]) * a["x"] + a["b"]
    answer = np.where(z > 0, 1 / (1 + np.exp(-z)), np.exp(z) / (1 + np.exp(z)))
    return np.sign((answer - a["t"]) * a["x"])


def leads_down(a):
    """Tell whether the first step goes the way in which C falls."""
    return np.sign(a["sigmoid_w"][1] - a["sigmoid_w"][0]) in (0, -rises_with_w(a))


def changes(a):
    return a["sigmoid_C"][-1] / a["sigmoid_C"][0] - 1


def calmer(a):
    """Tell whether with some smaller eta C does not rise."""
    state = {name: a[name] for name in ("x", "t", "b")} | {"sigmoid_w": a["sigmoid_w"][0]}
    return any(changes(arrays_of("activations", {**state, "eta": a["eta"] / 10**k})) <= 1e-3
               for k in range(1, 309, 3))  # fmt: skip


def course(holds):
    return lambda a, **told: ends(a, "sigmoid", **told) and bool(holds(a))


COURSES = {
    "backwards": course(lambda a: a["eta"] <= 0 and (not a["eta"] or not leads_down(a)
                                                      or stays(a, "sigmoid"))),
    "flat": course(lambda a: stays(a, "sigmoid") and a["sigmoid_dC_dw"][0] == 0),
    "falls": course(lambda a: changes(a) < -0.9e-3 and leads_down(a)),
    "stays": course(lambda a: abs(changes(a)) < 1.1e-3 and leads_down(a)),
    "rises": course(lambda a: changes(a) > 0.9e-3 and leads_down(a) and calmer(a)),
}  # fmt: skip


def turns(a, opens):
    """Tell whether the parabola is lowest, or highest, where it is said to be."""
    step = max(1, abs(a["lowest_x"])) * np.longdouble(1e-3)
    x = a["lowest_x"] + step * np.array([-1, 0, 1])
    left, at, right = opens * (a["p"] * x * x + a["q"] * x)
    return left > at and right > at


def extreme(opens):
    return lambda a, lowest_x, lowest_y=None: (
        turns(a, opens)
        and is_told(lowest_x, a["lowest_x"])
        and (lowest_y is None or is_told(lowest_y, a["lowest_y"]))
    )


SHAPES = {
    "minimum": extreme(1),
    "maximum": extreme(-1),
    "straight": lambda a: a["parabola"][0] != a["parabola"][-1] and np.ptp(
        np.diff(a["parabola"])) <= 1e-9 * np.abs(a["parabola"]).max(),
    "level": lambda a, lowest_y: np.ptp(a["parabola"]) == 0 and is_told(lowest_y, a["r"]),
}  # fmt: skip


def near_the_mean(_, **percents):
    """Tell whether the parts are those of the normal distribution, to the digit that is told."""
    right = [100 * erf(k / sqrt(2)) for k in (1, 2, 3)]
    told = (number(percents[f"percent_{k}"])[0] for k in (1, 2, 3))
    return all(abs(part - share) < 0.06 for part, share in zip(told, right, strict=True))


def steps(states):
    holds = {"step_course": lambda a, **told: ends(a, "step", **told) and stays(a, "step")}
    return false_claims("activations", states, "step_course", {k: WORDS[k] for k in holds}, holds)


def learning(states):
    begins = words_of("activations").open("sentences", "sigmoid_course", steps=STEPS)
    lines = {key: begins.replace("{leads}", WORDS[key]) for key in COURSES}
    return false_claims("activations", states, "sigmoid_course", lines, COURSES)


def shapes(states):
    return false_claims("activations", states, "vertex", {k: WORDS[k] for k in SHAPES}, SHAPES)


def bells(states):
    holds = {
        "drawn": near_the_mean,
        "apart": lambda a: (
            np.ptp(a["mean"] + a["used_deviation"] * np.array([0, 1e-7])) == 0
            or abs(a["mean"]) > 0.9e9 * a["used_deviation"]
        ),
    }
    return false_claims("activations", states, "drawn", {k: WORDS[k] for k in holds}, holds)


LEARNERS = [
    {"x": x, "t": t, "eta": eta, "sigmoid_w": w, "step_w": w}
    for x in (1, 0, -2)
    for t in (1, 0.5, -3)
    for eta in (2, 0, -1, 1e-12, 50, 1e6)
    for w in (-1, -6, 0, 40, -1e6)
] + [{"x": 1, "t": 0.5, "sigmoid_w": 1.0, "eta": 2 / 0.0454}, {"x": 1e300}, {"t": 1e200}]
PARABOLAS = [
    {"p": p, "q": q, "r": r}
    for p in (1, -1, 0, 1e-9, -1e9, 1e-300)
    for q in (-2, 0, 1e-9, 1e6)
    for r in (-3, 0)
]
BELLS = [
    {"mean": mean, "deviation": deviation}
    for mean in (0, 3, -1e6, 1e17, 1e300)
    for deviation in (1, 0, -2, 1e-12, 1e6, 1e300)
]
CLAIMS = {
    "step_course": (steps, LEARNERS[::9]),
    "sigmoid_course": (learning, LEARNERS),
    "vertex": (shapes, PARABOLAS),
    "drawn": (bells, BELLS),
}


def drawn(generator, count):
    """Yield random states."""
    names = ("x", "t", "b", "sigmoid_w", "p", "q", "r", "mean", "deviation")
    for _ in range(count):
        numbers = generator.normal(0, 2, len(names))
        yield {**dict(zip(names, numbers, strict=True)), "eta": 10 ** generator.uniform(-3, 3)}


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.slow
@pytest.mark.first(2)
def test_what_the_sheet_says_is_so_at_the_limits(name):
    claims, states = CLAIMS[name]
    assert claims(states) == []


@pytest.mark.slow
def test_what_the_sheets_say_is_so_for_random_inputs(generator):
    states = [*drawn(generator, 30)]
    for claims, limits in CLAIMS.values():
        assert claims([*states, *limits[::2]]) == []


PLANTED = {
    "any error hardly changes": ("sigmoid_course", functions, "HARDLY", 9),
    "no digits are lost": ("drawn", functions, "FARTHEST", 300),
    "a level line falls": (
        "vertex",
        vars(functions.BENDS),
        "array",
        lambda **of: np.sign(of["a"]) + 1,
    ),
    "the step learns": ("step_course", vars(functions.FLAT), "array", lambda z: z * 0 + 1),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_false_claim_is_found(planted, monkeypatch):
    name, *what = PLANTED[planted]
    claims, states = CLAIMS[name]
    patch = monkeypatch.setitem if isinstance(what[0], dict) else monkeypatch.setattr
    patch(*what)
    assert claims(states[::3])


def test_what_the_guide_says_to_try_is_what_happens():
    assert len(words_of("activations").words["guide"]["experiments"]) == 3
    # 1: the gap of sigmoid and tanh shrinks to a hundredth, that of the step grows
    wide, narrow = (arrays_of("activations", {"h": h}) for h in (0.1, 0.01))
    for name in ("sigmoid", "tanh"):
        assert narrow[f"{name}_gap"] == pytest.approx(wide[f"{name}_gap"] / 100, rel=0.01)
    assert narrow["step_gap"] > wide["step_gap"]
    # 2: at -6 the sigmoid hardly starts; at 1 the step answers 1 already
    steep, right = (arrays_of("activations", {"step_w": w, "sigmoid_w": w}) for w in (-6, 1))
    assert steep["sigmoid_C"][-1] > 0.99 * steep["sigmoid_C"][0]
    assert (right["step_answer"] == 1).all()
    assert not right["step_C"].any()
    assert np.ptp(right["step_w"]) == 0
    # 3: only a > 0 has a minimum, and a line falls for ever
    down, line = (arrays_of("activations", {"p": p})["parabola"] for p in (-1, 0))
    assert down.argmin() in {0, len(down) - 1}
    assert (np.diff(line) < 0).all()


@pytest.mark.parametrize("h", [0.3, 0.01, 1e-6])
def test_the_notes_on_jump_and_kink_hold_for_any_h(h):
    arrays = arrays_of("activations", {"h": h})
    z, smooth = arrays["z"], {"sigmoid", "tanh", "linear"}
    at_0 = int(np.abs(z).argmin())
    assert arrays["step_difference"][at_0] == pytest.approx(1 / (2 * h))
    assert arrays["relu_difference"][at_0] == pytest.approx(0.5)
    finer = arrays_of("activations", {"h": 1e-6})
    for name in FUNCTIONS:  # where the gap stays large however small h is
        assert (finer[f"{name}_gap"] < 1e-6) == (name in smooth)
