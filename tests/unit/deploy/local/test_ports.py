"""Ports stay the same where they can."""

from __future__ import annotations

import socket

from deploy.local.ports import HOST, accepts, becomes_free, chosen_ports, free_ports, is_free


def test_given_many_ports_when_chosen_then_they_are_different_and_free() -> None:
    ports = free_ports(20)

    assert len(set(ports)) == 20
    assert all(is_free(port) for port in ports)


def test_given_ports_from_before_when_chosen_then_free_ones_are_kept_and_the_one_in_use_changes() -> None:
    kept, taken = free_ports(2)
    with socket.create_server((HOST, taken)):
        assert accepts(taken)
        chosen = chosen_ports({"api": kept, "broker": taken}, ("api", "broker", "projector"))

    assert chosen["api"] == kept
    assert chosen["broker"] != taken
    assert len(set(chosen.values())) == 3


def test_given_a_server_when_it_does_not_end_then_its_port_does_not_become_free() -> None:
    (port,) = free_ports(1)
    with socket.create_server((HOST, port)):
        assert not becomes_free(port, 0.2)
    assert becomes_free(port, 0.2)
    assert not accepts(port)
