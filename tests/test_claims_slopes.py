"""What the sheets of slopes say is so: found out anew, from the arrays and the functions alone."""

import numpy as np
import pytest
from claims import arrays_of, false_claims, is_told, number
from experiments import words_of

from xlnn.equations import calculus

WORDS = words_of("slopes").words["sentences"]
EXACT = np.longdouble
DERIVATIVES = {
    1: lambda x: 2 * x,
    2: lambda x: 3 * x * x,
    3: np.exp,
    4: lambda x: 1 / (2 + np.exp(x) + np.exp(-x)),
    5: np.cos,
}
HEIGHTS = {
    1: lambda x, y: x * x + y * y,
    2: lambda x, y: x * x + 4 * y * y,
    3: lambda x, y: np.log1p(x * x + y * y),
}
POINTS = 720
"""Of the circle: the finer grid, all around."""


def nearest(a, slope, **said):
    """Tell whether each quotient is nearest with the h that is named, or with several."""
    if not is_told(slope, DERIVATIVES[int(a["used_function"])](a["x"])):
        return False
    for name, told in said.items():
        errors = np.maximum(np.abs(a[name] - a["df"][0]), 1e-12)  # below, they are all alike
        order = np.argsort(errors, kind="stable")
        is_tied = errors[order[1]] <= errors[order[0]] * (1 + 1e-8)
        one = "h = 10⁻" + str(order[0] + 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        if told != (WORDS["several"] if is_tied else one):
            return False
    return True


PAIRS = (("sum_rule", "sum_quotient"), ("s_quotient_rule", "s_slope"), ("chain", "chain_quotient"),
         ("dC_dx", "quotient_x"), ("dC_dy", "quotient_y"))  # fmt: skip


def differ(a):
    """Return how much rules and quotients differ at most, and the largest slope."""
    gaps = [abs(a[rule] - a[quotient]) for rule, quotient in PAIRS]
    return max(gaps), max(abs(a[rule]) for rule, _ in PAIRS)


def agree(a, gap):
    far, largest = differ(a)
    return is_told(gap, far) and far <= 1.0001e-6 * largest


def do_not(a, gap, h):
    """Tell whether they differ, and with another h not."""
    far, largest = differ(a)
    inputs = ("function", "second", "x", "y", "a", "b", "p", "q")
    same = {name: a[name] for name in inputs}
    others = (differ(arrays_of("slopes", {**same, "h": 10.0**-n})) for n in range(9))
    is_better = any(gap <= 1e-6 * size for gap, size in others) or not 1e-3 < abs(a["x"]) < 9
    return is_told(gap, far) and is_told(h, a["used_h"]) and far > 0.9999e-6 * largest and is_better


def errors(a):
    """Return the errors of the approximation at the step and at half of it, and their terms."""
    height = HEIGHTS[int(a["used_surface"])]
    x, y, dx, dy = (EXACT(a[name]) for name in ("x", "y", "dx", "dy"))
    z, below = height(x, y), (1 + x * x + y * y if a["used_surface"] == 3 else EXACT(1))
    along = 2 * x / below, (8 if a["used_surface"] == 2 else 2) * y / below
    off = [z + (along[0] * dx + along[1] * dy) / k - height(x + dx / k, y + dy / k) for k in (1, 2)]
    return *off, abs(z) + abs(along[0] * dx) + abs(along[1] * dy) + (a["used_surface"] == 3)


def square(a, shrinks):
    whole, half, _ = errors(a)
    ratio, off = number(shrinks)
    return abs(ratio - whole / half) <= off + 0.01 * abs(ratio) and abs(whole / half - 4) < 0.11


def other(a, shrinks):
    whole, half, _ = errors(a)
    ratio, off = number(shrinks)
    return abs(ratio - whole / half) <= off + 0.01 * abs(ratio) and abs(whole / half - 4) > 0.09


def rounding(a):
    _, half, terms = errors(a)
    return abs(half) <= 2e-12 * terms


def circle(a):
    """Return f at the points of a fine grid all around, as parts of the least that it can be."""
    angles = 2 * np.pi * np.arange(POINTS) / POINTS
    f = a["r"] * (a["f_a"] * np.cos(angles) + a["f_b"] * np.sin(angles))
    return f / (-abs(a["r"]) * np.hypot(a["f_a"], a["f_b"]))


def least(a, f, x, y, factor, exact):
    """Tell whether the numbers of the point are right, and it is the least of the grid."""
    r, size, there = a["r"], np.hypot(a["f_a"], a["f_b"]), (a["best_x"], a["best_y"])
    lowest = a["f_a"] * there[0] + a["f_b"] * there[1]
    numbers = (lowest, *there, lowest / r / r / 2, -abs(r) * size)
    told = zip((f, x, y, factor, exact), numbers, strict=True)
    on_circle = np.hypot(*there) == pytest.approx(abs(r), rel=1e-9, abs=0)
    return on_circle and abs(lowest / (-abs(r) * size) - circle(a).max()) < 1e-10 and all(
        is_told(text, value) for text, value in told
    )  # fmt: skip


def turned(a):
    """Return the sine of the angle between the gradients of f and of the circle there."""
    size = np.hypot(a["f_a"], a["f_b"]) * np.hypot(a["best_x"], a["best_y"])
    return abs(a["f_a"] * a["best_y"] - a["f_b"] * a["best_x"]) / size


FOUND = {
    "flat": lambda a: not np.any(a["circle_f"]) and a["r"] * a["f_a"] == a["r"] * a["f_b"] == 0,
    "point": lambda a: not (np.any(a["circle_x"]) or np.any(a["circle_y"])),
    "parallel": lambda a, **told: least(a, **told) and turned(a) < 2e-9,
    "rough": lambda a, **told: least(a, **told) and turned(a) > 1e-10
    and np.diff(np.sort(circle(a)))[-1] > 1e-13,
    "equal": lambda a, **told: least(a, **told) and np.diff(np.sort(circle(a)))[-1] < 1e-11
    and np.arcsin(turned(a)) == pytest.approx(np.pi / POINTS, rel=1e-6),
}  # fmt: skip


def best(states):
    sentence = WORDS["best"]
    return false_claims("slopes", states, "best", {"best": sentence}, {"best": nearest})


def agreement(states):
    lines = {key: WORDS[key] for key in ("agree", "differ")}
    return false_claims("slopes", states, "agree", lines, {"agree": agree, "differ": do_not})


def halved(states):
    holds = {"square": square, "other": other, "rounding": rounding}
    return false_claims("slopes", states, "square", {key: WORDS[key] for key in holds}, holds)


def found(states):
    lines = {key: WORDS[key] for key in ("flat", "point")}
    lies = ("parallel", "rough", "equal")
    lines |= {key: WORDS["found"].replace("{lies}", WORDS[key]) for key in lies}
    return false_claims("slopes", states, "found", lines, FOUND)


def names(states):
    most = words_of("slopes").open("sentences", "choose", most=5)
    of = {each.text: n for n, each in enumerate(calculus.FUNCTIONS, start=1)}

    def is_so(a, name):
        return np.isclose(a["df"][0], DERIVATIVES[of[name]](a["x"]))

    lines = {text: text for text in of} | {"choose": most}
    holds = {
        name: lambda a, name=name: a["function"] in range(1, 6) and is_so(a, name) for name in of
    }
    holds["choose"] = lambda a, name: a["function"] not in range(1, 6) and is_so(a, name)
    return false_claims("slopes", states, "function_name", lines, holds)


XS = (0, 0.5, 1, -2, 5.5, -30.25, 1e-9, 1e4, 1e6, 1e8, 1e300)
FUNCTIONS = [{"function": f, "second": 6 - f, "x": x} for f in range(1, 6) for x in XS]
HS = [
    {**state, "h": h}
    for state in ({}, {"function": 3, "second": 2, "x": 2}, {"function": 1, "second": 1, "x": 0},
                  {"function": 1, "second": 1, "x": 0, "y": 0, "a": 0, "b": 0})
    for h in (0.001, 1, 10, 0, -0.01, 1e-5, 1e-8, 1e-12, 1e-300, 1e6)
]  # fmt: skip
HALVES = [
    {"surface": s, "x": x, "y": y, "dx": dx, "dy": dy}
    for s in (1, 2, 3)
    for x, y in ((0.5, 1.5), (0, 0), (1, 0), (1e8, 1e-9), (-30, 0.5))
    for dx, dy in ((0.4, -0.2), (0, 0), (3, 2), (-2.298, 1), (1e-6, 0), (1e-9, 1e4), (1e-20, 1e-20))
]
MIDWAY = np.radians(45.25 + np.array([0, 90, 211]))
CIRCLES = [
    {"f_a": a, "f_b": b, "r": r}
    for a, b in ((1, 1), (0, 0), (0, 2), (-1, 0), (1, 2), (1e-9, 1e9), (1e-8, -1e-8), (-3, 0.1),
                 *np.array([np.cos(MIDWAY), np.sin(MIDWAY)]).T)
    for r in (1, 0, -2, 1e6, 1e-6, 1e-200)
]  # fmt: skip
CHOICES = [{"function": f} for f in (1, 2, 3, 4, 5, 0, 6, 2.5, -1, 1e300)]
CLAIMS = {
    "best": (best, FUNCTIONS),
    "agree": (agreement, [*HS, *FUNCTIONS]),
    "square": (halved, HALVES),
    "found": (found, CIRCLES),
    "function_name": (names, CHOICES),
}


def drawn(generator, count):
    """Yield random states."""
    for _ in range(count):
        yield {
            **dict(zip(("function", "second"), generator.integers(1, 6, 2), strict=True)),
            **dict(zip(("x", "y", "dx", "dy"), generator.normal(0, 2, 4), strict=True)),
            **dict(zip(("f_a", "f_b", "r", "a"), generator.normal(0, 2, 4), strict=True)),
            "surface": generator.integers(1, 4),
            "h": 10 ** generator.uniform(-9, 1),
        }


@pytest.mark.parametrize("name", CLAIMS)
def test_what_the_sheet_says_is_so_at_the_limits(name):
    claims, states = CLAIMS[name]
    assert claims(states) == []


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.first(1)
def test_what_the_sheet_says_is_so_for_random_inputs(name, generator):
    claims, states = CLAIMS[name]
    assert claims([*drawn(generator, 50), *states]) == []


PLANTED = {
    "any gap agrees": ("agree", calculus, "AGREES", 0),
    "a large step goes with its square": ("square", calculus, "NEARLY", 3),
    "rounding is an error": ("square", calculus, "ROUNDED", 40),
    "a hundredth left is parallel": ("found", calculus, "PARALLEL", 2),
    "near errors are equal": ("best", calculus, "ALIKE", 0),
    "no two points are equal": ("found", calculus, "ROUNDED", 40),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_false_claim_is_found(planted, monkeypatch):
    name, *what = PLANTED[planted]
    claims, states = CLAIMS[name]
    monkeypatch.setattr(*what)
    assert claims(states)


def test_what_the_guide_says_to_try_is_what_happens():
    assert len(words_of("slopes").words["guide"]["experiments"]) == 3
    # 1: the secant turns into the tangent
    secants = [arrays_of("slopes", {"h_secant": h}) for h in (2, 0.5, 0.1)]
    gaps = [abs(a["m_secant"] - a["df"][0]) for a in secants]
    assert gaps == sorted(gaps, reverse=True)
    # 2: the error falls until h = 10⁻⁸, that of the central quotient until about 10⁻⁵
    a = arrays_of("slopes", {"function": 3})
    for name, until, off in (("forward", 8, 0), ("central", 5, 1)):
        logs = a[f"log_{name}"]
        assert abs(logs.argmin() + 1 - until) <= off
        assert (np.diff(logs[: until - off]) < 0).all()
    # 3: far away degree 4 is no nearer than degree 0; near by each degree adds digits
    far, near = (
        np.abs(arrays_of("slopes", {"function": 5, "delta": delta})["taylor_error"])
        for delta in (3, 0.3)
    )
    assert far[4] > far[0]
    assert (np.diff(near) < 0).all()
