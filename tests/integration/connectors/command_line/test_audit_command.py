from __future__ import annotations

from pathlib import Path

import pytest

from connectors.kafka.log import read_log
from connectors.settings import Settings
from schemas.events import build, feature
from schemas.topics import EVENT_TOPICS
from tests.golden.histories import histories, read
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


@pytest.fixture
def overtaken(config: Settings) -> str:
    """A delivery of the saga's first version, in which the end of an attempt overtook its beginning."""
    history = read(histories()["1/end-overtakes-submission"])
    publish(config.kafka_brokers, history.recorded())
    return history.records[0].event.envelope.delivery_id


def test_given_a_recorded_delivery_when_another_version_is_tried_then_only_changes_are_told(
    config: Settings, overtaken: str
) -> None:
    before = set(read_log(config.kafka_brokers, EVENT_TOPICS))

    ran = streamwright(config, "audit", "what-if", "--agent", "delivery-saga", "--json")
    named = streamwright(config, "audit", "what-if", "--agent", "delivery-saga", "--version", "1", overtaken)
    shown = streamwright(config, "audit", "what-if", "--agent", "delivery-saga")

    assert ran.code == shown.code == 1, ran.told
    assert (ran.answer["candidate"], ran.answer["decisions"]) == ("2", 2)
    assert ran.answer["counts"] == {"changed": 1}
    assert named.code == 0, named.told
    assert "0 of 2 decisions" in named.out
    assert "+ DeliveryStarted" in shown.out
    assert "- DeliverySucceeded" in shown.out
    assert set(read_log(config.kafka_brokers, EVENT_TOPICS)) == before


@pytest.mark.usefixtures("overtaken")
def test_given_a_candidate_in_the_folder_when_it_is_tried_then_it_is_used(
    config: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rules.py").write_text(
        "from streams.core.saga import SagaDecider\n"
        "class Silent(SagaDecider):\n"
        "    def decide(self, state, message):\n"
        "        return []\n"
        "SILENT = Silent(version='silent')\n"
    )
    # The command runs in the folder, and finds the project's modules as it does there.
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.chdir(tmp_path)

    ran = streamwright(
        config, "audit", "what-if", "--agent", "delivery-saga", "--candidate", "rules:SILENT", "--json"
    )

    assert ran.code == 1, ran.told
    assert ran.answer["counts"] == {"removed": 1}
    assert ran.answer["candidate"] == "silent of rules:SILENT"


def test_given_recorded_triggers_when_the_present_engine_runs_then_what_differs_is_listed(
    config: Settings, overtaken: str
) -> None:
    command = ("audit", "what-if", "--agent", "business-analyzer", "--engine", overtaken)

    ran, shown = streamwright(config, *command, "--json"), streamwright(config, *command, "--diff")

    assert ran.code == shown.code == 1, ran.told
    assert (ran.answer["results"], ran.answer["deliveries"]) == (1, 1)
    (change,) = ran.answer["changes"]  # type: ignore[misc]
    assert "diff" not in change["files"][0]
    assert "--- recorded/specification.json" in shown.out


@pytest.mark.usefixtures("overtaken")
@pytest.mark.parametrize(
    "options",
    [
        ("--agent", "nobody"),
        ("--agent", "delivery-saga", "--version", "77"),
        ("--agent", "delivery-saga", "--candidate", "no.such:Thing"),
        ("--agent", "delivery-saga", "--candidate", "streams.agents.deployment.decider:DECIDER"),
        ("--agent", "deployment", "--engine"),
        ("--agent", "delivery-saga", "--version", "1", "--candidate", "a:b"),
        ("--agent", "delivery-saga", "00000000-0000-4000-8000-00000000ffff"),
    ],
)
def test_given_something_that_cannot_be_tried_when_asked_for_then_the_usage_is_refused(
    config: Settings, options: tuple[str, ...]
) -> None:
    ran = streamwright(config, "audit", "what-if", *options)

    assert ran.code == 2, ran.told
    assert "What to do" in ran.told
