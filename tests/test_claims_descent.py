"""What the sheets of descent say is so: found out anew, from the arrays and the functions alone."""

import numpy as np
import pytest
from claims import arrays_of, false_claims, is_told, layout_of, number
from experiments import words_of

from xlnn.equations import lookup, surface
from xlnn.experiments import _steepest
from xlnn.terms import form

WORDS = words_of("descent").words["sentences"]
STEPS, DIRECTIONS = 30, 36

HEIGHTS = {
    1: lambda x, y: x * x + y * y,
    2: lambda x, y: x * x + 4 * y * y,
    3: lambda x, y: np.log1p(x * x + y * y),
}
NAMES = {"z = x² + y²": 1, "z = x² + 4y²": 2, "z = ln(1 + x² + y²)": 3}
EXACT = np.longdouble


def gradient(function, x, y):
    """Return a central difference; the functions are even, so that it is right at (0, 0), too."""
    height, h = HEIGHTS[function], EXACT(1e-4) * (max(abs(x), abs(y)) or 1)
    x, y = EXACT(x), EXACT(y)
    along_x = (height(x + h, y) - height(x - h, y)) / (2 * h)
    return along_x, (height(x, y + h) - height(x, y - h)) / (2 * h)


def stepped(a, x, y):
    """Return by what a step from (x, y) changes how far from (0, 0) it is, and if it crosses."""
    along_x, along_y = gradient(int(a["used_function"]), x, y)
    to_x, to_y = x - a["eta"] * along_x, y - a["eta"] * along_y
    return np.hypot(to_x, to_y) / np.hypot(x, y), to_x * x + to_y * y < 0


def near(a):
    """Return the same of a step near the minimum, in the directions in which the point moves."""
    return stepped(a, 6e-8 * (a["x"][0] != 0), -8e-8 * (a["y"][0] != 0))


def from_bottom(a):
    """Return how far each point is from the bottom of the valley, and which steps cross it.

    That of the narrow valley is the line y = 0, of which the point may be a part from the start.
    """
    if a["used_function"] == 2 and a["y"][0] != 0:
        return np.abs(a["y"]), a["y"][1:] * np.sign(a["y"][:-1]) < 0
    x, y = a["x"], a["y"]
    far = np.hypot(x, y)
    turned = x[1:] * (x[:-1] / far[:-1]) + y[1:] * (y[:-1] / far[:-1])
    return far, turned < 0


def steps(a, far_from_0=1e-150):
    """Return how much nearer each step led, and which crossed, up to where rounding ends it all."""
    far, crosses = from_bottom(a)
    usable = np.isfinite(far[1:]) & (far[1:] > far_from_0) & (far[1:] < 1 / far_from_0)
    return (far[1:] / far[:-1])[usable], crosses[usable]


def limit(a, times):
    """Return the eta at which a step near the minimum crosses it or leads as far away again."""
    h, height = 1e-4, HEIGHTS[int(a["used_function"])]
    ways = [way for way, start in (((h, 0), a["x"][0]), ((0, h), a["y"][0])) if start != 0]
    curvature = max((height(*way) - 2 * height(0, 0) + height(*(-1 * np.array(way)))) / h**2
                    for way in ways)  # fmt: skip
    return times / curvature


def is_at(a, blanks, sign):
    """Tell whether eta is below, at or above the limit that a sentence names."""
    ((name, told),) = ((name, told) for name, told in blanks.items() if name != "eta")
    right = limit(a, {"swings": 1, "grows": 2}[name])
    is_limit = number(told)[0] == pytest.approx(right, rel=1e-6)
    beyond = a["eta"] - number(told)[0]
    is_so = {-1: beyond < 0, 0: abs(beyond) < 2e-12, 1: beyond > 0}[sign]
    return is_limit and is_so and is_told(blanks["eta"], a["eta"])


def verdict(sign, claim):
    """Return what tells whether a verdict is right: its numbers, and what it claims."""
    return lambda a, **blanks: is_at(a, blanks, sign) and bool(claim(a))


def bounded(a):
    far = np.hypot(a["x"], a["y"])
    leads_back = stepped(a, 20 * np.sqrt(a["eta"]), 0.0)[0] < 1
    return near(a)[0] > 1 and leads_back and far.max() <= max(far[0], a["eta"]) * (1 + 1e-12)


