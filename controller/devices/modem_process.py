"""The modem's process from the controller's side: started, watched, ended when it hangs, started again; every message gets its answer."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import Callable
from importlib.util import find_spec

from contracts.sealed import Letter
from controller.devices.modem_words import (
    LINE_BYTES_MAX,
    SIGN_OF_LIFE_S,
    Answer,
    AnySaid,
    ModemSaidWrong,
    Report,
    Send,
    State,
    line_of,
    read_said,
)
from controller.inputs import Input, ModemSeen, ModemState, SmsAnswered, SmsReported

LOG = logging.getLogger("kiosk.modem")
AGAIN_S = 10.0
SILENT_S = 3.0 * SIGN_OF_LIFE_S
SENDING_S = 210.0
"""The library waits 100 s for the answer to each part; the decision's own patience (`sms.TRYING_MS`) is longer."""


class ModemWrong(OSError):
    """The machine has a modem and its library is not installed."""


def check_library() -> None:
    """Raises ModemWrong when the modem's library is not there."""
    if find_spec("gammu") is None:
        raise ModemWrong("modem.port: the library python-gammu is not installed (extra `modem`)")


def command(port: str, baud: int) -> tuple[str, ...]:
    """What runs the modem at this device; raises ModemWrong."""
    check_library()
    return (sys.executable, "-m", "controller.devices.sms_modem", port, str(baud))


class ModemProcess:
    """One modem; `put` takes what it says. A message that it was given and never answered is in doubt."""

    def __init__(
        self,
        command: tuple[str, ...],
        put: Callable[[Input], None],
        *,
        silent_s: float = SILENT_S,
        sending_s: float = SENDING_S,
        again_s: float = AGAIN_S,
    ) -> None:
        """`silent_s` and `sending_s`: longer without a word, idle or with a message, and the process is ended."""
        self._command = command
        self._put = put
        self._silent_s = silent_s
        self._sending_s = sending_s
        self._again_s = again_s
        self._state: ModemState | None = None
        self._wish: int | None = None
        self._input: asyncio.StreamWriter | None = None
        self._limit: asyncio.Timeout | None = None

    def submit(self, wish: int, letter: Letter) -> None:
        """Hand a message over; its answer comes as SmsAnswered."""
        if self._input is None or self._wish is not None:
            self._put(SmsAnswered(wish, "failed", code="modem_away"))
            return
        self._wish = wish
        self._be_patient()
        self._input.write(line_of(Send(wish, letter.phone, letter.text, letter.wide)))

    async def serve(self) -> None:
        """Keep the process running until cancelled."""
        while True:
            try:
                await self._live()
            except (OSError, ModemSaidWrong, TimeoutError, ValueError) as error:
                LOG.warning("modem: %s", type(error).__name__)
                self._seen("silent")
            self._settle()
            await asyncio.sleep(self._again_s)

    async def _live(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES_MAX
        )
        assert process.stdin is not None
        assert process.stdout is not None
        self._input = process.stdin
        try:
            async with asyncio.timeout(None) as self._limit:
                self._be_patient()
                while line := await process.stdout.readline():
                    self._heard(read_said(line))
                    self._be_patient()
        finally:
            self._input = self._limit = None
            self._seen("silent")  # before what it left behind is settled, so that no other message is tried with it
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.stdin.close()
            await process.stdout.read()  # what is left unread would keep the pipe open
            await process.wait()
            with contextlib.suppress(OSError):
                await process.stdin.wait_closed()

    def _be_patient(self) -> None:
        if self._limit is not None:
            within_s = self._silent_s if self._wish is None else self._sending_s
            self._limit.reschedule(asyncio.get_running_loop().time() + within_s)

    def _heard(self, said: AnySaid) -> None:
        match said:
            case State():
                self._seen(said.state)
            case Answer():
                if said.wish == self._wish:
                    self._wish = None
                self._put(SmsAnswered(said.wish, said.end, said.code, said.reference))
            case Report():
                self._put(SmsReported(said.reference, said.status))

    def _settle(self) -> None:
        if self._wish is not None:
            self._put(SmsAnswered(self._wish, "doubt"))
            self._wish = None

    def _seen(self, state: ModemState) -> None:
        if state != self._state:
            self._state = state
            self._put(ModemSeen(state))
