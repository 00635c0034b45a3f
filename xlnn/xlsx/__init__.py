"""The file format, and nothing else: what an .xlsx file holds, and what in it is not safe."""
