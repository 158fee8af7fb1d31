"""A clerk's browser at the centre's pages: forms filled in as a browser does it, and the history it would show."""

import re

import httpx

from tests.processes.child import WITHIN_S
from tests.processes.machine import MACHINE

CLERK = "Zenobia Kowalewska"
HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')
CODE = re.compile(r'class="code"[^>]*><strong>([0-9 ]{9})</strong>')
SECRETS = re.compile(r'class="secret">.*?<strong>([0-9 ]+)</strong>')


class Desk:
    """One browser; `history` holds every address that it asked for."""

    def __init__(self, port: int) -> None:
        self.history: list[str] = []
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=WITHIN_S, trust_env=False, follow_redirects=True)
        self._client.event_hooks = {"request": [self._remember]}

    def _remember(self, request: httpx.Request) -> None:
        self.history.append(str(request.url))

    def see(self, path: str) -> str:
        """A page; raises httpx.HTTPStatusError."""
        return self._client.get(path).raise_for_status().text

    def fill(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Send the form of this page, whatever comes back."""
        hidden = dict(HIDDEN.findall(self.see(page)))
        return self._client.post(action, data={**hidden, **fields})

    def about(self, key: str, deed: str, **fields: str) -> httpx.Response:
        """A deed about one document, whatever comes back."""
        return self.fill(f"/clerk/document?key={key}", f"/clerk/{deed}/{key}", name=CLERK, **fields)

    def register(self, case: str, phone: str = "") -> str:
        """Register a document, without a phone one with a slip; its key. Raises httpx.HTTPStatusError."""
        fields = {"case": case, "phone": phone, "machine": MACHINE, "name": CLERK, **({} if phone else {"slip": "on"})}
        return self.fill("/clerk", "/clerk/register", **fields).raise_for_status().url.params["about"]

    def code(self) -> str:
        """A one-time code for clerk mode at the machine."""
        found = CODE.search(self.fill("/clerk/code", "/clerk/code", machine=MACHINE, name=CLERK).raise_for_status().text)
        assert found is not None
        return found[1].replace(" ", "")

    def slip(self, key: str) -> tuple[str, str]:
        """Print a slip: its PIN and its number. Raises httpx.HTTPStatusError."""
        found = SECRETS.findall(self.fill(f"/clerk/document?key={key}", f"/clerk/slip/{key}").raise_for_status().text)
        assert len(found) == 2
        return found[0].replace(" ", ""), found[1].replace(" ", "")

    def close(self) -> None:
        self._client.close()
