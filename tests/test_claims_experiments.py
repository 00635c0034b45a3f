"""What the sentences of the experiments claim is so: for any input, recomputed by other means.

`arrays_of` gives what a workbook says, without a file; each ``check_`` function below recomputes
what the sentences of an experiment claim, in whole or decimal fractions and plain loops, and fails
where a claim is false. Other tests put a falsehood in, and see it found.
"""

from fractions import Fraction
from functools import wraps
from itertools import combinations
from math import cos, exp, floor, hypot, isclose, isfinite, log1p, radians, sqrt
from types import MethodType

import numpy as np
import pytest
from claims import NO_VALUE, arrays_of, layout_of
from experiments import words_of
from odd_states import NOTHING, ONE, RING, STATES, WEIGHTS_OF
from told import claim

from xlnn.checking.probe import probe_arrays
from xlnn.equation import Sentence, Stated
from xlnn.equations import digits, neuron, regression, sequences, similarity
from xlnn.experiments import costs, xor_layers
from xlnn.experiments.xor_layers import NEAR

TINY = 1e-11
"""Rounding, relative to what is rounded; the sentences themselves decide by 1e-12."""

SHOWN = 6e-3
"""How far a number in a sentence may be off: three digits."""


def is_shown(written, true, digits=3):
    """Tell whether a number in a sentence is the true one, to the digits that it has."""
    return isclose(written, true, rel_tol=SHOWN, abs_tol=0.51 * 10**-digits)


def exact(array):
    """Return numbers as fractions, each as the decimal fraction that a person typed."""
    return [Fraction(str(float(each))) for each in np.ravel(array)]


def unsaid(got, name, *of):
    """Tell whether a sentence has no value, which it has only where a number is too large."""
    if got[name].ravel()[0] != NO_VALUE:
        return False
    assert not all(np.isfinite(got[each]).all() for each in of)
    return True


# --- regression


def plane(x, y):
    """Return p and q of least squares in fractions, of one column that is not the same."""
    n, x_mean, y_mean = len(x), sum(x) / len(x), sum(y) / len(y)
    squares = sum((each - x_mean) ** 2 for each in x)
    p = sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / squares
    assert n > 1
    return p, y_mean - p * x_mean


def cost(x, y, p, q):
    return sum((b - p * a - q) ** 2 for a, b in zip(x, y, strict=True)) / 2


def check_regression(got):
    names = ("line", "agreement", "determined", "by_hand")
    if any(unsaid(got, name, "p", "q", "C_T", "C_hand", "C") for name in names):
        return {"none"}
    said = [str(got[name]) for name in names]
    if not (np.isfinite(got["x"]).all() and np.isfinite(got["y"]).all()):
        assert {claim("regression", each, ["missing"])[0] for each in said} == {"missing"}
        return {"missing"}
    keys = ("agree", "agree_many", "flat", "late", "away", "overflow", "differ")
    agreement = claim("regression", said[1], keys)
    determined, _ = claim("regression", said[2], ("determined", "dependent"))
    by_hand = claim("regression", said[3], ("by_hand", "least", "better"))
    _ways(got, *agreement)
    is_full = _is_determined(got["x"])
    assert (determined == "determined") == is_full
    _by_hand(got, *by_hand, is_full=is_full)
    return {agreement[0], determined, by_hand[0]}


def _ways(got, key, numbers):
    y = got["y"]
    terms = np.abs(y).max() + np.abs(got["p"] * got["x"].mean(axis=0)).sum()
    alike = 2e-5 * y.std() + 1e-12 * terms + 1e-150  # whose square is 0
    off = {name: _rms(got["y_line"], got[name]) for name in ("y_last", "y_fitted") if name in got}
    first, last = got["C"][0], got["C"][-1]
    if key == "overflow":
        assert not isfinite(off["y_last"]) or not isfinite(last)
        assert isfinite(got["C_T"])
        return
    if key in {"late", "away"}:
        assert off["y_last"] > 1e-6 * y.std()
        assert (last < first * (1 - 1e-10)) == (key == "late")
        if key == "late":
            assert is_shown(numbers["apart"], off["y_last"])
        else:
            assert is_shown(numbers["first"], first)
            assert is_shown(numbers["last"], last)
        return
    assert off["y_last"] <= alike
    if key == "differ":
        assert off["y_fitted"] > 1e-6 * y.std()
        return
    if got["x"].shape[1] > 1:
        assert key == "agree_many"
        return
    x, spread = exact(got["x"]), np.ptp(got["x"])
    is_flat = spread <= max(1.1e-12 * np.abs(got["x"]).max(), 1e-140)
    assert (key == "flat") == is_flat
    if key == "agree":
        assert off["y_fitted"] <= alike
        p, q = plane(x, exact(y))
        right = [float(p * each + q) for each in x]
        for name in ("y_line", "y_last", "y_fitted"):
            assert _rms(got[name], right) <= alike
    else:
        assert got["p"] == 0
        assert _rms(got["y_line"], np.full(len(y), y.mean())) <= alike


