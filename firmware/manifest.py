# What is frozen into the image: make -C ports/rp2 FROZEN_MANIFEST=.../firmware/manifest.py, BOARD_BUILD names the directory that
# holds the generated board_description.py (see flashing.md). Read by MicroPython's own build, which brings these functions.
# ruff: noqa: F821
# pyright: reportUndefinedVariable=false
import os

include("$(PORT_DIR)/boards/manifest.py")
package("contracts", files=("lock_bus.py",), base_path="..")
package("firmware", files=("board_io.py", "coil_limits.py", "door_switch.py", "lamps.py", "lock_board.py"), base_path="..")
module("main.py", base_path=".")
module("board_description.py", base_path=os.environ["BOARD_BUILD"])  # pyright: ignore[reportAttributeAccessIssue]
