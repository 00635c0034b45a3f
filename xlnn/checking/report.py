"""The result of a check, and its description in lines of text."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import isfinite
from numbers import Real
from typing import Any

from xlnn.data.messages import counted, in_a_row, listed
from xlnn.errors import Message, printed
from xlnn.registry.text import in_language

ALIKE = 1e-4
"""Largest relative difference of factors that count as one; measured slopes are not exact."""

SHOWN = 10
"""Most wrong cells that are listed; --json lists all."""


@dataclass(frozen=True)
class Wrong:
    """A cell whose formula does not compute its quantity.

    Attributes
    ----------
    cell : str
        Sheet and address: ``Training!R7``.
    quantity : str
    epoch, image : int or None
        From 1.
    place : dict of int
        Its position along each axis of its quantity: ``{"epoch": 3, "image": 1}``.
    expected : float, str or None
        NumPy's value, computed from the values that the formula refers to.
    got : float, str or None
        The recalculated value; None for an empty cell.
    formula : str or None
        The formula in the cell; None if it has none.
    expected_formula : str
        The right formula; empty if the cell should be a number, or is to be filled in.
    reason : str or None
        Why the formula is wrong, if its values may not show it.
    engine : str or None
        The second engine, if the first gave the right value and that one gave `got`; empty if the
        first gave the right value and no second one can compute it.
    """

    cell: str
    quantity: str
    epoch: int | None
    image: int | None
    expected: float | str | None
    got: float | str | bool | None
    formula: str | None
    expected_formula: str
    place: dict[str, int] = field(default_factory=dict)
    reason: str | None = None
    engine: str | None = None


@dataclass(frozen=True)
class Restated:
    """A formula that was rewritten and gave the same values at all points tried.

    It refers only to cells of its equation. No number of values can prove that it is equivalent.

    Attributes
    ----------
    cell, quantity : str
    place : dict of int
        As in `Wrong`.
    formula, stated : str
        The formula in the cell, and the one that xlnn would write; empty in an exercise.
    points : int
        The number of points at which its value was compared: the file's inputs and the probes.
    """

    cell: str
    quantity: str
    place: dict[str, int]
    formula: str
    stated: str
    points: int


@dataclass(frozen=True)
class Edge:
    """Inputs on which a formula jumps, so that programs differ although none of them is wrong.

    Attributes
    ----------
    cell, quantity, formula : str
    inputs : dict of float
        The numbers in the cells that it is computed from, by their address.
    values : dict
        Its value by program: engines, ``NumPy``, and ``exact arithmetic``, to which some programs,
        such as LibreOffice and Excel, round.
    """

    cell: str
    quantity: str
    formula: str
    inputs: dict[str, float]
    values: dict[str, float | str | bool | None]


@dataclass(frozen=True)
class Compared:
    """The comparison of one quantity.

    Attributes
    ----------
    name : str
    cells : int
        How many formula cells were compared.
    max_difference : float
        The largest |got - expected| / max(1, |expected|) of a number, over all probes.
    agrees : bool
    """

    name: str
    cells: int
    max_difference: float
    agrees: bool


@dataclass(frozen=True)
class MeasuredGradient:
    """An entry of a stated gradient, compared with the slope of its cost in the first epoch.

    Attributes
    ----------
    gradient, weight, cost : str
    agrees : bool or None
        None if it was not measured.
    stated, slope : float or None
        The gradient as stated, and the central difference of the cost.
    difference : float
        Their difference, relative to the largest entry of the gradient.
    entry : tuple of int
        The entry, from 1: along the weight's axes, then its units.
    cell, weight_cell : str
        The cells of the entry in the first epoch.
    point : str
        The weights for which it was measured: the start, or a point near it.
    reason : str
        Why it was not measured.
    """

    gradient: str
    weight: str
    cost: str
    agrees: bool | None = None
    stated: float | None = None
    slope: float | None = None
    difference: float = 0.0
    entry: tuple[int, ...] = ()
    cell: str = ""
    weight_cell: str = ""
    point: str = ""
    reason: str = ""


@dataclass(frozen=True, repr=False)
class Report:
    """The result of a check by one engine.

    Attributes
    ----------
    file, engine : str
    agrees : bool
        Whether every formula agrees, and every gradient that was measured.
    formula_cells : int
        Formulas of xlnn with a number as result.
    text_cells : int
        Formulas of xlnn with a text as result.
    compared_cells : int
        All formulas of xlnn; each is compared.
    other_cells : int
        Formulas that someone added outside the quantities; they are not compared.
    probes : int
    drift : float
        The largest relative difference from the independent NumPy run, except for quantities that
        jump, such as classes, which may change with the last digit of an output.
    consequences : int
        Cells affected by the wrong ones.
    quantities : tuple of Compared
    wrong : tuple of Wrong
        The causes, in the order in which the quantities are computed.
    restated : tuple of Restated
        Rewritten formulas, verified by their values alone.
    seed : int
        The seed of the probes.
    left_out : mapping of str to str
        Cells outside the quantities whose formulas were not computed, with the functions they call.
    notes : tuple of str
        Sentences about edited rows and other findings.
    witness : str
        The second engine, and further ones that were asked, which computed the formulas that no
        template of xlnn states; empty if there are none, or if no second engine could compute
        them, so that each is wrong.
    edges : tuple of Edge
        Inputs on which right formulas jump and programs differ; ``agrees`` does not depend on them.
    gradients : tuple of MeasuredGradient
        Entries of the gradients that are stated with `xlnn.Weights`.
    lang : str
        The workbook's language, in which the report is printed.
    names, axes : mapping of str to str
        What the workbook calls wrong quantities and their axes, unless it is in English.
    """

    file: str
    engine: str
    agrees: bool
    formula_cells: int
    text_cells: int
    compared_cells: int
    other_cells: int
    probes: int
    drift: float
    consequences: int
    quantities: tuple[Compared, ...]
    wrong: tuple[Wrong, ...]
    restated: tuple[Restated, ...] = ()
    seed: int = 0
    left_out: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    witness: str = ""
    edges: tuple[Edge, ...] = ()
    gradients: tuple[MeasuredGradient, ...] = ()
    lang: str = "en"
    names: Mapping[str, str] = field(default_factory=dict)
    axes: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Return a summary in one line."""
        wrong = len(self.wrong) + len(wrong_gradients(self.gradients))
        state = "agrees" if self.agrees else f"{wrong:,} wrong"
        return f"Report({self.file!r}, {self.engine!r}, {state}, {self.compared_cells:,} formulas)"

    def __str__(self) -> str:
        """Return what ``xlnn check`` prints."""
        return printed(lines_of(self))

    def __bool__(self) -> bool:
        """Return whether it agrees."""
        return self.agrees

    def to_json(self) -> dict[str, Any]:
        """Return plain values for JSON, in English."""
        printing = {"lang", "names", "axes"}
        return plain({key: value for key, value in asdict(self).items() if key not in printing})

    @property
    def max_difference(self) -> float:
        """The largest relative difference of any number."""
        return max((quantity.max_difference for quantity in self.quantities), default=0.0)


