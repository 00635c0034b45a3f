"""How is a workbook practised with? Exercises that are handed out, and what is read of them."""
