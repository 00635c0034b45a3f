"""States of the experiments' workbooks that a person may bring about, beside the template's.

Of each: what some inputs hold, and some of the keys of what the sentences then say, in the language
files. Limits, zeros, equals, ties, huge and tiny numbers, and what is missing.
"""

import numpy as np

HEIGHTS = np.array([[153.3], [164.9], [168.1], [151.5], [157.8], [156.7], [161.1]])
WEIGHTS = np.array([45.5, 56.0, 55.0, 52.8, 55.6, 50.8, 56.4])
BEST = dict(zip(("p_hand", "q_hand"), np.polyfit(HEIGHTS[:, 0], WEIGHTS, 1), strict=True))

REGRESSION = {
    "the template's": ({}, {"agree", "determined", "by_hand"}),
    "all x equal": ({"x": 0}, {"flat", "dependent", "by_hand"}),
    "all x large": ({"x": 1e8}, {"flat", "dependent", "by_hand"}),
    "x nearly equal": ({"x": HEIGHTS + 1e15}, {"flat", "dependent"}),
    "x tiny": ({"x": HEIGHTS * 1e-158}, {"flat"}),
    "x large": ({"x": HEIGHTS * 1e100}, {"agree"}),
    "x far from 0": ({"x": HEIGHTS + 1e9}, {"agree"}),
    "y equal": ({"y": 5}, {"agree"}),
    "y 0": ({"y": 0}, {"agree"}),
    "y and x 0": ({"y": 0, "x": 0}, {"flat"}),
    "y tiny": ({"y": WEIGHTS * 1e-150}, {"agree"}),
    "y far from 0": ({"y": WEIGHTS + 1e12}, {"agree"}),
    "a number is missing": ({"y": [*WEIGHTS[:-1], np.nan]}, {"missing"}),
    "eta small": ({"eta": 0.0001}, {"late"}),
    "eta 0": ({"eta": 0}, {"away"}),
    "eta negative": ({"eta": -1}, {"away"}),
    "eta 2": ({"eta": 2}, {"away"}),
    "eta 2.1": ({"eta": 2.1}, {"away"}),
    "eta 1e6": ({"eta": 1e6}, {"overflow"}),
    "eta 1e300": ({"eta": 1e300}, {"overflow"}),
    "the best line": (BEST, {"least"}),
    "nearly the best line": (BEST | {"q_hand": BEST["q_hand"] + 1e-3}, {"by_hand"}),
    "tiny, by hand": ({"y": WEIGHTS * 1e-6, "p_hand": 5e-7, "q_hand": -2.4e-5}, {"by_hand"}),
}

ONE = np.array([[0, 1, 0]] * 4)
RING = np.array([[1, 1, 1], [1, 0, 1], [1, 0, 1], [1, 1, 1]])
MATRIX = {"matrix_A": np.array([[1, 2, 0], [0, 1, 3], [2, 0, 1]]),
          "matrix_B": np.array([[2, 0, 1], [1, 1, 0], [0, 3, 1]])}  # fmt: skip

SIMILARITY = {
    "the template's": ({}, {"alike", "nearest", "not_commutes"}),
    "a is 0": ({"pattern_a": 0}, {"nothing", "no_direction"}),
    "b is 0": ({"pattern_b": 0}, {"nothing", "nearest"}),
    "a is tiny": ({"pattern_a": 1e-200}, {"nothing", "no_direction"}),
    "a is huge": ({"pattern_a": 1e300}, {"none"}),
    "a is small": ({"pattern_a": RING * 1e-100}, {"alike", "nearest"}),
    "a is negative": ({"pattern_a": -RING}, {"against", "several"}),
    "a is 1": ({"pattern_a": ONE}, {"same", "several"}),
    "opposite": ({"pattern_b": RING * -0.1}, {"opposite"}),
    "the same": ({"pattern_b": RING * 3}, {"same"}),
    "nearly the same": ({"pattern_b": RING + 1e-5 * ONE}, {"alike"}),
    "at right angles": ({"pattern_a": [[0.1, 0.2, -0.3]] * 4, "pattern_b": 7}, {"right_angle"}),
    "equal images": ({"images": 1}, {"equally"}),
    "empty images": ({"images": 0}, {"equally"}),
    "two kinds of images": (
        {"images": np.repeat([RING.ravel(), ONE.ravel()], 32, axis=0)},
        {"several"},
    ),
    "matrices 0": ({"matrix_A": 0}, {"is_commutes"}),
    "matrices equal": ({"matrix_A": 1.5, "matrix_B": 1.5}, {"is_commutes"}),
    "a multiple of 1": ({"matrix_A": np.eye(3) * 0.1}, {"is_commutes"}),
    "tiny matrices": ({name: each * 1e-100 for name, each in MATRIX.items()}, {"not_commutes"}),
}

