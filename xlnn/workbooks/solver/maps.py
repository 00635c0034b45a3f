"""The kind "cnn-solver": the convolutional network of chapter 5 on one sheet.   Book: 5-4."""

from xlnn.workbooks.solver.kind import MAPS_KIND as KIND

__all__ = ["KIND"]
