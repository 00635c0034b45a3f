"""Vary the inputs of an experiment from person to person."""

import numpy as np

from xlnn.quantity import Quantity

LEAST, MOST = 0.8, 1.25
"""How a number is moved: the experiment is still the one that its words speak of."""

DIGITS = 2, 4
"""Of a number that was moved: at least, and at the most."""


def is_movable(quantity: Quantity) -> bool:
    """Tell whether an input is a real number: no text, no choice, and nothing that is counted."""
    return not (quantity.is_text or quantity.choices or quantity.number_format == "0")


def moved_inputs(quantity: Quantity, given: object, random: np.random.Generator) -> np.ndarray:
    """Move what an input holds, up to a quarter.

    Zeros and ones stay: they are pixels, targets, or what switches a term off.

    >>> moved_inputs(Quantity("x", shape=(4,)), [0, 1, 0.5, -4], np.random.default_rng(0)).tolist()
    [0.0, 1.0, 0.41, -3.2]
    """
    array = np.asarray(given, dtype=float).reshape(quantity.input_lengths)
    # every number takes one from the generator, so that one that stays moves no other
    factors = np.exp(random.uniform(np.log(LEAST), np.log(MOST), array.shape))
    moved = [
        value if value in (0.0, 1.0) else float(f"{value * factor:.{_digits(value)}g}")
        for value, factor in zip(array.ravel(), factors.ravel(), strict=True)
    ]
    return np.array(moved, dtype=float).reshape(array.shape)


def _digits(value: float) -> int:
    """Return with how many digits a number is written, within `DIGITS`."""
    written = f"{value:.15e}".partition("e")[0].replace(".", "").lstrip("-").rstrip("0")
    return min(max(len(written), DIGITS[0]), DIGITS[1])
