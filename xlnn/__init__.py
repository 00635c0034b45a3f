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
    from xlnn.auditing.audit_report import Audit as Audit
    from xlnn.axis import Axis as Axis
    from xlnn.axis import Use as Use
    from xlnn.axis import following as following
    from xlnn.axis import previous as previous
    from xlnn.building.build import build as build
    from xlnn.building.build import workbook as workbook
    from xlnn.building.writing import Built as Built
    from xlnn.checking.check import check as check
    from xlnn.checking.report import Report as Report
    from xlnn.checking.report import Reports as Reports
    from xlnn.data.dataset import Dataset as Dataset
    from xlnn.data.numbers import number as number
    from xlnn.equation import Cells as Cells
    from xlnn.equation import Equation as Equation
    from xlnn.equation import Sentence as Sentence
    from xlnn.equation import Stated as Stated
    from xlnn.equations.lookup import Chosen as Chosen
    from xlnn.equations.sentences import Told as Told
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
    from xlnn.explaining.show import Summary as Summary
    from xlnn.explaining.show import show as show
    from xlnn.loading.open_file import lint as lint
    from xlnn.loading.values import values as values
    from xlnn.model import Copy as Copy
    from xlnn.model import Model as Model
    from xlnn.onnx.export import Exported as Exported
    from xlnn.onnx.export import export as export
    from xlnn.quantity import Quantity as Quantity
    from xlnn.quantity import alike as alike
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
    from xlnn.workbooks.learning import shown as shown
    from xlnn.workbooks.pages.arc_part import Arcs as Arcs
    from xlnn.workbooks.pages.chart_parts import Chart as Chart
    from xlnn.workbooks.pages.chart_parts import Plane as Plane
    from xlnn.workbooks.pages.chart_parts import Trace as Trace
    from xlnn.workbooks.pages.confusion import Confusion as Confusion
    from xlnn.workbooks.pages.fit import Fit as Fit
    from xlnn.workbooks.pages.gradient_check import GradientCheck as GradientCheck
    from xlnn.workbooks.pages.grid_part import Chain as Chain
    from xlnn.workbooks.pages.grid_part import Grid as Grid
    from xlnn.workbooks.pages.network_part import Network as Network
    from xlnn.workbooks.pages.number_parts import Hidden as Hidden
    from xlnn.workbooks.pages.number_parts import Made as Made
    from xlnn.workbooks.pages.number_parts import Numbers as Numbers
    from xlnn.workbooks.pages.number_parts import Row as Row
    from xlnn.workbooks.pages.page import Page as Page
    from xlnn.workbooks.pages.part import Below as Below
    from xlnn.workbooks.pages.part import Beside as Beside
    from xlnn.workbooks.pages.part import Space as Space
    from xlnn.workbooks.pages.predict import Predict as Predict
    from xlnn.workbooks.pages.progress import Progress as Progress
    from xlnn.workbooks.pages.table_parts import Table as Table
    from xlnn.workbooks.pages.text_parts import Label as Label
    from xlnn.workbooks.pages.text_parts import Sentences as Sentences
    from xlnn.workbooks.samples import Learns as Learns
    from xlnn.workbooks.samples import classes_found as classes_found
    from xlnn.workbooks.samples import classes_of as classes_of
    from xlnn.workbooks.samples import numbers_found as numbers_found

    __version__: str

_MODULES = {
    "xlnn.auditing.audit": "audit",
    "xlnn.auditing.audit_report": "Audit",
    "xlnn.axis": "Axis Use following previous",
    "xlnn.building.build": "build workbook",
    "xlnn.building.writing": "Built",
    "xlnn.checking.check": "check",
    "xlnn.checking.report": "Report Reports",
    "xlnn.data.dataset": "Dataset",
    "xlnn.data.numbers": "number",
    "xlnn.equation": "Cells Equation Sentence Stated",
    "xlnn.equations.lookup": "Chosen",
    "xlnn.equations.sentences": "Told",
    "xlnn.errors": "XlnnError XlnnWarning",
    "xlnn.exercises.exercise": "exercise",
    "xlnn.exercises.grades": "Grade Grades",
    "xlnn.exercises.grading": "grade",
    "xlnn.explaining.explain": "explain",
    "xlnn.explaining.explanation": "Explanation Part",
    "xlnn.explaining.quantity_values": "QuantityValues",
    "xlnn.explaining.run": "Run load",
    "xlnn.explaining.show": "Summary show",
    "xlnn.loading.open_file": "lint",
    "xlnn.loading.values": "values",
    "xlnn.onnx.export": "Exported export",
    "xlnn.model": "Copy Model",
    "xlnn.quantity": "Quantity alike",
    "xlnn.web.page": "page",
    "xlnn.registry.templates": "templates",
    "xlnn.registry.text": "Text",
    "xlnn.workbooks.experiment": "Experiment OneOf Size",
    "xlnn.workbooks.samples": "Learns classes_found classes_of numbers_found",
    "xlnn.workbooks.learning": "Weight Weights again choice constants shown",
    "xlnn.workbooks.pages.arc_part": "Arcs",
    "xlnn.workbooks.pages.chart_parts": "Chart Plane Trace",
    "xlnn.workbooks.pages.confusion": "Confusion",
    "xlnn.workbooks.pages.fit": "Fit",
    "xlnn.workbooks.pages.gradient_check": "GradientCheck",
    "xlnn.workbooks.pages.grid_part": "Chain Grid",
    "xlnn.workbooks.pages.network_part": "Network",
    "xlnn.workbooks.pages.number_parts": "Hidden Made Numbers Row",
    "xlnn.workbooks.pages.page": "Page",
    "xlnn.workbooks.pages.part": "Below Beside Space",
    "xlnn.workbooks.pages.predict": "Predict",
    "xlnn.workbooks.pages.progress": "Progress",
    "xlnn.workbooks.pages.table_parts": "Table",
    "xlnn.workbooks.pages.text_parts": "Label Sentences",
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
        value = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return value
    raise AttributeError(f"module 'xlnn' has no attribute '{name}'")


def __dir__() -> list[str]:
    """List what is public."""
    return __all__
