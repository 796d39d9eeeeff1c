"""OpenAI's and Anthropic's streaming protocols over real HTTP; a script says what each request gets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-test-0123456789abcdefTHEKEY"


@dataclass(frozen=True)
class Does:
    """What the server does upon one request.

    Attributes:
        text: the answer, streamed in pieces.
        status: HTTP status; with another than 200 an error comes, whose message tells the key back.
        pause_seconds: before each piece of the answer.
        breaks_off: the connection ends in the middle of the answer.
        is_cut: the model stops at its longest answer.
    """

    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause_seconds: float = 0.0
    breaks_off: bool = False
    is_cut: bool = False


@dataclass
class ModelServer:
    """What the server was asked, and what it does next; the last of the script is repeated."""

    script: list[Does]
    address: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def next(self) -> Does:
        return self.script[min(len(self.requests), len(self.script)) - 1]

    def url_of(self, provider: str) -> str:
        return f"{self.address}/v1" if provider == "openai" else self.address

    def texts(self, number: int) -> list[str]:
        """Texts of the messages of a request, instructions first."""
        body = self.requests[number]
        system = [body["system"]] if "system" in body else []
        return [*system, *(message["content"] for message in body["messages"])]


@contextmanager
def running_server(*script: Does) -> Iterator[ModelServer]:
    """The server, on a port of its own, while the context is open."""
    state = ModelServer(list(script))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(state))
    server.daemon_threads = True
    state.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def _handler_of(state: ModelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None: ...

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state.requests.append(body)
            state.times.append(time.monotonic())
            bearer = self.headers.get("authorization", "").removeprefix("Bearer ")
            state.keys.append(self.headers.get("x-api-key") or bearer)
            does = state.next()
            try:
                if does.status != 200:
                    self._refuse(does, state.keys[-1])
                else:
                    self._stream(does, is_openai=self.path.endswith("/chat/completions"))
            except (BrokenPipeError, ConnectionResetError):
                pass

        def _refuse(self, does: Does, key: str) -> None:
            error = {"type": "error", "message": f"No answer for the key {key}"}
            content = json.dumps({"type": "error", "error": error}).encode()
            self.send_response(does.status)
            for name, value in does.headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _stream(self, does: Does, *, is_openai: bool) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.send_header("connection", "close")
            self.end_headers()
            self.close_connection = True
            size = max(len(does.text) // 8, 1)
            pieces = [does.text[at : at + size] for at in range(0, len(does.text), size)]
            if does.breaks_off:
                pieces = pieces[: len(pieces) // 2]
            stream = _openai(pieces, does) if is_openai else _anthropic(pieces, does)
            for record in stream:
                time.sleep(does.pause_seconds)
                self.wfile.write(record.encode())
                self.wfile.flush()

    return Handler


def _openai(pieces: list[str], does: Does) -> Iterator[str]:
    common = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "test"}
    for piece in pieces:
        choice = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
        yield f"data: {json.dumps({**common, 'choices': [choice]})}\n\n"
    if does.breaks_off:
        yield 'data: {"id": "c1", "choi'
        return
    ended = {"index": 0, "delta": {}, "finish_reason": "length" if does.is_cut else "stop"}
    yield f"data: {json.dumps({**common, 'choices': [ended]})}\n\n"
    usage = {"prompt_tokens": 1000, "completion_tokens": 200, "total_tokens": 1200}
    yield f"data: {json.dumps({**common, 'choices': [], 'usage': usage})}\n\n"
    yield "data: [DONE]\n\n"


def _anthropic(pieces: list[str], does: Does) -> Iterator[str]:
    def record(kind: str, **content: object) -> str:
        return f"event: {kind}\ndata: {json.dumps({'type': kind, **content})}\n\n"

    message = {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "test",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1000, "output_tokens": 1},
    }
    yield record("message_start", message=message)
    tool = {"type": "tool_use", "id": "t1", "name": "analysis", "input": {}}
    yield record("content_block_start", index=0, content_block=tool)
    for piece in pieces:
        delta = {"type": "input_json_delta", "partial_json": piece}
        yield record("content_block_delta", index=0, delta=delta)
    if does.breaks_off:
        yield 'event: content_block_delta\ndata: {"type": "cont'
        return
    yield record("content_block_stop", index=0)
    ended = {"stop_reason": "max_tokens" if does.is_cut else "tool_use", "stop_sequence": None}
    yield record("message_delta", delta=ended, usage={"output_tokens": 200})
    yield record("message_stop")
