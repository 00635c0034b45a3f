"""What training came to, in sentences for the command line."""

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np

from xlnn.data.messages import amount, counted, listed
from xlnn.errors import Message
from xlnn.model import Model
from xlnn.reference import Arrays
from xlnn.terms import general_text
from xlnn.workbooks.runs import NAMES
from xlnn.workbooks.samples import TEST

MOST_NAMED = 3
"""The most outputs or classes that a sentence names."""

READ = {"recognised": {"truth", "answer", "recognised"}, "rmse": {"t", "labels", "rmse"}}
"""The arrays that are read where classes are told apart, and where numbers are predicted."""

ARRAYS = {*chain(*READ.values()), "raw_t"}
"""The names of all arrays that are read."""


def results(model: Model, run: Arrays, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Return sentences on the last epoch, beside the simplest prediction; none if none is judged.

    They are about the held-out rows if there are any, and else about the rows that trained.

    Parameters
    ----------
    model : Model
    run : dict of arrays
        For classes ``truth`` and ``answer``, for numbers ``rmse``; of held-out rows their copies.
    titles : dict of str
        The titles of sheets, by their keys.
    """
    task = next((name for name, read in READ.items() if run.keys() >= read), "")
    if not task:
        return ()
    prefix = TEST if TEST + task in run else ""
    quantity = model[prefix + task]
    runs = len(run[quantity.name]) if quantity.each else 0
    names = [name for name in run if name.removeprefix(TEST) in ARRAYS]
    judge = _of_classes if task == "recognised" else _of_numbers
    sentences = []
    for number in range(max(1, runs)):
        one = {name: run[name][number] if model[name].each else run[name] for name in names}
        for text in judge(one, prefix):
            name = general_text(run[NAMES][number]) if runs else ""
            sentences.append(Message("{name}: {said}", name=name, said=text) if runs else text)
    return (*sentences, Message("See the sheet {sheet}.", sheet=titles[quantity.sheet]))


def _of_classes(run: Arrays, prefix: str) -> Iterator[str]:
    """Yield how many rows are classified correctly, and which classes never are."""
    truth, answer = run[f"{prefix}truth"], run[f"{prefix}answer"][-1]
    commonest = int(np.bincount(run["truth"].astype(int)).argmax())
    rows, simple = len(truth), (truth == commonest).sum()
    right = int(run[f"{prefix}recognised"][-1])
    which = _rows(prefix)
    yield Message(
        "Of {rows:,} {which} {right:,} is classified correctly ({share:.0%}) in the last epoch; "
        "{simple:,} would be ({by_one:.0%}) if the answer were always {label}."
        if right == 1
        else "Of {rows:,} {which} {right:,} are classified correctly ({share:.0%}) in the last "
        "epoch; {simple:,} would be ({by_one:.0%}) if the answer were always {label}.",
        rows=rows,
        which=which,
        right=right,
        share=right / rows,
        simple=simple,
        by_one=simple / rows,
        label=_label(run, commonest),
    )
    never = [
        Message("{label} ({rows})", label=_label(run, number), rows=counted(int(own.sum()), "row"))
        for number in np.unique(truth).astype(int)
        if not (answer[own := truth == number] == number).any()
    ]
    if never:
        names = listed(never, most=MOST_NAMED)
        yield Message("Never right among the {which}: {names}.", which=which, names=names)


def _rows(prefix: str) -> Message:
    return Message("held-out rows") if prefix else Message("rows")


def _label(run: Arrays, number: int) -> str:
    return general_text(run["labels"][number - 1]) if "labels" in run else str(number)


def _of_numbers(run: Arrays, prefix: str) -> Iterator[str]:
    """Yield the error of each output, beside that of always predicting the mean."""
    errors, simplest = run[f"{prefix}rmse"][-1], errors_by_mean(run, prefix)
    for name, error, simple in list(zip(run["labels"], errors, simplest, strict=True))[:MOST_NAMED]:
        yield Message(
            "{name} of {rows:,} {which}: the root mean square error is {error} in the last epoch; "
            "always predicting the mean, it would be {simple}.",
            name=general_text(name),
            rows=len(run[f"{prefix}t"]),
            which=_rows(prefix),
            error=amount(error),
            simple=amount(simple),
        )


def errors_by_mean(run: Arrays, prefix: str) -> np.ndarray:
    """Return the root mean square error of each output if the mean of training were predicted."""
    raw = "raw_t" if "raw_t" in run else "t"
    off: np.ndarray = run[prefix + raw] - run[raw].mean(axis=0)
    return np.sqrt((off**2).mean(axis=0))
