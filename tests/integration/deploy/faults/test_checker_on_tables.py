"""The checker against defects planted in real tables and files: it finds each, and nothing else."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.sql import SQL, Identifier

from deploy.faults.checker.evidence import Findings
from tests.integration.deploy.faults.rig import Rig, plant_build

_CLEAN = {"missing": 0, "duplicated": 0, "out_of_order": 0, "wrong_state": 0}

_MISSING = {
    "a stored event": "DELETE FROM deployment.stored_events WHERE notification_id = 1",
    "a published event": "INSERT INTO frontend_developer.stored_events"
    " SELECT originator_id, 9, topic, state FROM frontend_developer.stored_events LIMIT 1",
    "a row of the timeline": "DELETE FROM projections.timeline WHERE event_type = 'BuildCompleted'"
    " AND delivery_id = (SELECT delivery_id FROM projections.deliveries WHERE status = 'built')",
    "a delivery": "DELETE FROM projections.deliveries WHERE status = 'built'",
    "an outcome": "DELETE FROM projections.outcomes WHERE outcome = 'built'",
    "a feature": "DELETE FROM projections.features WHERE status = 'deleted' AND feature_id = 'F01'",
    "work that is done": "INSERT INTO deployment.work (delivery_id, attempt, undo, started, trigger)"
    " VALUES (gen_random_uuid(), 1, false, '', '')",
    "an event that a service has read": "UPDATE delivery_saga.notification_tracking SET notification_id ="
    " notification_id - 1 WHERE application_name = (SELECT application_name"
    " FROM delivery_saga.notification_tracking WHERE application_name LIKE 'build-events-%' LIMIT 1)",
}
_WRONG = {
    "an outcome": "UPDATE projections.outcomes SET outcome = 'failed' WHERE outcome = 'built'",
    "a status": "UPDATE projections.deliveries SET status = 'built' WHERE status = 'cancelled'",
    "a deleted feature": "UPDATE projections.features SET status = 'created'"
    " WHERE status = 'deleted' AND feature_id = 'F01'",
    "a discarded build": "UPDATE projections.builds SET discarded = false WHERE discarded",
    "a stored event": "UPDATE deployment.stored_events SET state = state || '\\x00'"
    " WHERE notification_id = 1",
    "a row of the timeline": "UPDATE projections.timeline SET stream_version = 7"
    " WHERE event_type = 'BuildDiscarded'",
    "a skipped record": "INSERT INTO projections.skipped VALUES ('build-events', 0, 999, now(), '', 0, '')",
}


@pytest.fixture
def copy(sound: Rig) -> Iterator[psycopg.Connection]:
    """A copy of the sound run's database, which a test may spoil."""
    url, name = sound.settings.database_url, f"test_{uuid.uuid4().hex[:12]}"
    original = str(conninfo_to_dict(url)["dbname"])
    with psycopg.connect(make_conninfo(url, dbname="postgres"), autocommit=True) as server:
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        server.execute(ended, (original,))
        server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(original)))
        try:
            with psycopg.connect(make_conninfo(url, dbname=name), autocommit=True) as connection:
                yield connection
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _counts(sound: Rig, copy: psycopg.Connection) -> dict[str, int]:
    found = sound.findings(make_conninfo(sound.settings.database_url, dbname=copy.info.dbname))
    return found.counts()


def test_given_a_sound_run_when_checked_then_nothing_is_found(sound: Rig) -> None:
    assert sound.findings() == Findings()


@pytest.mark.parametrize("what", _MISSING)
def test_given_something_taken_away_when_checked_then_one_is_missing(
    sound: Rig, copy: psycopg.Connection, what: str
) -> None:
    assert copy.execute(_MISSING[what].encode()).rowcount == 1

    assert _counts(sound, copy) == {**_CLEAN, "missing": 1}


@pytest.mark.parametrize("what", _WRONG)
def test_given_something_changed_when_checked_then_one_is_wrong(
    sound: Rig, copy: psycopg.Connection, what: str
) -> None:
    assert copy.execute(_WRONG[what].encode()).rowcount == 1

    assert _counts(sound, copy) == {**_CLEAN, "wrong_state": 1}


def test_given_a_row_of_the_timeline_twice_when_checked_then_it_is_duplicated_and_not_in_the_log(
    sound: Rig, copy: psycopg.Connection
) -> None:
    copy.execute(
        "INSERT INTO projections.timeline SELECT topic, partition, record_offset + 9999, delivery_id,"
        " event_id, event_type, schema_version, stream_id, stream_version, correlation_id, causation_id,"
        " actor, occurred_at, attempt, summary FROM projections.timeline WHERE event_type = 'BuildDiscarded'"
    )

    assert _counts(sound, copy) == {**_CLEAN, "duplicated": 1, "wrong_state": 1}


def test_given_an_event_stored_twice_when_checked_then_it_is_duplicated(
    sound: Rig, copy: psycopg.Connection
) -> None:
    copy.execute("ALTER TABLE deployment.stored_events DROP CONSTRAINT stored_events_pkey")
    copy.execute(
        "INSERT INTO deployment.stored_events SELECT originator_id, originator_version, topic, state"
        " FROM deployment.stored_events WHERE notification_id = 1"
    )

    assert _counts(sound, copy) == {**_CLEAN, "duplicated": 1}


def test_given_an_acknowledged_event_that_is_not_there_when_checked_then_it_is_missing(sound: Rig) -> None:
    assert sound.findings(extra_published=[str(uuid.uuid4())]).counts() == {**_CLEAN, "missing": 1}


@pytest.fixture
def wheel(sound: Rig) -> Iterator[Path]:
    """The file of the run's build, which a test may spoil."""
    (file,) = sound.artefacts.glob("*/1/books.whl")
    yield file
    file.write_bytes(bytes(4_096))


def test_given_a_build_without_its_file_when_checked_then_it_is_missing(sound: Rig, wheel: Path) -> None:
    wheel.unlink()

    assert sound.findings().counts() == {**_CLEAN, "missing": 1, "wrong_state": 1}


def test_given_half_a_build_when_checked_then_it_is_missing(sound: Rig, wheel: Path) -> None:
    wheel.write_bytes(bytes(100))

    assert sound.findings().counts() == {**_CLEAN, "missing": 1, "wrong_state": 1}


def test_given_a_file_without_a_build_when_checked_then_it_is_wrong(sound: Rig) -> None:
    file = plant_build(sound.artefacts, str(uuid.uuid4()))
    try:
        assert sound.findings().counts() == {**_CLEAN, "wrong_state": 1}
    finally:
        shutil.rmtree(file.parents[1])
