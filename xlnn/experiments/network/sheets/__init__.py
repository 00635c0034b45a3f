"""The sheets of a network's workbook, each with the quantities that only it shows."""
