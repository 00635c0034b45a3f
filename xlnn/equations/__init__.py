"""Equations, each stated twice: once for NumPy and once for a cell."""
