"""The proxy between services and servers: what a client sees of each of its ways."""

from __future__ import annotations

import socket
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.faults.ways import Ports, Ways, chosen_ways, ports_needed, proxied
from deploy.local.database import DatabasePlace
from deploy.local.ports import lasting_ports

_SERVICE = "deployment"
_SERVICES = (_SERVICE, "frontend-developer")


class _Echo(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line)


@pytest.fixture
def ways() -> Iterator[Ways]:
    """A proxy to servers that send back each line."""
    with tempfile.TemporaryDirectory() as name:
        place = DatabasePlace(Path(name))
        place.sockets.mkdir(parents=True, exist_ok=True)
        ports: dict[str, Ports] = chosen_ways(_SERVICES, 1, iter(lasting_ports(ports_needed(_SERVICES, 1))))
        servers: list[socketserver.BaseServer] = [
            socketserver.ThreadingUnixStreamServer(str(place.sockets / ".s.PGSQL.5432"), _Echo),
            *(
                socketserver.ThreadingTCPServer(("127.0.0.1", each.brokers[0][0]), _Echo)
                for each in ports.values()
            ),
        ]
        for server in servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()
        with proxied(ports, place) as running:
            yield running
        for server in servers:
            server.shutdown()
            server.server_close()


def _port(ways: Ways, target: str) -> int:
    ports = ways.ports[_SERVICE]
    return ports.database if target == "database" else ports.brokers[0][1]


def _client(ways: Ways, target: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", _port(ways, target)), timeout=5)


def _said(client: socket.socket, word: bytes) -> bytes:
    client.sendall(word + b"\n")
    return client.recv(100).strip()


@pytest.mark.parametrize("target", ["kafka", "database"])
def test_given_an_open_way_when_a_client_talks_then_the_server_answers(ways: Ways, target: str) -> None:
    with _client(ways, target) as client:
        assert _said(client, b"hello") == b"hello"


@pytest.mark.parametrize("target", ["kafka", "database"])
def test_given_a_way_that_is_refused_when_open_again_then_only_new_connections_work(
    ways: Ways, target: str
) -> None:
    with _client(ways, target) as before:
        assert _said(before, b"hello") == b"hello"

        ways.take("refuse", _SERVICE, target)  # type: ignore[arg-type]

        with pytest.raises(ConnectionRefusedError):
            _client(ways, target)
        with pytest.raises(ConnectionResetError):
            before.recv(100)
    ways.take("open", _SERVICE, target)  # type: ignore[arg-type]
    with _client(ways, target) as client:
        assert _said(client, b"again") == b"again"


def test_given_a_way_that_resets_when_a_client_connects_then_it_is_reset(ways: Ways) -> None:
    ways.take("reset", _SERVICE, "kafka")

    with _client(ways, "kafka") as client, pytest.raises((ConnectionResetError, BrokenPipeError)):
        client.recv(100)
        raise BrokenPipeError


def test_given_a_black_hole_when_open_again_then_what_was_sent_arrives(ways: Ways) -> None:
    with _client(ways, "kafka") as before:
        assert _said(before, b"hello") == b"hello"

        ways.take("black_hole", _SERVICE, "kafka")

        with _client(ways, "kafka") as later:
            for client in (before, later):
                client.settimeout(0.3)
                with pytest.raises(TimeoutError):
                    _said(client, b"lost?")
            ways.take("open", _SERVICE, "kafka")
            for client in (before, later):
                client.settimeout(5)
                assert client.recv(100).strip() == b"lost?"


def test_given_a_cut_service_when_another_talks_then_it_is_not_cut(ways: Ways) -> None:
    ways.take("refuse", _SERVICE, "kafka")

    port = ways.ports["frontend-developer"].brokers[0][1]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        assert _said(client, b"hello") == b"hello"
