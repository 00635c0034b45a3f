"""The kind of workbook that contains a network: its settings, quantities and sheets."""
