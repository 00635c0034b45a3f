"""Notes, before a build, on training that fails."""

import numpy as np

from xlnn.data.messages import amount, listed, short
from xlnn.errors import DataError
from xlnn.model import Model
from xlnn.reference import Arrays
from xlnn.terms import general_text
from xlnn.workbooks.results import errors_by_mean

MOST_NAMED = 3
"""The most outputs that a sentence names."""

SQUARED = 1e150
"""Up to this size, a million numbers have a sum of squares that fits in a cell, at most 1.8e308."""

SPLITS = {"": "", "test_": " held-out"}
"""How the rows that train and the others are called, by the prefix of their quantities."""

HELD_OUT_REMEDY = "a larger --l2, fewer --hidden units or more rows"
"""What may help if only the rows that train are learned."""

TARGETS = ("t", "raw_t", "test_t", "test_raw_t")


def check_training(model: Model, run: Arrays) -> None:
    """Refuse training whose numbers overflow.

    Parameters
    ----------
    model : Model
        The network.
    run : dict of arrays
        The result of `xlnn.reference.run`.

    Raises
    ------
    DataError
        A quantity is not finite; the message names the first such epoch.
    """
    lost = []
    for quantity in model.quantities:
        if quantity.is_text or not quantity.timed:
            continue
        array = run[quantity.name]
        for number, own in enumerate(array if quantity.each else [array], start=quantity.begins):
            is_lost = ~np.isfinite(own.reshape(len(own), -1)).all(axis=1)
            if is_lost.any():
                epoch = int(is_lost.argmax()) + 1 - quantity.given  # weights begin with the start
                symbol = quantity.symbol.replace("{}", "") or quantity.name
                lost.append((epoch, quantity.kind != "C_T", symbol, number))
    largest = max((np.abs(run[name]).max() for name in TARGETS if name in run), default=0)
    if lost and largest > SQUARED:
        raise DataError(
            f"The numbers to predict go to {amount(largest)}, whose squares do not fit in a cell: "
            "divide them by a power of ten."
        )
    if lost:
        epoch, _, symbol, number = min(lost)
        where = f" of run {number + 1}" if number else ""
        raise DataError(
            f"Training diverges: {symbol}{where} becomes infinite or NaN in epoch {epoch}. Use a "
            f"smaller --eta{_scaling(model)}."
        )


def _scaling(model: Model) -> str:
    """Return advice to scale what is not scaled."""
    if "rmse" in model.by_name and "t_factor" not in model.by_name:
        return ", or scale inputs and targets with --scale standard"
    return "" if "factor" in model.by_name else ", or scale the inputs with --scale"


def training_notes(run: Arrays) -> tuple[str, ...]:
    """Return notes if networks got worse, or predict no better than a mean.

    Parameters
    ----------
    run : dict of arrays
        ``C_T``, shape (epochs,); for a regression ``rmse``, shape (epochs, outputs), and its
        targets ``t``, or unscaled ``raw_t``, shape (samples, outputs); for classes ``recognised``,
        shape (epochs,), and ``t``; the inputs ``x``, or unscaled ``raw``, shape (samples, ...).
        Of several runs, results have runs before epochs.
    """
    names = {"C_T", *(prefix + name for prefix in SPLITS for name in ("rmse", "recognised"))}
    own = run.keys() & names if run["C_T"].ndim > 1 else ()
    runs = [{name: run[name][n] for name in own} for n in range(len(run["C_T"]) if own else 1)]
    return tuple(
        f"Run {number}: {note}" if number > 1 else note
        for number, one in enumerate(runs, start=1)
        for note in _of_one({**run, **one})
    )


def _of_one(run: Arrays) -> tuple[str, ...]:
    """Return the note on a single run, if there is one."""
    first, last = run["C_T"][[0, -1]]
    if last > first:
        return (f"C_T rose from {amount(first)} to {amount(last)}. Try a smaller --eta.",)
    judge = _of_numbers if "rmse" in run else _of_classes
    judged = [judge(run, *split) for split in SPLITS.items() if f"{split[0]}t" in run]
    given = run.get("raw", run.get("x"))
    if any(judged) and given is not None and (given == given[0]).all():
        return ("The inputs are the same in all rows: there is nothing to learn from them.",)
    return tuple(filter(None, judged))[:1]


def _of_numbers(run: Arrays, prefix: str, which: str) -> str:
    """Return a note if the mean of the targets predicts some rows better than a network."""
    errors, by_mean = run[f"{prefix}rmse"][-1], errors_by_mean(run, prefix)
    useless = np.flatnonzero((by_mean > 0) & (errors > by_mean))
    if not useless.size:
        return ""
    names = listed(run["labels"][useless], most=MOST_NAMED)
    where = f" of{which} rows" if which else ""
    error, mean = (amount(rmse[useless[0]]) for rmse in (errors, by_mean))
    scaling = "" if "raw_t" in run else "--scale standard, "
    remedy = HELD_OUT_REMEDY if prefix else f"{scaling}more --epochs or another --eta"
    return (
        f"After the last epoch {names}{where} would be predicted better by the mean of the targets "
        f"(root mean square error {error}, and {mean} by the mean): try {remedy}."
    )


def _of_classes(run: Arrays, prefix: str, which: str) -> str:
    """Return a note if a network is no better on some rows than always giving one class."""
    if f"{prefix}recognised" not in run:
        return ""
    t, right = run[f"{prefix}t"], int(run[f"{prefix}recognised"][-1])
    commonest = int(run["t"].sum(axis=0).argmax())
    most = int(t[:, commonest].sum())
    if most == len(t) or right > most - bool(prefix):
        return ""
    label = short(general_text(run["labels"][commonest]))
    adam = "" if any(name.startswith("moment2") for name in run) else "--optimizer adam, "
    remedy = f"{adam}more --epochs, another --eta, --hidden or --scale"
    return (
        f"After the last epoch {right:,} of {len(t):,}{which} rows are right, and {most:,} would "
        f"be if the answer were always {label}. Try {HELD_OUT_REMEDY if prefix else remedy}."
    )
