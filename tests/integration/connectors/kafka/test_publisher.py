"""Publishing many events at once to a real broker."""

from __future__ import annotations

from connectors.kafka.log import read_log
from connectors.kafka.publisher import Publisher
from connectors.kafka.topics import ensure_topics
from connectors.kafka.user_events import user_event
from schemas.codec import Codec
from schemas.events.requirement import RequirementSubmitted, RetryRequested
from schemas.topics import REQUIREMENT_EVENTS


def test_given_many_events_when_published_at_once_then_each_stands_where_told_and_in_order(
    clean_brokers: str,
) -> None:
    ensure_topics(clean_brokers)
    submitted = [user_event(RequirementSubmitted(requirement=f"Books {number}")) for number in range(300)]
    retried = [
        user_event(RetryRequested(reason="Again"), delivery_id=each.envelope.delivery_id)
        for each in submitted
    ]

    positions = Publisher(clean_brokers).publish_all([*submitted, *retried])

    codec = Codec()
    found = {
        record.position: codec.decode(record.value or b"")
        for record in read_log(clean_brokers, [REQUIREMENT_EVENTS])
    }
    assert [found[position] for position in positions] == [*submitted, *retried]
    assert len(found) == 600
    for first, second in zip(positions[:300], positions[300:], strict=True):
        assert first.partition == second.partition
        assert first.offset < second.offset
