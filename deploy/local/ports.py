"""Choosing TCP ports of this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

HOST = "127.0.0.1"
_LOWEST = 12_000
_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_FIRST_OUTGOING = 32_768


def is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: connections that wait for their end do not block a new server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def becomes_free(port: int, timeout_seconds: float) -> bool:
    """Whether a server could listen there within this time."""
    deadline = time.monotonic() + timeout_seconds
    while not is_free(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def free_ports(count: int) -> list[int]:
    """So many different ports that are free now."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((HOST, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def lasting_ports(count: int) -> list[int]:
    """So many free ports that stay free while their server is down.

    They are none of those that the system gives to outgoing connections.
    """
    free: list[int] = []
    for port in Random().sample(range(_LOWEST, _first_outgoing()), k=_first_outgoing() - _LOWEST):
        if len(free) == count:
            break
        if is_free(port):
            free.append(port)
    return free


def _first_outgoing() -> int:
    try:
        return int(_OUTGOING.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return _USUAL_FIRST_OUTGOING


def chosen_ports(before: Mapping[str, int], roles: Sequence[str]) -> dict[str, int]:
    """A free port for each role: the one that it had before, where that is free, else another."""
    kept = {role: before[role] for role in roles if role in before and is_free(before[role])}
    others = [role for role in roles if role not in kept]
    return kept | dict(zip(others, free_ports(len(others)), strict=True))


def accepts(port: int, timeout_seconds: float = 0.5) -> bool:
    """Whether a server listens there."""
    try:
        with socket.create_connection((HOST, port), timeout=timeout_seconds):
            return True
    except OSError:
        return False
