"""Experiments that xlnn ships, one module each; its ``EXPERIMENT`` has the name of the file."""
