"""How does a workbook look, and how is it written? Here alone is openpyxl asked to."""
