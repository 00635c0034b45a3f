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
    from xlnn import testing as testing
    from xlnn.auditing.audit import audit as audit
    from xlnn.auditing.report import Audit as Audit
    from xlnn.building.build import build as build
    from xlnn.building.build import workbook as workbook
    from xlnn.building.writing import Built as Built
    from xlnn.checking.check import check as check
    from xlnn.checking.report import Report as Report
    from xlnn.checking.report import Reports as Reports
    from xlnn.data.dataset import Dataset as Dataset
    from xlnn.data.numbers import number as number
    from xlnn.equations.lookup import Chosen as Chosen
    from xlnn.equations.wording import Told as Told
    from xlnn.errors import XlnnError as XlnnError
    from xlnn.errors import XlnnWarning as XlnnWarning
    from xlnn.exercises.exercise import exercise as exercise
    from xlnn.exercises.grades import Grade as Grade
    from xlnn.exercises.grades import Grades as Grades
    from xlnn.exercises.grading import grade as grade
    from xlnn.explaining.explain import explain as explain
    from xlnn.explaining.explanation import Explanation as Explanation
    from xlnn.explaining.explanation import Part as Part
    from xlnn.explaining.quantity_values import QuantityValues as QuantityValues
    from xlnn.explaining.run import Run as Run
    from xlnn.explaining.run import load as load
    from xlnn.explaining.show import Contents as Contents
    from xlnn.explaining.show import show as show
    from xlnn.loading.open_file import lint as lint
    from xlnn.loading.values import values as values
    from xlnn.onnx.export import Exported as Exported
    from xlnn.onnx.export import export as export
    from xlnn.quantity import Axis as Axis
    from xlnn.quantity import Cells as Cells
    from xlnn.quantity import Copy as Copy
    from xlnn.quantity import Equation as Equation
    from xlnn.quantity import Model as Model
    from xlnn.quantity import Quantity as Quantity
    from xlnn.quantity import Sentence as Sentence
    from xlnn.quantity import Stated as Stated
    from xlnn.quantity import Use as Use
    from xlnn.quantity import alike as alike
    from xlnn.quantity import following as following
    from xlnn.quantity import previous as previous
    from xlnn.registry.templates import templates as templates
    from xlnn.registry.text import Text as Text
    from xlnn.web.page import page as page
    from xlnn.workbooks.experiment import Experiment as Experiment
    from xlnn.workbooks.experiment import OneOf as OneOf
    from xlnn.workbooks.experiment import Size as Size
    from xlnn.workbooks.learning import Weight as Weight
    from xlnn.workbooks.learning import Weights as Weights
    from xlnn.workbooks.learning import again as again
    from xlnn.workbooks.learning import choice as choice
    from xlnn.workbooks.learning import constants as constants
    from xlnn.workbooks.learning import gradient as gradient
    from xlnn.workbooks.learning import shown as shown
    from xlnn.workbooks.learning import trained as trained
    from xlnn.workbooks.pages.page import Page as Page
    from xlnn.workbooks.pages.parts import Below as Below
    from xlnn.workbooks.pages.parts import Beside as Beside
    from xlnn.workbooks.pages.parts import Chart as Chart
    from xlnn.workbooks.pages.parts import Grid as Grid
    from xlnn.workbooks.pages.parts import Hidden as Hidden
    from xlnn.workbooks.pages.parts import Numbers as Numbers
    from xlnn.workbooks.pages.parts import Plane as Plane
    from xlnn.workbooks.pages.parts import Row as Row
    from xlnn.workbooks.pages.parts import Sentences as Sentences
    from xlnn.workbooks.pages.parts import Space as Space
    from xlnn.workbooks.pages.parts import Table as Table
    from xlnn.workbooks.pages.parts import Trace as Trace

    __version__: str

_MODULES = {
    "xlnn.auditing.audit": "audit",
    "xlnn.auditing.report": "Audit",
    "xlnn.building.build": "build workbook",
    "xlnn.building.writing": "Built",
    "xlnn.checking.check": "check",
    "xlnn.checking.report": "Report Reports",
    "xlnn.data.dataset": "Dataset",
    "xlnn.data.numbers": "number",
    "xlnn.equations.lookup": "Chosen",
    "xlnn.equations.wording": "Told",
    "xlnn.errors": "XlnnError XlnnWarning",
    "xlnn.exercises.exercise": "exercise",
    "xlnn.exercises.grades": "Grade Grades",
    "xlnn.exercises.grading": "grade",
    "xlnn.explaining.explain": "explain",
    "xlnn.explaining.explanation": "Explanation Part",
    "xlnn.explaining.quantity_values": "QuantityValues",
    "xlnn.explaining.run": "Run load",
    "xlnn.explaining.show": "Contents show",
    "xlnn.loading.open_file": "lint",
    "xlnn.loading.values": "values",
    "xlnn.onnx.export": "Exported export",
    "xlnn.web.page": "page",
    "xlnn.quantity": (
        "Axis Cells Copy Equation Model Quantity Sentence Stated Use alike following previous"
    ),
    "xlnn.registry.templates": "templates",
    "xlnn.registry.text": "Text",
    "xlnn.workbooks.experiment": "Experiment OneOf Size",
    "xlnn.workbooks.learning": "Weight Weights again choice constants gradient shown trained",
    "xlnn.workbooks.pages.page": "Page",
    "xlnn.workbooks.pages.parts": (
        "Below Beside Chart Grid Hidden Numbers Plane Row Sentences Space Table Trace"
    ),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = ["__version__", "testing"]
__all__ += list(_HOMES)


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
