"""How does a workbook come about? From a template and data to a file that is proven."""
