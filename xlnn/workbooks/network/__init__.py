"""The kind of workbook that trains a network: what it is told, its quantities, its sheets."""
