"""A network that can be cut: it stands between the browser and the server, and drops what it is told to."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Cut(Enum):
    """Where a request is lost."""

    NEVER = "never"
    BEFORE = "before the server hears of it"
    AFTER = "after the server did it, before a word of its answer"
    HALFWAY = "in the middle of the answer"


class Network:
    """Carries requests to a server; ``choose(method, path)`` says where each one is lost. ``down`` loses them all."""

    def __init__(self, port: int) -> None:
        self.down = False
        self.choose: Callable[[str, str], Cut] = lambda _method, _path: Cut.NEVER
        self.carried: list[tuple[str, str, Cut]] = []
        network = self

        class Line(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

            def carry(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                cut = Cut.BEFORE if network.down else network.choose(self.command, self.path)
                network.carried.append((self.command, self.path, cut))
                if cut is Cut.BEFORE:
                    return self.drop()
                status, headers, content = self.ask(port, body)
                if cut is Cut.AFTER:
                    return self.drop()
                self.send_response_only(status)
                for name, value in headers:
                    if name.lower() not in {"content-length", "transfer-encoding", "connection"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if cut is Cut.HALFWAY:
                    self.wfile.write(content[: len(content) // 2])
                    self.wfile.flush()
                    return self.drop()
                with suppress(OSError):  # the browser went elsewhere
                    self.wfile.write(content)
                return None

            def ask(self, port: int, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
                line = http.client.HTTPConnection("localhost", port, timeout=60)
                headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
                line.request(self.command, self.path, body or None, headers)
                answer = line.getresponse()
                content = answer.read()
                line.close()
                return answer.status, answer.getheaders(), content

            def drop(self) -> None:
                self.close_connection = True
                with suppress(OSError):
                    self.connection.shutdown(2)

            do_GET = do_POST = do_HEAD = carry  # noqa: N815 - names that the library calls

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop carrying."""
        self._server.shutdown()
        self._server.server_close()