def _rms(one, other):
    off = [float(a) - float(b) for a, b in zip(one, other, strict=True)]
    return hypot(*off) / sqrt(len(off))


def _is_determined(x):
    """Tell whether no column follows from those before it."""
    centred = x - x.mean(axis=0)
    for k in range(x.shape[1]):
        size = np.linalg.norm(centred[:, k])
        if np.ptp(x[:, k]) <= 1e-12 * np.abs(x[:, k]).max() or size < 1e-139:
            return False
        before = centred[:, :k] / np.linalg.norm(centred[:, :k], axis=0)
        rest = centred[:, k] / size
        rest -= before @ np.linalg.lstsq(before, rest, rcond=None)[0] if k else 0
        if np.linalg.norm(rest) <= 1e-5:
            return False
    return True


def _by_hand(got, key, numbers, *, is_full):
    y, p = exact(got["y"]), exact(got["p_hand"])
    x = [exact(row) for row in got["x"]]
    on = [sum(a * b for a, b in zip(p, row, strict=True)) + exact(got["q_hand"])[0] for row in x]
    hand = sum((a - b) ** 2 for a, b in zip(y, on, strict=True)) / 2
    assert is_shown(numbers["C_hand"], float(hand), 4)
    if key == "better":
        assert hand < got["C_T"]
        assert not is_full
        return
    rounding = 1e-8 * got["C_T"] + 1e-24 * (got["y"] ** 2).sum()
    if len(p) == 1 and is_full:
        column = [row[0] for row in x]
        least = float(cost(column, y, *plane(column, y)))
        assert isclose(least, got["C_T"], rel_tol=1e-6, abs_tol=rounding)
        assert (float(hand) - least > rounding / 1000) == (key == "by_hand")
    if key == "by_hand":
        assert is_shown(numbers["C_T"], float(got["C_T"]), 4)
        assert is_shown(numbers["more"], float(hand) - float(got["C_T"]), 4)


@pytest.fixture(scope="module")
def prices(tmp_path_factory):
    """Options of a table of three columns, and its numbers."""
    generator = np.random.default_rng(5)
    x = np.round(generator.normal((80, 3, 1990), (25, 1, 20), (20, 3)), 3)
    y = np.round(1000 * x[:, 0] + 5e3 * x[:, 1] + generator.normal(0, 4e3, 20), 3)
    path = tmp_path_factory.mktemp("prices") / "prices.csv"
    rows = [",".join(map(str, row)) for row in np.column_stack([x, y])]
    path.write_text("\n".join(["area,rooms,year,price", *rows]))
    return x, y, {"data": str(path), "targets": ("price",), "epochs": 200}


def test_what_a_regression_of_several_columns_says_is_so(prices):
    x, _, options = prices
    area, rooms, year = x.T
    states = {
        "the table's": ({}, {"agree_many", "determined", "by_hand"}),
        "two are multiples": ({"x": np.column_stack([area, 2 * area, year])}, {"dependent"}),
        "one is constant": ({"x": np.column_stack([area, rooms, 0 * year + 7])}, {"dependent"}),
        "all are constant": ({"x": 3}, {"dependent"}),
        "two are nearly one": (
            {"x": np.column_stack([area, area + rooms / 1e5, year])},
            {"dependent"},
        ),
        "large": ({"x": x * 1e100}, {"agree_many", "determined"}),
        "eta 0": ({"eta": 0}, {"away"}),
    }
    for inputs, keys in states.values():
        assert keys <= check_regression(arrays_of("regression", inputs, **options))


def test_a_line_by_hand_that_is_better_than_one_without_a_column_is_said_so(prices):
    x, y, options = prices
    near = x[:, 0] + x[:, 1] / 1e5
    inputs = {"x": np.column_stack([x[:, 0], near, x[:, 2]]), "y": x[:, 1]}
    hand = {"p_hand": [-1e5, 1e5, 0], "q_hand": 0}
    assert "better" in check_regression(arrays_of("regression", inputs | hand, **options))
    assert len(y) == len(x)


# --- similarity


def check_similarity(got):
    found = {_verdict(got), _nearest(got)}
    for name in ("commutes", "turns"):
        if unsaid(got, f"{name}_said", name):
            return found | {"none"}
        key, _ = claim("similarity", str(got[f"{name}_said"]), (f"not_{name}", f"is_{name}"))
        found.add(key)
    assert "is_turns" in found
    A, B = (np.array(exact(got[name])).reshape(3, 3) for name in ("matrix_A", "matrix_B"))
    far = np.abs(A @ B - B @ A).max()
    size = 3 * np.abs(A).max() * np.abs(B).max()
    if far == 0:
        assert "is_commutes" in found
    elif far > size / 10**10:
        assert "not_commutes" in found
    return found


