"""Make exercises, and grade what is handed in."""
