"""Which workbooks hold a network on one sheet, to be solved by a spreadsheet's own Solver?"""
