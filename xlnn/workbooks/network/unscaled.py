"""Are inputs of a size that units can learn from, or should they be scaled?"""

import numpy as np

from xlnn.data import Dataset
from xlnn.data.wording import amount, short

LARGE = 10.0
"""Inputs of about 1 are what start weights are made for; from 10 on most units are saturated."""

APART = 100.0
"""How often larger one column may be than another before it drowns that one."""


def scale_note(data: Dataset) -> tuple[str, ...]:
    """Say that inputs which nobody scales are large, or of very different size.

    Parameters
    ----------
    data : Dataset
        Its ``x``, shape (images, inputs), is what the network sees.
    """
    least, most = data.x.min(axis=0), data.x.max(axis=0)
    sizes = np.maximum(np.abs(least), np.abs(most))
    varied = np.flatnonzero(most > least)
    if not varied.size:
        return ()
    largest = varied[sizes[varied].argmax()]
    smallest = varied[sizes[varied].argmin()]
    if data.picture is not None:
        if sizes[largest] <= LARGE:
            return ()
        span = f"from {amount(least.min())} to {amount(most.max())}"
        return (f"The pixels go {span}, and units learn best from 0 to 1: add --scale range.",)
    if sizes[largest] > LARGE or sizes[largest] > APART * sizes[smallest]:
        how = "of very different size" if largest != smallest else "large"
        spans = [
            f"{short(data.features[column])} from {amount(least[column])} to {amount(most[column])}"
            for column in dict.fromkeys((smallest, largest))
        ]
        return (f"The inputs are {how} ({', '.join(spans)}): add --scale standard.",)
    return ()
