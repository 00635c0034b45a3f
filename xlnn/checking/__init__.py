"""Compare the formulas of a workbook with NumPy, cell by cell."""
