"""Build and check Excel workbooks that compute neural networks, or your own equations, in formulas.

Build, check and read a workbook that xlnn ships as a template:

>>> import xlnn
>>> built = xlnn.build("digits", "output/digits.xlsx")   # doctest: +SKIP
>>> xlnn.check("output/digits.xlsx").agrees              # doctest: +SKIP
True
>>> xlnn.values("output/digits.xlsx")["W2"].shape        # doctest: +SKIP
(51, 3, 12)
>>> run = xlnn.load("output/digits.xlsx")                # doctest: +SKIP
>>> run.predict(run["x"])[:3]                            # doctest: +SKIP
array([0, 0, 0])
>>> run["delta3"].cell(epoch=1, image=6, unit=1)         # doctest: +SKIP
'Training!S9'

State equations of your own twice, for NumPy and for a cell, and get the same verification:

>>> double = xlnn.Stated(array=lambda x: 2 * x, cell=lambda x: f"=2*{x[()]}")
>>> model = xlnn.Model((xlnn.Quantity("x"), xlnn.Quantity("y", equation=double)))
>>> built = xlnn.workbook(model, {"x": 21}, "my.xlsx")   # doctest: +SKIP
>>> xlnn.check("my.xlsx", model=model).agrees            # doctest: +SKIP
True

`xlnn.testing` has an assertion for your own tests. A mistake that the user can
correct raises an `XlnnError`, whose message says how.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlnn import testing
    from xlnn.auditing.audit import audit
    from xlnn.auditing.report import Audit
    from xlnn.building.build import build
    from xlnn.building.own_models import workbook
    from xlnn.building.writing import Built
    from xlnn.checking.check import check
    from xlnn.checking.report import Report, Reports
    from xlnn.data.dataset import Dataset
    from xlnn.equations.lookup import Chosen
    from xlnn.equations.wording import Told
    from xlnn.errors import XlnnError, XlnnWarning
    from xlnn.exercises.exercise import exercise
    from xlnn.exercises.grades import Grade, Grades
    from xlnn.exercises.grading import grade
    from xlnn.explaining.explain import explain
    from xlnn.explaining.explanation import Explanation, Part
    from xlnn.explaining.quantity_values import QuantityValues
    from xlnn.explaining.run import Run, load
    from xlnn.explaining.show import Contents, show
    from xlnn.loading.open_file import lint
    from xlnn.loading.values import values
    from xlnn.onnx.export import Exported, export
    from xlnn.quantity import (
        Axis,
        Cells,
        Copy,
        Equation,
        Model,
        Quantity,
        Sentence,
        Stated,
        Use,
        alike,
        following,
        previous,
    )
    from xlnn.registry.templates import templates
    from xlnn.registry.text import Text
    from xlnn.workbooks.experiment import Experiment, OneOf, Size
    from xlnn.workbooks.learning import (
        Weight,
        Weights,
        again,
        choice,
        constants,
        gradient,
        shown,
        trained,
    )
    from xlnn.workbooks.pages.page import Page
    from xlnn.workbooks.pages.parts import (
        Below,
        Beside,
        Chart,
        Grid,
        Hidden,
        Numbers,
        Plane,
        Row,
        Sentences,
        Space,
        Table,
        Trace,
    )

    __version__: str

__all__ = [
    "Audit",
    "Axis",
    "Below",
    "Beside",
    "Built",
    "Cells",
    "Chart",
    "Chosen",
    "Contents",
    "Copy",
    "Dataset",
    "Equation",
    "Experiment",
    "Explanation",
    "Exported",
    "Grade",
    "Grades",
    "Grid",
    "Hidden",
    "Model",
    "Numbers",
    "OneOf",
    "Page",
    "Part",
    "Plane",
    "Quantity",
    "QuantityValues",
    "Report",
    "Reports",
    "Row",
    "Run",
    "Sentence",
    "Sentences",
    "Size",
    "Space",
    "Stated",
    "Table",
    "Text",
    "Told",
    "Trace",
    "Use",
    "Weight",
    "Weights",
    "XlnnError",
    "XlnnWarning",
    "__version__",
    "again",
    "alike",
    "audit",
    "build",
    "check",
    "choice",
    "constants",
    "exercise",
    "explain",
    "export",
    "following",
    "grade",
    "gradient",
    "lint",
    "load",
    "previous",
    "show",
    "shown",
    "templates",
    "testing",
    "trained",
    "values",
    "workbook",
]

_QUANTITY = (
    *("Axis", "Cells", "Copy", "Equation", "Model", "Quantity", "Sentence", "Stated", "Use"),
    *("alike", "following", "previous"),
)

_PARTS = (
    *("Below", "Beside", "Chart", "Grid", "Hidden", "Numbers", "Sentences", "Space", "Table"),
    *("Plane", "Row", "Trace"),
)

_LEARNING = "Weight", "Weights", "again", "choice", "constants", "gradient", "shown", "trained"

_HOMES = {
    "audit": "xlnn.auditing.audit",
    "Audit": "xlnn.auditing.report",
    "build": "xlnn.building.build",
    "workbook": "xlnn.building.own_models",
    "Built": "xlnn.building.writing",
    "check": "xlnn.checking.check",
    "Report": "xlnn.checking.report",
    "Reports": "xlnn.checking.report",
    "XlnnError": "xlnn.errors",
    "XlnnWarning": "xlnn.errors",
    "exercise": "xlnn.exercises.exercise",
    "export": "xlnn.onnx.export",
    "Exported": "xlnn.onnx.export",
    "explain": "xlnn.explaining.explain",
    "Explanation": "xlnn.explaining.explanation",
    "Part": "xlnn.explaining.explanation",
    "load": "xlnn.explaining.run",
    "Run": "xlnn.explaining.run",
    "QuantityValues": "xlnn.explaining.quantity_values",
    "show": "xlnn.explaining.show",
    "Contents": "xlnn.explaining.show",
    "grade": "xlnn.exercises.grading",
    "Grade": "xlnn.exercises.grades",
    "Grades": "xlnn.exercises.grades",
    "lint": "xlnn.loading.open_file",
    "values": "xlnn.loading.values",
    **dict.fromkeys(_QUANTITY, "xlnn.quantity"),
    "Experiment": "xlnn.workbooks.experiment",
    "Size": "xlnn.workbooks.experiment",
    "OneOf": "xlnn.workbooks.experiment",
    **dict.fromkeys(_LEARNING, "xlnn.workbooks.learning"),
    "Dataset": "xlnn.data.dataset",
    "Chosen": "xlnn.equations.lookup",
    "Told": "xlnn.equations.wording",
    "Page": "xlnn.workbooks.pages.page",
    **dict.fromkeys(_PARTS, "xlnn.workbooks.pages.parts"),
    "Text": "xlnn.registry.text",
    "templates": "xlnn.registry.templates",
}


def __getattr__(name: str) -> object:
    """Import a public name on first use, since the command line needs only a few."""
    if name == "__version__":
        return import_module("importlib.metadata").version("xlnn")
    if name == "testing":
        return import_module("xlnn.testing")
    if name in _HOMES:
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found
    raise AttributeError(f"module 'xlnn' has no attribute '{name}'")


def __dir__() -> list[str]:
    """List what is public."""
    return __all__
