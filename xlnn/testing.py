"""Assert in a test that a workbook agrees with NumPy.

>>> from xlnn.testing import assert_agrees
>>> def test_the_loan():
...     assert_agrees("loan.xlsx", model=loan)
"""

from collections.abc import Sequence
from pathlib import Path

from xlnn.checking.check import check
from xlnn.checking.report import Report
from xlnn.checking.wording import lines_of
from xlnn.engines import DEFAULT_ENGINE
from xlnn.quantity import Model

__all__ = ["assert_agrees"]


def assert_agrees(
    path: Path | str,
    *,
    engine: str | Sequence[str] = DEFAULT_ENGINE,
    probes: int = 1,
    seed: int | None = None,
    model: Model | None = None,
) -> None:
    """Assert that every formula of a workbook gives what NumPy does, as `xlnn.check` finds it.

    Parameters
    ----------
    path : Path
    engine : str, or several
        One of `xlnn.engines.ENGINES`, some of them, or ``"all"`` that are installed.
    probes : int
        How many times to compare with random inputs.
    seed : int
        With which they are drawn; by default another one each time, which the message names.
    model : Model
        The model of a workbook that was made of your own.

    Raises
    ------
    AssertionError
        With the report of each engine that disagrees: the wrong cells, what they hold and what
        they should.
    XlnnError
        The workbook cannot be checked.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, not this one
    engines = engine if isinstance(engine, str) else list(engine)
    found = check(path, engines, probes, seed=seed, model=model)
    reports = [found] if isinstance(found, Report) else found
    wrong = [report for report in reports if not report.agrees]
    if wrong:
        raise AssertionError("\n".join(line for report in wrong for line in lines_of(report)))
