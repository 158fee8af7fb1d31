"""Who may read a clock, roll dice or start a thread, each with its reason. Everyone else is given time, chance and results as arguments."""

from collections.abc import Mapping

# A path ending in "/" allows the folder.
CLOCKS_AND_DICE: Mapping[str, str] = {
    "controller/clock.py": "the machine's one reader of clocks",
    "controller/randomness.py": "the machine's one source of chance",
    "central/clock.py": "the centre's one reader of clocks",
    "central/randomness.py": "the centre's one source of chance",
    "firmware/board_io.py": "the board's one reader of ticks, and the only importer of machine",
    "sim/clock.py": "the real clock of the street, which runs in real time",
    "sim/randomness.py": "keys and secrets of the street, made fresh at each start",
}

THREADS: Mapping[str, str] = {}
