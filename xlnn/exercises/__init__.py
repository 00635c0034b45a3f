"""Make exercises and grade submissions."""
