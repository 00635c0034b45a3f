"""The kind of workbook that holds a network: what it is told, its quantities, its sheets."""
