"""A whole delivery by the real agents with personal data sealed, erased afterwards."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from connectors.kafka.log import LogRecord, read_log
from connectors.personal_data.key_store import SERVICE, KeyStore
from connectors.postgres.roles import service_url
from connectors.resilience.policy import policy_of
from connectors.schema_registry import codec_for
from connectors.settings import Settings
from deploy.local.prepare import prepare
from schemas.events.feature import SpecificationWritten
from schemas.events.outcome import DeliverySucceeded, PersonalDataErased
from schemas.events.requirement import RequirementSubmitted
from schemas.personal import ERASED
from schemas.specification import Specification
from schemas.topics import TOPICS
from tests.integration.connectors.command_line.command import Ran, streamwright

USER = "Alice Quill"
REQUIREMENT = """Zither Lending of Fennimore Lane
The zither club of Alice Quill lends zithers to its members.
Each zither has a serial number, a maker and a purchase date. The serial number is unique.
A member has a name and an email.
Members can borrow a zither. A loan has a start date and a due date.
"""


@pytest.fixture
def sealing(prepared: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The whole local system on the tests' servers, with personal data sealed."""
    monkeypatch.setenv("STREAMWRIGHT_ENCRYPT_PERSONAL", "true")
    monkeypatch.setenv("STREAMWRIGHT_PERSONAL_KEY_HOLD_SECONDS", "2")
    settings = prepared.model_copy(update={"encrypt_personal": True, "personal_key_hold_seconds": 2.0})
    prepare(settings)
    try:
        run(settings, "up")
        yield settings
    finally:
        streamwright(settings, "down")


def run(settings: Settings, *arguments: str, stdin: str = "") -> Ran:
    ran = streamwright(settings, *arguments, "--json", stdin=stdin)
    assert ran.code == 0, ran.told + ran.out
    return ran


def records(settings: Settings) -> list[LogRecord]:
    return list(read_log(settings.kafka_brokers, [topic.name for topic in TOPICS]))


def payloads(settings: Settings) -> list[object]:
    codec = codec_for(settings)
    return [codec.decode(record.value or b"").payload for record in records(settings)]


def delivered(settings: Settings) -> Specification:
    """Deliver the requirement; gives its specification."""
    run(settings, "publish", "requirement", REQUIREMENT, "--user", USER)
    deadline = time.monotonic() + 200
    while not any(isinstance(each, DeliverySucceeded) for each in payloads(settings)):
        told = [type(each).__name__ for each in payloads(settings)]
        assert time.monotonic() < deadline and "AnalysisFailed" not in told, told
        time.sleep(1)
    return next(each for each in payloads(settings) if isinstance(each, SpecificationWritten)).specification


def words(specification: Specification) -> set[str]:
    """What was given, and what was made of it."""
    sentences = {line for line in REQUIREMENT.splitlines() if line}
    names = {specification.name, specification.package, *(each.plural for each in specification.entities)}
    return {USER, "Quill", "Fennimore", "ither", *sentences, *names}


def in_topics(settings: Settings, wanted: set[str]) -> set[str]:
    held = b" ".join(
        b" ".join((record.key or b"", record.value or b"", *(value for _, value in record.headers)))
        for record in records(settings)
    )
    return {word for word in wanted if word.encode() in held}


def in_tables(settings: Settings, wanted: set[str]) -> set[str]:
    """The words that any row of any table holds, as text or as bytes."""
    found: set[str] = set()
    with psycopg.connect(settings.database_url) as owner:
        tables = owner.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert len(tables) > 20
        for table in tables:
            for (row,) in owner.execute(SQL("SELECT t::text FROM {} t").format(Identifier(*table))):
                found |= {word for word in wanted if word in row or word.encode().hex() in row}
    return found


def in_files(folder: Path, wanted: set[str]) -> set[str]:
    held = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {word for word in wanted if any(word.encode() in data for data in held)}


@pytest.mark.timeout(600)
def test_given_a_delivery_when_its_subject_is_erased_then_no_plain_text_is_left_and_the_audit_still_holds(
    sealing: Settings,
) -> None:
    wanted = words(delivered(sealing))
    before = records(sealing)
    assert in_topics(sealing, wanted) == set()
    assert in_tables(sealing, wanted) != set()
    verified = run(sealing, "audit", "verify").answer
    run(sealing, "audit", "checkpoint")

    erased = run(sealing, "erase", "--subject", USER, "--user", "Operator").answer

    assert erased["artefacts_removed"] == 1
    assert {record.value for record in before} < {record.value for record in records(sealing)}
    assert in_topics(sealing, wanted) == set()
    assert in_tables(sealing, wanted) == set()
    assert in_files(sealing.home, wanted) == set()
    again = run(sealing, "audit", "verify").answer
    assert again["verified"] == again["events"] == int(str(verified["events"])) + 1
    assert (again["mismatches"], again["under_checkpoints"]) == ([], len(before))
    for delivery in map(str, erased["deliveries"]):  # type: ignore[call-overload]
        run(sealing, "audit", "replay", delivery)
    assert RequirementSubmitted(requirement=ERASED, format="auto", submitted_by=ERASED) in _fresh(sealing)
    assert run(sealing, "rebuild", "--part", "projections").answer["checksums_equal"] is True
    (delivery,) = map(str, erased["deliveries"])  # type: ignore[call-overload]
    row = run(sealing, "query", "delivery", delivery).answer
    assert (row["status"], row["requirement"], row["submitted_by"]) == ("built", ERASED, ERASED)


def _fresh(settings: Settings) -> list[object]:
    """All payloads as a process reads them that holds no key."""
    from connectors.personal_data.cipher import SubjectCipher
    from connectors.personal_data.master_key import master_key
    from schemas.codec import Codec

    store = KeyStore(service_url(settings.database_url, SERVICE), policy_of(settings))
    codec = Codec(cipher=SubjectCipher(store, master_key(settings), hold_seconds=1))
    found = [codec.decode(record.value or b"").payload for record in records(settings)]
    store.close()
    assert sum(isinstance(each, PersonalDataErased) for each in found) == 1
    return found
