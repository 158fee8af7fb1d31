"""The named faults of a machine, in a technician's words."""

from typing import Literal

FaultName = Literal[
    "board_silent", "board_mismatch", "board_duplicate", "switch_unknown", "door_forced", "door_in_doubt", "door_jammed", "door_left_open",
    "contents_reported", "screen_silent", "step_up_again", "modem_silent", "modem_sim", "modem_no_network",
    "voice_silent", "terminal_silent",
]  # fmt: skip

FAULTS: dict[FaultName, str] = {
    "board_silent": "the lock board does not answer: check its power and the bus",
    "board_mismatch": "the lock board has another description or protocol than this machine: check its firmware",
    "board_duplicate": "two lock boards seem to answer at this address: compare their address switches, one board at a time",
    "switch_unknown": "the door switch gives no steady reading: check switch and cable",
    "door_forced": "the door opened and nobody had asked for it: look at the compartment",
    "door_in_doubt": "nobody knows whether the door opened: open the compartment and compare",
    "door_jammed": "the lock was driven and the door did not open: check latch and hinge",
    "door_left_open": "the door has been open too long: close it, check the latch",
    "contents_reported": "a resident says the contents are wrong: open and compare",
    "screen_silent": "the screen's page gives no sign of life: look at the screen, restart the browser",
    "modem_silent": "the modem does not answer: check its power and cable",
    "modem_sim": "the modem has no SIM card or wants its PIN: check the card, switch its PIN off",
    "modem_no_network": "the modem finds no network: check antenna, SIM card and contract",
    "terminal_silent": "the card terminal does not answer or does not let itself be registered: check its power, cable and settings",
    "voice_silent": "the machine cannot speak: look at espeak-ng, at the player and at the sound card",
    "step_up_again": "somebody guessed PINs on two days in a row: look at the camera, tell the security officer",
}
