"""What do the sheets of all kinds of workbooks share? Pages, tables, the Guide, the Spec."""
