"""The mathematics: each line of the book twice, once for NumPy and once for a cell."""
