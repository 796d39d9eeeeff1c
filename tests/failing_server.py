"""A real HTTP server for tests, that fails as it is told: server errors, slow answers, no server at all."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from deploy.local.ports import free_ports


class FailingServer:
    """Answers each request with `status` after `delay_seconds`, on a port that stays the same.

    Attributes:
        statuses: of the next answers, in place of `status`.
        asked: number of requests that reached it.
    """

    def __init__(self) -> None:
        (self._port,) = free_ports(1)
        self._server: ThreadingHTTPServer | None = None
        self.status = 200
        self.statuses: list[int] = []
        self.delay_seconds = 0.0
        self.body = b"{}"
        self.asked = 0

    @property
    def url(self) -> str:
        """Where it is, whether it runs or not."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Accept connections; before and after, they are refused."""
        outer = self

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked += 1
                status = outer.statuses.pop(0) if outer.statuses else outer.status
                body = outer.body
                time.sleep(outer.delay_seconds)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return

            do_POST = do_PUT = do_GET  # noqa: N815

        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), Answering)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
