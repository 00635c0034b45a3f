"""The sheet Check: how far each array is from a note of NumPy's run.

The notes are of the inputs and of NumPy's run. As long as no input differs, C_T of every epoch and
the last weights are those of that run.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from xlnn import reference
from xlnn.axis import Axis
from xlnn.data.numbers import rounded
from xlnn.equation import Equation
from xlnn.equations import check_sheet as eq
from xlnn.equations.sentences import Told
from xlnn.experiments.network.layers import parameters_of
from xlnn.experiments.network.quantities.network import alone, network, of_each_run
from xlnn.experiments.network.quantities.stating import copied, epochs_of, quantity, samples_of
from xlnn.grid import address
from xlnn.model import Model
from xlnn.quantity import Quantity
from xlnn.registry.text import Text
from xlnn.workbooks.pages.number_parts import Made, Numbers
from xlnn.workbooks.pages.page import Page
from xlnn.workbooks.pages.part import Below, Beside, PagePart, Space
from xlnn.workbooks.pages.progress import named
from xlnn.workbooks.pages.sheet import Context
from xlnn.workbooks.pages.table import plain_name
from xlnn.workbooks.pages.table_parts import Table
from xlnn.workbooks.samples import TEST
from xlnn.workbooks.spec import Spec
from xlnn.writing.drawing import Drawing
from xlnn.writing.style import INDENTED, LINK, NOTE, SENTENCE, heading

SHEET = "check"
PREFIX = "numpy_"

shown = partial(quantity, prefix=PREFIX, sheet=SHEET)
noted = partial(shown, is_record=True)
small = partial(shown, number_format="0E+00")
"""State a quantity of the sheet, a note, and a distance."""

NUDGE = 2.0**-50
"""How far the start is moved, relatively, to see whether rounding grows: a few roundings."""

GROWN = 1e-9
"""Rounding grows if the results then differ by more than this, relatively: an engine rounds at each
step, and may end up a thousand times as far from NumPy."""

SAME, CHANGED, EQUAL, UNDECIDED = (
    "as noted", "differs from the note", "agrees with NumPy",
    "not comparable: an input has changed",
)  # fmt: skip
"""The remarks on an array."""

HEADINGS = ("what is compared", "largest difference (relative)", "note")

FOLDED = (
    "Folded below (click the + at the edge): the values noted when the workbook was built, and "
    "how far the cells are from them. For each column of data a sum is noted: each number times "
    "the mark of its row, 2 + sin n for row n."
)

VERDICTS = {
    "agrees": "The sheets agree with NumPy's run: C_T of every epoch and the last weights differ "
    "by less than a millionth of the largest.",
    "changed": "These inputs have changed since the workbook was built: {what}.",
    "differs": "No input has changed, but these numbers differ from NumPy's: {what}.",
}
"""The verdicts on all arrays, by the keys of `xlnn.equations.check_sheet.CheckVerdict`."""

ADVICE = {
    "after_change": "So the results may differ, too. This sheet cannot tell whether all formulas "
    "are intact; xlnn check FILE can.",
    "after_difference": "A formula is missing or was changed, or a fixed number or a note below "
    "was changed: xlnn check FILE tells which.",
    "after_growth": "Rounding errors grow so much in this run that this is no sign of a mistake: "
    "xlnn check FILE tells whether all formulas are intact.",
}
"""What a person may do in the cases from 1 on."""

Compared = tuple[Quantity, Quantity, Quantity]
"""The note of an array, its distances from that, and the largest of them."""

LOOKS = {f"{PREFIX}state": replace(SENTENCE, bold=True), f"{PREFIX}advice": SENTENCE}

NUMBERS = 15
"""How wide the columns of numbers are."""


def quantities(spec: Spec, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Check; notes of the data exist once."""
    once = (_of_input(given) for given in _noted(network(spec).inputs) if not given.each)
    shared = {quantity.name for note, distance, _ in once for quantity in (note, distance)}
    yield from of_each_run(spec, partial(_of_run, words), shared | _marked(spec).keys())


