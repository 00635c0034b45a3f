"""Build workbooks: from a template and data to a file that agrees with NumPy."""
