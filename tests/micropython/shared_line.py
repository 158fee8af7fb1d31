"""One line for several ptys, as a process: what one end says all others hear. python -m tests.micropython.shared_line FD FD …"""

import os
import select
import sys
from contextlib import suppress


def main(ends: list[int]) -> None:
    """Until an end is closed."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -15)  # a cable does not wait for a processor
    poll = select.poll()
    for end in ends:
        poll.register(end, select.POLLIN)
    while True:
        for end, _ in poll.poll():
            try:
                data = os.read(end, 4096)
            except BlockingIOError:
                continue
            for other in ends:
                if other != end:
                    with suppress(BlockingIOError):
                        os.write(other, data)


if __name__ == "__main__":
    main([int(end) for end in sys.argv[1:]])
