"""What is a workbook of activation functions? `kind` makes one of `quantities`."""
