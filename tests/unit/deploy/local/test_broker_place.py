"""The broker's configuration."""

from __future__ import annotations

from pathlib import Path

from deploy.local.broker_place import BrokerPlace, properties


def _values(text: str) -> dict[str, str]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


_PLACE = BrokerPlace(Path("/home/us er/kafka"), Path("java"), Path("jars"), 9192, 9193)


def test_given_a_place_when_configured_then_ports_and_folder_are_its_own() -> None:
    values = _values(properties(_PLACE, "server.properties", _PLACE.data))

    assert values["listeners"] == "PLAINTEXT://127.0.0.1:9192,CONTROLLER://127.0.0.1:9193"
    assert values["advertised.listeners"] == "PLAINTEXT://127.0.0.1:9192"
    assert values["controller.quorum.voters"] == "1@127.0.0.1:9193"
    assert values["log.dirs"] == "/home/us er/kafka/data"


def test_given_one_broker_when_configured_then_nothing_waits_for_a_second_and_nothing_expires() -> None:
    values = _values(properties(_PLACE, "server.properties", _PLACE.data))

    copies = [name for name in values if name.endswith(("replication.factor", "min.isr", "insync.replicas"))]
    assert {name: values[name] for name in copies} == {
        "default.replication.factor": "1",
        "min.insync.replicas": "1",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
    }
    assert values["group.initial.rebalance.delay.ms"] == "0"
    assert values["log.retention.ms"] == "-1"
    assert int(values["offsets.retention.minutes"]) == 2**31 - 1
    assert values["auto.create.topics.enable"] == "false"


def test_given_a_windows_path_when_configured_then_it_is_escaped() -> None:
    values = _values(properties(_PLACE, "fencing.properties", Path("C:\\data")))

    assert values["log.dirs"] == "C:\\\\data"
    assert values["process.roles"] == "controller"


def test_given_one_of_three_brokers_when_configured_then_two_of_three_copies_must_be_written() -> None:
    place = BrokerPlace(
        Path("kafka"), Path("java"), Path("jars"), 9192, 9193, node=2, controllers=(9093, 9193, 9293)
    )

    values = _values(properties(place, "server.properties", place.data))

    assert values["node.id"] == "2"
    assert values["controller.quorum.voters"] == "1@127.0.0.1:9093,2@127.0.0.1:9193,3@127.0.0.1:9293"
    assert values["transaction.state.log.replication.factor"] == values["default.replication.factor"] == "3"
    assert values["transaction.state.log.min.isr"] == values["min.insync.replicas"] == "2"
    assert int(values["broker.session.timeout.ms"]) < 10_000


def test_given_a_way_through_a_proxy_when_configured_then_clients_are_told_the_port_of_the_proxy() -> None:
    place = BrokerPlace(Path("kafka"), Path("java"), Path("jars"), 9192, 9193, ways={"SAGA": (9194, 7000)})

    values = _values(properties(place, "server.properties", place.data))

    assert "SAGA://127.0.0.1:9194" in values["listeners"].split(",")
    assert "SAGA://127.0.0.1:7000" in values["advertised.listeners"].split(",")
    assert "SAGA:PLAINTEXT" in values["listener.security.protocol.map"].split(",")