def _of_run(words: Text, spec: Spec) -> Iterator[Quantity]:
    """Yield the quantities of one run."""
    model = Model(tuple(alone(spec)))
    for name, rows in _marked(spec).items():
        axes = (Axis("image", rows),)
        yield replace(noted("mark", "mark of the row", axes=axes), name=name)
    typed = [_of_input(given) for given in _noted(model.inputs)]
    computed = [*_results(spec, model)]
    for compared in (*typed, *computed):
        yield from compared
    names, results = (
        {largest.name: called(note, words) for note, _, largest in several}
        for several in (typed, computed)
    )
    yield noted("grows", "rounding errors grow (1: yes)", number_format="0")
    case = eq.Case([*names], [*results]).of("numpy_grows")
    yield shown("case", "which sentence is shown (0 to 3)", case, number_format="0")
    same, changed, equal, unequal, undecided = (
        words.of_itself("headings", text) for text in (SAME, CHANGED, EQUAL, CHANGED, UNDECIDED)
    )
    of_input = Told([changed, same], lambda largest: (largest > 0,))
    of_result = Told(
        [undecided, equal, unequal],
        lambda largest, case: (case == 1, largest <= 1 / 10**eq.AGREE_DIGITS),
    )
    for *_, largest in (*typed, *computed):
        known = [largest.name] + ["numpy_case"] * (largest.name in results)
        kind = largest.kind.replace("_largest", "_remark")
        remark = of_result if largest.name in results else of_input
        yield shown(kind, equation=remark.of(*known), layer=largest.layer)
    verdicts = {key: words.sentence(f"{SHEET}_{key}", told) for key, told in VERDICTS.items()}
    state = eq.CheckVerdict(verdicts | {"between": words("joined", "between")}, names, results)
    advised = (words.sentence(f"{SHEET}_{key}", told) for key, told in ADVICE.items())
    advice = Told(["", *advised], "case")
    yield shown("state", "result", state.of(case="numpy_case"))
    yield shown("advice", equation=advice.of(case="numpy_case"))


def _of_input(given: Quantity) -> Compared:
    """Compare an input: all of it, or for data a sum of each column."""
    name, kind, shape = given.name, given.kind, given.shape
    if any(axis.family == "image" for axis in given.axes):
        mark = f"{PREFIX}{name.removesuffix(kind)}mark"
        return _compared(given, f"{name}_print", eq.SumDistance().of(mark, name), shape=shape)
    if given.given:
        return _compared(given, f"{kind}_start", eq.NoteDistance(0).of(name), shape=shape)
    return _compared(given, kind, eq.NoteDistance().of(name), shape=shape)


def _results(spec: Spec, model: Model) -> Iterator[Compared]:
    """Compare the results of NumPy's run: C_T of every epoch, and the last weights."""
    yield _compared(model["C_T"], "C_T", eq.NoteDistance().of("C_T"), axes=(epochs_of(spec),))
    for kind, layer, shape in parameters_of(spec):
        last = model[f"{kind}{layer}"]
        yield _compared(last, kind, eq.NoteDistance(-1).of(last.name), shape=shape)


def _compared(array: Quantity, stem: str, equation: Equation, **rows: object) -> Compared:
    """Return the quantities that compare an array; the stem is the beginning of their names."""
    layer, is_sum = array.layer, "marks" in equation.roles
    digits = "0.0000E+00" if is_sum else array.number_format
    note = copied(array, prefix=PREFIX, sheet=SHEET, is_record=True, number_format=digits,
                  **{"shape": (), **rows})  # fmt: skip
    note = replace(note, name=f"{PREFIX}{stem}{layer}")
    distance = small(
        f"{stem}_distance", "difference", equation.of(noted=note.name), layer=layer, **rows
    )
    uses = {"distance": distance.name} | ({} if is_sum else {"noted": note.name})
    return note, distance, small(f"{stem}_largest", "", eq.LargestDistance(), uses, layer=layer)


def called(note: Quantity, words: Text) -> str:
    """Return the name and symbol of a noted array."""
    symbol = note.heading(())
    name = words.title(note.kind, note.title).removesuffix(f" {symbol}")
    name = f"{name} {symbol}".strip()
    if note.name.startswith(f"{PREFIX}{TEST}"):
        name = words("headings", "tested", name=name)
    is_start = "_start" in note.name
    return words.of_itself("headings", "{name} (start)").format(name=name) if is_start else name


