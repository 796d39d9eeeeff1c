from __future__ import annotations

from pathlib import Path

import pytest

from connectors.kafka.log import read_record
from connectors.kafka.position import Position
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.envelope import Event
from schemas.events.requirement import (
    CancellationRequested,
    ClarificationAnswered,
    RequirementSubmitted,
    RetryRequested,
)
from schemas.specification import Answer
from tests.integration.connectors.command_line.command import Ran, streamwright

TEXT = "Members borrow books — Ausleihe für 14 Tage."


@pytest.fixture
def config(prepared: Settings) -> Settings:
    return prepared


def published(config: Settings, ran: Ran) -> Event:
    assert ran.code == 0, ran.told
    record = read_record(config.kafka_brokers, Position.parse(str(ran.answer["position"])))
    event = Codec().decode(record.value or b"")
    assert record.key == event.envelope.delivery_id.encode()
    assert ran.answer["delivery_id"] == event.envelope.delivery_id
    assert ran.answer["event_id"] == event.envelope.event_id
    return event


def test_given_a_requirement_in_any_form_when_published_then_it_stands_at_the_position_told(
    config: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "requirement.txt"
    file.write_text(TEXT)

    by_text = streamwright(config, "publish", "requirement", TEXT, "--user", "ada", "--json")
    by_file = streamwright(config, "publish", "requirement", "--file", str(file), "--json")
    by_stdin = streamwright(config, "publish", "requirement", "-", "--json", stdin=TEXT)

    event = published(config, by_text)
    assert event.payload == RequirementSubmitted(requirement=TEXT, submitted_by="ada")
    assert event.envelope.actor == "user:ada"
    assert published(config, by_file).payload == RequirementSubmitted(requirement=TEXT)
    assert published(config, by_stdin).payload == RequirementSubmitted(requirement=TEXT)


def test_given_a_delivery_when_people_answer_cancel_and_retry_then_the_events_belong_to_it(
    config: Settings,
) -> None:
    submitted = published(config, streamwright(config, "publish", "requirement", TEXT, "--json"))
    delivery = submitted.envelope.delivery_id

    answered = streamwright(config, "publish", "answer", delivery, "Q01=Two weeks", "Q02=a=b", "--json")
    from_json = streamwright(
        config, "publish", "answer", delivery, "-", "--json", stdin='{"Q01": "Three weeks"}'
    )
    cancelled = streamwright(config, "publish", "cancel", delivery, "--reason", "not needed", "--json")
    retried = streamwright(config, "publish", "retry", delivery, "--reason", "disk freed", "--json")

    events = [published(config, ran) for ran in (answered, from_json, cancelled, retried)]
    assert [event.payload for event in events] == [
        ClarificationAnswered(
            answers=(Answer(question_id="Q01", text="Two weeks"), Answer(question_id="Q02", text="a=b"))
        ),
        ClarificationAnswered(answers=(Answer(question_id="Q01", text="Three weeks"),)),
        CancellationRequested(reason="not needed"),
        RetryRequested(reason="disk freed"),
    ]
    assert {event.envelope.delivery_id for event in events} == {delivery}
    assert {event.envelope.correlation_id for event in events} == {submitted.envelope.event_id}


def test_given_what_cannot_be_published_when_tried_then_the_command_says_why(config: Settings) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"

    assert streamwright(config, "publish", "requirement", "  ", "--json").code == 2
    assert streamwright(config, "publish", "cancel", nobody).code == 2
    ran = streamwright(config, "publish", "answer", nobody, "Two weeks", "--json")
    assert ran.code == 2
    assert ran.answer["error"]["todo"] == 'Answer with for example: Q01="Two weeks"'  # type: ignore[index]