def _verdict(got):
    if unsaid(got, "verdict", "upper", "inner"):
        return "none"
    keys = ("nothing", "opposite", "against", "right_angle", "alike", "same")
    key, numbers = claim("similarity", str(got["verdict"]), keys)
    a, b = exact(got["pattern_a"]), exact(got["pattern_b"])
    inner, square = _inner(a, b), _inner(a, a) * _inner(b, b)
    if key == "nothing":
        assert min(_inner(a, a), _inner(b, b)) < Fraction(1, 10**310)
        return key
    share = float(inner * inner / square)
    if key in {"opposite", "same"}:
        assert 1 - share <= TINY
        assert (inner > 0) == (key == "same")
        assert is_shown(numbers["inner"], float(inner))
    elif key == "right_angle":
        assert share <= TINY**2
    else:
        assert 1e-25 < share < 1 - 1e-13
        assert (inner > 0) == (key == "alike")
        angle = radians(numbers["angle"])
        assert isclose(cos(angle), (1 if inner > 0 else -1) * sqrt(share), abs_tol=SHOWN)
        assert is_shown(numbers["inner"], float(inner))
        if key == "alike":
            root = sqrt(float(_inner(a, a))) * sqrt(float(_inner(b, b)))
            assert is_shown(numbers["upper"], root)
            assert numbers["lower"] == -numbers["upper"]
            assert is_shown(numbers["cosine"], sqrt(share))
    return key


