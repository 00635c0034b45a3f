"""xlnn writes neural networks as spreadsheet formulas and proves that they are right."""
