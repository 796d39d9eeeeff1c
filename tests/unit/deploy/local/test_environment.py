"""Which broker is used, by what is named, demanded, there from before, and installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.settings import Settings
from deploy.local import environment
from deploy.local.environment import choose_kind
from deploy.local.java import Java
from deploy.local.services import environment_of, fingerprint_of
from deploy.local.state import State
from schemas.errors import SetupError


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """What the machine has; the test changes it."""
    has = {"docker": False, "java": False, "maven": False, "jars": False}
    monkeypatch.setattr(environment.docker, "engine_answers", lambda: has["docker"])
    monkeypatch.setattr(environment, "find_java", lambda: Java(Path("java"), 17) if has["java"] else None)
    monkeypatch.setattr(environment, "find_maven", lambda: Path("mvn") if has["maven"] else None)
    monkeypatch.setattr(environment, "have_jars", lambda: has["jars"])
    return has


@pytest.mark.parametrize(
    ("has", "kind"),
    [
        ({"docker", "java", "maven"}, "docker"),
        ({"java", "maven"}, "local"),
        ({"java", "jars"}, "local"),
        ({"java"}, "mock"),
        ({"maven"}, "mock"),
        (set(), "mock"),
    ],
)
def test_given_what_a_machine_has_when_nothing_is_named_then_the_best_is_chosen(
    machine: dict[str, bool], has: set[str], kind: str
) -> None:
    machine.update(dict.fromkeys(has, True))

    assert choose_kind(Settings(kafka_brokers=""), State()) == kind


def test_given_named_brokers_when_chosen_then_nothing_else_counts(machine: dict[str, bool]) -> None:
    machine["docker"] = True

    assert choose_kind(Settings(kafka_brokers="host:9092", broker="local"), State(kind="docker")) == "named"


def test_given_a_demand_when_chosen_then_it_counts(machine: dict[str, bool]) -> None:
    machine["docker"] = True

    assert choose_kind(Settings(kafka_brokers="", broker="mock"), State(kind="local")) == "mock"


def test_given_data_of_a_local_broker_when_docker_comes_up_then_the_data_is_not_left(
    machine: dict[str, bool],
) -> None:
    machine["docker"] = True

    assert choose_kind(Settings(kafka_brokers=""), State(kind="local")) == "local"


def test_given_data_in_docker_when_docker_is_down_then_it_is_said(machine: dict[str, bool]) -> None:
    machine.update(java=True, maven=True)

    with pytest.raises(SetupError, match="its data is in Docker"):
        choose_kind(Settings(kafka_brokers=""), State(kind="docker"))


def test_given_a_broker_that_kept_nothing_when_java_is_there_now_then_the_log_is_kept(
    machine: dict[str, bool],
) -> None:
    machine.update(java=True, maven=True)

    assert choose_kind(Settings(kafka_brokers=""), State(kind="mock")) == "local"


def test_given_settings_when_told_to_a_process_then_it_reads_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given = Settings(
        kafka_brokers="a:1,b:2", database_url="host=/x dbname='y z'", home=tmp_path, work_parallelism=3
    )
    for name, value in environment_of(given).items():
        monkeypatch.setenv(name, value)

    assert Settings() == given


def test_given_another_broker_or_setting_when_fingerprinted_then_it_differs() -> None:
    given = Settings(kafka_brokers="a:1")

    assert fingerprint_of(given) == fingerprint_of(Settings(kafka_brokers="a:1"))
    assert fingerprint_of(given) != fingerprint_of(Settings(kafka_brokers="a:2"))
    assert fingerprint_of(given) != fingerprint_of(Settings(kafka_brokers="a:1", log_level="debug"))
