"""What a sheet knows of its workbook when it is drawn."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from xlnn.layout import Layout
from xlnn.registry.text import Text
from xlnn.workbooks.kind import Spec

S = TypeVar("S", bound=Spec)


@dataclass(frozen=True)
class Context(Generic[S]):
    """The workbook that a sheet belongs to.

    Attributes
    ----------
    spec : Spec
    layout : Layout
    words : Text
        The texts of its language.
    """

    spec: S
    layout: Layout
    words: Text
