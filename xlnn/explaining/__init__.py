"""What is this cell, and what is in this workbook? Said in words, for a reader."""
