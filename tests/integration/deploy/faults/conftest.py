"""A sound run that the tests of the checker share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.settings import Settings
from deploy.local.prepare import prepare
from tests.integration.deploy.faults.rig import Rig, sound_run
from tests.servers import delete_topics, new_database


@pytest.fixture(scope="module")
def sound(kafka_brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """What a run without defects has left."""
    folder = tmp_path_factory.mktemp("sound")
    delete_topics(kafka_brokers)
    with new_database(database_url) as url:
        settings = Settings(kafka_brokers=kafka_brokers, database_url=url, home=folder / "home")
        prepare(settings)
        yield sound_run(settings, folder / "artefacts")
