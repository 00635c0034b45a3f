"""Run the command line: ``python -m xlnn``, or the script ``xlnn``."""

import signal

# during imports, Ctrl-C ends the program without a traceback
signal.signal(signal.SIGINT, signal.SIG_DFL)

from xlnn.cli import main  # noqa: E402

if __name__ == "__main__":
    main()
