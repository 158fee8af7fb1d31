"""A provider of text messages: takes POST /sms.do, gives each message an id, keeps what it got.

`taken` is called with each message that it has and has not answered yet; whoever asked may be dead by then.
"""

import json
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from tests.processes.child import WITHIN_S


def _nothing(message: dict[str, str]) -> None:
    pass


class Provider:
    """Listens on a free port of the loopback."""

    def __init__(self) -> None:
        self._messages: queue.Queue[dict[str, str]] = queue.Queue()
        self._known: dict[str, str] = {}
        self.taken: Callable[[dict[str, str]], None] = _nothing
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def next(self, within_s: float = WITHIN_S) -> dict[str, str]:
        """The next message: `to`, `from`, `message`, `idx`; raises TimeoutError."""
        try:
            return self._messages.get(timeout=within_s)
        except queue.Empty:
            raise TimeoutError("no text message came") from None

    @property
    def silent(self) -> bool:
        """Whether no further message has come."""
        return self._messages.empty()

    def _take(self, form: dict[str, str]) -> dict[str, Any]:
        idx = form["idx"]
        if idx in self._known:
            return {"error": 53, "message": "idx used"}
        self._known[idx] = f"sms-{len(self._known) + 1}"
        self._messages.put(form)
        return {"count": 1, "list": [{"id": self._known[idx]}]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        def take(form: dict[str, str]) -> bytes:
            answer = self._take(form)
            self.taken(form)
            return json.dumps(answer).encode()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                lists = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                answer = take({key: values[0] for key, values in lists.items()})
                with suppress(ConnectionError):
                    self.send_response(200)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
                pass

        return Handler

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
