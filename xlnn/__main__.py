"""Run the command line as ``python -m xlnn``."""

from xlnn.cli import main

main()
