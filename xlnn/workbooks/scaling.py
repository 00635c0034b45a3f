"""Scale inputs and targets, with notes on those that should be scaled."""

import numpy as np

from xlnn.data.dataset import Dataset
from xlnn.data.messages import amount, short
from xlnn.data.numbers import rounded
from xlnn.data.preprocessing import scaling
from xlnn.equations.activation import ACTIVATIONS
from xlnn.options import Options
from xlnn.workbooks.kind import Source
from xlnn.workbooks.spec import AS_MANY, MOST_DECIMALS, Spec

UNSCALED = "none"

ANEW = "standard"
"""The scaling of new numbers that replace scaled ones."""

Scaling = tuple[np.ndarray, np.ndarray]
"""The middle and the factor of each column: scaled = (given - middle) * factor."""


DIGITS = 4
"""Significant digits of a prediction, relative to the range of the targets."""


LARGE = 10.0
"""Inputs of about 1 are what start weights are made for; from 10 on most units are saturated."""

ROUNDING = 1e-9
"""Rounding may put a number this far beyond the end of its range."""

TINY = 0.01
"""Smaller inputs have no effect on units; smaller differences of targets vanish beside the outputs
of an untrained network."""

MANY_TIMES = 10.0
"""The ratio of columns from which they count as very different in size."""

APART = 100.0
"""The ratio of columns beyond which the larger drowns the smaller."""


def scalings(
    source: Source, options: Options, data: Dataset, held: np.ndarray
) -> tuple[Scaling | None, Scaling | None, tuple[str, ...]]:
    """Return the scaling of inputs and of targets, from the training samples.

    Parameters
    ----------
    source : Source
    options : Options
    data : Dataset
    held : array of bool, shape (samples,)
        Which samples are held out.

    Returns
    -------
    inputs, targets : (array, array) or None
        Shapes (inputs,) and (outputs,); None for those that are not scaled.
    notes : tuple of str
        Notes on scaling that differs from the source's.
    """
    x, t = data.x[~held], data.t[~held]
    if _are_bytes(source, options, data):
        full = data.x.max()
        note = (
            f"The pixels go from 0 to {amount(full)}: the sheet scales them to 0 to 1 "
            "(--scale none leaves them)."
        )
        width = data.x.shape[1]
        return (np.zeros(width), rounded(np.full(width, 1 / full))), None, (note,)
    known = source.settings.get("scale", UNSCALED)
    inputs, notes = _scaling(source.scaling, known, options.scale, x, "inputs")
    if not (data.is_regression and source.trains and t.shape[1]):  # some learn inputs alone
        return inputs, None, notes
    was_regression = bool(source.reading.targets)
    how = ANEW if source.scaling is not None and not was_regression else known
    targets, others = _scaling(source.target_scaling, how, options.scale, t, "targets")
    return inputs, targets, notes + others


def _are_bytes(source: Source, options: Options, data: Dataset) -> bool:
    """Return whether pixels have a range such as 0 to 16 or 255, and no scaling was given."""
    known = source.settings.get("scale", UNSCALED)
    settled = options.scale is not None or source.scaling is not None or known != UNSCALED
    if settled or data.picture is None or not source.trains:
        return False
    return bool(data.x.min() >= 0 and data.x.max() > LARGE)


def _scaling(
    settled: Scaling | None, known: str, asked: str | None, numbers: np.ndarray, name: str
) -> tuple[Scaling | None, tuple[str, ...]]:
    """Return the scaling of some columns, and a note if it replaces a fixed one."""
    if asked is None and settled is not None:
        if len(settled[0]) == numbers.shape[1]:
            return settled, ()
        note = f"The {name} are new, so they are scaled again (--scale {ANEW})."
        return scaling(numbers, ANEW), (note,)
    how = asked or known
    return (None if how == UNSCALED else scaling(numbers, how)), ()


