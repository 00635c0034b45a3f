"""The sheet Settings: how the network trains."""

from collections.abc import Iterator, Sequence
from functools import partial

from xlnn.equations.runs import SaidOfEachRun
from xlnn.experiments.network.quantities.stating import quantity, text_of
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.progress import diverged
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import bounded_validation
from xlnn.workbooks.pages.table_parts import Units
from xlnn.workbooks.pages.text_parts import Label, Sentences
from xlnn.workbooks.runs import name_of_run
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing, cell_range
from xlnn.writing.style import ASIDE, ASKED, KEY
from xlnn.writing.text_width import name_width

SHEET = "settings"
BOUNDS = {
    **dict.fromkeys(("eta", "epsilon", "t_factor"), "positive"),  # they divide, or are a step
    "l2": "from_0",
    **dict.fromkeys(("mu", "beta", "beta1", "beta2"), "share"),
}
"""The numbers that cells accept, by the kinds of quantities; other cells accept any number."""

TOLD = {
    "eta": "How far one step goes against the gradient. The book uses 0.2.",
    "labels": "In the order of the output units.",
    "middle": "Each input is scaled before the network receives it: (input − middle) × factor.",
    "factor": "1 leaves the input as large as it is.",
    "l2": "How strongly large weights are penalised: λ/2 Σ w² is part of C_T. Biases are not "
    "penalised.",
    "mu": "How much of the previous velocity is kept. 0 is plain gradient descent.",
    "beta": "How much of the previous mean square is kept.",
    "beta1": "How much of the previous mean gradient is kept.",
    "beta2": "How much of the previous mean square is kept.",
    "epsilon": "Keeps the divisor above 0 where gradients are 0.",
    "t_middle": "Each target is scaled before training: (target − middle) × factor.",
    "t_factor": "A prediction is converted back: middle + output / factor.",
}
"""What each setting does."""

PREDICTING = {
    "labels": "Output 1 is the first output unit, and so on.",
    "middle": "The model scales each input before its first layer: (input − middle) × factor.",
}
"""What each setting does if nothing trains."""

ALONG = {
    "momentum": "How far one step goes in the direction of the velocity.",
    **dict.fromkeys(
        ("rmsprop", "adam"),
        "How far one step goes in the direction r: each weight moves "
        "by about η, however large the gradient is.",
    ),
}
"""What a step does along the direction of an optimiser that all runs have."""

VALUES, WIDTH = 3, 12
"""The first column of the cells that may be changed, and their least width."""


def quantities(spec: Spec, words: Text) -> Iterator[Quantity]:
    """Yield the sentence about each of several runs whose total cost rose."""
    runs = range(1, spec.number_of_runs + 1)
    sentences = [diverged(words, name_of_run(run, words)) for run in runs]
    yield quantity(
        "diverged",
        equation=SaidOfEachRun(sentences),
        shape=(len(sentences),),
        prefix="settings_",
        sheet=SHEET,
    )


class _Settings(Below):
    """Settings, each of which takes the numbers that its equation allows."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw them in columns as wide as labels, which may be among them."""
        drawing.widths[VALUES] = max(WIDTH, name_width(page.spec.labels))
        super().draw(drawing, page, row, column)
        drawing.validations = [
            bounded_validation(cell_range(run), page.words, BOUNDS.get(kind, "number"))
            for block in page.layout.on(SHEET)
            for run in block.runs
            for kind in [run.quantity.kind]
            if run.quantity.is_input and not run.quantity.is_text
        ]


def _parts(model: Model) -> _Settings:
    """Return a line for each constant of a step, with a column for each run, and the lists."""
    here = [quantity for quantity in model.quantities if quantity.sheet == SHEET]
    steps = [q.name for q in here if q.is_input and not q.shape]
    runs = max((len(model[name].runs) for name in steps), default=1)
    names = [Space(1, VALUES - 1), *map(_run, range(runs))]
    return _Settings(
        *([Beside(*names, apart=0)] if runs > 1 else []),
        *_steps(steps),
        *(Sentences(q.name, bold=0, look=ASKED) for q in here if q.is_sentence),
        *(_list(q.name) for q in here if q.is_input and q.shape),
    )


def told_of(name: str, page: Context[Spec]) -> str:
    """Return what a setting does."""
    spec, text = page.spec, TOLD[name]
    if not spec.epochs:
        text = PREDICTING.get(name, text)
    elif name == "eta" and len(set(spec.runs)) <= 1:
        text = ALONG.get(spec.optimizer, text)
    return page.words.of_itself("headings", text)


def _run(run: int) -> Label:
    return Label(lambda page: name_of_run(run + 1, page.words), look=KEY)


def _steps(names: Sequence[str]) -> Iterator[PagePart]:
    """Yield the constants of a step, and what each does."""
    if names:
        notes = Below(*(Label(partial(told_of, name), look=ASIDE) for name in names))
        yield Beside(Numbers(*names, symbols=True, at=VALUES - 1), notes, apart=0)


def _list(name: str) -> Beside:
    """Return a list of labels, with the number of each."""
    return Beside(
        Label(name, "quantities", fits=True, above=1),
        Units(
            lambda page: [str(n) for n in range(1, 1 + len(page.spec.labels))], name, headed=False
        ),
        Label(partial(told_of, name), look=ASIDE),
        apart=0,
    )


PAGE = Page(
    SHEET, "Settings",
    text_of(
        "Training settings. Change any yellow cell and everything is recalculated.",
        predicts="The settings of the model. Change any yellow cell and everything is "
        "recalculated.",
    ),
    Made(_parts),
    does=text_of("Set how the network trains.", predicts="The names of the outputs."),
    tab="input",
)  # fmt: skip
