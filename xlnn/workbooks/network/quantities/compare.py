"""Which quantities does the sheet Compare hold? A row for each run, and what it comes to."""

from collections.abc import Iterator, Mapping

from xlnn.equations.runs import LastOf, LeastOf, OfEachRun, RunNames, SameText, role_of
from xlnn.equations.verdict import FirstAllRight, SmallestEpoch
from xlnn.quantity import Equation, Quantity
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
    yield _each(spec, "state", SameText(), {"text": "numpy_state"}, is_text=True)


def _each(  # noqa: PLR0913 -- what differs between them
    spec: Spec,
    kind: str,
    equation: Equation,
    uses: Mapping[str, str],
    *,
    number_format: str = "0.0000",
    is_text: bool = False,
) -> Quantity:
    """Return what an equation says of each run."""
    runs = spec.number_of_runs
    all_uses = {
        role_of(role, run): prefix_of(run) + name
        for run in range(runs)
        for role, name in uses.items()
    }
    return quantity(
        kind, prefix=PREFIX, sheet=SHEET, shape=(runs,), uses=all_uses, is_text=is_text,
        equation=OfEachRun(equation, uses, uses, runs), number_format=number_format,
    )  # fmt: skip


def _names(spec: Spec, words: Text) -> Quantity:
    """Return what the runs are called: by that in which they differ."""
    named = [name for name in ("eta", "l2") if name in spec.compared]
    texts = []
    for run in range(spec.number_of_runs):
        values = {"run": run + 1, "eta": "{eta}", "l2": "{l2}"}
        values["optimizer"] = words("compare", f"optimizer_{spec.runs[run]}")
        values["seed"] = spec.seeds[run] if spec.seeds else ""
        parts = [words("compare", f"by_{name}", **values) for name in spec.compared]
        texts.append(words("joined", "between").join(parts) or words("compare", "run", **values))
    uses = {
        role_of(name, run): prefix_of(run) + name
        for name in named
        if name in OWN
        for run in range(spec.number_of_runs)
    }
    equation = RunNames(tuple(texts), tuple(uses))
    return quantity(
        "name", prefix=PREFIX, sheet=SHEET, shape=(spec.number_of_runs,), equation=equation,
        uses=uses, is_text=True,
    )  # fmt: skip
