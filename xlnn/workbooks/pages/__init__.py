"""Draw what all kinds of workbooks share: pages, tables, the Guide and the Spec."""
