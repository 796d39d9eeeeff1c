"""A TCP proxy as a process of its own, between services and servers: `python -m deploy.faults.proxy ROUTES`.

ROUTES is JSON: name of each route -> {"port": where it listens, "to": [host, port] or path of a Unix socket}.
Each line of its input is a way and the name of a route, or the beginning of the names of several:

    open        bytes pass
    refuse      nothing listens, and present connections are reset
    reset       connections are made, and reset at once
    black_hole  connections are made and stay, and nothing passes; what was sent passes when it is open again

It answers each line with `ok` once it is so, and ends when its input does.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import sys
from collections.abc import Mapping
from typing import Any, cast

HOST = "127.0.0.1"
_RESET = struct.pack("ii", 1, 0)
_AGAIN_SECONDS = 0.1


class _Side(asyncio.Protocol):
    """One of the two ends of a connection; gives what it reads to the other one."""

    def __init__(self, route: Route, peer: _Side | None = None) -> None:
        self._route = route
        self.peer = peer
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self._route.sides.add(self)
        if self.peer is not None:
            self.flow()
            self.peer.flow()
            return
        self.transport.pause_reading()
        if self._route.way == "reset":
            self.reset()
        elif self._route.way == "open":
            self._route.connect(self)

    def data_received(self, data: bytes) -> None:
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._route.sides.discard(self)
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.abort() if exc else self.peer.transport.close()

    def pause_writing(self) -> None:
        if self.peer is not None and self.peer.transport is not None:
            self.peer.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.peer is not None:
            self.peer.flow()

    def flow(self) -> None:
        """Read, unless the route is a black hole."""
        if self.transport is not None and self._route.way == "open":
            self.transport.resume_reading()

    def reset(self) -> None:
        """End the connection with a TCP reset."""
        if self.transport is not None:
            found: socket.socket | None = self.transport.get_extra_info("socket")
            if found is not None and found.family == socket.AF_INET:
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            self.transport.abort()


class Route:
    """A port, and where its connections lead to."""

    def __init__(self, port: int, to: str | tuple[str, int]) -> None:
        self._port = port
        self._to = to
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.sides: set[_Side] = set()
        self.way = "open"

    async def take(self, way: str) -> None:
        """Do so with present and later connections from now on."""
        self.way = way
        if way == "refuse" and self._server is not None:
            self._server.close()
            self._server = None
        while way != "refuse" and self._server is None:
            await self._listen()
        for side in list(self.sides):
            if way in ("refuse", "reset"):
                side.reset()
            elif way == "black_hole" and side.transport is not None:
                side.transport.pause_reading()
            elif way == "open" and side.peer is None:
                self.connect(side)
            elif way == "open":
                side.flow()

    def connect(self, side: _Side) -> None:
        """Connect a client's side with the server."""
        task = asyncio.get_running_loop().create_task(self._connect(side))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _Side(self), HOST, self._port, backlog=512)
        except OSError:  # the port's last connections have not ended yet
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _connect(self, side: _Side) -> None:
        loop = asyncio.get_running_loop()
        other = _Side(self, peer=side)
        side.peer = other
        try:
            if isinstance(self._to, str):
                await loop.create_unix_connection(lambda: other, self._to)
            else:
                await loop.create_connection(lambda: other, self._to[0], self._to[1])
        except OSError:
            side.reset()
            return
        if side not in self.sides and other.transport is not None:
            other.transport.abort()


async def serve(routes: Mapping[str, Route]) -> None:
    """Proxy until the input ends."""
    for route in routes.values():
        await route.take("open")
    lines = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    print("ok", flush=True)
    while line := (await lines.readline()).decode():
        way, name = line.split()
        await asyncio.gather(*(route.take(way) for each, route in routes.items() if each.startswith(name)))
        print("ok", flush=True)


def main() -> None:
    """Read the routes from the first argument, and serve."""
    told = json.loads(sys.argv[1])
    asyncio.run(_from_plain(told))


async def _from_plain(told: Mapping[str, Mapping[str, Any]]) -> None:
    await serve({name: Route(route["port"], _place(route["to"])) for name, route in told.items()})


def _place(told: str | list[Any]) -> str | tuple[str, int]:
    return told if isinstance(told, str) else (str(told[0]), int(told[1]))


if __name__ == "__main__":
    main()
