"""The quantities of the sheet Compare: a row of results for each run."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from xlnn.equations.runs import LEAST_OF, LastOf, RunName, SameText
from xlnn.equations.verdict import FirstAllRight, SmallestEpoch
from xlnn.quantity import Equation, Quantity, of_each
from xlnn.registry.text import Text
from xlnn.workbooks.network.quantities.network import TEST
from xlnn.workbooks.network.quantities.runs import runs_from
from xlnn.workbooks.network.quantities.stack import Stack, quantity
from xlnn.workbooks.network.spec import Spec

SHEET = "compare"
PREFIX = "compare_"


def compare(spec: Spec, words: Text) -> Iterator[Quantity]:
    """Yield the quantities of the sheet Compare."""
    yield _each(spec, "name", of_each([*_names(spec, words)]), {"eta": "eta", "l2": "l2"})
    whole = {"number_format": "0"}
    yield _each(spec, "best", SmallestEpoch(), {"C_T": "C_T"}, **whole)
    yield _each(spec, "least", LEAST_OF, {"course": "C_T"})
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
    yield _each(spec, "state", SameText(), {"said": "numpy_state"})


def _each(
    spec: Spec,
    kind: str,
    equation: Equation,
    uses: Mapping[str, str],
    *,
    number_format: str = "0.0000",
) -> Quantity:
    """Return a quantity with an equation's value for each run."""
    found = quantity(
        kind, prefix=PREFIX, sheet=SHEET, axes=(runs_from(0, spec.number_of_runs),), uses=uses,
        equation=equation, number_format=number_format,
    )  # fmt: skip
    return replace(found, is_text=found.is_sentence, reads_as_stated=True)


def _names(spec: Spec, words: Text) -> Iterator[RunName]:
    """Yield the names of the runs, from the settings in which they differ."""
    for run, optimizer in enumerate(spec.runs):
        values = {"run": run + 1, "eta": "{eta}", "l2": "{l2}"}
        values["optimizer"] = words("compare", f"optimizer_{optimizer}")
        values["seed"] = spec.seeds[run] if spec.seeds else ""
        parts = [words("compare", f"by_{name}", **values) for name in spec.compared]
        said = words("joined", "between").join(parts) or words("compare", "run", **values)
        yield RunName(said)
