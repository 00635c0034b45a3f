"""What the sheets of all kinds share: pages, tables, the Guide and the Spec."""
