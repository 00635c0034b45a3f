"""Read a user's data strictly: tables, arrays and pictures."""
