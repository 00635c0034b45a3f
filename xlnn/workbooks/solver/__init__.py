"""Build workbooks with a network on one sheet, for a spreadsheet's own Solver."""
