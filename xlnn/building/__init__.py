"""Build workbooks from templates and data, and verify them against NumPy."""
