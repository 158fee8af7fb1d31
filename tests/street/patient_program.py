"""A program that says it is there and waits to be ended: what the street's child processes are tested with."""

import signal
import sys
from pathlib import Path


def main() -> None:
    """`run PATH`: with an empty file there it waits, else it ends by itself with that text."""
    words = Path(sys.argv[2]).read_text("utf-8")
    if words:
        sys.exit(words)
    signal.sigwait({signal.SIGTERM})


if __name__ == "__main__":
    main()
