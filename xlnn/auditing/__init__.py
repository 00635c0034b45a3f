"""Audit the sheets of any author: check whether a sheet computes the gradients that it states.

- ``reading``, ``tables``, ``book``, ``formula`` and ``headings`` read a workbook: its cells, their
  formulas, and what the cells are called.
- ``engines`` and ``recalculation`` compute its cells again.
- ``roles``, ``updates`` and ``costs`` find parameters, gradients, updates and costs by headings and
  formulas; ``options`` and ``quantities`` by name; ``implied`` with costs that no cell states.
- ``slopes`` and ``chain_rule`` measure slopes of a cost, and the derivative along each reference.
- ``judging`` compares ``pairs`` of gradients and slopes; ``cost_choice`` tries several costs.
- ``fault_search`` finds what is wrong with ``faults``, ``starts`` and ``breaks``; ``doubts`` says
  which gradients are not accused.
- ``audit`` does one after the other; ``audit_report`` holds and writes the result.
"""
