"""Vary the images and start weights of an exercise from person to person."""

from dataclasses import replace

import numpy as np

from xlnn.data.dataset import Dataset
from xlnn.data.precision import rounded
from xlnn.options import Options
from xlnn.workbooks.network.data_options import data_of
from xlnn.workbooks.network.origin import Origin
from xlnn.workbooks.network.recipe import held_of

LEAST = 7 / 8
"""The smallest part of the images that a person gets: the network learns as before, and rows that
a neighbour's formulas name are others."""

SEEDS = 2**32


def personal(origin: Origin, options: Options, random: np.random.Generator) -> Origin:
    """Return an origin with some of its images in another order, and a start of its own.

    Those that are held out stay held out, and of every class that was trained one still is. A
    network that does not train keeps its weights, and all of its rows, each a little moved.
    """
    data = data_of(origin, options)
    if not origin.epochs:
        x = data.x[random.permutation(len(data.x))]
        moved = rounded(x * random.uniform(0.8, 1.2, x.shape))
        return replace(origin, data=replace(data, x=moved, told=()))
    held = held_of(origin, options, data)
    trained = _some(np.flatnonzero(~held), data, random)
    tested = _some(np.flatnonzero(held), data, random)
    rows = np.concatenate([trained, tested])
    return replace(
        origin,
        data=replace(data, x=data.x[rows], t=data.t[rows], told=()),
        held=np.arange(len(rows)) >= len(trained),
        start=None,
        seed=int(random.integers(SEEDS)),
    )


def _some(rows: np.ndarray, data: Dataset, random: np.random.Generator) -> np.ndarray:
    """Choose some rows, in another order; of every class there is one."""
    least = int(np.ceil(LEAST * len(rows)))
    count = int(random.integers(least, len(rows) + 1)) if len(rows) else 0
    shuffled = random.permutation(rows)
    if not data.is_regression:  # the first of each class is never left out
        classes = data.t[shuffled].argmax(axis=1) if len(rows) else shuffled
        firsts = np.unique(classes, return_index=True)[1]
        order = np.concatenate([firsts, np.setdiff1d(np.arange(len(rows)), firsts)])
        count = max(count, len(firsts))
        shuffled = random.permutation(shuffled[order.astype(int)][:count])
    return shuffled[:count]
