"""xlnn writes neural networks as spreadsheet formulas and proves that they are right.

>>> import xlnn
>>> built = xlnn.build("digits", "output/digits.xlsx")   # doctest: +SKIP
>>> xlnn.check("output/digits.xlsx").agrees              # doctest: +SKIP
True
>>> xlnn.values("output/digits.xlsx")["W2"].shape        # doctest: +SKIP
(51, 3, 12)
"""

from importlib import import_module

_HOMES = {
    "build": "xlnn.building.build",
    "check": "xlnn.checking.check",
    "values": "xlnn.reading.values",
}

__all__ = ["build", "check", "values"]


def __getattr__(name: str) -> object:
    """Import a function when it is first asked for: the command line needs but one of them."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'xlnn' has no attribute '{name}'")
