"""The command line: one module per command, and ``main``, which runs them."""

from xlnn.cli.main import cli, main

__all__ = ["cli", "main"]
