"""The simulated world: the street to look at, and the storm of many seeds."""

import argparse
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; its exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="kiosk-sim", description="The simulated world.")
    commands = parser.add_subparsers(dest="command", required=True)
    about = {"street": "the real programs with simulated hardware, in a browser", "storm": "play many seeds of the deterministic world"}
    add = {"street": _add_street, "storm": _add_storm}
    for name, words in about.items():
        command = commands.add_parser(name, help=words)
        if given[:1] == [name]:  # one command does not load the other's world
            add[name](command)
    options = parser.parse_args(given)
    run = options.run
    return int(run(options))


def _add_street(parser: argparse.ArgumentParser) -> None:
    from sim.street import command

    parser.add_argument("--port", type=int, default=8080, help="where the page is")
    parser.add_argument("--host", default="127.0.0.1", help="on which address; others than loopback let others in")
    parser.add_argument(
        "--data", type=Path, default=Path(".demo"), help="folder for keys, settings, journals and logs; emptied at each start"
    )
    parser.set_defaults(run=command.run_options)


def _add_storm(parser: argparse.ArgumentParser) -> None:
    from sim import storm

    storm.add_arguments(parser)
    parser.set_defaults(run=storm.run)


if __name__ == "__main__":
    sys.exit(main())
