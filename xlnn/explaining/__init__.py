"""Explain a cell and describe a workbook in words."""