VERDICTS = {
    "minimum": lambda a: not (a["x"].any() or a["y"].any()),
    "uphill": lambda a, **_: a["eta"] < 0 and a["dx"][0] * gradient(
        int(a["used_function"]), a["x"][0], a["y"][0])[0] >= 0,
    "stays": lambda a, **_: a["eta"] == 0 and np.ptp(a["x"]) == np.ptp(a["y"]) == 0,
    "settles": verdict(-1, lambda a: not from_bottom(a)[1].any() and not near(a)[1]),
    "reaches": verdict(0, lambda a: from_bottom(a)[0][1] <= 1e-11 * from_bottom(a)[0][0]),
    "nears": verdict(0, lambda a: near(a)[0] < 1e-3),
    "swings": verdict(1, lambda a: (steps(a)[0] < 1).all() and steps(a)[1].all()),
    "wobbles": verdict(1, lambda a: near(a)[1] and (steps(a)[0] < 1).all() and near(a)[0] < 1),
    "even": verdict(0, lambda a: np.allclose(steps(a)[0], 1, rtol=1e-10) and steps(a)[1].all()),
    "slows": verdict(0, lambda a: near(a)[1] and (steps(a)[0] < 1 + 1e-11).all()
                     and abs(near(a)[0] - 1) < 0.01),
    "grows": verdict(1, lambda a: (steps(a)[0] > 1).all() and steps(a)[1].all()),
    "bounded": verdict(1, bounded),
    "huge": lambda a, **_: a["eta"] > 1e100 and not np.isfinite(a["z"][-1]),
}  # fmt: skip


def course(a, z_first, z_last):
    ends = (HEIGHTS[int(a["used_function"])](a["x"][k], a["y"][k]) for k in (0, -1))
    return all(
        is_told(text, z) or abs(number(text)[0] - z) < 1e-15  # of 1 + x², so many digits are left
        for text, z in zip((z_first, z_last), ends, strict=True)
    )


def lost(a, lost):
    squares = a["x"] ** 2 + a["y"] ** 2 * (4 if a["used_function"] == 2 else 1)
    return int(lost) == np.count_nonzero(~np.isfinite(squares))


def changes(a):
    """Return the changes of z and the inner products in all directions, with more digits."""
    angles = 2 * EXACT(np.pi) * np.arange(DIRECTIONS) / DIRECTIONS
    x, y, length = EXACT(a["x_at"]), EXACT(a["y_at"]), EXACT(a["length"])
    height = HEIGHTS[int(a["used_function"])]
    change = height(x + length * np.cos(angles), y + length * np.sin(angles)) - height(x, y)
    along_x, along_y = EXACT(a["slope_x"]), EXACT(a["slope_y"])
    return change, length * (along_x * np.cos(angles) + along_y * np.sin(angles))


def largest(a, most):
    """Tell whether the direction of each of the largest changes is the one that is named."""
    change, inner = changes(a)
    found = {"up": change, "down": -change, "inner_up": inner, "inner_down": -inner}
    return {name: f"{10 * found[name].argmax()}" for name in most} == most


def tied(a):
    """Tell whether two of the largest changes are equal, to the digits that the sheet has."""
    known = 1e-13 * (1 + HEIGHTS[int(a["used_function"])](a["x_at"], a["y_at"]))
    for numbers, rounded in zip(changes(a), (known, 0), strict=True):
        size = np.abs(numbers).max()
        for most in (np.sort(numbers)[::-1], np.sort(-numbers)[::-1]):
            if most[0] - most[1] <= 1e-11 * size + rounded:
                return True
    return False


def points(a, angle):
    """Tell whether z grows more in a direction than a little to either side, and so falls."""
    x, y, step = EXACT(a["x_at"]), EXACT(a["y_at"]), EXACT(1e-8) * np.hypot(a["x_at"], a["y_at"])
    height = HEIGHTS[int(a["used_function"])]

    def change(degrees):
        angle = EXACT(degrees) * EXACT(np.pi) / 180
        return height(x + step * np.cos(angle), y + step * np.sin(angle)) - height(x, y)

    right = float(angle)
    around = [change(right + turn) for turn in (-0.5, 0.5, 179.5, 180.5)]
    return change(right) > max(around) and change(right + 180) < min(around)


