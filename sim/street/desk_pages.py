"""The pages of the centre's desk that have no other interface: filled in and read the way a clerk's browser does it."""

import re

import httpx
import msgspec

from sim.street.centre_desk import CentreRefused
from sim.street.places import MACHINE

CLERK = "Anna Nowak"
HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')
CODE = re.compile(r'class="code"[^>]*><strong>([0-9 ]{9})</strong>')
SECRETS = re.compile(r'class="secret">.*?<strong>([0-9 ]+)</strong>')
REFUSED = re.compile(r'id="problem"')
CODE_DIGITS, PIN_DIGITS = 8, 6


class Slip:
    """What a slip says; it holds a PIN, so it has no repr."""

    __slots__ = ("deposit", "number", "pin")

    def __init__(self, deposit: str, pin: str, number: str) -> None:
        self.deposit = deposit
        self.pin = pin
        self.number = number

    def __repr__(self) -> str:
        return "Slip(…)"


class Release(msgspec.Struct, frozen=True):
    """Somebody has looked into a compartment; `empty`: and nothing is in it any more."""

    compartment: int
    empty: bool
    reason: str


class DeskPages:
    """One browser at one centre."""

    def __init__(self, address: str) -> None:
        self._client = httpx.AsyncClient(base_url=address, trust_env=False, timeout=5, follow_redirects=True)

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    async def code(self) -> str:
        """A one-time code for clerk mode; raises CentreRefused."""
        found = CODE.search(await self._fill("/clerk/code", "/clerk/code", {"machine": MACHINE, "name": CLERK}))
        if found is None:
            raise CentreRefused("refused")
        return found[1].replace(" ", "")

    async def slip(self, deposit: str) -> Slip:
        """Print a slip; raises CentreRefused."""
        page = await self._fill(f"/clerk/document?key={deposit}", f"/clerk/slip/{deposit}", {})
        found = [one.replace(" ", "") for one in SECRETS.findall(page)]
        if len(found) != 2:
            raise CentreRefused("refused")
        return Slip(deposit, *found)

    async def release(self, told: Release) -> None:
        """Put a compartment back into service; raises CentreRefused."""
        path = f"/tasks/release/{MACHINE}/{told.compartment}"
        await self._fill(path, path, {"name": CLERK, "reason": told.reason, **({"empty": "yes"} if told.empty else {})})

    async def _fill(self, page: str, action: str, fields: dict[str, str]) -> str:
        try:
            asked = (await self._client.get(page)).text
            if not HIDDEN.search(asked):
                raise CentreRefused("refused")
            answer = await self._client.post(action, data={**dict(HIDDEN.findall(asked)), **fields})
        except httpx.HTTPError:
            raise CentreRefused("centre_away") from None
        if answer.is_error or REFUSED.search(answer.text):
            raise CentreRefused("refused")
        return answer.text