def without_answers(report: Report, blanks: Collection[str]) -> Report:
    """Return a report without the formulas and the values that belong in an exercise's blanks.

    Parameters
    ----------
    report : Report
    blanks : collection of str
        The quantities that were left out.
    """
    return replace(
        report,
        wrong=tuple(
            replace(wrong, expected=None, expected_formula="", reason=None)
            if wrong.quantity in blanks
            else wrong
            for wrong in report.wrong
        ),
        restated=tuple(
            replace(restated, stated="") if restated.quantity in blanks else restated
            for restated in report.restated
        ),
        edges=tuple(edge for edge in report.edges if edge.quantity not in blanks),
        gradients=tuple(
            gradient for gradient in report.gradients if gradient.gradient not in blanks
        ),
    )


class Reports(tuple[Report, ...]):
    """The results of a check by several engines, in their order."""

    __slots__ = ()

    @property
    def agrees(self) -> bool:
        """Whether all of them agree."""
        return all(report.agrees for report in self)

    def __str__(self) -> str:
        """Return what ``xlnn check`` prints."""
        return "\n".join(map(str, self))

    def __bool__(self) -> bool:
        """Return whether all of them agree."""
        return self.agrees


def plain(value: Any) -> Any:  # noqa: ANN401 -- any value that JSON can hold
    """Return values for JSON; numbers that are not finite become None."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if isinstance(value, Real) and not isinstance(value, int):
        return float(value) if isfinite(value) else None
    return value


def lines_of(report: Report, lang: str | None = None) -> Iterator[str]:
    """Yield what a check found, line by line.

    Parameters
    ----------
    report : Report
    lang : str
        The language; the workbook's by default.
    """
    if lang not in {None, report.lang}:
        report = replace(report, lang=lang, names={}, axes={})
    return (in_language(line, report.lang) for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    head = {"file": report.file, "formulas": counted(report.compared_cells, "formula")}
    head["seed"] = Message("   seed {seed}", seed=report.seed) if report.probes else ""
    if report.agrees:
        how = {"proven": proven(report), "drift": distance(report.drift)}
        yield Message("{file}   {formulas}   {proven}   drift {drift}{seed}", **head, **how)
    else:
        affected = counted(len(report.wrong), "cell")
        if not report.wrong:
            affected = counted(len(wrong_gradients(report.gradients)), "gradient")
        how = {"what": affected, "how": _recalculated(report)}
        yield Message("{file}   {formulas}   {what} wrong ({how}){seed}", **head, **how)
        yield from _wrong(report)
    yield from lines_of_gradients(report.gradients)
    if report.restated:
        yield from _restated(report)
    if report.edges:
        yield from _edges(report)
    for note in report.notes:
        yield Message("Note: {note}", note=note)
    if report.left_out:
        yield _left_out(report.left_out)
    if report.other_cells:
        others = counted(report.other_cells, "formula")
        yield Message("{formulas} outside the model, not compared", formulas=others)


def _wrong(report: Report) -> Iterator[str]:
    """Yield lines about wrong cells."""
    for wrong in report.wrong[:SHOWN]:
        yield from _describe(wrong, report)
    yield from _more(report.wrong)
    if report.wrong:
        yield Message("{cells} affected", cells=counted(report.consequences, "dependent cell"))


def _more(listed: Sequence[object]) -> Iterator[str]:
    """Yield a line about what is not listed."""
    if len(listed) > SHOWN:
        yield Message("… and {count} more (--json lists all)", count=f"{len(listed) - SHOWN:,}")


def wrong_gradients(gradients: Sequence[MeasuredGradient]) -> list[MeasuredGradient]:
    """Return an entry of each wrong gradient, at the start if it is wrong there."""
    wrong = [gradient for gradient in gradients if gradient.agrees is False]
    return [*{entry.gradient: entry for entry in reversed(wrong)}.values()][::-1]


def lines_of_gradients(gradients: Sequence[MeasuredGradient]) -> Iterator[str]:
    """Yield a line about the gradients of each cost, about wrong ones, and about the others."""
    wrong = wrong_gradients(gradients)
    names = {entry.gradient for entry in wrong}
    for cost in dict.fromkeys(gradient.cost for gradient in gradients):
        right = [e for e in gradients if e.cost == cost and e.agrees and e.gradient not in names]
        if right:
            entries = Message(
                "{count} entry of {weights}" if len(right) == 1 else "{count} entries of {weights}",
                count=f"{len(right):,}",
                weights=counted(len({entry.weight for entry in right}), "weight"),
            )
            yield Message(
                "gradients of {cost}: {entries} agree with central differences, max relative "
                "difference {off}",
                cost=cost,
                entries=entries,
                off=distance(max(entry.difference for entry in right)),
            )
    for entry in wrong:
        where = {"cell": entry.cell, "entry": named_entry(entry), "cost": entry.cost}
        yield Message("{cell}   {entry} is not the slope of {cost}", **where)
        stated, slope = told_apart(entry.stated, entry.slope)
        yield Message("    stated   {stated}", stated=stated)
        yield Message(
            "    slope    {slope}   of {cost} with respect to {cell}, at {point}",
            slope=slope,
            cost=entry.cost,
            cell=entry.weight_cell,
            point=entry.point,
        )
        if ratio := ratio_of(gradients, entry.gradient):
            yield Message(
                "    reason   each entry measured is {ratio} times the slope", ratio=f"{ratio:.6g}"
            )
    known = {gradient.gradient for gradient in gradients if gradient.agrees is not None}
    others: dict[str, dict[str, None]] = {}
    for gradient in gradients:
        if gradient.gradient not in known:
            others.setdefault(gradient.reason, {})[gradient.gradient] = None
    for reason, several in others.items():
        names = listed([*several])
        yield Message("not measured: {names}, {reason}", names=names, reason=reason)


def ratio_of(gradients: Sequence[MeasuredGradient], name: str) -> float:
    """Return the factor between a gradient and its slope; 0 if entries have different ones."""
    entries = [e for e in gradients if e.gradient == name and e.agrees is not None and e.slope]
    ratios = [entry.stated / entry.slope for entry in entries]
    is_one = len(ratios) > 1 and max(ratios) - min(ratios) <= ALIKE * abs(ratios[0])
    return ratios[0] if is_one else 0.0


def told_apart(one: float, other: float) -> tuple[str, str]:
    """Return two numbers with six digits, or with as many as they need to differ.

    >>> told_apart(0.5, 0.70710678), told_apart(1.0, 1.00000002)
    (('0.5', '0.707107'), ('1', '1.00000002'))
    """
    for digits in range(6, 18):
        texts = f"{one:.{digits}g}", f"{other:.{digits}g}"
        if texts[0] != texts[1]:
            break
    return texts


def named_entry(one: MeasuredGradient) -> str:
    """Return the name of an entry.

    >>> named_entry(MeasuredGradient("dC_dW", "W", "C_T", entry=(1, 2)))
    'dC_dW[1, 2]'
    """
    return one.gradient + (f"[{', '.join(map(str, one.entry))}]" if one.entry else "")


def _restated(report: Report) -> Iterator[str]:
    """Yield lines about rewritten formulas."""
    count = len(report.restated)
    yield Message(
        "{formulas} restated, the same value at {points} in {engines}:"
        if count == 1
        else "{formulas} restated, the same values at {points} in {engines}:",
        formulas=counted(count, "formula"),
        points=counted(report.restated[0].points, "point"),
        engines=_engines(report),
    )
    for restated in report.restated[:SHOWN]:
        expected = (
            Message("   expected {stated}", stated=restated.stated) if restated.stated else ""
        )
        known = {"cell": restated.cell, "formula": restated.formula, "expected": expected}
        yield Message("{cell}   {formula}{expected}", **known)
    yield from _more(report.restated)


def _edges(report: Report) -> Iterator[str]:
    """Yield lines about formulas that jump where programs differ."""
    count = len(report.edges)
    yield Message(
        "{formulas} jumps on an edge, where nearly equal numbers are equal in some programs and "
        "not in others:"
        if count == 1
        else "{formulas} jump on an edge, where nearly equal numbers are equal in some programs "
        "and not in others:",
        formulas=counted(count, "formula"),
    )
    for edge in report.edges[:SHOWN]:
        yield Message(
            "{cell}   {formula}{inputs} is {values}",
            cell=edge.cell,
            formula=edge.formula,
            inputs=_with(edge),
            values=_by_program(edge.values),
        )
    yield from _more(report.edges)


def _with(edge: Edge) -> str:
    """Return the inputs of an edge, without the sheet if it is the formula's own."""
    sheet = edge.cell.rpartition("!")[0] + "!"
    inputs = [f"{at.removeprefix(sheet)} = {number:.15g}" for at, number in edge.inputs.items()]
    shown = in_a_row([*inputs[:SHOWN], *(["…"] if len(inputs) > SHOWN else [])])
    return Message(" with {inputs}", inputs=shown) if inputs else ""


