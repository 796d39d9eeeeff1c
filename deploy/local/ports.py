"""Choosing TCP ports of this machine."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence

HOST = "127.0.0.1"


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