def _marked(spec: Spec) -> dict[str, int]:
    """Return how many rows have a mark, by the name of the quantity."""
    return {f"{PREFIX}{part}mark": axis.length for part, axis in samples_of(spec).items()}


def _mark(count: int) -> np.ndarray:
    """Return the factors of so many rows of data."""
    return rounded(2 + np.sin(np.arange(1, count + 1)))


def record_values(spec: Spec, run: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the contents of the records, from a computation of the network."""
    return _notes(spec, run) | {f"{PREFIX}grows": _grows(spec, run)}


def _notes(spec: Spec, run: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the notes of each array."""
    noted, epochs = {f"{PREFIX}C_T": run["C_T"]}, int(bool(spec.runs))
    noted |= {name: _mark(count) for name, count in _marked(spec).items()}
    for given in _noted(network(spec).inputs):
        note, distance, _ = _of_input(given)
        value = run[given.name]
        if "marks" in distance.uses:
            with np.errstate(all="ignore"):  # of inputs that are too large
                value = np.tensordot(noted[distance.uses["marks"].name], value, axes=1)
        elif given.given:
            value = value.take(0, axis=epochs)
        noted[note.name] = value
    for kind, layer, _ in parameters_of(spec):
        noted[f"{PREFIX}{kind}{layer}"] = run[f"{kind}{layer}"].take(-1, axis=epochs)
    return {name: rounded(array) for name, array in noted.items()}


def _grows(spec: Spec, run: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return 1 if a different rounding of the start changes the run noticeably, for each run."""
    model, random = network(spec), np.random.default_rng(0)
    typed = {
        quantity.name: quantity.typed(run[quantity.name])
        for quantity in model.quantities
        if quantity.is_input or quantity.is_record
    }
    for kind, layer, _ in parameters_of(spec):
        start = typed[f"{kind}{layer}"]
        typed[f"{kind}{layer}"] = start * (1 + NUDGE * random.uniform(-1, 1, start.shape))
    before, after = _notes(spec, run), _notes(spec, reference.run(model, typed))
    apart = int(bool(spec.runs))
    far = [_far(before[name], after[name], GROWN, apart) for name in _outcome(spec)]
    grows = [array.any(axis=tuple(range(apart, array.ndim))) for array in far]
    return np.any(grows, axis=0).astype(float)


def altered_records(
    spec: Spec, run: Mapping[str, np.ndarray]
) -> Iterator[tuple[str, tuple[int, ...], float]]:
    """Yield records that differ from NumPy's run, if no input differs.

    Parameters
    ----------
    spec : Spec
    run : mapping of arrays
        A computation of all runs, with the workbook's current records.

    Yields
    ------
    str, tuple of int, float
        The record, the index in it, and the run's value.
    """
    notes, near = _notes(spec, run), 1 / 10**eq.AGREE_DIGITS
    outcome = () if (run[f"{PREFIX}case"] == 1).any() else _outcome(spec)
    for name in (*_marked(spec), *outcome):
        far = _far(run[name], notes[name], near, int(bool(spec.runs) and name in outcome))
        for index in np.argwhere(far):
            yield name, tuple(index), notes[name][tuple(index)]


def _outcome(spec: Spec) -> list[str]:
    """Return the names of the noted results of NumPy's run."""
    one = spec.of_run(0)
    return [note.name for note, *_ in _results(one, Model(tuple(alone(one))))]


def _far(noted: np.ndarray, array: np.ndarray, near: float, apart: int) -> np.ndarray:
    """Return which numbers differ, relative to the largest of their run."""
    largest = np.abs(noted).max(axis=tuple(range(apart, np.ndim(noted))), keepdims=True)
    largest = np.where(largest, largest, 1.0)
    with np.errstate(all="ignore"):  # of infinities, which are not noted
        return ~(np.abs(noted / largest - array / largest) < near)


def _noted(inputs: Sequence[Quantity]) -> Iterator[Quantity]:
    """Yield the inputs on which training depends; labels are names and change nothing."""
    return (given for given in inputs if given.kind != "labels")


def _arrays(model: Model) -> list[tuple[Quantity, ...]]:
    """Return the note, distances, largest distance and remark of each array."""
    arrays: list[tuple[Quantity, ...]] = []
    for largest in model.quantities:
        if largest.sheet == SHEET and largest.kind.endswith("_largest"):
            distance = model[largest.uses["distance"].name]
            remark = largest.name.replace("_largest", "_remark")
            note = model[distance.uses["noted"].name]
            arrays.append((note, distance, largest, model[remark]))
    return arrays


def _parts(model: Model) -> PagePart:
    """Return the result, a line for each array, and below it the notes."""
    arrays = _arrays(model)
    notes = {largest.name: note for note, _, largest, _ in arrays}
    # the sums exist once for all runs: below the quantities of each run
    ordered = sorted(arrays, key=lambda array: "marks" in array[1].uses)
    single = [quantity for array in ordered for quantity in array[:2] if not array[0].axes]
    rows = [quantity for quantity in model.quantities if quantity.sheet == SHEET and quantity.axes]
    epochs = [row.name for row in rows if row.kind != "mark"]
    marks = ([row.name] for row in rows if row.kind == "mark")

    def array_name(quantity: Quantity, words: Text) -> str:
        return called(notes[quantity.name], words)

    return Below(
        Numbers(f"{PREFIX}state", f"{PREFIX}advice", looks=LOOKS, named=plain_name, at=1),
        Space(2),
        _Differences(
            *((largest.name, remark.name) for *_, largest, remark in arrays),
            named=array_name,
            looks={remark.name: INDENTED for *_, remark in arrays},
            at=1,
        ),
        Space(2),
        _Noted(
            Numbers(f"{PREFIX}grows", f"{PREFIX}case", named=plain_name, at=1),
            Numbers(*(quantity.name for quantity in single), named=_note_name, at=1),
            Beside(*(Table(*names, named=named, width=NUMBERS) for names in (epochs, *marks))),
        ),
    )


class _Differences(Numbers):
    """The largest difference of each array, under headings; its name leads to the array."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw the names, the headings in the row above, and the links."""
        super().draw(drawing, page, row, column)
        model, blocks = page.layout.model, page.layout.blocks
        arrays = _arrays(model)
        above = blocks[arrays[0][2].name].row - 1
        for at, title in enumerate(HEADINGS, start=column):
            look = heading("result", first=at == column, computed=True)
            drawing.put(above, at, page.words.of_itself("headings", title), look)
        for _, distance, largest, _ in arrays:
            at = blocks[largest.name].row
            drawing.put(at, column, drawing.cells[at][column][0], LINK)
            drawing.links[address(at, column)] = page.layout.cell(*_compared_cell(model, distance))


class _Noted(Below):
    """The noted values, collapsed at first, below a line of text."""

    def draw(self, drawing: Drawing, page: Context[Spec], row: int, column: int) -> None:
        """Draw it, and the note in the row above."""
        super().draw(drawing, page, row, column)
        placed = self.blocks(page.layout.model, row, column)
        blocks = [page.layout.blocks[block.quantity.name] for block in placed]
        first, last = blocks[0].row, max(block.last[0] for block in blocks)
        drawing.put(first - 1, column, page.words.of_itself("headings", FOLDED), NOTE)
        drawing.folded_rows |= {*range(first, last + 1)}


def _note_name(quantity: Quantity, words: Text) -> str:
    """Return the name of a note, or of the differences from it."""
    if quantity.is_record:
        return words.of_itself("headings", "{name}: noted").format(name=called(quantity, words))
    return plain_name(quantity, words)


def _compared_cell(model: Model, distance: Quantity) -> tuple[str, tuple[int, ...]]:
    """Return the first entry that is compared; of the last weights, it is in the last epoch."""
    name = distance.uses["values" if "values" in distance.uses else "now"].name
    index = [0] * len(model[name].lengths)
    if isinstance(distance.equation, eq.NoteDistance) and distance.equation.state == -1:
        index[0] = model[name].lengths[0] - 1
    return name, tuple(index)


PAGE = Page(
    SHEET, "Check", "NumPy's results from when the workbook was built, beside what the sheets "
    "compute now.", Made(_parts), does="Do the sheets still agree with NumPy?", is_named=True,
    tab="check",
)  # fmt: skip
