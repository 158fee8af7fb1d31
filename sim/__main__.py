"""The simulated world: the storm of many seeds, and the street to look at."""

import argparse
import sys


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; its exit status."""
    parser = argparse.ArgumentParser(prog="kiosk-sim", description="The simulated world.")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_storm(commands.add_parser("storm", help="play many seeds of the deterministic world"))
    options = parser.parse_args(arguments)
    run = options.run
    return int(run(options))


def _add_storm(parser: argparse.ArgumentParser) -> None:
    # Imported here, so that one command does not load the other's world.
    from sim import storm

    storm.add_arguments(parser)
    parser.set_defaults(run=storm.run)


if __name__ == "__main__":
    sys.exit(main())
