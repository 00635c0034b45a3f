"""What does a sheet need to know to draw itself?"""

from dataclasses import dataclass

from xlnn.layout import Layout
from xlnn.spec import Spec
from xlnn.text import Text


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
