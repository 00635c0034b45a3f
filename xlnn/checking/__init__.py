"""Does a workbook compute what it says? Its formulas against NumPy, cell by cell."""