def decimals(t: np.ndarray) -> int:
    """Return the decimals of numbers as large as some targets; -1 for as many as needed.

    Parameters
    ----------
    t : array, shape (samples, outputs)

    >>> decimals(np.array([[25.0], [346.0]])), decimals(np.array([[1e-6], [3e-6]]))
    (1, -1)
    """
    spread = np.ptp(t, axis=0)
    size = np.where(spread > 0, spread, np.abs(t).max(axis=0))
    if not size.any():
        return AS_MANY
    digits = max(0, DIGITS - 1 - int(np.floor(np.log10(size[size > 0].min()))))
    return digits if digits <= MOST_DECIMALS else AS_MANY


def scale_note(data: Dataset) -> tuple[str, ...]:
    """Return a note if unscaled inputs are large, tiny, or of very different size.

    Parameters
    ----------
    data : Dataset
        Its ``x``, shape (samples, inputs), are the inputs of the network.
    """
    least, most = data.x.min(axis=0), data.x.max(axis=0)
    sizes = np.maximum(np.abs(least), np.abs(most))
    varied = np.flatnonzero(most > least)
    if not varied.size:
        return ()
    largest = varied[sizes[varied].argmax()]
    smallest = varied[sizes[varied].argmin()]
    if data.picture is not None:
        if TINY <= sizes[largest] <= LARGE:
            return ()
        span = f"from {amount(least.min())} to {amount(most.max())}"
        return (f"The pixels go {span}, but units learn best from 0 to 1: add --scale range.",)
    if sizes[largest] > LARGE or sizes[largest] > APART * sizes[smallest]:
        are_apart = sizes[largest] > MANY_TIMES * sizes[smallest]
        how = "of very different size" if are_apart else "large"
        spans = [
            f"{short(data.features[column])} from {amount(least[column])} to {amount(most[column])}"
            for column in ((smallest, largest) if are_apart else (largest,))
        ]
        return (f"The inputs are {how} ({', '.join(spans)}): add --scale standard.",)
    if sizes[largest] < TINY:
        span = f"from {amount(least[largest])} to {amount(most[largest])}"
        column = short(data.features[largest])
        return (f"The inputs are tiny ({column} {span}): add --scale standard.",)
    return ()


def target_notes(
    spec: Spec, t: np.ndarray, scale: Scaling | None, activation: str
) -> tuple[str, ...]:
    """Return notes if numbers to predict cannot be reached, or hardly be learnt.

    Parameters
    ----------
    spec : Spec
    t : array, shape (samples, outputs)
    scale : (array, array) or None
        Their scaling, shapes (outputs,).
    activation : str
        The activation of the outputs.
    """
    if not spec.is_regression:
        return ()
    if scale is not None:
        middle, factor = scale
        t = (t - middle) * factor
    least, most = t.min(axis=0), t.max(axis=0)
    constant = [short(name) for name, same in zip(spec.labels, least == most, strict=True) if same]
    notes = tuple(
        f"{name} is the same in all rows: there is nothing to learn." for name in constant
    )
    lowest, highest = ACTIVATIONS[activation].reach
    if least.min() < lowest - ROUNDING or most.max() > highest + ROUNDING:
        reach = f"from {lowest} to {highest}" if highest < np.inf else f"from {lowest} on"
        what = "scaled targets" if spec.scaled_targets else "targets"
        span = f"from {amount(least.min())} to {amount(most.max())}"
        note = (
            f"The {what} go {span}, and outputs of {activation} {reach}, so they cannot be "
            "reached: add --scale range, or --scale standard and --output-activation linear."
        )
        return (*notes, note)
    return notes if spec.scaled_targets else notes + _size_note(spec, least, most)


def _size_note(spec: Spec, least: np.ndarray, most: np.ndarray) -> tuple[str, ...]:
    """Return a note if unscaled targets are large, tiny or of very different size."""
    sizes, spread = np.maximum(np.abs(least), np.abs(most)), most - least
    varied = np.flatnonzero(spread)
    if not varied.size:
        return ()
    largest, smallest = varied[sizes[varied].argmax()], varied[spread[varied].argmin()]
    if sizes[largest] > LARGE:
        how, which = "large", largest
    elif spread[smallest] < TINY:
        how, which = "close together", smallest
    else:
        return ()
    span = f"{short(spec.labels[which])} from {amount(least[which])} to {amount(most[which])}"
    return (f"The targets are {how} ({span}): add --scale standard, which scales them as well.",)
