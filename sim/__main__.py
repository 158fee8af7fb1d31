"""The simulated world."""

import sys

USAGE = "usage: kiosk-sim street | storm"


def main() -> int:
    """Print the usage and refuse: exit status 2."""
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