def named(a, function):
    x, y = a["x"], a["y"]
    return np.allclose(a["z"], HEIGHTS[NAMES[function]](x, y), rtol=1e-12, equal_nan=True)


ETAS = [0, -1, -1e-20, 1e-20, 1e-9, 0.1, 0.6, 1.1, 7.5, 100.0, 1e6, 1e160, 1e300] + [
    at + by for at in (0.125, 0.25, 0.5, 1.0) for by in (0, 1e-13, 1e-11, -1e-11, -5e-7)
]
STARTS = [(3, 2), (3, 0), (0, 2), (3, 1e-20), (1e-9, -1e-9), (30, 20)]
DESCENTS = [
    {"function": function, "eta": eta, "x": x, "y": y}
    for function in (1, 2, 3)
    for eta in ETAS
    for x, y in STARTS
] + [{"x": 0, "y": 0}, {"x": 0, "y": 0, "eta": -1}, {"x": 0, "y": 0, "eta": 0}]
POINTS = [
    {"x": x, "y": y}
    for x, y in [*STARTS, (0, 0), (0.3, 0.3), (-2, 2), (1e-13, 0), (-1, -1e-9), (1e6, -1e6)]
]
LENGTHS = [0.1, 1, 0, -1, 100, 1e-6, 1e-9, 1e-12, 1e-15, 1e-300]
WAYS = [
    {"function": function, "length": length, **point}
    for function in (1, 2, 3)
    for length in LENGTHS
    for point in POINTS
] + [
    {"x": x, "y": y, "length": length}  # the gradient halves two directions, but for a little
    for x, y in ((2.6002911450632045, 1.820744279069857), (3.158722130807056, 2.2117612143512844))
    for length in (0.1, 6.771324270579638e-10, 3.395547023580984e-09)
]


def drawn(generator, count):
    """Yield random states."""
    for _ in range(count):
        yield {
            "function": generator.integers(1, 4),
            "eta": generator.choice([1, 1, 1, -1]) * 10 ** generator.uniform(-3, 1),
            "x": generator.choice([0, *generator.normal(0, 3, 4)]),
            "y": generator.choice([0, *generator.normal(0, 3, 4)]),
            "at": generator.integers(0, STEPS + 1),
            "length": 10 ** generator.uniform(-4, 1),
        }


def verdicts(states):
    lines = {key: WORDS["eta"] + WORDS[key] for key in VERDICTS} | {"minimum": WORDS["minimum"]}
    return false_claims("descent", states, "verdict", lines, VERDICTS)


def courses(states):
    told = {"steps": STEPS, "all": STEPS + 1}
    lines = {key: words_of("descent").open("sentences", key, **told) for key in ("course", "lost")}
    return false_claims("descent", states, "course", lines, {"course": course, "lost": lost})


def directions(states):
    told = {"steps": STEPS, "directions": DIRECTIONS}
    lines = {
        key: words_of("descent").open("sentences", key, **told)
        for key in ("choose_step", "length", "tied", "steepest")
    }
    holds = {
        "choose_step": lambda a: float(a["at"]) not in range(STEPS + 1),
        "length": lambda a: a["length"] <= 0,
        "tied": tied,
        "steepest": lambda a, **most: largest(a, most),
    }
    return false_claims("descent", states, "where", lines, holds)


def gradients(states):
    holds = {"points": points, "level": lambda a: a["x_at"] == a["y_at"] == 0}
    lines = {key: WORDS[key] for key in holds}
    return false_claims("descent", states, "points", lines, holds)


def names(states):
    most = words_of("descent").open("sentences", "choose", most=3)
    lines = {"name": "z = {name}", "choose": most.replace("{name}", "z = {name}")}
    holds = {
        "name": lambda a, name: a["function"] in (1, 2, 3) and named(a, f"z = {name}"),
        "choose": lambda a, name: a["function"] not in (1, 2, 3) and named(a, f"z = {name}"),
    }
    return false_claims("descent", states, "name", lines, holds)


