"""Read a person's data strictly: tables, arrays and pictures."""