COSTS = {
    "the template's": ({}, {"which", "lowest_sq", "lowest_ce"}),
    "z is 0": ({"z_chosen": 0}, {"which"}),
    "z is -10": ({"z_chosen": -10}, {"which"}),
    "the target is reached": ({"z_chosen": 0, "t": 0.5}, {"reached"}),
    "the target is reached to all digits": ({"z_chosen": 40}, {"reached"}),
    "z is -30": ({"z_chosen": -30}, {"flat"}),
    "z is -800": ({"z_chosen": -800}, {"flat"}),
    "z is huge": ({"z_chosen": 1e300}, {"reached"}),
    "t is huge": ({"t": 1e6}, {"which"}),
    "just 0.1 off": ({"t": 0.6, "z_sq": 0, "z_ce": 0, "eta": 0}, set()),
    "eta is 0": ({"eta": 0}, set()),
    "eta is huge": ({"eta": 1e300}, set()),
    "no data": ({"x": 0}, {"level_sq", "level_ce"}),
    "no distance": ({"between": 0}, {"level_sq", "level_ce"}),
    "a valley": ({"x": 1, "target": 0.5, "middle": 0}, {"several_sq", "several_ce"}),
    "far apart": ({"between": 100, "target": 1}, {"several_sq"}),
    "backwards": ({"between": -0.4}, {"lowest_sq", "lowest_ce"}),
    "b is large": ({"b": 1e6}, {"level_sq"}),
}

SEQUENCES = {
    "the template's": ({}, {"meets", "same_added", "same_multiplied", "same_combined"}),
    "r is 0": ({"r": 0}, set()),
    "r is 1": ({"r": 1}, set()),
    "r is -1": ({"r": -1}, set()),
    "r is huge": ({"r": 1e300}, set()),
    "p is 1": ({"p": 1}, set()),
    "all 0": ({"coefficients": 0, "u": 0, "v": 0, "d": 0}, {"meets", "same_added"}),
    "large coefficients": ({"coefficients": 1e30}, {"meets"}),
    "tiny coefficients": ({"coefficients": 1e-30}, {"meets"}),
    "a way that cancels": (
        {"coefficients": [[3.1, -3.1], [3.1, -3.1]], "b": 0.999999999999, "d_back": -0.3},
        set(),
    ),
    "terms that cancel": ({"u": [1e17, 1, -1e17, 1, 1]}, {"other_added", "other_combined"}),
    "terms that are 0 together": ({"u": [0.1, 0.2, -0.3, 0, 0], "v": 0}, set()),
    "huge terms": ({"u": 1e300, "by": 1e10}, {"same_added"}),
    "tiny terms": ({"u": 1e-300}, {"same_added"}),
}

NEURON = {
    "the template's": ({}, {"fires", "digit_0"}),
    "just at the threshold": ({"threshold": 3}, {"fires"}),
    "just below": ({"threshold": 3.0001}, {"silent"}),
    "at 0 but for rounding": ({"x": [0.3, -0.1, -0.2], "w": 1, "threshold": 0}, {"fires"}),
    "tiny weights": ({"w": 1e-13, "threshold": 2.5e-13}, {"silent"}),
    "tiny weights, at the threshold": (
        {"w": [2e-13, 3e-13, 1e-13], "threshold": 3e-13},
        {"fires"},
    ),
    "a large weight without a signal": (
        {"w": [1e6, 1, 1], "x": [0, 1, 1], "threshold": 2.0000001},
        {"silent"},
    ),
    "huge": ({"w": 1e300}, {"fires"}),
    "all 0": ({"x": 0, "w": 0, "threshold": 0}, {"fires"}),
    "no picture": ({"picture": 0}, {"digit_none"}),
    "all ink": ({"picture": 1}, {"digit_none"}),
    "no bonds": ({"W3": 0}, {"digit_none"}),
    "both deafening": ({"b3": 50}, {"digit_none"}),
    "both silent": ({"b3": [-50, -40]}, {"digit_none"}),
    "nearly alike": ({"W3": 0, "b3": [0, 1e-11]}, {"digit_1"}),
}

NOTHING = dict.fromkeys(("W_single", "b_single", "W2", "b2", "W3", "b3"), 0)
OR = [[0], [1], [1], [1]]

XOR = {
    "the template's": ({}, {"two"}),
    "the start": ({"shown": 0}, {"neither"}),
    "outputs of a half": (NOTHING, {"neither", "undecided"}),
    "outputs of a half, or": (NOTHING | {"t": OR, "shown": 0}, {"neither", "undecided"}),
    "or": ({"t": OR}, {"both"}),
    "or, early": ({"t": OR, "shown": 5}, {"two"}),
    "one for all": ({"t": 1}, {"both"}),
    "all points in one": ({"x": 0}, {"neither", "undecided"}),
    "points far away": ({"x": 1e6}, {"neither"}),
    "epoch 2.5": ({"shown": 2.5}, {"asked"}),
    "epoch -1": ({"shown": -1}, {"asked"}),
    "epoch 999": ({"shown": 999}, {"asked"}),
    "epoch 1e300": ({"shown": 1e300}, {"asked"}),
    "no epoch": ({"shown": np.nan}, {"asked"}),
    "eta 0": ({"eta": 0}, {"neither"}),
    "eta 1e6": ({"eta": 1e6}, {"neither"}),
    "eta 1e300": ({"eta": 1e300}, {"neither"}),
}

WEIGHTS_OF = {"solver": ("W2", "b2", "W3", "b3"), "cnn-solver": ("WF", "bF", "WO", "bO")}


STATES = {
    "regression": REGRESSION,
    "similarity": SIMILARITY,
    "costs": COSTS,
    "sequences": SEQUENCES,
    "neuron": NEURON,
    "xor-layers": XOR,
    **{
        template: {
            "the template's": ({}, {"to_solve"}),
            **{
                f"weights {weight:g}": (dict.fromkeys(names, weight), {"to_solve"})
                for weight in (0, 100, -100, 1e300)
            },
        }
        for template, names in WEIGHTS_OF.items()
    },
}