def _by_program(values: Mapping[str, object]) -> str:
    """Return each value with the programs that give it.

    >>> _by_program({"formualizer": 0.0, "ironcalc": 1.0, "NumPy": 0.0, "exact arithmetic": 1.0})
    '0 in formualizer and NumPy, 1 in ironcalc and exact arithmetic'
    """
    programs: dict[str, list[str]] = {}
    for program, value in values.items():
        shown = f"{value:.9g}" if isinstance(value, float) else str(value)
        programs.setdefault(shown, []).append(program)
    return in_a_row(
        Message("{value} in {names}", value=value, names=listed(names))
        for value, names in programs.items()
    )


def _describe(wrong: Wrong, report: Report) -> Iterator[str]:
    name = report.names.get(wrong.quantity, "")
    place = [f"{name} {wrong.quantity}".lstrip()]
    for axis, number in wrong.place.items():
        place.append(Message("{axis} {number}", axis=report.axes.get(axis, axis), number=number))
    yield Message("{cell}   {place}", cell=wrong.cell, place=in_a_row(place))
    # sentences have no other formula, and NumPy may have no number
    expected = (
        "" if wrong.expected is None else Message("   expected {value}", value=wrong.expected)
    )
    value = Message("nothing") if wrong.got is None else wrong.got
    yield Message("    value    {value}{expected}", value=value, expected=expected)
    formula = wrong.formula if wrong.formula is not None else Message("no formula")
    yield Message("    formula  {formula}", formula=formula)
    if wrong.expected_formula:
        yield Message("    expected {formula}", formula=wrong.expected_formula)
    if wrong.reason:
        yield Message("    reason   {reason}", reason=wrong.reason)


