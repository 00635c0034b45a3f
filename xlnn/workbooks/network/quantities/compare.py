"""Which quantities does the sheet Compare hold? A row for each run, and what it comes to."""

from collections.abc import Iterator, Mapping

from xlnn.equations.runs import LastOf, LeastOf, OfEachRun, RunNames, SameTexts, role_of
from xlnn.equations.verdict import FirstAllRight, SmallestEpoch
from xlnn.quantity import Equation, Quantity, Sentence
from xlnn.shipped.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.runs import OWN, prefix_of
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

SHEET = "compare"
PREFIX = "compare_"


def compare(spec: Spec, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Compare."""
    yield _names(spec, words)
    whole = {"number_format": "0"}
    yield _each(spec, "best", SmallestEpoch(), {"C_T": "C_T"}, **whole)
    yield _each(spec, "least", LeastOf(), {"course": "C_T"})
    yield _each(spec, "C_T_last", LastOf(), {"course": "C_T"})
    if not spec.is_regression:
        first = FirstAllRight(spec.images)
        yield _each(spec, "all_right", first, {"recognised": "recognised"}, **whole)
    told = "rmse" if spec.is_regression else "recognised"
    unit = (0,) if spec.is_regression else ()
    digits = Stack(spec).measure if spec.is_regression else "0"
    for part in ("", TEST) if spec.test_images else ("",):
        uses = {"course": part + told}
        yield _each(spec, f"{part}{told}_last", LastOf(unit), uses, number_format=digits)
    states = {role_of("state", run): f"{prefix_of(run)}numpy_state" for run in _runs(spec)}
    yield _text(spec, "state", SameTexts(tuple(states)), states)


def _each(
    spec: Spec,
    kind: str,
    equation: Equation,
    uses: Mapping[str, str],
    *,
    number_format: str = "0.0000",
) -> Quantity:
    """Return what an equation says of each run."""
    runs = spec.number_of_runs
    all_uses = {
        role_of(role, run): prefix_of(run) + name
        for run in _runs(spec)
        for role, name in uses.items()
    }
    return quantity(
        kind, prefix=PREFIX, sheet=SHEET, shape=(runs,), uses=all_uses,
        equation=OfEachRun(equation, uses, uses, runs), number_format=number_format,
    )  # fmt: skip


def _names(spec: Spec, words: Text) -> Quantity:
    """Return what the runs are called: by that in which they differ."""
    named = [name for name in ("eta", "l2") if name in spec.compared]
    texts = []
    for run in _runs(spec):
        values = {"run": run + 1, "eta": "{eta}", "l2": "{l2}"}
        values["optimizer"] = words("compare", f"optimizer_{spec.runs[run]}")
        values["seed"] = spec.seeds[run] if spec.seeds else ""
        parts = [words("compare", f"by_{name}", **values) for name in spec.compared]
        texts.append(words("joined", "between").join(parts) or words("compare", "run", **values))
    uses = {
        role_of(name, run): prefix_of(run) + name
        for name in named
        if name in OWN
        for run in _runs(spec)
    }
    return _text(spec, "name", RunNames(tuple(texts), tuple(uses)), uses)


def _text(spec: Spec, kind: str, sentence: Sentence, uses: Mapping[str, str]) -> Quantity:
    """Return a text for each run."""
    return quantity(
        kind, prefix=PREFIX, sheet=SHEET, shape=(spec.number_of_runs,), equation=sentence,
        uses=uses, is_text=True,
    )  # fmt: skip


def _runs(spec: Spec) -> range:
    return range(spec.number_of_runs)
