from __future__ import annotations

import pytest

from connectors.settings import Settings
from schemas.events import build, feature
from tests.integration.connectors.command_line.command import streamwright
from tests.integration.streams.audit.published_histories import publish
from tests.unit.streams.audit.recorded_histories import successful_history


@pytest.fixture
def config(clean_brokers: str, database_url: str) -> Settings:
    return Settings(kafka_brokers=clean_brokers, database_url=database_url)


def test_given_a_whole_log_when_verified_then_the_answer_and_the_exit_code_say_so(config: Settings) -> None:
    log = successful_history()
    publish(config.kafka_brokers, log)

    ran = streamwright(config, "audit", "verify", "--json")

    assert ran.code == 0, ran.told
    assert ran.answer["events"] == ran.answer["verified"] == len(log)
    assert ran.answer["mismatches"] == []
    assert isinstance(ran.answer["seconds"], float)


def test_given_a_log_with_a_lost_event_when_verified_then_the_command_fails_and_names_it(
    config: Settings,
) -> None:
    log = successful_history()
    lost = next(record for record in log if isinstance(record.event.payload, build.BuildStarted))
    publish(config.kafka_brokers, [record for record in log if record is not lost])

    ran = streamwright(config, "audit", "verify")

    assert ran.code == 1, ran.told
    assert "missing_event" in ran.out
    assert f"version 1 of the stream deployment:{log[0].key}" in " ".join(ran.out.split())


def test_given_a_delivery_when_replayed_to_a_moment_then_the_states_are_those_of_then(
    config: Settings,
) -> None:
    log = successful_history()
    standing = publish(config.kafka_brokers, log)
    index = next(i for i, r in enumerate(log) if isinstance(r.event.payload, feature.BackendStarted))
    moment = log[index].event.envelope.occurred_at.isoformat()

    by_time = streamwright(config, "audit", "replay", log[0].key, "--at", moment, "--json").answer
    by_offset = streamwright(config, "audit", "replay", "--until", str(standing[index]), "--json").answer
    now = streamwright(config, "audit", "replay", log[0].key, "--json").answer

    for answer in (by_time, by_offset):
        assert answer["delivery_id"] == log[0].key
        assert answer["states"]["backend-developer"]["status"] == "working"  # type: ignore[index]
        assert answer["states"]["delivery-saga"]["status"] == "running"  # type: ignore[index]
    assert by_offset["timeline"][-1]["position"] == str(standing[index])  # type: ignore[index]
    assert now["states"]["delivery-saga"]["status"] == "succeeded"  # type: ignore[index]
    assert len(now["timeline"]) == len(log)  # type: ignore[arg-type]


def test_given_a_delivery_when_shown_then_each_event_stands_below_its_cause_with_its_time(
    config: Settings,
) -> None:
    log = successful_history()
    publish(config.kafka_brokers, log)

    shown = streamwright(config, "audit", "show", log[0].key)
    events = streamwright(config, "audit", "show", log[0].key, "--json").answer["events"]

    assert "RequirementSubmitted" in shown.out
    assert isinstance(events, list)
    assert len(events) == len(log)
    stack: list[str] = []
    for event in events:
        del stack[event["depth"] :]
        assert event["causation_id"] == (stack[-1] if stack else "")
        assert event["seconds_since_cause"] >= 0
        stack.append(event["event_id"])


def test_given_what_is_not_in_the_log_when_replayed_then_the_command_says_what_to_do(
    config: Settings,
) -> None:
    publish(config.kafka_brokers, successful_history())
    nobody = "00000000-0000-4000-8000-000000000000"

    assert streamwright(config, "audit", "replay", nobody, "--json").code == 2
    assert streamwright(config, "audit", "replay", "--until", "test-events-0-999").code == 2
    told = streamwright(config, "audit", "replay", nobody, "--at", "yesterday").told
    assert "Use for example 2026-01-31T10:00:00Z" in told
