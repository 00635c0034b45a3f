"""Assert in a test that a workbook agrees with NumPy.

>>> from xlnn.testing import assert_agrees
>>> def test_the_loan():
...     assert_agrees("loan.xlsx", model=loan)
"""

from collections.abc import Sequence
from pathlib import Path

from xlnn.checking.check import check
from xlnn.checking.report import Report, lines_of
from xlnn.engines import DEFAULT_ENGINE
from xlnn.model import Model

__all__ = ["assert_agrees"]


def assert_agrees(
    path: Path | str,
    *,
    engine: str | Sequence[str] = DEFAULT_ENGINE,
    probes: int = 1,
    seed: int | None = None,
    model: Model | None = None,
) -> None:
    """Assert that every formula of a workbook agrees with NumPy, as `xlnn.check` does.

    Parameters
    ----------
    path : Path
    engine : str, or several
        One of `xlnn.engines.ENGINES`, some of them, or ``"all"`` that are installed.
    probes : int
        How many times to compare with random inputs.
    seed : int
        The seed of the random inputs; by default a new one each time, which the message names.
    model : Model
        The model, if the workbook was made from your own.

    Raises
    ------
    AssertionError
        The message has the report of each engine that disagrees: the wrong cells, with their values
        and the right ones.
    XlnnError
        The workbook cannot be checked.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, not this one
    engines = engine if isinstance(engine, str) else list(engine)
    checked = check(path, engines, probes, seed=seed, model=model)
    reports = [checked] if isinstance(checked, Report) else checked
    wrong = [report for report in reports if not report.agrees]
    if wrong:
        raise AssertionError("\n".join(line for report in wrong for line in lines_of(report)))
