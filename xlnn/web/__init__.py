"""Pages for a browser: a workbook that recalculates by itself, in one file without a network."""
