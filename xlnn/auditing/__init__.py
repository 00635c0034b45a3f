"""Measure whether a workbook of any author computes the gradients that it states."""
