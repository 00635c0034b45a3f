"""List the quantities of a network's workbook."""
