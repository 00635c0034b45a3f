"""Load a finished workbook: its Spec and its quantities as arrays."""
