"""Deliveries whose analyzer asks a language model on a local server, over the real broker and database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from connectors.kafka.log import read_log
from connectors.settings import Settings
from deploy.local.prepare import prepare
from schemas.codec import Codec
from schemas.events.feature import SpecificationWritten
from schemas.events.outcome import DeliverySucceeded, ModelCalled
from schemas.topics import EVENT_TOPICS
from streams.audit.whole_log import verify_log
from tests.integration.streams.pipeline.running_services import RunningServices, running_services
from tests.model_server.server import KEY, Does, ModelServer, running_server
from tests.servers import delete_topics, new_database
from tests.unit.streams.agents.business_analyzer.model_analysis_runs import library_answer

_MODULE = "tests.integration.streams.pipeline.model_agent_process"
REQUIREMENT = json.dumps({"entities": [{"name": "Book", "fields": [{"name": "title", "type": "text"}]}]})
_SECRET_ECHO = library_answer(summary=f"Lends books with {KEY}")


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with running_server(Does(status=500), Does("no"), Does(_SECRET_ECHO), Does(status=401)) as running:
        yield running


@pytest.fixture(scope="module")
def services(
    server: ModelServer, kafka_brokers: str, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningServices]:
    """All services, shared by the tests of this file."""
    home: Path = tmp_path_factory.mktemp("home")
    delete_topics(kafka_brokers)
    with new_database(database_url) as url:
        settings = Settings(kafka_brokers=kafka_brokers, database_url=url, home=home)
        prepare(settings)
        variables = {
            "STREAMWRIGHT_ENGINE_BUSINESS_ANALYZER": "anthropic",
            "STREAMWRIGHT_LANGUAGE_MODEL": "test-model",
            "STREAMWRIGHT_LANGUAGE_MODEL_URL": server.url_of("anthropic"),
            "STREAMWRIGHT_LANGUAGE_MODEL_KEY": KEY,
            "STREAMWRIGHT_CALL_FIRST_WAIT_SECONDS": "0.05",
            "STREAMWRIGHT_LOG_LEVEL": "debug",
        }
        with running_services(settings, _MODULE, **variables) as running:
            yield running


def test_given_a_model_when_it_answers_wrongly_then_well_then_calls_and_result_are_recorded_and_audited(
    services: RunningServices, server: ModelServer
) -> None:
    delivery = services.submit(REQUIREMENT)
    services.wait_for_end([delivery])

    own = [
        event
        for event in services.events_of(delivery)
        if event.envelope.stream_id == f"business-analyzer:{delivery}"
    ]
    own.sort(key=lambda event: event.envelope.stream_version)
    names = [event.envelope.event_type for event in own]
    calls = [event.payload for event in own if isinstance(event.payload, ModelCalled)]
    (written,) = [event.payload for event in own if isinstance(event.payload, SpecificationWritten)]
    assert names[:4] == ["AnalysisStarted", "ModelCalled", "ModelCalled", "SpecificationWritten"]
    assert [(call.outcome, call.tries) for call in calls] == [("invalid", 2), ("used", 1)]
    assert written.engine == "anthropic:test-model/analyze.v1"
    assert any(isinstance(event.payload, DeliverySucceeded) for event in services.events_of(delivery))
    assert server.keys[0] == KEY
    assert verify_log(services.settings.kafka_brokers, Codec()).result.mismatches == ()


def test_given_the_same_requirement_when_delivered_again_then_no_request_is_made(
    services: RunningServices, server: ModelServer
) -> None:
    before = len(server.requests)
    delivery = services.submit(REQUIREMENT)
    services.wait_for_end([delivery])

    calls = [e.payload for e in services.events_of(delivery) if isinstance(e.payload, ModelCalled)]
    assert [(call.outcome, call.is_cached, call.cost) for call in calls] == [
        ("invalid", True, "0"),
        ("used", True, "0"),
    ]
    assert len(server.requests) == before


def test_given_a_provider_that_refuses_when_delivered_then_the_rules_do_the_work(
    services: RunningServices,
) -> None:
    delivery = services.submit(REQUIREMENT.replace("Book", "Room"))
    services.wait_for_end([delivery])

    payloads = [event.payload for event in services.events_of(delivery)]
    assert [each.outcome for each in payloads if isinstance(each, ModelCalled)] == ["refused"]
    assert [each.engine for each in payloads if isinstance(each, SpecificationWritten)] == ["deterministic/1"]
    assert any(isinstance(each, DeliverySucceeded) for each in payloads)


def test_given_a_key_that_the_provider_tells_back_when_all_is_searched_then_it_is_nowhere(
    services: RunningServices, server: ModelServer
) -> None:
    services.wait_for_end([services.submit(REQUIREMENT)])
    key = KEY.encode()
    settings = services.settings

    assert len(server.requests) >= 4
    for record in read_log(settings.kafka_brokers, EVENT_TOPICS):
        assert key not in (record.value or b"")
        assert key not in repr(record.headers).encode()
    assert not [path for path in settings.home.rglob("*") if path.is_file() and key in path.read_bytes()]
    assert rows_with(settings.database_url, KEY) == []
    assert rows_with(settings.database_url, "deterministic/1") != []


def rows_with(url: str, text: str) -> list[str]:
    """Tables of which a row holds the text, in whatever column."""
    found = []
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        for (table,) in tables:
            plain = connection.execute(f"SELECT t::text FROM {table} t").fetchall()  # type: ignore[call-overload]
            if any(text in row[0] or text.encode().hex() in row[0] for row in plain):
                found.append(table)
    return found
