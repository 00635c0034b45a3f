"""The experiments that xlnn ships: a module each, whose ``EXPERIMENT`` has the file's name."""
