"""Does training lead anywhere? Asked of NumPy's run, before anything is written."""

import numpy as np

from xlnn.errors import DataError
from xlnn.quantity import Model
from xlnn.reference import Arrays


def check_training(model: Model, run: Arrays) -> None:
    """Refuse a training whose numbers grow beyond all that a cell holds.

    Parameters
    ----------
    model : Model
        The network.
    run : dict of arrays
        What `xlnn.reference.run` makes of it.

    Raises
    ------
    DataError
        A quantity is no finite number; the first epoch of it is named.
    """
    lost = []
    for quantity in model.quantities:
        if quantity.is_text or not quantity.timed:
            continue
        array = run[quantity.name]
        is_lost = ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)
        if is_lost.any():
            epoch = int(is_lost.argmax()) + 1 - quantity.given  # weights begin with the start
            symbol = quantity.symbol.replace("{}", "") or quantity.name
            lost.append((epoch, quantity.name != "C_T", symbol))
    if lost:
        epoch, _, symbol = min(lost)
        raise DataError(
            f"Training diverges: {symbol} is no number from epoch {epoch} on. Take a smaller "
            "--eta, or scale the inputs with --scale."
        )


def training_notes(run: Arrays) -> tuple[str, ...]:
    """Say that a network got worse, if it did.

    Parameters
    ----------
    run : dict of arrays
        ``C_T``, shape (epochs,).
    """
    first, last = run["C_T"][[0, -1]]
    if last <= first:
        return ()
    return (f"C_T rose from {first:.3g} to {last:.3g}. Is --eta too large?",)
