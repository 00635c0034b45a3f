"""Choose cost and inputs for training a model further.

A file says neither which cost nor which optimiser trained it.
"""

from dataclasses import replace
from pathlib import Path
from shlex import quote

from xlnn.data.dataset import Dataset
from xlnn.data.inputs import check_count
from xlnn.data.wording import listed
from xlnn.options import Options, as_typed
from xlnn.workbooks.network.origin import Origin

CATEGORICAL, SQUARED = "categorical cross-entropy", "squared error"

COSTS = {"softmax": CATEGORICAL, "sigmoid": "cross-entropy"}
"""The cost that goes with an output; with others it is the squared error."""


def trained_on(origin: Origin, options: Options, data: Dataset) -> tuple[Origin, tuple[str, ...]]:
    """Return the origin of a model with the output and the cost that fit its data, and what to say.

    Any other origin stays as it is.

    Raises
    ------
    DataError
        The data have another number of inputs than the model takes.
    """
    if not origin.inputs:
        return origin, ()
    assert isinstance(origin.data, Path)  # noqa: S101 -- of the model
    name = origin.data.name
    check_count(data, options.data, origin.inputs)
    *below, output = origin.layers
    had, asked, notes = output["activation"], options.output_activation, []
    if had == "linear" and not asked and not data.is_regression:
        if options.cost in {None, CATEGORICAL}:
            asked = "softmax"
            notes.append(f"{name} ends in scores: a softmax makes probabilities of them.")
    elif asked not in {None, had}:
        notes.append(f"The output layer is {asked} now, and is {had} in {name}.")
    is_whole = output["units"] == len(data.labels)
    if is_whole and not (data.is_regression or origin.reading.labels):
        order = f"its outputs are taken for {listed(data.labels)}, in this order"
        notes.append(f"{name} names no labels: {order}.")
    used = replace(
        origin,
        layers=[*below, output | {"activation": asked or had}],
        cost=COSTS.get(asked or had, SQUARED),
    )
    usual = {"cost": used.cost, "optimizer": used.optimizer, "eta": used.eta}
    left = [key for key in usual if getattr(options, key) is None]
    if left:
        typed = listed(f"{as_typed(key)} {quote(str(usual[key]))}" for key in left)
        notes.append(f"{name} trains on with {typed}, as nothing else was asked for.")
    return used, tuple(notes)
