"""What is a workbook of likeness? `kind` makes one of `quantities`."""
