"""Write workbooks with openpyxl: styles, charts and cells."""
