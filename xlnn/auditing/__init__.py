"""The audit of sheets of any author: does a sheet compute the gradients that it states?

- ``book``, ``tables`` and ``headings`` read a workbook: its cells, what depends on what, and what
  the cells are called.
- ``roles``, ``costs``, ``products`` and ``options`` find the parameters, gradients and costs.
- ``machines``, ``slopes`` and ``chain`` measure: of a cost, and along each reference.
- ``faults`` and ``steps`` say what is wrong, and where it starts.
- ``audit`` does one after the other; ``audits`` holds the result, ``report`` writes it.
"""
