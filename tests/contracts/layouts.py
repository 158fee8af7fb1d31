"""A front plan as a city would write it: 31 doors, the screen among them."""

LAYOUT = """
name = "our_31"
title = "Our 31"
kind = "locker_layout"
boards = [{ address = 0, description = "lock_board_rev_b", doors = 16 }, { address = 1, description = "lock_board_rev_b" }]
left_out = [{ what = "screen", columns = [3, 3], rows = [3, 3] }]

[panel]
model = "7in"
width_px = 1024
height_px = 600
keypad = true

[bus]
name = "rs485-0"
baud = 115200

[lock]
pulse_ms = 500

[reach]
low_from_mm = 380
low_to_mm = 1220

[front]
hinge = "left"
plinth_mm = 250
columns_mm = [250, 250, 300, 250]
rows = [
    { size = "L", mm = 300 }, { size = "M", mm = 200 }, { size = "M", mm = 200 }, { size = "S", mm = 150 },
    { size = "S", mm = 150 }, { size = "S", mm = 150 }, { size = "S", mm = 150 }, { size = "S", mm = 150 },
]
"""