def _inner(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def _nearest(got):
    keys = ("several", "nearest", "equally", "no_direction")
    if unsaid(got, "nearest", "length_a", "likeness"):
        return "none"
    key, numbers = claim("similarity", str(got["nearest"]), keys)
    a = exact(got["pattern_a"])
    own = _inner(a, a)
    if key == "no_direction":
        assert own < Fraction(1, 10**310)
        return key
    assert own > 0
    alike = []
    for row in got["images"]:
        image = exact(row)
        square = own * _inner(image, image)
        square = square if _inner(image, image) > Fraction(1, 10**310) else 0  # its length is 0
        inner = _inner(a, image)
        share = float(inner * inner / square) if square else 0.0
        alike.append(sqrt(share) * (1 if inner > 0 else -1))
    best = max(alike)
    first, *_ = (n for n, each in enumerate(alike) if each > best - 2e-9)
    ties = sum(each > best - 1e-12 for each in alike), sum(each > best - 2e-9 for each in alike)
    assert is_shown(numbers["likeness"], best)
    if key == "nearest":
        assert ties[0] == 1
    elif key == "several":
        assert ties[0] <= numbers["ties"] <= ties[1]
    else:
        assert ties[1] == len(alike)
        return key
    assert numbers["number"] == first + 1
    assert numbers["label"] == got["labels"][first]
    return key


# --- costs


def sigmoid(z):
    return 1 / (1 + exp(min(700, -z)))


def slope(z):
    e = exp(-min(abs(z), 700))
    return e / (1 + e) ** 2


def check_costs(got):
    found = {_which(got)}
    _, numbers = claim("costs", str(got["far"]), ["far"])
    outputs = len(got["a_sq"])
    assert (numbers["outputs"], numbers["steps"]) == (outputs, outputs - 1)
    for name, a in (("squared", "a_sq"), ("cross", "a_ce")):
        off = [abs(each - float(got["t"][0])) for each in got[a].ravel().tolist()]
        assert sum(each > 0.1 + 1e-9 for each in off) <= numbers[name]
        assert numbers[name] <= sum(each > 0.1 - 1e-9 for each in off) <= outputs
    return found | {_lowest(got, "sq"), _lowest(got, "ce")}


def _which(got):
    z, t = float(got["z_chosen"][0]), float(got["t"][0])
    key, numbers = claim("costs", str(got["which"]), ("which", "flat", "reached"))
    delta = sigmoid(z) - t
    assert is_shown(numbers["z"], z)
    assert is_shown(numbers["t"], t)
    assert is_shown(numbers["a"], sigmoid(z), 6)
    if key == "reached":
        assert abs(delta) < 1e-12
        return key
    assert abs(delta) > 1e-13
    assert is_shown(numbers["delta_ce"], delta, 6)
    if key == "flat":
        assert slope(z) < 1.01e-12
    else:
        assert is_shown(numbers["delta_sq"], delta * slope(z), 6)
        assert is_shown(numbers["times"], 1 / slope(z), 1)
    return key


def _lowest(got, cost_of):
    if unsaid(got, f"lowest_{cost_of}", f"C_T_{cost_of}"):
        return "none"
    keys = [f"{key}_{cost_of}" for key in ("lowest", "several", "level")]
    key, numbers = claim("costs", str(got[f"lowest_{cost_of}"]), keys)
    w1, w2 = (
        [float(middle) + n * float(got["between"]) for n in range(-10, 11)]
        for middle in got["middle"]
    )
    w1, w2 = ([0.0 if abs(w) < 5e-13 else w for w in weights] for weights in (w1, w2))
    rows = list(zip(got["x"].tolist(), got["target"].tolist(), strict=True))
    b = float(got["b"])
    places = [(u, v) for u in w1 for v in w2]
    at = [_cost(rows, u, v, b, cost_of) for u, v in places]
    least = min(at)
    near = [sum(each - least <= far * max(1, abs(least)) for each in at) for far in (2e-13, 5e-12)]
    assert is_shown(numbers["C_T"], least, 4)
    if key.startswith("level"):
        assert near[1] == 441
    elif key.startswith("several"):
        assert near[0] <= numbers["count"] <= near[1] < 441 or near[0] < 441 <= near[1]
    else:
        assert near[0] == 1
        place = places[at.index(least)]
        assert (numbers["w1"], numbers["w2"]) == pytest.approx(place, rel=SHOWN, abs=1e-6)
    return key


def _cost(rows, w1, w2, b, cost_of):
    total = 0.0
    for (x1, x2), t in rows:
        z = w1 * x1 + w2 * x2 + b
        if cost_of == "sq":
            total += (t - sigmoid(z)) ** 2 / 2
        else:
            total += max(z, 0) - t * z + log1p(exp(-min(abs(z), 700)))
    return total


# --- sequences


def check_sequences(got):
    found = set()
    if got["course"][()] == NO_VALUE:
        assert not np.isfinite([got[n][-1] for n in ("arithmetic", "geometric", "linear")]).all()
    else:
        _, numbers = claim("sequences", str(got["course"]), ["course"])
        assert numbers["terms"] == len(got["arithmetic"])
        for name, step in (
            ("arithmetic", lambda a: a + float(got["d"])),
            ("geometric", lambda a: a * float(got["r"])),
            ("linear", lambda a: a * float(got["p"]) + float(got["q"])),
        ):
            term = float(got[name][0])
            for _ in range(len(got[name]) - 1):
                term = step(term)
            assert is_shown(numbers[f"{name}_last"], term, 4)
    if got["verdict"][()] != NO_VALUE:
        key, numbers = claim("sequences", str(got["verdict"]), ("meets", "apart"))
        found.add(key)
        there, back = (float(got[name]) for name in ("at_end", "at_start"))
        assert is_shown(numbers["at_end"], there, 6)
        assert isclose(there, back, rel_tol=1.1e-9) == (key == "meets")
        P, pair = np.abs(got["coefficients"]), np.abs([got["a"][0], got["b"][0]])
        for _ in range(len(got["a"]) - 1):
            pair = P @ pair
        size = np.abs([got["c"][0], got["d_back"][0]]) @ pair
        assert abs(there - back) <= 1e-13 * size  # by rounding alone
    u, v = exact(got["u"]), exact(got["v"])
    c, d = exact(got["by"])[0], exact(got["and_by"])[0]
    for name, right in (
        ("added", sum(u) + sum(v)),
        ("multiplied", c * sum(u)),
        ("combined", c * sum(u) + d * sum(v)),
    ):
        if got[f"law_{name}"][()] == NO_VALUE:
            assert abs(right) > Fraction(10) ** 305
            continue
        keys = [f"{key}_{name}" for key in ("same", "other")]
        key, numbers = claim("sequences", str(got[f"law_{name}"]), keys)
        found.add(key)
        left, other = float(got[f"sum_{name}"]), float(got[f"from_{name}"])
        assert is_shown(numbers["left"], left, 6)
        assert isclose(left, other, rel_tol=1.1e-9) == key.startswith("same")
        size = float(sum(map(abs, u)) + sum(map(abs, v))) * float(max(1, abs(c), abs(d)))
        for each in (left, other):
            assert abs(each - float(right)) <= 1e-14 * size
    return found


def test_the_way_back_ends_with_how_much_the_number_grows_with_either_start():
    got = arrays_of("sequences")
    for start, end in (("a", "c"), ("b", "d_back")):
        grown = arrays_of("sequences", {start: got[start][0] + 1})
        assert grown["at_end"] - got["at_end"] == pytest.approx(got[end][-1])


def test_a_ratio_is_told_however_small_the_numbers():
    got = arrays_of("sequences", {"a": 1e-40, "b": 1e-40})
    assert got["ratio"][-1] == pytest.approx(1.618034)
    assert not arrays_of("sequences", {"a": 0, "b": 0})["ratio"].any()


# --- a neuron, and the demons


def check_neuron(got):
    if unsaid(got, "verdict", "z"):
        return {"none"}
    key, numbers = claim("neuron", str(got["verdict"]), ("silent", "fires"))
    w, threshold = exact(got["w"]), exact(got["threshold"])[0]
    assert _fires(exact(got["x"]), w, threshold) in {None, key == "fires"}
    z = numbers["reached" if key == "fires" else "z"]
    assert (z >= 0) == (key == "fires")
    assert is_shown(z, float(got["z"]))
    assert is_shown(numbers["threshold"], float(threshold))
    assert bool(got["step"]) == (key == "fires")
    for pattern, step in zip(got["pattern"], got["pattern_step"], strict=True):
        assert _fires(exact(pattern), w, threshold) in {None, bool(step)}
    _, numbers = claim("neuron", str(got["gradual"]), ["gradual"])
    assert is_shown(numbers["sigmoid"], sigmoid(float(got["z"])))
    if unsaid(got, "says", "a3"):
        return {key}
    says, _ = claim("neuron", str(got["says"]), ("digit_0", "digit_1", "digit_none"))
    ahead = _calls(got)
    if says == "digit_none":
        assert abs(ahead) < 1e-12
    else:
        assert abs(ahead) > 1e-13
        assert (ahead > 0) == (says == "digit_0")
    return {key, says}


def _fires(x, w, threshold):
    """Tell whether a neuron fires, in fractions; None where nothing but rounding tells."""
    terms = [a * b for a, b in zip(x, w, strict=True)]
    z, size = sum(terms) - threshold, max(*map(abs, terms), abs(threshold))
    return z >= 0 if z == 0 or abs(z) > size / 10**11 else None


def _calls(got):
    """Return by how much output demon 0 calls louder than 1."""
    seen = got["picture"].ravel().tolist()
    heard = []
    for likes, b in zip(got["W2"], got["b2"].tolist(), strict=True):
        heard.append(sigmoid(sum(a * x for a, x in zip(likes.ravel(), seen, strict=True)) + b))
    loud = [
        sigmoid(sum(a * x for a, x in zip(bonds, heard, strict=True)) + b)
        for bonds, b in zip(got["W3"].tolist(), got["b3"].tolist(), strict=True)
    ]
    return loud[0] - loud[1]


# --- exclusive or


def check_xor(got):
    steps = len(got["W_single"]) - 1
    chosen, rest = float(got["shown"]), str(got["counts"])
    epoch = floor(min(max(chosen, 0), steps) + 0.5) if isfinite(chosen) else 0
    asked = bool(str(got["shown_asked"]))
    assert asked == (chosen != epoch)
    undecided = words_of("xor-layers")("sentences", "undecided")
    _, numbers = claim("xor-layers", rest, ["count"])
    assert numbers["undecided"] in {undecided, ""}
    assert numbers["epoch"] == epoch
    targets = got["t"].ravel().tolist()
    z = {name: _outputs(got, name, epoch) for name in ("single", "hidden")}
    right = {name: sum(_right(*each) for each in zip(z[name], targets, strict=True)) for name in z}
    assert rest.endswith(undecided) == any(abs(each) < NEAR for name in z for each in z[name])
    for name, count in right.items():
        assert numbers[f"right_{name}"] == count
    key, _ = claim("xor-layers", str(got["means"]), ("neither", "one", "two", "both"))
    both = tuple(count == len(targets) for count in right.values())
    expected = {(False, False): "neither", (True, False): "one", (False, True): "two"}
    assert key == expected.get(both, "both")
    if key in {"one", "both"}:
        assert _one_line_will_do(got["x"], targets)
    return {key, *(["undecided"] if rest.endswith(undecided) else []), *(["asked"] * asked)}


def _outputs(got, name, epoch):
    """Return z of the output for each point, from the weights after an epoch."""
    found = []
    for point in got["x"].tolist():
        if name == "single":
            W, b, below = got["W_single"][epoch], got["b_single"][epoch], point
        else:
            W, b = got["W2"][epoch], got["b2"][epoch]
            below = [sigmoid(_sum(row, point) + each) for row, each in zip(W, b, strict=True)]
            W, b = got["W3"][epoch], got["b3"][epoch]
        found.append(_sum(W[0], below) + float(b[0]))
    return found


def _sum(row, below):
    return sum(float(w) * float(x) for w, x in zip(row, below, strict=True))


def _right(z, t):
    return z > NEAR if t else z < -NEAR


def _one_line_will_do(x, targets):
    """Tell whether a line has all points on their sides: through no two, but close by."""
    points = x.tolist()
    sides = [1 if t else -1 for t in targets]
    lines = [(0.0, 0.0, 1.0), (0.0, 0.0, -1.0)]
    for (x1, y1), (x2, y2) in combinations(points, 2):
        for turn in (-1e-6, 0, 1e-6):
            a, b = y2 - y1 + turn, x1 - x2 + turn
            c = -(a * (x1 + x2) + b * (y1 + y2)) / 2
            for shift in (-1e-3, -1e-9, 0, 1e-9, 1e-3):
                lines += [(a, b, c + shift), (-a, -b, -c - shift)]
        a, b = x2 - x1, y2 - y1  # halfway between both
        c = -(a * (x1 + x2) + b * (y1 + y2)) / 2
        lines += [(a, b, c), (-a, -b, -c)]
    return any(
        all(side * (a * x + b * y + c) > 0 for side, (x, y) in zip(sides, points, strict=True))
        for a, b, c in lines
    )


# --- networks on one sheet


def check_solver(got, first):
    """Compare with outputs that plain loops compute: dense, or convolutional with pooling."""
    key, numbers = claim("solver", str(got["says"]), ("to_solve", "all_right", "solved"))
    recognised, total, farthest = 0, 0.0, 0.0
    output = _dense if "W2" in got else _convolutional
    for image, label in zip(got["images"], got["labels"].tolist(), strict=True):
        a = output(got, image.tolist())
        t = [1.0 if first + k == label else 0.0 for k in range(len(a))]
        off = [abs(x - y) for x, y in zip(a, t, strict=True)]
        total += sum(each * each for each in off) / 2
        farthest = max(farthest, *off)
        second, largest = sorted(a)[-2:]
        recognised += largest - second > 1e-9 and a.index(largest) + first == label
    if key == "solved":
        assert total < 1e-5
        assert farthest < 0.005
    else:
        assert is_shown(numbers["C_T"], total, 5)
    if key == "to_solve":
        assert recognised < len(got["images"])
        assert numbers["recognised"] == recognised
    else:
        assert recognised == len(got["images"])
    assert numbers["images"] == len(got["images"])
    return {key}


def _dense(got, image):
    below = [pixel for row in image for pixel in row]
    for layer in "23":
        W, b = got[f"W{layer}"], got[f"b{layer}"].tolist()
        rows = W.reshape(len(b), -1).tolist()
        below = [sigmoid(_sum(row, below) + each) for row, each in zip(rows, b, strict=True)]
    return below


def _convolutional(got, image):
    pooled = []
    for W, b in zip(got["WF"].tolist(), got["bF"].tolist(), strict=True):
        seen = [
            [
                sigmoid(sum(W[r][c] * image[i + r][j + c] for r in range(3) for c in range(3)) + b)
                for j in range(4)
            ]
            for i in range(4)
        ]
        pooled += [
            max(seen[2 * i + r][2 * j + c] for r in (0, 1) for c in (0, 1))
            for i in range(2)
            for j in range(2)
        ]
    rows, b = got["WO"].reshape(3, -1).tolist(), got["bO"].tolist()
    return [sigmoid(_sum(row, pooled) + each) for row, each in zip(rows, b, strict=True)]


@pytest.mark.parametrize("template", WEIGHTS_OF)
def test_a_network_whose_outputs_are_all_equal_recognises_nothing(template):
    got = arrays_of(template, dict.fromkeys(WEIGHTS_OF[template], 0))
    assert got["recognised"] == 0
    assert (got["answer"] == digits.UNDECIDED).all()


@pytest.mark.parametrize("template", WEIGHTS_OF)
@pytest.mark.ci
def test_what_a_solved_network_says_is_so(template):
    pytest.importorskip("scipy")
    for seed, keys in ((1, {"solved"}), (4, {"to_solve", "solved"})):
        got = arrays_of(template, {}, solved=True, seed=seed)
        key = CHECKS[template](got)
        assert key <= keys
    halved = {name: got[name] * 0.3 for name in WEIGHTS_OF[template]}
    assert CHECKS[template](arrays_of(template, halved)) <= {
        "all_right",
        "to_solve",
    }


# --- all of them


CHECKS = {
    "regression": check_regression,
    "similarity": check_similarity,
    "costs": check_costs,
    "sequences": check_sequences,
    "neuron": check_neuron,
    "xor-layers": check_xor,
    "solver": lambda got: check_solver(got, 0),
    "cnn-solver": lambda got: check_solver(got, 1),
}


@pytest.mark.parametrize(
    ("template", "state"), [(template, state) for template in STATES for state in STATES[template]]
)
def test_what_the_sentences_claim_is_so(template, state):
    inputs, keys = STATES[template][state]
    assert keys <= CHECKS[template](arrays_of(template, inputs))


@pytest.mark.parametrize("template", CHECKS)
def test_what_the_sentences_claim_of_random_numbers_is_so(template):
    for number in range(4):
        inputs = probe_arrays(layout_of(template).model, 1, number)
        CHECKS[template](arrays_of(template, inputs))


# --- what the Guides say comes of their experiments


@pytest.mark.parametrize("steps", [1, 50, 10_000])
def test_a_small_eta_does_not_arrive_however_many_steps_there_are(steps):
    got = arrays_of("regression", {"eta": 0.0001}, epochs=steps)
    assert "late" in check_regression(got)


def test_with_eta_2_1_every_step_makes_the_cost_larger():
    assert (np.diff(arrays_of("regression", {"eta": 2.1})["C"]) > 0).all()


def test_a_line_turns_to_a_point_that_moves_away():
    got = arrays_of("regression")
    moved = arrays_of("regression", {"y": got["y"] * [2, 1, 1, 1, 1, 1, 1]})
    assert moved["y_line"][0] > got["y_line"][0] + 5


def test_the_inner_product_goes_from_its_upper_to_its_lower_bound_and_doubles():
    for b, angle, bound in ((RING, 0, "upper"), (-RING, 180, "lower")):
        got = arrays_of("similarity", {"pattern_b": b})
        assert got["angle"] == angle
        assert got["inner"] == pytest.approx(got[bound])
    one, two = arrays_of("similarity"), arrays_of("similarity", {"pattern_a": 2 * RING})
    for name in ("inner", "length_a"):
        assert two[name] == pytest.approx(2 * one[name])
    assert two["cosine"] == pytest.approx(one["cosine"])


def test_of_a_drawn_1_the_1s_come_to_the_front():
    got = arrays_of("similarity", {"pattern_a": ONE})
    ranked = got["labels"][np.argsort(got["place"])]
    assert ranked.tolist() == [1] * 32 + [0] * 32


def test_at_z_0_the_delta_is_a_quarter_and_at_minus_10_all_but_gone():
    for z, share in ((0, 1 / 4), (-10, 0)):
        got = arrays_of("costs", {"z_chosen": z})
        ratio = got["delta_sq_chosen"] / got["delta_ce_chosen"]
        assert ratio == pytest.approx(share, abs=1e-4)
    assert got["a_chosen"] < 1e-4
    assert got["t"] == 1


def test_with_eta_4_the_squared_error_still_waits():
    got = arrays_of("costs", {"eta": 4})
    assert (got["a_ce"][1:6] > 0.5).all()
    assert (got["a_sq"][1:6] < 0.2).all()


def test_from_afar_one_valley_has_plains_and_the_other_rises_on_all_sides():
    got = arrays_of("costs", {"between": 2})
    squared, cross = got["C_T_sq"], got["C_T_ce"]
    assert (np.abs(np.diff(squared, axis=1)) < 1e-3).mean() > 0.1
    edge = np.concatenate([cross[0], cross[-1], cross[:, 0], cross[:, -1]])
    assert edge.min() > cross.min() + 5


def test_a_negative_ratio_swings_and_dies_out_and_p_1_and_minus_1_do_as_told():
    terms = arrays_of("sequences", {"r": -0.8})["geometric"]
    assert (terms[1:] * terms[:-1] < 0).all()
    assert (np.diff(np.abs(terms)) < 0).all()
    assert len({*np.diff(arrays_of("sequences", {"p": 1})["linear"])}) == 1
    assert {*arrays_of("sequences", {"p": -1})["linear"]} == {1, 2}


def test_the_ratio_tends_to_one_number_from_nearly_everywhere(generator):
    for a, b in generator.normal(0, 5, (20, 2)):
        got = arrays_of("sequences", {"a": a, "b": b})
        assert got["ratio"][-1] == pytest.approx(1.618034, abs=1e-4)


def test_all_must_agree_or_any_one_is_enough():
    for threshold, firing in ((3, 1), (1, 7)):
        got = arrays_of("neuron", {"w": 1, "threshold": threshold})
        assert got["pattern_step"].sum() == firing
        assert got["pattern_step"][-1] == 1


def test_the_step_jumps_once_while_the_sigmoid_slides():
    thresholds = np.linspace(2, 4, 41)
    got = [arrays_of("neuron", {"threshold": threshold}) for threshold in thresholds]
    steps, slides = (np.diff([each[name] for each in got]) for name in ("step", "sigmoid"))
    assert sorted(steps) == [-1] + [0] * 39
    assert ((slides < 0) & (slides > -0.02)).all()


def test_a_1_is_heard_even_with_one_wrong_pixel():
    assert check_neuron(arrays_of("neuron", {"picture": ONE})) >= {"digit_1"}
    for pixel in np.ndindex(ONE.shape):
        wrong = ONE.astype(float)
        wrong[pixel] = 1 - wrong[pixel]
        got = arrays_of("neuron", {"picture": wrong})
        assert got["loudest2"].tolist() == [0, 1, 0]
        assert check_neuron(got) >= {"digit_1"}


def test_the_hidden_layer_takes_40_epochs_and_one_line_finds_no_place():
    got = arrays_of("xor-layers")
    targets = got["t"].ravel()
    right = [
        [sum(map(_right, _outputs(got, name, epoch), targets)) for epoch in range(121)]
        for name in ("single", "hidden")
    ]
    assert max(right[0]) < 4
    assert max(right[1][:40]) < 4
    assert min(right[1][40:]) == 4


@pytest.mark.parametrize("targets", [[[0], [1], [1], [1]], [[0], [0], [0], [1]]])
def test_the_unit_alone_learns_or_and_and_in_a_few_epochs(targets):
    assert arrays_of("xor-layers", {"t": targets, "shown": 10})["right_single"] == 4


@pytest.mark.parametrize("template", WEIGHTS_OF)
def test_at_weights_of_0_no_unit_and_no_filter_differs_from_another(template):
    nothing = dict.fromkeys(WEIGHTS_OF[template], 0.0)
    first, *_ = WEIGHTS_OF[template]
    slopes = []
    for unit in range(3):
        weights = np.zeros(layout_of(template).model[first].shape)
        costs = []
        for step in (1e-3, -1e-3):
            weights[unit] = step
            costs.append(arrays_of(template, nothing | {first: weights})["C_T"])
        slopes.append((costs[0] - costs[1]) / 2e-3)
    np.testing.assert_allclose(slopes, 0, atol=1e-9)  # of a hidden layer: nothing moves it


@pytest.mark.ci
def test_from_some_starts_all_images_are_recognised_and_from_others_some_are_not():
    pytest.importorskip("scipy")
    right = [arrays_of("cnn-solver", {}, solved=True, seed=n)["recognised"] for n in (1, 4)]
    assert right[0] == 96
    assert right[1] < 96


# --- falsehoods


def says(key, **numbers):
    """Return a sentence's text that says one of its lines, whatever is so."""
    return lambda self, *_, **__: dict(enumerate(self.words.values()), **self.words)[key].format(
        **numbers
    )


def gives(number):
    """Return an equation that gives one number, whatever it is computed from."""
    return lambda *_, **__: np.asarray(float(number))


FALSEHOODS = [
    ("regression", regression.WaysAgree, "said", says("agree"), {"x": 0}),
    ("regression", regression.WaysAgree, "said", says("late", apart=1), {"eta": 0}),
    ("regression", regression.WaysAgree, "said", says("late", apart=1), {"y": 5}),
    ("regression", "determined", "said", says("determined"), {"x": 0}),
    ("regression", "by_hand", "said", says("least", C_hand=48.4225), {}),
    ("similarity", "nearest", "text", says("nearest", number=1, label=0, likeness=0),
     {"pattern_a": 0}),
    ("similarity", "nearest", "text", says("nearest", number=33, label=1, likeness=1),
     {"pattern_a": ONE}),
    ("similarity", similarity.RELATION, "array", gives(4), {"pattern_b": RING * 3}),
    ("similarity", similarity.RELATION, "array", gives(5), {}),
    ("similarity", similarity.Equal, "array", gives(1), {}),
    ("costs", costs, "DIGITS", 0, {"z_chosen": 0, "t": 0.9}),
    ("costs", "which", "text",
     says("which", z=0, a=0.5, t=0.5, delta_sq=0, delta_ce=0, times=4), {"z_chosen": 0, "t": 0.5}),
    ("costs", "far", "text", says("", squared=62, cross=13), {}),
    ("costs", "lowest_sq", "text", says(0, C_T="1.0000", w1=0, w2=0), {"x": 0}),
    ("sequences", sequences.SAME, "array", gives(1), {"u": [1e17, 1, -1e17, 1, 1]}),
    ("sequences", sequences.SAME, "array", gives(0), {}),
    ("neuron", neuron, "DIGITS", 3, {"threshold": 3.0001}),
    ("neuron", neuron.FIRES, "array", gives(0), {}),
    ("neuron", neuron.WINNER, "array", gives(0), {"picture": 0}),
    ("xor-layers", xor_layers, "NEAR", 0, NOTHING),
    ("xor-layers", xor_layers.WHO_CAN, "array", gives(1), {}),
    ("solver", digits, "EQUAL", -9, {}),
    ("cnn-solver", "far", "array", gives(2), {}),
    ("cnn-solver", "recognised", "array", gives(96), {}),
]  # fmt: skip


@pytest.mark.parametrize("falsehood", range(len(FALSEHOODS)))
def test_a_false_sentence_is_found(falsehood, monkeypatch):
    template, owner, name, wrong, inputs = FALSEHOODS[falsehood]
    if isinstance(owner, str):
        owner = layout_of(template).model[owner].equation
        owner = getattr(owner, "sentence", owner)
    CHECKS[template](arrays_of(template, inputs))
    right = getattr(owner, name)
    wrong = wraps(right)(wrong) if callable(right) else wrong
    wrong = MethodType(wrong, owner) if isinstance(owner, Sentence) else wrong
    if isinstance(owner, Stated):
        monkeypatch.setitem(vars(owner), name, wrong)
    else:
        monkeypatch.setattr(owner, name, wrong)
    with pytest.raises(AssertionError):
        CHECKS[template](arrays_of(template, inputs))
