"""What does a sheet need to know to draw itself?"""

from dataclasses import dataclass

from xlnn.layout import Layout
from xlnn.shipped.text import Text
from xlnn.workbooks.network.spec import Spec


@dataclass(frozen=True)
class Page:
    """The workbook that a sheet belongs to.

    Attributes
    ----------
    spec : Spec
    layout : Layout
    words : Text
        The texts of its language.
    """

    spec: Spec
    layout: Layout
    words: Text

    @property
    def input_names(self) -> tuple[str, ...]:
        """What the inputs are called: a table's features, or the symbols of pixels."""
        x = self.layout.model["x"]
        return self.spec.features or tuple(x.heading(unit) for unit in x.units)
