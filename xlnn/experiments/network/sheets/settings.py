"""The sheet Settings: how the network trains."""

from collections.abc import Iterator, Sequence

from xlnn.equations.runs import SaidOfEachRun
from xlnn.experiments.network.quantities.stating import quantity
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
"""What cells take if not any number, by the kinds of quantities."""

VALUES, WIDTH = 3, 12
"""The first column of the cells that may be changed, and their least width."""


def quantities(spec: Spec, words: Text) -> Iterator[Quantity]:
    """Yield the sentence about each of several runs whose total cost rose."""
    runs = range(1, spec.number_of_runs + 1)
    each = [diverged(words, words("compare", "run", run=run)) for run in runs]
    yield quantity(
        "diverged",
        equation=SaidOfEachRun(each),
        shape=(len(each),),
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
            bounded_validation(cell_range(part), page.words, BOUNDS.get(kind, "number"))
            for block in page.layout.on(SHEET)
            for part in block.parts
            for kind in [part.quantity.kind]
            if part.quantity.is_input and not part.quantity.is_text
        ]


def _parts(model: Model) -> _Settings:
    """Return a line for each constant of a step, with a column for each run, and the lists."""
    here = [quantity for quantity in model.quantities if quantity.sheet == SHEET]
    steps = [each.name for each in here if each.is_input and not each.shape]
    runs = max((len(model[name].parts) for name in steps), default=1)
    names = [Space(1, VALUES - 1), *map(_run, range(runs))]
    return _Settings(
        *([Beside(*names, apart=0)] if runs > 1 else []),
        *_steps(steps),
        *(Sentences(each.name, bold=0, look=ASKED) for each in here if each.is_sentence),
        *(_list(each.name) for each in here if each.is_input and each.shape),
    )


def _run(run: int) -> Label:
    return Label(lambda page: page.words("compare", "run", run=run + 1), look=KEY)


def _steps(names: Sequence[str]) -> Iterator[PagePart]:
    """Yield the constants of a step, and what each does."""
    if names:
        told = Below(*(Label(name, SHEET, ASIDE) for name in names))
        yield Beside(Numbers(*names, symbols=True, at=VALUES - 1), told, apart=0)


def _list(name: str) -> Beside:
    """Return a list of labels, with the number of each."""
    return Beside(
        Label(name, "quantities", fits=True, above=1),
        Units(
            lambda page: [str(n) for n in range(1, 1 + len(page.spec.labels))], name, headed=False
        ),
        Label(name, SHEET, ASIDE),
        apart=0,
    )


PAGE = Page(SHEET, "", "", Made(_parts), tab="input")