def _left_out(cells: Mapping[str, str]) -> str:
    from xlnn.loading.unseen_formulas import sentence  # noqa: PLC0415 -- slow, rarely needed

    return sentence(cells)


def proven(report: Report | None) -> str:
    """Return one line about what was verified."""
    if report is None:
        return Message("not verified (--no-verify)")
    return Message(
        "all agree with NumPy except on an edge ({how})   max difference {off}"
        if report.edges
        else "all agree with NumPy ({how})   max difference {off}",
        how=_recalculated(report),
        off=distance(report.max_difference),
    )


def _recalculated(report: Report) -> str:
    """Return words for the engine that recalculated a workbook, and the probes."""
    engines = report.engine if report.restated else _engines(report)
    if report.probes == 1:
        return Message("recalculated by {engines}, also with random inputs", engines=engines)
    if report.probes:
        return Message(
            "recalculated by {engines}, also with {sets} sets of random inputs",
            engines=engines,
            sets=f"{report.probes:,}",
        )
    return Message("recalculated by {engines}", engines=engines)


def _engines(report: Report) -> str:
    """Return the engine, and those that confirm formulas that no template states."""
    return listed([report.engine, *filter(None, report.witness.split(" and "))])


def distance(number: float) -> str:
    """Format a difference between numbers.

    >>> distance(2.3e-15), distance(0.0)
    ('2e-15', '0')
    """
    return f"{number:.0e}" if number else "0"
