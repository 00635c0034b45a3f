"""What is a workbook of a neuron and the demons? `kind` makes one of `quantities`."""
