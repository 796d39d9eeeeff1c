from __future__ import annotations

from collections.abc import Sequence

from connectors.kafka.headers import headers_of
from connectors.kafka.log import read_log
from connectors.kafka.position import Position
from connectors.kafka.publisher import Publisher
from connectors.kafka.user_events import user_event
from connectors.settings import Settings
from schemas.codec import Codec
from schemas.events.outcome import DeadLetterDiscarded, DeadLetterRedriven, DeliveryStarted
from schemas.events.requirement import RequirementSubmitted
from schemas.topics import OUTCOME_EVENTS, REQUIREMENT_EVENTS
from streams.audit.whole_log import verify_log
from streams.core.decider import Message
from streams.core.saga import SagaDecider, SagaState
from tests.integration.connectors.command_line.command import streamwright
from tests.integration.streams.service_process import RunningService, running

EVENT = user_event(RequirementSubmitted(requirement="Members borrow books"))
DELIVERY = EVENT.envelope.delivery_id


def publish_with_key(config: Settings, key: bytes, value: bytes | None = None) -> Position:
    return Publisher(config.kafka_brokers).publish_bytes(
        REQUIREMENT_EVENTS,
        key=key,
        value=Codec().encode(EVENT) if value is None else value,
        headers=headers_of(EVENT.envelope),
    )


def outcomes(config: Settings) -> list[object]:
    records = read_log(config.kafka_brokers, [OUTCOME_EVENTS])
    return [Codec().decode(record.value or b"").payload for record in records]


def letters(config: Settings, *options: str) -> list[dict[str, object]]:
    ran = streamwright(config, "dlq", "list", *options, "--json")
    assert ran.code == 0, ran.told
    found = ran.answer["dead_letters"]
    assert isinstance(found, list)
    return found


def test_given_a_record_with_a_wrong_key_when_redriven_with_the_right_one_then_the_delivery_begins(
    prepared: Settings,
) -> None:
    position = publish_with_key(prepared, b"wrong")
    saga = RunningService(prepared, "delivery-saga")
    with running([saga]):
        saga.read()
        saga.publish()

        (letter,) = letters(prepared)
        assert (letter["record"], letter["status"], letter["key"]) == (str(position), "waiting", "wrong")
        assert "is not its delivery id" in str(letter["reason"])
        name = str(letter["dead_letter"])
        shown = streamwright(prepared, "dlq", "show", name, "--json").answer
        assert shown["event"]["envelope"]["delivery_id"] == DELIVERY  # type: ignore[index]
        assert shown["headers"]["ce_id"] == EVENT.envelope.event_id  # type: ignore[index]

        ran = streamwright(
            prepared,
            "dlq",
            "redrive",
            name,
            "--key",
            DELIVERY,
            "--reason",
            "key set",
            "--user",
            "bob",
            "--json",
        )
        assert ran.code == 0, ran.told
        assert saga.read() == 1
        saga.publish()

    act, started = sorted(outcomes(prepared), key=lambda payload: type(payload).__name__)
    assert isinstance(act, DeadLetterRedriven)
    assert (act.dead_letter, act.record, act.service) == (name, str(position), "delivery-saga")
    assert (act.corrections, act.reason, act.requested_by) == (("key",), "key set", "bob")
    assert started == DeliveryStarted(attempt=1)
    assert letters(prepared, "--waiting") == []
    assert [each["status"] for each in letters(prepared)] == ["redriven"]
    assert streamwright(prepared, "dlq", "redrive", name).code == 2


class BrokenSaga(SagaDecider):
    """A saga with a programming error."""

    def decide(self, state: SagaState, message: Message) -> Sequence[object]:  # noqa: ARG002
        raise ZeroDivisionError("a programming error")


def test_given_an_event_that_a_service_failed_on_when_fixed_and_redriven_then_it_is_processed(
    prepared: Settings,
) -> None:
    Publisher(prepared.kafka_brokers).publish(EVENT)
    broken = RunningService(prepared, "delivery-saga", BrokenSaga())
    with running([broken]):
        assert broken.read() == 1
        broken.publish()
    (letter,) = letters(prepared)
    shown = streamwright(prepared, "dlq", "show", str(letter["dead_letter"])).out
    assert "ZeroDivisionError: a programming error" in shown
    assert "Traceback" in shown

    ran = streamwright(prepared, "dlq", "redrive", str(letter["dead_letter"]), "--json")
    assert ran.code == 0, ran.told
    fixed = RunningService(prepared, "delivery-saga")
    with running([fixed]):
        assert fixed.read() == 1
        fixed.publish()

    assert DeliveryStarted(attempt=1) in outcomes(prepared)
    found = verify_log(prepared.kafka_brokers, Codec())
    assert found.result.mismatches == ()


def test_given_bytes_that_are_no_event_when_discarded_then_the_act_is_recorded(prepared: Settings) -> None:
    position = publish_with_key(prepared, b"someone", b"not avro")
    saga = RunningService(prepared, "delivery-saga")
    with running([saga]):
        saga.read()
        saga.publish()
    (letter,) = letters(prepared)
    name = str(letter["dead_letter"])

    ran = streamwright(prepared, "dlq", "discard", name, "--reason", "a test of somebody", "--json")

    assert ran.code == 0, ran.told
    assert outcomes(prepared) == [
        DeadLetterDiscarded(
            dead_letter=name, record=str(position), service="delivery-saga", reason="a test of somebody"
        )
    ]
    assert [each["status"] for each in letters(prepared)] == ["discarded"]
    found = verify_log(prepared.kafka_brokers, Codec())
    assert found.result.mismatches == ()
    assert [each.position for each in found.dead_letters] == [position]


def test_given_no_dead_letter_when_named_then_the_command_says_so(prepared: Settings) -> None:
    assert letters(prepared) == []
    ran = streamwright(prepared, "dlq", "show", "requirement-events.dlq-0-5", "--json")
    assert ran.code == 2
    assert ran.answer["error"]["why"] == "no dead letter stands there"  # type: ignore[index]
