"""Audit the sheets of any author: check whether a sheet computes the gradients that it states.

- ``book``, ``formula`` and ``headings`` read a workbook: its cells, their formulas, and what the
  cells are called.
- ``roles``, ``updates`` and ``costs`` find parameters, gradients, updates and costs.
- ``slopes`` measures: slopes of a cost, and the derivative along each reference.
- ``faults`` finds what is wrong, and where it starts.
- ``audit`` does one after the other; ``report`` holds and writes the result.
"""