CHOICES = [{"function": n} for n in (1, 2, 3, 0, 4, 2.5, -1, 1e6, -1e300, 1e300)]
AT = [{"at": at} for at in (0, 30, 31, -1, 2.5, 1e300, -0.5)]
CLAIMS = {
    "verdict": (verdicts, DESCENTS),
    "course": (courses, [*DESCENTS[::5], {"x": 1e200}, {"x": 1e200, "eta": 0.5}]),
    "where": (directions, [*WAYS, *AT]),
    "points": (gradients, [*POINTS, {"x": -1e200, "y": 1e-200}]),
    "name": (names, CHOICES),
}


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.slow
@pytest.mark.first(2)
def test_what_the_sheet_says_is_so_at_the_limits(name):
    claims, states = CLAIMS[name]
    assert claims(states) == []


@pytest.mark.parametrize("name", CLAIMS)
@pytest.mark.slow
@pytest.mark.first(2)
def test_what_the_sheet_says_is_so_for_random_inputs(name, generator):
    claims, states = CLAIMS[name]
    assert claims([*drawn(generator, 100), *states[::7]]) == []


def ignores_the_start(monkeypatch):
    curvatures = [max(each.curvature) for each in surface.SURFACES]
    for name, times in (("swings", 1), ("grows", 2)):

        def limit(used_function, x, y, times=times):  # noqa: ARG001 -- the start, too
            return np.asarray(times / curvatures[int(used_function) - 1])

        equation = layout_of("descent").model[name].equation
        monkeypatch.setitem(vars(equation), "array", limit)


PLANTED = {
    "the start is ignored": ("verdict", ignores_the_start),
    "eta is rounded": ("verdict", lambda patch: patch.setattr(surface, "DIGITS", 2)),
    "all goes up": (
        "course",
        lambda patch: patch.setattr(
            layout_of("descent").model["course"].equation,
            "form",
            form(lambda z, _: f"{min(z, 1):.6f}", str),
        ),
    ),
    "rounding decides": ("where", lambda patch: patch.setattr(_steepest, "ROUNDED", 40)),
    "near is equal": ("where", lambda patch: patch.setattr(_steepest, "EXACT", 1)),
    "it points to the nearest direction": (
        "points",
        lambda patch: patch.setattr(_steepest, "short", form(lambda x, _: f"{x:.0f}", str)),
    ),
    "any number chooses the first": (
        "name", lambda patch: patch.setattr(lookup.NameOf, "text", lambda self, **_: self.names[0])
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.slow
@pytest.mark.first(2)
def test_a_false_claim_is_found(planted, monkeypatch):
    name, plant = PLANTED[planted]
    claims, states = CLAIMS[name]
    plant(monkeypatch)
    assert claims(states[::5])


def test_what_the_guide_says_to_try_is_what_happens():
    assert len(words_of("descent").words["guide"]["experiments"]) == 4
    # 1: crosses the valley at every step and still arrives; farther away each time
    across = arrays_of("descent", {"eta": 0.6})
    assert (across["x"][1:] * across["x"][:-1] < 0).all()
    assert across["z"][-1] < 1e-9
    away = arrays_of("descent", {"eta": 1.1})
    assert (np.diff(np.hypot(away["x"], away["y"])) > 0).all()
    # 2: y swings and x does not; both shrink to 0.6, then x faster and y hardly
    narrow = arrays_of("descent", {"function": 2, "eta": 0.2})
    np.testing.assert_allclose(narrow["x"][1:] / narrow["x"][:-1], 0.6)
    np.testing.assert_allclose(narrow["y"][1:] / narrow["y"][:-1], -0.6)
    faster = arrays_of("descent", {"function": 2, "eta": 0.24})
    assert (faster["x"][1:] / faster["x"][:-1] < 0.6).all()
    assert (np.abs(faster["y"][1:] / faster["y"][:-1]) > 0.9).all()
    # 3: a small gradient makes small steps
    flat = arrays_of("descent", {"function": 3, "x": 30, "y": 20})
    assert np.hypot(flat["dx"], flat["dy"]).max() < 0.01
    # 4: the smaller the step, the nearer the change comes to the inner product
    gaps = []
    for length in (1, 0.1, 0.01):
        small = arrays_of("descent", {"length": length})
        gaps.append(np.abs(small["change"] / small["inner"] - 1).min())
    assert gaps == sorted(gaps, reverse=True)
